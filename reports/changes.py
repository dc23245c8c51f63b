"""Two returns compared cell by cell: a row is known by what it is about, not by where it stands, a column by its name.

A quarter's column is one column, whether it is a forecast or what was spent: what was expected of Q2 is held against
what came of it.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from portfolio.money import ZERO, format_pounds
from portfolio.quarters import format_day
from reports.addresses import Address, AddressedSheet, slug
from reports.cells import Cell
from reports.sheets import Book, Shape, Sheet

TOTAL = "Total"
OF_THE_WHOLE = frozenset({"Cover", "Certification", "Checks", "Notes"})
"""Sheets that tell of a return as a whole: of returns that cover different ground they cannot be the same."""
WHOLE_ROW = "Whole row"
"""What is said to be changed where a row is there in one return only."""
FIGURES = (Shape.MONEY, Shape.PERCENT, Shape.NUMBER)

_OF_QUARTER = re.compile(r"\b(Q[1-4]) (?:actual|forecast)\b")
_NUMBERED = re.compile(r"\[note \d+\]")

RowKey = tuple[str, ...]


class Change(StrEnum):
    """What became of a cell."""

    CHANGED = "changed"
    ADDED = "added"
    REMOVED = "removed"


class Part(StrEnum):
    """Which rows of a table a row belongs to."""

    LINE = "line"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


@dataclass(frozen=True)
class Row:
    """A row of a sheet: what it is about, and its cells by column."""

    key: RowKey
    part: Part
    cells: Mapping[str, Cell]
    address: str
    """How addresses name it."""

    @property
    def name(self) -> str:
        """What it is about in words."""
        return ", ".join(self.key)


@dataclass(frozen=True)
class ChangedCell:
    """One cell that is not the same in both; None where one of them does not have it."""

    sheet: str
    row: RowKey
    part: Part
    column: str
    """The column's name, whatever of the quarters was a forecast."""
    heading: str
    """Its headings: `Q2 forecast, now Q2 actual` where they differ."""
    shape: Shape
    change: Change
    was: Cell | None
    now: Cell | None
    at: Address | None = None
    """Where the later return has it, if it does."""

    @property
    def about(self) -> str:
        """Its row in words."""
        return ", ".join(self.row)

    @property
    def is_figure(self) -> bool:
        """Whether it stands in a column of figures."""
        return self.shape in FIGURES

    @property
    def difference(self) -> Decimal | None:
        """Now less was, in pounds, per hundred as a fraction or as counted; None where one of them is no figure."""
        was, now = exact(self.was, self.shape), exact(self.now, self.shape)
        return None if was is None or now is None else now - was

    @property
    def was_in_words(self) -> str:
        """What stood there before."""
        return in_words(self.was, self.shape)

    @property
    def now_in_words(self) -> str:
        """What stands there now."""
        return in_words(self.now, self.shape)

    @property
    def apart_in_words(self) -> str | None:
        """The difference as a page shows it, a percentage in points; None where it is none of figures."""
        if self.difference is None:
            return None
        return figure_in_words(self.difference, self.shape).replace("%", " points")

    @property
    def mark(self) -> str:
        """A sign for it, which needs no colour: ▲ more, ▼ less, + added, − removed, ≠ other words."""
        if self.change is not Change.CHANGED:
            return "+" if self.change is Change.ADDED else "−"
        apart = self.difference
        return "≠" if apart is None else "▲" if apart > 0 else "▼"


def exact(cell: Cell | None, shape: Shape) -> Decimal | None:
    """A figure as it was before it became a cell; no cell is zero, and a text in a column of figures is None."""
    if shape not in FIGURES or isinstance(cell, str | datetime):
        return None
    if cell is None:
        return ZERO
    figure = Decimal(str(cell))
    return figure.quantize(Decimal("0.01")) if shape is Shape.MONEY else figure


def in_words(cell: Cell | None, shape: Shape) -> str:
    """A cell as a page shows it."""
    if cell is None:
        return "Not there"
    if isinstance(cell, datetime):
        return format_day(cell.date())
    if isinstance(cell, str):
        return cell
    return figure_in_words(exact(cell, shape) or ZERO, shape)


def figure_in_words(figure: Decimal, shape: Shape) -> str:
    """`£1,234.50`, `12.5%`, `1,204`."""
    if shape is Shape.MONEY:
        return format_pounds(figure)
    plain = f"{(figure * 100 if shape is Shape.PERCENT else figure).normalize():,f}".replace("-", "−")
    return f"{plain}%" if shape is Shape.PERCENT else plain


@dataclass(frozen=True)
class Pair:
    """A row as it was and as it is; None where one of the two does not have it. `row` is the later of them."""

    row: Row
    was: Row | None
    now: Row | None


@dataclass(frozen=True)
class ComparedSheet:
    """One sheet of two returns: its columns, and the rows of either, those of the newer one in their order."""

    name: str
    columns: Mapping[str, tuple[str, Shape]]
    """Heading and shape of every column, by its name."""
    rows: Sequence[Pair]
    cells: Sequence[ChangedCell]
    compared: int
    """How many cells were held against one another."""
    naming: frozenset[str]
    """The columns that only say which row it is."""


@dataclass(frozen=True)
class Compared:
    """Two returns, cell by cell."""

    sheets: Sequence[ComparedSheet]
    only_before: Sequence[str]
    """Sheets that only the older one has."""
    only_after: Sequence[str]

    @property
    def cells(self) -> list[ChangedCell]:
        """Every cell that is not the same, in the order of the sheets."""
        return [cell for sheet in self.sheets for cell in sheet.cells]

    @property
    def compared(self) -> int:
        """How many cells were held against one another."""
        return sum(sheet.compared for sheet in self.sheets)


def compare(before: Book, after: Book, *, shared_lines_only: bool = False) -> Compared:
    """Two returns cell by cell; of returns that cover different ground only the lines that both have."""
    earlier, later = ({sheet.name: sheet for sheet in book.sheets} for book in (before, after))
    both = [name for name in later if name in earlier and not (shared_lines_only and name in OF_THE_WHOLE)]
    return Compared(
        [_compare(earlier[name], later[name], shared_lines_only) for name in both],
        [name for name in earlier if name not in later],
        [name for name in later if name not in earlier],
    )


def _compare(before: Sheet, after: Sheet, shared_lines_only: bool) -> ComparedSheet:
    old, new = ({(row.key, row.part): row for row in rows_of(sheet)} for sheet in (before, after))
    if shared_lines_only:
        shared = {key for key in old.keys() & new.keys() if key[1] is Part.LINE}
        old, new = ({key: row for key, row in rows.items() if key in shared} for rows in (old, new))
    columns = _columns(before, after)
    pairs = [Pair(row, old.get(key), row) for key, row in new.items()]
    pairs += [Pair(row, row, None) for key, row in old.items() if key not in new]
    own = _own_columns(after)
    names = [column_name(column.heading) for column in after.table.columns]
    addresses = dict(zip(names, AddressedSheet(after).columns, strict=True))
    cells = [cell for pair in pairs for cell in _changed(after.name, pair, columns, own, addresses)]
    return ComparedSheet(after.name, columns, pairs, cells, len(pairs) * (len(columns) - len(own)), own)


def column_name(heading: str) -> str:
    """A column's name, which is the same while its quarter is a forecast and once it is spent."""
    return _OF_QUARTER.sub(r"\1", heading)


def _columns(before: Sheet, after: Sheet) -> dict[str, tuple[str, Shape]]:
    was = {column_name(column.heading): column for column in before.table.columns}
    found: dict[str, tuple[str, Shape]] = {}
    for column in after.table.columns:
        name = column_name(column.heading)
        earlier = was.pop(name, column)
        same = earlier.heading == column.heading
        found[name] = (column.heading if same else f"{earlier.heading}, now {column.heading}", column.shape)
    return found | {name: (column.heading, column.shape) for name, column in was.items()}


def _own_columns(sheet: Sheet) -> frozenset[str]:
    """The columns that say which row it is: they are the same wherever a row is."""
    return frozenset(column_name(heading) for heading in _identity(sheet))


def _identity(sheet: Sheet) -> Sequence[str]:
    """The columns that say what a row is about; the number of a note is only its place."""
    return ("Note", "About") if sheet.name == "Notes" else AddressedSheet(sheet).identifying


def rows_of(sheet: Sheet) -> Iterator[Row]:
    """The rows of a sheet with what each is about; the second of two that say the same is told from the first."""
    table = sheet.table
    names = [column_name(column.heading) for column in table.columns]
    places = [table.places[heading] for heading in _identity(sheet)]
    seen: dict[tuple[RowKey, Part], int] = {}
    addresses = AddressedSheet(sheet).rows
    if not table.empty:
        for number, cells in enumerate(zip(*table.cells, strict=True)):
            part = Part.LINE if number < len(table.lines) else Part.SUBTOTAL
            key = tuple(_plain(str(cells[place])) for place in places)
            count = seen[key, part] = seen.get((key, part), 0) + 1
            told = dict(zip(names, cells, strict=True))
            yield Row(key if count == 1 else (*key, f"({count})"), part, told, addresses[number])
    if table.totals:
        told = {name: cell for name, cell in zip(names[1:], table.totals[1:], strict=True) if cell is not None}
        yield Row((TOTAL,), Part.TOTAL, told, addresses[-1])


def _plain(text: str) -> str:
    """What a row is about, without what a quarter more makes of the words, and without the numbers of notes."""
    return _NUMBERED.sub("note", column_name(text))


def _changed(
    sheet: str,
    pair: Pair,
    columns: Mapping[str, tuple[str, Shape]],
    own: frozenset[str],
    addresses: Mapping[str, str],
) -> Iterator[ChangedCell]:
    row, was, now = pair.row, pair.was, pair.now
    change = Change.CHANGED if was and now else Change.ADDED if now else Change.REMOVED
    if change is not Change.CHANGED:
        said = _told(row, columns, own)
        there, gone = (said, None) if now else (None, said)
        yield ChangedCell(sheet, row.key, row.part, WHOLE_ROW, WHOLE_ROW, Shape.TEXT, change, gone, there)
    for name, (heading, shape) in columns.items():
        if name in own or (change is not Change.CHANGED and shape not in FIGURES):
            continue
        left, right = was.cells.get(name) if was else None, now.cells.get(name) if now else None
        if left != right and (change is Change.CHANGED or left or right):
            became = change if change is not Change.CHANGED else _became(left, right)
            at = Address(slug(sheet), now.address, addresses[name]) if now and name in addresses else None
            yield ChangedCell(sheet, row.key, row.part, name, heading, shape, became, left, right, at)


def _became(was: Cell | None, now: Cell | None) -> Change:
    return Change.ADDED if was is None else Change.REMOVED if now is None else Change.CHANGED


def _told(row: Row, columns: Mapping[str, tuple[str, Shape]], own: frozenset[str]) -> str:
    """The words of a row that is there once only."""
    words = [
        str(cell)
        for name, cell in row.cells.items()
        if name not in own and columns[name][1] is Shape.TEXT and isinstance(cell, str)
    ]
    return "; ".join(words) or row.name
