"""Money: read as people type it, shown, rounded and shared, never a penny out."""

import contextlib
from decimal import Decimal

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from portfolio import money
from portfolio.errors import PortfolioError

BILLIONS = 10**12
"""The limit in pence: £10 billion."""
amounts = st.integers(-BILLIONS, BILLIONS).map(money.from_pence)
weights = st.lists(st.integers(0, 10**15), min_size=1, max_size=60).filter(any)


@pytest.mark.parametrize(
    ("typed", "pounds"),
    [
        ("£1,234.50", "1234.50"),
        ("1234.5", "1234.50"),
        (" 1,234 ", "1234.00"),
        ("(250.00)", "-250.00"),
        ("-250.00", "-250.00"),
        ("-£250", "-250.00"),
        ("£-250", "-250.00"),
        ("(£1,250.05)", "-1250.05"),
        ("−£73.11", "-73.11"),
        ("–73.11", "-73.11"),
        ("- 73.11", "-73.11"),
        (".5", "0.50"),
        ("0", "0.00"),
        ("-0.00", "0.00"),
        ("(0)", "0.00"),
        ("£\N{NO-BREAK SPACE}12", "12.00"),
        ("007", "7.00"),
        ("10,000,000,000.00", "10000000000.00"),
        ("-10000000000", "-10000000000.00"),
        (5, "5.00"),
        (-5, "-5.00"),
        (Decimal("5.5"), "5.50"),
        (Decimal("1E+5"), "100000.00"),
        (Decimal("-0.01"), "-0.01"),
    ],
)
def test_reads_an_amount_as_people_type_it(typed: str | int | Decimal, pounds: str) -> None:
    amount = money.parse_pounds(typed)
    assert str(amount) == pounds


NOT_AN_AMOUNT = "“{}” is not an amount. Enter pounds and pence, like 1234.50"
TOO_FINE = "“{}” has more than two decimals. Enter pounds and pence, like 1234.50"
NOT_IN_POUNDS = "“{}” is not in pounds. Enter an amount in pounds sterling, like £1,234.50"
BAD_COMMAS = "The commas in “{}” are not between thousands. Enter it like 1,234.50"
BEYOND = "The amount is beyond £10 billion. Check the number of digits"


@pytest.mark.parametrize(
    ("typed", "sentence"),
    [
        ("1.234", TOO_FINE),
        ("£0.001", TOO_FINE),
        ("1.000", TOO_FINE),
        ("$5", NOT_IN_POUNDS),
        ("5 €", NOT_IN_POUNDS),
        ("¥500", NOT_IN_POUNDS),
        ("12.50 USD", NOT_IN_POUNDS),
        ("EUR 12.50", NOT_IN_POUNDS),
        ("abc", NOT_AN_AMOUNT),
        ("USD", NOT_AN_AMOUNT),
        ("nan", NOT_AN_AMOUNT),
        ("NaN", NOT_AN_AMOUNT),
        ("inf", NOT_AN_AMOUNT),
        ("-Infinity", NOT_AN_AMOUNT),
        ("1e5", NOT_AN_AMOUNT),
        ("1.5.2", NOT_AN_AMOUNT),
        ("--5", NOT_AN_AMOUNT),
        ("(-5)", NOT_AN_AMOUNT),
        ("(5", NOT_AN_AMOUNT),
        ("5-", NOT_AN_AMOUNT),
        ("£", NOT_AN_AMOUNT),
        ("-", NOT_AN_AMOUNT),
        ("()", NOT_AN_AMOUNT),
        (".", NOT_AN_AMOUNT),
        ("£.", NOT_AN_AMOUNT),
        ("5.", NOT_AN_AMOUNT),
        ("££5", NOT_AN_AMOUNT),
        ("1 234", NOT_AN_AMOUNT),
        ("١٢", NOT_AN_AMOUNT),
        ("½", NOT_AN_AMOUNT),
        ("0x10", NOT_AN_AMOUNT),
        ("1_000", NOT_AN_AMOUNT),
        ("1,23", BAD_COMMAS),
        ("12,34.50", BAD_COMMAS),
        ("(1,2345)", BAD_COMMAS),
        (",5", BAD_COMMAS),
        ("10000000000.01", BEYOND),
        ("(10,000,000,000.01)", BEYOND),
        ("9" * 5000, BEYOND),
        ("x" * 100, NOT_AN_AMOUNT.format("x" * 39 + "…")),
    ],
)
def test_refuses_with_a_sentence_that_says_how_to_put_it_right(typed: str, sentence: str) -> None:
    with pytest.raises(money.NotMoney) as refused:
        money.parse_pounds(typed)
    assert refused.value.sentence == sentence.format(typed)


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        (Decimal("5.555"), TOO_FINE.format("5.555")),
        (Decimal("1E-30"), TOO_FINE.format("1E-30")),
        (Decimal("NaN"), "NaN is not an amount. Enter pounds and pence, like 1234.50"),
        (Decimal("sNaN"), "sNaN is not an amount. Enter pounds and pence, like 1234.50"),
        (Decimal("-Infinity"), "-Infinity is not an amount. Enter pounds and pence, like 1234.50"),
        (Decimal("1E+500"), BEYOND),
        (Decimal("-10000000000.01"), BEYOND),
        (10**11, BEYOND),
        (5.0, "5.0 is not an amount. Enter pounds and pence, like 1234.50"),
        (True, "True is not an amount. Enter pounds and pence, like 1234.50"),
        (None, "None is not an amount. Enter pounds and pence, like 1234.50"),
    ],
)
def test_refuses_numbers_that_are_no_amount(value: Decimal, sentence: str) -> None:
    with pytest.raises(money.NotMoney) as refused:
        money.parse_pounds(value)
    assert refused.value.sentence == sentence


@pytest.mark.parametrize("blank", ["", "  ", "\t\n", "\N{NO-BREAK SPACE}"])
def test_e5_a_blank_is_never_zero(blank: str) -> None:
    with pytest.raises(money.BlankMoney) as refused:
        money.parse_pounds(blank)
    assert (refused.value.code, refused.value.sentence) == ("E5", "Enter a value, even if it is zero")


@settings(deadline=None)
@given(amounts)
@example(Decimal("-10000000000.00"))
@example(Decimal("0.00"))
def test_what_is_shown_reads_back_to_the_same_amount(amount: Decimal) -> None:
    assert money.parse_pounds(money.format_pounds(amount)) == amount
    assert money.parse_pounds(money.format_plain(amount)) == amount


@settings(deadline=None)
@given(st.text(max_size=60))
def test_whatever_is_typed_is_an_amount_in_whole_pence_or_refused(typed: str) -> None:
    with contextlib.suppress(PortfolioError):
        amount = money.parse_pounds(typed)
        assert amount == amount.quantize(money.PENNY)
        assert abs(amount) <= money.LIMIT


def test_shows_pounds() -> None:
    assert money.format_pounds(Decimal("1234.50")) == "£1,234.50"
    assert money.format_pounds(Decimal("-73.11")) == "−£73.11"
    assert money.format_pounds(Decimal("0.00")) == "£0.00"
    assert money.format_whole_pounds(Decimal("-1234000")) == "−£1,234,000"
    assert money.format_plain(Decimal("1234.5")) == "1234.50"
    assert money.format_plain(Decimal("-1234.5")) == "-1234.50"


@settings(deadline=None)
@given(st.integers(-BILLIONS, BILLIONS))
def test_pence_and_pounds_are_the_same_amount(pence: int) -> None:
    assert money.to_pence(money.from_pence(pence)) == pence
    assert str(money.from_pence(pence)).rpartition(".")[2].isdecimal()


@pytest.mark.parametrize("pounds", ["0.001", "1234.567", "-0.005"])
def test_a_fraction_of_a_penny_never_becomes_pence(pounds: str) -> None:
    with pytest.raises(ValueError, match="not a whole number of pence"):
        money.to_pence(Decimal(pounds))


def test_a_percentage_rounds_half_a_penny_up() -> None:
    assert money.percent_of(Decimal("795706.00"), Decimal(30)) == Decimal("238711.80")
    assert money.percent_of(Decimal("0.50"), Decimal(1)) == Decimal("0.01")
    assert money.percent_of(Decimal("-0.50"), Decimal(1)) == Decimal("-0.01")
    assert money.percent_of(Decimal("0.49"), Decimal(1)) == Decimal("0.00")


def test_thirty_two_boroughs_are_never_sixteen_pence_out() -> None:
    shares = money.share_evenly(Decimal("932764.00"), 32)
    assert sum(shares) == Decimal("932764.00")
    assert set(shares) == {Decimal("29148.88"), Decimal("29148.87")}
    assert shares == [Decimal("29148.88")] * 16 + [Decimal("29148.87")] * 16


def test_ties_go_by_listed_order_and_the_largest_remainder_first() -> None:
    assert money.share(Decimal("0.05"), [1, 1, 1]) == [Decimal("0.02"), Decimal("0.02"), Decimal("0.01")]
    assert money.share(Decimal("1.00"), [1, 1, 4]) == [Decimal("0.17"), Decimal("0.17"), Decimal("0.66")]
    assert money.share(Decimal("0.01"), [1, 3, 1]) == [Decimal("0.00"), Decimal("0.01"), Decimal("0.00")]
    assert money.share(Decimal("10.00"), [0, 7, 0]) == [Decimal("0.00"), Decimal("10.00"), Decimal("0.00")]


@pytest.mark.parametrize("unusable", [[], [0], [0, 0], [1, -1], [3, -1]])
def test_shares_need_weights(unusable: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        money.share(Decimal("1.00"), unusable)


@settings(deadline=None)
@given(amounts, weights)
def test_shares_sum_to_the_whole_and_none_is_a_penny_from_its_due(whole: Decimal, parts: list[int]) -> None:
    shares = money.share(whole, parts)
    assert sum(shares) == whole
    assert len(shares) == len(parts)
    pence, total = money.to_pence(whole), sum(parts)
    for part, weight in zip(shares, parts, strict=True):
        assert abs(money.to_pence(part) * total - pence * weight) < total
        assert weight or part == 0


@settings(deadline=None)
@given(amounts, weights)
def test_a_negative_whole_splits_as_its_mirror_image(whole: Decimal, parts: list[int]) -> None:
    assert money.share(-whole, parts) == [-part for part in money.share(whole, parts)]


@settings(deadline=None)
@given(amounts.filter(lambda amount: amount >= 0), st.integers(1, 400))
def test_even_shares_differ_by_a_penny_at_most_and_the_first_have_it(whole: Decimal, parts: int) -> None:
    shares = money.share_evenly(whole, parts)
    assert sum(shares) == whole
    assert shares == sorted(shares, reverse=True)
    assert shares[0] - shares[-1] <= money.PENNY


def test_per_cent_of_nothing_is_nothing() -> None:
    assert money.per_cent(Decimal("25.00"), Decimal("200.00")) == Decimal("12.5")
    assert money.per_cent(Decimal("25.00"), money.ZERO) is None
