"""Interests declared; assessments written and submitted; what the panel agrees."""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime

from sqlalchemy.orm import Session

from portfolio.assessment import queries, rules
from portfolio.assessment.counting import recount
from portfolio.assessment.models import Assessment, GateAnswer, Interest, ModeratedScore, Moderation, Score
from portfolio.assessment.rules import AssessmentStatus, Said, Standing
from portfolio.errors import PortfolioError, refuse_any
from portfolio.funding_years.rules import closed
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal, Round

Standings = Callable[[Session, Collection[int]], Mapping[tuple[int, int], Standing]]
"""Says how proposals, by number, stand with each partnership. The room that keeps decisions hands it in."""


def declare_interest(session: Session, proposal: Proposal, person: Person, nature: str, declared_on: date) -> Interest:
    """Record that somebody has an interest in a proposal: from now on they neither score nor decide it.

    What they scored before stays on record and counts no more.
    """
    refuse_any([rules.no_nature(nature)])
    interest = Interest(proposal=proposal, person=person, nature=nature, declared_on=declared_on)
    session.add(interest)
    session.flush()
    recount(session, proposal.id)
    return interest


def save_assessment(
    session: Session, proposal: Proposal, of: Round, assessor: Person, said: Said, standings: Standings
) -> Assessment:
    """Keep what an assessor has so far, as a draft of theirs alone.

    Refused for points beyond the scale, after it was submitted, once the proposal is decided on, and for somebody with
    an interest (E12).
    """
    found = _open_to(session, proposal, of, assessor, standings)
    refuse_any(rules.bad_points(said.points, _names(of), of.most_points))
    return _write(session, found, proposal, of, assessor, said)


def submit_assessment(
    session: Session, proposal: Proposal, of: Round, assessor: Person, said: Said, standings: Standings, now: datetime
) -> Assessment:
    """Give the panel an assessor's scores: whole, each with its reason, and from now on as they are.

    Refused as a draft is, and where anything is missing.
    """
    found = _open_to(session, proposal, of, assessor, standings)
    names = _names(of)
    faults = rules.bad_points(said.points, names, of.most_points)
    refuse_any([*faults, *rules.unfinished(said, names, {gate.id: gate.name for gate in of.gates})])
    assessment = _write(session, found, proposal, of, assessor, said)
    assessment.status, assessment.submitted_at = AssessmentStatus.SUBMITTED, now
    session.flush()
    recount(session, proposal.id)
    return assessment


def moderate(
    session: Session,
    proposal: Proposal,
    of: Round,
    said: Said,
    *,
    passes_gates: bool | None,
    seen: int | None,
    by: Person,
    now: datetime,
    standings: Standings,
) -> Moderation:
    """Record what a panel agreed on a proposal, in the place of what it agreed before (`seen`, by number).

    Refused before anybody scored, without a note, without a reason where the points lie outside what assessors gave,
    by somebody with an interest (E12), and where somebody else recorded one meanwhile.
    """
    refuse_conflicted(session, proposal, by.id)
    before = next(iter(queries.moderations_of(session, proposal.id, of.csp_id)), None)
    counted = counted_assessments(session, proposal.id, of.csp_id)
    given = points_given(counted)
    refuse_any(
        [
            closed_to_scoring(proposal, how_it_stands(session, proposal, of.csp_id, standings)),
            rules.nobody_scored(proposal.reference, len(counted)) if before is None else None,
            rules.supersedes_another(seen, before.id if before else None),
            *rules.unexplained(said, passes_gates, given, _names(of), of.most_points),
        ]
    )
    moderation = Moderation(
        proposal=proposal,
        csp_id=of.csp_id,
        passes_gates=bool(passes_gates),
        note=said.comment,
        moderated_by=by,
        moderated_at=now,
        supersedes_id=before.id if before else None,
        scores=[
            ModeratedScore(
                criterion=each, points=said.points[each.id], reason=said.justifications.get(each.id, "").strip() or None
            )
            for each in of.criteria
        ],
    )
    session.add(moderation)
    session.flush()
    recount(session, proposal.id)
    return moderation


def refuse_conflicted(session: Session, proposal: Proposal, person_id: int) -> None:
    """E12: who leads a proposal, or declared an interest in it, takes no part in its assessment; raises Conflicted."""
    rules.refuse_conflicted(
        proposal.reference,
        has_interest=bool(queries.interested_in(session, person_id, [proposal.id])),
        is_lead=proposal.lead_person_id == person_id,
    )


def counted_assessments(session: Session, proposal_id: int, csp_id: int) -> list[Assessment]:
    """What assessors submitted on a proposal, without those who have an interest in it."""
    conflicted = {interest.person_id for interest in queries.interests_in(session, proposal_id)}
    submitted = queries.assessments_of(session, proposal_id, csp_id)
    return [assessment for assessment in submitted if assessment.assessor_id not in conflicted]


def points_given(assessments: Collection[Assessment]) -> dict[int, list[int]]:
    """The points of some assessments that were submitted, by criterion."""
    given: dict[int, list[int]] = {}
    for assessment in assessments:
        for score in assessment.scores:
            if score.points is not None:
                given.setdefault(score.criterion_id, []).append(score.points)
    return given


def how_it_stands(session: Session, proposal: Proposal, csp_id: int, standings: Standings) -> Standing | None:
    """What a partnership decided on a proposal; None where it has not."""
    return standings(session, [proposal.id]).get((proposal.id, csp_id))


def closed_to_scoring(proposal: Proposal, standing: Standing | None) -> PortfolioError | None:
    """Why nobody scores a proposal, or agrees on its scores, by its year and by how it stands; None where they may."""
    year = proposal.funding_year
    return closed(year.status, year.year) or rules.not_open_to_scoring(proposal.reference, proposal.status, standing)


def _open_to(
    session: Session, proposal: Proposal, of: Round, assessor: Person, standings: Standings
) -> Assessment | None:
    """What an assessor has written so far, where they may go on; raises Conflicted and Refused where they may not."""
    refuse_conflicted(session, proposal, assessor.id)
    found = queries.find_assessment(session, proposal.id, of.csp_id, assessor.id)
    refuse_any(
        [
            closed_to_scoring(proposal, how_it_stands(session, proposal, of.csp_id, standings)),
            rules.already_submitted(proposal.reference, found.status if found else None),
        ]
    )
    return found


def _names(of: Round) -> dict[int, str]:
    return {criterion.id: criterion.name for criterion in of.criteria}


def _write(
    session: Session, found: Assessment | None, proposal: Proposal, of: Round, assessor: Person, said: Said
) -> Assessment:
    """Make an assessment say what was said, row by row."""
    assessment = found
    if assessment is None:
        assessment = Assessment(proposal=proposal, csp_id=of.csp_id, assessor=assessor, status=AssessmentStatus.DRAFT)
        session.add(assessment)
    assessment.comment = said.comment or None
    scores = {score.criterion_id: score for score in assessment.scores}
    for criterion in of.criteria:
        score = scores.get(criterion.id)
        if score is None:
            score = Score(criterion=criterion)
            assessment.scores.append(score)
        score.points = said.points.get(criterion.id)
        score.justification = said.justifications.get(criterion.id) or None
    answers = {answer.gate_id: answer for answer in assessment.gates}
    for gate in of.gates:
        answer = answers.get(gate.id)
        if answer is None:
            answer = GateAnswer(gate=gate)
            assessment.gates.append(answer)
        answer.passed = said.passed.get(gate.id)
        answer.reason = said.reasons.get(gate.id) or None
    session.flush()
    return assessment
