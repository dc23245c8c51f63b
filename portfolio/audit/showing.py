"""Entries of the history in words: who did what to which record, and what each of its values was before and after."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from flask import url_for
from sqlalchemy import Boolean, Date, LargeBinary
from sqlalchemy.orm import Session

from portfolio.audit import queries
from portfolio.audit.rules import column_words, kind_of
from portfolio.db import Base, Moment, Pence, QuarterOfYear, Year
from portfolio.funding_years.rules import short_name
from portfolio.history import Change, HistoryEntry, Values, values_told
from portfolio.money import format_pounds, from_pence
from portfolio.people.actions import naming
from portfolio.people.rules import mark_of
from portfolio.personal import is_key, readable
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear, Quarter, format_day
from portfolio.web.access import may_open
from portfolio.web.filters import moment

_DIGEST = re.compile(r"(?:sha256:)?([0-9a-f]{12})[0-9a-f]{52}")
NOTHING = "nothing"
FORGOTTEN = "no longer kept"
Names = dict[tuple[str, int], Values]


@dataclass(frozen=True)
class Told:
    """One value of a record: what it is called, and what it was before and after, in words; None where it was not."""

    words: str
    before: str | None
    after: str | None

    @property
    def sentence(self) -> str:
        """`award: £28,000.00 → £28,413.75`, `status: draft`."""
        sides = [side for side in (self.before, self.after) if side is not None]
        return f"{self.words}: {' → '.join(dict.fromkeys(sides))}"


@dataclass(frozen=True)
class Line:
    """One entry of the history, in words."""

    entry: HistoryEntry
    who: str
    record: str
    """What it is called: `award SVD-25-03, Dorset CSP, labour`."""
    told: tuple[Told, ...]
    address: str | None
    """Where the record is shown, or what it is part of; None where the reader may not open that."""

    def value(self, name: str) -> str:
        """What one of its values is after it, in words; empty where it says nothing of it."""
        words = column_words(self.entry.record, name)
        return next((told.after for told in self.told if told.words == words and told.after), "")


class Telling:
    """What puts entries into words: the names of everything that some of them mention, found by few queries."""

    def __init__(
        self, session: Session, found: Sequence[HistoryEntry], named: Callable[[str], str] | None = None
    ) -> None:
        self.found = found
        self.named = named or naming(session)
        self.values = {entry.id: (values_told(entry.before), values_told(entry.after)) for entry in found}
        self.names = queries.rows_named(session, *self._mentioned())
        told = (value for sides in self.values.values() for values in sides for value in values.values())
        self.own = readable(session, {value for value in told if is_key(value)})

    def _mentioned(self) -> tuple[dict[str, set[int]], Names]:
        """The records that the entries are about or point to, by kind; and what the entries tell of their own."""
        mentioned: dict[str, set[int]] = {}
        told: Names = {}
        for entry in self.found:
            before, after = self.values[entry.id]
            mentioned.setdefault(entry.record, set()).add(entry.record_id)
            told.setdefault((entry.record, entry.record_id), {}).update(before | after)
            for name, value in (*before.items(), *after.items()):
                target = queries.target_of(entry.record, name)
                if target is not None and queries.is_row_number(value):
                    mentioned.setdefault(target, set()).add(value)
        return mentioned, told

    def lines(self) -> list[Line]:
        """The entries, each in words."""
        return [self._line(entry) for entry in self.found]

    def _line(self, entry: HistoryEntry) -> Line:
        before, after = self.values[entry.id]
        told = tuple(self._told(entry, name, before, after) for name in self._ordered(entry.record, {*before, *after}))
        address = page_of(self, entry.record, entry.record_id)
        return Line(entry, self.named(entry.author), self.full_name_of(entry.record, entry.record_id), told, address)

    def _ordered(self, record: str, names: set[str]) -> list[str]:
        """Columns in the order of their table; its number says nothing."""
        table = Base.metadata.tables.get(record)
        order = [] if table is None else table.columns.keys()
        return [*(name for name in order if name in names and name != "id"), *sorted(names.difference(order))]

    def _told(self, entry: HistoryEntry, name: str, before: Values, after: Values) -> Told:
        words, column = column_words(entry.record, name), queries.column_of(entry.record, name)
        if column is not None and column.info.get("secret"):
            had, has = before.get(name) is not None, after.get(name) is not None
            return Told(words, None, "changed" if had and has else "set" if has else "removed")
        return Told(
            words,
            self._in_words(entry.record, name, before.get(name)) if entry.change != Change.ADDED else None,
            self._in_words(entry.record, name, after.get(name)) if entry.change != Change.REMOVED else None,
        )

    def full_name_of(self, record: str, number: int) -> str:
        """What a record is, and what it is called: `claim SVD-25-03, Dorset CSP, Q2 2025/26`."""
        return f"{kind_of(record).words} {self.name_of(record, number)}"

    def name_of(self, record: str, number: int) -> str:
        """What a record is called: what names it, or else its number."""
        row = self.names.get((record, number), {})
        parts = [
            f"version {row[name]}" if name == "version" else self._in_words(record, name, row[name])
            for name in kind_of(record).named_by
            if row.get(name) is not None
        ]
        called = ", ".join(dict.fromkeys(parts)) or str(number)
        return short_name(called) if record == "csp" else called

    def whole_of(self, record: str, number: int) -> tuple[str, int]:
        """The record that one is part of, at the top."""
        part_of = kind_of(record).part_of
        above = self.names.get((record, number), {}).get(part_of) if part_of else None
        target = queries.target_of(record, part_of) if part_of else None
        return self.whole_of(target, above) if target is not None and queries.is_row_number(above) else (record, number)

    def _in_words(self, record: str, name: str, value: Any) -> str:
        """One value as people write it; what cannot be read (somebody changed it) stays as it is."""
        if value is None:
            return NOTHING
        if is_key(value):
            return self.own.get(value, FORGOTTEN)
        column, target = queries.column_of(record, name), queries.target_of(record, name)
        try:
            if target is not None:
                return self.name_of(target, value)
            return _words_of(None if column is None else column.type, value, self.named)
        except (ValueError, TypeError, ArithmeticError):
            return str(value)


def page_of(telling: Telling, record: str, number: int) -> str | None:
    """The address of a record's page, or of what it is part of; None where there is none that may be opened."""
    try:
        place = _place_of(telling, *telling.whole_of(record, number))
    except (LookupError, TypeError, ValueError):  # what is left of a record that was removed or altered leads nowhere
        return None
    return url_for(place[0], **place[1]) if place is not None and may_open(place[0]) else None


def _place_of(telling: Telling, record: str, number: int) -> tuple[str, Values] | None:
    row = telling.names.get((record, number), {})
    match record:
        case "person":
            return "people.person", {"person_id": number}
        case "return":
            return "returns.show", {"number": number}
        case "measure":
            return "measures.measure", {"number": number}
        case "funding_year":
            return "funding_years.settings", {"number": number}
        case "proposal" if row.get("status") not in (None, ProposalStatus.DRAFT):
            return "decisions.proposal", {"reference": row["reference"]}
        case "award":
            return "decisions.award", _address_of_award(telling, number)
        case "claim":
            return "spend.claim", {**_address_of_award(telling, row["award_id"]), "quarter": _quarter(row["quarter"])}
    return None


def _address_of_award(telling: Telling, number: int) -> Values:
    award = telling.names["award", number]
    proposal, csp = telling.names["proposal", award["proposal_id"]], telling.names["csp", award["csp_id"]]
    return {"reference": proposal["reference"], "csp_key": csp["key"]}


def people_in(telling: Telling) -> list[str]:
    """The marks of those whose own values are told of."""
    own = (
        entry
        for entry in telling.found
        if any(is_key(value) for values in telling.values[entry.id] for value in values.values())
    )
    return [mark_of(number) for number in sorted({_whose(telling, entry) for entry in own})]


def _whose(telling: Telling, entry: HistoryEntry) -> int:
    owner = telling.names.get((entry.record, entry.record_id), {}).get("person_id")
    return owner if queries.is_row_number(owner) else entry.record_id


def _quarter(value: int) -> Quarter:
    return Quarter(FinancialYear(value // 10), value % 10)


def _words_of(kind: object, value: Any, named: Callable[[str], str]) -> str:
    match kind:
        case Pence():
            return format_pounds(from_pence(value))
        case Year():
            return str(FinancialYear(value))
        case QuarterOfYear():
            return _quarter(value).short
        case Moment():
            return moment(datetime.fromisoformat(value))
        case Date():
            return format_day(date.fromisoformat(value))
        case Boolean():
            return "yes" if value else "no"
        case LargeBinary():
            return _short_digest(value)
        case _:
            return _short_digest(", ".join(named(part) for part in str(value).split(", ")))


def _short_digest(value: str) -> str:
    digest = _DIGEST.fullmatch(value)
    return f"SHA-256 {digest[1]}…" if digest else value
