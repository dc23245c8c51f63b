"""Finding the actions of meetings: those of a partnership, of an owner, and those that concern something."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import ColumnElement, Select, and_, case, exists, false, func, or_, select, true
from sqlalchemy.orm import Session, joinedload, lazyload

from portfolio.decisions.models import Award
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP
from portfolio.meetings.models import MeetingAction
from portfolio.people.models import Person, RoleHeld
from portfolio.people.rules import Role, Within
from portfolio.proposals.models import Proposal

SITTING_ROLES = (Role.CSP_OFFICER, Role.CSP_MEMBER, Role.LEAD)
"""The roles by which somebody is known to a partnership."""


def is_open() -> ColumnElement[bool]:
    """The actions that are neither done nor dropped."""
    return MeetingAction.ended_on.is_(None)


def owned_by(person_id: int) -> ColumnElement[bool]:
    """The actions that somebody took on."""
    return MeetingAction.owner_id == person_id


def actions_within(within: Within) -> ColumnElement[bool]:
    """The actions that somebody reaches: their partnerships', their area's, and, as a lead, those they took on."""
    if within.everything:
        return true()
    of_area = select(CSP.id).where(CSP.police_area_id.in_(within.police_areas))
    return or_(
        MeetingAction.csp_id.in_(within.csps),
        MeetingAction.csp_id.in_(of_area),
        false() if within.lead_id is None else owned_by(within.lead_id),
    )


def about(reference: str) -> ColumnElement[bool]:
    """The actions that concern a proposal by its reference, or what was awarded to it."""
    proposed = select(Proposal.id).where(Proposal.reference == reference)
    awarded = select(Award.id).where(Award.proposal_id.in_(proposed))
    return or_(MeetingAction.proposal_id.in_(proposed), MeetingAction.award_id.in_(awarded))


def actions(*conditions: ColumnElement[bool]) -> Select[MeetingAction]:
    """Actions with what they name: those that are open first, by the day they are due; then those that ended last."""
    return (
        select(MeetingAction)
        .where(*conditions)
        .order_by(
            case((is_open(), 0), else_=1),
            case((is_open(), MeetingAction.due_on)),
            MeetingAction.ended_on.desc(),
            MeetingAction.id,
        )
        .options(
            joinedload(MeetingAction.csp),
            joinedload(MeetingAction.owner).lazyload(Person.roles),
            joinedload(MeetingAction.proposal),
            joinedload(MeetingAction.award).options(joinedload(Award.proposal), joinedload(Award.csp)),
            joinedload(MeetingAction.recorded_by).lazyload(Person.roles),
            joinedload(MeetingAction.ended_by).lazyload(Person.roles),
        )
    )


def open_actions(
    session: Session, *conditions: ColumnElement[bool], most: int | None = None
) -> Sequence[MeetingAction]:
    """The actions that are still to be done, the most pressing first; `most` says how many of them."""
    return session.scalars(actions(is_open(), *conditions).limit(most)).all()


def count_open(session: Session, *conditions: ColumnElement[bool]) -> int:
    """How many actions are still to be done."""
    return session.scalar(select(func.count()).select_from(MeetingAction).where(is_open(), *conditions)) or 0


def get_action(session: Session, number: int, condition: ColumnElement[bool]) -> MeetingAction:
    """An action by number; raises NotFound for one that the condition leaves out."""
    found = session.scalar(actions(MeetingAction.id == number, condition))
    if found is None:
        raise NotFound("There is no such action")
    return found


def possible_owners(session: Session, csp: CSP, day: date, owner_id: int | None = None) -> Sequence[Person]:
    """Who can take something on for a partnership on a day, by name; whoever has it already stays among them.

    They are its officers, members and leads, its area's finance officers, and whoever leads an award of its.
    """
    sits = and_(RoleHeld.csp_id == csp.id, RoleHeld.role.in_(SITTING_ROLES))
    pays = and_(RoleHeld.police_area_id == csp.police_area_id, RoleHeld.role == Role.FINANCE)
    held = exists().where(
        RoleHeld.person_id == Person.id,
        or_(sits, pays),
        or_(RoleHeld.starts_on.is_(None), RoleHeld.starts_on <= day),
        or_(RoleHeld.ends_on.is_(None), RoleHeld.ends_on >= day),
    )
    leads = exists().where(Award.lead_person_id == Person.id, Award.csp_id == csp.id)
    return session.scalars(
        select(Person)
        .where(or_(Person.id == owner_id, and_(or_(held, leads), Person.disabled_at.is_(None))))
        .order_by(Person.name, Person.id)
        .options(lazyload(Person.roles))
    ).all()
