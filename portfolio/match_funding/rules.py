"""What match a programme asks for, and what to say when it falls short."""

from datetime import date
from decimal import Decimal

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.funding_years.rules import MatchBase
from portfolio.money import ZERO, format_pounds, per_cent, percent_of
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import Quarter


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


def required_match(grant: Decimal, match: Decimal, percent: Decimal | None, base: MatchBase) -> Decimal:
    """What the rule asks for, in pounds: so many per cent of the grant, or of grant and match together.

    Essex asks for 30 % of a £795,706 grant: £238,711.80 (source: Essex PFCC decision 129-23).
    """
    if percent is None:
        return ZERO
    return percent_of(grant if base is MatchBase.GRANT else grant + match, percent)


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
