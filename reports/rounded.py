"""A return's figures in whole pounds or thousands: streams by quarters, rounded so that they add up both ways."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from portfolio.money import ZERO, format_pounds
from reports.checks import AT_MOST, Check, Figure, FromRecord
from reports.common import heading, quarter_headings, sheet, sum_of
from reports.content import ByQuarter, ReturnContent, Rounded
from reports.names import Names, sums_where
from reports.sheets import Column, Sheet, Table, money, text
from reports.totals import add_quarters, intervention_lines

UNITS = {1: "whole pounds", 1000: "thousands of pounds"}
YEAR, EXACT, APART = "Year", "Year, exact", "Year less exact"


@dataclass(frozen=True)
class RoundedLine:
    """One stream's quarters in whole units, and what its year comes to exactly; all in pounds."""

    stream: str
    quarters: ByQuarter
    to_date: Decimal
    exact: Decimal

    @property
    def year(self) -> Decimal:
        """The rounded quarters together."""
        return sum(self.quarters, ZERO)


def unit_in_words(unit: int) -> str:
    """`whole pounds`, `thousands of pounds`, `units of £100.00`."""
    return UNITS.get(unit) or f"units of {format_pounds(Decimal(unit))}"


def rounded_lines(content: ReturnContent, rounded: Rounded) -> list[RoundedLine]:
    """Each stream in whole units."""
    number, exact = content.cover.quarter.number, intervention_lines(content)
    return [
        RoundedLine(
            row.stream,
            row.quarters,
            sum(row.quarters[:number], ZERO),
            sum((line.outturn for line in exact if line.row.stream == row.stream), ZERO),
        )
        for row in rounded.rows
    ]


def rounded_total(lines: Sequence[RoundedLine]) -> RoundedLine:
    """All streams together."""
    return RoundedLine(
        "Total",
        add_quarters(line.quarters for line in lines),
        sum((line.to_date for line in lines), ZERO),
        sum((line.exact for line in lines), ZERO),
    )


@dataclass(frozen=True)
class RoundedTable:
    """All of it, as a page shows it."""

    unit: str
    method: str
    lines: Sequence[RoundedLine]
    total: RoundedLine


def rounded_table_of(content: ReturnContent) -> RoundedTable | None:
    """A return's figures in whole units; None where its funder takes exact ones."""
    if content.rounded is None:
        return None
    lines = rounded_lines(content, content.rounded)
    return RoundedTable(unit_in_words(content.rounded.unit), content.rounded.method, lines, rounded_total(lines))


def rounded_sheets(content: ReturnContent, names: Names, interventions: Sheet) -> list[Sheet]:
    """The sheet of a return whose funder asks for rounded figures: the totals are sums of the cells as they stand."""
    if content.rounded is None:
        return []
    number, by_quarter = content.cover.quarter.number, quarter_headings(content)
    columns: list[Column[RoundedLine]] = [
        text("Stream", lambda line: names.stream(line.stream), 18),
        *(money(name, _quarter(place)) for place, name in enumerate(by_quarter)),
        money("To date", lambda line: line.to_date, sum_of(by_quarter[:number])),
        money(YEAR, lambda line: line.year, sum_of(by_quarter)),
        money(EXACT, lambda line: line.exact, sums_where(interventions, "Outturn", names, Stream="{Stream}")),
        money(APART, lambda line: line.year - line.exact, f"ROUND({{{YEAR}}}-{{{EXACT}}},2)"),
    ]
    unit = unit_in_words(content.rounded.unit)
    return [
        sheet(
            f"In {unit}"[:31],
            f"In {unit}: {heading(content)}",
            [
                f"One row for each stream, the whole area together, in {unit}. The other sheets have exact pennies.",
                content.rounded.method,
            ],
            Table("Rounded", columns, rounded_lines(content, content.rounded), "No allocation has been made", "Total"),
        )
    ]


def _quarter(place: int) -> Callable[[RoundedLine], Decimal]:
    return lambda line: line.quarters[place]


def rounded_checks(content: ReturnContent, sheets: Sequence[Sheet]) -> list[Check]:
    """The rounded year is the exact one to the nearest unit."""
    if content.rounded is None:
        return []
    (made,), total = sheets, rounded_total(rounded_lines(content, content.rounded))
    half = Decimal(content.rounded.unit) / 2
    return [
        Check(
            f"{made.name}: the year to the nearest unit",
            Figure(
                f"{made.name}, {APART}, total, without its sign",
                abs(total.year - total.exact),
                f"ABS({made.total(APART)})",
            ),
            AT_MOST,
            Figure(FromRecord.HALF_A_UNIT, half, None),
        )
    ]
