"""Files to be kept, never shown: as they are, or tables as CSV that is written while it is sent."""

import io
import re
from collections.abc import Iterable, Sequence
from decimal import Decimal

from flask import Response, send_file, stream_with_context

from portfolio.delimited import csv_lines

MOST_OF_NAME = 120
"""Letters of a file's name, from its end, where its kind stands; file systems take 255 bytes."""


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


def csv_download(name: str, headings: Sequence[str], rows: Iterable[Sequence[str | Decimal]]) -> Response:
    """A CSV file that is written while it is sent, however long it is; its name is ours, never somebody's text.

    Amounts are `Decimal` pounds and stay figures below zero too; texts are never taken for formulas.
    """
    answer = Response(stream_with_context(csv_lines(headings, rows)), content_type="text/csv; charset=utf-8")
    answer.headers.set("Content-Disposition", "attachment", filename=name)
    return answer
