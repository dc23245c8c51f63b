"""The columns of a ledger: where its headings stand, what each column seems to hold, and what was said of it."""

import hashlib
import json
import re
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portfolio.errors import PortfolioError, refuse_any
from portfolio.uploads.cells import letters

MOST_ABOVE = 60
"""So many rows may stand above the headings."""
Row = tuple[int, list[str]]
"""A row's number as a spreadsheet shows it, and its texts."""


class Holds(StrEnum):
    """What a column of a ledger can hold; the values are the names of `Columns`."""

    DATE = "date"
    AMOUNT = "amount"
    DEBIT = "debit"
    CREDIT = "credit"
    CENTRE = "centre"
    ACCOUNT = "account"
    DESCRIPTION = "description"
    REFERENCE = "reference"


_NAMES: dict[Holds, tuple[str, ...]] = {
    Holds.DATE: ("transaction date", "posting date", "trans date", "tran date", "gl date", "effective date", "date"),
    Holds.DEBIT: ("debit amount", "debits", "debit", "dr"),
    Holds.CREDIT: ("credit amount", "credits", "credit", "cr"),
    Holds.AMOUNT: ("net amount", "amount gbp", "amount", "value", "nett", "net", "gbp", "actual"),
    Holds.CENTRE: (
        "cost centre code", "cost centre", "cost center", "costcentre", "cost ctr", "cc", "cost code", "costc",
    ),
    Holds.ACCOUNT: (
        "account code", "subjective code", "nominal code", "gl account", "detail code", "account", "subjective",
        "nominal", "acct", "gl code", "detail",
    ),
    Holds.DESCRIPTION: ("transaction description", "description", "narrative", "details", "supplier", "text", "payee"),
    Holds.REFERENCE: (
        "transaction reference", "reference", "transaction no", "transno", "voucher no", "document no", "doc no",
        "journal", "voucher", "ref",
    ),
}  # fmt: skip
"""What ledgers call their columns, the surest name first."""


@dataclass(frozen=True)
class Columns:
    """Where a ledger's columns are, counted from 1: one amount, or debits and credits apart."""

    date: int
    centre: int
    account: int
    amount: int | None = None
    debit: int | None = None
    credit: int | None = None
    description: int | None = None
    reference: int | None = None


class BadColumns(PortfolioError):
    """Columns that do not say what a transaction needs."""


def refuse_bad_columns(columns: Columns) -> None:
    """One amount, or debits and credits; no column for two things. Raises Refused, by the names of `Columns`."""
    errors = []
    has_amount, has_sides = columns.amount is not None, columns.debit is not None or columns.credit is not None
    if has_amount and has_sides:
        errors.append(BadColumns("Choose either the column of amounts, or those of debits and credits", "amount"))
    elif not has_amount and not has_sides:
        errors.append(BadColumns("Choose the column of amounts, or those of debits and credits", "amount"))
    elif has_sides and None in (columns.debit, columns.credit):
        lacking = "debit" if columns.debit is None else "credit"
        errors.append(BadColumns(f"Choose the column of {lacking}s too", lacking))
    seen: set[int] = set()
    for name, place in vars(columns).items():
        if place in seen:
            errors.append(BadColumns(f"Column {letters(place)} is chosen twice. Each column holds one thing", name))
        elif place is not None:
            seen.add(place)
    refuse_any(errors)


def _plain(heading: str) -> str:
    return " ".join(re.sub(r"[^a-z0-9]+", " ", heading.lower().replace("£", " gbp ")).split())


def suggested(headings: Sequence[str]) -> dict[Holds, int]:
    """What columns seem to hold, by their headings: columns counted from 1, each for one thing at most."""
    plain = [_plain(heading) for heading in headings]
    found: dict[Holds, int] = {}
    matches: tuple[Callable[[str, str], bool], ...] = (
        str.__eq__,
        lambda heading, name: heading.startswith(f"{name} "),
        lambda heading, name: heading.endswith(f" {name}"),
    )
    for is_match in matches:
        for holds, names in _NAMES.items():
            for name in names:
                places = [place for place, heading in enumerate(plain, start=1) if is_match(heading, name)]
                free = [place for place in places if place not in found.values()]
                if free and holds not in found:
                    found[holds] = free[0]
    if Holds.AMOUNT in found:  # one amount is surer than two sides, one of which may be another thing
        return {holds: place for holds, place in found.items() if holds not in (Holds.DEBIT, Holds.CREDIT)}
    return found


def key_of(headings: Sequence[str]) -> str:
    """By what a ledger is known again: the digest of its headings, as they are written but for spaces and capitals."""
    plain = [" ".join(heading.split()).lower() for heading in headings]
    while plain and not plain[-1]:
        plain.pop()
    return hashlib.sha256(json.dumps(plain, ensure_ascii=False).encode()).hexdigest()


class NoHeadings(PortfolioError):
    """A table in whose first rows no headings can be found."""

    def __init__(self) -> None:
        super().__init__(
            f"No row of headings was found in the first {MOST_ABOVE} rows. The table needs a row that names its "
            "columns: at least a date, an amount, a cost centre and an account code"
        )


def find_headings(rows: Sequence[Row], known: Container[str]) -> int:
    """Which of the rows are the headings, by its place; ones known from before are found first. Raises NoHeadings."""
    first = rows[:MOST_ABOVE]
    for place, (_, texts) in enumerate(first):
        if key_of(texts) in known:
            return place
    told = [len(suggested(texts)) for _, texts in first]
    best = max(told, default=0)
    if best < 2:
        raise NoHeadings
    return told.index(best)
