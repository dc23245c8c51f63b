"""One sheet's cells as a form has them: values, formulas, styles, and the blank ones that may be written into.

What a cell shows is read by `cells`, as for every workbook that people send, so that there is one answer to it. What
only a form is asked for is looked up in passes of its own, left out where a sheet has nothing of it: claims, of which
there are many more, never pay for them.
"""

from dataclasses import dataclass, field, replace

from portfolio.uploads.areas import Area, Place, address_of, area_of
from portfolio.uploads.cells import column_of
from portfolio.uploads.layout import FormCell
from portfolio.uploads.opening import Sheet
from portfolio.uploads.packages import NotAWorkbook, own_name, parser_of
from portfolio.uploads.styles import Style

MOST_CELLS = 200_000
"""Cells of a sheet that hold something: more than any form that people fill."""

MOST_BLANK = 20_000
"""Blank cells, and rows, with a style of their own that are looked at; below them a form has nothing but lines."""


@dataclass
class Facts:
    """What a sheet holds: cells by their place, whether it is protected, and what blank rows and columns are like."""

    cells: dict[Place, FormCell] = field(default_factory=dict)
    rows: dict[int, FormCell] = field(default_factory=dict)
    columns: list[tuple[int, int, FormCell]] = field(default_factory=list)
    is_protected: bool = False


def facts_of(sheet: Sheet, styles: list[Style]) -> Facts:
    """What a sheet holds. Raises NotAWorkbook: damaged, or more cells than are read."""
    found = Facts()
    held = {(cell.row, cell.column): cell for row in sheet.rows() for cell in row}
    if len(held) > MOST_CELLS:
        raise NotAWorkbook(
            f"Sheet “{sheet.title[:31]}” has more than {MOST_CELLS:,} cells that hold something, as no form has. "
            "Choose the form itself"
        )
    formulas, spilling = _formulas(sheet)
    cells = found.cells
    blank = row = column = 0
    likes: dict[int, FormCell] = {}

    def like(said: str) -> FormCell:
        number = int(said)
        if number not in likes:
            style = styles[number] if number < len(styles) else Style()
            formats = sheet.book.formats
            likes[number] = FormCell(
                (0, 0), None, None, formats.code(number), formats.is_date(number), style.is_locked, style.fill
            )
        return likes[number]

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal blank, row, column
        match own_name(tag):
            case "c":
                said = values.get("r", "").rstrip("0123456789")
                column = column_of(said) if said else column + 1
                place = row, column
                cell = held.get(place)
                if cell is None:
                    blank += 1
                    if blank > MOST_BLANK:
                        return
                style = like(values.get("s", "0"))
                cells[place] = replace(
                    style, place=place, value=cell.value if cell else None, formula=formulas.get(place)
                )
            case "row":
                row = int(values.get("r", row + 1))
                column = 0
                if "s" in values and len(found.rows) < MOST_BLANK and values.get("customFormat") in ("1", "true"):
                    found.rows[row] = like(values["s"])
            case "col" if "style" in values:
                found.columns.append((int(values["min"]), int(values["max"]), like(values["style"])))
            case "sheetProtection":
                found.is_protected = values.get("sheet") in ("1", "true")

    sheet.book.package.walk(sheet.part, parser_of(start))
    for area, said in spilling:
        for place in (place for place in cells if area.holds(place) and place not in formulas):
            cells[place] = replace(cells[place], formula=said)
    return found


def _formulas(sheet: Sheet) -> tuple[dict[Place, str], list[tuple[Area, str]]]:
    """A sheet's formulas by cell, and the areas that one of them fills."""
    found: dict[Place, str] = {}
    spilling: list[tuple[Area, str]] = []
    shared: dict[str, Place] = {}
    held: list[str] = []
    told: dict[str, str] = {}
    row = column = 0
    inside = False

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal row, column, told, inside
        match own_name(tag):
            case "c":
                said = values.get("r", "").rstrip("0123456789")
                column = column_of(said) if said else column + 1
            case "row":
                row = int(values.get("r", row + 1))
                column = 0
            case "f":
                told = values
                held.clear()
                inside = True

    def end(tag: str) -> None:
        nonlocal inside
        if not inside or own_name(tag) != "f":
            return
        inside = False
        place = row, column
        said = "".join(held)
        kind, number = told.get("t", "normal"), told.get("si", "")
        if kind == "shared":
            if said:
                shared[number] = place
            else:
                said = f"as in {address_of(shared.get(number, place))}"
        area = area_of(told.get("ref", ""))
        if kind in ("array", "dataTable") and area is not None:
            said = said or "a table of what if"
            spilling.append((area, said))
        found[place] = said

    def text(said: str) -> None:
        if inside:
            held.append(said)

    package = sheet.book.package
    if package.names_tag(sheet.part, "<f") or package.names_tag(sheet.part, ":f"):
        package.walk(sheet.part, parser_of(start, end, text))
    return found, spilling
