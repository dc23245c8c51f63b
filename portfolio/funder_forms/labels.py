"""What a cell of a form is called: the words beside it, those above it, and the heading of its part of the sheet."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass

from portfolio.uploads.areas import Place
from portfolio.uploads.layout import FormSheet

MOST_WORDS = 160
"""Longer texts are instructions, no labels."""
FAR = 40
"""So many rows above a cell, or columns left of it, its label may stand."""


@dataclass(frozen=True)
class Label:
    """What stands beside a cell (left of it), above it, and the nearest line of its own further up."""

    beside: str = ""
    above: str = ""
    section: str = ""

    @property
    def text(self) -> str:
        """Both in one line."""
        return " / ".join(part for part in (self.beside, self.above) if part)


class Labels:
    """The labels of a sheet's cells."""

    def __init__(self, sheet: FormSheet) -> None:
        self._by_row: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self._by_column: dict[int, list[tuple[int, str]]] = defaultdict(list)
        for place, cell in sorted(sheet.cells.items()):
            if isinstance(cell.value, str) and cell.formula is None and 0 < len(cell.value.strip()) <= MOST_WORDS:
                text = " ".join(cell.value.split())
                self._by_row[place[0]].append((place[1], text))
                # A heading over several columns stands over each of them.
                area = next((one for one in sheet.merged if one.top == place[0] and one.left == place[1]), None)
                last = place[1] if area is None else min(area.right, place[1] + FAR)
                for column in range(place[1], last + 1):
                    self._by_column[column].append((place[0] if area is None else area.bottom, text))
        for texts in self._by_column.values():
            texts.sort()

    def of(self, place: Place) -> Label:
        """A cell's label."""
        row, column = place
        beside = _before(self._by_row.get(row, []), column)
        above = _before(self._by_column.get(column, []), row)
        section = ""
        for up in range(row - 1, max(0, row - FAR), -1):
            texts = self._by_row.get(up, [])
            if len(texts) == 1 and texts[0][0] <= 2 and texts[0][1] != above:
                section = texts[0][1]
                break
        return Label(beside, above, section)

    def row(self, number: int) -> dict[int, str]:
        """The texts of a row by column."""
        return dict(self._by_row.get(number, []))

    def above(self, place: Place) -> str:
        """The nearest text above a cell."""
        return _before(self._by_column.get(place[1], []), place[0])


def _before(texts: list[tuple[int, str]], position: int) -> str:
    at = bisect_left(texts, (position, "")) - 1
    return texts[at][1] if at >= 0 and position - texts[at][0] <= FAR else ""
