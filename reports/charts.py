"""Charts: figures in, an SVG picture out. The same figures always give the same bytes.

A chart is shown beside its figures in a table. Bars are told apart by hatching and by words as well as
by colour, and every bar carries its amount. Drawn with matplotlib's `Figure` alone, which is safe from several threads
(pyplot is not); matplotlib is imported when the first chart is drawn, because that takes seconds.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache, lru_cache
from io import BytesIO
from threading import Lock
from typing import TYPE_CHECKING

from portfolio.money import ZERO, format_pounds

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE, NARROW = 7.6, 3.7
"""Inches: a chart for a screen, and one that can be read on a telephone."""
FONT = "DejaVu Sans"
SIZE = 9.0
BOLD, NORMAL = "bold", "normal"
POINTS = 72
"""Points to the inch."""
FIXED_POINT = 65536
"""Fonts tell widths in sixteen-bit fractions of a point."""
LINE, BAR, GAP, MARGIN, SPACE = 0.185, 0.17, 0.16, 0.04, 0.06
"""Inches: a line of text, a bar, the gap between proposals, the margin, the space before a bar's amount."""
INK, ASKED, AWARDED = "#1f2933", "#5b6770", "#174f87"
NOT_IN_FONT = "□"
OWN_SCALE = "Each proposal, to a scale of its own"
_DRAWING = Lock()


@dataclass(frozen=True)
class Bars:
    """What one proposal (or all of them) asked for and was awarded, in pounds, and what was decided, in a word."""

    title: str
    asked: Decimal
    awarded: Decimal
    outcome: str


@dataclass(frozen=True)
class AskedAndAwarded:
    """A picture of what was asked and what was awarded: all together first, against what was available; then each."""

    together: Bars
    available: Decimal
    proposals: tuple[Bars, ...]
    narrow: bool = False


@lru_cache(maxsize=64)
def asked_and_awarded(chart: AskedAndAwarded) -> bytes:
    """The chart as SVG. Bars of all together and bars of each proposal have a scale of their own each."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    width = NARROW if chart.narrow else WIDE
    # Settings and fonts of matplotlib are the whole process's, so one chart is drawn at a time.
    with _DRAWING, rc_context({"svg.hashsalt": "portfolio", "svg.fonttype": "path", "hatch.linewidth": 0.6}):
        drawn = (chart.together, *chart.proposals)
        height = MARGIN + sum(_height_of(bars, width) for bars in drawn) + BAR + LINE + GAP
        figure = Figure(figsize=(width, height))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        pen = _Pen(axes, width, max(chart.together.asked, chart.together.awarded, chart.available))
        pen.draw(chart.together, chart.available)
        pen.write_line(OWN_SCALE)
        pen.largest = max((max(bars.asked, bars.awarded) for bars in chart.proposals), default=ZERO)
        for bars in chart.proposals:
            pen.draw(bars)
        picture = BytesIO()
        figure.savefig(picture, format="svg", metadata={"Date": None, "Creator": None})
    return picture.getvalue()


def _lines_of(bars: Bars, width: float) -> list[str]:
    """A title and its outcome, in lines that fit; a word longer than a line is cut."""
    room = width - 2 * MARGIN
    lines, line = [], ""
    for word in f"{bars.title}: {bars.outcome}".split():
        for part in _parts(word, room):
            longer = f"{line} {part}".lstrip()
            if line and _length(longer, BOLD) > room:
                lines.append(line)
                line = part
            else:
                line = longer
    return [*lines, line]


def _parts(word: str, room: float) -> Iterator[str]:
    """A word, in parts no longer than a line."""
    part = ""
    for letter in word:
        if _length(part + letter, BOLD) > room:
            yield part
            part = ""
        part += letter
    yield part


def _length(text: str, weight: str) -> float:
    """How long a text is, in inches."""
    return sum(_advance(letter, weight) for letter in text)


@cache
def _advance(letter: str, weight: str) -> float:
    """How far a letter of the chart's size takes a line on, in inches; a letter the font does not have is a box."""
    from matplotlib.font_manager import FontProperties, findfont, get_font

    font = get_font(findfont(FontProperties(family=FONT, weight=weight)))
    font.set_size(SIZE, POINTS)
    glyph = font.load_char(ord(letter if font.get_char_index(ord(letter)) else NOT_IN_FONT))
    return glyph.linearHoriAdvance / FIXED_POINT / POINTS


def _height_of(bars: Bars, width: float) -> float:
    return len(_lines_of(bars, width)) * LINE + 2 * BAR + GAP


class _Pen:
    """Draws from the top down; the largest amount of its scale is as long as there is room beside its label."""

    def __init__(self, axes: "Axes", width: float, largest: Decimal) -> None:
        self.axes = axes
        self.width = width
        self.largest = largest
        self.room = width - 2 * MARGIN - SPACE - _length(f"{format_pounds(largest)} available", NORMAL)
        self.at = MARGIN

    def draw(self, bars: Bars, available: Decimal | None = None) -> None:
        """A title; a hatched bar of what was asked; what was available, where that is said; a full bar of what came."""
        for line in _lines_of(bars, self.width):
            self._write(MARGIN, self.at + LINE / 2, line, weight=BOLD)
            self.at += LINE
        self._bar(bars.asked, "asked", facecolor="white", edgecolor=ASKED, hatch="/////")
        if available is not None:
            self._bar(available, "available", facecolor="white", edgecolor=INK, hatch="")
        self._bar(bars.awarded, "awarded", facecolor=AWARDED, edgecolor=AWARDED, hatch="")
        self.at += GAP

    def write_line(self, line: str) -> None:
        """A line of text by itself."""
        self._write(MARGIN, self.at + LINE / 2, line)
        self.at += LINE + GAP

    def _bar(self, amount: Decimal, what: str, *, facecolor: str, edgecolor: str, hatch: str) -> None:
        from matplotlib.patches import Rectangle

        length = float(amount / self.largest) * self.room if self.largest else 0.0
        where = (MARGIN, self.at)
        bar = Rectangle(where, length, BAR * 0.82, linewidth=0.8, facecolor=facecolor, edgecolor=edgecolor, hatch=hatch)
        self.axes.add_patch(bar)
        self._write(MARGIN + length + SPACE, self.at + BAR * 0.41, f"{format_pounds(amount)} {what}")
        self.at += BAR

    def _write(self, x: float, y: float, text: str, weight: str = NORMAL) -> None:
        shown = "".join(_in_font(text))
        self.axes.text(
            x, y, shown, family=FONT, size=SIZE, weight=weight, color=INK, va="center_baseline", parse_math=False
        )


def _in_font(text: str) -> Iterator[str]:
    """The letters of a text, with a box for each that the font does not have: emoji, for one."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont(FONT))
    return (letter if font.get_char_index(ord(letter)) else NOT_IN_FONT for letter in text)
