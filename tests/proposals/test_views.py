"""Entering a proposal: a draft, its changes, and handing it in."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.rules import YearStatus
from portfolio.people.rules import Role
from portfolio.proposals.models import Proposal
from portfolio.proposals.queries import requested
from portfolio.proposals.rules import MatchKind, ProposalStatus
from portfolio.quarters import FinancialYear, Quarter
from tests import make
from tests.conftest import NOW, SignedIn, title_of


@pytest.fixture
def year(session: Session) -> FundingYear:
    """Dorset's 2025/26, the only open year."""
    year = make.funding_year(session)
    make.organisation(session, "police")
    make.organisation(session, "opcc")
    return year


@pytest.fixture
def typed(session: Session, year: FundingYear) -> dict[str, Any]:
    """The perpetrator tool's form, filled in."""
    grant = year.programme
    return {
        "title": "High Harm Perpetrator Tool",
        "lead": make.organisation(session, "police").id,
        "kind": "new",
        "asked_of": [make.csp(session, "dorset").id, make.csp(session, "bcp").id],
        "levels": ["targeted"],
        "summary": "The next stage of a purpose-built tool.",
        "starts_on": ["1", "4", "2025"],
        "ends_on": ["31", "3", "2026"],
        "asks-0-stream": make.stream(grant, "non-labour").id,
        "asks-0-category": make.category(grant, "training").id,
        "asks-0-quarter": "2",
        "asks-0-amount": "£9,000",
        "asks-1-stream": make.stream(grant, "non-labour").id,
        "asks-1-amount": "7500.00",
        "offers-0-funder": make.organisation(session, "opcc").id,
        "offers-0-kind": "cash",
        "offers-0-pledged": "7,500",
    }


def only_proposal(session: Session) -> Proposal:
    session.expire_all()
    return session.scalars(select(Proposal)).one()


def test_a_draft_is_saved_changed_and_submitted(
    session: Session, year: FundingYear, typed: dict[str, Any], signed_in: SignedIn
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    assert title_of(officer.get("/proposals/new")) == "Enter a proposal"
    saved = officer.post("/proposals/new", data=typed | {"do": "save"})
    assert saved.location == "/proposals/SVD-25-01"
    draft = only_proposal(session)
    assert draft.status is ProposalStatus.DRAFT
    assert [(ask.amount, ask.quarter) for ask in draft.asks] == [
        (Decimal("9000.00"), Quarter(FinancialYear(2025), 2)),
        (Decimal("7500.00"), None),
    ]
    assert [(each.kind, each.pledged) for each in draft.match_offers] == [(MatchKind.CASH, Decimal("7500.00"))]
    page = officer.get("/proposals/SVD-25-01/edit").text
    assert 'value="9000.00"' in page
    assert "£16,500.00" in page
    officer.post("/proposals/SVD-25-01/edit", data=typed | {"do": "save", "title": "Tool", "asks-1-amount": ""})
    assert only_proposal(session).title == "Tool"
    shown = officer.get("/proposals/SVD-25-01").text
    assert "This is a draft" in shown
    done = officer.post("/proposals/SVD-25-01/submit")
    assert done.location == "/proposals/SVD-25-01"
    submitted = only_proposal(session)
    assert (submitted.status, submitted.submitted_at) == (ProposalStatus.SUBMITTED, NOW)
    assert sum(requested(session, Proposal.id == submitted.id)[submitted.id].values()) == Decimal("9000.00")
    assert officer.get("/proposals/SVD-25-01/edit").status_code == 422
    assert officer.post("/proposals/SVD-25-01/submit").status_code == 422


@pytest.mark.usefixtures("year")
def test_a_new_proposal_is_submitted_at_once(session: Session, typed: dict[str, Any], signed_in: SignedIn) -> None:
    assert signed_in(Role.CSP_OFFICER).post("/proposals/new", data=typed | {"do": "submit"}).status_code == 302
    assert only_proposal(session).status is ProposalStatus.SUBMITTED


@pytest.mark.usefixtures("year")
def test_what_is_lacking_is_asked_for_on_submitting_and_nothing_is_lost(
    session: Session, typed: dict[str, Any], signed_in: SignedIn
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    short = typed | {"title": "", "asks-0-amount": "", "asks-1-amount": "0"}
    refused = officer.post("/proposals/new", data=short | {"do": "submit"})
    assert refused.status_code == 422
    assert title_of(refused).startswith("Error: ")
    assert 'href="#title"' in refused.text
    assert 'href="#asks-0-amount"' in refused.text
    assert "The next stage of a purpose-built tool." in refused.text
    assert session.scalars(select(Proposal)).all() == []
    officer.post("/proposals/new", data=short | {"do": "save"})
    again = officer.post("/proposals/SVD-25-01/submit")
    assert again.status_code == 422
    assert "Enter the title" in again.text
    assert only_proposal(session).status is ProposalStatus.DRAFT


@pytest.mark.parametrize(
    ("wrong", "sentence", "place"),
    [
        ({"asks-2-amount": "5"}, "Choose the stream that this amount is asked of", "asks-2-stream"),
        ({"asks-0-amount": "-5"}, "A request cannot be negative", "asks-0-amount"),
        ({"asks-0-amount": "5.001"}, "has more than two decimals", "asks-0-amount"),
        ({"offers-1-pledged": "5"}, "Choose who would give this match", "offers-1-funder"),
        ({"offers-1-pledged": "5"}, "Choose cash or in kind", "offers-1-kind"),
        ({"offers-0-pledged": "-5"}, "Match cannot be negative", "offers-0-pledged"),
        ({"ends_on": ["31", "3", "2025"]}, "is before the start", "ends_on"),
        ({"asked_of": []}, "Select at least one partnership", "asked_of"),
        ({"lead": "999"}, "Choose one of those offered", "lead"),
    ],
)
@pytest.mark.usefixtures("year")
def test_what_is_wrong_is_said_where_it_stands(
    typed: dict[str, Any], signed_in: SignedIn, wrong: dict[str, Any], sentence: str, place: str
) -> None:
    refused = signed_in(Role.CSP_OFFICER).post("/proposals/new", data=typed | wrong | {"do": "save"})
    assert refused.status_code == 422
    assert sentence in refused.text
    assert f'href="#{place}"' in refused.text


@pytest.mark.usefixtures("year")
def test_an_officer_enters_for_their_own_partnership(
    session: Session, typed: dict[str, Any], signed_in: SignedIn
) -> None:
    only_bcp = typed | {"asked_of": [make.csp(session, "bcp").id], "do": "save"}
    refused = signed_in(Role.CSP_OFFICER).post("/proposals/new", data=only_bcp)
    assert "Select a partnership that you act for" in refused.text


@pytest.mark.usefixtures("year")
def test_more_lines_keep_what_was_typed(session: Session, typed: dict[str, Any], signed_in: SignedIn) -> None:
    page = signed_in(Role.CSP_OFFICER).post("/proposals/new", data=typed | {"do": "more"})
    assert page.status_code == 200
    assert 'id="asks-7-amount"' in page.text
    assert 'id="offers-3-pledged"' in page.text
    assert 'value="7500.00"' in page.text
    assert session.scalars(select(Proposal)).all() == []


def test_which_year_is_asked_where_several_are_open(
    session: Session, year: FundingYear, typed: dict[str, Any], signed_in: SignedIn
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    other = make.funding_year(session, FinancialYear(2026))
    asked = officer.get("/proposals/new").text
    assert "Serious Violence Duty 2026/27, Dorset" in asked
    assert officer.post("/proposals/new", data=typed | {"do": "save"}).status_code == 404
    assert "Choose a funding year" in officer.get("/proposals/new?year=").text
    assert f'value="{other.year.start}"' in officer.get(f"/proposals/new?year={other.id}").text
    year.status = other.status = YearStatus.CLOSED
    assert "No funding year is open" in officer.get("/proposals/new").text


def test_a_draft_is_changed_only_by_those_who_propose(session: Session, signed_in: SignedIn) -> None:
    make.proposal(session, status=ProposalStatus.DRAFT)
    bcp = make.csp(session, "bcp")
    assert signed_in(Role.CSP_OFFICER, csp=bcp).get("/proposals/SVD-25-01/edit").status_code == 404
    assert signed_in(Role.CSP_MEMBER).get("/proposals/SVD-25-01/edit").status_code == 403
    assert signed_in(Role.CSP_OFFICER).get("/proposals/SVD-25-01/edit").status_code == 200


def test_a_draft_in_parts_can_be_continued_from_last_year(
    session: Session, year: FundingYear, typed: dict[str, Any], signed_in: SignedIn
) -> None:
    last = make.proposal(session, "SVD-24-04", funding_year=make.funding_year(session, FinancialYear(2024)))
    officer = signed_in(Role.CSP_OFFICER)
    new = f"/proposals/new?year={year.id}"
    assert "SVD-24-04" in officer.get(new).text
    officer.post(new, data=typed | {"do": "submit", "continues": last.id, "kind": "continuation"})
    session.expire_all()
    made = session.scalars(select(Proposal).where(Proposal.reference == "SVD-25-01")).one()
    assert (made.continues, made.intervention_id) == (last, last.intervention_id)
    assert made.starts_on == date(2025, 4, 1)
