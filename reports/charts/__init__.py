"""Charts: figures in, a picture out, as SVG for pages and as PNG for documents. The same figures give the same bytes.

    Columns(title, groups, series, unit, stacked, narrow)    groups of bars, side by side or end to end
    Lines(title, quarters, series, unit, breaks, narrow)     figures over quarters, with gaps and breaks
    Matrix(title, rows, columns, values, unit, …)            where two headings meet, like level by area
    AgainstTargets(title, rows, narrow)                      what was promised and what has come of it
    AskedAndAwarded(together, available, proposals, narrow)  what was asked, what was available, what was awarded

A chart is its table: `as_table()` has every figure that is drawn, as it is written; `alt` says it in words. Nothing is
told by colour alone: fillings are hatched, lines are dashed and marked, amounts and names are written out. Drawn with
matplotlib's `Figure` alone, which is safe from several threads (pyplot is not); matplotlib is imported when the first
chart is drawn, because that takes seconds.
"""

from reports.charts.asked import AskedAndAwarded, Bars
from reports.charts.columns import Columns
from reports.charts.drawing import Chart, alt, png, svg
from reports.charts.figures import PER_CENT, POUNDS, Series
from reports.charts.lines import Break, Lines
from reports.charts.matrix import Matrix
from reports.charts.targets import AgainstTargets, Target

__all__ = [
    "PER_CENT",
    "POUNDS",
    "AgainstTargets",
    "AskedAndAwarded",
    "Bars",
    "Break",
    "Chart",
    "Columns",
    "Lines",
    "Matrix",
    "Series",
    "Target",
    "alt",
    "png",
    "svg",
]
