"""What pages say of a day and a figure: which quarter is in hand, how late something is, what an underspend means."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portfolio.funding_years.rules import YearStatus, deadline
from portfolio.quarters import FinancialYear, Quarter, format_day, lateness
from portfolio.spend.rules import WAIT_FOR_FINANCE, ClaimStatus, Stage, VarianceRule, must_be_explained
from portfolio.words import begin

APPROVED = (Stage.APPROVED, Stage.RETURNED)


class Explanation(StrEnum):
    """What is known of a quarter's variance."""

    NOT_NEEDED = "Not needed"
    GIVEN = "Given"
    NEEDED = "Needed"
    NO_CLAIM = "Not yet"


@dataclass(frozen=True)
class Tally:
    """So many claims of a quarter at one stage; the oldest of them was sent on `since`."""

    quarter: Quarter
    stage: Stage
    number: int
    since: date | None = None


def quarters_over(year: FinancialYear, today: date) -> tuple[Quarter, ...]:
    """The quarters of a year that are over, so that their claims are asked for; the last of them is in hand."""
    return tuple(quarter for quarter in year.quarters if quarter.last_day < today)


@dataclass(frozen=True, order=True)
class Deadline:
    """The last day for a quarter's claims."""

    due: date
    quarter: Quarter
    lateness: str


def first_deadline(
    years: Iterable[tuple[FinancialYear, str]], today: date, done: Collection[Quarter] = ()
) -> Deadline | None:
    """The deadline of claims that comes next, of years with their programmes' deadlines; None after the last one.

    Quarters that are `done`, because all their claims are sent, are passed over.
    """
    coming = (
        Deadline(due, quarter, lateness(due, today))
        for year, deadlines in years
        for quarter in year.quarters
        if quarter not in done
        if (due := deadline(quarter, deadlines)) >= today
    )
    return min(coming, default=None)


def claim_in_words(status: ClaimStatus | None) -> str:
    """Where a claim stands, as everybody may know it: a draft is its lead's own."""
    if status in (None, ClaimStatus.DRAFT):
        return "Not submitted"
    return begin(status.value)


def explanation(
    actual: Decimal, profile: Decimal, rule: VarianceRule, *, said: str | None, is_claimed: bool
) -> Explanation:
    """Whether the variance of a quarter's claim, in pounds of one stream, is to be explained, and was."""
    if not is_claimed:
        return Explanation.NO_CLAIM
    if (said or "").strip():
        return Explanation.GIVEN
    return Explanation.NEEDED if must_be_explained(actual, profile, rule) else Explanation.NOT_NEEDED


def status_in_words(status: YearStatus, confirmed_on: date | None, reference: str | None) -> str:
    """Whether a funding year's money is certain, since when, and by which letter."""
    if status is YearStatus.PROVISIONAL:
        return "The funder has not confirmed this year yet: every figure is provisional."
    since = f" on {format_day(confirmed_on)}" if confirmed_on else ""
    named = f", reference {reference}" if reference else ""
    closed = " It is closed: nothing of it changes any more." if status is YearStatus.CLOSED else ""
    return f"Confirmed by the funder{since}{named}.{closed}"


def how_many_late(number: int, late: int) -> str:
    """Of so many claims that nobody has sent, how many should have been."""
    if not number:
        return "Every claim is in"
    if late == number:
        return "Late" if late == 1 else "All of them late"
    return f"{late} of them late" if late else "Not late yet"


def number_at(tallies: Iterable[Tally], *stages: Stage) -> int:
    """How many claims are at one of these stages."""
    return sum(tally.number for tally in tallies if tally.stage in stages)


def oldest_waiting(tallies: Iterable[Tally]) -> date | None:
    """Since when the claim waits for finance that has waited longest; None where none waits."""
    waiting = (tally.since for tally in tallies if tally.stage in WAIT_FOR_FINANCE and tally.since is not None)
    return min(waiting, default=None)
