"""The pen: draws from the top down in inches, wraps words by the width of their letters, and knows where it stands."""

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import TYPE_CHECKING

from reports.charts.ways import INK, PAPER, Way

if TYPE_CHECKING:
    from matplotlib.axes import Axes

WIDE, NARROW = 7.6, 3.7
"""Inches: a chart for a screen or a page, and one that can be read on a telephone."""
FONT = "DejaVu Sans"
SIZE = 9.0
BOLD, NORMAL = "bold", "normal"
POINTS = 72
"""Points to the inch."""
FIXED_POINT = 65536
"""Fonts tell widths in sixteen-bit fractions of a point."""
LINE, BAR, GAP, MARGIN, SPACE = 0.185, 0.17, 0.16, 0.04, 0.06
"""Inches: a line of text, a bar, the gap between groups, the margin, the space before what is written beside."""
NOT_IN_FONT = "□"


class Scale:
    """Amounts as lengths: the largest is as long as there is room, and what is below zero runs the other way."""

    def __init__(self, amounts: Iterable[Decimal | None], room: float) -> None:
        known = [amount for amount in amounts if amount is not None]
        self.lowest = min([Decimal(0), *known])
        self.span = max([Decimal(0), *known]) - self.lowest
        self.room = room

    def length(self, amount: Decimal) -> float:
        """How long an amount is; negative amounts are negative lengths."""
        return float(amount / self.span) * self.room if self.span else 0.0

    @property
    def zero(self) -> float:
        """How far from the left zero is."""
        return self.length(-self.lowest)


class Pen:
    """Draws on axes that are measured in inches, from the top left; `at` is how far down it stands."""

    def __init__(self, axes: "Axes", width: float) -> None:
        self.axes = axes
        self.width = width
        self.at = MARGIN

    def write_line(self, text: str, weight: str = NORMAL, left: float = MARGIN) -> None:
        """A text from the left, in as many lines as it needs."""
        self.write_block(left, self.width - left - MARGIN, text, weight)

    def write_block(self, left: float, room: float, text: str, weight: str) -> None:
        """A text in lines of a given length."""
        for line in lines_of(text, room, weight):
            self.write(left, self.at + LINE / 2, line, weight=weight)
            self.at += LINE

    def write(
        self, x: float, y: float, text: str, *, weight: str = NORMAL, across: str = "left", over: bool = False
    ) -> None:
        """A text at a place; `across` says which part of it stands there, `over` keeps it clear of lines below it."""
        shown = "".join(_in_font(text))
        self.axes.text(
            x,
            y,
            shown,
            family=FONT,
            size=SIZE,
            weight=weight,
            color=INK,
            ha=across,
            va="center_baseline",
            parse_math=False,
            bbox={"facecolor": PAPER, "edgecolor": "none", "pad": 0.6} if over else None,
        )

    def box(self, left: float, top: float, width: float, height: float, way: Way) -> None:
        """A rectangle, filled as the way says."""
        from matplotlib.patches import Rectangle

        self.axes.add_patch(
            Rectangle(
                (left, top), width, height, linewidth=0.8, facecolor=way.face, edgecolor=way.edge, hatch=way.hatch
            )
        )

    def rule(self, xs: Sequence[float], ys: Sequence[float], way: Way, *, marked: bool = True) -> None:
        """A line through places, dashed and marked as the way says."""
        from matplotlib.lines import Line2D

        line = Line2D(xs, ys, color=way.edge, linewidth=way.width, marker=way.marker if marked else "", markersize=6)
        if way.dashes:
            line.set_linestyle((0, way.dashes))
        self.axes.add_line(line)

    def room(self, labels: Iterable[str], left: float = MARGIN) -> float:
        """How long a bar may be with the longest of the labels beside it; labels that are too long stand below."""
        whole = self.width - left - MARGIN
        longest = max((length(label, NORMAL) for label in labels), default=0.0)
        return whole - SPACE - longest if longest <= whole * WIDEST else whole

    def bar(self, scale: Scale, amount: Decimal | None, label: str, way: Way, left: float = MARGIN) -> None:
        """A bar on a scale, with its label beside or below it; only the label where there is no figure."""
        begins = left + scale.zero
        ends = begins
        if amount is not None:
            ends += max(scale.length(amount), 0.0)
            self.box(begins, self.at, scale.length(amount), BAR * 0.82, way)
        # The longest label was given exactly its room, so a hair is added.
        beside = ends + SPACE + length(label, NORMAL) <= self.width - MARGIN + HAIR
        if beside:
            self.write(ends + SPACE, self.at + BAR * 0.41, label)
        self.at += BAR if beside or amount is not None else 0
        if not beside:
            self.write_line(label, left=left)

    def key(self, names: Sequence[tuple[str, Way]], *, lines: bool = False) -> None:
        """What each filling, or each kind of line, means: beside a sample of it."""
        left = MARGIN
        for name, way in names:
            said = lines_of(name, self.width - 2 * MARGIN - KEY - SPACE, NORMAL)
            wide = KEY + SPACE + max(length(line, NORMAL) for line in said)
            if left > MARGIN and left + wide > self.width - MARGIN:
                left = MARGIN
                self.at += LINE
            if lines:
                middle = self.at + LINE / 2
                self.rule((left, left + KEY), (middle, middle), way, marked=False)
                self.rule((left + KEY / 2,), (middle,), way)
            else:
                self.box(left, self.at + LINE * 0.15, KEY, LINE * 0.7, way)
            for number, line in enumerate(said):
                self.write(left + KEY + SPACE, self.at + LINE * (number + 0.5), line)
            self.at += LINE * (len(said) - 1)
            left += wide + 2 * GAP
        self.at += LINE + GAP / 2


KEY = 0.36
"""Inches: the sample in a key."""
HAIR = 0.001
WIDEST = 0.7
"""So much of a line a label beside a bar may take."""


def lines_of(text: str, room: float, weight: str) -> list[str]:
    """A text in lines that fit; a word longer than a line is cut."""
    lines, line = [], ""
    for word in text.split():
        for part in _parts(word, room, weight):
            longer = f"{line} {part}".lstrip()
            if line and length(longer, weight) > room:
                lines.append(line)
                line = part
            else:
                line = longer
    return [*lines, line]


def _parts(word: str, room: float, weight: str) -> Iterator[str]:
    """A word, in parts no longer than a line."""
    part = ""
    for letter in word:
        if part and length(part + letter, weight) > room:
            yield part
            part = ""
        part += letter
    yield part


def length(text: str, weight: str) -> float:
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


def _in_font(text: str) -> Iterator[str]:
    """The letters of a text, with a box for each that the font does not have: emoji, for one."""
    from matplotlib.font_manager import findfont, get_font

    font = get_font(findfont(FONT))
    return (letter if font.get_char_index(ord(letter)) else NOT_IN_FONT for letter in text)
