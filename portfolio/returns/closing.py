"""The end of a year on a page: what it came to by stream and category, and what is missing before it can be signed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO, format_pounds
from portfolio.quarters import Quarter, format_day
from portfolio.remembering import Remembered
from portfolio.returns import pages
from portfolio.returns.models import Return
from portfolio.returns.queries import Place, find_latest, issued_quarters
from portfolio.returns.rules import ReturnKind, quarter_to_return
from portfolio.year_end.models import Assurance
from portfolio.year_end.queries import Unregistered, assurance_of, unregistered
from portfolio.year_end.rules import assurance_due
from reports.content import AssetRow, Note, Statement
from reports.totals import (
    StatementCategory,
    StatementLine,
    category_total,
    statement_categories,
    statement_lines,
    statement_total,
)

ALL_STREAMS = "All streams"
MOST_ASSETS = 40
"""So many assets stand on the page; the register and the workbook have all of them."""


@dataclass(frozen=True)
class Missing:
    """Something to be done before a year's statement can be signed, and by whom."""

    what: str
    whose: str
    where: str
    """The page on which it is done: `quarter`, `claims`, `year`, `assurance`, or nothing."""
    quarter: Quarter | None = None


@dataclass(frozen=True)
class StreamAtEnd:
    """A stream of the statement, and what the year is expected to come to as the quarter in hand has it, in pounds."""

    line: StatementLine
    forecast: Decimal
    """Still to come in the quarters that are not over."""

    @property
    def outturn(self) -> Decimal:
        """Spent, and still to come."""
        return self.line.expenditure + self.forecast


@dataclass(frozen=True)
class Figures:
    """What a year came to: added up once, and remembered until anything changes."""

    statement: Statement
    streams: Sequence[StreamAtEnd]
    total: StreamAtEnd
    categories: Sequence[StatementCategory]
    all_categories: StatementCategory
    left_out: Sequence[Note]
    """The claims of the quarter in hand that are in no figure."""
    equipment: Sequence[Unregistered]
    """Claimed equipment that may be missing from the register of assets."""

    @property
    def lines(self) -> list[StreamAtEnd]:
        """Each stream of the statement, and all of them together."""
        return [*self.streams, self.total]

    @property
    def register(self) -> Sequence[AssetRow]:
        """The assets that are declared, the first of them."""
        return (self.statement.register or ())[:MOST_ASSETS]

    @property
    def to_look_at(self) -> Sequence[Unregistered]:
        """The first of that equipment."""
        return self.equipment[:MOST_ASSETS]

    @property
    def more_to_look_at(self) -> int:
        """How many more lines are worth a look than the page shows."""
        return len(self.equipment) - len(self.to_look_at)

    @property
    def more_assets(self) -> int:
        """How many declared assets stand in the register only."""
        return max(0, len(self.statement.register or ()) - MOST_ASSETS)


@dataclass(frozen=True)
class Closing:
    """A year's end as it was issued, or as it stands now."""

    year: FundingYear
    at: Quarter
    """The quarter in hand: what came after it is forecast."""
    issued: Return | None
    """The Home Office return of Q4 as it was issued; None while the statement may still change."""
    figures: Figures
    assurance: Assurance | None
    missing: Sequence[Missing]

    @property
    def due(self) -> date:
        """When the independent assurance is due."""
        return assurance_due(self.year.year)


_remembered: Remembered[Figures] = Remembered(8)


def closing(session: Session, year: FundingYear, today: date) -> Closing:
    """The end of a year: from the return that closed it, or as it stands."""
    last, at = year.year.quarters[3], quarter_to_return(year.year, today)
    latest = find_latest(session, year, last, ReturnKind.HOME_OFFICE)
    issued = latest if latest is not None and latest.status.has_left else None
    asked = (year.id, at, issued.id if issued else None)
    figures = _remembered.find(session, asked, lambda: _figures(session, year, at, issued))
    assurance = assurance_of(session, year.id)
    missing = _missing(session, year, at, figures.left_out, assurance, today)
    return Closing(year, at, issued, figures, assurance, list(missing))


def _figures(session: Session, year: FundingYear, at: Quarter, issued: Return | None) -> Figures:
    last = Place(year, year.year.quarters[3], ReturnKind.HOME_OFFICE, None)
    ended = pages.shown_now(session, last, None) if issued is None else pages.shown(session, last, issued)
    here = Place(year, at, ReturnKind.HOME_OFFICE, None)
    in_hand = ended if at == last.quarter else pages.shown_now(session, here, None)
    statement = ended.content.statement
    assert statement is not None  # noqa: S101 - the fourth quarter's Home Office return always has one
    coming = {line.stream: line.forecast for line in in_hand.totals.streams}
    streams = [StreamAtEnd(line, coming.get(line.stream, ZERO)) for line in statement_lines(ended.content)]
    whole = statement_total(ALL_STREAMS, [stream.line for stream in streams])
    categories = statement_categories(ended.content)
    return Figures(
        statement,
        streams,
        StreamAtEnd(whole, sum((stream.forecast for stream in streams), ZERO)),
        categories,
        category_total("Total", categories),
        in_hand.left_out if issued is None else (),
        unregistered(session, year),
    )


def _missing(
    session: Session,
    year: FundingYear,
    at: Quarter,
    left_out: Sequence[Note],
    assurance: Assurance | None,
    today: date,
) -> Iterator[Missing]:
    """What is still to be done before the statement is signed, and after it."""
    if year.status is YearStatus.PROVISIONAL:
        yield Missing("The funder has not confirmed the allocation: it is provisional", "Finance", "year")
    if today <= year.year.last_day:
        yield Missing(f"The year runs until {format_day(year.year.last_day)}", "Nobody: the year must end", "")
    for note in left_out:
        yield Missing(f"{note.about}: {note.text}", "Leads and finance", "claims", at)
    issued = issued_quarters(session, year, ReturnKind.HOME_OFFICE, None)
    for quarter in year.year.quarters:
        if quarter not in issued and quarter.last_day < today:
            yield Missing(f"The Home Office return of {quarter.short} is not issued", "Finance", "quarter", quarter)
    if assurance is None:
        due = assurance_due(year.year)
        said = f"{'was due on' if today > due else 'is due by'} {format_day(due)}"
        yield Missing(f"The independent assurance {said}", "Finance and the auditor", "assurance")


def balance_in_words(balance: Decimal) -> str:
    """What a balance means: due from the funder, due back to it, or settled."""
    if not balance:
        return "Nothing is due either way"
    return f"{format_pounds(abs(balance))} is due {'from' if balance > 0 else 'back to'} the funder"
