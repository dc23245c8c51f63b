"""Finding the interests that were declared, and what assessors and panels said."""

from collections.abc import Sequence

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, joinedload

from portfolio.assessment.models import Interest
from portfolio.people.models import Person, RoleHeld
from portfolio.people.rules import Act, Viewer


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
