"""Match: a year against the rule, who gives it, what was promised and came over the years, and one award's funders."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within, get_award, reaches
from portfolio.errors import NotFound
from portfolio.funding_years.models import FundingYear, Organisation
from portfolio.funding_years.queries import organisations
from portfolio.match_funding.actions import add_match, record_receipt, set_match
from portfolio.match_funding.charts import promised_and_delivered
from portfolio.match_funding.forms import (
    FunderFilter,
    MatchForm,
    NewMatchForm,
    ProjectFilter,
    PromiseFilter,
    ReceiptForm,
    YearFilter,
)
from portfolio.match_funding.models import Match
from portfolio.match_funding.queries import (
    alerts_of,
    get_match,
    matched_awards,
    matches_of,
    offers_of,
    spent_by_quarter,
    totals,
    warnings_of,
    years_with_awards,
)
from portfolio.match_funding.years import (
    YearOfMatch,
    funders_of,
    match_by_funder,
    match_by_quarter,
    match_over_the_years,
    promises,
)
from portfolio.money import ZERO
from portfolio.people.rules import Act
from portfolio.quarters import Quarter, between
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged
from portfolio.web.pictures import is_narrow, picture
from reports.charts import svg

room = Blueprint("match_funding", __name__)


@room.get("/match")
@allow(Act.SEE_MATCH)
def index() -> Any:
    """A year's match against the rule, by quarter and by award, cash and in kind apart."""
    only = awards_within(viewer().within(Act.SEE_MATCH))
    years = years_with_awards(session(), only)
    if not years:
        return render_template("match_funding/index.html", year=None)
    form = ProjectFilter(formdata=request.args)
    form.offer(years)
    year = _chosen(form, years) or years[0]
    form.year.data = year.id
    lack = form.lack.data if form.validate() else None
    rows, page = paged(matched_awards(year, only, lack))
    whole = totals(session(), year, only)
    return render_template(
        "match_funding/index.html",
        year=year,
        form=form,
        rows=rows,
        page=page,
        lack=lack,
        whole=whole,
        alerts=alerts_of(whole, year, today()),
        quarters=match_by_quarter(session(), year, only, today()),
    )


def _chosen(form: YearFilter, years: Sequence[FundingYear]) -> FundingYear | None:
    return next((row for row in years if row.id == form.year.data), None)


@room.get("/match/funders")
@allow(Act.SEE_MATCH)
def funders() -> Any:
    """Who gives match, of one year or of all: what they pledged, secured, and delivered."""
    only = awards_within(viewer().within(Act.SEE_MATCH))
    years = years_with_awards(session(), only)
    form = FunderFilter(formdata=request.args)
    form.offer(years)
    year = _chosen(form, years)
    form.year.data = year.id if year else None
    rows, page = paged(match_by_funder(only, year))
    return render_template("match_funding/funders.html", form=form, rows=rows, page=page, year=year)


@room.get("/match/years")
@allow(Act.SEE_MATCH)
def over_the_years() -> Any:
    """What was promised and what came, year by year: of all funders, or of one."""
    form, funder, years = _years()
    return render_template(
        "match_funding/years.html",
        form=form,
        funder=funder,
        years=years,
        chart=promised_and_delivered(years, funder) if years else None,
    )


@room.get("/match/years/chart.svg")
@allow(Act.SEE_MATCH)
def years_chart() -> Any:
    """The same as a picture."""
    _, funder, years = _years()
    chart = promised_and_delivered(years, funder, narrow=is_narrow())
    return picture(svg(chart))


def _years() -> tuple[PromiseFilter, Organisation | None, list[YearOfMatch]]:
    """Whose promises the address asks for, and the years; raises NotFound for a funder who is not within reach."""
    only = awards_within(viewer().within(Act.SEE_MATCH))
    form, offered = PromiseFilter(formdata=request.args), funders_of(session(), only)
    form.offer(offered)
    if not form.validate():
        raise NotFound("There is no such funder")
    funder = next((row for row in offered if row.id == form.funder.data), None)
    return form, funder, match_over_the_years(session(), only, funder)


def _award(reference: str, csp_key: str, act: Act) -> Award:
    return get_award(session(), reference, csp_key, awards_within(viewer().within(act)))


def _quarters(award: Award) -> list[Quarter]:
    return [quarter for quarter in between(award.starts_on, award.ends_on) if quarter.first_day <= today()]


@room.get("/match/<reference>/<csp_key>")
@allow(Act.SEE_MATCH)
def award(reference: str, csp_key: str) -> Any:
    """One award's match: who gives it, what is secured, what has come by quarter, and what was spent."""
    found = _award(reference, csp_key, Act.SEE_MATCH)
    given = matches_of(session(), found)
    return render_template(
        "match_funding/award.html",
        award=found,
        matches=given,
        spent=spent_by_quarter(session(), found),
        promises=promises(offers_of(session(), found), given),
        warnings=warnings_of(found, given),
        may_record=reaches(viewer().within(Act.SET_MATCH), found),
    )


@room.get("/match/<reference>/<csp_key>/add")
@allow(Act.SET_MATCH)
def new(reference: str, csp_key: str) -> Any:
    """The form for another funder; it begins with what the proposal offered of one, where the address names them."""
    found = _award(reference, csp_key, Act.SET_MATCH)
    named = request.args.get("offer")
    offer = next((one for one in offers_of(session(), found) if str(one.id) == named), None)
    begin = {"funder": offer.funder_id, "kind": offer.kind, "pledged": offer.pledged} if offer else {}
    return _adding(found, NewMatchForm(formdata=None, data={"secured": ZERO, **begin}))


def _adding(found: Award, form: NewMatchForm) -> str:
    form.offer(organisations(session()))
    return render_template("match_funding/add.html", award=found, form=form)


@room.post("/match/<reference>/<csp_key>/add")
@allow(Act.SET_MATCH, deed="Recorded match")
def add(reference: str, csp_key: str) -> Any:
    """Records another funder's match."""
    found, form = _award(reference, csp_key, Act.SET_MATCH), NewMatchForm()
    funders = {row.id: row for row in organisations(session())}
    form.offer(funders.values())
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            add_match(session(), found, funders[form.funder.data], form.kind.data, today=today(), **_terms(form))
            commit()
        if outcome.ok:
            flash("The match is recorded.", "success")
            return redirect(url_for(".award", reference=reference, csp_key=csp_key))
    return _adding(_award(reference, csp_key, Act.SET_MATCH), form), 422


def _terms(form: MatchForm) -> dict[str, Any]:
    return {
        "pledged": form.pledged.data,
        "secured": form.secured.data,
        "secured_on": form.secured_on.data,
        "basis": form.basis.data,
    }


@room.get("/match/<reference>/<csp_key>/<int:number>")
@allow(Act.SET_MATCH)
def match(reference: str, csp_key: str, number: int) -> Any:
    """The forms for what is secured, and for what came in a quarter."""
    found = _award(reference, csp_key, Act.SET_MATCH)
    return _recording(found, get_match(session(), found, number))


def _recording(found: Award, row: Match, terms: MatchForm | None = None, came: ReceiptForm | None = None) -> str:
    terms = terms or MatchForm(formdata=None, obj=row)
    came = came or ReceiptForm(formdata=None)
    came.offer(_quarters(found))
    return render_template("match_funding/match.html", award=found, match=row, terms=terms, came=came)


@room.post("/match/<reference>/<csp_key>/<int:number>")
@allow(Act.SET_MATCH, deed="Changed match")
def change(reference: str, csp_key: str, number: int) -> Any:
    """Records what is pledged and secured by now."""
    found, form = _award(reference, csp_key, Act.SET_MATCH), MatchForm()
    row = get_match(session(), found, number, held=True)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            set_match(row, today=today(), **_terms(form))
            commit()
        if outcome.ok:
            flash("The match is recorded.", "success")
            return redirect(url_for(".award", reference=reference, csp_key=csp_key))
    return _recording(found, row, terms=form), 422


@room.post("/match/<reference>/<csp_key>/<int:number>/received")
@allow(Act.SET_MATCH, deed="Recorded match received")
def receive(reference: str, csp_key: str, number: int) -> Any:
    """Records what came in a quarter."""
    found, form = _award(reference, csp_key, Act.SET_MATCH), ReceiptForm()
    row, quarters = get_match(session(), found, number, held=True), _quarters(found)
    form.offer(quarters)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            record_receipt(session(), row, quarters[form.quarter.data], form.amount.data, today=today())
            commit()
        if outcome.ok:
            flash("What came is recorded.", "success")
            return redirect(url_for(".award", reference=reference, csp_key=csp_key))
    return _recording(found, row, came=form), 422
