"""Financial years and quarters: 1 April to 31 March, in order, each knowing its days."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from portfolio.quarters import FinancialYear, NotAFinancialYear, NotAQuarter, Quarter, between, format_day, lateness

YEAR = FinancialYear(2025)
Q1, Q2, Q3, Q4 = YEAR.quarters
years = st.integers(1990, 2100).map(FinancialYear)
quarters = st.builds(Quarter, years, st.integers(1, 4))
days = st.dates(date(1990, 4, 1), date(2100, 3, 31))


@pytest.mark.parametrize(
    "typed",
    ["2025/26", "2025-26", "25/26", "2025 to 2026", "2025-2026", "2025/2026", " 2025/26 ", "2025–26", "2025 - 26"],
)
def test_reads_a_financial_year(typed: str) -> None:
    assert FinancialYear.parse(typed) == YEAR


def test_a_century_ends_inside_a_financial_year() -> None:
    assert FinancialYear.parse("1999/00") == FinancialYear.parse("1999-2000") == FinancialYear(1999)
    assert FinancialYear.parse("99/00") == FinancialYear(2099)
    assert str(FinancialYear(1999)) == "1999/00"


@pytest.mark.parametrize(
    "typed",
    [
        "2025/27",
        "2025/25",
        "2025-2027",
        "2025",
        "25",
        "",
        "26/25",
        "1989/90",
        "2101/02",
        "٢٠٢٥/٢٦",
        "2025/026",
        "25/2026",
    ],
)
def test_e14_refuses_what_is_no_financial_year(typed: str) -> None:
    with pytest.raises(NotAFinancialYear) as refused:
        FinancialYear.parse(typed)
    assert refused.value.code == "E14"
    assert refused.value.sentence == (
        f"“{typed}” is not a financial year. Enter two years that follow each other, like 2025/26"
    )


@settings(deadline=None)
@given(years)
def test_a_year_reads_back_from_how_it_is_shown(year: FinancialYear) -> None:
    assert FinancialYear.parse(str(year)) == FinancialYear.parse(year.slug) == year
    assert year.slug.replace("-", "/") == str(year)


def test_a_year_knows_its_days_and_quarters() -> None:
    assert (str(YEAR), YEAR.slug, Q2.slug) == ("2025/26", "2025-26", "2025-26/q2")
    assert (YEAR.first_day, YEAR.last_day) == (date(2025, 4, 1), date(2026, 3, 31))
    assert date(2025, 4, 1) in YEAR
    assert date(2026, 3, 31) in YEAR
    assert date(2025, 3, 31) not in YEAR
    assert date(2026, 4, 1) not in YEAR
    assert [quarter.number for quarter in YEAR.quarters] == [1, 2, 3, 4]


def test_a_quarter_knows_its_name_and_days() -> None:
    assert [str(quarter) for quarter in YEAR.quarters] == [
        "Q1 2025/26: Apr 2025 - Jun 2025",
        "Q2 2025/26: Jul 2025 - Sep 2025",
        "Q3 2025/26: Oct 2025 - Dec 2025",
        "Q4 2025/26: Jan 2026 - Mar 2026",
    ]
    assert (Q2.short, Q2.name) == ("Q2 2025/26", "Q2")
    assert [(quarter.first_day, quarter.last_day) for quarter in YEAR.quarters] == [
        (date(2025, 4, 1), date(2025, 6, 30)),
        (date(2025, 7, 1), date(2025, 9, 30)),
        (date(2025, 10, 1), date(2025, 12, 31)),
        (date(2026, 1, 1), date(2026, 3, 31)),
    ]
    assert Quarter(FinancialYear(2023), 4).last_day == date(2024, 3, 31)


def test_what_has_been_and_what_remains_of_the_year() -> None:
    assert Q2.to_date() == (Q1, Q2)
    assert Q2.remaining() == (Q3, Q4)
    assert Q4.remaining() == ()
    assert Q4.to_date() == YEAR.quarters


def test_a_day_beside_a_year_stands_at_its_nearest_quarter() -> None:
    days = (date(2025, 3, 31), date(2025, 4, 1), date(2025, 10, 20), date(2026, 3, 31), date(2027, 1, 1))
    assert [YEAR.quarter_at(day) for day in days] == [Q1, Q1, Q3, Q4, Q4]


@pytest.mark.parametrize("number", [0, 5, -1])
def test_there_are_four_quarters(number: int) -> None:
    with pytest.raises(ValueError, match=f"there is no quarter {number}"):
        Quarter(YEAR, number)


@pytest.mark.parametrize("typed", ["Q2", "q2", "2", " Q2 ", "Q 2"])
def test_reads_a_quarter(typed: str) -> None:
    assert Quarter.parse(YEAR, typed) == Q2


@pytest.mark.parametrize("typed", ["Q5", "0", "", "Q", "second", "22", "Q2 2025/26"])
def test_refuses_what_is_no_quarter(typed: str) -> None:
    with pytest.raises(NotAQuarter) as refused:
        Quarter.parse(YEAR, typed)
    assert refused.value.sentence == f"“{typed}” is not a quarter. Enter Q1, Q2, Q3 or Q4"


@settings(deadline=None)
@given(quarters)
def test_next_and_previous_undo_each_other_and_leave_no_day_out(quarter: Quarter) -> None:
    assert quarter.next.previous == quarter.previous.next == quarter
    assert quarter.previous < quarter < quarter.next
    assert quarter.next.first_day - quarter.last_day == timedelta(days=1)
    assert (*quarter.to_date(), *quarter.remaining()) == quarter.year.quarters


@settings(deadline=None)
@given(quarters)
def test_a_quarter_contains_its_first_and_last_day(quarter: Quarter) -> None:
    for day in (quarter.first_day, quarter.last_day):
        assert Quarter.containing(day) == quarter
        assert FinancialYear.containing(day) == quarter.year
        assert day in quarter.year


@settings(deadline=None)
@given(days)
def test_every_day_is_in_the_quarter_that_contains_it(day: date) -> None:
    quarter = Quarter.containing(day)
    assert quarter.first_day <= day <= quarter.last_day


@settings(deadline=None)
@given(quarters, quarters)
def test_quarters_are_ordered_as_their_days_are(one: Quarter, other: Quarter) -> None:
    assert (one < other) == (one.first_day < other.first_day)
    assert (one == other) == (one.last_day == other.last_day)


def test_the_quarters_that_some_days_touch() -> None:
    assert list(between(date(2025, 6, 30), date(2025, 10, 1))) == [Q1, Q2, Q3]
    assert list(between(date(2025, 5, 1), date(2025, 5, 1))) == [Q1]
    assert list(between(date(2026, 3, 31), date(2026, 4, 1))) == [Q4, Quarter(FinancialYear(2026), 1)]
    assert list(between(date(2025, 7, 1), date(2025, 6, 30))) == []


def test_a_day_in_words() -> None:
    assert format_day(date(2025, 3, 1)) == "1 March 2025"
    assert format_day(date(2025, 11, 30)) == "30 November 2025"


@pytest.mark.parametrize(
    ("due", "words"),
    [
        (date(2025, 10, 31), "due in 11 days"),
        (date(2025, 10, 21), "due tomorrow"),
        (date(2025, 10, 20), "due today"),
        (date(2025, 10, 19), "1 day late"),
        (date(2025, 7, 31), "81 days late"),
    ],
)
def test_lateness_is_said_in_days(due: date, words: str) -> None:
    assert lateness(due, date(2025, 10, 20)) == words
