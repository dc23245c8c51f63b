"""What would go wrong if values were put into cells of a form: told before anything is filled."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portfolio.uploads.areas import Place, address_of, place_of
from portfolio.uploads.filling import At, holds_formula, is_heading, is_twice, no_cell, no_sheet, unfit
from portfolio.uploads.layout import FormSheet, Outline
from portfolio.uploads.writing import Entry

MOST_FIGURES = 15
"""Figures of a number that spreadsheet programs keep."""


class FaultKind(StrEnum):
    """What is wrong with a value in a cell."""

    NO_SHEET = "No such sheet"
    NO_CELL = "No such cell"
    TWICE = "Filled twice"
    UNFIT = "Does not fit into a cell"
    FORMULA = "Would overwrite a formula"
    HEADING = "Would overwrite a table’s heading"
    PIVOT = "Inside a pivot table"
    RULE = "Breaks the form’s rule"
    LOCKED = "Locked cell"
    NO_DATE = "Not shown as a date"
    FIGURES = "Too many figures"


_ONLY_TOLD = {FaultKind.RULE, FaultKind.LOCKED, FaultKind.NO_DATE, FaultKind.PIVOT, FaultKind.FIGURES}


@dataclass(frozen=True)
class Fault:
    """One thing wrong with one value: where, what, and a sentence of what to do."""

    sheet: str
    cell: str
    kind: FaultKind
    sentence: str

    @property
    def stops(self) -> bool:
        """Whether the form cannot be filled so; otherwise it is filled, and this is worth knowing."""
        return self.kind not in _ONLY_TOLD


def faults(outline: Outline, values: Mapping[At, Entry]) -> list[Fault]:
    """What is wrong with values in a form's cells, in the values' order; nothing where all is well."""
    found: list[Fault] = []
    taken: set[tuple[str, Place]] = set()
    for (title, address), entry in values.items():
        sheet, place = outline.sheet(title), place_of(address)
        if sheet is None:
            found.append(Fault(title, address, FaultKind.NO_SHEET, no_sheet(title)))
        elif place is None:
            found.append(Fault(title, address, FaultKind.NO_CELL, no_cell(address)))
        else:
            first = sheet.first(place)
            said = _faults_of(outline, sheet, first, entry, (sheet.title, first) in taken)
            found.extend(Fault(sheet.title, address_of(first), kind, sentence) for kind, sentence in said)
            taken.add((sheet.title, first))
    return found


def _faults_of(
    outline: Outline, sheet: FormSheet, place: Place, entry: Entry, is_taken: bool
) -> Iterator[tuple[FaultKind, str]]:
    where = f"{sheet.title}!{address_of(place)}"
    cell = sheet.at(place)
    if is_taken:
        yield FaultKind.TWICE, is_twice(where)
    if (reason := unfit(entry, outline.epoch_1904)) is not None:
        yield FaultKind.UNFIT, f"{where}: {reason}"
        return
    if cell.formula is not None:
        yield FaultKind.FORMULA, holds_formula(where)
    elif any(table.needs(place) for table in sheet.tables):
        yield FaultKind.HEADING, is_heading(where)
    elif not sheet.may_change(place):
        yield FaultKind.LOCKED, f"{where} is locked: the form does not ask for anything there. Check that it is meant"
    if any(area.holds(place) for area in sheet.pivots):
        yield FaultKind.PIVOT, f"{where} is of a pivot table, which Excel writes anew. Choose another cell"
    rule = sheet.validation(place)
    if rule is not None and (wanted := rule.breaks(entry, outline.epoch_1904)) is not None:
        yield FaultKind.RULE, f"{where} takes {wanted}. Choose another figure, or another cell"
    if isinstance(entry, date) and not cell.is_date:
        yield FaultKind.NO_DATE, f"{where} is not formatted as a date, and would show a number of days. Fill a text"
    if isinstance(entry, Decimal) and len(entry.normalize().as_tuple().digits) > MOST_FIGURES:
        yield FaultKind.FIGURES, f"{where}: spreadsheets keep {MOST_FIGURES} figures of a number. Fill a rounded one"
