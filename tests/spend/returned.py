"""Makes every workbook of the corpus by its program, has it judged, and hands it back marked."""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from openpyxl import Workbook as OpenWorkbook
from openpyxl import load_workbook

from portfolio.spend.checks import Contents
from portfolio.spend.workbooks.faults import Fault
from portfolio.spend.workbooks.marking import marked
from portfolio.uploads.cells import letters
from tests.libreoffice import LibreOffice
from tests.spend.corpus import CASES, PAY, TAKEN, By, edited
from tests.spend.corpus_world import LEVEL_UP, World
from tests.spend.grids import by_openpyxl, by_xlsxwriter, spot


@dataclass(frozen=True)
class Returned:
    """A workbook that came back: what is wrong with it, what it claims, and how it is handed back."""

    content: bytes
    faults: Sequence[Fault]
    claims: Mapping[int, Contents]
    marked: bytes

    @property
    def told(self) -> list[str]:
        """The faults as lines."""
        return lines_of(self.faults)


def lines_of(faults: Sequence[Fault]) -> list[str]:
    """A line for each fault: sheet, cell, severity, sentence."""
    return [f"{fault.sheet or '-'}!{fault.cell or '-'}, {fault.severity}: {fault.sentence}" for fault in faults]


def made(here: World, office: LibreOffice, folder: Path) -> dict[str, Returned]:
    """Every workbook of the corpus by its name, made by its program (two odd ones by LibreOffice) and handed back."""
    contents: dict[str, bytes] = {}
    saved: dict[str, Path] = {}
    for case in CASES:
        grid = edited(here.filled, case.edits)
        contents[case.name] = by_xlsxwriter(grid) if case.by is By.XLSXWRITER else by_openpyxl(here.form, grid)
        if case.by is By.LIBREOFFICE:
            saved[case.name] = folder / f"{len(saved)}.xlsx"
    for name, edits in TAKEN.items():
        contents[name] = by_openpyxl(here.form, edited(here.filled, edits))
    contents |= {name: make(here) for name, make in SAVED_ODDLY.items()}
    for name in ("sheets in another order, renamed", "a line of spaces"):
        saved[name] = folder / f"{len(saved)}.xlsx"
    for name, file in saved.items():
        file.write_bytes(contents[name])
    for name, file in zip(saved, office.convert([*saved.values()]), strict=True):
        contents[name] = file.read_bytes()
    found = {name: _returned(here, content) for name, content in contents.items()}
    for name in AGAIN:
        found[f"{name}, sent as it was marked"] = _returned(here, found[name].marked)
    return found


AGAIN = ("three decimals", "no colour", "a row of spend deleted", "as it is")
"""Workbooks that come back a second time, with the marks of the first."""


def _returned(here: World, content: bytes) -> Returned:
    judged = here.judged(content)
    claims = {typed.award.id: typed.contents for typed in judged.claims}
    return Returned(content, judged.faults, claims, marked(content, judged.faults))


def _hidden(here: World) -> bytes:
    book = load_workbook(io.BytesIO(by_openpyxl(here.form, here.filled)))
    book["Forecast"].sheet_state = "hidden"
    book["Spend"].row_dimensions[5].hidden = True
    book["Spend"].column_dimensions[letters(spot(here.filled, *PAY).column + 1)].hidden = True
    return _saved(book)


def _merged(here: World) -> bytes:
    book = load_workbook(io.BytesIO(by_openpyxl(here.form, here.filled)))
    for heading in ("Reference", "Partnership", "Stream"):
        first = spot(here.filled, "Spend", heading, LEVEL_UP)
        column = letters(first.column + 1)
        book["Spend"].merge_cells(f"{column}{first.row + 1}:{column}{first.row + 10}")
    return _saved(book)


def _saved(book: OpenWorkbook) -> bytes:
    written = io.BytesIO()
    book.save(written)
    return written.getvalue()


SAVED_ODDLY: Mapping[str, Callable[[World], bytes]] = {
    "made anew by XlsxWriter": lambda here: by_xlsxwriter(here.filled),
    "days counted from 1904": lambda here: by_xlsxwriter(here.filled, epoch_1904=True),
    "hidden sheets, rows and columns": _hidden,
    "merged cells": _merged,
}
"""As other programs, and people, leave a workbook that is in order."""
