"""A funder's form as the demonstration has one: made up, in the manner of those that funders send."""

import io
from datetime import datetime
from typing import Any

import xlsxwriter

STREAMS = ("Labour", "Non-labour")
PROJECT_ROWS = 12
FILE_NAME = "Serious_Violence_Duty_claim_form_2025-26.xlsx"
_PROJECTS = ("Intervention", "Lead organisation", "New or continuation", "Budget", "Actual this quarter",
             "Actual to date", "Forecast outturn", "Delivery RAG")  # fmt: skip


def claim_form(*, later: bool = False, projects: int = PROJECT_ROWS) -> bytes:
    """The blank of a claim form with protection, lists, formulas and a hidden sheet; next year's is laid out anew."""
    out = io.BytesIO()
    book: Any = xlsxwriter.Workbook(out, {"in_memory": True})
    book.set_properties({"title": "Serious Violence Duty: quarterly claim", "created": datetime(2025, 5, 1)})  # noqa: DTZ001 - as the library wants it
    looks = {
        "title": book.add_format({"bold": True, "font_size": 16}),
        "head": book.add_format({"bold": True, "text_wrap": True, "bg_color": "#D9E2EC", "border": 1}),
        "label": book.add_format({"border": 1}),
        "text": book.add_format({"border": 1, "locked": False, "bg_color": "#FFF9DB", "text_wrap": True}),
        "money": book.add_format({"border": 1, "locked": False, "bg_color": "#FFF9DB", "num_format": "#,##0.00"}),
        "day": book.add_format({"border": 1, "locked": False, "bg_color": "#FFF9DB", "num_format": "dd mmmm yyyy"}),
        "sum": book.add_format({"border": 1, "bold": True, "num_format": "#,##0.00"}),
        "percent": book.add_format({"border": 1, "num_format": "0.0%"}),
    }
    down = 2 if later else 0
    _claim(book.add_worksheet("Claim"), looks, down)
    _projects(book.add_worksheet("Interventions" if later else "Projects"), looks, projects)
    _declaration(book.add_worksheet("Declaration"), looks)
    lists = book.add_worksheet("Lists")
    lists.write_column("A1", ["Green", "Amber/Green", "Amber", "Amber/Red", "Red"])
    lists.write_column("B1", ["New", "Continuation", "Extension"])
    lists.hide()
    book.close()
    return out.getvalue()


def _claim(sheet: Any, looks: dict[str, Any], down: int) -> None:
    sheet.set_column("A:A", 30)
    sheet.set_column("B:I", 15)
    sheet.merge_range("A1:H1", "Serious Violence Duty: quarterly claim", looks["title"])
    for row, (name, look) in enumerate(
        (("Police force area", "text"), ("Grant recipient", "text"), ("Financial year", "text"),
         ("Reporting period", "text")), start=2
    ):  # fmt: skip
        sheet.write(row, 0, name, looks["label"])
        sheet.write_blank(row, 1, None, looks[look])
    if down:
        sheet.write(6, 0, "Version", looks["label"])
        sheet.write_blank(6, 1, None, looks["text"])
    top = 7 + down
    headings = ["Spend by stream (£)", "Grant allocation", "Q1", "Q2", "Q3", "Q4", "Forecast outturn",
                "Claimed this quarter", "Share of grant"]  # fmt: skip
    sheet.write_row(top, 0, headings, looks["head"])
    for number, stream in enumerate(STREAMS, start=1):
        row = top + number
        sheet.write(row, 0, stream, looks["label"])
        for column in range(1, 6):
            sheet.write_blank(row, column, None, looks["money"])
        sheet.write_formula(row, 6, f"=SUM(C{row + 1}:F{row + 1})", looks["sum"], 0)
        sheet.write_blank(row, 7, None, looks["money"])
        sheet.write_formula(row, 8, f"=IF(B{row + 1}=0,0,G{row + 1}/B{row + 1})", looks["percent"], 0)
    row = top + len(STREAMS) + 1
    sheet.write(row, 0, "Total", looks["sum"])
    for column, letter in enumerate("BCDEFGH", start=1):
        sheet.write_formula(row, column, f"=SUM({letter}{top + 2}:{letter}{row})", looks["sum"], 0)
    sheet.write(row + 2, 0, "Explanation of any difference from the last forecast", looks["label"])
    sheet.write_blank(row + 2, 1, None, looks["text"])
    sheet.write(row + 3, 0, "Basis of rounding", looks["label"])
    sheet.write_blank(row + 3, 1, None, looks["text"])
    sheet.conditional_format(
        top + 1, 8, row - 1, 8, {"type": "cell", "criteria": ">", "value": 1, "format": looks["title"]}
    )
    limits = {"validate": "decimal", "criteria": "between", "minimum": -9999999, "maximum": 99999999}
    sheet.data_validation(top + 1, 1, row - 1, 5, limits)
    sheet.protect("", {"select_locked_cells": True})
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)


def _projects(sheet: Any, looks: dict[str, Any], rows: int) -> None:
    sheet.set_column("A:B", 32)
    sheet.set_column("C:H", 16)
    sheet.write("A1", "Interventions funded", looks["title"])
    sheet.write_row("A3", _PROJECTS, looks["head"])
    for row in range(3, 3 + rows):
        for column in range(len(_PROJECTS)):
            sheet.write_blank(row, column, None, looks["money" if 3 <= column <= 6 else "text"])
    total = 3 + rows
    sheet.write(total, 0, "Total", looks["sum"])
    for column, letter in zip(range(3, 7), "DEFG", strict=True):
        sheet.write_formula(total, column, f"=SUM({letter}4:{letter}{total})", looks["sum"], 0)
    sheet.data_validation(3, 2, total - 1, 2, {"validate": "list", "source": "=Lists!$B$1:$B$3"})
    sheet.data_validation(3, 7, total - 1, 7, {"validate": "list", "source": "=Lists!$A$1:$A$5"})
    sheet.write_comment("A4", "One row for each intervention. Do not add rows.")
    sheet.freeze_panes(3, 1)
    sheet.protect()


def _declaration(sheet: Any, looks: dict[str, Any]) -> None:
    sheet.set_column("A:A", 26)
    sheet.set_column("B:B", 60)
    sheet.write("A1", "Declaration by the Chief Finance Officer", looks["title"])
    for row, (name, look) in enumerate(
        (("Declaration", "text"), ("Name", "text"), ("Position", "text"), ("Date", "day")), start=2
    ):
        sheet.write(row, 0, name, looks["label"])
        sheet.write_blank(row, 1, None, looks[look])
    sheet.protect()
