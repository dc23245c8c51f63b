"""Variations: approved moves of money between awards, streams, or to and from what is unallocated."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portfolio.decisions import queries, rules
from portfolio.decisions.actions import Claimed
from portfolio.decisions.models import Award, AwardLine, Variation, VariationShare
from portfolio.errors import PortfolioError, SaidTwice, refuse_any
from portfolio.funding_years.models import FundingYear, Stream
from portfolio.funding_years.rules import closed
from portfolio.money import ZERO
from portfolio.proposals.rules import next_reference
from portfolio.quarters import Quarter, between


def line_of(award: Award, stream: Stream) -> AwardLine:
    """An award's line of a stream; one that carries nothing yet where the award had none of it."""
    for line in award.lines:
        if line.stream_id == stream.id:
            return line
    line = AwardLine(stream=stream, stream_id=stream.id, amount=ZERO, profile=[])
    award.lines.append(line)
    return line


def approve_variation(
    session: Session,
    *,
    giving: AwardLine | None,
    receiving: AwardLine | None,
    amount: Decimal,
    reason: str,
    approved_on: date,
    approved_by: str,
    claimed: Claimed,
    today: date,
    reference: str | None = None,
) -> Variation:
    """Move pounds from one award's line to another's, or (with one side None) from or to unallocated.

    The giving line loses its latest quarters first and never what is claimed; the receiving one gains from the quarter
    of the approval on. Its partnership's allocation is held (E1). Without a reference it gets the next of its year.
    """
    sides = [line for line in (giving, receiving) if line is not None]
    year_of = {line.award.proposal.funding_year_id: line.award.proposal.funding_year for line in sides}
    # Both partnerships' shares are held, in one order, before anything is counted: nobody else moves it meanwhile.
    for year_id, csp_id in sorted({(line.award.proposal.funding_year_id, line.award.csp_id) for line in sides}):
        queries.locked_shares(session, year_id, csp_id)
    refuse_any(
        [
            *(closed(year.status, year.year) for year in year_of.values()),
            rules.not_yet("The approval", approved_on, today, "approved_on"),
            _above_allocation(session, giving, receiving, amount),
            *rules.bad_variation(
                amount,
                reason,
                sides=len(sides),
                same_line=giving is not None and giving is receiving,
                same_year=len(year_of) < 2,
                can_give=_can_give(session, giving, claimed),
            ),
            _said_twice(session, giving, receiving, amount, reason, approved_on),
        ]
    )
    [year] = year_of.values()
    variation = Variation(
        reference=reference or _next_reference(session, year),
        from_line=giving,
        to_line=receiving,
        amount=amount,
        approved_on=approved_on,
        approved_by=approved_by,
        reason=reason,
    )
    session.add(variation)
    plans = queries.plan_by_line(session, {line.award_id for line in sides})
    variation.shares = variation_shares(variation, plans)
    return variation


def variation_shares(variation: Variation, plans: Mapping[int, Mapping[Quarter, Decimal]]) -> list[VariationShare]:
    """What a variation does to its lines' quarters, unchecked; `plans` are pounds by line and quarter before it."""
    giving, receiving, shares = variation.from_line, variation.to_line, []
    if giving is not None:
        taken = rules.lost(plans[giving.id], variation.amount)
        shares += [VariationShare(award_line_id=giving.id, quarter=each, amount=part) for each, part in taken.items()]
    if receiving is not None:
        quarters = list(between(receiving.award.starts_on, receiving.award.ends_on))
        since = Quarter.containing(variation.approved_on)
        added = rules.gained(plans.get(receiving.id, {}), variation.amount, quarters, since)
        shares += [
            VariationShare(award_line_id=receiving.id, quarter=each, amount=part) for each, part in added.items()
        ]
    return shares


def _next_reference(session: Session, year: FundingYear) -> str:
    """The next free reference of a year: V25-01, V25-02, …"""
    prefix = f"V{year.year.start % 100:02d}-"
    begins_so = Variation.reference.startswith(prefix, autoescape=True)
    return next_reference(prefix, session.scalars(select(Variation.reference).where(begins_so)).all())


def _can_give(session: Session, giving: AwardLine | None, claimed: Claimed) -> Decimal | None:
    """What a line carries that is not claimed, in pounds."""
    if giving is None:
        return None
    carried = queries.carried_by_line(session, [giving.award_id])[giving.id]
    return carried - max(claimed(session, giving.award_id).get(giving.stream_id, ZERO), ZERO)


def _said_twice(
    session: Session,
    giving: AwardLine | None,
    receiving: AwardLine | None,
    amount: Decimal,
    reason: str,
    approved_on: date,
) -> PortfolioError | None:
    same = exists().where(
        Variation.from_line == giving,
        Variation.to_line == receiving,
        Variation.amount == amount,
        Variation.reason == reason,
        Variation.approved_on == approved_on,
    )
    return SaidTwice("variation", "let its reason say so", "reason") if session.scalar(select(same)) else None


def _above_allocation(
    session: Session, giving: AwardLine | None, receiving: AwardLine | None, amount: Decimal
) -> PortfolioError | None:
    """E1 on the receiving side; a move within one partnership's stream changes nothing there."""
    if receiving is None:
        return None
    award = receiving.award
    if giving is not None and (giving.award.csp_id, giving.stream_id) == (award.csp_id, receiving.stream_id):
        return None
    year = award.proposal.funding_year
    awards = queries.awarded_by_csp_and_stream(session, year.id, award.csp_id)
    share = queries.locked_shares(session, year.id, award.csp_id).get(receiving.stream_id, ZERO)
    after = awards.get((award.csp_id, receiving.stream_id), ZERO) + amount
    above = rules.above_allocation(
        award.csp.name, receiving.stream.name, after, share, year.programme.tolerance_percent
    )
    return above.at("amount") if above else None
