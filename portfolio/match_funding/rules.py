"""What match a programme asks for, and what to say when it falls short."""

from datetime import date
from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.funding_years.rules import MatchBase
from portfolio.money import ZERO, format_pounds, per_cent, percent_of
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import Quarter


class Lack(StrEnum):
    """What match can lack."""

    UNSECURED = "not all secured"
    NOT_COME = "secured, not all received"


class NegativeMatch(PortfolioError):
    """A pledge, a secured or a received amount below zero."""

    def __init__(self, field: str) -> None:
        super().__init__("Match cannot be negative. Enter an amount of zero or more", field)


class SecuredAbovePledged(PortfolioError):
    """More secured than was ever pledged."""

    def __init__(self, pledged: Decimal) -> None:
        super().__init__(
            f"More is secured than the {format_pounds(pledged)} pledged. Raise the pledge first, or check the amount",
            "secured",
        )


class PledgesNothing(PortfolioError):
    """A pledge of nothing."""

    def __init__(self) -> None:
        super().__init__("Enter what is pledged. Match that nobody pledged is not recorded", "pledged")


class NoBasis(PortfolioError):
    """Match in kind that does not say how it was valued."""

    def __init__(self) -> None:
        super().__init__("Say how the match in kind was valued, like “60 hours at £25”", "basis")


class BadSecuring(PortfolioError):
    """Money secured without a day, or on a day that is still to come."""


class BadReceipt(PortfolioError):
    """Match received that cannot have been."""


def bad_terms(
    kind: MatchKind, basis: str | None, secured: Decimal, secured_on: date | None, today: date
) -> list[PortfolioError]:
    """Match in kind says how it was valued; what is secured says since when."""
    errors: list[PortfolioError] = []
    if kind is MatchKind.IN_KIND and not (basis or "").strip():
        errors.append(NoBasis())
    if secured > 0 and secured_on is None:
        errors.append(BadSecuring("Enter the day it was secured, as the funder's letter says", "secured_on"))
    if secured_on is not None and secured_on > today:
        errors.append(BadSecuring("The day is in the future. Record it as secured when it is", "secured_on"))
    return errors


def bad_receipt(
    amount: Decimal, quarter: Quarter, today: date, *, received_otherwise: Decimal, secured: Decimal
) -> list[PortfolioError]:
    """What came in a quarter, in pounds: not below zero, not ahead of its time, and no more than was secured."""
    errors: list[PortfolioError] = []
    if amount < 0:
        errors.append(NegativeMatch("amount"))
    if quarter.first_day > today:
        errors.append(BadReceipt(f"{quarter.short} has not begun, so nothing can have come in it", "quarter"))
    if received_otherwise + amount > secured:
        errors.append(
            BadReceipt(
                f"{format_pounds(received_otherwise + amount)} would be received of {format_pounds(secured)} secured. "
                "Record the rest as secured first, or check the amount",
                "amount",
            )
        )
    return errors


def counted_match(cash: Decimal, in_kind: Decimal, *, in_kind_counts: bool) -> Decimal:
    """What of the match counts towards the programme's rule, in pounds."""
    return cash + in_kind if in_kind_counts else cash


def match_percent(grant: Decimal, match: Decimal, base: MatchBase) -> Decimal | None:
    """Match in per cent of the grant, or of grant and match together; None where there is nothing to compare with."""
    whole = grant if base is MatchBase.GRANT else grant + match
    return per_cent(match, whole)


def bad_match(pledged: Decimal, secured: Decimal) -> list[PortfolioError]:
    """What is wrong with a match's amounts, in pounds."""
    errors: list[PortfolioError] = []
    if pledged < 0:
        errors.append(NegativeMatch("pledged"))
    if secured < 0:
        errors.append(NegativeMatch("secured"))
    if not errors and secured > pledged:
        errors.append(SecuredAbovePledged(pledged))
    return errors


def required_match(grant: Decimal, percent: Decimal | None, base: MatchBase) -> Decimal:
    """The match that the rule asks for beside a grant, in pounds.

    Essex asks for 30 % of a £795,706 grant: £238,711.80 (source: Essex PFCC decision 129-23). Where it is of grant and
    match together, 20 % of both beside a grant of £100 is £25, as 20 % of £125. Nothing comes to the whole of both.
    """
    if percent is None or (base is MatchBase.TOTAL and percent >= 100):
        return ZERO
    return percent_of(grant, percent if base is MatchBase.GRANT else percent * 100 / (100 - percent))


def rule_in_words(grant: Decimal, percent: Decimal | None, base: MatchBase, *, in_kind_counts: bool) -> str:
    """The programme's rule with its base, in words and figures; `grant` is in pounds."""
    if percent is None:
        return "The programme asks for no match."
    required = required_match(grant, percent, base)
    of = "the grant" if base is MatchBase.GRANT else "grant and match together"
    whole = format_pounds(grant if base is MatchBase.GRANT else grant + required)
    counts = "in cash or in kind" if in_kind_counts else "in cash; match in kind does not count"
    beside = "" if base is MatchBase.GRANT else f" beside a grant of {format_pounds(grant)}"
    return (
        f"The programme asks for {percent.normalize():f}% of {of}, {counts}. "
        f"{percent.normalize():f}% of {whole} is {format_pounds(required)}{beside}."
    )


def match_below_rule(about: str, counted: Decimal, required: Decimal) -> RuleWarning | None:
    """W3: match, in pounds, that falls below the programme's rule."""
    if counted >= required:
        return None
    missing = format_pounds(required - counted)
    return RuleWarning(
        "W3", f"Match of {format_pounds(counted)} is {missing} below the rule's {format_pounds(required)}", about
    )


def unsecured_match(about: str, pledged: Decimal, secured: Decimal) -> RuleWarning | None:
    """W3: match, in pounds, that is pledged and not secured."""
    if secured >= pledged:
        return None
    return RuleWarning("W3", f"{format_pounds(pledged - secured)} of the match pledged is not secured yet", about)


def undelivered_match(about: str, secured: Decimal, received: Decimal, *, is_over: bool) -> RuleWarning | None:
    """W3: match, in pounds, that was secured and has not come although the year is over."""
    if not is_over or received >= secured:
        return None
    return RuleWarning("W3", f"The year is over, and {format_pounds(secured - received)} secured has not come", about)
