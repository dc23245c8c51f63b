"""What the pages of scenarios tell: each with what it comes to, several side by side, and the sets that score best."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portfolio.money import ZERO
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.optimiser import Found, Wanted, best_sets
from portfolio.scenarios.queries import Weighed
from portfolio.scenarios.rules import Candidate, Plan, outcome_of, points
from portfolio.scenarios.trying import Tally


@dataclass(frozen=True)
class Taken:
    """A proposal in a plan: what it would get in pounds by stream, what that is called, and what it counts."""

    candidate: Candidate
    given: tuple[Decimal, ...]
    outcome: str
    points: Decimal

    @property
    def amount(self) -> Decimal:
        """All that it would get."""
        return sum(self.given, ZERO)


@dataclass(frozen=True)
class Tried:
    """A plan under its name with what it comes to; without a scenario it is what was decided."""

    name: str
    plan: Plan
    tally: Tally
    scenario: Scenario | None = None

    def given(self, candidate: Candidate) -> Decimal | None:
        """What it would award a proposal, in pounds; None where it leaves it out."""
        given = self.plan.awards.get(candidate.number)
        return None if given is None else sum(given.values(), ZERO)


def tried(weighed: Weighed, scenarios: Sequence[Scenario]) -> list[Tried]:
    """Scenarios with what each comes to today."""
    plans = [(each, weighed.plan_of(each)) for each in scenarios]
    return [Tried(each.name, plan, weighed.tally(plan), each) for each, plan in plans]


def as_decided(weighed: Weighed) -> Tried | None:
    """What the partnership decided, to hold scenarios against; None where it awarded nothing."""
    plan = weighed.decided
    return Tried("As decided", plan, weighed.tally(plan)) if plan.awards else None


@dataclass(frozen=True)
class SideBySide:
    """Scenarios beside each other, and how many proposals of each level each takes in."""

    tried: tuple[Tried, ...]

    @property
    def tallies(self) -> list[Tally]:
        """What each comes to."""
        return [each.tally for each in self.tried]

    @property
    def levels(self) -> dict[str, list[int]]:
        """By level, how many proposals each takes in."""
        named = max((each.levels for each in self.tallies), key=len, default=())
        return {level: [each.of_level(level) for each in self.tallies] for level in named}


def taken_in(weighed: Weighed, plan: Plan) -> list[Taken]:
    """What a plan takes in, in the order in which it is weighed."""
    return [
        Taken(
            each,
            tuple(plan.awards[each.number].get(share.stream, ZERO) for share in weighed.streams),
            outcome_of(each, plan.awards[each.number]).value,
            points(each, plan.awards[each.number]),
        )
        for each in weighed.candidates
        if each.number in plan.awards
    ]


def left_out(weighed: Weighed, plan: Plan) -> list[Candidate]:
    """What a plan does not take in, in the order in which it is weighed."""
    return [each for each in weighed.candidates if each.number not in plan.awards]


@dataclass(frozen=True)
class Set:
    """A set that the optimiser found, as a plan with what it comes to, and how it differs from the best."""

    found: Found
    plan: Plan
    tally: Tally
    taken: list[Taken]
    comes_in: tuple[Candidate, ...]
    goes_out: tuple[Candidate, ...]
    less: Decimal
    """By how many points it falls short of the best; negative is more."""

    @property
    def against_best(self) -> str:
        """`3.20 points fewer`, as a set stands to the best."""
        if not self.less:
            return "As many points"
        return f"{abs(self.less)} points {'fewer' if self.less > 0 else 'more'}"


@dataclass(frozen=True)
class Question:
    """Something that one asks of the best set, in words, and the set that answers it; None where nothing does."""

    words: str
    answer: Set | None


@dataclass(frozen=True)
class BestTold:
    """The best set, its runners-up, and what tipped it."""

    best: Set
    runners_up: tuple[Set, ...]
    conditions: tuple[Question, ...]
    left_out: tuple[Question, ...]
    unscored: tuple[Candidate, ...]
    hidden: tuple[Candidate, ...]
    conditions_are_asked: bool
    is_whole: bool


def best_told(weighed: Weighed, ceilings: Plan, wanted: Wanted) -> BestTold:
    """What the optimiser finds, told against its best; raises what it raises."""
    answer = best_sets(weighed.candidates, wanted)

    def told(found: Found) -> Set:
        plan = Plan(ceilings.ceilings, ceilings.over_percent, found.awards)
        first = answer.best.awards
        return Set(
            found,
            plan,
            weighed.tally(plan),
            taken_in(weighed, plan),
            tuple(each for each in weighed.candidates if each.number in found.awards and each.number not in first),
            tuple(each for each in weighed.candidates if each.number in first and each.number not in found.awards),
            answer.best.points - found.points,
        )

    return BestTold(
        told(answer.best),
        tuple(map(told, answer.runners_up)),
        tuple(Question(words, told(found)) for words, found in answer.without),
        tuple(Question(each.candidate.name, told(each.instead) if each.instead else None) for each in answer.left_out),
        tuple(each for each in answer.unscored if not each.is_hidden),
        tuple(each for each in answer.unscored if each.is_hidden),
        any(wanted.conditions()),
        answer.is_whole,
    )
