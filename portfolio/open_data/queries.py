"""Who publishes, what is left out, and what was published."""

from collections.abc import Sequence

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from portfolio.db import LAST_ROW
from portfolio.decisions.models import Award
from portfolio.errors import NotFound
from portfolio.funding_years.models import FundingYear, PoliceArea
from portfolio.open_data.models import Exemption, Publication, PublishedFile
from portfolio.open_data.rules import Publisher
from portfolio.people.rules import Within
from portfolio.proposals.models import Proposal
from portfolio.returns.models import Return
from portfolio.returns.queries import returns_within
from portfolio.settings import settings_of

SETTINGS = ("publisher_prefix", "publisher_name", "publisher_org_id")
"""What is set of who publishes; each is a setting of its own for every police area."""


def setting_name(part: str, area: PoliceArea) -> str:
    """The name of a setting about who publishes for a police area."""
    return f"{part}_{area.code}"


def publisher_of(session: Session, area: PoliceArea) -> Publisher:
    """Who publishes for a police area, as far as it is set."""
    names = [setting_name(part, area) for part in SETTINGS]
    found = settings_of(session, names)
    return Publisher(*(found.get(name) or None for name in names))


def exemptions_of(session: Session, year: FundingYear) -> dict[int, Exemption]:
    """What is left out of a year's publications now, by award."""
    rows = session.scalars(
        select(Exemption)
        .join(Exemption.award)
        .join(Award.proposal)
        .where(Proposal.funding_year_id == year.id, Exemption.ended_at.is_(None))
        .options(joinedload(Exemption.recorded_by))
    )
    return {row.award_id: row for row in rows}


def exemptions_of_award(session: Session, award: Award) -> Sequence[Exemption]:
    """Every time that an award was left out, the latest first."""
    return session.scalars(
        select(Exemption)
        .where(Exemption.award_id == award.id)
        .order_by(Exemption.id.desc())
        .options(joinedload(Exemption.recorded_by), joinedload(Exemption.ended_by))
    ).all()


def reaches_return(session: Session, number: int, within: Within) -> bool:
    """Whether somebody may open a return: the whole area's is not a partnership's to see."""
    return session.scalar(select(Return.id).where(Return.id == number, returns_within(within))) is not None


def get_exemption(session: Session, number: int, within: Within) -> Exemption:
    """An exemption by number, of an award within reach; raises NotFound."""
    found = session.scalar(
        select(Exemption)
        .where(Exemption.id == min(number, LAST_ROW))
        .options(
            joinedload(Exemption.award).joinedload(Award.proposal), joinedload(Exemption.award).joinedload(Award.csp)
        )
    )
    if found is None or not within.holds(found.award.csp_id, found.award.csp.police_area_id):
        raise NotFound("There is no such exemption")
    return found


def versions_of(session: Session, year: FundingYear) -> Sequence[Publication]:
    """What was published of a year, the latest first, with the names of its files."""
    return session.scalars(
        select(Publication)
        .where(Publication.funding_year_id == year.id)
        .order_by(Publication.version.desc())
        .options(selectinload(Publication.files), joinedload(Publication.published_by))
    ).all()


def find_latest(session: Session, year: FundingYear) -> Publication | None:
    """The version of a year that the public sees; None before the first."""
    return next(iter(versions_of(session, year)), None)


def latest_of_all(session: Session) -> Sequence[Publication]:
    """The latest version of every year that was published, newest year first: what stands on the public page."""
    newest = (
        select(Publication.funding_year_id, func.max(Publication.version).label("version"))
        .group_by(Publication.funding_year_id)
        .subquery()
    )
    return session.scalars(
        select(Publication)
        .join(
            newest,
            and_(newest.c.funding_year_id == Publication.funding_year_id, newest.c.version == Publication.version),
        )
        .join(Publication.funding_year)
        .order_by(FundingYear.year.desc(), FundingYear.id)
        .options(
            selectinload(Publication.files),
            joinedload(Publication.funding_year).joinedload(FundingYear.programme),
            joinedload(Publication.funding_year).joinedload(FundingYear.police_area),
        )
    ).all()


def get_public_file(session: Session, year_id: int, name: str) -> PublishedFile:
    """A file of the latest version of a year, with its bytes; raises NotFound: what was replaced is not handed out.

    An award may have been left out since to keep somebody safe.
    """
    latest = select(func.max(Publication.version)).where(Publication.funding_year_id == year_id).scalar_subquery()
    return _file(session, and_(Publication.funding_year_id == year_id, Publication.version == latest), name)


def get_file(session: Session, year: FundingYear, version: int, name: str) -> PublishedFile:
    """A file of any version of a year, for those who may see its returns; raises NotFound."""
    return _file(session, and_(Publication.funding_year_id == year.id, Publication.version == version), name)


def _file(session: Session, of: ColumnElement[bool], name: str) -> PublishedFile:
    found = session.scalar(
        select(PublishedFile)
        .join(PublishedFile.publication)
        .where(of, PublishedFile.name == name)
        .options(undefer(PublishedFile.content))
    )
    if found is None:
        raise NotFound("There is no such file")
    return found


def published_with(session: Session, area: PoliceArea) -> str | None:
    """The prefix of what was already published for a police area; None where nothing was."""
    prefix = publisher_of(session, area).prefix
    was = select(Publication.id).join(Publication.funding_year).where(FundingYear.police_area_id == area.id).limit(1)
    return prefix if session.scalar(was) is not None else None
