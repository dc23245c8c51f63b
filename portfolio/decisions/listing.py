"""The list of proposals: which are wanted, and for each what it asks and what every partnership decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, exists, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload, selectinload
from sqlalchemy.sql.base import ExecutableOption

from portfolio.db import total
from portfolio.decisions.amounts import carried
from portfolio.decisions.models import Award, AwardLine, Decision
from portfolio.decisions.queries import current_decisions, is_current, proposals_seen_by
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP, FundingYear, Stream
from portfolio.money import ZERO
from portfolio.people.rules import Viewer
from portfolio.proposals.models import Ask, AskedOf, Proposal
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear
from portfolio.words import begin

UNDECIDED, DRAFT, TAKEN_BACK = "not-decided", "draft", "taken-back"
STANDINGS = (
    *((outcome.value, begin(outcome.value)) for outcome in Outcome),
    (UNDECIDED, "Not decided"),
    (DRAFT, "Draft"),
    (TAKEN_BACK, "Taken back by its lead"),
)
"""Where a proposal can stand, as an address says it and as people do."""


@dataclass(frozen=True)
class Wanted:
    """What the list is narrowed to; None is everything."""

    year: FinancialYear | None = None
    csp_id: int | None = None
    standing: str | None = None

    def condition(self) -> ColumnElement[bool]:
        """As a condition on `Proposal`."""
        years = select(FundingYear.id).where(FundingYear.year == self.year)
        asked = exists().where(AskedOf.proposal_id == Proposal.id, AskedOf.csp_id == self.csp_id)
        return (
            (true() if self.year is None else Proposal.funding_year_id.in_(years))
            & (true() if self.csp_id is None else asked)
            & self._standing()
        )

    def _standing(self) -> ColumnElement[bool]:
        by_csp = true() if self.csp_id is None else Decision.csp_id == self.csp_id
        match self.standing:
            case None:
                return true()
            case "draft":
                return Proposal.status == ProposalStatus.DRAFT
            case "taken-back":
                return Proposal.status == ProposalStatus.WITHDRAWN
            case "not-decided":
                return (Proposal.status == ProposalStatus.SUBMITTED) & self._owed()
            case outcome:
                return exists().where(
                    Decision.proposal_id == Proposal.id, Decision.outcome == Outcome(outcome), by_csp, is_current()
                )

    def _owed(self) -> ColumnElement[bool]:
        """Somebody who was asked has not decided."""
        answered = exists().where(Decision.proposal_id == AskedOf.proposal_id, Decision.csp_id == AskedOf.csp_id)
        by_csp = true() if self.csp_id is None else AskedOf.csp_id == self.csp_id
        return exists().where(AskedOf.proposal_id == Proposal.id, by_csp, ~answered)


def proposals_wanted(viewer: Viewer, wanted: Wanted) -> Select[Proposal]:
    """The proposals that somebody sees and wants, newest year first, ready to be shown."""
    return _to_show().where(proposals_seen_by(viewer), wanted.condition())


def same_intervention(viewer: Viewer, proposal: Proposal) -> Select[Proposal]:
    """The intervention's proposals of other years, newest first: what became of it before and after."""
    return _to_show().where(
        Proposal.intervention_id == proposal.intervention_id, Proposal.id != proposal.id, proposals_seen_by(viewer)
    )


def _to_show() -> Select[Proposal]:
    return (
        select(Proposal)
        .join(Proposal.funding_year)
        .order_by(FundingYear.year.desc(), Proposal.reference)
        .options(contains_eager(Proposal.funding_year), *as_listed())
    )


def as_listed() -> tuple[ExecutableOption, ...]:
    """What `listed` and its pages need of each proposal, loaded with all of them."""
    return joinedload(Proposal.lead_organisation), selectinload(Proposal.asked_of).joinedload(AskedOf.csp)


def years_seen_by(session: Session, viewer: Viewer) -> Sequence[FinancialYear]:
    """The years in which somebody sees proposals, newest first."""
    years = select(FundingYear.year).join(Proposal, Proposal.funding_year_id == FundingYear.id)
    seen = years.where(proposals_seen_by(viewer)).distinct()
    return sorted(session.scalars(seen), reverse=True)


@dataclass(frozen=True)
class Answer:
    """What one partnership that was asked says: its decision that stands, and what it awarded, in pounds."""

    csp: CSP
    decision: Decision | None
    awarded: Decimal


@dataclass(frozen=True)
class Listed:
    """A proposal of a list: what it asks, in pounds, and the partnerships' answers, in the order they were asked."""

    proposal: Proposal
    asked: Decimal
    answers: tuple[Answer, ...]

    @property
    def awarded(self) -> Decimal:
        """All that it was awarded, in pounds."""
        return sum((answer.awarded for answer in self.answers), ZERO)


def listed(session: Session, proposals: Sequence[Proposal], stream: str | None = None) -> list[Listed]:
    """Some proposals, in their order, with what they ask and were awarded, of one stream or of all."""
    ids = [proposal.id for proposal in proposals]
    of_stream = true() if stream is None else Stream.name == stream
    asks = session.execute(
        select(Ask.proposal_id, total(Ask.amount).label("amount"))
        .join(Stream, Stream.id == Ask.stream_id)
        .where(Ask.proposal_id.in_(ids), of_stream)
        .group_by(Ask.proposal_id)
    )
    awards = session.execute(
        select(Award.proposal_id, Award.csp_id, total(carried()).label("amount"))
        .join(AwardLine, AwardLine.award_id == Award.id)
        .join(Stream, Stream.id == AwardLine.stream_id)
        .where(Award.proposal_id.in_(ids), of_stream)
        .group_by(Award.proposal_id, Award.csp_id)
    )
    asked = {row.proposal_id: row.amount for row in asks}
    awarded = {(row.proposal_id, row.csp_id): row.amount for row in awards}
    decisions = current_decisions(session, ids)

    def answer(proposal: Proposal, csp: CSP) -> Answer:
        key = (proposal.id, csp.id)
        return Answer(csp, decisions.get(key), awarded.get(key, ZERO))

    return [
        Listed(proposal, asked.get(proposal.id, ZERO), tuple(answer(proposal, each.csp) for each in proposal.asked_of))
        for proposal in proposals
    ]
