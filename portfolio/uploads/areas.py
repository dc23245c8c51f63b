"""Addresses of cells as workbooks write them (C12, $C$12, B2:D9, A:C, 2:4), and which cells are merged into one."""

import re
from collections.abc import Iterable, Sequence
from typing import Generic, NamedTuple, TypeVar

from portfolio.uploads.cells import column_of, letters
from portfolio.uploads.packages import Package, parser_of, tags

MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
"""What a sheet has, in every program."""

Place = tuple[int, int]
"""Row and column of a cell, both from 1."""

T = TypeVar("T")

_MOST_OF_SHORT = 200  # rows of an area that is noted at each of them
_CELL = re.compile(r"\$?([A-Za-z]{1,3})\$?([1-9]\d{0,6})")
_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
_ROWS = re.compile(r"\$?([1-9]\d{0,6}):\$?([1-9]\d{0,6})")


class Area(NamedTuple):
    """A rectangle of cells: its first and last row and column, all from 1 and all in it."""

    top: int
    left: int
    bottom: int
    right: int

    def holds(self, place: Place) -> bool:
        """Whether a cell is in it."""
        return self.top <= place[0] <= self.bottom and self.left <= place[1] <= self.right

    @property
    def address(self) -> str:
        """As people write it: B2:D9, or B2 for one cell."""
        first, last = address_of((self.top, self.left)), address_of((self.bottom, self.right))
        return first if first == last else f"{first}:{last}"

    @property
    def size(self) -> int:
        """How many cells it has."""
        return (self.bottom - self.top + 1) * (self.right - self.left + 1)


class Covering(Generic[T]):
    """What areas of a sheet stand for, found by cell: a form has hundreds of them, and each cell is asked about."""

    def __init__(self, areas: Iterable[tuple[Area, T]]) -> None:
        self._by_row: dict[int, list[tuple[Area, T]]] = {}
        self._tall: list[tuple[Area, T]] = []
        for area, said in areas:
            if area.bottom - area.top > _MOST_OF_SHORT:
                self._tall.append((area, said))
                continue
            for row in range(area.top, area.bottom + 1):
                self._by_row.setdefault(row, []).append((area, said))

    def at(self, place: Place) -> T | None:
        """What the first area that holds a cell stands for; None where none does."""
        for listed in (self._by_row.get(place[0], ()), self._tall):
            for area, said in listed:
                if area.holds(place):
                    return said
        return None


def place_of(address: str) -> Place | None:
    """Row and column of an address such as C12; None where it is none, or outside of any sheet."""
    found = _CELL.fullmatch(address)
    if found is None:
        return None
    row, column = int(found[2]), column_of(found[1].upper())
    return (row, column) if row <= MOST_ROWS and column <= MOST_COLUMNS else None


def address_of(place: Place) -> str:
    """The address of a row and a column: C12."""
    return f"{letters(place[1])}{place[0]}"


def area_of(address: str) -> Area | None:
    """The area that an address names: one cell, several, or whole rows or columns; None where it names none."""
    if found := _COLUMNS.fullmatch(address):
        return _ordered((1, column_of(found[1].upper())), (MOST_ROWS, column_of(found[2].upper())))
    if found := _ROWS.fullmatch(address):
        return _ordered((int(found[1]), 1), (int(found[2]), MOST_COLUMNS))
    first, _, last = address.partition(":")
    start, end = place_of(first), place_of(last or first)
    return None if start is None or end is None else _ordered(start, end)


def areas_of(addresses: str) -> tuple[Area, ...]:
    """The areas that a list of addresses names, as in B2:B9 D4."""
    return tuple(area for address in addresses.split() if (area := area_of(address)) is not None)


def _ordered(one: Place, other: Place) -> Area | None:
    top, bottom = sorted((one[0], other[0]))
    left, right = sorted((one[1], other[1]))
    return Area(top, left, bottom, right) if bottom <= MOST_ROWS and right <= MOST_COLUMNS else None


def merged_of(package: Package, part: str) -> list[Area]:
    """The areas of a sheet that are merged into one cell each. Raises NotAWorkbook."""
    merged = tags("mergeCell")
    found: list[Area | None] = []

    def start(tag: str, values: dict[str, str]) -> None:
        if tag in merged:
            found.append(area_of(values["ref"]))

    if package.names_tag(part, "mergeCell"):
        package.walk(part, parser_of(start))
    return [area for area in found if area is not None]


def first_of(place: Place, merged: Sequence[Area]) -> Place:
    """The cell that shows what a place holds: the first one of a merged area, or itself."""
    return next(((area.top, area.left) for area in merged if area.holds(place)), place)
