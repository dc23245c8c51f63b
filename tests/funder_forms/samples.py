"""A claim form's blank bound as its labels suggest, and the return that fills it."""

import io
from functools import cache

import openpyxl
from openpyxl.styles import Protection

from portfolio.funder_forms import showing
from portfolio.funder_forms.bindings import Address, Binding, BoundCell
from portfolio.funder_forms.figures import ALL, Source
from portfolio.uploads.layout import Outline
from portfolio.uploads.outline import outline
from tests.reports.content_samples import dorset
from tests.year_ends import claim_blank

QUARTERS = ("profile", "actual", "forecast")
STREAMS = ("Labour", "Non-labour", "Staffing", "Equipment", "Total")
ASKED = (
    "Total grant: profile Q1", "Labour: income this quarter", "Labour: underspend of previous year",
    "Labour: amount of this claim (£000)", "Labour and non-labour: Q1", "Number of labour posts: Q1 profile",
)  # fmt: skip


def quarters_thrice(*, swapped: bool = False, year: int = 2025, lines_before: int = 0) -> bytes:
    """A form whose quarters stand three times beside one another, under headings that tell them apart.

    Swapped, the actual stands before the profile; there may be lines before all of it.
    """
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "Claim"
    down = lines_before
    lines: dict[int, str] = {1: f"Quarterly claim {year}-{year % 100 + 1}", 3: "Contact for questions", 4: "Name"}
    lines |= dict(enumerate(STREAMS, start=8)) | {14: "Other money"} | dict(enumerate(ASKED, start=15))
    lines |= {23: "Declaration", 24: "Name"}
    for row, text in lines.items():
        sheet.cell(row + down, 1, text)
    order = (1, 0, 2) if swapped else (0, 1, 2)
    for place, number in enumerate(order):
        left = 2 + 4 * place
        sheet.cell(6 + down, left, QUARTERS[number].title())
        sheet.merge_cells(start_row=6 + down, end_row=6 + down, start_column=left, end_column=left + 3)
        for quarter in range(4):
            sheet.cell(7 + down, left + quarter, f"Q{quarter + 1}")
            for row in range(8, 13):
                sheet.cell(row + down, left + quarter).protection = Protection(locked=False)
    for row in (4, *range(15, 15 + len(ASKED)), 24):
        sheet.cell(row + down, 2).protection = Protection(locked=False)
    sheet.protection.sheet = True
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def drawn(**sheets: str) -> Outline:
    """A protected form as a drawing of it: a line of text for each row, `|` between its cells, `_` to fill in."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for title, drawing in sheets.items():
        sheet = book.create_sheet(title.replace("_", " "))
        sheet.protection.sheet = True
        for row, line in enumerate(drawing.split("\n"), start=1):
            for column, text in enumerate(line.split("|"), start=1):
                if text == "_":
                    sheet.cell(row, column).protection = Protection(locked=False)
                elif text:
                    sheet.cell(row, column, text)
    out = io.BytesIO()
    book.save(out)
    return outline(out.getvalue())


@cache
def source() -> Source:
    """What Dorset's second quarter says."""
    return Source(dorset())


@cache
def blank() -> Outline:
    """What the blank looks like."""
    return outline(claim_blank())


@cache
def by_labels() -> Binding:
    """All that the labels name clearly, and what they may mean by the explanation."""
    reason = Address("ClaimSummary", (ALL,), "Reason for the difference")
    return showing.by_labels(blank(), source(), Binding()).with_cell(BoundCell("Claim", "B13", reason))
