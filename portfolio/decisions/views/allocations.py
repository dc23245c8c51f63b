"""The page that changes what a year gives, held to what is awarded of it already."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.decisions.actions import change_allocations
from portfolio.decisions.views.room import room
from portfolio.funding_years.actions import allocations_of
from portfolio.funding_years.forms import AllocationsForm, allocations_form
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import get_year
from portfolio.people.rules import Act
from portfolio.web.access import allow, viewer
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on


@room.get("/years/<int:number>/allocations")
@allow(Act.SET_YEAR)
def allocations(number: int) -> Any:
    """The form, with the amounts as they stand."""
    year = get_year(session(), number, viewer().within(Act.SET_YEAR))
    return render_template("decisions/allocations.html", year=year, form=_form(year))


@room.post("/years/<int:number>/allocations")
@allow(Act.SET_YEAR, deed="Changed a year's allocations")
def change(number: int) -> Any:
    """Changes them."""
    year = get_year(session(), number, viewer().within(Act.SET_YEAR))
    form = _form(year)
    if form.validate_on_submit():
        with refusals_on(form, form.boxes.places()) as outcome:
            change_allocations(session(), year, form.allocation(), form.shares())
            commit()
        if outcome.ok:
            flash(f"The amounts of {year.year} are changed.", "success")
            return redirect(url_for("funding_years.settings", number=number))
    return render_template("decisions/allocations.html", year=year, form=form), 422


def _form(year: FundingYear) -> AllocationsForm:
    allocation, shares = allocations_of(year)
    return allocations_form(year.programme.streams, year.police_area.csps, allocation, shares)
