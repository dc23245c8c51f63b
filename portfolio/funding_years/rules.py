"""What a funding year may hold: allocations by stream, partnerships' shares of them, deadlines of claims."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError
from portfolio.money import ZERO, format_pounds, percent_of
from portfolio.quarters import EARLIEST, FinancialYear, Quarter, format_day

ByCsp = Mapping[str, Mapping[str, Decimal]]
"""Pounds by the key of a partnership, then by stream."""


class YearStatus(StrEnum):
    """A funding year is often confirmed late."""

    PROVISIONAL = "provisional"
    CONFIRMED = "confirmed"
    CLOSED = "closed"


class MatchBase(StrEnum):
    """What a match rule's percentage is of."""

    GRANT = "grant"
    TOTAL = "total"


DEFAULT_VARIANCE_PERCENT = Decimal(10)
DEFAULT_VARIANCE_FLOOR = Decimal("500.00")
DEFAULT_TOLERANCE_PERCENT = Decimal(0)
DEFAULT_DEADLINES = "31 Jul, 31 Oct, 31 Jan, 30 Apr"
DEFAULT_RETENTION_YEARS = 7
MOST_RETENTION_YEARS = 100
ROUNDINGS: dict[int, str] = {1: "Whole pounds", 100: "Hundreds of pounds", 1000: "Thousands of pounds"}
"""What a funder may want figures rounded to, in pounds."""
OTHER = "other"
DEFAULT_CATEGORIES = (
    "pay and on-costs",
    "training",
    "travel and subsistence",
    "premises and room hire",
    "equipment and materials",
    "commissioned services",
    "communications",
    "evaluation",
    "management overhead",
    OTHER,
)

_NOT_OF_KEYS = re.compile(r"[^a-z0-9]+")
_KEY = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,59}")
_ORG_ID = re.compile(r"(?:[A-Z]{2,3}-[A-Z0-9]+|360G-[A-Za-z0-9]+)-\S+")
"""A register's code and the number in it; a body on no register goes by its publisher's own prefix (360Giving)."""
_ORG_ID_REGISTERS = {
    "GB-COH-": (re.compile(r"[A-Z0-9]{8}"), "eight characters, leading zeros kept, like GB-COH-01234567"),
    "GB-CHC-": (re.compile(r"\d{6,7}(-\d+)?"), "the charity number, like GB-CHC-1000009"),
    "GB-LAE-": (re.compile(r"[A-Z]{3,4}"), "the letters of the authority, like GB-LAE-DST"),
}


class BadOrganisationIdentifier(PortfolioError):
    """E15: an identifier that no register could have given."""

    code = "E15"

    def __init__(self, typed: str, right: str) -> None:
        super().__init__(f"“{typed[:40]}” is not an organisation identifier. Enter {right}", "org_id")


class EndsBeforeItStarts(PortfolioError):
    """E16: an end before its start."""

    code = "E16"

    def __init__(self, starts_on: date, ends_on: date) -> None:
        super().__init__(
            f"The end, {format_day(ends_on)}, is before the start, {format_day(starts_on)}. "
            "Enter an end on or after the start",
            "ends_on",
        )


class SharesAboveStream(PortfolioError):
    """The partnerships' shares of a stream come to more than the stream."""

    code = "E1"

    def __init__(self, stream: str, shares: Decimal, allocation: Decimal) -> None:
        super().__init__(
            f"The partnerships' shares of the {stream} stream come to {format_pounds(shares)}, "
            f"{format_pounds(shares - allocation)} more than its allocation of {format_pounds(allocation)}. "
            "Lower the shares or raise the allocation",
            stream,
        )


class BadKey(PortfolioError):
    """A key that cannot stand in an address."""

    def __init__(self, typed: str) -> None:
        super().__init__(
            f"“{typed[:60]}” cannot be a key. Use letters, digits, hyphens and underscores only, like dorset",
            "key",
        )


class NegativeAllocation(PortfolioError):
    """An allocation or a share below zero."""

    def __init__(self, field: str) -> None:
        super().__init__("An allocation cannot be negative. Enter an amount of zero or more", field)


class NotOfTheProgramme(PortfolioError):
    """A stream that the programme does not have."""

    def __init__(self, stream: str, streams: Collection[str], field: str) -> None:
        super().__init__(f"The programme has no stream “{stream}”. Its streams are {', '.join(streams)}", field)


class NotOfTheArea(PortfolioError):
    """A partnership that is not of the police area."""

    def __init__(self, csp: str, csps: Collection[str], field: str) -> None:
        super().__init__(f"“{csp}” is no partnership of the area. Its partnerships are {', '.join(csps)}", field)


class YearIsThere(PortfolioError):
    """A funding year that was opened before."""

    def __init__(self, programme: str, area: str, year: FinancialYear) -> None:
        super().__init__(
            f"{programme} in {area} already has a year {year}. Change its allocations instead of opening it again",
            "year",
        )


class YearIsClosed(PortfolioError):
    """Something of a closed funding year would change."""

    def __init__(self, year: FinancialYear) -> None:
        super().__init__(f"{year} is closed: its allocations, decisions and awards stand as they are")


class ConfirmedTooEarly(PortfolioError):
    """A confirmation that has not come yet."""

    def __init__(self, confirmed_on: date) -> None:
        super().__init__(
            f"{format_day(confirmed_on)} is in the future. Enter the date of the funder's letter, once it is here",
            "confirmed_on",
        )


class BadStep(PortfolioError):
    """A state that cannot follow the present one."""

    def __init__(self, what: str, present: StrEnum, wanted: StrEnum) -> None:
        super().__init__(f"This {what} is {present.value}; it cannot become {wanted.value}")


class BadDeadlines(PortfolioError):
    """A list of claim deadlines that cannot be read."""

    def __init__(self, typed: str) -> None:
        super().__init__(
            f"“{typed[:60]}” are not four deadlines. Enter a day and a month a quarter, like {DEFAULT_DEADLINES}",
            "claim_deadlines",
        )


class BadTerms(PortfolioError):
    """Something that no grant agreement could set."""


def bad_terms(
    *,
    deadlines: str,
    percents: Mapping[str, Decimal | None],
    amounts: Mapping[str, Decimal | None],
    retention_years: int,
    rounds_to: int | None,
) -> list[PortfolioError]:
    """What is wrong with a programme's terms: percentages and amounts by field, in pounds; None is no such rule."""
    errors: list[PortfolioError] = []
    for field, percent in percents.items():
        if percent is not None and not 0 <= percent <= 100:
            errors.append(BadTerms("Enter a percentage from 0 to 100", field))
    for field, amount in amounts.items():
        if amount is not None and amount < 0:
            errors.append(BadTerms("Enter an amount of zero or more", field))
    unread = bad_deadlines(deadlines)
    if unread is not None:
        errors.append(unread)
    if not 1 <= retention_years <= MOST_RETENTION_YEARS:
        errors.append(BadTerms(f"Enter a number of years from 1 to {MOST_RETENTION_YEARS}", "retention_years"))
    if rounds_to is not None and rounds_to not in ROUNDINGS:
        errors.append(BadTerms("Choose how the funder's figures are rounded", "rounds_to"))
    return errors


def bad_organisation_identifier(org_id: str | None) -> BadOrganisationIdentifier | None:
    """E15: what is wrong with an org-id; none at all is allowed (source: org-id.guide's lists for England)."""
    if org_id is None:
        return None
    for register, (number, right) in _ORG_ID_REGISTERS.items():
        if org_id.startswith(register):
            return None if number.fullmatch(org_id.removeprefix(register)) else BadOrganisationIdentifier(org_id, right)
    if _ORG_ID.fullmatch(org_id):
        return None
    return BadOrganisationIdentifier(org_id, "the register's code and the number in it, like GB-CHC-1000009")


def bad_key(key: str) -> BadKey | None:
    """A key stands in addresses, so it is plain."""
    return None if is_key(key) else BadKey(key)


def key_of(name: str) -> str:
    """A key made of a name: `NHS Dorset` gives `nhs-dorset`."""
    return _NOT_OF_KEYS.sub("-", name.lower()).strip("-")[:60].rstrip("-")


def is_key(text: str) -> bool:
    """Whether a text can be the short key of a partnership: it stands in addresses and file names."""
    return _KEY.fullmatch(text) is not None


def ends_before_it_starts(starts_on: date, ends_on: date) -> EndsBeforeItStarts | None:
    """E16: an end before its start."""
    return EndsBeforeItStarts(starts_on, ends_on) if ends_on < starts_on else None


def shares_above_stream(stream: str, allocation: Decimal, shares: Sequence[Decimal]) -> SharesAboveStream | None:
    """The partnerships' shares may not exceed the stream; less is allowed (some is held back)."""
    total = sum(shares, ZERO)
    return SharesAboveStream(stream, total, allocation) if total > allocation else None


def bad_allocations(
    allocation: Mapping[str, Decimal], shares: ByCsp, streams: Collection[str], csps: Collection[str]
) -> list[PortfolioError]:
    """What is wrong with a year's allocation by stream and the partnerships' shares of it, in pounds.

    Fields read `allocation.labour` and `shares.dorset.labour`; E1 for shares above their stream is on the stream's.
    """
    errors: list[PortfolioError] = []
    for stream, amount in allocation.items():
        place = f"allocation.{stream}"
        if stream not in streams:
            errors.append(NotOfTheProgramme(stream, streams, place))
        elif amount < 0:
            errors.append(NegativeAllocation(place))
    for csp, given in shares.items():
        if csp not in csps:
            errors.append(NotOfTheArea(csp, csps, f"shares.{csp}"))
        for stream, amount in given.items():
            place = f"shares.{csp}.{stream}"
            if stream not in streams:
                errors.append(NotOfTheProgramme(stream, streams, place))
            elif amount < 0:
                errors.append(NegativeAllocation(place))
    if errors:
        return errors
    for stream in streams:
        above = shares_above_stream(
            stream, allocation.get(stream, ZERO), [given.get(stream, ZERO) for given in shares.values()]
        )
        errors += [above.at(f"allocation.{stream}")] if above else []
    return errors


def closed(status: YearStatus, year: FinancialYear) -> YearIsClosed | None:
    """Nothing of a closed year changes any more."""
    return YearIsClosed(year) if status is YearStatus.CLOSED else None


def confirmed_too_early(confirmed_on: date, today: date) -> ConfirmedTooEarly | None:
    """A year is confirmed when the funder has confirmed it."""
    return ConfirmedTooEarly(confirmed_on) if confirmed_on > today else None


def ceiling(allocation: Decimal, tolerance_percent: Decimal) -> Decimal:
    """What the awards of a partnership's stream may come to: its allocation and the tolerance (Warwickshire: 10 %)."""
    return allocation + percent_of(allocation, tolerance_percent)


def held_back(allocation: Decimal, shares: Sequence[Decimal]) -> Decimal:
    """What of a stream no partnership has a share of, in pounds."""
    return allocation - sum(shares, ZERO)


def next_status(present: YearStatus, wanted: YearStatus) -> YearStatus:
    """Provisional, then confirmed, then closed; raises BadStep for any other way."""
    match (present, wanted):
        case (YearStatus.PROVISIONAL, YearStatus.CONFIRMED) | (YearStatus.CONFIRMED, YearStatus.CLOSED):
            return wanted
        case _:
            raise BadStep("funding year", present, wanted)


def short_name(partnership: str) -> str:
    """A partnership's name as people say it: Dorset CSP."""
    return partnership.replace("Community Safety Partnership", "CSP")


def deadline(quarter: Quarter, deadlines: str) -> date:
    """The last day for a quarter's claim: the first of the quarter's deadline day and month after the quarter ends.

    `deadlines` are the programme's four, like `31 Jul, 31 Oct, 31 Jan, 30 Apr`; raises BadDeadlines.
    """
    days = deadlines.split(",")
    if len(days) != 4:
        raise BadDeadlines(deadlines)
    typed = days[quarter.number - 1].strip()
    this_year, next_year = quarter.last_day.year, quarter.last_day.year + 1
    try:
        due = datetime.strptime(f"{typed} {this_year}", "%d %b %Y").date()  # noqa: DTZ007 - a day has no zone
        return due if due > quarter.last_day else due.replace(year=next_year)
    except ValueError as error:
        raise BadDeadlines(deadlines) from error


def bad_deadlines(deadlines: str) -> BadDeadlines | None:
    """Four deadlines that can be read, one for each quarter."""
    try:
        for quarter in FinancialYear(EARLIEST).quarters:
            deadline(quarter, deadlines)
    except BadDeadlines as error:
        return error
    return None
