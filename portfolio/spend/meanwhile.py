"""Who changed a claim last, when, and which of its parts: read from the record, and told to who came second."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from portfolio.db import Base
from portfolio.errors import PortfolioError
from portfolio.funding_years.rules import YearStatus
from portfolio.history import HistoryEntry
from portfolio.spend.checks import Part
from portfolio.spend.models import Claim, ClaimLine, Forecast, LockedQuarter
from portfolio.spend.parts import FIELDS, Difference
from portfolio.spend.queries import Sheet

ROWS: dict[str, type[Base]] = {"lines": ClaimLine, "forecasts": Forecast}
"""What of a part stands in rows of its own."""


@dataclass(frozen=True)
class Meanwhile:
    """What others did while a page was open: they saved the same part, or the claim cannot be written any more."""

    last: HistoryEntry | None
    closed: Sequence[PortfolioError] = ()
    differs: Sequence[Difference] = ()


def find_closing(session: Session, sheet: Sheet, closed: Sequence[PortfolioError]) -> Meanwhile | None:
    """Who closed a quarter to its lead, and when; None where it is open."""
    return Meanwhile(_what_closed(session, sheet), closed) if closed else None


def find_last_deed(session: Session, claim: Claim | None, seen_edition: int) -> HistoryEntry | None:
    """The newest entry about a claim that is no longer of the edition that was seen; None where it still is."""
    if claim is None or claim.edition == seen_edition:
        return None
    return session.scalar(_newest(claim))


def find_last_save(session: Session, claim: Claim, part: Part) -> HistoryEntry | None:
    """The newest entry about a claim that changed a part of it; each save changes the claim's edition too."""
    beside = aliased(HistoryEntry)
    of_part = [
        exists().where(
            beside.at == HistoryEntry.at,
            beside.author == HistoryEntry.author,
            beside.record == ROWS[name].__tablename__,
        )
        if name in ROWS
        else HistoryEntry.after.contains(f'"{name}"')
        for name in FIELDS[part]
    ]
    return session.scalar(_newest(claim).where(or_(*of_part)))


def _what_closed(session: Session, sheet: Sheet) -> HistoryEntry | None:
    """The change since which a claim cannot be written: its year's, its quarter's lock, or its own."""
    year = sheet.award.proposal.funding_year
    lock = select(LockedQuarter).where(
        LockedQuarter.funding_year_id == year.id,
        LockedQuarter.csp_id == sheet.award.csp_id,
        LockedQuarter.quarter == sheet.quarter,
    )
    row = year if year.status is YearStatus.CLOSED else session.scalar(lock) or sheet.claim
    return None if row is None else session.scalar(_newest(row))


def _newest(row: Base) -> Select[HistoryEntry]:
    return (
        select(HistoryEntry)
        .where(HistoryEntry.record == row.__tablename__, HistoryEntry.record_id == row.id)
        .order_by(HistoryEntry.id.desc())
        .limit(1)
    )
