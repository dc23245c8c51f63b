"""The page on which a year ends."""

from typing import Any

from flask import render_template

from portfolio.errors import NotFound
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import get_year
from portfolio.people.rules import Act
from portfolio.returns.closing import balance_in_words, closing
from portfolio.returns.views.room import room
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import session


def area_year(year_id: int, act: Act) -> FundingYear:
    """A funding year for who reaches the whole of its area; raises NotFound."""
    within = viewer().within(act)
    year = get_year(session(), year_id, within)
    if not within.holds_area(year.police_area_id):
        raise NotFound("There is no such page")
    return year


@room.get("/returns/<int:year_id>/year-end")
@allow(Act.SEE_RETURNS)
def year_end(year_id: int) -> Any:
    """Outturn, statement, money still due, accruals, assets and assurance of a year, and what is missing."""
    year = area_year(year_id, Act.SEE_RETURNS)
    found = closing(session(), year, today())
    return render_template(
        "returns/year_end.html",
        year=year,
        found=found,
        balance=balance_in_words(found.figures.total.line.balance),
        may_assure=viewer().within(Act.SET_ASSURANCE).holds_area(year.police_area_id) and today() > year.year.last_day,
    )
