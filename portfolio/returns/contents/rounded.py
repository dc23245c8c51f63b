"""A return's figures as its funder wants them rounded: streams by quarters, that add up both ways and over the year."""

from dataclasses import replace
from decimal import Decimal

from sqlalchemy import select

from portfolio.returns.contents.notes import NOTE
from portfolio.returns.contents.scope import Scope
from portfolio.returns.models import Return
from portfolio.returns.rules import HAVE_LEFT, ReturnKind
from portfolio.returns.snapshot import thaw
from portfolio.rounding import METHOD, rounded_table
from reports.content import Kind, Note, ReturnContent, Rounded, RoundedRow
from reports.totals import summary_totals


def with_rounding(scope: Scope, content: ReturnContent) -> ReturnContent:
    """The return with its rounded figures and how they were made, where its funder asks for them.

    What the last quarter's return showed for the quarters that are over stays as it was shown there, wherever the
    exact figures allow it, so that a year's returns carry on from one another.
    """
    unit = scope.year.programme.rounds_to
    if unit is None or scope.kind not in (Kind.OPCC, Kind.HOME_OFFICE):
        return content
    streams, shown = summary_totals(content).streams, _shown_before(scope, unit)
    table = rounded_table(
        [line.quarters for line in streams],
        Decimal(unit),
        running=True,
        printed=[shown.get(line.stream, (None,) * 4) for line in streams],
    )
    rows = tuple(
        RoundedRow(line.stream, (first, second, third, fourth))
        for line, (first, second, third, fourth) in zip(streams, table.cells, strict=True)
    )
    return replace(content, rounded=Rounded(unit, METHOD, rows), notes=(Note(NOTE, "Rounding", METHOD), *content.notes))


def _shown_before(scope: Scope, unit: int) -> dict[str, tuple[Decimal | None, ...]]:
    """What the return of the quarter before showed of the quarters that were over, in the same unit, by stream."""
    over = scope.quarter.number - 1
    if not over:
        return {}
    snapshot = scope.session.scalar(
        select(Return.snapshot)
        .where(
            Return.funding_year_id == scope.year.id,
            Return.kind == ReturnKind(scope.kind.value),
            Return.quarter == scope.quarter.to_date()[-2],
            Return.status.in_(HAVE_LEFT),
        )
        .order_by(Return.version.desc())
        .limit(1)
    )
    before = None if snapshot is None else thaw(snapshot).rounded
    if before is None or before.unit != unit:
        return {}
    return {row.stream: (*row.quarters[:over], *(None for _ in range(4 - over))) for row in before.rows}
