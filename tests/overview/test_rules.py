"""What pages say of a day and a figure."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.funding_years.rules import DEFAULT_DEADLINES, YearStatus
from portfolio.overview.rules import (
    Deadline,
    Explanation,
    Tally,
    claim_in_words,
    explanation,
    first_deadline,
    how_many_late,
    number_at,
    oldest_waiting,
    quarters_over,
    status_in_words,
)
from portfolio.quarters import FinancialYear
from portfolio.spend.rules import ClaimStatus, Stage, VarianceRule

YEAR = FinancialYear(2025)
Q1, Q2, Q3, Q4 = YEAR.quarters
TODAY = date(2025, 10, 20)
RULE = VarianceRule(Decimal(10), Decimal("500.00"))


@pytest.mark.parametrize(
    ("day", "over"),
    [
        (date(2025, 4, 1), ()),
        (date(2025, 6, 30), ()),
        (date(2025, 7, 1), (Q1,)),
        (TODAY, (Q1, Q2)),
        (date(2026, 3, 31), (Q1, Q2, Q3)),
        (date(2026, 4, 1), (Q1, Q2, Q3, Q4)),
    ],
)
def test_a_quarter_is_over_after_its_last_day(day: date, over: tuple[object, ...]) -> None:
    assert quarters_over(YEAR, day) == over


def test_the_first_deadline_is_the_next_of_all_years() -> None:
    october = Deadline(date(2025, 10, 31), Q2, "due in 11 days")
    assert first_deadline([(YEAR, DEFAULT_DEADLINES)], TODAY) == october
    earlier = "15 Jul, 15 Oct, 15 Jan, 15 Apr"
    january = Deadline(date(2026, 1, 15), Q3, "due in 87 days")
    assert first_deadline([(YEAR, earlier)], TODAY) == january
    assert first_deadline([(YEAR, earlier), (YEAR, DEFAULT_DEADLINES)], TODAY) == october
    assert first_deadline([(YEAR, DEFAULT_DEADLINES)], date(2025, 10, 31)) == Deadline(
        date(2025, 10, 31), Q2, "due today"
    )


def test_a_quarter_whose_claims_are_sent_has_no_deadline_any_more() -> None:
    assert first_deadline([(YEAR, DEFAULT_DEADLINES)], TODAY, {Q2}) == Deadline(
        date(2026, 1, 31), Q3, "due in 103 days"
    )


def test_after_the_last_deadline_there_is_none() -> None:
    assert first_deadline([(YEAR, DEFAULT_DEADLINES)], date(2026, 5, 1)) is None
    assert first_deadline([], TODAY) is None


@pytest.mark.parametrize(
    ("actual", "said", "is_claimed", "found"),
    [
        ("8000.00", None, False, Explanation.NO_CLAIM),
        ("8000.00", None, True, Explanation.NEEDED),
        ("8000.00", "  ", True, Explanation.NEEDED),
        ("8000.00", "A vacancy.", True, Explanation.GIVEN),
        ("9000.00", None, True, Explanation.NOT_NEEDED),
    ],
)
def test_an_explanation_is_asked_for_by_the_rule(
    actual: str, said: str | None, is_claimed: bool, found: Explanation
) -> None:
    told = explanation(Decimal(actual), Decimal("10000.00"), RULE, said=said, is_claimed=is_claimed)
    assert told is found


@pytest.mark.parametrize(
    ("status", "on", "reference", "words"),
    [
        (
            YearStatus.PROVISIONAL,
            None,
            None,
            "The funder has not confirmed this year yet: every figure is provisional.",
        ),
        (YearStatus.CONFIRMED, None, None, "Confirmed by the funder."),
        (
            YearStatus.CONFIRMED,
            date(2025, 3, 27),
            "SVD/2025-26",
            "Confirmed by the funder on 27 March 2025, reference SVD/2025-26.",
        ),
        (
            YearStatus.CLOSED,
            date(2024, 3, 1),
            None,
            "Confirmed by the funder on 1 March 2024. It is closed: nothing of it changes any more.",
        ),
    ],
)
def test_whether_a_year_is_certain(status: YearStatus, on: date | None, reference: str | None, words: str) -> None:
    assert status_in_words(status, on, reference) == words


@pytest.mark.parametrize(
    ("number", "late", "words"),
    [
        (0, 0, "Every claim is in"),
        (1, 1, "Late"),
        (3, 3, "All of them late"),
        (3, 1, "1 of them late"),
        (3, 0, "Not late yet"),
    ],
)
def test_how_many_are_late(number: int, late: int, words: str) -> None:
    assert how_many_late(number, late) == words


def test_tallies_are_counted_by_stage() -> None:
    tallies = [
        Tally(Q1, Stage.LATE, 2),
        Tally(Q1, Stage.RETURNED, 5, date(2025, 7, 3)),
        Tally(Q2, Stage.SUBMITTED, 3, date(2025, 10, 6)),
        Tally(Q2, Stage.RESUBMITTED, 1, date(2025, 10, 2)),
    ]
    assert number_at(tallies, Stage.SUBMITTED, Stage.RESUBMITTED) == 4
    assert number_at(tallies, Stage.DRAFT) == 0
    assert oldest_waiting(tallies) == date(2025, 10, 2)
    assert oldest_waiting(tallies[:2]) is None


def test_a_draft_is_its_leads_own() -> None:
    assert claim_in_words(None) == claim_in_words(ClaimStatus.DRAFT) == "Not submitted"
    assert claim_in_words(ClaimStatus.RESUBMITTED) == "Resubmitted"
