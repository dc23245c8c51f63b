"""What match may be, what a programme asks for, and what to say when it falls short."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.funding_years.rules import MatchBase
from portfolio.match_funding.rules import (
    PledgesNothing,
    bad_match,
    bad_receipt,
    bad_terms,
    counted_match,
    match_below_rule,
    match_percent,
    required_match,
    rule_in_words,
    undelivered_match,
    unsecured_match,
)
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import FinancialYear

TODAY = date(2025, 10, 20)
Q1, Q2, Q3, Q4 = FinancialYear(2025).quarters


def fields(errors: list[PortfolioError]) -> list[str | None]:
    """What the errors concern."""
    return [error.field for error in errors]


@pytest.mark.parametrize(
    ("pledged", "secured", "wrong"),
    [
        ("7500.00", "0.00", []),
        ("7500.00", "7500.00", []),
        ("7500.00", "7500.01", ["secured"]),
        ("-0.01", "0.00", ["pledged"]),
        ("7500.00", "-1.00", ["secured"]),
        ("-1.00", "-1.00", ["pledged", "secured"]),
    ],
)
def test_no_more_is_secured_than_pledged(pledged: str, secured: str, wrong: list[str]) -> None:
    assert fields(bad_match(Decimal(pledged), Decimal(secured))) == wrong


def test_a_pledge_is_of_something() -> None:
    assert PledgesNothing().field == "pledged"


@pytest.mark.parametrize(
    ("kind", "basis", "secured", "on", "wrong"),
    [
        (MatchKind.CASH, None, "0.00", None, []),
        (MatchKind.CASH, "", "5.00", date(2025, 10, 20), []),
        (MatchKind.IN_KIND, "60 hours at £25", "0.00", None, []),
        (MatchKind.IN_KIND, " ", "0.00", None, ["basis"]),
        (MatchKind.IN_KIND, None, "5.00", None, ["basis", "secured_on"]),
        (MatchKind.CASH, None, "5.00", date(2025, 10, 21), ["secured_on"]),
    ],
)
def test_match_in_kind_says_its_value_and_secured_match_its_day(
    kind: MatchKind, basis: str | None, secured: str, on: date | None, wrong: list[str]
) -> None:
    assert fields(bad_terms(kind, basis, Decimal(secured), on, TODAY)) == wrong


@pytest.mark.parametrize(
    ("amount", "otherwise", "wrong"),
    [
        ("3000.00", "2000.00", []),
        ("3000.01", "2000.00", ["amount"]),
        ("0.00", "5000.00", []),
        ("-1.00", "0.00", ["amount"]),
    ],
)
def test_no_more_is_received_than_secured(amount: str, otherwise: str, wrong: list[str]) -> None:
    errors = bad_receipt(Decimal(amount), Q2, TODAY, received_otherwise=Decimal(otherwise), secured=Decimal("5000.00"))
    assert fields(errors) == wrong


def test_nothing_is_received_ahead_of_its_time() -> None:
    errors = bad_receipt(Decimal("1.00"), Q4, TODAY, received_otherwise=Decimal(0), secured=Decimal("5000.00"))
    assert fields(errors) == ["quarter"]


@pytest.mark.parametrize(
    ("grant", "percent", "base", "required"),
    [
        ("795706.00", "30", MatchBase.GRANT, "238711.80"),  # Essex PFCC decision 129-23
        ("100.00", "20", MatchBase.TOTAL, "25.00"),  # 20 % of the £125 that both come to
        ("100.00", "100", MatchBase.TOTAL, "0.00"),
        ("100.00", None, MatchBase.GRANT, "0.00"),
    ],
)
def test_the_rule_is_of_the_grant_or_of_the_total(
    grant: str, percent: str | None, base: MatchBase, required: str
) -> None:
    asked = None if percent is None else Decimal(percent)
    assert required_match(Decimal(grant), asked, base) == Decimal(required)


def test_what_the_rule_asks_for_is_as_much_as_its_per_cent() -> None:
    grant, percent = Decimal("795706.00"), Decimal("12.5")
    required = required_match(grant, percent, MatchBase.TOTAL)
    reached = match_percent(grant, required, MatchBase.TOTAL)
    assert reached is not None
    assert round(reached, 4) == percent


def test_the_rule_is_said_with_its_base() -> None:
    grant = Decimal("795706.00")
    assert rule_in_words(grant, Decimal(30), MatchBase.GRANT, in_kind_counts=False) == (
        "The programme asks for 30% of the grant, in cash; match in kind does not count. "
        "30% of £795,706.00 is £238,711.80."
    )
    assert rule_in_words(Decimal(100), Decimal("20.0"), MatchBase.TOTAL, in_kind_counts=True) == (
        "The programme asks for 20% of grant and match together, in cash or in kind. "
        "20% of £125.00 is £25.00 beside a grant of £100.00."
    )
    assert rule_in_words(grant, None, MatchBase.GRANT, in_kind_counts=True) == "The programme asks for no match."


def test_w3_once_the_year_is_over_what_is_secured_has_come() -> None:
    late = undelivered_match("SVD", Decimal("500.00"), Decimal("120.00"), is_over=True)
    assert late == RuleWarning("W3", "The year is over, and £380.00 secured has not come", "SVD")
    assert undelivered_match("SVD", Decimal("500.00"), Decimal("120.00"), is_over=False) is None
    assert undelivered_match("SVD", Decimal("500.00"), Decimal("500.00"), is_over=True) is None


def test_what_counts_towards_the_rule() -> None:
    assert counted_match(Decimal(7), Decimal(4), in_kind_counts=True) == Decimal(11)
    assert counted_match(Decimal(7), Decimal(4), in_kind_counts=False) == Decimal(7)


def test_match_in_per_cent() -> None:
    assert match_percent(Decimal(200), Decimal(50), MatchBase.GRANT) == Decimal(25)
    assert match_percent(Decimal(200), Decimal(50), MatchBase.TOTAL) == Decimal(20)
    assert match_percent(Decimal(0), Decimal(0), MatchBase.TOTAL) is None


def test_w3_names_what_is_short_and_what_is_not_secured() -> None:
    match = Decimal("7500.00")
    assert match_below_rule("SVD-25-04", match, Decimal("7500.01")) == RuleWarning(
        "W3", "Match of £7,500.00 is £0.01 below the rule's £7,500.01", "SVD-25-04"
    )
    assert match_below_rule("SVD-25-04", match, match) is None
    assert unsecured_match("SVD-25-04", match, Decimal("5000.00")) == RuleWarning(
        "W3", "£2,500.00 of the match pledged is not secured yet", "SVD-25-04"
    )
    assert unsecured_match("SVD-25-04", match, match) is None
