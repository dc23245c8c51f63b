"""Reads a workbook of claims as it came back: sheets by their headings, rows by their keys, wherever they stand now.

What cannot be read is said of the sheet and the cell where it stands, and everything else is read all the same.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from portfolio.errors import PortfolioError
from portfolio.spend.rules import RAG
from portfolio.spend.workbooks.faults import Fault
from portfolio.spend.workbooks.layout import (
    CHECKS,
    LAYOUTS,
    MOST,
    MOST_COLUMNS,
    MOST_ROWS,
    REQUIRED,
    START,
    Kind,
    Layout,
)
from portfolio.spend.workbooks.values import alike, colour_in, key_in, pounds_in, text_in
from portfolio.uploads.cells import Cell, letters
from portfolio.uploads.opening import NotAWorkbook, Sheet, opened
from reports.claim_content import DETAIL, ITEM, PARTNERSHIP, REFERENCE, STREAM

Entered = Decimal | RAG | str | None
DEEPEST_HEADER = 40
"""Rows from the top in which a table's headings are looked for."""
DOWNLOAD = "Download the workbook again, and copy what you typed into it"
CARRIED_DOWN = (REFERENCE, PARTNERSHIP, STREAM)
"""Keys that a merged cell says once for several rows."""


@dataclass(frozen=True)
class Row:
    """A row of a table: what names it, and what was typed in it. What could not be read is not among the entries."""

    number: int
    keys: Mapping[str, str]
    entries: Mapping[str, Entered]


@dataclass
class Table:
    """A table as it was found: in which sheet, under which letters its columns stand, and its rows."""

    layout: Layout
    sheet: str
    columns: Mapping[str, int]
    header: int
    rows: list[Row] = field(default_factory=list)

    def cell(self, row: int, heading: str) -> str | None:
        """The address of a row's cell under a heading; None where the column is gone."""
        column = self.columns.get(heading)
        return None if column is None else letters(column) + str(row)


@dataclass
class Filled:
    """What a workbook holds: its tables by their layout, and what is wrong with it."""

    tables: dict[Layout, Table] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    is_readable: bool = True

    def rows(self, layout: Layout) -> list[Row]:
        """The rows of a table; none where the workbook has no such table."""
        found = self.tables.get(layout)
        return [] if found is None else found.rows

    def told(self) -> dict[str, str]:
        """What the Start sheet says of the workbook, by item."""
        return {row.keys[ITEM]: str(row.entries.get(DETAIL) or "") for row in self.rows(START)}

    def cell_of(self, item: str) -> tuple[str | None, str | None]:
        """The sheet and cell in which the Start sheet says something."""
        table = self.tables.get(START)
        if table is None:
            return None, None
        numbers = (row.number for row in table.rows if row.keys[ITEM] == item)
        return table.sheet, table.cell(next(numbers, table.header), DETAIL)


def read(content: bytes) -> Filled:
    """Everything that a workbook holds. Raises NotAWorkbook for a file that is none, or is too large to be read."""
    filled = Filled()
    with opened(content, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS) as book:
        for sheet in sorted(book.sheets, key=lambda sheet: sheet.hidden):
            _read_sheet(sheet, filled)
    for layout in REQUIRED:
        if layout not in filled.tables:
            filled.faults.append(
                Fault(None, None, f"The sheet “{layout.name}” is missing: no sheet has its headings. {DOWNLOAD}")
            )
    return filled


def refuse_others(content: bytes) -> None:
    """Raise NotAWorkbook for a file that is no workbook, or one that does harm, before anything is read of it."""
    try:
        with opened(content, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS):
            return
    except NotAWorkbook as error:
        raise error.at("file") from error


def read_or_say(content: bytes) -> Filled:
    """Everything that a workbook holds; that it cannot be read is a fault like any other."""
    try:
        return read(content)
    except NotAWorkbook as error:
        return Filled(faults=[Fault(None, None, error.sentence)], is_readable=False)


def _read_sheet(sheet: Sheet, filled: Filled) -> None:
    rows = sheet.rows()
    table = _table_in(sheet, rows, filled)
    if table is None or table.layout is CHECKS:
        return
    if table.layout in filled.tables:
        # Hidden sheets come last: a hidden copy of what is there already is nobody's answer.
        if not sheet.hidden:
            other = filled.tables[table.layout].sheet
            sentence = f"The sheets “{other}” and “{sheet.title}” have the same table. Delete the one that is wrong"
            filled.faults.append(Fault(sheet.title, table.cell(table.header, table.layout.headings[0]), sentence))
        return
    filled.tables[table.layout] = table
    if all(heading in table.columns for heading in table.layout.keys):
        _read_rows(rows, table, filled)


def _table_in(sheet: Sheet, rows: Iterator[list[Cell]], filled: Filled) -> Table | None:
    """The table whose headings stand in one of a sheet's first rows; the rows after it are left to be read."""
    for cells in rows:
        if cells[0].row > DEEPEST_HEADER:
            return None
        said = [(alike(key_in(cell)), cell) for cell in cells]
        layout = _known_by({text for text, _ in said})
        if layout is not None:
            return _headed(sheet, layout, said, filled)
    return None


def _known_by(headings: set[str]) -> Layout | None:
    """The layout that most of its headings speak for; one or two may have been overwritten."""

    def share(layout: Layout) -> float:
        return sum(alike(heading) in headings for heading in layout.headings) / len(layout.headings)

    best = max(LAYOUTS, key=share)
    return best if share(best) >= (1 if best is START else 0.7) else None


def _headed(sheet: Sheet, layout: Layout, said: Iterable[tuple[str, Cell]], filled: Filled) -> Table:
    columns: dict[str, int] = {}
    known = {alike(heading): heading for heading in layout.headings}
    header = 0
    for text, cell in said:
        header = cell.row
        heading = known.get(text)
        if heading is not None and heading in columns:
            sentence = f"Two columns are headed “{heading}”. Delete the one that is wrong"
            filled.faults.append(Fault(sheet.title, cell.place, sentence))
        elif heading is not None:
            columns[heading] = cell.column
    for heading in layout.headings:
        if heading not in columns:
            sentence = f"The column “{heading}” is missing: no cell of row {header} says so. Put its heading back"
            filled.faults.append(Fault(sheet.title, f"A{header}", sentence))
    return Table(layout, sheet.title, columns, header)


def _read_rows(rows: Iterable[list[Cell]], table: Table, filled: Filled) -> None:
    keys = [(heading, table.columns[heading]) for heading in table.layout.keys]
    entries = [
        (heading, kind, table.columns[heading])
        for heading, kind in table.layout.entries.items()
        if heading in table.columns
    ]
    wanted = frozenset(table.columns.values())
    above: dict[str, str] = {}
    for cells in rows:
        by_column = {cell.column: cell for cell in cells if cell.column in wanted}
        named = {heading: key_in(by_column.get(column)) for heading, column in keys}
        typed = [entry for entry in entries if entry[2] in by_column]
        if not typed and not any(named.values()):
            continue
        number = cells[0].row
        for heading in CARRIED_DOWN:
            if named.get(heading) == "" and heading in above:
                named[heading] = above[heading]
        above = named
        said = {heading: None if kind is not Kind.TEXT else "" for heading, kind, _ in entries}
        entered: dict[str, Entered] = dict(said)
        for heading, kind, column in typed:
            cell = by_column[column]
            try:
                entered[heading] = _entry(cell, kind, heading)
            except PortfolioError as error:
                del entered[heading]
                filled.faults.append(Fault(table.sheet, cell.place, error.sentence, code=error.code))
        table.rows.append(Row(number, named, entered))


def _entry(cell: Cell, kind: Kind, heading: str) -> Entered:
    match kind:
        case Kind.POUNDS:
            return pounds_in(cell)
        case Kind.COLOUR:
            return colour_in(cell)
        case Kind.TEXT:
            return text_in(cell, MOST.get(heading, 0))
