"""The pages behind a link and for a forgotten passphrase: what they tell strangers, mail scanners and thieves."""

import logging
from collections.abc import Callable
from email import message_from_bytes
from email.policy import default
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.config import Config
from portfolio.history import HistoryEntry
from portfolio.people.actions import find_person, is_password_of, set_password
from portfolio.people.joining import LASTS
from portfolio.people.models import Link, Person, SignInAttempt
from portfolio.people.rules import Role
from portfolio.settings import SECOND_FACTOR_REQUIRED, set_setting
from tests import make
from tests.conftest import NOW, SignedIn, title_of
from tests.pages import read
from tests.people.links import keys_to, messages_to

EMAIL = "nina@example.org"
PASSPHRASE = "tractor lemon sky"
CHOSEN = {"password": PASSPHRASE, "again": PASSPHRASE}
OVER = "This link no longer works"


@pytest.fixture
def invite(signed_in: SignedIn, session: Session, config: Config) -> Callable[..., str]:
    """Invites Nina, with a role that an administrator gives; the path of her link."""

    def invited(role: str = "project lead") -> str:
        typed = {"name": "Nina Newcomer", "email": EMAIL, "role": role, "csp": str(make.csp(session).id), "tell": "yes"}
        typed["police_area"] = str(make.area(session).id)
        assert signed_in(Role.ADMINISTRATOR).post("/people/new", data=typed).status_code == 302
        return f"/join/{keys_to(session, config, EMAIL)[-1]}"

    return invited


def nina(session: Session) -> Person:
    """Nina as she is now."""
    session.expire_all()
    person = find_person(session, EMAIL)
    assert person is not None
    return person


def test_a_newcomer_chooses_a_passphrase_and_is_in(
    invite: Callable[..., str], client: FlaskClient, session: Session
) -> None:
    link = invite()
    page = client.get(link)
    assert page.status_code == 200
    shown = read(page.text)
    assert "Welcome, Nina Newcomer" in shown
    assert "Project lead, Dorset Community Safety Partnership" in shown
    assert EMAIL in shown
    answer = client.post(link, data=CHOSEN)
    assert (answer.status_code, answer.location) == (302, "/")
    assert client.get("/").status_code == 200
    person = nina(session)
    assert is_password_of(person, PASSPHRASE)
    entries = session.scalars(select(HistoryEntry).where(HistoryEntry.deed == "Chose a passphrase by a link"))
    assert {entry.author for entry in entries} == {person.mark}


def test_looking_at_a_link_uses_nothing_up(invite: Callable[..., str], client: FlaskClient) -> None:
    link = invite()
    for _ in range(3):
        assert client.get(link).status_code == 200
        assert client.head(link).status_code == 200
    assert client.post(link, data=CHOSEN).status_code == 302


def test_a_stolen_link_opens_nothing_after_it_was_used(
    invite: Callable[..., str], app: Flask, session: Session
) -> None:
    link, owner, thief = invite(), app.test_client(), app.test_client()
    assert owner.post(link, data=CHOSEN).status_code == 302
    for answer in (thief.get(link), thief.post(link, data={"password": "stolen and mine", "again": "stolen and mine"})):
        assert (answer.status_code, title_of(answer)) == (404, OVER)
    assert is_password_of(nina(session), PASSPHRASE)
    assert thief.get("/").status_code == 302
    replayed = owner.post(link, data=CHOSEN)
    assert (replayed.status_code, title_of(replayed)) == (404, OVER)


def test_every_link_that_opens_nothing_is_told_the_same(
    invite: Callable[..., str], client: FlaskClient, session: Session
) -> None:
    link = invite()
    wrong = client.get("/join/" + "x" * 43)
    [row] = session.scalars(select(Link))
    row.expires_at = NOW
    expired = client.get(link)
    row.expires_at, row.used_at = NOW + LASTS, NOW
    used = client.get(link)
    row.used_at = None
    nina(session).disabled_at = NOW
    disabled = client.get(link)
    assert {answer.status_code for answer in (wrong, expired, used, disabled)} == {404}
    assert len({read(answer.text) for answer in (wrong, expired, used, disabled)}) == 1
    assert "Send a new link" in wrong.text


def test_a_links_page_is_told_to_nobody(invite: Callable[..., str], client: FlaskClient) -> None:
    link = invite()
    for answer in (client.get(link), client.get("/join/wrong"), client.post(link, data={})):
        assert answer.headers["Referrer-Policy"] == "strict-origin"
        assert answer.headers["Cache-Control"] == "no-store"
        assert link not in answer.text
    assert client.get("/sign-in").headers["Referrer-Policy"] == "same-origin"


def test_a_fault_behind_a_link_does_not_write_it_into_the_log(
    invite: Callable[..., str],
    app: Flask,
    client: FlaskClient,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    link = invite()

    def fail(*_: object) -> None:
        raise RuntimeError("our mistake")

    monkeypatch.setattr("portfolio.people.views.joining.use_link", fail)
    app.testing = False
    with caplog.at_level(logging.ERROR):
        assert client.post(link, data=CHOSEN).status_code == 500
    assert "our mistake" in caplog.text
    assert "/join/<key>" in caplog.text
    assert link.removeprefix("/join/") not in caplog.text


@pytest.mark.parametrize(
    ("typed", "sentence", "field"),
    [
        ({"password": "short", "again": "short"}, "Passphrase must be 12 characters or more", "password"),
        ({"password": "x" * 201, "again": "x" * 201}, "Passphrase must be 200 characters or fewer", "password"),
        ({"password": "password2025", "again": "password2025"}, "not be one that many people use", "password"),
        ({"password": "Nina-Newcomer!", "again": "Nina-Newcomer!"}, "must not be a name", "password"),
        ({"password": PASSPHRASE, "again": ""}, "Both passphrases must be the same.", "again"),
    ],
)
def test_a_bad_passphrase_is_refused_and_the_link_still_opens(
    invite: Callable[..., str], client: FlaskClient, typed: dict[str, str], sentence: str, field: str
) -> None:
    link = invite()
    answer = client.post(link, data=typed)
    assert answer.status_code == 422
    assert title_of(answer) == "Error: Choose a passphrase"
    assert f'<a href="#{field}">' in answer.text
    assert sentence in answer.text
    assert typed["password"] not in answer.text
    assert client.post(link, data=CHOSEN).status_code == 302


def test_two_browsers_at_once_with_one_link(invite: Callable[..., str], app: Flask, session: Session) -> None:
    link = invite()
    session.commit()
    # What sets the scene is for one thread.
    app.before_request_funcs[None].pop(0)
    meeting, answers = Barrier(2), []

    def choose(passphrase: str) -> None:
        browser = app.test_client()
        meeting.wait(10)
        answer = browser.post(link, data={"password": passphrase, "again": passphrase})
        answers.append((answer.status_code, passphrase))

    threads = [Thread(target=choose, args=(one,)) for one in ("tractor lemon sky", "violin river coal")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(status for status, _ in answers) == [302, 404]
    [chosen] = [passphrase for status, passphrase in answers if status == 302]
    assert is_password_of(nina(session), chosen)


def test_the_passphrase_alone_does_not_sign_in_where_a_code_is_asked_for(
    invite: Callable[..., str], client: FlaskClient, session: Session
) -> None:
    set_setting(session, SECOND_FACTOR_REQUIRED, "yes")
    answer = client.post(invite("finance officer"), data=CHOSEN)
    assert answer.location == "/sign-in/second-factor"
    assert client.get("/").status_code == 302


def test_whoever_is_signed_in_on_the_browser_is_signed_out(
    invite: Callable[..., str], signed_in: SignedIn, session: Session
) -> None:
    link, other = invite(), signed_in(Role.FINANCE, name="Frank Abbott")
    assert "Frank Abbott is signed in on this browser" in other.get(link).text
    assert other.post(link, data=CHOSEN).status_code == 302
    page = other.get("/").text
    assert "Nina Newcomer" in page
    assert "Frank Abbott" not in page


def test_a_link_leads_to_the_configured_site_whatever_host_was_asked_for(
    app: Flask, signed_in: SignedIn, session: Session, config: Config
) -> None:
    make.person(session, Role.LEAD, email=EMAIL, password_hash="a hash")
    asked = app.test_client().post("/forgotten", data={"email": EMAIL}, headers={"X-Forwarded-Host": "evil.example"})
    assert asked.status_code == 302
    asked.close()
    app.extensions["portfolio_postman"].shutdown()
    [file] = config.outbox.glob("*.eml")
    text = message_from_bytes(file.read_bytes(), policy=default).get_content()
    [key] = keys_to(session, config, EMAIL)
    assert f"{config.url}/join/{key}\n" in text.replace("\r\n", "\n")
    assert "evil" not in text


def test_an_unknown_address_is_answered_as_a_known_one(app: Flask, client: FlaskClient, session: Session) -> None:
    make.person(session, Role.LEAD, email=EMAIL, password_hash="a hash")
    make.person(session, Role.LEAD, email="gone@example.org", password_hash="a hash", disabled_at=NOW)
    session.commit()
    told = []
    for email in (EMAIL, "gone@example.org", "nobody@example.org"):
        answer = client.post("/forgotten", data={"email": email})
        told.append((answer.status_code, answer.location, read(client.get(answer.location).text)))
        # What is sent is found out behind the answer.
        assert messages_to(session, email) == []
        session.rollback()  # the mail waits for its turn to write
        answer.close()
    app.extensions["portfolio_postman"].shutdown()
    assert len(set(told)) == 1
    assert [len(messages_to(session, email)) for email in (EMAIL, "gone@example.org", "nobody@example.org")] == [
        1,
        0,
        0,
    ]
    assert make.count_of(session, SignInAttempt) == 3


def test_asking_too_often_is_refused_the_same_for_everybody(client: FlaskClient) -> None:
    for number in range(20):
        assert client.post("/forgotten", data={"email": f"somebody-{number}@example.org"}).status_code == 302
    answer = client.post("/forgotten", data={"email": "nobody@example.org"})
    assert answer.status_code == 422
    assert "Too many links were asked for from your network. Try again in an hour" in answer.text
    assert client.post("/forgotten", data={"email": " "}).status_code == 422


def test_asking_for_links_does_not_shut_anybody_out(client: FlaskClient, session: Session) -> None:
    for _ in range(12):
        client.post("/forgotten", data={"email": EMAIL})
    set_password(make.person(session, Role.LEAD, email=EMAIL), make.PASSWORD)
    assert client.post("/sign-in", data={"email": EMAIL, "password": make.PASSWORD}).location == "/"


def test_forms_of_strangers_need_their_token_too(client_with_csrf: FlaskClient) -> None:
    for address in ("/forgotten", "/join/wrong"):
        assert client_with_csrf.post(address, data={"email": EMAIL, **CHOSEN}).status_code == 400


def test_the_way_to_a_new_link_is_where_one_signs_in(client: FlaskClient) -> None:
    assert 'href="/forgotten"' in client.get("/sign-in").text
    assert title_of(client.get("/forgotten")) == "Get a new link"
    assert title_of(client.get("/forgotten/sent")) == "Check your e-mail"
