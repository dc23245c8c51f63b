"""A council's ledger for tests: one taken over, another that waits, and a timing difference."""

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.ledger import noting, taking
from portfolio.ledger.models import LedgerExtract, LedgerNote, LedgerUpload
from portfolio.ledger.reading import Transaction
from portfolio.people.models import Person
from tests.make import CLAIMED_AT, Q1, Q2

HEADINGS = ["Date", "Cost centre", "Account", "Amount", "Description", "Reference"]


@dataclass(frozen=True)
class Ledger:
    """What an area's pages of the ledger name."""

    extract: LedgerExtract
    upload: LedgerUpload
    """What was sent next, of another sort: nobody has said yet what its columns hold."""
    note: LedgerNote


def ledger_of(session: Session, award: Award, by: Person) -> Ledger:
    """Of an award's year: what was booked in Q2 on the award's cost centre, on another one, and on a new account."""
    year = award.proposal.funding_year
    category = year.programme.categories[0]
    award.cost_centre = award.cost_centre or f"C{award.id}"
    centre = award.cost_centre
    transactions = [
        Transaction(2 + number, Q2.first_day + timedelta(days=number), amount, on, account, f"Invoice {number}", "J1")
        for number, (amount, on, account) in enumerate(
            ((Decimal("1017.26"), centre, "1000"), (Decimal("-73.11"), "X9", "1000"), (Decimal("5.00"), centre, "2000"))
        )
    ]
    taking.set_accounts(session, year, {"1000": category.id})
    first = _upload(session, award, by, "gl-q2.csv", HEADINGS)
    extract = taking.take_over(session, first, transactions, by=by, now=CLAIMED_AT)
    note = noting.note_timing(
        session, award, category, Q2, belongs_to=Q1, amount=Decimal("17.26"), reason="Paid late", by=by, now=CLAIMED_AT
    )
    return Ledger(extract, _upload(session, award, by, "gl-q3.csv", [*HEADINGS, "Entered by"]), note)


def _upload(session: Session, award: Award, by: Person, name: str, headings: list[str]) -> LedgerUpload:
    year = award.proposal.funding_year
    texts = ["01/07/2025", award.cost_centre or "", "1000", "12.00", "Invoice", "J2", ""][: len(headings)]
    rows = taking.packed([(1, headings), (2, texts)])
    return taking.keep_upload(
        session, year, None, by=by, name=name, sha256=f"{name} of {award.id}", rows=rows, now=CLAIMED_AT
    )
