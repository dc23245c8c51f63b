"""Match as a picture: what was promised and what came, year by year."""

from collections.abc import Sequence

from portfolio.funding_years.models import Organisation
from portfolio.match_funding.years import YearOfMatch
from reports.charts import POUNDS, Columns, Series

NEWEST = 6
"""Years on a chart; the table has all."""


def promised_and_delivered(
    years: Sequence[YearOfMatch], funder: Organisation | None, *, narrow: bool = False
) -> Columns:
    """What was offered, pledged, secured and received of match in each of the newest years, the oldest first."""
    shown = years[:NEWEST][::-1]
    several = len({one.year.programme_id for one in shown}) > 1
    return Columns(
        f"Match promised and delivered{f' by {funder.name}' if funder else ''}",
        tuple(f"{one.year.programme.name} {one.year.year}" if several else str(one.year.year) for one in shown),
        (
            Series("offered", tuple(one.offered for one in shown)),
            Series("pledged", tuple(one.pledged for one in shown)),
            Series("secured", tuple(one.secured for one in shown)),
            Series("received", tuple(one.received for one in shown)),
        ),
        POUNDS,
        narrow=narrow,
        of="Year",
    )
