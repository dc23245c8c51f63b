"""What an asset, its end and an assurance must say, and when the assurance is due."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.errors import PortfolioError
from portfolio.quarters import FinancialYear
from portfolio.year_end import rules
from portfolio.year_end.rules import Opinion

YEAR = FinancialYear(2025)
TODAY = date(2025, 10, 20)
DATES = {"starts_on": date(2025, 4, 1), "ends_on": date(2026, 3, 31), "today": TODAY}


def said(errors: list[PortfolioError] | list[object]) -> list[tuple[str | None, str]]:
    return [(error.field, error.sentence) for error in errors if isinstance(error, PortfolioError)]


@pytest.mark.parametrize(
    ("cost", "bought_on", "field", "words"),
    [
        ("0.00", date(2025, 5, 1), "cost", "more than zero"),
        ("-1.00", date(2025, 5, 1), "cost", "more than zero"),
        ("10000000.01", date(2025, 5, 1), "cost", "£10,000,000.00 or less"),
        ("500.01", date(2025, 5, 1), "cost", "more than the £500.00 awarded of this stream"),
        ("500.00", date(2025, 10, 21), "bought_on", "in the future"),
        ("500.00", date(2025, 3, 31), "bought_on", "runs from 1 April 2025 to 31 March 2026"),
    ],
)
def test_what_is_wrong_with_an_asset(cost: str, bought_on: date, field: str, words: str) -> None:
    [(where, sentence)] = said(rules.bad_asset(Decimal(cost), bought_on, awarded=Decimal("500.00"), **DATES))
    assert where == field
    assert words in sentence


def test_an_asset_may_take_all_that_was_awarded_on_any_day_until_today() -> None:
    assert rules.bad_asset(Decimal("500.00"), TODAY, awarded=Decimal("500.00"), **DATES) == []


@pytest.mark.parametrize(
    ("on", "proceeds", "field"),
    [
        (date(2025, 10, 21), "0.00", "disposed_on"),
        (date(2025, 4, 30), "0.00", "disposed_on"),
        (TODAY, "-0.01", "proceeds"),
        (TODAY, "10000000.01", "proceeds"),
        (TODAY, "0.00", None),
    ],
)
def test_what_is_wrong_with_a_disposal(on: date, proceeds: str, field: str | None) -> None:
    errors = rules.bad_disposal(on, Decimal(proceeds), bought_on=date(2025, 5, 1), today=TODAY)
    assert [error.field for error in errors] == ([field] if field else [])


def test_what_was_disposed_of_is_only_kept() -> None:
    assert "disposed of on 1 May 2025" in rules.already_disposed(date(2025, 5, 1)).sentence


def test_an_assurance_is_due_six_months_after_the_year() -> None:
    assert rules.assurance_due(YEAR) == date(2026, 9, 30)


@pytest.mark.parametrize(
    ("given_on", "words"),
    [(date(2026, 10, 2), "in the future"), (date(2026, 3, 31), "ends on 31 March 2026"), (date(2026, 4, 1), None)],
)
def test_an_assurance_is_given_after_the_year(given_on: date, words: str | None) -> None:
    errors = said(rules.bad_assurance(given_on, year=YEAR, today=date(2026, 10, 1)))
    assert [field for field, _ in errors] == (["given_on"] if words else [])
    assert all(words is not None and words in sentence for _, sentence in errors)


def test_only_a_clean_opinion_needs_no_words() -> None:
    assert rules.needs_note(Opinion.UNQUALIFIED, None) is None
    assert rules.needs_note(Opinion.QUALIFIED, "Two invoices lack a receipt") is None
    missing = rules.needs_note(Opinion.ADVERSE, "  ")
    assert missing is not None
    assert missing.field == "note"


@pytest.mark.parametrize(
    ("today", "words"),
    [
        (date(2026, 8, 1), None),
        (date(2026, 8, 2), "is due by 30 September 2026"),
        (date(2026, 9, 30), "is due by 30 September 2026"),
        (date(2026, 10, 1), "was due on 30 September 2026"),
    ],
)
def test_an_assurance_is_asked_for_sixty_days_before(today: date, words: str | None) -> None:
    warning = rules.assurance_missing("SVD, Dorset", YEAR, today)
    assert (warning is None) == (words is None)
    assert warning is None or (words or "") in warning.sentence


def test_what_a_statement_says_of_assets() -> None:
    assert rules.assets_told(0, Decimal(0), None) == "No asset was bought with the grant, or disposed of, in the year."
    assert rules.assets_told(2, Decimal("1800.00"), Decimal("500.00")) == (
        "2 assets that cost £500.00 or more: £1,800.00 together."
    )


def test_what_a_statement_says_of_its_assurance() -> None:
    given = rules.assurance_told("IA/2026/114", "Southern Internal Audit", date(2026, 9, 14), Opinion.UNQUALIFIED)
    assert given == "IA/2026/114, given by Southern Internal Audit on 14 September 2026: unqualified opinion."
    assert rules.no_assurance_told(YEAR).endswith("It is due by 30 September 2026.")
