"""Signing in and out."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.people.actions import find_by_password
from portfolio.people.forms import SignInForm
from portfolio.people.views.room import room
from portfolio.web import access
from portfolio.web.access import public, signed_in
from portfolio.web.database import session
from portfolio.web.errors import put_on


@room.get("/sign-in")
@public()
def sign_in() -> Any:
    """The form; somebody who is signed in already goes on."""
    if access.find_viewer_now() is not None:
        return redirect(_asked_for())
    return render_template("people/sign_in.html", form=SignInForm())


@room.post("/sign-in")
@public()
def sign_in_now() -> Any:
    """Signs in and goes on to the page that was asked for; says the same of an unknown address and a wrong password."""
    form = SignInForm()
    if form.validate_on_submit():
        person = find_by_password(session(), form.email.data, form.password.data or "")
        if person is not None:
            asked_for = _asked_for()
            access.sign_in(person.id)
            return redirect(asked_for)
        put_on(form, "The e-mail address or the password is not right. Check both, and try again", "email")
    return render_template("people/sign_in.html", form=form), 422


def _asked_for() -> str:
    return access.local_path(request.args.get("next")) or "/"


@room.post("/sign-out")
@signed_in()
def sign_out() -> Any:
    """Signs out."""
    access.sign_out()
    flash("You are signed out.", "success")
    return redirect(url_for("people.sign_in"))
