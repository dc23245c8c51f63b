"""A scenario turned into decisions, with one confirmation."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.assessment.queries import panel_of
from portfolio.decisions.views.room import claimed
from portfolio.people.actions import get_person
from portfolio.people.rules import Act
from portfolio.scenarios import deciding, queries
from portfolio.scenarios.deciding import proposed
from portfolio.scenarios.forms.deciding import RulingsForm, rulings_form
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.queries import Weighed, weighed
from portfolio.scenarios.rules import DecidedAlready
from portfolio.scenarios.views.room import room
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.errors import put_on, refusals_on
from portfolio.words import count


@room.get("/scenarios/<int:number>/decide")
@allow(Act.DECIDE)
def decide(number: int) -> Any:
    """What would be recorded, proposal by proposal, and what a decision needs besides."""
    scenario, at = _found(number)
    form = _form(scenario, at)
    if scenario.decided_at is not None:
        put_on(form, DecidedAlready().sentence)
    return _page(form, scenario, at)


@room.post("/scenarios/<int:number>/decide")
@allow(Act.DECIDE, deed="Turned a scenario into decisions")
def record(number: int) -> Any:
    """Records all of the decisions, or none."""
    scenario, at = _found(number)
    form = _form(scenario, at)
    if form.validate_on_submit():
        with refusals_on(form, {"decided_by": "deciders"}) as outcome:
            recorded = deciding.decide(
                session(),
                scenario,
                form.rulings(),
                seen=form.seen_edition(),
                by=get_person(session(), viewer().person_id),
                deciders=[get_person(session(), person_id) for person_id in form.deciders.data],
                at=moment(),
                claimed=claimed(),
            )
            commit()
        if outcome.ok:
            flash(
                f"{at.csp.short_name}: {count(recorded, 'decision')} recorded, as “{scenario.name}” had it.", "success"
            )
            return redirect(url_for(".scenario", number=number))
    return _page(form, scenario, at), 422


def _found(number: int) -> tuple[Scenario, Weighed]:
    scenario = queries.get_scenario(session(), number, viewer().within(Act.DECIDE))
    return scenario, weighed(session(), scenario.funding_year, scenario.csp, viewer().person_id)


def _form(scenario: Scenario, at: Weighed) -> RulingsForm:
    people = panel_of(session(), at.csp.id, today())
    rows = proposed(at.candidates, at.plan_of(scenario))
    return rulings_form(rows, at.year.programme, at.csp, people, scenario.edition)


def _page(form: RulingsForm, scenario: Scenario, at: Weighed) -> str:
    return render_template(
        "scenarios/decide.html",
        form=form,
        at=at,
        scenario=scenario,
        tally=at.tally(at.plan_of(scenario)),
        interests=queries.own_interests(session(), viewer().person_id, at.candidates),
    )
