"""The sums that workbook and pages share."""

from dataclasses import replace
from decimal import Decimal

import pytest

from portfolio.money import ZERO, from_pence
from reports.content import Kind, ReturnContent, StatementRow
from reports.totals import (
    ALL_CSPS,
    ALL_STREAMS,
    category_total,
    claim_totals,
    intervention_lines,
    share_of,
    statement_categories,
    statement_lines,
    statement_total,
    summary_totals,
)
from tests.reports.content_samples import (
    BCP,
    DORSET,
    EXPECTED,
    LABOUR,
    NON_LABOUR,
    closed,
    dorset,
    first_quarter,
    many_csps,
    year_end,
)


def test_summary_of_dorset() -> None:
    totals = summary_totals(dorset())
    for line in totals.lines:
        assert line.this_claim == from_pence(EXPECTED["Q2"][line.csp, line.stream])
        assert line.claimed_before == from_pence(EXPECTED["Q1"][line.csp, line.stream])
        assert line.to_date == from_pence(EXPECTED["to date"][line.csp, line.stream])
        assert line.unallocated == ZERO
    assert [(line.csp, line.this_claim) for line in totals.streams] == [
        (ALL_CSPS, from_pence(EXPECTED["Q2"][LABOUR])),
        (ALL_CSPS, from_pence(EXPECTED["Q2"][NON_LABOUR])),
    ]
    whole = totals.overall
    assert (whole.csp, whole.stream) == (ALL_CSPS, ALL_STREAMS)
    assert (whole.this_claim, whole.to_date) == (Decimal("72857.14"), Decimal("136071.10"))
    assert (whole.forecast, whole.outturn) == (Decimal("155613.88"), Decimal("291684.98"))
    assert (whole.variance, whole.variance_share) == (Decimal("-4694.51"), Decimal("-0.0333"))
    assert whole.remaining == whole.allocation - whole.to_date == Decimal("155928.90")


def test_nothing_is_claimed_before_the_first_quarter() -> None:
    overall = summary_totals(first_quarter()).overall
    assert (overall.claimed_before, overall.this_claim) == (ZERO, Decimal("63213.96"))


@pytest.mark.parametrize("content", [dorset(), first_quarter(), year_end(), many_csps(7, 5, quarter=3)])
def test_lines_streams_and_whole_agree(content: ReturnContent) -> None:
    totals = summary_totals(content)
    for figure in (
        "allocation",
        "awarded",
        "this_claim",
        "claimed_before",
        "to_date",
        "outturn",
        "variance",
        "remaining",
    ):
        whole = getattr(totals.overall, figure)
        assert sum(getattr(line, figure) for line in totals.lines) == whole
        assert sum(getattr(line, figure) for line in totals.streams) == whole
    lines = intervention_lines(content)
    assert sum(line.actual for line in lines) == totals.overall.this_claim
    assert sum(line.outturn for line in lines) == totals.overall.outturn
    assert sum(line.variance_to_date for line in lines) == totals.overall.variance


def test_costs_of_a_stream_that_nobody_was_given_have_a_line() -> None:
    whole = dorset()
    extra = replace(whole.categories[0], csp="Somewhere else")
    (line,) = [
        line
        for line in summary_totals(replace(whole, categories=(*whole.categories, extra))).lines
        if line.csp == "Somewhere else"
    ]
    assert (line.allocation, line.awarded, line.to_date, line.variance_share) == (ZERO, ZERO, ZERO, None)


def test_a_share_is_rounded_half_up_away_from_zero() -> None:
    assert share_of(Decimal("0.125"), Decimal(100)) == Decimal("0.0013")
    assert share_of(Decimal("-0.125"), Decimal(100)) == Decimal("-0.0013")
    assert share_of(Decimal(1), ZERO) is None


def test_claim_of_the_home_office() -> None:
    labour, non_labour = claim_totals(dorset(Kind.HOME_OFFICE))
    assert (labour.claimed_before, labour.running_total) == (Decimal("27668.78"), Decimal("55685.32"))
    assert (labour.remaining, labour.difference, labour.reason) == (Decimal("57444.80"), Decimal("-265.99"), None)
    assert non_labour.reason is not None
    assert [line.partition(":")[0] for line in non_labour.reason.split("\n")] == [
        f"SVD-25-22 ({BCP})",
        f"SVD-25-03 ({DORSET})",
    ]
    assert non_labour.next_forecast == Decimal("48235.98")
    assert [line.next_forecast for line in claim_totals(year_end())] == [None, None]


def test_only_the_weightiest_reasons_are_told() -> None:
    content = many_csps(20, 20)
    rows = tuple(replace(row, explanation=f"Reason {place}") for place, row in enumerate(content.interventions))
    labour, _ = claim_totals(replace(content, interventions=rows))
    assert labour.reason is not None
    told = labour.reason.split("\n")
    assert (len(told), told[-1]) == (11, "and 190 more, on the sheet Interventions")


def test_statement_adds_up_categories_over_csps() -> None:
    content = year_end(Kind.STATEMENT)
    by_category = {(line.stream, line.category): line.expenditure for line in statement_categories(content)}
    assert by_category[LABOUR, "training"] == Decimal("315.01")
    assert sum(by_category.values()) == summary_totals(content).overall.to_date
    streams = [stream for stream, _ in by_category]
    assert streams == sorted(streams)  # a stream's categories stand together, whichever CSP spent on them
    labour, non_labour = statement_lines(content)
    assert (labour.balance, labour.unspent) == (Decimal("27967.51"), Decimal("315.02"))
    assert non_labour.balance == non_labour.expenditure - Decimal("140000.00")


def test_statement_total_is_the_sum_of_its_streams() -> None:
    told, untold = (statement_total("All", statement_lines(one(Kind.STATEMENT))) for one in (closed, year_end))
    assert (told.expenditure, told.balance, told.unspent) == (untold.expenditure, untold.balance, untold.unspent)
    assert (told.withheld, told.accrued) == (Decimal("120.00"), Decimal("250.10"))
    assert (untold.withheld, untold.accrued) == (None, None)
    whole = category_total("Total", statement_categories(closed()))
    assert (whole.expenditure, whole.accrued) == (told.expenditure, told.accrued)
    assert category_total("Total", ()).expenditure == ZERO


def test_statement_of_a_stream_without_spend() -> None:
    content = year_end(Kind.STATEMENT)
    assert content.statement is not None
    row = StatementRow("capital", Decimal("10.00"), Decimal("4.00"), ZERO)
    (line,) = statement_lines(replace(content, statement=replace(content.statement, rows=(row,))))
    assert (line.expenditure, line.balance, line.unspent) == (ZERO, Decimal("-4.00"), Decimal("10.00"))


def test_there_is_no_statement_before_the_year_ends() -> None:
    assert statement_lines(dorset(Kind.HOME_OFFICE)) == ()
