"""Tables as CSV files that spreadsheet programs open as text: nothing that somebody typed is a formula there."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from flask import Response, stream_with_context

FORMULA_BEGINS = ("=", "+", "-", "@", "\t", "\r")
"""Spreadsheet programs take a cell that begins with one of these for a formula, also in a CSV file."""
BYTE_ORDER_MARK = "\ufeff"
"""By this Excel knows that a file is UTF-8."""


def safe_cell(text: str) -> str:
    """A text as a cell of a CSV file: behind an apostrophe where it would be taken for a formula."""
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def csv_download(name: str, headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Response:
    """A CSV file that is written while it is sent, however long it is; its name is ours, never somebody's text."""
    answer = Response(stream_with_context(_lines(headings, rows)), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _lines(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([safe_cell(text) for text in row])
        if written.tell() > 32_768:
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()
