"""What a claim is held against, read in the transaction that writes it: nothing can come between the two.

On PostgreSQL the award's row and the partnership's allocations are locked first, in one order everywhere, so that two
claims at once cannot both take the last pound; SQLite has one writer at a time anyway.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    SQLColumnExpression,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Session

from portfolio.db import total
from portfolio.decisions.amounts import carried_by_line
from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError
from portfolio.funding_years.models import CspAllocation, Programme, StreamAllocation
from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.spend import figures
from portfolio.spend.checks import Ground
from portfolio.spend.models import Claim, ClaimLine, Evidence, LockedQuarter
from portfolio.spend.rules import ClaimStatus, Line, VarianceRule, above_allocation, above_award, compared

WAITING = tuple(status for status in ClaimStatus if status.waits_for_finance)
"""The states of a claim that asks for money which finance has not approved yet; one that was queried is with its lead
again, and held against the award anew when it comes back."""


def hold(session: Session, awards: Iterable[Award]) -> None:
    """Keep others from claiming of these awards, and of their partnerships' allocations, until this is committed."""
    every = sorted(awards, key=lambda award: award.id)
    session.execute(select(Award.id).where(Award.id.in_([a.id for a in every])).order_by(Award.id).with_for_update())
    years = {award.proposal.funding_year_id for award in every}
    session.execute(
        select(CspAllocation.id)
        .join(StreamAllocation)
        .where(CspAllocation.csp_id.in_({a.csp_id for a in every}), StreamAllocation.funding_year_id.in_(years))
        .order_by(CspAllocation.id)
        .with_for_update(of=CspAllocation)
    )


def hold_alike(session: Session, claim: Claim) -> None:
    """Keep others from sending claims of the same transactions or files until this is committed, of any partnership's.

    They are rows of drafts already, whoever sends first; so of two sent at once the second sees the first (E7).
    """
    alike = _is_one_of({line.transaction for line in claim.lines if line.transaction})
    session.execute(select(ClaimLine.id).where(alike).order_by(ClaimLine.id).with_for_update())
    files = select(Evidence.sha256).where(Evidence.claim_id == claim.id)
    session.execute(select(Evidence.id).where(Evidence.sha256.in_(files)).order_by(Evidence.id).with_for_update())


def _is_one_of(transactions: Collection[str]) -> ColumnElement[bool]:
    """That a line's transaction is one of these, as `rules.compared` has it.

    To the letter too: SQLite makes only A to Z small, and knows no spaces but the plain one.
    """
    as_compared = func.lower(func.replace(ClaimLine.transaction, " ", ""))
    return or_(ClaimLine.transaction.in_(transactions), as_compared.in_([compared(each) for each in transactions]))


def ground_of(session: Session, award: Award, quarter: Quarter, lines: Iterable[Line] = ()) -> Ground:
    """What a claim of an award's quarter is held against; of `lines`, the transactions are looked for elsewhere."""
    return grounds_of(session, [award], quarter, {award.id: lines})[award.id]


def grounds_of(
    session: Session,
    awards: Iterable[Award],
    quarter: Quarter,
    lines_by_award: Mapping[int, Iterable[Line]] = MappingProxyType({}),
    positions: Mapping[int, Mapping[int, figures.Position]] | None = None,
) -> dict[int, Ground]:
    """What claims of several awards are held against, by award: as many statements for a thousand as for one.

    `positions` are `figures.of_awards` of the quarter, where they have been read already.
    """
    every = list(awards)
    positions = positions or figures.of_awards(session, every, quarter)
    claimed = _claimed(session, every, quarter)
    allocations = _allocations(session, every)
    elsewhere = _elsewhere(session, quarter, lines_by_award)
    locks = locks_of(session, every, [quarter])
    grounds = {}
    for award in every:
        year = award.proposal.funding_year
        programme = year.programme
        streams = {stream.id: stream.name for stream in programme.streams}
        position, of_it = positions[award.id], claimed[award.id]
        shares = {stream_id: allocations.get((year.id, award.csp_id, stream_id)) for stream_id in streams}
        grounds[award.id] = Ground(
            quarter=quarter,
            starts_on=award.starts_on,
            ends_on=award.ends_on,
            csp=award.csp.name,
            award=_named(streams, {line: position[line].award for line in position}),
            claimed=_named(streams, of_it.award),
            claimed_before=_named(streams, of_it.before),
            allocation=_named(streams, {line: share for line, share in shares.items() if share is not None}),
            claimed_by_csp=_named(streams, of_it.csp),
            profile=_named(streams, {line: position[line].profile[quarter.number - 1] for line in position}),
            planned={
                (stream, later): position[line].profile[later.number - 1]
                for line, stream in streams.items()
                if line in position
                for later in quarter.remaining()
            },
            categories={category.name: category.needs_text for category in programme.categories},
            variance_rule=rule_of(programme),
            claimed_elsewhere=elsewhere.get(award.id, {}),
            locked_because=locks.get((year.id, award.csp_id, quarter)),
            closed=year.status is YearStatus.CLOSED,
        )
    return grounds


def rule_of(programme: Programme) -> VarianceRule:
    """When the programme's funder wants a variance explained."""
    return VarianceRule(programme.variance_percent, programme.variance_floor)


def locks(quarter: SQLColumnExpression[Quarter]) -> ColumnElement[bool]:
    """That a `LockedQuarter` locks this quarter of an award, which is joined with its proposal."""
    return and_(
        LockedQuarter.funding_year_id == Proposal.funding_year_id,
        LockedQuarter.csp_id == Award.csp_id,
        LockedQuarter.quarter == quarter,
    )


def locked_quarters(session: Session, award: Award, quarters: Collection[Quarter]) -> dict[Quarter, str]:
    """Those of an award's quarters that are locked, and why."""
    return {quarter: because for (_, _, quarter), because in locks_of(session, [award], quarters).items()}


def locked_because(session: Session, award: Award, quarter: Quarter) -> str | None:
    """Why an award's quarter is locked, or None while it is open."""
    return locked_quarters(session, award, [quarter]).get(quarter)


def locks_of(
    session: Session, awards: Iterable[Award], quarters: Collection[Quarter]
) -> dict[tuple[int, int, Quarter], str]:
    """Why quarters are locked, by (funding year, CSP, quarter), where they are; of others than the awards' own too."""
    every = list(awards)
    rows = session.scalars(
        select(LockedQuarter).where(
            LockedQuarter.funding_year_id.in_({award.proposal.funding_year_id for award in every}),
            LockedQuarter.csp_id.in_({award.csp_id for award in every}),
            LockedQuarter.quarter.in_(quarters),
        )
    )
    return {(row.funding_year_id, row.csp_id, row.quarter): row.because for row in rows}


def _named(streams: Mapping[int, str], amounts: Mapping[int, Decimal]) -> dict[str, Decimal]:
    """By the stream's name, in the programme's order."""
    return {name: amounts[number] for number, name in streams.items() if number in amounts}


def committed() -> CompoundSelect[Any]:
    """Every pound that was asked for: what counts as spent, and the claims that were sent and wait.

    A claim that was left behind when its quarter was locked is not among them: it can no longer be approved. A refund
    that waits is not either: its money can be claimed again once finance has approved that it came back.
    """
    left_behind = exists().where(locks(Claim.quarter))
    waiting = (
        select(
            Claim.award_id,
            ClaimLine.stream_id,
            func.min(ClaimLine.category_id),
            Claim.quarter,
            total(ClaimLine.amount),
            literal("waiting"),
        )
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Claim.status.in_(WAITING), ~left_behind)
        .group_by(Claim.id, Claim.award_id, Claim.quarter, ClaimLine.stream_id)
        .having(total(ClaimLine.amount) > ZERO)
    )
    return union_all(*figures.spent().selects, waiting)


@dataclass
class _Claimed:
    """Claimed without a quarter's own claim, by stream: of its award, of it before the quarter, of its partnership."""

    award: dict[int, Decimal]
    before: dict[int, Decimal]
    csp: dict[int, Decimal]


def _claimed(session: Session, awards: Iterable[Award], quarter: Quarter) -> dict[int, _Claimed]:
    """By award, of one selection of all that the awards' partnerships claimed in their years."""
    every = list(awards)
    found = committed().subquery("found")
    is_own = (found.c.quarter == quarter) & (found.c.kind != "corrections")
    is_before = (found.c.quarter < quarter) | ((found.c.quarter == quarter) & (found.c.kind == "corrections"))
    year = Proposal.funding_year_id
    keys = (year, Award.csp_id, found.c.award_id, found.c.stream_id, is_own.label("own"), is_before.label("earlier"))
    rows: Iterable[Any] = session.execute(
        select(*keys, total(found.c.amount))
        .join(Award, Award.id == found.c.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Award.csp_id.in_({a.csp_id for a in every}), year.in_({a.proposal.funding_year_id for a in every}))
        .group_by(year, Award.csp_id, found.c.award_id, found.c.stream_id, "own", "earlier")
    )
    of_csps: dict[tuple[int, int], dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    own: dict[int, dict[int, Decimal]] = defaultdict(dict)
    claimed = {award.id: _Claimed(defaultdict(Decimal), defaultdict(Decimal), {}) for award in every}
    for year_id, csp_id, award_id, stream_id, is_this_quarters, earlier, amount in rows:
        of_csps[year_id, csp_id][stream_id] += amount
        if award_id not in claimed:
            continue
        if is_this_quarters:
            own[award_id][stream_id] = amount
            continue
        claimed[award_id].award[stream_id] += amount
        if earlier:
            claimed[award_id].before[stream_id] += amount
    for award in every:
        of_csp = of_csps[award.proposal.funding_year_id, award.csp_id]
        claimed[award.id].csp = {line: amount - own[award.id].get(line, ZERO) for line, amount in of_csp.items()}
    return claimed


def exceeded(
    session: Session, awards: Iterable[Award], more: Mapping[int, Decimal] | None = None
) -> dict[int, list[PortfolioError]]:
    """E2: by award, what all that was claimed exceeds, of these awards and of their partnerships' allocations.

    Awards can shrink after a claim was sent, so approving asks again. `more` is what would come on top, by stream. As
    many statements for a thousand awards as for one.
    """
    every = {award.id: award for award in awards}
    given = carried_by_line(session, every)
    allocations = _allocations(session, every.values())
    of_award, of_csp = _sums(session, every.values())
    errors: dict[int, list[PortfolioError]] = {}
    for award in every.values():
        found: list[PortfolioError | None] = []
        year_id, csp_id = award.proposal.funding_year_id, award.csp_id
        for line in award.lines:
            on_top = (more or {}).get(line.stream_id, ZERO)
            claimed = of_award.get((award.id, line.stream_id), ZERO) + on_top
            found.append(above_award(line.stream.name, claimed, given[line.id]))
            allocation = allocations.get((year_id, csp_id, line.stream_id))
            if allocation is not None and claimed:
                by_csp = of_csp[year_id, csp_id, line.stream_id] + on_top
                found.append(above_allocation(award.csp.name, line.stream.name, by_csp, allocation))
        errors[award.id] = [error for error in found if error is not None]
    return errors


def _sums(
    session: Session, awards: Iterable[Award]
) -> tuple[dict[tuple[int, int], Decimal], dict[tuple[int, int, int], Decimal]]:
    """All that was claimed, by (award, stream) and by (funding year, CSP, stream), of the awards' partnerships."""
    every = list(awards)
    found = committed().subquery("found")
    year = Proposal.funding_year_id
    rows: Iterable[Any] = session.execute(
        select(found.c.award_id, year, Award.csp_id, found.c.stream_id, total(found.c.amount))
        .join(Award, Award.id == found.c.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Award.csp_id.in_({a.csp_id for a in every}), year.in_({a.proposal.funding_year_id for a in every}))
        .group_by(found.c.award_id, year, Award.csp_id, found.c.stream_id)
    )
    of_award: dict[tuple[int, int], Decimal] = {}
    of_csp: dict[tuple[int, int, int], Decimal] = defaultdict(Decimal)
    for award_id, year_id, csp_id, stream_id, amount in rows:
        of_award[award_id, stream_id] = amount
        of_csp[year_id, csp_id, stream_id] += amount
    return of_award, of_csp


def _allocations(session: Session, awards: Iterable[Award]) -> dict[tuple[int, int, int], Decimal]:
    """What the awards' partnerships are given, by (funding year, CSP, stream)."""
    every = list(awards)
    rows: Iterable[Any] = session.execute(
        select(StreamAllocation.funding_year_id, CspAllocation.csp_id, StreamAllocation.stream_id, CspAllocation.amount)
        .join(CspAllocation, CspAllocation.stream_allocation_id == StreamAllocation.id)
        .where(
            StreamAllocation.funding_year_id.in_({a.proposal.funding_year_id for a in every}),
            CspAllocation.csp_id.in_({a.csp_id for a in every}),
        )
    )
    return {(year_id, csp_id, stream_id): amount for year_id, csp_id, stream_id, amount in rows}


def _elsewhere(
    session: Session, quarter: Quarter, lines_by_award: Mapping[int, Iterable[Line]]
) -> dict[int, dict[str, str]]:
    """By award, where else its transactions are claimed: in any claim that was sent, of whatever award."""
    asked: dict[str, set[int]] = defaultdict(set)
    typed: set[str] = set()
    for award_id, lines in lines_by_award.items():
        for line in lines:
            if line.transaction:
                asked[compared(line.transaction)].add(award_id)
                typed.add(line.transaction)
    elsewhere: dict[int, dict[str, str]] = defaultdict(dict)
    if not asked:
        return elsewhere
    rows = session.execute(
        select(ClaimLine.transaction, Claim.award_id, Proposal.reference, Claim.quarter)
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(_is_one_of(typed), Claim.status != ClaimStatus.DRAFT)
        .order_by(Claim.quarter, ClaimLine.id)
    )
    for transaction, claimed_for, reference, of in rows:
        key = compared(transaction or "")
        for award_id in asked[key]:
            if (award_id, quarter) != (claimed_for, of):
                elsewhere[award_id][key] = f"{reference}, {of.short}"
    return elsewhere


def claimed_of(session: Session, award_id: int) -> dict[int, Decimal]:
    """All that was claimed of an award, corrections included, by stream: what later decisions may not fall below."""
    found = committed().subquery("found")
    rows: Iterable[Any] = session.execute(
        select(found.c.stream_id, total(found.c.amount)).where(found.c.award_id == award_id).group_by(found.c.stream_id)
    ).all()
    return dict(rows)


@dataclass(frozen=True)
class Taken:
    """Of an award's stream, in pounds: what counts as spent, corrections included, and what was sent and waits."""

    spent: Decimal = ZERO
    waiting: Decimal = ZERO


def taken_by_line(session: Session, award_ids: Collection[int]) -> dict[tuple[int, int], Taken]:
    """What was taken of some awards, by (award, stream); a line of which nothing was taken is not there."""
    found = committed().subquery("found")
    waits = (found.c.kind == "waiting").label("waits")
    keys = (found.c.award_id, found.c.stream_id)
    rows: Iterable[Any] = session.execute(
        select(*keys, waits, total(found.c.amount)).where(found.c.award_id.in_(award_ids)).group_by(*keys, "waits")
    )
    amounts: dict[tuple[int, int], dict[str, Decimal]] = defaultdict(dict)
    for award_id, stream_id, is_waiting, amount in rows:
        amounts[award_id, stream_id]["waiting" if is_waiting else "spent"] = amount
    return {line: Taken(**found) for line, found in amounts.items()}
