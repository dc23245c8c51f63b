"""What came of the money: outputs and outcomes against targets, and the funder's success measures."""

from collections.abc import Iterator

from portfolio.measures.rules import NO_CAUSE, published
from portfolio.progress.charts import MEASURE, OUTCOMES, Drawn
from portfolio.progress.gathering import Gathered
from portfolio.returns.contents.progress import NOT_REPORTED
from portfolio.words import figure
from reports.content import MeasureRow, OutputRow
from reports.documents import Block, Bullets, Paragraph, Table


def outcomes(told: Gathered, drawn: dict[str, Drawn]) -> Iterator[Block | Drawn]:
    """Each indicator against its target."""
    if not told.content.outputs:
        yield Paragraph("No outputs or outcomes were promised, or none are recorded.")
        return
    if "outcomes" in drawn:
        yield drawn["outcomes"]
    yield Table(
        OUTCOMES,
        ("Intervention", "What is counted", "Kind", "Target", "This quarter", "To date"),
        tuple(
            (f"{row.reference} {row.title}", f"{row.indicator} ({row.unit})", row.kind, *_counts(told, row))
            for row in told.content.outputs
        ),
        frozenset({3, 4, 5}),
    )
    yield Paragraph(f"{NO_CAUSE} Counts under five are not shown.")


def _counts(told: Gathered, row: OutputRow) -> tuple[str, str, str]:
    """The target, which counts nobody, then what was reported as it may be published."""
    return (
        "None agreed" if row.target is None else figure(row.target),
        NOT_REPORTED if row.this_quarter is None else published(row.this_quarter),
        told.instead_of(row) or (NOT_REPORTED if row.to_date is None else figure(row.to_date)),
    )


def measures(told: Gathered, drawn: dict[str, Drawn]) -> Iterator[Block | Drawn]:
    """Each measure by quarter: a figure, or why there is none."""
    rows = told.content.measures
    if not rows:
        yield Paragraph("No success measures are set up for this grant and area.")
        return
    yield Table(
        f"Success measures of the {told.year.police_area.name} police area",
        ("Measure", "Quarter", "Figure", "Where"),
        tuple((f"{row.code} {row.measure}", row.quarter.short, _observed(row), row.geography) for row in rows),
    )
    defined = {
        (row.code, row.definition): f"{row.code}: {row.definition}. Source: {row.source or 'not given'}" for row in rows
    }
    yield Bullets(tuple(defined.values()))
    for name, each in drawn.items():
        if name.startswith(MEASURE):
            yield each
            yield each.chart.as_table()
    yield Paragraph("A figure that is not available is not a figure of zero. Counts under five are not shown.")


def _observed(row: MeasureRow) -> str:
    if row.value is not None:
        return published(row.value)
    if row.unavailable == NOT_REPORTED:
        return NOT_REPORTED
    return f"Not available: {row.unavailable}" if row.unavailable else "Not available, and no reason is given"
