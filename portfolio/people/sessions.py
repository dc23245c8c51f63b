"""Where somebody is signed in: begun, found by the cookie's key, seen again, ended.

A session ends two hours after it was last seen, twelve hours after it began, when its person ends it or is disabled,
and when their passphrase changes; one that waits for a code, after a quarter of an hour. Ended sessions and those that
expired are of no use to anybody after a day: whoever clears up may remove them then.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, or_, select, update
from sqlalchemy.orm import Session

from portfolio.db import rows_changed
from portfolio.errors import NotAllowed
from portfolio.people.models import Person, WebSession

IDLE = timedelta(hours=2)
LONGEST = timedelta(hours=12)
FOR_A_CODE = timedelta(minutes=15)
SEEN_EVERY = timedelta(minutes=1)
"""How exactly it is known when a session was last used; more would be a write for each page."""

_ENABLED = (Person.disabled_at.is_(None), Person.removed_at.is_(None))


@dataclass(frozen=True)
class Live:
    """A session that is under way, and whose it is."""

    id: int
    person: Person
    awaits_code: bool
    seen_at: datetime


def start(
    session: Session, person_id: int, now: datetime, address: str, browser: str, *, awaits_code: bool = False
) -> str:
    """Begin a session; its key, which only the cookie holds. Raises NotAllowed for those who were disabled."""
    # Whoever disables somebody meanwhile, or changes their passphrase, waits for this row or is waited for.
    enabled = select(Person.id).where(Person.id == person_id, *_ENABLED).with_for_update()
    if session.scalar(enabled) is None:
        raise NotAllowed("This account is disabled")
    key = _new_key()
    session.add(
        WebSession(
            person_id=person_id,
            key_hash=digest(key),
            started_at=now,
            seen_at=now,
            address=address,
            browser=browser,
            awaits_code=awaits_code,
        )
    )
    return key


def find_by_key(session: Session, key: str, now: datetime, browser: str) -> Live | None:
    """The session that a cookie's key opens, from the browser it was begun in; None where it has ended."""
    found = session.execute(
        select(WebSession, Person)
        .join(Person, Person.id == WebSession.person_id)
        .where(
            WebSession.key_hash == digest(key),
            WebSession.browser == browser,
            *_ENABLED,
            *under_way(now),
        )
    ).one_or_none()
    if found is None:
        return None
    row, person = found
    return Live(row.id, person, row.awaits_code, row.seen_at)


def find_owner(session: Session, key_digest: str, now: datetime) -> int | None:
    """Whose session a key with this digest opened, though it may be over by now; None after a day."""
    of_today = (WebSession.started_at > now - 2 * LONGEST, WebSession.awaits_code.is_(False))
    return session.scalar(select(WebSession.person_id).where(WebSession.key_hash == key_digest, *of_today))


def under_way(now: datetime) -> tuple[ColumnElement[bool], ...]:
    """That a session has neither ended nor expired."""
    return (
        WebSession.ended_at.is_(None),
        WebSession.seen_at > now - IDLE,
        WebSession.started_at > now - LONGEST,
        or_(WebSession.awaits_code.is_(False), WebSession.started_at > now - FOR_A_CODE),
    )


def list_sessions(session: Session, person_id: int, now: datetime) -> list[WebSession]:
    """Where somebody is signed in, the latest first."""
    own = select(WebSession).where(WebSession.person_id == person_id, WebSession.awaits_code.is_(False))
    return list(session.scalars(own.where(*under_way(now)).order_by(WebSession.seen_at.desc(), WebSession.id.desc())))


def see(session: Session, session_id: int, now: datetime) -> None:
    """Note that a session was used."""
    session.execute(update(WebSession).where(WebSession.id == session_id).values(seen_at=now))


def end_session(session: Session, person_id: int, session_id: int, now: datetime) -> bool:
    """End one session of somebody's; says whether it was under way."""
    return _end(session, now, WebSession.person_id == person_id, WebSession.id == session_id)


def end_by_key(session: Session, key: str, now: datetime) -> bool:
    """End the session that a cookie's key opens; says whether there was one under way."""
    return _end(session, now, WebSession.key_hash == digest(key))


def end_sessions(session: Session, person_id: int, now: datetime, except_id: int | None = None) -> None:
    """Sign somebody out everywhere, or everywhere else."""
    others = () if except_id is None else (WebSession.id != except_id,)
    _end(session, now, WebSession.person_id == person_id, *others)


def end_all_sessions(session: Session, now: datetime) -> None:
    """Sign everybody out: a backup that was brought back knows nothing of who was signed out or disabled since."""
    _end(session, now)


def _end(session: Session, now: datetime, *which: ColumnElement[bool]) -> bool:
    ending = update(WebSession).where(WebSession.ended_at.is_(None), *which).values(ended_at=now)
    return rows_changed(session, ending) > 0


def renew(session: Session, session_id: int) -> str:
    """Give a session a new key; whoever knew the one before knows nothing."""
    key = _new_key()
    session.execute(update(WebSession).where(WebSession.id == session_id).values(key_hash=digest(key)))
    return key


def _new_key() -> str:
    return secrets.token_urlsafe(32)


def digest(key: str) -> str:
    """What is kept of a key."""
    return hashlib.sha256(key.encode()).hexdigest()
