"""The workspace: a portfolio is tried in the page's address, and kept under a name when somebody says so."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.people.actions import get_person
from portfolio.people.rules import Act
from portfolio.scenarios import queries, showing
from portfolio.scenarios.actions import change_scenario, remove_scenario, save_scenario
from portfolio.scenarios.forms.working import WorkForm, told_of, work_form
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.queries import Weighed, weighed
from portfolio.scenarios.rules import bad_plan, suggested_over
from portfolio.scenarios.views.room import decides, place, room
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.errors import put_on, refusals_on
from portfolio.web.forms import ButtonForm


@room.get("/scenarios/rounds/<int:year_id>/<csp_key>/new")
@allow(Act.TRY)
def new(year_id: int, csp_key: str) -> Any:
    """A workspace that begins with what is decided, or as its address says."""
    at = place(year_id, csp_key)
    return _try(_asked(at), at)


@room.post("/scenarios/rounds/<int:year_id>/<csp_key>/new")
@allow(Act.TRY, deed="Saved a scenario")
def save_new(year_id: int, csp_key: str) -> Any:
    """Keeps what is tried under a name; or tries it, or looks for the best set under the same ceilings."""
    at = place(year_id, csp_key)
    form = work_form(at, at.nothing)
    if form.validate_on_submit():
        if request.form.get("do") != "save":
            return redirect(_onward(form, url_for(".new", year_id=year_id, csp_key=csp_key, **form.address())))
        return _save(form, at, None)
    return _page(form, at, None), 422


@room.get("/scenarios/<int:number>")
@allow(Act.TRY)
def scenario(number: int) -> Any:
    """A scenario as a panel reads it, on paper too."""
    found, at = _found(number)
    return _read(found, at, ButtonForm())


@room.get("/scenarios/<int:number>/change")
@allow(Act.TRY)
def change(number: int) -> Any:
    """The workspace of a scenario, as it was saved, or as the address says."""
    found, at = _found(number)
    return _try(_asked(at, found), at, found)


@room.post("/scenarios/<int:number>/change")
@allow(Act.TRY, deed="Saved a scenario")
def save(number: int) -> Any:
    """Keeps what is tried in the scenario's place, or under another name; or tries it."""
    found, at = _found(number)
    form = work_form(at, at.plan_of(found), scenario=found)
    if form.validate_on_submit():
        if request.form.get("do") not in ("save", "copy"):
            return redirect(_onward(form, url_for(".change", number=number, **form.address())))
        return _save(form, at, found if request.form["do"] == "save" else None, found)
    return _page(form, at, found), 422


@room.post("/scenarios/<int:number>/remove")
@allow(Act.TRY, deed="Removed a scenario")
def remove(number: int) -> Any:
    """Removes a scenario that nobody turned into decisions."""
    found, at = _found(number)
    form = ButtonForm()
    with refusals_on(form) as outcome:
        person = get_person(session(), viewer().person_id)
        remove_scenario(session(), found, by=person, decides=decides(found.csp))
        commit()
    if outcome.ok:
        flash("The scenario is removed.", "success")
        return redirect(url_for(".tried", year_id=at.year.id, csp_key=at.csp.key))
    return _read(found, at, form), 422


def _found(number: int) -> tuple[Scenario, Weighed]:
    found = queries.get_scenario(session(), number, viewer().within(Act.TRY))
    return found, weighed(session(), found.funding_year, found.csp, viewer().person_id)


def _asked(at: Weighed, found: Scenario | None = None) -> WorkForm:
    """The workspace's form, as its address says, or as the scenario was saved, or as was decided."""
    begin = at.decided if found is None else at.plan_of(found)
    return work_form(at, begin, request.args if "tried" in request.args else None, found)


def _try(form: WorkForm, at: Weighed, found: Scenario | None = None) -> Any:
    """The workspace with what is tried in it; what cannot be read, or tried, is said and tells nobody of saving."""
    readable = form.reads()
    for error in bad_plan(form.plan(), at.candidates, at.streams) if readable else ():
        put_on(form, error.sentence, error.field)
    return _page(form, at, found)


def _onward(form: WorkForm, workspace: str) -> str:
    """Where the form leads when it does not save."""
    at = form.weighed
    if request.form.get("do") != "best":
        return f"{workspace}#figures"
    told = told_of(form.plan(), at)
    ceilings = {name: value for name, value in told.items() if name.startswith(("ceiling-", "over_"))}
    return url_for(".best", year_id=at.year.id, csp_key=at.csp.key, **ceilings)


def _save(form: WorkForm, at: Weighed, into: Scenario | None, shown: Scenario | None = None) -> Any:
    with refusals_on(form) as outcome:
        plan, name, note = form.plan(), form.name.data, form.note.data
        by = get_person(session(), viewer().person_id)
        if into is None:
            kept = save_scenario(session(), at.year, at.csp, plan, name=name, note=note, by=by, now=moment())
        else:
            seen, may = form.seen_edition(), decides(at.csp)
            kept = change_scenario(session(), into, plan, name=name, note=note, seen=seen, by=by, decides=may)
        commit()
    if outcome.ok:
        flash(f"“{kept.name}” is saved. Nothing is decided by it.", "success")
        return redirect(url_for(".scenario", number=kept.id))
    return _page(form, at, shown), 422


def _page(form: WorkForm, at: Weighed, found: Scenario | None) -> str:
    plan = form.plan()
    past = queries.past_years(session(), at.year, at.csp, today())
    return render_template(
        "scenarios/work.html",
        form=form,
        at=at,
        scenario=found,
        tally=at.tally(plan),
        taken=showing.taken_in(at, plan),
        past=past,
        over=suggested_over(past),
        interests=queries.own_interests(session(), viewer().person_id, at.candidates),
    )


def _read(found: Scenario, at: Weighed, form: ButtonForm) -> str:
    plan = at.plan_of(found)
    may_change = found.decided_at is None and (found.made_by_id == viewer().person_id or decides(at.csp))
    return render_template(
        "scenarios/scenario.html",
        form=form,
        at=at,
        scenario=found,
        plan=plan,
        tally=at.tally(plan),
        taken=showing.taken_in(at, plan),
        left_out=showing.left_out(at, plan),
        may_change=may_change,
        may_decide=found.decided_at is None and decides(at.csp),
    )
