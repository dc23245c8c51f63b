"""A claim as a whole: every fault at once, what may not be blank, and what is worth a warning."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from portfolio.errors import PortfolioError
from portfolio.quarters import FinancialYear
from portfolio.spend.checks import (
    ClaimMoved,
    Contents,
    Ground,
    NotAnswered,
    PartMoved,
    above_ceilings,
    blanks,
    claim_warnings,
    faults,
    not_open,
    over_forecast,
    unusable,
    variances,
)
from portfolio.spend.rules import RAG, ClaimStatus, Line, VarianceRule

YEAR = FinancialYear(2025)
Q1, Q2, Q3, Q4 = YEAR.quarters
TODAY = date(2025, 10, 20)


def pounds(**amounts: str) -> dict[str, Decimal]:
    """Pounds by stream."""
    return {name.replace("_", "-"): Decimal(amount) for name, amount in amounts.items()}


LEVEL_UP = Ground(
    quarter=Q2,
    starts_on=YEAR.first_day,
    ends_on=YEAR.last_day,
    csp="Dorset CSP",
    award=pounds(non_labour="19875.33"),
    claimed=pounds(non_labour="3516.31"),
    claimed_before=pounds(non_labour="3516.31"),
    allocation=pounds(non_labour="80790.21"),
    claimed_by_csp=pounds(non_labour="15315.06"),
    profile=pounds(non_labour="4968.83"),
    planned={("non-labour", Q3): Decimal("4968.83"), ("non-labour", Q4): Decimal("4968.83")},
    categories={"pay and on-costs": False, "equipment and materials": False, "other": True},
    variance_rule=VarianceRule(Decimal(10), Decimal("500.00")),
)
"""Level-Up in Q2 2025/26, as the story tells it."""

CLAIM = Contents(
    lines=(
        Line("non-labour", "pay and on-costs", Decimal("4655.00")),
        Line("non-labour", "equipment and materials", Decimal("837.77")),
        Line("non-labour", "other", Decimal("-125.00"), "Refund of a cancelled venue booked in June"),
    ),
    forecasts={("non-labour", Q3): Decimal("5500.00"), ("non-labour", Q4): Decimal("5491.25")},
    match_spent=Decimal("0.00"),
    narrative="Two extra groups in September.",
    delivery_rag=RAG.AMBER_GREEN,
    spend_rag=RAG.GREEN,
    variance_explanation="Late-start groups ran in September, bringing spend forward from Q3.",
)


def told(errors: list[PortfolioError]) -> list[tuple[str | None, str | None]]:
    """Code and field of each error."""
    return [(error.code, error.field) for error in errors]


def test_the_storys_claim_has_no_fault() -> None:
    assert faults(CLAIM, LEVEL_UP, TODAY) == []
    assert blanks(CLAIM, LEVEL_UP) == []
    assert unusable(CLAIM, LEVEL_UP) == []
    assert CLAIM.total == Decimal("5367.77")
    assert CLAIM.spent == pounds(non_labour="5367.77")


def test_its_variance_is_shown_whether_or_not_it_must_be_explained() -> None:
    (found,) = variances(CLAIM.spent, LEVEL_UP)
    assert (found.amount, found.must_be_explained) == (Decimal("398.94"), False)
    assert found.percent == Decimal("8.0")
    (nearly,) = variances(pounds(non_labour="4968.82"), LEVEL_UP)
    assert str(nearly.percent) == "0.0"
    (unplanned,) = variances({}, replace(LEVEL_UP, profile={}))
    assert (unplanned.amount, unplanned.percent) == (Decimal("0.00"), None)


def test_a_large_variance_is_refused_until_it_is_explained() -> None:
    first_quarter = replace(LEVEL_UP, quarter=Q1, profile=pounds(non_labour="4968.84"))
    late = replace(CLAIM, lines=(Line("non-labour", "pay and on-costs", Decimal("3516.31")),), variance_explanation="")
    late = replace(late, forecasts={})
    (error,) = faults(late, first_quarter, TODAY)
    assert (error.code, error.field) == ("W1", "variance_explanation")
    assert "£1,452.53 (29.2%) less than the profile of £4,968.84" in error.sentence
    assert faults(replace(late, variance_explanation="The post was filled on 6 May."), first_quarter, TODAY) == []


def test_every_fault_comes_at_once() -> None:
    lines = (
        Line("capital", "pay and on-costs", Decimal("1.00")),
        Line("non-labour", "yachts", Decimal("1.00")),
        Line("non-labour", "other", Decimal("16359.03")),
        Line("non-labour", "pay and on-costs", Decimal("1.00"), "gifts", "T-1"),
    )
    wrong = replace(
        CLAIM,
        lines=lines,
        forecasts={("non-labour", Q2): Decimal("1.00"), ("non-labour", Q3): Decimal("-0.01")},
        match_spent=Decimal("-1.00"),
        variance_explanation="",
    )
    ground = replace(LEVEL_UP, claimed_elsewhere={"t-1": "SVD-25-01, Q1 2025/26"}, ends_on=date(2025, 6, 30))
    assert told(faults(wrong, ground, date(2025, 6, 1))) == [
        ("E3", "quarter"),
        ("E4", "quarter"),
        (None, "lines[1].category"),
        ("E13", "lines[0].stream"),
        ("E4", "forecast"),
        (None, "lines[2].description"),
        ("E6", "lines[3].description"),
        ("E7", "lines[3].transaction"),
        (None, "forecasts.non-labour.Q3"),
        (None, "match_spent"),
        ("E2", "lines.non-labour"),
        ("W1", "variance_explanation"),
    ]


@pytest.mark.parametrize(
    ("claimed", "codes"),
    [("16359.02", []), ("16359.03", ["£0.01 more than the award"]), ("0.00", []), ("-5.00", [])],
)
def test_e2_holds_to_the_penny_against_the_award(claimed: str, codes: list[str]) -> None:
    errors = above_ceilings(pounds(non_labour=claimed, capital="9.00"), LEVEL_UP)
    assert [code in error.sentence for code, error in zip(codes, errors, strict=True)] == [True] * len(codes)


def test_e2_holds_against_the_allocation_too() -> None:
    ground = replace(LEVEL_UP, claimed_by_csp=pounds(non_labour="80000.00"))
    (error,) = above_ceilings(pounds(non_labour="790.22"), ground)
    assert "£80,790.22, £0.01 more than its allocation of £80,790.21" in error.sentence
    assert above_ceilings(pounds(non_labour="790.22"), replace(ground, allocation={})) == []


def test_a_refund_is_never_refused_because_too_much_was_claimed_before() -> None:
    assert above_ceilings(pounds(non_labour="-125.00"), replace(LEVEL_UP, award=pounds(non_labour="1.00"))) == []


def test_e5_asks_for_what_is_blank_and_leaves_categories_alone_that_are_not_used() -> None:
    ground = replace(LEVEL_UP, award=pounds(labour="3000.00", non_labour="19875.33"))
    assert told(blanks(Contents(lines=CLAIM.lines[:1]), ground)) == [
        ("E5", "lines.labour"),
        ("E5", "match_spent"),
        ("E5", "forecasts.labour.Q3"),
        ("E5", "forecasts.labour.Q4"),
        ("E5", "forecasts.non-labour.Q3"),
        ("E5", "forecasts.non-labour.Q4"),
        (None, "narrative"),
        (None, "delivery_rag"),
        (None, "spend_rag"),
    ]
    zero = replace(CLAIM, lines=(Line("non-labour", "other", Decimal("0.00")),))
    assert blanks(zero, LEVEL_UP) == []


def test_only_quarters_within_the_awards_dates_are_forecast() -> None:
    assert LEVEL_UP.to_forecast == (Q3, Q4)
    assert replace(LEVEL_UP, ends_on=date(2025, 12, 31)).to_forecast == (Q3,)
    assert replace(LEVEL_UP, quarter=Q4).to_forecast == ()
    assert replace(LEVEL_UP, quarter=Q1, starts_on=date(2025, 10, 1)).to_forecast == (Q3, Q4)


@pytest.mark.parametrize(
    ("status", "changes", "sentence"),
    [
        (None, {}, ""),
        (ClaimStatus.DRAFT, {}, ""),
        (ClaimStatus.QUERIED, {}, ""),
        (ClaimStatus.SUBMITTED, {}, "This claim is submitted, so it cannot be changed"),
        (None, {"closed": True, "locked_because": "it was returned"}, "2025/26 is closed"),
        (ClaimStatus.RETURNED, {"locked_because": "it was returned"}, "Q2 2025/26 is locked: it was returned."),
    ],
)
def test_why_a_claim_cannot_be_written(status: ClaimStatus | None, changes: dict[str, Any], sentence: str) -> None:
    errors = not_open(status, replace(LEVEL_UP, **changes))
    assert [error.sentence.startswith(sentence) for error in errors] == ([True] if sentence else [])


def test_what_is_left_and_what_a_stream_comes_to() -> None:
    assert LEVEL_UP.left("non-labour") == Decimal("16359.02")
    assert LEVEL_UP.left("labour") == Decimal("0.00")
    assert LEVEL_UP.outturn("non-labour", CLAIM) == Decimal("19875.33")
    # without a forecast, its profile is expected: 3,516.31 + 5,367.77 + 2 × 4,968.83
    assert LEVEL_UP.outturn("non-labour", replace(CLAIM, forecasts={})) == Decimal("18821.74")


def warned(contents: Contents, ground: Ground, **earlier: list[Decimal]) -> list[tuple[str, str]]:
    """Code and sentence of each warning."""
    by_stream = {name.replace("_", "-"): amounts for name, amounts in earlier.items()}
    found = claim_warnings(contents, ground, earlier=by_stream, carry_over=False)
    return [(warning.code, warning.sentence) for warning in found]


def test_the_storys_claim_warns_of_nothing() -> None:
    assert warned(CLAIM, LEVEL_UP, non_labour=[Decimal("3516.31")]) == []


def test_what_a_claim_warns_of() -> None:
    lines = (Line("non-labour", "pay and on-costs", Decimal("125.00")), Line("non-labour", "other", Decimal("-125.00")))
    forecasts = {("non-labour", Q3): Decimal("0.00"), ("non-labour", Q4): Decimal("9000.00")}
    idle = replace(CLAIM, lines=lines, forecasts=forecasts, variance_explanation="")
    assert [code for code, _ in warned(idle, LEVEL_UP, non_labour=[Decimal("0.00")])] == ["W1", "W2", "W4", "W5", "W6"]
    assert ("W2", "A forecast underspend of £7,359.02; it cannot be carried over, and the OPCC must be told as soon as "
            "practicable") in warned(idle, LEVEL_UP)  # fmt: skip


def test_w5_looks_at_the_claim_itself_in_the_last_quarter() -> None:
    last = replace(LEVEL_UP, quarter=Q4)
    large = replace(CLAIM, lines=(Line("non-labour", "pay and on-costs", Decimal("9000.00")),), forecasts={})
    assert "W5" in [code for code, _ in warned(large, last)]


def test_e2_no_more_is_forecast_than_the_award_has_left() -> None:
    more = replace(CLAIM, forecasts={("non-labour", Q3): Decimal("0.00"), ("non-labour", Q4): Decimal("10991.26")})
    (error,) = faults(more, LEVEL_UP, TODAY)
    assert (error.code, error.field) == ("E2", "forecasts.non-labour.Q4")
    assert error.sentence == (
        "With its forecast, the non-labour stream would come to £19,875.34, £0.01 more than the award of £19,875.33. "
        "Forecast no more than is left, or ask for a variation first"
    )
    shrunk = replace(LEVEL_UP, award=pounds(non_labour="3000.00"))
    none = replace(CLAIM, forecasts={("non-labour", Q3): Decimal("0.00")})
    assert over_forecast(none, shrunk) == [], "what was claimed already is not the forecast's fault"


def test_what_goes_wrong_between_two_people_is_said_in_a_sentence() -> None:
    assert "save it, or take theirs" in PartMoved().sentence
    assert "Look at it again" in ClaimMoved().sentence
    assert NotAnswered("answers.3").field == "answers.3"
