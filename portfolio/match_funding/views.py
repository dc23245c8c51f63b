"""Match: the year's list, held against the rule, and one award's funders."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within, get_award, reaches
from portfolio.funding_years.queries import organisations
from portfolio.match_funding.actions import add_match, record_receipt, set_match
from portfolio.match_funding.forms import MatchForm, NewMatchForm, ReceiptForm, YearFilter
from portfolio.match_funding.models import Match
from portfolio.match_funding.queries import (
    get_match,
    matched_awards,
    matches_of,
    spent_by_quarter,
    totals,
    warnings_of,
    years_with_awards,
)
from portfolio.money import ZERO
from portfolio.people.rules import Act
from portfolio.quarters import Quarter, between
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged

room = Blueprint("match_funding", __name__)


@room.get("/match")
@allow(Act.SEE_MATCH)
def index() -> Any:
    """A year's match by award: cash and in kind apart, secured, received and spent; all of it against the rule."""
    only = awards_within(viewer().within(Act.SEE_MATCH))
    years = years_with_awards(session(), only)
    if not years:
        return render_template("match_funding/index.html", year=None)
    form = YearFilter(formdata=request.args)
    form.offer(years)
    year = next((row for row in years if row.id == form.year.data), years[0])
    form.year.data = year.id
    rows, page = paged(matched_awards(year, only))
    whole = totals(session(), year, only)
    return render_template("match_funding/index.html", year=year, form=form, rows=rows, page=page, whole=whole)


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
        warnings=warnings_of(found, given),
        may_record=reaches(viewer().within(Act.SET_MATCH), found),
    )


@room.get("/match/<reference>/<csp_key>/add")
@allow(Act.SET_MATCH)
def new(reference: str, csp_key: str) -> Any:
    """The form for another funder."""
    return _adding(_award(reference, csp_key, Act.SET_MATCH), NewMatchForm(data={"secured": ZERO}))


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
    row = get_match(session(), found, number)
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
    row, quarters = get_match(session(), found, number), _quarters(found)
    form.offer(quarters)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            record_receipt(session(), row, quarters[form.quarter.data], form.amount.data, today=today())
            commit()
        if outcome.ok:
            flash("What came is recorded.", "success")
            return redirect(url_for(".award", reference=reference, csp_key=csp_key))
    return _recording(found, row, came=form), 422
