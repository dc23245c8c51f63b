"""What an intervention did with its last award: gathered for those who read a proposal to go on with it."""

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime

from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from portfolio.clock import day_of
from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_found, awards_within
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.rules import deadline
from portfolio.history import HistoryEntry
from portfolio.measures.models import Indicator
from portfolio.measures.queries import indicators
from portfolio.measures.rules import to_date
from portfolio.people.rules import Act, Viewer
from portfolio.proposals.delivery import AwardDelivered, DeliveryRecord, QuarterDelivered, Reached
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.spend import figures
from portfolio.spend.figures import Position
from portfolio.spend.models import Claim
from portfolio.spend.rules import must_be_explained
from portfolio.spend.standing import rule_of
from portfolio.words import figure


def delivery_record(session: Session, proposal: Proposal, viewer: Viewer) -> DeliveryRecord | None:
    """The last year of a proposal's intervention that was awarded, with the awards that somebody may see the claims of.

    None where nothing earlier was awarded within their reach.
    """
    seen = awards_within(viewer.within(Act.SEE_CLAIMS))
    last = _last_awarded(session, proposal, seen)
    if last is None:
        return None
    awards = awards_found(session, Award.proposal_id == last.id, seen)
    year = last.funding_year.year
    at = year.quarter_at(viewer.day)
    positions = figures.of_awards(session, awards, at)
    claims = session.scalars(select(Claim).where(Claim.award_id.in_(positions), Claim.quarter.in_(year.quarters))).all()
    sent = first_sent(session, claims)
    promised = session.scalars(indicators(Indicator.award_id.in_(positions))).all()
    return DeliveryRecord(
        last.reference,
        last.title,
        str(year),
        year.last_day < viewer.day,
        tuple(
            _delivered(
                award,
                figures.together(positions[award.id].values(), at),
                {claim.quarter: claim for claim in claims if claim.award_id == award.id},
                sent,
                tuple(reached(one) for one in promised if one.award_id == award.id),
                viewer.day,
            )
            for award in awards
        ),
    )


def _last_awarded(session: Session, proposal: Proposal, seen: ColumnElement[bool]) -> Proposal | None:
    """What the proposal says that it continues, or else the newest earlier one of the same intervention."""
    awarded = exists().where(Award.proposal_id == Proposal.id, seen)
    same = or_(Proposal.intervention_id == proposal.intervention_id, Proposal.id == proposal.continues_id)
    return session.scalar(
        select(Proposal)
        .join(Proposal.funding_year)
        .where(same, FundingYear.year < proposal.funding_year.year, awarded)
        .order_by(FundingYear.year.desc(), (Proposal.id == proposal.continues_id).desc(), Proposal.id.desc())
        .limit(1)
        .options(joinedload(Proposal.funding_year).joinedload(FundingYear.programme))
    )


def first_sent(session: Session, claims: Collection[Claim]) -> dict[int, datetime]:
    """When each of some claims was sent first, by claim: one that was queried and sent again was sent before that.

    A claim keeps its last sending only; the earlier ones stand in its history.
    """
    sent = {claim.id: claim.submitted_at for claim in claims if claim.submitted_at is not None}
    told = session.execute(
        select(HistoryEntry.record_id, HistoryEntry.after).where(
            and_(HistoryEntry.record == Claim.__tablename__, HistoryEntry.record_id.in_(sent)),
            HistoryEntry.after.contains('"submitted_at"'),
        )
    )
    for claim_id, after in told:
        said = json.loads(after)["submitted_at"]
        if said is not None:
            sent[claim_id] = min(sent[claim_id], datetime.fromisoformat(said))
    return sent


def late_by(claim: Claim | None, due_on: date, sent: Mapping[int, datetime], today: date) -> int | None:
    """How many days after its deadline a claim came, or, not sent, is late by now; None where that is not known."""
    if claim is not None and claim.id in sent:
        # What a file told was never sent by anybody, so nobody knows the day.
        return None if claim.submitted_by_id is None else max((day_of(sent[claim.id]) - due_on).days, 0)
    return (today - due_on).days if today > due_on else None


def _delivered(
    award: Award,
    position: Position,
    claims: Mapping[Quarter, Claim],
    sent: Mapping[int, datetime],
    told: Sequence[Reached],
    today: date,
) -> AwardDelivered:
    year = award.proposal.funding_year
    rule = rule_of(year.programme)
    quarters = []
    for place, quarter in enumerate(year.year.quarters):
        claim, planned, actual = claims.get(quarter), position.profile[place], position.actual[place]
        if quarter.first_day > today or (claim is None and not planned and not actual):
            continue
        counts = claim is not None and claim.status.counts
        due_on = deadline(quarter, year.programme.claim_deadlines)
        quarters.append(
            QuarterDelivered(
                quarter=quarter,
                planned=planned,
                spent=actual if counts or actual else None,
                is_due=due_on < today,
                days_late=late_by(claim, due_on, sent, today),
                delivery=claim.delivery_rag.value if claim and claim.delivery_rag else None,
                spend=claim.spend_rag.value if claim and claim.spend_rag else None,
                must_be_explained=counts and must_be_explained(actual, planned, rule),
                explanation=claim.variance_explanation if claim else None,
            )
        )
    return AwardDelivered(
        award.csp.short_name, award.csp.key, position.award, position.to_date, tuple(quarters), tuple(told)
    )


def reached(indicator: Indicator) -> Reached:
    """What an output or outcome came to, against its target."""
    came_to = to_date(indicator.kind, [result.value for result in indicator.results])
    return Reached(
        indicator.name,
        indicator.kind.value,
        indicator.unit,
        None if indicator.target is None else figure(indicator.target),
        None if came_to is None else figure(came_to),
        None if came_to is None or indicator.target is None else came_to >= indicator.target,
    )
