"""The list of a quarter's returns, and the statement of a year as it stands."""

from typing import Any

from flask import render_template, request

from portfolio.errors import NotFound
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import get_year, years_within
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.returns import queries
from portfolio.returns.drafting import statement_file
from portfolio.returns.forms import LookForm
from portfolio.returns.readiness import open_in_quarter
from portfolio.returns.rules import quarter_to_return
from portfolio.returns.views.room import room, workbook_download
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import session
from portfolio.web.paging import paged


@room.get("/returns")
@allow(Act.SEE_RETURNS)
def index() -> Any:
    """The returns of a quarter: the area's and each partnership's, how far they are, and their files."""
    within = viewer().within(Act.SEE_RETURNS)
    years = list(session().scalars(years_within(within)))
    if not years:
        return render_template("returns/index.html", year=None)
    year, quarter = asked_for(years)
    csps, page = paged(queries.csps_to_show(year, within))
    form = LookForm()
    form.offer(years, year, quarter)
    slots = queries.slots(session(), year, quarter, csps, within, today())
    waiting = [slot.place for slot in slots if not slot.has_left]
    return render_template(
        "returns/index.html",
        year=year,
        quarter=quarter,
        form=form,
        page=page,
        slots=slots,
        missing={found.place.slug: found.in_words for found in open_in_quarter(session(), waiting)},
        reaches_area=within.holds_area(year.police_area_id),
        has_statement=quarter.number == 4 and within.holds_area(year.police_area_id),
    )


def asked_for(years: list[FundingYear]) -> tuple[FundingYear, Quarter]:
    """The year and the quarter to show: as asked for, or the latest year and the quarter whose return is in hand."""
    asked = request.args.get("year", type=int)
    year = next((one for one in years if one.id == asked), None)
    if year is None and asked is not None:
        raise NotFound("There is no such funding year")
    begun = [one for one in years if one.year.first_day <= today()]
    year = year or (begun or years)[0]
    named = request.args.get("quarter")
    return year, Quarter.parse(year.year, named) if named else quarter_to_return(year.year, today())


@room.get("/returns/<int:year_id>/statement")
@allow(Act.SEE_RETURNS)
def statement(year_id: int) -> Any:
    """The Statement of Grant Expenditure of a year, as it stands now."""
    within = viewer().within(Act.SEE_RETURNS)
    year = get_year(session(), year_id, within)
    if not within.holds_area(year.police_area_id):
        raise NotFound("There is no such statement")
    return workbook_download(*statement_file(session(), year))
