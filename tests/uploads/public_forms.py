"""Five workbooks as public bodies send them to be filled, each made here, with everything that forms have."""

import io
import struct
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path

from openpyxl import Workbook as OpenWorkbook
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Alignment, Font, PatternFill, Protection
from openpyxl.utils.datetime import CALENDAR_MAC_1904
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from xlsxwriter import Workbook

from portfolio.uploads.filling import At
from portfolio.uploads.writing import Entry
from tests.libreoffice import LibreOffice
from tests.uploads.hostile import parts_of
from tests.uploads.raw_forms import strict_parts, with_more_parts, zipped_oddly


@dataclass(frozen=True)
class PublicForm:
    """A blank form, what goes into it, and what its formulas then come to."""

    ending: str
    content: bytes
    values: Mapping[At, Entry]
    worked_out: Mapping[At, Decimal | str]


def picture() -> bytes:
    """A drawing of one red dot, as PNG."""

    def chunk(kind: bytes, held: bytes) -> bytes:
        return struct.pack(">I", len(held)) + kind + held + struct.pack(">I", zlib.crc32(kind + held))

    size = struct.pack(">IIBBBBB", 1, 1, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size) + chunk(b"IDAT", zlib.compress(b"\0\xd0\0\0")) + chunk(b"IEND", b"")
    )


@cache
def ministry() -> PublicForm:
    """A claim with macros: protected, a crest, merged headings, dropdowns, names, bars, sparklines, a chart, notes."""
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as book:
        book.add_vba_project(io.BytesIO(b"\xd0\xcf\x11\xe0" + bytes(range(256)) * 4), is_stream=True)
        sheet, lists, secret = map(book.add_worksheet, ("Annex A – Claim", "Lists", "Version"))
        heading = book.add_format({"bold": True, "bg_color": "#003366", "font_color": "#FFFFFF", "align": "center"})
        money = book.add_format({"num_format": "£#,##0.00", "locked": False, "bg_color": "#FFFFCC", "border": 1})
        worked = book.add_format({"num_format": "£#,##0.00;[Red]-£#,##0.00", "bold": True})
        day = book.add_format({"num_format": "dd mmmm yyyy", "locked": False})
        typed = book.add_format({"locked": False, "text_wrap": True})
        sheet.merge_range("A1:F2", "Serious Violence Duty grant: claim form", heading)
        sheet.write_column("A4", ["Area", "Quarter", "Signed on", "Comments"])
        sheet.merge_range("B4:D4", "", typed)
        sheet.write_blank("B5", None, typed)
        sheet.write_blank("B6", None, day)
        sheet.merge_range("B7:F7", "", typed)
        sheet.write_row("A9", ["Stream", "Quarter 1", "Quarter 2", "Quarter 3", "Quarter 4", "Total"], heading)
        for row, stream in enumerate(("Labour", "Non-labour"), start=10):
            sheet.write(f"A{row}", stream)
            for column in "BCDE":
                sheet.write_blank(f"{column}{row}", None, money)
            sheet.write_formula(f"F{row}", f"=SUM(B{row}:E{row})", worked, 0)
        sheet.write("A12", "Total")
        sheet.write_formula("F12", "=Grant_spent", worked, 0)
        sheet.write_formula("G12", '=IF(F12>Allocation,"Over the allocation","Within the allocation")', None, "")
        book.define_name("Grant_spent", "='Annex A – Claim'!$F$10+'Annex A – Claim'!$F$11")
        book.define_name("Allocation", "=Version!$B$2")
        lists.write_column("A1", ["Q1 (April to June)", "Q2 (July to September)", "Q3", "Q4"])
        lists.write_column("B1", ["Dorset", "Avon & Somerset"])
        book.define_name("Areas", "=Lists!$B$1:$B$2")
        sheet.data_validation("B4", {"validate": "list", "source": "=Areas"})
        sheet.data_validation("B5", {"validate": "list", "source": "=Lists!$A$1:$A$4"})
        sheet.data_validation("B10:E11", {"validate": "decimal", "criteria": ">=", "value": -1000000})
        sheet.data_validation("B7", {"validate": "length", "criteria": "<=", "value": 200})
        sheet.conditional_format("B10:E11", {"type": "data_bar", "data_bar_2010": True, "bar_solid": True})
        sheet.conditional_format("F10:F12", {"type": "cell", "criteria": "<", "value": 0, "format": heading})
        sheet.add_sparkline("G10", {"range": "'Annex A – Claim'!B10:E10"})
        sheet.write_comment("B10", "Grant only; never match", {"author": "The grants team"})
        sheet.insert_image("F3", "crest.png", {"image_data": io.BytesIO(picture()), "description": "Crest"})
        chart = book.add_chart({"type": "column"})
        chart.add_series({"values": "='Annex A – Claim'!$B$10:$E$10", "name": "Labour"})
        sheet.insert_chart("A15", chart)
        sheet.protect("form")
        sheet.set_landscape()
        sheet.print_area("A1:G14")
        sheet.set_footer("&LOFFICIAL&RPage &P of &N")
        sheet.freeze_panes(9, 1)
        lists.hide()
        secret.very_hidden()
        secret.write_row("A2", ["Allocation", 239063])
    claim = "Annex A – Claim"
    return PublicForm(
        ".xlsm",
        written.getvalue(),
        {
            (claim, "B4"): "Dorset",
            (claim, "B5"): "Q2 (July to September)",
            (claim, "B6"): date(2025, 10, 20),
            (claim, "B7"): "Prepared from the ledger & agreed <twice>,\nno “in kind” – 😀 _x0041_",
            (claim, "B10"): Decimal("31190.83"),
            (claim, "C10"): Decimal("-73.11"),
            (claim, "B11"): Decimal("41666.31"),
            (claim, "C11"): Decimal("0.10"),
        },
        {
            (claim, "F10"): Decimal("31117.72"),
            (claim, "F11"): Decimal("41666.41"),
            (claim, "F12"): Decimal("72784.13"),
            (claim, "G12"): "Within the allocation",
        },
    )


@cache
def commissioner() -> PublicForm:
    """A monitoring form that counts its days from 1904: unlocked by colour, with comments, rules and print titles."""
    book = OpenWorkbook()
    book.epoch = CALENDAR_MAC_1904
    sheet = book.active
    assert sheet is not None
    sheet.title = "Monitoring's form"
    choices = book.create_sheet("Ratings")
    for row, rating in enumerate(("Green", "Amber", "Red"), start=1):
        choices.cell(row, 1, rating)
    choices.sheet_state = "hidden"
    sheet["A1"] = "Quarterly monitoring"
    sheet["A1"].font = Font(bold=True, size=16)
    sheet.merge_cells("A1:E1")
    sheet.append(["Project", "Spend", "Forecast", "Rating", "Checked"])
    for row in range(3, 7):
        for column in range(1, 6):
            cell = sheet.cell(row, column)
            cell.fill = PatternFill("solid", fgColor="FFFFF2CC")
            cell.protection = Protection(locked=False)
            cell.alignment = Alignment(wrap_text=True)
        sheet.cell(row, 2).number_format = sheet.cell(row, 3).number_format = "#,##0.00"
        sheet.cell(row, 5).number_format = "dd/mm/yyyy hh:mm"
        sheet.cell(row, 6, f"=B{row}+C{row}")
    sheet["B7"], sheet["C7"] = "=SUM(B3:B6)", '=SUMIF(D3:D6,"Green",C3:C6)'
    sheet["B9"] = '=TEXT(E3,"yyyy-mm-dd")'
    sheet["B2"].comment = Comment("In pounds and pence", "Commissioner")
    rated = DataValidation("list", formula1="Ratings!$A$1:$A$3", allow_blank=True, showErrorMessage=True)
    yes = DataValidation("list", formula1='"Yes,No"', showErrorMessage=True)
    rated.add("D3:D6")
    yes.add("H3")
    sheet.add_data_validation(rated)
    sheet.add_data_validation(yes)
    red = CellIsRule("equal", ['"Red"'], fill=PatternFill(bgColor="FFFF0000"))  # type: ignore[no-untyped-call]
    sheet.conditional_formatting.add("D3:D6", red)
    sheet.protection.sheet = True
    sheet.print_title_rows = "1:2"
    sheet.column_dimensions["D"].width = 20
    sheet.row_dimensions[9].hidden = True
    book.defined_names["Spent"] = DefinedName("Spent", attr_text="'Monitoring''s form'!$B$7")
    written = io.BytesIO()
    book.save(written)
    title = "Monitoring's form"
    return PublicForm(
        ".xlsx",
        written.getvalue(),
        {
            (title, "A3"): "=Outreach – not a formula",
            (title, "B3"): Decimal("903.27"),
            (title, "C3"): 1000,
            (title, "D3"): "Green",
            (title, "E3"): datetime(2025, 7, 1, 9, 30),  # noqa: DTZ001 - cells have no zone
            (title, "A4"): "Café",
            (title, "B4"): Decimal("0.01"),
            (title, "C4"): Decimal("17.5"),
            (title, "D4"): "Red",
            (title, "H3"): "Yes",
        },
        {
            (title, "B7"): Decimal("903.28"),
            (title, "C7"): Decimal(1000),
            (title, "F4"): Decimal("17.51"),
            (title, "B9"): "2025-07-01",
        },
    )


def council(office: LibreOffice, folder: Path) -> PublicForm:
    """A council's return as LibreOffice saves it: columns with styles, a locked sheet, a dropdown, a picture."""
    path = folder / "council.xlsx"
    with Workbook(path) as book:
        sheet = book.add_worksheet("Return")
        free = book.add_format({"locked": False, "num_format": "0.00"})
        sheet.set_column("C:D", 14, free)
        sheet.merge_range("A1:D1", "Return of expenditure")
        sheet.write_column("A3", ["Pay", "Training", "Rooms", "Total"])
        sheet.write_array_formula("C6:C6", "{=SUM(C3:C5*1)}", None, 0)
        sheet.write_formula("D6", "=ROUND(C6/3,2)", None, 0)
        sheet.data_validation("B3:B5", {"validate": "list", "source": ["Actual", "Estimate"]})
        sheet.insert_image("F1", "crest.png", {"image_data": io.BytesIO(picture())})
        sheet.write_comment("C3", "On an accruals basis")
        sheet.protect()
        book.add_worksheet("Notes").write("A1", "Nothing to fill")
    (saved,) = office.convert([path])
    values: dict[At, Entry] = {
        ("Return", "B3"): "Actual",
        ("Return", "C3"): Decimal("20000.07"),
        ("Return", "C4"): Decimal("8333.33"),
        ("Return", "C5"): 0,
        ("Return", "D9"): Decimal("12.5"),
    }
    worked_out = {("Return", "C6"): Decimal("28333.40"), ("Return", "D6"): Decimal("9444.47")}
    return PublicForm(".xlsx", saved.read_bytes(), values, worked_out)


@cache
def inspectorate() -> PublicForm:
    """The strict form of the format, tags with a prefix, written by hand, in an archive as streaming programs make."""
    return PublicForm(
        ".xlsx",
        zipped_oddly(strict_parts()),
        {
            ("Data", "B2"): Decimal("10.5"),
            ("Data", "B3"): 4,
            ("Data", "C2"): "Amber",
            ("Data", "B7"): "In the first of its merged cells",
            ("Data", "F20"): True,
            ("Data", "B9"): date(2025, 6, 30),
        },
        {("Data", "D2"): Decimal(21), ("Data", "D3"): Decimal(8), ("Data", "D5"): Decimal("14.5")},
    )


@cache
def fund() -> PublicForm:
    """A tracker with what Excel adds over the years: a pivot, threads of comments, links, an order."""
    written = io.BytesIO()
    with Workbook(written, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Tracker")
        sheet.add_table(
            "A1:C4",
            {
                "name": "Spend",
                "columns": [{"header": "Ward"}, {"header": "Cost"}, {"header": "Half", "formula": "=B2/2"}],
            },
        )
        for row, ward in enumerate(("Boscombe", "Westbourne", "Littlemoor"), start=2):
            sheet.write(f"A{row}", ward)
            sheet.write_formula(f"C{row}", f"=B{row}/2", None, 0)
        sheet.write_formula("E1", "=SUM(Spend[Cost])", None, 0)
        sheet.write_formula("E2", "=SUM(C2:C4)", None, 0)
        sheet.write("G2", "A rich ")
        sheet.write_rich_string("G1", "Not ", book.add_format({"bold": True}), "touched", " here")
        sheet.write_comment("B1", "In pounds")
        sheet.autofilter("I1:J3")
        sheet.write_row("I1", ["Year", "Figure"])
        book.add_worksheet("Pivot")
        book.add_worksheet("Hidden").hide()
        book.set_custom_property("Marking", "OFFICIAL")
    parts = with_more_parts(parts_of(written.getvalue()))
    return PublicForm(
        ".xlsx",
        zipped_oddly(parts),
        {("Tracker", f"B{row}"): Decimal(figure) for row, figure in ((2, "100.01"), (3, "0.99"), (4, "-1"))}
        | {("Tracker", "A7"): "A row that was not there", ("Tracker", "G2"): "Another text", ("Hidden", "A1"): "Q2"},
        {("Tracker", "E1"): Decimal(100), ("Tracker", "E2"): Decimal(50), ("Tracker", "C2"): Decimal("50.005")},
    )
