"""What may be moved between awards: how much, from where to where, and why."""

from decimal import Decimal

from portfolio.errors import PortfolioError
from portfolio.money import format_pounds


class BadVariation(PortfolioError):
    """A move of money that cannot be made."""


class NotFunded(PortfolioError):
    """E13: money moved to what the partnership does not fund any more."""

    code = "E13"

    def __init__(self, reference: str, csp: str) -> None:
        super().__init__(f"{csp} does not fund {reference} any more. Choose an award that it funds", "to_line")


def not_funded(reference: str, csp: str, *, funds: bool) -> NotFunded | None:
    """E13: money goes to what the partnership funds by the decision that stands."""
    return None if funds else NotFunded(reference, csp)


def bad_variation(
    amount: Decimal, reason: str, *, sides: int, same_line: bool, same_year: bool, can_give: Decimal | None
) -> list[PortfolioError]:
    """What is wrong with moving pounds; `can_give` is what the giving line has that is not yet claimed."""
    errors: list[PortfolioError] = []
    if not sides:
        errors.append(BadVariation("Choose the award that the money comes from, or the one it goes to", "from_line"))
    if not same_year:
        errors.append(
            BadVariation("Money does not move between programmes or funding years. Choose another award", "to_line")
        )
    if amount <= 0:
        errors.append(BadVariation("Enter an amount above zero; the direction is said by from and to", "amount"))
    if same_line:
        errors.append(BadVariation("Money cannot move from an award to itself. Choose another award", "to_line"))
    if can_give is not None and amount > can_give:
        errors.append(
            BadVariation(
                f"Only {format_pounds(can_give)} of this award is neither claimed nor moved. Enter that or less",
                "amount",
            )
        )
    if not reason.strip():
        errors.append(BadVariation("Give the reason for the variation", "reason"))
    return errors
