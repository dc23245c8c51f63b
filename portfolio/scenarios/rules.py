"""What a portfolio of awards may try before anything is decided, what it counts, and what past years left unspent."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal

from portfolio.decisions.rules import Outcome
from portfolio.errors import PortfolioError
from portfolio.funding_years.rules import ceiling
from portfolio.money import PENNY, ZERO, format_pounds, per_cent
from portfolio.proposals.rules import Level, ProposalKind

ByStream = Mapping[int, Decimal]
"""Pounds by the number of a stream."""
MOST_OVER = Decimal(100)
"""No past underspend lets anybody plan more than twice what there is."""


@dataclass(frozen=True)
class Candidate:
    """A proposal that a partnership was asked, as a panel weighs it; amounts are pounds."""

    number: int
    reference: str
    title: str
    organisation: str
    kind: ProposalKind
    levels: frozenset[Level]
    area: str | None
    asks: ByStream
    score: Decimal | None
    """The panel's score, in per cent of the best there is; None where nobody has scored it yet."""
    passes_gates: bool
    is_hidden: bool = False
    """Whether its score is kept from who looks, because they take no part in it (E12): it counts for nothing."""
    cash: Decimal = ZERO
    """The match in cash that it offers."""
    in_kind: Decimal = ZERO
    outcome: Outcome | None = None
    """What the partnership decided on it, where it has."""
    awarded: ByStream = field(default_factory=dict)
    """What it decided to award."""

    @property
    def asked(self) -> Decimal:
        """All that it asks, in pounds."""
        return sum(self.asks.values(), ZERO)

    @property
    def name(self) -> str:
        """`SVD-25-01 Specialist Nurse`."""
        return f"{self.reference} {self.title}"

    def most(self, stream: int) -> Decimal:
        """The most that can be tried for it of a stream: what it asks, or what was awarded where that is more."""
        return max(self.asks.get(stream, ZERO), self.awarded.get(stream, ZERO))


@dataclass(frozen=True)
class Available:
    """A stream in pounds: the partnership's allocation of it, and what decisions may come to."""

    stream: int
    name: str
    allocation: Decimal
    decidable: Decimal
    """The allocation with the programme's tolerance: decisions above it are refused (E1)."""


@dataclass(frozen=True)
class Plan:
    """What is tried: ceilings by stream, by how much to plan above them in per cent, and awards by proposal."""

    ceilings: ByStream
    over_percent: Decimal
    awards: Mapping[int, ByStream]
    """Pounds by stream, by the number of the proposal; one that is left out is not in it."""

    def limit(self, stream: int) -> Decimal:
        """What the plan allows itself of a stream, in pounds."""
        return ceiling(self.ceilings.get(stream, ZERO), self.over_percent)


class AboveAsked(PortfolioError):
    """More for a proposal than it asks."""

    def __init__(self, reference: str, stream: str, most: Decimal, place: str) -> None:
        super().__init__(f"{reference} asks for {format_pounds(most)} of {stream}. Enter that or less", place)


class NegativeAmount(PortfolioError):
    """An amount below zero where none can be."""

    def __init__(self, place: str) -> None:
        super().__init__("An amount cannot be negative here. Enter zero or more", place)


class TakesNothing(PortfolioError):
    """A proposal taken in with nothing."""

    def __init__(self, reference: str, place: str) -> None:
        super().__init__(f"{reference} is taken in with £0.00. Enter an amount, or leave it out", place)


class BadOver(PortfolioError):
    """A percentage to plan above the ceilings that cannot be."""

    def __init__(self) -> None:
        super().__init__(
            "Enter by how many per cent to plan above the ceilings: a number from 0 to 100, like 4.5", "over_percent"
        )


class NoName(PortfolioError):
    """A scenario without a name."""

    def __init__(self) -> None:
        super().__init__("Enter a name, so that the panel can speak of it", "name")


class ScenarioMoved(PortfolioError):
    """The scenario is no longer the one that was looked at."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody else has saved this scenario since you opened it. "
            "Look at theirs, or save yours under another name"
        )


class NotYours(PortfolioError):
    """A scenario that somebody else made."""

    def __init__(self, maker: str) -> None:
        super().__init__(f"{maker} made this scenario; they or an officer can change it. Save yours under another name")


class DecidedAlready(PortfolioError):
    """A scenario that was turned into decisions."""

    def __init__(self) -> None:
        super().__init__("This scenario was turned into decisions and stays as it was. Save yours under another name")


def bad_plan(plan: Plan, candidates: Collection[Candidate], streams: Sequence[Available]) -> list[PortfolioError]:
    """What is wrong with a plan by itself; going over a ceiling is not: that is what trying is for."""
    errors: list[PortfolioError] = [
        NegativeAmount(f"ceiling.{each.stream}") for each in streams if plan.ceilings.get(each.stream, ZERO) < 0
    ]
    errors += [BadOver()] if not 0 <= plan.over_percent <= MOST_OVER else []
    for candidate in candidates:
        given = plan.awards.get(candidate.number)
        if given is None:
            continue
        for each in streams:
            amount, most = given.get(each.stream, ZERO), candidate.most(each.stream)
            place = f"award.{candidate.number}.{each.stream}"
            if amount < 0:
                errors.append(NegativeAmount(place))
            elif amount > most:
                errors.append(AboveAsked(candidate.reference, each.name, most, place))
        if not any(given.values()):
            errors.append(TakesNothing(candidate.reference, f"award.{candidate.number}.{streams[0].stream}"))
    return errors


def no_name(name: str) -> NoName | None:
    """A scenario is spoken of by its name."""
    return None if name.strip() else NoName()


def cannot_change(*, is_decided: bool, is_makers: bool, decides: bool, maker: str) -> PortfolioError | None:
    """Its maker and who decides may change a scenario, until it is turned into decisions."""
    if is_decided:
        return DecidedAlready()
    return None if is_makers or decides else NotYours(maker)


def has_moved(edition: int, seen: int) -> ScenarioMoved | None:
    """Whoever saves has seen the last save."""
    return None if edition == seen else ScenarioMoved()


def points(candidate: Candidate, given: ByStream) -> Decimal:
    """What a proposal counts in a portfolio: its score, or of it the share that is awarded of what it asks.

    In points to two places, half a hundredth rounded up; nothing where nobody has scored it.
    """
    awarded, asked = sum(given.values(), ZERO), candidate.asked
    if candidate.score is None or not asked:
        return ZERO
    return (candidate.score * min(awarded, asked) / asked).quantize(PENNY, rounding=ROUND_HALF_UP)


def outcome_of(candidate: Candidate, given: ByStream) -> Outcome:
    """What deciding so would be called: funded where nothing asked is withheld, else part-funded."""
    in_full = all(given.get(stream, ZERO) >= asked for stream, asked in candidate.asks.items())
    return Outcome.FUNDED if in_full else Outcome.PART_FUNDED


@dataclass(frozen=True)
class PastYear:
    """A partnership's year that has ended, in pounds: what it planned to spend, and what of that was left."""

    name: str
    planned: Decimal
    underspend: Decimal

    @property
    def percent(self) -> Decimal | None:
        """What was left, in per cent of what was planned; negative where more was spent."""
        return per_cent(self.underspend, self.planned)


def suggested_over(past: Sequence[PastYear]) -> Decimal | None:
    """By how many per cent to plan above the ceilings: so that what past years left unspent would be spent.

    Planned above by p, the same share unspent, a year ends at its ceiling: with u of each pound unspent, p is
    u / (1 - u). Of all years together, to two places, rounded down; None where nothing was left.
    """
    planned = sum((year.planned for year in past), ZERO)
    unspent = sum((year.underspend for year in past), ZERO)
    if unspent <= 0 or planned <= unspent:
        return None
    return min((unspent * 100 / (planned - unspent)).quantize(PENNY, rounding=ROUND_DOWN), MOST_OVER)
