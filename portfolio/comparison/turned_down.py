"""What was turned down: why, by whom and not by others, and what came back in a later year."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import and_, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session, aliased

from portfolio.comparison.facts import asked_of, rows, streams_of
from portfolio.comparison.listing import Compared, compared
from portfolio.comparison.rules import ORDER, OTHER_REASON, REASONS, reason_about
from portfolio.comparison.slices import Narrowed, Slice
from portfolio.db import Pence, Percent
from portfolio.decisions.models import Decision
from portfolio.decisions.queries import is_current
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP, FundingYear, Organisation
from portfolio.money import ZERO
from portfolio.proposals.models import AskedOf, Proposal
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear

REJECTED = ORDER.index(Outcome.REJECTED)
FEW = 50
NO_REASON = "None given"


@dataclass(frozen=True)
class ReasonGroup:
    """Rejections whose reasons are about the same thing; asked in pounds, each reason with how often it was given."""

    about: str
    rejections: int
    asked: Decimal
    reasons: tuple[tuple[str, int], ...]


def reasons(session: Session, at: Slice) -> list[ReasonGroup]:
    """Why the partnerships said no, by what the reasons are about, the most frequent first."""
    streams = streams_of(session, at)
    if not streams:
        return []
    found = session.execute(_rejected(at, streams, by_reason=True))
    counted: dict[str, list[tuple[str, int, Decimal]]] = defaultdict(list)
    for reason, number, asked in found:
        counted[reason_about(reason or "")].append((reason or NO_REASON, number, asked))
    groups = [
        ReasonGroup(
            about,
            sum(number for _, number, _ in given),
            sum((asked for *_, asked in given), ZERO),
            tuple((reason, number) for reason, number, _ in sorted(given, key=lambda each: (-each[1], each[0]))),
        )
        for about, given in counted.items()
    ]
    order = [*REASONS, OTHER_REASON]
    return sorted(groups, key=lambda group: (-group.rejections, order.index(group.about)))


def _rejected(at: Slice, streams: Sequence[Any], *, by_reason: bool) -> Any:
    fact = rows(at, streams, by_csp=True).c
    asked = asked_of(fact, len(streams))
    standing = and_(Decision.proposal_id == fact.id, Decision.csp_id == fact.csp, is_current())
    begun: Any = (
        select(Decision.reason, func.count(), type_coerce(func.sum(asked), Pence)).group_by(Decision.reason)
        if by_reason
        else select(
            fact.reference,
            Proposal.title,
            fact.year,
            Organisation.name,
            CSP.name,
            type_coerce(asked, Pence),
            type_coerce(fact.score, Percent),
            Decision.reason,
        )
        .join(Proposal, Proposal.id == fact.id)
        .join(Organisation, Organisation.id == fact.lead)
        .join(CSP, CSP.id == fact.csp)
        .order_by(fact.year.desc(), fact.reference, CSP.name)
    )
    return begun.join_from(fact.id.table, Decision, standing).where(fact.outcome == REJECTED)


@dataclass(frozen=True)
class Rejection:
    """One partnership's no."""

    reference: str
    title: str
    year: FinancialYear
    lead: str
    csp: str
    asked: Decimal
    score: Decimal | None
    reason: str | None

    @property
    def about(self) -> str:
        """What the reason is about."""
        return reason_about(self.reason or "")


def rejections(session: Session, at: Slice, limit: int = FEW) -> list[Rejection]:
    """The partnerships' rejections that stand, newest year first."""
    streams = streams_of(session, at)
    if not streams:
        return []
    return [Rejection(*row) for row in session.execute(_rejected(at, streams, by_reason=False).limit(limit))]


def decided_differently(session: Session, at: Slice, limit: int = FEW) -> list[Compared]:
    """The proposals that one partnership funded and another did not, with what every partnership answered."""
    streams = streams_of(session, at)
    if not streams:
        return []
    fact = rows(at, streams).c
    ids = session.scalars(select(fact.id).where(fact.divided == 1).order_by(fact.reference).limit(limit)).all()
    return compared(session, at, ids, of_everybody=True)


@dataclass(frozen=True)
class CameBack:
    """A proposal that was rejected, and one of a later year for the same intervention."""

    before: Compared
    after: Compared


def came_back(session: Session, at: Slice, limit: int = FEW) -> list[CameBack]:
    """What was rejected and handed in again in a later year, to the same partnerships, the newest first."""
    streams = streams_of(session, at)
    if not streams:
        return []
    fact = rows(at, streams).c
    first, later, year = aliased(Proposal), aliased(Proposal), aliased(FundingYear)
    asked = exists().where(AskedOf.proposal_id == later.id, AskedOf.csp_id.in_(at.csp_ids()))
    found = session.execute(
        select(fact.id, later.id, year.year)
        .join(first, first.id == fact.id)
        .join(later, or_(later.intervention_id == first.intervention_id, later.continues_id == first.id))
        .join(year, year.id == later.funding_year_id)
        .where(fact.outcome == REJECTED, year.year > fact.year, later.status == ProposalStatus.SUBMITTED, asked)
        .order_by(year.year.desc(), fact.reference, later.reference)
        .limit(limit)
    ).all()
    before = {row.id: row for row in compared(session, at, list(dict.fromkeys(pair[0] for pair in found)))}
    again = replace(at, years=_years(pair[2] for pair in found), narrowed=Narrowed())
    after = {row.id: row for row in compared(session, again, list(dict.fromkeys(pair[1] for pair in found)))}
    # A later proposal may ask for another stream alone, and then has nothing to stand beside.
    return [CameBack(before[one], after[other]) for one, other, _ in found if one in before and other in after]


def _years(years: Iterable[FinancialYear]) -> tuple[FinancialYear, ...]:
    return tuple(dict.fromkeys(years))
