"""Reads what a workbook of somebody else's looks like, within limits, whatever program wrote it."""

from collections.abc import Mapping
from dataclasses import replace

from portfolio.uploads.areas import MOST_COLUMNS, MOST_ROWS, Area, Place, merged_of, place_of
from portfolio.uploads.filling import MOST_MARKS_OF_FORM
from portfolio.uploads.layout import FormCell, FormSheet, Named, NoForm, Outline
from portfolio.uploads.named_tables import pivots_of, tables_of
from portfolio.uploads.opening import Book, Sheet, opened
from portfolio.uploads.packages import Package, own_name, parser_of
from portfolio.uploads.sheets import Facts, facts_of
from portfolio.uploads.sources import with_choices
from portfolio.uploads.styles import styles_of
from portfolio.uploads.validations import Validation, validations_of

__all__ = ["FormCell", "FormSheet", "Outline", "outline"]

_OPEN_XML = "application/vnd.openxmlformats-officedocument.spreadsheetml."
_WITH_MACROS = "application/vnd.ms-excel."
_KINDS = {
    f"{_OPEN_XML}template.main+xml": (".xltx", f"{_OPEN_XML}template"),
    f"{_WITH_MACROS}sheet.macroEnabled.main+xml": (".xlsm", f"{_WITH_MACROS}sheet.macroEnabled.12"),
    f"{_WITH_MACROS}template.macroEnabled.main+xml": (".xltm", f"{_WITH_MACROS}template.macroEnabled.12"),
}
_PLAIN = (".xlsx", f"{_OPEN_XML}sheet")
_MOST_SAID = 500  # characters of a comment


def outline(content: bytes) -> Outline:
    """What a workbook looks like. Raises NotAWorkbook, and NoForm where it has no sheet of figures."""
    with opened(
        content, most_rows=MOST_ROWS, most_columns=MOST_COLUMNS, most_marks=MOST_MARKS_OF_FORM, is_form=True
    ) as book:
        parts = {relation.kind: relation.target for relation in book.relations.values() if not relation.external}
        styles = styles_of(book.package, parts.get("styles"))
        if not book.sheets:
            raise NoForm("This workbook has no sheet with cells. Choose the form itself")
        sheets = [_sheet(book, sheet, facts_of(sheet, styles)) for sheet in book.sheets]
        names = tuple(_names(book))
        ending, media_type = _kind(book)
        return Outline(
            tuple(replace(sheet, validations=with_choices(sheet, sheets, names)) for sheet in sheets),
            names,
            book.epoch_1904,
            ending,
            media_type,
            book.package.has_macros,
            tuple(_warnings(book)),
        )


def _sheet(book: Book, sheet: Sheet, facts: Facts) -> FormSheet:
    relations = book.package.relations(sheet.part).values()
    rules = validations_of(book.package, sheet.part)
    merged = tuple(merged_of(book.package, sheet.part))
    return FormSheet(
        sheet.title,
        sheet.state,
        facts.is_protected,
        facts.cells,
        merged,
        tuple(rules),
        tuple(tables_of(book.package, sheet.part)),
        _comments(book.package, next((one.target for one in relations if one.kind == "comments"), None)),
        _used(facts, merged, rules),
        facts.rows,
        tuple(facts.columns),
        tuple(pivots_of(book.package, sheet.part)),
    )


def _used(facts: Facts, merged: tuple[Area, ...], rules: list[Validation]) -> Area | None:
    ends = [
        place
        for place, cell in facts.cells.items()
        if cell.value is not None or cell.formula is not None or (facts.is_protected and not cell.is_locked)
    ]
    # A rule for a whole column, or a merged heading across it, says nothing of how far the form goes.
    near = max((row for row, _ in ends), default=0) + 500, max((column for _, column in ends), default=0) + 50
    areas = [*merged, *(area for rule in rules for area in rule.areas)]
    ends += [(area.bottom, area.right) for area in areas if area.bottom <= near[0] and area.right <= near[1]]
    return Area(1, 1, max(row for row, _ in ends), max(column for _, column in ends)) if ends else None


def _comments(package: Package, part: str | None) -> Mapping[Place, str]:
    found: dict[Place, str] = {}
    held: list[str] = []
    place: Place | None = None
    inside = False

    def start(tag: str, values: dict[str, str]) -> None:
        nonlocal place, inside
        match own_name(tag):
            case "comment":
                place = place_of(values.get("ref", ""))
                held.clear()
            case "t":
                inside = True

    def end(tag: str) -> None:
        nonlocal inside
        match own_name(tag):
            case "t":
                inside = False
            case "comment" if place is not None:
                found[place] = "".join(held)[:_MOST_SAID]

    def text(said: str) -> None:
        if inside:
            held.append(said)

    if part is not None and part in package:
        package.walk(part, parser_of(start, end, text))
    return found


def _names(book: Book) -> list[Named]:
    found: list[Named] = []
    held: list[str] = []
    told: dict[str, str] = {}
    titles = {str(sheet.index): sheet.title for sheet in book.sheets}

    def start(tag: str, values: dict[str, str]) -> None:
        if own_name(tag) == "definedName":
            told.clear()
            told.update(values)
            held.clear()

    def end(tag: str) -> None:
        if own_name(tag) == "definedName":
            sheet = titles.get(told.get("localSheetId", ""))
            found.append(Named(told.get("name", ""), "".join(held).strip(), sheet))

    book.package.walk(book.main, parser_of(start, end, held.append))
    return found


def _kind(book: Book) -> tuple[str, str]:
    kinds: dict[str, str] = {}

    def start(_: str, values: dict[str, str]) -> None:
        if "PartName" in values:
            kinds[values["PartName"].lstrip("/").lower()] = values.get("ContentType", "")

    book.package.walk("[Content_Types].xml", parser_of(start))
    return _KINDS.get(kinds.get(book.main.lower(), ""), _PLAIN)


def _warnings(book: Book) -> list[str]:
    found = []
    if book.package.has_macros:
        found.append("The workbook holds macros (small programs). They are kept as they are, and never run here.")
    if book.linked:
        found.append(
            f"The workbook takes figures from other files ({', '.join(book.linked[:3])}). They are not followed: "
            "formulas that use them keep what they showed last."
        )
    if any(name.startswith("_xmlsignatures/") for name in book.package.names):
        found.append("The workbook is signed. Filling it ends the signature, as any change does.")
    return found
