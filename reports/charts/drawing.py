"""A chart as a picture: SVG for pages, PNG for documents. The same chart always gives the same bytes."""

from functools import lru_cache
from io import BytesIO
from threading import Lock
from typing import Protocol

from reports.charts.pen import MARGIN, NARROW, WIDE, Pen
from reports.documents import Table

DOTS = 192
"""Dots to the inch of a PNG: sharp when printed."""
_DRAWING = Lock()


class Chart(Protocol):
    """Any chart: it draws itself, and says the same in a table and in a sentence. Equal charts are one picture."""

    def __hash__(self) -> int:
        """By its figures."""

    @property
    def narrow(self) -> bool:
        """Drawn for a telephone."""

    def draw(self, pen: Pen) -> None:
        """Draw it from the top down."""

    def as_table(self) -> Table:
        """Every figure that is drawn, as it is written."""

    def in_words(self) -> str:
        """What stands for the picture where it is not seen."""


@lru_cache(maxsize=64)
def svg(chart: Chart) -> bytes:
    """The chart as SVG."""
    return _drawn(chart, "svg", {"Date": None, "Creator": None})


@lru_cache(maxsize=32)
def png(chart: Chart) -> bytes:
    """The chart as PNG, for a document."""
    return _drawn(chart, "png", {"Software": None})


def alt(chart: Chart) -> str:
    """The chart in words, for those who do not see it."""
    return chart.in_words()


def _drawn(chart: Chart, kind: str, about: dict[str, str | None]) -> bytes:
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    width = NARROW if chart.narrow else WIDE
    # Settings and fonts of matplotlib are the whole process's, so one chart is drawn at a time.
    with _DRAWING, rc_context({"svg.hashsalt": "portfolio", "svg.fonttype": "path", "hatch.linewidth": 0.6}):
        figure = Figure(figsize=(width, width))
        axes = figure.add_axes((0, 0, 1, 1))
        axes.set_axis_off()
        pen = Pen(axes, width)
        chart.draw(pen)
        # How tall it is shows only once all is drawn; then an inch of the picture is an inch of what was drawn.
        height = pen.at + MARGIN
        figure.set_size_inches(width, height)
        axes.set_xlim(0, width)
        axes.set_ylim(height, 0)
        picture = BytesIO()
        figure.savefig(picture, format=kind, dpi=DOTS, metadata=about)
    return picture.getvalue()
