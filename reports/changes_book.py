"""Two returns held against each other as a workbook: the log, every changed cell, and each sheet before and after."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from reports.cells import Cell, Value, as_text
from reports.changes import (
    FIGURES,
    WHOLE_ROW,
    ChangedCell,
    Compared,
    ComparedSheet,
    Row,
    exact,
)
from reports.common import Item, items, sheet
from reports.proving import proved
from reports.sheets import Book, Column, Shape, Sheet, Table, text

MARKS = (
    "▲ is more than before, ▼ is less, ≠ is other words, + is new and − is gone. A changed cell is bold in a box, and "
    "the column “What changed” names it."
)
BEFORE, AFTER, APART = "Before", "After", "Difference"
SAME, CHANGED = "Same", "Changed"
_PLAIN = re.compile("[^A-Za-z]")


@dataclass(frozen=True)
class ChangeLine:
    """A changed cell, and where its difference came from in words."""

    cell: ChangedCell
    causes: str
    is_explained: str
    surprises: str


@dataclass(frozen=True)
class LogLine:
    """Something that differences came from; the amount is in pounds, None where it is no one amount."""

    kind: str
    what: str
    amount: Decimal | None
    by: str | None
    on: str | None
    cells: int
    sheets: str
    surprises: str


@dataclass(frozen=True)
class ChangesContent:
    """A comparison of two returns, whole."""

    before: str
    after: str
    chosen: tuple[tuple[str, str], ...]
    compared: Compared
    lines: tuple[ChangeLine, ...]
    log: tuple[LogLine, ...]
    made_by: str
    made_at: datetime


def changes_book(content: ChangesContent) -> Book:
    """The declared sheets of a comparison."""
    title = f"What changed: {content.before}, and {content.after}"
    about = [Item(BEFORE, content.before), Item(AFTER, content.after)]
    about += [Item(name, told) for name, told in content.chosen]
    about += [Item("How changed cells are marked", MARKS), Item("Made by", content.made_by)]
    return Book(
        title=as_text(title),
        subject=as_text(f"What changed: {content.after}"),
        author=as_text(content.made_by),
        marking="OFFICIAL",
        created=content.made_at.astimezone(UTC).replace(tzinfo=None),  # spreadsheets know no zones
        sheets=(
            sheet("About", title, ["Two returns, compared cell by cell."], items("About", about)),
            _log_sheet(content),
            _cells_sheet(content),
            *(_pairs_sheet(one) for one in content.compared.sheets if one.cells),
        ),
    )


def _log_sheet(content: ChangesContent) -> Sheet:
    columns: list[Column[LogLine]] = [
        text("Kind", lambda line: line.kind, 18),
        text("What it was", lambda line: line.what, 76),
        Column("Amount", lambda line: line.amount, Shape.MONEY, 16, blank="No one amount"),
        text("By", lambda line: line.by, 22, blank="Nobody named"),
        text("On", lambda line: line.on, 18, blank="No day"),
        Column("Cells changed", lambda line: line.cells, Shape.NUMBER, 10),
        text("Sheets", lambda line: line.sheets, 36),
        text("Unexpected", lambda line: line.surprises, 12),
    ]
    return sheet(
        "Change log",
        f"Change log: {content.before}, and {content.after}",
        [
            "Where every difference came from, each thing once. Unexpected is what a later quarter does not bring by "
            "itself. Amounts are in pounds."
        ],
        Table("ChangeLog", columns, content.log, "Nothing changed"),
        frozen=1,
    )


def _cells_sheet(content: ChangesContent) -> Sheet:
    columns: list[Column[ChangeLine]] = [
        text("Mark", lambda line: line.cell.mark, 8),
        text("Sheet", lambda line: line.cell.sheet, 20),
        text("Row", lambda line: line.cell.about, 40),
        text("Column", lambda line: line.cell.heading, 30),
        text("Was", lambda line: line.cell.was_in_words, 30),
        text("Now", lambda line: line.cell.now_in_words, 30),
        Column("Difference in pounds", _in_pounds, Shape.MONEY, 16, blank="Not in pounds"),
        text("Other difference", _otherwise, 18, blank="None"),
        text("Where it came from", lambda line: line.causes, 70),
        text("Explained", lambda line: line.is_explained, 12),
        text("Unexpected", lambda line: line.surprises, 12),
    ]
    return sheet(
        "Changed cells",
        f"Every changed cell: {content.before}, and {content.after}",
        [f"One row for each cell that is not the same. {MARKS}"],
        Table("ChangedCells", columns, content.lines, "Nothing changed"),
        frozen=4,
    )


def _in_pounds(line: ChangeLine) -> Decimal | None:
    return line.cell.difference if line.cell.shape is Shape.MONEY else None


def _otherwise(line: ChangeLine) -> str | None:
    return None if line.cell.shape is Shape.MONEY else line.cell.apart_in_words


@dataclass(frozen=True)
class _Line:
    """A row as it was, as it is, or what lies between the two."""

    which: str
    row: Row
    told: str
    values: dict[str, Value]
    marked: frozenset[str]


def _pairs_sheet(compared: ComparedSheet) -> Sheet:
    lines = list(_lines(compared))
    columns: list[Column[_Line]] = [
        text("Row", lambda line: line.row.name, 36),
        text("Which", lambda line: line.which, 13),
        text("What changed", lambda line: line.told, 34, blank=f"See the line {APART}"),
        *(
            Column(
                heading,
                _value(name),
                shape,
                14 if shape is not Shape.TEXT else 24,
                blank="Not there",
                marked=_is_marked(name),
            )
            for name, (heading, shape) in compared.columns.items()
            if name not in compared.naming
        ),
    ]
    same = len(compared.rows) - len({(cell.row, cell.part) for cell in compared.cells})
    return sheet(
        compared.name,
        f"{compared.name}, before and after",
        [f"The rows that are not the same, as they were and as they are; {same:,} that are the same are left out."],
        Table(f"Changes{_PLAIN.sub('', compared.name)}", columns, lines, sortable=False),
        frozen=3,
    )


def _value(name: str) -> Callable[[_Line], Value]:
    return lambda line: line.values.get(name)


def _is_marked(name: str) -> Callable[[_Line], bool]:
    return lambda line: name in line.marked


def _lines(compared: ComparedSheet) -> Iterator[_Line]:
    by_row: dict[tuple[object, ...], list[ChangedCell]] = {}
    for cell in compared.cells:
        by_row.setdefault((cell.row, cell.part), []).append(cell)
    for pair in compared.rows:
        row, changed = pair.row, by_row.get((pair.row.key, pair.row.part))
        if changed is None:
            continue
        told, marked = _told(changed), frozenset(cell.column for cell in changed)
        if pair.was is None or pair.now is None:
            yield _Line(AFTER if pair.now else BEFORE, row, told, _plain(row, compared), marked)
            continue
        yield _Line(BEFORE, row, "", _plain(pair.was, compared), frozenset())
        yield _Line(AFTER, row, "", _plain(pair.now, compared), marked)
        yield _Line(APART, row, told, _apart(changed, compared), marked)


def _told(changed: Sequence[ChangedCell]) -> str:
    if changed[0].column == WHOLE_ROW:
        return f"{changed[0].mark} {WHOLE_ROW}"
    return "; ".join(f"{cell.mark} {cell.heading}" for cell in changed)


def _plain(row: Row, compared: ComparedSheet) -> dict[str, Value]:
    return {name: _as_value(cell, compared.columns[name][1]) for name, cell in row.cells.items()}


def _as_value(cell: Cell, shape: Shape) -> Value:
    if isinstance(cell, datetime):
        return date(cell.year, cell.month, cell.day)
    return cell if isinstance(cell, str) else exact(cell, shape)


def _apart(changed: Sequence[ChangedCell], compared: ComparedSheet) -> dict[str, Value]:
    by_name = {cell.column: cell for cell in changed}
    found: dict[str, Value] = {}
    for name, (_, shape) in compared.columns.items():
        cell = by_name.get(name)
        apart = cell.difference if cell is not None and shape in FIGURES else None
        found[name] = SAME if cell is None else CHANGED if apart is None else apart
    return found


def proved_changes(content: ChangesContent) -> bytes:
    """The workbook, read back and found to say what the comparison says; raises NotReconciled otherwise."""
    return proved(changes_book(content))
