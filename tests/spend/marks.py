"""Reads what a workbook holds and how it is marked, to hold one against another."""

import io
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass

from openpyxl import load_workbook

from portfolio.spend.workbooks.listing import LIST
from portfolio.uploads.opening import opened

MARK = '"To put right"<>""'


def values_of(content: bytes, *, formulas: bool = True) -> dict[str, object]:
    """Every value by sheet and cell, but for our list; without `formulas`, what is computed is left out."""
    with opened(content, most_rows=20_000, most_columns=60) as book:
        return {
            f"{sheet.title}!{cell.place}": (cell.value, cell.is_formula) if formulas else cell.value
            for sheet in book.sheets
            if sheet.title != LIST
            for row in sheet.rows()
            for cell in row
            if formulas or not cell.is_formula
        }


@dataclass(frozen=True)
class Marks:
    """How a workbook is marked: comments by cell, the cells with a fill and a border of ours, and the rows of the list.

    Each of those is sheet, cell, sentence, severity, and where its link leads.
    """

    comments: Mapping[str, str]
    painted: Set[str]
    listed: Sequence[tuple[object, ...]]


def marks_of(content: bytes) -> Marks:
    """A workbook's marks, as openpyxl reads them."""
    book = load_workbook(io.BytesIO(content))
    comments: dict[str, str] = {}
    painted: set[str] = set()
    for sheet in book.worksheets:
        comments |= {
            f"{sheet.title}!{cell.coordinate}": cell.comment.text
            for row in sheet.iter_rows()
            for cell in row
            if cell.comment
        }
        for cells in sheet.conditional_formatting:
            for rule in cells.rules:
                if MARK in rule.formula and rule.dxf.fill and rule.dxf.border.left.style:
                    painted |= {f"{sheet.title}!{cell}" for cell in str(cells.sqref).split()}
    rows = list(book[LIST].iter_rows(min_row=4, max_col=4)) if LIST in book.sheetnames else []
    listed = [(*(cell.value for cell in row), row[1].hyperlink and row[1].hyperlink.location) for row in rows]
    return Marks(comments, painted, listed)
