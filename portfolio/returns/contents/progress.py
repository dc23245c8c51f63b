"""What came of the money: outputs and outcomes of awards, and the funder's success measures."""

from collections import defaultdict
from decimal import Decimal

from sqlalchemy import ColumnElement, select

from portfolio.decisions.models import Award
from portfolio.measures.models import Indicator, IndicatorResult, Measure, MeasureDefinition, Observation
from portfolio.measures.queries import stands
from portfolio.measures.rules import IndicatorKind, to_date
from portfolio.quarters import Quarter
from portfolio.returns.contents.awards import AwardFacts
from portfolio.returns.contents.scope import Scope
from portfolio.words import begin
from reports.content import MeasureRow, OutputRow

NOT_REPORTED = "Not reported"


def output_rows(scope: Scope, facts: dict[int, AwardFacts]) -> tuple[OutputRow, ...]:
    """Each award's indicators against their targets: outputs add up over the year, an outcome is its latest figure."""
    results: dict[int, dict[Quarter, Decimal]] = defaultdict(dict)
    rows = scope.session.execute(
        scope.of_awards(IndicatorResult.indicator_id, IndicatorResult.quarter, IndicatorResult.value)
        .join(Indicator, Indicator.award_id == Award.id)
        .join(IndicatorResult, IndicatorResult.indicator_id == Indicator.id)
        .where(IndicatorResult.quarter.in_(scope.quarter.to_date()))
        .order_by(IndicatorResult.quarter)
    )
    for indicator_id, quarter, value in rows:
        results[indicator_id][quarter] = value
    indicators = scope.session.execute(
        scope.of_awards(
            Indicator.award_id, Indicator.id, Indicator.kind, Indicator.name, Indicator.unit, Indicator.target
        ).join(Indicator, Indicator.award_id == Award.id)
    )

    def place(row: tuple[int, int, IndicatorKind, str, str, Decimal | None]) -> tuple[int, str, int]:
        award = facts[row[0]]
        return award.csp_id, award.reference, row[1]

    return tuple(
        OutputRow(
            reference=facts[award_id].reference,
            title=facts[award_id].title,
            csp=facts[award_id].csp,
            kind=begin(kind),
            indicator=name,
            unit=unit,
            target=target,
            this_quarter=results[number].get(scope.quarter),
            to_date=to_date(kind, list(results[number].values())),
        )
        for award_id, number, kind, name, unit, target in sorted((tuple(row) for row in indicators), key=place)
    )


def measure_rows(scope: Scope) -> tuple[MeasureRow, ...]:
    """The area's success measures, a row for each quarter so far: a value, or why there is none."""
    rows = scope.session.execute(
        select(Observation.definition_id, Observation.quarter, Observation.value, Observation.unavailable)
        .join(MeasureDefinition, MeasureDefinition.id == Observation.definition_id)
        .join(Measure, Measure.id == MeasureDefinition.measure_id)
        .where(stands(), Observation.quarter.in_(scope.quarter.to_date()), *_of_area(scope))
        .order_by(Observation.id)
    )
    observed = {(definition, quarter): (value, why_not) for definition, quarter, value, why_not in rows}
    definitions: dict[int, list[tuple[Measure, MeasureDefinition]]] = defaultdict(list)
    every = scope.session.execute(
        select(Measure, MeasureDefinition)
        .join(MeasureDefinition, MeasureDefinition.measure_id == Measure.id)
        .where(*_of_area(scope))
        .order_by(Measure.code, MeasureDefinition.version)
    )
    for measure, definition in every:
        definitions[measure.id].append((measure, definition))
    made: list[MeasureRow] = []
    for of_measure in definitions.values():
        for quarter in scope.quarter.to_date():
            told = [(m, d, *observed[d.id, quarter]) for m, d in of_measure if (d.id, quarter) in observed]
            latest = of_measure[-1]
            made += [
                _row(measure, definition, quarter, value, why_not)
                for measure, definition, value, why_not in told or [(*latest, None, _silent(latest[0]))]
            ]
    return tuple(made)


def _of_area(scope: Scope) -> tuple[ColumnElement[bool], ...]:
    year = scope.year
    return Measure.programme_id == year.programme_id, Measure.police_area_id == year.police_area_id


def _silent(measure: Measure) -> str:
    """Why a quarter has no observation of a measure."""
    given_up = measure.abandoned_because
    return f"No longer measured: {given_up}" if given_up else NOT_REPORTED


def _row(
    measure: Measure, definition: MeasureDefinition, quarter: Quarter, value: Decimal | None, why_not: str | None
) -> MeasureRow:
    version = f" (version {definition.version})" if definition.version > 1 else ""
    return MeasureRow(
        code=measure.code,
        measure=measure.name,
        definition=definition.text + version,
        geography=definition.geography,
        source=definition.source,
        quarter=quarter,
        value=value,
        unavailable=why_not,
    )
