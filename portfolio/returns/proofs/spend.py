"""Claims and corrections: within their awards and allocations, as approved, and the same sums every way."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session, selectinload

from portfolio.decisions.amounts import awarded
from portfolio.decisions.models import Award, AwardLine
from portfolio.funding_years.models import CSP, FundingYear, PoliceArea, Programme, Stream
from portfolio.money import ZERO, format_pounds
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns.proofs.awards import allocated, lines, pounds
from portfolio.returns.reconciling import spent_directly
from portfolio.spend import figures
from portfolio.spend.models import Claim, ClaimLine, Correction, CorrectionRequest
from portfolio.spend.rules import COUNTED


def within_awards(session: Session) -> Iterator[str]:
    """E2 and E13: what was claimed of an award's stream, corrections included, is within the award as varied."""
    spent, carried = figures.spent().subquery("spent"), awarded().subquery("carried")
    claimed = (
        select(spent.c.award_id, spent.c.stream_id, func.sum(spent.c.amount).label("amount"))
        .group_by(spent.c.award_id, spent.c.stream_id)
        .subquery("claimed")
    )
    given = (
        select(AwardLine.award_id, AwardLine.stream_id, func.sum(carried.c.amount).label("amount"))
        .join(carried, carried.c.award_line_id == AwardLine.id)
        .group_by(AwardLine.award_id, AwardLine.stream_id)
        .subquery("given")
    )
    rows = session.execute(
        select(Proposal.reference, CSP.name, Stream.name, pounds(claimed.c.amount), pounds(given.c.amount))
        .join_from(claimed, Award, Award.id == claimed.c.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .join(Stream, Stream.id == claimed.c.stream_id)
        .outerjoin(given, (given.c.award_id == claimed.c.award_id) & (given.c.stream_id == claimed.c.stream_id))
        .where(claimed.c.amount > func.coalesce(given.c.amount, 0))
        .group_by(Proposal.reference, CSP.name, Stream.name, Award.id, Stream.id)
        .order_by(Award.id, Stream.id)
    )
    for reference, csp, stream, claims, award in rows:
        yield (
            f"{reference} ({csp}), {stream}: {format_pounds(claims)} is claimed, the award is {format_pounds(award)}"
        )


def within_allocations(session: Session) -> Iterator[str]:
    """E2: what a partnership claimed of a stream is within its allocation."""
    given = allocated(session)
    for year in _years(session):
        csps, streams = _names(year)
        totals: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
        for (csp_id, stream_id, _, _), amount in spent_directly(session, year.id).items():
            totals[csp_id, stream_id] += amount
        for (csp_id, stream_id), claims in sorted(totals.items()):
            allocation, _ = given.get((year.id, csp_id, stream_id), (ZERO, ZERO))
            if claims > allocation:
                yield (
                    f"{csps[csp_id]}, {streams[stream_id]}: {format_pounds(claims)} is claimed, "
                    f"the allocation is {format_pounds(allocation)}"
                )


def corrected(session: Session) -> Iterator[str]:
    """A corrected quarter of an award's stream still comes to nothing less than zero."""
    claimed = (
        select(func.sum(ClaimLine.amount))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(Claim.award_id == Correction.award_id, Claim.quarter == Correction.corrects, Claim.status.in_(COUNTED))
        .where(ClaimLine.stream_id == Correction.stream_id)
        .correlate(Correction)
        .scalar_subquery()
    )
    keys = (Correction.award_id, Correction.stream_id, Correction.corrects)
    found = select(*keys, pounds(Correction.amount).label("by"), pounds(claimed).label("claimed")).group_by(*keys)
    rows = found.subquery("found")
    named = session.execute(
        lines(rows.c.corrects, rows.c.by, rows.c.claimed)
        .join(rows, (rows.c.award_id == AwardLine.award_id) & (rows.c.stream_id == AwardLine.stream_id))
        .where(rows.c.by + rows.c.claimed < 0)
        .order_by(AwardLine.id, rows.c.corrects)
    )
    for reference, csp, stream, quarter, by, was in named:
        yield (
            f"{reference} ({csp}), {stream}: {quarter.short} was {format_pounds(was)}, "
            f"corrections take {format_pounds(-by)} off it"
        )


def approved(session: Session) -> Iterator[str]:
    """Every correction that somebody asked for and somebody else approved counts as it was approved."""
    rows = session.execute(
        select(Proposal.reference, CSP.name, CorrectionRequest, Correction)
        .join_from(CorrectionRequest, Correction, Correction.id == CorrectionRequest.correction_id)
        .join(Award, Award.id == CorrectionRequest.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .where(or_(*(getattr(CorrectionRequest, column) != getattr(Correction, column) for column in SAME)))
        .order_by(CorrectionRequest.id)
    )
    for reference, csp, request, correction in rows:
        for column, words in SAME.items():
            was, now = getattr(request, column), getattr(correction, column)
            if was != now:
                yield (
                    f"{reference} ({csp}), correction {correction.id}, of {request.corrects.short}: "
                    f"{words} was approved as {_shown(was)}, what counts is {_shown(now)}"
                )


SAME = {
    "award_id": "the award's number",
    "stream_id": "the stream's number",
    "category_id": "the category's number",
    "corrects": "the quarter corrected",
    "entered_in": "the quarter it counts in",
    "amount": "the amount",
    "reason": "the reason",
}
"""What of a correction is as it was approved, by column, and what each is called."""


def _shown(value: object) -> str:
    if isinstance(value, Decimal):
        return format_pounds(value)
    return value.short if isinstance(value, Quarter) else str(value)


def sums(session: Session) -> Iterator[str]:
    """E10: each year's spend comes to the same by partnership, by project, by category and straight from its rows."""
    for year in _years(session):
        last, (csps, streams) = year.year.quarters[3], _names(year)
        direct: Cells = defaultdict(lambda: ZERO)
        for (csp_id, stream_id, _, quarter), amount in spent_directly(session, year.id).items():
            direct[csp_id, stream_id, quarter] += amount
        csp_of = dict(_csps_of_awards(session, year))
        by_csp = figures.by_csp(session, year.id, last).items()
        by_line = figures.by_line(session, year.id, last).items()
        by_category = figures.by_category(session, year.id, last).items()
        ways = {
            "partnerships": _cells(year, ((key, position.actual) for key, position in by_csp)),
            "projects": _cells(year, (((csp_of[award], stream), line.actual) for (award, stream), line in by_line)),
            "cost categories": _cells(year, (((csp, stream), amounts) for (csp, stream, _), amounts in by_category)),
        }
        for csp_id in csps:
            for stream_id in streams:
                where = f"{csps[csp_id]}, {streams[stream_id]}"
                yield from _apart(where, csp_id, stream_id, year, direct, ways)


Cells = dict[tuple[int, int, Quarter], Decimal]
"""Pounds by CSP, stream and quarter."""


def _cells(year: FundingYear, rows: Iterable[tuple[tuple[int, int], figures.ByQuarter]]) -> Cells:
    found: Cells = defaultdict(lambda: ZERO)
    for (csp_id, stream_id), amounts in rows:
        for quarter, amount in zip(year.year.quarters, amounts, strict=True):
            found[csp_id, stream_id, quarter] += amount
    return found


def _apart(
    where: str, csp_id: int, stream_id: int, year: FundingYear, direct: Cells, ways: dict[str, Cells]
) -> Iterator[str]:
    """The first quarter in which a way of adding up differs; where none does, the year to date agrees too."""
    for way, cells in ways.items():
        for quarter in year.year.quarters:
            key = csp_id, stream_id, quarter
            if cells[key] != direct[key]:
                yield (
                    f"{where}, {quarter.short}: {format_pounds(cells[key])} by {way}, "
                    f"{format_pounds(direct[key])} in the claims and corrections"
                )
                break


def _years(session: Session) -> list[FundingYear]:
    """Every funding year, with the names that its figures go by."""
    return list(
        session.scalars(
            select(FundingYear)
            .order_by(FundingYear.id)
            .options(
                selectinload(FundingYear.programme).selectinload(Programme.streams),
                selectinload(FundingYear.police_area).selectinload(PoliceArea.csps),
            )
        )
    )


def _names(year: FundingYear) -> tuple[dict[int, str], dict[int, str]]:
    csps = {csp.id: f"{csp.name} {year.year}" for csp in year.police_area.csps}
    return csps, {stream.id: stream.name for stream in year.programme.streams}


def _csps_of_awards(session: Session, year: FundingYear) -> Iterator[tuple[int, int]]:
    rows = session.execute(
        select(Award.id, Award.csp_id).join(Award.proposal).where(Proposal.funding_year_id == year.id)
    )
    return ((award_id, csp_id) for award_id, csp_id in rows)
