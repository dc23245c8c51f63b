"""What is due of returns as a workbook: what was chosen, what is outstanding by age, and every return's streams."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from reports.cells import as_text
from reports.common import Item, items, sheet, sum_of
from reports.proving import proved
from reports.sheets import Book, Column, Shape, Table, money, text


@dataclass(frozen=True)
class AgedLine:
    """What one level claims of a stream in a year, what came of it, and how old the rest is; in pounds."""

    level: str
    year: str
    stream: str
    claimed: Decimal
    received: Decimal
    withheld: Decimal
    month: Decimal
    two_months: Decimal
    three_months: Decimal
    older: Decimal


@dataclass(frozen=True)
class DueLine:
    """One stream of one return, in pounds: what was recovered is negative."""

    name: str
    programme: str
    area: str
    period: str
    stream: str
    version: str
    issued_on: date
    claimed: Decimal
    paid: Decimal
    recovered: Decimal
    withheld: Decimal
    days: int
    age: str | None
    """None where nothing is outstanding."""


@dataclass(frozen=True)
class MoneyInContent:
    """Money in, whole: what was chosen, and everything that is due."""

    chosen: tuple[tuple[str, str], ...]
    aged: tuple[AgedLine, ...]
    dues: tuple[DueLine, ...]
    made_by: str
    made_at: datetime


BASIS = (
    "Outstanding is what was claimed, less what was paid, plus what was recovered, less what the funder withholds. "
    "Its age runs from the day on which the return was first issued."
)
LEVELS = (
    "The same spend is claimed by a partnership, then from the OPCC, then from the Home Office: the levels are not to "
    "be added together."
)


def money_in_book(content: MoneyInContent) -> Book:
    """The declared sheets of money in."""
    about = [Item(name, detail) for name, detail in content.chosen] + [Item("Made by", content.made_by)]
    return Book(
        title="Money in",
        subject="Money in: claimed, received, outstanding",
        author=as_text(content.made_by),
        marking="OFFICIAL",
        created=content.made_at.astimezone(UTC).replace(tzinfo=None),  # spreadsheets know no zones
        sheets=(
            sheet("About", "Money in", [BASIS, LEVELS], items("About", about)),
            sheet("By age", "Outstanding by age", [LEVELS], _by_age(content.aged), frozen=3),
            sheet("Returns", "Every return’s streams", [BASIS, LEVELS], _dues(content.dues), frozen=1),
        ),
    )


def _by_age(lines: Sequence[AgedLine]) -> Table[AgedLine]:
    ages = ["0 to 30 days", "31 to 60 days", "61 to 90 days", "Over 90 days"]
    columns: list[Column[AgedLine]] = [
        text("Level", lambda line: line.level, 30),
        text("Year", lambda line: line.year, 10),
        text("Stream", lambda line: line.stream, 16),
        money("Claimed", lambda line: line.claimed, total=False),
        money("Received", lambda line: line.received, total=False),
        money("Withheld", lambda line: line.withheld, total=False),
        money(ages[0], lambda line: line.month, total=False),
        money(ages[1], lambda line: line.two_months, total=False),
        money(ages[2], lambda line: line.three_months, total=False),
        money(ages[3], lambda line: line.older, total=False),
        money(
            "Outstanding",
            lambda line: line.month + line.two_months + line.three_months + line.older,
            sum_of(ages),
            total=False,
        ),
    ]
    return Table("ByAge", columns, lines, "Nothing is due")


def _columns() -> list[Column[DueLine]]:
    return [
        text("Return", lambda line: line.name, 34),
        text("Programme", lambda line: line.programme, 28),
        text("Police area", lambda line: line.area, 20),
        text("Quarter", lambda line: line.period, 13),
        text("Stream", lambda line: line.stream, 16),
        text("Version", lambda line: line.version, 9),
        Column("First issued", lambda line: line.issued_on, Shape.DATE, 14),
        money("Claimed", lambda line: line.claimed, total=False),
        money("Paid", lambda line: line.paid, total=False),
        money("Recovered", lambda line: line.recovered, total=False),
        money("Withheld", lambda line: line.withheld, total=False),
        money(
            "Outstanding",
            lambda line: line.claimed - line.paid - line.recovered - line.withheld,
            "ROUND({Claimed}-{Paid}-{Recovered}-{Withheld},2)",
            total=False,
        ),
        Column("Days", lambda line: Decimal(line.days), Shape.NUMBER, 8),
        text("Age", lambda line: line.age, 16, blank="Nothing is outstanding"),
    ]


HEADINGS = tuple(column.heading for column in _columns())


def _dues(lines: Sequence[DueLine]) -> Table[DueLine]:
    return Table("Returns", _columns(), lines, "Nothing is due")


def proved_money_in(content: MoneyInContent) -> bytes:
    """The workbook, read back and found to say what was declared; raises NotReconciled otherwise."""
    return proved(money_in_book(content))
