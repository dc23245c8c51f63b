"""Joining, leaving and finding people: what is done to them, and who somebody turns out to be."""

import secrets
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Select, TableClause, or_, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash, generate_password_hash

from portfolio.errors import NotFound
from portfolio.people.calendars import revoke_addresses
from portfolio.people.giving import BadEnd, LastAdministrator, normal_email, refuse_bad_holding
from portfolio.people.models import Identity, Link, Person, Purpose, RoleHeld, csp_names, police_area_names
from portfolio.people.passphrases import refuse_bad_passphrase
from portfolio.people.rules import Holding, Role, Viewer, find_marked
from portfolio.people.sessions import end_sessions

HASHING = "scrypt"


def add_person(session: Session, name: str, email: str, password: str | None = None) -> Person:
    """Add somebody; without a password they are known (as a project's lead, say) but cannot sign in."""
    person = Person(name=one_line(name), email=normal_email(email), roles=[])
    if password is not None:
        set_password(person, password)
    session.add(person)
    return person


def one_line(name: str) -> str:
    """A name as it is kept: on one line, with single spaces."""
    return " ".join(name.split())


def set_password(person: Person, password: str) -> None:
    """Give somebody a new passphrase, kept as its scrypt hash alone; raises BadPassword."""
    person.password_hash = hash_of(password, person.name, person.email)


def hash_of(password: str, *about: str) -> str:
    """What is kept of a passphrase of somebody of whom this is known; takes long on purpose. Raises BadPassword."""
    refuse_bad_passphrase(password, about)
    return generate_password_hash(password, HASHING)


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


def lock_person(session: Session, person: Person) -> None:
    """Of two who give somebody a role at the same moment, the second waits, and then sees what the first gave."""
    session.refresh(person, with_for_update=True)


def end_role(session: Session, held: RoleHeld, last_day: date, today: date) -> None:
    """Let a role be held until the end of a day; one that has not begun is taken back. What was held stays on record.

    Raises BadEnd, and LastAdministrator where nobody would be one on the day after.
    """
    if held.starts_on is not None and last_day < held.starts_on <= today:
        raise BadEnd(held.starts_on)
    _lock_administrators(session)
    if held.starts_on is not None and last_day < held.starts_on:
        session.delete(held)
        session.flush()
        session.expire(held.person, ["roles"])
    else:
        held.ends_on = last_day
    if held.role is Role.ADMINISTRATOR:
        _refuse_without_administrator(session, max(today, last_day + timedelta(days=1)))


def disable_person(session: Session, person_id: int, at: datetime, today: date) -> Person:
    """Let somebody in no longer, and end their sessions, links and calendar address; their name stays.

    Refused for the last administrator.
    """
    person = get_person(session, person_id)
    _lock_administrators(session)
    if person.disabled_at is None:
        person.disabled_at = at
        if _is_administrator(person, today):
            _refuse_without_administrator(session, today)
    void_links(session, person_id, at)
    revoke_addresses(session, person_id, at)
    end_sessions(session, person_id, at)
    return person


def enable_person(session: Session, person_id: int) -> Person:
    """Let somebody in again, with the passphrase and the roles that they had."""
    person = get_person(session, person_id)
    person.disabled_at = None
    return person


def void_links(session: Session, person_id: int, now: datetime, *purposes: Purpose) -> None:
    """Nothing that was sent to somebody (for a purpose) opens anything any more."""
    _void(session, now, Link.person_id == person_id, Link.purpose.in_(purposes or Purpose))


def void_all_links(session: Session, now: datetime) -> None:
    """Nothing that was sent to anybody opens anything: a link in a backup may have been used since it was made."""
    _void(session, now)


def _void(session: Session, now: datetime, *which: ColumnElement[bool]) -> None:
    for link in session.scalars(select(Link).where(*is_open(now), *which)):
        link.expires_at = now


def is_open(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """That a link was not used, and has not run out or been replaced."""
    return Link.used_at.is_(None), Link.expires_at > now


def _is_administrator(person: Person, day: date) -> bool:
    return any(held.role is Role.ADMINISTRATOR for held in holdings_of(person) if held.holds_on(day))


def _administrators_of(session: Session, day: date) -> Iterator[Person]:
    """Who is an administrator on a day and can sign in, by passphrase or by the directory."""
    signs_in = or_(Person.password_hash.is_not(None), Person.id.in_(select(Identity.person_id)))
    able = _administrators().where(Person.disabled_at.is_(None), signs_in)
    return (person for person in session.scalars(able) if _is_administrator(person, day))


def _administrators() -> Select[Person]:
    return select(Person).where(Person.roles.any(RoleHeld.role == Role.ADMINISTRATOR)).order_by(Person.id)


def _lock_administrators(session: Session) -> None:
    """Of two administrators who let each other go at the same moment, the second waits, and is then the last."""
    session.scalars(_administrators().with_for_update().execution_options(populate_existing=True)).all()


def _refuse_without_administrator(session: Session, day: date) -> None:
    if not any(_administrators_of(session, day)):
        raise LastAdministrator


def get_person(session: Session, person_id: int) -> Person:
    """A person by number; raises NotFound."""
    person = session.get(Person, person_id)
    if person is None:
        raise NotFound("There is no such person")
    return person


def find_person(session: Session, email: str) -> Person | None:
    """A person by e-mail address, in whatever case it is typed."""
    return session.scalar(select(Person).where(Person.email == email.strip().lower()))


def naming(session: Session) -> Callable[[str], str]:
    """What turns a mark of the record (`person 12`) into the present name; other texts stay. One query."""
    names = {row.id: row.name for row in session.execute(select(Person.id, Person.name))}

    def named(mark: str) -> str:
        number = find_marked(mark)
        return mark if number is None else names.get(number, mark)

    return named


def people_by_name() -> Select[Person]:
    """Everybody, by name."""
    return select(Person).order_by(Person.name, Person.id)


@dataclass(frozen=True)
class Places:
    """What roles can be held for: partnerships and police areas, by number."""

    csps: dict[int, str]
    police_areas: dict[int, str]

    def of(self, held: RoleHeld) -> str:
        """The name of the place that a role is held for; empty where it is for none."""
        if held.csp_id is not None:
            return self.csps[held.csp_id]
        return self.police_areas[held.police_area_id] if held.police_area_id is not None else ""


def list_places(session: Session) -> Places:
    """Every partnership and police area, by name."""

    def names(named: TableClause) -> dict[int, str]:
        rows = session.execute(select(named.c.id, named.c.name).order_by(named.c.name, named.c.id))
        return {row.id: row.name for row in rows}

    return Places(names(csp_names), names(police_area_names))


def holdings_of(person: Person) -> tuple[Holding, ...]:
    """Somebody's roles, as the permission table reads them."""
    return tuple(
        Holding(held.role, held.csp_id, held.police_area_id, held.starts_on, held.ends_on) for held in person.roles
    )


def find_viewer(session: Session, person_id: int, day: date) -> Viewer | None:
    """Somebody signed in, as of now; None for one who is not there or was disabled."""
    person = session.get(Person, person_id)
    return None if person is None or person.disabled_at is not None else viewer_of(person, day)


def viewer_of(person: Person, day: date) -> Viewer:
    """Somebody with the roles they hold, as of a day."""
    return Viewer(person.id, person.name, person.email, holdings_of(person), day)


def find_by_password(session: Session, email: str, password: str) -> Person | None:
    """Who signs in with an address and a password; somebody unknown takes as long as a wrong password."""
    person = find_person(session, email)
    kept = person.password_hash if person else None
    matches = check_password_hash(kept or _hash_of_nobody(), password)
    if person is None or kept is None or not matches or person.disabled_at is not None:
        return None
    return person


def is_password_of(person: Person, password: str) -> bool:
    """Whether somebody who is signed in knows their passphrase."""
    return person.password_hash is not None and check_password_hash(person.password_hash, password)


@cache
def _hash_of_nobody() -> str:
    return generate_password_hash(secrets.token_urlsafe(), HASHING)
