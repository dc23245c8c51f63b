"""Builders for a round: the call, what assessors and panels said, documents, actions, scenarios, moves asked for."""

import hashlib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.assessment.models import Assessment, GateAnswer, ModeratedScore, Moderation, PanelScore, Score
from portfolio.assessment.rules import AssessmentStatus
from portfolio.decisions.models import Award, VariationRequest
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.meetings.models import MeetingAction
from portfolio.people.models import Person
from portfolio.proposals.models import Criterion, Gate, Proposal, ProposalDocument, Round
from portfolio.scenarios.models import Scenario, ScenarioChoice
from tests import make
from tests.conftest import NOW

CRITERIA = {"Strategic fit": 25, "Need": 20, "Evidence base": 15, "Deliverability": 15, "Outcomes": 15, "Value": 10}
GATES = ("Eligible body", "Safeguarding")


def call(session: Session, year: FundingYear, csp: CSP, **changes: Any) -> Round:
    """A partnership's round, open in January and February, made once."""
    found = session.scalar(select(Round).where(Round.funding_year_id == year.id, Round.csp_id == csp.id))
    if found is not None:
        return found
    values: dict[str, Any] = {
        "opens_on": date(2025, 1, 6),
        "closes_on": date(2025, 2, 28),
        "most_points": 5,
        "recommend_from": Decimal(60),
        "discuss_from": Decimal(40),
        "criteria": [
            Criterion(name=name, weight=weight, position=place)
            for place, (name, weight) in enumerate(CRITERIA.items(), 1)
        ],
        "gates": [Gate(name=name, position=place) for place, name in enumerate(GATES, 1)],
    }
    row = Round(funding_year=year, csp=csp, **{**values, **changes})
    session.add(row)
    session.flush()
    return row


def assessment(
    session: Session,
    proposal: Proposal,
    csp: CSP,
    assessor: Person,
    points: Mapping[str, int] | int = 3,
    *,
    passed: bool = True,
    status: AssessmentStatus = AssessmentStatus.SUBMITTED,
) -> Assessment:
    """What somebody gave a proposal: one figure for every criterion, or figures by name."""
    of = call(session, proposal.funding_year, csp)
    row = Assessment(
        proposal=proposal,
        csp=csp,
        assessor=assessor,
        status=status,
        submitted_at=NOW if status is AssessmentStatus.SUBMITTED else None,
        scores=[
            Score(
                criterion=each,
                points=points if isinstance(points, int) else points[each.name],
                justification="As the proposal shows",
            )
            for each in of.criteria
        ],
        gates=[GateAnswer(gate=gate, passed=passed, reason=None if passed else "Not shown") for gate in of.gates],
    )
    session.add(row)
    session.flush()
    return row


def panel_score(session: Session, proposal: Proposal, csp: CSP, percent: str = "60", **changes: Any) -> PanelScore:
    """What a panel's scores come to, without the assessments behind it."""
    values: dict[str, Any] = {"spread": Decimal(0), "passes_gates": True, "moderated": False, "assessors": 1}
    row = PanelScore(proposal=proposal, csp=csp, percent=Decimal(percent), **{**values, **changes})
    session.add(row)
    session.flush()
    return row


def moderation(session: Session, proposal: Proposal, csp: CSP, by: Person, points: int = 4) -> Moderation:
    """What a panel agreed: one figure for every criterion."""
    of = call(session, proposal.funding_year, csp)
    row = Moderation(
        proposal=proposal,
        csp=csp,
        passes_gates=True,
        note="Agreed by the panel",
        moderated_by=by,
        moderated_at=NOW,
        scores=[ModeratedScore(criterion=each, points=points) for each in of.criteria],
    )
    session.add(row)
    session.flush()
    return row


def document(
    session: Session, proposal: Proposal, by: Person, content: bytes = b"%PDF-1.4 a letter"
) -> ProposalDocument:
    """A file that a proposal comes with."""
    row = ProposalDocument(
        proposal=proposal,
        name="letter.pdf",
        media_type="application/pdf",
        size=len(content),
        sha256=hashlib.sha256(content).hexdigest(),
        content=content,
        attached_by=by,
        attached_at=NOW,
    )
    session.add(row)
    session.flush()
    return row


def variation_request(session: Session, award: Award, amount: str, by: Person, **changes: Any) -> VariationRequest:
    """A move back to unallocated that somebody asks for."""
    row = VariationRequest(
        from_award=award,
        from_stream=award.lines[0].stream,
        amount=Decimal(amount),
        reason="Fewer sessions",
        asked_by=by,
        asked_at=NOW,
        **changes,
    )
    session.add(row)
    session.flush()
    return row


def meeting_action(session: Session, csp: CSP, owner: Person, **changes: Any) -> MeetingAction:
    """Something that a meeting agreed, due in July 2025."""
    values: dict[str, Any] = {
        "text": "Go through the rejected proposals again",
        "due_on": date(2025, 7, 31),
        "body": csp.name,
        "met_on": date(2025, 6, 16),
        "minute": "6.7",
        "recorded_by": owner,
        "recorded_at": NOW,
        "dropped": False,
    }
    row = MeetingAction(csp=csp, owner=owner, **{**values, **changes})
    session.add(row)
    session.flush()
    return row


def scenario(
    session: Session, year: FundingYear, csp: CSP, by: Person, awards: Mapping[Proposal, str], **changes: Any
) -> Scenario:
    """A portfolio that was tried: by proposal, pounds of the last stream."""
    stream = year.programme.streams[-1]
    values: dict[str, Any] = {"name": "As the panel met", "over_percent": Decimal(0), "made_at": NOW, "edition": 1}
    row = Scenario(
        funding_year=year,
        csp=csp,
        made_by=by,
        choices=[
            ScenarioChoice(proposal=proposal, stream=stream, amount=Decimal(amount))
            for proposal, amount in awards.items()
        ],
        **{**values, **changes},
    )
    session.add(row)
    session.flush()
    return row


def one_of_each(session: Session, award: Award, proposal: Proposal, by: Person) -> None:
    """A row of a round in every table that the database guards, closed as far as it closes."""
    assessment(session, proposal, award.csp, by)
    moderation(session, proposal, award.csp, by)
    document(session, proposal, by)
    asker = make.person(session)
    variation_request(session, award, "1.00", asker, decided_by=by, decided_at=NOW, refused_because="Not now")
    meeting_action(session, award.csp, by, ended_on=date(2025, 7, 1), ended_by=by)
    decided = {"decided_at": NOW, "decided_by": by}
    scenario(session, proposal.funding_year, award.csp, by, {proposal: "100.00"}, **decided)
