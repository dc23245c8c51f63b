"""How much of a claim's lines was received and not yet paid when the quarter ended: said by its lead, or by finance."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError, refuse_any
from portfolio.money import ZERO, format_pounds
from portfolio.quarters import Quarter
from portfolio.spend.approving import closed_reasons
from portfolio.spend.checks import ClaimMoved, NotOpen
from portfolio.spend.claiming import get_claim
from portfolio.spend.models import Claim, ClaimLine
from portfolio.spend.standing import hold


class BadAccrual(PortfolioError):
    """An accrual that is no part of what the line claims."""


def bad_accrual(accrued: Decimal, amount: Decimal, place: str) -> BadAccrual | None:
    """Accrued is part of a line's amount, in pounds: from nothing to all of it; a refund has none."""
    if accrued < ZERO:
        return BadAccrual("Enter an amount of zero or more", place)
    if accrued > max(amount, ZERO):
        return BadAccrual(
            f"The line claims {format_pounds(amount)}, so no more than {format_pounds(max(amount, ZERO))} of it can be "
            "accrued",
            place,
        )
    return None


def may_accrue(claim: Claim | None, *, claims: bool, approves: bool) -> bool:
    """Whether accruals can be said now: by who claims while the claim is open, by finance before it is approved."""
    if claim is None:
        return False
    return (claims and claim.status.can_be_edited) or (approves and claim.status.waits_for_finance)


def set_accruals(
    session: Session,
    award: Award,
    quarter: Quarter,
    told: Mapping[int, Decimal | None],
    edition: int,
    *,
    claims: bool,
    approves: bool,
) -> Claim:
    """Say what of each line is accrued, in pounds by the line's number; a blank is nothing.

    Refused all at once: a claim that is not open to whoever says it, one that has changed since it was read, and what
    is no part of its line.
    """
    hold(session, [award])
    claim = get_claim(session, award, quarter)
    errors = list(closed_reasons(session, [claim]).get(claim.id, ()))
    if not errors and not may_accrue(claim, claims=claims, approves=approves):
        errors.append(NotOpen(claim.status))
    if not errors and claim.edition != edition:
        errors.append(ClaimMoved())
    refuse_any(errors)
    changed = []
    for place, line in enumerate(claim.lines):
        amount = told.get(line.id) or ZERO
        errors += [error for error in [bad_accrual(amount, line.amount, f"lines[{place}].accrued")] if error]
        if amount != (line.accrued or ZERO):
            changed.append((line, amount or None))
    refuse_any(errors)
    for line, accrued in changed:
        line.accrued = accrued
    claim.edition += bool(changed)
    session.flush()
    return claim


def accrued_lines(claim: Claim | None) -> list[ClaimLine]:
    """The lines of a claim that say that something of them is accrued."""
    return [line for line in claim.lines if line.accrued] if claim is not None else []


def accrued_in_all(claim: Claim | None) -> Decimal:
    """What of a claim is accrued, in pounds."""
    return sum((line.accrued or ZERO for line in accrued_lines(claim)), ZERO)
