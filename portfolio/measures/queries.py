"""Reading measures with their observations, and indicators with their results."""

from collections import defaultdict
from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, Select, and_, exists, func, select, true
from sqlalchemy.orm import Session, aliased, joinedload, selectinload

from portfolio.decisions.models import Award
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP, FundingYear, PoliceArea, Programme
from portfolio.funding_years.queries import areas_within
from portfolio.measures.models import Indicator, Measure, MeasureDefinition, Observation
from portfolio.measures.rules import IndicatorKind
from portfolio.people.rules import Within
from portfolio.proposals.models import Proposal
from portfolio.quarters import FinancialYear, Quarter


def measures_within(within: Within) -> Select[Measure]:
    """The measures of the police areas within reach, with their definitions, by programme and code."""
    return (
        select(Measure)
        .join(Measure.police_area)
        .join(Measure.programme)
        .where(areas_within(within))
        .order_by(Programme.name, PoliceArea.name, Measure.code)
        .options(joinedload(Measure.programme), joinedload(Measure.police_area), selectinload(Measure.definitions))
    )


def get_measure(session: Session, number: int, within: Within) -> Measure:
    """One measure within reach; raises NotFound."""
    found = session.scalar(measures_within(within).where(Measure.id == number))
    if found is None:
        raise NotFound("There is no such measure")
    return found


def codes_taken(session: Session, programme: Programme, area: PoliceArea) -> set[str]:
    """The codes of a programme's measures in a police area, in small letters."""
    same = (Measure.programme_id == programme.id, Measure.police_area_id == area.id)
    return set(session.scalars(select(func.lower(Measure.code)).where(*same)))


def stands() -> ColumnElement[bool]:
    """The observations that no later one supersedes."""
    later = aliased(Observation)
    return ~exists().where(later.supersedes_id == Observation.id)


def standing_observations(session: Session, measure_ids: Collection[int]) -> dict[int, dict[Quarter, Observation]]:
    """The observation that stands of each quarter, by measure, newest quarter first."""
    rows = session.scalars(
        select(Observation)
        .join(Observation.definition)
        .where(stands(), MeasureDefinition.measure_id.in_(measure_ids))
        .order_by(Observation.quarter.desc(), Observation.id)
        .options(joinedload(Observation.definition))
    )
    found: dict[int, dict[Quarter, Observation]] = defaultdict(dict)
    for row in rows:
        found[row.definition.measure_id][row.quarter] = row
    return found


def find_standing(session: Session, measure: Measure, quarter: Quarter) -> Observation | None:
    """The observation of a quarter that nothing supersedes, or None."""
    return standing_observations(session, [measure.id]).get(measure.id, {}).get(quarter)


def observations_of(session: Session, measure: Measure, quarter: Quarter) -> Sequence[Observation]:
    """Everything that was ever recorded of a quarter, newest first."""
    return session.scalars(
        select(Observation)
        .join(Observation.definition)
        .where(MeasureDefinition.measure_id == measure.id, Observation.quarter == quarter)
        .order_by(Observation.id.desc())
        .options(joinedload(Observation.definition))
    ).all()


def names_taken(session: Session, award: Award) -> list[str]:
    """The names of an award's indicators."""
    return list(session.scalars(select(Indicator.name).where(Indicator.award_id == award.id)))


def indicators(only: ColumnElement[bool]) -> Select[Indicator]:
    """The indicators of the awards that a condition names, with their results, by reference."""
    return (
        select(Indicator)
        .join(Indicator.award)
        .join(Award.proposal)
        .join(Proposal.funding_year)
        .join(Award.csp)
        .where(only)
        .order_by(Proposal.reference.desc(), CSP.name, Indicator.kind, Indicator.id)
        .options(
            selectinload(Indicator.results),
            joinedload(Indicator.award).options(joinedload(Award.proposal), joinedload(Award.csp)),
        )
    )


def wanted(year: FinancialYear | None, csp_key: str | None, kind: IndicatorKind | None) -> ColumnElement[bool]:
    """The indicators of a year, a partnership, a kind, as a condition; None is all."""
    return and_(
        true() if year is None else FundingYear.year == year,
        true() if csp_key is None else CSP.key == csp_key,
        true() if kind is None else Indicator.kind == kind,
    )


def years_with_indicators(session: Session, only: ColumnElement[bool]) -> list[FinancialYear]:
    """The years of the awards that a condition names and that promised something, newest first."""
    promised = select(Indicator.award_id)
    years = (
        select(FundingYear.year)
        .join(Proposal, Proposal.funding_year_id == FundingYear.id)
        .join(Award, Award.proposal_id == Proposal.id)
        .where(only, Award.id.in_(promised))
    )
    return sorted(session.scalars(years.distinct()), reverse=True)


def indicators_of(session: Session, award: Award) -> Sequence[Indicator]:
    """An award's indicators with their results."""
    return session.scalars(indicators(Indicator.award_id == award.id)).all()


def get_indicator(session: Session, award: Award, number: int) -> Indicator:
    """One indicator of an award; raises NotFound."""
    found = session.scalar(indicators(Indicator.award_id == award.id).where(Indicator.id == number))
    if found is None:
        raise NotFound("There is no such indicator")
    return found
