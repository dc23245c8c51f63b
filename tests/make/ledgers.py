"""The council's ledger as it was taken over, and its timing differences."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.funding_years.models import (
    CSP,
    FundingYear,
)
from portfolio.ledger.models import LedgerExtract, LedgerNote
from portfolio.ledger.noting import note_timing
from portfolio.ledger.reading import Transaction
from portfolio.ledger.taking import keep_upload, packed, take_over
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.quarters import Quarter
from tests.make import world
from tests.make.world import CLAIMED_AT, Q1, Q2, number


def extract(
    session: Session,
    year: FundingYear,
    posted: Sequence[tuple[str, str, Decimal]],
    *,
    on: date = date(2025, 7, 31),
    csp: CSP | None = None,
    by: Person | None = None,
    name: str = "ledger.csv",
) -> LedgerExtract:
    """A ledger taken over: `posted` are cost centre, account and pounds, all of one day (in Q2 unless it says so)."""
    who = by or world.person(session, Role.FINANCE)
    kept = keep_upload(
        session, year, csp, by=who, name=name, sha256=f"{next(number):064}", rows=packed([]), now=CLAIMED_AT
    )
    transactions = [
        Transaction(line, on, amount, centre, account, "Invoice", f"J{line}")
        for line, (centre, account, amount) in enumerate(posted, start=2)
    ]
    return take_over(session, kept, transactions, by=who, now=CLAIMED_AT)


def timing(
    session: Session,
    award: Award,
    amount: Decimal,
    *,
    quarter: Quarter = Q2,
    belongs_to: Quarter = Q1,
    category: str = "pay and on-costs",
    by: Person | None = None,
) -> LedgerNote:
    """A timing difference of Q2, in pounds, that belongs to Q1 unless it says otherwise."""
    return note_timing(
        session,
        award,
        world.category(award.proposal.funding_year.programme, category),
        quarter,
        belongs_to=belongs_to,
        amount=amount,
        reason="Paid in the quarter after.",
        by=by or world.person(session, Role.FINANCE),
        now=CLAIMED_AT,
    )
