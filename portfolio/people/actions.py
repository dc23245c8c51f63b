"""Joining, leaving and finding people: what is done to them, and who somebody turns out to be."""

import secrets
from datetime import date, datetime
from functools import cache

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from portfolio.errors import NotFound
from portfolio.people.models import Person, RoleHeld
from portfolio.people.rules import Holding, Viewer, normal_email, refuse_bad_holding, refuse_bad_password, refuse_blank_name

HASHING = "scrypt"


def add_person(session: Session, name: str, email: str, password: str | None = None) -> Person:
    """Add somebody; without a password they are known (as a project's lead, say) but cannot sign in."""
    person = Person(name=refuse_blank_name(name), email=normal_email(email))
    if password is not None:
        set_password(person, password)
    session.add(person)
    return person


def set_password(person: Person, password: str) -> None:
    """Give somebody a new password, kept as its scrypt hash alone."""
    refuse_bad_password(password)
    person.password_hash = generate_password_hash(password, HASHING)


def give_role(person: Person, holding: Holding) -> RoleHeld:
    """Give somebody a role, for the partnership or police area that it needs."""
    refuse_bad_holding(holding)
    held = RoleHeld(
        role=holding.role,
        csp_id=holding.csp_id,
        police_area_id=holding.police_area_id,
        starts_on=holding.starts_on,
        ends_on=holding.ends_on,
    )
    person.roles.append(held)
    return held


def disable_person(session: Session, person_id: int, at: datetime) -> Person:
    """Let somebody in no longer; their name stays in the record."""
    person = get_person(session, person_id)
    if person.disabled_at is None:
        person.disabled_at = at
    return person


def get_person(session: Session, person_id: int) -> Person:
    """A person by number; raises NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("There is no such person")
    return person


def find_person(session: Session, email: str) -> Person | None:
    """A person by e-mail address, in whatever case it is typed."""
    return session.scalar(select(Person).where(Person.email == email.strip().lower()))


def list_people(session: Session) -> list[Person]:
    """Everybody, by name."""
    return list(session.scalars(select(Person).order_by(Person.name, Person.id)))


def find_viewer(session: Session, person_id: int, day: date) -> Viewer | None:
    """Somebody signed in, as of now; None for one who is not there or was disabled."""
    person = session.get(Person, person_id)
    return None if person is None or person.disabled_at is not None else _viewer(person, day)


def _viewer(person: Person, day: date) -> Viewer:
    holdings = tuple(
        Holding(held.role, held.csp_id, held.police_area_id, held.starts_on, held.ends_on) for held in person.roles
    )
    return Viewer(person.id, person.name, person.email, holdings, day)


@cache
def _hash_of_nobody() -> str:
    return generate_password_hash(secrets.token_urlsafe(), HASHING)


def find_by_password(session: Session, email: str, password: str) -> Person | None:
    """Who signs in with an address and a password; takes as long for somebody unknown as for a wrong password."""
    person = find_person(session, email)
    known = person is not None and person.password_hash is not None
    matches = check_password_hash(person.password_hash if person and person.password_hash else _hash_of_nobody(), password)
    if person is None or not known or not matches or person.disabled_at is not None:
        return None
    return person
