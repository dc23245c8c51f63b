"""Measures and indicators as pages show them: every figure ready, so that templates only write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolio.errors import RuleWarning
from portfolio.measures.models import Indicator, Measure, MeasureDefinition, Observation
from portfolio.measures.rules import to_date, unavailable_without_reason
from portfolio.quarters import Quarter
from portfolio.words import figure


@dataclass(frozen=True)
class ObservedQuarter:
    """A quarter of a measure's series, with what is known of it."""

    quarter: Quarter
    observation: Observation | None


@dataclass(frozen=True)
class Series:
    """A measure with its present definition and its quarters, newest first."""

    measure: Measure
    definition: MeasureDefinition
    quarters: list[ObservedQuarter]
    warnings: list[RuleWarning]


def series_of(measure: Measure, found: Mapping[Quarter, Observation], today: date) -> Series:
    """A measure's observed quarters, and those of the present year that have begun."""
    begun = [quarter for quarter in Quarter.containing(today).year.quarters if quarter.first_day <= today]
    quarters = sorted({*found, *begun}, reverse=True)
    warned = (
        unavailable_without_reason(f"{measure.code}, {quarter.short}", row.value, row.unavailable)
        for quarter, row in sorted(found.items())
    )
    return Series(
        measure,
        measure.definitions[-1],
        [ObservedQuarter(quarter, found.get(quarter)) for quarter in quarters],
        [warning for warning in warned if warning is not None],
    )


@dataclass(frozen=True)
class Progress:
    """An indicator against its target."""

    indicator: Indicator
    target: str | None
    to_date: str | None
    results: list[tuple[Quarter, str]]


def _shown(value: Decimal | None) -> str | None:
    return None if value is None else figure(value)


def progress_of(indicators: Iterable[Indicator]) -> list[Progress]:
    """Indicators with what they have come to."""
    return [
        Progress(
            row,
            _shown(row.target),
            _shown(to_date(row.kind, [result.value for result in row.results])),
            [(result.quarter, figure(result.value)) for result in row.results],
        )
        for row in indicators
    ]
