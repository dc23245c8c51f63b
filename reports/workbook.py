"""Write a declared book as an .xlsx file: the same book gives the same bytes, whenever and wherever it is written."""

from collections.abc import Callable, Sequence
from io import BytesIO
from textwrap import wrap
from typing import Any

import xlsxwriter
from xlsxwriter.core import Core
from xlsxwriter.packager import Packager

from reports.cells import Cell
from reports.entering import let_in
from reports.sheets import ROW, Book, Column, Shape, Sheet, letters

LANGUAGE = "en-GB"
FONT = {"font_name": "Arial", "font_size": 12, "font_scheme": "none"}
"""Sans-serif, and no smaller than 12 points: the Government Analysis Function's advice for spreadsheets."""
FONT_COLUMN = 80
"""Pixels of a standard column in FONT, from which XlsxWriter works out every column's width."""
POUNDS = "£#,##0.00;[Red]-£#,##0.00"
"""A minus sign as well as the colour: colour alone would not be seen by everybody."""
FIGURES = {
    Shape.MONEY: POUNDS,
    Shape.PERCENT: "0.00%;[Red]-0.00%",
    Shape.NUMBER: "General",
    Shape.DATE: "d mmm yyyy",
}
INK, RULE, HEADER, WARNING, BOX = "#0B0C0C", "#B1B4B6", "#DDE6F0", "#A8071A", "#FFF9E0"
LINE_HEIGHT = 15
"""Points of one line of text in FONT."""
SENTENCE = 32
"""Characters of a first column that says why there are no rows."""
TALLEST_ROW = 409
"""Points; Excel shows no taller row."""
PAGE_CHARACTERS = 170
"""Characters across a printed page that can still be read; a wider table goes over several pages."""
PAGE_LINES = 48
"""Lines that go on one page down without becoming too small; a longer table runs on."""
A4 = 9

Format = Any  # XlsxWriter has no types of its own
Paper = Any


class _Core(Core):  # type: ignore[misc]  # XlsxWriter has no types
    """XlsxWriter has no property for the language; this writes it with the last of the others."""

    def _write_cp_content_status(self) -> None:
        super()._write_cp_content_status()
        self._xml_data_element("dc:language", LANGUAGE)


class _Packager(Packager):  # type: ignore[misc]  # XlsxWriter has no types
    def _write_core_file(self) -> None:
        core = _Core()
        core._set_properties(self.workbook.doc_properties)
        core._set_xml_writer(self._filename("docProps/core.xml"))
        core._assemble_xml_file()


class _File(xlsxwriter.Workbook):  # type: ignore[misc]  # XlsxWriter has no types
    def _get_packager(self) -> _Packager:
        return _Packager()


class _Formats:
    """The cell formats of one file, each made once."""

    def __init__(self, file: _File) -> None:
        self._file = file
        base = {"valign": "top", "font_color": INK}
        self.title = file.add_format({"bold": True, "font_size": 16, "font_color": INK, "valign": "vcenter"})
        self.lead = file.add_format({"font_color": INK})
        self.alert = file.add_format({"valign": "vcenter", "bold": True, "font_size": 14, "font_color": WARNING})
        head = base | {"bold": True, "bg_color": HEADER, "bottom": 2, "bottom_color": INK}
        self.header = {shape: file.add_format(head | {"text_wrap": True} | _aligned(shape)) for shape in Shape}
        body = base | {"bottom": 1, "bottom_color": RULE}
        self.line = {shape: file.add_format(body | _shown(shape)) for shape in Shape}
        bold = base | {"bold": True, "bottom": 1, "bottom_color": RULE}
        self.subtotal = {shape: file.add_format(bold | _shown(shape)) for shape in Shape}
        stands_out = body | {"bold": True, "border": 2, "border_color": INK, "bg_color": BOX}
        self.marked = {shape: file.add_format(stands_out | _shown(shape)) for shape in Shape}
        total = base | {"bold": True, "top": 1, "top_color": INK, "bottom": 6, "bottom_color": INK}
        self.total = {shape: file.add_format(total | _shown(shape)) for shape in Shape}
        # A box all round, as well as a colour: where one may type is seen by everybody.
        box = base | {"bg_color": BOX, "border": 1, "border_color": INK, "locked": False}
        self.entry = {shape: file.add_format(box | _shown(shape)) for shape in Shape}


def _aligned(shape: Shape) -> dict[str, object]:
    """Words to the left, a little away from the figures before them; figures to the right."""
    return {"align": "left", "indent": 1} if shape in (Shape.TEXT, Shape.DATE) else {"align": "right"}


def _shown(shape: Shape) -> dict[str, object]:
    look = {"text_wrap": True, **_aligned(shape)}
    return look if shape is Shape.TEXT else look | {"num_format": FIGURES[shape]}


def new_file(out: BytesIO) -> Any:
    """An empty workbook in our type, that says which language it is in."""
    options = {"in_memory": True, "default_format_properties": dict(FONT), "default_column_width": FONT_COLUMN}
    return _File(out, options)


def write_book(book: Book) -> bytes:
    """The file's bytes. Every formula carries its computed value, so that a reader need not recalculate."""
    out = BytesIO()
    file = new_file(out)
    file.set_properties({"title": book.title, "subject": book.subject, "author": book.author, "created": book.created})
    formats = _Formats(file)
    for sheet in book.sheets:
        _write_sheet(file.add_worksheet(sheet.name), sheet, book, formats)
    file.close()
    return out.getvalue()


def _write_sheet(paper: Paper, sheet: Sheet, book: Book, formats: _Formats) -> None:
    paper.hide_gridlines(2)
    paper.set_row(0, 2 * LINE_HEIGHT)
    paper.write_string(0, 0, sheet.title, formats.title)
    for row, line in enumerate(sheet.introduction, start=1):
        alert = sheet.alert and row == 1
        paper.set_row(row, LINE_HEIGHT * (1.5 if alert else 1))
        paper.write_string(row, 0, line, formats.alert if alert else formats.lead)
    headings = book.headings(sheet)
    _make_table(paper, sheet, headings, formats)
    widths = []
    for place, (column, cells) in enumerate(zip(sheet.table.columns, sheet.table.cells, strict=True)):
        _write_column(paper, sheet, place, column, cells, formats)
        widths.append(_width(column, [*cells, *sheet.table.totals[place : place + 1]], headings[place]))
        if sheet.table.empty and place == 0:
            widths[0] = max(widths[0], SENTENCE)
        paper.set_column(place, place, widths[-1])
    lines = _set_heights(paper, sheet, headings, widths)
    _set_up_page(paper, sheet, book, widths, lines)
    if book.is_form:
        let_in(paper, sheet)


def _make_table(paper: Paper, sheet: Sheet, headings: Sequence[str], formats: _Formats) -> None:
    table = sheet.table
    columns: list[dict[str, object]] = []
    for place, (column, heading) in enumerate(zip(table.columns, headings, strict=True)):
        made: dict[str, object] = {"header": heading, "header_format": formats.header[column.shape]}
        if table.total is not None and place == 0:
            made["total_string"] = table.total
        elif table.total is not None and (formula := sheet.total_formula(column)) is not None:
            made |= {"total_function": formula, "total_value": table.totals[place]}
        columns.append(made)
    last = len(columns) - 1
    paper.add_table(
        sheet.header_row - 1,
        0,
        sheet.last_row - 1,
        last,
        {
            "name": table.name,
            "columns": columns,
            "style": None,
            "total_row": table.total is not None,
            "autofilter": table.sortable and not table.empty,
            "title": sheet.title,
            "description": sheet.introduction[0],
        },
    )
    if table.total is not None:
        _write_totals(paper, sheet, formats)


def _write_totals(paper: Paper, sheet: Sheet, formats: _Formats) -> None:
    """The table has the totals, unformatted; write them again as they are to look."""
    row = sheet.total_row - 1
    for place, (column, value) in enumerate(zip(sheet.table.columns, sheet.table.totals, strict=True)):
        look = formats.total[column.shape]
        formula = sheet.total_formula(column) if place else None
        if formula is not None:
            paper.write_formula(row, place, formula, look, value)
        elif value is not None:
            paper.write_string(row, place, value, look)
        else:
            paper.write_blank(row, place, None, look)


def _write_column(
    paper: Paper, sheet: Sheet, place: int, column: Column[Any], cells: Sequence[Cell], formats: _Formats
) -> None:
    """One column's lines and subtotals: the way to write it is chosen once, not for each cell."""
    table, first = sheet.table, sheet.first_row - 1
    look = formats.line[column.shape] if column.entry is None else formats.entry[column.shape]
    lines = 1 if table.empty else len(table.lines)
    plain = _plain_writer(paper, column.shape) if column.entry is None else _box_writer(paper, column.shape)
    if column.marked is not None and not table.empty:
        stands_out = formats.marked[column.shape]
        for row, (cell, line) in enumerate(zip(cells, table.lines, strict=False), first):
            plain(row, place, cell, stands_out if column.marked(line) else look)
    elif table.empty or column.formula is None:
        for row, cell in enumerate(cells[:lines], first):
            plain(row, place, cell, look)
    elif isinstance(column.formula, str):
        before, *after = sheet.compile(column.formula).split(ROW)
        write_formula = paper.write_formula
        for row, cell in enumerate(cells[:lines], first):
            number = str(row + 1)
            write_formula(row, place, before + number + number.join(after) if after else before, look, cell)
    else:
        for row, (cell, line) in enumerate(zip(cells, table.lines, strict=False), first):
            formula = column.formula(line)
            if formula is None:
                plain(row, place, cell, look)
            else:
                paper.write_formula(row, place, sheet.compile(formula).replace(ROW, str(row + 1)), look, cell)
    if table.subtotals:
        _write_subtotals(paper, sheet, place, column, cells[lines:], formats)


def _write_subtotals(
    paper: Paper, sheet: Sheet, place: int, column: Column[Any], cells: Sequence[Cell], formats: _Formats
) -> None:
    look = formats.subtotal[column.shape]
    if column.total:
        formula = sheet.subtotal_formula(column.heading)
    elif column.ratio is not None:
        formula = sheet.compile(str(column.formula))
    else:
        formula = ""
    for row, cell in enumerate(cells, sheet.last_line):
        if formula:
            paper.write_formula(row, place, formula.replace(ROW, str(row + 1)), look, cell)
        else:
            paper.write_string(row, place, cell, look)


def _plain_writer(paper: Paper, shape: Shape) -> Callable[[int, int, Cell, Format], object]:
    """How to write a column's typed cells: a text in a column of figures says why there is no figure."""
    write_string = paper.write_string
    if shape is Shape.TEXT:
        return write_string  # type: ignore[no-any-return]  # XlsxWriter has no types
    write_figure = paper.write_datetime if shape is Shape.DATE else paper.write_number

    def write(row: int, place: int, cell: Cell, look: Format) -> None:
        (write_string if isinstance(cell, str) else write_figure)(row, place, cell, look)

    return write


def _box_writer(paper: Paper, shape: Shape) -> Callable[[int, int, Cell, Format], object]:
    """How to write what somebody may type over: a box with nothing in it is a blank cell, not an empty text."""
    plain = _plain_writer(paper, shape)

    def write(row: int, place: int, cell: Cell, look: Format) -> None:
        if cell == "":
            paper.write_blank(row, place, None, look)
        else:
            plain(row, place, cell, look)

    return write


def _width(column: Column[Any], cells: Sequence[Cell | None], heading: str) -> int:
    """Characters that a column needs: text wraps, figures must fit, and no word of the heading is broken."""
    width = max(column.width, *(len(word) + 3 for word in heading.split()))
    if column.shape is Shape.MONEY:
        largest = max((abs(cell) for cell in cells if isinstance(cell, float)), default=0.0)
        width = max(width, len(f"-£{largest:,.2f}") + 2)
    while any(line.endswith("[note") for room in range(width - 2, width + 3) for line in wrap(heading, room)):
        width += 1  # however wide the letters turn out to be, a note's mark stays in one piece
    return width


def _set_heights(paper: Paper, sheet: Sheet, headings: Sequence[str], widths: Sequence[int]) -> int:
    """Rows as tall as their wrapped text needs: not every program works that out when it opens a file.

    Returns how many lines of text the sheet has.
    """
    paper.set_row(
        sheet.header_row - 1,
        LINE_HEIGHT * max(len(wrap(name, width - 1)) for name, width in zip(headings, widths, strict=True)) + 4,
    )
    lines: dict[int, int] = {}
    for width, cells in zip(widths, sheet.table.cells, strict=True):
        room = width - 2  # less than the width: lines break between words, and words are of all lengths
        for row, cell in enumerate(cells, sheet.first_row - 1):
            if isinstance(cell, str) and (len(cell) > width or "\n" in cell):
                needed = sum(-(-len(part) // room) or 1 for part in cell.split("\n"))
                if needed > lines.get(row, 1):
                    lines[row] = needed
    for row, needed in lines.items():
        paper.set_row(row, min(LINE_HEIGHT * needed, TALLEST_ROW))
    return sheet.last_row + sum(lines.values()) - len(lines)


def _set_up_page(paper: Paper, sheet: Sheet, book: Book, widths: Sequence[int], lines: int) -> None:
    """A4 landscape, as many pages wide as the table needs to be read, the header and what names a row on each."""
    header = sheet.header_row - 1
    paper.freeze_panes(header + 1, sheet.frozen)
    cells = f"A1:{letters(len(sheet.table.columns) - 1)}{sheet.last_row}"
    paper.ignore_errors(dict.fromkeys(("number_stored_as_text", "formula_differs", "formula_range"), cells))
    paper.set_landscape()
    paper.set_paper(A4)
    paper.set_margins(left=0.4, right=0.4, top=0.75, bottom=0.75)
    repeated = sum(widths[: sheet.frozen])
    fits = sum(widths) <= PAGE_CHARACTERS
    across = 1 if fits else -(-(sum(widths) - repeated) // (PAGE_CHARACTERS - repeated))
    paper.fit_to_pages(across, 1 if lines <= PAGE_LINES else 0)
    paper.repeat_rows(header)
    if not fits:
        # The page's header says what the title says, which would be cut off where the first columns are repeated.
        paper.repeat_columns(0, sheet.frozen - 1)
        paper.print_area(header, 0, sheet.last_row - 1, len(sheet.table.columns) - 1)
    marking, subject = _in_header(book.marking), _in_header(book.subject)
    paper.set_header(f"&L{subject}&C&B{marking}&R{_in_header(sheet.name)}")
    paper.set_footer(f"&C{marking}&RPage &P of &N")


def _in_header(typed: str) -> str:
    """A text in a page's header: & is a command there, and all three parts together end at 255 characters."""
    return typed[:50].replace("&", "&&")
