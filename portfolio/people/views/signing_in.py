"""Signing in and out."""

from functools import partial
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.people.actions import find_by_password
from portfolio.people.forms import SignInForm
from portfolio.people.giving import normal_email
from portfolio.people.second_factor import Need, need_of
from portfolio.people.signing_in import WrongPassphrase, confirm
from portfolio.people.views.attempting import begin_attempt
from portfolio.people.views.room import room
from portfolio.web import access, clock
from portfolio.web.access import public, signed_in
from portfolio.web.database import session
from portfolio.web.errors import refusals_on

NEXT = {Need.CODE: "people.enter_code", Need.ENROL: "people.enrol_at_sign_in"}


@room.get("/sign-in")
@public()
def sign_in() -> Any:
    """The form; somebody who is signed in already goes on."""
    if access.find_viewer_now() is not None:
        return redirect(_asked_for() or "/")
    return render_template("people/sign_in.html", form=SignInForm())


@room.post("/sign-in")
@public()
def sign_in_now() -> Any:
    """Signs in and goes on; says the same of an unknown address and a wrong passphrase, after the same work."""
    form = SignInForm()
    if form.validate_on_submit():
        asked_for = _asked_for()
        with refusals_on(form) as outcome:
            need = _enter(normal_email(form.email.data), form.password.data or "")
        if outcome.ok:
            return redirect(url_for(NEXT[need], next=asked_for) if need in NEXT else asked_for or "/")
    return render_template("people/sign_in.html", form=form), 422


def _enter(email: str, password: str) -> Need:
    attempt_id = begin_attempt(email)
    person = find_by_password(session(), email, password)
    if person is None:
        raise WrongPassphrase
    need = need_of(session(), person, clock.today())
    awaits_code = need is not Need.NONE
    proved = partial(
        confirm,
        attempt_id=attempt_id,
        person_id=person.id,
        password_hash=person.password_hash,
        awaits_code=awaits_code,
    )
    access.sign_in(person.id, awaits_code=awaits_code, proved=proved)
    return need


def _asked_for() -> str | None:
    return access.local_path(request.args.get("next"))


@room.post("/sign-out")
@signed_in()
def sign_out() -> Any:
    """Signs out."""
    access.sign_out()
    flash("You are signed out.", "success")
    return redirect(url_for("people.sign_in"))
