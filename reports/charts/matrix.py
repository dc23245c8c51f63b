"""Figures by two headings, like prevention level by area: where something is, and where nothing is."""

from dataclasses import dataclass
from decimal import Decimal

from reports.charts.figures import heading, in_unit, spoken, written
from reports.charts.pen import BOLD, GAP, LINE, MARGIN, NORMAL, SPACE, Pen, Scale, length
from reports.charts.ways import ASKED, FINE_LINE, FULL, Way
from reports.documents import Table

NAMES = 1.5
"""Inches: room for the names of rows."""
Values = tuple[tuple[Decimal | None, ...], ...]
INDENT = 0.12
"""Inches: names of columns below the name of their row."""


@dataclass(frozen=True)
class Matrix:
    """A figure where a row and a column meet, as a bar and in writing; with `out_of`, what it is out of above it.

    `name` and `out_of_name` say what the two are, like awarded and asked. A unit is £, % or a word.
    """

    title: str
    rows: tuple[str, ...]
    columns: tuple[str, ...]
    values: Values
    unit: str
    name: str = ""
    out_of: Values = ()
    out_of_name: str = ""
    narrow: bool = False
    of: str = "Group"
    """What a row is, as the table's first column is headed."""

    def draw(self, pen: Pen) -> None:
        """A grid where the cells have room for what is written in them, a list where they have not."""
        if unit := in_unit(self.unit):
            pen.write_line(unit)
        cell = (pen.width - 2 * MARGIN - NAMES) / max(len(self.columns), 1)
        if self._widest() + 2 * SPACE <= cell:
            self._grid(pen, cell)
        else:
            self._list(pen)

    def _cell(self, row: int, column: int) -> list[tuple[Decimal | None, str, Way]]:
        """What is drawn where a row and a column meet: amounts, what is written, and the filling."""
        pairs = [(self.values, self.name, FULL)]
        if self.out_of:
            pairs.insert(0, (self.out_of, self.out_of_name, ASKED))
        return [
            (values[row][column], f"{written(values[row][column], self.unit)} {name}".rstrip(), way)
            for values, name, way in pairs
        ]

    def _cells(self) -> list[tuple[Decimal | None, str, Way]]:
        places = [(row, column) for row in range(len(self.rows)) for column in range(len(self.columns))]
        return [each for row, column in places for each in self._cell(row, column)]

    def _widest(self) -> float:
        return max((length(label, NORMAL) for _, label, _ in self._cells()), default=0.0)

    def _grid(self, pen: Pen, cell: float) -> None:
        scale = Scale([amount for amount, _, _ in self._cells()], cell - 2 * SPACE)
        lefts = [MARGIN + NAMES + cell * column for column in range(len(self.columns))]
        self._across(pen, [(left, name) for left, name in zip(lefts, self.columns, strict=True)], cell)
        for row, name in enumerate(self.rows):
            pen.rule((MARGIN, pen.width - MARGIN), (pen.at, pen.at), FINE_LINE)
            pen.at += GAP / 2
            top = pen.at
            pen.write_block(MARGIN, NAMES - SPACE, name, BOLD)
            bottoms = [pen.at]
            for column, left in enumerate(lefts):
                pen.at = top
                for amount, label, way in self._cell(row, column):
                    pen.bar(scale, amount, "", way, left)
                    pen.write(left, pen.at + LINE * 0.4, label)
                    pen.at += LINE
                bottoms.append(pen.at)
            pen.at = max(bottoms) + GAP / 2

    def _across(self, pen: Pen, names: list[tuple[float, str]], cell: float) -> None:
        top = pen.at
        bottoms = [top]
        for left, name in names:
            pen.at = top
            pen.write_block(left, cell - SPACE, name, BOLD)
            bottoms.append(pen.at)
        pen.at = max(bottoms) + SPACE

    def _list(self, pen: Pen) -> None:
        cells = self._cells()
        room = pen.room([label for _, label, _ in cells], MARGIN + INDENT)
        scale = Scale([amount for amount, _, _ in cells], room)
        for row, name in enumerate(self.rows):
            pen.write_line(name, BOLD)
            for column, across in enumerate(self.columns):
                pen.write_line(across, left=MARGIN + INDENT)
                for amount, label, way in self._cell(row, column):
                    pen.bar(scale, amount, label, way, MARGIN + INDENT)
                pen.at += SPACE
            pen.at += GAP

    def as_table(self) -> Table:
        """A row a row; a column a column, or two where there is something that it is out of."""
        columns = [self.of]
        for across in self.columns:
            names = [self.out_of_name, self.name] if self.out_of else [self.name]
            columns += [heading(f"{across}, {name}" if name else across, self.unit) for name in names]
        rows = tuple(
            (
                name,
                *(
                    written(amount, self.unit)
                    for column in range(len(self.columns))
                    for amount, _, _ in self._cell(row, column)
                ),
            )
            for row, name in enumerate(self.rows)
        )
        return Table(self.title, tuple(columns), rows, frozenset(range(1, len(columns))))

    def in_words(self) -> str:
        """Every meeting of a row and a column."""
        told = (
            f"{name}, {across}: " + ", ".join(label for _, label, _ in self._cell(row, column))
            for row, name in enumerate(self.rows)
            for column, across in enumerate(self.columns)
        )
        return spoken("Bars in a grid", heading(self.title, self.unit), told)
