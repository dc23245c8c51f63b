"""Taking ledgers over, one in the place of another; withdrawing; what `check` proves; and what returns tell."""

from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.db import Database, total
from portfolio.decisions.models import Award
from portfolio.errors import NotFound, PortfolioError
from portfolio.funding_years.models import FundingYear
from portfolio.history import Author
from portfolio.ledger import noting, taking
from portfolio.ledger.comparing import compare_year, counts, get_upload
from portfolio.ledger.models import LedgerEntry, LedgerExtract, LedgerUpload
from portfolio.ledger.proving import unaltered
from portfolio.ledger.reading import Transaction
from portfolio.ledger.rules import Line, Withdrawn
from portfolio.people.models import Person
from portfolio.people.rules import Role, Within
from portfolio.quarters import Quarter
from portfolio.returns.assembling import assemble
from portfolio.returns.snapshot import freeze, thaw
from reports.content import Kind, LedgerRow
from tests import make
from tests.conftest import NOW
from tests.tampering import by_hand

Q1, Q2 = make.Q1, make.Q2
JUNE, JULY = date(2025, 6, 30), date(2025, 7, 1)
DORSET, BCP = make.CSPS["dorset"], make.CSPS["bcp"]


@pytest.fixture
def award(session: Session) -> Award:
    """Dorset's award on cost centre 4512, with £1,000.00 of pay claimed in Q2; account 1000 is pay, 9000 no spend."""
    found = make.award(session, cost_centre="4512")
    make.claim(session, found, Q2, lines={("labour", "pay and on-costs"): Decimal("1000.00")})
    year = found.proposal.funding_year
    taking.set_accounts(session, year, {"1000": make.category(year.programme).id, "9000": None})
    return found


@pytest.fixture
def year(award: Award) -> FundingYear:
    """The award's year."""
    return award.proposal.funding_year


def ledger_of(session: Session, year: FundingYear, quarter: Quarter = Q2) -> Line:
    """What all of a quarter comes to."""
    return compare_year(session, year, [quarter]).whole(quarter)


def test_a_newer_ledger_takes_the_older_one_s_place_and_nothing_counts_twice(
    session: Session, year: FundingYear
) -> None:
    make.extract(session, year, [("4512", "1000", Decimal("5.00"))], on=JUNE)
    make.extract(session, year, [("4512", "1000", Decimal("7.00"))])
    newest = make.extract(session, year, [("4512", "1000", Decimal("900.00")), ("04512", "9000", Decimal("-10.00"))])
    assert [ledger_of(session, year, quarter).ledger for quarter in (Q1, Q2)] == [Decimal("5.00"), Decimal("890.00")]
    line = ledger_of(session, year)
    assert (line.spend, line.claimed, line.unexplained) == (Decimal("900.00"), Decimal("1000.00"), Decimal("-100.00"))
    whole = compare_year(session, year)
    counted = session.scalar(select(total(LedgerEntry.amount)).where(counts(whole.stands)))
    assert sum(line.matched + line.timing + line.unexplained for line in whole.lines.values()) == counted
    taking.withdraw_extract(newest, "The wrong month", by=newest.taken_by, now=NOW)
    assert ledger_of(session, year).ledger == Decimal("7.00")
    with pytest.raises(Withdrawn):
        taking.withdraw_extract(newest, "Again", by=newest.taken_by, now=NOW)


def test_one_partnership_s_ledger_stands_beside_another_s_and_never_beside_that_of_all(
    session: Session, year: FundingYear
) -> None:
    dorset, bcp = make.csp(session, "dorset"), make.csp(session, "bcp")
    make.extract(session, year, [("4512", "1000", Decimal("1.00"))], csp=dorset)
    make.extract(session, year, [("4512", "1000", Decimal("2.00"))], csp=bcp)
    compared = compare_year(session, year, [Q2])
    assert compared.whole(Q2, dorset.id).ledger == Decimal("1.00")
    assert compared.nowhere(Q2, bcp.id).unexplained == Decimal("2.00")  # not Dorset's project in BCP's own ledger
    with pytest.raises(PortfolioError, match="of one partnership alone is here already for Q2 2025/26"):
        make.extract(session, year, [("4512", "1000", Decimal("3.00"))])


def test_what_changed_behind_its_back_is_found(session: Session, year: FundingYear) -> None:
    make.extract(session, year, [("4512", "1000", Decimal("1.00")), ("4512", "1000", Decimal("2.00"))])
    make.extract(session, year, [("4512", "1000", Decimal("4.00"))], on=JUNE, name="june.csv")
    session.commit()
    assert list(unaltered(session)) == []
    by_hand(session, "UPDATE ledger_entry SET account = '1' WHERE amount = 400")
    by_hand(session, "UPDATE ledger_entry SET amount = 300 WHERE amount = 100")
    found = list(unaltered(session))
    assert "2 transactions of £3.00 were taken over, 2 transactions of £5.00 are kept" in found[0]
    assert found[1].endswith("its transactions are not those that were taken over: their SHA-256 differs")


def test_a_ledger_that_nobody_takes_over_is_kept_for_a_week(session: Session, year: FundingYear) -> None:
    for name, days in (("old", 0), ("new", 1), ("newest", 8)):
        who, at = make.person(session, Role.FINANCE), NOW + timedelta(days=days)
        taking.keep_upload(session, year, None, by=who, name=name, sha256=name, rows=b"", now=at)
    assert session.scalars(select(LedgerUpload.name).order_by(LedgerUpload.id)).all() == ["new", "newest"]


def test_two_who_take_the_same_upload_over_at_once_take_it_once(
    database: Database, session: Session, author: Author, year: FundingYear
) -> None:
    who = make.person(session, Role.FINANCE)
    kept = taking.keep_upload(session, year, None, by=who, name="l.csv", sha256="1", rows=taking.packed([]), now=NOW)
    session.commit()
    rows = [Transaction(2, JULY, Decimal("1.00"), "4512", "1000", "", "")]
    both, gone = Barrier(2), []

    def take() -> None:
        with database.session(writing=True) as own:
            author(own)
            both.wait(5)
            try:
                upload = get_upload(own, kept.id, Within(everything=True))
                taking.take_over(own, upload, rows, by=own.get_one(Person, who.id), now=NOW)
                own.commit()
            except NotFound as error:
                gone.append(error)

    threads = [Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(gone) == 1
    assert session.scalar(select(func.count()).select_from(LedgerEntry)) == 1
    assert session.scalar(select(func.count()).select_from(LedgerExtract)) == 1


def test_a_return_tells_of_the_ledger_and_stays_as_it_was_issued(
    session: Session, award: Award, year: FundingYear
) -> None:
    session.commit()

    def told(kind: Kind = Kind.OPCC) -> tuple[LedgerRow, ...] | None:
        return assemble(session, year, Q2, kind).ledger

    claimed, zero = Decimal("1000.00"), Decimal("0.00")
    before = assemble(session, year, Q2, Kind.OPCC)
    assert before.ledger == (LedgerRow(DORSET, None, claimed, zero), LedgerRow(BCP, None, zero, zero))
    assert told(Kind.HOME_OFFICE) is None
    make.extract(session, year, [("4512", "1000", Decimal("900.00")), ("1", "1000", Decimal("3.00"))])
    make.timing(session, award, Decimal("-60.00"), belongs_to=make.Q3)
    rows = told()
    assert rows is not None
    assert rows[0] == LedgerRow(DORSET, Decimal("900.00"), claimed, Decimal("-60.00"))
    assert rows[0].unexplained == Decimal("-40.00")
    assert rows[2] == LedgerRow(None, Decimal("3.00"), zero, zero)
    assert thaw(freeze(before)) == before


def test_the_same_note_is_recorded_once(session: Session, award: Award) -> None:
    note = make.timing(session, award, Decimal("1.00"))
    with pytest.raises(PortfolioError, match="The very same timing difference"):
        make.timing(session, award, Decimal("1.00"))
    noting.withdraw_note(note, by=note.noted_by, now=NOW)
    make.timing(session, award, Decimal("1.00"))
