"""The cells of a return by names that stay: a sheet, a row by what it is about, a column by its heading.

Positions move when a project or a partnership is added; these names do not. They are made of small letters, digits and
hyphens, so that they can stand in an address: `interventions/svd-25-01~dorset-csp~labour/actual-this-quarter`.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from hashlib import sha256
from typing import NamedTuple

from reports.sheets import Sheet

IDENTIFYING = (
    "Item",
    "Check",
    "Note",
    "Code",
    "Reference",
    "CSP",
    "Stream",
    "Cost category",
    "Indicator",
    "Period",
    "What",
    "From",
    "To",
)
"""The columns that say what a row is about, where a table has them; a table with none of them is known by its first."""
BETWEEN = "~"
TOTAL = "total"
"""The row of totals."""


@dataclass(frozen=True)
class Address:
    """A cell's names: of its sheet, its row and its column."""

    sheet: str
    row: str
    column: str


class Spot(NamedTuple):
    """A cell's position: the sheet's name, and row and column counted from 0; lines, then subtotals, then the total."""

    sheet: str
    row: int
    column: int


@cache
def slug(text: str) -> str:
    """`Actual this quarter` as `actual-this-quarter`; a text without any letter that can stand so has a digest."""
    plain = unicodedata.normalize("NFKD", text.replace("%", " per cent ")).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-") or sha256(text.encode()).hexdigest()[:8]


class AddressedSheet:
    """A sheet whose rows and columns can be found by name, and named."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet
        self.identifying = [name for name in IDENTIFYING if name in sheet.table.places] or [
            sheet.table.columns[0].heading
        ]
        """The headings of the columns that say what a row is about."""
        self.slug = slug(sheet.name)
        """What addresses call it."""

    @cached_property
    def rows(self) -> tuple[str, ...]:
        """The name of each row: lines, subtotals, and the total if there is one; several of one name are counted."""
        table = self.sheet.table
        columns = [table.cells[table.places[heading]] for heading in self.identifying]
        names = [BETWEEN.join(slug(str(cell)) for cell in cells) for cells in zip(*columns, strict=True)]
        return tuple(_counted([*names, *([TOTAL] if table.total is not None else [])]))

    @cached_property
    def columns(self) -> tuple[str, ...]:
        """The name of each column."""
        return tuple(_counted(slug(column.heading) for column in self.sheet.table.columns))

    @cached_property
    def _places(self) -> tuple[Mapping[str, int], Mapping[str, int]]:
        rows = {name: place for place, name in enumerate(self.rows)}
        return rows, {name: place for place, name in enumerate(self.columns)}

    def spot(self, row: str, column: str) -> Spot | None:
        """Where a row and a column cross; None where the sheet has no such row or column."""
        rows, columns = self._places
        return Spot(self.sheet.name, rows[row], columns[column]) if row in rows and column in columns else None

    def row_in_words(self, row: int) -> str:
        """What a row is about, as the sheet says it: `SVD-25-01, Dorset CSP, labour`."""
        table = self.sheet.table
        if row == len(table.cells[0]):
            return str(table.total)
        return ", ".join(str(table.cells[table.places[heading]][row]) for heading in self.identifying)


def _counted(names: Iterable[str]) -> Iterable[str]:
    """Names with a number where the same one came before."""
    seen: dict[str, int] = {}
    for name in names:
        seen[name] = seen.get(name, 0) + 1
        yield name if seen[name] == 1 else f"{name}{BETWEEN}{seen[name]}"


class Addressed:
    """Sheets whose cells can be found by address, and addressed."""

    def __init__(self, sheets: Iterable[Sheet]) -> None:
        self._by_name = {sheet.name: AddressedSheet(sheet) for sheet in sheets}
        self._by_slug = {slug(name): addressed for name, addressed in self._by_name.items()}

    def find_sheet(self, named: str) -> AddressedSheet | None:
        """A sheet by the name that addresses have for it."""
        return self._by_slug.get(named)

    def find(self, address: Address) -> Spot | None:
        """Where a cell stands; None where there is no such cell."""
        sheet = self.find_sheet(address.sheet)
        return None if sheet is None else sheet.spot(address.row, address.column)

    def sheet(self, name: str) -> AddressedSheet:
        """A sheet by its own name."""
        return self._by_name[name]

    def address(self, spot: Spot) -> Address:
        """What a cell is called."""
        sheet = self._by_name[spot.sheet]
        return Address(slug(spot.sheet), sheet.rows[spot.row], sheet.columns[spot.column])
