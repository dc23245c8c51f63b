"""Figures over quarters. A line stops where there is no figure, and where what is counted changes."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from string import ascii_uppercase

from portfolio.quarters import Quarter
from reports.charts.figures import POUNDS, Series, heading, in_unit, spoken, written
from reports.charts.pen import GAP, LINE, MARGIN, NORMAL, SPACE, Pen, length, lines_of
from reports.charts.ways import BREAK_LINE, FINE_LINE, ZERO_LINE, Way, ways
from reports.documents import Table

TALL = 1.9
"""Inches: the room that figures are drawn in."""
STEPS = 4
"""About so many lines of a scale stand between nothing and the largest figure."""


@dataclass(frozen=True)
class Break:
    """From this quarter on something else is counted, and why: figures before and after are not compared."""

    quarter: Quarter
    because: str


@dataclass(frozen=True)
class Lines:
    """Figures of several series by quarter, in order; None is a gap. A unit is £, % or a word."""

    title: str
    quarters: tuple[Quarter, ...]
    series: tuple[Series, ...]
    unit: str
    breaks: tuple[Break, ...] = ()
    narrow: bool = False

    @property
    def anything(self) -> bool:
        """Whether there is a figure at all; a page without any shows no picture."""
        return any(value is not None for each in self.series for value in each.values)

    def draw(self, pen: Pen) -> None:
        """A scale, the lines, the quarters below, and last what each break is."""
        drawn = ways(len(self.series))
        if unit := in_unit(self.unit):
            pen.write_line(unit)
        if len(self.series) > 1:
            pen.key([(each.name, way) for each, way in zip(self.series, drawn, strict=True)], lines=True)
        plot = _Plot(pen, self)
        plot.scale()
        for place, each in enumerate(self._breaks()):
            plot.broken(each, ascii_uppercase[place % len(ascii_uppercase)])
        for each_series, way in zip(self.series, drawn, strict=True):
            for run in self._runs(each_series.values):
                plot.run(run, way)
        plot.labels()
        plot.below()
        for place, each in enumerate(self._breaks()):
            pen.write_line(f"{ascii_uppercase[place % len(ascii_uppercase)]}: {_said(each)}")

    def _breaks(self) -> list[Break]:
        """Breaks within the series: before its first quarter there is nothing to break."""
        return [each for each in self.breaks if each.quarter in self.quarters[1:]]

    def _runs(self, values: Sequence[Decimal | None]) -> Iterator[list[tuple[int, Decimal]]]:
        """The figures that a line joins: up to the next gap or break."""
        begins = {each.quarter for each in self.breaks}
        run: list[tuple[int, Decimal]] = []
        for place, (quarter, value) in enumerate(zip(self.quarters, values, strict=True)):
            if run and (value is None or quarter in begins):
                yield run
                run = []
            if value is not None:
                run.append((place, value))
        if run:
            yield run

    def as_table(self) -> Table:
        """A row a quarter, a column a series; where there are breaks, what changed from that quarter on."""
        said = {each.quarter: each.because for each in self.breaks}
        columns = ("Quarter", *(heading(each.name, self.unit) for each in self.series))
        rows = [
            (quarter.short, *(each.said(place, self.unit) for each in self.series))
            for place, quarter in enumerate(self.quarters)
        ]
        if said:
            columns = (*columns, "What changed")
            rows = [(*row, said.get(quarter, "")) for quarter, row in zip(self.quarters, rows, strict=True)]
        return Table(self.title, columns, tuple(rows), frozenset(range(1, len(self.series) + 1)))

    def in_words(self) -> str:
        """Each series' figures by quarter, and where it breaks."""
        several = len(self.series) > 1
        told = [
            f"{quarter.short}: "
            + ", ".join(each.said(place, self.unit) + (f" {each.name}" if several else "") for each in self.series)
            for place, quarter in enumerate(self.quarters)
        ]
        return spoken(
            "Lines over quarters",
            heading(self.title, self.unit),
            told,
            [f"The series breaks {_said(each)}." for each in self._breaks()],
        )


def _said(each: Break) -> str:
    return f"from {each.quarter.short}: {each.because.strip().rstrip('.')}"


class _Plot:
    """Where a figure of a quarter stands on the picture."""

    def __init__(self, pen: Pen, chart: Lines) -> None:
        self.pen = pen
        self.chart = chart
        known = [value for each in chart.series for value in each.values if value is not None]
        self.step = _step(max([Decimal(0), *known]) - min([Decimal(0), *known]), whole=all(map(_is_whole, known)))
        self.bottom = (min([Decimal(0), *known]) / self.step).to_integral_value(ROUND_FLOOR) * self.step
        self.top = max((max([Decimal(0), *known]) / self.step).to_integral_value(ROUND_CEILING), Decimal(1)) * self.step
        self.left = MARGIN + SPACE + max(length(self._tick(tick), NORMAL) for tick in self._ticks())
        self.high = pen.at + LINE
        self.wide = (pen.width - MARGIN - self.left) / max(len(chart.quarters), 1)
        pen.at = self.high + TALL

    def _ticks(self) -> Iterator[Decimal]:
        tick = self.bottom
        while tick <= self.top:
            yield tick
            tick += self.step

    def _tick(self, tick: Decimal) -> str:
        shown = written(tick, self.chart.unit)
        return shown.removesuffix(".00") if self.chart.unit == POUNDS else shown

    def x(self, place: int) -> float:
        """The middle of a quarter."""
        return self.left + (place + 0.5) * self.wide

    def y(self, value: Decimal) -> float:
        """How far down a figure stands."""
        return self.high + float((self.top - value) / (self.top - self.bottom)) * TALL

    def scale(self) -> None:
        """A fine line for each step, a strong one for zero."""
        for tick in self._ticks():
            where = self.y(tick)
            self.pen.rule((self.left, self.pen.width - MARGIN), (where, where), FINE_LINE if tick else ZERO_LINE)
            self.pen.write(self.left - SPACE, where, self._tick(tick), across="right")

    def broken(self, each: Break, letter: str) -> None:
        """A dashed line between two quarters, with the letter that stands for what changed."""
        where = self.x(self.chart.quarters.index(each.quarter)) - self.wide / 2
        self.pen.rule((where, where), (self.high, self.high + TALL), BREAK_LINE)
        self.pen.write(where, self.high - LINE / 2, letter, weight="bold", across="center")

    def run(self, run: list[tuple[int, Decimal]], way: Way) -> None:
        """Figures joined by a line, each with its marker."""
        self.pen.rule([self.x(place) for place, _ in run], [self.y(value) for _, value in run], way)

    def labels(self) -> None:
        """The highest figure of a quarter above its marker and the lowest below, where there is room; and gaps."""
        for place in range(len(self.chart.quarters)):
            known = sorted(value for each in self.chart.series if (value := each.values[place]) is not None)
            if not known and self.chart.series:
                self._gap(place)
            for value, away in ((known[-1], -1), (known[0], 1)) if known else ():
                shown, down = written(value, self.chart.unit), self.y(value) + away * LINE * 0.8
                # Below its marker a figure needs to be the lower of two, and to stay clear of the quarters' names.
                clear = away < 0 or (known[0] < known[-1] and down + LINE / 2 <= self.high + TALL)
                if clear and length(shown, NORMAL) <= self.wide:
                    self.pen.write(self.x(place), down, shown, across="center", over=True)

    def _gap(self, place: int) -> None:
        """What stands where there is no figure, above the line of zero, where there is room."""
        words = self.chart.series[0].said(place, self.chart.unit).lower()
        if max(length(word, NORMAL) for word in words.split()) > self.wide:
            return
        for above, line in enumerate(reversed(lines_of(words, self.wide, NORMAL))):
            down = self.y(Decimal(0)) - LINE * (above + 0.6)
            self.pen.write(self.x(place), down, line, across="center", over=True)

    def below(self) -> None:
        """The quarters, and under the first of each year the year, where there is room."""
        free = 0.0
        for place, quarter in enumerate(self.chart.quarters):
            if length(quarter.name, NORMAL) + SPACE <= self.wide:
                self.pen.write(self.x(place), self.pen.at + LINE / 2, quarter.name, across="center")
            wide = length(str(quarter.year), NORMAL)
            begins = place == 0 or quarter.number == 1
            left = min(self.x(place) - length("Q1", NORMAL) / 2, self.pen.width - MARGIN - wide)
            if begins and left >= free:
                self.pen.write(left, self.pen.at + LINE * 1.5, str(quarter.year))
                free = left + wide + SPACE
        self.pen.at += 2 * LINE + GAP


def _is_whole(value: Decimal) -> bool:
    return value == value.to_integral_value()


def _step(span: Decimal, *, whole: bool) -> Decimal:
    """A round step of a scale: 1, 2 or 5 times a power of ten; never a part of one where all is counted whole."""
    if not span:
        return Decimal(1)
    rough = span / STEPS
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * times for times in (1, 2, 5, 10) if power * times >= rough)
    return max(step, Decimal(1)) if whole else step
