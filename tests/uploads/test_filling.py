"""A value is written where it belongs in whatever XML a program wrote, or is refused in a sentence."""

import io
import random
import struct
import zipfile
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal

import pytest

from portfolio.errors import PortfolioError
from portfolio.uploads.areas import Area, Covering, area_of, areas_of, place_of
from portfolio.uploads.faults import FaultKind, faults
from portfolio.uploads.filling import filled, in_its_encoding, read
from portfolio.uploads.layout import NoForm
from portfolio.uploads.outline import outline
from portfolio.uploads.packages import NotAWorkbook
from portfolio.uploads.writing import Entry, day_number, day_of
from tests.refused import fields, sentences
from tests.uploads.hostile import HOSTILE, MAIN, RELATED, parts_of, told, with_parts, with_sheet
from tests.uploads.public_forms import commissioner, fund, inspectorate, ministry
from tests.uploads.samples import zipped

SHEET = "xl/worksheets/sheet1.xml"
DEAR = {
    "a million blank rows",
    "a million formats",
    "many texts",
    "millions of blank cells",
    "millions of escapes",
    "zip bomb",
    "zip bomb of many parts",
}
"""Up to a second of CPU each."""


def rows_after(rows: bytes, values: dict[str, Entry]) -> bytes:
    """The rows of a sheet once values are in its cells."""
    content = filled(with_sheet(rows), {("Spend", cell): entry for cell, entry in values.items()})
    return parts_of(content)[SHEET].partition(b"<sheetData>")[2].partition(b"</sheetData>")[0]


@pytest.mark.parametrize(
    ("rows", "cell", "entry", "expected"),
    [
        (b"", "B2", Decimal("1.50"), b'<row r="2"><c r="B2"><v>1.5</v></c></row>'),
        (b'<row r="2"/>', "B2", 0, b'<row r="2"><c r="B2"><v>0</v></c></row>'),
        (b'<row r="2" spans="3:4"></row>', "B2", True, b'<row r="2" spans="2:4"><c r="B2" t="b"><v>1</v></c></row>'),
        (
            b'<row r="2"><c r="A2"/><c  r = \'B2\' s="7" cm="1" t="s" ><v>3</v></c></row>',
            "B2",
            Decimal("-0.00"),
            b'<row r="2"><c r="A2"/><c  r = \'B2\' s="7" ><v>0</v></c></row>',
        ),
        (
            b'<row r="2"><c r="A2"/><c r="C2"/></row><row r="4"/>',
            "B2",
            "x",
            b'<row r="2"><c r="A2"/><c r="B2" t="inlineStr"><is><t xml:space="preserve">x</t></is></c><c r="C2"/></row>'
            b'<row r="4"/>',
        ),
        (b'<row r="4"/>', "A3", 1, b'<row r="3"><c r="A3"><v>1</v></c></row><row r="4"/>'),
        (b'<row r="4"><c r="A4"><v>1</v></c></row>', "A4", None, b'<row r="4"><c r="A4"/></row>'),
        (b'<row r="4"/>', "A3", None, b'<row r="4"/>'),
        (b"<row><c><v>1</v></c><c/></row>", "B1", 5, b"<row><c><v>1</v></c><c><v>5</v></c></row>"),
        (
            b'<row r="1" s="4" customFormat="1"/>',
            "A1",
            5,
            b'<row r="1" s="4" customFormat="1"><c r="A1" s="4"><v>5</v></c></row>',
        ),
    ],
)
def test_a_cell_is_written_where_it_belongs(rows: bytes, cell: str, entry: Entry, expected: bytes) -> None:
    assert rows_after(rows, {cell: entry}) == expected


def test_letters_that_xml_cannot_hold_are_written_as_the_format_has_them() -> None:
    text = "a\x01b\r\n\t_x0041_ & < 😀"
    content = filled(with_sheet(b""), {("Spend", "A1"): text})
    assert read(content, [("spend", "$A$1")]) == {("spend", "$A$1"): text}
    for letter in ("\0", "\ud83d", "\uffff"):
        at: dict[tuple[str, str], Entry] = {("Spend", "A1"): letter}
        assert f"U+{ord(letter):04X}" in sentences(lambda at=at: filled(content, at))[0]  # type: ignore[misc]


@pytest.mark.parametrize("epoch_1904", [False, True])
@pytest.mark.parametrize("day", [date(1904, 1, 2), date(2025, 10, 20), datetime(2026, 3, 31, 23, 59, 59)])  # noqa: DTZ001
def test_days_count_from_the_workbooks_own_first(day: date, epoch_1904: bool) -> None:
    content = commissioner().content if epoch_1904 else ministry().content
    title, cell = ("Monitoring's form", "E3") if epoch_1904 else ("Annex A – Claim", "B6")
    assert read(filled(content, {(title, cell): day}), [(title, cell)]) == {(title, cell): day}
    assert day_of(day_number(day, epoch_1904), epoch_1904) == date(day.year, day.month, day.day)


def test_the_first_epoch_has_a_day_that_never_was() -> None:
    assert [day_number(date(1900, *day), epoch_1904=False) for day in ((1, 1), (2, 28), (3, 1))] == [1, 59, 61]


def test_a_formula_gives_way_only_when_told() -> None:
    at = {("Tracker", "C3"): Decimal(7)}
    assert "holds a formula" in sentences(lambda: filled(fund().content, at))[0]
    content = filled(fund().content, at, over=[("tracker", "C3")])
    chain = parts_of(content)["xl/calcChain.xml"]
    assert b'<c r="C2" i="1" l="1"/><c r="C4"/>' in chain
    first = parts_of(filled(fund().content, {("Tracker", "C2"): 1}, over=[("Tracker", "C2")]))["xl/calcChain.xml"]
    assert b'<c i="1" r="C3"/><c r="C4"/>' in first
    assert read(content, at) == at


def test_cells_that_others_formulas_need_never_give_way() -> None:
    strict = inspectorate().content
    shared = {("Data", "D2"): Decimal(1)}
    assert "formula" in sentences(lambda: filled(strict, shared, over=shared))[0]
    assert filled(strict, {("Data", "D3"): 1}, over=[("Data", "D3")]) != strict
    spilt = with_sheet(
        b'<row r="1"><c r="A1"><f t="array" ref="A1:A3">ROW(1:3)</f><v>1</v></c></row>'
        b'<row r="2"><c r="A2"><v>2</v></c></row>'
    )
    for cell in ("A1", "A2", "A3"):
        assert "formula" in sentences(lambda at=("Spend", cell): filled(spilt, {at: 1}, over=[at]))[0]  # type: ignore[misc]
    assert outline(spilt).sheets[0].at((2, 1)).formula == "ROW(1:3)"


def test_everything_in_the_way_is_told_at_once() -> None:
    claim = "Annex A – Claim"
    wrong: dict[tuple[str, str], Entry] = {
        ("Nowhere", "A1"): 1,
        (claim, "A0"): 1,
        (claim, "XFE1"): 1,
        (claim, "B10"): Decimal("NaN"),
        (claim, "B11"): "x" * 32_768,
        (claim, "B6"): date(1899, 1, 1),
        (claim, "c10"): 1,
        (claim, "C10"): 2,
    }
    assert fields(lambda: filled(ministry().content, wrong)) == [
        "Nowhere!A1",
        f"{claim}!A0",
        f"{claim}!XFE1",
        f"{claim}!B10",
        f"{claim}!B11",
        f"{claim}!B6",
        f"{claim}!C10",
    ]
    assert [fault.kind.name for fault in faults(outline(ministry().content), wrong)] == [
        "NO_SHEET",
        "NO_CELL",
        "NO_CELL",
        "UNFIT",
        "UNFIT",
        "UNFIT",
        "TWICE",
    ]
    merged: dict[tuple[str, str], Entry] = {(claim, "B4"): "Dorset", (claim, "C4"): "Dorset"}
    assert "twice" in sentences(lambda: filled(ministry().content, merged))[0]
    heading: dict[tuple[str, str], Entry] = {("Tracker", "B1"): "Spend"}
    assert "heading" in sentences(lambda: filled(fund().content, heading))[0]
    assert [fault.stops for fault in faults(outline(fund().content), heading)] == [True]


def test_a_pivot_table_would_take_the_place_of_a_value() -> None:
    (fault,) = faults(outline(fund().content), {("Pivot", "B5"): Decimal(1)})
    assert (fault.kind, fault.stops) == (FaultKind.PIVOT, False)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "iso-8859-1"])
def test_a_part_keeps_its_encoding(encoding: str) -> None:
    said = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    xml = f'<?xml version="1.0" encoding="{said}"?><a b="é"></a>'.encode(encoding)
    changed = in_its_encoding(xml, lambda body: body.replace(b"></a>", ">☃é</a>".encode()))
    snowman = "&#9731;" if encoding == "iso-8859-1" else "☃"
    assert changed == f'<?xml version="1.0" encoding="{said}"?><a b="é">{snowman}é</a>'.encode(encoding)


def test_a_workbook_in_two_bytes_a_letter_is_filled_as_such() -> None:
    xml = parts_of(with_sheet(b'<row r="1"><c r="A1"><f>1+1</f></c></row>'))[SHEET].decode()
    content = with_parts({SHEET: xml.encode("utf-16")})
    after = filled(content, {("Spend", "B2"): "ja"})
    assert parts_of(after)[SHEET].decode("utf-16") == xml.replace(
        "</sheetData>",
        '<row r="2"><c r="B2" t="inlineStr"><is><t xml:space="preserve">ja</t></is></c></row></sheetData>',
    )
    assert outline(content).sheets[0].at((1, 1)).formula == "1+1"


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        (b'<calcPr calcId="124519" fullCalcOnLoad="1"/>', b"", b'</sheets><calcPr fullCalcOnLoad="1"/></workbook>'),
        (b' fullCalcOnLoad="1"/>', b" fullCalcOnLoad='0' ></calcPr>", b'fullCalcOnLoad="1" ></calcPr>'),
        (b' fullCalcOnLoad="1"/>', b" />", b'calcId="124519" fullCalcOnLoad="1"/>'),
    ],
)
def test_the_workbook_is_told_to_work_its_formulas_out(old: bytes, new: bytes, expected: bytes) -> None:
    content = filled(told("xl/workbook.xml", old, new), {("Spend", "A9"): 1})
    assert expected in parts_of(content)["xl/workbook.xml"]


def with_large_sizes(content: bytes) -> bytes:
    """The same archive, whose directory tells every size and place in the fields for more than 4 GB."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries, start = archive.infolist(), archive.start_dir
    lines = b""
    for entry in entries:
        length = 46 + len(entry.filename.encode())
        line = bytearray(content[start : start + length])
        large = struct.pack("<HHQQQ", 1, 24, entry.file_size, entry.compress_size, entry.header_offset)
        struct.pack_into("<LL", line, 20, 0xFFFFFFFF, 0xFFFFFFFF)
        struct.pack_into("<H", line, 30, len(large))
        struct.pack_into("<L", line, 42, 0xFFFFFFFF)
        lines += bytes(line) + large
        start += length
    place = content.index(b"PK\x01\x02")
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, len(entries), len(entries), len(lines), place, 0)
    return content[:place] + lines + end


def test_sizes_told_as_of_a_large_file_are_understood() -> None:
    at: dict[tuple[str, str], Entry] = {("Spend", "A9"): Decimal("0.5")}
    content = filled(with_large_sizes(with_sheet(b"")), at)
    assert read(content, at) == at
    assert {name for name, part in parts_of(with_sheet(b"")).items() if parts_of(content)[name] != part} == {SHEET}


def test_a_directory_that_lies_is_refused() -> None:
    content = bytearray(with_sheet(b""))
    place = content.index(b"PK\x01\x02")
    struct.pack_into("<L", content, place + 20, 0x7FFFFFF)
    with pytest.raises(NotAWorkbook):
        filled(bytes(content), {("Spend", "A1"): 1})


def test_a_workbook_of_nothing_but_charts_is_no_form() -> None:
    book = f'<workbook xmlns="{MAIN}" xmlns:r="{RELATED}"><sheets/></workbook>'
    with pytest.raises(NoForm, match="no sheet with cells"):
        outline(with_parts({"xl/workbook.xml": book.encode()}))


@pytest.mark.parametrize("name", sorted(HOSTILE.keys() - DEAR))
def test_what_costs_or_harms_is_refused_or_filled_but_never_breaks(name: str) -> None:
    make, _ = HOSTILE[name]
    content = make()
    with suppress(PortfolioError):
        shape = outline(content)
        filled(content, {(shape.sheets[0].title, "A1"): 1})


def test_whatever_is_broken_is_said_in_a_sentence() -> None:
    rng = random.Random(20251020)  # noqa: S311 - the same mistakes every time
    whole = parts_of(fund().content)
    for _ in range(60):
        name = rng.choice([part for part in whole if part.endswith((".xml", ".rels"))])
        part = bytearray(whole[name])
        for _ in range(rng.randint(1, 3)):
            part[rng.randrange(len(part))] = rng.choice(b'<>"=0A/ \x00')
        content = zipped({**whole, name: bytes(part)})
        with suppress(PortfolioError):
            outline(content)
        with suppress(PortfolioError):
            filled(content, {("Tracker", "B2"): 1, ("Tracker", "C2"): 2}, over=[("Tracker", "C2")])
        with suppress(PortfolioError):
            read(content, [("Tracker", "B2")])


def test_addresses() -> None:
    assert [place_of(one) for one in ("a1", "$B$2", "XFD1048576", "XFE1", "A1048577", "A0", "", "1A")] == [
        (1, 1),
        (2, 2),
        (1_048_576, 16_384),
        *[None] * 5,
    ]
    assert area_of("D9:B2") == Area(2, 2, 9, 4)
    assert area_of("$A:$B") == Area(1, 1, 1_048_576, 2)
    assert area_of("2:3") == Area(2, 1, 3, 16_384)
    assert [area_of(one) for one in ("A1:", "ZZZ:A", "A1:B2:C3", "x")] == [Area(1, 1, 1, 1), *[None] * 3]
    covering = Covering([(Area(1, 2, 1_000, 2), "tall"), (Area(5, 1, 6, 9), "short")])
    assert [covering.at(place) for place in ((5, 2), (7, 2), (6, 9), (7, 9))] == ["short", "tall", "short", None]
    assert [area.address for area in areas_of("A1 #REF! B2:C3")] == ["A1", "B2:C3"]


def test_whatever_is_written_anywhere_is_read_back_and_nothing_else_is_touched() -> None:
    rng = random.Random(2025)  # noqa: S311 - the same sheets every time
    entries: list[Entry] = [Decimal("903.27"), Decimal("-0.01"), "a & b", "", True, 12, Decimal(10) ** 12]
    for _ in range(60):
        before: dict[tuple[str, str], Entry] = {}
        rows = []
        for row in sorted(rng.sample(range(1, 12), rng.randrange(8))):
            cells = ""
            for column in sorted(rng.sample("ABCDEFGH", rng.randrange(5))):
                if rng.random() < 0.5:
                    before["Spend", f"{column}{row}"] = Decimal(row)
                    cells += f'<c r="{column}{row}" s="1"><v>{row}</v></c>'
                else:
                    cells += f'<c r="{column}{row}"/>'
            rows.append(
                f'<row r="{row}">{cells}</row>' if cells or rng.random() < 0.5 else f'<row r="{row}" spans="1:3"/>'
            )
        wanted = {("Spend", f"{rng.choice('ABCDEFGH')}{rng.randint(1, 14)}"): rng.choice(entries) for _ in range(6)}
        content = filled(with_sheet("".join(rows).encode()), wanted)
        expected = {**before, **{at: entry or None if entry == "" else entry for at, entry in wanted.items()}}
        assert read(content, expected) == expected
        assert filled(content, wanted) == content


def test_what_is_not_asked_for_stays_the_same_file() -> None:
    content = fund().content
    assert filled(content, {}) is content
    with zipfile.ZipFile(io.BytesIO(filled(content, {("Tracker", "Z99"): None}))) as archive:
        assert archive.comment == b"made by a program"
