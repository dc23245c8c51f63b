"""The money of a form in whole pounds or thousands, so that what the form adds up adds up.

What is rounded together are the rows that a form shows of one table, and the columns that its own sums join: quarters,
or what was claimed before and now. Sums are taken of the rounded figures; so are differences, which may then be off by
more than a unit, because the form computes them so too. What the return itself shows rounded to the same unit, it shows
as its earlier ones did: the form says the same.
"""

from collections.abc import Iterable, Sequence
from decimal import Decimal

from portfolio.funder_forms.bindings import UNITS, Address
from portfolio.funder_forms.figures import Figure, Source, View
from portfolio.money import ZERO
from portfolio.rounding import METHOD, rounded_table
from reports.sheets import Shape

SUMMARY = "Summary"
Row = tuple[str, ...]
Rounded = dict[tuple[frozenset[int], str], Decimal]
"""What lines together come to in a column that stands for itself, in pounds."""

IN_UNITS = {UNITS[0]: "exact, to the penny", UNITS[1]: "in whole pounds", UNITS[2]: "in thousands of pounds"}


def method(unit: Decimal) -> str:
    """How the figures of a form are rounded, in words."""
    if unit == UNITS[0]:
        return "All amounts are exact, to the penny."
    return f"Amounts are {IN_UNITS[unit]}. {METHOD}"


def in_units(source: Source, wanted: Iterable[Figure], unit: Decimal) -> dict[Address, Decimal]:
    """Those of these figures that are money, in units (12 for £12,345 in thousands); exact ones as they are."""
    money = (found for found in wanted if found.shape is Shape.MONEY)
    exact = {found.address: found.value for found in money if isinstance(found.value, Decimal)}
    if unit == UNITS[0]:
        return exact
    by_table: dict[str, list[Address]] = {}
    for address in exact:
        by_table.setdefault(address.table, []).append(address)
    made: dict[Address, Decimal] = {}
    for table, addresses in by_table.items():
        made |= _table(source.views[table], addresses, unit, _shown(source, source.views[table], unit))
    return {address: amount / unit for address, amount in made.items()}


def _shown(source: Source, view: View, unit: Decimal) -> Rounded:
    """What the return's own rounded figures say of the summary's lines, where they are in the same unit."""
    own = source.content.rounded
    if own is None or own.unit != unit or view.name != SUMMARY:
        return {}
    return {
        (frozenset(view.only((("Stream", row.stream),))), f"Q{number}"): amount
        for row in own.rows
        for number, amount in enumerate(row.quarters, start=1)
    }


def _table(view: View, addresses: Sequence[Address], unit: Decimal, shown: Rounded) -> dict[Address, Decimal]:
    parts = {address: _bases(view, address.column) for address in addresses}
    lines = {address: frozenset(view.covered(address.row)) for address in addresses}
    columns = {column for found in parts.values() for _, column in found}
    rounded: Rounded = {}
    for together in _joined(view, columns):
        for group, sums in _groups({found for found in lines.values() if found}):
            cells = [[_exact(view, rows, column) for column in together] for rows in group]
            printed = [[shown.get((rows, column)) for column in together] for rows in group]
            whole = rounded_table(cells, unit, running=True, printed=printed)
            for rows, amounts in zip(group, whole.cells, strict=True):
                rounded |= {(rows, column): amount for column, amount in zip(together, amounts, strict=True)}
            for rows in sums:
                for column in together:
                    of = (rounded[part, column] for part in group if part <= rows)
                    rounded[rows, column] = sum(of, ZERO)
    return {
        address: sum((sign * rounded.get((lines[address], column), ZERO) for sign, column in parts[address]), ZERO)
        for address in addresses
    }


def _exact(view: View, rows: frozenset[int], column: str) -> Decimal:
    values = (view.at(place, column).value for place in rows)
    return sum((value for value in values if isinstance(value, Decimal)), ZERO)


def _bases(view: View, column: str) -> list[tuple[int, str]]:
    """The columns that stand for themselves and that a column is the sum of, each with its sign."""
    made = view.made_of(column)
    if made is None:
        return [(1, view.base(column))]
    return [(sign * inner, base) for sign, part in made for inner, base in _bases(view, part)]


def _joined(view: View, columns: set[str]) -> list[list[str]]:
    """The columns apart, but those together that some column of the table is the sum of; in the table's order."""
    sets = [{column} for column in columns]
    for column in view.columns:
        bases = _bases(view, column)
        if all(sign > 0 for sign, _ in bases):
            names = {name for _, name in bases} & columns
            touched = [one for one in sets if one & names]
            if touched:
                sets = [*(one for one in sets if not one & names), set().union(*touched)]
    order = list(view.columns)
    return sorted((sorted(one, key=order.index) for one in sets), key=lambda one: order.index(one[0]))


def _groups(rows: set[frozenset[int]]) -> list[tuple[list[frozenset[int]], list[frozenset[int]]]]:
    """Rows that have no line in common, with those that are sums of them; what fits neither begins another group."""
    left = sorted(rows, key=lambda one: (len(one), sorted(one)))
    found = []
    while left:
        group: list[frozenset[int]] = []
        taken: set[int] = set()
        for one in left:
            if not one & taken:
                group.append(one)
                taken |= one
        own = set(group)
        sums = [
            one for one in left if one not in own and one == frozenset().union(*(part for part in group if part <= one))
        ]
        found.append((group, sums))
        left = [one for one in left if one not in own and one not in sums]
    return found
