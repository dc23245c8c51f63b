"""What a measure may say: a figure, or the reason why there is none. Unavailable is never zero."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.money import per_cent
from portfolio.quarters import Quarter
from portfolio.words import figure

NO_CAUSE = (
    "Figures of an area, and what projects report, stand side by side. Neither shows what caused the other: "
    "many things change them at once."
)
"""What stands wherever outcomes are shown: no figure here claims a cause."""
FEWEST = 5
"""Counts under five are not published: they could point to a person."""
FEW = "Fewer than 5"

_FIGURE = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d{1,6})?", re.ASCII)
LONGEST_FIGURE = 20


class IndicatorKind(StrEnum):
    """An output is what was done; an outcome is what came of it."""

    OUTPUT = "output"
    OUTCOME = "outcome"


class BadObservation(PortfolioError):
    """An observation that says nothing, or two things."""


class NotAFigure(PortfolioError):
    """A text that is no count or rate."""

    def __init__(self, typed: str) -> None:
        super().__init__(f"“{typed.strip()[:40]}” is not a figure. Enter a number of zero or more, like 41 or 12.5")


class BadMeasure(PortfolioError):
    """A measure or an indicator that nobody could understand, or that is there already."""


class Abandoned(PortfolioError):
    """A measure that is measured no longer."""

    def __init__(self, because: str) -> None:
        super().__init__(f"This measure is no longer measured: {because}. What was recorded stays")


class NotYet(PortfolioError):
    """A figure of a quarter that has not begun."""

    def __init__(self, quarter: Quarter) -> None:
        super().__init__(f"{quarter.short} has not begun, so there is nothing to record yet", "quarter")


def parse_figure(typed: str) -> Decimal:
    """Read a count or a rate as people type it: `41`, `1,204`, `12.5`; raises NotAFigure."""
    text = typed.strip()
    if len(text) > LONGEST_FIGURE or not _FIGURE.fullmatch(text):
        raise NotAFigure(typed)
    return Decimal(text.replace(",", ""))


def not_yet(quarter: Quarter, today: date) -> NotYet | None:
    """A quarter that has not begun has no figure."""
    return NotYet(quarter) if quarter.first_day > today else None


def bad_definition(name: str, text: str, geography: str) -> list[PortfolioError]:
    """A measure says what it is called, what it counts, and where."""
    said = (
        ("name", name, "Enter the measure's name"),
        ("text", text, "Say what is counted, so that two people would count the same"),
        ("geography", geography, "Say where it is counted, like police area"),
    )
    return [BadMeasure(sentence, field) for field, told, sentence in said if not told.strip()]


def bad_indicator(name: str, unit: str, taken: Sequence[str]) -> list[PortfolioError]:
    """An indicator says what is counted, in what unit, and an award has each one once."""
    errors: list[PortfolioError] = []
    if not name.strip():
        errors.append(BadMeasure("Enter what is counted, like mentors trained", "name"))
    if not unit.strip():
        errors.append(BadMeasure("Enter the unit, like people or sessions", "unit"))
    if name.strip().lower() in {other.lower() for other in taken}:
        errors.append(BadMeasure("This project has an indicator of that name already", "name"))
    return errors


def bad_redefinition(because: str) -> BadMeasure | None:
    """A definition takes the place of another for a reason, because the series breaks there."""
    return None if because.strip() else BadMeasure("Say why it is defined anew: the series breaks there", "because")


def bad_change(name: str, unit: str, others: Sequence[str], because: str, *, retargeted: bool) -> list[PortfolioError]:
    """An indicator stays one that can be understood; a target that was agreed changes for a reason only."""
    errors = bad_indicator(name, unit, others)
    if retargeted and not because.strip():
        errors.append(BadMeasure("Say why the target changes, and who agreed to it", "because"))
    return errors


def begin_anew(versions: Sequence[tuple[Quarter, int]]) -> set[Quarter]:
    """The quarters that another definition begins at, of quarters in order, each with the version it was counted by."""
    return {quarter for (_, before), (quarter, version) in pairwise(versions) if version != before}


def too_few(value: Decimal) -> bool:
    """Whether a figure is a count that is too small to be published; a figure with a fraction is a rate."""
    return value < FEWEST and value == value.to_integral_value()


def published(value: Decimal) -> str:
    """A figure as it may be published: `38`, `Fewer than 5`."""
    return FEW if too_few(value) else figure(value)


def to_date(kind: IndicatorKind, values: Sequence[Decimal]) -> Decimal | None:
    """What an indicator has come to: outputs add up, an outcome is its latest figure; None before the first."""
    if not values:
        return None
    return sum(values, Decimal(0)) if kind is IndicatorKind.OUTPUT else values[-1]


def instead_of_sum(kind: IndicatorKind, values: Sequence[Decimal]) -> str | None:
    """What is published in the place of what an indicator came to (`to_date`); None where the figure itself may be.

    A sum less the counts that are shown, on this page or in an earlier report, would tell one that is not.
    """
    reached = to_date(kind, values)
    if reached is None:
        return None
    if too_few(reached):
        return FEW
    unshown = [value for value in values if too_few(value)]
    rest = sum(unshown, Decimal(0))
    # Several that together are no small count, nor each as large as it can be, cannot be told apart.
    told_apart = len(unshown) == 1 or not FEWEST <= rest < (FEWEST - 1) * len(unshown)
    if kind is IndicatorKind.OUTCOME or not unshown or not told_apart:
        return None
    return f"At least {figure(max(reached - rest, Decimal(FEWEST)))}"


def so_far(kind: IndicatorKind, values: Sequence[Decimal | None]) -> list[Decimal | None]:
    """What an indicator had come to by each of its periods in order; None where nothing was recorded of one."""
    known: list[Decimal] = []
    reached: list[Decimal | None] = []
    for value in values:
        known += [] if value is None else [value]
        reached.append(None if value is None else to_date(kind, known))
    return reached


def of_target(reached: Decimal | None, target: Decimal | None) -> str | None:
    """`65%`: what has been reached of a target, cut off so that it reads 100% only once all is; None without either."""
    share = None if reached is None or target is None else per_cent(reached, target)
    return None if share is None else f"{int(share):,}%"


def bad_observation(value: Decimal | None, unavailable: str | None) -> BadObservation | None:
    """A figure or a reason, never both; a figure is not negative."""
    if value is not None and unavailable:
        return BadObservation("Enter either a figure or why it is not available, not both", "value")
    if value is not None and value < 0:
        return BadObservation("A measure cannot be negative. Enter a figure of zero or more", "value")
    return None


def unavailable_without_reason(measure: str, value: Decimal | None, unavailable: str | None) -> RuleWarning | None:
    """W8: no figure, and no word why."""
    if value is not None or (unavailable or "").strip():
        return None
    return RuleWarning("W8", "Not available, and no reason is given", measure)
