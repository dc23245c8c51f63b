"""What a progress report says in sentences."""

from decimal import Decimal

import pytest

from portfolio.money import ZERO
from portfolio.progress.rules import (
    against,
    amount_in_words,
    claim_in_words,
    expected_in_words,
    money_in_words,
    outcomes_in_words,
    rags_in_words,
    what_unallocated_means,
    what_underspend_means,
)

TEN, FOUR = Decimal("10.00"), Decimal("4.00")


@pytest.mark.parametrize(
    ("amount", "carry_over", "words"),
    [
        (None, False, "Known once every claim of the quarter is approved"),
        (ZERO, False, "Everything awarded is forecast to be spent"),
        (Decimal("-10.00"), False, "£10.00 more is forecast than was awarded; only the award can be claimed"),
        (Decimal("10.00"), True, "May be carried over into the next year"),
        (Decimal("10.00"), False, "Cannot be carried over: tell the OPCC as soon as practicable"),
    ],
)
def test_what_an_underspend_means(amount: Decimal | None, carry_over: bool, words: str) -> None:
    assert what_underspend_means(amount, carry_over=carry_over) == words


def test_what_is_unallocated() -> None:
    assert what_unallocated_means(ZERO) == "All of the allocation is awarded"
    assert what_unallocated_means(Decimal("3912.00")) == "£3,912.00 is unallocated"
    assert what_unallocated_means(Decimal("-12.00")) == "£12.00 more than the allocation"


@pytest.mark.parametrize(
    ("spent", "planned", "words"),
    [
        (ZERO, ZERO, "nothing was planned"),
        (TEN, TEN, "as planned"),
        (FOUR, TEN, "£6.00 less than the £10.00 planned"),
        (TEN, FOUR, "£6.00 more than the £4.00 planned"),
    ],
)
def test_spend_beside_its_plan(spent: Decimal, planned: Decimal, words: str) -> None:
    assert against(spent, planned) == words


def test_what_a_year_is_expected_to_come_to() -> None:
    assert (amount_in_words(FOUR), amount_in_words(None)) == ("£4.00", "Not known yet")
    assert expected_in_words(FOUR, TEN) == "The year is expected to come to £4.00, £6.00 less than the £10.00 planned."
    assert expected_in_words(None, TEN) == "What the year comes to is not known yet: a claim is awaited."


def test_where_a_claim_stands() -> None:
    assert claim_in_words("Approved", "Q2 2025/26") == ""
    assert claim_in_words("Not due", "Q2 2025/26") == "No claim of Q2 2025/26 is due."
    assert claim_in_words("Queried", "Q2 2025/26").startswith("Its claim of Q2 2025/26 is queried: ")


def test_how_many_are_how() -> None:
    assert rags_in_words(["Amber", None, "Green", "Green"]) == "2 Green, 1 Amber, 1 not given"
    assert rags_in_words([]) == "none yet"
    assert outcomes_in_words(["Funded", "Rejected", "Funded"]) == "2 funded, 1 rejected"
    assert outcomes_in_words([]) == "none yet"


def test_what_a_partnership_has() -> None:
    assert money_in_words("Dorset CSP", TEN, FOUR, 1) == (
        "Dorset CSP has £10.00, of which £4.00 is awarded to 1 intervention. £6.00 is unallocated."
    )
    assert money_in_words("Dorset CSP", TEN, ZERO, 0) == (
        "Dorset CSP has £10.00, of which nothing is awarded yet. £10.00 is unallocated."
    )
