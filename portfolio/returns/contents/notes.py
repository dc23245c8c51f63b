"""The notes of a return: how its figures were made, and what is not in them."""

from collections import defaultdict
from collections.abc import Iterator

from portfolio.funding_years.rules import YearStatus
from portfolio.money import format_pounds
from portfolio.returns.contents.awards import AwardFacts, Told, is_left_out, status_of
from portfolio.returns.contents.scope import Scope
from portfolio.returns.contents.spending import HELD_BACK
from reports.content import MeasureRow, Note, OutputRow, Statement, SummaryRow

NOTE = "note"
LEFT_OUT = "Claims not in the figures"
WITHOUT_FIGURE = "Success measures without a figure"
"""What notes are about by which readers pick them out."""
MOST_NAMED = 40
"""So many awards are named in one note; the rest are counted."""

BASIS = (
    "Accruals basis: the cost of goods and services received in the quarter, as claimed by the projects and approved "
    "by finance. Recoverable VAT, support in kind and costs met by another grant are left out."
)

ALWAYS = (
    Note(
        NOTE,
        "What counts as spent",
        "Claims that finance has approved, and corrections of earlier quarters in the quarter that they were entered "
        "in. A claim that is not approved is in no figure of this return.",
    ),
    Note(
        NOTE,
        "Forecast",
        "The forecast is that of each award's last approved claim; an award without one is forecast to spend its "
        "profile.",
    ),
    Note(
        NOTE,
        "Award and profile",
        "The award is what was decided and what approved variations moved since; the profile spreads it over the "
        "quarters.",
    ),
    Note(
        NOTE,
        "Remaining",
        "Remaining is the allocation less everything claimed to date, whether awarded or not.",
    ),
)
"""Stand in every return."""
WITH_A_STATEMENT = (
    Note(
        NOTE,
        "Grant received",
        "What the funder paid in respect of the year, as recorded against its Home Office returns, or against the "
        "OPCC return of a quarter whose Home Office return has no payment.",
    ),
    Note(
        NOTE,
        "Match spent by stream",
        "Match is spent on an award as a whole. Where an award has several streams, it is shared between them in "
        "proportion to the award.",
    ),
)
"""Stand where the Statement of Grant Expenditure does."""


def claims_left_out(scope: Scope, facts: dict[int, AwardFacts], told: dict[int, Told]) -> dict[str, list[str]]:
    """The awards whose claim of the quarter is due and not in the figures, by where the claim stands."""
    found: dict[str, list[str]] = defaultdict(list)
    for award_id in sorted(facts, key=lambda number: (facts[number].csp_id, facts[number].reference)):
        award, claim = facts[award_id], told.get(award_id)
        if is_left_out(award, claim, scope):
            found[status_of(award, claim, scope)].append(award.about)
    return found


def notes_of(
    scope: Scope,
    *,
    left_out: dict[str, list[str]],
    summary: tuple[SummaryRow, ...],
    outputs: tuple[OutputRow, ...],
    measures: tuple[MeasureRow, ...],
    statement: Statement | None,
) -> Iterator[Note]:
    """What a reader must know to read the figures rightly."""
    yield from ALWAYS
    for status, awards in left_out.items():
        yield Note(NOTE, f"{LEFT_OUT}: {status.lower()}", _named(awards))
    if scope.year.status is YearStatus.PROVISIONAL:
        yield Note(
            NOTE, "Allocation", "The funder has not confirmed the allocation of this year yet: it is provisional."
        )
    for row in summary:
        if row.csp == HELD_BACK:
            yield Note(
                NOTE,
                f"{HELD_BACK}: {row.stream}",
                f"{format_pounds(row.allocation)} of the allocation is not shared between the CSPs. It stands in a row "
                "of its own, so that the rows come to the whole allocation.",
            )
    if outputs:
        yield Note(
            NOTE, "Outputs and outcomes", "Outputs add up over the year; the figure of an outcome is its latest."
        )
    silent = [f"{row.measure}, {row.quarter.short}" for row in measures if row.value is None]
    if silent:
        yield Note(
            NOTE,
            WITHOUT_FIGURE,
            f"{_named(silent)}. The reasons stand on the sheet Measures. No figure is not a figure of zero.",
        )
    if statement is not None:
        yield from WITH_A_STATEMENT


def _named(names: list[str]) -> str:
    shown = "; ".join(names[:MOST_NAMED])
    return shown if len(names) <= MOST_NAMED else f"{shown}; and {len(names) - MOST_NAMED:,} more"
