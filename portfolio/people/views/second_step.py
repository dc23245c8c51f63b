"""The second step of signing in: a code, or setting up the app where a role needs one.

Whoever comes here has given their passphrase; until this is done they are nobody for every other page.
"""

from dataclasses import replace
from typing import Any

from flask import abort, redirect, render_template, request, url_for

from portfolio.people.forms import CodeForm
from portfolio.people.models import Person, SignInOutcome
from portfolio.people.second_factor import Need, Offer, need_of, set_up, use_code
from portfolio.people.signing_in import withdraw
from portfolio.people.views import offering
from portfolio.people.views.attempting import begin_attempt
from portfolio.people.views.room import room
from portfolio.web import access, clock
from portfolio.web.access import public
from portfolio.web.database import config, session, sign_as
from portfolio.web.errors import refusals_on
from portfolio.web.forms import ButtonForm

WHERE = {Need.NONE: "people.sign_in", Need.CODE: "people.enter_code", Need.ENROL: "people.enrol_at_sign_in"}


def _asked_for() -> str | None:
    """The page that signing in leads to."""
    return access.local_path(request.args.get("next"))


def _half_signed_in(need: Need) -> Person:
    """Who gave their passphrase and is asked for this next; whoever is not is sent where they belong."""
    person = access.half_signed_in()
    if person is None:
        abort(redirect("/" if access.find_viewer_now() else url_for("people.sign_in", next=_asked_for())))
    present = need_of(session(), person, clock.today())
    if present is not need:
        abort(redirect(url_for(WHERE[present], next=_asked_for())))
    if "author" in session().info:
        # They are nobody for the rest of the site, but what they do here is done by them.
        sign_as(replace(session().info["author"], name=person.mark))
    return person


@room.get("/sign-in/code")
@public()
def enter_code() -> Any:
    """Asks for a code."""
    _half_signed_in(Need.CODE)
    return _show_code(CodeForm())


@room.post("/sign-in/code")
@public(deed="Signed in with a code")
def enter_code_now() -> Any:
    """Signs in with a code of the app, or a recovery code, and goes on to the page that was asked for."""
    person = _half_signed_in(Need.CODE)
    form = CodeForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            _try_code(person, form.code.data)
        if outcome.ok:
            return redirect(_asked_for() or "/")
    return _show_code(form), 422


def _try_code(person: Person, typed: str) -> None:
    """Counted as wrong before it is looked at, like a passphrase, and under the same delays."""
    attempt_id = begin_attempt(person.email, SignInOutcome.WRONG_CODE)
    use_code(session(), config(), person, typed, clock.machine_moment())
    withdraw(session(), attempt_id)
    access.sign_in(person.id)


def _show_code(form: CodeForm) -> str:
    recovery = "recovery" in request.args
    return render_template("people/enter_code.html", form=form, recovery=recovery, asked_for=_asked_for())


@room.get("/sign-in/second-factor")
@public()
def enrol_at_sign_in() -> Any:
    """Says that one's role needs an authenticator app."""
    _half_signed_in(Need.ENROL)
    return render_template("people/enrol.html", form=ButtonForm(), asked_for=_asked_for())


@room.post("/sign-in/second-factor")
@public()
def begin_to_enrol() -> Any:
    """Offers a secret."""
    offering.offer_now(_half_signed_in(Need.ENROL))
    return redirect(url_for(".enrol_app", next=_asked_for()))


@room.get("/sign-in/second-factor/app")
@public()
def enrol_app() -> Any:
    """Shows the secret that was offered, and asks for a code of it."""
    person, offer = _enrolling()
    return _show_app(person, offer, CodeForm())


@room.get("/sign-in/second-factor/app.svg")
@public()
def enrolment_picture() -> Any:
    """The secret that was offered, as a QR code."""
    return offering.picture_of(*_enrolling())


@room.post("/sign-in/second-factor/app")
@public(deed="Set up a second factor")
def enrol_now() -> Any:
    """Sets the app up, signs in, and shows the recovery codes."""
    person, offer = _enrolling()
    form = CodeForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            codes = set_up(session(), config(), person, offer, form.code.data, clock.machine_moment())
            access.sign_in(person.id)
        if outcome.ok:
            return offering.show_recovery_codes(codes, _asked_for() or "/")
    return _show_app(person, offer, form), 422


def _enrolling() -> tuple[Person, Offer]:
    person, offer = _half_signed_in(Need.ENROL), offering.offered()
    if offer is None:
        abort(redirect(url_for(".enrol_at_sign_in", next=_asked_for())))
    return person, offer


def _show_app(person: Person, offer: Offer, form: CodeForm) -> str:
    return offering.show_app(
        person,
        offer,
        form,
        account=False,
        picture=url_for(".enrolment_picture"),
        cancel=url_for(".enrol_at_sign_in", next=_asked_for()),
    )
