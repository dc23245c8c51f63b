"""The comparison as pictures: each the figures of a table that stands beside it."""

from collections.abc import Iterable

from portfolio.comparison.figures import Summary
from portfolio.comparison.listing import Compared
from portfolio.comparison.rules import UNDECIDED
from portfolio.comparison.spreading import Spread
from reports.charts import POUNDS, AskedAndAwarded, Bars, Matrix


def asked_and_awarded_of(summary: Summary, rows: Iterable[Compared], *, narrow: bool) -> AskedAndAwarded:
    """What was asked and awarded, together and of each proposal."""
    together = summary.together
    title = f"All {summary.proposals_in_words}" if summary.proposals > 1 else summary.proposals_in_words
    return AskedAndAwarded(
        Bars(title, together.asked, together.awarded, summary.in_words),
        together.allocation,
        tuple(
            Bars(
                f"{row.reference} {row.title}",
                row.asked,
                row.awarded,
                row.outcome.value if row.outcome else UNDECIDED,
            )
            for row in rows
        ),
        narrow,
    )


def met_in(spread: Spread, of: str, *, narrow: bool) -> Matrix:
    """What was awarded of what was asked, where prevention levels meet areas or themes."""
    return Matrix(
        f"Awarded of what was asked, by prevention level and {of.lower()}",
        spread.rows,
        spread.columns,
        tuple(tuple(tally.awarded if tally.proposals else None for tally in row) for row in spread.cells),
        POUNDS,
        name="awarded",
        out_of=tuple(tuple(tally.asked if tally.proposals else None for tally in row) for row in spread.cells),
        out_of_name="asked",
        narrow=narrow,
        of="Prevention level",
        nothing="Nobody asked",
    )
