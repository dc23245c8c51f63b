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
    define_anew,
    record_observation,
    record_result,
)
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
from portfolio.people.rules import Within
from portfolio.quarters import Quarter
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2, Q4
from tests.refused import fields

TODAY = date(2025, 10, 20)


def observed(session: Session, measure: Measure, quarter: Quarter, value: int | None, why: str = "") -> Observation:
    """What somebody records."""
    figure = None if value is None else Decimal(value)
    return record_observation(
        session, measure, quarter, value=figure, unavailable=why, by="olga@example.org", now=NOW, today=TODAY
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
    anew = define_anew(session, measure, text="Crimes recorded, attempts included", geography="police area", source="")
    session.commit()
    session.refresh(measure)
    assert (anew.version, anew.source) == (2, None)
    assert find_standing(session, measure, Q1) is first
    second = observed(session, measure, Q1, 47)
    assert (second.definition, second.supersedes_id) == (anew, first.id)
    assert fields(lambda: define_anew(session, measure, text="", geography=" ", source=None)) == ["text", "geography"]


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
        lambda: define_anew(session, measure, text="x", geography="y", source=None),
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
    other = make.award(session, make.proposal(session, "SVD-25-02"))
    assert get_indicator(session, award, row.id) is row
    with pytest.raises(NotFound):
        get_indicator(session, other, row.id)
