"""One's own second factor: set up, replaced, turned off, new recovery codes; and an administrator's reset and rule."""

from typing import Any

from flask import abort, flash, redirect, render_template, url_for

from portfolio.people.actions import is_password_of
from portfolio.people.forms import Change, CodeForm, SecondFactorForm, SecondFactorRuleForm
from portfolio.people.models import Person
from portfolio.people.rules import Act
from portfolio.people.second_factor import (
    Offer,
    Standing,
    renew_recovery_codes,
    reset_second_factor,
    set_rule,
    set_up,
    standing_of,
    turn_off,
    without_one,
)
from portfolio.people.signing_in import WrongPresent, withdraw
from portfolio.people.views import offering
from portfolio.people.views.attempting import begin_attempt
from portfolio.people.views.room import oneself, room
from portfolio.settings import second_factor_is_required
from portfolio.web import clock
from portfolio.web.access import allow, session_id, signed_in, viewer
from portfolio.web.database import commit, config, session
from portfolio.web.errors import refusals_on
from portfolio.web.reading import note_reading


@room.get("/account/second-factor")
@signed_in()
def second_factor() -> Any:
    """How one's second factor stands, and what can be done to it."""
    standing = standing_of(session(), oneself(), clock.today())
    return _show(standing, _offering(standing))


@room.post("/account/second-factor")
@signed_in(deed="Changed their second factor")
def change_second_factor() -> Any:
    """Does to it what was chosen, or offers a first app, for whoever gives their passphrase."""
    person = oneself()
    standing = standing_of(session(), person, clock.today())
    form = _offering(standing)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            _prove(person, form.password.data or "")
            done = _change(person, form.change.data if standing.since else Change.NEW_APP)
        if outcome.ok:
            return done
    return _show(standing, form), 422


def _prove(person: Person, password: str) -> None:
    """Guesses at an unlocked desk are counted like those at the door; raises WrongPresent and TooSoon."""
    attempt_id = begin_attempt(person.email)
    if not is_password_of(person, password):
        raise WrongPresent().at("password")
    withdraw(session(), attempt_id)
    commit()


def _change(person: Person, change: Change) -> Any:
    match change:
        case Change.NEW_APP:
            return _offer(person)
        case Change.NEW_CODES:
            codes = renew_recovery_codes(session(), person, clock.machine_moment())
            commit()
            return offering.show_recovery_codes(codes, url_for("people.account"))
        case Change.TURN_OFF:
            turn_off(session(), person, clock.today(), clock.machine_moment())
            commit()
            flash("Your second factor is turned off.", "success")
            return redirect(url_for("people.account"))


def _offer(person: Person) -> Any:
    offering.offer_now(person)
    return redirect(url_for(".new_app"))


def _offering(standing: Standing) -> SecondFactorForm:
    form = SecondFactorForm()
    form.offer(standing)
    return form


def _show(standing: Standing, form: SecondFactorForm) -> str:
    return render_template("people/second_factor.html", form=form, standing=standing)


@room.get("/account/second-factor/app")
@signed_in()
def new_app() -> Any:
    """Shows the secret that was offered, and asks for a code of it."""
    return _show_app(_offered(), CodeForm())


@room.get("/account/second-factor/app.svg")
@signed_in()
def app_picture() -> Any:
    """The secret that was offered, as a QR code."""
    return offering.picture_of(oneself(), _offered())


@room.post("/account/second-factor/app")
@signed_in(deed="Set up a second factor")
def set_up_app() -> Any:
    """Sets the app up, and shows the recovery codes."""
    offer, form = _offered(), CodeForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            codes = set_up(session(), config(), oneself(), offer, form.code.data, clock.machine_moment())
            commit()
        if outcome.ok:
            offering.forget()
            return offering.show_recovery_codes(codes, url_for("people.account"))
    return _show_app(offer, form), 422


def _offered() -> Offer:
    offer = offering.offered()
    if offer is None:
        abort(redirect(url_for(".second_factor")))
    return offer


def _show_app(offer: Offer, form: CodeForm) -> str:
    return offering.show_app(
        oneself(), offer, form, account=True, picture=url_for(".app_picture"), cancel=url_for("people.account")
    )


@room.post("/people/<int:person_id>/second-factor/reset")
@allow(Act.MANAGE_PEOPLE, deed="Reset a second factor")
def reset_somebodys_second_factor(person_id: int) -> Any:
    """For a lost telephone: takes somebody's app away and signs them out."""
    person = reset_second_factor(session(), person_id, clock.machine_moment())
    commit()
    flash(f"The second factor of {person.name} is reset.", "success")
    return redirect(url_for("people.person", person_id=person_id))


@room.get("/people/second-factor")
@allow(Act.MANAGE_PEOPLE)
def second_factor_rule() -> Any:
    """Whether guarded roles must have a second factor, and who of them has none."""
    is_required = second_factor_is_required(session())
    return _show_rule(SecondFactorRuleForm(required="yes" if is_required else "no"))


@room.post("/people/second-factor")
@allow(Act.MANAGE_PEOPLE, deed="Set who must have a second factor")
def set_second_factor_rule() -> Any:
    """Sets it, from now on: whoever then must have one and has none is signed out."""
    form = SecondFactorRuleForm()
    if form.validate_on_submit():
        required, now = form.required.data == "yes", clock.machine_moment()
        set_rule(session(), required=required, today=clock.today(), now=now, here=session_id())
        commit()
        flash("The rule for second factors is saved.", "success")
        return redirect(url_for(".second_factor_rule"))
    return _show_rule(form), 422


def _show_rule(form: SecondFactorRuleForm) -> str:
    without = without_one(session(), clock.today())
    note_reading("Who has no second factor", *(person.mark for person in without))
    has_none_oneself = viewer().person_id in {person.id for person in without}
    return render_template(
        "people/second_factor_rule.html", form=form, without=without, has_none_oneself=has_none_oneself
    )
