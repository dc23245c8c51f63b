"""Controlled rounding: a table in whole pounds or thousands whose rows, columns and running totals still add up.

The method is that of Causey, Cox and Ernst, "Applications of transportation theory to statistical problems", Journal of
the American Statistical Association 80 (1985), 903-909: the table is a network in which money flows from its rows to
its columns, every figure is an arc that may carry its amount rounded down or rounded up, and whole flows exist.
Of those the nearest is taken: each figure begins rounded to the nearest, and what then does not add up is put right by
the cheapest chain of figures rounded the other way.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from heapq import heappop, heappush

from portfolio.money import from_pence, to_pence

METHOD = (
    "Controlled rounding (Causey, Cox and Ernst, 1985): every figure is its exact amount rounded up or down, less than "
    "one unit away, so that rows, columns and running totals add up to the totals shown. The grand total is rounded to "
    "the nearest; a figure that is whole already stays as it is."
)

Rows = Sequence[Sequence[Decimal]]
Printed = Sequence[Sequence[Decimal | None]]


@dataclass(frozen=True)
class RoundedTable:
    """A table in whole units, in pounds: each row sums to its total, each column to its own, and both to the total."""

    cells: tuple[tuple[Decimal, ...], ...]
    rows: tuple[Decimal, ...]
    columns: tuple[Decimal, ...]
    total: Decimal


def rounded_table(cells: Rows, unit: Decimal, *, running: bool = False, printed: Printed | None = None) -> RoundedTable:
    """Round a table of pounds to whole units (1 or 1000) so that it adds up both ways; the same table, the same result.

    With `running`, the columns are a year's quarters in order, and the sum of the first two, three … of them is less
    than a unit off too, in each row and in all. A figure in `printed` was shown before and is kept, wherever its exact
    amount allows it and the table still adds up. Raises ValueError for rows of unequal length, for a unit that is not
    positive, and for fractions of a penny.
    """
    pence, size = [[to_pence(cell) for cell in row] for row in cells], to_pence(unit)
    width = len(pence[0]) if pence else 0
    if size <= 0 or any(len(row) != width for row in pence):
        raise ValueError("a table to round has rows of one length, and a unit above zero")
    network = _Network(size, (len(pence) + 2) * (2 * width + 2))
    drawn = _draw(network, pence, printed, running=running)
    network.settle()
    whole = tuple(tuple(from_pence(network.arcs[arc].carried * size) for arc in row) for row in drawn)
    columns = tuple(sum(column, from_pence(0)) for column in zip(*whole, strict=True))
    return RoundedTable(whole, tuple(sum(row, from_pence(0)) for row in whole), columns, sum(columns, from_pence(0)))


_CELL, _TOTAL, _PRINTED = range(3)
"""What weighs more is rounded the other way only where nothing lighter puts the table right."""


def _draw(network: "_Network", pence: list[list[int]], printed: Printed | None, *, running: bool) -> list[list[int]]:
    """The table as a network; gives the arcs that are its cells."""
    width = len(pence[0]) if pence else 0
    sums = [sum(row[column] for row in pence) for column in range(width)]
    source, sink = network.node(), network.node()
    network.arc(sink, source, sum(sums), _TOTAL, fixed=True)
    gathered = sink
    ends: list[int] = []
    for place in reversed(range(width)):  # each column joins those before it, and all of them reach the sink
        end = network.node()
        network.arc(end, gathered, sums[place], _TOTAL)
        ends.append(end)
        if running and place > 1:
            before = network.node()
            network.arc(before, gathered, sum(sums[:place]), _TOTAL)
            gathered = before
    ends.reverse()
    drawn = []
    for number, row in enumerate(pence):
        start = network.node()
        network.arc(source, start, sum(row), _TOTAL)
        arcs: list[int] = []
        for place in reversed(range(width)):
            shown = None if printed is None else printed[number][place]
            arcs.append(network.arc(start, ends[place], row[place], _CELL, shown=shown))
            if running and place > 1:
                before = network.node()
                network.arc(start, before, sum(row[:place]), _TOTAL)
                start = before
        drawn.append(arcs[::-1])
    return drawn


@dataclass
class _Arc:
    """An amount that is carried rounded down or up, in units."""

    start: int
    end: int
    usual: int
    other: int
    cost: int
    """What it costs to carry the other than the usual."""
    carried: int


class _Network:
    """Arcs between nodes; amounts are in pence, what is carried in units of so many of them."""

    def __init__(self, size: int, figures: int) -> None:
        self.size = size
        self.arcs: list[_Arc] = []
        self._at: list[list[int]] = []
        """The arcs at each node that may be rounded either way."""
        self._tie = figures + 1
        self._step = (size + 1) * self._tie**2
        """More than all changes of the next lighter weight together."""

    def node(self) -> int:
        """One more node."""
        self._at.append([])
        return len(self._at) - 1

    def arc(
        self, start: int, end: int, amount: int, weight: int, *, fixed: bool = False, shown: Decimal | None = None
    ) -> int:
        """One more arc; usual is what was shown before if that is possible, else the nearest, halves away from zero."""
        floor, over = divmod(amount, self.size)
        up = 2 * over > self.size or (2 * over == self.size and amount > 0)
        before = None if shown is None else to_pence(shown) - floor * self.size
        if over and before in (0, self.size):
            up, weight = before == self.size, _PRINTED
        usual = floor + up
        # Of two ways that are as near, the one that leaves halves as they usually are.
        cost = (abs(self.size - 2 * over) * self._tie + 1) * self._step**weight
        self.arcs.append(_Arc(start, end, usual, 2 * floor + 1 - usual, cost, usual))
        number = len(self.arcs) - 1
        if over and not fixed:
            self._at[start].append(number)
            self._at[end].append(number)
        return number

    def settle(self) -> None:
        """Change arcs until as much leaves every node as enters it, at the least cost: the shortest chains first."""
        extra = [0] * len(self._at)
        for arc in self.arcs:
            extra[arc.start] -= arc.carried
            extra[arc.end] += arc.carried
        heights = [0] * len(self._at)
        while any(units > 0 for units in extra):
            lacking, distances, reached_by = self._nearest(extra, heights)
            farthest = distances[lacking]
            for node, height in enumerate(heights):
                heights[node] = height + min(distances.get(node, farthest), farthest)
            extra[lacking] += 1
            node = lacking
            while (number := reached_by[node]) is not None:
                arc = self.arcs[number]
                arc.carried = arc.other if arc.carried == arc.usual else arc.usual
                node = arc.start if arc.end == node else arc.end
            extra[node] -= 1

    def _nearest(self, extra: list[int], heights: list[int]) -> tuple[int, dict[int, int], dict[int, int | None]]:
        """The nearest node that lacks something, how far nodes are from those with too much, and by which arcs.

        Dijkstra's algorithm, over costs that the heights keep from being negative.
        """
        distances = {node: 0 for node, units in enumerate(extra) if units > 0}
        reached_by: dict[int, int | None] = dict.fromkeys(distances)
        waiting = [(0, node) for node in distances]
        while True:  # whole flows exist, so that some node that lacks something is always reached
            distance, node = heappop(waiting)
            if distance > distances[node]:
                continue
            if extra[node] < 0:
                return node, distances, reached_by
            for number in self._at[node]:
                arc = self.arcs[number]
                other = arc.other if arc.carried == arc.usual else arc.usual
                if (other > arc.carried) != (arc.start == node):
                    continue  # it carries all that it may in this direction
                to = arc.end if arc.start == node else arc.start
                cost = arc.cost if arc.carried == arc.usual else -arc.cost
                there = distance + cost + heights[node] - heights[to]
                if to not in distances or there < distances[to]:
                    distances[to], reached_by[to] = there, number
                    heappush(waiting, (there, to))
