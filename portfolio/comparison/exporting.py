"""The very view that a page shows, all of it, as lines of a file."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.comparison.figures import Contrast, Found, compare, contrasts
from portfolio.comparison.listing import Compared, compared
from portfolio.comparison.rules import UNDECIDED
from portfolio.comparison.slices import Slice
from portfolio.db import LAST_ROW
from portfolio.money import format_pounds, per_cent
from portfolio.words import begin
from reports.comparison import NOT_SCORED, ComparisonContent, ProposalLine, SideLine

AT_ONCE = 500
"""Proposals that are read in one go."""


def everything(session: Session, at: Slice, order: str) -> Found:
    """A comparison with the numbers of all its proposals."""
    return compare(session, at, 1, LAST_ROW, order)


def lines_of(session: Session, at: Slice, found: Found) -> Iterator[ProposalLine]:
    """The proposals that were found as lines of a file, read a few hundred at a time."""
    for first in range(0, len(found.ids), AT_ONCE):
        for row in compared(session, at, found.streams, found.ids[first : first + AT_ONCE]):
            yield _line(row)


def _line(row: Compared) -> ProposalLine:
    return ProposalLine(
        row.reference,
        row.title,
        str(row.year),
        row.lead,
        begin(row.kind.value),
        row.levels,
        row.theme,
        row.area,
        begin(row.toolkit.value) if row.toolkit else None,
        row.asked,
        row.awarded,
        row.match,
        row.score,
        begin(row.outcome.value if row.outcome else UNDECIDED),
        "; ".join(f"{one.csp}: {one.outcome.value if one.outcome else UNDECIDED}" for one in row.answers),
        "; ".join(f"{one.csp}: {one.reason}" for one in row.answers if one.reason),
    )


def cells_of(line: ProposalLine) -> list[str | Decimal]:
    """A line as the cells of a CSV file."""
    share = per_cent(line.awarded, line.asked)
    said = (line.reference, line.title, line.year, line.lead, line.kind, line.levels)
    about = (line.theme or "", line.area or "", line.toolkit or "")
    figures = (line.asked, line.awarded, "" if share is None else round(share, 2), line.match)
    score = "" if line.score is None else line.score
    return [*said, *about, *figures, score, line.outcome, line.decisions, line.reasons]


def content_of(
    session: Session, at: Slice, order: str, *, name: str, chosen: tuple[tuple[str, str], ...], by: str, now: datetime
) -> ComparisonContent:
    """A comparison as its workbook takes it."""
    found = everything(session, at, order)
    return ComparisonContent(
        name,
        chosen,
        tuple(_side(each) for each in contrasts(found.summary)),
        tuple(lines_of(session, at, found)),
        found.summary.together.allocation,
        by,
        now,
    )


def _side(contrast: Contrast) -> SideLine:
    return SideLine(contrast.name, *(_shown(value, contrast) for value in contrast.values))


def _shown(value: Decimal | int | None, contrast: Contrast) -> str:
    if value is None:
        return contrast.absent or NOT_SCORED
    if contrast.unit == "pounds":
        return format_pounds(Decimal(value))
    return f"{value:,.1f}%" if contrast.unit == "percent" else f"{value:,}"
