"""What a reader with a screen reader, or a printer, would stumble over in a workbook.

After the Government Analysis Function's "Releasing statistics in spreadsheets": a list of small checks.
"""

from collections.abc import Iterator
from io import BytesIO

from openpyxl import load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.workbook import Workbook
from openpyxl.worksheet.worksheet import Worksheet

EXPLAINED = "a blank cell means"


def faults(workbook: bytes) -> list[str]:
    """A sentence for each fault; none where there is nothing to stumble over."""
    file = load_workbook(BytesIO(workbook), data_only=True)
    return [*_document(file), *(fault for sheet in file.worksheets for check in SHEET_CHECKS for fault in check(sheet))]


def _document(file: Workbook) -> Iterator[str]:
    properties = file.properties
    for name in ("title", "creator", "language"):
        if not getattr(properties, name):
            yield f"the document has no {name}"


def _title(sheet: Worksheet) -> Iterator[str]:
    if not sheet["A1"].value:
        yield f"{sheet.title}: A1 has no title"
    if not sheet["A2"].value:
        yield f"{sheet.title}: A2 does not say what the sheet holds"


def _merged(sheet: Worksheet) -> Iterator[str]:
    if sheet.merged_cells.ranges:
        yield f"{sheet.title}: merged cells {sheet.merged_cells}"


def _table(sheet: Worksheet) -> Iterator[str]:
    if len(sheet.tables) != 1:
        yield f"{sheet.title}: {len(sheet.tables)} tables"
        return
    table = next(iter(sheet.tables.values()))
    _, first_row, last_column, last_row = _bounds(table.ref)
    if (last_column, last_row) != (sheet.max_column, sheet.max_row):
        yield f"{sheet.title}: something stands beside or below the table"
    headings = [cell.value for cell in sheet[first_row]]
    if any(not heading for heading in headings) or len(set(headings)) < len(headings):
        yield f"{sheet.title}: headings that are empty or not unique"
    if headings != [column.name for column in table.tableColumns]:
        yield f"{sheet.title}: the table's column names are not its headings"
    introduction = " ".join(str(sheet.cell(row, 1).value) for row in range(1, first_row))
    for row in sheet.iter_rows(min_row=first_row, max_row=last_row):
        blanks = [cell.coordinate for cell in row if cell.value is None or cell.value == ""]
        is_total = table.totalsRowCount and row[0].row == last_row
        if blanks and not (is_total and EXPLAINED in introduction and len(blanks) < len(row)):
            yield f"{sheet.title}: blank cells {', '.join(blanks)}"


def _blank_rows(sheet: Worksheet) -> Iterator[str]:
    for row in sheet.iter_rows():
        if all(cell.value is None for cell in row):
            yield f"{sheet.title}: row {row[0].row} is blank"


def _widths(sheet: Worksheet) -> Iterator[str]:
    widths: dict[int, float] = {}
    for dimension in sheet.column_dimensions.values():
        for place in range(dimension.min or 1, (dimension.max or 0) + 1):
            widths[place] = dimension.width
    header = _header_row(sheet)
    for row in sheet.iter_rows(min_row=header):
        for cell in row:
            width = widths.get(cell.column or 0, 0)
            if isinstance(cell.value, int | float) and len(f"-£{abs(cell.value):,.2f}") > width:
                yield f"{sheet.title}: {cell.coordinate} is too narrow for its figure"
            if isinstance(cell.value, str) and len(cell.value) > width and not cell.alignment.wrap_text:
                yield f"{sheet.title}: {cell.coordinate} is too narrow for its text, which does not wrap"


def _header_row(sheet: Worksheet) -> int:
    table = next(iter(sheet.tables.values()), None)
    return 1 if table is None else _bounds(table.ref)[1]


def _bounds(cells: str) -> tuple[int, ...]:
    """First column, first row, last column, last row."""
    return tuple(bound or 0 for bound in range_boundaries(cells))


def _print(sheet: Worksheet) -> Iterator[str]:
    header = _header_row(sheet)
    if sheet.page_setup.orientation != "landscape" or str(sheet.page_setup.paperSize) != "9":
        yield f"{sheet.title}: does not print on A4 landscape"
    if not sheet.sheet_properties.pageSetUpPr or not sheet.sheet_properties.pageSetUpPr.fitToPage:
        yield f"{sheet.title}: is not fitted to the page's width"
    if sheet.print_title_rows != f"${header}:${header}":
        yield f"{sheet.title}: the header row is not repeated on every page"
    header_text, footer_text = str(sheet.HeaderFooter.oddHeader), str(sheet.HeaderFooter.oddFooter)
    if "&C" not in header_text or "&C" not in footer_text:
        yield f"{sheet.title}: no protective marking at the top and bottom of its pages"
    if "&P" not in footer_text:
        yield f"{sheet.title}: no page numbers"


def _view(sheet: Worksheet) -> Iterator[str]:
    header = _header_row(sheet)
    pane = sheet.sheet_view.pane
    if pane is None or pane.state != "frozen" or pane.ySplit != header:
        yield f"{sheet.title}: the header row does not stay in view"


def _negative_figures(sheet: Worksheet) -> Iterator[str]:
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell.value, int | float) and cell.value < 0 and "-" not in cell.number_format:
                yield f"{sheet.title}: {cell.coordinate} is negative, and shows it by colour alone"


SHEET_CHECKS = (_title, _merged, _table, _blank_rows, _widths, _print, _view, _negative_figures)
