"""Who a cookie makes of its bearer: planted, kept, carried elsewhere, too old; and where signing in may lead."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.clock import StoppedClock, SystemClock
from portfolio.people import sessions
from portfolio.people.actions import add_person
from portfolio.people.models import Person, WebSession
from portfolio.people.rules import Role
from portfolio.settings import STORY_DAY, set_setting
from portfolio.web import access, callers, clock, database
from tests.conftest import NOW, SignedIn

PASSPHRASE = "violet harbour kestrel"
COOKIE = "portfolio_session"
ABOUT = "A long text about what was done in the second quarter."


@pytest.fixture
def ann(session: Session) -> Person:
    """Somebody with a passphrase."""
    person = add_person(session, "Ann Other", "ann@example.org", PASSPHRASE)
    session.commit()
    return person


@pytest.fixture
def turn(app: Flask) -> Callable[[timedelta], None]:
    """Turns the site's clock to so long after NOW."""

    def to(after: timedelta) -> None:
        app.extensions["portfolio_clock"] = StoppedClock(NOW + after)

    return to


def sign_in(client: FlaskClient, asked: str = "", **more: str) -> TestResponse:
    """Sign Ann in."""
    return client.post(f"/sign-in{asked}", data={"email": "ann@example.org", "password": PASSPHRASE, **more})


def value_of(client: FlaskClient) -> str:
    """The cookie as the browser holds it."""
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return str(cookie.value)


def token_in(client: FlaskClient, address: str) -> str:
    """The token of a page's form."""
    return client.get(address).text.partition('name="csrf_token" value="')[2].partition('"')[0]


@pytest.mark.usefixtures("ann")
def test_a_planted_cookie_is_worth_nothing_after_signing_in(app: Flask, client: FlaskClient) -> None:
    # The attacker signs in, plants that cookie in Ann's browser, and waits for her to sign in on it.
    attacker = app.test_client()
    sign_in(attacker)
    planted = value_of(attacker)
    client.set_cookie(COOKIE, planted)
    sign_in(client)
    assert value_of(client) != planted
    assert client.get("/account").status_code == 200
    assert attacker.get("/account").status_code == 302
    attacker.set_cookie(COOKIE, planted)
    assert attacker.get("/account").status_code == 302


@pytest.mark.usefixtures("ann")
def test_a_planted_token_is_worth_nothing_after_signing_in(client_with_csrf: FlaskClient) -> None:
    client = client_with_csrf
    planted = token_in(client, "/sign-in")
    assert sign_in(client, csrf_token=planted).status_code == 302
    assert client.post("/sign-out", data={"csrf_token": planted}).status_code == 400
    mine = token_in(client, "/account")
    assert client.post("/sign-out", data={"csrf_token": mine}).status_code == 302


@pytest.mark.usefixtures("ann")
def test_a_token_of_one_session_is_none_of_the_next(client_with_csrf: FlaskClient) -> None:
    client = client_with_csrf
    sign_in(client, csrf_token=token_in(client, "/sign-in"))
    stale = token_in(client, "/account")
    client.post("/sign-out", data={"csrf_token": stale})
    sign_in(client, csrf_token=token_in(client, "/sign-in"))
    assert client.post("/account/sign-out-everywhere", data={"csrf_token": stale}).status_code == 400


@pytest.mark.usefixtures("ann")
def test_a_cookie_is_worth_nothing_after_signing_out(client: FlaskClient) -> None:
    sign_in(client)
    stolen = value_of(client)
    client.post("/sign-out")
    client.set_cookie(COOKIE, stolen)
    assert client.get("/account").location == "/sign-in?next=/account"


@pytest.mark.usefixtures("ann")
def test_signing_in_again_ends_the_session_before(client: FlaskClient) -> None:
    sign_in(client)
    first = value_of(client)
    sign_in(client)
    client.set_cookie(COOKIE, first)
    assert client.get("/account").status_code == 302


def test_a_cookie_that_was_never_ours_is_nobodys(client: FlaskClient) -> None:
    client.set_cookie(COOKIE, "eyJrZXkiOiJhIn0.aAaAaA.forged")
    assert client.get("/account").status_code == 302


def test_sessions_end_idle_and_in_any_case(signed_in: SignedIn, turn: Callable[[timedelta], None]) -> None:
    visitor = signed_in(Role.ADMINISTRATOR)
    for minutes in range(0, 12 * 60, 110):
        turn(timedelta(minutes=minutes))
        visitor.get("/account").close()
    turn(timedelta(hours=11, minutes=59))
    visitor.get("/account").close()
    turn(timedelta(hours=12))
    assert visitor.get("/account").status_code == 302
    idle = signed_in(Role.ADMINISTRATOR)
    turn(timedelta(hours=14))
    assert idle.get("/account").status_code == 302


def seen_at(session: Session) -> list[datetime]:
    """When each session was last seen."""
    found = list(session.scalars(select(WebSession.seen_at).order_by(WebSession.id)))
    session.rollback()
    return found


def test_a_session_is_noted_as_seen_once_a_minute_after_the_answer(
    signed_in: SignedIn, session: Session, turn: Callable[[timedelta], None]
) -> None:
    visitor = signed_in()
    turn(timedelta(seconds=59))
    visitor.get("/account").close()
    assert seen_at(session) == [NOW]
    turn(timedelta(seconds=60))
    answer = visitor.get("/account")
    assert seen_at(session) == [NOW], "the answer comes first"
    answer.close()
    assert seen_at(session) == [NOW + timedelta(seconds=60)]


def test_a_busy_database_keeps_nobody_waiting_for_that(
    signed_in: SignedIn, turn: Callable[[timedelta], None], monkeypatch: pytest.MonkeyPatch, session: Session
) -> None:
    visitor = signed_in()
    turn(timedelta(minutes=5))

    def busy(*_: object) -> None:
        raise OperationalError("UPDATE", {}, Exception("database is locked"))

    monkeypatch.setattr(sessions, "see", busy)
    visitor.get("/account").close()
    assert seen_at(session) == [NOW]


def test_being_signed_in_costs_two_statements_as_it_did_without_sessions(app: Flask, signed_in: SignedIn) -> None:
    @app.get("/nothing")
    @access.signed_in()
    def nothing() -> str:
        return "nothing"

    visitor = signed_in(Role.ADMINISTRATOR)
    visitor.get("/nothing")
    sent: list[str] = []
    engine = app.extensions["portfolio_database"].engine
    event.listen(engine, "before_cursor_execute", lambda *told: sent.append(told[2]))
    visitor.get("/nothing")
    asked = [statement for statement in sent if statement.startswith("SELECT")]
    assert len(asked) == 2, "the session with its person, and their roles"


ELSEWHERE = [
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/%5cevil.example/..",
    "/%09/evil.example",
    "/%0a/evil.example",
    "%20//evil.example",
    "%00//evil.example",
    "javascript:alert(1)",
    "JavaScript:alert(1)",
    "data:text/html,x",
    "people",
    "@evil.example",
    ".evil.example",
    "http:",
    "",
]


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("elsewhere", ELSEWHERE)
def test_signing_in_leads_nowhere_else(client: FlaskClient, elsewhere: str) -> None:
    answer = sign_in(client, f"?next={elsewhere}")
    assert answer.location == "/" or answer.status_code == 400
    if answer.status_code == 302:
        assert client.get(f"/sign-in?next={elsewhere}").location == "/", "nor does being signed in"


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2::", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("", "unknown"),
        ("a socket", "unknown"),
    ],
)
def test_an_address_is_known_by_what_cannot_be_changed_at_will(app: Flask, told: str, kept: str) -> None:
    with app.test_request_context(environ_base={"REMOTE_ADDR": told}):
        assert callers.remote_address() == kept


def test_a_browser_says_no_more_than_is_kept(app: Flask) -> None:
    with app.test_request_context(headers={"User-Agent": "Fire\tfox " + "x" * 900}):
        assert len(callers.browser_line()) == 300
    with app.test_request_context():
        assert callers.browser_line() == ""


def test_a_browser_is_known_by_the_last_ten(app: Flask) -> None:
    client = app.test_client()

    @app.get("/sign-in/known/<int:person_id>")
    @access.public()
    def known(person_id: int) -> list[int]:
        before = callers.known_people()
        callers.remember(person_id)
        return before

    for number in [*range(1, 12), 5]:
        client.get(f"/sign-in/known/{number}")
    assert client.get("/sign-in/known/99").json == [5, 11, 10, 9, 8, 7, 6, 4, 3, 2]


def half_sign_in(client: FlaskClient, person: Person) -> None:
    """The passphrase was right; a code is awaited."""

    @client.application.post(f"/half/{person.id}")
    @access.public()
    def half() -> str:
        access.sign_in(person_id, awaits_code=True)
        return "half"

    person_id = person.id
    assert client.post(f"/half/{person_id}").text == "half"


@pytest.fixture
def who(app: Flask) -> None:
    """A page that says who is there, and one that signs in as somebody."""

    @app.get("/who")
    @access.public()
    def who() -> dict[str, str | None]:
        half, whole = access.half_signed_in(), access.find_viewer_now()
        return {"half": half.name if half else None, "whole": whole.name if whole else None}

    @app.post("/whole/<int:person_id>")
    @access.public(deed="Signed in with a code")
    def whole(person_id: int) -> str:
        access.sign_in(person_id)
        return "whole"

    @app.post("/whole-unless-ended/<int:person_id>")
    @access.public()
    def whole_unless_ended(person_id: int) -> str:
        access.half_signed_in()
        with database.keeping() as kept_in:
            sessions.end_sessions(kept_in, person_id, clock.machine_moment())
        access.sign_in(person_id)
        return "whole"


@pytest.mark.usefixtures("who")
def test_who_awaits_a_code_is_nobody_until_it_is_given(client: FlaskClient, ann: Person) -> None:
    half_sign_in(client, ann)
    assert client.get("/who").json == {"half": "Ann Other", "whole": None}
    assert client.get("/account").status_code == 302
    assert client.post("/account/sign-out-everywhere").status_code == 302
    before = value_of(client)
    assert client.post(f"/whole/{ann.id}").text == "whole"
    assert client.get("/who").json == {"half": None, "whole": "Ann Other"}
    client.set_cookie(COOKIE, before)
    assert client.get("/who").json == {"half": None, "whole": None}, "half a session is over with the whole one"


@pytest.mark.usefixtures("who")
def test_a_half_session_that_was_ended_is_made_whole_by_nothing(client: FlaskClient, ann: Person) -> None:
    half_sign_in(client, ann)
    answer = client.post(f"/whole-unless-ended/{ann.id}")
    assert answer.status_code == 403
    assert "Your session was ended. Sign in again" in answer.text
    assert client.get("/who").json == {"half": None, "whole": None}


def test_only_a_page_for_the_signed_in_may_ask_for_the_session(app: Flask, client: FlaskClient) -> None:
    @app.get("/session")
    @access.public()
    def asks() -> str:
        return str(access.session_id())

    with pytest.raises(access.Undeclared, match="asks for the session"):
        client.get("/session")


def test_a_story_stands_still_and_sessions_do_not(app: Flask, signed_in: SignedIn, session: Session) -> None:
    set_setting(session, STORY_DAY, "2025-10-20")
    session.commit()
    app.extensions["portfolio_clock"] = None
    with app.test_request_context():
        assert abs(clock.machine_moment() - SystemClock().now()) < timedelta(minutes=1)
        assert clock.today() == NOW.date()
    visitor = signed_in()
    assert visitor.get("/account").status_code == 200
