"""The pages about people: who there is, adding and disabling them."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.people.actions import add_person, disable_person, get_person, give_role, list_places, people_by_name
from portfolio.people.forms import DisableForm, PersonForm
from portfolio.people.rules import Act, Holding
from portfolio.people.views.room import room
from portfolio.web import clock
from portfolio.web.access import allow
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged
from portfolio.web.reading import note_reading


@room.get("/people")
@allow(Act.MANAGE_PEOPLE)
def index() -> Any:
    """Everybody, with their roles."""
    people, page = paged(people_by_name())
    note_reading("List of people", *(person.mark for person in people))
    return render_template("people/index.html", people=people, page=page, places=list_places(session()))


@room.get("/people/new")
@allow(Act.MANAGE_PEOPLE)
def new() -> Any:
    """The form for somebody new."""
    form = PersonForm()
    form.offer(list_places(session()))
    return render_template("people/new.html", form=form)


@room.post("/people/new")
@allow(Act.MANAGE_PEOPLE, deed="Added a person")
def add() -> Any:
    """Adds somebody with their first role."""
    form = PersonForm()
    form.offer(list_places(session()))
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            person = add_person(session(), form.name.data, form.email.data, form.password.data or None)
            give_role(person, Holding(form.role.data, form.csp.data, form.police_area.data))
            commit()
        if outcome.ok:
            flash(f"{person.name} is added.", "success")
            return redirect(url_for(".person", person_id=person.id))
    return render_template("people/new.html", form=form), 422


@room.get("/people/<int:person_id>")
@allow(Act.MANAGE_PEOPLE)
def person(person_id: int) -> Any:
    """One person, with their roles."""
    return _show(person_id, DisableForm())


@room.post("/people/<int:person_id>/disable")
@allow(Act.MANAGE_PEOPLE, deed="Disabled a person")
def disable(person_id: int) -> Any:
    """Signs somebody out for good."""
    form = DisableForm()
    with refusals_on(form) as outcome:
        disabled = disable_person(session(), person_id, clock.moment(), clock.today())
        commit()
    if outcome.ok:
        flash(f"{disabled.name} can no longer sign in.", "success")
        return redirect(url_for(".person", person_id=person_id))
    return _show(person_id, form), 422


def _show(person_id: int, form: DisableForm) -> str:
    found = get_person(session(), person_id)
    note_reading("Person", found.mark)
    return render_template("people/person.html", person=found, form=form, places=list_places(session()))
