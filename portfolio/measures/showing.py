"""Measures and indicators as pages show them: every figure ready, so that templates only write."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolio.errors import RuleWarning
from portfolio.measures import rules
from portfolio.measures.models import Indicator, Measure, MeasureDefinition, Observation
from portfolio.measures.rules import (
    begin_anew,
    instead_of_sum,
    of_target,
    to_date,
    unavailable_without_reason,
)
from portfolio.quarters import EARLIEST, Quarter, between
from portfolio.words import figure


@dataclass(frozen=True)
class ObservedQuarter:
    """A quarter of a measure's series, with what is known of it.

    `changed` is the definition that begins there, where the quarter before was counted by another.
    """

    quarter: Quarter
    observation: Observation | None
    changed: MeasureDefinition | None


@dataclass(frozen=True)
class Series:
    """A measure with its present definition and its quarters, newest first, none of them left out."""

    measure: Measure
    definition: MeasureDefinition
    quarters: list[ObservedQuarter]
    warnings: list[RuleWarning]

    @property
    def earlier(self) -> Quarter | None:
        """The quarter before the first that is shown; None where years begin."""
        before = self.quarters[-1].quarter.previous
        return before if before.year.start >= EARLIEST else None


def series_of(measure: Measure, found: Mapping[Quarter, Observation], today: date) -> Series:
    """A measure's quarters from the first that was observed, and those of the present year that have begun."""
    first = min([*found, Quarter.containing(today).year.quarters[0]])
    known = sorted(found.items())
    warned = (
        unavailable_without_reason(f"{measure.code}, {quarter.short}", row.value, row.unavailable)
        for quarter, row in known
    )
    anew = begin_anew([(quarter, row.definition.version) for quarter, row in known])
    return Series(
        measure,
        measure.definitions[-1],
        [
            ObservedQuarter(quarter, found.get(quarter), found[quarter].definition if quarter in anew else None)
            for quarter in reversed([*between(first.first_day, max([today, *(each.first_day for each in found)]))])
        ],
        [warning for warning in warned if warning is not None],
    )


@dataclass(frozen=True)
class Progress:
    """An indicator against its target; what is published tells no count under five."""

    indicator: Indicator
    target: str | None
    to_date: str | None
    of_target: str | None
    results: list[tuple[Quarter, str]]


def progress_of(indicators: Iterable[Indicator], *, published: bool = False) -> list[Progress]:
    """Indicators with what they have come to, in full or as it may be published."""
    return [_progress(row, published=published) for row in indicators]


def _progress(row: Indicator, *, published: bool) -> Progress:
    values = [result.value for result in row.results]
    reached = to_date(row.kind, values)
    instead = instead_of_sum(row.kind, values) if published else None
    results = [rules.published(value) if published else figure(value) for value in values]
    return Progress(
        row,
        _shown(row.target),
        instead or _shown(reached),
        None if instead else of_target(reached, row.target),
        list(zip([result.quarter for result in row.results], results, strict=True)),
    )


def _shown(value: Decimal | None) -> str | None:
    return None if value is None else figure(value)
