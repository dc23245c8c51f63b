"""The lists of claims, and one award's year."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.quarters import FinancialYear
from portfolio.spend.models import Claim
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import SignedIn, title_of
from tests.make import Q1, Q2
from tests.pages import read
from tests.spend import level_up


def test_an_award_page_shows_the_year_by_stream(session: Session, leading: FlaskClient, award: Award) -> None:
    words = read(leading.get("/spend/SVD-25-03/dorset").text)
    assert "£16,359.02 is left of the award of £19,875.33" in words
    assert "Profile £4,968.84 £4,968.83 £4,968.83 £4,968.83 £19,875.33" in words
    assert "Actual, then forecast £3,516.31 £4,968.83 £4,968.83 £4,968.83 £18,422.80" in words
    assert "Q1 2025/26: Apr 2025 - Jun 2025 Approved" in words


def test_an_award_across_years_has_a_page_for_each(session: Session, signed_in: SignedIn, lead: Person) -> None:
    made = level_up.award(session, lead)
    made.ends_on = date(2026, 6, 30)
    leading = signed_in(person=lead)
    page = leading.get("/spend/SVD-25-03/dorset")
    assert "?year=2026-27" in page.text
    assert "Spend in 2026/27" in leading.get("/spend/SVD-25-03/dorset?year=2026-27").text
    assert "Spend in 2025/26" in leading.get("/spend/SVD-25-03/dorset?year=nonsense").text
    assert "Spend in 2025/26" in leading.get("/spend/SVD-25-03/dorset?year=2031-32").text


def test_a_lead_sees_what_waits_and_why_a_quarter_is_locked(
    session: Session, leading: FlaskClient, award: Award
) -> None:
    make.lock(session, award, Q1, "it stands in the OPCC return")
    words = read(leading.get("/spend").text)
    assert words == read(leading.get("/spend/mine").text)
    assert (
        "To do SVD-25-03 Level-Up Project, Q2 2025/26 Dorset Community Safety Partnership. Due on 31 October 2025 "
        "Not started" in words
    )
    assert "Returned 31 July 2025 £4,968.84 £3,516.31 It stands in the OPCC return" in words
    assert "Q4 2025/26: Jan 2026 - Mar 2026 , SVD-25-03 Not yet due" in words
    assert "Q3 2025/26: Oct 2025 - Dec 2025 , SVD-25-03 Not started" in words
    assert "Send Q2 2025/26 of all your projects as a workbook Have the deadlines in your own calendar" in words
    assert "What is left of each award" in words
    assert "Non-labour £19,875.33 £3,516.31 £0.00 £16,359.02" in words
    assert "Non-labour Q1 2025/26 £4,968.84 £3,516.31 −£1,452.53" in words


def test_a_lead_without_awards_is_told_what_to_expect(signed_in: SignedIn) -> None:
    assert "No awards yet" in signed_in(Role.LEAD).get("/spend/mine").text


def test_late_drafts_stand_first_and_other_years_are_linked(
    session: Session, signed_in: SignedIn, lead: Person
) -> None:
    award = level_up.award(session, lead)
    make.claim(session, award, Q1, status=ClaimStatus.DRAFT, lines={})
    leading = signed_in(person=lead)
    words = read(leading.get("/spend/mine").text)
    assert (
        "To do SVD-25-03 Level-Up Project, Q1 2025/26 Dorset Community Safety Partnership. Was due on 31 July 2025 "
        "Late SVD-25-03 Level-Up Project, Q2 2025/26" in words
    )


def test_finance_sees_each_state_of_a_quarter_and_filters_by_it(session: Session, signed_in: SignedIn) -> None:
    finance = signed_in(Role.FINANCE)
    assert "No claims yet" in read(finance.get("/spend").text)
    states = [ClaimStatus.DRAFT, ClaimStatus.SUBMITTED, ClaimStatus.QUERIED, ClaimStatus.APPROVED, None]
    for number, status in enumerate(states):
        asks = {"labour": Decimal("5000.00")}
        award = make.award(session, make.proposal(session, f"SVD-25-1{number}", asks=asks))
        if status is not None:
            make.claim(session, award, Q1, status=status)
    bcp = make.award(session, make.proposal(session, "SVD-25-21", csps=("bcp",)), csp="bcp")
    words = read(finance.get("/spend?quarter=2025-26-q1").text)
    assert "Late 3 £1,900.00 claimed Submitted 1 £1,900.00 claimed Queried 1 £1,900.00 claimed Approved 1" in words
    late = finance.get("/spend?quarter=2025-26-q1&stage=late").text
    assert [name in late for name in ("SVD-25-10", "SVD-25-11", "SVD-25-14", "SVD-25-21")] == [True, False, True, True]
    only = finance.get(f"/spend?quarter=2025-26-q1&csp={bcp.csp_id}").text
    assert ("SVD-25-10" in only, "SVD-25-21" in only) == (False, True)
    assert "No claims match" in finance.get("/spend?quarter=2025-26-q1&stage=resubmitted").text
    usual = finance.get("/spend?quarter=nonsense&stage=odd&csp=x")
    assert title_of(usual) == "Claims for Q2 2025/26"
    officer = signed_in(Role.CSP_OFFICER).get("/spend?quarter=2025-26-q1").text
    assert ("SVD-25-10" in officer, "SVD-25-21" in officer, 'name="claim"' in officer) == (True, False, False)


def test_a_lock_leaves_out_what_was_not_approved(session: Session, signed_in: SignedIn) -> None:
    award = make.award(session)
    make.claim(session, award, Q1, status=ClaimStatus.SUBMITTED)
    make.lock(session, award, Q1)
    finance = signed_in(Role.FINANCE)
    listed = finance.get("/spend?quarter=2025-26-q1").text
    assert "Left out 1" in read(listed)
    assert 'name="claim"' not in listed
    words = read(finance.get("/spend/SVD-25-01/dorset/2025-26/q1").text)
    assert "Ask for a correction" in words
    assert "Approve £" not in words


def test_before_the_first_quarter_ends_the_first_is_listed(session: Session, signed_in: SignedIn, app: Flask) -> None:
    year = make.funding_year(session, FinancialYear(2026))
    make.award(session, make.proposal(session, "SVD-26-01", funding_year=year))
    assert title_of(signed_in(Role.FINANCE).get("/spend")) == "Claims for Q1 2026/27"


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the site sends."""
    engine = app.extensions["portfolio_database"].engine
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_pages_take_no_more_statements_for_more_rows(
    session: Session, signed_in: SignedIn, app: Flask, lead: Person
) -> None:
    finance, leading = signed_in(Role.FINANCE), signed_in(person=lead)
    assert finance.get("/spend").status_code == 200  # connects
    numbers: list[list[int]] = []
    claims: list[Claim] = []
    for reference in ("SVD-25-01", *(f"SVD-25-{number}" for number in range(10, 22))):
        proposal = make.proposal(session, reference, asks={"labour": Decimal("2000.00")})
        award = make.award(session, proposal, lead_person_id=lead.id)
        claims.append(make.claim(session, award, Q2, status=ClaimStatus.SUBMITTED))
        if reference in ("SVD-25-01", "SVD-25-21"):
            ticked = "&".join(f"claim={claim.id}" for claim in claims)
            numbers.append([])
            for browser, path in (
                (finance, "/spend"),
                (leading, "/spend/mine"),
                (finance, f"/spend/approve?{ticked}"),
                (finance, f"/spend/{reference}/dorset/2025-26/q2"),
            ):
                with counted(app) as statements:
                    assert browser.get(path).status_code == 200
                numbers[-1].append(len(statements))
    assert numbers[0] == numbers[1]
    assert max(numbers[0]) < 40
