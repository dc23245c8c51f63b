"""The accessibility checks can fail: each finds the fault that it is for."""

from io import BytesIO

from openpyxl import Workbook

from reports import returns
from tests.reports.accessibility import faults
from tests.reports.content_samples import dorset
from tests.reports.test_reading import edited


def saved(file: Workbook) -> bytes:
    out = BytesIO()
    file.save(out)
    return out.getvalue()


def test_a_bare_sheet_has_every_fault() -> None:
    file = Workbook()
    sheet = file.worksheets[0]
    sheet["B3"] = 1234567.5
    sheet["C5"] = -1
    sheet["D5"] = "A text that is longer than its column"
    sheet.merge_cells("E5:F5")
    found = "\n".join(faults(saved(file)))
    for fault in (
        "has no title",
        "has no language",
        "A1 has no title",
        "A2 does not say what",
        "merged cells",
        "0 tables",
        "row 4 is blank",
        "B3 is too narrow for its figure",
        "D5 is too narrow for its text",
        "A4 landscape",
        "not fitted",
        "not repeated",
        "no protective marking",
        "no page numbers",
        "does not stay in view",
        "C5 is negative, and shows it by colour alone",
    ):
        assert fault in found


def test_faults_of_a_table() -> None:
    def spoil(file: Workbook) -> None:
        file["Summary"]["B5"] = None
        file["Notes"]["A4"] = None
        file["Cover"]["B3"] = "Item"
        file["Checks"]["H2"] = "beside"

    found = "\n".join(faults(edited(returns.write(dorset()), spoil)))
    for fault in (
        "Summary: blank cells B5",
        "Notes: blank cells A4",
        "Cover: headings that are empty or not unique",
        "Cover: the table's column names are not its headings",
        "Checks: something stands beside or below the table",
    ):
        assert fault in found
