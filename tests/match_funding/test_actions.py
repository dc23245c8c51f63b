"""Match is recorded, changed, and received by quarter."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within
from portfolio.errors import NotFound, SaidTwice
from portfolio.funding_years.models import Organisation
from portfolio.funding_years.rules import MatchBase
from portfolio.history import Author
from portfolio.match_funding.actions import add_match, record_receipt, set_match
from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.match_funding.queries import get_match, matched_awards, totals
from portfolio.people.rules import Within
from portfolio.proposals.rules import MatchKind
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.make import Q1, Q2, Q4
from tests.refused import fields

TODAY = date(2025, 10, 20)
EVERYTHING = awards_within(Within(everything=True))


def test_match_is_recorded(session: Session) -> None:
    row = add_match(
        session,
        make.award(session),
        make.organisation(session, "trust"),
        MatchKind.IN_KIND,
        pledged=Decimal("4200.00"),
        secured=Decimal("0.00"),
        secured_on=date(2025, 6, 30),
        basis=" 168 hours at £25 ",
        today=TODAY,
    )
    session.commit()
    assert (row.pledged, row.secured, row.secured_on, row.basis) == (
        Decimal("4200.00"), Decimal("0.00"), None, "168 hours at £25"
    )  # fmt: skip


def test_the_same_match_is_recorded_once(session: Session) -> None:
    award, funder = make.award(session), make.organisation(session, "trust")

    def add(basis: str) -> Match:
        return add_match(
            session,
            award,
            funder,
            MatchKind.CASH,
            pledged=Decimal("4200.00"),
            secured=Decimal("0.00"),
            secured_on=None,
            basis=basis,
            today=TODAY,
        )

    add("")
    assert fields(lambda: add(" ")) == ["basis"]
    add("The second half of the grant")
    assert make.count_of(session, Match) == 2


def test_everything_wrong_is_said_at_once(session: Session) -> None:
    award, funder = make.award(session), make.organisation(session, "trust")
    assert fields(
        lambda: add_match(
            session,
            award,
            funder,
            MatchKind.IN_KIND,
            pledged=Decimal("0.00"),
            secured=Decimal("1.00"),
            secured_on=None,
            basis="",
            today=TODAY,
        )
    ) == ["secured", "pledged", "basis", "secured_on"]
    session.expunge_all()
    assert make.count_of(session, Match) == 0


def test_what_came_stays_secured(session: Session) -> None:
    row = make.match(session)
    terms = {"pledged": Decimal("7500.00"), "secured_on": date(2025, 6, 30), "basis": None, "today": TODAY}
    set_match(row, secured=Decimal("0.00"), **terms)  # type: ignore[arg-type]  # names and values belong together
    assert row.secured_on is None
    set_match(row, secured=Decimal("5000.00"), **terms)  # type: ignore[arg-type]  # as above
    record_receipt(session, row, Q1, Decimal("1000.00"), today=TODAY)
    record_receipt(session, row, Q2, Decimal("1500.00"), today=TODAY)
    session.commit()
    assert fields(lambda: set_match(row, secured=Decimal("2499.99"), **terms)) == ["secured"]  # type: ignore[arg-type]  # as above
    set_match(row, secured=Decimal("2500.00"), **terms)  # type: ignore[arg-type]  # as above


def test_a_receipt_said_again_replaces_the_first(session: Session) -> None:
    row = make.match(session)
    record_receipt(session, row, Q1, Decimal("5000.00"), today=TODAY)
    session.commit()
    again = record_receipt(session, row, Q1, Decimal("4000.00"), today=TODAY)
    session.commit()
    assert (again.amount, make.count_of(session, MatchReceipt)) == (Decimal("4000.00"), 1)
    assert fields(lambda: record_receipt(session, row, Q2, Decimal("1000.01"), today=TODAY)) == ["amount"]
    assert fields(lambda: record_receipt(session, row, Q4, Decimal("1.00"), today=TODAY)) == ["quarter"]


def test_a_year_is_summed_cash_and_in_kind_apart(session: Session) -> None:
    make.programme(session, match_percent=Decimal(30), match_base=MatchBase.GRANT)
    make.funding_year(session, allocations={name: {"dorset": Decimal("90000.00")} for name in make.ASKS})
    first = make.award(session, amounts={"labour": Decimal("20000.00")})
    second = make.award(session, make.proposal(session, "SVD-25-02"), amounts={"labour": Decimal("10000.00")})
    third = make.award(session, make.proposal(session, "SVD-25-03"))
    make.award(session, make.proposal(session, "SVD-25-04"))
    cash = make.match(session, first)
    record_receipt(session, cash, Q1, Decimal("1000.00"), today=TODAY)
    record_receipt(session, cash, Q2, Decimal("500.00"), today=TODAY)
    make.match(session, first, MatchKind.IN_KIND, pledged=Decimal("4200.00"), secured=Decimal("0.00"), secured_on=None)
    make.match(session, second, pledged=Decimal("1.00"), secured=Decimal("1.00"))
    make.claim(session, third, Q1, match_spent=Decimal("1875.00"))
    make.claim(session, first, Q1, match_spent=Decimal("300.00"))
    make.claim(session, first, Q2, match_spent=Decimal("9.00"), status=ClaimStatus.SUBMITTED)
    year = first.proposal.funding_year
    rows = session.scalars(matched_awards(year, EVERYTHING)).all()
    assert [(r.reference, r.cash, r.in_kind, r.secured, r.received, r.spent) for r in rows] == [
        ("SVD-25-01", *map(Decimal, ("7500.00", "4200.00", "5000.00", "1500.00", "300.00"))),
        ("SVD-25-02", *map(Decimal, ("1.00", "0.00", "1.00", "0.00", "0.00"))),
        ("SVD-25-03", *map(Decimal, ("0.00", "0.00", "0.00", "0.00", "1875.00"))),
    ]
    whole = totals(session, year, EVERYTHING)
    assert (whole.pledged, whole.counted, whole.spent) == tuple(map(Decimal, ("11701.00", "7501.00", "2175.00")))
    # 20,000 + 10,000 + twice the 28,000.01 that an award is made of
    assert whole.grant == Decimal("86000.02")
    assert whole.required == Decimal("25800.01")
    assert whole.percent is not None
    assert round(whole.percent, 1) == Decimal("8.7")


def test_match_of_another_award_is_not_found(session: Session) -> None:
    row = make.match(session)
    other = make.award(session, make.proposal(session, "SVD-25-02"))
    assert get_match(session, row.award, row.id) is row
    with pytest.raises(NotFound):
        get_match(session, other, row.id)


def test_a_button_pressed_twice_at_once_doubles_nothing(session: Session, database: Database, author: Author) -> None:
    """The second of both waits, and then sees what the first one recorded."""
    row = make.match(session)
    number, award_id, funder_id = row.id, row.award_id, row.funder_id
    session.commit()
    session.close()
    together = Barrier(2)

    def press(deed: Callable[[Session, Award], object]) -> str:
        with database.session(writing=True) as own:
            author(own)
            together.wait()
            try:
                deed(own, own.get_one(Award, award_id))
            except SaidTwice:
                return "said twice"
            own.commit()
        return "recorded"

    def received(own: Session, award: Award) -> object:
        return record_receipt(own, get_match(own, award, number, held=True), Q1, Decimal("1000.00"), today=TODAY)

    def added(own: Session, award: Award) -> object:
        terms = {"secured": Decimal(0), "secured_on": None, "basis": "Half of it", "today": TODAY}
        giver = own.get_one(Organisation, funder_id)
        return add_match(own, award, giver, MatchKind.CASH, pledged=Decimal(10), **terms)  # type: ignore[arg-type]  # as above

    with ThreadPoolExecutor(2) as people:
        assert list(people.map(press, [received, received])) == ["recorded", "recorded"]
        assert sorted(people.map(press, [added, added])) == ["recorded", "said twice"]
    assert (make.count_of(session, MatchReceipt), make.count_of(session, Match)) == (1, 2)
