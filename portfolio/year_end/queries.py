"""Reading the register of assets, and the assurance of a year."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, and_, exists, or_, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from portfolio.decisions.models import Award
from portfolio.errors import NotFound, RuleWarning
from portfolio.funding_years.models import CSP, CostCategory, FundingYear
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.spend.models import Claim, ClaimLine
from portfolio.spend.rules import COUNTED
from portfolio.year_end.models import Asset, Assurance
from portfolio.year_end.rules import assurance_missing

EQUIPMENT = ("equipment", "capital", "vehicle", "furniture")
"""The words of cost categories in which things are bought that last."""


def register(year: FundingYear, only: ColumnElement[bool], *, from_cost: Decimal | None = None) -> Select[Asset]:
    """The assets that were bought with a year's awards, and earlier ones of its grant that were disposed of in it.

    `only` narrows the awards (a condition on `Award`); `from_cost`, in pounds, leaves out what cost less.
    """
    same_grant = and_(FundingYear.programme_id == year.programme_id, FundingYear.police_area_id == year.police_area_id)
    in_the_year = Asset.disposed_on.between(year.year.first_day, year.year.last_day)
    return (
        select(Asset)
        .join(Asset.award)
        .join(Award.proposal)
        .join(Proposal.funding_year)
        .join(Award.csp)
        .options(
            contains_eager(Asset.award).options(
                contains_eager(Award.csp), contains_eager(Award.proposal).contains_eager(Proposal.funding_year)
            ),
            joinedload(Asset.stream),
            joinedload(Asset.recorded_by).lazyload(Person.roles),
        )
        .where(or_(FundingYear.id == year.id, and_(same_grant, in_the_year)))
        .where(only, true() if from_cost is None else Asset.cost >= from_cost)
        .order_by(Proposal.reference, Award.csp_id, Asset.id)
    )


def assets_of(session: Session, year: FundingYear) -> Sequence[Asset]:
    """The assets of a year that are declared to the funder: those that cost the programme's threshold or more."""
    return session.scalars(register(year, true(), from_cost=year.programme.asset_threshold)).all()


def assets_of_award(session: Session, award: Award) -> Sequence[Asset]:
    """What was bought with one award, in the order in which it was recorded."""
    return session.scalars(
        select(Asset)
        .where(Asset.award_id == award.id)
        .options(joinedload(Asset.stream), joinedload(Asset.recorded_by).lazyload(Person.roles))
        .order_by(Asset.id)
    ).all()


def get_asset(session: Session, award: Award, number: int, *, held: bool = False) -> Asset:
    """One asset of an award, held against whoever else would write it where asked; raises NotFound."""
    wanted = select(Asset).where(Asset.id == number, Asset.award_id == award.id)
    found = session.scalar(wanted.with_for_update() if held else wanted)
    if found is None:
        raise NotFound("There is no such asset")
    return found


@dataclass(frozen=True)
class Unregistered:
    """Equipment that was claimed at the threshold or above, in pounds, of an award without any such asset."""

    reference: str
    csp: str
    csp_key: str
    quarter: Quarter
    category: str
    amount: Decimal


def unregistered(session: Session, year: FundingYear) -> list[Unregistered]:
    """Claimed equipment that no register has, by proposal and quarter; nothing where there is no threshold.

    A line may be many small things, so this is something to look at, and not a fault.
    """
    threshold = year.programme.asset_threshold
    if threshold is None:
        return []
    there = exists().where(Asset.award_id == Award.id, Asset.cost >= threshold)
    rows = session.execute(
        select(Proposal.reference, CSP.name, CSP.key, Claim.quarter, CostCategory.name, ClaimLine.amount)
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .join(Award, Award.id == Claim.award_id)
        .join(CSP, CSP.id == Award.csp_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CostCategory, CostCategory.id == ClaimLine.category_id)
        .where(Proposal.funding_year_id == year.id, Claim.status.in_(COUNTED), ClaimLine.amount >= threshold, ~there)
        .where(or_(*(CostCategory.name.icontains(word) for word in EQUIPMENT)))
        .order_by(Proposal.reference, Award.csp_id, Claim.quarter, ClaimLine.id)
    )
    return [Unregistered(*row) for row in rows]


def assurance_of(session: Session, year_id: int) -> Assurance | None:
    """The assurance that stands for a funding year, which is the latest; None where none is recorded."""
    return session.scalar(
        select(Assurance).where(Assurance.funding_year_id == year_id).order_by(Assurance.id.desc()).limit(1)
    )


def assurances_of(session: Session, year_id: int) -> Sequence[Assurance]:
    """Every assurance that was recorded of a funding year, the latest first."""
    return session.scalars(
        select(Assurance)
        .where(Assurance.funding_year_id == year_id)
        .options(joinedload(Assurance.recorded_by).lazyload(Person.roles))
        .order_by(Assurance.id.desc())
    ).all()


def assurance_alerts(session: Session, year: FundingYear, today: date) -> list[RuleWarning]:
    """That a year's assurance is due or overdue and not recorded; nothing long before that."""
    missing = assurance_missing(f"{year.programme.name}, {year.police_area.name}", year.year, today)
    return [missing] if missing is not None and assurance_of(session, year.id) is None else []
