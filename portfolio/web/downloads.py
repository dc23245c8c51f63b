"""Files to be kept, never shown: as they are, or tables as CSV in which nothing that somebody typed is a formula."""

import csv
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from flask import Response, send_file, stream_with_context

from portfolio.money import format_plain

FORMULA_BEGINS = tuple("=+-@＝＋－＠\t\r\n")
"""Spreadsheet programs take a cell that begins with one of these for a formula, also in a CSV file."""
MOST_OF_NAME = 120
"""Letters of a file's name, from its end, where its kind stands; file systems take 255 bytes."""
BYTE_ORDER_MARK = "\ufeff"
"""By this Excel knows that a file is UTF-8."""


def file_download(name: str, content: bytes, kind: str) -> Response:
    """A file, to be saved under a name."""
    return send_file(io.BytesIO(content), kind, as_attachment=True, download_name=safe_name(name))


def sent_file(name: str, content: bytes, kind: str) -> Response:
    """A file that somebody sent, to be saved; where a browser opens it all the same, nothing in it runs."""
    answer = file_download(name, content, kind)
    answer.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    return answer


def safe_name(name: str) -> str:
    """A name that is no path, no header and no hidden file, whatever it is made of; its letters may be of any language.

    What is not ASCII travels as RFC 5987 has it, beside a plain name for old browsers.
    """
    return re.sub(r"[^\w.()-]+", "_", name)[-MOST_OF_NAME:].lstrip("._") or "file"


def safe_cell(text: str) -> str:
    """A text as a cell of a CSV file: behind an apostrophe where it would be taken for a formula."""
    return f"'{text}" if text.startswith(FORMULA_BEGINS) else text


def csv_download(name: str, headings: Sequence[str], rows: Iterable[Sequence[str | Decimal]]) -> Response:
    """A CSV file that is written while it is sent, however long it is; its name is ours, never somebody's text.

    Amounts are `Decimal` pounds and stay figures below zero too; texts are never taken for formulas.
    """
    answer = Response(stream_with_context(_lines(headings, rows)), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer


def _lines(headings: Sequence[str], rows: Iterable[Sequence[str | Decimal]]) -> Iterator[str]:
    yield BYTE_ORDER_MARK
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(headings)
    for row in rows:
        writer.writerow([safe_cell(cell) if isinstance(cell, str) else format_plain(cell) for cell in row])
        if written.tell() > 32_768:
            yield written.getvalue()
            written.seek(0)
            written.truncate()
    yield written.getvalue()
