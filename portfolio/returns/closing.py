"""The end of a year on a page: what it came to by stream and category, and what is missing before it can be signed."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from sqlalchemy.orm import Session

from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO, format_pounds
from portfolio.quarters import Quarter, format_day
from portfolio.returns import pages
from portfolio.returns.models import Return
from portfolio.returns.queries import Place, find_latest, issued_quarters
from portfolio.returns.rules import ReturnKind, quarter_to_return
from portfolio.year_end.models import Assurance
from portfolio.year_end.queries import assurance_of
from portfolio.year_end.rules import assurance_due
from reports.content import AssetRow, Statement
from reports.totals import (
    StatementCategory,
    StatementLine,
    category_total,
    statement_categories,
    statement_lines,
    statement_total,
)

ALL_STREAMS = "All streams"


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
class Closing:
    """A year's end as it was issued, or as it stands now."""

    year: FundingYear
    at: Quarter
    """The quarter in hand: what came after it is forecast."""
    issued: Return | None
    """The Home Office return of Q4 as it was issued; None while the statement may still change."""
    ended: pages.Shown
    in_hand: pages.Shown
    assurance: Assurance | None
    missing: Sequence[Missing]

    @property
    def statement(self) -> Statement:
        """The Statement of Grant Expenditure."""
        statement = self.ended.content.statement
        assert statement is not None  # noqa: S101 - the fourth quarter's Home Office return always has one
        return statement

    @cached_property
    def streams(self) -> list[StreamAtEnd]:
        """Each stream of the statement."""
        coming = {line.stream: line.forecast for line in self.in_hand.totals.streams}
        lines = statement_lines(self.ended.content)
        return [StreamAtEnd(line, coming.get(line.stream, ZERO)) for line in lines]

    @property
    def total(self) -> StreamAtEnd:
        """All streams together."""
        forecast = sum((stream.forecast for stream in self.streams), ZERO)
        return StreamAtEnd(statement_total(ALL_STREAMS, [stream.line for stream in self.streams]), forecast)

    @property
    def lines(self) -> list[StreamAtEnd]:
        """Each stream, and all of them together."""
        return [*self.streams, self.total]

    @property
    def categories(self) -> Sequence[StatementCategory]:
        """What was spent by stream and cost category."""
        return statement_categories(self.ended.content)

    @property
    def all_categories(self) -> StatementCategory:
        """All of it, quarter by quarter."""
        return category_total("Total", self.categories)

    @property
    def register(self) -> Sequence[AssetRow]:
        """The assets that are declared."""
        return self.statement.register or ()

    @property
    def due(self) -> date:
        """When the independent assurance is due."""
        return assurance_due(self.year.year)


def closing(session: Session, year: FundingYear, today: date) -> Closing:
    """The end of a year: from the return that closed it, or as it stands."""
    last, at = year.year.quarters[3], quarter_to_return(year.year, today)
    latest = find_latest(session, year, last, ReturnKind.HOME_OFFICE)
    issued = latest if latest is not None and latest.status.has_left else None
    place = Place(year, last, ReturnKind.HOME_OFFICE, None)
    ended = pages.shown_now(session, place, None) if issued is None else pages.shown(session, place, issued)
    in_hand = ended if at == last else pages.shown_now(session, Place(year, at, ReturnKind.HOME_OFFICE, None), None)
    assurance = assurance_of(session, year.id)
    missing = _missing(session, year, in_hand if issued is None else None, assurance, today)
    return Closing(year, at, issued, ended, in_hand, assurance, list(missing))


def _missing(
    session: Session, year: FundingYear, open_: pages.Shown | None, assurance: Assurance | None, today: date
) -> Iterator[Missing]:
    """What is still to be done; `open_` is the quarter in hand while the statement is not issued."""
    if year.status is YearStatus.PROVISIONAL:
        yield Missing("The funder has not confirmed the allocation: it is provisional", "Finance", "year")
    if today <= year.year.last_day:
        yield Missing(f"The year runs until {format_day(year.year.last_day)}", "Nobody", "")
    if open_ is not None:
        for note in open_.left_out:
            yield Missing(f"{note.about}: {note.text}", "Leads and finance", "claims", open_.content.cover.quarter)
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
