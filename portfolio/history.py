"""The append-only record of who changed what: written in the change's own transaction, each entry sealed to the last.

Every row that a session adds, changes or removes leaves an entry with what it was before and after. An entry carries
the SHA-256 of the entry before it, so nothing can be taken out or altered unseen; and because each row's present state
must equal what its entries add up to, a figure changed behind the record's back is found too (`rows_behind_its_back`).
What is somebody's own stands in an entry as a key only (`portfolio.personal`).
"""

import hashlib
import json
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from itertools import islice
from typing import Any, NamedTuple, TypeVar, cast

from sqlalchemy import (
    CheckConstraint,
    FromClause,
    Index,
    LargeBinary,
    Select,
    Table,
    Text,
    TextClause,
    UpdateBase,
    event,
    insert,
    select,
    text,
    type_coerce,
)
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, SessionTransaction, mapped_column, object_session
from sqlalchemy.orm.attributes import QueryableAttribute, get_history
from sqlalchemy.types import NullType

from portfolio.db import Base, BulkWriteRefused, Moment, Pence, Percent
from portfolio.money import to_pence
from portfolio.personal import Kept, Personal, is_key, key_of, settle
from portfolio.quarters import FinancialYear, Quarter

Chosen = TypeVar("Chosen")
Values = dict[str, Any]
"""A row's columns by name, as history writes them."""
START = "0" * 64
"""What the first entry is sealed to."""
_WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|REPLACE|MERGE|TRUNCATE)\b", re.IGNORECASE)
ONE_WRITER = 7_305_011
"""PostgreSQL's advisory lock that lets one transaction at a time append; SQLite has one writer anyway."""
AT_ONCE = 2000
"""How many entries are read or written in one go."""
FILES_AT_ONCE = 5
"""How many rows with a file in them are read in one go: files may be large."""


class Change(StrEnum):
    """What happened to a row."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


IS_REMOVAL = text("change = 'removed'")
"""In these words, so that databases find the index of removals."""


class HistoryEntry(Base):
    """One row's change: who, when, in doing what, before, after; sealed to the entry before."""

    __tablename__ = "history_entry"
    at: Mapped[datetime] = mapped_column(Moment)
    author: Mapped[str] = mapped_column(Text)
    deed: Mapped[str] = mapped_column(Text)
    record: Mapped[str] = mapped_column(Text)
    record_id: Mapped[int]
    change: Mapped[str] = mapped_column(Text)
    before: Mapped[str] = mapped_column(Text)
    after: Mapped[str] = mapped_column(Text)
    previous_seal: Mapped[str] = mapped_column(Text)
    seal: Mapped[str] = mapped_column(Text)

    __table_args__ = (
        # The pages of the history read it by time, narrowed by one of these; and of a record's parts the removed ones.
        Index(None, "at"),
        Index(None, "author", "at"),
        Index(None, "deed", "at"),
        Index(None, "record", "at"),
        Index(None, "record", "record_id", "at"),
        Index(None, "record", sqlite_where=IS_REMOVAL, postgresql_where=IS_REMOVAL),
        CheckConstraint("change IN ('added', 'changed', 'removed')", name="change"),
    )


@dataclass(frozen=True)
class Author:
    """Who acts, when, and in doing what: told to the session before anything is written."""

    name: str
    at: datetime
    deed: str

    def __call__(self, session: Session) -> None:
        """Everything this session writes is this author's."""
        session.info["author"] = self


class _Noted(NamedTuple):
    """A change on its way into the record, at the commit."""

    record: str
    record_id: int
    change: Change
    before: str
    after: str
    kept: Sequence[Kept] = ()


class NoAuthor(RuntimeError):
    """Something was written without saying who writes: our mistake."""


def plain(value: Any, column_is_money: bool = False) -> Any:
    """A column's value as history keeps it: pence, ISO dates, `2025/26 Q2` as 20252; files and secrets as a digest."""
    if value is None or isinstance(value, bool | int | str):
        return value.value if isinstance(value, StrEnum) else value
    if isinstance(value, Decimal):
        return to_pence(value) if column_is_money else str(value)
    if isinstance(value, Quarter):
        return value.year.start * 10 + value.number
    if isinstance(value, FinancialYear):
        return value.start
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return digest(value)


def digest(value: bytes | str) -> str:
    """The SHA-256 of a file or a secret, which history names instead of keeping."""
    content = value.encode() if isinstance(value, str) else value
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class _Column(NamedTuple):
    """A column that history tells of: how its value is written, and whether it is somebody's own."""

    name: str
    written: Callable[[Any], Any]
    is_personal: bool

    def told(self, value: Any, salt: Any) -> Any:
        """What an entry says of a value."""
        plainly = self.written(value)
        return key_of(salt, plainly) if self.is_personal and plainly is not None else plainly


@cache
def _columns(table: Table) -> tuple[_Column, ...]:
    """A table's columns, but for what is not sealed (the salts of personal values)."""

    def writer(column: Any) -> Callable[[Any], Any]:
        if column.info.get("secret") or isinstance(column.type, LargeBinary):
            return lambda value: None if value is None else digest(value)
        if isinstance(column.type, Percent):
            return lambda value: None if value is None else f"{value:.2f}"
        is_money = isinstance(column.type, Pence)
        return lambda value: plain(value, is_money)

    return tuple(
        _Column(column.name, writer(column), bool(column.info.get("personal")))
        for column in table.columns
        if not column.info.get("unsealed")
    )


def _is_kept(table: FromClause) -> bool:
    """Whether changes to a table leave history; the record itself and passing things (sessions) do not."""
    return table is not HistoryEntry.__table__ and not getattr(table, "info", {}).get("passing")


@event.listens_for(Base, "attribute_instrument")
def _know_what_was_before(_row: type[Base], _name: str, attribute: QueryableAttribute[Any]) -> None:
    """Have a column's present value read before it is set, also where the session has not read it yet."""
    if hasattr(attribute.property, "columns"):
        event.listen(attribute, "set", lambda *_: None, active_history=True)


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_writes(state: ORMExecuteState) -> None:
    statement = state.statement
    if isinstance(statement, UpdateBase) and _is_kept(statement.table):
        raise BulkWriteRefused(f"a bulk write on {statement.table} would leave no history; change the rows one by one")
    if isinstance(statement, TextClause) and _WRITES.match(statement.text):
        raise BulkWriteRefused("a statement of one's own would leave no history; change the rows one by one")


@event.listens_for(Session, "before_flush")
def _begin_to_collect(session: Session, _context: Any, _instances: Any) -> None:
    session.info["removed"] = []


@event.listens_for(Base, "after_delete", propagate=True)
def _note_removal(_mapper: Any, _connection: Any, row: Base) -> None:
    # A row that goes because its parent let go of it is not among `session.deleted`.
    cast(Session, object_session(row)).info["removed"].append(row)


@event.listens_for(Session, "after_flush")
def _collect(session: Session, _context: Any) -> None:
    removed = session.info.pop("removed")
    changed = sorted(set(session.dirty).difference(removed), key=lambda row: (row.__tablename__, row.id))
    session.info.setdefault("changes", []).extend(
        _Noted(row.__tablename__, row.id, change, _canonical(before), _canonical(after), _kept(row, after))
        for rows, change, difference in (
            (removed, Change.REMOVED, _removal),
            (session.new, Change.ADDED, _addition),
            (changed, Change.CHANGED, _change),
        )
        for row in rows
        if _is_kept(row.__table__)
        for before, after in [difference(row)]
        if before or after
    )


def _removal(row: Base) -> tuple[Values, Values]:
    salt = _was(row, "salt") if isinstance(row, Personal) else None
    return _without_blanks(
        {column.name: column.told(_was(row, column.name), salt) for column in _columns(row.__table__)}
    ), {}


def _was(row: Base, name: str) -> Any:
    values = get_history(row, name)
    return next(iter(values.deleted or values.unchanged), None)


def _addition(row: Base) -> tuple[Values, Values]:
    salt = row.salt if isinstance(row, Personal) else None
    return {}, _without_blanks(
        {column.name: column.told(getattr(row, column.name), salt) for column in _columns(row.__table__)}
    )


def _change(row: Base) -> tuple[Values, Values]:
    before, after = {}, {}
    old_salt, salt = (_was(row, "salt"), row.salt) if isinstance(row, Personal) else (None, None)
    for column in _columns(row.__table__):
        values = get_history(row, column.name)
        if values.has_changes():
            before[column.name] = column.told(next(iter(values.deleted), None), old_salt)
            after[column.name] = column.told(next(iter(values.added), None), salt)
        elif column.is_personal and salt != old_salt:
            value = getattr(row, column.name)  # the same, under another key
            before[column.name], after[column.name] = column.told(value, old_salt), column.told(value, salt)
    return before, after


def _kept(row: Base, after: Values) -> Sequence[Kept]:
    """What is somebody's own among the values that a row now has: readable, beside the keys that the entry has."""
    if not isinstance(row, Personal):
        return ()
    return tuple(
        Kept(after[column.name], row.salt, column.written(getattr(row, column.name)), getattr(row, row.whose))
        for column in _columns(row.__table__)
        if column.is_personal and after.get(column.name) is not None
    )


def _without_blanks(values: Values) -> Values:
    return {name: value for name, value in values.items() if value is not None}


@event.listens_for(Session, "after_transaction_create")
def _mark(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested:
        session.info.setdefault("savepoints", {})[transaction] = len(session.info.get("changes", ()))


@event.listens_for(Session, "after_soft_rollback")
def _forget_to_the_mark(session: Session, transaction: SessionTransaction) -> None:
    if transaction.nested and "changes" in session.info:
        del session.info["changes"][session.info["savepoints"][transaction] :]


@event.listens_for(Session, "after_transaction_end")
def _forget(session: Session, transaction: SessionTransaction) -> None:
    if transaction.parent is None:
        session.info.pop("changes", None)
        session.info.pop("savepoints", None)


@event.listens_for(Session, "before_commit")
def _append(session: Session) -> None:
    session.flush()
    if session.in_nested_transaction():
        return
    changes = session.info.pop("changes", None)
    if not changes:
        return
    author = session.info.get("author")
    if author is None:
        raise NoAuthor("say who writes before writing: author(session)")
    noted = [step for step in changes if isinstance(step, _Noted)]
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ONE_WRITER})
    last = connection.execute(
        select(HistoryEntry.id, HistoryEntry.seal).order_by(HistoryEntry.id.desc()).limit(1)
    ).one_or_none()
    settle(connection, (step.kept if isinstance(step, _Noted) else step for step in changes))
    entries = _sealed(noted, author, *(last or (0, START)))
    while some := list(islice(entries, AT_ONCE)):
        connection.execute(insert(HistoryEntry), some)


def _sealed(changes: list[_Noted], author: Author, last: int, seal: str) -> Iterator[dict[str, Any]]:
    for number, noted in enumerate(changes, last + 1):
        row = {
            "id": number,
            "at": author.at,
            "author": author.name,
            "deed": author.deed,
            "record": noted.record,
            "record_id": noted.record_id,
            "change": noted.change.value,
            "before": noted.before,
            "after": noted.after,
            "previous_seal": seal,
        }
        seal = row["seal"] = seal_of(row)
        yield row


_canonical = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode
_in_full = json.JSONEncoder(ensure_ascii=False).encode


def last_seal(session: Session) -> str:
    """The seal of the last change: it stands for everything that was ever changed, and so for the present state."""
    return session.scalar(_last_change(HistoryEntry.seal)) or START


def last_moment(session: Session) -> datetime:
    """The moment of the last change on record: the same data always has the same one."""
    return session.scalars(_last_change(HistoryEntry.at)).one()


def _last_change(column: Mapped[Chosen]) -> Select[Chosen]:
    # That somebody read something is on record too, and changes nothing.
    readings = [table.name for table in Base.metadata.tables.values() if table.info.get("changes_nothing")]
    return select(column).where(HistoryEntry.record.not_in(readings)).order_by(HistoryEntry.id.desc()).limit(1)


SEALED = ("id", "author", "deed", "record", "record_id", "change", "before", "after", "previous_seal")


def seal_of(row: dict[str, Any]) -> str:
    """An entry's seal: the SHA-256 over everything it says, and the seal of the entry before it."""
    told = [row[name] for name in SEALED] + [row["at"].astimezone(UTC).isoformat()]
    return hashlib.sha256(_in_full(told).encode()).hexdigest()


def _is_sealed(row: Values) -> bool:
    try:
        return bool(row["seal"] == seal_of(row))
    except (TypeError, AttributeError):
        return False  # what was damaged beyond reading is not what was sealed


@dataclass(frozen=True)
class Unreadable:
    """What stands in a column that cannot hold it."""

    value: Any

    def __str__(self) -> str:
        return f"“{self.value}” (unreadable)"


def _rows_of(session: Session, table: FromClause) -> Iterator[Values]:
    """A table's rows by number, each value read by itself, so that a damaged one hides no other."""
    dialect = session.get_bind().dialect
    readers = {column.name: column.type.dialect_impl(dialect).result_processor(dialect, None) for column in table.c}
    raw = [type_coerce(column, NullType()).label(column.name) for column in table.c]
    at_once = FILES_AT_ONCE if any(isinstance(column.type, LargeBinary) for column in table.c) else AT_ONCE
    with session.execute(select(*raw).order_by(table.c.id).execution_options(yield_per=at_once)) as rows:
        for row in rows.mappings():
            yield {name: _read(row[name], reader) for name, reader in readers.items()}


def _read(value: Any, reader: Callable[[Any], Any] | None) -> Any:
    try:
        return value if reader is None else reader(value)
    except (ValueError, LookupError, TypeError, ArithmeticError):
        return Unreadable(value)


def broken_seals(session: Session) -> Iterator[str]:
    """Prove the chain: every entry there, unaltered, sealed to the one before. Yields a sentence a fault."""
    expected, seal = 1, START
    for row in _rows_of(session, HistoryEntry.__table__):
        if row["id"] != expected:
            yield f"history entry {expected} is missing"
        elif row["previous_seal"] != seal:
            yield f"history entry {row['id']} is not sealed to the entry before it"
        elif not _is_sealed(row):
            yield f"history entry {row['id']} ({row['record']} {row['record_id']}) was altered"
        expected, seal = row["id"] + 1, row["seal"]


def rows_behind_its_back(session: Session) -> Iterator[str]:
    """Every row must be what its history adds up to. Yields a sentence for each row and figure that is not."""
    for table in Base.metadata.sorted_tables:
        if _is_kept(table):
            try:
                yield from _differences(session, table)
            except DatabaseError as error:
                yield f"{table.name} cannot be read: {damage(error)}"


def _differences(session: Session, table: Table) -> Iterator[str]:
    recorded = _recorded_state(session, table)
    for row in _rows_of(session, table):
        told = recorded.pop(row["id"], None)
        if told is None:
            yield f"{table.name} {row['id']} is there, but history never recorded it"
            continue
        for column in _columns(table):
            name, said = column.name, told.get(column.name)
            there = row[name] if isinstance(row[name], Unreadable) else column.written(row[name])
            if is_key(said) and column.is_personal:
                if key_of(row["salt"], there) != said:
                    yield f"{table.name} {row['id']}: {name} is {there}, history was told another (or the salt differs)"
            elif there != said:
                yield f"{table.name} {row['id']}: {name} is {there}, history says {said}"
    for missing in recorded:
        yield f"{table.name} {missing} is gone, but history never recorded that it was removed"


def damage(error: DatabaseError) -> str:
    """What a database says of damaged data, without the data."""
    return str(error.orig).partition(" with text ")[0]


def _recorded_state(session: Session, table: Table) -> dict[int, Values]:
    state: dict[int, Values] = {}
    entries = select(HistoryEntry.record_id, HistoryEntry.change, HistoryEntry.after)
    ordered = entries.where(HistoryEntry.record == table.name).order_by(HistoryEntry.id)
    for record_id, change, after in session.execute(ordered.execution_options(yield_per=AT_ONCE)):
        if change == Change.REMOVED:
            state.pop(record_id, None)
        else:
            state.setdefault(record_id, {}).update(values_told(after))
    return state


def values_told(after: str) -> Values:
    """What an entry tells of a row's values, by column; nothing where it was damaged beyond reading."""
    try:
        told = json.loads(after)
    except (ValueError, TypeError):
        return {}  # `broken_seals` says that this entry was altered
    return told if isinstance(told, dict) else {}
