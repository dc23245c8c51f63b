"""The return to the Home Office: the area's claim, and the Statement of Grant Expenditure at the year's end."""

from collections.abc import Callable, Sequence
from decimal import Decimal

from portfolio.money import ZERO
from reports.checks import AT_MOST, EQUAL, Check, Figure, FromRecord, checks_sheet
from reports.common import (
    NOT_STATED,
    OF_WHICH_ACCRUED,
    Item,
    accrued_column,
    assemble,
    certification_sheet,
    heading,
    interventions_sheet,
    items,
    match_sheet,
    measures_sheet,
    quarter_headings,
    sheet,
    sum_of,
)
from reports.content import AssetRow, ReturnContent, Statement
from reports.names import Names, sums_where
from reports.notes import ACCRUED, BALANCE, MATCH_APART, WITHHELD
from reports.rounded import rounded_checks, rounded_sheets
from reports.sheets import Book, Column, Shape, Sheet, Table, money, text
from reports.totals import (
    ClaimLine,
    StatementCategory,
    StatementLine,
    claim_totals,
    intervention_lines,
    statement_categories,
    statement_lines,
    summary_totals,
    tells_accrued,
)


def claim_book(content: ReturnContent) -> Book:
    """The quarterly claim; at Q4, where the content has a statement, with its sheets."""
    names, claims = Names(content), claim_totals(content)
    interventions = interventions_sheet(content, names, intervention_lines(content))
    summary = _claim_sheet(content, names, claims, interventions)
    checks = _claim_checks(content, names, claims, summary, interventions)
    sheets = [summary, interventions, match_sheet(content, names), measures_sheet(content)]
    if content.statement is not None:
        statement = _statement_sheets(content, content.statement, names)
        sheets += statement
        checks += _statement_checks(content, statement, interventions)
    rounded = rounded_sheets(content, names, interventions)
    checks += rounded_checks(content, rounded)
    return assemble(content, [*sheets, *rounded, checks_sheet(content, checks), certification_sheet(content)])


def statement_book(content: ReturnContent) -> Book:
    """The Statement of Grant Expenditure by itself."""
    if content.statement is None:
        raise ValueError("a Statement of Grant Expenditure needs the year's statement in its content")
    sheets = _statement_sheets(content, content.statement, Names(content))
    checks = _statement_checks(content, sheets, None)
    return assemble(content, [*sheets, checks_sheet(content, checks), certification_sheet(content)])


def _claim_sheet(content: ReturnContent, names: Names, claims: Sequence[ClaimLine], interventions: Sheet) -> Sheet:
    number, by_quarter = content.cover.quarter.number, quarter_headings(content)

    def sums(*columns: str) -> str | None:
        parts = [sums_where(interventions, column, names, Stream="{Stream}") for column in columns]
        return "ROUND({},2)".format("+".join(parts)) if len(parts) > 1 else next(iter(parts), None)

    coming = by_quarter[number : number + 1]
    columns: list[Column[ClaimLine]] = [
        text("Stream", lambda line: names.stream(line.stream), 18),
        money("Total grant", lambda line: line.grant),
        money("Claimed before", lambda line: line.claimed_before, sums(*by_quarter[: number - 1])),
        money("This claim", lambda line: line.this_claim, sums("Actual this quarter")),
        money("Running total", lambda line: line.running_total, sum_of(["Claimed before", "This claim"])),
        money("Remaining", lambda line: line.remaining, "ROUND({Total grant}-{Running total},2)"),
        money(
            "Last quarter's forecast for this quarter",
            lambda line: line.forecast,
            sums("Forecast last quarter for this quarter"),
        ),
        money("Actual this quarter", lambda line: line.this_claim, "{This claim}"),
        money(
            "Actual less forecast",
            lambda line: line.difference,
            "ROUND({Actual this quarter}-{Last quarter's forecast for this quarter},2)",
        ),
        text("Reason for the difference", _reason, 60),
        money(
            "Next quarter's forecast",
            lambda line: "Not applicable: the year ends" if line.next_forecast is None else line.next_forecast,
            sums(*coming),
            total=bool(coming),
        ),
    ]
    return sheet(
        "Claim summary",
        f"Claim summary by stream: {heading(content)}",
        ["One row for each stream of the grant, the whole area together. Amounts are in pounds."],
        Table("ClaimSummary", columns, claims, "No allocation has been made", "Total"),
    )


def _reason(line: ClaimLine) -> str | None:
    return line.reason if line.difference else "Not needed: no difference"


def _claim_checks(
    content: ReturnContent, names: Names, claims: Sequence[ClaimLine], summary: Sheet, interventions: Sheet
) -> list[Check]:
    number, by_quarter = content.cover.quarter.number, quarter_headings(content)
    overall = summary_totals(content).overall

    def total_of(source: Sheet, column: str, amount: Decimal) -> Figure:
        return Figure(f"{source.name}, {column}, total", amount, source.total(column))

    quarters = Figure(
        f"Interventions, {' + '.join(by_quarter[:number])}, totals",
        overall.to_date,
        "ROUND({},2)".format("+".join(interventions.total(name) for name in by_quarter[:number])),
    )
    to_date = total_of(interventions, "Actual to date", overall.to_date)
    checks = [
        Check(
            "This claim",
            total_of(summary, "This claim", sum((line.this_claim for line in claims), ZERO)),
            EQUAL,
            total_of(interventions, "Actual this quarter", overall.this_claim),
        ),
        Check(
            "Running total",
            total_of(summary, "Running total", sum((line.running_total for line in claims), ZERO)),
            EQUAL,
            to_date,
        ),
        Check("To date, and the quarters", to_date, EQUAL, quarters),
        Check(
            "Spend by category",
            Figure(
                FromRecord.SPENT_BY_CATEGORY,
                sum((sum(row.actual, ZERO) for row in content.categories), ZERO),
                None,
            ),
            EQUAL,
            to_date,
        ),
    ]
    for place, line in enumerate(claims):
        stream = names.stream(line.stream)
        running = Figure("Claim summary, Running total", line.running_total, summary.cell("Running total", place))
        grant = Figure("Claim summary, Total grant", line.grant, summary.cell("Total grant", place))
        awarded = Figure(
            f"Interventions, Award, {stream}",
            sum((row.award for row in content.interventions if row.stream == line.stream), ZERO),
            sums_where(interventions, "Award", names, Stream=summary.cell("Stream", place)),
        )
        checks.append(Check(f"Claims within grant: {stream}", running, AT_MOST, grant))
        checks.append(Check(f"Claims within awards: {stream}", running, AT_MOST, awarded))
    return checks


BY_STREAM, BY_CATEGORY = "Statement by stream", "Statement by category"
STILL_KEPT = "Still kept"


def _statement_sheets(content: ReturnContent, statement: Statement, names: Names) -> list[Sheet]:
    by_category = _by_category_sheet(content, names)
    sheets = [_by_stream_sheet(content, names, by_category), by_category, _assets_sheet(content, statement)]
    return sheets if statement.register is None else [*sheets, _register_sheet(content, statement.register, names)]


def _quarter(place: int) -> Callable[[StatementCategory], Decimal]:
    return lambda line: line.quarters[place]


def _by_category_sheet(content: ReturnContent, names: Names) -> Sheet:
    by_quarter = quarter_headings(content)[: content.cover.quarter.number]
    columns: list[Column[StatementCategory]] = [
        text("Stream", lambda line: names.stream(line.stream), 18),
        text("Cost category", lambda line: line.category, 40),
        *(money(name, _quarter(place)) for place, name in enumerate(by_quarter)),
        money("Eligible expenditure", lambda line: line.expenditure, sum_of(by_quarter)),
        *accrued_column(content),
    ]
    return sheet(
        BY_CATEGORY,
        f"Statement of Grant Expenditure by stream and category: {heading(content)}",
        ["Eligible expenditure by stream and cost category, the whole area together. Amounts are in pounds."],
        Table("StatementByCategory", columns, statement_categories(content), "Nothing has been spent", "Total"),
        frozen=2,
    )


def _by_stream_sheet(content: ReturnContent, names: Names, by_category: Sheet) -> Sheet:
    lines = statement_lines(content)
    columns: list[Column[StatementLine]] = [
        text("Stream", lambda line: names.stream(line.stream), 18),
        money("Allocation", lambda line: line.allocation),
        money(
            "Eligible expenditure",
            lambda line: line.expenditure,
            sums_where(by_category, "Eligible expenditure", names, Stream="{Stream}"),
        ),
        money("Grant received", lambda line: line.received),
        money(
            "Balance due from (+) or to (-) the funder",
            lambda line: line.balance,
            "ROUND({Eligible expenditure}-{Grant received},2)",
            note=BALANCE,
        ),
        money("Unspent", lambda line: line.unspent, "ROUND({Allocation}-{Eligible expenditure},2)"),
        money("Match spent", lambda line: line.match_spent, note=MATCH_APART),
    ]
    if any(line.withheld is not None for line in lines):
        columns.append(money("Withheld by the funder", lambda line: line.withheld, note=WITHHELD))
    if tells_accrued(content):
        sums = sums_where(by_category, OF_WHICH_ACCRUED, names, Stream="{Stream}")
        columns.append(money(OF_WHICH_ACCRUED, lambda line: line.accrued, sums, note=ACCRUED))
    return sheet(
        "Statement by stream",
        f"Statement of Grant Expenditure by stream: {heading(content)}",
        ["What was granted, spent and received in the year, by stream. Amounts are in pounds."],
        Table("StatementByStream", columns, lines, "No allocation has been made", "Total"),
    )


def _assets_sheet(content: ReturnContent, statement: Statement) -> Sheet:
    lines = [
        Item("Assets bought with the grant", statement.assets),
        Item("Independent assurance", statement.assurance),
    ]
    return sheet(
        "Assets and assurance",
        f"Assets and independent assurance: {heading(content)}",
        ["Assets bought with the grant, and the reference of the independent assurance."],
        items("AssetsAndAssurance", lines),
    )


def _register_sheet(content: ReturnContent, register: Sequence[AssetRow], names: Names) -> Sheet:
    columns: list[Column[AssetRow]] = [
        text("Reference", lambda row: row.reference, 11),
        text("Asset", lambda row: row.description, 24),
        text("CSP", lambda row: names.csp(row.csp), 20),
        text("Stream", lambda row: names.stream(row.stream), 12),
        text("Serial or inventory number", lambda row: row.serial, 14),
        text("Kept at", lambda row: row.kept_at, 15, blank=NOT_STATED),
        Column("Bought on", lambda row: row.bought_on, Shape.DATE, 12),
        money("Cost", lambda row: row.cost),
        Column("Disposed of on", lambda row: row.disposed_on, Shape.DATE, 12, blank=STILL_KEPT),
        money("Proceeds of disposal", lambda row: row.proceeds),
        text("What became of it", lambda row: row.disposed_because, 20, blank=STILL_KEPT),
    ]
    return sheet(
        "Asset register",
        f"Register of assets: {heading(content)}",
        ["Assets bought with the grant that are declared to the funder. Amounts are in pounds."],
        Table("AssetRegister", columns, register, "No asset is declared", "Total"),
        frozen=2,
    )


def _statement_checks(content: ReturnContent, sheets: Sequence[Sheet], interventions: Sheet | None) -> list[Check]:
    """The statement's parts agree, and agree with the record of claims: Interventions, where the book has it."""
    by_stream, by_category, *_ = sheets
    lines, categories = statement_lines(content), statement_categories(content)
    overall = summary_totals(content).overall
    spent = Figure(
        "Statement by category, Eligible expenditure, total",
        sum((line.expenditure for line in categories), ZERO),
        by_category.total("Eligible expenditure"),
    )
    claimed = (
        Figure(FromRecord.SPENT_BY_QUARTER, overall.to_date, None)
        if interventions is None
        else Figure("Interventions, Actual to date, total", overall.to_date, interventions.total("Actual to date"))
    )
    return [
        Check(
            "Statement: streams and categories",
            Figure(
                "Statement by stream, Eligible expenditure, total",
                sum((line.expenditure for line in lines), ZERO),
                by_stream.total("Eligible expenditure"),
            ),
            EQUAL,
            spent,
        ),
        Check("Statement: categories and claims", spent, EQUAL, claimed),
        Check(
            "Statement: allocation",
            Figure(
                "Statement by stream, Allocation, total",
                sum((line.allocation for line in lines), ZERO),
                by_stream.total("Allocation"),
            ),
            EQUAL,
            Figure(FromRecord.ALLOCATED, overall.allocation, None),
        ),
        *(
            Check(
                f"Statement: expenditure within allocation, {line.stream}",
                Figure(
                    "Statement by stream, Eligible expenditure",
                    line.expenditure,
                    by_stream.cell("Eligible expenditure", place),
                ),
                AT_MOST,
                Figure("Statement by stream, Allocation", line.allocation, by_stream.cell("Allocation", place)),
            )
            for place, line in enumerate(lines)
        ),
    ]
