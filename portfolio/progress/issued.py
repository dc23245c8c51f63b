"""What a report says otherwise than the return that was issued: awards and forecasts may change after a quarter."""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from portfolio.funding_years.models import CSP, FundingYear
from portfolio.money import ZERO
from portfolio.quarters import Quarter
from portfolio.returns.models import Return
from portfolio.returns.reconciling import same_return
from portfolio.returns.rules import HAVE_LEFT, ReturnKind
from portfolio.returns.snapshot import thaw
from reports.totals import SummaryTotals, summary_totals

FIGURES = (("allocation", "allocation"), ("award", "awarded"), ("spend to date", "to_date"), ("outturn", "outturn"))
"""What is compared of each stream: in words, and as the summary of a return names it."""


@dataclass(frozen=True)
class Changed:
    """A figure of one stream that is another one now than in the return that was issued; pounds."""

    stream: str
    what: str
    issued: Decimal
    now: Decimal


def find_issued(session: Session, year: FundingYear, quarter: Quarter, csp: CSP) -> Return | None:
    """The return of the quarter that was issued last: the partnership's own, or the area's where it has none."""
    own, whole = same_return(year.id, ReturnKind.CSP, csp), same_return(year.id, ReturnKind.OPCC, None)
    return session.scalar(
        select(Return)
        .where(or_(own, whole), Return.quarter == quarter, Return.status.in_(HAVE_LEFT))
        .order_by(Return.csp_id.is_(None), Return.version.desc())
        .limit(1)
    )


def changed_since(issued: Return | None, now: SummaryTotals) -> tuple[Changed, ...]:
    """The figures by stream that have changed since a return was issued; none where none was."""
    if issued is None or issued.snapshot is None:
        return ()
    return tuple(_changes(summary_totals(thaw(issued.snapshot)), now))


def _changes(before: SummaryTotals, now: SummaryTotals) -> Iterator[Changed]:
    then = {(line.csp, line.stream): line for line in before.lines}
    for line in now.lines:
        found = then.get((line.csp, line.stream))
        for what, name in FIGURES:
            was, amount = (ZERO if found is None else getattr(found, name)), getattr(line, name)
            if was != amount:
                yield Changed(line.stream, what, was, amount)
