"""Finding the interests that were declared, and what assessors and panels said."""

from collections.abc import Collection, Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, lazyload, selectinload

from portfolio.assessment.models import Assessment, GateAnswer, Interest, Moderation, PanelScore, Score
from portfolio.assessment.rules import AssessmentStatus
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.queries import csps_within
from portfolio.people.models import Person, RoleHeld
from portfolio.people.rules import MAY, Act, Viewer, Within
from portfolio.proposals.models import AskedOf, Criterion, Proposal, Round
from portfolio.proposals.rules import ProposalStatus

ASSESSING_ROLES = tuple(role for role, acts in MAY.items() if Act.ASSESS in acts)


def interests_in(session: Session, proposal_id: int) -> Sequence[Interest]:
    """The interests declared in a proposal, whoever declared them."""
    return session.scalars(_interests(proposal_id)).all()


def interests_told(session: Session, proposal_id: int, viewer: Viewer) -> Sequence[Interest]:
    """The interests in a proposal that somebody is told: their own, and those of people of the partnerships they
    record decisions for. A proposal is asked of several; what a neighbour's panel declares is not theirs to read.
    """
    of_theirs = exists().where(
        RoleHeld.person_id == Interest.person_id, RoleHeld.csp_id.in_(viewer.within(Act.DECIDE).csps)
    )
    told = _interests(proposal_id).where(or_(Interest.person_id == viewer.person_id, of_theirs))
    return session.scalars(told).all()


def _interests(proposal_id: int) -> Select[Interest]:
    found = select(Interest).where(Interest.proposal_id == proposal_id).order_by(Interest.id)
    return found.options(joinedload(Interest.person).lazyload(Person.roles))


def interested_in(session: Session, person_id: int, proposal_ids: Collection[int]) -> set[int]:
    """Those of some proposals in which somebody's interest is declared."""
    mine = select(Interest.proposal_id).where(Interest.person_id == person_id, Interest.proposal_id.in_(proposal_ids))
    return set(session.scalars(mine))


def _without_interest() -> ColumnElement[bool]:
    """The assessments whose assessor has no interest in the proposal."""
    return ~exists().where(Interest.proposal_id == Assessment.proposal_id, Interest.person_id == Assessment.assessor_id)


def counted() -> ColumnElement[bool]:
    """The assessments that count: submitted, by somebody who has no interest in the proposal."""
    return and_(Assessment.status == AssessmentStatus.SUBMITTED, _without_interest())


def is_current() -> ColumnElement[bool]:
    """The moderations that no later one supersedes."""
    later = aliased(Moderation)
    return ~exists().where(later.supersedes_id == Moderation.id)


def panel_scores(session: Session, csp_id: int, proposal_ids: Collection[int]) -> dict[int, PanelScore]:
    """What a partnership's panel makes of some proposals, by proposal; one that nobody scored yet is not there."""
    found = session.scalars(
        select(PanelScore).where(PanelScore.csp_id == csp_id, PanelScore.proposal_id.in_(proposal_ids))
    )
    return {row.proposal_id: row for row in found}


def scoring_began(session: Session, funding_year_id: int, csp_id: int) -> bool:
    """Whether anybody gave points in a partnership's round, be it in a draft: its criteria then stay as they are."""
    of_round = (Round.funding_year_id == funding_year_id, Round.csp_id == csp_id)
    begun = exists().where(Score.criterion_id == Criterion.id, Criterion.round_id == Round.id, *of_round)
    return bool(session.scalar(select(begun)))


def get_round(session: Session, funding_year_id: int, csp_key: str, within: Within) -> Round:
    """A partnership's round with its criteria and gates; raises NotFound for one beyond reach."""
    found = session.scalar(
        select(Round)
        .join(Round.csp)
        .where(Round.funding_year_id == funding_year_id, CSP.key == csp_key, csps_within(within))
        .options(
            contains_eager(Round.csp),
            joinedload(Round.funding_year).joinedload(FundingYear.programme),
            selectinload(Round.criteria),
            selectinload(Round.gates),
        )
    )
    if found is None:
        raise NotFound("There is no such round")
    return found


def judging(session: Session, proposal: Proposal, within: Within) -> set[int]:
    """The partnerships within reach that were asked for a proposal and judge it in a round, by number."""
    asked = select(AskedOf.csp_id).where(AskedOf.proposal_id == proposal.id)
    return set(
        session.scalars(
            select(Round.csp_id)
            .join(Round.csp)
            .where(Round.funding_year_id == proposal.funding_year_id, Round.csp_id.in_(asked), csps_within(within))
        )
    )


def rounds_within(within: Within) -> Select[Round]:
    """The rounds of the partnerships that somebody reaches, newest first, ready to be listed."""
    return (
        select(Round)
        .join(Round.csp)
        .join(Round.funding_year)
        .where(csps_within(within))
        .order_by(FundingYear.year.desc(), CSP.name, Round.id)
        .options(contains_eager(Round.csp), contains_eager(Round.funding_year).joinedload(FundingYear.programme))
    )


def find_assessment(session: Session, proposal_id: int, csp_id: int, assessor_id: int) -> Assessment | None:
    """What somebody wrote of a proposal for a partnership, draft or not, or None."""
    return session.scalar(
        select(Assessment)
        .where(
            Assessment.proposal_id == proposal_id, Assessment.csp_id == csp_id, Assessment.assessor_id == assessor_id
        )
        .options(selectinload(Assessment.scores), selectinload(Assessment.gates))
    )


def assessments_of(session: Session, proposal_id: int, csp_id: int) -> Sequence[Assessment]:
    """What assessors submitted on a proposal, in the order in which they did, whether it still counts or not."""
    return session.scalars(
        select(Assessment)
        .where(
            Assessment.proposal_id == proposal_id,
            Assessment.csp_id == csp_id,
            Assessment.status == AssessmentStatus.SUBMITTED,
        )
        .order_by(Assessment.submitted_at, Assessment.id)
        .options(
            joinedload(Assessment.assessor).lazyload(Person.roles),
            selectinload(Assessment.scores).joinedload(Score.criterion),
            selectinload(Assessment.gates).joinedload(GateAnswer.gate),
        )
    ).all()


def moderations_of(session: Session, proposal_id: int, csp_id: int) -> Sequence[Moderation]:
    """What a partnership's panel agreed on a proposal, newest first: the first is the one that stands."""
    return session.scalars(
        select(Moderation)
        .where(Moderation.proposal_id == proposal_id, Moderation.csp_id == csp_id)
        .order_by(Moderation.id.desc())
        .options(joinedload(Moderation.moderated_by).lazyload(Person.roles), selectinload(Moderation.scores))
    ).all()


def panel_of(session: Session, csp_id: int, day: date) -> Sequence[Person]:
    """A partnership's officers and members on a day, by name: who scores and decides for it."""
    held = exists().where(
        RoleHeld.person_id == Person.id,
        RoleHeld.csp_id == csp_id,
        RoleHeld.role.in_(ASSESSING_ROLES),
        or_(RoleHeld.starts_on.is_(None), RoleHeld.starts_on <= day),
        or_(RoleHeld.ends_on.is_(None), RoleHeld.ends_on >= day),
    )
    return session.scalars(
        select(Person)
        .where(held, Person.disabled_at.is_(None))
        .order_by(Person.name, Person.id)
        .options(lazyload(Person.roles))
    ).all()


def sat_on(csp_id: int) -> Select[int]:
    """Who was ever an officer or member of a partnership, by number: what they declared stays in its minutes."""
    return select(RoleHeld.person_id).where(RoleHeld.csp_id == csp_id, RoleHeld.role.in_(ASSESSING_ROLES))


def to_assess(funding_year_id: int, csp_id: int) -> ColumnElement[bool]:
    """The proposals that a partnership's panel has before it, as a condition on `Proposal`."""
    asked = exists().where(AskedOf.proposal_id == Proposal.id, AskedOf.csp_id == csp_id)
    submitted = Proposal.status == ProposalStatus.SUBMITTED
    return (Proposal.funding_year_id == funding_year_id) & submitted & asked.correlate(Proposal)
