"""The comparison as pictures: each the figures of a table that stands beside it."""

from collections.abc import Iterable

from portfolio.comparison.figures import Compared, Summary
from reports.charts import AskedAndAwarded, Bars


def asked_and_awarded_of(summary: Summary, rows: Iterable[Compared], *, narrow: bool) -> AskedAndAwarded:
    """What was asked and awarded, together and of each proposal."""
    together = summary.together
    title = f"All {summary.proposals_in_words}" if summary.proposals > 1 else summary.proposals_in_words
    return AskedAndAwarded(
        Bars(title, together.asked, together.awarded, summary.in_words),
        together.allocation,
        tuple(
            Bars(
                f"{row.proposal.reference} {row.proposal.title}",
                row.asked,
                row.awarded,
                row.outcome.value if row.outcome else "not decided",
            )
            for row in rows
        ),
        narrow,
    )
