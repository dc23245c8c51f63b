"""Rows of the database as they were when a return was issued, or as they are now.

What was issued is explained by what it was issued from. Awards, profiles, allocations and match change afterwards; the
history tells each change with what was before, so every row can be turned back to where it stood. Values are plain, as
the history writes them: whole pence, a quarter as its integer (20252), words of a state.
"""

from collections import defaultdict
from collections.abc import Collection
from typing import Any

from sqlalchemy import Integer, select, type_coerce
from sqlalchemy.orm import Session

from portfolio.db import Base, Pence, QuarterOfYear
from portfolio.history import Change, HistoryEntry, Values, plain, values_told

Within = dict[str, Collection[Any]]
"""By column, the values that rows may have there."""


MODELS: dict[str, type[Base]] = {mapper.class_.__tablename__: mapper.class_ for mapper in Base.registry.mappers}
"""The kinds of rows that a figure can end at, by table."""
FIGURES = frozenset(
    ("amount", "accrued", "pledged", "secured", "match_spent", "cost", "proceeds", "value", "target", "unavailable")
)
"""The columns that hold what a row adds to a figure."""


def issued_at(session: Session, return_id: int) -> int | None:
    """The number of the entry of the history by which a return was issued; None while it is not."""
    entries = session.execute(
        select(HistoryEntry.id, HistoryEntry.after)
        .where(HistoryEntry.record == "return", HistoryEntry.record_id == return_id)
        .order_by(HistoryEntry.id)
    )
    return next((number for number, after in entries if values_told(after).get("issued_at") is not None), None)


class Then:
    """The database as it was right after an entry of the history; as it is now without one."""

    def __init__(self, session: Session, entry: int | None = None) -> None:
        self.session = session
        self._entry = entry
        self._since: dict[str, dict[int, Values | None]] = {}
        self._removed: dict[str, set[int]] = defaultdict(set)

    def rows(self, model: type[Base], *columns: str, **within: Collection[Any]) -> list[Values]:
        """Rows of a table with their `id` and some columns, in the order of their numbers, as they were then.

        What rows are found by (`within`) are columns that never change.
        """
        needed = dict.fromkeys(["id", *columns, *within])
        found = [
            dict(zip(needed, row, strict=True))
            for row in self.session.execute(
                select(*(_plainly(model, name) for name in needed))
                .where(*(getattr(model, name).in_(values) for name, values in within.items()))
                .order_by(model.id)
            )
        ]
        since = self.since(model)
        there = {row["id"] for row in found}
        kept = [
            {name: values.get(name, plain(value)) for name, value in row.items()}
            for row in found
            if (values := since.get(row["id"], {})) is not None
        ]
        gone = [
            dict.fromkeys(needed) | {name: value for name, value in values.items() if name in needed} | {"id": number}
            for number, values in since.items()
            if values is not None and number not in there and number in self._removed[model.__tablename__]
        ]
        plainly = {name: {plain(value) for value in values} for name, values in within.items()}
        kept += [row for row in gone if all(row[name] in values for name, values in plainly.items())]
        return sorted(kept, key=lambda row: int(row["id"])) if gone else kept

    def since(self, model: type[Base]) -> dict[int, Values | None]:
        """What was changed in a table since: by row its values of then that may differ; None: it was not there."""
        if self._entry is None:
            return {}
        if model.__tablename__ not in self._since:
            self._since[model.__tablename__] = self._turned_back(model.__tablename__)
        return self._since[model.__tablename__]

    def has_changed(self, record: str, number: int) -> bool:
        """Whether what a row adds to figures was changed since then, or the row was removed."""
        since = self.since(MODELS[record])
        return number in self._removed[record] or not FIGURES.isdisjoint(since.get(number) or {})

    def _turned_back(self, table: str) -> dict[int, Values | None]:
        then: dict[int, Values | None] = {}
        entries = self.session.execute(
            select(HistoryEntry.record_id, HistoryEntry.change, HistoryEntry.before)
            .where(HistoryEntry.record == table, HistoryEntry.id > self._entry)
            .order_by(HistoryEntry.id.desc())
        )
        for number, change, before in entries:
            then[number] = None if change == Change.ADDED else {**(then.get(number) or {}), **values_told(before)}
            if change == Change.REMOVED:
                self._removed[table].add(number)
        return then


def _plainly(model: type[Base], name: str) -> Any:
    """A column without the cost of making a value of the trade of each."""
    column = getattr(model, name)
    return type_coerce(column, Integer).label(name) if isinstance(column.type, Pence | QuarterOfYear) else column
