"""Funded and rejected proposals side by side: the figures of the comparison, each summed in the database.

What is compared are the proposals handed in to the partnerships in question. Each counts once, whatever number of
partnerships it asked; what is awarded and given is those partnerships' own.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Select, case, exists, func, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from portfolio.comparison.slices import Slice
from portfolio.db import total
from portfolio.decisions.listing import Answer, Listed, as_listed
from portfolio.decisions.models import Award, AwardLine, Decision
from portfolio.decisions.queries import carried, is_current
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP, CspAllocation, Stream, StreamAllocation
from portfolio.money import ZERO, per_cent
from portfolio.proposals.models import Ask, AskedOf, Proposal
from portfolio.words import count

ORDER = (
    Outcome.FUNDED,
    Outcome.PART_FUNDED,
    Outcome.RESERVE,
    Outcome.DEFERRED,
    Outcome.REJECTED,
    Outcome.WITHDRAWN,
)
"""From yes to no; what is not decided yet comes last."""


@dataclass(frozen=True)
class Figures:
    """What was asked of a stream, what was there, and what was awarded, in pounds."""

    stream: str
    asked: Decimal = ZERO
    allocation: Decimal = ZERO
    awarded: Decimal = ZERO

    @property
    def unallocated(self) -> Decimal:
        """What is there and not awarded."""
        return self.allocation - self.awarded

    @property
    def demand(self) -> Decimal | None:
        """What was asked, in per cent of what was there; None where nothing was."""
        return per_cent(self.asked, self.allocation)

    @property
    def granted(self) -> Decimal | None:
        """What was awarded, in per cent of what was asked."""
        return per_cent(self.awarded, self.asked)


def figures_by_stream(session: Session, looked_at: Slice) -> list[Figures]:
    """Asked, there and awarded by stream; streams of one name are one, whatever programme they are of."""
    asked = (
        select(Stream.name, total(Ask.amount))
        .join(Ask, Ask.stream_id == Stream.id)
        .join(Proposal, Proposal.id == Ask.proposal_id)
        .where(looked_at.proposals(), looked_at.streams())
        .group_by(Stream.name)
    )
    allocated = (
        select(Stream.name, total(CspAllocation.amount))
        .join(StreamAllocation, StreamAllocation.stream_id == Stream.id)
        .join(CspAllocation, CspAllocation.stream_allocation_id == StreamAllocation.id)
        .where(
            StreamAllocation.funding_year_id.in_(looked_at.year_ids()),
            CspAllocation.csp_id.in_(looked_at.csp_ids()),
            looked_at.streams(),
        )
        .group_by(Stream.name, Stream.position)
        .order_by(Stream.position, Stream.name)
    )
    given = (
        select(Stream.name, total(carried()))
        .join(AwardLine, AwardLine.stream_id == Stream.id)
        .join(Award, Award.id == AwardLine.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(looked_at.proposals(), Award.csp_id.in_(looked_at.csp_ids()), looked_at.streams())
        .group_by(Stream.name)
    )
    asked_, allocated_, given_ = (_by_name(session, query) for query in (asked, allocated, given))
    return [
        Figures(name, asked_.get(name, ZERO), allocated_.get(name, ZERO), given_.get(name, ZERO))
        for name in dict.fromkeys((*allocated_, *asked_, *given_))
    ]


@dataclass(frozen=True)
class Summary:
    """The comparison in a few figures, in pounds and in numbers of proposals and of decisions."""

    streams: tuple[Figures, ...]
    proposals: int
    decisions: Mapping[Outcome, int]
    undecided: int

    @property
    def together(self) -> Figures:
        """All streams as one."""
        return Figures(
            "all",
            sum((each.asked for each in self.streams), ZERO),
            sum((each.allocation for each in self.streams), ZERO),
            sum((each.awarded for each in self.streams), ZERO),
        )

    @property
    def funded(self) -> int:
        """Decisions that give money, in full or in part."""
        return sum(number for outcome, number in self.decisions.items() if outcome.gives_money)

    @property
    def in_part(self) -> int:
        """Decisions that give a part of what was asked."""
        return self.decisions.get(Outcome.PART_FUNDED, 0)

    @property
    def rejected(self) -> int:
        """Decisions that say no."""
        return self.decisions.get(Outcome.REJECTED, 0)

    @property
    def in_words(self) -> str:
        """`4 funded (2 in part), 2 rejected, 1 not decided`."""
        others = [
            (number, outcome.value)
            for outcome, number in self.decisions.items()
            if not outcome.gives_money and outcome is not Outcome.REJECTED
        ]
        part = f" ({self.in_part} in part)" if self.in_part else ""
        told = [f"{self.funded} funded{part}", f"{self.rejected} rejected"]
        told += [f"{number} {word}" for number, word in (*others, (self.undecided, "not decided")) if number]
        return ", ".join(told)

    @property
    def proposals_in_words(self) -> str:
        """`6 proposals`."""
        return count(self.proposals, "proposal")


def summary(session: Session, looked_at: Slice) -> Summary:
    """The figures that a comparison begins with."""
    number = select(func.count()).select_from(Proposal).where(looked_at.proposals())
    return Summary(
        tuple(figures_by_stream(session, looked_at)),
        session.scalar(number) or 0,
        decisions_by_outcome(session, looked_at),
        not_decided(session, looked_at),
    )


def _by_name(session: Session, query: Select[str, Decimal]) -> dict[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for name, amount in session.execute(query):
        totals[name] = totals.get(name, ZERO) + amount
    return totals


def decisions_by_outcome(session: Session, looked_at: Slice) -> dict[Outcome, int]:
    """How many of the partnerships' decisions that stand there are of each outcome."""
    found = session.execute(
        select(Decision.outcome, func.count().label("number"))
        .join(Proposal, Proposal.id == Decision.proposal_id)
        .where(is_current(), looked_at.proposals(), Decision.csp_id.in_(looked_at.csp_ids()))
        .group_by(Decision.outcome)
    )
    counts = {row.outcome: row.number for row in found}
    return {outcome: counts[outcome] for outcome in ORDER if outcome in counts}


def not_decided(session: Session, looked_at: Slice) -> int:
    """How many answers are still owed: partnerships that were asked and have not decided."""
    answered = exists().where(Decision.proposal_id == AskedOf.proposal_id, Decision.csp_id == AskedOf.csp_id)
    owed = (
        select(func.count())
        .select_from(AskedOf)
        .join(Proposal, Proposal.id == AskedOf.proposal_id)
        .where(looked_at.proposals(), AskedOf.csp_id.in_(looked_at.csp_ids()), ~answered)
    )
    return session.scalar(owed) or 0


def proposals_compared(looked_at: Slice) -> Select[Proposal]:
    """The proposals, those funded first, then in the order of their references, ready to be shown."""
    place = case({outcome.value: number for number, outcome in enumerate(ORDER)}, value=Decision.outcome)
    best = (
        select(func.min(place))
        .where(Decision.proposal_id == Proposal.id, Decision.csp_id.in_(looked_at.csp_ids()), is_current())
        .correlate(Proposal)
        .scalar_subquery()
    )
    return (
        select(Proposal)
        .where(looked_at.proposals())
        .order_by(func.coalesce(best, len(ORDER)), Proposal.reference)
        .options(*as_listed(), selectinload(Proposal.levels), selectinload(Proposal.match_offers))
    )


@dataclass(frozen=True)
class Compared:
    """A proposal of the comparison, as the partnerships in question answered it."""

    listed: Listed
    csp_ids: Collection[int]

    @property
    def proposal(self) -> Proposal:
        """The proposal itself."""
        return self.listed.proposal

    @property
    def answers(self) -> tuple[Answer, ...]:
        """What those partnerships answered that were asked."""
        return tuple(answer for answer in self.listed.answers if answer.csp.id in self.csp_ids)

    @property
    def decisions(self) -> tuple[Decision, ...]:
        """The decisions that stand."""
        return tuple(answer.decision for answer in self.answers if answer.decision)

    @property
    def outcome(self) -> Outcome | None:
        """The most favourable decision; None where nobody decided."""
        return min((decision.outcome for decision in self.decisions), key=ORDER.index, default=None)

    @property
    def asked(self) -> Decimal:
        """All that it asks, in pounds."""
        return self.listed.asked

    @property
    def awarded(self) -> Decimal:
        """What those partnerships awarded, in pounds."""
        return sum((answer.awarded for answer in self.answers), ZERO)

    @property
    def share(self) -> Decimal | None:
        """What was awarded, in per cent of what was asked."""
        return per_cent(self.awarded, self.asked)

    @property
    def match(self) -> Decimal:
        """The match that it offers, cash and in kind, in pounds."""
        return sum((offer.pledged for offer in self.proposal.match_offers), ZERO)


def decided_differently(looked_at: Slice) -> Select[Proposal]:
    """The proposals that one partnership funded and another did not, whichever of them is looked at."""
    gives = case((Decision.outcome.in_([each for each in Outcome if each.gives_money]), 1), else_=0)
    divided = (
        select(Decision.proposal_id)
        .where(is_current())
        .group_by(Decision.proposal_id)
        .having(func.min(gives) < func.max(gives))
    )
    return (
        select(Proposal)
        .where(looked_at.proposals(), Proposal.id.in_(divided))
        .order_by(Proposal.reference)
        .options(*as_listed())
    )


def rejections(looked_at: Slice) -> Select[Decision]:
    """The partnerships' rejections that stand, with their reasons, in the order of references."""
    return (
        select(Decision)
        .join(Decision.proposal)
        .join(Decision.csp)
        .where(
            is_current(),
            Decision.outcome == Outcome.REJECTED,
            Decision.csp_id.in_(looked_at.csp_ids()),
            looked_at.proposals(),
        )
        .order_by(Proposal.reference, CSP.name)
        .options(contains_eager(Decision.proposal), contains_eager(Decision.csp))
    )
