"""The pictures of a progress report; every figure of them stands in a table beside them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import ClassVar

from portfolio.measures.charts import series_chart, target
from portfolio.progress.gathering import Gathered
from portfolio.words import begin
from reports.charts import POUNDS, AgainstTargets, Chart, Columns, Series

MOST_BARS = 12
"""Of more interventions than these the tables alone tell: their bars would fill pages."""
OUTCOMES = "Outputs and outcomes against their targets"
MEASURE = "measure"
"""How the names of the pictures of measures begin."""


@dataclass(frozen=True)
class Drawn:
    """A picture, and the name that its address has; a block of the report, like those of `reports.documents`."""

    kind: ClassVar = "drawn"

    name: str
    chart: Chart


def pictures(told: Gathered, *, narrow: bool = False) -> dict[str, Drawn]:
    """The pictures that there is something to draw for, by name."""
    maybe = (
        _money(told, narrow=narrow),
        _quarters(told, narrow=narrow),
        _interventions(told, narrow=narrow),
        _match(told, narrow=narrow),
        _outcomes(told, narrow=narrow),
        *_measures(told, narrow=narrow),
    )
    return {drawn.name: drawn for drawn in maybe if drawn is not None}


def _money(told: Gathered, *, narrow: bool) -> Drawn | None:
    """By stream: what is there, what is awarded, spent and expected."""
    lines = told.shown.totals.lines
    if not lines:
        return None
    outturns = tuple(None if told.awaited.get(line.stream) else line.outturn for line in lines)
    series = (
        Series("allocated", tuple(line.allocation for line in lines)),
        Series("awarded", tuple(line.awarded for line in lines)),
        Series("spent to date", tuple(line.to_date for line in lines)),
        Series("expected in the year", outturns),
    )
    groups = tuple(begin(line.stream) for line in lines)
    return Drawn("money", Columns("Money by stream", groups, series, POUNDS, narrow=narrow, of="Stream"))


def _quarters(told: Gathered, *, narrow: bool) -> Drawn | None:
    """By quarter: what was planned, and what was spent or, of quarters still to come, is forecast."""
    if not told.interventions:
        return None
    quarters = told.quarter.year.quarters
    series = (Series("planned", told.profile), Series("spent or forecast", told.shown.totals.overall.quarters))
    words = ("spent" if quarter <= told.quarter else "forecast" for quarter in quarters)
    groups = tuple(f"{quarter.short}, {word}" for quarter, word in zip(quarters, words, strict=True))
    return Drawn("quarters", Columns("Spend by quarter", groups, series, POUNDS, narrow=narrow, of="Quarter"))


def _interventions(told: Gathered, *, narrow: bool) -> Drawn | None:
    """By intervention: what it was awarded, has spent, and is expected to spend."""
    shown = told.interventions
    if not 0 < len(shown) <= MOST_BARS:
        return None
    series = (
        Series("awarded", tuple(one.award for one in shown)),
        Series("spent to date", tuple(one.to_date for one in shown)),
        Series("expected in the year", tuple(one.outturn for one in shown)),
    )
    groups = tuple(one.name for one in shown)
    chart = Columns("Money by intervention", groups, series, POUNDS, narrow=narrow, of="Intervention")
    return Drawn("interventions", chart)


def _match(told: Gathered, *, narrow: bool) -> Drawn | None:
    """By intervention with match: pledged, secured, received and spent."""
    rows = told.content.match
    if not 0 < len(rows) <= MOST_BARS:
        return None
    series = (
        Series("pledged", tuple(row.pledged_cash + row.pledged_in_kind for row in rows)),
        Series("secured", tuple(row.secured for row in rows)),
        Series("received", tuple(row.received for row in rows)),
        Series("spent", tuple(row.spent_before + row.spent_this_quarter for row in rows)),
    )
    groups = tuple(f"{row.reference} {row.title}" for row in rows)
    chart = Columns("Match by intervention", groups, series, POUNDS, narrow=narrow, of="Intervention")
    return Drawn("match", chart)


def _outcomes(told: Gathered, *, narrow: bool) -> Drawn | None:
    """What was promised, and what has come of it; a count that is too small to be published is not drawn."""
    rows = told.content.outputs
    if not 0 < len(rows) <= MOST_BARS:
        return None
    targets = (
        target(f"{row.reference}: {row.indicator}", row.unit, row.target, row.to_date, told.instead_of(row))
        for row in rows
    )
    return Drawn("outcomes", AgainstTargets(OUTCOMES, tuple(targets), narrow))


def _measures(told: Gathered, *, narrow: bool) -> Iterator[Drawn]:
    """A picture of each measure that has figures of several quarters, as they may be published."""
    for place, series in enumerate(told.measures, 1):
        chart = series_chart(series, published=True, narrow=narrow)
        if sum(value is not None for value in chart.series[0].values) > 1:
            yield Drawn(f"{MEASURE}-{place}", chart)
