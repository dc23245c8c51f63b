"""Signed adjustments of locked quarters: what one may say, who decides on it, and how both figures are told."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

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


class CorrectionState(StrEnum):
    """Where a correction stands that somebody asked for; only an approved one counts."""

    WAITING = "waiting"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


TAKEN_BACK = "Withdrawn by who asked for it"
"""What stands in place of a refusal's reason where nobody refused."""


class NothingToCorrect(PortfolioError):
    """A correction that is none, or has no reason."""


class AskedByThemselves(PortfolioError):
    """Who asked for a correction decides on it."""

    def __init__(self) -> None:
        super().__init__("You asked for this correction, so somebody else must decide on it")


class DecidedAlready(PortfolioError):
    """A correction that was approved, refused or withdrawn before."""

    def __init__(self, state: CorrectionState) -> None:
        super().__init__(f"This correction is {state} already. Ask for another one if something is still wrong")


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


def correction_state(asked_by: int, decided_by: int | None, refused_because: str | None) -> CorrectionState:
    """Where a correction stands, by who asked for it, who decided on it, if anybody did, and the reason of a refusal.

    Nobody refuses what they asked for themselves: they withdraw it.
    """
    if decided_by is None:
        return CorrectionState.WAITING
    if refused_because is None:
        return CorrectionState.APPROVED
    return CorrectionState.WITHDRAWN if decided_by == asked_by else CorrectionState.REFUSED


def bad_decision(state: CorrectionState, asked_by: int, decides: int) -> PortfolioError | None:
    """Why somebody does not decide on a correction: it is decided already, or they asked for it themselves."""
    if state is not CorrectionState.WAITING:
        return DecidedAlready(state)
    return AskedByThemselves() if asked_by == decides else None


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
