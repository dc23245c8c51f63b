"""Allocations, awards, profiles and variations: each against what it comes from."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, case, func, literal, or_, select, type_coerce, union_all
from sqlalchemy.orm import Session, aliased

from portfolio.db import Pence
from portfolio.decisions.amounts import awarded
from portfolio.decisions.models import (
    Award,
    AwardLine,
    Decision,
    DecisionAmount,
    ProfileShare,
    Variation,
    VariationRequest,
    VariationShare,
)
from portfolio.decisions.queries import is_current
from portfolio.funding_years.models import CSP, CspAllocation, FundingYear, Programme, Stream, StreamAllocation
from portfolio.funding_years.rules import ceiling
from portfolio.money import ZERO, format_pounds
from portfolio.proposals.models import Proposal

Rows = Select[*tuple[Any, ...]]


def pounds(sum_of: Any) -> Any:
    """A sum of pence, in pounds; nothing to add up is zero."""
    return type_coerce(func.coalesce(func.sum(sum_of), ZERO), Pence)


def shares_within_streams(session: Session) -> Iterator[str]:
    """E1: what partnerships share of a stream is no more than the stream."""
    rows = session.execute(
        select(
            Programme.name,
            FundingYear.year,
            Stream.name,
            StreamAllocation.amount,
            pounds(CspAllocation.amount).label("s"),
        )
        .join(FundingYear, FundingYear.id == StreamAllocation.funding_year_id)
        .join(Programme, Programme.id == FundingYear.programme_id)
        .join(Stream, Stream.id == StreamAllocation.stream_id)
        .join(CspAllocation, CspAllocation.stream_allocation_id == StreamAllocation.id)
        .group_by(StreamAllocation.id, Programme.name, FundingYear.year, Stream.name, StreamAllocation.amount)
        .having(func.sum(CspAllocation.amount) > StreamAllocation.amount)
        .order_by(StreamAllocation.id)
    )
    for programme, year, stream, allocation, shares in rows:
        yield (
            f"{programme} {year}, {stream}: the partnerships' shares come to {format_pounds(shares)}, "
            f"the stream has {format_pounds(allocation)}"
        )


def decided(session: Session) -> Iterator[str]:
    """An award's streams are what the decision that stands awards, pound for pound."""
    of_decisions = (
        select(
            Decision.proposal_id,
            Decision.csp_id,
            DecisionAmount.stream_id,
            DecisionAmount.amount.label("decided"),
            literal(ZERO, Pence).label("awarded"),
        )
        .join(DecisionAmount, DecisionAmount.decision_id == Decision.id)
        .where(is_current())
    )
    of_awards = select(
        Award.proposal_id, Award.csp_id, AwardLine.stream_id, literal(ZERO, Pence), AwardLine.amount
    ).join(AwardLine, AwardLine.award_id == Award.id)
    both = union_all(of_decisions, of_awards).subquery("both")
    rows = session.execute(
        select(Proposal.reference, CSP.name, Stream.name, pounds(both.c.decided), pounds(both.c.awarded))
        .join_from(both, Proposal, Proposal.id == both.c.proposal_id)
        .join(CSP, CSP.id == both.c.csp_id)
        .join(Stream, Stream.id == both.c.stream_id)
        .group_by(Proposal.reference, CSP.name, Stream.name, both.c.proposal_id, both.c.csp_id, both.c.stream_id)
        .having(func.sum(both.c.decided) != func.sum(both.c.awarded))
        .order_by(both.c.csp_id, Proposal.reference)
    )
    for reference, csp, stream, decision, award in rows:
        yield (
            f"{reference} ({csp}), {stream}: the decision awards {format_pounds(decision)}, "
            f"the award has {format_pounds(award)}"
        )


def lines(*columns: Any) -> Rows:
    """A selection over award lines, with what names them: reference, partnership, stream, then the columns."""
    return (
        select(Proposal.reference, CSP.name, Stream.name, *columns)
        .select_from(AwardLine)
        .join(Award, Award.id == AwardLine.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .join(Stream, Stream.id == AwardLine.stream_id)
    )


def profiled(session: Session) -> Iterator[str]:
    """The quarters of a profile come to the award (what variations move is in both alike)."""
    rows = session.execute(
        lines(AwardLine.amount, pounds(ProfileShare.amount))
        .outerjoin(ProfileShare, ProfileShare.award_line_id == AwardLine.id)
        .group_by(Proposal.reference, CSP.name, Stream.name, AwardLine.id, AwardLine.amount)
        .having(func.coalesce(func.sum(ProfileShare.amount), ZERO) != AwardLine.amount)
        .order_by(AwardLine.id)
    )
    for reference, csp, stream, award, profile in rows:
        yield (
            f"{reference} ({csp}), {stream}: the profile comes to {format_pounds(profile)}, "
            f"the award is {format_pounds(award)}"
        )


def varied(session: Session) -> Iterator[str]:
    """What a variation does to the quarters of its two lines is its amount, taken from one and given to the other."""
    given = func.sum(case((VariationShare.award_line_id == Variation.to_line_id, VariationShare.amount), else_=ZERO))
    taken = func.sum(case((VariationShare.award_line_id == Variation.from_line_id, VariationShare.amount), else_=ZERO))
    rows = session.execute(
        select(
            Variation.reference,
            Variation.amount,
            Variation.from_line_id,
            Variation.to_line_id,
            type_coerce(func.coalesce(taken, ZERO), Pence),
            type_coerce(func.coalesce(given, ZERO), Pence),
        )
        .outerjoin(VariationShare, VariationShare.variation_id == Variation.id)
        .group_by(Variation.id, Variation.reference, Variation.amount, Variation.from_line_id, Variation.to_line_id)
        .order_by(Variation.id)
    )
    for reference, amount, from_line, to_line, from_quarters, to_quarters in rows:
        for side, line, is_, should in (
            ("takes", from_line, -from_quarters, amount),
            ("gives", to_line, to_quarters, amount),
        ):
            if is_ != (should if line is not None else ZERO):
                yield (
                    f"variation {reference}: its quarters {side.removesuffix('s')} {format_pounds(is_)}, "
                    f"it {side} {format_pounds(should)}"
                )


def allocated(session: Session) -> dict[tuple[int, int, int], tuple[Decimal, Decimal]]:
    """By funding year, CSP and stream: the allocation in pounds, and the tolerance in per cent."""
    rows = session.execute(
        select(
            StreamAllocation.funding_year_id,
            CspAllocation.csp_id,
            StreamAllocation.stream_id,
            CspAllocation.amount,
            Programme.tolerance_percent,
        )
        .join(StreamAllocation, StreamAllocation.id == CspAllocation.stream_allocation_id)
        .join(FundingYear, FundingYear.id == StreamAllocation.funding_year_id)
        .join(Programme, Programme.id == FundingYear.programme_id)
    )
    return {(year, csp, stream): (amount, tolerance) for year, csp, stream, amount, tolerance in rows}


def within_allocations(session: Session) -> Iterator[str]:
    """E1: a partnership's awards of a stream, as varied, are within its allocation and the tolerance."""
    carried, given = awarded().subquery("carried"), allocated(session)
    keys = (Proposal.funding_year_id, Award.csp_id, AwardLine.stream_id)
    rows = session.execute(
        select(*keys, FundingYear.year, CSP.name, Stream.name, pounds(carried.c.amount))
        .join_from(carried, AwardLine, AwardLine.id == carried.c.award_line_id)
        .join(Award, Award.id == AwardLine.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(FundingYear, FundingYear.id == Proposal.funding_year_id)
        .join(CSP, CSP.id == Award.csp_id)
        .join(Stream, Stream.id == AwardLine.stream_id)
        .group_by(*keys, FundingYear.year, CSP.name, Stream.name)
        .order_by(*keys)
    )
    for year_id, csp_id, stream_id, year, csp, stream, awards in rows:
        limit = ceiling(*given.get((year_id, csp_id, stream_id), (ZERO, ZERO)))
        if awards > limit:
            yield (
                f"{csp} {year}, {stream}: awards come to {format_pounds(awards)}, {format_pounds(limit)} may be awarded"
            )


def asked(session: Session) -> Iterator[str]:
    """A variation that was asked for and approved moved what was asked, from and to where it was."""
    giving, receiving, request = aliased(AwardLine), aliased(AwardLine), VariationRequest
    rows = session.execute(
        select(Variation.reference, Variation.amount, request.amount)
        .join(request, request.variation_id == Variation.id)
        .outerjoin(giving, giving.id == Variation.from_line_id)
        .outerjoin(receiving, receiving.id == Variation.to_line_id)
        .where(
            or_(
                Variation.amount != request.amount,
                giving.award_id.is_distinct_from(request.from_award_id),
                giving.stream_id.is_distinct_from(request.from_stream_id),
                receiving.award_id.is_distinct_from(request.to_award_id),
                receiving.stream_id.is_distinct_from(request.to_stream_id),
            )
        )
        .order_by(Variation.id)
    )
    for reference, moved, wanted in rows:
        said = f"{format_pounds(wanted)} was asked for, it moves {format_pounds(moved)}"
        yield f"variation {reference}: {'its awards are not those asked for' if moved == wanted else said}"
