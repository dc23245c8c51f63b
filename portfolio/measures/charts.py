"""Measures and indicators as charts: a series with its breaks, promises beside what came of them."""

from collections.abc import Sequence
from decimal import Decimal

from portfolio.measures.models import Indicator, MeasureDefinition, Observation
from portfolio.measures.rules import FEW, instead_of_sum, so_far, to_date, too_few
from portfolio.measures.showing import Series
from portfolio.quarters import between
from reports import charts
from reports.charts import AgainstTargets, Break, Lines, Target

NEWEST = 12
"""Quarters on a chart: three years can be read, and the table has all."""
NOT_RECORDED, NOT_AVAILABLE = "Not recorded", "Not available"


def series_chart(series: Series, *, published: bool = False, narrow: bool = False) -> Lines:
    """A measure's newest quarters, broken where its definition changed; as published, counts under five are gaps."""
    shown = series.quarters[:NEWEST][::-1]
    values = [_value(each.observation, published=published) for each in shown]
    return Lines(
        f"{series.measure.name} by quarter",
        tuple(each.quarter for each in shown),
        (charts.Series("Figure", tuple(values), tuple(_instead(each.observation) for each in shown)),),
        "",
        tuple(Break(each.quarter, _said(each.changed)) for each in shown if each.changed is not None),
        narrow,
    )


def _value(seen: Observation | None, *, published: bool) -> Decimal | None:
    if seen is None or seen.value is None or (published and too_few(seen.value)):
        return None
    return seen.value


def _instead(seen: Observation | None) -> str:
    """What stands where a chart has no figure: it is asked only there."""
    if seen is None:
        return NOT_RECORDED
    return NOT_AVAILABLE if seen.value is None else FEW


def _said(definition: MeasureDefinition) -> str:
    return f"version {definition.version} of the definition. {definition.because or definition.text}"


def targets_chart(
    title: str, indicators: Sequence[Indicator], *, published: bool = False, narrow: bool = False
) -> AgainstTargets:
    """What was promised, and what has come of it."""
    return AgainstTargets(title, tuple(_target(row, published=published) for row in indicators), narrow)


def _target(row: Indicator, *, published: bool) -> Target:
    values = [result.value for result in row.results]
    instead = instead_of_sum(row.kind, values) if published else None
    return target(row.name, row.unit, row.target, to_date(row.kind, values), instead)


def target(name: str, unit: str, promised: Decimal | None, reached: Decimal | None, instead: str | None) -> Target:
    """One thing that is counted; what may not be published is not drawn, and `instead` is told."""
    if instead is not None:
        return Target(name, unit, promised, None, instead[:1].lower() + instead[1:])
    return Target(name, unit, promised, reached)


def indicator_chart(row: Indicator, *, narrow: bool = False) -> Lines:
    """What an indicator had come to by each quarter of its award so far, beside its target."""
    found = {result.quarter: result.value for result in row.results}
    quarters = tuple(sorted({*between(row.award.starts_on, row.award.ends_on), *found}))
    reached = charts.Series("to date", tuple(so_far(row.kind, [found.get(quarter) for quarter in quarters])))
    target = [charts.Series("target", (row.target,) * len(quarters))] if row.target is not None else []
    return Lines(f"{row.name} by quarter", quarters, (*target, reached), row.unit, (), narrow)
