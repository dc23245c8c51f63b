"""What a plan comes to: what is left by stream, what it scores, its match, what it covers by area and level."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from portfolio.decisions.rules import Outcome
from portfolio.money import PENNY, ZERO, per_cent
from portfolio.proposals.rules import Level
from portfolio.scenarios.rules import Available, Candidate, Plan, outcome_of, points

NOT_SAID = "not said"


@dataclass(frozen=True)
class Left:
    """A stream in a plan, in pounds: what there is, what is planned with, what is taken, and what is left."""

    available: Available
    ceiling: Decimal
    limit: Decimal
    taken: Decimal

    @property
    def left(self) -> Decimal:
        """What the plan could still take; negative is too much."""
        return self.limit - self.taken

    @property
    def too_much(self) -> Decimal:
        """By how much what is taken passes what is planned with."""
        return max(self.taken - self.limit, ZERO)

    @property
    def above_allocation(self) -> Decimal:
        """How much of what is taken lies above the partnership's allocation."""
        return max(self.taken - self.available.allocation, ZERO)

    @property
    def undecidable(self) -> Decimal:
        """How much of what is taken decisions could not award (E1)."""
        return max(self.taken - self.available.decidable, ZERO)


@dataclass(frozen=True)
class Cell:
    """One level of prevention in one area: how many proposals there are, how many are taken in, with how much."""

    asked: int = 0
    taken: int = 0
    pounds: Decimal = ZERO

    def __add__(self, other: "Cell") -> "Cell":
        return Cell(self.asked + other.asked, self.taken + other.taken, self.pounds + other.pounds)


LEVELS = (*(level.value for level in Level), NOT_SAID)


@dataclass(frozen=True)
class Tally:
    """What a plan comes to."""

    streams: tuple[Left, ...]
    proposals: int
    taken: int
    in_part: int
    points: Decimal
    mean: Decimal | None
    """The mean score of what is taken in, in per cent; None where none of it is scored."""
    unscored: int
    hidden: int
    """Of those that are taken in, how many nobody has scored, and of how many the score is kept from who looks."""
    cash: Decimal
    in_kind: Decimal
    coverage: Mapping[str, Mapping[str, Cell]]
    """By area, then by level; a proposal of several levels stands in each of them."""

    @property
    def levels(self) -> tuple[str, ...]:
        """The levels of prevention; that a proposal names none is a column of its own where it happens."""
        unsaid = any(row[NOT_SAID].asked for row in self.coverage.values())
        return LEVELS if unsaid else LEVELS[:-1]

    def of_level(self, level: str) -> int:
        """How many of the proposals taken in are of a level."""
        return sum(row[level].taken for row in self.coverage.values())

    @property
    def pounds(self) -> Decimal:
        """All that is taken."""
        return sum((each.taken for each in self.streams), ZERO)

    @property
    def limit(self) -> Decimal:
        """All that the plan allows itself."""
        return sum((each.limit for each in self.streams), ZERO)

    @property
    def left(self) -> Decimal:
        """What is left of all streams together; one stream's money cannot pay for another."""
        return self.limit - self.pounds

    @property
    def match(self) -> Decimal:
        """All the match that is offered with what is taken in, cash and in kind."""
        return self.cash + self.in_kind

    @property
    def leverage(self) -> Decimal | None:
        """The match in per cent of what is awarded."""
        return per_cent(self.match, self.pounds)


def tally(candidates: Sequence[Candidate], streams: Sequence[Available], plan: Plan) -> Tally:
    """What a plan comes to: by stream, in points, in match, by area and level."""
    chosen = [(each, plan.awards[each.number]) for each in candidates if each.number in plan.awards]
    scores = [each.score for each, _ in chosen if each.score is not None]
    return Tally(
        streams=tuple(
            Left(
                each,
                plan.ceilings.get(each.stream, ZERO),
                plan.limit(each.stream),
                sum((given.get(each.stream, ZERO) for _, given in chosen), ZERO),
            )
            for each in streams
        ),
        proposals=len(candidates),
        taken=len(chosen),
        in_part=sum(outcome_of(each, given) is Outcome.PART_FUNDED for each, given in chosen),
        points=sum((points(each, given) for each, given in chosen), ZERO),
        mean=(sum(scores, ZERO) / len(scores)).quantize(PENNY, rounding=ROUND_HALF_UP) if scores else None,
        unscored=sum(each.score is None and not each.is_hidden for each, _ in chosen),
        hidden=sum(each.is_hidden for each, _ in chosen),
        cash=sum((each.cash for each, _ in chosen), ZERO),
        in_kind=sum((each.in_kind for each, _ in chosen), ZERO),
        coverage=_coverage(candidates, plan),
    )


def _coverage(candidates: Iterable[Candidate], plan: Plan) -> dict[str, dict[str, Cell]]:
    cells: dict[str, dict[str, Cell]] = {}
    for each in sorted(candidates, key=lambda one: (one.area is None, one.area or "")):
        row = cells.setdefault(each.area or NOT_SAID, dict.fromkeys(LEVELS, Cell()))
        given = plan.awards.get(each.number)
        cell = Cell(1, int(given is not None), sum((given or {}).values(), ZERO))
        for level in [level.value for level in each.levels] or [NOT_SAID]:
            row[level] += cell
    return cells
