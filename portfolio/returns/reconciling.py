"""E10: the figures of a return against sums taken from the claims and corrections themselves, by another way.

What a return shows goes through the one selection in `spend.figures`; what it is held against here does not.
"""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import Session, aliased

from portfolio.db import total
from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.money import ZERO
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns.models import Return, ReturnAmount
from portfolio.returns.rules import HAVE_LEFT, Pair, ReturnKind, differences
from portfolio.spend.models import Claim, ClaimLine, Correction
from portfolio.spend.rules import COUNTED
from reports.content import ReturnContent

Spent = dict[tuple[int, int, int, Quarter], Decimal]
"""Pounds by CSP, stream, cost category (all by number) and quarter."""


def spent_directly(session: Session, funding_year_id: int) -> Spent:
    """What approved claims and corrections of a year come to, straight from their rows."""
    keys = (Award.csp_id, ClaimLine.stream_id, ClaimLine.category_id, Claim.quarter)
    claimed = (
        select(*keys, total(ClaimLine.amount))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Proposal.funding_year_id == funding_year_id, Claim.status.in_(COUNTED))
        .group_by(*keys)
    )
    others = (Award.csp_id, Correction.stream_id, Correction.category_id, Correction.entered_in)
    corrected = (
        select(*others, total(Correction.amount))
        .join(Award, Award.id == Correction.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Proposal.funding_year_id == funding_year_id)
        .group_by(*others)
    )
    found: Spent = defaultdict(lambda: ZERO)
    for statement in (claimed, corrected):
        for csp_id, stream_id, category_id, quarter, amount in session.execute(statement):
            found[csp_id, stream_id, category_id, quarter] += amount
    return found


def unreconciled(
    session: Session, year: FundingYear, kind: ReturnKind, csp: CSP | None, content: ReturnContent
) -> list[PortfolioError]:
    """E10: what of a return does not agree with the claims, with itself, or with the returns before it."""
    spent = spent_directly(session, year.id)
    if csp is not None:
        spent = {key: amount for key, amount in spent.items() if key[0] == csp.id}
    pairs = list(_against_claims(year, spent, content))
    before = content.cover.quarter.to_date()[:-1]
    issued = returned_before(session, year.id, kind, csp, content.cover.quarter)
    if {quarter for quarter, _ in issued}.issuperset(before):  # E8 says so where they are not
        pairs += _against_returns(year, spent, issued, content.cover.quarter)
    return differences(pairs)


def _against_claims(year: FundingYear, spent: Spent, content: ReturnContent) -> Iterator[Pair]:
    """Interventions and categories, by partnership, stream and quarter; then everything together."""
    csps = {csp.id: csp.name for csp in year.police_area.csps}
    streams = {stream.id: stream.name for stream in year.programme.streams}
    for quarter in content.cover.quarter.to_date():
        place = quarter.number - 1
        of_claims: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        of_lines: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        of_categories: dict[tuple[str, str], Decimal] = defaultdict(lambda: ZERO)
        for (csp_id, stream_id, _, of), amount in spent.items():
            if of == quarter:
                of_claims[csps[csp_id], streams[stream_id]] += amount
        for line in content.interventions:
            of_lines[line.csp, line.stream] += line.quarters[place]
        for row in content.categories:
            of_categories[row.csp, row.stream] += row.actual[place]
        for key in of_claims.keys() | of_lines.keys() | of_categories.keys():
            where = f"{key[0]}, {key[1]}, {quarter.short}"
            yield Pair(f"{where}: interventions and claims", of_lines[key], of_claims[key])
            yield Pair(f"{where}: cost categories and claims", of_categories[key], of_claims[key])


def _against_returns(
    year: FundingYear, spent: Spent, issued: dict[tuple[Quarter, int], Decimal], quarter: Quarter
) -> Iterator[Pair]:
    """What was claimed in each earlier quarter is what its issued return claims."""
    streams = {stream.id: stream.name for stream in year.programme.streams}
    now: dict[tuple[Quarter, int], Decimal] = defaultdict(lambda: ZERO)
    for (_, stream_id, _, when), amount in spent.items():
        now[when, stream_id] += amount
    for earlier in quarter.to_date()[:-1]:
        for stream_id, stream in streams.items():
            what = f"{stream}, {earlier.short}: claims and corrections, and the issued return"
            yield Pair(what, now[earlier, stream_id], issued.get((earlier, stream_id), ZERO))


def returned_before(
    session: Session, funding_year_id: int, kind: ReturnKind, csp: CSP | None, quarter: Quarter
) -> dict[tuple[Quarter, int], Decimal]:
    """What the issued returns of the year's earlier quarters claim of each stream, in their latest versions."""
    rows = session.execute(
        select(Return.quarter, ReturnAmount.stream_id, ReturnAmount.amount)
        .join(Return, Return.id == ReturnAmount.return_id)
        .where(same_return(funding_year_id, kind, csp), Return.quarter.in_(quarter.to_date()[:-1]), is_latest_issued())
    )
    return {(quarter, stream_id): amount for quarter, stream_id, amount in rows}


def same_return(funding_year_id: int, kind: ReturnKind, csp: CSP | None) -> ColumnElement[bool]:
    """The returns of a year that are of one kind, for one partnership or the area: all quarters, all versions."""
    whose = Return.csp_id.is_(None) if csp is None else Return.csp_id == csp.id
    return and_(Return.funding_year_id == funding_year_id, Return.kind == kind, whose)


def is_latest_issued() -> ColumnElement[bool]:
    """The condition on `Return` that it was issued and no later version of it was."""
    later = aliased(Return)
    newer = (
        select(later.id)
        .where(
            later.funding_year_id == Return.funding_year_id,
            later.kind == Return.kind,
            func.coalesce(later.csp_id, 0) == func.coalesce(Return.csp_id, 0),
            later.quarter == Return.quarter,
            later.version > Return.version,
            later.status.in_(HAVE_LEFT),
        )
        .exists()
    )
    return and_(Return.status.in_(HAVE_LEFT), ~newer)
