"""The rules of a call for proposals: when it is open, by what proposals are judged, and when that no longer changes.

Plain values in and out, as in `rules`.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError
from portfolio.quarters import FinancialYear


@dataclass(frozen=True)
class CriterionSaid:
    """Something that proposals are scored on, with its weight in points of 100."""

    name: str
    weight: int
    guidance: str | None = None


@dataclass(frozen=True)
class GateSaid:
    """Something that a proposal must pass whatever it scores."""

    name: str
    guidance: str | None = None


WHOLE = 100
"""What the weights of a round's criteria come to."""
DEFAULT_POINTS = 5
DEFAULT_RECOMMEND_FROM = Decimal(60)
DEFAULT_DISCUSS_FROM = Decimal(40)
MOST_POINTS = 100


def default_criteria() -> tuple[CriterionSaid, ...]:
    """What a round is scored on unless its partnership says otherwise."""
    return (
        CriterionSaid("Strategic fit", 25, "How well it serves the strategic needs assessment and the delivery plan"),
        CriterionSaid("Need", 20, "What shows that it is needed here, and by whom"),
        CriterionSaid("Evidence base", 15, "What is known of the effect of this kind of activity on violence"),
        CriterionSaid("Deliverability", 15, "Whether staff, partners and time are there to do it within the year"),
        CriterionSaid("Outcomes", 15, "What will be different, and how that will be measured"),
        CriterionSaid("Value and match", 10, "What is bought for the money, and what others bring"),
    )


def default_gates() -> tuple[GateSaid, ...]:
    """What every proposal must pass unless its partnership says otherwise."""
    return (
        GateSaid("Eligible body", "The applicant may receive this grant, and holds its own bank account"),
        GateSaid("Within the funding period", "It spends within the dates that the funder pays for"),
        GateSaid("Safeguarding", "There is a safeguarding policy, and checks of the people who work with the young"),
        GateSaid("No double funding", "No other grant pays for the same costs"),
        GateSaid("Data protection", "What is kept of people is lawful, and shared only where it must be"),
    )


class CallStage(StrEnum):
    """Where a call stands on a day."""

    TO_COME = "not open yet"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True)
class CallSaid:
    """What a partnership says of its call: when it is open, and by what proposals are judged."""

    opens_on: date
    closes_on: date
    guidance: str | None = None
    most_points: int = DEFAULT_POINTS
    recommend_from: Decimal = DEFAULT_RECOMMEND_FROM
    discuss_from: Decimal = DEFAULT_DISCUSS_FROM
    criteria: tuple[CriterionSaid, ...] = field(default_factory=default_criteria)
    gates: tuple[GateSaid, ...] = field(default_factory=default_gates)


class BadCall(PortfolioError):
    """Something in a call that does not hold together."""


class CriteriaStand(PortfolioError):
    """Proposals are scored by what would change."""

    def __init__(self) -> None:
        super().__init__(
            "Somebody has begun to score by these criteria, so criteria, weights, gates, points and thresholds stay "
            "as they are: every proposal is judged alike. You can still change the dates and the guidance"
        )


def call_stage(opens_on: date, closes_on: date, today: date) -> CallStage:
    """Whether a call is open on a day; it is on its first and on its last."""
    if today < opens_on:
        return CallStage.TO_COME
    return CallStage.OPEN if today <= closes_on else CallStage.CLOSED


def bad_call(said: CallSaid) -> list[PortfolioError]:
    """Everything that is wrong with a call, in the order of its form."""
    found: list[PortfolioError] = []
    if said.closes_on < said.opens_on:
        found.append(BadCall("It closes before it opens. Enter the day on which it opens, or a later one", "closes_on"))
    if not 1 <= said.most_points <= MOST_POINTS:
        found.append(BadCall(f"Enter the best score of a criterion, from 1 to {MOST_POINTS}", "most_points"))
    for name, percent in (("recommend_from", said.recommend_from), ("discuss_from", said.discuss_from)):
        if not 0 <= percent <= WHOLE:
            found.append(BadCall("Enter a percentage from 0 to 100", name))
    if said.discuss_from > said.recommend_from:
        found.append(
            BadCall("What is discussed scores less than what is recommended. Enter a lower percentage", "discuss_from")
        )
    return [*found, *_bad_criteria(said.criteria), *_bad_names("gates", [gate.name for gate in said.gates])]


def _bad_criteria(criteria: Sequence[CriterionSaid]) -> list[PortfolioError]:
    if not criteria:
        return [BadCall("Enter at least one criterion with its weight", "criteria[0].name")]
    found = _bad_names("criteria", [each.name for each in criteria])
    found += [
        BadCall(f"Enter the weight as a whole number from 1 to {WHOLE}", f"criteria[{place}].weight")
        for place, each in enumerate(criteria)
        if not 1 <= each.weight <= WHOLE
    ]
    total = sum(each.weight for each in criteria)
    if not found and total != WHOLE:
        found.append(
            BadCall(f"The weights come to {total:,}. Change them so that they come to {WHOLE}", "criteria[0].weight")
        )
    return found


def _bad_names(kind: str, names: Sequence[str]) -> list[PortfolioError]:
    seen: set[str] = set()
    found: list[PortfolioError] = []
    for place, name in enumerate(names):
        if not name:
            found.append(BadCall("Give this a name, or empty its line", f"{kind}[{place}].name"))
        elif name.casefold() in seen:
            found.append(BadCall(f"“{name}” is there twice. Give each its own name", f"{kind}[{place}].name"))
        seen.add(name.casefold())
    return found


def criteria_stand(before: CallSaid, after: CallSaid, *, scoring_began: bool) -> CriteriaStand | None:
    """Once somebody scores by them, criteria, weights, gates, points and thresholds stay as they are."""
    return CriteriaStand() if scoring_began and _judged(before) != _judged(after) else None


def _judged(said: CallSaid) -> tuple[object, ...]:
    """All that decides what a proposal scores and what follows from it; guidance does not."""
    return (
        said.most_points,
        said.recommend_from,
        said.discuss_from,
        tuple((each.name, each.weight) for each in said.criteria),
        tuple(gate.name for gate in said.gates),
    )


def usual_call(year: FinancialYear) -> CallSaid:
    """How a first call begins: open in the last January and February before the year, judged as is usual."""
    before = year.first_day.year
    return CallSaid(date(before, 1, 6), date(before, 2, 28))


def like_before(said: CallSaid, then: FinancialYear, year: FinancialYear) -> CallSaid:
    """A call like an earlier year's: everything that it said, on the same days of the new year."""
    later = year.start - then.start
    return replace(said, opens_on=_years_on(said.opens_on, later), closes_on=_years_on(said.closes_on, later))


def _years_on(day: date, years: int) -> date:
    """The same day some years on; a 29 February becomes the 28th."""
    last = 28 if (day.month, day.day) == (2, 29) else day.day
    return date(day.year + years, day.month, last)
