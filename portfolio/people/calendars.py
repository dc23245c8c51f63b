"""The private address under which somebody's calendar program fetches their deadlines: made, found, revoked.

Calendar programs cannot sign in, so whoever knows the address reads the deadlines. Its key has 256 bits that nobody
guesses, however often they try, so trying needs no limit.
"""

import hmac
import secrets
from collections.abc import Callable
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session, contains_eager

from portfolio.people.models import CalendarAddress, Person
from portfolio.people.sessions import digest

PURPOSE = "calendar"
"""What keys of calendars are derived for: a nonce of something else opens none."""
KeyOf = Callable[[str], str]
"""Makes a key of a nonce, with the site's secret key."""


def find_address(session: Session, person_id: int, key_of: KeyOf) -> CalendarAddress | None:
    """Somebody's address that is good, or None."""
    own = select(CalendarAddress).where(CalendarAddress.person_id == person_id, CalendarAddress.revoked_at.is_(None))
    return next((one for one in session.scalars(own) if _is_made_here(one, key_of)), None)


def make_address(session: Session, person_id: int, now: datetime, key_of: KeyOf) -> CalendarAddress:
    """A new address for somebody; the one that they had leads nowhere from now on."""
    # Of two that are made at the same moment, the second waits here, and revokes the first.
    session.execute(select(Person.id).where(Person.id == person_id).with_for_update())
    revoke_addresses(session, person_id, now)
    nonce = secrets.token_hex(32)
    made = CalendarAddress(person_id=person_id, nonce=nonce, key_hash=digest(key_of(nonce)), made_at=now)
    session.add(made)
    session.flush()
    return made


def revoke_addresses(session: Session, person_id: int, now: datetime) -> None:
    """No address of somebody's leads anywhere any more."""
    _revoke(session, now, CalendarAddress.person_id == person_id)


def revoke_all_addresses(session: Session, now: datetime) -> None:
    """Nobody's address leads anywhere: one in a backup may have been revoked since it was made."""
    _revoke(session, now)


def _revoke(session: Session, now: datetime, *which: ColumnElement[bool]) -> None:
    for address in session.scalars(select(CalendarAddress).where(CalendarAddress.revoked_at.is_(None), *which)):
        address.revoked_at = now


def find_reader(session: Session, key: str, key_of: KeyOf) -> Person | None:
    """Whose address a key is; None for one that was revoked, is nobody's, or whose person is let in no longer."""
    address = session.scalar(
        select(CalendarAddress)
        .join(CalendarAddress.person)
        .where(
            CalendarAddress.key_hash == digest(key),
            CalendarAddress.revoked_at.is_(None),
            Person.disabled_at.is_(None),
            Person.removed_at.is_(None),
        )
        .options(contains_eager(CalendarAddress.person))
    )
    return address.person if address is not None and _is_made_here(address, key_of) else None


def _is_made_here(address: CalendarAddress, key_of: KeyOf) -> bool:
    """Whether an address was made with the site's present secret key: a new one voids what the old one made."""
    return hmac.compare_digest(digest(key_of(address.nonce)), address.key_hash)
