"""Measures are defined, observed and given up; indicators are promised and recorded."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from portfolio.errors import NotFound
from portfolio.measures.actions import (
    abandon_measure,
    add_indicator,
    add_measure,
    change_indicator,
    define_anew,
    record_observation,
    record_result,
)
from portfolio.measures.charts import indicator_chart, series_chart, targets_chart
from portfolio.measures.models import IndicatorResult, Measure, Observation
from portfolio.measures.queries import (
    find_standing,
    get_indicator,
    get_measure,
    indicators_of,
    observations_of,
    standing_observations,
)
from portfolio.measures.rules import IndicatorKind
from portfolio.measures.showing import progress_of, series_of
from portfolio.people.rules import Within
from portfolio.quarters import FinancialYear, Quarter
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2, Q4
from tests.refused import fields

TODAY = date(2025, 10, 20)


EARLIER = Quarter(FinancialYear(2024), 3)


def observed(
    session: Session, measure: Measure, quarter: Quarter, value: int | None, why: str = "", version: int | None = None
) -> Observation:
    """What somebody records."""
    return record_observation(
        session,
        measure,
        quarter,
        value=None if value is None else Decimal(value),
        unavailable=why,
        by="olga@example.org",
        now=NOW,
        today=TODAY,
        version=version,
    )


def test_a_measure_is_added_with_its_definition(session: Session) -> None:
    programme, area = make.programme(session), make.area(session)
    given = {"name": "Homicides", "text": "Recorded by police", "geography": "police area", "source": ""}
    row = add_measure(session, programme, area, code=" SVD-C ", **given)
    session.commit()
    assert (row.code, row.definitions[0].version, row.definitions[0].source) == ("SVD-C", 1, None)
    assert fields(lambda: add_measure(session, programme, area, code="svd-c", **given)) == ["code"]
    blank = dict.fromkeys(given, " ")
    assert fields(lambda: add_measure(session, programme, area, code="", **blank)) == [
        "code",
        "name",
        "text",
        "geography",
    ]
    other = make.programme(session, "VRU")
    assert add_measure(session, other, area, code="SVD-C", **given).id


def test_a_new_figure_supersedes_and_the_old_one_stays(session: Session) -> None:
    measure = make.measure(session)
    first = observed(session, measure, Q1, None, " Residents only, not visitors. ")
    assert (first.value, first.unavailable) == (None, "Residents only, not visitors.")
    second = observed(session, measure, Q1, 41)
    third = observed(session, measure, Q1, 42)
    other = observed(session, measure, Q2, 0)
    session.commit()
    assert (second.supersedes_id, third.supersedes_id, other.supersedes_id) == (first.id, second.id, None)
    assert find_standing(session, measure, Q1) is third
    assert list(observations_of(session, measure, Q1)) == [third, second, first]
    assert standing_observations(session, [measure.id]) == {measure.id: {Q2: other, Q1: third}}


def test_a_new_definition_leaves_what_was_observed_by_the_old_one(session: Session) -> None:
    measure = make.measure(session)
    first = observed(session, measure, Q1, 41)
    session.commit()
    given = {"text": "Crimes recorded, attempts included", "geography": "police area", "source": ""}
    anew = define_anew(session, measure, **given, because=" The force counts attempts now. ")
    session.commit()
    session.refresh(measure)
    assert (anew.version, anew.source, anew.because) == (2, None, "The force counts attempts now.")
    assert find_standing(session, measure, Q1) is first
    second = observed(session, measure, Q1, 47)
    assert (second.definition, second.supersedes_id) == (anew, first.id)
    again = observed(session, measure, Q1, 40, version=1)
    assert (again.definition.version, again.supersedes_id) == (1, second.id)
    given = {"text": "", "geography": " ", "source": "", "because": ""}
    assert fields(lambda: define_anew(session, measure, **given)) == ["text", "geography", "because"]


def test_a_series_has_every_quarter_and_says_where_it_breaks(session: Session) -> None:
    measure = make.measure(session)
    observed(session, measure, EARLIER, 41)
    define_anew(session, measure, text="Crimes by month", geography="force", source="", because="A new system")
    session.commit()
    session.refresh(measure)
    row = observed(session, measure, Q1, 4)
    observed(session, measure, Q2, None, "Late")
    session.commit()
    series = series_of(measure, standing_observations(session, [measure.id])[measure.id], TODAY)
    told = [(each.quarter.short, each.observation is not None, each.changed) for each in series.quarters]
    assert told == [
        ("Q3 2025/26", False, None),
        ("Q2 2025/26", True, None),
        ("Q1 2025/26", True, row.definition),
        ("Q4 2024/25", False, None),
        ("Q3 2024/25", True, None),
    ]
    assert series.earlier == EARLIER.previous
    chart = series_chart(series)
    assert chart.as_table().rows == (
        ("Q3 2024/25", "41", ""),
        ("Q4 2024/25", "Not recorded", ""),
        ("Q1 2025/26", "4", "version 2 of the definition. A new system"),
        ("Q2 2025/26", "Not available", ""),
        ("Q3 2025/26", "Not recorded", ""),
    )
    assert "The series breaks from Q1 2025/26: version 2 of the definition. A new system." in chart.in_words()
    assert series_chart(series, published=True).as_table().rows[2][1] == "Fewer than 5"


def test_what_cannot_be_recorded_says_why(session: Session) -> None:
    measure = make.measure(session)
    assert fields(lambda: observed(session, measure, Q4, -1)) == ["value", "quarter"]
    assert fields(lambda: observed(session, measure, Q1, 41, "Not complete")) == ["value"]
    assert make.count_of(session, Observation) == 0


def test_nothing_known_may_be_said_too(session: Session) -> None:
    row = observed(session, make.measure(session), Q1, None)
    assert (row.value, row.unavailable) == (None, None)


def test_a_measure_is_given_up_and_its_history_stays(session: Session) -> None:
    measure = make.measure(session)
    row = observed(session, measure, Q1, 41)
    assert fields(lambda: abandon_measure(measure, " ")) == ["because"]
    abandon_measure(measure, " poor data ")
    session.commit()
    assert measure.abandoned_because == "poor data"
    for deed in (
        lambda: abandon_measure(measure, "again"),
        lambda: observed(session, measure, Q2, 1),
        lambda: define_anew(session, measure, text="x", geography="y", source=None, because="z"),
    ):
        assert fields(deed) == [None]
    assert find_standing(session, measure, Q1) is row


def test_measures_of_another_area_are_not_found(session: Session) -> None:
    measure = make.measure(session)
    csp = make.csp(session)
    assert get_measure(session, measure.id, Within(csps=frozenset({csp.id}))) is measure
    with pytest.raises(NotFound):
        get_measure(session, measure.id, Within(police_areas=frozenset({99})))


def test_an_indicator_comes_to_something_each_quarter(session: Session) -> None:
    award = make.award(session)
    row = add_indicator(
        session, award, IndicatorKind.OUTPUT, name=" Mentors trained ", unit="people", target=Decimal(60)
    )
    assert fields(
        lambda: add_indicator(session, award, IndicatorKind.OUTCOME, name="mentors trained", unit=" ", target=None)
    ) == ["unit", "name"]
    record_result(session, row, Q1, Decimal(8), today=TODAY)
    session.commit()
    record_result(session, row, Q2, Decimal(30), today=TODAY)
    session.commit()
    again = record_result(session, row, Q2, Decimal(31), today=TODAY)
    session.commit()
    assert (row.name, again.value, make.count_of(session, IndicatorResult)) == ("Mentors trained", Decimal(31), 2)
    assert fields(lambda: record_result(session, row, Q4, Decimal(1), today=TODAY)) == ["quarter"]
    assert list(indicators_of(session, award)) == [row]
    (told,) = progress_of([row])
    assert (told.target, told.to_date, told.of_target) == ("60", "39", "65%")
    (told,) = progress_of([row], published=True)
    assert [said for _, said in told.results] == ["8", "31"]
    assert indicator_chart(row).as_table().rows[:3] == (
        ("Q1 2025/26", "60", "8"),
        ("Q2 2025/26", "60", "39"),
        ("Q3 2025/26", "60", "No figure"),
    )
    other = make.award(session, make.proposal(session, "SVD-25-02"))
    assert get_indicator(session, award, row.id) is row
    with pytest.raises(NotFound):
        get_indicator(session, other, row.id)


def test_a_target_changes_for_a_reason_and_small_numbers_are_not_published(session: Session) -> None:
    award = make.award(session)
    row = add_indicator(session, award, IndicatorKind.OUTPUT, name="Families helped", unit="families", target=None)
    record_result(session, row, Q1, Decimal(3), today=TODAY)
    given = {"name": "Families met", "unit": "families"}
    assert fields(lambda: change_indicator(session, row, **given, target=Decimal(9), because=" ")) == ["because"]
    change_indicator(session, row, **given, target=None, because="not needed")
    assert (row.name, row.target_because) == ("Families met", None)
    change_indicator(session, row, **given, target=Decimal(9), because=" Agreed by the panel ")
    session.commit()
    assert (row.target, row.target_because) == (Decimal(9), "Agreed by the panel")
    (told,) = progress_of([row], published=True)
    assert (told.to_date, told.of_target, told.results) == ("Fewer than 5", None, [(Q1, "Fewer than 5")])
    assert targets_chart("So far", [row]).as_table().rows == (("Families met", "families", "9", "3"),)
    assert targets_chart("So far", [row], published=True).as_table().rows[0][3] == "Fewer than 5"
    record_result(session, row, Q2, Decimal(12), today=TODAY)
    session.commit()
    (told,) = progress_of([row], published=True)
    assert (told.to_date, told.of_target) == ("At least 12", None)  # 15 less 12 would tell the three
    assert targets_chart("So far", [row], published=True).as_table().rows[0][3] == "At least 12"
