"""The append-only record of who changed what: written in the change's own transaction, each entry sealed to the last.

Every row that a session adds, changes or removes leaves an entry with what it was before and after. An entry carries
the SHA-256 of the entry before it, so nothing can be taken out or altered unseen; and because each row's present state
must equal what its entries add up to, a figure changed behind the record's back is found too (`rows_behind_its_back`).
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any

from sqlalchemy import (
    CheckConstraint,
    FromClause,
    Index,
    LargeBinary,
    Table,
    Text,
    UpdateBase,
    event,
    insert,
    select,
    text,
)
from sqlalchemy.orm import Mapped, ORMExecuteState, Session, mapped_column
from sqlalchemy.orm.attributes import get_history

from portfolio.db import Base, Moment, Pence
from portfolio.money import to_pence
from portfolio.quarters import FinancialYear, Quarter

START = "0" * 64
"""What the first entry is sealed to."""
ONE_WRITER = 7_305_011
"""PostgreSQL's advisory lock that lets one transaction at a time append; SQLite has one writer anyway."""


class Change(StrEnum):
    """What happened to a row."""

    ADDED = "added"
    CHANGED = "changed"
    REMOVED = "removed"


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
        Index(None, "record", "record_id"),
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


class BulkWriteRefused(RuntimeError):
    """A bulk update or delete would slip past history: our mistake."""


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


@cache
def _columns(table: Table) -> tuple[tuple[str, Callable[[Any], Any]], ...]:
    """A table's columns, by name, each with how history writes its value."""

    def writer(column: Any) -> Callable[[Any], Any]:
        if column.info.get("secret") or isinstance(column.type, LargeBinary):
            return lambda value: None if value is None else digest(value)
        is_money = isinstance(column.type, Pence)
        return lambda value: plain(value, is_money)

    return tuple((column.name, writer(column)) for column in table.columns)


def _is_kept(table: FromClause) -> bool:
    """Whether changes to a table leave history; the record itself and passing things (sessions) do not."""
    return table is not HistoryEntry.__table__ and not getattr(table, "info", {}).get("passing")


@event.listens_for(Session, "do_orm_execute")
def _refuse_bulk_writes(state: ORMExecuteState) -> None:
    statement = state.statement
    if isinstance(statement, UpdateBase) and _is_kept(statement.table):
        raise BulkWriteRefused(f"a bulk write on {statement.table} would leave no history; change the rows one by one")


@event.listens_for(Session, "after_flush")
def _collect(session: Session, _context: Any) -> None:
    changes = session.info.setdefault("changes", [])
    for row in session.new:
        table = row.__table__
        if _is_kept(table):
            after = {name: written(getattr(row, name)) for name, written in _columns(table)}
            changes.append((table.name, row.id, Change.ADDED, {}, _without_blanks(after)))
    for row in session.dirty:
        table = row.__table__
        if not _is_kept(table):
            continue
        before: dict[str, Any] = {}
        after = {}
        for name, written in _columns(table):
            changed = get_history(row, name)
            if changed.has_changes():
                was = written(changed.deleted[0]) if changed.deleted else None
                now = written(changed.added[0]) if changed.added else None
                if was != now:
                    before[name], after[name] = was, now
        if after:
            changes.append((table.name, row.id, Change.CHANGED, before, after))
    for row in session.deleted:
        table = row.__table__
        if _is_kept(table):
            before = {name: written(getattr(row, name)) for name, written in _columns(table)}
            changes.append((table.name, row.id, Change.REMOVED, _without_blanks(before), {}))


def _without_blanks(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@event.listens_for(Session, "after_rollback")
def _forget(session: Session) -> None:
    session.info.pop("changes", None)


@event.listens_for(Session, "before_commit")
def _append(session: Session) -> None:
    session.flush()
    changes = session.info.pop("changes", None)
    if not changes:
        return
    author = session.info.get("author")
    if author is None:
        raise NoAuthor("say who writes before writing: author(session)")
    connection = session.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ONE_WRITER})
    last = connection.execute(
        select(HistoryEntry.id, HistoryEntry.seal).order_by(HistoryEntry.id.desc()).limit(1)
    ).one_or_none()
    number, seal = last or (0, START)
    rows = []
    for record, record_id, change, before, after in changes:
        number += 1
        row = {
            "id": number,
            "at": author.at,
            "author": author.name,
            "deed": author.deed,
            "record": record,
            "record_id": record_id,
            "change": change.value,
            "before": _canonical(before),
            "after": _canonical(after),
            "previous_seal": seal,
        }
        seal = row["seal"] = seal_of(row)
        rows.append(row)
    connection.execute(insert(HistoryEntry), rows)


def _canonical(values: dict[str, Any]) -> str:
    return json.dumps(values, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


SEALED = ("id", "author", "deed", "record", "record_id", "change", "before", "after", "previous_seal")


def seal_of(row: dict[str, Any]) -> str:
    """An entry's seal: the SHA-256 over everything it says, and the seal of the entry before it."""
    told = [row[name] for name in SEALED] + [row["at"].astimezone(UTC).isoformat()]
    return hashlib.sha256(json.dumps(told, ensure_ascii=False).encode()).hexdigest()


def broken_seals(session: Session) -> Iterator[str]:
    """Prove the chain: every entry there, unaltered, sealed to the one before. Yields a sentence a fault."""
    expected, seal = 1, START
    entries = HistoryEntry.__table__
    for row in session.execute(select(entries).order_by(entries.c.id).execution_options(yield_per=2000)).mappings():
        if row["id"] != expected:
            yield f"history entry {expected} is missing"
        elif row["previous_seal"] != seal:
            yield f"history entry {row['id']} is not sealed to the entry before it"
        elif row["seal"] != seal_of(dict(row)):
            yield f"history entry {row['id']} ({row['record']} {row['record_id']}) was altered"
        expected, seal = row["id"] + 1, row["seal"]


def rows_behind_its_back(session: Session) -> Iterator[str]:
    """Every row must be what its history adds up to. Yields a sentence for each row and figure that is not."""
    for table in Base.metadata.sorted_tables:
        if not _is_kept(table):
            continue
        recorded = _recorded_state(session, table)
        for row in session.execute(select(table).order_by(table.c.id).execution_options(yield_per=2000)).mappings():
            told = recorded.pop(row["id"], None)
            if told is None:
                yield f"{table.name} {row['id']} is there, but history never recorded it"
                continue
            for name, written in _columns(table):
                there = written(row[name])
                if there != told.get(name):
                    yield f"{table.name} {row['id']}: {name} is {there}, history says {told.get(name)}"
        for missing in recorded:
            yield f"{table.name} {missing} is gone, but history never recorded that it was removed"


def _recorded_state(session: Session, table: Table) -> dict[int, dict[str, Any]]:
    state: dict[int, dict[str, Any]] = {}
    entries = select(HistoryEntry.record_id, HistoryEntry.change, HistoryEntry.after)
    ordered = entries.where(HistoryEntry.record == table.name).order_by(HistoryEntry.id)
    for record_id, change, after in session.execute(ordered.execution_options(yield_per=2000)):
        if change == Change.REMOVED:
            state.pop(record_id, None)
        else:
            state.setdefault(record_id, {}).update(json.loads(after))
    return state
