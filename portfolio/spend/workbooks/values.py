"""What a cell that somebody filled in says: pounds, a colour or a text, however their program keeps it."""

import re
from datetime import date, datetime, time
from decimal import Decimal

from portfolio.errors import PortfolioError
from portfolio.money import NotMoney, parse_pounds
from portfolio.spend.rules import RAG
from portfolio.uploads.cells import Cell, ErrorValue
from portfolio.words import tidy

NOISE = 1e-9
"""Pounds: 0.1 + 0.2 is kept by a spreadsheet as 0.30000000000000004, which nobody typed."""

_OTHER_CURRENCY = re.compile(r'[€¥₤]|\[\$(?!£)[^\]-][^\]]*\]|"\$"|\\\$')
_COLOURS = {rag.value.casefold().replace(" ", ""): rag for rag in RAG}


class NotTyped(PortfolioError):
    """A cell that holds something else than what can be typed into it."""


def pounds_in(cell: Cell) -> Decimal | None:
    """The amount in a cell, or None where it is blank; raises NotMoney or NotTyped, which say how to put it right."""
    _refuse_formula(cell, "the amount")
    match cell.value:
        case None:
            return None
        case bool():
            raise NotMoney(f"“{str(cell.value).upper()}” is not an amount. Enter pounds and pence, like 1234.50")
        case datetime() | date() | time():
            raise NotMoney(
                "This is a date, not an amount. Set the cell’s format to Number, and type the amount, like 1234.50"
            )
        case int() | float():
            return _amount(cell.value, cell.format)
        case _:
            return parse_pounds(cell.value) if tidy(cell.value) else None


def _amount(number: float, shown_as: str) -> Decimal:
    if "%" in shown_as:
        raise NotMoney(
            f"This is a percentage, {number:.2%}. Set the cell’s format to Number, and type the amount, like 1234.50"
        )
    if _OTHER_CURRENCY.search(shown_as):
        raise NotMoney("This amount is not in pounds. Enter it in pounds sterling, like £1,234.50")
    near = round(number, 2) + 0.0
    return parse_pounds(Decimal(f"{near:.2f}") if abs(near - number) <= NOISE else Decimal(repr(number)))


def colour_in(cell: Cell) -> RAG | None:
    """The colour in a cell, or None where it is blank; raises NotTyped."""
    said = text_in(cell)
    if not said:
        return None
    found = _COLOURS.get(re.sub(r"\s+", "", said.casefold()))
    if found is None:
        raise NotTyped(f"“{said[:40]}” is not one of the colours. Choose {', '.join(RAG)}")
    return found


def text_in(cell: Cell, most: int = 0) -> str:
    """The text in a cell, tidied as the site's forms do; raises NotTyped, also for more than `most` characters."""
    _refuse_formula(cell, "the text")
    said = _as_text(cell)
    if most and len(said) > most:
        raise NotTyped(f"This text has {len(said):,} characters. Shorten it to {most:,} or fewer")
    return said


def _refuse_formula(cell: Cell, what: str) -> None:
    if cell.is_formula:
        raise NotTyped(f"This cell holds a formula. Type {what} itself, or paste it as a value")
    if isinstance(cell.value, ErrorValue):
        raise NotTyped(f"This cell holds the error {cell.value}. Type {what} again")


def _as_text(cell: Cell) -> str:
    match cell.value:
        case None:
            return ""
        case str():
            return tidy(cell.value)
        case bool():
            return str(cell.value).upper()
        case datetime():
            return f"{cell.value:%d/%m/%Y %H:%M}"
        case date():
            return f"{cell.value:%d/%m/%Y}"
        case float():
            return repr(cell.value).removesuffix(".0")
        case _:
            return str(cell.value)


def key_in(cell: Cell | None) -> str:
    """What a cell that names its row says, in one line; blank where it says nothing."""
    return "" if cell is None else " ".join(_as_text(cell).split())


def alike(key: str) -> str:
    """A key or a heading as it is compared: without regard to capitals and spaces."""
    return " ".join(key.split()).casefold()
