"""Recording measures and indicators: nothing is overwritten unseen, and what is not available says why."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.errors import refuse_any
from portfolio.funding_years.models import PoliceArea, Programme
from portfolio.measures.models import Indicator, IndicatorResult, Measure, MeasureDefinition, Observation
from portfolio.measures.queries import codes_taken, find_standing, names_taken
from portfolio.measures.rules import (
    Abandoned,
    BadMeasure,
    IndicatorKind,
    bad_change,
    bad_definition,
    bad_indicator,
    bad_observation,
    bad_redefinition,
    not_yet,
)
from portfolio.quarters import Quarter


def add_measure(
    session: Session,
    programme: Programme,
    area: PoliceArea,
    *,
    code: str,
    name: str,
    text: str,
    geography: str,
    source: str | None,
) -> Measure:
    """Add a success measure that a programme's funder asks a police area for, with its first definition."""
    taken = code.strip().lower() in codes_taken(session, programme, area)
    refuse_any(
        [
            BadMeasure("Enter a short code, like SVD-A", "code") if not code.strip() else None,
            BadMeasure("This code is taken by another measure", "code") if taken else None,
            *bad_definition(name, text, geography),
        ]
    )
    definition = MeasureDefinition(version=1, text=text, geography=geography, source=source or None)
    measure = Measure(
        programme=programme, police_area=area, code=code.strip(), name=name.strip(), definitions=[definition]
    )
    session.add(measure)
    session.flush()
    return measure


def define_anew(
    session: Session, measure: Measure, *, text: str, geography: str, source: str | None, because: str
) -> MeasureDefinition:
    """Give a measure a new version of its definition, and say why; what was observed by the earlier one stays."""
    refuse_any([*bad_definition(measure.name, text, geography), bad_redefinition(because), _given_up(measure)])
    definition = MeasureDefinition(
        measure=measure,
        version=measure.definitions[-1].version + 1,
        text=text,
        geography=geography,
        source=source or None,
        because=because.strip(),
    )
    session.add(definition)
    session.flush()
    return definition


def abandon_measure(measure: Measure, because: str) -> None:
    """Measure something no longer, for a reason; its history stays."""
    blank = BadMeasure("Say why it is no longer measured", "because") if not because.strip() else None
    refuse_any([blank, _given_up(measure)])
    measure.abandoned_because = because.strip()


def _given_up(measure: Measure) -> Abandoned | None:
    return None if measure.abandoned_because is None else Abandoned(measure.abandoned_because)


def record_observation(
    session: Session,
    measure: Measure,
    quarter: Quarter,
    *,
    value: Decimal | None,
    unavailable: str | None,
    by: str,
    now: datetime,
    today: date,
    version: int | None = None,
) -> Observation:
    """Record a quarter's figure, or that there is none and why; supersedes what was said.

    It is counted by the version of the definition that is named, or by the present one. No figure and no reason is
    allowed (W8 warns of it); a figure and a reason together are not.
    """
    because = (unavailable or "").strip() or None
    refuse_any([bad_observation(value, because), not_yet(quarter, today), _given_up(measure)])
    standing = find_standing(session, measure, quarter)
    named = [row for row in measure.definitions if row.version == version]
    observation = Observation(
        definition=(named or measure.definitions)[-1],
        quarter=quarter,
        value=value,
        unavailable=because,
        recorded_by=by,
        recorded_at=now,
        supersedes_id=None if standing is None else standing.id,
    )
    session.add(observation)
    session.flush()
    return observation


def add_indicator(
    session: Session, award: Award, kind: IndicatorKind, *, name: str, unit: str, target: Decimal | None
) -> Indicator:
    """Add an output or outcome that an award promised, with its target where it has one."""
    refuse_any(bad_indicator(name, unit, names_taken(session, award)))
    indicator = Indicator(award=award, kind=kind, name=name.strip(), unit=unit.strip(), target=target)
    session.add(indicator)
    session.flush()
    return indicator


def change_indicator(
    session: Session, indicator: Indicator, *, name: str, unit: str, target: Decimal | None, because: str
) -> None:
    """Say anew what an indicator is called, its unit and its target; why a target changed stays with it."""
    others = [other for other in names_taken(session, indicator.award) if other != indicator.name]
    retargeted = target != indicator.target
    refuse_any(bad_change(name, unit, others, because, retargeted=retargeted))
    indicator.name, indicator.unit, indicator.target = name.strip(), unit.strip(), target
    if retargeted:
        indicator.target_because = because.strip()
    session.flush()


def record_result(
    session: Session, indicator: Indicator, quarter: Quarter, value: Decimal, *, today: date
) -> IndicatorResult:
    """Record what an indicator came to in a quarter; said again, it replaces what was said, which history keeps."""
    refuse_any([not_yet(quarter, today)])
    result = next((one for one in indicator.results if one.quarter == quarter), None)
    if result is None:
        result = IndicatorResult(indicator=indicator, quarter=quarter, value=value)
        session.add(result)
    result.value = value
    session.flush()
    return result
