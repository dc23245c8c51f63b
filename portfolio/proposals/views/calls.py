"""Calls for proposals: which are open, what each says, and the page on which a partnership sets up its own."""

from collections.abc import Callable
from typing import Any, cast

from flask import current_app, flash, redirect, render_template, request, url_for
from sqlalchemy.orm import Session

from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.queries import get_csp, shares_of
from portfolio.people.rules import Act
from portfolio.proposals import call_queries, calls, queries
from portfolio.proposals.calling import said_of, set_call
from portfolio.proposals.calls import CallStage, call_stage
from portfolio.proposals.forms.calls import CallForm, as_said
from portfolio.proposals.models import Round
from portfolio.proposals.telling import call_in_words
from portfolio.proposals.views.room import room
from portfolio.quarters import FinancialYear
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged

PLACE = "/rounds/<year:year>/<csp_key>"
ScoringBegan = Callable[[Session, int, int], bool]


def scoring_began(year: FundingYear, csp: CSP) -> bool:
    """Whether anybody scores by a call's criteria: handed to the site by the room of assessments, which comes later."""
    began = cast(ScoringBegan, current_app.extensions["portfolio_scoring_began"])
    return began(session(), year.id, csp.id)


@room.get("/rounds")
@allow(Act.SEE_PROPOSALS)
def rounds() -> Any:
    """Every call that the person may read, and, for officers, the years for which theirs is not set up."""
    found, page = paged(call_queries.calls_heard(viewer()))
    return render_template(
        "proposals/rounds.html",
        calls=[(call, call_stage(call.opens_on, call.closes_on, today())) for call in found],
        page=page,
        to_set_up=call_queries.not_called(session(), viewer()),
    )


@room.get(PLACE)
@allow(Act.SEE_PROPOSALS)
def one_round(year: FinancialYear, csp_key: str) -> Any:
    """What a partnership calls for, and by what it judges."""
    csp = call_queries.get_csp_calling(session(), csp_key, viewer())
    of = _year_named(csp, year)
    call = queries.find_round(session(), of.id, csp.id)
    runs = viewer().within(Act.RUN_ROUND).holds(csp.id, csp.police_area_id)
    if call is None and not runs:
        raise NotFound("This partnership has no call for this year")
    stage = call_stage(call.opens_on, call.closes_on, today()) if call else None
    shares = shares_of(session(), of.id)
    return render_template(
        "proposals/round.html",
        call=call,
        csp=csp,
        year=of,
        stage=stage,
        when=call_in_words(call, stage) if call and stage else None,
        given=[(stream, shares[csp.id, stream.id]) for stream in of.programme.streams if (csp.id, stream.id) in shares],
        runs=runs,
        received=call_queries.received(session(), of.id, csp.id) if runs else None,
        may_enter=runs or (stage is CallStage.OPEN and viewer().may(Act.PROPOSE)),
        kept=_kept(),
    )


@room.get(f"{PLACE}/edit")
@allow(Act.RUN_ROUND)
def edit_round(year: FinancialYear, csp_key: str) -> Any:
    """The form of a call; a new one begins as is usual, or with what last year's said."""
    csp = get_csp(session(), csp_key, viewer().within(Act.RUN_ROUND))
    of = _year_named(csp, year)
    call, before = queries.find_round(session(), of.id, csp.id), call_queries.call_before(session(), of, csp.id)
    if call is not None:
        said = said_of(call)
    elif before is not None and "like" in request.args:
        said = calls.like_before(said_of(before), before.funding_year.year, of.year)
    else:
        said = calls.usual_call(of.year)
    return _form_page(CallForm(formdata=None, data=as_said(said)), of, csp, call)


@room.post(f"{PLACE}/edit")
@allow(Act.RUN_ROUND, deed="Set up a call for proposals")
def keep_round(year: FinancialYear, csp_key: str) -> Any:
    """Sets up a call, or changes it; or gives more lines, and keeps nothing."""
    csp = get_csp(session(), csp_key, viewer().within(Act.RUN_ROUND))
    of, form = _year_named(csp, year), CallForm()
    queries.hold_round(session(), of.id, csp.id, alone=True)
    call = queries.find_round(session(), of.id, csp.id)
    if request.form.get("do") == "more":
        form.lengthen()
        return _form_page(form, of, csp, call)
    if form.validate_on_submit():
        with refusals_on(form, form.places()) as outcome:
            set_call(session(), of, csp, form.said(), scoring_began=scoring_began(of, csp))
            commit()
        if outcome.ok:
            flash(f"The call of {csp.short_name} for {of.year} is saved.", "success")
            return redirect(url_for(".one_round", year=year, csp_key=csp_key, **_kept()))
    return _form_page(form, of, csp, call), 422


def _form_page(form: CallForm, of: FundingYear, csp: CSP, call: Round | None) -> str:
    return render_template(
        "proposals/edit_round.html",
        form=form,
        year=of,
        csp=csp,
        call=call,
        before=None if call else call_queries.call_before(session(), of, csp.id),
        stands=call is not None and scoring_began(of, csp),
        kept=_kept(),
    )


def _year_named(csp: CSP, year: FinancialYear) -> FundingYear:
    """The funding year that the address means: `?programme=` says of which, where a partnership has several."""
    found = call_queries.years_called_in(session(), csp, year)
    code = request.args.get("programme")
    named = [one for one in found if code in (None, one.programme.code)]
    if not named:
        raise NotFound("There is no such funding year")
    return named[0]


def _kept() -> dict[str, Any]:
    return {name: request.args[name] for name in ("programme",) if name in request.args}
