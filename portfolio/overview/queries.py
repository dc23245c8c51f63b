"""What front pages and the funding year's page are read from; nothing here takes more statements for more rows."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, case, exists, func, or_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portfolio.assessment.models import Assessment, Interest
from portfolio.assessment.rules import AssessmentStatus
from portfolio.clock import day_of
from portfolio.db import QuarterOfYear
from portfolio.decisions.models import Award, Decision
from portfolio.decisions.queries import OPEN_OUTCOMES, is_current
from portfolio.funding_years.models import CSP, FundingYear, Programme
from portfolio.funding_years.queries import csps_within, open_years, years_within
from portfolio.funding_years.rules import YearStatus
from portfolio.overview.rules import Tally
from portfolio.people.rules import Within
from portfolio.proposals.models import AskedOf, Proposal, Round
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear, Quarter
from portfolio.returns.models import Return
from portfolio.returns.queries import returns_within
from portfolio.returns.reconciling import is_latest_issued
from portfolio.returns.rules import HAVE_LEFT, STEPS
from portfolio.spend.models import Claim, ClaimQuery
from portfolio.spend.queries import entries
from portfolio.spend.rules import COUNTED, RAG, ClaimStatus, Stage

WORST_FIRST = tuple(reversed(RAG))


def years_named(session: Session, within: Within, year: FinancialYear) -> Sequence[FundingYear]:
    """The funding years of one financial year within reach, one for each programme and police area."""
    return session.scalars(years_within(within).where(FundingYear.year == year)).all()


def years_in_hand(session: Session, within: Within, today: date) -> list[FundingYear]:
    """The open years within reach: those that have begun, newest first, then those that are to come."""
    return sorted(open_years(session, within), key=lambda year: year.year.first_day > today)


def years_led(session: Session, person_id: int) -> Sequence[FundingYear]:
    """The funding years, not closed, in which somebody leads an award, newest first."""
    led = select(Proposal.funding_year_id).join(Award, Award.proposal_id == Proposal.id)
    return session.scalars(
        select(FundingYear)
        .where(FundingYear.id.in_(led.where(Award.lead_person_id == person_id)))
        .where(FundingYear.status != YearStatus.CLOSED)
        .order_by(FundingYear.year.desc(), FundingYear.id)
        .options(
            selectinload(FundingYear.programme).selectinload(Programme.streams), selectinload(FundingYear.police_area)
        )
    ).all()


def last_approved(session: Session, funding_year: FundingYear, only: ColumnElement[bool]) -> Quarter | None:
    """The last quarter of a year with an approved claim, of the awards that the condition names."""
    return session.scalar(
        select(func.max(Claim.quarter, type_=QuarterOfYear()))
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Proposal.funding_year_id == funding_year.id, Claim.status.in_(COUNTED), only)
        .where(Claim.quarter.in_(funding_year.year.quarters))
    )


def tallies(session: Session, only: ColumnElement[bool], quarters: Collection[Quarter], today: date) -> list[Tally]:
    """How many claims of some quarters are at which stage, and since when the oldest of them is sent."""
    if not quarters:
        return []
    found = entries(session, quarters, today, only)
    row = found.order_by(None).subquery("row").c
    rows = session.execute(
        select(row.quarter, row.stage, func.count(row.award_id), func.min(row.submitted_at)).group_by(
            row.quarter, row.stage
        )
    )
    return [
        Tally(quarter, Stage(stage), number, day_of(since) if since else None) for quarter, stage, number, since in rows
    ]


def open_questions(session: Session, only: ColumnElement[bool], most: int) -> Sequence[ClaimQuery]:
    """Finance's questions that nobody has answered, oldest first, with the claims they were put to."""
    return session.scalars(
        select(ClaimQuery)
        .join(ClaimQuery.claim)
        .join(Claim.award)
        .join(Award.proposal)
        .join(Proposal.funding_year)
        .where(Claim.status == ClaimStatus.QUERIED, ClaimQuery.answered_at.is_(None), only)
        .where(FundingYear.status != YearStatus.CLOSED)
        .order_by(ClaimQuery.asked_at, ClaimQuery.id)
        .limit(most)
        .options(
            joinedload(ClaimQuery.asked_by),
            joinedload(ClaimQuery.claim).joinedload(Claim.award).joinedload(Award.proposal),
            joinedload(ClaimQuery.claim).joinedload(Claim.award).joinedload(Award.csp),
        )
    ).all()


def awards_to_show(only: ColumnElement[bool]) -> Select[Award]:
    """Awards by partnership, each by reference, with what names them."""
    return (
        select(Award)
        .join(Award.proposal)
        .join(Award.csp)
        .where(only)
        .order_by(CSP.id, Proposal.reference, Award.id)
        .options(
            joinedload(Award.proposal).joinedload(Proposal.lead_organisation),
            joinedload(Award.csp),
        )
    )


def claims_of(session: Session, awards: Collection[int], quarter: Quarter) -> dict[int, Claim]:
    """The claims of some awards in a quarter, by award, whatever state they are in."""
    found = session.scalars(select(Claim).where(Claim.award_id.in_(awards), Claim.quarter == quarter))
    return {claim.award_id: claim for claim in found}


def undecided(year: FundingYear, csps: Collection[int]) -> Select[Proposal]:
    """The proposals of a year that one of these partnerships was asked and has not decided, or has put off."""
    asked = exists().where(AskedOf.proposal_id == Proposal.id, AskedOf.csp_id.in_(csps), ~_decided())
    return (
        select(Proposal)
        .where(Proposal.funding_year_id == year.id, Proposal.status == ProposalStatus.SUBMITTED, asked)
        .order_by(Proposal.reference)
        .options(joinedload(Proposal.lead_organisation))
    )


def _decided() -> ColumnElement[bool]:
    """Of those that were asked, as a condition on `AskedOf`: who has decided, and not put it off."""
    return exists().where(
        Decision.proposal_id == AskedOf.proposal_id,
        Decision.csp_id == AskedOf.csp_id,
        Decision.outcome.not_in(OPEN_OUTCOMES),
        is_current(),
    )


def to_score(session: Session, within: Within, person_id: int) -> int:
    """How many proposals wait for somebody's scores: in a round of theirs, not decided, not scored, not their own."""
    scored = exists().where(
        Assessment.proposal_id == AskedOf.proposal_id,
        Assessment.csp_id == AskedOf.csp_id,
        Assessment.assessor_id == person_id,
        Assessment.status == AssessmentStatus.SUBMITTED,
    )
    interested = exists().where(Interest.proposal_id == AskedOf.proposal_id, Interest.person_id == person_id)
    waiting = (
        select(func.count(AskedOf.id))
        .join(AskedOf.proposal)
        .join(AskedOf.csp)
        .join(Proposal.funding_year)
        .join(Round, (Round.funding_year_id == FundingYear.id) & (Round.csp_id == AskedOf.csp_id))
        .where(
            csps_within(within),
            Proposal.status == ProposalStatus.SUBMITTED,
            FundingYear.status != YearStatus.CLOSED,
            Proposal.lead_person_id.is_distinct_from(person_id),
            ~scored,
            ~interested,
            ~_decided(),
        )
    )
    return session.scalar(waiting) or 0


def rags(session: Session, only: ColumnElement[bool], quarter: Quarter, most: int) -> Sequence[Claim]:
    """The approved claims of a quarter, those in most trouble first."""
    return session.scalars(
        select(Claim)
        .join(Claim.award)
        .join(Award.proposal)
        .where(Claim.quarter == quarter, Claim.status.in_(COUNTED), only)
        .order_by(_trouble(Claim.delivery_rag), _trouble(Claim.spend_rag), Proposal.reference, Claim.id)
        .limit(most)
        .options(
            joinedload(Claim.award).joinedload(Award.proposal).joinedload(Proposal.lead_organisation),
            joinedload(Claim.award).joinedload(Award.csp),
        )
    ).all()


def _trouble(rag: Any) -> ColumnElement[int]:
    return case({word: place for place, word in enumerate(WORST_FIRST)}, value=rag, else_=len(WORST_FIRST))


def returns_under_way(session: Session, within: Within) -> Sequence[Return]:
    """The returns within reach that wait for somebody's next step, newest quarter first.

    Of what was issued only the latest version waits: a question about an earlier one is answered by the later.
    """
    return session.scalars(
        select(Return)
        .join(Return.funding_year)
        .where(Return.status.in_(STEPS), FundingYear.status != YearStatus.CLOSED, returns_within(within))
        .where(or_(Return.status.not_in(HAVE_LEFT), is_latest_issued()))
        .order_by(Return.quarter.desc(), Return.id)
        .options(
            joinedload(Return.csp),
            joinedload(Return.funding_year).joinedload(FundingYear.programme),
            selectinload(Return.queries),
        )
    ).all()
