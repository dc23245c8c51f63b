"""Calls for proposals set up by officers, and read by everybody in the area; the documents of a proposal."""

import io
from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.funding_years.models import FundingYear
from portfolio.people.models import PersonalReading
from portfolio.people.rules import Role
from portfolio.proposals.models import Criterion, ProposalDocument, Round
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear
from tests import make, rounds
from tests.conftest import NOW, SignedIn

CALL = "/rounds/2025-26/dorset"
PDF = b"%PDF-1.4 our safeguarding policy %%EOF"


@pytest.fixture
def year(session: Session) -> FundingYear:
    """Dorset's 2025/26."""
    return make.funding_year(session)


def typed(weights: tuple[object, ...] = (60, 40), **changes: Any) -> dict[str, Any]:
    """The form of a call with so many criteria and one gate."""
    lines = {f"criteria-{at}-name": f"Criterion {at}" for at, _ in enumerate(weights)}
    lines |= {f"criteria-{at}-weight": str(weight) for at, weight in enumerate(weights)}
    dates = {"opens_on": ["6", "1", "2025"], "closes_on": ["28", "2", "2025"]}
    return {**dates, "most_points": "5", "recommend_from": "60", "discuss_from": "40", **lines, **changes}


def test_an_officer_sets_up_a_call_and_everybody_in_the_area_reads_it(
    session: Session, year: FundingYear, signed_in: SignedIn
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    assert "Set up the call of Dorset CSP" in officer.get("/rounds").text
    assert "This call is not set up yet" in officer.get(CALL).text
    begun = officer.get(f"{CALL}/edit").text
    assert 'value="Strategic fit"' in begun
    assert 'value="Safeguarding"' in begun
    assert officer.post(f"{CALL}/edit", data=typed(guidance="Think of schools")).location == CALL
    for role in (Role.CSP_OFFICER, Role.CSP_MEMBER, Role.LEAD, Role.FINANCE):
        place = {"csp": make.csp(session, "bcp")} if role is Role.LEAD else {}
        reader = signed_in(role, **place)
        assert "Dorset Community Safety Partnership" in reader.get("/rounds").text
        page = reader.get(CALL).text
        assert "Think of schools" in page
        assert "Change the call" in page or role is not Role.CSP_OFFICER
    assert signed_in(Role.LEAD, csp=make.csp(session, "bcp")).get("/rounds/2025-26/bcp").status_code == 404
    elsewhere = make.csp(session, "mendip", area=make.area(session, "E23000036", "Avon and Somerset"))
    assert signed_in(Role.LEAD, csp=elsewhere).get(CALL).status_code == 404


@pytest.mark.usefixtures("year")
def test_what_is_wrong_with_a_call_is_said_where_it_stands(session: Session, signed_in: SignedIn) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    for wrong, sentence, place in (
        (typed((60, 41)), "The weights come to 101", "criteria-0-weight"),
        (typed((60, "four")), "Enter a whole number", "criteria-1-weight"),
        (typed((60, 40), **{"criteria-2-weight": "5"}), "Give this a name", "criteria-2-name"),
        (typed(()), "Enter at least one criterion", "criteria-0-name"),
        (typed(closes_on=["5", "1", "2025"]), "closes before it opens", "closes_on"),
        (typed(most_points="9" * 7), "Enter a whole number", "most_points"),
        (typed(discuss_from="70"), "Enter a lower percentage", "discuss_from"),
    ):
        refused = officer.post(f"{CALL}/edit", data=wrong)
        assert refused.status_code == 422, wrong
        assert sentence in refused.text, wrong
        assert f'href="#{place}"' in refused.text, wrong
    more = officer.post(f"{CALL}/edit", data=typed() | {"do": "more"})
    assert 'id="criteria-3-name"' in more.text
    assert session.scalars(select(Round)).all() == []


def test_a_call_changes_until_somebody_scores_and_its_last_day_says_who_was_late(
    session: Session, year: FundingYear, signed_in: SignedIn
) -> None:
    officer, dorset = signed_in(Role.CSP_OFFICER), make.csp(session, "dorset")
    assert officer.post(f"{CALL}/edit", data=typed((60, 40))).status_code == 302
    assert officer.post(f"{CALL}/edit", data=typed((30, 30, 40))).status_code == 302
    assert [each.weight for each in session.scalars(select(Criterion).order_by(Criterion.position))] == [30, 30, 40]
    proposal = make.proposal(session, csps=("dorset",), submitted_at=NOW)
    rounds.assessment(session, proposal, dorset, make.person(session, Role.CSP_MEMBER))
    session.commit()
    assert "Somebody has begun to score" in officer.post(f"{CALL}/edit", data=typed((60, 40))).text
    on_18_october = typed((30, 30, 40), closes_on=["18", "10", "2025"])
    assert officer.post(f"{CALL}/edit", data=on_18_october).status_code == 302
    session.expire_all()
    assert [asked.days_late for asked in proposal.asked_of] == [2]
    assert "1 of them came late" in officer.get(CALL).text


def test_a_call_begins_like_last_years(session: Session, year: FundingYear, signed_in: SignedIn) -> None:
    dorset, last = make.csp(session, "dorset"), make.funding_year(session, FinancialYear(2024))
    rounds.call(session, last, dorset, opens_on=date(2024, 1, 15), closes_on=date(2024, 3, 1), guidance="As ever")
    session.commit()
    officer = signed_in(Role.CSP_OFFICER)
    assert "There was a call for 2024/25" in officer.get(f"{CALL}/edit").text
    copied = officer.get(f"{CALL}/edit?like=before").text
    assert "As ever" in copied
    assert 'value="Value"' in copied


def test_documents_are_attached_to_a_draft_and_kept_once_it_is_handed_in(
    session: Session, year: FundingYear, signed_in: SignedIn
) -> None:
    proposal = make.proposal(session, status=ProposalStatus.DRAFT)
    session.commit()
    officer, here = signed_in(Role.CSP_OFFICER), "/proposals/SVD-25-01/documents"

    def send(content: bytes, name: str = "policy.pdf") -> Any:
        return officer.post(here, data={"file": (io.BytesIO(content), name)}, content_type="multipart/form-data")

    assert send(PDF).location == here
    assert "attached already, as policy.pdf" in send(PDF, "again.pdf").text
    assert "This kind of file is not taken" in send(b"\x00\x01", "what.bin").text
    [kept] = session.scalars(select(ProposalDocument))
    saved = officer.get(f"{here}/{kept.id}")
    assert saved.data == PDF
    assert saved.headers["Content-Disposition"].startswith("attachment")
    assert "policy.pdf" in officer.get("/proposals/SVD-25-01/check").text
    assert send(PDF + b"2", "second.pdf").status_code == 302
    assert officer.post(f"{here}/{kept.id + 1}/remove").location == here
    assert officer.get(f"{here}/{kept.id + 1}").status_code == 404
    assert signed_in(Role.CSP_MEMBER).get(f"{here}/{kept.id}").status_code == 404, "a draft is not theirs to see"
    proposal.status = ProposalStatus.SUBMITTED
    session.commit()
    assert officer.get(here).status_code == 422
    assert officer.post(f"{here}/{kept.id}/remove").status_code == 422
    assert signed_in(Role.CSP_MEMBER).get(f"{here}/{kept.id}").data == PDF
    [noted] = session.scalars(select(PersonalReading.what))
    assert noted == "Document of SVD-25-01: policy.pdf"
