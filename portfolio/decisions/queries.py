"""Finding decisions, awards and variations, and holding what a partnership may award. What awards come to: amounts."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

from sqlalchemy import (
    ColumnElement,
    Select,
    exists,
    false,
    or_,
    select,
    true,
)
from sqlalchemy.orm import Session, aliased, contains_eager, joinedload, selectinload

from portfolio.assessment.rules import Standing
from portfolio.decisions.models import (
    Award,
    AwardLine,
    Decider,
    Decision,
    DecisionAmount,
    ProfileShare,
    Variation,
)
from portfolio.decisions.rules import Outcome
from portfolio.errors import NotFound
from portfolio.funding_years.models import (
    CSP,
    CspAllocation,
    FundingYear,
    Programme,
    StreamAllocation,
)
from portfolio.people.models import Person
from portfolio.people.rules import Act, Viewer, Within
from portfolio.proposals.models import Proposal
from portfolio.proposals.queries import seen_by

OPEN_OUTCOMES = (Outcome.DEFERRED, Outcome.RESERVE)
"""Decisions that leave a proposal waiting for another one."""


def is_current() -> ColumnElement[bool]:
    """The decisions that no later one supersedes."""
    later = aliased(Decision)
    return ~exists().where(later.supersedes_id == Decision.id)


def current_decisions(session: Session, proposal_ids: Collection[int]) -> dict[tuple[int, int], Decision]:
    """The decision that stands of each partnership on some proposals, by (proposal, CSP)."""
    found = session.scalars(
        select(Decision).where(Decision.proposal_id.in_(proposal_ids), is_current()).options(joinedload(Decision.csp))
    )
    return {(decision.proposal_id, decision.csp_id): decision for decision in found}


def standings(session: Session, proposal_ids: Collection[int]) -> dict[tuple[int, int], Standing]:
    """How some proposals stand with each partnership that decided, by (proposal, CSP): the room of scores asks it."""
    return {
        key: Standing(decision.outcome.value, is_final=decision.outcome not in OPEN_OUTCOMES)
        for key, decision in current_decisions(session, proposal_ids).items()
    }


def find_decision(session: Session, proposal_id: int, csp_id: int) -> Decision | None:
    """The decision of a partnership on a proposal that stands, or None."""
    return current_decisions(session, [proposal_id]).get((proposal_id, csp_id))


def decisions_on(session: Session, proposal_id: int) -> Sequence[Decision]:
    """Every decision ever taken on a proposal, newest first."""
    return session.scalars(
        select(Decision)
        .where(Decision.proposal_id == proposal_id)
        .order_by(Decision.id.desc())
        .options(
            selectinload(Decision.amounts).joinedload(DecisionAmount.stream),
            joinedload(Decision.csp),
            selectinload(Decision.deciders).joinedload(Decider.person).lazyload(Person.roles),
        )
    ).all()


def get_decision(session: Session, number: int, within: Within) -> Decision:
    """A decision by its number, of a partnership within reach or on a proposal that one leads; raises NotFound."""
    led = exists().where(
        Award.proposal_id == Decision.proposal_id,
        Award.csp_id == Decision.csp_id,
        Award.lead_person_id == within.lead_id,
    )
    mine = false() if within.lead_id is None else or_(Proposal.lead_person_id == within.lead_id, led)
    of_area = FundingYear.police_area_id.in_(within.police_areas)
    reached = true() if within.everything else or_(Decision.csp_id.in_(within.csps), of_area, mine)
    year = joinedload(Decision.proposal).joinedload(Proposal.funding_year)
    found = session.scalar(
        select(Decision)
        .join(Decision.proposal)
        .join(Proposal.funding_year)
        .where(Decision.id == number, reached)
        .options(
            year.joinedload(FundingYear.programme).selectinload(Programme.streams),
            joinedload(Decision.proposal).joinedload(Proposal.lead_organisation),
            joinedload(Decision.proposal).selectinload(Proposal.asked_of),
            joinedload(Decision.csp),
            selectinload(Decision.amounts),
            joinedload(Decision.supersedes),
        )
    )
    if found is None:
        raise NotFound("There is no such decision")
    return found


def proposals_seen_by(viewer: Viewer) -> ColumnElement[bool]:
    """The proposals that somebody sees: as the proposals room says, and those whose award they lead."""
    led = exists().where(Award.proposal_id == Proposal.id, Award.lead_person_id == viewer.person_id)
    leads = viewer.within(Act.SEE_PROPOSALS).lead_id is not None
    return or_(seen_by(viewer), led) if leads else seen_by(viewer)


def awards_within(within: Within) -> ColumnElement[bool]:
    """The awards that somebody reaches, as a condition on `Award`."""
    if within.everything:
        return true()
    in_area = select(Proposal.id).join(Proposal.funding_year).where(FundingYear.police_area_id.in_(within.police_areas))
    led = false() if within.lead_id is None else Award.lead_person_id == within.lead_id
    return or_(Award.csp_id.in_(within.csps), Award.proposal_id.in_(in_area), led)


def reaches(within: Within, award: Award) -> bool:
    """Whether an award that was found is within reach: what `awards_within` asks of those that are to be found."""
    return within.holds(award.csp_id, award.proposal.funding_year.police_area_id, award.lead_person_id)


def _awards() -> Select[Award]:
    """Awards with everything that says what they are."""
    year = joinedload(Award.proposal).joinedload(Proposal.funding_year)
    return select(Award).options(
        joinedload(Award.csp),
        joinedload(Award.lead_person).lazyload(Person.roles),
        year.joinedload(FundingYear.programme).selectinload(Programme.streams),
        selectinload(Award.lines).options(
            joinedload(AwardLine.stream), selectinload(AwardLine.profile).joinedload(ProfileShare.category)
        ),
    )


def awards_of(session: Session, proposal_id: int) -> Sequence[Award]:
    """A proposal's awards, one for each partnership that ever funded it."""
    return session.scalars(_awards().where(Award.proposal_id == proposal_id).order_by(Award.id)).all()


def awards_found(session: Session, *conditions: ColumnElement[bool]) -> Sequence[Award]:
    """Awards of whatever years and partnerships, with their programmes' streams and categories, by reference."""
    year = joinedload(Award.proposal).joinedload(Proposal.funding_year)
    found = (
        select(Award)
        .join(Award.proposal)
        .where(*conditions)
        .order_by(Proposal.reference, Award.csp_id)
        .options(
            joinedload(Award.csp),
            year.joinedload(FundingYear.police_area),
            year.joinedload(FundingYear.programme).options(
                selectinload(Programme.streams), selectinload(Programme.categories)
            ),
            joinedload(Award.lines).joinedload(AwardLine.stream),
        )
    )
    return session.scalars(found).unique().all()


def find_award(session: Session, proposal_id: int, csp_id: int) -> Award | None:
    """What a partnership awarded to a proposal, read anew, or None."""
    found = _awards().where(Award.proposal_id == proposal_id, Award.csp_id == csp_id)
    return session.scalar(found.execution_options(populate_existing=True))


def get_award(session: Session, reference: str, csp_key: str, condition: ColumnElement[bool]) -> Award:
    """The award to a proposal, by reference, of a partnership, by key; raises NotFound."""
    found = session.scalar(
        _awards()
        .join(Award.proposal)
        .join(Award.csp)
        .where(Proposal.reference == reference, CSP.key == csp_key, condition)
    )
    if found is None:
        raise NotFound("There is no such award")
    return found


def variations_of(session: Session, award_ids: Collection[int]) -> Sequence[Variation]:
    """Every variation that moved money from or to some awards, newest first."""
    of_awards = select(AwardLine.id).where(AwardLine.award_id.in_(award_ids))
    giving = joinedload(Variation.from_line)
    receiving = joinedload(Variation.to_line)
    return session.scalars(
        select(Variation)
        .where(or_(Variation.from_line_id.in_(of_awards), Variation.to_line_id.in_(of_awards)))
        .order_by(Variation.approved_on.desc(), Variation.id.desc())
        .options(
            giving.joinedload(AwardLine.stream),
            giving.joinedload(AwardLine.award).options(joinedload(Award.proposal), joinedload(Award.csp)),
            receiving.joinedload(AwardLine.stream),
            receiving.joinedload(AwardLine.award).options(joinedload(Award.proposal), joinedload(Award.csp)),
        )
    ).all()


def locked_shares(session: Session, funding_year_id: int, csp_id: int) -> Mapping[int, Decimal]:
    """A partnership's share of each stream in a year, in pounds by stream, held until the end of the transaction.

    Whoever awards next to the same partnership waits here, and then sees what was awarded meanwhile (E1).
    """
    rows = session.scalars(
        select(CspAllocation)
        .join(CspAllocation.stream_allocation)
        .where(StreamAllocation.funding_year_id == funding_year_id, CspAllocation.csp_id == csp_id)
        .order_by(CspAllocation.id)
        .options(contains_eager(CspAllocation.stream_allocation))
        .with_for_update(of=CspAllocation)
        .execution_options(populate_existing=True)
    )
    return {row.stream_allocation.stream_id: row.amount for row in rows}
