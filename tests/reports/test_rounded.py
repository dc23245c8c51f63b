"""Rounded figures and what is due, as sheets: what they say, and what their totals come to."""

from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from reports import returns
from reports.content import Kind
from reports.money_in import HEADINGS, AgedLine, DueLine, MoneyInContent, proved_money_in
from reports.rounded import rounded_table_of, unit_in_words
from tests.reports import cells_of
from tests.reports.content_samples import dorset, in_units, many_csps


@pytest.mark.parametrize("unit", [1, 1000])
def test_cells_rows_columns_and_the_year_agree_in_whole_units(unit: int) -> None:
    content = in_units(many_csps(), unit)
    sheet = f"In {unit_in_words(unit)}"
    *lines, total = cells_of.lines(returns.proved(content), sheet)
    quarters = ["Q1 actual", "Q2 actual", "Q3 forecast", "Q4 forecast"]
    for line in [*lines, total]:
        figures = [float(str(line[name])) for name in quarters]
        assert all(figure % unit == 0 for figure in figures)
        assert line["Year"] == sum(figures)
        assert line["To date"] == sum(figures[:2])
    for name in [*quarters, "To date", "Year", "Year, exact"]:
        assert total[name] == pytest.approx(sum(float(str(line[name])) for line in lines))
    table = rounded_table_of(content)
    assert table is not None
    assert 2 * abs(table.total.year - table.total.exact) <= unit
    assert rounded_table_of(many_csps()) is None


def test_the_method_stands_on_the_sheet_and_returns_in_pennies_have_none() -> None:
    book = returns.book(in_units(dorset(Kind.HOME_OFFICE), 100))
    sheet = next(sheet for sheet in book.sheets if sheet.name.startswith("In "))
    assert sheet.name == "In units of £100.00"
    assert "Causey, Cox and Ernst" in sheet.introduction[1]
    assert not any(sheet.name.startswith("In ") for sheet in returns.book(dorset()).sheets)


def test_money_in_is_a_workbook_whose_outstanding_follows_from_its_cells() -> None:
    hundred, none = Decimal("100.00"), Decimal("0.00")
    due = DueLine(
        "OPCC return", "Serious Violence Duty", "Dorset", "Q1 2025/26", "Labour", "1", date(2025, 8, 1),
        hundred, Decimal("60.00"), Decimal("-20.00"), Decimal("5.00"), 80, "61 to 90 days",
    )  # fmt: skip
    aged = AgedLine("Claimed from the OPCC", "2025/26", "Labour", hundred, Decimal("40.00"), Decimal("5.00"),
                    none, none, Decimal("55.00"), none)  # fmt: skip
    content = MoneyInContent((("Show", "All"),), (aged,), (due,), "Fay Lund", datetime(2025, 10, 20, 9, tzinfo=UTC))
    workbook = proved_money_in(content)
    (line,) = cells_of.lines(workbook, "Returns")
    assert tuple(line) == HEADINGS
    assert line["Outstanding"] == 55
    assert cells_of.lines(workbook, "By age")[0]["Outstanding"] == 55
    settled = replace(due, claimed=Decimal("45.00"), age=None)
    (line,) = cells_of.lines(proved_money_in(replace(content, aged=(), dues=(settled,))), "Returns")
    assert (line["Outstanding"], line["Age"]) == (0, "Nothing is outstanding")
