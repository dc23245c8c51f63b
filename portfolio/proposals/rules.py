"""What a proposal may ask, and how it becomes one that can be decided on."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError
from portfolio.funding_years.rules import BadStep
from portfolio.money import ZERO
from portfolio.quarters import FinancialYear, format_day
from portfolio.words import count


class ProposalKind(StrEnum):
    """Whether an intervention is new this year, goes on, or is taken further."""

    NEW = "new"
    CONTINUATION = "continuation"
    EXTENSION = "extension"


class ProposalStatus(StrEnum):
    """Where a proposal stands before anybody decides on it."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    WITHDRAWN = "withdrawn"


class Level(StrEnum):
    """The levels of prevention; a proposal has a set of them, which may be empty."""

    UNIVERSAL = "universal"
    TARGETED = "targeted"
    FOCUSED = "focused"


class ToolkitImpact(StrEnum):
    """What the Youth Endowment Fund's Toolkit says of this kind of activity's effect on violence."""

    HIGH = "high impact"
    MODERATE = "moderate impact"
    LOW = "low impact"
    NONE = "no impact"
    HARMFUL = "harmful"
    NOT_RATED = "too little evidence"
    NOT_IN_TOOLKIT = "not in the Toolkit"


class MatchKind(StrEnum):
    """Match in cash, or in kind: valued, never claimed."""

    CASH = "cash"
    IN_KIND = "in kind"


_REFERENCE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")


class BadReference(PortfolioError):
    """A reference that cannot stand in an address."""

    def __init__(self, typed: str) -> None:
        super().__init__(
            f"“{typed[:60]}” cannot be a reference. Use letters, digits, dots and hyphens only, like SVD-25-01",
            "reference",
        )


class Missing(PortfolioError):
    """Something that a proposal cannot be decided without."""


class ReceivedLater(PortfolioError):
    """A day of receipt that has not come yet."""

    def __init__(self, today: date) -> None:
        super().__init__(
            f"The day it came cannot be in the future. Enter {format_day(today)} or an earlier day", "received_on"
        )


class NoReason(PortfolioError):
    """A proposal taken back without a word."""

    def __init__(self) -> None:
        super().__init__("Say why the proposal is withdrawn. Everybody who reads it sees this", "because")


class OutsideTheYear(PortfolioError):
    """E3: dates that do not touch the funding year at all."""

    code = "E3"

    def __init__(self, year: FinancialYear) -> None:
        super().__init__(f"The dates are outside {year}. Enter dates that fall at least partly within it", "starts_on")


class NotADraft(PortfolioError):
    """A proposal that others read already would change."""

    def __init__(self, reference: str, status: ProposalStatus) -> None:
        super().__init__(
            f"{reference} is {status.value}, so it can no longer be changed. Withdraw it and enter a new one"
        )


class AlreadyDecided(PortfolioError):
    """A proposal would be withdrawn from under a decision."""

    def __init__(self, csps: Sequence[str]) -> None:
        super().__init__(
            f"{' and '.join(csps)} decided on this proposal already. "
            "Record the outcome “withdrawn” as the new decision instead"
        )


class AsksForNothing(PortfolioError):
    """A proposal without any amount."""

    def __init__(self) -> None:
        super().__init__(
            "The proposal asks for nothing. Enter the amount asked for in at least one stream", "requested"
        )


class AsksForLessThanNothing(PortfolioError):
    """A negative request."""

    def __init__(self, stream: str) -> None:
        super().__init__("A request cannot be negative. Enter an amount of zero or more", f"requested.{stream}")


class AsksNobody(PortfolioError):
    """A proposal that names no partnership."""

    def __init__(self) -> None:
        super().__init__("The proposal is not asked of any partnership. Choose at least one", "asked_of")


class ContinuesNothingEarlier(PortfolioError):
    """A proposal that points to one of the same year, or of a later one."""

    def __init__(self, reference: str, year: FinancialYear) -> None:
        super().__init__(
            f"{reference} is a proposal of {year}. A proposal can only continue one of an earlier year", "continues"
        )


def bad_reference(reference: str) -> BadReference | None:
    """A reference stands in addresses and file names, so it is plain."""
    return None if _REFERENCE.fullmatch(reference) else BadReference(reference)


def bad_request(requested: Mapping[str, Decimal]) -> list[PortfolioError]:
    """What is wrong with what is asked for by stream, in pounds."""
    negative: list[PortfolioError] = [
        AsksForLessThanNothing(stream) for stream, amount in requested.items() if amount < 0
    ]
    if not negative and sum(requested.values(), ZERO) == 0:
        return [AsksForNothing()]
    return negative


def asks_nobody(csps: int) -> AsksNobody | None:
    """A proposal asks at least one partnership."""
    return None if csps else AsksNobody()


def outside_the_year(starts_on: date, ends_on: date, year: FinancialYear) -> OutsideTheYear | None:
    """E3: a proposal for a year does something in it."""
    return OutsideTheYear(year) if ends_on < year.first_day or starts_on > year.last_day else None


def missing(title: str, summary: str) -> list[PortfolioError]:
    """What a proposal must say before it can be decided on."""
    needed = (
        ("title", title, "Enter the title"),
        ("summary", summary, "Enter a summary of what would be done"),
    )
    return [Missing(sentence, field) for field, text, sentence in needed if not text.strip()]


def not_a_draft(reference: str, status: ProposalStatus) -> NotADraft | None:
    """Only a draft changes; what was submitted stays as it was read."""
    return None if status is ProposalStatus.DRAFT else NotADraft(reference, status)


def already_decided(csps: Sequence[str]) -> AlreadyDecided | None:
    """A proposal that a partnership decided on ends by a decision, not by being withdrawn beside it."""
    return AlreadyDecided(csps) if csps else None


def next_reference(prefix: str, taken: Sequence[str]) -> str:
    """The reference after the highest that begins so: `SVD-25-` and SVD-25-07 give SVD-25-08."""
    numbers = [int(end) for end in (reference.removeprefix(prefix) for reference in taken) if end.isdecimal()]
    return f"{prefix}{max(numbers, default=0) + 1:02d}"


def continues_nothing_earlier(
    year: FinancialYear, continued: str, continued_year: FinancialYear
) -> ContinuesNothingEarlier | None:
    """A continuation points to an earlier year."""
    return None if continued_year < year else ContinuesNothingEarlier(continued, continued_year)


def next_status(present: ProposalStatus, wanted: ProposalStatus) -> ProposalStatus:
    """Draft, submitted, and perhaps withdrawn; raises BadStep for any other way."""
    match (present, wanted):
        case (ProposalStatus.DRAFT, ProposalStatus.SUBMITTED):
            return wanted
        case (ProposalStatus.DRAFT | ProposalStatus.SUBMITTED, ProposalStatus.WITHDRAWN):
            return wanted
        case _:
            raise BadStep("proposal", present, wanted)


def received_later(received_on: date | None, today: date) -> ReceivedLater | None:
    """What came on paper came on a day that is past, or today."""
    return ReceivedLater(today) if received_on is not None and received_on > today else None


def no_reason(because: str) -> NoReason | None:
    """Whoever takes a proposal back says why."""
    return None if because.strip() else NoReason()


def days_late(received_on: date, closes_on: date) -> int | None:
    """How many days after a call had closed something came; None where it came in time."""
    return (received_on - closes_on).days if received_on > closes_on else None


def how_late(days: int) -> str:
    """`1 day late`, `12 days late`."""
    return f"{count(days, 'day')} late"


ACTIVITY_TYPES = (
    "A and E navigators",
    "After-school programmes",
    "Bystander interventions",
    "Cognitive behavioural therapy",
    "Case management of offenders",
    "Diversion from court",
    "Education and awareness",
    "Family therapy",
    "Focused deterrence",
    "Healthy relationships education",
    "Mentoring",
    "Parenting programmes",
    "Policing of hotspots",
    "Restorative justice",
    "Social skills training",
    "Sports programmes",
    "Support for exclusion from school",
    "Therapy after trauma",
    "Training of professionals",
    "Youth work",
)
"""Kinds of activity that are suggested, so that like is called alike; anybody may write another."""
