"""The best-scoring set of proposals within the ceilings and the conditions chosen: exact, and it decides nothing.

Points are counted in hundredths and money in pence, so that what is best is a question of whole numbers (`solving`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cached_property
from itertools import groupby
from time import monotonic
from typing import TypeVar

from portfolio.errors import PortfolioError
from portfolio.money import ZERO, percent_of, to_pence
from portfolio.proposals.rules import Level, ProposalKind
from portfolio.scenarios.rules import ByStream, Candidate, points
from portfolio.scenarios.solving import NotProved, Row, least

_Answer = TypeVar("_Answer")
MOST = 60
"""So many proposals can be weighed against each other exactly, and while somebody waits."""
RUNNERS_UP = 3
LEFT_OUT_ASKED = 5
"""Of so many proposals that are left out, those that score most, it is asked what taking them in would cost."""
LONGEST = 20
"""So many seconds after it began nothing more is asked: somebody waits for the page."""


class TooMany(PortfolioError):
    """More proposals than can be weighed exactly."""

    def __init__(self, number: int) -> None:
        super().__init__(
            f"{number} proposals are more than the {MOST} that can be weighed exactly. "
            "Set a lowest score, or name those that must not be in it",
            "least_score",
        )


class NothingFits(PortfolioError):
    """No set keeps to all that was chosen."""

    def __init__(self, why: str = "") -> None:
        super().__init__(
            why or "No set of proposals keeps to all that you chose. Raise a ceiling, or drop one of the conditions"
        )


@dataclass(frozen=True)
class Wanted:
    """What the best set must keep to; `limits` are pounds by the number of a stream."""

    limits: Mapping[int, Decimal]
    levels: frozenset[Level] = frozenset()
    """Of each of these levels there is at least one proposal."""
    continuations: bool = False
    """Everything that goes on from an earlier year is in."""
    must: frozenset[int] = frozenset()
    never: frozenset[int] = frozenset()
    most_per_organisation: int | None = None
    least_score: Decimal | None = None
    """Nothing below it is in, but for what must be."""
    gates: bool = True
    """Nothing that fails a gate is in, but for what must be."""
    part_percent: int | None = None
    """Proposals may be awarded this share of what they ask instead of all; None where each is in full or not at all."""

    def forces(self, candidate: Candidate) -> bool:
        """Whether a proposal has to be in."""
        goes_on = candidate.kind is not ProposalKind.NEW
        return candidate.number in self.must or (self.continuations and goes_on)

    def conditions(self) -> Iterator[tuple[str, "Wanted"]]:
        """Each condition in words, and what is wanted without it."""
        for level in sorted(self.levels, key=list(Level).index):
            yield f"at least one {level.value} proposal", replace(self, levels=self.levels - {level})
        if self.continuations:
            yield "every continuation and extension is in", replace(self, continuations=False)
        if self.must:
            yield "what must be in it", replace(self, must=frozenset())
        if self.never:
            yield "what must not be in it", replace(self, never=frozenset())
        if self.most_per_organisation is not None:
            yield (
                f"at most {self.most_per_organisation} of one lead organisation",
                replace(self, most_per_organisation=None),
            )
        if self.least_score is not None:
            yield f"nothing that scores below {self.least_score.normalize():f}%", replace(self, least_score=None)
        if self.gates:
            yield "only proposals that pass every gate", replace(self, gates=False)


@dataclass(frozen=True)
class Found:
    """A set: what each of its proposals is awarded, in pounds by stream, and the points and pounds that it comes to."""

    awards: Mapping[int, ByStream]
    points: Decimal
    pounds: Decimal


@dataclass(frozen=True)
class LeftOut:
    """A proposal that is not in the best set, and the best set with it; None where nothing fits around it."""

    candidate: Candidate
    instead: Found | None


@dataclass(frozen=True)
class Best:
    """The best set, those that come next and take in something else, and what tipped it."""

    best: Found
    runners_up: tuple[Found, ...]
    without: tuple[tuple[str, Found], ...]
    """Conditions that cost something: in words, with the best set without them."""
    left_out: tuple[LeftOut, ...]
    unscored: tuple[Candidate, ...] = ()
    """What could not be weighed, because nobody has scored it yet."""
    is_whole: bool = True
    """Whether everything about it was asked in time; otherwise what is not told was not proved."""


@dataclass(frozen=True)
class _Choice:
    """One way of taking a proposal in: in full, or in part."""

    candidate: Candidate
    given: ByStream
    is_part: bool

    @cached_property
    def worth(self) -> int:
        """Its points, in hundredths."""
        return int(points(self.candidate, self.given) * 100)

    @cached_property
    def pence(self) -> dict[int, int]:
        """What it costs by stream."""
        return {stream: to_pence(amount) for stream, amount in self.given.items() if amount}

    @cached_property
    def cost(self) -> int:
        """What it costs, in pence."""
        return sum(self.pence.values())


def best_sets(candidates: Sequence[Candidate], wanted: Wanted) -> Best:
    """The best set, its runners-up and what tipped it; raises TooMany, NothingFits and NotProved."""
    ends = monotonic() + LONGEST
    sets = _Problem.of(candidates, wanted).sets(1 + RUNNERS_UP)
    best = next(sets, None)
    if best is None:
        raise NothingFits(_contradiction(candidates, wanted))
    runners_up: list[Found] = []
    without: tuple[tuple[str, Found], ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    is_whole = True
    try:
        runners_up.extend(_in_time(sets, ends))
        left_out = tuple(_in_time(_left_out(candidates, wanted, best), ends))
        without = tuple(_in_time(_costly(candidates, wanted, best), ends))
    except (NotProved, TooMany):  # without a condition there may be more to weigh than can be
        is_whole = False
    unscored = tuple(each for each in candidates if each.score is None and each.number not in best.awards)
    return Best(best, tuple(runners_up), without, left_out, unscored, is_whole)


def _in_time(answers: Iterator[_Answer], ends: float) -> Iterator[_Answer]:
    """Answers for as long as there is time; raises NotProved when it is over before all are given."""
    for answer in answers:
        yield answer
        if monotonic() > ends:
            raise NotProved


def _costly(candidates: Sequence[Candidate], wanted: Wanted, best: Found) -> Iterator[tuple[str, Found]]:
    for words, freed in wanted.conditions():
        found = _Problem.of(candidates, freed).one()
        if found is not None and found.points > best.points:
            yield words, found


def _left_out(candidates: Sequence[Candidate], wanted: Wanted, best: Found) -> Iterator[LeftOut]:
    left = [each for each in candidates if each.number not in best.awards and _may_be_in(each, wanted)]
    for each in sorted(left, key=lambda one: (-(one.score or ZERO), one.reference))[:LEFT_OUT_ASKED]:
        with_it = replace(wanted, must=wanted.must | {each.number})
        yield LeftOut(each, _Problem.of(candidates, with_it).one())


def _may_be_in(candidate: Candidate, wanted: Wanted) -> bool:
    """Whether a proposal can be chosen at all; what must be in is in, whatever it scores."""
    if candidate.number in wanted.never:
        return False
    if wanted.forces(candidate):
        return True
    fails = wanted.gates and not candidate.passes_gates
    score = candidate.score
    return score is not None and not fails and (wanted.least_score is None or score >= wanted.least_score)


def _contradiction(candidates: Sequence[Candidate], wanted: Wanted) -> str:
    """Why nothing fits, where that can be said in a sentence."""
    both = [each.reference for each in candidates if wanted.forces(each) and each.number in wanted.never]
    if both:
        return f"{' and '.join(both)} cannot be in and left out. Drop what keeps it out, or what wants it in"
    for level in sorted(wanted.levels, key=list(Level).index):
        if not any(level in each.levels and _may_be_in(each, wanted) for each in candidates):
            return (
                f"None of the proposals that may be in is {level.value}. Drop that condition, or one that keeps it out"
            )
    return ""


@dataclass
class _Problem:
    """Whole numbers to be maximised under rows of whole numbers; every number is of a choice, in or out."""

    choices: Sequence[_Choice]
    rows: list[Row] = field(default_factory=list)

    @classmethod
    def of(cls, candidates: Sequence[Candidate], wanted: Wanted) -> "_Problem":
        """What is wanted, in rows; raises TooMany."""
        able = [each for each in candidates if _may_be_in(each, wanted)]
        if len(able) > MOST:
            raise TooMany(len(able))
        choices = [choice for each in able for choice in _ways(each, wanted.part_percent)]
        problem = cls(choices)
        for stream, limit in wanted.limits.items():
            costs = {place: each.pence[stream] for place, each in enumerate(choices) if stream in each.pence}
            problem.rows.append(Row(costs, most=to_pence(limit)))
        forced = {each.number for each in candidates if wanted.forces(each)}
        for number, ways in groupby(range(len(choices)), key=lambda place: choices[place].candidate.number):
            problem.rows.append(Row(dict.fromkeys(ways, 1), least=int(number in forced), most=1))
            forced.discard(number)
        if forced:  # some of what must be in cannot be
            problem.rows.append(Row({}, least=1))
        for level in wanted.levels:
            there = [place for place, each in enumerate(choices) if level in each.candidate.levels]
            problem.rows.append(Row(dict.fromkeys(there, 1), least=1))
        if wanted.most_per_organisation is not None:
            for name in {each.candidate.organisation for each in choices}:
                theirs = [place for place, each in enumerate(choices) if each.candidate.organisation == name]
                problem.rows.append(Row(dict.fromkeys(theirs, 1), most=wanted.most_per_organisation))
        return problem

    def sets(self, most: int) -> Iterator[Found]:
        """The best set, then the best that takes in something that it lacks, and so on: the most points come first,
        of equal points the fewest pounds.
        """
        for _ in range(most):
            taken = self._best()
            if taken is None:
                return
            yield self._told(taken)
            self.rows.append(Row(dict.fromkeys(self._beyond(taken), 1), least=1))

    def one(self) -> Found | None:
        """A set of the most points, whatever it costs; None where nothing keeps to the rows."""
        taken = self._most_points()
        return None if taken is None else self._told(taken)

    def _told(self, taken: frozenset[int]) -> Found:
        chosen = [self.choices[place] for place in sorted(taken)]
        return Found(
            {each.candidate.number: dict(each.given) for each in chosen},
            Decimal(sum(each.worth for each in chosen)).scaleb(-2),
            Decimal(sum(each.cost for each in chosen)).scaleb(-2),
        )

    def _beyond(self, taken: frozenset[int]) -> list[int]:
        """The choices that are not part of a set, nor less of what is in it."""
        whole = {self.choices[place].candidate.number for place in taken if not self.choices[place].is_part}
        return [
            place
            for place, each in enumerate(self.choices)
            if place not in taken and each.candidate.number not in whole
        ]

    def _most_points(self) -> frozenset[int] | None:
        return least([-each.worth for each in self.choices], self.rows)

    def _best(self) -> frozenset[int] | None:
        taken = self._most_points()
        if taken is None:
            return None
        worth = {place: each.worth for place, each in enumerate(self.choices)}
        as_good = Row(worth, least=sum(worth[place] for place in taken))
        cheapest = least([each.cost / 100 for each in self.choices], [*self.rows, as_good])
        return taken if cheapest is None else cheapest


def _ways(candidate: Candidate, part_percent: int | None) -> Iterator[_Choice]:
    """How a proposal can be taken in."""
    asks = {stream: amount for stream, amount in candidate.asks.items() if amount}
    if asks:
        yield _Choice(candidate, asks, is_part=False)
    part = {stream: percent_of(amount, Decimal(part_percent or 0)) for stream, amount in asks.items()}
    if any(part.values()) and part != asks:  # all of it is no part, nor is what rounds up to all of it
        yield _Choice(candidate, part, is_part=True)
