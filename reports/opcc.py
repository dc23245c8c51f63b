"""The quarterly return of a CSP, or of all CSPs combined to the OPCC: twelve sheets."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from portfolio.money import ZERO
from portfolio.quarters import FinancialYear
from reports.checks import AT_MOST, EQUAL, NO_LEDGER, TOLD, Check, Figure, FromRecord, checks_sheet
from reports.common import (
    accrued_column,
    assemble,
    certification_sheet,
    heading,
    interventions_sheet,
    match_sheet,
    measures_sheet,
    quarter_headings,
    sheet,
    sum_of,
)
from reports.content import CategoryRow, DecisionRow, OutputRow, ReturnContent, VariationRow
from reports.names import Names, sums_where
from reports.notes import FORECASTS, ONCE_PER_CSP, PERCENTAGES, VARIANCE
from reports.rounded import rounded_checks, rounded_sheets
from reports.sheets import Book, Column, Shape, Sheet, Table, money, percentage, text
from reports.totals import InterventionLine, SummaryLine, SummaryTotals, intervention_lines, summary_totals


def quarterly_book(content: ReturnContent) -> Book:
    """The twelve sheets; figures that stand on Interventions or Spend by category are taken from there by formula."""
    names, totals = Names(content), summary_totals(content)
    lines = intervention_lines(content)
    interventions = interventions_sheet(content, names, lines)
    categories = _categories_sheet(content, names)
    decisions = _decisions_sheet(content, names)
    summary = _summary_sheet(content, names, totals, interventions, decisions)
    rounded = rounded_sheets(content, names, interventions)
    checks = [
        *_checks(content, totals, lines, names, summary, interventions, categories),
        *rounded_checks(content, rounded),
    ]
    return assemble(
        content,
        [
            summary,
            interventions,
            categories,
            match_sheet(content, names),
            _variations_sheet(content, names),
            _outputs_sheet(content, names),
            measures_sheet(content),
            decisions,
            *rounded,
            checks_sheet(content, checks),
            certification_sheet(content),
        ],
    )


def _summary_sheet(
    content: ReturnContent, names: Names, totals: SummaryTotals, interventions: Sheet, decisions: Sheet
) -> Sheet:
    number, by_quarter = content.cover.quarter.number, quarter_headings(content)
    before, coming = by_quarter[: number - 1], by_quarter[number:]

    def taken_from(source: Sheet, column: str) -> str:
        return sums_where(source, column, names, CSP="{CSP}", Stream="{Stream}")

    last_year = f"Outturn {FinancialYear(content.cover.quarter.year.start - 1)}"

    columns: list[Column[SummaryLine]] = [
        text("CSP", lambda line: names.csp(line.csp), 36),
        text("Stream", lambda line: names.stream(line.stream), 14),
        money("Allocation", lambda line: line.allocation),
        money("Awarded", lambda line: line.awarded, taken_from(interventions, "Award")),
        money("Unallocated", lambda line: line.unallocated, "ROUND({Allocation}-{Awarded},2)"),
        *(
            money(
                name,
                _quarter(place),
                taken_from(interventions, name),
                note=None if place < number else FORECASTS,
            )
            for place, name in enumerate(by_quarter)
        ),
        money("To date", lambda line: line.to_date, sum_of(by_quarter[:number])),
        money("Forecast", lambda line: line.forecast, sum_of(coming) if coming else None),
        money("Outturn", lambda line: line.outturn, sum_of(["To date", "Forecast"])),
        money("Profile to date", lambda line: line.profile_to_date, taken_from(interventions, "Profile to date")),
        money("Variance", lambda line: line.variance, "ROUND({To date}-{Profile to date},2)", note=VARIANCE),
        percentage("Variance %", "Variance", "Profile to date", PERCENTAGES),
        money("Claimed before", lambda line: line.claimed_before, sum_of(before) if before else None),
        money("This claim", lambda line: line.this_claim, f"{{{by_quarter[number - 1]}}}"),
        money("Cumulative", lambda line: line.to_date, sum_of(["Claimed before", "This claim"])),
        money("Remaining of allocation", lambda line: line.remaining, "ROUND({Allocation}-{Cumulative},2)"),
        money("Requested", lambda line: line.requested, taken_from(decisions, "Requested"), note=ONCE_PER_CSP),
        *([money(last_year, lambda line: line.last_year)] if totals.overall.last_year is not None else []),
    ]
    several = len({line.csp for line in totals.lines}) > 1
    return sheet(
        "Summary",
        f"Summary by CSP and stream: {heading(content)}",
        ["One row for each CSP and stream, then all CSPs by stream, then the total. Amounts are in pounds."]
        if several
        else ["One row for each stream, then the total. Amounts are in pounds."],
        Table(
            "Summary",
            columns,
            totals.lines,
            "No allocation has been made",
            "Total",
            subtotals=totals.streams if several else (),
            subtotal_by="Stream",
            sortable=False,
        ),
        frozen=2,
    )


def _quarter(place: int) -> Callable[[SummaryLine], Decimal]:
    return lambda line: line.quarters[place]


def _actual(place: int) -> Callable[[CategoryRow], Decimal]:
    return lambda row: row.actual[place]


def _categories_sheet(content: ReturnContent, names: Names) -> Sheet:
    by_quarter = quarter_headings(content)[: content.cover.quarter.number]
    columns: list[Column[CategoryRow]] = [
        text("CSP", lambda row: names.csp(row.csp), 38),
        text("Stream", lambda row: names.stream(row.stream), 16),
        text("Cost category", lambda row: row.category, 34),
        *(money(name, _actual(place)) for place, name in enumerate(by_quarter)),
        money("To date", lambda row: sum(row.actual, ZERO), sum_of(by_quarter)),
        *accrued_column(content),
    ]
    return sheet(
        "Spend by category",
        f"Spend by cost category: {heading(content)}",
        ["What each CSP spent of each stream, by cost category, corrections included. Amounts are in pounds."],
        Table("SpendByCategory", columns, content.categories, "Nothing has been spent", "Total"),
        frozen=3,
    )


def _variations_sheet(content: ReturnContent, names: Names) -> Sheet:
    columns: list[Column[VariationRow]] = [
        text("What", lambda row: row.what, 26),
        text("Reference", lambda row: row.reference, 13, blank="None"),
        text("CSP", lambda row: names.csp(row.csp), 30, blank="All CSPs"),
        text("Stream", lambda row: names.stream(row.stream), 14),
        text("From", lambda row: row.moved_from, 28, blank="Not applicable"),
        text("To", lambda row: row.moved_to, 28, blank="Not applicable"),
        money("Amount", lambda row: row.amount, total=False),
        text("Reason", lambda row: row.reason, 50),
        text("Approved by", lambda row: row.approved_by, 24, blank="Not applicable"),
        Column("Date", lambda row: row.on, Shape.DATE, 14, blank="Not applicable"),
    ]
    return sheet(
        "Variations",
        f"Variations and underspend: {heading(content)}",
        ["Money moved between awards, streams or back to unallocated; forecast underspends. Amounts are in pounds."],
        Table("Variations", columns, content.variations, "No variations were made and no underspend is forecast"),
    )


def _outputs_sheet(content: ReturnContent, names: Names) -> Sheet:
    columns: list[Column[OutputRow]] = [
        text("Reference", lambda row: row.reference, 13),
        text("Title", lambda row: row.title, 34),
        text("CSP", lambda row: names.csp(row.csp), 28),
        text("Kind", lambda row: row.kind, 12),
        text("Indicator", lambda row: row.indicator, 44),
        text("Unit", lambda row: row.unit, 16),
        Column("Target", lambda row: row.target, Shape.NUMBER, 14, blank="No target set"),
        Column("This quarter", lambda row: row.this_quarter, Shape.NUMBER, 14, blank="Not reported"),
        Column("To date", lambda row: row.to_date, Shape.NUMBER, 14, blank="Not reported"),
    ]
    return sheet(
        "Outputs",
        f"Outputs and outcomes: {heading(content)}",
        ["What each award set out to do, against what was done."],
        Table("Outputs", columns, content.outputs, "No outputs or outcomes have been set up"),
        frozen=2,
    )


def _decisions_sheet(content: ReturnContent, names: Names) -> Sheet:
    columns: list[Column[DecisionRow]] = [
        text("Reference", lambda row: row.reference, 13),
        text("Title", lambda row: row.title, 30),
        text("Lead organisation", lambda row: row.lead_organisation, 22),
        text("CSP", lambda row: names.csp(row.csp), 24),
        text("New or continuation", lambda row: row.kind, 14),
        text("Stream", lambda row: names.stream(row.stream), 14),
        money("Requested", lambda row: row.requested, total=False, note=ONCE_PER_CSP),
        text("Decision", lambda row: row.outcome, 14),
        money("Awarded", lambda row: row.awarded),
        text("Reason", lambda row: row.reason, 40),
        text("Decided by", lambda row: row.body, 24, blank="Not yet decided"),
        Column("Date", lambda row: row.on, Shape.DATE, 14, blank="Not yet decided"),
        text("Minute", lambda row: row.minute, 12),
        text("Conditions", lambda row: row.conditions, 28, blank="None"),
    ]
    return sheet(
        "Decisions",
        f"Proposals and decisions: {heading(content)}",
        ["Each proposal and stream as each CSP decided on it. Amounts are in pounds."],
        Table("Decisions", columns, content.decisions, "No proposals have been put forward", "Total"),
        frozen=2,
    )


def _checks(
    content: ReturnContent,
    totals: SummaryTotals,
    rows: Sequence[InterventionLine],
    names: Names,
    summary: Sheet,
    interventions: Sheet,
    categories: Sheet,
) -> list[Check]:
    """Combined = sum of CSPs; categories = streams = summary; quarters = to date; nothing above its ceiling."""
    number, by_quarter = content.cover.quarter.number, quarter_headings(content)
    overall, spent = totals.overall, content.categories

    def total_of(source: Sheet, column: str, amounts: Iterable[Decimal]) -> Figure:
        return Figure(f"{source.name}, {column}, total", sum(amounts, ZERO), source.total(column))

    def equal(about: str, first: Figure, second: Figure) -> Check:
        return Check(about, first, EQUAL, second)

    checks = [
        equal(
            "Awards",
            total_of(summary, "Awarded", [overall.awarded]),
            total_of(interventions, "Award", (line.row.award for line in rows)),
        )
    ]
    for place, name in enumerate(by_quarter):
        claimed = total_of(interventions, name, (line.row.quarters[place] for line in rows))
        checks.append(equal(name, total_of(summary, name, [overall.quarters[place]]), claimed))
        if place < number:
            by_category = total_of(categories, name, (row.actual[place] for row in spent))
            checks.append(equal(f"{name} by category", by_category, claimed))
    to_date = total_of(summary, "To date", [overall.to_date])
    by_quarters = Figure(
        f"Summary, {' + '.join(by_quarter[:number])}, totals",
        sum(overall.quarters[:number], ZERO),
        "ROUND({},2)".format("+".join(summary.total(name) for name in by_quarter[:number])),
    )
    this_claim = total_of(summary, "This claim", [overall.this_claim])
    checks += [
        equal("To date, and the quarters", to_date, by_quarters),
        equal("To date", to_date, total_of(interventions, "Actual to date", (line.to_date for line in rows))),
        equal("Claimed before and this claim", total_of(summary, "Cumulative", [overall.to_date]), to_date),
        equal("This claim", this_claim, total_of(interventions, "Actual this quarter", (line.actual for line in rows))),
        equal(
            "Outturn",
            total_of(summary, "Outturn", [overall.outturn]),
            total_of(interventions, "Outturn", (line.outturn for line in rows)),
        ),
    ]
    return [
        *checks,
        *_stream_checks(totals, rows, names, summary, interventions),
        *_line_checks(totals, names, summary, categories, spent),
        *_ledger_lines(content, totals, names, summary),
    ]


def _stream_checks(
    totals: SummaryTotals, rows: Sequence[InterventionLine], names: Names, summary: Sheet, interventions: Sheet
) -> Iterable[Check]:
    """All CSPs together, stream by stream."""
    if not summary.table.subtotals:
        return
    after = len(totals.lines)
    cells = [summary.cell("This claim", after + place) for place in range(len(totals.streams))]
    for place, stream in enumerate(totals.streams):
        name = names.stream(stream.stream)
        yield Check(
            f"This claim: all CSPs, {name}",
            Figure(f"Summary, This claim, all CSPs, {name}", stream.this_claim, cells[place]),
            EQUAL,
            Figure(
                f"Interventions, Actual this quarter, {name}",
                sum((line.actual for line in rows if line.row.stream == stream.stream), ZERO),
                sums_where(interventions, "Actual this quarter", names, Stream=summary.cell("Stream", after + place)),
            ),
        )
    yield Check(
        "This claim: all CSPs, and the streams",
        Figure("Summary, This claim, total", totals.overall.this_claim, summary.total("This claim")),
        EQUAL,
        Figure(
            "Summary, This claim, all CSPs, the streams together",
            sum((stream.this_claim for stream in totals.streams), ZERO),
            f"ROUND({'+'.join(cells)},2)",
        ),
    )


def _line_checks(
    totals: SummaryTotals, names: Names, summary: Sheet, categories: Sheet, spent: Iterable[CategoryRow]
) -> Iterable[Check]:
    """Each CSP's stream: its categories, and its two ceilings."""
    by_category: dict[tuple[str, str], Decimal] = {}
    for row in spent:
        by_category[row.csp, row.stream] = by_category.get((row.csp, row.stream), ZERO) + sum(row.actual, ZERO)
    for place, line in enumerate(totals.lines):
        csp, stream = summary.cell("CSP", place), summary.cell("Stream", place)
        who = f"{names.csp(line.csp)}, {names.stream(line.stream)}"
        awarded = Figure("Summary, Awarded", line.awarded, summary.cell("Awarded", place))
        yield Check(
            f"Categories: {who}",
            Figure(
                "Spend by category, To date",
                by_category.get((line.csp, line.stream), ZERO),
                sums_where(categories, "To date", names, CSP=csp, Stream=stream),
            ),
            EQUAL,
            Figure("Summary, To date", line.to_date, summary.cell("To date", place)),
        )
        yield Check(
            f"Awards within allocation: {who}",
            awarded,
            AT_MOST,
            Figure("Summary, Allocation", line.allocation, summary.cell("Allocation", place)),
        )
        yield Check(
            f"Claims within awards: {who}",
            Figure("Summary, Cumulative", line.to_date, summary.cell("Cumulative", place)),
            AT_MOST,
            awarded,
        )


def _ledger_lines(content: ReturnContent, totals: SummaryTotals, names: Names, summary: Sheet) -> Iterable[Check]:
    """Each CSP's ledger held against its claim, and what timing leaves unexplained of the difference."""
    places = {line.csp: place for place, line in reversed(list(enumerate(totals.lines)))}
    for row in content.ledger or ():
        who = "no project" if row.csp is None else names.csp(row.csp)
        cell = summary.cell("CSP", places[row.csp]) if row.csp in places else None
        claimed = Figure(
            "Nothing is claimed of it" if row.csp is None else "Summary, This claim",
            row.claimed,
            None if cell is None else sums_where(summary, "This claim", names, CSP=cell),
        )
        if row.ledger is None:
            yield Check(f"Ledger: {who}", Figure(NO_LEDGER, None, None), TOLD, claimed)
            continue
        yield Check(f"Ledger: {who}", Figure(FromRecord.LEDGER, row.ledger, None), TOLD, claimed)
        yield Check(
            f"Ledger, left unexplained: {who}",
            Figure(FromRecord.LEDGER_LESS_CLAIMED, row.ledger - row.claimed, None),
            TOLD,
            Figure(FromRecord.TIMING, row.timing, None),
        )
