"""What was turned down: why, by whom and not by others, and what came back in a later year."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from sqlalchemy import CTE, and_, exists, func, null, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session, aliased

from portfolio.comparison.facts import OfStream, asked_of, rows, streams_of
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
FEW = 25
NO_REASON = "None given"


@dataclass(frozen=True)
class ReasonGroup:
    """Rejections whose reasons are about the same thing; asked in pounds, each reason with how often it was given."""

    about: str
    rejections: int
    asked: Decimal
    reasons: tuple[tuple[str, int], ...]


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


def rejections(session: Session, at: Slice, limit: int = FEW) -> tuple[list[ReasonGroup], list[Rejection]]:
    """The partnerships' rejections that stand: why, the most frequent first; and the first of them, newest year first.

    Both come from one statement, which looks for them once.
    """
    streams = streams_of(session, at)
    if not streams:
        return [], []
    found = _rejected(at, streams)
    row = found.c
    order = (row.year.desc(), row.reference, CSP.name)
    listed = (
        select(
            func.row_number().over(order_by=order).label("place"),
            row.reference,
            Proposal.title,
            row.year,
            Organisation.name.label("lead"),
            CSP.name.label("csp"),
            type_coerce(row.asked, Pence).label("asked"),
            type_coerce(row.score, Percent).label("score"),
            row.reason,
        )
        .join(Proposal, Proposal.id == row.id)
        .join(Organisation, Organisation.id == Proposal.lead_organisation_id)
        .join(CSP, CSP.id == row.csp)
        .order_by(*order)
        .limit(limit)
        .subquery("listed")
    )
    counted = select(
        -func.count(),
        null(),
        null(),
        null(),
        null(),
        null(),
        type_coerce(func.sum(row.asked), Pence),
        null(),
        row.reason,
    ).group_by(row.reason)
    told = sorted(session.execute(union_all(select(*listed.c), counted)), key=lambda each: each.place)
    groups = _by_subject((each.reason, -each.place, each.asked) for each in told if each.place < 0)
    return groups, [Rejection(*each[1:]) for each in told if each.place > 0]


def _rejected(at: Slice, streams: Sequence[OfStream]) -> CTE:
    """What partnerships rejected: a row for each of their decisions that stands."""
    fact = rows(at, streams, by_csp=True)
    standing = and_(Decision.proposal_id == fact.c.id, Decision.csp_id == fact.c.csp, is_current())
    found: CTE = (
        select(
            fact.c.id,
            fact.c.csp,
            fact.c.reference,
            fact.c.year,
            asked_of(fact.c, len(streams)).label("asked"),
            fact.c.score,
            Decision.reason,
        )
        .join_from(fact, Decision, standing)
        .where(fact.c.outcome == REJECTED)
        .cte("rejected")
    )
    return found.prefix_with("MATERIALIZED")


def _by_subject(found: Iterable[tuple[str | None, int, Decimal]]) -> list[ReasonGroup]:
    """Reasons, how often each was given and what was asked, by what they are about, the most frequent first."""
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


@dataclass(frozen=True)
class CameBack:
    """A proposal that was rejected, and one of a later year for the same intervention."""

    before: Compared
    after: Compared


def decided_again(session: Session, at: Slice, limit: int = FEW) -> tuple[list[Compared], list[CameBack]]:
    """Those that one partnership funded and another did not, with what every partnership answered; and what came back.

    That is what was rejected and handed in again in a later year, to the same partnerships, the newest first. Both
    come from one statement, which looks for them once.
    """
    streams = streams_of(session, at)
    if not streams:
        return [], []
    fact = rows(at, streams).c
    either: CTE = (
        select(fact.id, fact.reference, fact.year, fact.outcome, fact.divided)
        .where(or_(fact.outcome == REJECTED, fact.divided == 1))
        .cte("either")
    )
    one = either.prefix_with("MATERIALIZED").c
    first, later, year = aliased(Proposal), aliased(Proposal), aliased(FundingYear)
    asked = exists().where(AskedOf.proposal_id == later.id, at.of_theirs(AskedOf.csp_id))
    newest = (year.year.desc(), one.reference, later.reference)
    back = (
        select(func.row_number().over(order_by=newest).label("place"), one.id, later.id.label("later"), year.year)
        .join(first, first.id == one.id)
        .join(later, or_(later.intervention_id == first.intervention_id, later.continues_id == first.id))
        .join(year, year.id == later.funding_year_id)
        .where(one.outcome == REJECTED, year.year > one.year, later.status == ProposalStatus.SUBMITTED, asked)
        .order_by(*newest)
        .limit(limit)
        .subquery("back")
    )
    apart = (
        select(func.row_number().over(order_by=one.reference).label("place"), one.id)
        .where(one.divided == 1)
        .order_by(one.reference)
        .limit(limit)
        .subquery("apart")
    )
    both = union_all(select(*back.c), select(*apart.c, null(), null()))
    found = sorted(session.execute(both), key=lambda each: each.place)
    divided, returned = ([each for each in found if (each.later is None) is alone] for alone in (True, False))
    ids = list(dict.fromkeys(each.id for each in (*divided, *returned)))
    before = {row.id: row for row in compared(session, at, streams, ids, of_everybody=True)}
    again = replace(at, years=_years(each.year for each in returned), narrowed=Narrowed())
    after = {
        row.id: row for row in compared(session, again, streams, list(dict.fromkeys(each.later for each in returned)))
    }
    return (
        [before[each.id] for each in divided if each.id in before],
        # A later proposal may ask for another stream alone, and then has nothing to stand beside.
        [
            CameBack(before[each.id], after[each.later])
            for each in returned
            if each.id in before and each.later in after
        ],
    )


def _years(years: Iterable[FinancialYear]) -> tuple[FinancialYear, ...]:
    return tuple(dict.fromkeys(years))
