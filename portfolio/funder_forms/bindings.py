"""A binding: which figure goes into which cell, and which table's rows into which rows; data, with a canonical JSON.

A figure is named by its table, the key of its row and its column, never by a position: `This claim` of `labour` in the
claim summary is the same figure next quarter, wherever it stands in the workbook then.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from urllib.parse import quote, unquote

from portfolio.funder_forms.rules import MOST_TEXT, UnreadableBinding
from portfolio.uploads.areas import MOST_ROWS as LAST_ROW
from portfolio.uploads.areas import address_of, place_of

FORMAT = 1
UNITS = (Decimal("0.01"), Decimal(1), Decimal(1000))
"""Exact, whole pounds, thousands of pounds."""
MOST_BOUND = 20_000
MOST_ROWS = 5_000
MOST_WORD = 500
_NO_LETTER = re.compile("[\0\ud800-\udfff\ufffe\uffff]")

Place = tuple[str, str]
"""A sheet's name and a cell's address."""


@dataclass(frozen=True, order=True)
class Address:
    """One figure or text of a return."""

    table: str
    row: tuple[str, ...]
    column: str

    @property
    def text(self) -> str:
        """The address in one line, as forms send it."""
        return "/".join(quote(part, safe="") for part in (self.table, *self.row, self.column))

    @classmethod
    def parse(cls, text: str) -> "Address":
        """The address that a line names; raises ValueError."""
        table, *row, column = (unquote(part) for part in text.split("/"))
        return cls(table, tuple(row), column)


@dataclass(frozen=True)
class BoundCell:
    """One cell and what goes into it: a figure of the return, or a fixed text."""

    sheet: str
    cell: str
    figure: Address | None = None
    says: str | None = None

    @property
    def place(self) -> Place:
        """Where it is."""
        return self.sheet, self.cell


@dataclass(frozen=True)
class BoundTable:
    """Rows of a form that take the rows of a return's table: from which row on, how many, and column by column."""

    sheet: str
    first_row: int
    rows: int
    table: str
    columns: tuple[tuple[str, str], ...]
    """A column's letters in the form, and the column of the return's table."""
    where: tuple[tuple[str, str], ...] = ()
    """Only the rows whose key says this: the key's heading, and its word."""

    @property
    def key(self) -> tuple[str, int]:
        """By what it is known in its binding."""
        return self.sheet, self.first_row

    @property
    def places(self) -> list[Place]:
        """Every cell that it can fill."""
        return [
            (self.sheet, f"{column}{self.first_row + row}") for row in range(self.rows) for column, _ in self.columns
        ]


@dataclass(frozen=True)
class Binding:
    """What goes where in one edition of a form."""

    unit: Decimal = UNITS[0]
    cells: tuple[BoundCell, ...] = ()
    tables: tuple[BoundTable, ...] = ()
    words: tuple[tuple[str, str], ...] = ()
    """Our word, and the form's word for it: what its lists offer."""
    needed: frozenset[Place] = frozenset()
    """Cells that somebody marked as needed."""
    spared: frozenset[Place] = frozenset()
    """Cells that look needed and that somebody else fills in."""

    @property
    def bound(self) -> dict[Place, BoundCell]:
        """The bound cells by their place."""
        return {one.place: one for one in self.cells}

    def with_cell(self, cell: BoundCell) -> "Binding":
        """The same with one cell bound, instead of whatever was bound there."""
        others = tuple(one for one in self.cells if one.place != cell.place)
        return replace(self, cells=(*others, cell), spared=self.spared - {cell.place})

    def without(self, place: Place) -> "Binding":
        """The same with nothing bound to a cell."""
        return replace(self, cells=tuple(one for one in self.cells if one.place != place))

    def with_table(self, table: BoundTable) -> "Binding":
        """The same with a table bound from its first row on, instead of whatever was bound there."""
        return replace(self, tables=(*(one for one in self.tables if one.key != table.key), table))

    def without_table(self, key: tuple[str, int]) -> "Binding":
        """The same without a table."""
        return replace(self, tables=tuple(one for one in self.tables if one.key != key))

    def marked(self, place: Place, *, needed: bool | None) -> "Binding":
        """The same with a cell marked as needed, or as not needed; None leaves it to how the form looks."""
        return replace(
            self,
            needed=self.needed | {place} if needed else self.needed - {place},
            spared=self.spared | {place} if needed is False else self.spared - {place},
        )

    def worded(self, ours: str, theirs: str) -> "Binding":
        """The same with a word of ours written in the form's word; an empty one takes it back."""
        kept = tuple(pair for pair in self.words if pair[0] != ours)
        return replace(self, words=(*kept, (ours, theirs)) if theirs else kept)


def _in_order(place: Place) -> tuple[str, tuple[int, int]]:
    return place[0], place_of(place[1]) or (0, 0)


def as_data(binding: Binding) -> dict[str, Any]:
    """A binding as plain data, in an order that depends on nothing but what it says."""
    return {
        "format": FORMAT,
        "unit": str(binding.unit),
        "cells": [
            {"sheet": one.sheet, "cell": one.cell}
            | ({"says": one.says} if one.figure is None else {"figure": _figure(one.figure)})
            for one in sorted(binding.cells, key=lambda one: _in_order(one.place))
        ],
        "tables": [
            {
                "sheet": one.sheet,
                "first_row": one.first_row,
                "rows": one.rows,
                "table": one.table,
                "columns": dict(one.columns),
                "where": dict(one.where),
            }
            for one in sorted(binding.tables, key=lambda one: one.key)
        ],
        "words": dict(sorted(binding.words)),
        "needed": [list(place) for place in sorted(binding.needed, key=_in_order)],
        "spared": [list(place) for place in sorted(binding.spared, key=_in_order)],
    }


def _figure(address: Address) -> dict[str, Any]:
    return {"table": address.table, "row": list(address.row), "column": address.column}


def freeze(binding: Binding) -> str:
    """The canonical JSON of a binding: the same binding, the same text."""
    return json.dumps(as_data(binding), ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def written(binding: Binding) -> bytes:
    """A binding as a file that people can read and keep."""
    return (json.dumps(as_data(binding), ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def thaw(text: str) -> Binding:
    """The binding that was kept; `{}` is one that binds nothing."""
    return from_data(json.loads(text) or as_data(Binding()))


def read(content: bytes) -> Binding:
    """The binding in a file that somebody sent; raises UnreadableBinding, which names the place in it."""
    try:
        told = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError) as error:
        raise UnreadableBinding("This file", "it is no JSON. Choose a binding that was downloaded here") from error
    return from_data(told)


def from_data(told: Any) -> Binding:
    """The binding that plain data says; raises UnreadableBinding."""
    whole = _mapping(told, "The binding")
    if whole.get("format") != FORMAT:
        raise UnreadableBinding("format", f"it must be {FORMAT}, as in a binding that was downloaded here")
    units = {str(unit): unit for unit in UNITS}
    unit = units.get(str(whole.get("unit")))
    if unit is None:
        raise UnreadableBinding("unit", f"choose one of {', '.join(units)}")
    made = Binding(
        unit,
        tuple(_each(whole, "cells", _cell)),
        tuple(_each(whole, "tables", _table)),
        tuple(
            (_word(ours, "words"), _word(theirs, f"words, {ours}"))
            for ours, theirs in _mapping(whole.get("words", {}), "words").items()
        ),
        frozenset(_each(whole, "needed", _place)),
        frozenset(_each(whole, "spared", _place)),
    )
    if len(made.cells) + sum(table.rows * len(table.columns) for table in made.tables) > MOST_BOUND:
        raise UnreadableBinding("The binding", f"it binds more than {MOST_BOUND:,} cells. Bind fewer")
    if len(made.bound) < len(made.cells):
        raise UnreadableBinding("cells", "one of them is bound twice. Keep one of the two")
    return made


def _each(whole: Mapping[str, Any], name: str, read_one: Callable[[Any, str], Any]) -> Iterable[Any]:
    listed = whole.get(name, [])
    if not isinstance(listed, list):
        raise UnreadableBinding(name, "it must be a list")
    return (read_one(one, f"{name}, number {number}") for number, one in enumerate(listed, start=1))


def _mapping(told: Any, where: str) -> Mapping[str, Any]:
    if not isinstance(told, dict):
        raise UnreadableBinding(where, "it must be an object with names and values")
    return told


def _word(told: Any, where: str, most: int = MOST_WORD) -> str:
    if not isinstance(told, str) or not told.strip() or len(told) > most:
        raise UnreadableBinding(where, f"it must be a text of 1 to {most:,} characters")
    if _NO_LETTER.search(told):
        raise UnreadableBinding(where, "it holds a sign that no text can hold. Take it out")
    return told


def _number(told: Any, where: str, most: int) -> int:
    if not isinstance(told, int) or isinstance(told, bool) or not 1 <= told <= most:
        raise UnreadableBinding(where, f"it must be a whole number from 1 to {most:,}")
    return told


def _address(told: Any, where: str) -> Address:
    figure = _mapping(told, where)
    row = figure.get("row")
    if not isinstance(row, list):
        raise UnreadableBinding(f"{where}, row", "it must be a list of texts")
    return Address(
        _word(figure.get("table"), f"{where}, table"),
        tuple(_word(part, f"{where}, row") for part in row),
        _word(figure.get("column"), f"{where}, column"),
    )


def _place(told: Any, where: str) -> Place:
    if not isinstance(told, list) or len(told) != 2:
        raise UnreadableBinding(where, "it must be a sheet's name and a cell, like C7")
    return _word(told[0], where), cell_at(told[1], where)


def cell_at(told: Any, where: str) -> str:
    """The address of a cell as it was told; raises UnreadableBinding."""
    place = place_of(told) if isinstance(told, str) else None
    if place is None:
        raise UnreadableBinding(where, "it must name a cell, like C7")
    return address_of(place)


def _cell(told: Any, where: str) -> BoundCell:
    one = _mapping(told, where)
    sheet, cell = _word(one.get("sheet"), f"{where}, sheet"), cell_at(one.get("cell"), f"{where}, cell")
    if ("figure" in one) == ("says" in one):
        raise UnreadableBinding(where, "it must have either a figure or a text that it says")
    if "says" in one:
        return BoundCell(sheet, cell, says=_word(one["says"], f"{where}, says", MOST_TEXT))
    return BoundCell(sheet, cell, _address(one["figure"], f"{where}, figure"))


def _table(told: Any, where: str) -> BoundTable:
    one = _mapping(told, where)
    columns = _mapping(one.get("columns"), f"{where}, columns")
    if any(place_of(f"{letter}1") is None or not letter.isupper() for letter in columns):
        raise UnreadableBinding(f"{where}, columns", "each must be named by its letters, like B")
    if not columns:
        raise UnreadableBinding(f"{where}, columns", "name at least one")
    order = sorted(columns, key=lambda letter: (len(letter), letter))
    first = _number(one.get("first_row"), f"{where}, first_row", LAST_ROW)
    rows = _number(one.get("rows"), f"{where}, rows", MOST_ROWS)
    if first + rows - 1 > LAST_ROW:
        raise UnreadableBinding(f"{where}, rows", "the sheet ends before its last row")
    return BoundTable(
        _word(one.get("sheet"), f"{where}, sheet"),
        first,
        rows,
        _word(one.get("table"), f"{where}, table"),
        tuple((letter, _word(columns[letter], f"{where}, columns, {letter}")) for letter in order),
        tuple(
            (_word(heading, f"{where}, where"), _word(word, f"{where}, where, {heading}"))
            for heading, word in _mapping(one.get("where", {}), f"{where}, where").items()
        ),
    )
