"""A sheet declared as data: title, introduction, and one table with its columns, lines, subtotals and totals.

Formulas name the columns of their own row in braces (`ROUND({Actual}-{Profile},2)`) and other sheets' cells by
`Sheet.range`, `Sheet.cell` and `Sheet.total`. They use plain cell addresses rather than a table's own syntax, because
every spreadsheet program reads those, and they stay right when a table is filtered or sorted.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Generic, TypeVar, cast

from portfolio.money import ZERO
from reports.cells import Cell, Value, as_cell
from reports.totals import share_of

Line = TypeVar("Line")
NONE_GIVEN = "None given"
NOT_APPLICABLE = "Not applicable"
NO_PERCENTAGE = "n/a"
ROW = "\x00"
"""Stands for the row's number in a compiled formula."""

_NAMED = re.compile(r"\{([^{}]+)\}")
_PLAIN_NAME = re.compile(r"[A-Za-z]+")


class Shape(Enum):
    """How a column's cells are written and shown."""

    TEXT = "text"
    MONEY = "money"
    PERCENT = "percent"
    NUMBER = "number"
    DATE = "date"


@dataclass(frozen=True)
class Entry:
    """What may be typed into a column's cells; every other cell of a form is locked."""

    asks: str
    """Shown while the cell is chosen, in at most 255 characters."""
    choices: tuple[str, ...] = ()
    most: int = 0
    """The longest text, in characters; for text only."""
    negative: bool = False
    """Whether an amount may be below zero."""


@dataclass(frozen=True)
class Column(Generic[Line]):
    """One column: its heading, where its value comes from, and the live formula that gives the same value.

    A formula is a template for every line, or a function that writes it for one line (or None: the value is typed).
    """

    heading: str
    value: Callable[[Line], Value]
    shape: Shape = Shape.TEXT
    width: int = 14
    """Characters; a column of figures grows to its longest figure."""
    formula: str | Callable[[Line], str | None] | None = None
    total: bool = False
    ratio: tuple[str, str] | None = None
    """A percentage: the headings of the part and of the whole."""
    blank: str = NONE_GIVEN
    note: str | None = None
    """The key of the note that the heading refers to."""
    entry: Entry | None = None
    """What somebody is to type into it; None for a column that says something."""
    marked: Callable[[Line], bool] | None = None
    """The lines whose cell stands out, bold in a box: never told by that alone."""


def text(
    heading: str, value: Callable[[Line], Value], width: int, *, blank: str = NONE_GIVEN, note: str | None = None
) -> Column[Line]:
    """A column of text."""
    return Column(heading, value, Shape.TEXT, width, blank=blank, note=note)


def money(
    heading: str,
    value: Callable[[Line], Value],
    formula: str | Callable[[Line], str | None] | None = None,
    *,
    total: bool = True,
    note: str | None = None,
) -> Column[Line]:
    """A column of pounds, with its total unless told otherwise."""
    return Column(heading, value, Shape.MONEY, 14, formula, total, note=note)


def percentage(heading: str, part: str, whole: str, note: str | None = None) -> Column[Line]:
    """A column that says what fraction one column is of another, in totals too."""
    guarded = f'IF({{{whole}}}=0,"{NO_PERCENTAGE}",ROUND({{{part}}}/{{{whole}}},4))'
    return Column(heading, lambda _: None, Shape.PERCENT, 12, guarded, ratio=(part, whole), note=note)


@dataclass
class Table(Generic[Line]):
    """A table and its cells, column by column: lines, then subtotals, then the total row apart.

    Totals stand in the table's own total row: it is announced with the table, stays at the bottom when the table is
    sorted, and is left out when it is filtered. Its sums are plain SUMs, not SUBTOTALs: a filter must not change what
    other sheets rely on.
    """

    name: str
    columns: Sequence[Column[Line]]
    lines: Sequence[Line]
    nothing: str = "Nothing to show"
    """What the one row says when there are no lines: a table without rows cannot be."""
    total: str | None = None
    """The label of the total row; None where there is nothing to add up."""
    subtotals: Sequence[Line] = ()
    subtotal_by: str = ""
    """The heading of the column whose texts tell which lines a subtotal adds up."""
    closing: Mapping[str, tuple[str, Cell]] = field(default_factory=dict)
    """Cells of the total row that are no sums: heading → formula and value.

    `{lines}` in the formula are the column's own lines, `{Rule}` those of the column of that heading.
    """
    sortable: bool = True
    places: dict[str, int] = field(init=False)
    cells: list[list[Cell]] = field(init=False)
    totals: list[Cell | None] = field(init=False)

    def __post_init__(self) -> None:
        self.places = {column.heading: place for place, column in enumerate(self.columns)}
        values, sums = self._values()
        self.cells = self._as_cells(values)
        self.totals = self._as_totals(sums)

    @property
    def empty(self) -> bool:
        """There are no lines, and one row that says so."""
        return not self.lines

    def _values(self) -> tuple[list[list[Value]], dict[str, Decimal]]:
        """Every column's values, and the sums of those that are totalled; ratios follow from the other columns."""
        rows = [*self.lines, *self.subtotals]
        values: list[list[Value]] = []
        sums: dict[str, Decimal] = {}
        for column in self.columns:
            if column.ratio is None:
                value = column.value
                values.append([value(row) for row in rows])
            else:
                part, whole = (values[self.places[heading]] for heading in column.ratio)
                values.append([_percentage(*pair) for pair in zip(part, whole, strict=True)])
            if column.total:
                sums[column.heading] = sum(
                    (amount for amount in values[-1][: len(self.lines)] if isinstance(amount, Decimal)), ZERO
                )
        return values, sums

    def _as_cells(self, values: list[list[Value]]) -> list[list[Cell]]:
        if self.empty:
            return [[NOT_APPLICABLE if place else self.nothing] for place in range(len(self.columns))]
        return [
            [as_cell(value, column.blank) for value in column_values]
            for column, column_values in zip(self.columns, values, strict=True)
        ]

    def _as_totals(self, sums: dict[str, Decimal]) -> list[Cell | None]:
        if self.total is None:
            return []
        totals: list[Cell | None] = [self.total]
        for column in self.columns[1:]:
            if column.heading in self.closing:
                totals.append(self.closing[column.heading][1])
            elif column.ratio is not None:
                part, whole = column.ratio
                totals.append(as_cell(_percentage(sums[part], sums[whole]), ""))
            else:
                totals.append(as_cell(sums[column.heading], "") if column.total else None)
        return totals


def _percentage(part: Value, whole: Value) -> Value:
    share = share_of(cast(Decimal, part), cast(Decimal, whole))  # columns of money, always filled
    return NO_PERCENTAGE if share is None else share


@dataclass(frozen=True)
class Sheet:
    """One sheet: what it is called, what it holds in a line or two, and its table."""

    name: str
    title: str
    introduction: tuple[str, ...]
    table: Table[Any]
    frozen: int = 1
    """Columns that stay in view, and are repeated on every printed page: they say which row it is."""
    alert: bool = False
    """The first line of the introduction must not be missed: it is shown large."""

    @property
    def header_row(self) -> int:
        """The table's header, counted from 1."""
        return 2 + len(self.introduction)

    @property
    def first_row(self) -> int:
        """The first line's row, counted from 1."""
        return self.header_row + 1

    @property
    def last_line(self) -> int:
        """The last line's row, counted from 1; subtotals come after it."""
        return self.header_row + (len(self.table.lines) or 1)

    @property
    def total_row(self) -> int:
        """The row after the table's last one, where the totals stand if there are any."""
        return self.first_row + len(self.table.cells[0])

    @property
    def last_row(self) -> int:
        """The table's last row, totals included."""
        return self.total_row - (self.table.total is None)

    def letter(self, heading: str) -> str:
        """The letters of a column."""
        return letters(self.table.places[heading])

    def range(self, heading: str) -> str:
        """The lines of a column (no subtotals, no total), as another sheet's formula names them."""
        letter = self.letter(heading)
        return f"{self._quoted}${letter}${self.first_row}:${letter}${self.last_line}"

    def cell(self, heading: str, line: int) -> str:
        """One line's or subtotal's cell, as another sheet's formula names it; lines count from 0."""
        return f"{self._quoted}${self.letter(heading)}${self.first_row + line}"

    def total(self, heading: str) -> str:
        """The total of a column, as another sheet's formula names it."""
        return f"{self._quoted}${self.letter(heading)}${self.total_row}"

    @property
    def _quoted(self) -> str:
        return f"{self.name}!" if _PLAIN_NAME.fullmatch(self.name) else f"'{self.name}'!"

    def compile(self, template: str) -> str:
        """A formula with its column names as addresses, and ROW where the row's number goes."""
        return _NAMED.sub(lambda name: f"${self.letter(name[1])}{ROW}", template)

    def subtotal_formula(self, heading: str) -> str:
        """The formula that adds up the lines of a subtotal's kind, compiled."""
        key = self.table.subtotal_by
        lines = (
            f"${letter}${self.first_row}:${letter}${self.last_line}"
            for letter in (self.letter(heading), self.letter(key))
        )
        return self.compile("ROUND(SUMIFS({},{},{{{}}}),2)".format(*lines, key))

    def total_formula(self, column: "Column[Line]") -> str | None:
        """The formula of a column's cell in the total row; None where it has none."""
        lines = self._lines_of(column.heading)
        if column.heading in self.table.closing:
            others = {heading: self._lines_of(heading) for heading in self.table.places}
            return self.table.closing[column.heading][0].format(lines=lines, **others)
        if column.ratio is not None:
            return self.compile(str(column.formula)).replace(ROW, str(self.total_row))
        return f"ROUND(SUM({lines}),2)" if column.total else None

    def _lines_of(self, heading: str) -> str:
        letter = self.letter(heading)
        return f"{letter}{self.first_row}:{letter}{self.last_line}"


@dataclass(frozen=True)
class Book:
    """A workbook declared as data. `notes` gives each note's number by its key; a form is locked but for entries."""

    title: str
    subject: str
    author: str
    marking: str
    created: datetime
    sheets: tuple[Sheet, ...]
    notes: Mapping[str, int] = field(default_factory=dict)
    is_form: bool = False

    def headings(self, sheet: Sheet) -> list[str]:
        """The table's headings as they stand in the file, with the notes they refer to."""
        return [
            column.heading if column.note is None else f"{column.heading} [note {self.notes[column.note]}]"
            for column in sheet.table.columns
        ]


def letters(place: int) -> str:
    """`A` for column 0, `AA` for column 26."""
    name = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        name = chr(65 + rest) + name
    return name
