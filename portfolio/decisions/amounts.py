"""What awards carry and plan, in pounds.

An award line carries the pounds decided and what variations moved since; its plan is its profile and what variations
added to it. Both are selections here, so that every figure of an award is summed from the same rows.
"""

from collections.abc import Collection
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, false, func, null, select, true, type_coerce, union_all
from sqlalchemy.orm import Session

from portfolio.db import Pence, total
from portfolio.decisions.models import Award, AwardLine, ProfileShare, VariationShare
from portfolio.decisions.profiles import Cells, followed
from portfolio.funding_years.models import CostCategory, Stream
from portfolio.money import ZERO
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter


def carried() -> ColumnElement[Decimal]:
    """What an award line carries, in pounds: the amount decided, and what variations moved since."""
    moved = select(func.sum(VariationShare.amount)).where(VariationShare.award_line_id == AwardLine.id)
    return type_coerce(AwardLine.amount + func.coalesce(moved.correlate(AwardLine).scalar_subquery(), ZERO), Pence)


def awarded() -> Select[int, Decimal]:
    """What every award line carries, in pounds."""
    return select(AwardLine.id.label("award_line_id"), carried().label("amount"))


def planned() -> CompoundSelect[Any]:
    """What award lines plan by quarter, in pounds: their profile, and what variations added to it or took from it."""
    return union_all(
        select(ProfileShare.award_line_id, ProfileShare.quarter, ProfileShare.amount),
        select(VariationShare.award_line_id, VariationShare.quarter, VariationShare.amount),
    )


def awarded_by_csp_and_stream(
    session: Session, funding_year_id: int, csp_id: int | None = None
) -> dict[tuple[int, int], Decimal]:
    """What partnerships awarded of each stream in a year, in pounds, by (CSP, stream)."""
    found = session.execute(
        select(Award.csp_id, AwardLine.stream_id, total(carried()))
        .join(AwardLine, AwardLine.award_id == Award.id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Proposal.funding_year_id == funding_year_id, *([Award.csp_id == csp_id] if csp_id is not None else []))
        .group_by(Award.csp_id, AwardLine.stream_id)
    )
    return {(csp, stream): amount for csp, stream, amount in found}


def carried_by_line(session: Session, award_ids: Collection[int]) -> dict[int, Decimal]:
    """What each line of some awards carries, in pounds, by line."""
    rows = session.execute(awarded().where(AwardLine.award_id.in_(award_ids)))
    return {row.award_line_id: row.amount for row in rows}


def plan_by_line(session: Session, award_ids: Collection[int]) -> dict[int, dict[Quarter, Decimal]]:
    """What each line of some awards plans by quarter, in pounds, by line."""
    plan = planned().subquery("plan")
    rows = session.execute(
        select(plan.c.award_line_id, plan.c.quarter, total(plan.c.amount))
        .join(AwardLine, AwardLine.id == plan.c.award_line_id)
        .where(AwardLine.award_id.in_(award_ids))
        .group_by(plan.c.award_line_id, plan.c.quarter)
        .order_by(plan.c.quarter)
    )
    plans: dict[int, dict[Quarter, Decimal]] = {}
    for line, quarter, amount in rows:
        plans.setdefault(line, {})[quarter] = amount
    return plans


def plans_by_category(
    session: Session, award_ids: Collection[int], quarter: Quarter
) -> dict[int, dict[tuple[str, str], Decimal]]:
    """What awards plan of a quarter by award and (stream, category), in pounds; nothing where they go by stream alone.

    What variations moved, which is not by category, falls on the categories as they were planned.
    """
    decided = select(ProfileShare.award_line_id, ProfileShare.category_id, ProfileShare.amount, false().label("varied"))
    varied = select(VariationShare.award_line_id, null(), VariationShare.amount, true())
    both = union_all(
        decided.where(ProfileShare.quarter == quarter), varied.where(VariationShare.quarter == quarter)
    ).subquery("both")
    rows = session.execute(
        select(AwardLine.award_id, Stream.name, CostCategory.name, both.c.varied, total(both.c.amount))
        .join(AwardLine, AwardLine.id == both.c.award_line_id)
        .join(Stream, Stream.id == AwardLine.stream_id)
        .outerjoin(CostCategory, CostCategory.id == both.c.category_id)
        .where(AwardLine.award_id.in_(award_ids))
        .group_by(AwardLine.award_id, Stream.name, CostCategory.name, CostCategory.position, both.c.varied)
        .order_by(CostCategory.position)
    )
    planned: dict[tuple[int, str], Cells] = {}
    moved: dict[tuple[int, str], Decimal] = {}
    for award_id, stream, category, is_varied, amount in rows:
        if is_varied:
            moved[award_id, stream] = amount
        else:
            planned.setdefault((award_id, stream), {})[quarter, category] = amount
    plans: dict[int, dict[tuple[str, str], Decimal]] = {award_id: {} for award_id in award_ids}
    for (award_id, stream), cells in planned.items():
        after = followed(cells, {quarter: moved[award_id, stream]}) if (award_id, stream) in moved else cells
        plans[award_id] |= {(stream, category): amount for (_, category), amount in after.items() if category}
    return plans
