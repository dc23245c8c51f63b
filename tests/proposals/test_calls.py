"""The rules of a call: when it is open, what holds together, and what stands once somebody scores."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from portfolio.proposals import calls
from portfolio.proposals.calls import CallSaid, CallStage, CriterionSaid, GateSaid
from portfolio.quarters import FinancialYear

USUAL = calls.usual_call(FinancialYear(2025))


def places(said: CallSaid) -> list[str | None]:
    return [error.field for error in calls.bad_call(said)]


def test_the_usual_call_holds_together_and_weighs_as_the_field_does() -> None:
    assert calls.bad_call(USUAL) == []
    assert [each.weight for each in USUAL.criteria] == [25, 20, 15, 15, 15, 10]
    assert (USUAL.opens_on, USUAL.closes_on, len(USUAL.gates)) == (date(2025, 1, 6), date(2025, 2, 28), 5)


@pytest.mark.parametrize(
    ("today", "stage"),
    [
        (date(2025, 1, 5), CallStage.TO_COME),
        (date(2025, 1, 6), CallStage.OPEN),
        (date(2025, 2, 28), CallStage.OPEN),
        (date(2025, 3, 1), CallStage.CLOSED),
    ],
)
def test_open_on_its_first_day_and_on_its_last(today: date, stage: CallStage) -> None:
    assert calls.call_stage(USUAL.opens_on, USUAL.closes_on, today) is stage


def test_what_does_not_hold_together_is_said_of_its_place() -> None:
    need = CriterionSaid("Need", 60)
    assert places(replace(USUAL, closes_on=date(2025, 1, 5))) == ["closes_on"]
    assert places(replace(USUAL, most_points=0)) == ["most_points"]
    assert places(replace(USUAL, recommend_from=Decimal(101))) == ["recommend_from"]
    assert places(replace(USUAL, discuss_from=Decimal(61))) == ["discuss_from"]
    assert places(replace(USUAL, criteria=())) == ["criteria[0].name"]
    assert places(replace(USUAL, criteria=(need, CriterionSaid("Fit", 41)))) == ["criteria[0].weight"]
    assert places(replace(USUAL, criteria=(need, CriterionSaid("need", 40)))) == ["criteria[1].name"]
    assert places(replace(USUAL, criteria=(need, CriterionSaid("", 40)))) == ["criteria[1].name"]
    assert places(replace(USUAL, criteria=(need, CriterionSaid("Fit", 0)))) == ["criteria[1].weight"]
    assert places(replace(USUAL, gates=(GateSaid("Safe"), GateSaid("safe")))) == ["gates[1].name"]


def test_once_somebody_scores_the_criteria_stand_and_dates_and_guidance_do_not() -> None:
    later = replace(USUAL, closes_on=date(2025, 3, 14), guidance="A week more")
    other = replace(USUAL, criteria=(CriterionSaid("Need", 100),))
    assert calls.criteria_stand(USUAL, later, scoring_began=True) is None
    assert calls.criteria_stand(USUAL, other, scoring_began=False) is None
    error = calls.criteria_stand(USUAL, other, scoring_began=True)
    assert error is not None
    assert "Somebody has begun to score" in error.sentence


def test_a_call_like_last_years_is_on_the_same_days() -> None:
    leap = replace(USUAL, opens_on=date(2024, 2, 29), closes_on=date(2024, 3, 15))
    copied = calls.like_before(leap, FinancialYear(2024), FinancialYear(2025))
    assert (copied.opens_on, copied.closes_on) == (date(2025, 2, 28), date(2025, 3, 15))
    assert copied.criteria == leap.criteria
