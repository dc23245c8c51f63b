"""Controlled rounding: rows, columns, running totals and the whole add up, and nothing is a unit off.

So many tables are generated as PORTFOLIO_EXAMPLES says (10,000 prove it; the suite's share is small).
"""

import os
from collections.abc import Sequence
from decimal import Decimal
from itertools import product
from random import Random

import pytest

from portfolio.money import from_pence
from portfolio.rounding import RoundedTable, rounded_table

TABLES = int(os.environ.get("PORTFOLIO_EXAMPLES", "300"))
POUND, THOUSAND = Decimal("1.00"), Decimal("1000.00")
Rows = list[list[Decimal]]
Cells = Sequence[Sequence[Decimal]]


def pounds(*rows: str) -> Rows:
    """A table as it is written down."""
    return [[Decimal(cell) for cell in row.split()] for row in rows]


def generated(chance: Random) -> tuple[Rows, Decimal]:
    """A table of any shape with refunds, zeros and whole figures in it, and a unit."""
    height, width = chance.randint(1, 9), chance.randint(1, 9)
    unit, most = chance.choice([POUND, THOUSAND]), chance.choice([300, 200_000, 10**9])

    def figure() -> Decimal:
        pence = chance.choice([0, 50_000, chance.randint(-most // 3, most), chance.randint(0, most)])
        return from_pence(pence)

    return [[figure() for _ in range(width)] for _ in range(height)], unit


def adds_up(exact: Rows, unit: Decimal, found: RoundedTable, *, running: bool) -> bool:
    """Whether a rounded table is one: whole units, less than one off, in every sum."""

    def near(rounded: Decimal, amount: Decimal) -> bool:
        return rounded % unit == 0 and (rounded == amount if amount % unit == 0 else abs(rounded - amount) < unit)

    lines = [*zip(found.cells, exact, strict=True), (found.columns, _columns(exact))]
    sums = [
        near(sum(line[:upto], Decimal()), sum(amounts[:upto], Decimal()))
        for line, amounts in lines
        for upto in range(1, len(line) + 1)
        if running or upto == len(line)
    ]
    cells = [near(cell, amount) for line, amounts in lines for cell, amount in zip(line, amounts, strict=True)]
    agree = [sum(line) == total for line, total in zip(found.cells, found.rows, strict=True)]
    agree += [column == total for column, total in zip(_columns(found.cells), found.columns, strict=True)]
    agree += [sum(found.rows) == found.total, sum(found.columns) == found.total]
    exactly = sum((sum(row, Decimal()) for row in exact), Decimal())
    return all([*sums, *cells, *agree, 2 * abs(found.total - exactly) <= unit])


def test_generated_tables_add_up_in_both_directions_and_no_figure_is_a_unit_off() -> None:
    chance = Random(20251020)  # noqa: S311 - figures to round, no secret
    for number in range(TABLES):
        table, unit = generated(chance)
        running = number % 2 == 0
        assert adds_up(table, unit, rounded_table(table, unit, running=running), running=running), (unit, table)


def test_of_all_tables_that_add_up_the_nearest_is_taken_totals_before_cells() -> None:
    chance = Random(85)  # noqa: S311
    for _ in range(min(TABLES // 10, 100)):
        exact = [[from_pence(chance.randint(0, 300)) for _ in range(3)] for _ in range(2)]
        found = rounded_table(exact, POUND)
        assert _distance(exact, found.cells) == min(
            _distance(exact, cells)
            for cells in _every_rounding(exact)
            if adds_up(exact, POUND, _summed(cells), running=False)
        )


def _every_rounding(exact: Rows) -> list[tuple[tuple[Decimal, ...], ...]]:
    ways = [[amount // 1, amount // 1 + 1] if amount % 1 else [amount] for row in exact for amount in row]
    return [(cells[:3], cells[3:]) for cells in product(*ways)]


def _summed(cells: tuple[tuple[Decimal, ...], ...]) -> RoundedTable:
    columns = tuple(_columns(cells))
    return RoundedTable(cells, tuple(sum(row, Decimal()) for row in cells), columns, sum(columns, Decimal()))


def _columns(table: Cells) -> list[Decimal]:
    return [sum(column, Decimal()) for column in zip(*table, strict=True)]


def _distance(exact: Rows, cells: Cells) -> tuple[Decimal, Decimal]:
    """How far a table's totals are off, then how far its cells are."""
    apart = [[cell - amount for cell, amount in zip(*rows, strict=True)] for rows in zip(cells, exact, strict=True)]
    totals = [*(sum(row, Decimal()) for row in apart), *_columns(apart)]
    return sum(map(abs, totals), Decimal()), sum((abs(off) for row in apart for off in row), Decimal())


def test_halves_are_rounded_away_from_zero_where_nothing_else_depends_on_it() -> None:
    assert rounded_table(pounds("0.50"), POUND).total == 1
    assert rounded_table(pounds("-0.50"), POUND).total == -1
    assert sorted(rounded_table(pounds("0.50 0.50"), POUND).cells[0]) == [0, 1]


def test_what_a_return_has_shown_before_is_kept_where_the_table_still_adds_up() -> None:
    first = pounds("0.60 0.00", "0.60 0.00", "0.60 0.00")
    shown = rounded_table(first, POUND)
    assert sorted(row[0] for row in shown.cells) == [0, 1, 1]
    later = pounds("0.60 0.30", "0.60 0.90", "0.60 0.20")
    for order in ([0, 1, 1], [1, 0, 1], [1, 1, 0]):
        printed = [[Decimal(units), None] for units in order]
        found = rounded_table(later, POUND, running=True, printed=printed)
        assert [row[0] for row in found.cells] == order
        assert adds_up(later, POUND, found, running=True)
    corrected = rounded_table(pounds("7.60"), POUND, printed=[[Decimal("1.00")]])
    assert corrected.total == 8, "a figure that was corrected since is rounded anew"


def test_a_table_with_nothing_in_it_is_zero_and_one_that_is_no_table_is_refused() -> None:
    assert rounded_table([], POUND) == RoundedTable((), (), (), Decimal(0))
    for cells, unit in ((pounds("1 2", "3"), POUND), (pounds("1"), Decimal("0.00")), (pounds("1.005"), POUND)):
        with pytest.raises(ValueError, match=r"table|pence"):
            rounded_table(cells, unit)
