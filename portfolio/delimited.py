"""Tables as CSV in which nothing that somebody typed is a formula; texts are UTF-8, as Excel knows it."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from portfolio.money import format_plain

FORMULA_BEGINS = tuple("=+-@＝＋－＠\t\r\n")
"""Spreadsheet programs take a cell that begins with one of these for a formula, also in a CSV file."""
BYTE_ORDER_MARK = "\ufeff"
"""By this Excel knows that a file is UTF-8."""
AT_ONCE = 32_768
"""Characters that are gathered before they are handed on."""


def safe_cell(text: str) -> str:
    """A text as a cell of a CSV file: behind an apostrophe where it would be taken for a formula."""
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def csv_lines(headings: Sequence[str], rows: Iterable[Sequence[str | Decimal]]) -> Iterator[str]:
    """A CSV file in pieces, however long it is.

    Amounts are `Decimal` pounds and stay figures below zero too; texts are never taken for formulas.
    """
    yield BYTE_ORDER_MARK
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else format_plain(cell) for cell in row])
        if written.tell() > AT_ONCE:
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()


def csv_file(headings: Sequence[str], rows: Iterable[Sequence[str | Decimal]]) -> bytes:
    """A whole CSV file."""
    return "".join(csv_lines(headings, rows)).encode()
