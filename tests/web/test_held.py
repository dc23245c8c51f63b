"""A form whose session has ended is held, and taken later: from its person, as it was, and from nobody else."""

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from flask import Flask, request
from flask.testing import FlaskClient
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.clock import StoppedClock
from portfolio.people import sessions
from portfolio.people.rules import Act, Role
from portfolio.web import access, held
from tests.conftest import NOW, SignedIn, Visitor, title_of

TYPED = {"amount": "4,900.10", "story": 'First line\r\nSecond "line" <b>', "stream-0": "labour"}
PAGE = "/typed/here?quarter=q2"


def _again(view: Callable[[], Any]) -> Callable[[], Any]:
    """A view of its own that does the same: each declares who may open it."""
    return lambda: view()


@pytest.fixture(autouse=True)
def typing(app: Flask) -> None:
    """A page with a form that is kept, and one that is open to everybody."""
    app.config["WTF_CSRF_ENABLED"] = True

    def show() -> str:
        return f'<input name="csrf_token" value="{generate_csrf()}">'

    def keep() -> dict[str, str]:
        return request.form.to_dict()

    for rule, declare in (
        ("/typed/here", access.allow(Act.MANAGE_PEOPLE)),
        ("/typed/elsewhere", access.allow(Act.MANAGE_PEOPLE)),
        ("/typed/by-anybody", access.public()),
    ):
        app.get(rule, endpoint=f"show {rule}")(declare(_again(show)))
        app.post(rule, endpoint=f"keep {rule}")(declare(_again(keep)))


@pytest.fixture
def ann(signed_in: SignedIn) -> Visitor:
    """An administrator, signed in."""
    return signed_in(Role.ADMINISTRATOR)


def token(visitor: FlaskClient, page: str = PAGE) -> str:
    """The token of the form on a page."""
    return visitor.get(page).text.partition('value="')[2].partition('"')[0]


def end(session: Session, visitor: Visitor) -> None:
    """End somebody's sessions, as from elsewhere."""
    sessions.end_sessions(session, visitor.person.id, NOW)
    session.commit()


def again(answer: TestResponse) -> tuple[str, dict[str, str]]:
    """Where the page's form goes, and what it sends."""
    form = answer.text.partition("<main")[2].partition("<form")[2].partition("</form>")[0]
    pairs = re.findall(r'name="([^"]+)" value="([^"]*)"', form)
    return form.partition('action="')[2].partition('"')[0], {name: unescape(value) for name, value in pairs}


@pytest.fixture
def kept(ann: Visitor, session: Session) -> TestResponse:
    """The page that holds what Ann typed while her session ended."""
    sent = TYPED | {"csrf_token": token(ann)}
    end(session, ann)
    return ann.post(PAGE, data=sent)


def test_the_page_shows_what_was_typed_and_how_to_send_it(kept: TestResponse) -> None:
    assert kept.status_code == 403
    assert title_of(kept) == "You are no longer signed in"
    for told in ("Sign in in a new tab", "Stream 0", "4,900.10", "First line\nSecond &#34;line&#34; &lt;b&gt;"):
        assert told in kept.text
    action, sent = again(kept)
    assert action == PAGE
    assert sent.keys() == {*TYPED, "held"}


def test_it_is_taken_from_its_person_once_they_have_signed_in(ann: Visitor, kept: TestResponse) -> None:
    action, sent = again(kept)
    ann.sign_in_as(ann.person)
    answer = ann.post(action, data=sent)
    assert answer.status_code == 200
    assert answer.json is not None
    assert {name: answer.json[name] for name in TYPED} == TYPED | {"story": TYPED["story"].replace("\r\n", "\n")}


def test_sent_too_early_it_is_held_again(ann: Visitor, kept: TestResponse) -> None:
    answer = ann.post(PAGE, data=again(kept)[1])
    assert answer.status_code == 403
    action, sent = again(answer)
    ann.sign_in_as(ann.person)
    assert ann.post(action, data=sent).status_code == 200


def test_nobody_else_may_send_it(ann: Visitor, kept: TestResponse, signed_in: SignedIn, client: FlaskClient) -> None:
    action, sent = again(kept)
    other = signed_in(Role.ADMINISTRATOR)
    answer = other.post(action, data=sent)
    assert answer.status_code == 400
    assert "4,900.10" not in answer.text
    assert client.post(action, data=sent).status_code == 403
    assert signed_in(Role.LEAD).post(action, data=sent).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"amount": "5,000.00"},
        {"another": "box"},
        {"password": "a passphrase"},
        {"held": "nonsense"},
        {"held": ""},
    ],
)
def test_nothing_but_what_was_typed_is_taken(ann: Visitor, kept: TestResponse, change: dict[str, str]) -> None:
    action, sent = again(kept)
    ann.sign_in_as(ann.person)
    assert ann.post(action, data=sent | change).status_code == 400


@pytest.mark.parametrize("page", ["/typed/here?quarter=q3", "/typed/here", "/typed/elsewhere?quarter=q2"])
def test_it_is_taken_nowhere_else(ann: Visitor, kept: TestResponse, page: str) -> None:
    ann.sign_in_as(ann.person)
    assert ann.post(page, data=again(kept)[1]).status_code == 400


def test_it_is_held_for_half_a_day(ann: Visitor, kept: TestResponse, monkeypatch: pytest.MonkeyPatch) -> None:
    action, sent = again(kept)
    ann.sign_in_as(ann.person)
    monkeypatch.setattr(held, "HELD_SECONDS", -1)
    assert ann.post(action, data=sent).status_code == 400


def test_a_form_of_the_session_before_is_held_for_who_has_signed_in_anew(ann: Visitor) -> None:
    sent = TYPED | {"csrf_token": token(ann)}
    ann.sign_in_as(ann.person)
    answer = ann.post(PAGE, data=sent)
    assert answer.status_code == 400
    assert title_of(answer) == "This form was open too long"
    assert "Sign in in a new tab" not in answer.text
    assert ann.post(PAGE, data=again(answer)[1]).status_code == 200


def test_without_its_cookie_a_form_is_held_for_whoever_it_was_served_to(ann: Visitor, client: FlaskClient) -> None:
    answer = client.post(PAGE, data=TYPED | {"csrf_token": token(ann)})
    assert answer.status_code == 400
    assert "Sign in in a new tab" in answer.text
    assert ann.post(PAGE, data=again(answer)[1]).status_code == 200


def test_a_form_that_somebody_elses_session_served_is_not_held(ann: Visitor, signed_in: SignedIn) -> None:
    # A page of an attacker's has the victim send a form with the attacker's own token.
    attacker = signed_in(Role.ADMINISTRATOR)
    answer = ann.post(PAGE, data=TYPED | {"csrf_token": token(attacker)})
    assert answer.status_code == 400
    assert "4,900.10" not in answer.text
    assert "Send it again" not in answer.text


def test_a_seal_of_ones_own_opens_nothing_for_others_on_public_pages(
    ann: Visitor, client: FlaskClient, signed_in: SignedIn
) -> None:
    attacker = signed_in(Role.ADMINISTRATOR)
    sent = TYPED | {"csrf_token": token(attacker, "/typed/by-anybody")}
    attacker.sign_in_as(attacker.person)
    action, sealed = again(attacker.post("/typed/by-anybody", data=sent))
    assert client.post(action, data=sealed).status_code == 400
    assert ann.post(action, data=sealed).status_code == 400
    assert attacker.post(action, data=sealed).status_code == 200


@pytest.mark.parametrize("sent", [{"password": "a passphrase", **TYPED}, {"present": "it", **TYPED}, {"amount": " "}])
def test_passphrases_and_empty_forms_are_not_held(ann: Visitor, sent: dict[str, str]) -> None:
    old = token(ann)
    ann.sign_in_as(ann.person)
    answer = ann.post(PAGE, data=sent | {"csrf_token": old})
    assert answer.status_code == 400
    assert "Send it again" not in answer.text
    assert "Nothing was saved. Go back, and send it again" in answer.text


def test_a_button_alone_leads_to_the_sign_in_page(ann: Visitor, session: Session) -> None:
    sent = {"csrf_token": token(ann)}
    end(session, ann)
    assert ann.post("/sign-out", data=sent).location == "/sign-in"


@pytest.mark.parametrize("known", ["", "nonsense", "a day old", "never a session's"])
def test_a_form_that_is_nobodys_is_not_held(ann: Visitor, app: Flask, known: str) -> None:
    sent = {"": "", "nonsense": "nonsense", "a day old": token(ann)}.get(known)
    if sent is None:
        sent = token(app.test_client(), "/typed/by-anybody")
    app.extensions["portfolio_clock"] = StoppedClock(NOW + 2 * sessions.LONGEST)
    answer = app.test_client().post(PAGE, data=TYPED | {"csrf_token": sent})
    assert answer.status_code == 400
    assert "Send it again" not in answer.text
