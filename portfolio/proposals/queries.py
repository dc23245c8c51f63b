"""Finding proposals, and what they ask."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, and_, exists, false, or_, select, true
from sqlalchemy.orm import Session, joinedload, lazyload, selectinload

from portfolio.db import total
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP, FundingYear, Programme
from portfolio.funding_years.queries import csps_within
from portfolio.people.models import Person, RoleHeld
from portfolio.people.rules import Act, Role, Viewer, Within
from portfolio.proposals.models import Ask, AskedOf, MatchOffer, Proposal, Round
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear

MOST_DRAFTS = 20


def within_reach(within: Within) -> ColumnElement[bool]:
    """The proposals that somebody reaches: those asked of their partnership or area, and those that they lead."""
    if within.everything:
        return true()
    of_area = select(FundingYear.id).where(FundingYear.police_area_id.in_(within.police_areas))
    return or_(
        false(),
        Proposal.funding_year_id.in_(of_area) if within.police_areas else false(),
        exists().where(AskedOf.proposal_id == Proposal.id, AskedOf.csp_id.in_(within.csps)) if within.csps else false(),
        Proposal.lead_person_id == within.lead_id if within.lead_id is not None else false(),
    )


def seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """The proposals that somebody sees: within reach, and no draft unless they are the ones who propose or lead it."""
    drafts = or_(within_reach(viewer.within(Act.PROPOSE)), Proposal.lead_person_id == viewer.person_id)
    return and_(within_reach(viewer.within(Act.SEE_PROPOSALS)), or_(Proposal.status != ProposalStatus.DRAFT, drafts))


def get_proposal(session: Session, reference: str, condition: ColumnElement[bool]) -> Proposal:
    """A proposal by reference, with everything it says; raises NotFound for one that the condition leaves out."""
    found = session.scalar(
        select(Proposal)
        .where(Proposal.reference == reference, condition)
        .options(
            joinedload(Proposal.funding_year).joinedload(FundingYear.programme).selectinload(Programme.streams),
            joinedload(Proposal.lead_organisation),
            selectinload(Proposal.levels),
            selectinload(Proposal.asks).options(joinedload(Ask.stream), joinedload(Ask.category)),
            selectinload(Proposal.asked_of).joinedload(AskedOf.csp),
            selectinload(Proposal.match_offers).joinedload(MatchOffer.funder),
        )
    )
    if found is None:
        raise NotFound("There is no such proposal")
    return found


def hold(session: Session, reference: str, *, alone: bool = False) -> None:
    """Keep a proposal as it stands until the end of the transaction: from who would change it, or from everybody else.

    Ask before it is read: whoever waited here then reads what was changed meanwhile.
    """
    session.execute(_held(select(Proposal.id).where(Proposal.reference == reference), alone=alone))


def hold_round(session: Session, funding_year_id: int, csp_id: int, *, alone: bool = False) -> None:
    """Keep a partnership's call for a year as it stands, in the same way."""
    of_csp = select(Round.id).where(Round.funding_year_id == funding_year_id, Round.csp_id == csp_id)
    session.execute(_held(of_csp, alone=alone))


def _held(rows: Select[int], *, alone: bool) -> Select[int]:
    return rows.with_for_update(key_share=True) if alone else rows.with_for_update(read=True)


def references_like(session: Session, prefix: str) -> Sequence[str]:
    """Every reference that begins so."""
    return session.scalars(
        select(Proposal.reference).where(Proposal.reference.startswith(prefix, autoescape=True))
    ).all()


def requested(session: Session, only: ColumnElement[bool]) -> dict[int, dict[int, Decimal]]:
    """What proposals ask for, in pounds, by proposal and stream; `only` is a condition on `Proposal`."""
    found = session.execute(
        select(Ask.proposal_id, Ask.stream_id, total(Ask.amount))
        .join(Proposal, Proposal.id == Ask.proposal_id)
        .where(only)
        .group_by(Ask.proposal_id, Ask.stream_id)
        .order_by(Ask.stream_id)
    )
    totals: dict[int, dict[int, Decimal]] = {}
    for proposal_id, stream_id, amount in found:
        totals.setdefault(proposal_id, {})[stream_id] = amount
    return totals


def earlier_proposals(session: Session, area_id: int, year: FinancialYear, within: Within) -> Sequence[Proposal]:
    """The proposals of a police area's earlier years that a new one could continue, newest first."""
    return session.scalars(
        select(Proposal)
        .join(Proposal.funding_year)
        .where(
            FundingYear.police_area_id == area_id,
            FundingYear.year < year,
            Proposal.status == ProposalStatus.SUBMITTED,
            within_reach(within),
        )
        .order_by(FundingYear.year.desc(), Proposal.reference)
    ).all()


def people_who_could_lead(session: Session, within: Within, today: date, named: int | None = None) -> Sequence[Person]:
    """Whom somebody may name as a lead, by name: project leads whom a partnership within reach invited, or none did.

    Whoever is named already stays offered.
    """
    csps = select(CSP.id).where(csps_within(within))
    leads = RoleHeld.role == Role.LEAD, or_(RoleHeld.ends_on.is_(None), RoleHeld.ends_on >= today)
    of_theirs = or_(RoleHeld.csp_id.is_(None), RoleHeld.csp_id.in_(csps))
    return session.scalars(
        select(Person)
        .where(or_(Person.id == named, and_(Person.disabled_at.is_(None), Person.roles.any(and_(*leads, of_theirs)))))
        .order_by(Person.name, Person.id)
        .options(lazyload(Person.roles))
    ).all()


def find_round(session: Session, funding_year_id: int, csp_id: int) -> Round | None:
    """A partnership's call for a funding year with its criteria and gates, or None where there was none."""
    return session.scalar(
        select(Round)
        .where(Round.funding_year_id == funding_year_id, Round.csp_id == csp_id)
        .options(selectinload(Round.criteria), selectinload(Round.gates))
    )


def lead_person_named(session: Session, proposal: Proposal) -> str:
    """The name of who leads a proposal, or that nobody does yet."""
    found = session.scalar(select(Person.name).where(Person.id == proposal.lead_person_id))
    return found or "Nobody yet"


def drafts_led(session: Session, person_id: int) -> Sequence[Proposal]:
    """The proposals that somebody leads and has not handed in yet, newest first."""
    return session.scalars(
        select(Proposal)
        .where(Proposal.lead_person_id == person_id, Proposal.status == ProposalStatus.DRAFT)
        .order_by(Proposal.id.desc())
        .limit(MOST_DRAFTS)
    ).all()
