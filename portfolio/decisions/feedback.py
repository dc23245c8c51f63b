"""What an applicant is told of how a panel judged: words for each criterion, never points, names or others' asks."""

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, distinct, func, select
from sqlalchemy.orm import Session

from portfolio.assessment.models import Assessment, GateAnswer, Moderation, Score
from portfolio.assessment.queries import counted, moderations_of
from portfolio.db import total
from portfolio.decisions import rules
from portfolio.funding_years.models import Stream
from portfolio.funding_years.queries import shares_of
from portfolio.money import ZERO, format_pounds
from portfolio.proposals.models import Ask, AskedOf, Gate, Proposal
from portfolio.proposals.queries import find_round
from portfolio.proposals.rules import ProposalStatus
from portfolio.words import count


@dataclass(frozen=True)
class CriterionWords:
    """A criterion, what a panel looked for in it, and what it found."""

    name: str
    looked_for: str
    found: str


@dataclass(frozen=True)
class PanelWords:
    """What a panel found: by criterion, the gates that were not passed, and how late it came, where it did."""

    criteria: tuple[CriterionWords, ...]
    gates: tuple[str, ...]
    days_late: int | None


def panel_words(session: Session, proposal: Proposal, csp_id: int) -> PanelWords:
    """What a partnership's panel made of a proposal, in words; no criteria where nobody scored it."""
    held = find_round(session, proposal.funding_year_id, csp_id)
    agreed = next(iter(moderations_of(session, proposal.id, csp_id)), None)
    points = _points(session, proposal.id, csp_id, agreed)
    late = next((each.days_late for each in proposal.asked_of if each.csp_id == csp_id), None)
    if held is None or not points:
        return PanelWords((), (), late)
    criteria = sorted(held.criteria, key=lambda criterion: (-criterion.weight, criterion.position))
    words = [
        CriterionWords(
            f"{each.name} (weighs {each.weight} of 100)",
            each.guidance or "As in the call for proposals",
            rules.panel_found(points[each.id], held.most_points, held.recommend_from, held.discuss_from),
        )
        for each in criteria
        if each.id in points
    ]
    return PanelWords(tuple(words), _gates_not_passed(session, proposal.id, csp_id, agreed), late)


def _points(session: Session, proposal_id: int, csp_id: int, agreed: Moderation | None) -> dict[int, Decimal]:
    """The points that count, by criterion's number: what the panel agreed, or else the mean of the assessors."""
    if agreed:
        return {score.criterion_id: Decimal(score.points) for score in agreed.scores}
    rows = session.execute(
        select(Score.criterion_id, func.sum(Score.points), func.count(Score.points))
        .join(Score.assessment)
        .where(*_counting(proposal_id, csp_id), Score.points.is_not(None))
        .group_by(Score.criterion_id)
    )
    return {criterion: Decimal(points or 0) / number for criterion, points, number in rows}


def _gates_not_passed(session: Session, proposal_id: int, csp_id: int, agreed: Moderation | None) -> tuple[str, ...]:
    """The gates that an assessor found not passed, unless the panel agreed that it passes them all."""
    if agreed and agreed.passes_gates:
        return ()
    names = session.scalars(
        select(Gate.name)
        .join(GateAnswer, GateAnswer.gate_id == Gate.id)
        .join(Assessment, Assessment.id == GateAnswer.assessment_id)
        .where(*_counting(proposal_id, csp_id), GateAnswer.passed.is_(False))
        .group_by(Gate.id, Gate.name, Gate.position)
        .order_by(Gate.position)
    )
    return tuple(names)


def _counting(proposal_id: int, csp_id: int) -> tuple[ColumnElement[bool], ...]:
    """A partnership's assessments of a proposal that count."""
    return Assessment.proposal_id == proposal_id, Assessment.csp_id == csp_id, counted()


def choices(session: Session, proposal: Proposal, csp_id: int) -> Iterable[str]:
    """What a partnership had to choose from, by each stream that the proposal asks of: all proposals together."""
    of_streams = {ask.stream_id for ask in proposal.asks if ask.amount}
    shares = shares_of(session, proposal.funding_year_id)
    rows = session.execute(
        select(Stream.id, Stream.name, func.count(distinct(Ask.proposal_id)), total(Ask.amount))
        .join(Ask, Ask.stream_id == Stream.id)
        .join(Proposal, Proposal.id == Ask.proposal_id)
        .join(AskedOf, AskedOf.proposal_id == Proposal.id)
        .where(
            Proposal.funding_year_id == proposal.funding_year_id,
            Proposal.status == ProposalStatus.SUBMITTED,
            AskedOf.csp_id == csp_id,
            Ask.amount > ZERO,
            Stream.id.in_(of_streams),
        )
        .group_by(Stream.id, Stream.name, Stream.position)
        .order_by(Stream.position)
    )
    for stream_id, stream, proposals, asked in rows:
        given = shares.get((csp_id, stream_id), ZERO)
        ask = "asked" if proposals > 1 else "alone asked"
        yield (
            f"The partnership had {format_pounds(given)} of the {stream} stream, and {count(proposals, 'proposal')} "
            f"{ask} for {format_pounds(asked)} of it."
        )
