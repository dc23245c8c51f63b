"""What is somebody's own stands apart from the sealed record, so that it can be forgotten and the record stays whole.

History writes a personal value as a key: the SHA-256 of the row's random salt and the value. The readable value is kept
beside it, under that key, in a table that may lose rows. Without the salt nobody can guess the value from the key; the
salt goes with the row, or is drawn anew when somebody is removed.
"""

import hashlib
import json
import secrets
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, ClassVar, NamedTuple

from sqlalchemy import Connection, Index, String, Text, UniqueConstraint, delete, insert, select, text
from sqlalchemy.orm import Mapped, Session, mapped_column

from portfolio.db import Base

PREFIX = "personal:"
AT_ONCE = 500
"""How many keys are asked for in one go."""
_in_full = json.JSONEncoder(ensure_ascii=False, default=repr).encode


def new_salt() -> str:
    """A salt that nobody guesses: 128 random bits."""
    return secrets.token_hex(16)


class Personal:
    """A row with columns that are somebody's own (`info={"personal": True}`), and the salt of their keys."""

    salt: Mapped[str] = mapped_column(String(32), default=new_salt, server_default=text("''"), info={"unsealed": True})
    whose: ClassVar[str] = "person_id"
    """The column with the number of the person whose own it is."""


class PersonalValue(Base):
    """A readable value that history names by its key."""

    __tablename__ = "personal_value"
    key: Mapped[str] = mapped_column(String(73))
    salt: Mapped[str] = mapped_column(String(32))
    value: Mapped[str] = mapped_column(Text)
    # No foreign key: the ground knows people by number only.
    person_id: Mapped[int]

    __table_args__ = (UniqueConstraint("key"), Index(None, "person_id"), {"info": {"passing": True}})


class Kept(NamedTuple):
    """A value that is on its way into the table."""

    key: str
    salt: str
    value: str
    person_id: int


class Forgotten(NamedTuple):
    """Somebody whose values go, up to this place in what a transaction does."""

    person_id: int


def key_of(salt: Any, value: Any) -> str:
    """How history names a personal value. Salt and value cannot be taken for each other."""
    return f"{PREFIX}{hashlib.sha256(_in_full([salt, value]).encode()).hexdigest()}"


def is_key(told: Any) -> bool:
    """Whether history names a personal value here."""
    return isinstance(told, str) and told.startswith(PREFIX)


def forget(session: Session, person_id: int) -> None:
    """Let go, at the commit, of every readable value of somebody up to here; what their rows say later is kept again.

    Only the record's own copies go. What the rows say must be replaced too, under new salts.
    """
    session.flush()
    session.info.setdefault("changes", []).append(Forgotten(person_id))


def settle(connection: Connection, done: Iterable[Sequence[Kept] | Forgotten]) -> None:
    """Keep and let go of values, in the order in which a transaction did."""
    kept: dict[str, Kept] = {}
    gone: set[int] = set()
    for step in done:
        if isinstance(step, Forgotten):
            gone.add(step.person_id)
            kept = {key: one for key, one in kept.items() if one.person_id != step.person_id}
        else:
            kept.update((one.key, one) for one in step)
    if gone:
        connection.execute(delete(PersonalValue).where(PersonalValue.person_id.in_(gone)))
    there = _known(connection, PersonalValue.key, list(kept))
    if new := [one._asdict() for key, one in kept.items() if key not in there]:
        connection.execute(insert(PersonalValue), new)


def readable(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """The values that are still kept, by key."""
    return _known(session.connection(), PersonalValue.value, list(keys))


def _known(connection: Connection, column: Mapped[str], keys: list[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for first in range(0, len(keys), AT_ONCE):
        some = PersonalValue.key.in_(keys[first : first + AT_ONCE])
        found.update((key, value) for key, value in connection.execute(select(PersonalValue.key, column).where(some)))
    return found


def false_values(session: Session) -> Iterator[str]:
    """Every kept value must be the one that its key was made of. Yields a sentence for each that is not."""
    columns = (PersonalValue.id, PersonalValue.key, PersonalValue.salt, PersonalValue.value)
    for number, key, salt, value in session.execute(select(*columns).order_by(PersonalValue.id)):
        if key != key_of(salt, value):
            yield f"personal_value {number} is not what history was told: it does not match its key"
