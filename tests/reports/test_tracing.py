"""Every figure has an address that finds it again, and its own formula adds up to it."""

from decimal import Decimal

import pytest

from portfolio.money import ZERO
from reports.addresses import Address, Addressed, AddressedSheet, Spot, slug
from reports.checks import AT_MOST, Check, Figure, checks_sheet
from reports.content import Kind, ReturnContent
from reports.returns import book
from reports.sheets import Column, Sheet, Table, money, text
from reports.totals import share_of
from reports.tracing import Tracing
from tests.reports import content_samples as samples

CONTENTS = (
    samples.dorset(),
    samples.dorset(Kind.HOME_OFFICE),
    samples.first_quarter(),
    samples.with_ledger(),
    samples.year_end(),
    samples.empty(),
)


@pytest.mark.parametrize("content", CONTENTS, ids=lambda content: f"{content.cover.kind} {content.cover.quarter.name}")
def test_every_figure_is_found_by_its_address_and_is_what_its_formula_adds_up(content: ReturnContent) -> None:
    sheets = book(content).sheets
    tracing, addressed = Tracing(sheets), Addressed(sheets)
    spots = list(tracing.figures())
    assert len({addressed.address(spot) for spot in spots}) == len(spots)
    for spot in spots:
        assert addressed.find(addressed.address(spot)) == spot
        made = tracing.made(spot)
        if made is None:
            assert tracing.formula(spot) is None
            continue
        comes_to = tracing.total_of(made.terms)
        if made.whole:
            comes_to = share_of(comes_to, tracing.total_of(made.whole)) or ZERO
        assert comes_to == tracing.value(spot), tracing.cell(spot)


def found(content: ReturnContent, address: str) -> tuple[Tracing, Spot]:
    """A cell of a return."""
    sheets = book(content).sheets
    spot = Addressed(sheets).find(Address(*address.split("/")))
    assert spot is not None
    return Tracing(sheets), spot


@pytest.mark.parametrize(
    ("address", "cell", "words"),
    [
        ("summary/total/this-claim", "Summary!Q11", "the lines of “This claim”"),
        ("summary/all-csps~labour/allocation", "Summary!C9", "the lines of “Allocation” where Stream is labour"),
        (
            "summary/bcp-community-safety-partnership~labour/awarded",
            "Summary!D7",
            "the lines of “Award” on the sheet Interventions where CSP is BCP Community Safety Partnership and "
            "Stream is labour",
        ),
        (
            "summary/total/variance-per-cent",
            "Summary!O11",
            "“Variance”, as a percentage of “Profile to date”",
        ),
        ("summary/total/requested", "Summary!T11", "the lines of “Requested”"),
        (
            "checks/to-date-and-the-quarters/second-figure",
            "Checks!F12",
            "the total of “Q1 actual” on the sheet Summary + the total of “Q2 actual” on the sheet Summary",
        ),
        (
            "checks/this-claim-all-csps-and-the-streams/second-figure",
            "Checks!F19",
            "“This claim” on the sheet Summary + “This claim” on the sheet Summary",
        ),
        (
            "interventions/svd-25-01~dorset-community-safety-partnership~non-labour/outturn-less-award",
            "Interventions!X5",
            "“Outturn” − “Award”",
        ),
    ],
)
def test_a_formula_in_words(address: str, cell: str, words: str) -> None:
    tracing, spot = found(samples.dorset(), address)
    made = tracing.made(spot)
    assert made is not None
    assert (tracing.cell(spot), made.words) == (cell, words)


def test_a_sum_below_nought_without_its_sign_turns_its_parts() -> None:
    lines = [("a", Decimal(-5)), ("b", Decimal(2))]
    columns: list[Column[tuple[str, Decimal]]] = [
        text("Item", lambda line: line[0], 10),
        money("Amount", lambda line: line[1]),
    ]
    source = Sheet("Source", "t", ("i",), Table("Source", columns, lines, total="Total"))
    figures = [
        Figure("first", Decimal(3), f"ABS({source.total('Amount')})"),
        Figure("second", Decimal(2), f"ABS({source.cell('Amount', 1)})"),
    ]
    checks = checks_sheet(samples.dorset(), [Check("apart", figures[0], AT_MOST, figures[1])])
    tracing = Tracing([source, checks])
    for column, figure in ((2, Decimal(3)), (5, Decimal(2)), (6, Decimal(1))):
        made = tracing.made(Spot("Checks", 0, column))
        assert made is not None
        assert tracing.total_of(made.terms) == figure


def test_names_that_are_alike_are_told_apart_and_none_is_without_a_name() -> None:
    lines = ["Café", "cafe", "🙂", "a/b"]
    sheet = Sheet("S", "t", ("i",), Table("S", [text("What", lambda line: line, 10)], lines))
    addressed = AddressedSheet(sheet)
    assert addressed.rows == ("cafe", "cafe~2", slug("🙂"), "a-b")
    assert len(slug("🙂")) == 8
    assert addressed.row_in_words(0) == "Café"
    other = AddressedSheet(
        Sheet("O", "t", ("i",), Table("O", [text("Name", lambda line: line, 10)], lines, total="All"))
    )
    assert other.identifying == ["Name"]
    assert (other.rows[-1], other.row_in_words(4)) == ("total", "All")


@pytest.mark.parametrize("address", ["none/total/this-claim", "summary/none/this-claim", "summary/total/none"])
def test_what_is_not_there_is_not_found(address: str) -> None:
    addressed = Addressed(book(samples.dorset()).sheets)
    assert addressed.find(Address(*address.split("/"))) is None
    assert addressed.sheet("Spend by category").slug == "spend-by-category"


def test_a_formula_without_a_cell_is_ours_to_mend() -> None:
    tracing, spot = found(samples.dorset(), "summary/total/this-claim")
    with pytest.raises(ValueError, match="names no cell"):
        tracing._spots("", spot)
