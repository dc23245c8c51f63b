"""Read a workbook back, with another library than wrote it, and compare every cell with what the book says."""

import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from itertools import zip_longest

from portfolio.money import format_pounds
from portfolio.quarters import format_day
from reports.sheets import Book, Shape, Sheet, letters

# openpyxl loads numpy where it is installed, only to know number types that no file holds, and that takes longer than
# reading a return. So it is told that there is none, unless something else has begun to load it.
if sys.modules.keys().isdisjoint({"numpy", "matplotlib"}):  # pragma: no branch - which is loaded first is chance
    sys.modules["numpy"] = None  # type: ignore[assignment]  # Python's own way to say that a module is not there
    import openpyxl  # noqa: F401

    del sys.modules["numpy"]

from openpyxl import Workbook, load_workbook

Row = Sequence[object]
MOST = 100
"""Differences that are listed; the rest are counted."""


def differences(book: Book, workbook: bytes) -> list[str]:
    """A sentence for each sheet, row or cell that is not as the book says; none where the file is right.

    Figures are compared as the doubles that both sides keep: two amounts that differ by a penny differ here.
    """
    try:
        file = load_workbook(BytesIO(workbook), read_only=True, data_only=True)
        found = [*_compare_sheets(book, file.sheetnames), *_compare_cells(book, file)]
    except Exception as error:  # a damaged file fails in as many ways as there are bytes to damage
        return [f"The file cannot be read as a workbook: {type(error).__name__}: {error}"]
    return found if len(found) <= MOST else [*found[:MOST], f"and {len(found) - MOST:,} more differences"]


def _compare_sheets(book: Book, names: Sequence[str]) -> Iterator[str]:
    expected = [sheet.name for sheet in book.sheets]
    yield from (f"The sheet {name} is missing" for name in expected if name not in names)
    yield from (f"The sheet {name} is not part of the return" for name in names if name not in expected)
    if set(names) == set(expected) and list(names) != expected:
        yield f"The sheets stand in the order {', '.join(names)}, not {', '.join(expected)}"


def _compare_cells(book: Book, file: Workbook) -> Iterator[str]:
    for sheet in book.sheets:
        if sheet.name in file.sheetnames:
            paper = file[sheet.name]
            paper.reset_dimensions()  # what a file says of its own size is not to be relied on
            yield from _compare_rows(sheet, book, paper.iter_rows(values_only=True))


def _compare_rows(sheet: Sheet, book: Book, rows: Iterable[Row]) -> Iterator[str]:
    for number, (said, read) in enumerate(zip_longest(_rows(sheet, book), rows, fillvalue=()), start=1):
        if said != read:
            yield from _compare_row(sheet, number, said, read)


def _rows(sheet: Sheet, book: Book) -> Iterator[Row]:
    """Every row of a sheet as it is to be read."""
    yield (sheet.title,)
    for line in sheet.introduction:
        yield (line,)
    yield tuple(book.headings(sheet))
    yield from zip(*sheet.table.cells, strict=True)
    if sheet.table.totals:
        yield tuple(sheet.table.totals)


def _compare_row(sheet: Sheet, number: int, said: Row, read: Row) -> Iterator[str]:
    for place, (right, there) in enumerate(zip_longest(said, read)):
        if reads_as(right, there):
            continue
        in_pounds = place < len(sheet.table.columns) and sheet.table.columns[place].shape is Shape.MONEY
        yield (
            f"{sheet.name}!{letters(place)}{number} is {_shown(there, in_pounds)}, "
            f"the return says {_shown(right, in_pounds)}"
        )


def reads_as(said: object, read: object) -> bool:
    """Whether a cell that was read is the one that was written."""
    # openpyxl takes every x005F_ in a text for an escape, and drops it
    return said == read or (isinstance(said, str) and said.replace("x005F_", "") == read)


def rows_of(workbook: bytes, sheet: str) -> list[Row]:
    """Every row of a sheet of a workbook, as it is read."""
    paper = load_workbook(BytesIO(workbook), read_only=True)[sheet]
    paper.reset_dimensions()
    return list(paper.iter_rows(values_only=True))


def _shown(cell: object, in_pounds: bool) -> str:
    if cell is None:
        return "empty"
    if isinstance(cell, datetime):
        return format_day(cell)
    if isinstance(cell, int | float):
        return format_pounds(Decimal(str(cell))) if in_pounds else str(cell)
    text = str(cell)
    return f"“{text if len(text) <= 80 else text[:79] + '…'}”"
