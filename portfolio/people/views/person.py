"""One person's page, for whoever looks after them: their roles, their account, and what is done to both."""

from typing import Any

from flask import flash, redirect, render_template, url_for
from werkzeug import Response

from portfolio.people.actions import disable_person, enable_person, end_role, list_places
from portfolio.people.forms import EndForm, NameForm, RoleForm
from portfolio.people.joining import invitations_of, send_invitation, send_reset
from portfolio.people.managing import correct, get_managed, get_role, give, in_directory, may_readdress
from portfolio.people.models import Person, RoleHeld
from portfolio.people.rules import Act
from portfolio.people.second_factor import require_of, standing_of
from portfolio.people.views.room import room
from portfolio.people.views.telling import key_of, on_its_way, purposes
from portfolio.web import clock
from portfolio.web.access import allow, viewer
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.forms import ButtonForm
from portfolio.web.reading import note_reading


def _managed(person_id: int) -> Person:
    return get_managed(session(), person_id, viewer())


def _back(person: Person, sentence: str) -> Response:
    flash(sentence, "success")
    return redirect(url_for(".person", person_id=person.id))


@room.get("/people/<int:person_id>")
@allow(Act.INVITE)
def person(person_id: int) -> Any:
    """One person, with their roles and how their account stands."""
    return _show(_managed(person_id), ButtonForm())


def _show(person: Person, form: ButtonForm) -> str:
    note_reading("Account and roles", person.mark)
    return render_template(
        "people/person.html",
        person=person,
        form=form,
        places=list_places(session()),
        invitation=invitations_of(session(), [person]).get(person.id),
        by_directory=bool(in_directory(session(), [person])),
        second_factor=standing_of(session(), person, clock.today()),
        may_readdress=may_readdress(viewer()),
        now=clock.machine_moment(),
        today=clock.today(),
    )


@room.get("/people/<int:person_id>/edit")
@allow(Act.INVITE)
def edit(person_id: int) -> Any:
    """The form for somebody's name and address."""
    found = _managed(person_id)
    return _show_name(found, _name_form(name=found.name, email=found.email))


@room.post("/people/<int:person_id>/edit")
@allow(Act.INVITE, deed="Corrected a person's name or address")
def save(person_id: int) -> Any:
    """Corrects them."""
    found, form = _managed(person_id), _name_form()
    if form.validate_on_submit():
        email = form.email.data if form.email else found.email
        with refusals_on(form) as outcome:
            correct(session(), found, form.name.data, email, viewer(), clock.machine_moment())
            commit()
        if outcome.ok:
            return _back(found, f"{found.name} is saved.")
    return _show_name(found, form), 422


def _name_form(**begun: str) -> NameForm:
    form = NameForm(**begun)
    form.offer(address=may_readdress(viewer()))
    return form


def _show_name(person: Person, form: NameForm) -> str:
    note_reading("Name and address", person.mark)
    return render_template("people/edit.html", person=person, form=form)


@room.get("/people/<int:person_id>/roles/new")
@allow(Act.INVITE)
def new_role(person_id: int) -> Any:
    """The form for another role."""
    return _show_role(_managed(person_id), _offered())


@room.post("/people/<int:person_id>/roles/new")
@allow(Act.INVITE, deed="Gave a role")
def give_role(person_id: int) -> Any:
    """Gives it."""
    found, form = _managed(person_id), _offered()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            held = give(session(), found, form.holding, viewer())
            require_of(session(), found, clock.today(), clock.machine_moment())
            commit()
        if outcome.ok:
            return _back(found, f"{found.name} is given the role {held.role.value}.")
    return _show_role(found, form), 422


def _offered() -> RoleForm:
    form = RoleForm()
    form.offer(list_places(session()), viewer())
    return form


def _show_role(person: Person, form: RoleForm) -> str:
    return render_template("people/give_role.html", person=person, form=form, purpose=purposes())


@room.get("/people/<int:person_id>/roles/<int:number>/end")
@allow(Act.INVITE)
def last_day(person_id: int, number: int) -> Any:
    """The form for a role's last day."""
    found = _managed(person_id)
    return _show_end(get_role(found, number, viewer()), EndForm(ends_on=clock.today()))


@room.post("/people/<int:person_id>/roles/<int:number>/end")
@allow(Act.INVITE, deed="Ended a role")
def end(person_id: int, number: int) -> Any:
    """Ends it."""
    found = _managed(person_id)
    held, form = get_role(found, number, viewer()), EndForm()
    role = held.role.value
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            end_role(session(), held, form.ends_on.data, clock.today())
            commit()
        if outcome.ok:
            return _back(found, f"The end of the role {role} of {found.name} is saved.")
    return _show_end(held, form), 422


def _show_end(held: RoleHeld, form: EndForm) -> str:
    return render_template(
        "people/end_role.html", person=held.person, held=held, form=form, places=list_places(session())
    )


@room.post("/people/<int:person_id>/disable")
@allow(Act.INVITE, deed="Disabled a person")
def disable(person_id: int) -> Any:
    """Lets somebody in no longer, from now on, in every process."""
    found, form = _managed(person_id), ButtonForm()
    with refusals_on(form) as outcome:
        disable_person(session(), person_id, clock.moment(), clock.today())
        commit()
    if outcome.ok:
        return _back(found, f"{found.name} can no longer sign in.")
    return _show(found, form), 422


@room.post("/people/<int:person_id>/enable")
@allow(Act.MANAGE_PEOPLE, deed="Enabled a person")
def enable(person_id: int) -> Any:
    """Lets somebody in again; an officer does not undo what an administrator had reason to do."""
    found = _managed(person_id)
    enable_person(session(), person_id)
    commit()
    return _back(found, f"{found.name} can sign in again.")


@room.post("/people/<int:person_id>/invitation")
@allow(Act.INVITE, deed="Sent an invitation again")
def invite_again(person_id: int) -> Any:
    """Sends the invitation again; the earlier link opens nothing any more."""
    found, form = _managed(person_id), ButtonForm()
    with refusals_on(form) as outcome:
        send_invitation(session(), found, clock.today(), by=viewer(), now=clock.machine_moment(), key_of=key_of())
        commit()
    return _back(found, on_its_way(found.email)) if outcome.ok else (_show(found, form), 422)


@room.post("/people/<int:person_id>/reset")
@allow(Act.INVITE, deed="Sent a link for a new passphrase")
def send_reset_link(person_id: int) -> Any:
    """Sends a link with which they choose a new passphrase."""
    found, form = _managed(person_id), ButtonForm()
    with refusals_on(form) as outcome:
        send_reset(session(), found, by=viewer(), now=clock.machine_moment(), key_of=key_of())
        commit()
    return _back(found, on_its_way(found.email)) if outcome.ok else (_show(found, form), 422)
