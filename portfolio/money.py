"""Money: pounds as `Decimal` with exactly two places; read, shown, rounded and shared here and nowhere else.

Amounts are signed: negative is a refund, a correction or an underspend. No float ever enters.
"""

import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from portfolio.errors import PortfolioError

PENNY = Decimal("0.01")
ZERO = Decimal("0.00")
LIMIT = Decimal("10000000000.00")
"""Amounts beyond £10 billion are refused: they are typing mistakes."""

_AMOUNT = re.compile(r"(?P<pounds>\d{1,3}(?:,\d{3})+|\d*)(?:\.(?P<pence>\d+))?", re.ASCII)
_OTHER_CURRENCY = re.compile(r"[$€¥₤]|\b(?!GBP)[A-Z]{3}\b", re.IGNORECASE)
_AS_TYPED = str.maketrans({"−": "-", "–": "-", "\N{NO-BREAK SPACE}": " ", "\N{NARROW NO-BREAK SPACE}": " "})


class NotMoney(PortfolioError):
    """A text or number that is not an amount in pounds."""


class BlankMoney(NotMoney):
    """E5: a blank money cell is never taken for zero."""

    code = "E5"

    def __init__(self) -> None:
        super().__init__("Enter a value, even if it is zero")


def parse_pounds(text: str | int | Decimal) -> Decimal:
    """Read an amount in pounds as people type it: `£1,234.50`, `1234.5`, ` 1,234 `, `(250.00)`, `-250.00`.

    Raises NotMoney, with a sentence that says how to put it right, for more than two decimals, other
    currencies, text, NaN, infinity and amounts beyond £10 billion; BlankMoney for nothing at all.
    """
    if isinstance(text, int | Decimal) and not isinstance(text, bool):
        return _within_limit(_to_the_penny(Decimal(text)))
    if not isinstance(text, str):
        raise NotMoney(f"{text!r} is not an amount. Enter pounds and pence, like 1234.50")
    typed = text.translate(_AS_TYPED).strip()
    if not typed:
        raise BlankMoney
    bare, negative = _take_sign(typed)
    match = _AMOUNT.fullmatch(bare)
    if match is None or not bare.strip("."):
        raise _not_an_amount(typed)
    pence = match["pence"] or "0"
    if len(pence) > 2:
        raise _too_fine(typed)
    pounds = match["pounds"].replace(",", "") or "0"
    amount = _within_limit(Decimal(f"{pounds}.{pence}")).quantize(PENNY)
    return -amount if negative and amount else amount


def _not_an_amount(typed: str) -> NotMoney:
    """Say what kind of text it is that is no amount."""
    shown = _shorten(typed)
    if any(letter.isdigit() for letter in typed) and _OTHER_CURRENCY.search(typed):
        return NotMoney(f"“{shown}” is not in pounds. Enter an amount in pounds sterling, like £1,234.50")
    if "," in typed and _AMOUNT.fullmatch(_take_sign(typed)[0].replace(",", "")):
        return NotMoney(f"The commas in “{shown}” are not between thousands. Enter it like 1,234.50")
    return NotMoney(f"“{shown}” is not an amount. Enter pounds and pence, like 1234.50")


def _too_fine(typed: str) -> NotMoney:
    return NotMoney(f"“{_shorten(typed)}” has more than two decimals. Enter pounds and pence, like 1234.50")


def _take_sign(typed: str) -> tuple[str, bool]:
    """Split `(250.00)`, `-£250`, `£-250` into what is left without £ and sign, and whether it is negative."""
    bare, negative = typed, False
    if bare.startswith("(") and bare.endswith(")"):
        bare, negative = bare[1:-1].strip(), True
    elif bare.startswith("-"):
        bare, negative = bare[1:].strip(), True
    bare = bare.removeprefix("£").strip()
    if bare.startswith("-") and not negative:
        bare, negative = bare[1:].strip(), True
    return bare, negative


def _to_the_penny(amount: Decimal) -> Decimal:
    if not amount.is_finite():
        raise NotMoney(f"{amount} is not an amount. Enter pounds and pence, like 1234.50")
    if abs(amount) > LIMIT:
        return amount
    exact = amount.quantize(PENNY)
    if exact != amount:
        raise _too_fine(str(amount))
    return exact


def _within_limit(amount: Decimal) -> Decimal:
    if abs(amount) > LIMIT:
        raise NotMoney("The amount is beyond £10 billion. Check the number of digits")
    return amount


def _shorten(typed: str) -> str:
    return typed if len(typed) <= 40 else typed[:39] + "…"


def from_pence(pence: int) -> Decimal:
    """Pounds from whole pence, exactly."""
    return Decimal(pence).scaleb(-2)


def to_pence(pounds: Decimal) -> int:
    """Whole pence from pounds; a fraction of a penny is our mistake, not a user's, and raises ValueError."""
    pence = pounds.scaleb(2)
    whole = int(pence)
    if whole != pence:
        raise ValueError(f"{pounds} is not a whole number of pence")
    return whole


def format_pounds(amount: Decimal) -> str:
    """`£1,234.50`; a negative amount reads `−£73.11`."""
    sign = "−" if amount < 0 else ""
    return f"{sign}£{abs(amount):,.2f}"


def format_whole_pounds(amount: Decimal) -> str:
    """`£1,234`, of an amount that is whole pounds; a negative one reads `−£73`."""
    return format_pounds(amount).removesuffix(".00")


def format_plain(amount: Decimal) -> str:
    """`1234.50`, as a form's box shows it again; `parse_pounds` reads it back to the same amount."""
    return f"{amount:.2f}"


def percent_of(amount: Decimal, percent: Decimal) -> Decimal:
    """So many per cent of an amount, half a penny rounded up (Essex: 30 % of £795,706 is £238,711.80)."""
    return (amount * percent / 100).quantize(PENNY, rounding=ROUND_HALF_UP)


def per_cent(part: Decimal, whole: Decimal) -> Decimal | None:
    """One amount in per cent of another; None where there is nothing to compare with."""
    return part * 100 / whole if whole else None


def share(whole: Decimal, weights: Sequence[int]) -> list[Decimal]:
    """Split an amount by weights so that the parts always sum to the whole.

    Largest remainder: each part gets its share in whole pence, rounded towards zero; the pence left over
    go one each to the largest remainders, ties in listed order. A negative whole splits as its mirror image.
    Raises ValueError where there is no positive weight, or one is negative.
    """
    total = sum(weights)
    if total <= 0 or min(weights) < 0:
        raise ValueError("shares need weights that are not negative, and one that is positive")
    pence = to_pence(whole)
    sign = -1 if pence < 0 else 1
    parts = [divmod(abs(pence) * weight, total) for weight in weights]
    shares = [part for part, _ in parts]
    by_remainder = sorted(range(len(parts)), key=lambda place: -parts[place][1])
    for place in by_remainder[: abs(pence) - sum(shares)]:
        shares[place] += 1
    return [from_pence(sign * part) for part in shares]


def share_evenly(whole: Decimal, parts: int) -> list[Decimal]:
    """Split an amount into so many equal parts, the odd pence going to the first ones."""
    return share(whole, [1] * parts)
