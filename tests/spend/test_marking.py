"""A marked workbook is the one that was sent: only marks, comments and the list come to it, and go again."""

import io
import re
from datetime import date

import pytest
from openpyxl import load_workbook
from xlsxwriter import Workbook

from portfolio.spend.workbooks import listing, marking
from portfolio.spend.workbooks.faults import Fault, Severity
from portfolio.spend.workbooks.listing import LIST
from portfolio.spend.workbooks.marking import marked
from portfolio.uploads.opening import NotAWorkbook
from tests.spend.marks import marks_of, values_of
from tests.uploads.hostile import MAIN, parts_of, plain, with_parts
from tests.uploads.samples import zipped

WRONG = Fault("Spend", "B2", "=SUM is “not” an <amount> & more")
ALSO = Fault("Spend", "B2", "It is worth a look, too", Severity.SHOULD)
LOOK = Fault("It's £", "A1", "Look at this", Severity.SHOULD)
WHOLE = Fault(None, None, "A sheet is missing")
ROW = Fault("Spend", None, "A row is missing")


@pytest.fixture(scope="module")
def rich() -> bytes:
    """A workbook with all that must stay: protection, choices, formats on conditions, a table, a picture, a comment."""
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as book:
        spend, other = book.add_worksheet("Spend"), book.add_worksheet("It's £")
        spend.protect("secret", {"objects": True})
        spend.write_row(0, 0, ["Reference", "Amount"])
        spend.write_row(1, 0, ["SVD-25-01", "about 500"], book.add_format({"locked": False, "bg_color": "#FFF8DC"}))
        spend.write_formula("C2", "=B2*2", None, "?")
        spend.write_comment("C2", "Ann’s own note")
        spend.data_validation("B2:B9", {"validate": "list", "source": ["x", "y"]})
        spend.conditional_format("A1:B9", {"type": "cell", "criteria": ">", "value": 3, "format": book.add_format()})
        spend.merge_range("E1:F2", "merged")
        spend.add_table("H1:I3")
        spend.set_header("&LClaim")
        other.write_url("A2", "https://example.org/", string="a link")
        other.insert_chart("C3", _chart(book))
        other.activate()
    return written.getvalue()


def _chart(book: Workbook) -> object:
    chart = book.add_chart({"type": "line"})
    chart.add_series({"values": "=Spend!$B$2:$B$3"})
    return chart


def test_nothing_else_changes(rich: bytes) -> None:
    found = marked(rich, [WRONG, ALSO, LOOK, WHOLE, ROW])
    assert values_of(found) == values_of(rich)
    before, after = parts_of(rich), parts_of(found)
    changed = {name for name in before if after[name] != before[name]}
    assert changed == {
        *("[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/styles.xml"),
        *("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml", "xl/worksheets/_rels/sheet2.xml.rels"),
        *("xl/comments1.xml", "xl/drawings/vmlDrawing1.vml"),
    }
    ours = rb"<conditionalFormatting(?:(?!</conditionalFormatting>).)*To put right.*?</conditionalFormatting>"
    for name in ("xl/worksheets/sheet1.xml", "xl/worksheets/sheet2.xml"):
        without = re.sub(ours, b"", after[name])
        without = re.sub(rb"<legacyDrawing [^>]*rIdMark[^>]*/>", b"", without)
        plain_before = re.sub(rb' tabSelected="1"', b"", before[name])
        assert re.sub(rb'priority="\d+"', b"", without) == re.sub(rb'priority="\d+"', b"", plain_before)
    sheet = load_workbook(io.BytesIO(found))["Spend"]
    assert sheet.protection.sheet


def test_each_fault_is_in_its_cell_and_on_the_list(rich: bytes) -> None:
    found = marks_of(marked(rich, [WRONG, ALSO, LOOK, WHOLE, ROW]))
    assert found.comments == {
        "Spend!B2": f"To put right:\n{WRONG.sentence}\n{ALSO.sentence}",
        "Spend!C2": "Ann’s own note",
        "It's £!A1": "To put right:\nLook at this",
    }
    assert found.painted == {"Spend!B2", "It's £!A1"}
    assert found.listed == [
        ("Spend", "B2", WRONG.sentence, "Must be put right", "'Spend'!B2"),
        ("Spend", "B2", ALSO.sentence, "Worth a look", "'Spend'!B2"),
        ("It's £", "A1", LOOK.sentence, "Worth a look", "'It''s £'!A1"),
        ("Whole workbook", "All", WHOLE.sentence, "Must be put right", None),
        ("Spend", "Whole sheet", ROW.sentence, "Must be put right", None),
    ]
    book = load_workbook(io.BytesIO(marked(rich, [WRONG])))
    assert book.active is book[LIST]
    assert [sheet.title for sheet in book.worksheets if sheet.sheet_view.tabSelected] == [LIST]


def test_marks_of_an_earlier_upload_go_and_other_peoples_comments_stay(rich: bytes) -> None:
    note = Fault("Spend", "C2", "This is a formula")
    once = marked(rich, [WRONG, LOOK, note])
    assert marks_of(once).comments["Spend!C2"] == "Ann’s own note\n\nTo put right:\nThis is a formula"
    again = marks_of(marked(once, [Fault("Spend", "C2", "Still one"), ROW]))
    assert again.comments == {"Spend!C2": "Ann’s own note\n\nTo put right:\nStill one"}
    assert again.painted == {"Spend!C2"}
    assert [row[2] for row in again.listed] == ["Still one", ROW.sentence]
    last = marks_of(marked(marked(once, [note]), []))
    assert (last.comments, last.painted, last.listed) == ({"Spend!C2": "Ann’s own note"}, set(), [])
    assert load_workbook(io.BytesIO(marked(once, []))).sheetnames == ["Spend", "It's £", LIST]


def test_marking_the_same_again_changes_nothing(rich: bytes) -> None:
    once = marked(rich, [WRONG, LOOK])
    assert marks_of(marked(once, [WRONG, LOOK])) == marks_of(once)
    assert parts_of(marked(once, [WRONG, LOOK]))["xl/styles.xml"] == parts_of(once)["xl/styles.xml"]


def test_faults_of_what_is_not_there_are_only_listed() -> None:
    faults = [Fault("Gone", "A1", "No such sheet"), Fault("Spend", "7", "A row"), Fault("Spend", "B2:C3", "Cells")]
    found = marks_of(marked(plain(), faults))
    assert (found.comments, found.painted) == ({}, set())
    assert [(row[0], row[1], row[4]) for row in found.listed] == [
        ("Gone", "A1", None),
        ("Spend", "7", None),
        ("Spend", "B2:C3", None),
    ]


def test_other_programs_ways_of_writing_are_marked_too() -> None:
    sheet = parts_of(plain())["xl/worksheets/sheet1.xml"].partition(b"?>")[2]
    in_two_bytes = ('<?xml version="1.0" encoding="UTF-16"?>' + sheet.decode()).encode("utf-16")
    prefixed = re.sub(rb"<(/?)(\w)", rb"<\1x:\2", sheet).replace(b" xmlns=", b" xmlns:x=")
    parts = {name: part for name, part in parts_of(plain()).items() if name != "xl/styles.xml"}
    for name in ("[Content_Types].xml", "xl/_rels/workbook.xml.rels"):
        parts[name] = re.sub(rb"<[^<>]*styles\.xml[^<>]*/>", b"", parts[name])
    for content in (
        with_parts({"xl/worksheets/sheet1.xml": in_two_bytes}),
        with_parts({"xl/worksheets/sheet1.xml": b"\xef\xbb\xbf" + prefixed}),
        zipped(parts),
    ):
        found = marked(content, [WRONG])
        assert values_of(found) == values_of(content)
        marks = marks_of(found)
        assert marks.comments == {"Spend!B2": f"To put right:\n{WRONG.sentence}"}
        assert marks.painted == {"Spend!B2"}


def test_many_bad_cells_are_marked_in_good_time() -> None:
    faults = [Fault("Spend", f"{column}{row}", f"Wrong {row}") for row in range(1, 701) for column in "ABC"]
    found = marks_of(marked(plain(), faults))
    assert len(found.painted) == len(found.comments) == len(found.listed) == 2_100


def test_of_very_many_the_first_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (listing, marking):
        monkeypatch.setattr(module, "MOST_LISTED", 2)
    found = marks_of(marked(plain(), [Fault("Spend", f"A{row}", "Wrong") for row in (1, 2, 3)]))
    assert found.painted == {"Spend!A1", "Spend!A2"}
    assert len(found.listed) == 2


def test_what_cannot_be_read_cannot_be_marked() -> None:
    broken = zipped({**parts_of(plain()), "xl/styles.xml": b"<styleSheet"})
    no_list = with_parts({"xl/workbook.xml": f'<workbook xmlns="{MAIN}"/>'.encode()})
    large = with_parts({"xl/media/image1.bin": bytes(34_000_000)})
    for content in (b"", broken, with_parts({"[Content_Types].xml": b"<Types>"}), no_list, large):
        with pytest.raises(NotAWorkbook):
            marked(content, [WRONG])


def test_days_stay_days(rich: bytes) -> None:
    book = load_workbook(io.BytesIO(rich))
    book["Spend"]["B2"] = date(2025, 7, 1)
    written = io.BytesIO()
    book.save(written)
    assert values_of(marked(written.getvalue(), [WRONG]))["Spend!B2"] == (date(2025, 7, 1), False)
