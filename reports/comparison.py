"""The comparison of funded with rejected proposals as a workbook: what was chosen, side by side, and every proposal."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from portfolio.money import format_pounds
from reports.cells import as_text
from reports.common import Item, items, sheet
from reports.proving import proved
from reports.sheets import Book, Column, Shape, Table, money, percentage, text

NOT_SCORED = "Not scored"
NEITHER = "Neither: on reserve, deferred, withdrawn or not decided."


@dataclass(frozen=True)
class ProposalLine:
    """One proposal; amounts are pounds, the score is per cent, and what is not said is None."""

    reference: str
    title: str
    year: str
    lead: str
    kind: str
    levels: str
    theme: str | None
    area: str | None
    toolkit: str | None
    asked: Decimal
    awarded: Decimal
    match: Decimal
    score: Decimal | None
    outcome: str
    decisions: str
    reasons: str


@dataclass(frozen=True)
class SideLine:
    """A figure of the funded, the rejected, those that are neither, and all, as it is shown."""

    name: str
    funded: str
    rejected: str
    neither: str
    all: str


@dataclass(frozen=True)
class ComparisonContent:
    """A comparison, whole: what was chosen, and everything that it comes to."""

    name: str
    chosen: tuple[tuple[str, str], ...]
    sides: tuple[SideLine, ...]
    proposals: tuple[ProposalLine, ...]
    available: Decimal
    made_by: str
    made_at: datetime


def comparison_book(content: ComparisonContent) -> Book:
    """The declared sheets of a comparison."""
    about = [Item(name, detail) for name, detail in content.chosen]
    about += [
        Item("Available", f"{format_pounds(content.available)}, what the partnerships were given for those years"),
        Item("Made by", content.made_by),
    ]
    basis = (
        "Each proposal stands once, with all that it asks. Awarded and outcome are those of the partnerships chosen."
    )
    return Book(
        title=as_text(f"Funded and rejected proposals: {content.name}"),
        subject=as_text(content.name),
        author=as_text(content.made_by),
        marking="Official",
        created=content.made_at.astimezone(UTC).replace(tzinfo=None),  # spreadsheets know no zones
        sheets=(
            sheet("About", f"Funded and rejected proposals: {content.name}", [basis], items("About", about)),
            sheet("Sides", "Funded and rejected, side by side", [NEITHER], _sides(content.sides)),
            sheet("Proposals", "Every proposal", [basis], _proposals(content.proposals), frozen=2),
        ),
    )


def _sides(lines: Sequence[SideLine]) -> Table[SideLine]:
    columns: list[Column[SideLine]] = [
        text("Figure", lambda line: line.name, 30),
        text("Funded", lambda line: line.funded, 18),
        text("Rejected", lambda line: line.rejected, 18),
        text("Neither", lambda line: line.neither, 18),
        text("All", lambda line: line.all, 18),
    ]
    return Table("Sides", columns, lines, sortable=False)


def _columns() -> list[Column[ProposalLine]]:
    return [
        text("Reference", lambda line: line.reference, 14),
        text("Title", lambda line: line.title, 40),
        text("Year", lambda line: line.year, 10),
        text("Lead organisation", lambda line: line.lead, 30),
        text("New or continued", lambda line: line.kind, 16),
        text("Prevention levels", lambda line: line.levels, 24),
        text("Theme", lambda line: line.theme, 24, blank="Not given"),
        text("Area", lambda line: line.area, 24, blank="Not given"),
        text("Toolkit impact", lambda line: line.toolkit, 20, blank="Not given"),
        money("Asked", lambda line: line.asked),
        money("Awarded", lambda line: line.awarded),
        percentage("Awarded, % of asked", "Awarded", "Asked"),
        money("Match offered", lambda line: line.match),
        Column("Panel’s score, %", lambda line: line.score, Shape.NUMBER, 14, blank=NOT_SCORED),
        text("Outcome", lambda line: line.outcome, 14),
        text("Decisions", lambda line: line.decisions, 40),
        text("Reasons", lambda line: line.reasons, 80),
    ]


HEADINGS = tuple(column.heading for column in _columns())
"""What each proposal's line says, in every file."""


def _proposals(lines: Sequence[ProposalLine]) -> Table[ProposalLine]:
    return Table("Proposals", _columns(), lines, "No proposals", total="Total")


def proved_comparison(content: ComparisonContent) -> bytes:
    """The workbook, read back and found to say what the comparison says; raises NotReconciled otherwise."""
    return proved(comparison_book(content))
