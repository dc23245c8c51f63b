"""What the minutes of a deciding meeting say of a round's assessment: scores, and who declared and took no part."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, contains_eager, joinedload

from portfolio.assessment import queries
from portfolio.assessment.actions import Standings
from portfolio.assessment.models import Assessment, Interest
from portfolio.assessment.ranking import Ranking, ranking
from portfolio.assessment.rules import AssessmentStatus
from portfolio.people.models import Person
from portfolio.people.rules import Viewer
from portfolio.proposals.models import Proposal, Round
from portfolio.quarters import format_day


@dataclass(frozen=True)
class NoPart:
    """Somebody of a partnership who took no part in a proposal, in a sentence that says why."""

    proposal: Proposal
    sentence: str


@dataclass(frozen=True)
class Minutes:
    """How a round's proposals rank, who took no part in which, and whose interests are named (`person 12`)."""

    ranking: Ranking
    no_part: tuple[NoPart, ...]
    marks: tuple[str, ...]


def minutes_of(session: Session, of: Round, viewer: Viewer, today: date, standings: Standings) -> Minutes:
    """The round as its minutes tell it, with the interests of the partnership's own people."""
    told = ranking(session, of, viewer, today, standings)
    sat = queries.sat_on(of.csp_id)
    before = queries.to_assess(of.funding_year_id, of.csp_id)
    interests = session.scalars(
        select(Interest)
        .join(Interest.proposal)
        .where(before, Interest.person_id.in_(sat))
        .order_by(Proposal.reference, Interest.id)
        .options(contains_eager(Interest.proposal), joinedload(Interest.person).lazyload(Person.roles))
    ).all()
    led = session.execute(
        select(Proposal, Person.name)
        .join(Person, Person.id == Proposal.lead_person_id)
        .where(before, Person.id.in_(sat))
    )
    scored = session.execute(
        select(Assessment.proposal_id, Assessment.assessor_id).where(
            Assessment.csp_id == of.csp_id,
            Assessment.proposal_id.in_({interest.proposal_id for interest in interests}),
            Assessment.status == AssessmentStatus.SUBMITTED,
        )
    )
    counted_before = {(row.proposal_id, row.assessor_id) for row in scored}
    no_part = [
        *(NoPart(each, f"{name} leads this proposal, and neither scored it nor decided on it.") for each, name in led),
        *_interested(interests, counted_before),
    ]
    return Minutes(
        told,
        tuple(sorted(no_part, key=lambda each: each.proposal.reference)),
        tuple(interest.person.mark for interest in interests),
    )


def _interested(interests: Iterable[Interest], scored: Collection[tuple[int, int]]) -> Iterable[NoPart]:
    for interest in interests:
        sentence = (
            f"{interest.person.name} declared an interest on {format_day(interest.declared_on)} "
            f"({interest.nature.rstrip('.')}), and from then on neither scored it nor decided on it."
        )
        if (interest.proposal_id, interest.person_id) in scored:
            sentence += " The scores that they had given before are not counted."
        yield NoPart(interest.proposal, sentence)
