"""Figures in groups, side by side or stacked. Bars lie on their side, so that names and amounts of any length fit."""

from dataclasses import dataclass
from decimal import Decimal

from reports.charts.figures import Series, heading, in_unit, spoken, written
from reports.charts.pen import BAR, BOLD, GAP, MARGIN, SPACE, Pen, Scale
from reports.charts.ways import Way, ways
from reports.documents import Table


@dataclass(frozen=True)
class Columns:
    """Figures of several series in several groups; stacked, the parts of a group lie end to end with their sum.

    A unit is £, % or a word. Figures below zero run to the left; a stack draws only its parts above zero.
    """

    title: str
    groups: tuple[str, ...]
    series: tuple[Series, ...]
    unit: str
    stacked: bool = False
    narrow: bool = False
    of: str = "Group"
    """What a group is, as the table's first column is headed."""

    def draw(self, pen: Pen) -> None:
        """Each group's name, then its bars."""
        if unit := in_unit(self.unit):
            pen.write_line(unit)
        drawn = [(each.name, way) for each, way in zip(self.series, ways(len(self.series)), strict=True)]
        if self.stacked:
            pen.key(drawn)
        scale = Scale(self._lengths(), pen.room(self._labels()))
        for place, group in enumerate(self.groups):
            pen.write_line(group, BOLD)
            if self.stacked:
                self._stack(pen, scale, place, [way for _, way in drawn])
            else:
                for each, (_, way) in zip(self.series, drawn, strict=True):
                    pen.bar(scale, each.values[place], self._label(each, place), way)
            pen.at += GAP

    def _label(self, series: Series, place: int) -> str:
        figure = series.said(place, self.unit)
        return figure if len(self.series) == 1 else f"{figure} {series.name}"

    def _sums(self) -> list[Decimal]:
        return [sum(self._above_zero(place), Decimal(0)) for place in range(len(self.groups))]

    def _above_zero(self, place: int) -> list[Decimal]:
        return [max(each.values[place] or Decimal(0), Decimal(0)) for each in self.series]

    def _lengths(self) -> list[Decimal | None]:
        return [*self._sums()] if self.stacked else [value for each in self.series for value in each.values]

    def _labels(self) -> list[str]:
        if self.stacked:
            return [written(self.total(place), self.unit) for place in range(len(self.groups))]
        return [self._label(each, place) for each in self.series for place in range(len(self.groups))]

    def total(self, place: int) -> Decimal | None:
        """What a group's figures come to; None where it has none."""
        known = [value for each in self.series if (value := each.values[place]) is not None]
        return sum(known, Decimal(0)) if known else None

    def _stack(self, pen: Pen, scale: Scale, place: int, drawn: list[Way]) -> None:
        """The parts end to end, their sum beside them, and in a line below what each is."""
        left = MARGIN
        for value, way in zip(self._above_zero(place), drawn, strict=True):
            wide = scale.length(value)
            if wide:
                pen.box(left, pen.at, wide, BAR * 0.82, way)
            left += wide
        pen.write(left + SPACE, pen.at + BAR * 0.41, written(self.total(place), self.unit))
        pen.at += BAR
        told = [f"{each.name} {each.said(place, self.unit)}" for each in self.series if each.values[place]]
        if told:
            pen.write_line(" · ".join(told))

    def as_table(self) -> Table:
        """A row a group, a column a series; stacked, with the sum."""
        names = [heading(each.name, self.unit) for each in self.series]
        rows = []
        for place, group in enumerate(self.groups):
            values = [each.said(place, self.unit) for each in self.series]
            rows.append((group, *values, *([written(self.total(place), self.unit)] if self.stacked else [])))
        columns = (self.of, *names, *([heading("Total", self.unit)] if self.stacked else []))
        return Table(self.title, columns, tuple(rows), frozenset(range(1, len(columns))))

    def in_words(self) -> str:
        """Each group's figures."""
        told = (
            f"{group}: " + ", ".join(f"{each.name} {each.said(place, self.unit)}" for each in self.series)
            for place, group in enumerate(self.groups)
        )
        return spoken("Stacked bars" if self.stacked else "Bars", heading(self.title, self.unit), told)
