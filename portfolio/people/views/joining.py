"""The pages for those who cannot sign in yet, or no longer: an invitation's link, and a forgotten passphrase."""

from functools import partial
from typing import Any

from flask import redirect, render_template, url_for

from portfolio.history import Author
from portfolio.people.actions import hash_of, list_places
from portfolio.people.forms import ForgottenForm, JoinForm
from portfolio.people.joining import LASTS, LinkOver, answer_forgotten, get_link, note_asked, use_link
from portfolio.people.models import Link
from portfolio.people.rules import mark_of
from portfolio.people.second_factor import Need, need_of
from portfolio.people.views.room import room
from portfolio.people.views.signing_in import NEXT
from portfolio.people.views.telling import key_of
from portfolio.web import access, clock
from portfolio.web.access import public
from portfolio.web.callers import caller
from portfolio.web.database import keeping, rollback, session, sign_as
from portfolio.web.errors import refusals_on
from portfolio.web.mail import queue_behind_the_answer

CHOSE = "Chose a passphrase by a link"
ASKED = "Asked for a new passphrase"


@room.get("/join/<key>")
@public()
def join(key: str) -> Any:
    """The form behind a link; looking at it uses nothing up, as mail servers look at links too."""
    return _show(get_link(session(), key, clock.machine_moment()), JoinForm())


@room.post("/join/<key>")
@public(deed=CHOSE)
def join_now(key: str) -> Any:
    """Sets the passphrase, and signs in: with a code, where that is asked of them."""
    link, form = get_link(session(), key, clock.machine_moment()), JoinForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            need = _use(link, key, form.password.data or "")
        if outcome.ok:
            return redirect(url_for(NEXT[need]) if need in NEXT else "/")
    return _show(link, form), 422


def _use(link: Link, key: str, password: str) -> Need:
    person_id, about = link.person_id, (link.person.name, link.person.email)
    rollback()  # hashing takes its time, and nobody else who writes is to wait for it
    kept = hash_of(password, *about)
    sign_as(Author(mark_of(person_id), clock.moment(), CHOSE))
    person = use_link(session(), key, kept, clock.machine_moment()).person
    need = need_of(session(), person, clock.today())
    access.sign_in(person.id, awaits_code=need is not Need.NONE)
    return need


def _show(link: Link, form: JoinForm) -> str:
    return render_template("people/join.html", link=link, form=form, places=list_places(session()))


@room.errorhandler(LinkOver)
def link_is_over(_error: LinkOver) -> Any:
    """One page for every link that opens nothing, whatever the reason."""
    return render_template("people/link_over.html", hours=_hours()), 404


@room.get("/forgotten")
@public()
def ask_for_reset() -> Any:
    """The form for somebody who forgot their passphrase."""
    return render_template("people/forgotten.html", form=ForgottenForm())


@room.post("/forgotten")
@public()
def ask_for_reset_now() -> Any:
    """Answers the same, and as fast, for every address; what is to be sent is found out after the answer."""
    form, now, here = ForgottenForm(), clock.machine_moment(), caller()
    if form.validate_on_submit():
        with refusals_on(form) as outcome, keeping() as counting:
            note_asked(counting, form.email.data, here.address, here.browser, now)
        if outcome.ok:
            answer = partial(answer_forgotten, email=form.email.data, now=now, key_of=key_of())
            queue_behind_the_answer(Author("not signed in", clock.moment(), ASKED), answer)
            return redirect(url_for(".asked"))
    return render_template("people/forgotten.html", form=form), 422


@room.get("/forgotten/sent")
@public()
def asked() -> Any:
    """What happens next."""
    return render_template("people/asked.html", hours=_hours())


def _hours() -> int:
    return LASTS.days * 24
