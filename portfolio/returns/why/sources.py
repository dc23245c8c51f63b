"""Which rows a figure that was typed into a return was added up from, told by names: the content knows no numbers.

A figure with a formula is explained by its formula (`reports.tracing`). What is left are the figures that come from the
record, by table and column; a few of them are other cells' sums, which their workbook has no formula for.
"""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from portfolio.money import ZERO
from portfolio.returns.contents.decided import FORECAST_UNDERSPEND
from portfolio.returns.contents.spending import HELD_BACK
from portfolio.returns.why.cells import SUMMARY, Cells
from reports.addresses import Spot
from reports.checks import Check, FromRecord
from reports.common import OF_WHICH_ACCRUED
from reports.names import Names
from reports.rounded import RoundedLine
from reports.sheets import Sheet
from reports.tracing import Made, Term


class Source(NamedTuple):
    """Rows of one kind that belong to something: of which project, partnership, stream, and which quarters (1 to 4)."""

    kind: str
    of: tuple[Any, ...]
    quarters: tuple[int, ...] = ()


class Signed(NamedTuple):
    """A source that is added (1) or taken off (−1)."""

    sign: int
    source: Source


class Origin(NamedTuple):
    """Where a figure comes from: other cells, rows of the record, or both; neither where nothing was added up."""

    made: Made | None = None
    sources: Sequence[Signed] = ()
    is_known: bool = True


Typed = Sequence[Signed]
_Finder = Callable[[Any, int], Typed]
"""From a table's line and the return's quarter to the sources of a figure."""


def origin(cells: Cells, spot: Spot) -> Origin:
    """Where a figure comes from."""
    made = cells.tracing.made(spot)
    return Origin(made) if made is not None else _typed(cells, spot)


def _typed(cells: Cells, spot: Spot) -> Origin:
    """Where a figure without a formula comes from."""
    sheet = cells.tracing.sheets[spot.sheet]
    table, heading = sheet.table, sheet.table.columns[spot.column].heading
    plain, line, number = _plain(heading), table.lines[spot.row], cells.content.cover.quarter.number
    if (table.name, plain) in _SUMS:
        return Origin(_sum(cells, spot, *_SUMS[table.name, plain]))
    if isinstance(line, RoundedLine):
        return _rounded(cells, spot)
    if isinstance(line, Check):
        return _of_check(cells, spot, line, heading == "First figure")
    of_column = int(heading[1]) if heading[:1] == "Q" and plain != heading else number
    if of_column > number:
        return Origin(sources=_one("expected", *_award(line), number, quarters=(of_column,)))
    find = _FROM_ROWS.get((table.name, plain))
    if find is None:  # before the first quarter nothing was claimed, and after the last one nothing is forecast
        return Origin(is_known=heading in ("Claimed before", "Forecast"))
    return Origin(sources=find(line, of_column))


def _plain(heading: str) -> str:
    """`Q1 actual` as `actual`, `Outturn 2024/25` as `Outturn`: a heading without what changes by quarter."""
    first, _, rest = heading.partition(" ")
    if first in ("Q1", "Q2", "Q3", "Q4"):
        return rest
    return first if first == "Outturn" and rest[:1].isdigit() else heading


def _one(kind: str, *of: Any, quarters: tuple[int, ...] = (), sign: int = 1) -> list[Signed]:
    return [Signed(sign, Source(kind, of, quarters))]


def _to(number: int) -> tuple[int, ...]:
    return tuple(range(1, number + 1))


def _award(line: Any) -> tuple[str, str, str]:
    return line.row.reference, line.row.csp, line.row.stream


def _expected_before(line: Any, number: int) -> Typed:
    """What the last quarter's claim forecast for this one; in Q1 the profile is all there is."""
    if number == 1:
        return _one("planned", *_award(line), quarters=(1,))
    return _one("expected", *_award(line), number - 1, quarters=(number,))


def _allocation(line: Any, _: int) -> Typed:
    if line.csp == HELD_BACK:
        return _one("held back", line.stream)
    return _one("shared", line.csp, line.stream)


def _variation(row: Any, number: int) -> Typed:
    if row.what != FORECAST_UNDERSPEND:
        return _one("variation", row)
    award = (row.reference, row.csp, row.stream)
    later = tuple(range(number + 1, 5))
    return [
        *_one("planned", *award, quarters=(1, 2, 3, 4)),
        *_one("spent", *award, quarters=_to(number), sign=-1),
        *_one("expected", *award, number, quarters=later, sign=-1),
    ]


def _match(column: str) -> _Finder:
    return lambda row, _: _one(column, row.reference, row.csp)


_FROM_ROWS: dict[tuple[str, str], _Finder] = {
    ("Summary", "Allocation"): _allocation,
    ("Summary", "Outturn"): lambda line, _: _one("last year", line.csp, line.stream),
    ("Interventions", "Award"): lambda line, _: _one("awarded", *_award(line)),
    ("Interventions", "Profile this quarter"): lambda line, n: _one("planned", *_award(line), quarters=(n,)),
    ("Interventions", "Profile to date"): lambda line, n: _one("planned", *_award(line), quarters=_to(n)),
    ("Interventions", "Of which corrections"): lambda line, n: _one("corrected", *_award(line), quarters=(n,)),
    ("Interventions", "actual"): lambda line, n: _one("spent", *_award(line), quarters=(n,)),
    ("Interventions", "Forecast last quarter for this quarter"): _expected_before,
    ("SpendByCategory", "actual"): lambda row, n: _one("spent on", row.csp, row.stream, row.category, quarters=(n,)),
    ("SpendByCategory", OF_WHICH_ACCRUED): lambda row, n: _one(
        "accrued", row.csp, row.stream, row.category, quarters=(n,)
    ),
    ("MatchFunding", "Pledged in cash"): _match("pledged in cash"),
    ("MatchFunding", "Pledged in kind"): _match("pledged in kind"),
    ("MatchFunding", "Secured"): _match("secured"),
    ("MatchFunding", "Received"): lambda row, n: _one("match received", row.reference, row.csp, quarters=_to(n)),
    ("MatchFunding", "Spent before this quarter"): lambda row, n: _one(
        "match spent", row.reference, row.csp, quarters=_to(n - 1)
    ),
    ("MatchFunding", "Spent this quarter"): lambda row, n: _one("match spent", row.reference, row.csp, quarters=(n,)),
    ("Variations", "Amount"): _variation,
    ("Outputs", "Target"): lambda row, _: _one("target", row.reference, row.csp, row.indicator),
    ("Outputs", "This quarter"): lambda row, n: _one("result", row.reference, row.csp, row.indicator, quarters=(n,)),
    ("Outputs", "To date"): lambda row, n: _one("reached", row.reference, row.csp, row.indicator, quarters=_to(n)),
    ("Measures", "Value"): lambda row, _: _one("observed", row.code, row.definition, quarters=(row.quarter.number,)),
    ("Decisions", "Requested"): lambda row, _: _one("requested", row.reference, row.stream),
    ("Decisions", "Awarded"): lambda row, _: _one("decided", row.reference, row.csp, row.stream),
    ("StatementByStream", "Allocation"): lambda line, _: _one("granted", line.stream),
    ("StatementByStream", "Grant received"): lambda line, _: _one("received", line.stream),
    ("StatementByStream", "Withheld by the funder"): lambda line, _: _one("withheld", line.stream),
    ("StatementByStream", "Match spent"): lambda line, n: _one("match shared", line.stream, quarters=_to(n)),
    ("AssetRegister", "Cost"): lambda row, _: _one("cost", row),
    ("AssetRegister", "Proceeds of disposal"): lambda row, _: _one("proceeds", row),
}
"""The figures that come from the record, by the table and the heading of their column."""


_SUMS = {
    ("ClaimSummary", "Total grant"): (SUMMARY, ("Stream",)),
    ("StatementByCategory", "actual"): ("Spend by category", ("Stream", "Cost category")),
    ("StatementByCategory", OF_WHICH_ACCRUED): ("Spend by category", ("Stream", "Cost category")),
}
"""Columns that are sums of another sheet's column, over the lines that say the same in some columns."""
_ELSEWHERE = {"Total grant": "Allocation"}
"""What a column is called on the sheet that it is summed from, where that is another name."""


def _sum(cells: Cells, spot: Spot, source: str, alike: Sequence[str]) -> Made:
    sheets = cells.tracing.sheets
    own, other = sheets[spot.sheet].table, sheets[source].table
    heading = own.columns[spot.column].heading
    summed = _ELSEWHERE.get(heading, heading)
    sought = [own.cells[own.places[name]][spot.row] for name in alike]
    rows = [
        row for row in range(len(other.lines)) if [other.cells[other.places[name]][row] for name in alike] == sought
    ]
    where = " and ".join(f"{name} is {said}" for name, said in zip(alike, sought, strict=True))
    words = f"the lines of “{summed}” on the sheet {source} where {where}"
    return Made((_lines(sheets[source], summed, words, rows),))


def _lines(sheet: Sheet, heading: str, words: str, rows: Sequence[int], sign: int = 1) -> Term:
    column = sheet.table.places[heading]
    return Term(sign, words, tuple(Spot(sheet.name, row, column) for row in rows))


def _rounded(cells: Cells, spot: Spot) -> Origin:
    """A rounded figure: the exact ones, and what rounding adds so that rows and columns still add up."""
    exact = _sum(cells, spot, "Interventions", ("Stream",))
    figure = cells.tracing.value(spot) or ZERO
    return Origin(exact, _one("rounding", figure - cells.tracing.total_of(exact.terms)))


def _of_check(cells: Cells, spot: Spot, check: Check, is_first: bool) -> Origin:
    """A check holds a figure against the record of claims, of allocations or of the ledger."""
    figure = check.first if is_first else check.second
    quarters, csp = (cells.content.cover.quarter.number,), _partnership_of(cells, check)
    ledger = _one("ledger", csp, quarters=quarters)
    match figure.what:
        case FromRecord.LEDGER:
            return Origin(sources=ledger)
        case FromRecord.LEDGER_LESS_CLAIMED:
            claimed = _one("claimed by", csp, quarters=quarters, sign=-1) if csp is not None else []
            return Origin(sources=[*ledger, *claimed])
        case FromRecord.TIMING:
            return Origin(sources=_one("timing", csp, quarters=quarters) if csp is not None else [])
        case FromRecord.SPENT_BY_CATEGORY:
            return Origin(_all_lines(cells, "Spend by category", "To date"))
        case FromRecord.SPENT_BY_QUARTER:
            return Origin(_all_lines(cells, "Interventions", "Actual to date"))
        case FromRecord.ALLOCATED:
            return Origin(_all_lines(cells, SUMMARY, "Allocation"))
        case FromRecord.HALF_A_UNIT:
            return Origin(sources=_one("rounding", figure.amount))
    # A partnership that the summary has no line of claims nothing, and nor does what belongs to no project.
    return Origin(is_known=not figure.amount)


def _all_lines(cells: Cells, sheet: str, heading: str) -> Made:
    source = cells.tracing.sheets[sheet]
    words = f"every line of “{heading}” on the sheet {sheet}"
    return Made((_lines(source, heading, words, range(len(source.table.lines))),))


def _partnership_of(cells: Cells, check: Check) -> str | None:
    """The partnership that a line about the ledger is of; None for transactions of no project."""
    names = Names(cells.content)
    covered = [row.csp for row in cells.content.ledger or () if row.csp is not None]
    return next((csp for csp in covered if check.about.endswith(f": {names.csp(csp)}")), None)
