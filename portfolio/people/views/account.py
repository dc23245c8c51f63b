"""One's own account: who one is here, where one is signed in, and one's passphrase."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.errors import NotFound
from portfolio.people import sessions
from portfolio.people.actions import is_password_of, list_places
from portfolio.people.forms import PassphraseForm
from portfolio.people.models import Person
from portfolio.people.second_factor import standing_of
from portfolio.people.signing_in import WrongPresent, change_password, last_attempts, withdraw
from portfolio.people.views.attempting import begin_attempt
from portfolio.people.views.room import oneself, room
from portfolio.web import access, clock
from portfolio.web.access import signed_in
from portfolio.web.database import commit, keeping, session
from portfolio.web.errors import refusals_on
from portfolio.web.forms import ButtonForm


@room.get("/account")
@signed_in()
def account() -> Any:
    """One's name and roles, sessions, latest sign-ins, and how one proves who one is."""
    person = oneself()
    return render_template(
        "people/account.html",
        person=person,
        places=list_places(session()),
        sessions=sessions.list_sessions(session(), person.id, clock.machine_moment()),
        here=access.session_id(),
        attempts=last_attempts(session(), person.id),
        second_factor=standing_of(session(), person, clock.today()),
        button=ButtonForm(),
    )


@room.post("/account/sessions/<int:session_id>/end")
@signed_in()
def end_session(session_id: int) -> Any:
    """Signs out on another browser."""
    with keeping() as kept_in:
        ended = sessions.end_session(kept_in, access.viewer().person_id, session_id, clock.machine_moment())
    if not ended:
        raise NotFound("There is no such session")
    flash("You are signed out there.", "success")
    return redirect(url_for(".account"))


@room.post("/account/sign-out-everywhere")
@signed_in()
def sign_out_everywhere() -> Any:
    """Signs out here and on every other browser."""
    person_id = access.viewer().person_id
    with keeping() as kept_in:
        sessions.end_sessions(kept_in, person_id, clock.machine_moment())
    access.sign_out()
    flash("You are signed out everywhere.", "success")
    return redirect(url_for(".sign_in"))


@room.get("/account/passphrase")
@signed_in()
def passphrase() -> Any:
    """The form for a new passphrase; for those who sign in without one there is none."""
    _refuse_without_passphrase(oneself())
    return render_template("people/passphrase.html", form=PassphraseForm())


@room.post("/account/passphrase")
@signed_in(deed="Changed their passphrase")
def change_passphrase() -> Any:
    """Takes a new passphrase from whoever knows the present one, and signs them out everywhere else."""
    _refuse_without_passphrase(oneself())
    form = PassphraseForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            _change(oneself(), form.present.data or "", form.password.data or "")
        if outcome.ok:
            flash("Your passphrase is changed. You are signed out everywhere else.", "success")
            return redirect(url_for(".account"))
    return render_template("people/passphrase.html", form=form), 422


def _change(person: Person, present: str, password: str) -> None:
    # Each change is kept before the next passphrase is worked on, which takes its time: nobody else waits for it.
    attempt_id = begin_attempt(person.email)
    if not is_password_of(person, present):
        raise WrongPresent
    withdraw(session(), attempt_id)
    commit()
    change_password(session(), person, password, clock.machine_moment(), access.session_id())
    commit()
    access.renew()


def _refuse_without_passphrase(person: Person) -> None:
    if person.password_hash is None:
        raise NotFound("There is no passphrase to change")
