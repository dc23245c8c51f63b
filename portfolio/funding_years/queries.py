"""Finding programmes, funding years, partnerships and what they are given."""

from collections.abc import Collection, Sequence
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, false, or_, select, true
from sqlalchemy.orm import Session, selectinload

from portfolio.db import total
from portfolio.errors import NotFound
from portfolio.funding_years.models import (
    CSP,
    CspAllocation,
    FundingYear,
    Organisation,
    PoliceArea,
    Programme,
    StreamAllocation,
)
from portfolio.funding_years.rules import YearStatus
from portfolio.people.rules import Within
from portfolio.quarters import FinancialYear


def find_year(session: Session, programme_id: int, area_id: int, year: FinancialYear) -> FundingYear | None:
    """A programme's year in a police area, or None."""
    return session.scalar(
        select(FundingYear).where(
            FundingYear.programme_id == programme_id,
            FundingYear.police_area_id == area_id,
            FundingYear.year == year,
        )
    )


def csps_within(within: Within) -> ColumnElement[bool]:
    """The partnerships that somebody reaches, as a condition on `CSP`; a project lead reaches none."""
    if within.everything:
        return true()
    return or_(false(), CSP.id.in_(within.csps), CSP.police_area_id.in_(within.police_areas))


def areas_within(within: Within) -> ColumnElement[bool]:
    """The police areas that somebody reaches, their own or their partnership's, as a condition on `PoliceArea`."""
    if within.everything:
        return true()
    of_csps = select(CSP.police_area_id).where(CSP.id.in_(within.csps))
    return or_(PoliceArea.id.in_(within.police_areas), PoliceArea.id.in_(of_csps))


def years_within(within: Within) -> Select[FundingYear]:
    """The funding years of the police areas that somebody reaches, newest first, ready to be shown."""
    return (
        select(FundingYear)
        .join(FundingYear.police_area)
        .join(FundingYear.programme)
        .where(areas_within(within))
        .order_by(FundingYear.year.desc(), Programme.name, PoliceArea.name, FundingYear.id)
        .options(
            selectinload(FundingYear.programme).selectinload(Programme.streams), selectinload(FundingYear.police_area)
        )
    )


def open_years(session: Session, within: Within) -> Sequence[FundingYear]:
    """The funding years within reach that are not closed, newest first."""
    return session.scalars(years_within(within).where(FundingYear.status != YearStatus.CLOSED)).all()


def get_year(session: Session, number: int, within: Within) -> FundingYear:
    """A funding year by number, with everything that its settings show; raises NotFound for one beyond reach."""
    found = session.scalar(
        years_within(within)
        .where(FundingYear.id == number)
        .options(
            selectinload(FundingYear.programme).options(
                selectinload(Programme.streams), selectinload(Programme.categories)
            ),
            selectinload(FundingYear.police_area).selectinload(PoliceArea.csps),
            selectinload(FundingYear.allocations).selectinload(StreamAllocation.stream),
            selectinload(FundingYear.allocations).selectinload(StreamAllocation.shares).selectinload(CspAllocation.csp),
        )
    )
    if found is None:
        raise NotFound("There is no such funding year")
    return found


def csps_of(session: Session, within: Within) -> Sequence[CSP]:
    """The partnerships that somebody reaches, by name."""
    return session.scalars(select(CSP).where(csps_within(within)).order_by(CSP.name, CSP.id)).all()


def get_csp(session: Session, key: str, within: Within) -> CSP:
    """A partnership by its key; raises NotFound for one beyond reach."""
    found = session.scalar(select(CSP).where(CSP.key == key, csps_within(within)))
    if found is None:
        raise NotFound("There is no such partnership")
    return found


def programmes(session: Session) -> Sequence[Programme]:
    """Every programme with its streams, by name."""
    return session.scalars(
        select(Programme).order_by(Programme.name, Programme.id).options(selectinload(Programme.streams))
    ).all()


def areas_of(session: Session, within: Within) -> Sequence[PoliceArea]:
    """The police areas that somebody reaches with their partnerships, by name."""
    return session.scalars(
        select(PoliceArea)
        .where(areas_within(within))
        .order_by(PoliceArea.name, PoliceArea.id)
        .options(selectinload(PoliceArea.csps))
    ).all()


def given_in(session: Session, year_ids: Collection[int]) -> dict[int, Decimal]:
    """What funding years give over all their streams, in pounds, by year."""
    found = session.execute(
        select(StreamAllocation.funding_year_id, total(StreamAllocation.amount).label("amount"))
        .where(StreamAllocation.funding_year_id.in_(year_ids))
        .group_by(StreamAllocation.funding_year_id)
    )
    return {row.funding_year_id: row.amount for row in found}


def allocated_by_stream(session: Session, funding_year_id: int) -> dict[int, Decimal]:
    """A year's allocation of each stream, in pounds: the funder's grant."""
    found = session.execute(
        select(StreamAllocation.stream_id, StreamAllocation.amount).where(
            StreamAllocation.funding_year_id == funding_year_id
        )
    )
    return {row.stream_id: row.amount for row in found}


def organisations(session: Session) -> Sequence[Organisation]:
    """Every organisation, by name."""
    return session.scalars(select(Organisation).order_by(Organisation.name, Organisation.id)).all()


def shares_of(session: Session, funding_year_id: int) -> dict[tuple[int, int], Decimal]:
    """What each partnership is given of each stream in a year, in pounds, by (CSP, stream)."""
    found = session.execute(
        select(CspAllocation.csp_id, StreamAllocation.stream_id, CspAllocation.amount)
        .join(CspAllocation.stream_allocation)
        .where(StreamAllocation.funding_year_id == funding_year_id)
    )
    return {(csp_id, stream_id): amount for csp_id, stream_id, amount in found}
