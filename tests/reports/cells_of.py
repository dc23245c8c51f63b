"""A workbook's cells as tests want them: by sheet and heading, and as text to keep beside the tests."""

from datetime import datetime
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

Line = dict[str, object]


def lines(workbook: bytes, sheet: str) -> list[Line]:
    """The rows of a sheet's table by heading, without the mark of a note; the total row is the last."""
    paper = load_workbook(BytesIO(workbook), data_only=True)[sheet]
    table = next(iter(paper.tables.values()))
    first = range_boundaries(table.ref)[1] or 1
    rows = paper.iter_rows(min_row=first, values_only=True)
    headings = [str(heading).partition(" [note")[0] for heading in next(rows)]
    return [dict(zip(headings, row, strict=True)) for row in rows]


def as_text(workbook: bytes) -> str:
    """Every sheet, a row a line: values, and formulas before the value that they carry."""
    with_formulas = load_workbook(BytesIO(workbook))
    with_values = load_workbook(BytesIO(workbook), data_only=True)
    shown = []
    for sheet in with_formulas.worksheets:
        shown.append(f"== {sheet.title} ==")
        for row in sheet.iter_rows():
            cells = (_cell(str(cell.coordinate), cell.value, with_values[sheet.title]) for cell in row)
            shown.append(f"{row[0].row}: " + " | ".join(cells).rstrip(" |"))
    return "\n".join(shown) + "\n"


def _cell(coordinate: str, value: object, values: Worksheet) -> str:
    if value is None:
        return ""
    if isinstance(value, datetime):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, str) and value.startswith("="):
        return f"{value} → {values[coordinate].value}"
    return str(value).replace("\n", "\\n")
