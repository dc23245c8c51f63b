"""What a measure may say: a figure, or the reason why there is none. Unavailable is never zero."""

from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError, RuleWarning


class IndicatorKind(StrEnum):
    """An output is what was done; an outcome is what came of it."""

    OUTPUT = "output"
    OUTCOME = "outcome"


class BadObservation(PortfolioError):
    """An observation that says nothing, or two things."""


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
