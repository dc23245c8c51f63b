"""The second step of signing in: a code, or setting up the app where one's role needs it."""

import re
from datetime import timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.people.models import Person, SignInAttempt, SignInOutcome
from portfolio.people.rules import GUARDED_ROLES, Role
from portfolio.settings import SECOND_FACTOR_REQUIRED, set_setting
from portfolio.web.access import KEY, access_to
from tests.conftest import title_of
from tests.pages import read
from tests.people.enrolling import PASSPHRASE, At, app_of, codes_on, history_of, require, secret_on, sign_in, somebody

STEP = timedelta(seconds=30)
OPEN_TO_NOBODY_YET = {
    "people.enter_code",
    "people.enter_code_now",
    "people.enrol_at_sign_in",
    "people.begin_to_enrol",
    "people.enrol_app",
    "people.enrolment_picture",
    "people.enrol_now",
}
"""What somebody who gave their passphrase and no code may open, beside what is open to everybody."""


def test_a_code_is_asked_for_and_leads_to_the_page_that_was_asked_for(
    client: FlaskClient, enrolled: tuple[pyotp.TOTP, list[str]], at: At
) -> None:
    app, _ = enrolled
    assert sign_in(client, "?next=/spend?page%3D2") == "/sign-in/code?next=/spend?page%3D2"
    page = client.get("/sign-in/code?next=/spend?page%3D2")
    assert title_of(page) == "Enter your code"
    assert 'autocomplete="one-time-code"' in page.text
    assert "Sign out" not in page.text
    with client.session_transaction() as cookie:
        before = cookie[KEY]
    answer = client.post("/sign-in/code?next=/spend?page%3D2", data={"code": app.at(at.now)})
    assert (answer.status_code, answer.location) == (302, "/spend?page=2")
    with client.session_transaction() as cookie:
        assert cookie[KEY] != before
    assert client.get("/account").status_code == 200
    assert client.get("/sign-in/code").location == "/"


def test_signing_in_with_a_code_leads_to_no_other_site(
    client: FlaskClient, enrolled: tuple[pyotp.TOTP, list[str]], at: At
) -> None:
    sign_in(client)
    answer = client.post("/sign-in/code?next=//evil.example", data={"code": enrolled[0].at(at.now)})
    assert answer.location == "/"


def test_a_code_is_taken_once(app: Flask, enrolled: tuple[pyotp.TOTP, list[str]], at: At) -> None:
    code = enrolled[0].at(at.now)
    first, second = app.test_client(), app.test_client()
    for browser in (first, second):
        sign_in(browser)
    assert first.post("/sign-in/code", data={"code": code}).status_code == 302
    replayed = second.post("/sign-in/code", data={"code": code})
    assert (replayed.status_code, title_of(replayed)) == (422, "Error: Enter your code")
    assert "This code was used already. Wait until your app shows the next one" in replayed.text
    assert second.get("/account").status_code == 302
    at.later(STEP)
    assert second.post("/sign-in/code", data={"code": enrolled[0].at(at.now)}).status_code == 302


def test_a_recovery_code_signs_in_once(app: Flask, enrolled: tuple[pyotp.TOTP, list[str]], session: Session) -> None:
    code = enrolled[1][4]
    first, second = app.test_client(), app.test_client()
    for browser in (first, second):
        sign_in(browser)
    assert title_of(first.get("/sign-in/code?recovery=1")) == "Enter a recovery code"
    assert first.post("/sign-in/code?recovery=1", data={"code": code.upper()}).location == "/"
    assert "Recovery codes left 9" in read(first.get("/account").text)
    again = second.post("/sign-in/code?recovery=1", data={"code": code})
    assert again.status_code == 422
    assert "it was used already. Enter another one" in again.text
    assert f'value="{code}"' in again.text
    used = history_of(session, "recovery_code")[-1]
    person = session.scalar(select(Person).where(Person.email == "frank@example.org"))
    assert person is not None
    assert (used.author, used.deed, used.change) == (person.mark, "Signed in with a code", "changed")


def test_wrong_codes_are_counted_with_wrong_passphrases(
    client: FlaskClient, enrolled: tuple[pyotp.TOTP, list[str]], at: At, session: Session
) -> None:
    app, _ = enrolled
    sign_in(client)
    wrong = "000000" if app.at(at.now) != "000000" else "000001"
    for _ in range(5):
        assert "The code is not right" in client.post("/sign-in/code", data={"code": wrong}).text
    held_up = client.post("/sign-in/code", data={"code": app.at(at.now)})
    assert held_up.status_code == 422
    assert "Too many attempts to sign in failed. Wait 10 seconds" in held_up.text
    assert client.post("/sign-in", data={"email": "frank@example.org", "password": PASSPHRASE}).status_code == 422
    outcomes = session.scalars(select(SignInAttempt.outcome)).all()
    assert outcomes.count(SignInOutcome.WRONG_CODE) == 5
    at.later(timedelta(seconds=11))
    assert client.post("/sign-in/code", data={"code": app.at(at.now)}).status_code == 302


def test_a_right_passphrase_forgives_no_wrong_code(
    client: FlaskClient, enrolled: tuple[pyotp.TOTP, list[str]], at: At
) -> None:
    for _ in range(5):
        sign_in(client)
        client.post("/sign-in/code", data={"code": "111111" if enrolled[0].at(at.now) != "111111" else "222222"})
    assert client.post("/sign-in", data={"email": "frank@example.org", "password": PASSPHRASE}).status_code == 422


def test_what_is_no_code_is_said_at_its_box(client: FlaskClient, enrolled: tuple[pyotp.TOTP, list[str]]) -> None:
    sign_in(client)
    for typed, sentence in (("", "Enter the code"), ("12345", "Enter the 6 digits that your app shows now")):
        answer = client.post("/sign-in/code", data={"code": typed})
        assert answer.status_code == 422
        assert f'<a href="#code">{sentence}' in answer.text


@pytest.mark.parametrize("role", Role)
def test_guarded_roles_set_it_up_before_anything_else_and_others_need_not(
    client: FlaskClient, session: Session, at: At, role: Role
) -> None:
    somebody(session, role)
    require(session)
    if role not in GUARDED_ROLES:
        assert sign_in(client) == "/"
        assert client.get("/account").status_code == 200
        return
    assert sign_in(client, "?next=/account") == "/sign-in/second-factor?next=/account"
    assert client.get("/account").status_code == 302
    assert title_of(client.get("/sign-in/second-factor?next=/account")) == "Set up an authenticator app"
    for address in ("/sign-in/second-factor/app", "/sign-in/second-factor/app.svg"):
        assert client.get(address).location == "/sign-in/second-factor"
    assert client.get("/sign-in/code").location == "/sign-in/second-factor"
    began = client.post("/sign-in/second-factor?next=/account")
    assert began.location == "/sign-in/second-factor/app?next=/account"
    page = client.get(began.location)
    assert client.get("/sign-in/second-factor/app.svg").mimetype == "image/svg+xml"
    for typed in ("", "abcdef"):
        assert client.post(began.location, data={"code": typed}).status_code == 422
    assert client.get("/account").status_code == 302
    code = pyotp.TOTP(secret_on(page)).at(at.now)
    done = client.post(began.location, data={"code": code})
    assert (done.status_code, len(codes_on(done))) == (200, 10)
    assert 'href="/account">I have kept them' in done.text
    assert client.get("/account").status_code == 200
    assert client.post(began.location, data={"code": code}).location == "/"


def test_whoever_has_an_app_cannot_set_up_another_by_their_passphrase_alone(
    client: FlaskClient, enrolled: tuple[pyotp.TOTP, list[str]], session: Session
) -> None:
    require(session)
    assert sign_in(client).startswith("/sign-in/code")
    for answer in (
        client.get("/sign-in/second-factor"),
        client.post("/sign-in/second-factor"),
        client.get("/sign-in/second-factor/app"),
        client.get("/sign-in/second-factor/app.svg"),
        client.post("/sign-in/second-factor/app", data={"code": "123456"}),
    ):
        assert (answer.status_code, answer.location) == (302, "/sign-in/code")


def test_two_that_enrol_at_once_by_one_passphrase_set_up_one_app(
    app: Flask, frank: Person, at: At, session: Session
) -> None:
    require(session)
    first, second = app.test_client(), app.test_client()
    for browser in (first, second):
        sign_in(browser)
        browser.post("/sign-in/second-factor")
    secret = secret_on(second.get("/sign-in/second-factor/app"))
    app_of(first, at, "/sign-in/second-factor")
    late = second.post("/sign-in/second-factor/app", data={"code": pyotp.TOTP(secret).at(at.now)})
    assert (late.status_code, late.location) == (302, "/sign-in/code")


def test_a_rule_that_was_lifted_asks_for_the_passphrase_alone(
    client: FlaskClient, frank: Person, session: Session
) -> None:
    require(session)
    sign_in(client)
    set_setting(session, SECOND_FACTOR_REQUIRED, "no")
    assert client.get("/sign-in/second-factor").location == "/sign-in"
    assert sign_in(client) == "/"


def test_nobody_is_asked_for_a_code_without_a_passphrase(client: FlaskClient) -> None:
    for address in ("/sign-in/code", "/sign-in/second-factor", "/sign-in/second-factor/app"):
        assert client.get(f"{address}?next=/spend").location == "/sign-in?next=/spend"
        assert client.post(address, data={"code": "123456"}).status_code in (302, 405)


def test_a_passphrase_without_its_code_opens_no_page(
    app: Flask, client: FlaskClient, enrolled: tuple[pyotp.TOTP, list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    sign_in(client)
    values = {"person_id": 1, "filename": "site.css", "year": "2025-26", "quarter": "2025-26/q2", "part": "spend"}
    tried = 0
    for rule in app.url_map.iter_rules():
        if access_to(app, rule.endpoint).public and rule.endpoint not in OPEN_TO_NOBODY_YET:
            continue
        address = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda found: str(values.get(found[1], 1)), rule.rule)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            tried += 1
            answer = client.open(address, method=method)
            if rule.endpoint in {"people.enter_code", "people.enter_code_now"}:
                assert answer.status_code == (200 if method == "GET" else 422)
            elif rule.endpoint in OPEN_TO_NOBODY_YET:
                assert (answer.status_code, answer.location) == (302, "/sign-in/code")
            else:
                assert answer.status_code == 302, address
                assert answer.location.startswith("/sign-in"), address
    assert tried > 60
    with capsys.disabled():
        print(f"\n{tried} routes tried with a passphrase and no code")  # noqa: T201


def test_what_is_open_to_the_half_signed_in_is_declared_public_and_named_here(app: Flask) -> None:
    assert all(access_to(app, endpoint).public for endpoint in OPEN_TO_NOBODY_YET)
