"""The page of what a programme's funder sets, held to what is awarded under it already."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.decisions.terms import change_terms
from portfolio.decisions.views.room import room
from portfolio.funding_years.actions import terms_of
from portfolio.funding_years.forms import TermsForm
from portfolio.funding_years.queries import get_year
from portfolio.people.rules import Act
from portfolio.web.access import allow, viewer
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on


@room.get("/years/<int:number>/terms")
@allow(Act.SET_YEAR)
def terms(number: int) -> Any:
    """The terms of the year's programme, as they stand."""
    year = get_year(session(), number, viewer().within(Act.SET_YEAR))
    form = TermsForm.of(terms_of(year.programme))
    return render_template("decisions/terms.html", year=year, form=form)


@room.post("/years/<int:number>/terms")
@allow(Act.SET_YEAR, deed="Changed a programme's terms")
def set_terms(number: int) -> Any:
    """Changes them."""
    within = viewer().within(Act.SET_YEAR)
    year, form = get_year(session(), number, within), TermsForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            change_terms(session(), year.programme, form.terms(), within)
            commit()
        if outcome.ok:
            flash(f"The terms of {year.programme.name} are changed. What was issued stays as it is.", "success")
            return redirect(url_for("funding_years.settings", number=number))
    return render_template("decisions/terms.html", year=year, form=form), 422
