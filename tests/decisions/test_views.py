"""The pages of proposals with their decisions, of deciding, of awards and of variations."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.assessment.models import Interest
from portfolio.decisions.models import Decision
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import FundingYear
from portfolio.money import ZERO
from portfolio.people.rules import Role
from portfolio.proposals.models import MatchOffer, Proposal
from portfolio.proposals.rules import MatchKind, ProposalStatus
from portfolio.quarters import FinancialYear
from tests import make
from tests.conftest import NOW, SignedIn, title_of

DORSET = {
    "labour": {"dorset": Decimal("51097.47"), "bcp": Decimal("62032.65")},
    "non-labour": {"dorset": Decimal("80790.21"), "bcp": Decimal("98079.67")},
}
TOOL = "/proposals/SVD-25-04"


@pytest.fixture
def year(session: Session) -> FundingYear:
    """Dorset's 2025/26, as it was allocated."""
    return make.funding_year(session, allocations=DORSET)


@pytest.fixture
def tool(session: Session, year: FundingYear) -> Proposal:
    """The perpetrator tool, asked of both partnerships."""
    asks = {"non-labour": Decimal("16500.00")}
    return make.proposal(
        session, "SVD-25-04", title="High Harm Perpetrator Tool", asks=asks, csps=("dorset", "bcp"), funding_year=year
    )


@pytest.fixture
def typed(year: FundingYear) -> dict[str, Any]:
    """A decision's form, filled in: part-funded with £10,401.93."""
    return {
        "outcome": "part-funded",
        f"awarded-{make.stream(year.programme, 'non-labour').id}": "£10,401.93",
        "reason": "Remaining funding, with match from the OPCC.",
        "conditions": "Operates in the Dorset CSP area only.",
        "body": "Dorset Community Safety Partnership",
        "met_on": ["13", "3", "2025"],
        "minute": "6.5 (d)",
    }


def box(year: FundingYear, stream: str = "non-labour") -> str:
    return f"awarded-{make.stream(year.programme, stream).id}"


def test_a_partnership_is_not_led_to_the_award_of_another(
    session: Session, tool: Proposal, signed_in: SignedIn
) -> None:
    award = make.award(session, tool)
    to_award = f'href="/awards/{tool.reference}/dorset"'
    assert to_award in signed_in(Role.CSP_OFFICER, csp=award.csp).get(TOOL).text
    other = next(asked.csp for asked in tool.asked_of if asked.csp is not award.csp)
    assert to_award not in signed_in(Role.CSP_OFFICER, csp=other).get(TOOL).text


def test_the_list_shows_what_is_asked_and_decided(session: Session, tool: Proposal, signed_in: SignedIn) -> None:
    make.decision(session, tool, outcome=Outcome.REJECTED, csp="bcp")
    page = signed_in(Role.FINANCE).get("/proposals").text
    assert "SVD-25-04 High Harm Perpetrator Tool" in page
    assert "£16,500.00" in page
    assert "BCP CSP" in page
    assert "Rejected" in page
    assert "Not decided" in page


def listed(browser: FlaskClient, query: str) -> list[str]:
    """The references that the list shows."""
    page = browser.get(f"/proposals?{query}")
    assert page.status_code == 200
    return [part.split('"')[0] for part in page.text.split('href="/proposals/')[1:] if part.startswith("SVD")]


def test_the_list_is_narrowed_by_its_address(session: Session, tool: Proposal, signed_in: SignedIn) -> None:
    year = tool.funding_year
    last = make.funding_year(session, FinancialYear(2024))
    funded = make.proposal(session, "SVD-24-01", funding_year=last)
    make.decision(session, funded)
    make.decision(session, tool, outcome=Outcome.REJECTED, csp="bcp")
    make.proposal(session, "SVD-25-08", status=ProposalStatus.DRAFT, funding_year=year)
    make.proposal(session, "SVD-25-09", status=ProposalStatus.WITHDRAWN, funding_year=year)
    officer, finance = signed_in(Role.CSP_OFFICER), signed_in(Role.FINANCE)
    assert listed(officer, "") == ["SVD-25-04", "SVD-25-08", "SVD-25-09", "SVD-24-01"]
    assert listed(finance, "year=2024-25") == ["SVD-24-01"]
    assert listed(finance, "csp=bcp") == ["SVD-25-04"]
    assert listed(finance, "standing=rejected") == ["SVD-25-04"]
    assert listed(finance, "standing=rejected&csp=dorset") == []
    assert listed(finance, "standing=not-decided") == ["SVD-25-04"]
    assert listed(finance, "standing=not-decided&csp=bcp") == []
    assert listed(officer, "standing=draft") == ["SVD-25-08"]
    assert listed(finance, "standing=draft") == []
    assert listed(finance, "standing=taken-back") == ["SVD-25-09"]
    assert "No such proposals" in finance.get("/proposals?standing=draft").text
    assert finance.get("/proposals?standing=nonsense").status_code == 404
    assert finance.get("/proposals?year=2031-32").status_code == 404
    assert officer.get("/proposals?csp=bcp").status_code == 404


def test_an_empty_list_says_what_to_do(signed_in: SignedIn) -> None:
    assert "No proposals yet" in signed_in(Role.CSP_MEMBER).get("/proposals").text


def test_a_page_tells_everything_about_a_proposal(session: Session, tool: Proposal, signed_in: SignedIn) -> None:
    last_year = make.funding_year(session, FinancialYear(2024))
    make.proposal(
        session, "SVD-24-04", funding_year=last_year, intervention=tool.intervention, title="Tool, first stage"
    )
    make.award(session, tool, amounts={"non-labour": Decimal("10401.93")})
    make.decision(session, tool, outcome=Outcome.REJECTED, csp="bcp", reason="Does not fit the local delivery plan.")
    tool.submitted_at = NOW
    tool.match_offers = [
        MatchOffer(funder=make.organisation(session, "opcc"), kind=MatchKind.CASH, pledged=Decimal("7500.00"))
    ]
    page = signed_in(Role.CSP_MEMBER).get(TOOL)
    assert title_of(page) == "SVD-25-04 High Harm Perpetrator Tool"
    for told in (
        "£16,500.00",
        "£10,401.93",
        "£2,600.49",
        "Does not fit the local delivery plan.",
        "BCP CSP: rejected",
        "Dorset CSP: funded, £10,401.93 non-labour",
        "SVD-24-04 Tool, first stage",
        "16 June 2025",
        "20 October 2025",
        "£7,500.00",
    ):
        assert told in page.text, told
    assert "Record" not in page.text.partition("<h2>History")[0]


def test_the_history_says_who_decided_what_and_when(
    year: FundingYear, tool: Proposal, typed: dict[str, Any], signed_in: SignedIn
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    officer.post(f"{TOOL}/decide/dorset", data=typed | {"deciders": [officer.person.id]})
    officer.post(f"{TOOL}/decide/dorset", data=typed | {"minute": "", "conditions": "", box(year): "500"})
    history = officer.get(TOOL).text.partition("<h2>History")[2]
    for told in (
        "Dorset CSP: part-funded, £500.00 non-labour",
        "in the place of the decision before",
        "Dorset CSP: part-funded, £10,401.93 non-labour",
        "Conditions: Operates in the Dorset CSP area only.",
        "Minute: 6.5 (d)",
        f"Decided by {officer.person.name}",
    ):
        assert told in history, told


def test_awards_are_warned_of(session: Session, tool: Proposal, signed_in: SignedIn) -> None:
    award = make.award(session, tool, ends_on=date(2026, 4, 1), provisional=True)
    first, *_, last = award.lines[0].profile
    first.amount, last.amount = ZERO, first.amount + last.amount
    page = signed_in(Role.CSP_OFFICER).get(TOOL).text
    tool.submitted_at = None
    assert "Submitted</p>" not in signed_in(Role.CSP_OFFICER).get(TOOL).text
    for code in ("(W5)", "(W7)", "(W9)"):
        assert code in page, code


def test_only_what_is_within_reach_is_there(tool: Proposal, session: Session, signed_in: SignedIn) -> None:
    kent = make.csp(session, "kent", area=make.area(session, "E23000032", "Kent"))
    assert signed_in(Role.CSP_OFFICER, csp=kent).get(TOOL).status_code == 404
    assert signed_in(Role.LEAD).get(TOOL).status_code == 404
    lead = signed_in(Role.LEAD)
    tool.lead_person_id = lead.person.id
    assert lead.get(TOOL).status_code == 200
    assert "Interests declared" not in lead.get(TOOL).text
    assert "No award" not in lead.get(TOOL).text


def test_a_decision_is_recorded_with_what_is_left_beside_each_box(
    session: Session, year: FundingYear, tool: Proposal, typed: dict[str, Any], signed_in: SignedIn
) -> None:
    make.award(session, make.proposal(session, asks={"non-labour": Decimal("70388.28")}, funding_year=year))
    officer = signed_in(Role.CSP_OFFICER)
    page = officer.get(f"{TOOL}/decide/dorset").text
    for figure in ("£16,500.00", "£80,790.21", "£70,388.28", "£10,401.93"):
        assert figure in page
    above = officer.post(f"{TOOL}/decide/dorset", data=typed | {box(year): "10401.94"})
    assert above.status_code == 422
    assert "£80,790.22, £0.01 more than the £80,790.21 it may award" in above.text
    assert f'href="#{box(year)}"' in above.text
    assert 'value="10401.94"' in above.text
    assert "Operates in the Dorset CSP area only." in above.text
    done = officer.post(f"{TOOL}/decide/dorset", data=typed | {"deciders": [officer.person.id]})
    assert done.location == TOOL
    decision = session.scalars(select(Decision).order_by(Decision.id.desc()).limit(1)).one()
    assert (decision.outcome, decision.minute) == (Outcome.PART_FUNDED, "6.5 (d)")
    assert [each.person_id for each in decision.deciders] == [officer.person.id]
    again = officer.get(f"{TOOL}/decide/dorset").text
    assert "Dorset CSP has decided already" in again
    assert 'value="10401.93"' in again
    late = officer.post(f"{TOOL}/decide/dorset", data=typed | {"seen": "", box(year): "500"})
    assert "Somebody else has just recorded a decision on this proposal" in late.text
    assert f'name="seen" value="{decision.id}"' in late.text
    tool.lead_person_id = officer.person.id
    session.commit()
    assert "You lead this proposal, so you take no part" in officer.get(f"{TOOL}/decide/dorset").text
    assert officer.get(f"{TOOL}/decide/bcp").status_code == 404
    assert signed_in(Role.CSP_MEMBER).get(f"{TOOL}/decide/dorset").status_code == 403


def test_a_decision_without_what_it_needs_is_refused(
    year: FundingYear, tool: Proposal, typed: dict[str, Any], signed_in: SignedIn
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    blank = officer.post(f"{TOOL}/decide/dorset", data={}).text
    for asked in ("Select what was decided", "Enter the date of the meeting"):
        assert asked in blank
    rejected = typed | {"outcome": "rejected", "reason": ""}
    page = officer.post(f"{TOOL}/decide/dorset", data=rejected).text
    assert "Give the reason why the proposal was rejected" in page
    assert "A proposal that was rejected cannot be awarded money" in page
    assert page.index(f'href="#{box(year, "labour")}"') < page.index('href="#reason"')
    assert officer.post(f"{TOOL}/decide/dorset", data=rejected | {"reason": "No.", box(year): ""}).status_code == 302


def test_a_partnership_that_was_not_asked_has_no_page(session: Session, year: FundingYear, signed_in: SignedIn) -> None:
    make.proposal(session, "SVD-25-21", csps=("bcp",), funding_year=year)
    both = signed_in(Role.CSP_OFFICER, csp=make.csp(session, "bcp"))
    both.person.roles.append(make.person(session, Role.CSP_OFFICER).roles[0])
    assert both.get("/proposals/SVD-25-21/decide/bcp").status_code == 200
    assert both.get("/proposals/SVD-25-21/decide/dorset").status_code == 404


def test_an_interest_keeps_somebody_out_of_the_decision(
    session: Session, tool: Proposal, typed: dict[str, Any], signed_in: SignedIn
) -> None:
    officer, member = signed_in(Role.CSP_OFFICER), signed_in(Role.CSP_MEMBER)
    blank = member.post(f"{TOOL}/interest", data={"nature": " "})
    assert blank.status_code == 422
    assert "Say what the interest is" in blank.text
    assert member.post(f"{TOOL}/interest", data={"nature": "Works for the lead"}).status_code == 302
    twice = member.post(f"{TOOL}/interest", data={"nature": "Works for the lead"})
    assert "This interest is declared already" in twice.text
    assert "Works for the lead" in officer.get(TOOL).text
    assert "Works for the lead" in member.get(TOOL).text
    assert "Works for the lead" not in signed_in(Role.CSP_MEMBER).get(TOOL).text
    refused = officer.post(f"{TOOL}/decide/dorset", data=typed | {"deciders": [member.person.id]})
    assert refused.status_code == 422
    assert f"{member.person.name} declared an interest in SVD-25-04" in refused.text
    assert 'href="#deciders"' in refused.text
    assert officer.post(f"{TOOL}/interest", data={"nature": "Chair’s brother", "person": ""}).status_code == 302
    assert {each.person_id for each in session.scalars(select(Interest))} == {officer.person.id, member.person.id}
    told = officer.get(f"{TOOL}/decide/dorset").text
    assert "You declared an interest in this proposal, so you take no part in deciding on it" in told
    assert "Record this decision" not in told
    own = officer.post(f"{TOOL}/decide/dorset", data=typed)
    assert own.status_code == 422
    assert f"{officer.person.name} declared an interest in SVD-25-04" in own.text


def test_what_a_neighbours_panel_declares_is_not_told(session: Session, tool: Proposal, signed_in: SignedIn) -> None:
    bcp = make.csp(session, "bcp")
    neighbour = signed_in(Role.CSP_MEMBER, csp=bcp)
    assert neighbour.post(f"{TOOL}/interest", data={"nature": "Married to the lead"}).status_code == 302
    assert "Married to the lead" in signed_in(Role.CSP_OFFICER, csp=bcp).get(TOOL).text
    dorset = signed_in(Role.CSP_OFFICER)
    for address in (TOOL, f"{TOOL}/decide/dorset"):
        page = dorset.get(address)
        assert page.status_code == 200
        assert "Married to the lead" not in page.text
        assert neighbour.person.name not in page.text


def test_an_officer_declares_for_those_who_decide_with_them(
    session: Session, tool: Proposal, signed_in: SignedIn
) -> None:
    member = make.person(session, Role.CSP_MEMBER, name="Mia Member", email="mia@example.org")
    officer = signed_in(Role.CSP_OFFICER)
    assert "Mia Member" in officer.get(TOOL).text
    assert officer.post(f"{TOOL}/interest", data={"nature": "Trustee", "person": member.id}).status_code == 302
    assert session.scalars(select(Interest)).one().person_id == member.id


def test_a_proposal_is_withdrawn_until_it_is_decided_on(session: Session, tool: Proposal, signed_in: SignedIn) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    assert "Withdraw this proposal" in officer.get(TOOL).text
    make.decision(session, tool, outcome=Outcome.REJECTED, csp="bcp")
    assert "Withdraw this proposal" not in officer.get(TOOL).text
    said = {"because": "The post was not filled"}
    refused = officer.post(f"{TOOL}/withdraw", data=said)
    assert refused.status_code == 422
    assert "BCP Community Safety Partnership decided on this proposal already" in refused.text
    other = make.proposal(session, "SVD-25-05", funding_year=tool.funding_year)
    assert officer.post("/proposals/SVD-25-05/withdraw", data=said).status_code == 302
    session.expire_all()
    assert other.status is ProposalStatus.WITHDRAWN


def test_an_award_is_described(session: Session, tool: Proposal, signed_in: SignedIn) -> None:
    award = make.award(session, tool, agreement_signed_on=None)
    officer = signed_in(Role.CSP_OFFICER)
    address = "/awards/SVD-25-04/dorset"
    assert "Not yet" in officer.get(address).text
    lead = make.person(session, Role.LEAD, name="Lee Lead", email="lee@example.org")
    details = {"lead_person": lead.id, "agreement_signed_on": ["21", "10", "2025"], "cost_centre": "G123"}
    assert officer.post(address, data=details | {"lead_person": "999"}).status_code == 422
    refused = officer.post(address, data=details | {"provisional": "y"})
    assert refused.status_code == 422
    assert "The signature is in the future" in refused.text
    assert (
        officer.post(address, data=details | {"agreement_signed_on": ["1", "Jul", "2025"], "provisional": "y"}).location
        == address
    )
    session.expire_all()
    assert (award.lead_person_id, award.cost_centre, award.provisional) == (lead.id, "G123", True)
    page = officer.get(address).text
    assert "1 July 2025" in page
    assert "a pay award is pending" in page
    assert "Lee Lead" in page
    officer.post(address, data={"lead_person": ""})
    session.expire_all()
    assert (award.lead_person_id, award.agreement_signed_on, award.provisional) == (None, None, False)
    assert "Lead and agreement" not in signed_in(Role.FINANCE).get(address).text
    assert signed_in(Role.CSP_OFFICER, csp=make.csp(session, "bcp")).get(address).status_code == 404


def test_what_is_claimed_of_an_award_stays(
    session: Session, tool: Proposal, typed: dict[str, Any], signed_in: SignedIn
) -> None:
    award = make.award(session, tool)
    officer = signed_in(Role.CSP_OFFICER)
    stream_id = award.lines[0].stream_id
    officer.application.extensions["portfolio_claimed"] = lambda _session, _award: {stream_id: Decimal("12000.00")}
    refused = officer.post(f"{TOOL}/decide/dorset", data=typed)
    assert "£12,000.00 of the non-labour stream is claimed already" in refused.text


def test_allocations_are_changed_but_not_below_awards(
    session: Session, year: FundingYear, tool: Proposal, signed_in: SignedIn
) -> None:
    make.award(session, tool)
    officer = signed_in(Role.FINANCE)
    address = f"/years/{year.id}/allocations"
    assert 'value="80790.21"' in officer.get(address).text
    streams = {stream.name: stream.id for stream in year.programme.streams}
    csps = {key: make.csp(session, key).id for key in ("dorset", "bcp")}
    boxes = {f"allocation-{number}": "20000" for number in streams.values()}
    boxes |= {f"share-{csp}-{stream}": "0" for csp in csps.values() for stream in streams.values()}
    share = f"share-{csps['dorset']}-{streams['non-labour']}"
    assert "Enter a value, even if it is zero" in officer.post(address, data=boxes | {share: ""}).text
    refused = officer.post(address, data=boxes | {share: "16499.99"})
    assert refused.status_code == 422
    assert "has awarded £16,500.00 of the non-labour stream already" in refused.text
    assert f'href="#{share}"' in refused.text
    assert officer.post(address, data=boxes | {share: "16500"}).location == f"/years/{year.id}/settings"
    session.expire_all()
    assert [each.amount for each in year.allocations] == [Decimal("20000.00")] * 2


def test_the_number_of_queries_does_not_grow_with_the_rows(
    session: Session,
    year: FundingYear,
    tool: Proposal,
    signed_in: SignedIn,
    queries_of: Callable[[FlaskClient, str], int],
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    make.award(session, tool)
    make.decision(session, tool, outcome=Outcome.REJECTED, csp="bcp")
    addresses = (
        "/proposals",
        TOOL,
        "/awards/SVD-25-04/dorset",
        "/awards/SVD-25-04/dorset/vary",
        f"{TOOL}/decide/dorset",
    )
    first = {address: queries_of(officer, address) for address in addresses}
    for number in range(10, 30):
        other = make.proposal(
            session, f"SVD-25-{number}", funding_year=year, csps=("dorset", "bcp"), asks={"labour": Decimal("10.00")}
        )
        make.award(session, other)
        make.decision(session, other, outcome=Outcome.REJECTED, csp="bcp")
    assert {address: queries_of(officer, address) for address in addresses} == first
    assert max(first.values()) <= 32
