"""What a funding year may hold."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.funding_years import rules
from portfolio.funding_years.rules import YearStatus
from portfolio.quarters import FinancialYear, Quarter

YEAR = FinancialYear(2025)
STREAMS = ("labour", "non-labour")
CSPS = ("dorset", "bcp")
pounds = st.integers(0, 10**9).map(lambda pence: Decimal(pence).scaleb(-2))


@pytest.mark.parametrize(
    "org_id",
    [None, "GB-LAE-DST", "GB-CHC-1000009", "GB-CHC-200027-1", "GB-COH-01234567", "GB-COH-SC123456", "GB-NHS-QVV"],
)
def test_accepts_an_organisation_identifier(org_id: str | None) -> None:
    assert rules.bad_organisation_identifier(org_id) is None


@pytest.mark.parametrize(
    ("org_id", "right"),
    [
        ("GB-COH-1234567", "eight characters, leading zeros kept"),
        ("GB-CHC-12A", "the charity number"),
        ("GB-LAE-DORSET", "the letters of the authority"),
        ("1000009", "the register's code"),
        ("GB-NHS", "the register's code"),
    ],
)
def test_e15_refuses_what_no_register_gives(org_id: str, right: str) -> None:
    error = rules.bad_organisation_identifier(org_id)
    assert error is not None
    assert (error.code, error.field) == ("E15", "org_id")
    assert org_id in error.sentence
    assert right in error.sentence


@pytest.mark.parametrize("key", ["dorset", "gb1", "st-helens", "barking_dagenham", "1"])
def test_a_key_is_plain(key: str) -> None:
    assert rules.bad_key(key) is None


@pytest.mark.parametrize("key", ["", "a b", "-a", "a/b", "Dörset", "a" * 61])
def test_refuses_a_key_that_cannot_stand_in_an_address(key: str) -> None:
    error = rules.bad_key(key)
    assert error is not None
    assert error.field == "key"


def test_a_key_is_made_of_a_name() -> None:
    assert rules.key_of("NHS Dorset & Friends, Ltd.") == "nhs-dorset-friends-ltd"
    assert rules.bad_key(rules.key_of("x" * 59 + " y")) is None


def test_e16_ends_before_it_starts() -> None:
    assert rules.ends_before_it_starts(date(2025, 4, 1), date(2025, 4, 1)) is None
    error = rules.ends_before_it_starts(date(2025, 4, 2), date(2025, 4, 1))
    assert error is not None
    assert error.code == "E16"
    assert error.sentence.startswith("The end, 1 April 2025, is before the start, 2 April 2025")


def test_shares_may_be_less_than_the_stream_but_not_more() -> None:
    whole = Decimal("100.00")
    assert rules.shares_above_stream("labour", whole, [Decimal("60.00"), Decimal("40.00")]) is None
    error = rules.shares_above_stream("labour", whole, [Decimal("60.00"), Decimal("40.01")])
    assert error is not None
    assert error.code == "E1"
    assert "£100.01, £0.01 more than its allocation of £100.00" in error.sentence


def test_every_fault_of_allocations_is_found_at_its_place() -> None:
    found = rules.bad_allocations(
        {"labour": Decimal("-1.00"), "capital": Decimal("1.00")},
        {"dorset": {"non-labour": Decimal("-0.01"), "capital": Decimal("1.00")}, "kent": {"labour": Decimal("1.00")}},
        STREAMS,
        CSPS,
    )
    assert [error.field for error in found] == [
        "allocation.labour",
        "allocation.capital",
        "shares.dorset.non-labour",
        "shares.dorset.capital",
        "shares.kent",
    ]
    assert "Its streams are labour, non-labour" in found[1].sentence
    assert "Its partnerships are dorset, bcp" in found[4].sentence


def test_shares_above_their_stream_are_said_of_the_stream() -> None:
    shares = {"dorset": {"labour": Decimal("60.00")}, "bcp": {"labour": Decimal("50.00")}}
    found = rules.bad_allocations({"labour": Decimal("100.00")}, shares, STREAMS, CSPS)
    assert [(error.code, error.field) for error in found] == [("E1", "allocation.labour")]
    assert rules.bad_allocations({"labour": Decimal("110.00")}, shares, STREAMS, CSPS) == []


def test_nothing_of_a_closed_year_changes() -> None:
    assert rules.closed(YearStatus.CONFIRMED, YEAR) is None
    error = rules.closed(YearStatus.CLOSED, YEAR)
    assert error is not None
    assert error.sentence.startswith("2025/26 is closed")


def test_a_year_is_not_confirmed_before_the_letter_is_here() -> None:
    assert rules.confirmed_too_early(date(2025, 3, 27), date(2025, 3, 27)) is None
    error = rules.confirmed_too_early(date(2025, 3, 28), date(2025, 3, 27))
    assert error is not None
    assert (error.field, "28 March 2025" in error.sentence) == ("confirmed_on", True)


def test_a_year_that_is_there_or_not_of_the_area_says_so() -> None:
    assert rules.YearIsThere("Serious Violence Duty", "Dorset", YEAR).field == "year"


@pytest.mark.parametrize(
    ("allocation", "percent", "limit"),
    [("100.00", "0", "100.00"), ("100.00", "10", "110.00"), ("0.05", "10", "0.06")],
)
def test_the_ceiling_is_the_allocation_and_the_tolerance(allocation: str, percent: str, limit: str) -> None:
    assert rules.ceiling(Decimal(allocation), Decimal(percent)) == Decimal(limit)


@given(pounds)
def test_without_tolerance_the_ceiling_is_the_allocation(allocation: Decimal) -> None:
    assert rules.ceiling(allocation, Decimal(0)) == allocation


def test_provisional_then_confirmed_then_closed() -> None:
    assert rules.next_status(YearStatus.PROVISIONAL, YearStatus.CONFIRMED) is YearStatus.CONFIRMED
    assert rules.next_status(YearStatus.CONFIRMED, YearStatus.CLOSED) is YearStatus.CLOSED


@pytest.mark.parametrize("present", YearStatus)
@pytest.mark.parametrize("wanted", YearStatus)
def test_no_other_step_is_taken(present: YearStatus, wanted: YearStatus) -> None:
    allowed = [(YearStatus.PROVISIONAL, YearStatus.CONFIRMED), (YearStatus.CONFIRMED, YearStatus.CLOSED)]
    if (present, wanted) not in allowed:
        with pytest.raises(rules.BadStep, match=f"is {present.value}; it cannot become {wanted.value}"):
            rules.next_status(present, wanted)


@pytest.mark.parametrize(
    ("number", "due"),
    [(1, date(2025, 7, 31)), (2, date(2025, 10, 31)), (3, date(2026, 1, 31)), (4, date(2026, 4, 30))],
)
def test_claims_are_due_after_their_quarter(number: int, due: date) -> None:
    assert rules.deadline(Quarter(YEAR, number), rules.DEFAULT_DEADLINES) == due


@pytest.mark.parametrize(
    "typed", ["31 Jul, 31 Oct, 31 Jan", "31 Jul, 31 Oct, 31 Jan, 31 Apr", "July", "31 Jul, x, y, z"]
)
def test_deadlines_that_cannot_be_read_are_refused(typed: str) -> None:
    error = rules.bad_deadlines(typed)
    assert error is not None
    assert error.field == "claim_deadlines"


def test_usual_deadlines_can_be_read() -> None:
    assert rules.bad_deadlines(rules.DEFAULT_DEADLINES) is None


def test_what_no_partnership_has_of_a_stream_is_held_back() -> None:
    assert rules.held_back(Decimal("100.00"), [Decimal("60.00"), Decimal("30.01")]) == Decimal("9.99")
    assert rules.held_back(Decimal("100.00"), []) == Decimal("100.00")


def test_a_partnership_has_a_short_name() -> None:
    assert rules.short_name("Dorset Community Safety Partnership") == "Dorset CSP"
    assert rules.short_name("Safer Bristol") == "Safer Bristol"


def faults(**changes: Any) -> list[tuple[str | None, str]]:
    """What is wrong with terms that are right but for some changes."""
    usual: dict[str, Any] = {
        "deadlines": rules.DEFAULT_DEADLINES, "percents": {"tolerance_percent": Decimal(10), "match_percent": None},
        "amounts": {"asset_threshold": None}, "retention_years": 7, "rounds_to": None,
    }  # fmt: skip
    return [(error.field, error.sentence) for error in rules.bad_terms(**{**usual, **changes})]


def test_terms_that_no_funder_could_set() -> None:
    assert faults() == faults(rounds_to=1000) == []
    assert faults(percents={"match_percent": Decimal("100.01")}) == [
        ("match_percent", "Enter a percentage from 0 to 100")
    ]
    assert faults(amounts={"variance_floor": Decimal("-0.01")}) == [
        ("variance_floor", "Enter an amount of zero or more")
    ]
    assert faults(retention_years=0) == faults(retention_years=101)
    assert [field for field, _ in faults(retention_years=0, rounds_to=7, deadlines="31 Jul")] == [
        "claim_deadlines", "retention_years", "rounds_to",
    ]  # fmt: skip
