"""Scenarios as a picture: figures of the table that stands below it."""

from collections.abc import Sequence

from portfolio.money import ZERO
from portfolio.scenarios.queries import Weighed
from portfolio.scenarios.showing import Tried
from reports.charts import POUNDS, Columns, Series

MOST_DRAWN = 12
"""So many proposals are drawn; the table has all of them."""


def differences(at: Weighed, tried: Sequence[Tried], *, narrow: bool = False) -> Columns:
    """What each scenario would award the proposals on which they differ, those that score most first."""
    differ = [each for each in at.candidates if len({one.given(each) for one in tried}) > 1][:MOST_DRAWN]
    return Columns(
        "Where they differ: what each would award",
        tuple(each.name for each in differ),
        tuple(Series(one.name, tuple(one.given(each) or ZERO for each in differ)) for one in tried),
        POUNDS,
        narrow=narrow,
        of="Proposal",
    )
