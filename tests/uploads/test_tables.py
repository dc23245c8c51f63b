"""A table comes as text, by row, from CSV in any usual form and from a workbook alike."""

import io

import pytest
from xlsxwriter import Workbook

from portfolio.errors import PortfolioError
from portfolio.uploads.tables import TableRow, read_table
from tests.uploads.hostile import HOSTILE
from tests.uploads.test_opening import MIDNIGHT, MORNING

ROWS = [
    TableRow(1, ["Transactions"]),
    TableRow(2, ["Code", "Amount", "What"]),
    TableRow(4, ["A1", " 1,017.26 ", "café; two\r\nlines"]),
    TableRow(5, ["A2", "-73.11", "a|b"]),
]


def read(content: bytes, name: str = "ledger.csv") -> list[TableRow]:
    """All rows, of a table that has few."""
    return list(read_table(name, content, most_rows=100, most_columns=26))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_csv_in_every_usual_form(encoding: str, separator: str) -> None:
    lines = {row.number: separator.join(f'"{text}"' for text in row.texts) for row in ROWS}
    text = "\r\n".join(lines.get(number, separator * 2) for number in range(1, 6))
    assert read(text.encode(encoding)) == ROWS


def test_a_workbooks_first_sheet_that_is_shown_and_holds_something() -> None:
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as book:
        hidden, blank, ledger = (book.add_worksheet(title) for title in ("Hidden", "Blank", "Ledger"))
        hidden.write("A1", "no")
        hidden.hide()
        blank.activate()
        ledger.write_row("A2", ["A1", 1017.26, 0.1 + 0.2, 12, True])
        ledger.write_datetime("B4", MIDNIGHT, book.add_format({"num_format": "d mmm yy"}))
        ledger.write_datetime("C4", MORNING, book.add_format({"num_format": "d mmm yy hh:mm"}))
        ledger.write_formula("D4", "=A9", None, "")
        ledger.write_formula("E4", "=NA()", None, "#N/A")
    assert read(written.getvalue(), "ledger.xlsx") == [
        TableRow(2, ["A1", "1017.26", "0.3", "12", "TRUE"]),
        TableRow(4, ["", "2025-07-01", "2025-07-01 09:30:00", "", "#N/A"]),
    ]
    assert read(b"a\n", "one column.csv") == [TableRow(1, ["a"])]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "ledger.csv is empty"),
        (b"Code,Amount\r\nA\0,1", "bytes that are no text"),
        (b"Code,Amount\r\nA\x81,1", "bytes that are no text"),
        (b'Code,Amount\r\nA1,"5\r\nA2,6\r\n', "Row 2 of ledger.csv cannot be read: a quotation mark is not closed"),
        (b"Code\r\n" * 101, "more than 100 rows"),
        (b"Code" + b"," * 26, "Row 1 of ledger.csv has 27 columns; at most 26"),
        (HOSTILE["old .xls"][0](), "an old Excel workbook (.xls)"),
        (HOSTILE["web page"][0](), "a web page"),
    ],
)
def test_what_cannot_be_read_is_said(content: bytes, words: str) -> None:
    with pytest.raises(PortfolioError) as refused:
        read(content)
    assert words in refused.value.sentence
