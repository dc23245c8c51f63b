"""Recording what was bought with the grant, what became of it, and who gave assurance of a year."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.errors import SaidTwice, refuse_any
from portfolio.funding_years.models import FundingYear
from portfolio.money import ZERO
from portfolio.quarters import Quarter
from portfolio.spend.figures import of_award
from portfolio.year_end.models import Asset, Assurance
from portfolio.year_end.rules import (
    Opinion,
    already_disposed,
    bad_asset,
    bad_assurance,
    bad_disposal,
    needs_note,
)


@dataclass(frozen=True)
class Bought:
    """What is told of an asset: its stream by number, and its cost in pounds."""

    stream_id: int
    description: str
    serial: str | None
    kept_at: str | None
    cost: Decimal
    bought_on: date


def record_asset(session: Session, award: Award, told: Bought, *, by_id: int, now: datetime, today: date) -> Asset:
    """Enter something bought with an award into the register; the very same thing is not entered twice (E7)."""
    # A button pressed twice sends twice at once: the second waits here, and then finds what the first one recorded.
    session.execute(select(Award.id).where(Award.id == award.id).with_for_update(key_share=True))
    same = (
        Asset.award_id == award.id,
        Asset.description == told.description,
        Asset.cost == told.cost,
        Asset.bought_on == told.bought_on,
    )
    if any(one.serial == (told.serial or None) for one in session.scalars(select(Asset).where(*same))):
        raise SaidTwice("asset", "give the serial or inventory number that tells them apart", "serial")
    asset = Asset(award=award, recorded_by_id=by_id, recorded_at=now)
    _tell(session, asset, told, today)
    session.add(asset)
    session.flush()
    return asset


def change_asset(session: Session, asset: Asset, told: Bought, *, today: date) -> None:
    """Put right what the register says of an asset that is still kept; what it said before stands in the history."""
    if asset.disposed_on is not None:
        raise already_disposed(asset.disposed_on)
    _tell(session, asset, told, today)
    session.flush()


def _tell(session: Session, asset: Asset, told: Bought, today: date) -> None:
    award = asset.award
    position = of_award(session, award, Quarter.containing(award.starts_on)).get(told.stream_id)
    refuse_any(
        bad_asset(
            told.cost,
            told.bought_on,
            starts_on=award.starts_on,
            ends_on=award.ends_on,
            today=today,
            awarded=ZERO if position is None else position.award,
        )
    )
    asset.stream_id = told.stream_id
    asset.description, asset.serial, asset.kept_at = told.description, told.serial or None, told.kept_at or None
    asset.cost, asset.bought_on = told.cost, told.bought_on


def dispose_of(
    session: Session, asset: Asset, *, on: date, proceeds: Decimal, because: str, by_id: int, today: date
) -> None:
    """Record that an asset was sold, lost, scrapped or passed on, and what came of it, in pounds; that is its end."""
    if asset.disposed_on is not None:
        raise already_disposed(asset.disposed_on)
    refuse_any(bad_disposal(on, proceeds, bought_on=asset.bought_on, today=today))
    asset.disposed_on, asset.proceeds = on, proceeds
    asset.disposed_because, asset.disposed_by_id = because, by_id
    session.flush()


def record_assurance(
    session: Session,
    year: FundingYear,
    *,
    reference: str,
    given_by: str,
    given_on: date,
    opinion: Opinion,
    note: str | None,
    by_id: int,
    now: datetime,
    today: date,
) -> Assurance:
    """Record the independent assurance of a year's statement; a later one takes its place, and both stay."""
    refuse_any([*bad_assurance(given_on, year=year.year, today=today), needs_note(opinion, note)])
    session.execute(select(FundingYear.id).where(FundingYear.id == year.id).with_for_update(key_share=True))
    same = (Assurance.funding_year_id == year.id, Assurance.reference == reference, Assurance.given_on == given_on)
    last = session.scalar(select(Assurance).where(*same).order_by(Assurance.id.desc()).limit(1))
    if last is not None and (last.given_by, last.opinion, last.note) == (given_by, opinion, note or None):
        raise SaidTwice("assurance", "give its own reference", "reference")
    row = Assurance(
        funding_year=year,
        reference=reference,
        given_by=given_by,
        given_on=given_on,
        opinion=opinion,
        note=note or None,
        recorded_by_id=by_id,
        recorded_at=now,
    )
    session.add(row)
    session.flush()
    return row
