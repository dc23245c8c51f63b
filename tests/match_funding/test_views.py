"""The pages of match."""

from decimal import Decimal
from html import unescape

import pytest
from sqlalchemy.orm import Session

from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.people.rules import Role
from portfolio.proposals.models import MatchOffer
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import FinancialYear
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import SignedIn, title_of
from tests.make import Q1, Q2
from tests.pages import read, value_of

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
    assert "The programme asks for 30% of the grant, in cash; match in kind does not count." in words
    assert "30% of £28,000.01 is £8,400.00." in words
    assert "Pledged £7,500.00 26.8% £8,400.00 £900.00 Secured £5,000.00 17.9% £8,400.00 £3,400.00" in words
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
    assert "The programme asks for no match." in words
    assert "SVD-24-01" in finance.get(f"/match?year={last.id}").text
    assert title_of(finance.get("/match?year=99")) == "Match in 2025/26"


def test_where_nothing_was_awarded_there_is_no_match(signed_in: SignedIn) -> None:
    finance = signed_in(Role.FINANCE)
    assert "No match yet" in finance.get("/match").text
    assert "Nothing is awarded yet" in finance.get("/match/years").text
    assert "No match is recorded" in finance.get("/match/funders").text


def test_a_year_is_told_by_quarter_by_what_it_lacks_and_by_who_gives_it(session: Session, signed_in: SignedIn) -> None:
    award = make.award(session, make.proposal(session, asks={"labour": Decimal("8000.00")}))
    other = make.award(session, make.proposal(session, "SVD-25-02", asks={"labour": Decimal("9000.00")}))
    trust = make.organisation(session, "trust")
    for of, pledged, came in ((award, "7500.00", "5000.00"), (other, "900.00", "900.00")):
        row = make.match(session, of, pledged=Decimal(pledged), secured=Decimal(came))
        row.receipts.append(MatchReceipt(quarter=Q1, amount=Decimal(came) - 100))
        row.receipts.append(MatchReceipt(quarter=Q2, amount=Decimal("100.00")))
    make.match(session, other, MatchKind.IN_KIND, funder=trust, pledged=Decimal("50.00"), secured=Decimal("50.00"))
    make.claim(session, award, Q1, match_spent=Decimal("1875.00"))
    member = signed_in(Role.CSP_MEMBER)
    words = read(member.get("/match").text)
    assert "Q1 2025/26: Apr 2025 - Jun 2025 £5,700.00 £0.00 £5,700.00 £1,875.00" in words
    assert "Q2 2025/26: Jul 2025 - Sep 2025 £200.00 £0.00 £5,900.00 £0.00" in words
    unsecured = read(member.get("/match?lack=not+all+secured").text)
    assert ("SVD-25-01 Specialist" in unsecured, "SVD-25-02 Specialist" in unsecured) == (True, False)
    not_come = read(member.get("/match?lack=secured,+not+all+received").text)
    assert ("SVD-25-01 Specialist" in not_come, "SVD-25-02 Specialist" in not_come) == (False, True)
    assert member.get("/match?lack=lost&year=" + "9" * 5000).status_code == 200
    funders = read(member.get("/match/funders").text)
    assert "Opcc , cash, over the years Cash 2 £8,400.00 £5,900.00 £5,900.00" in funders
    assert "Trust , in kind, over the years In kind 1 £50.00 £50.00 £0.00" in funders
    assert funders.count("Opcc") == read(member.get("/match/funders?year=1").text).count("Opcc") == 1


def test_promised_is_held_against_delivered_over_the_years(session: Session, signed_in: SignedIn) -> None:
    opcc, trust = make.organisation(session, "opcc"), make.organisation(session, "trust")
    for year, reference, came in ((2024, "SVD-24-01", "4000.00"), (2025, "SVD-25-01", "1000.00")):
        of = make.funding_year(session, FinancialYear(year))
        proposal = make.proposal(session, reference, funding_year=of, csps=("dorset", "bcp"))
        proposal.match_offers = [MatchOffer(funder=opcc, kind=MatchKind.CASH, pledged=Decimal("8000.00"))]
        row = make.match(session, make.award(session, proposal, amounts={"labour": Decimal("10.00")}))
        row.receipts.append(MatchReceipt(quarter=of.year.quarters[0], amount=Decimal(came)))
        make.award(session, proposal, csp="bcp", amounts={"labour": Decimal("10.00")})
    proposal.match_offers.append(MatchOffer(funder=trust, kind=MatchKind.IN_KIND, pledged=Decimal("300.00")))
    finance = signed_in(Role.FINANCE)
    page = finance.get("/match/years")
    words = read(page.text)
    assert "Serious Violence Duty, 2025/26 £8,300.00 £7,500.00 £5,000.00 £1,000.00 £6,500.00 13.3%" in words
    assert "Serious Violence Duty, 2024/25 £8,000.00 £7,500.00 £5,000.00 £4,000.00 £3,500.00 53.3%" in words
    assert "2024/25: offered £8,000.00, pledged £7,500.00, secured £5,000.00, received £4,000.00" in unescape(page.text)
    one = read(finance.get(f"/match/years?funder={trust.id}").text)
    assert "Serious Violence Duty, 2025/26 £300.00 £0.00 £0.00 £0.00 £0.00 Nothing pledged" in one
    picture = finance.get(f"/match/years/chart.svg?funder={trust.id}&width=narrow")
    assert (picture.status_code, picture.mimetype) == (200, "image/svg+xml")
    assert finance.get("/match/years?funder=999").status_code == 404
    offered = finance.get(PAGE).text
    assert "Opcc Cash £8,000.00 £7,500.00 £5,000.00 £1,000.00 12.5%" in read(offered)
    assert "Trust Record this pledge of Trust In kind £300.00 £0.00 £0.00 £0.00 0.0%" in read(offered)
    begun = finance.get(f"{PAGE}/add?offer={proposal.match_offers[1].id}")
    assert value_of(begun, "pledged") == "300.00"
    assert value_of(finance.get(f"{PAGE}/add?offer=x"), "pledged") == ""


def test_match_that_falls_short_stands_on_front_pages(session: Session, signed_in: SignedIn) -> None:
    make.programme(session, match_percent=Decimal(30))
    make.match(session, make.award(session))
    for role in (Role.FINANCE, Role.CSP_OFFICER):
        words = read(signed_in(role).get("/").text)
        assert "Match of £7,500.00 is £900.00 below the rule's £8,400.00 (W3)" in words
        assert "£2,500.00 of the match pledged is not secured yet (W3)" in words


def test_match_in_kind_cannot_be_claimed(session: Session, signed_in: SignedIn) -> None:
    lead = make.person(session, Role.LEAD)
    award = make.award(session, lead_person=lead)
    make.match(session, award, MatchKind.IN_KIND, pledged=Decimal("1500.00"))
    lines = {("non-labour", "pay and on-costs"): Decimal("1500.00")}
    claim = make.claim(session, award, Q1, lines=lines, status=ClaimStatus.DRAFT, match_spent=Decimal("1500.00"))
    claim.lines[0].description = "Rooms given in kind, 60 hours at £25"
    browser = signed_in(person=lead)
    refused = browser.post("/spend/SVD-25-01/dorset/2025-26/q1/check")
    assert refused.status_code == 422
    assert "The grant does not pay for in-kind contributions" in refused.text
    assert claim.status is ClaimStatus.DRAFT


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
