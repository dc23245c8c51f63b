"""Money in, in plain values: what is still due of a return and for how long, and what may be recorded about it.

Amounts are pounds. What was paid is positive, what the funder took back is negative, and what it withholds is positive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError
from portfolio.money import ZERO, format_pounds


class Age(StrEnum):
    """For how long money has been due, in days since the return was first issued."""

    MONTH = "0 to 30 days"
    TWO_MONTHS = "31 to 60 days"
    THREE_MONTHS = "61 to 90 days"
    OLDER = "Over 90 days"


UPTO: dict[Age, int] = {Age.MONTH: 30, Age.TWO_MONTHS: 60, Age.THREE_MONTHS: 90}
"""The last day of each age but the oldest."""


class BadPayment(PortfolioError):
    """A payment that cannot have been received, or cannot have been recovered."""


class BadWithholding(PortfolioError):
    """Money that the funder cannot be withholding, or letting go of."""


class NotForwarded(PortfolioError):
    """Money of a return that the funder has not seen."""

    def __init__(self) -> None:
        super().__init__(
            "The funder does not have this return yet. Forward it first, then record what it does about it"
        )


@dataclass(frozen=True)
class Due:
    """What a return claims of something, what came of it, what was taken back, and what the funder will not pay."""

    about: str
    """The stream; for sums, what they are of."""
    claimed: Decimal
    paid: Decimal = ZERO
    recovered: Decimal = ZERO
    """Taken back by the funder: negative, or nothing."""
    withheld: Decimal = ZERO

    @property
    def received(self) -> Decimal:
        """What was paid, less what was taken back."""
        return self.paid + self.recovered

    @property
    def outstanding(self) -> Decimal:
        """Claimed, neither received nor withheld; negative is more than is due."""
        return self.claimed - self.received - self.withheld


def together(about: str, dues: Iterable[Due]) -> Due:
    """The sum of several."""
    every = list(dues)
    return Due(
        about,
        sum((due.claimed for due in every), ZERO),
        sum((due.paid for due in every), ZERO),
        sum((due.recovered for due in every), ZERO),
        sum((due.withheld for due in every), ZERO),
    )


def age_of(days: int) -> Age:
    """How old money is that has been due for so many days."""
    return next((age for age, upto in UPTO.items() if days <= upto), Age.OLDER)


def began(age: Age, today: date) -> date | None:
    """The first day on which a return was issued that is of an age today; None where there is none before it."""
    return today - timedelta(days=UPTO[age]) if age in UPTO else None


def is_paid(dues: Iterable[Due]) -> bool:
    """Whether nothing more is to come, and something came: what is withheld for good is not waited for."""
    every = list(dues)
    return all(due.outstanding <= 0 for due in every) and any(due.paid for due in every)


def bad_payment(
    amount: Decimal, received_on: date, *, today: date, issued_on: date, received: Decimal, because: str | None = None
) -> list[PortfolioError]:
    """What is wrong with a payment; `received` is what came of the stream before it.

    A negative amount is money that the funder recovered: no more than it paid, and for a reason.
    """
    errors: list[PortfolioError] = []
    if amount == 0:
        errors.append(BadPayment("Enter the amount; a payment of nothing is none", "amount"))
    if received + amount < 0:
        errors.append(
            BadPayment(
                f"Only {format_pounds(received)} was received of this stream. No more than that can be recovered",
                "amount",
            )
        )
    if amount < 0 and not (because or "").strip():
        errors.append(BadPayment("Say why the funder recovered it", "because"))
    if received_on > today:
        errors.append(BadPayment("The date is in the future. Enter the day the money came or went", "received_on"))
    if received_on < issued_on:
        errors.append(
            BadPayment("The date is before the return was issued. Enter the day the money came or went", "received_on")
        )
    return errors


def bad_withholding(
    amount: Decimal, told_on: date, because: str, *, today: date, issued_on: date, due: Due
) -> list[PortfolioError]:
    """What is wrong with an amount that the funder says it withholds of a stream; negative is what it lets go of."""
    errors: list[PortfolioError] = []
    if amount == 0:
        errors.append(BadWithholding("Enter the amount that the funder named", "amount"))
    if amount > max(due.outstanding, ZERO):
        errors.append(
            BadWithholding(
                f"Only {format_pounds(max(due.outstanding, ZERO))} is outstanding of this stream. "
                "No more than that can be withheld",
                "amount",
            )
        )
    if due.withheld + amount < 0:
        errors.append(
            BadWithholding(
                f"Only {format_pounds(due.withheld)} is withheld of this stream. No more than that can be let go of",
                "amount",
            )
        )
    if not because.strip():
        errors.append(BadWithholding("Say what reason the funder gave", "because"))
    if told_on > today:
        errors.append(BadWithholding("The date is in the future. Enter the day the funder said so", "told_on"))
    if told_on < issued_on:
        errors.append(
            BadWithholding("The date is before the return was issued. Enter the day the funder said so", "told_on")
        )
    return errors
