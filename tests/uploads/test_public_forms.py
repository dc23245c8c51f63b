"""Forms of public bodies are filled, and nothing else in the file changes; other programs open them and add up."""

import io
import re
import zipfile
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from xml.etree import ElementTree

import pytest
from openpyxl import load_workbook

from portfolio.uploads.areas import address_of, place_of
from portfolio.uploads.faults import faults
from portfolio.uploads.filling import filled, read
from portfolio.uploads.opening import NotAWorkbook, opened
from portfolio.uploads.outline import outline
from tests import libreoffice
from tests.libreoffice import LibreOffice
from tests.uploads.public_forms import PublicForm, commissioner, council, fund, inspectorate, ministry

NAMES = ("ministry", "commissioner", "council", "inspectorate", "fund")
CALCULATION = re.compile(rb"<(\w+:)?calcPr[^>]*/>")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> LibreOffice:
    return LibreOffice(libreoffice.find(), tmp_path_factory.mktemp("libreoffice"))


@pytest.fixture(scope="module")
def forms(office: LibreOffice, tmp_path_factory: pytest.TempPathFactory) -> dict[str, PublicForm]:
    """Every form, one of them saved by LibreOffice."""
    made = (ministry(), commissioner(), council(office, tmp_path_factory.mktemp("made")), inspectorate(), fund())
    return dict(zip(NAMES, made, strict=True))


@pytest.fixture(scope="module")
def done(forms: dict[str, PublicForm]) -> dict[str, bytes]:
    """Every form with its values in it."""
    return {name: filled(form.content, form.values) for name, form in forms.items()}


@pytest.fixture(scope="module")
def saved(
    office: LibreOffice, forms: dict[str, PublicForm], done: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, bytes]:
    """Every filled form as LibreOffice saves it once it has opened it and worked out its formulas."""
    folder = tmp_path_factory.mktemp("forms")
    paths = [folder / f"{name}{form.ending}" for name, form in forms.items()]
    for path, content in zip(paths, done.values(), strict=True):
        path.write_bytes(content)
    return dict(zip(NAMES, map(Path.read_bytes, office.convert(paths)), strict=True))


def stored(content: bytes) -> list[tuple[object, ...]]:
    """What an archive says of its entries and how each is packed, in their order; neither where nor folders."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        found = []
        for entry in archive.infolist():
            start = entry.header_offset
            length = 30 + int.from_bytes(content[start + 26 : start + 28], "little")
            length += int.from_bytes(content[start + 28 : start + 30], "little")
            kept = content[start : start + length + entry.compress_size]
            told = (entry.date_time, entry.external_attr, entry.comment, entry.create_system, entry.internal_attr)
            found.append((entry.filename, told, kept))
        return [*found, (archive.comment,)]


def changed(before: bytes, after: bytes) -> dict[str, tuple[bytes, bytes]]:
    """The parts that hold something else, whatever their packing."""
    with zipfile.ZipFile(io.BytesIO(before)) as old, zipfile.ZipFile(io.BytesIO(after)) as new:
        assert new.testzip() is None
        pairs = {name: (old.read(name), new.read(name)) for name in old.namelist()}
    return {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}


def around(xml: bytes) -> tuple[bytes, ...]:
    """A sheet's bytes before its rows, but for how far it says it goes, and those after."""
    before, after = re.split(
        rb"<(?:\w+:)?sheetData[\s/>].*</(?:\w+:)?sheetData>|<(?:\w+:)?sheetData/>", xml, flags=re.S
    )
    return re.sub(rb'<(\w+:)?dimension ref="[A-Z\d:]+"', b"", before), after


def other_cells(xml: bytes, addresses: set[str]) -> list[str]:
    """A sheet's rows and cells, without some cells and without the rows that only those stand in."""
    found: list[str] = []
    row = column = 0
    for element in ElementTree.fromstring(xml).iter():  # noqa: S314 - made here
        match element.tag.rpartition("}")[2]:
            case "row":
                row, column = int(element.get("r", row + 1)), 0
                told = {name: value for name, value in element.attrib.items() if name not in ("r", "spans")}
                found += [f"row {row} {told}"] if told else []
            case "c":
                place = place_of(element.get("r", "")) or (row, column + 1)
                column = place[1]
                if address_of(place) not in addresses:
                    found.append(f"{place} {ElementTree.tostring(element, encoding='unicode')}")
    return found


@pytest.mark.parametrize("name", NAMES)
def test_nothing_changes_but_the_cells(name: str, forms: dict[str, PublicForm], done: dict[str, bytes]) -> None:
    form, after = forms[name], done[name]
    with opened(form.content, most_rows=99, most_columns=99, is_form=True) as book:
        sheets = {sheet.part: sheet for sheet in book.sheets}
    parts = changed(form.content, after)
    told = parts.pop("xl/workbook.xml", (b"", b""))
    assert CALCULATION.sub(b"", told[0]) == CALCULATION.sub(b"", told[1])
    assert set(parts) == {part for part, sheet in sheets.items() if any(sheet.title == at[0] for at in form.values)}
    for part, (old, new) in parts.items():
        shape = next(sheet for sheet in outline(form.content).sheets if sheet.title == sheets[part].title)
        cells = {address_of(shape.first(place_of(at[1]) or (0, 0))) for at in form.values if at[0] == shape.title}
        assert around(new) == around(old)
        assert other_cells(new, cells) == other_cells(old, cells)
    kept = {"xl/workbook.xml", *parts}
    before, now = stored(form.content), stored(after)
    assert [one[0] for one in before] == [one[0] for one in now]
    assert [one for one in before if one[0] not in kept] == [one for one in now if one[0] not in kept]
    assert [one[1:2] for one in before] == [one[1:2] for one in now]


@pytest.mark.parametrize("name", NAMES)
def test_what_was_written_is_read_back(name: str, forms: dict[str, PublicForm], done: dict[str, bytes]) -> None:
    assert read(done[name], forms[name].values) == dict(forms[name].values)
    assert filled(done[name], forms[name].values) == done[name]  # there is nothing left to change
    with zipfile.ZipFile(io.BytesIO(done[name])) as archive:
        assert b'fullCalcOnLoad="1"' in archive.read("xl/workbook.xml")


@pytest.mark.parametrize("name", NAMES)
def test_libreoffice_opens_it_and_works_it_out(
    name: str, forms: dict[str, PublicForm], saved: Mapping[str, bytes]
) -> None:
    expected = {**forms[name].values, **forms[name].worked_out}
    found = read(saved[name], expected)
    assert {at: _rounded(value) for at, value in found.items()} == expected


def _rounded(value: object) -> object:
    # A sum of binary fractions is a hair beside the pence.
    return round(value, 6).normalize() if isinstance(value, Decimal) else value


@pytest.mark.parametrize("name", ["commissioner", "council", "fund"])
def test_another_library_opens_it(name: str, done: dict[str, bytes]) -> None:
    load_workbook(io.BytesIO(done[name]))


def test_what_a_form_looks_like(forms: dict[str, PublicForm]) -> None:
    shape = outline(forms["ministry"].content)
    assert (shape.ending, shape.has_macros, shape.epoch_1904) == (".xlsm", True, False)
    assert "macros" in shape.warnings[0]
    assert [(sheet.title, sheet.state) for sheet in shape.sheets] == [
        ("Annex A – Claim", "visible"),
        ("Lists", "hidden"),
        ("Version", "veryHidden"),
    ]
    claim = shape.sheets[0]
    assert claim.used is not None
    assert (claim.used.address, claim.is_protected, claim.comments[10, 2]) == (
        "A1:G12",
        True,
        "Grant only; never match",
    )
    assert [area.address for area in claim.merged] == ["A1:F2", "B4:D4", "B7:F7"]
    assert {name.name: name.refers_to for name in shape.names}["Areas"] == "Lists!$B$1:$B$2"
    assert claim.at((10, 6)).formula == "SUM(B10:E10)"
    assert claim.at((12, 6)).is_locked
    inputs = [cell.address for row in claim.rows(1, 99) for cell in row if claim.is_input(cell.place)]
    assert inputs == ["B4", "B5", "B6", "B7", *(f"{column}{row}" for row in (10, 11) for column in "BCDE")]
    rules = [(rule.kind, rule.choices) for rule in claim.validations]
    assert rules[0] == ("list", ("Dorset", "Avon & Somerset"))
    assert rules[1][1] == ("Q1 (April to June)", "Q2 (July to September)", "Q3", "Q4")
    assert claim.at((6, 2)).is_date
    assert claim.at((10, 2)).fill == "rgb FFFFFFCC"
    strict = outline(forms["inspectorate"].content).sheets[0]
    assert strict.at((3, 4)).formula == "as in D2"
    assert [rule.choices for rule in strict.validations] == [None, ("Green", "Amber", "Red")]
    assert outline(forms["commissioner"].content).epoch_1904
    fund_form = outline(forms["fund"].content)
    assert fund_form.sheets[0].tables[0].columns == ("Ward", "Cost", "Half")
    assert "Budget 2025.xlsx" in fund_form.warnings[0]


def test_forms_take_what_was_meant_for_them(forms: dict[str, PublicForm]) -> None:
    found = {name: faults(outline(form.content), form.values) for name, form in forms.items()}
    assert [(name, fault.kind.name, fault.cell) for name, told in found.items() for fault in told] == [
        ("commissioner", "LOCKED", "H3"),
        ("council", "LOCKED", "B3"),
        ("inspectorate", "LOCKED", "C2"),
        ("inspectorate", "LOCKED", "F20"),
    ]


@pytest.mark.parametrize("name", ["ministry", "fund"])
def test_claims_still_refuse_what_forms_may_hold(name: str, forms: dict[str, PublicForm]) -> None:
    with (
        pytest.raises(NotAWorkbook, match=r"macros|another file"),
        opened(forms[name].content, most_rows=99, most_columns=99),
    ):
        pytest.fail("it was opened")
