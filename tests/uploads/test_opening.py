"""A workbook is read as people see it, whatever program wrote it; what is none is refused in one sentence."""

import io
import random
from collections.abc import Callable
from contextlib import suppress
from datetime import date, datetime, time

import pytest
from openpyxl import Workbook as OpenWorkbook
from xlsxwriter import Workbook

from portfolio.uploads.cells import Cell, ErrorValue
from portfolio.uploads.opening import NotAWorkbook, opened
from tests.uploads.hostile import HOSTILE, MAIN, parts_of, plain, told, with_parts, with_sheet
from tests.uploads.samples import zipped

DEAR = {"a million blank rows", "millions of blank cells", "zip bomb"}
"""Up to a second of CPU each, or as much to make: the benchmark's."""


MIDNIGHT, MORNING = datetime(2025, 7, 1), datetime(2025, 7, 1, 9, 30)  # noqa: DTZ001 - cells have no zone


def cells_of(content: bytes, *, most_rows: int = 100, most_columns: int = 26) -> dict[str, list[Cell]]:
    """Every cell that holds something, by the sheet's title."""
    with opened(content, most_rows=most_rows, most_columns=most_columns) as book:
        return {sheet.title: [cell for row in sheet.rows() for cell in row] for sheet in book.sheets}


def values_of(content: bytes) -> dict[str, object]:
    """The first sheet's values by their address."""
    return {cell.place: cell.value for cell in next(iter(cells_of(content).values()))}


@pytest.mark.parametrize(
    ("make", "words"), [pytest.param(*HOSTILE[name], id=name) for name in sorted(HOSTILE.keys() - DEAR)]
)
def test_what_is_no_workbook_is_refused_in_a_sentence(make: Callable[[], bytes], words: str) -> None:
    with pytest.raises(NotAWorkbook) as refused:
        cells_of(make(), most_rows=20_000, most_columns=60)
    assert words in refused.value.sentence
    assert refused.value.__cause__ is None or refused.value.sentence.startswith("This workbook is damaged")


def test_values_are_what_people_see() -> None:
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Figures")
        day, clock = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_format({"num_format": "[h]:mm"})
        euro, percent = book.add_format({"num_format": "[$€-2] #,##0.00"}), book.add_format({"num_format": "0%"})
        sheet.write_row("A1", ["£1,234.50 ", "caf\u00e9\n\u202f", 12, 1017.26, -73.11])
        sheet.write_boolean("F1", True)
        sheet.write_datetime("A2", MIDNIGHT, day)
        sheet.write_datetime("B2", MORNING, day)
        sheet.write_number("C2", 0.5, clock)
        sheet.write_number("D2", 5, euro)
        sheet.write_number("E2", 0.25, percent)
        sheet.write_formula("A3", "=1/0", None, "#DIV/0!")
        sheet.write_formula("B3", "=A1", None, "a text")
        sheet.write_formula("C3", "=1+1", None, 2)
        sheet.write_blank("D3", None, day)
        sheet.write_rich_string("E3", "in ", book.add_format({"bold": True}), "two", " pieces")
        sheet.merge_range("A5:C6", "merged", day)
        book.add_worksheet("Hidden").hide()
        chart = book.add_chart({"type": "line"})
        chart.add_series({"values": "=Figures!$C$1:$D$1"})
        book.add_chartsheet("Chart").set_chart(chart)
    found = values_of(written.getvalue())
    assert found == {
        "A1": "£1,234.50 ",
        "B1": "café\n\u202f",
        "C1": 12,
        "D1": 1017.26,
        "E1": -73.11,
        "F1": True,
        "A2": date(2025, 7, 1),
        "B2": MORNING,
        "C2": time(12),
        "D2": 5,
        "E2": 0.25,
        "A3": "#DIV/0!",
        "B3": "a text",
        "C3": 2,
        "E3": "in two pieces",
        "A5": "merged",
    }
    with opened(written.getvalue(), most_rows=100, most_columns=26) as book:
        assert [(sheet.title, sheet.hidden, sheet.index) for sheet in book.sheets] == [
            ("Figures", False, 0),
            ("Hidden", True, 1),
        ]
        cells = {cell.place: cell for row in book.sheets[0].rows() for cell in row}
    assert {place for place, cell in cells.items() if cell.is_formula} == {"A3", "B3", "C3"}
    assert isinstance(cells["A3"].value, ErrorValue)
    assert (cells["D2"].format, cells["E2"].format) == ("[$€-2] #,##0.00", "0%")


def test_a_mac_that_counts_days_from_1904_has_the_same_days() -> None:
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True, "date_1904": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_datetime("A1", MIDNIGHT, book.add_format({"num_format": 14}))
    assert values_of(written.getvalue()) == {"A1": date(2025, 7, 1)}


def test_what_a_sheet_says_of_its_own_size_is_not_believed() -> None:
    forged = told("xl/worksheets/sheet1.xml", b'<dimension ref="A1:B3"/>', b'<dimension ref="A1"/>')
    assert values_of(forged) == values_of(plain())
    assert len(values_of(plain())) == 5


def test_other_programs_ways_of_writing_the_same_are_read() -> None:
    main = f'xmlns:x="{MAIN}"'.encode()
    rows = (
        b"<x:worksheet " + main + b"><x:sheetData><x:row><x:c><x:v>1</x:v></x:c>"
        b'<x:c t="inlineStr"><x:is><x:r><x:t>a_x0041_</x:t></x:r>'
        b'<x:rPh sb="0" eb="1"><x:t>no</x:t></x:rPh></x:is></x:c>'
        b'<x:c t="d"><x:v>2025-07-01</x:v></x:c><x:c t="inlineStr"/><x:c t="str"><x:f>A1</x:f></x:c>'
        b"<x:c><x:v>NaN</x:v></x:c><x:c><x:v>x</x:v></x:c></x:row></x:sheetData></x:worksheet>"
    )
    found = {"A1": 1, "B1": "aA", "C1": date(2025, 7, 1), "E1": None, "F1": "NaN", "G1": "x"}
    assert values_of(with_parts({"xl/worksheets/sheet1.xml": rows})) == found
    in_two_bytes = b"\xff\xfe" + rows.decode().encode("utf-16-le")
    assert values_of(with_parts({"xl/worksheets/sheet1.xml": in_two_bytes})) == found
    strict = {
        name: part.replace(MAIN.encode(), b"http://purl.oclc.org/ooxml/spreadsheetml/main").replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/", b"http://purl.oclc.org/ooxml/officeDocument/"
        )
        for name, part in parts_of(plain()).items()
    }
    assert values_of(zipped(strict)) == values_of(plain())
    backwards = {name.replace("/", "\\").upper(): part for name, part in parts_of(plain()).items()}
    assert values_of(zipped(backwards)) == values_of(plain())


def test_letters_and_numbers_that_are_none_are_not_handed_on() -> None:
    texts = ("_xD83D__xDE00_", "_xD800_.", "_xFFFF__x0041__x0000_", "caf\u00e9 _x")
    cells = b"".join(b'<c t="inlineStr"><is><t>%b</t></is></c>' % text.encode() for text in texts)
    row = b'<row r="1">' + cells + b"<c><v>%b</v></c></row>" % (b"9" * 400)
    read = [cell.value for cell in next(iter(cells_of(with_sheet(row)).values()))]
    assert read == ["\N{GRINNING FACE}", "\ufffd.", "\ufffdA\ufffd", "caf\u00e9 _x", "9" * 400]


def test_a_number_that_is_no_day_stays_a_number() -> None:
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as book:
        form = book.add_format({"num_format": 14})
        book.add_worksheet().write_column(0, 0, (-5, 2_958_466, 1e300, 1, 60, 61), form)
    assert list(values_of(written.getvalue()).values()) == [
        *(-5, 2_958_466, 1e300),
        *(date(1900, 1, 1), date(1900, 2, 28), date(1900, 3, 1)),
    ]


def test_blank_cells_far_outside_stand_in_nobodys_way() -> None:
    far = with_sheet(b'<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>')
    assert values_of(far) == {"A1": 1}


def test_a_damaged_workbook_is_read_or_refused_and_nothing_else() -> None:
    book = OpenWorkbook()
    sheet = book.active
    assert sheet is not None
    for row in range(1, 30):
        sheet.append([f"SVD-25-{row:02}", row * 1.37, date(2025, 7, 1), f"=B{row}"])
    written = io.BytesIO()
    book.save(written)
    pieces = parts_of(written.getvalue())
    chance = random.Random(11)  # noqa: S311 - the same damage every time
    for packed in (True, False):
        for _ in range(60):
            if packed:
                content = bytearray(written.getvalue())
                for _ in range(chance.randint(1, 4)):
                    content[chance.randrange(len(content))] = chance.randrange(256)
                broken = bytes(content)
            else:
                name = chance.choice(sorted(pieces))
                part = bytearray(pieces[name])
                start = chance.randrange(len(part))
                part[start : start + chance.randint(0, 6)] = bytes(
                    chance.choices(b'<>/"=&;A0 r', k=chance.randint(0, 4))
                )
                broken = zipped({**pieces, name: bytes(part)})
            with suppress(NotAWorkbook):
                cells_of(broken)
