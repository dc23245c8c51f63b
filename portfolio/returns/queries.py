"""Finding returns."""

from decimal import Decimal

from sqlalchemy import ColumnElement, and_, func, select, type_coerce
from sqlalchemy.orm import Session

from portfolio.db import Pence
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.quarters import Quarter
from portfolio.returns.models import Payment, Return
from portfolio.returns.reconciling import same_return
from portfolio.returns.rules import HAVE_LEFT, ReturnKind


def find_latest(
    session: Session, year: FundingYear, quarter: Quarter, kind: ReturnKind, csp: CSP | None = None
) -> Return | None:
    """The last version of a return, issued or not; None where none was ever prepared."""
    return session.scalar(
        select(Return)
        .where(same_return(year.id, kind, csp), Return.quarter == quarter)
        .order_by(Return.version.desc())
        .limit(1)
    )


def issued_quarters(session: Session, year: FundingYear, kind: ReturnKind, csp: CSP | None) -> set[Quarter]:
    """The quarters of a year whose return of this kind was issued."""
    return set(
        session.scalars(select(Return.quarter).where(same_return(year.id, kind, csp), Return.status.in_(HAVE_LEFT)))
    )


def find_latest_issued(session: Session, row: Return) -> Return | None:
    """The last version that was issued of the return that a row is a version of."""
    return session.scalar(
        select(Return).where(_versions_of(row), Return.status.in_(HAVE_LEFT)).order_by(Return.version.desc()).limit(1)
    )


def received_by_stream(session: Session, row: Return) -> dict[int, Decimal]:
    """What has been received for a return, in pounds by stream, whichever of its versions it was recorded against."""
    rows = session.execute(
        select(Payment.stream_id, type_coerce(func.sum(Payment.amount), Pence))
        .join(Return, Return.id == Payment.return_id)
        .where(_versions_of(row))
        .group_by(Payment.stream_id)
    )
    return {stream_id: amount for stream_id, amount in rows}  # noqa: C416 - dict() takes a Result for a mapping


def _versions_of(row: Return) -> ColumnElement[bool]:
    return and_(same_return(row.funding_year_id, row.kind, row.csp), Return.quarter == row.quarter)
