"""What a proposal may ask, and how it becomes one that can be decided on."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.funding_years.rules import BadStep
from portfolio.proposals import rules
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear

YEAR = FinancialYear(2025)


@pytest.mark.parametrize("reference", ["SVD-25-01", "a", "2025.1_b"])
def test_a_reference_is_plain(reference: str) -> None:
    assert rules.bad_reference(reference) is None


@pytest.mark.parametrize("reference", ["", "SVD 25", "-1", "a/b", "é", "a" * 61])
def test_refuses_a_reference_that_cannot_stand_in_an_address(reference: str) -> None:
    error = rules.bad_reference(reference)
    assert error is not None
    assert error.field == "reference"


def test_asks_for_something_and_never_for_less_than_nothing() -> None:
    assert rules.bad_request({"labour": Decimal("0.00"), "non-labour": Decimal("0.01")}) == []
    [nothing] = rules.bad_request({"labour": Decimal("0.00")})
    assert nothing.field == "requested"
    [negative] = rules.bad_request({"labour": Decimal("-5.00"), "non-labour": Decimal("5.00")})
    assert negative.field == "requested.labour"


def test_asks_somebody() -> None:
    assert rules.asks_nobody(1) is None
    error = rules.asks_nobody(0)
    assert error is not None
    assert error.field == "asked_of"


def test_continues_only_what_was_earlier() -> None:
    assert rules.continues_nothing_earlier(YEAR, "SVD-24-01", FinancialYear(2024)) is None
    error = rules.continues_nothing_earlier(YEAR, "SVD-25-01", YEAR)
    assert error is not None
    assert "SVD-25-01 is a proposal of 2025/26" in error.sentence


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "outside"),
    [
        (date(2025, 4, 1), date(2026, 3, 31), False),
        (date(2024, 1, 1), date(2025, 4, 1), False),
        (date(2026, 3, 31), date(2027, 1, 1), False),
        (date(2024, 4, 1), date(2025, 3, 31), True),
        (date(2026, 4, 1), date(2026, 4, 2), True),
    ],
)
def test_e3_its_dates_touch_the_year(starts_on: date, ends_on: date, outside: bool) -> None:
    error = rules.outside_the_year(starts_on, ends_on, YEAR)
    assert (error is not None and error.code == "E3") == outside


def test_says_what_is_missing() -> None:
    assert rules.missing("Specialist Nurse", "A nurse.") == []
    assert [error.field for error in rules.missing(" ", "")] == ["title", "summary"]


def test_only_a_draft_changes() -> None:
    assert rules.not_a_draft("SVD-25-01", ProposalStatus.DRAFT) is None
    error = rules.not_a_draft("SVD-25-01", ProposalStatus.SUBMITTED)
    assert error is not None
    assert error.sentence.startswith("SVD-25-01 is submitted")


def test_a_proposal_that_was_decided_on_is_not_withdrawn_beside_the_decision() -> None:
    assert rules.already_decided([]) is None
    error = rules.already_decided(["Dorset CSP", "BCP CSP"])
    assert error is not None
    assert error.sentence.startswith("Dorset CSP and BCP CSP decided on this proposal already")


def test_the_next_reference_follows_the_highest() -> None:
    assert rules.next_reference("SVD-25-", []) == "SVD-25-01"
    assert rules.next_reference("SVD-25-", ["SVD-25-07", "SVD-25-21", "SVD-25-late"]) == "SVD-25-22"
    assert rules.next_reference("SVD-25-", ["SVD-25-99"]) == "SVD-25-100"


STEPS = {
    (ProposalStatus.DRAFT, ProposalStatus.SUBMITTED),
    (ProposalStatus.DRAFT, ProposalStatus.WITHDRAWN),
    (ProposalStatus.SUBMITTED, ProposalStatus.WITHDRAWN),
}


@pytest.mark.parametrize("present", ProposalStatus)
@pytest.mark.parametrize("wanted", ProposalStatus)
def test_steps_from_draft_to_submitted_to_withdrawn(present: ProposalStatus, wanted: ProposalStatus) -> None:
    if (present, wanted) in STEPS:
        assert rules.next_status(present, wanted) is wanted
    else:
        with pytest.raises(BadStep):
            rules.next_status(present, wanted)


def test_in_time_until_the_last_day_and_then_so_many_days_late() -> None:
    assert rules.days_late(date(2025, 2, 28), date(2025, 2, 28)) is None
    assert rules.days_late(date(2025, 3, 1), date(2025, 2, 28)) == 1
    assert (rules.how_late(1), rules.how_late(12)) == ("1 day late", "12 days late")


def test_what_came_on_paper_has_come() -> None:
    today = date(2025, 10, 20)
    assert rules.received_later(None, today) is None
    assert rules.received_later(today, today) is None
    error = rules.received_later(date(2025, 10, 21), today)
    assert error is not None
    assert error.field == "received_on"


def test_whoever_withdraws_says_why() -> None:
    assert rules.no_reason("No staff") is None
    error = rules.no_reason(" ")
    assert error is not None
    assert error.field == "because"
