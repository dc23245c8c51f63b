"""What a claim may hold, how it moves, and when a variance must be explained."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.errors import PortfolioError
from portfolio.funding_years.rules import BadStep
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend.adjustments import Adjustment, bad_correction, both_figures
from portfolio.spend.rules import (
    INELIGIBLE,
    ClaimStatus,
    Line,
    NoFundedDecision,
    VarianceRule,
    above_allocation,
    above_award,
    bad_costs,
    bad_forecast,
    bad_quarter,
    by_stream,
    claimed_twice,
    ineligible,
    line_warnings,
    must_be_explained,
    next_status,
    no_spend,
    not_awarded,
    same_person,
    underspend,
    unexplained,
    variance,
)

YEAR = FinancialYear(2025)
Q1, Q2, Q3, Q4 = YEAR.quarters
RULE = VarianceRule(Decimal(10), Decimal("500.00"))


def line(amount: str = "100.00", **values: str) -> Line:
    """A line of the labour stream, pay and on-costs, unless it says otherwise."""
    return Line(**{"stream": "labour", "category": "pay and on-costs", **values}, amount=Decimal(amount))


def told(errors: list[PortfolioError]) -> list[tuple[str | None, str | None]]:
    """Code and field of each error."""
    return [(error.code, error.field) for error in errors]


@pytest.mark.parametrize("status", ClaimStatus)
def test_a_status_says_who_may_do_something(status: ClaimStatus) -> None:
    assert status.can_be_edited is (status.value in ("draft", "queried"))
    assert status.counts is (status.value in ("approved", "returned"))
    assert status.waits_for_finance is (status.value in ("submitted", "resubmitted"))
    assert status.can_be_queried is ((status.value, "queried") in ALLOWED)


ALLOWED = {
    ("draft", "submitted"),
    ("submitted", "approved"),
    ("submitted", "queried"),
    ("queried", "resubmitted"),
    ("resubmitted", "approved"),
    ("resubmitted", "queried"),
    ("approved", "queried"),
    ("approved", "returned"),
}


@pytest.mark.parametrize(("present", "wanted"), list(product(ClaimStatus, ClaimStatus)))
def test_every_step_that_is_not_allowed_is_refused_with_a_sentence(present: ClaimStatus, wanted: ClaimStatus) -> None:
    if (present.value, wanted.value) in ALLOWED:
        assert next_status(present, wanted) is wanted
    else:
        with pytest.raises(BadStep, match=f"This claim is {present.value}; it cannot become {wanted.value}"):
            next_status(present, wanted)


def test_e2_says_by_how_much_a_claim_is_above_the_award() -> None:
    assert above_award("labour", Decimal("900.00"), Decimal("900.00")) is None
    error = above_award("labour", Decimal("900.01"), Decimal("900.00"))
    assert error is not None
    assert error.code == "E2"
    assert "£900.01, £0.01 more than the award of £900.00" in error.sentence


def test_e2_says_by_how_much_a_partnership_is_above_its_allocation() -> None:
    assert above_allocation("Dorset CSP", "labour", Decimal("51097.47"), Decimal("51097.47")) is None
    error = above_allocation("Dorset CSP", "labour", Decimal("51097.48"), Decimal("51097.47"))
    assert error is not None
    assert error.code == "E2"
    assert "Dorset CSP's claims of the labour stream would come to £51,097.48, £0.01 more" in error.sentence


@pytest.mark.parametrize(
    ("quarter", "today", "codes"),
    [
        (Q1, date(2025, 10, 20), []),
        (Q3, date(2025, 10, 1), []),
        (Q3, date(2025, 9, 30), ["E4"]),
        (Q4, date(2026, 3, 1), ["E3"]),
        (Q4, date(2025, 10, 20), ["E3", "E4"]),
        (Quarter(FinancialYear(2024), 4), date(2025, 10, 20), ["E3"]),
    ],
)
def test_e3_and_e4_a_quarter_within_the_dates_that_has_begun(quarter: Quarter, today: date, codes: list[str]) -> None:
    errors = bad_quarter(quarter, date(2025, 6, 30), date(2025, 12, 31), today)
    assert [error.code for error in errors] == codes


def test_e4_only_later_quarters_are_forecast() -> None:
    errors = bad_forecast(Q2, [Q1, Q2, Q3])
    assert told(errors) == [("E4", "forecast"), ("E4", "forecast")]
    assert errors[0].sentence.startswith("Q1 2025/26 is not after Q2 2025/26")


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("Recoverable VAT", "recoverable VAT"),
        ("in kind contribution of rooms", "in-kind contributions"),
        ("In-kind", "in-kind contributions"),
        ("lobbying of ministers", "paid lobbying"),
        ("entertaining guests", "entertaining"),
        ("gift for speakers", "gifts"),
        ("a parking fine", "fines"),
        ("met by another grant", "costs met by another grant"),
        ("fine motor skills course", None),
        ("Gifted and talented course", None),
        ("irrecoverable VAT", None),
        ("", None),
        (None, None),
    ],
)
def test_e6_costs_that_the_grant_never_pays_are_recognised(text: str | None, what: str | None) -> None:
    assert ineligible(text) == what
    assert what is None or what in INELIGIBLE


def test_e6_and_e13_are_said_of_the_line_they_are_in() -> None:
    lines = [
        line(),
        line(stream="capital"),
        line(category="other"),
        line(category="other", description="  "),
        line(category="other", description="Gifts"),
        line("0.00", category="other", description="gifts"),
        line(category="in-kind contributions"),
    ]
    assert "No decision awards this project money of the capital stream" in not_awarded(lines, {"labour"})[0].sentence
    assert told(not_awarded(lines, {"labour"})) == [("E13", "lines[1].stream")]
    assert told(bad_costs(lines, {"other"})) == [
        (None, "lines[2].description"),
        (None, "lines[3].description"),
        ("E6", "lines[4].description"),
        ("E6", "lines[6].category"),
    ]


def test_e13_a_project_without_a_yes_cannot_claim() -> None:
    error = NoFundedDecision("BCP CSP", "SVD-25-04")
    assert error.code == "E13"
    assert error.sentence.startswith("No decision of BCP CSP funds SVD-25-04")


def test_e7_a_transaction_is_claimed_once() -> None:
    lines = [line(transaction="T-1"), line(transaction="T-2"), line(), line(transaction="t - 2"), line(transaction="")]
    errors = claimed_twice(lines, {"t-1": "SVD-25-01, Q1 2025/26"})
    assert told(errors) == [("E7", "lines[0].transaction"), ("E7", "lines[3].transaction")]
    assert [error.sentence for error in errors] == [
        "Transaction T-1 is already claimed in SVD-25-01, Q1 2025/26. Claim it once only",
        "Transaction t - 2 is already claimed in line 2. Claim it once only",
    ]


def test_lines_add_up_by_stream() -> None:
    lines = [line("651.20"), line("-125.00", category="other"), line("0.01", stream="non-labour")]
    assert by_stream(lines) == {"labour": Decimal("526.20"), "non-labour": Decimal("0.01")}
    assert by_stream([]) == {}


@pytest.mark.parametrize(
    ("actual", "profile", "asked"),
    [
        ("3516.31", "4968.84", True),  # Level-Up, Q1: −£1,452.53, −29.2 %
        ("5367.77", "4968.83", False),  # Level-Up, Q2: +£398.94, +8.0 %
        ("9402.00", "10535.77", True),  # A&E navigators, Q2: −£1,133.77, −10.8 %
        ("5500.00", "5000.00", False),  # both exactly at the threshold
        ("5500.01", "5000.00", True),
        ("6000.01", "60000.00", True),
        ("600.00", "0.00", True),
        ("500.00", "0.00", False),
        ("66000.00", "60000.00", False),
        ("0.00", "0.00", False),
    ],
)
def test_w1_a_variance_above_both_thresholds_must_be_explained(actual: str, profile: str, asked: bool) -> None:
    assert must_be_explained(Decimal(actual), Decimal(profile), RULE) is asked


def test_a_negative_variance_is_an_underspend() -> None:
    assert variance(Decimal("3516.31"), Decimal("4968.84")) == Decimal("-1452.53")


def test_w1_names_every_stream_that_is_not_explained() -> None:
    actual = {"labour": Decimal("1000.00"), "non-labour": Decimal("4000.00")}
    profile = {"labour": Decimal("2000.00"), "capital": Decimal("700.00")}
    errors = unexplained(actual, profile, " ", RULE)
    assert [error.sentence.partition(".00")[0] for error in errors] == [
        "Spend of the labour stream is £1,000",
        "Spend of the capital stream is £700",
        "Spend of the non-labour stream is £4,000",
    ]
    assert ["less" in error.sentence for error in errors] == [True, True, False]
    assert {(error.code, error.field) for error in errors} == {("W1", "variance_explanation")}
    assert unexplained(actual, profile, "The post was filled late.", RULE) == []


def test_who_sent_a_claim_does_not_approve_it() -> None:
    assert same_person(7, 7) is not None
    assert same_person(7, 8) is None
    assert same_person(None, 8) is None


def correction(**values: Any) -> list[PortfolioError]:
    """A good correction of Q1, changed as said."""
    held = {name: values.pop(name) for name in ("corrected_is_locked", "after") if name in values}
    said = replace(Adjustment("labour", "pay and on-costs", Q1, Q2, Decimal("-73.11"), "Wrong rate."), **values)
    return bad_correction(said, **{"corrected_is_locked": True, "after": Decimal("657.99"), **held})


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({}, []),
        ({"after": Decimal("0.00")}, []),
        ({"amount": Decimal("0.00")}, ["amount"]),
        ({"reason": "  "}, ["reason"]),
        ({"corrects": Q2}, ["corrects"]),
        ({"corrects": Q3, "corrected_is_locked": False}, ["corrects"]),
        ({"corrected_is_locked": False}, ["corrects"]),
        ({"after": Decimal("-0.01")}, ["amount"]),
        ({"amount": Decimal("0.00"), "reason": "", "corrects": Q3}, ["amount", "reason", "corrects"]),
    ],
)
def test_a_correction_puts_an_earlier_locked_quarter_right(values: dict[str, object], fields: list[str]) -> None:
    assert [error.field for error in correction(**values)] == fields


def test_both_figures_stay_in_sight() -> None:
    claimed, corrections = Decimal("903.27"), [(Q2, Decimal("-73.11")), (Q3, Decimal("5.00"))]
    assert both_figures(claimed, []) == "claimed £903.27"
    assert both_figures(claimed, corrections[:1]) == "claimed £903.27, corrected by −£73.11 in Q2"
    assert both_figures(claimed, corrections) == "claimed £903.27, corrected by −£73.11 in Q2 and by £5.00 in Q3"


def test_w6_a_refund_says_what_was_refunded() -> None:
    lines = [line("-125.00"), line("-1.00", description="Venue"), line("5.00")]
    assert [warning.sentence for warning in line_warnings("SVD-25-03", lines)] == [
        "−£125.00 for pay and on-costs has no description"
    ]


def test_w2_an_underspend_is_told_as_soon_as_practicable() -> None:
    assert underspend("SVD-25-03", Decimal("900.00"), Decimal("900.00"), carry_over=False) is None
    kept = underspend("SVD-25-03", Decimal("900.00"), Decimal("890.00"), carry_over=True)
    lost = underspend("SVD-25-03", Decimal("900.00"), Decimal("890.00"), carry_over=False)
    assert kept is not None
    assert lost is not None
    assert kept.sentence == "A forecast underspend of £10.00"
    assert lost.sentence.endswith("it cannot be carried over, and the OPCC must be told as soon as practicable")


@pytest.mark.parametrize(
    ("actual", "warned"),
    [
        ((), False),
        (("0",), False),
        (("0", "0"), True),
        (("5", "0"), False),
        (("5", "0", "0"), True),
        (("0", "5"), False),
    ],
)
def test_w4_two_quarters_without_spend(actual: tuple[str, ...], warned: bool) -> None:
    assert (no_spend("SVD-25-03", [Decimal(amount) for amount in actual]) is not None) is warned


@given(st.lists(st.tuples(st.sampled_from(["labour", "non-labour"]), st.integers(-10_000, 10_000)), max_size=8))
def test_streams_sum_to_the_total(amounts: list[tuple[str, int]]) -> None:
    lines = [Line(stream, "other", Decimal(pence).scaleb(-2)) for stream, pence in amounts]
    assert sum(by_stream(lines).values(), Decimal(0)) == sum((one.amount for one in lines), Decimal(0))
