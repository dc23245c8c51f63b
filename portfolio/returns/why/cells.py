"""The sheets of a return, as its figures are looked up: those of its workbook, and those that only its page has."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import cached_property

from portfolio.money import format_pounds
from portfolio.quarters import format_day
from portfolio.words import figure
from reports.addresses import Address, Addressed, AddressedSheet, Spot
from reports.content import ReturnContent
from reports.opcc import quarterly_book
from reports.returns import book
from reports.sheets import Shape, Sheet
from reports.totals import ALL_CSPS, SummaryLine, summary_totals
from reports.tracing import Tracing

SUMMARY = "Summary"


@dataclass(frozen=True)
class Cells:
    """A return's figures, each with its address and its formula.

    The page of a Home Office return shows figures by partnership, and spend by category, which its workbook has only
    in sums. They are explained by the sheets that the OPCC's return has of them.
    """

    content: ReturnContent

    @cached_property
    def sheets(self) -> tuple[Sheet, ...]:
        """The workbook's sheets, then those that only the page has."""
        own = book(self.content).sheets
        names = {sheet.name for sheet in own}
        others = [] if SUMMARY in names else quarterly_book(self.content).sheets
        return *own, *(sheet for sheet in others if sheet.name not in names)

    @cached_property
    def in_the_file(self) -> frozenset[str]:
        """The names of the sheets that the workbook has."""
        return frozenset(sheet.name for sheet in book(self.content).sheets)

    @cached_property
    def tracing(self) -> Tracing:
        """The sheets' formulas."""
        return Tracing(self.sheets)

    @cached_property
    def addressed(self) -> Addressed:
        """The sheets' addresses."""
        return Addressed(self.sheets)

    @cached_property
    def with_figures(self) -> tuple[AddressedSheet, ...]:
        """The sheets that hold any figure."""
        sheets = [self.addressed.sheet(sheet.name) for sheet in self.sheets]
        return tuple(one for one in sheets if any(self.figures_of(one.sheet, row) for row in range(row_count(one))))

    def figures_of(self, sheet: Sheet, row: int) -> list[Spot]:
        """The figures of a row."""
        spots = [Spot(sheet.name, row, column) for column in range(len(sheet.table.columns))]
        return [spot for spot in spots if self.tracing.value(spot) is not None]

    @cached_property
    def _summary_rows(self) -> dict[tuple[str, str], str]:
        """The row of the summary that each of its lines stands in."""
        totals, sheet = summary_totals(self.content), self.addressed.sheet(SUMMARY)
        lines = [*totals.lines, *(totals.streams if sheet.sheet.table.subtotals else ())]
        return {(line.csp, line.stream): name for line, name in zip(lines, sheet.rows, strict=False)}

    def of_summary(self, line: SummaryLine) -> str:
        """The name of the summary's row that a line stands in: one stream of one partnership where that is all."""
        rows = self._summary_rows
        if (line.csp, line.stream) in rows:
            return rows[line.csp, line.stream]
        only = [name for (_, stream), name in rows.items() if line.csp == ALL_CSPS and stream == line.stream]
        return only[0] if only else self.addressed.sheet(SUMMARY).rows[-1]

    def address(self, spot: Spot) -> Address:
        """What a cell is called."""
        return self.addressed.address(spot)

    def heading(self, spot: Spot) -> str:
        """The heading of a cell's column."""
        return self.tracing.sheets[spot.sheet].table.columns[spot.column].heading

    def row_in_words(self, spot: Spot) -> str:
        """What a cell's row is about."""
        return self.addressed.sheet(spot.sheet).row_in_words(spot.row)

    def text(self, spot: Spot) -> str:
        """What a cell without a figure says; nothing where it is blank."""
        table = self.tracing.sheets[spot.sheet].table
        said = table.totals[spot.column] if spot.row == len(table.cells[0]) else table.cells[spot.column][spot.row]
        return format_day(said) if isinstance(said, datetime) else str(said or "")

    def said(self, spot: Spot, amount: Decimal) -> str:
        """An amount as the figures of a cell's column are read: `£1,234.50`, `−1.15%`, `41`."""
        shape = self.tracing.sheets[spot.sheet].table.columns[spot.column].shape
        if shape is Shape.MONEY:
            return format_pounds(amount)
        return f"{figure(amount * 100)}%" if shape is Shape.PERCENT else figure(amount)


def row_count(sheet: AddressedSheet) -> int:
    """How many rows a sheet's table has, its totals included."""
    table = sheet.sheet.table
    return len(table.cells[0]) + (table.total is not None)
