"""How a workbook of claims is laid out: by which headings a sheet is known, what names a row, and what is typed in."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from portfolio.spend.rules import SHORT_REFERENCE, SHORT_TEXT
from portfolio.words import MEGABYTE
from reports.claim_content import (
    AMOUNT,
    ANSWER,
    CATEGORY,
    DELIVERY,
    DETAIL,
    EXPLANATION,
    FORECAST,
    ITEM,
    LINE,
    MATCH,
    NARRATIVE,
    NUMBER,
    OUTPUTS,
    PARTNERSHIP,
    QUARTER,
    REFERENCE,
    RISKS,
    SAVES,
    SPENDING,
    STREAM,
    TRANSACTION,
    WHAT,
)

MOST_ROWS, MOST_COLUMNS = 20_000, 60
"""How far a workbook may reach: several times what the largest organisation's has."""
MOST_BYTES = 8 * MEGABYTE


class Kind(Enum):
    """What a column is read as."""

    POUNDS = "pounds"
    COLOUR = "colour"
    TEXT = "text"


@dataclass(frozen=True)
class Layout:
    """A sheet with one table: the headings that name a row, and those that somebody types under."""

    name: str
    keys: tuple[str, ...]
    entries: Mapping[str, Kind]

    def __hash__(self) -> int:
        return hash(self.name)

    @property
    def headings(self) -> tuple[str, ...]:
        """All headings that the table needs; others may stand beside them."""
        return (*self.keys, *self.entries)


START = Layout("Start", (ITEM,), {DETAIL: Kind.TEXT})
SPEND = Layout(
    "Spend",
    (REFERENCE, PARTNERSHIP, STREAM, CATEGORY, LINE),
    {AMOUNT: Kind.POUNDS, WHAT: Kind.TEXT, TRANSACTION: Kind.TEXT},
)
FORECASTS = Layout("Forecast", (REFERENCE, PARTNERSHIP, STREAM, QUARTER), {FORECAST: Kind.POUNDS})
PROGRESS = Layout(
    "Progress",
    (REFERENCE, PARTNERSHIP, SAVES),
    {
        MATCH: Kind.POUNDS,
        NARRATIVE: Kind.TEXT,
        DELIVERY: Kind.COLOUR,
        SPENDING: Kind.COLOUR,
        OUTPUTS: Kind.TEXT,
        RISKS: Kind.TEXT,
        EXPLANATION: Kind.TEXT,
    },
)
QUESTIONS = Layout("Questions", (REFERENCE, PARTNERSHIP, NUMBER), {ANSWER: Kind.TEXT})
CHECKS = Layout("Checks", (REFERENCE, PARTNERSHIP, STREAM), {"Spent": Kind.POUNDS, "Result": Kind.TEXT})
"""Read by nobody: it only says what the others come to."""

LAYOUTS = (START, SPEND, FORECASTS, PROGRESS, QUESTIONS, CHECKS)
REQUIRED = (START, SPEND, PROGRESS)

MOST: Mapping[str, int] = {
    WHAT: 200,
    TRANSACTION: SHORT_REFERENCE,
    **dict.fromkeys((NARRATIVE, OUTPUTS, RISKS, EXPLANATION, ANSWER), SHORT_TEXT),
}
"""The longest text under each heading, in characters: what the site's own forms take."""
