"""What a measure may say; unavailable is never zero."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.measures.rules import (
    NO_CAUSE,
    Abandoned,
    IndicatorKind,
    NotAFigure,
    bad_change,
    bad_definition,
    bad_indicator,
    bad_observation,
    bad_redefinition,
    begin_anew,
    instead_of_sum,
    not_yet,
    of_target,
    parse_figure,
    published,
    so_far,
    to_date,
    unavailable_without_reason,
)
from portfolio.quarters import FinancialYear
from portfolio.words import figure

Q1, Q2, Q3, Q4 = FinancialYear(2025).quarters


@pytest.mark.parametrize(
    ("value", "unavailable", "field"),
    [
        (Decimal(41), None, None),
        (Decimal(0), "", None),
        (None, "Residents only, not visitors.", None),
        (None, None, None),
        (Decimal(41), "Residents only.", "value"),
        (Decimal(-1), None, "value"),
    ],
)
def test_an_observation_is_a_figure_or_a_reason(
    value: Decimal | None, unavailable: str | None, field: str | None
) -> None:
    error = bad_observation(value, unavailable)
    assert (error.field if error else None) == field


@pytest.mark.parametrize(
    ("value", "unavailable", "warned"),
    [(Decimal(0), None, False), (None, "Because.", False), (None, " ", True), (None, None, True)],
)
def test_w8_no_figure_and_no_word_why(value: Decimal | None, unavailable: str | None, warned: bool) -> None:
    warning = unavailable_without_reason("SVD-A", value, unavailable)
    assert (warning is not None) is warned
    assert warning is None or (warning.code, warning.about) == ("W8", "SVD-A")


@pytest.mark.parametrize(("typed", "figure"), [("41", "41"), (" 1,204 ", "1204"), ("12.5", "12.5"), ("0", "0")])
def test_a_figure_is_read_as_typed(typed: str, figure: str) -> None:
    assert parse_figure(typed) == Decimal(figure)


@pytest.mark.parametrize(
    "typed", ["-1", "about 40", "1,20", "1e9", "NaN", "", "4 1", "9" * 21, "1.2345678", "²", "12%"]
)
def test_what_is_no_figure_is_refused(typed: str) -> None:
    with pytest.raises(NotAFigure, match="Enter a number of zero or more"):
        parse_figure(typed)


@given(st.decimals(min_value=0, max_value=10**9, places=4))
def test_what_is_shown_is_read_back(value: Decimal) -> None:
    assert parse_figure(figure(value)) == value


def test_a_quarter_that_has_not_begun_has_no_figure() -> None:
    assert not_yet(Q3, date(2025, 10, 1)) is None
    error = not_yet(Q4, date(2025, 10, 1))
    assert error is not None
    assert error.sentence.startswith("Q4 2025/26 has not begun")


def test_a_measure_says_what_is_counted_and_where() -> None:
    assert bad_definition("Knife crime", "Crimes recorded", "police area") == []
    assert [error.field for error in bad_definition(" ", "", "")] == ["name", "text", "geography"]


@pytest.mark.parametrize(
    ("name", "unit", "fields"),
    [
        ("mentors trained", "people", []),
        (" ", "", ["name", "unit"]),
        (" Schools ", "schools", ["name"]),
    ],
)
def test_an_award_has_each_indicator_once(name: str, unit: str, fields: list[str]) -> None:
    assert [error.field for error in bad_indicator(name, unit, ["schools"])] == fields


def test_outputs_add_up_and_an_outcome_is_its_latest_figure() -> None:
    values = [Decimal(8), Decimal(31)]
    assert to_date(IndicatorKind.OUTPUT, values) == Decimal(39)
    assert to_date(IndicatorKind.OUTCOME, values) == Decimal(31)
    assert to_date(IndicatorKind.OUTPUT, []) is None


def test_what_was_abandoned_says_why() -> None:
    assert "no longer measured: poor data." in Abandoned("poor data").sentence


def test_a_definition_takes_the_place_of_another_for_a_reason() -> None:
    assert bad_redefinition("The force counts by month now") is None
    error = bad_redefinition(" ")
    assert error is not None
    assert error.field == "because"


@pytest.mark.parametrize(
    ("name", "because", "retargeted", "wrong"),
    [
        ("schools", "", False, []),
        ("schools", " ", True, ["because"]),
        ("Pupils", "Agreed by the panel", True, ["name"]),
    ],
)
def test_a_target_changes_for_a_reason(name: str, because: str, retargeted: bool, wrong: list[str]) -> None:
    errors = bad_change(name, "schools", ["pupils"], because, retargeted=retargeted)
    assert [error.field for error in errors] == wrong


def test_a_series_breaks_where_another_definition_begins() -> None:
    assert begin_anew([]) == set()
    assert begin_anew([(Q1, 1), (Q2, 1), (Q3, 2), (Q4, 1)]) == {Q3, Q4}


@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("0", "Fewer than 5"),
        ("4", "Fewer than 5"),
        ("5", "5"),
        ("1204", "1,204"),
        ("2.5", "2.5"),
        ("4.000", "Fewer than 5"),
    ],
)
def test_counts_under_five_are_not_published_and_rates_are(value: str, said: str) -> None:
    assert published(Decimal(value)) == said


@pytest.mark.parametrize(
    ("kind", "values", "said"),
    [
        (IndicatorKind.OUTPUT, [], None),
        (IndicatorKind.OUTPUT, [8, 31], None),
        (IndicatorKind.OUTPUT, [3], "Fewer than 5"),
        (IndicatorKind.OUTPUT, [8, 3, 31], "At least 39"),
        (IndicatorKind.OUTPUT, [3, 2, 31], None),  # five together, and nobody can say which was which
        (IndicatorKind.OUTPUT, [1, 2, 31], "At least 31"),
        (IndicatorKind.OUTPUT, [4, 4, 31], "At least 31"),  # eight of two that are under five: four each
        (IndicatorKind.OUTPUT, [4, 4], "At least 5"),
        (IndicatorKind.OUTCOME, [3, 31], None),  # the latest figure is no sum
        (IndicatorKind.OUTCOME, [31, 3], "Fewer than 5"),
    ],
)
def test_a_sum_does_not_tell_what_is_not_published(kind: IndicatorKind, values: list[int], said: str | None) -> None:
    assert instead_of_sum(kind, [Decimal(value) for value in values]) == said


def test_what_had_been_reached_by_each_quarter() -> None:
    values = [Decimal(8), None, Decimal(31)]
    assert so_far(IndicatorKind.OUTPUT, values) == [8, None, 39]
    assert so_far(IndicatorKind.OUTCOME, values) == [8, None, 31]


def test_a_target_is_reached_only_once_all_of_it_is() -> None:
    assert of_target(Decimal(39), Decimal(60)) == "65%"
    assert of_target(Decimal("59.9"), Decimal(60)) == "99%"
    assert of_target(Decimal(90), Decimal(60)) == "150%"
    assert [of_target(None, Decimal(1)), of_target(Decimal(1), None), of_target(Decimal(1), Decimal(0))] == [None] * 3


def test_no_wording_claims_a_cause() -> None:
    assert "Neither shows what caused the other" in NO_CAUSE
