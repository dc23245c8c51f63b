"""Read a workbook back, with another library than wrote it, and compare every cell with what the book says."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from itertools import zip_longest

from reports.cells import day
from reports.sheets import Book, Shape, Sheet, letters

Row = Sequence[object]
MOST = 100
"""Differences that are listed; the rest are counted."""


def differences(book: Book, workbook: bytes) -> list[str]:
    """A sentence for each sheet, row or cell that is not as the book says; none where the file is right.

    Figures are compared as the doubles that both sides keep: two amounts that differ by a penny differ here.
    """
    from openpyxl import load_workbook  # 0.2 s of CPU, needed only here

    file = load_workbook(BytesIO(workbook), read_only=True, data_only=True)
    try:
        expected = [sheet.name for sheet in book.sheets]
        found = [f"The sheet {name} is missing" for name in expected if name not in file.sheetnames]
        found += [
            f"There is a sheet {name} that the return does not have" for name in file.sheetnames if name not in expected
        ]
        if not found and file.sheetnames != expected:
            found.append(f"The sheets are in the order {', '.join(file.sheetnames)}, not {', '.join(expected)}")
        for sheet in book.sheets:
            if sheet.name in file.sheetnames:
                paper = file[sheet.name]
                paper.reset_dimensions()  # what a file says of its size is not to be relied on
                found += _compare(sheet, book, paper.iter_rows(values_only=True))
    finally:
        file.close()
    return found if len(found) <= MOST else [*found[:MOST], f"and {len(found) - MOST} more differences"]


def _compare(sheet: Sheet, book: Book, rows: Iterator[Row]) -> Iterator[str]:
    for number, (said, read) in enumerate(zip_longest(_rows(sheet, book), rows), start=1):
        if said is None:
            if any(cell is not None for cell in read):
                yield f"{sheet.name}, row {number} is not in the return: {_row_shown(read)}"
        elif read is None:
            yield f"{sheet.name}, row {number} is missing: the return says {_row_shown(said)}"
        elif said != read:
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
        if right == there or (isinstance(right, str) and right.replace("x005F_", "") == there):
            continue  # openpyxl takes every x005F_ for an escape, and drops it
        money = (
            number > sheet.header_row and sheet.table.columns[place].shape is Shape.MONEY
            if place < len(sheet.table.columns)
            else False
        )
        yield f"{sheet.name}!{letters(place)}{number} is {_shown(there, money)}, the return says {_shown(right, money)}"


def _shown(cell: object, money: bool) -> str:
    if cell is None:
        return "empty"
    if isinstance(cell, datetime):
        return day(cell)
    if isinstance(cell, int | float) and money:
        return f"£{Decimal(str(cell)):,.2f}".replace("£-", "−£")
    return f"“{cell if len(cell) <= 80 else cell[:79] + '…'}”" if isinstance(cell, str) else str(cell)


def _row_shown(row: Row) -> str:
    shown = [_shown(cell, money=False) for cell in row if cell is not None]
    return ", ".join(shown[:4]) or "an empty row"
