"""What the pages of assessing show of many proposals: what waits for its assessor, how far rounds have come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from portfolio.assessment import queries
from portfolio.assessment.actions import Standings
from portfolio.assessment.models import Assessment, PanelScore
from portfolio.assessment.rules import Advice, AssessmentStatus, advice, is_decided
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.queries import csps_within
from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO
from portfolio.people.rules import Act, Viewer
from portfolio.proposals.models import AskedOf, Proposal, Round
from portfolio.proposals.queries import requested
from portfolio.proposals.rules import ProposalStatus

NOT_BEGUN, CONFLICTED = "not started", "not yours to score"


def advice_on(of: Round, percent: Decimal, *, passes_gates: bool) -> Advice:
    """What a round's thresholds say of a weighted score in per cent."""
    return advice(percent, of.recommend_from, of.discuss_from, passes_gates=passes_gates)


@dataclass(frozen=True)
class ToScore:
    """A proposal that a partnership's panel has before it: what it asks, in pounds, and how far its reader has come."""

    proposal: Proposal
    csp: CSP
    asked: Decimal
    days_late: int | None
    mine: str

    @property
    def waits(self) -> bool:
        """Whether its reader can still score it."""
        return self.mine in (NOT_BEGUN, AssessmentStatus.DRAFT.value)

    @property
    def way_in(self) -> str | None:
        """What its reader goes on to do; None where they take no part in it."""
        if self.mine == CONFLICTED:
            return None
        if self.mine == NOT_BEGUN:
            return "Score it"
        return "Go on scoring it" if self.waits else "See your scores"


def to_score(session: Session, viewer: Viewer, standings: Standings) -> list[ToScore]:
    """What the panels that somebody sits on have before them and have not decided, what waits for their score first."""
    found = session.scalars(
        select(AskedOf)
        .join(AskedOf.proposal)
        .join(AskedOf.csp)
        .join(Proposal.funding_year)
        .join(Round, (Round.funding_year_id == FundingYear.id) & (Round.csp_id == AskedOf.csp_id))
        .where(
            csps_within(viewer.within(Act.ASSESS)),
            Proposal.status == ProposalStatus.SUBMITTED,
            FundingYear.status != YearStatus.CLOSED,
        )
        .order_by(Proposal.reference, CSP.name)
        .options(
            contains_eager(AskedOf.csp),
            contains_eager(AskedOf.proposal).options(
                contains_eager(Proposal.funding_year), joinedload(Proposal.lead_organisation)
            ),
        )
    ).all()
    ids = {each.proposal_id for each in found}
    standing = standings(session, ids)
    still = [each for each in found if not is_decided(standing.get((each.proposal_id, each.csp_id)))]
    amounts = requested(session, Proposal.id.in_({each.proposal_id for each in still}))
    mine = _mine(session, viewer, {each.proposal_id: each.proposal for each in still})
    rows = [
        ToScore(
            each.proposal,
            each.csp,
            sum(amounts.get(each.proposal_id, {}).values(), ZERO),
            each.days_late,
            mine.get((each.proposal_id, each.csp_id)) or mine.get((each.proposal_id, None)) or NOT_BEGUN,
        )
        for each in still
    ]
    return sorted(rows, key=lambda row: not row.waits)


def _mine(session: Session, viewer: Viewer, proposals: Mapping[int, Proposal]) -> dict[tuple[int, int | None], str]:
    """How far somebody has come, by proposal and partnership; by proposal alone where they may not score it at all."""
    own = select(Assessment.proposal_id, Assessment.csp_id, Assessment.status).where(
        Assessment.assessor_id == viewer.person_id, Assessment.proposal_id.in_(proposals)
    )
    taking_no_part = queries.interested_in(session, viewer.person_id, proposals)
    taking_no_part |= {number for number, one in proposals.items() if one.lead_person_id == viewer.person_id}
    states: dict[tuple[int, int | None], str] = {(number, None): CONFLICTED for number in taking_no_part}
    for proposal_id, csp_id, status in session.execute(own):
        if proposal_id not in taking_no_part:
            states[proposal_id, csp_id] = status.value
    return states


@dataclass(frozen=True)
class RoundTold:
    """A round in a list: how many proposals it has before it, and on how many anybody's score counts."""

    round: Round
    proposals: int
    scored: int


def rounds_told(session: Session, rounds: Sequence[Round]) -> list[RoundTold]:
    """Some rounds, in their order, with how far their panels have come."""
    ids = [each.id for each in rounds]
    before = (
        select(Round.id, func.count(AskedOf.id), func.count(PanelScore.id))
        .join(Proposal, Proposal.funding_year_id == Round.funding_year_id)
        .join(AskedOf, (AskedOf.proposal_id == Proposal.id) & (AskedOf.csp_id == Round.csp_id))
        .outerjoin(PanelScore, (PanelScore.proposal_id == Proposal.id) & (PanelScore.csp_id == Round.csp_id))
        .where(Round.id.in_(ids), Proposal.status == ProposalStatus.SUBMITTED)
        .group_by(Round.id)
    )
    counted = {row[0]: (row[1], row[2]) for row in session.execute(before)}
    return [RoundTold(each, *counted.get(each.id, (0, 0))) for each in rounds]
