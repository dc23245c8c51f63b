"""Attempts to sign in, honest and not: what is answered, what is counted, and how much work each takes."""

import random
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.security import check_password_hash
from werkzeug.test import TestResponse

from portfolio.clock import StoppedClock
from portfolio.people.actions import HASHING, add_person
from portfolio.people.models import Person, SignInAttempt, SignInOutcome, WebSession
from portfolio.people.signing_in import (
    Caller,
    WrongPassphrase,
    WrongPresent,
    begin,
    change_password,
    confirm,
    last_attempts,
    note_sign_in,
)
from portfolio.people.throttling import FREE_FOR_AN_ACCOUNT, FREE_FOR_AN_ADDRESS, NO_WAIT
from tests import make
from tests.conftest import NOW, SignedIn

PASSPHRASE = "violet harbour kestrel"
NEW_PASSPHRASE = "another violet kestrel"
WRONG = "a guess"
COMPARING = "portfolio.people.actions.check_password_hash"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; rv:144.0) Gecko/20100101 Firefox/144.0"
TOO_SOON = "Too many attempts to sign in failed. Wait "
NOT_RIGHT = "The e-mail address or the passphrase is not right. Check both, and try again"
HERE = Caller("192.0.2.1", "Firefox")


@pytest.fixture
def ann(session: Session) -> Person:
    """Somebody with a passphrase."""
    person = add_person(session, "Ann Other", "ann@example.org", PASSPHRASE)
    session.commit()
    return person


Turn = Callable[[timedelta], None]


@pytest.fixture
def turn(app: Flask) -> Turn:
    """Turns the site's clock to so long after NOW."""

    def to(after: timedelta) -> None:
        app.extensions["portfolio_clock"] = StoppedClock(NOW + after)

    return to


def attempt(
    client: FlaskClient, email: str = "ann@example.org", *, password: str = WRONG, address: str = "192.0.2.1"
) -> TestResponse:
    """One attempt from an address."""
    return client.post(
        "/sign-in",
        data={"email": email, "password": password},
        environ_base={"REMOTE_ADDR": address, "HTTP_USER_AGENT": FIREFOX},
    )


def outcomes(session: Session) -> list[SignInOutcome]:
    """How every attempt ended, in order."""
    return list(session.scalars(select(SignInAttempt.outcome).order_by(SignInAttempt.id)))


@pytest.fixture
def hashed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The hash that was compared with, for each passphrase that was worked on."""
    worked_on: list[str] = []

    def note(kept: str, typed: str) -> bool:
        worked_on.append(kept.split("$")[0])
        return check_password_hash(kept, typed)

    monkeypatch.setattr(COMPARING, note)
    return worked_on


@pytest.fixture
def without_hashing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Passphrases are compared without the price of a hash, where there are many attempts to make."""
    monkeypatch.setattr(COMPARING, lambda _kept, typed: typed == PASSPHRASE)


@pytest.mark.usefixtures("ann", "without_hashing")
def test_fifty_addresses_guessing_at_one_account_have_five_guesses(app: Flask, session: Session) -> None:
    answers = [attempt(app.test_client(), address=f"198.51.100.{number}") for number in range(50)]
    assert [NOT_RIGHT in answer.text for answer in answers] == [True] * 5 + [False] * 45
    assert all(TOO_SOON in answer.text for answer in answers[5:])
    assert {answer.status_code for answer in answers} == {422}
    # The right guess is not looked at either.
    assert TOO_SOON in attempt(app.test_client(), password=PASSPHRASE, address="198.51.100.77").text
    assert outcomes(session) == [SignInOutcome.REFUSED] * 5 + [SignInOutcome.TOO_SOON] * 46


@pytest.mark.usefixtures("without_hashing")
def test_one_address_guessing_at_many_accounts_has_thirty_guesses(app: Flask, session: Session, ann: Person) -> None:
    client = app.test_client()
    answers = [attempt(client, email=f"person-{number}@example.org") for number in range(40)]
    assert [NOT_RIGHT in answer.text for answer in answers] == [True] * 30 + [False] * 10
    assert TOO_SOON in attempt(client, password=PASSPHRASE).text
    assert attempt(client, password=PASSPHRASE, address="192.0.2.2").status_code == 302, "another address is free"


@pytest.mark.usefixtures("ann")
def test_guesses_at_the_same_moment_see_each_other(app: Flask, session: Session) -> None:
    clients = [app.test_client() for _ in range(12)]
    app.before_request_funcs[None].pop(0)  # the scene's session belongs to one thread
    with ThreadPoolExecutor(12) as threads:
        numbered = enumerate(clients)
        answers = list(threads.map(lambda one: attempt(one[1], address=f"198.51.100.{one[0]}"), numbered))
    assert sum(NOT_RIGHT in answer.text for answer in answers) == FREE_FOR_AN_ACCOUNT
    assert sum(TOO_SOON in answer.text for answer in answers) == 12 - FREE_FOR_AN_ACCOUNT


@pytest.mark.usefixtures("ann", "without_hashing")
def test_the_wait_ends_and_the_next_is_longer(client: FlaskClient, turn: Turn) -> None:
    for _ in range(FREE_FOR_AN_ACCOUNT):
        attempt(client)
    assert "Wait 10 seconds, and try again" in attempt(client).text
    turn(timedelta(seconds=9))
    assert "Wait 1 second, and" in attempt(client).text, "attempts that come too soon do not lengthen the wait"
    turn(timedelta(seconds=10))
    assert NOT_RIGHT in attempt(client).text
    assert "Wait 20 seconds, and" in attempt(client).text
    turn(timedelta(seconds=30))
    assert attempt(client, password=PASSPHRASE).status_code == 302
    turn(timedelta(seconds=31))
    assert NOT_RIGHT in attempt(client).text, "whoever signed in begins anew"


@pytest.mark.usefixtures("ann", "without_hashing")
def test_failures_are_forgotten_after_a_day(client: FlaskClient, turn: Turn) -> None:
    for seconds in (0, 0, 0, 0, 0, 10, 30):
        turn(timedelta(seconds=seconds))
        attempt(client)
    turn(timedelta(hours=24, seconds=31))
    for _ in range(FREE_FOR_AN_ACCOUNT):
        assert NOT_RIGHT in attempt(client).text


@pytest.mark.usefixtures("ann")
def test_the_throttle_survives_a_restart(app: Flask, client: FlaskClient) -> None:
    for _ in range(FREE_FOR_AN_ACCOUNT):
        attempt(client)
    app.extensions["portfolio_database"].close()
    assert TOO_SOON in attempt(app.test_client()).text


@pytest.mark.usefixtures("ann", "without_hashing")
def test_guessing_from_elsewhere_does_not_keep_the_owner_out(app: Flask, client: FlaskClient) -> None:
    assert attempt(client, password=PASSPHRASE).status_code == 302
    client.post("/sign-out", headers={"User-Agent": FIREFOX})
    for number in range(FREE_FOR_AN_ADDRESS + 5):
        attempt(app.test_client(), email=f"person-{number}@example.org")
        attempt(app.test_client(), address=f"198.51.100.{number}")
    assert TOO_SOON in attempt(app.test_client(), password=PASSPHRASE, address="203.0.113.9").text
    assert attempt(client, password=PASSPHRASE).status_code == 302, "on a browser that they signed in on before"


@pytest.mark.usefixtures("without_hashing")
def test_a_known_browser_has_no_more_guesses_than_others(app: Flask, client: FlaskClient, ann: Person) -> None:
    attempt(client, password=PASSPHRASE)
    client.delete_cookie("portfolio_session")
    answers = [attempt(client, address=f"198.51.100.{number}") for number in range(8)]
    assert [NOT_RIGHT in answer.text for answer in answers] == [True] * 5 + [False] * 3


@pytest.mark.usefixtures("without_hashing")
def test_a_browser_is_known_for_its_own_people_only(
    app: Flask, client: FlaskClient, session: Session, ann: Person
) -> None:
    add_person(session, "Bob Guesser", "bob@example.org", PASSPHRASE)
    assert attempt(client, "bob@example.org", password=PASSPHRASE).status_code == 302
    client.delete_cookie("portfolio_session")
    for number in range(FREE_FOR_AN_ACCOUNT):
        attempt(app.test_client(), address=f"198.51.100.{number}")
    assert TOO_SOON in attempt(client).text
    client.set_cookie("portfolio_known", f"[{ann.id}].forged", path="/sign-in")
    assert TOO_SOON in attempt(client).text


@pytest.mark.parametrize("known", ["unknown", "disabled", "without a passphrase", "wrong passphrase"])
def test_whoever_does_not_get_in_is_told_the_same_after_the_same_work(
    client: FlaskClient, session: Session, ann: Person, hashed: list[str], known: str
) -> None:
    if known == "disabled":
        ann.disabled_at = NOW
    elif known == "without a passphrase":
        ann.password_hash = None
    email = "nobody@example.org" if known == "unknown" else "ann@example.org"
    answer = attempt(client, email)
    assert answer.status_code == 422
    assert hashed == [HASHING], "one hash is worked on, of the same price"
    expected = attempt(client, "someone@example.org").text.replace("someone@", email.partition("@")[0] + "@")
    assert answer.text == expected


@pytest.mark.parametrize("email", ["ann@example.org", "nobody@example.org"])
def test_whoever_comes_too_soon_is_told_the_same_and_nothing_is_worked_on(
    client: FlaskClient, ann: Person, hashed: list[str], email: str
) -> None:
    for _ in range(FREE_FOR_AN_ACCOUNT):
        attempt(client, email)
    hashed.clear()
    answer = attempt(client, email)
    assert "Wait 10 seconds, and try again" in answer.text
    assert hashed == []


def test_an_attempt_is_kept_before_the_passphrase_is_worked_on(
    client: FlaskClient, session: Session, ann: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[SignInOutcome]] = []

    def look(_kept: str, _typed: str) -> bool:
        # Another writer has its turn meanwhile: nothing is held while the hash is worked on.
        make.person(session)
        session.commit()
        seen.append(outcomes(session))
        session.rollback()
        return True

    monkeypatch.setattr(COMPARING, look)
    assert attempt(client).status_code == 302
    assert seen == [[SignInOutcome.REFUSED]]
    assert outcomes(session) == [SignInOutcome.SIGNED_IN]


def test_what_is_no_address_is_not_kept(client: FlaskClient, session: Session) -> None:
    answer = attempt(client, email="my passphrase, typed into the wrong box")
    assert "Enter an e-mail address in the correct format" in answer.text
    assert outcomes(session) == []


@pytest.mark.usefixtures("without_hashing")
def test_addresses_are_counted_however_they_are_typed(client: FlaskClient, session: Session, ann: Person) -> None:
    mixed = ["ann@example.org", "ANN@example.org", " Ann@Example.org ", "ann@EXAMPLE.ORG", "anN@example.org"]
    for email in random.sample(mixed, len(mixed)):
        assert NOT_RIGHT in attempt(client, email).text
    assert TOO_SOON in attempt(client).text


def test_a_passphrase_changed_while_it_was_checked_opens_nothing(session: Session, ann: Person) -> None:
    tried = begin(session, ann.email, HERE, NOW)
    checked = ann.password_hash
    ann.password_hash = "another"
    session.flush()
    with pytest.raises(WrongPassphrase):
        confirm(session, tried.id, ann.id, checked, awaits_code=False)
    assert outcomes(session) == [SignInOutcome.REFUSED]


def test_a_right_passphrase_without_its_code_neither_fails_nor_begins_anew(session: Session, ann: Person) -> None:
    for _ in range(FREE_FOR_AN_ACCOUNT - 1):
        begin(session, ann.email, HERE, NOW, SignInOutcome.WRONG_CODE)
    tried = begin(session, ann.email, HERE, NOW)
    assert tried.wait == NO_WAIT
    confirm(session, tried.id, ann.id, ann.password_hash, awaits_code=True)
    assert begin(session, ann.email, HERE, NOW, SignInOutcome.WRONG_CODE).wait == NO_WAIT
    assert begin(session, ann.email, HERE, NOW).wait > NO_WAIT
    assert SignInOutcome.AWAITS_CODE in outcomes(session)
    note_sign_in(session, ann.id, HERE, NOW)
    assert SignInOutcome.AWAITS_CODE not in outcomes(session), "the code was given"


def test_two_changes_of_a_passphrase_at_once_are_one(session: Session, ann: Person) -> None:
    session.execute(select(func.count()).select_from(Person))
    ann_as_read = session.get(Person, ann.id)
    assert ann_as_read is not None
    connection = session.connection()
    connection.exec_driver_sql(f"UPDATE person SET password_hash = 'reset meanwhile' WHERE id = {ann.id}")
    with pytest.raises(WrongPresent):
        change_password(session, ann_as_read, NEW_PASSPHRASE, NOW, here=0)
    session.rollback()


@pytest.mark.usefixtures("ann", "without_hashing")
def test_attempts_that_come_too_early_are_noted_now_and_then(app: Flask, session: Session, turn: Turn) -> None:
    too_early = [SignInOutcome.REFUSED] * FREE_FOR_AN_ACCOUNT + [SignInOutcome.TOO_SOON]
    answers = [attempt(app.test_client()) for _ in range(FREE_FOR_AN_ACCOUNT + 20)]
    assert all(TOO_SOON in answer.text for answer in answers[FREE_FOR_AN_ACCOUNT:])
    assert outcomes(session) == too_early
    assert TOO_SOON in attempt(app.test_client(), address="198.51.100.1").text
    turn(timedelta(seconds=9))
    assert TOO_SOON in attempt(app.test_client()).text
    assert outcomes(session) == [*too_early, SignInOutcome.TOO_SOON]


def test_the_last_sign_in_is_told(app: Flask, client: FlaskClient, ann: Person, turn: Turn) -> None:
    attempt(client, password=PASSPHRASE, address="192.0.2.7")
    assert "You last signed in" not in client.get("/account", headers={"User-Agent": FIREFOX}).text
    attempt(app.test_client(), address="198.51.100.1")
    for number in range(FREE_FOR_AN_ACCOUNT + 1):
        attempt(app.test_client(), address=f"198.51.100.{number}")
    turn(timedelta(days=1))
    other = app.test_client()
    assert attempt(other, password=PASSPHRASE, address="192.0.2.8").status_code == 302
    page = other.get("/account", headers={"User-Agent": FIREFOX}).text
    assert "You last signed in on 20 October 2025, 10:00am, from 192.0.2.7 (Firefox on Windows)." in page
    assert "Since then, 7 attempts to sign in as you failed: see Your account." in page


def test_the_account_shows_sign_ins_and_attempts(client: FlaskClient, ann: Person, session: Session) -> None:
    attempt(client)
    attempt(client, password=PASSPHRASE, address="192.0.2.7")
    page = client.get("/account", headers={"User-Agent": FIREFOX}).text
    assert "Wrong e-mail address or passphrase" in page
    assert "Signed in" in page
    assert "Firefox on Windows" in page
    assert "192.0.2.7" in page
    assert [one.outcome for one in last_attempts(session, ann.id)] == [SignInOutcome.SIGNED_IN, SignInOutcome.REFUSED]


def sign_in_twice(app: Flask) -> tuple[FlaskClient, FlaskClient]:
    """Two browsers on which Ann is signed in."""
    here, there = app.test_client(), app.test_client()
    for client in (here, there):
        assert attempt(client, password=PASSPHRASE).status_code == 302
        client.environ_base["HTTP_USER_AGENT"] = FIREFOX
    return here, there


def ids(session: Session) -> list[int]:
    """The sessions' numbers."""
    return list(session.scalars(select(WebSession.id).order_by(WebSession.id)))


@pytest.mark.usefixtures("ann")
def test_one_session_is_ended_from_another(app: Flask, session: Session) -> None:
    here, there = sign_in_twice(app)
    _, other = ids(session)
    page = here.get("/account").text
    assert "This one" in page
    assert f"/account/sessions/{other}/end" in page
    answer = here.post(f"/account/sessions/{other}/end", follow_redirects=True)
    assert "You are signed out there." in answer.text
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 200
    assert here.post(f"/account/sessions/{other}/end").status_code == 404


@pytest.mark.usefixtures("ann")
def test_nobody_ends_the_sessions_of_others(app: Flask, session: Session, signed_in: SignedIn) -> None:
    here, _ = sign_in_twice(app)
    stranger = signed_in()
    for number in ids(session)[:2]:
        assert stranger.post(f"/account/sessions/{number}/end").status_code == 404
    assert here.get("/account").status_code == 200


@pytest.mark.usefixtures("ann")
def test_signing_out_everywhere_ends_this_session_too(app: Flask) -> None:
    here, there = sign_in_twice(app)
    answer = here.post("/account/sign-out-everywhere", follow_redirects=True)
    assert "You are signed out everywhere." in answer.text
    assert [client.get("/account").status_code for client in (here, there)] == [302, 302]


def change(client: FlaskClient, present: str = PASSPHRASE, password: str = NEW_PASSPHRASE) -> TestResponse:
    """Send the form of a new passphrase."""
    return client.post("/account/passphrase", data={"present": present, "password": password})


def test_a_new_passphrase_ends_the_other_sessions_and_renews_this_one(
    app: Flask, session: Session, ann: Person
) -> None:
    here, there = sign_in_twice(app)
    assert here.get("/account/passphrase").status_code == 200
    before = here.get_cookie("portfolio_session")
    assert before is not None
    answer = change(here)
    assert answer.location == "/account"
    assert "Your passphrase is changed." in here.get("/account").text
    assert there.get("/account").status_code == 302
    here.set_cookie("portfolio_session", before.value)
    assert here.get("/account").status_code == 302, "the cookie from before is worth nothing"
    again = app.test_client()
    assert NOT_RIGHT in attempt(again).text
    assert attempt(again, password=NEW_PASSPHRASE).status_code == 302


@pytest.mark.usefixtures("ann")
def test_a_new_passphrase_is_for_whoever_knows_the_present_one(app: Flask) -> None:
    here, there = sign_in_twice(app)
    for _ in range(FREE_FOR_AN_ACCOUNT):
        answer = change(here, present=WRONG)
        assert answer.status_code == 422
        assert "This is not your present passphrase" in answer.text
    assert TOO_SOON in change(here).text, "guesses are counted here too"
    assert there.get("/account").status_code == 200


@pytest.mark.usefixtures("ann")
def test_a_bad_new_passphrase_is_no_failed_attempt(app: Flask, session: Session) -> None:
    here, _ = sign_in_twice(app)
    answer = change(here, password="short")
    assert answer.status_code == 422
    assert "Passphrase must be 12 characters or more" in answer.text
    assert set(outcomes(session)) == {SignInOutcome.SIGNED_IN}


def test_without_a_passphrase_there_is_none_to_change(signed_in: SignedIn) -> None:
    visitor = signed_in()
    assert "You sign in without a passphrase." in visitor.get("/account").text
    assert visitor.get("/account/passphrase").status_code == 404
    assert change(visitor).status_code == 404
