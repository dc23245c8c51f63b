"""Each kind of chart: what is drawn is what its table says, in length and in writing; gaps and breaks stay such."""

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import numpy as np
import pytest
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from reports.charts import PER_CENT, Break, Chart, Columns, Lines, Series, alt, png, svg
from reports.charts.pen import MARGIN, NARROW, NORMAL, WIDE, Pen, length
from reports.charts.ways import FULL, SEVERAL, Way
from tests.reports import chart_samples as samples


class Paper:
    """What a pen draws on: it keeps every shape and text, and knows no pictures."""

    def __init__(self, chart: Any) -> None:
        self.texts: list[tuple[float, float, str, str]] = []
        self.boxes: list[Rectangle] = []
        self.lines: list[Line2D] = []
        self.pen = Pen(self, NARROW if chart.narrow else WIDE)  # type: ignore[arg-type]
        chart.draw(self.pen)

    def text(self, x: float, y: float, shown: str, **look: Any) -> None:
        """A text, with the part of it that stands at its place."""
        self.texts.append((x, y, shown, look["ha"]))

    def add_patch(self, box: Rectangle) -> None:
        """A bar."""
        self.boxes.append(box)

    def add_line(self, line: Line2D) -> None:
        """A line."""
        self.lines.append(line)

    @property
    def words(self) -> str:
        """All that is written."""
        return "\n".join(shown for _, _, shown, _ in self.texts)

    def bars(self, way: Way) -> list[float]:
        """How long the bars of one filling are."""
        return [
            box.get_width()
            for box in self.boxes
            if (box.get_hatch() or "") == way.hatch and matches(box.get_facecolor(), way.face)
        ]

    def runs(self, way: Way) -> list[list[float]]:
        """How far down the points of each line of one marker stand."""
        return [np.asarray(line.get_ydata()).tolist() for line in self.lines if line.get_marker() == way.marker]


def matches(drawn: Any, colour: str) -> bool:
    """Whether a shape has a colour, as matplotlib tells it."""
    return [round(part * 255) for part in drawn[:3]] == [int(colour[place : place + 2], 16) for place in (1, 3, 5)]


def in_proportion(lengths: list[float], amounts: list[Decimal]) -> bool:
    """Whether lengths are to each other as amounts are."""
    largest = max(range(len(amounts)), key=lambda place: abs(amounts[place]))
    scale = lengths[largest] / float(amounts[largest])
    return lengths == pytest.approx([float(amount) * scale for amount in amounts])


@pytest.mark.parametrize("narrow", [False, True])
@pytest.mark.parametrize("chart", [*samples.EVERY, *samples.NOTHING], ids=lambda chart: chart.title)
def test_every_figure_of_the_table_is_written_and_stays_within_the_picture(chart: Any, narrow: bool) -> None:
    paper = Paper(replace(chart, narrow=narrow))
    table = chart.as_table()
    assert table.caption == chart.title
    assert {len(row) for row in table.rows} <= {len(table.columns)}
    if not isinstance(chart, Lines):
        figures = [row[column] for row in table.rows for column in table.figures]
        shown = paper.words.replace("\n", " ").lower()
        assert all(figure.lower() in shown for figure in figures if figure not in ("0", "None agreed", "No figure"))
    for x, y, text, across in paper.texts:
        wide = length(text, NORMAL)
        left = x - {"left": 0, "center": wide / 2, "right": wide}[across]
        assert left >= -0.01, text
        assert left + wide <= paper.pen.width + 0.08, text  # bold letters are wider; their lines are broken as such
        assert 0 <= y <= paper.pen.at + MARGIN, text


@pytest.mark.parametrize("chart", samples.NOTHING, ids=lambda chart: type(chart).__name__)
def test_nothing_can_be_drawn_and_said(chart: Chart) -> None:
    assert "Nothing" in alt(chart)
    assert Paper(chart).pen.at >= MARGIN


def test_a_series_without_a_figure_says_so() -> None:
    assert [each.anything for each in (samples.SERIES, *samples.NOTHING) if isinstance(each, Lines)] == [
        True,
        False,
        False,
    ]


def test_bars_are_as_long_as_their_figures_and_what_is_below_zero_runs_the_other_way() -> None:
    paper = Paper(samples.GROUPED)
    planned, spent = samples.GROUPED.series
    assert in_proportion(paper.bars(SEVERAL[0]), [value for value in planned.values if value is not None])
    assert in_proportion(paper.bars(FULL), [value for value in spent.values if value is not None])
    assert paper.bars(FULL)[-1] < 0
    assert "Not due yet spent" in paper.words


def test_parts_of_a_stack_lie_end_to_end_and_make_its_sum() -> None:
    paper = Paper(samples.STACKED)
    key = len(samples.RATINGS)
    first = paper.boxes[key : key + 5]  # the first rating's bar of Q1 and those after it
    assert [box.get_x() + box.get_width() for box in first[:-1]] == pytest.approx([box.get_x() for box in first[1:]])
    assert samples.STACKED.as_table().rows[0] == ("Q1 2025/26", "2", "2", "2", "2", "2", "2", "12")
    assert "Green 2 · Amber/Green 2 · Amber 2" in paper.words
    assert "Total (projects)" in samples.STACKED.as_table().columns


def test_a_part_below_zero_is_written_but_not_drawn() -> None:
    chart = Columns("x", ("a",), (Series("in", (Decimal(4),)), Series("out", (Decimal(-1),))), "", stacked=True)
    paper = Paper(chart)
    assert len(paper.boxes) == 2 + 1  # the key, and one part
    assert chart.as_table().rows == (("a", "4", "−1", "3"),)
    assert "out −1" in paper.words


def test_a_line_stops_at_a_gap_and_at_a_break() -> None:
    paper = Paper(samples.SERIES)
    runs = paper.runs(FULL)
    assert [len(run) for run in runs] == [2, 1, 2]
    figures = [Decimal(value) for value in (41, 38, 44, 52, 50)]
    heights = [down for run in runs for down in run]
    steps = [
        (after - before) / float(later - earlier)
        for (before, after), (earlier, later) in zip(pairwise(heights), pairwise(figures), strict=True)
    ]
    assert steps == pytest.approx([steps[0]] * len(steps))
    assert paper.words.count("no figure") == 3
    assert "A: from Q1 2025/26: Counted by month" in paper.words
    assert "As first defined" not in paper.words  # before its first quarter a series has nothing to break


def test_a_table_says_at_which_quarter_a_series_breaks() -> None:
    table = samples.SERIES.as_table()
    assert table.columns == ("Quarter", "Figure (crimes)", "What changed")
    assert table.rows[2:5] == (
        ("Q3 2024/25", "No figure", ""),
        ("Q4 2024/25", "44", ""),
        ("Q1 2025/26", "52", "Counted by month."),
    )
    assert samples.RATES.as_table().columns == ("Quarter", "Per 1,000")


def test_several_lines_differ_in_dashes_and_markers() -> None:
    drawn = [line for line in Paper(samples.SEVERAL).lines if line.get_marker() in {way.marker for way in SEVERAL}]
    looks = {(line.get_marker(), line.get_linestyle(), str(line._unscaled_dash_pattern)) for line in drawn}  # type: ignore[attr-defined]
    assert len({marker for marker, _, _ in looks}) == 3
    assert len({dashes for _, _, dashes in looks}) == 3


def test_a_scale_has_round_steps_and_never_parts_of_people() -> None:
    rates = Paper(samples.RATES).words.split("\n")
    assert rates[:6] == ["−1", "0", "1", "2", "−0.5", "0.25"]
    few = Lines("x", samples.QUARTERS, (Series("one", samples.figures(0, 1, 1, 0)),), "people")
    assert [text for text in Paper(few).words.split("\n") if text in {"0", "0.2", "0.5", "1"}][:2] == ["0", "1"]
    many = replace(few, quarters=tuple(each for _ in range(10) for each in samples.QUARTERS), narrow=True)
    many = replace(many, series=(Series("one", (None,) * 40),))
    assert "Q1" not in Paper(many).words


def test_a_grid_that_does_not_fit_is_a_list() -> None:
    named = replace(samples.GRID, columns=("Dorset", "BCP", "Poole"), narrow=True)
    named = replace(named, values=tuple((*row, None) for row in named.values))
    named = replace(named, out_of=tuple((*row, None) for row in named.out_of))
    wide, narrow = Paper(samples.GRID), Paper(named)
    assert wide.words.count("Dorset") == 1
    assert narrow.words.count("Dorset") == len(samples.GRID.rows)
    awarded = [value for row in samples.GRID.values for value in row if value is not None]
    assert in_proportion(wide.bars(FULL), awarded)
    assert in_proportion(narrow.bars(FULL), awarded)
    assert samples.GRID.as_table().columns == (
        "Level",
        "Dorset, asked",
        "Dorset, awarded",
        "BCP, asked",
        "BCP, awarded",
    )
    assert samples.COUNTED.as_table().columns[1] == "Dorset (projects)"


def test_in_a_crowded_grid_a_key_says_what_bars_are() -> None:
    words = Paper(samples.CROWDED).words.replace("\n", " ")
    assert (words.count("asked"), words.count("awarded"), words.count("Nobody asked")) == (2, 1, 1)
    assert samples.CROWDED.as_table().rows[0][5:7] == ("Nobody asked", "Nobody asked")
    assert "Universal, South: Nobody asked;" in alt(samples.CROWDED)


def test_words_stand_for_a_picture() -> None:
    assert alt(samples.SINGLE) == (
        f"Bars: Reached. Dorset: share 52.5%; {samples.LONG}: share 100%. The table beside it has every figure."
    )
    assert "The series breaks from Q1 2025/26: Counted by month." in alt(samples.SERIES)
    assert "Universal, Dorset: £58,413.75 asked, £28,413.75 awarded" in alt(samples.GRID)
    assert "Families: 9 families promised, fewer than 5 to date" in alt(samples.TARGETS)
    many = Columns("x", tuple(map(str, range(20))), (Series("y", (Decimal(1),) * 20),), PER_CENT)
    assert "15: y 1% and 4 more. The table" in alt(many)


@pytest.mark.parametrize("draw", [svg, png])
def test_the_same_figures_give_the_same_picture(draw: Any) -> None:
    draw.cache_clear()
    charts: list[Any] = [samples.STACKED, samples.SERIES, samples.GRID]
    first = [draw(chart) for chart in charts]
    draw.cache_clear()
    assert [draw(replace(chart)) for chart in charts] == first
    assert len(set(first)) == len(charts)


def test_breaks_have_letters_of_their_own() -> None:
    breaks = (Break(samples.YEARS[2], "One"), Break(samples.YEARS[4], "Another"))
    words = Paper(replace(samples.SERIES, breaks=breaks)).words
    assert "A: from Q3 2024/25: One" in words
    assert "B: from Q1 2025/26: Another" in words
