"""The pages of match."""

from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy.orm import Session

from portfolio.match_funding.models import Match
from portfolio.people.rules import Role
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import FinancialYear
from tests import make
from tests.conftest import SignedIn, title_of
from tests.make import Q1
from tests.pages import read

PAGE = "/match/SVD-25-01/dorset"


def terms(**changes: object) -> dict[str, object]:
    """What the browser sends of a funder."""
    sent = {"kind": "cash", "pledged": "7,500", "secured": "5000", "secured_on": ["30", "6", "2025"], "basis": ""}
    return {**sent, **changes}


def test_the_year_is_shown_against_the_rule(session: Session, signed_in: SignedIn) -> None:
    make.programme(session, match_percent=Decimal(30))
    award = make.award(session)
    make.match(session, award)
    make.match(session, award, MatchKind.IN_KIND, pledged=Decimal("4200.00"), secured=Decimal("0.00"), secured_on=None)
    make.claim(session, award, Q1, match_spent=Decimal("1875.00"))
    words = read(signed_in(Role.FINANCE).get("/match").text)
    assert "Pledged £11,700.00 £7,500.00 in cash, £4,200.00 in kind Secured £5,000.00 Received £0.00" in words
    assert (
        "The programme asks for 30.0% of the grant, in cash: £8,400.00. Pledged and counted: £7,500.00, 26.8%" in words
    )
    assert "Match of £7,500.00 is £900.00 below the rule's £8,400.00 (W3)" in words
    assert "£6,700.00 of the match pledged is not secured yet (W3)" in words
    assert "All projects £7,500.00 £4,200.00 £5,000.00 £0.00 £1,875.00" in words


def test_another_year_can_be_chosen(session: Session, signed_in: SignedIn) -> None:
    make.award(session)
    last = make.funding_year(session, FinancialYear(2024))
    make.match(session, make.award(session, make.proposal(session, "SVD-24-01", funding_year=last)))
    finance = signed_in(Role.FINANCE)
    words = read(finance.get("/match").text)
    assert "Match in 2025/26" in words
    assert "No match is recorded" in words
    assert "The programme asks for no match. Pledged in cash: £0.00, 0.0% of the grant." in words
    assert "SVD-24-01" in finance.get(f"/match?year={last.id}").text
    assert title_of(finance.get("/match?year=99")) == "Match in 2025/26"


def test_where_nothing_was_awarded_there_is_no_match(signed_in: SignedIn) -> None:
    assert "No match yet" in signed_in(Role.FINANCE).get("/match").text


def test_a_funder_is_added(session: Session, signed_in: SignedIn) -> None:
    make.award(session)
    funder = make.organisation(session, "opcc")
    finance = signed_in(Role.FINANCE)
    assert "Nobody has pledged anything" in read(finance.get(PAGE).text)
    assert "Opcc" in finance.get(f"{PAGE}/add").text
    refused = finance.post(f"{PAGE}/add", data=terms(kind="in kind", funder=funder.id, secured_on=["", "", ""]))
    assert refused.status_code == 422
    assert title_of(refused) == "Error: Add match for Specialist Nurse SVD-25-01"
    assert "Say how the match in kind was valued" in refused.text
    assert "Enter the day it was secured" in unescape(refused.text)
    assert 'value="7,500"' in refused.text
    assert finance.post(f"{PAGE}/add", data=terms()).status_code == 422
    assert finance.post(f"{PAGE}/add", data=terms(funder=funder.id)).location == PAGE
    words = read(finance.get(PAGE).text)
    assert "Opcc Cash £7,500.00 £5,000.00 30 June 2025 Nothing yet –" in words
    assert "£2,500.00 of the match pledged is not secured yet" in words


@pytest.fixture
def recorded(session: Session) -> Match:
    """A match of SVD-25-01."""
    return make.match(session)


def test_what_is_secured_and_what_came_is_recorded(session: Session, signed_in: SignedIn, recorded: Match) -> None:
    page = f"{PAGE}/{recorded.id}"
    finance = signed_in(Role.FINANCE)
    words = read(finance.get(page).text)
    assert "Q3 2025/26: Oct 2025 - Dec 2025" in words
    assert "Q4 2025/26" not in words
    assert finance.post(page, data=terms(secured="7500.01")).status_code == 422
    assert finance.post(page, data=terms(secured="7500.00")).location == PAGE
    refused = finance.post(f"{page}/received", data={"quarter": "0", "amount": "7500.01"})
    assert refused.status_code == 422
    assert "£7,500.01 would be received of £7,500.00 secured" in refused.text
    assert finance.post(f"{page}/received", data={"quarter": "9", "amount": "1"}).status_code == 422
    assert finance.post(f"{page}/received", data={"quarter": "0", "amount": "1,000"}).location == PAGE
    make.claim(session, recorded.award, Q1, match_spent=Decimal("12.34"))
    words = read(finance.get(PAGE).text)
    assert "Q1 2025/26: £1,000.00" in words
    assert "Q1 2025/26: Apr 2025 - Jun 2025 £12.34" in words


def test_who_sees_match_and_who_records_it(session: Session, signed_in: SignedIn, recorded: Match) -> None:
    lead = make.person(session, Role.LEAD)
    recorded.award.lead_person_id = lead.id
    page = f"{PAGE}/{recorded.id}"
    for who, sees, records in (
        (signed_in(person=lead), 200, 403),
        (signed_in(Role.LEAD), 404, 403),
        (signed_in(Role.CSP_OFFICER), 200, 200),
        (signed_in(Role.CSP_OFFICER, csp=make.csp(session, "bcp")), 404, 404),
        (signed_in(Role.CSP_MEMBER), 200, 403),
        (signed_in(Role.OPCC), 200, 403),
        (signed_in(Role.FINANCE), 200, 200),
    ):
        assert who.get(PAGE).status_code == sees
        assert who.get(page).status_code == records
        assert who.get(f"{PAGE}/add").status_code == records
        assert who.post(page, data=terms()).status_code == (302 if records == 200 else records)
        assert ("Add a funder" in who.get(PAGE).text) is (records == 200)


def test_match_of_another_award_is_not_there(session: Session, signed_in: SignedIn, recorded: Match) -> None:
    make.award(session, make.proposal(session, "SVD-25-02"))
    finance = signed_in(Role.FINANCE)
    assert finance.get(f"/match/SVD-25-02/dorset/{recorded.id}").status_code == 404
    assert finance.post(f"/match/SVD-25-02/dorset/{recorded.id}", data=terms()).status_code == 404
    assert finance.post(f"/match/SVD-25-02/dorset/{recorded.id}/received", data={}).status_code == 404
