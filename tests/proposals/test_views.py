"""Writing a proposal: begun, step by step, checked, handed in; and what is said of what is wrong with it."""

from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.funding_years.models import FundingYear, Organisation
from portfolio.funding_years.rules import YearStatus
from portfolio.people.rules import Role
from portfolio.proposals.models import Proposal
from portfolio.proposals.queries import requested
from portfolio.proposals.rules import MatchKind, ProposalKind, ProposalStatus, ToolkitImpact
from portfolio.quarters import FinancialYear, Quarter
from tests import make, rounds
from tests.conftest import NOW, SignedIn, Visitor, title_of
from tests.pages import value_of

DRAFT = "/proposals/SVD-25-01"
STEP = f"{DRAFT}/edit/"


@pytest.fixture
def year(session: Session) -> FundingYear:
    """Dorset's 2025/26, the only open year."""
    year = make.funding_year(session)
    make.organisation(session, "police")
    make.organisation(session, "opcc")
    return year


@pytest.fixture
def project(session: Session, year: FundingYear) -> dict[str, Any]:
    """The first step of the perpetrator tool's proposal, filled in."""
    return {
        "title": "High Harm Perpetrator Tool",
        "lead": make.organisation(session, "police").id,
        "kind": "new",
        "asked_of": [make.csp(session, "dorset").id, make.csp(session, "bcp").id],
        "starts_on": ["1", "4", "2025"],
        "ends_on": ["31", "3", "2026"],
    }


@pytest.fixture
def money(session: Session, year: FundingYear) -> dict[str, Any]:
    """What it asks for: £9,000 of training in Q2, and £7,500 that nobody broke down."""
    stream, training = make.stream(year.programme, "non-labour").id, make.category(year.programme, "training").id
    return {f"ask-{stream}-{training}-2": "£9,000", f"ask-{stream}-0-0": "7500.00"}


@pytest.fixture
def match(session: Session, year: FundingYear) -> dict[str, Any]:
    """What the OPCC would give beside it."""
    opcc = make.organisation(session, "opcc").id
    return {"offers-0-funder": opcc, "offers-0-kind": "cash", "offers-0-pledged": "7,500"}


def only_proposal(session: Session) -> Proposal:
    session.expire_all()
    return session.scalars(select(Proposal)).one()


def test_a_proposal_is_begun_written_step_by_step_checked_and_submitted(
    session: Session,
    year: FundingYear,
    project: dict[str, Any],
    money: dict[str, Any],
    match: dict[str, Any],
    signed_in: SignedIn,
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    assert title_of(officer.get("/proposals/new")) == "Enter a proposal"
    assert officer.post("/proposals/new", data=project).location == f"{STEP}work"
    assert "Enter a summary of what would be done" in officer.get(f"{DRAFT}/edit").text
    work = {"summary": "The next stage.", "levels": ["targeted"], "area": "Dorset", "toolkit_impact": "high impact"}
    assert officer.post(f"{STEP}work", data=work).location == f"{STEP}money"
    assert officer.post(f"{STEP}money", data=money).location == f"{STEP}match"
    assert officer.post(f"{STEP}match", data=match).location == f"{DRAFT}/edit"
    draft = only_proposal(session)
    assert (draft.status, draft.area, draft.toolkit_impact) == (ProposalStatus.DRAFT, "Dorset", ToolkitImpact.HIGH)
    asked = {(ask.category.name if ask.category else None, ask.quarter): ask.amount for ask in draft.asks}
    assert asked == {
        ("training", Quarter(FinancialYear(2025), 2)): Decimal("9000.00"),
        (None, None): Decimal("7500.00"),
    }
    assert [(each.kind, each.pledged) for each in draft.match_offers] == [(MatchKind.CASH, Decimal("7500.00"))]
    again = officer.get(f"{STEP}money").text
    assert 'value="9000.00"' in again
    assert "£16,500.00" in again
    opened = {"seen": value_of(officer.get(f"{STEP}work"), "seen")}
    assert officer.post(f"{STEP}work", data=work | opened | {"area": "Weymouth"}).status_code == 302
    late = officer.post(f"{STEP}work", data=work | opened | {"area": "Poole"})
    assert (late.status_code, only_proposal(session).area) == (422, "Weymouth")
    assert "This step was saved since you opened it" in late.text
    assert officer.post(f"{STEP}work", data=work | opened | {"area": "Weymouth"}).status_code == 302  # pressed twice
    assert officer.post(f"{STEP}work", data=work | {"seen": value_of(late, "seen")}).status_code == 302
    checked = officer.get(f"{DRAFT}/check").text
    assert "Submit the proposal" in checked
    assert "Not by category" in checked
    assert "This is a draft" in officer.get(DRAFT).text
    assert officer.post(f"{DRAFT}/submit").location == DRAFT
    submitted = only_proposal(session)
    assert (submitted.status, submitted.submitted_at) == (ProposalStatus.SUBMITTED, NOW)
    assert sum(requested(session, Proposal.id == submitted.id)[submitted.id].values()) == Decimal("16500.00")
    for address in (f"{DRAFT}/edit", f"{STEP}money", f"{DRAFT}/check"):
        assert officer.get(address).status_code == 422
    assert officer.post(f"{DRAFT}/submit").status_code == 422


def test_what_is_lacking_is_said_with_the_way_to_where_it_is_put_right(
    session: Session, year: FundingYear, project: dict[str, Any], signed_in: SignedIn
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    officer.post("/proposals/new", data=project | {"title": ""})
    refused = officer.post(f"{DRAFT}/submit")
    assert refused.status_code == 422
    assert title_of(refused).startswith("Error: ")
    for step, sentence in (("project", "Enter the title"), ("work", "Enter a summary"), ("money", "asks for nothing")):
        assert f'<a href="{STEP}{step}">' in refused.text
        assert sentence in refused.text
    assert only_proposal(session).status is ProposalStatus.DRAFT


def test_what_is_wrong_is_said_where_it_stands_and_nothing_is_lost(
    session: Session,
    year: FundingYear,
    project: dict[str, Any],
    money: dict[str, Any],
    match: dict[str, Any],
    signed_in: SignedIn,
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    first, bcp = "/proposals/new", make.csp(session, "bcp").id
    for address, good, wrong, sentence, place in (
        (first, project, {"ends_on": ["31", "3", "2025"]}, "is before the start", "ends_on"),
        (first, project, {"asked_of": []}, "Select at least one partnership", "asked_of"),
        (first, project, {"asked_of": [bcp]}, "Select a partnership that you act for", "asked_of"),
        (first, project, {"lead": "999"}, "Choose one of those offered", "lead"),
        (first, project, {"lead": ""}, "Choose the lead organisation, or write its name", "lead"),
        (first, project, {"other_lead": "A charity"}, "not both", "other_lead"),
        (first, project, {"lead": "", "other_lead": "🙂", "other_kind": "charity"}, "in letters", "other_lead"),
        (first, project, {"received_on": ["1", "1", "2099"]}, "cannot be in the future", "received_on"),
        (first, project, {}, "", ""),
        (f"{STEP}money", money, {next(iter(money)): "-5"}, "A request cannot be negative", next(iter(money))),
        (f"{STEP}money", money, {next(iter(money)): "5.001"}, "more than two decimals", next(iter(money))),
        (f"{STEP}match", match, {"offers-1-pledged": "5"}, "Choose who would give this match", "offers-1-funder"),
        (f"{STEP}match", match, {"offers-1-pledged": "5"}, "Choose cash or in kind", "offers-1-kind"),
        (f"{STEP}match", match, {"offers-0-pledged": "-5"}, "Match cannot be negative", "offers-0-pledged"),
        (f"{STEP}match", match, {"offers-0-pledged": ""}, "Enter the amount, or empty", "offers-0-pledged"),
    ):
        answer = officer.post(address, data=good | wrong)
        if not wrong:
            assert answer.status_code == 302
            continue
        assert answer.status_code == 422, wrong
        assert sentence in answer.text, wrong
        assert f'href="#{place}"' in answer.text, wrong
    assert only_proposal(session).asks == []
    more = officer.post(f"{STEP}match", data=match | {"do": "more"})
    assert 'id="offers-3-pledged"' in more.text
    assert 'value="7,500"' in more.text
    assert officer.get(f"{STEP}unknown").status_code == 404


def test_an_organisation_that_nobody_entered_yet_is_added_once(
    session: Session, project: dict[str, Any], signed_in: SignedIn
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    named = project | {"lead": "", "other_lead": "Weymouth Youth Trust", "other_kind": "charity"}
    officer.post("/proposals/new", data=named)
    officer.post("/proposals/new", data=named | {"other_lead": "weymouth youth TRUST"})
    [trust] = session.scalars(select(Organisation).where(Organisation.key == "weymouth-youth-trust"))
    assert {each.lead_organisation_id for each in session.scalars(select(Proposal))} == {trust.id}


def test_which_year_is_asked_where_several_are_open(
    session: Session, year: FundingYear, project: dict[str, Any], signed_in: SignedIn
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    other = make.funding_year(session, FinancialYear(2026))
    assert "Serious Violence Duty 2026/27, Dorset" in officer.get("/proposals/new").text
    assert officer.post("/proposals/new", data=project).status_code == 404
    assert "Choose a funding year" in officer.get("/proposals/new?year=").text
    assert f'value="{other.year.start}"' in officer.get(f"/proposals/new?year={other.id}").text
    year.status = other.status = YearStatus.CLOSED
    assert "No funding year is open" in officer.get("/proposals/new").text


def test_a_draft_is_changed_only_by_those_who_propose(session: Session, signed_in: SignedIn) -> None:
    make.proposal(session, status=ProposalStatus.DRAFT)
    bcp = make.csp(session, "bcp")
    assert signed_in(Role.CSP_OFFICER, csp=bcp).get(f"{DRAFT}/edit").status_code == 404
    assert signed_in(Role.CSP_MEMBER).get(f"{DRAFT}/edit").status_code == 403
    assert signed_in(Role.LEAD).get(f"{DRAFT}/edit").status_code == 404
    assert signed_in(Role.CSP_OFFICER).get(f"{DRAFT}/edit").status_code == 200


def test_last_years_proposal_is_gone_on_with_amounts_and_all(
    session: Session, year: FundingYear, project: dict[str, Any], signed_in: SignedIn
) -> None:
    last_year = make.funding_year(session, FinancialYear(2024))
    last = make.proposal(session, "SVD-24-04", funding_year=last_year, csps=("dorset",))
    last.asks[0].quarter = Quarter(FinancialYear(2024), 3)
    session.commit()
    officer = signed_in(Role.CSP_OFFICER)
    assert "SVD-24-04" in officer.get(f"/proposals/new?year={year.id}").text
    like = f"/proposals/new?year={year.id}&like=SVD-24-04"
    page = officer.get(like).text
    assert "It begins with what" in page
    assert f'value="{last.title}"' in page
    kept = project | {"title": last.title, "continues": last.id, "kind": "continuation"}
    assert officer.post(like, data=kept).location == f"{STEP}work"
    session.expire_all()
    made = session.scalars(select(Proposal).where(Proposal.reference == "SVD-25-01")).one()
    assert (made.continues, made.intervention_id, made.summary) == (last, last.intervention_id, last.summary)
    assert made.kind is ProposalKind.CONTINUATION
    assert made.asks[0].quarter == Quarter(FinancialYear(2025), 3)
    assert sum(ask.amount for ask in made.asks) == sum(ask.amount for ask in last.asks)
    assert officer.get(f"/proposals/new?year={year.id}&like=SVD-24-99").status_code == 404


@pytest.fixture
def lead(session: Session, year: FundingYear, signed_in: SignedIn) -> Visitor:
    """A project lead whom Dorset's partnership invited, while its call is open, and BCP's too."""
    for key in ("dorset", "bcp"):
        rounds.call(session, year, make.csp(session, key), closes_on=NOW.date())
    session.commit()
    return signed_in(Role.LEAD, csp=make.csp(session, "dorset"))


def test_a_lead_answers_the_calls_of_their_area_and_takes_their_proposal_back(
    session: Session, year: FundingYear, project: dict[str, Any], money: dict[str, Any], lead: Visitor
) -> None:
    page = lead.get("/proposals/new").text
    assert "Lead person" not in page
    assert "open until the end of 20 October 2025" in lead.get("/").text
    assert lead.post("/proposals/new", data=project).location == f"{STEP}work"
    lead.post(f"{STEP}work", data={"summary": "The next stage."})
    lead.post(f"{STEP}money", data=money)
    assert "closes at the end of 20 October 2025" in lead.get(f"{DRAFT}/edit").text
    assert lead.post(f"{DRAFT}/submit").location == DRAFT
    made = only_proposal(session)
    assert (made.status, made.lead_person_id is not None) == (ProposalStatus.SUBMITTED, True)
    assert [asked.days_late for asked in made.asked_of] == [None, None]
    assert "Say why it is withdrawn" in lead.post(f"{DRAFT}/withdraw", data={"because": " "}).text
    assert lead.post(f"{DRAFT}/withdraw", data={"because": "No staff"}).location == DRAFT
    assert "No staff" in lead.get(DRAFT).text
    assert "Begin a new proposal like this one" in lead.get(DRAFT).text


def test_a_lead_proposes_only_where_a_call_is_open_and_late_is_kept_as_late(
    session: Session, year: FundingYear, project: dict[str, Any], money: dict[str, Any], lead: Visitor
) -> None:
    lead.post("/proposals/new", data=project)
    lead.post(f"{STEP}work", data={"summary": "The next stage."})
    lead.post(f"{STEP}money", data=money)
    call = rounds.call(session, year, make.csp(session, "dorset"))
    call.closes_on = NOW.date().replace(day=8)
    rounds.call(session, year, make.csp(session, "bcp")).closes_on = NOW.date().replace(day=8)
    session.commit()
    assert "No call for proposals is open" in lead.get("/proposals/new").text
    assert "12 days late" in lead.get(f"{DRAFT}/check").text
    front = lead.get("/").text
    assert "Your draft" in front
    assert "Write a proposal" not in front
    lead.post(f"{DRAFT}/submit")
    assert [asked.days_late for asked in only_proposal(session).asked_of] == [12, 12]
    assert "12 days late" in lead.get(DRAFT).text
