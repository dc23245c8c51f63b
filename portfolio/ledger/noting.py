"""Noting timing differences: booked in one quarter, claimed in another."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.errors import SaidTwice, refuse_any
from portfolio.funding_years.models import CostCategory
from portfolio.ledger.models import LedgerNote
from portfolio.ledger.rules import Withdrawn, bad_note
from portfolio.people.models import Person
from portfolio.quarters import Quarter


def note_timing(
    session: Session,
    award: Award,
    category: CostCategory,
    quarter: Quarter,
    *,
    belongs_to: Quarter,
    amount: Decimal,
    reason: str,
    by: Person,
    now: datetime,
) -> LedgerNote:
    """Note what is in a quarter's ledger and claimed in another (positive), or the other way round, in pounds.

    Raises Refused, and SaidTwice (E7) for the very same note. A return that was issued stays as it was issued.
    """
    refuse_any(bad_note(amount, quarter, belongs_to))
    said = {
        "award": award, "category": category, "quarter": quarter, "belongs_to": belongs_to, "amount": amount,
        "reason": reason.strip(),
    }  # fmt: skip
    same = [getattr(LedgerNote, name) == value for name, value in said.items()]
    if session.scalar(select(LedgerNote.id).where(*same, LedgerNote.withdrawn_at.is_(None))) is not None:
        raise SaidTwice("timing difference", "say so in its reason", "reason")
    note = LedgerNote(**said, noted_by=by, noted_at=now)
    session.add(note)
    session.flush()
    return note


def withdraw_note(note: LedgerNote, *, by: Person, now: datetime) -> None:
    """Have a note count no more; it stays to be seen. Raises Withdrawn."""
    if note.withdrawn_at is not None:
        raise Withdrawn("timing difference")
    note.withdrawn_by, note.withdrawn_at = by, now
