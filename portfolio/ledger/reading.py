"""An extract of a ledger as its rows of text: what each row below the headings says, or what is wrong with it.

Ledgers are written for people to read: title lines above the headings, headings again on every page, blank lines and
lines of totals. None of these is a transaction, and all that is left out is counted and told. Every other row must say
a date and an amount that can be read, or it is a fault, by row and column.
"""

import hashlib
import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

from portfolio.errors import PortfolioError
from portfolio.ledger.columns import Columns, Row, key_of
from portfolio.money import ZERO, NotMoney, parse_pounds
from portfolio.quarters import EARLIEST, LATEST
from portfolio.uploads.cells import letters

MOST_OF_CODE = 60
"""Letters of a cost centre or an account that are kept."""
MOST_OF_TEXT = 300
"""Letters of a description or a reference that are kept."""


class Transaction(NamedTuple):
    """One transaction as the ledger has it, in pounds: positive is spent."""

    row: int
    on: date
    amount: Decimal
    centre: str
    account: str
    description: str
    reference: str


@dataclass(frozen=True, order=True)
class Fault:
    """What is wrong with a cell, by row and by the letter and heading of its column."""

    row: int
    column: str
    sentence: str


@dataclass
class Read:
    """What a ledger's rows say: transactions and faults; and how many rows are neither."""

    transactions: list[Transaction] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    totals: int = 0
    headings_again: int = 0
    others: int = 0
    """Rows without a date and without an amount: titles, page numbers, notes."""

    @property
    def alike(self) -> int:
        """How many transactions say the very same as an earlier one."""
        return len(self.transactions) - len({each[1:] for each in self.transactions})


_TOTAL = re.compile(
    r"\s*((sub|grand)?[\s-]*totals?|opening|closing|brought|carried|balance)\b|.*\btotals?[\s:]*$", re.IGNORECASE
)
_CLEAN = dict.fromkeys((*range(32), 127), " ")


def read_rows(rows: Iterable[Row], headings: Sequence[str], columns: Columns) -> Read:
    """Read every row below the headings; whatever is wrong with any of them is said."""
    found = Read()
    width = max(place for place in vars(columns).values() if place is not None)
    again = key_of(headings)
    first_heading = headings[columns.date - 1].strip().lower()
    days: dict[str, date | str] = {}
    amount_at = (columns.amount or columns.debit or 0) - 1
    credit_at = -1 if columns.credit is None else columns.credit - 1
    date_at, centre_at, account_at = columns.date - 1, columns.centre - 1, columns.account - 1
    description_at = None if columns.description is None else columns.description - 1
    reference_at = None if columns.reference is None else columns.reference - 1

    def fault(number: int, place: int, sentence: str) -> None:
        found.faults.append(Fault(number, f"{letters(place + 1)}, {headings[place].strip()}", sentence))

    for number, given in rows:
        texts = given if len(given) >= width else [*given, *[""] * (width - len(given))]
        written, typed = texts[date_at].strip(), texts[amount_at].strip()
        credit = texts[credit_at].strip() if credit_at >= 0 else ""
        if not written or not (typed or credit):
            coded = texts[centre_at].strip() and texts[account_at].strip()
            if not coded and any(_TOTAL.match(text) for text in texts):
                found.totals += 1
            elif not written and not typed and not credit:
                found.others += 1
            elif not written:
                fault(number, date_at, "There is an amount and no date. Enter the date of the transaction")
            else:
                fault(number, amount_at, "There is a date and no amount. Enter the amount, or take the row out")
            continue
        if written.lower() == first_heading and key_of(texts) == again:
            found.headings_again += 1
            continue
        day = days.get(written)
        if day is None:
            day = days[written] = _day(written)
        faults_before = len(found.faults)
        if isinstance(day, str):
            if _TOTAL.match(written) and not (texts[centre_at].strip() and texts[account_at].strip()):
                found.totals += 1  # the word stands in the first column, which is often the date's
                continue
            fault(number, date_at, day)
        amount = ZERO
        try:
            amount = amount_of(typed) if typed else ZERO
        except PortfolioError as error:
            fault(number, amount_at, error.sentence)
        if credit:
            try:
                amount -= amount_of(credit)
            except PortfolioError as error:
                fault(number, credit_at, error.sentence)
        if len(found.faults) == faults_before and isinstance(day, date):
            found.transactions.append(
                Transaction(
                    number,
                    day,
                    amount,
                    _tidy(texts[centre_at])[:MOST_OF_CODE],
                    _tidy(texts[account_at])[:MOST_OF_CODE],
                    "" if description_at is None else _tidy(texts[description_at]),
                    "" if reference_at is None else _tidy(texts[reference_at]),
                )
            )
    return found


def _tidy(text: str) -> str:
    if text.isalnum():
        return text[:MOST_OF_TEXT]
    return " ".join(text.translate(_CLEAN).split())[:MOST_OF_TEXT]


_SIMPLE = re.compile(r"-?\d{1,9}\.\d{2}", re.ASCII)
_SIDE = re.compile(r"(.*\d\)?)\s*(CR|DR|-|−)", re.IGNORECASE | re.DOTALL)


def amount_of(typed: str) -> Decimal:
    """An amount as ledgers write it, in pounds: ` 1,017.26 `, `(73.11)`, `73.11-`, `73.11 CR`. Raises NotMoney."""
    if _SIMPLE.fullmatch(typed):
        return abs(Decimal(typed)) if typed.strip("-0.") == "" else Decimal(typed)
    sided = _SIDE.fullmatch(typed)
    if sided is None:
        return parse_pounds(typed)
    amount = parse_pounds(sided[1])
    if amount < 0 and sided[2].upper() != "DR":
        raise NotMoney(f"“{typed[:40]}” says twice which way the money went. Enter it with one sign, like -73.11")
    return amount if sided[2].upper() == "DR" else -amount if amount else amount


_DAYS = ("%d/%m/%Y", "%Y-%m-%d", "%d-%b-%y", "%d-%b-%Y", "%d/%m/%y", "%d.%m.%Y", "%d %b %Y", "%d %B %Y", "%d-%m-%Y",
         "%d-%B-%Y", "%d %b %y", "%d.%m.%y", "%Y/%m/%d", "%Y%m%d", "%d-%m-%y")  # fmt: skip
_TIME = re.compile(r"[T ]\d{1,2}:\d{2}.*")
_SERIAL = re.compile(r"[3-7]\d{4}", re.ASCII)
_FIRST_SERIAL = date(1899, 12, 30)


def _day(written: str) -> date | str:
    """A day as ledgers write it, day before month; or the sentence that says why it is none."""
    bare = _TIME.sub("", written)
    if _SERIAL.fullmatch(bare):  # a spreadsheet's own count of days, where a cell lost its format
        return _FIRST_SERIAL + timedelta(days=int(bare))
    for form in _DAYS:
        try:
            day = datetime.strptime(bare, form).date()  # noqa: DTZ007 - a ledger's day has no zone
        except ValueError:
            continue
        if not EARLIEST <= day.year <= LATEST:
            return f"“{written[:40]}” is not between {EARLIEST} and {LATEST}. Enter the date of the transaction"
        return day
    return f"“{written[:40]}” is not a date. Enter day, month and year, like 31/07/2025"


def digest_of(rows: Iterable[tuple[Any, ...]]) -> str:
    """The SHA-256 of transactions in the order of their rows, amounts in pence: what was taken over, to the penny."""
    told = hashlib.sha256()
    for row, on, *rest in rows:
        told.update(json.dumps([row, on.isoformat(), *rest], ensure_ascii=False).encode())
    return told.hexdigest()
