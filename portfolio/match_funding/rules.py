"""What match a programme asks for, and what to say when it falls short."""

from decimal import Decimal

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.funding_years.rules import MatchBase
from portfolio.money import ZERO, format_pounds, percent_of


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


def match_warnings(
    about: str, *, pledged: Decimal, secured: Decimal, counted: Decimal, required: Decimal
) -> list[RuleWarning]:
    """W3: match that falls below the rule, or is pledged but not secured."""
    warnings = []
    if counted < required:
        warnings.append(
            RuleWarning(
                "W3",
                f"Match of {format_pounds(counted)} is {format_pounds(required - counted)} below the rule's "
                f"{format_pounds(required)}",
                about,
            )
        )
    if secured < pledged:
        warnings.append(
            RuleWarning("W3", f"{format_pounds(pledged - secured)} of the match pledged is not secured yet", about)
        )
    return warnings
