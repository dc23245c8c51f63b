"""Proposals drafted, changed, submitted, withdrawn; who finds which."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.errors import NotFound, Refused
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.rules import BadStep, YearStatus
from portfolio.people.actions import find_viewer
from portfolio.people.rules import Role, Within
from portfolio.proposals import actions, queries
from portfolio.proposals.actions import Asked, Contents, Offered
from portfolio.proposals.attaching import altered_documents
from portfolio.proposals.calling import unbalanced
from portfolio.proposals.models import Ask, Proposal
from portfolio.proposals.rules import Level, MatchKind, ProposalKind, ProposalStatus
from portfolio.quarters import FinancialYear
from tests import make, rounds
from tests.conftest import NOW

EVERYTHING = Within(everything=True)


@pytest.fixture
def year(session: Session) -> FundingYear:
    """Dorset's 2025/26."""
    return make.funding_year(session)


@pytest.fixture
def contents(session: Session, year: FundingYear) -> Contents:
    """What the perpetrator tool's proposal says."""
    programme = year.programme
    quarters = year.year.quarters
    return Contents(
        title="High Harm Perpetrator Tool",
        lead=make.organisation(session, "police"),
        kind=ProposalKind.NEW,
        summary="The next stage of a purpose-built tool.",
        asks=[
            Asked(
                make.stream(programme, "non-labour"),
                Decimal("9000.00"),
                make.category(programme, "training"),
                quarters[0],
            ),
            Asked(make.stream(programme, "non-labour"), Decimal("7500.00")),
        ],
        asked_of=[make.csp(session, "dorset"), make.csp(session, "bcp")],
        levels=[Level.TARGETED],
        offers=[Offered(make.organisation(session, "opcc"), MatchKind.CASH, Decimal("7500.00"))],
    )


def test_a_draft_keeps_everything_it_says(session: Session, year: FundingYear, contents: Contents) -> None:
    proposal = actions.draft_proposal(session, year, contents)
    session.flush()
    assert (proposal.reference, proposal.status) == ("SVD-25-01", ProposalStatus.DRAFT)
    assert (proposal.starts_on, proposal.ends_on) == (date(2025, 4, 1), date(2026, 3, 31))
    assert proposal.intervention.title == "High Harm Perpetrator Tool"
    assert actions.contents_of(proposal) == replace(contents, starts_on=date(2025, 4, 1), ends_on=date(2026, 3, 31))
    non_labour = make.stream(year.programme, "non-labour")
    assert queries.requested(session, Proposal.id == proposal.id) == {proposal.id: {non_labour.id: Decimal("16500.00")}}


def test_the_next_draft_gets_the_next_reference(session: Session, year: FundingYear, contents: Contents) -> None:
    make.proposal(session, "SVD-25-07")
    assert actions.draft_proposal(session, year, contents).reference == "SVD-25-08"
    assert actions.draft_proposal(session, year, contents, "late").reference == "late"


def test_a_draft_may_lack_things_but_holds_nothing_wrong(
    session: Session, year: FundingYear, contents: Contents
) -> None:
    blank = replace(contents, title="", summary="", asks=[])
    proposal = actions.draft_proposal(session, year, blank)
    session.flush()
    with pytest.raises(Refused) as refused:
        actions.submit_proposal(session, proposal, NOW)
    assert [error.field for error in refused.value.errors] == ["title", "summary", "requested"]
    assert proposal.status is ProposalStatus.DRAFT
    wrong = replace(contents, asked_of=[], starts_on=date(2025, 4, 2), ends_on=date(2025, 4, 1))
    with pytest.raises(Refused) as refused:
        actions.draft_proposal(session, year, wrong, "a b")
    assert [error.field for error in refused.value.errors] == ["reference", "asked_of", "ends_on"]


def test_a_draft_changes_and_leaves_no_row_behind(session: Session, year: FundingYear, contents: Contents) -> None:
    proposal = actions.draft_proposal(session, year, contents)
    session.commit()
    labour = Asked(make.stream(year.programme, "labour"), Decimal("3000.00"))
    changed = replace(contents, title="Tool", asks=[labour], levels=[Level.TARGETED, Level.FOCUSED], offers=[])
    actions.change_draft(session, proposal, changed)
    session.commit()
    session.expire_all()
    found = queries.get_proposal(session, "SVD-25-01", queries.within_reach(EVERYTHING))
    assert [ask.amount for ask in found.asks] == [Decimal("3000.00")]
    assert [each.level for each in found.levels] == [Level.TARGETED, Level.FOCUSED]
    assert found.match_offers == []
    assert len(session.scalars(select(Ask)).all()) == 1


def test_a_submitted_proposal_stays_as_it_was_read(session: Session, year: FundingYear, contents: Contents) -> None:
    proposal = actions.draft_proposal(session, year, contents)
    session.flush()
    actions.submit_proposal(session, proposal, NOW)
    assert (proposal.status, proposal.submitted_at) == (ProposalStatus.SUBMITTED, NOW)
    with pytest.raises(Refused, match="is submitted, so it can no longer be changed"):
        actions.change_draft(session, proposal, contents)
    with pytest.raises(BadStep):
        actions.submit_proposal(session, proposal, NOW)


def test_nothing_is_proposed_in_a_closed_year(session: Session, year: FundingYear, contents: Contents) -> None:
    proposal = actions.draft_proposal(session, year, contents)
    session.flush()
    year.status = YearStatus.CLOSED
    with pytest.raises(Refused, match="2025/26 is closed"):
        actions.draft_proposal(session, year, contents)
    with pytest.raises(Refused, match="2025/26 is closed"):
        actions.submit_proposal(session, proposal, NOW)


def test_a_continuation_is_of_the_same_intervention(session: Session, year: FundingYear, contents: Contents) -> None:
    last_year = make.funding_year(session, FinancialYear(2024))
    last = make.proposal(session, "SVD-24-01", funding_year=last_year)
    next_one = actions.draft_proposal(session, year, replace(contents, continues=last))
    assert next_one.intervention is last.intervention
    with pytest.raises(Refused, match="only continue one of an earlier year"):
        actions.draft_proposal(session, last_year, replace(contents, continues=last))
    session.flush()
    csps = Within(csps=frozenset({make.csp(session, "dorset").id}))
    earlier = queries.earlier_proposals(session, year.police_area_id, year.year, csps)
    assert [each.reference for each in earlier] == ["SVD-24-01"]


def test_withdrawn_until_somebody_decided(session: Session) -> None:
    proposal = make.proposal(session)
    with pytest.raises(Refused, match="Dorset CSP decided on this proposal already"):
        actions.withdraw_proposal(proposal, ["Dorset CSP"], "No staff", NOW)
    with pytest.raises(Refused, match="Say why the proposal is withdrawn"):
        actions.withdraw_proposal(proposal, [], " ", NOW)
    assert actions.withdraw_proposal(proposal, [], "No staff", NOW).status is ProposalStatus.WITHDRAWN
    assert (proposal.withdrawn_at, proposal.withdrawn_because) == (NOW, "No staff")


def test_only_what_differs_of_a_draft_is_written_anew(session: Session, year: FundingYear, contents: Contents) -> None:
    proposal = actions.draft_proposal(session, year, contents)
    session.commit()
    kept, gone = proposal.asks
    changed = replace(contents, asks=[contents.asks[0], replace(contents.asks[1], amount=Decimal("1.00"))])
    actions.change_draft(session, proposal, changed)
    session.commit()
    assert [ask.id == kept.id for ask in proposal.asks] == [True, False]
    assert session.get(Ask, gone.id) is None


def test_in_time_by_the_day_it_came_on_paper_and_late_by_days_after_the_call_closed(
    session: Session, year: FundingYear, contents: Contents
) -> None:
    rounds.call(session, year, make.csp(session, "dorset"), closes_on=date(2025, 10, 17))
    on_paper = actions.draft_proposal(session, year, replace(contents, received_on=date(2025, 10, 17)))
    late = actions.draft_proposal(session, year, contents, "late")
    early = actions.draft_proposal(session, year, replace(contents, received_on=date(2025, 10, 21)), "early")
    session.flush()
    actions.submit_proposal(session, on_paper, NOW)
    actions.submit_proposal(session, late, NOW)
    assert [asked.days_late for asked in on_paper.asked_of] == [None, None]
    assert [asked.days_late for asked in late.asked_of] == [3, None], "BCP has no call"
    with pytest.raises(Refused, match="cannot be in the future"):
        actions.submit_proposal(session, early, NOW)


def test_check_finds_a_document_and_a_weight_that_somebody_altered(session: Session, year: FundingYear) -> None:
    call = rounds.call(session, year, make.csp(session))
    proposal = make.proposal(session, status=ProposalStatus.DRAFT)
    kept = rounds.document(session, proposal, make.person(session))
    assert [*unbalanced(session), *altered_documents(session)] == []
    for altered in (
        "UPDATE proposal_document SET size = size + 1",
        "UPDATE criterion SET weight = 24 WHERE name = 'Strategic fit'",
    ):
        session.connection().exec_driver_sql(altered)
    assert [*unbalanced(session), *altered_documents(session)] == [
        f"the weights of the call of {call.csp.name} for 2025/26 come to 99, and not to 100",
        f"document {kept.id}, letter.pdf, of SVD-25-01, is not the file that was sent. Bring it back from a backup",
    ]


def seen(session: Session, role: Role, csp: str = "dorset") -> list[str]:
    person = make.person(session, role, csp=make.csp(session, csp))
    viewer = find_viewer(session, person.id, NOW.date())
    assert viewer is not None
    return list(session.scalars(select(Proposal.reference).where(queries.seen_by(viewer)).order_by(Proposal.reference)))


def test_everybody_sees_what_is_theirs_and_drafts_only_who_proposes(session: Session) -> None:
    make.proposal(session, "1", csps=("dorset",))
    make.proposal(session, "2", csps=("dorset", "bcp"))
    make.proposal(session, "3", csps=("bcp",))
    make.proposal(session, "4", csps=("dorset",), status=ProposalStatus.DRAFT)
    assert seen(session, Role.CSP_OFFICER) == ["1", "2", "4"]
    assert seen(session, Role.CSP_MEMBER) == ["1", "2"]
    assert seen(session, Role.CSP_OFFICER, "bcp") == ["2", "3"]
    assert seen(session, Role.FINANCE) == ["1", "2", "3"]
    assert seen(session, Role.ADMINISTRATOR) == ["1", "2", "3"]
    assert seen(session, Role.OPCC) == []
    assert seen(session, Role.LEAD) == []


def test_a_lead_sees_what_they_lead(session: Session) -> None:
    lead = make.person(session, Role.LEAD)
    make.proposal(session, "1", lead_person_id=lead.id, status=ProposalStatus.DRAFT)
    make.proposal(session, "2")
    viewer = find_viewer(session, lead.id, NOW.date())
    assert viewer is not None
    assert list(session.scalars(select(Proposal.reference).where(queries.seen_by(viewer)))) == ["1"]
    with pytest.raises(NotFound):
        queries.get_proposal(session, "2", queries.seen_by(viewer))


def test_leads_are_those_whom_ones_own_partnership_invited_and_who_are_still_here(session: Session) -> None:
    dorset, today = make.csp(session), NOW.date()
    make.person(session, Role.LEAD, name="Abe", csp=dorset, disabled_at=NOW)
    make.person(session, Role.LEAD, name="Bea", csp=dorset)
    make.person(session, Role.LEAD, name="Cal", csp=make.csp(session, "bcp"))
    make.person(session, Role.LEAD, name="Dee")
    make.person(session, Role.FINANCE, name="Eve")
    over = make.person(session, Role.LEAD, name="Fay", csp=dorset)
    over.roles[0].ends_on = date(2025, 10, 19)
    session.flush()

    def offered(within: Within, named: int | None = None) -> list[str]:
        return [person.name for person in queries.people_who_could_lead(session, within, today, named)]

    assert offered(Within(csps=frozenset({dorset.id}))) == ["Bea", "Dee"]
    assert offered(Within(csps=frozenset({dorset.id})), over.id) == ["Bea", "Dee", "Fay"]
    assert offered(Within(everything=True)) == ["Bea", "Cal", "Dee"]
