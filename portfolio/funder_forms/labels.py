"""What a cell of a form is called: the words beside it, its column's headings, the heading of its part of the sheet.

A heading counts for the rows below it as far as its part of the sheet goes: the columns of a table higher up say
nothing of a line that stands below the table.
"""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from portfolio.uploads.areas import Place
from portfolio.uploads.layout import FormSheet

MOST_WORDS = 160
"""Longer texts are instructions, no labels."""
_TOTALS = ("total", "sub-total", "subtotal", "sub total", "grand total", "sum")
FAR = 40
"""So many rows above a cell, or columns left of it, its label may stand."""


@dataclass(frozen=True)
class Label:
    """What stands beside a cell (left of it), above it, over that heading, and the heading of its part of the sheet."""

    beside: str = ""
    above: str = ""
    section: str = ""
    over: str = ""
    """The heading over the heading, which several columns share: `Profile` over `Q1`."""

    @property
    def heading(self) -> str:
        """Its column's headings in one line."""
        return " ".join(part for part in (self.over, self.above) if part)

    @property
    def text(self) -> str:
        """All but the section in one line."""
        return " / ".join(part for part in (self.beside, self.over, self.above) if part)


class Labels:
    """The labels of a sheet's cells."""

    def __init__(self, sheet: FormSheet) -> None:
        self._by_row: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self._by_column: dict[int, list[tuple[int, str]]] = defaultdict(list)
        self._open: Counter[int] = Counter()
        merged = {(area.top, area.left): area for area in sheet.merged}
        asks = any(cell.value is None and sheet.is_input(at) for at, cell in sheet.cells.items())
        coloured: dict[int, str] = {}
        for place, cell in sorted(sheet.cells.items()):
            row = place[0]
            if isinstance(cell.value, str) and cell.formula is None and 0 < len(cell.value.strip()) <= MOST_WORDS:
                text = " ".join(cell.value.split())
                coloured.setdefault(row, cell.fill)
                self._by_row[row].append((place[1], text))
                # A heading over several columns stands over each of them.
                area = merged.get(place)
                last = place[1] if area is None else min(area.right, place[1] + FAR)
                for column in range(place[1], last + 1):
                    self._by_column[column].append((row if area is None else area.bottom, text))
            elif cell.formula is not None:
                self._open[row] += not isinstance(cell.value, str)
            elif cell.value is None and sheet.first(place) == place:
                # Where a form marks nowhere what it asks for, a blank in the colour of a heading's line is none.
                is_line = bool(cell.fill) and cell.fill == coloured.get(row)
                self._open[row] += sheet.is_input(place) if asks else not is_line
        for texts in self._by_column.values():
            texts.sort()
        begins = Counter(texts[0][0] for texts in self._by_row.values())
        self._left = min(begins, key=lambda column: (-begins[column], column), default=1)

    def of(self, place: Place) -> Label:
        """A cell's label."""
        row, column = place
        beside = _before(self._by_row.get(row, []), column)[1]
        at, above = self._heading(place, beside)
        section = next(
            (
                self._by_row[up][0][1]
                for up in range(row - 1, max(0, row - FAR), -1)
                if self._is_section(up) and self._by_row[up][0][1] != above
            ),
            "",
        )
        return Label(beside, above, section, self._over(at, column) if above else "")

    def below(self, place: Place) -> int:
        """How many rows a cell stands below its column's heading; 0 where it has none."""
        at, above = self._heading(place, _before(self._by_row.get(place[0], []), place[1])[1])
        return place[0] - at if above else 0

    def row(self, number: int) -> dict[int, str]:
        """The texts of a row by column."""
        return dict(self._by_row.get(number, []))

    def above(self, place: Place) -> str:
        """The headings of a cell's column, in one line."""
        return self.of(place).heading

    def rows_ending(self, heading: str) -> list[int]:
        """The rows in which the last line of a column's headings may stand, so that cells are headed by it."""
        return sorted({row for texts in self._by_column.values() for row, said in texts if heading.endswith(said)})

    def _is_section(self, row: int) -> bool:
        """Whether a line of its own stands here: one text at the left, and nothing to fill in."""
        texts = self._by_row.get(row, ())
        return len(texts) == 1 and texts[0][0] <= self._left and not self._open[row]

    def _heading(self, place: Place, beside: str) -> tuple[int, str]:
        """The nearest text above a cell that is its column's heading, and its row."""
        row, column = place
        at, text = _before(self._by_column.get(column, []), row)
        if not text or (self._is_section(at) and (beside or row - at > 1)):
            return 0, ""
        between = range(at + 1, row)
        if any(self._is_section(up) for up in between):
            return 0, ""
        has_gap = any(not self._by_row.get(up) and not self._open[up] for up in between)
        is_head = len(self._by_row.get(at, ())) > 1 and not self._open[at]
        return (0, "") if has_gap and not is_head else (at, text)

    def _over(self, at: int, column: int) -> str:
        up = at - 1
        texts = self._by_row.get(up, [])
        if not texts or self._is_section(up) or self._open[up] >= len(texts):
            return ""
        straight = [text for row, text in self._by_column.get(column, []) if row == up]
        return straight[0] if straight else _before(texts, column)[1]


def room_for(sheet: FormSheet, first_row: int, columns: Sequence[int]) -> int:
    """How many rows a list has room for: down to where something else stands in its columns, or a line begins.

    A line begins where words stand at the left that the list's first row does not have, or that say it is a total.
    """
    last, right = sheet.used.bottom if sheet.used else first_row, max(columns, default=1)
    named = {column for column in range(1, right) if sheet.at((first_row, column)).value is not None}
    for row in range(first_row, last + 1):
        if any(sheet.at((row, column)).value is not None or sheet.at((row, column)).formula for column in columns):
            return max(1, row - first_row)
        beside = [(column, sheet.at((row, column)).value) for column in range(1, right) if column not in columns]
        if any(
            isinstance(said, str) and (column not in named or said.strip().casefold().startswith(_TOTALS))
            for column, said in beside
        ):
            return max(1, row - first_row)
    return max(1, last - first_row + 1)


def _before(texts: list[tuple[int, str]], position: int) -> tuple[int, str]:
    """The nearest of some texts before a position, and where it stands."""
    at = bisect_left(texts, (position, "")) - 1
    return texts[at] if at >= 0 and position - texts[at][0] <= FAR else (0, "")
