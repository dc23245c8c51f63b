"""Signed adjustments of locked quarters: what one may say, and how both figures are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portfolio.errors import PortfolioError
from portfolio.money import format_pounds
from portfolio.quarters import Quarter


@dataclass(frozen=True)
class Adjustment:
    """What a correction says, in pounds: above zero adds to the quarter it corrects, below zero takes off it."""

    stream: str
    category: str
    corrects: Quarter
    entered_in: Quarter
    amount: Decimal
    reason: str


class NothingToCorrect(PortfolioError):
    """A correction that is none, or has no reason."""


def bad_correction(said: Adjustment, *, corrected_is_locked: bool, after: Decimal) -> list[PortfolioError]:
    """What is wrong with a signed adjustment; `after` is what the corrected quarter would then come to, in pounds."""
    errors: list[PortfolioError] = []
    corrects = said.corrects
    if said.amount == 0:
        errors.append(
            NothingToCorrect("Enter the difference, above or below zero, that puts the quarter right", "amount")
        )
    if not said.reason.strip():
        errors.append(NothingToCorrect("Give the reason for the correction", "reason"))
    if corrects >= said.entered_in:
        errors.append(
            NothingToCorrect(
                f"{corrects.short} is not before {said.entered_in.short}. Correct an earlier quarter", "corrects"
            )
        )
    elif not corrected_is_locked:
        errors.append(
            NothingToCorrect(
                f"{corrects.short} is not locked in a return yet. Change its claim instead of correcting it", "corrects"
            )
        )
    if after < 0:
        errors.append(
            NothingToCorrect(
                f"{corrects.short} would come to {format_pounds(after)}. Take off no more than was claimed", "amount"
            )
        )
    return errors


def corrected_by(corrections: Sequence[tuple[Quarter, Decimal]]) -> str:
    """What a quarter was put right by since, in pounds, and where each counts: `corrected by −£73.11 in Q2`."""
    return "corrected " + " and ".join(
        f"by {format_pounds(amount)} in {quarter.name}" for quarter, amount in corrections
    )


def both_figures(claimed: Decimal, corrections: Sequence[tuple[Quarter, Decimal]]) -> str:
    """What was returned, in pounds, which stays, and what it was put right by since.

    `claimed £903.27, corrected by −£73.11 in Q2 and by £5.00 in Q3`.
    """
    said = f"claimed {format_pounds(claimed)}"
    return f"{said}, {corrected_by(corrections)}" if corrections else said
