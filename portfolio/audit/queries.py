"""Finding entries of the history, newest first, however many there are; and what the records in them are called."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeGuard

from sqlalchemy import ColumnElement, Select, Table, and_, func, or_, select, type_coerce
from sqlalchemy.orm import InstrumentedAttribute, Session
from sqlalchemy.types import NullType

from portfolio.audit.rules import ALWAYS, RECORDS, Stretch
from portfolio.db import LAST_ROW, Base
from portfolio.history import IS_REMOVAL, HistoryEntry, Values
from portfolio.mail.models import Message
from portfolio.mail.rules import MessageState
from portfolio.people.models import PersonalReading, SignInAttempt

MOST_OFFERED = 500
"""So many authors and deeds are offered to choose from."""


@dataclass(frozen=True)
class Wanted:
    """What the history is narrowed to; None where it is not."""

    author: str | None = None
    record: str | None = None
    record_id: int | None = None
    deed: str | None = None
    during: Stretch = ALWAYS


def entries(wanted: Wanted) -> Select[HistoryEntry]:
    """The entries that are wanted, in no order; readings only where it is they that are wanted."""
    equal = {
        HistoryEntry.author: wanted.author,
        HistoryEntry.record: wanted.record,
        HistoryEntry.record_id: wanted.record_id,
        HistoryEntry.deed: wanted.deed,
    }
    conditions = [column == value for column, value in equal.items() if value is not None]
    if wanted.record is None:
        conditions.append(HistoryEntry.record != PersonalReading.__tablename__)
    return select(HistoryEntry).where(*conditions, *within(HistoryEntry.at, wanted.during))


def within(at: InstrumentedAttribute[Any], during: Stretch) -> list[ColumnElement[bool]]:
    """That a moment is in a stretch of time."""
    from_ = [] if during.start is None else [at >= during.start]
    return from_ if during.end is None else [*from_, at < during.end]


def distinct(session: Session, column: InstrumentedAttribute[str]) -> list[str]:
    """Every value of an indexed column, each found by one step of the index: a million entries have few authors."""
    first = select(column.label("value")).order_by(column).limit(1).subquery()
    found = select(first.c.value).cte("found", recursive=True)
    after = select(column).where(column > found.c.value).order_by(column).limit(1).correlate(found).scalar_subquery()
    steps = found.union_all(select(after).where(found.c.value.is_not(None)))
    return list(session.scalars(select(steps.c.value).where(steps.c.value.is_not(None)).limit(MOST_OFFERED)))


def find_record(session: Session, record: str, typed: str) -> int | None:
    """The number of a record of a kind, typed as that number or by what finds it (a reference, an e-mail address).

    Small and capital letters are alike, unless several records differ in nothing else.
    """
    found_by = RECORDS[record].found_by
    table = table_of(record)
    if found_by is not None:
        column = table.c[found_by]
        alike = or_(column == typed, func.lower(column) == typed.lower())
        found: int | None = session.scalar(select(table.c.id).where(alike).order_by((column == typed).desc()).limit(1))
        if found is not None:
            return found
    return int(typed) if typed.isdecimal() and len(typed) < 10 else None


def table_of(record: str) -> Table:
    """The table that keeps a kind of record."""
    return Base.metadata.tables[record]


def column_of(record: str, name: str) -> ColumnElement[Any] | None:
    """The column that keeps a value; None for one that somebody put into an entry, or that is long gone."""
    table = Base.metadata.tables.get(record)
    return None if table is None else table.c.get(name)


def target_of(record: str, name: str) -> str | None:
    """The kind of record that a column points to, or None."""
    column = column_of(record, name)
    keys = set() if column is None else column.foreign_keys
    return next(iter(keys)).column.table.name if keys else None


def whole_life(session: Session, record: str, number: int) -> Select[HistoryEntry]:
    """Every entry of one record and of its parts, also of those that were removed; in no order."""
    whole = [(record, {number}), *_parts(session, record, {number})]
    return select(HistoryEntry).where(
        or_(*(and_(HistoryEntry.record == kind, HistoryEntry.record_id.in_(numbers)) for kind, numbers in whole))
    )


def _parts(session: Session, record: str, numbers: Collection[int]) -> Iterator[tuple[str, set[int]]]:
    for part, kind in RECORDS.items():
        if kind.part_of is None or target_of(part, kind.part_of) != record:
            continue
        table = table_of(part)
        here = set(session.scalars(select(table.c.id).where(table.c[kind.part_of].in_(numbers))))
        found = here | set(_removed(session, part, kind.part_of, numbers))
        if found:
            yield part, found
            yield from _parts(session, part, found)


def _removed(session: Session, part: str, column: str, numbers: Collection[int]) -> Iterator[int]:
    """The parts that are not there any more: the entry of a removal says what they were part of."""
    # The column is followed by another, or is the last one.
    ends = [f'"{column}":{number}{after}' for number in numbers for after in ",}"]
    said = or_(*(HistoryEntry.before.contains(end, autoescape=True) for end in ends))
    removed = select(HistoryEntry.record_id).where(IS_REMOVAL, HistoryEntry.record == part)
    yield from session.scalars(removed.where(said))


def rows_named(
    session: Session, wanted: Mapping[str, set[int]], told: Mapping[tuple[str, int], Values]
) -> dict[tuple[str, int], Values]:
    """What names some records, and the records that name those: one query a kind, however many are wanted.

    Of a record that is not there any more, `told` says what the history told of it.
    """
    left = {record: set(numbers) for record, numbers in wanted.items()}
    rows: dict[tuple[str, int], Values] = {}
    for table in reversed(Base.metadata.sorted_tables):  # what points to others comes before what is pointed to
        numbers = left.get(table.name)
        if not numbers or table.name not in RECORDS:
            continue
        names = naming_columns(table.name)
        plain = [type_coerce(table.c[name], NullType()).label(name) for name in ("id", *names)]
        found = {
            row["id"]: dict(row) for row in session.execute(select(*plain).where(table.c.id.in_(numbers))).mappings()
        }
        for number in numbers:
            row = found.get(number) or told.get((table.name, number), {})
            rows[table.name, number] = row
            for name in names:
                target = target_of(table.name, name)
                if target is not None and is_row_number(row.get(name)):
                    left.setdefault(target, set()).add(row[name])
    return rows


def is_row_number(told: Any) -> TypeGuard[int]:
    """Whether what the history says can be a record's number; somebody who altered it may have written anything."""
    return type(told) is int and 0 < told <= LAST_ROW


def naming_columns(record: str) -> tuple[str, ...]:
    """The columns that name a record, that say what it is part of, and that its page's address is made of."""
    kind = RECORDS[record]
    of_address = {"csp": "key", "proposal": "status"}
    more = (kind.part_of, of_address.get(record))
    return tuple(dict.fromkeys((*kind.named_by, *filter(None, more))))


def messages(state: MessageState | None, during: Stretch) -> Select[Message]:
    """Messages, in no order."""
    conditions = [] if state is None else [Message.state == state]
    return select(Message).where(*conditions, *within(Message.queued_at, during))


def attempts(email: str | None, address: str | None, during: Stretch) -> Select[SignInAttempt]:
    """Attempts to sign in, in no order."""
    equal = {SignInAttempt.email: email, SignInAttempt.address: address}
    conditions = [column == value for column, value in equal.items() if value is not None]
    return select(SignInAttempt).where(*conditions, *within(SignInAttempt.at, during))
