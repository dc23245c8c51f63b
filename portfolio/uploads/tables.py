"""Opens a table that somebody sent, CSV or Excel, as rows of text: the figures are judged by whoever asked for them."""

import codecs
import csv
import io
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from itertools import islice
from typing import NamedTuple

from portfolio.errors import PortfolioError
from portfolio.uploads.cells import Value
from portfolio.uploads.opening import opened
from portfolio.uploads.packages import MOST_MARKS

_WITH_MARK = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SEPARATORS = ",;\t|"
_AGAIN = "Save it again as “CSV UTF-8” or as an Excel workbook (.xlsx), and upload that"


class NotATable(PortfolioError):
    """A file that cannot be read as a table; the sentence says why, and what to do."""


class TableRow(NamedTuple):
    """One row that holds something: its number as a spreadsheet shows it, and its texts from the first column on."""

    number: int
    texts: list[str]


def read_table(name: str, content: bytes, *, most_rows: int, most_columns: int) -> Iterator[TableRow]:
    """The rows of a CSV file, or of a workbook's first sheet that is shown and holds something.

    Amounts and dates keep the text they were sent as; a workbook's are written 1017.26 and 2025-07-01.
    Raises NotATable or NotAWorkbook, some of it only while the rows are read.
    """
    if not content.strip(b"\0\r\n\t "):
        raise NotATable(f"{name} is empty. Check that it was saved, and upload it again")
    if content.lstrip(b"\xef\xbb\xbf\r\n\t ").startswith(
        _NO_TEXT
    ):  # a workbook, or something else that its opening names
        return _of_workbook(content, most_rows, most_columns)
    return _of_text(name, _text(name, content), most_rows, most_columns)


_NO_TEXT = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"{\\rtf", b"<")


def shown(value: Value) -> str:
    """A cell's value as text: 1017.26, 2025-07-01, TRUE; numbers to the 15 figures that a spreadsheet keeps."""
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "TRUE" if value else "FALSE"
        case float():
            return format(value, ".15g")
        case datetime():
            return value.isoformat(" ")
        case date():
            return value.isoformat()
        case _:
            return str(value)


def _of_workbook(content: bytes, most_rows: int, most_columns: int) -> Iterator[TableRow]:
    # A ledger is long and wide: 50,000 rows of 20 columns are taken, blank ones among them.
    with opened(content, most_rows=most_rows, most_columns=most_columns, most_marks=8 * MOST_MARKS) as book:
        for sheet in book.sheets:
            found = False
            for cells in () if sheet.hidden else sheet.rows():
                found = True
                texts = [""] * cells[-1].column
                for cell in cells:
                    texts[cell.column - 1] = shown(cell.value)
                yield TableRow(cells[0].row, texts)
            if found:
                return


def _text(name: str, content: bytes) -> str:
    encodings = [encoding for mark, encoding in _WITH_MARK if content.startswith(mark)] or ["utf-8", "cp1252"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise NotATable(f"{name} holds bytes that are no text. {_AGAIN}")


def _of_text(name: str, text: str, most_rows: int, most_columns: int) -> Iterator[TableRow]:
    separator = _separator(text)
    number = 0
    try:
        for number, texts in enumerate(_records(text, separator), start=1):
            if not any(texts):
                continue
            if number > most_rows:
                raise NotATable(f"{name} has more than {most_rows:,} rows. Split it, and upload the parts one by one")
            if len(texts) > most_columns:
                raise NotATable(
                    f"Row {number} of {name} has {len(texts):,} columns; at most {most_columns} can be read. "
                    "Delete those that are not needed, and upload it again"
                )
            yield TableRow(number, texts)
    except csv.Error as error:
        raise NotATable(
            f"Row {number + 1} of {name} cannot be read: a quotation mark is not closed as it should be. {_AGAIN}"
        ) from error


def _records(text: str, separator: str) -> Iterator[list[str]]:
    # A quotation mark that is never closed would swallow rows, and their money, without a word.
    return csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)


def _separator(text: str) -> str:
    """What separates the columns: whatever splits most of the first rows into the same number of them."""

    def agreement(separator: str) -> int:
        try:
            widths = Counter(len(record) for record in islice(_records(text, separator), 50))
        except csv.Error:
            return 0
        return max(((width - 1) * count for width, count in widths.items()), default=0)

    return max(_SEPARATORS, key=agreement)
