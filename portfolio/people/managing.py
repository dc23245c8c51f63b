"""Looking after people: whom somebody may manage, and correcting what is known of them."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from portfolio.errors import NotFound, PortfolioError
from portfolio.people.actions import give_role, holdings_of, lock_person, one_line, people_by_name
from portfolio.people.giving import normal_email, refuse_held_twice, refuse_to_give
from portfolio.people.joining import tell_of_new_address
from portfolio.people.models import Identity, Person, RoleHeld
from portfolio.people.rules import Act, Holding, Role, Viewer


class MayNotReaddress(PortfolioError):
    """Another address for somebody, given by who does not manage people."""

    def __init__(self) -> None:
        super().__init__("Only an administrator changes an e-mail address. Ask one", "email")


def people_within(viewer: Viewer) -> Select[Person]:
    """Whom somebody may manage, by name: everybody, or those who hold only roles that they may give themselves.

    What somebody held once counts only where they hold nothing any more. Who was removed is not there.
    """
    here = people_by_name().where(Person.removed_at.is_(None))
    if all(viewer.giving(role).everything for role in Role):
        return here
    theirs = _is_given_by(viewer)
    standing = or_(RoleHeld.ends_on.is_(None), RoleHeld.ends_on >= viewer.day)
    return here.where(
        Person.roles.any(),
        ~Person.roles.any(and_(standing, ~theirs)),
        or_(Person.roles.any(standing), ~Person.roles.any(~theirs)),
    )


def _is_given_by(viewer: Viewer) -> ColumnElement[bool]:
    """That a role is one that somebody may give."""
    reached = {role: viewer.giving(role) for role in Role}
    # A role for no place is beyond whoever reaches only some: it must not be unknown whether it is.
    place = func.coalesce(RoleHeld.csp_id, 0)
    return or_(*(and_(RoleHeld.role == role, place.in_(within.csps)) for role, within in reached.items()))


def get_managed(session: Session, person_id: int, viewer: Viewer) -> Person:
    """Somebody whom a person may manage; raises NotFound for everybody else, there or not."""
    person = session.scalar(people_within(viewer).where(Person.id == person_id))
    if person is None:
        raise NotFound("There is no such person")
    return person


def give(session: Session, person: Person, holding: Holding, by: Viewer) -> RoleHeld:
    """Give somebody another role; raises MayNotGive, HeldAlready, and what is wrong with the role."""
    refuse_to_give(by, holding)
    lock_person(session, person)
    refuse_held_twice(holdings_of(person), holding)
    held = give_role(person, holding)
    session.flush()
    return held


def get_role(person: Person, number: int, by: Viewer) -> RoleHeld:
    """One of somebody's roles that a person may end; raises NotFound. What the directory says only it unsays.

    One that has ended stays so: whoever is to have it again is given it again, and the record says since when.
    """
    for held in person.roles:
        is_over = held.ends_on is not None and held.ends_on < by.day
        if held.id == number and held.directory_group is None and not is_over:
            refuse_to_give(by, Holding(held.role, held.csp_id, held.police_area_id))
            return held
    raise NotFound("There is no such role")


def may_readdress(viewer: Viewer) -> bool:
    """Whether a person may change others' addresses. Whoever reads an account's mail can come into it.

    A lead's awards may be of partnerships that their officer does not reach: an officer who gave a lead their own
    address would.
    """
    return viewer.may(Act.MANAGE_PEOPLE)


def correct(session: Session, person: Person, name: str, email: str, by: Viewer, now: datetime) -> None:
    """Correct somebody's name and address; the address that they had is told. Raises NotAnEmail, MayNotReaddress."""
    before, after = person.email, normal_email(email)
    if after != before and not may_readdress(by):
        raise MayNotReaddress
    person.name, person.email = one_line(name), after
    if after != before:
        tell_of_new_address(session, person, before, by, now)


def is_managed(session: Session, person_id: int, viewer: Viewer) -> bool:
    """Whether a person may manage somebody."""
    return session.scalar(people_within(viewer).where(Person.id == person_id)) is not None


def in_directory(session: Session, people: Iterable[Person]) -> set[int]:
    """Who of them signs in with the council's directory, by number; one query."""
    linked = select(Identity.person_id).where(Identity.person_id.in_([person.id for person in people]))
    return set(session.scalars(linked))
