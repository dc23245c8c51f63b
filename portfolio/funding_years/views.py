"""The list of funding years, and the pages that open, copy, confirm and close one."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from portfolio.errors import NotFound, PortfolioError
from portfolio.funding_years import actions, queries, rules
from portfolio.funding_years.forms import (
    ConfirmForm,
    CopyForm,
    NewYearForm,
    allocations_form,
    suggested,
)
from portfolio.funding_years.models import FundingYear, PoliceArea, Programme
from portfolio.money import ZERO
from portfolio.people.rules import Act
from portfolio.quarters import FinancialYear
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import commit, session
from portfolio.web.errors import put_on, refusals_on
from portfolio.web.forms import ButtonForm
from portfolio.web.paging import paged

room = Blueprint("funding_years", __name__)


@room.get("/years")
@allow(Act.SEE_YEAR)
def index() -> Any:
    """Every funding year within reach, newest first, with what it gives."""
    years, page = paged(queries.years_within(viewer().within(Act.SEE_YEAR)))
    given = queries.given_in(session(), [year.id for year in years])
    return render_template("funding_years/index.html", years=years, given=given, page=page)


@room.get("/years/<int:number>/settings")
@allow(Act.SET_YEAR)
def settings(number: int) -> Any:
    """One year's allocations and shares, and what can be done with it."""
    return _show(_year(number))


@room.post("/years/<int:number>/confirm")
@allow(Act.SET_YEAR, deed="Confirmed a funding year")
def confirm(number: int) -> Any:
    """Confirms a provisional year."""
    year, form = _year(number), ConfirmForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.confirm_year(year, form.confirmed_on.data, form.reference.data, today())
            commit()
        if outcome.ok:
            flash(f"{year.year} is confirmed.", "success")
            return redirect(url_for(".settings", number=number))
    return _show(year, confirm=form), 422


@room.post("/years/<int:number>/close")
@allow(Act.SET_YEAR, deed="Closed a funding year")
def close(number: int) -> Any:
    """Closes a confirmed year."""
    year, form = _year(number), ButtonForm()
    with refusals_on(form) as outcome:
        actions.close_year(year)
        commit()
    if outcome.ok:
        flash(f"{year.year} is closed.", "success")
        return redirect(url_for(".settings", number=number))
    return _show(year, close=form), 422


@room.post("/years/<int:number>/copy")
@allow(Act.SET_YEAR, deed="Copied a funding year")
def copy(number: int) -> Any:
    """Opens another year with the same allocations and shares."""
    last, form = _year(number), CopyForm()
    if form.validate_on_submit():
        with refusals_on(form, {"": "year"}) as outcome:
            copied = actions.copy_year(session(), last, FinancialYear.parse(form.year.data))
            commit()
        if outcome.ok:
            flash(f"{copied.year} is open, with the amounts of {last.year}. It is provisional.", "success")
            return redirect(url_for(".settings", number=copied.id))
    return _show(last, copy=form), 422


def _year(number: int) -> FundingYear:
    return queries.get_year(session(), number, viewer().within(Act.SET_YEAR))


def _show(
    year: FundingYear,
    confirm: ConfirmForm | None = None,
    close: ButtonForm | None = None,
    copy: CopyForm | None = None,
) -> str:
    allocation, shares = actions.allocations_of(year)
    forms = {
        "confirm": confirm or ConfirmForm(formdata=None),
        "close": close or ButtonForm(formdata=None),
        "copying": copy or CopyForm(formdata=None, year=suggested(year)),
    }
    held_back = {
        stream: rules.held_back(amount, [given.get(stream, ZERO) for given in shares.values()])
        for stream, amount in allocation.items()
    }
    sent = confirm or close or copy
    return render_template(
        "funding_years/settings.html",
        year=year,
        allocation=allocation,
        shares=shares,
        held_back=held_back,
        forms=forms,
        sent=sent,
        has_errors=sent is not None,
    )


@room.get("/years/new")
@allow(Act.SET_YEAR)
def new() -> Any:
    """Asks which year to open; then for its amounts."""
    asked, chosen = _asked_for()
    if chosen is None:
        return render_template("funding_years/which.html", form=asked)
    programme, area, year = chosen
    form = allocations_form(programme.streams, area.csps)
    return render_template("funding_years/new.html", form=form, programme=programme, area=area, year=year)


@room.post("/years/new")
@allow(Act.SET_YEAR, deed="Opened a funding year")
def open_() -> Any:
    """Opens a year, provisionally."""
    _, chosen = _asked_for()
    if chosen is None:
        raise NotFound("Which year is to be opened is not said")
    programme, area, year = chosen
    form = allocations_form(programme.streams, area.csps)
    if form.validate_on_submit():
        with refusals_on(form, form.boxes.places()) as outcome:
            opened = actions.open_year(session(), programme, area, year, form.allocation(), form.shares())
            commit()
        if outcome.ok:
            flash(f"{year} is open. It is provisional until you confirm it.", "success")
            return redirect(url_for(".settings", number=opened.id))
    return render_template("funding_years/new.html", form=form, programme=programme, area=area, year=year), 422


def _asked_for() -> tuple[NewYearForm, tuple[Programme, PoliceArea, FinancialYear] | None]:
    """Which year to open, as the address says; None where it does not say, or says it wrongly."""
    form = NewYearForm(formdata=request.args)
    programmes = {row.id: row for row in queries.programmes(session())}
    areas = {row.id: row for row in queries.areas_of(session(), viewer().within(Act.SET_YEAR))}
    form.offer(programmes.values(), areas.values())
    if not request.args or not form.validate():
        return form, None
    try:
        year = FinancialYear.parse(form.year.data)
    except PortfolioError as error:
        put_on(form, error.sentence, "year")
        return form, None
    return form, (programmes[form.programme.data], areas[form.area.data], year)
