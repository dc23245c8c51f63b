"""Workbooks of claims as plain tables of values: changed as people change them, and written by three programs."""

import io
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from openpyxl import Workbook as OpenWorkbook
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet
from xlsxwriter import Workbook

from portfolio.uploads.cells import letters

Grid = dict[str, list[list[Any]]]
"""Rows of values by the sheet's title; a text that begins with = is a formula."""


@dataclass(frozen=True)
class Shown:
    """A number with the format that somebody gave its cell."""

    number: float
    format: str


@dataclass(frozen=True)
class Spot:
    """A cell of a grid; row and column count from nought."""

    sheet: str
    row: int
    column: int

    def __str__(self) -> str:
        return f"{self.sheet}!{letters(self.column + 1)}{self.row + 1}"


def grid_of(content: bytes) -> Grid:
    """A workbook's cells, formulas as formulas."""
    book = load_workbook(io.BytesIO(content))
    return {sheet.title: [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets}


def head(grid: Grid, sheet: str) -> int:
    """The row of a sheet's headings, from nought: the first that fills more than two cells, or Start's second."""
    return next(
        number
        for number, row in enumerate(grid[sheet])
        if sum(value is not None for value in row) > 2 or row[:2] == ["Item", "Detail"]
    )


def spot(grid: Grid, sheet: str, heading: str, *keys: str) -> Spot:
    """The cell under a heading in the first row that holds all of the keys."""
    top = head(grid, sheet)
    column = grid[sheet][top].index(heading)
    for number, row in enumerate(grid[sheet][top + 1 :], start=top + 1):
        if all(key in row for key in keys):
            return Spot(sheet, number, column)
    raise LookupError(keys)


def put(grid: Grid, at: Spot, value: Any) -> None:
    """Type something into a cell."""
    row = grid[at.sheet][at.row]
    row.extend([None] * (at.column + 1 - len(row)))
    row[at.column] = value


def by_openpyxl(form: bytes, grid: Grid) -> bytes:
    """The form itself, opened and saved by openpyxl, with a grid's sheets and cells."""
    book = load_workbook(io.BytesIO(form))
    for title in [sheet.title for sheet in book.worksheets if sheet.title not in grid]:
        book.remove(book[title])
    for title, rows in grid.items():
        sheet: Worksheet = book[title] if title in book.sheetnames else book.create_sheet(title)
        for number in range(max(len(rows), sheet.max_row)):
            row = rows[number] if number < len(rows) else []
            for column in range(max(len(row), sheet.max_column)):
                _fill(sheet, number, column, row[column] if column < len(row) else None)
    return _saved(book)


def _fill(sheet: Worksheet, row: int, column: int, value: Any) -> None:
    cell = sheet.cell(row + 1, column + 1)
    cell.value = value.number if isinstance(value, Shown) else value
    if isinstance(value, Shown):
        cell.number_format = value.format


def _saved(book: OpenWorkbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


def by_xlsxwriter(grid: Grid, *, epoch_1904: bool = False) -> bytes:
    """A workbook of the same cells as another program makes it that knows nothing of the form."""
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True, "date_1904": epoch_1904, "nan_inf_to_errors": True}) as book:
        day, moment = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "dd/mm/yy hh:mm"})
        for title, rows in grid.items():
            sheet = book.add_worksheet(title)
            for number, row in enumerate(rows):
                for column, value in enumerate(row):
                    match value:
                        case None:
                            continue
                        case Shown():
                            shown = book.add_format({"num_format": value.format})
                            sheet.write_number(number, column, value.number, shown)
                        case str() if value.startswith("="):
                            sheet.write_formula(number, column, value)
                        case str():
                            sheet.write_string(number, column, value)
                        case datetime() | time():
                            sheet.write_datetime(number, column, value, moment)
                        case date():
                            sheet.write_datetime(number, column, value, day)
                        case _:
                            sheet.write(number, column, value)
    return written.getvalue()
