"""Figures by two headings, like prevention level by area: where something is, and where nothing is."""

from dataclasses import dataclass
from decimal import Decimal

from reports.charts.figures import NO_FIGURE, heading, in_unit, spoken, written
from reports.charts.pen import BAR, BOLD, GAP, MARGIN, NORMAL, SPACE, Pen, Scale, length
from reports.charts.ways import ASKED, FINE_LINE, FULL, Way
from reports.documents import Table

NAMES = 1.5
"""Inches: room for the names of rows."""
Values = tuple[tuple[Decimal | None, ...], ...]
INDENT = 0.12
"""Inches: names of columns below the name of their row."""


@dataclass(frozen=True)
class _Figure:
    """An amount where a row and a column meet, how it is written, what it is, and how its bar is filled."""

    amount: Decimal | None
    written: str
    name: str
    way: Way

    def label(self, *, named: bool) -> str:
        """What stands beside or below its bar."""
        return f"{self.written} {self.name}".rstrip() if named else self.written


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
    nothing: str = NO_FIGURE
    """What stands where there is no figure."""

    def draw(self, pen: Pen) -> None:
        """A grid where cells have room for what is written in them; names in a key save some; a list where not."""
        if unit := in_unit(self.unit):
            pen.write_line(unit)
        room = (pen.width - 2 * MARGIN - NAMES) / max(len(self.columns), 1) - 2 * SPACE
        if self._widest(named=True) <= room:
            self._grid(pen, room, named=True)
        elif self._widest(named=False) <= room:
            pen.key([(each.name, each.way) for each in self._kinds(0, 0)])
            self._grid(pen, room, named=False)
        else:
            self._list(pen)

    def _kinds(self, row: int, column: int) -> list[_Figure]:
        """What there may be where a row and a column meet."""
        kinds = [(self.values, self.name, FULL)]
        if self.out_of:
            kinds.insert(0, (self.out_of, self.out_of_name, ASKED))
        return [
            _Figure(values[row][column], self._written(values[row][column]), name, way) for values, name, way in kinds
        ]

    def _written(self, value: Decimal | None) -> str:
        return self.nothing if value is None else written(value, self.unit)

    def _cell(self, row: int, column: int) -> list[_Figure]:
        """What is drawn where a row and a column meet; where there is nothing at all, that is said once."""
        kinds = self._kinds(row, column)
        return kinds if any(each.amount is not None for each in kinds) else [_Figure(None, self.nothing, "", FULL)]

    def _cells(self) -> list[_Figure]:
        places = [(row, column) for row in range(len(self.rows)) for column in range(len(self.columns))]
        return [each for row, column in places for each in self._cell(row, column)]

    def _widest(self, *, named: bool) -> float:
        # What stands for no figure may take several lines.
        written_out = (each.label(named=named) for each in self._cells() if each.amount is not None)
        return max((length(label, NORMAL) for label in written_out), default=0.0)

    def _grid(self, pen: Pen, room: float, *, named: bool) -> None:
        scale = Scale([each.amount for each in self._cells()], room)
        lefts = [MARGIN + NAMES + (room + 2 * SPACE) * column for column in range(len(self.columns))]
        self._across(pen, list(zip(lefts, self.columns, strict=True)), room)
        for row, name in enumerate(self.rows):
            pen.rule((MARGIN, pen.width - MARGIN), (pen.at, pen.at), FINE_LINE)
            pen.at += GAP / 2
            top = pen.at
            pen.write_block(MARGIN, NAMES - SPACE, name, BOLD)
            bottoms = [pen.at]
            for column, left in enumerate(lefts):
                pen.at = top
                for each in self._cell(row, column):
                    if each.amount is not None:
                        pen.box(left + scale.zero, pen.at, scale.length(each.amount), BAR * 0.82, each.way)
                        pen.at += BAR
                    pen.write_block(left, room, each.label(named=named), NORMAL)
                bottoms.append(pen.at)
            pen.at = max(bottoms) + GAP / 2

    def _across(self, pen: Pen, names: list[tuple[float, str]], room: float) -> None:
        top = pen.at
        bottoms = [top]
        for left, name in names:
            pen.at = top
            pen.write_block(left, room, name, BOLD)
            bottoms.append(pen.at)
        pen.at = max(bottoms) + SPACE

    def _list(self, pen: Pen) -> None:
        cells = self._cells()
        room = pen.room([each.label(named=True) for each in cells], MARGIN + INDENT)
        scale = Scale([each.amount for each in cells], room)
        for row, name in enumerate(self.rows):
            pen.write_line(name, BOLD)
            for column, across in enumerate(self.columns):
                pen.write_line(across, left=MARGIN + INDENT)
                for each in self._cell(row, column):
                    pen.bar(scale, each.amount, each.label(named=True), each.way, MARGIN + INDENT)
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
                *(each.written for column in range(len(self.columns)) for each in self._kinds(row, column)),
            )
            for row, name in enumerate(self.rows)
        )
        return Table(self.title, tuple(columns), rows, frozenset(range(1, len(columns))))

    def in_words(self) -> str:
        """Every meeting of a row and a column."""
        told = (
            f"{name}, {across}: " + ", ".join(each.label(named=True) for each in self._cell(row, column))
            for row, name in enumerate(self.rows)
            for column, across in enumerate(self.columns)
        )
        return spoken("Bars in a grid", heading(self.title, self.unit), told)
