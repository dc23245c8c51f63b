"""What the minutes of a deciding meeting say of a round's assessment: scores, and who declared and took no part."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from portfolio.assessment.actions import Standings
from portfolio.assessment.models import Assessment, Interest
from portfolio.assessment.rules import AssessmentStatus
from portfolio.assessment.showing import Ranked, ranking
from portfolio.people.models import Person
from portfolio.people.rules import Viewer
from portfolio.proposals.models import Proposal, Round
from portfolio.quarters import format_day


@dataclass(frozen=True)
class Minute:
    """One proposal of the round: how it ranks, and a sentence for each who took no part in it."""

    ranked: Ranked
    sentences: tuple[str, ...]


@dataclass(frozen=True)
class Minutes:
    """What is said of every proposal, and whose interests are named in it (`person 12`)."""

    items: tuple[Minute, ...]
    marks: tuple[str, ...]

    @property
    def has_interests(self) -> bool:
        """Whether anybody took no part in anything."""
        return any(item.sentences for item in self.items)


def minutes_of(session: Session, of: Round, viewer: Viewer, today: date, standings: Standings) -> Minutes:
    """The round as its minutes tell it, with the interests of the partnership's own people."""
    told = ranking(session, of, viewer, today, standings)
    rows = told.rows(session, told.order)
    panel = {each.person.id: each.person for each in told.panel}
    interests = session.scalars(
        select(Interest)
        .where(Interest.proposal_id.in_(told.order), Interest.person_id.in_(panel))
        .order_by(Interest.id)
        .options(joinedload(Interest.person).lazyload(Person.roles))
    ).all()
    scored = {
        (row.proposal_id, row.assessor_id)
        for row in session.execute(
            select(Assessment.proposal_id, Assessment.assessor_id).where(
                Assessment.csp_id == of.csp_id,
                Assessment.proposal_id.in_(told.order),
                Assessment.status == AssessmentStatus.SUBMITTED,
            )
        )
    }
    by_proposal: dict[int, list[Interest]] = {}
    for interest in interests:
        by_proposal.setdefault(interest.proposal_id, []).append(interest)
    items = tuple(
        Minute(row, tuple(_sentences(row.proposal, by_proposal.get(row.proposal.id, []), panel, scored)))
        for row in rows
    )
    return Minutes(items, tuple(interest.person.mark for interest in interests))


def _sentences(
    proposal: Proposal, interests: Sequence[Interest], panel: dict[int, Person], scored: set[tuple[int, int]]
) -> Iterable[str]:
    lead = panel.get(proposal.lead_person_id or 0)
    if lead is not None:
        yield f"{lead.name} leads this proposal, and neither scored it nor decided on it."
    for interest in interests:
        before = (proposal.id, interest.person_id) in scored
        yield (
            f"{interest.person.name} declared an interest on {format_day(interest.declared_on)} "
            f"({interest.nature.rstrip('.')}), and from then on neither scored it nor decided on it."
            + (" The scores that they had given before are not counted." if before else "")
        )
