"""The pages of the second factor: at sign-in, on one's account, and an administrator's."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.clock import StoppedClock
from portfolio.history import HistoryEntry
from portfolio.people.actions import add_person, give_role
from portfolio.people.models import Person, RecoveryCode, SecondFactor, SignInAttempt, SignInOutcome
from portfolio.people.rules import GUARDED_ROLES, REACH, Holding, Reach, Role
from portfolio.people.second_factor import Need, need_of
from portfolio.settings import SECOND_FACTOR_REQUIRED, second_factor_is_required, set_setting
from portfolio.web.access import KEY, access_to
from tests import make
from tests.conftest import NOW, SignedIn, title_of
from tests.pages import read

PASSPHRASE = "correct horse battery"
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


class At:
    """The site's clock, which a test sets on."""

    def __init__(self, app: Flask) -> None:
        self.app, self.now = app, NOW

    def later(self, by: timedelta = timedelta(minutes=5)) -> datetime:
        """Some time passes."""
        self.now += by
        self.app.extensions["portfolio_clock"] = StoppedClock(self.now)
        return self.now


@pytest.fixture
def at(app: Flask) -> At:
    """The clock."""
    return At(app)


@pytest.fixture
def frank(session: Session) -> Person:
    """A finance officer with a passphrase."""
    return somebody(session, Role.FINANCE)


def somebody(session: Session, role: Role) -> Person:
    """Somebody of a role, with a passphrase."""
    person = add_person(session, "Frank Finance", "frank@example.org", PASSPHRASE)
    csp = make.csp(session)
    place = {Reach.OWN_CSP: (csp.id, None), Reach.POLICE_AREA: (None, csp.police_area_id)}
    give_role(person, Holding(role, *place.get(REACH[role], ())))
    return person


def require(session: Session) -> None:
    """Set that guarded roles sign in with a code."""
    set_setting(session, SECOND_FACTOR_REQUIRED, "yes")


def history_of(session: Session, record: str) -> Sequence[HistoryEntry]:
    """What history tells of one kind of row, in order."""
    told = select(HistoryEntry).where(HistoryEntry.record == record)
    return session.scalars(told.order_by(HistoryEntry.id)).all()


def sign_in(client: FlaskClient, asked: str = "") -> str:
    """Give the passphrase; says where one is sent."""
    answer = client.post(f"/sign-in{asked}", data={"email": "frank@example.org", "password": PASSPHRASE})
    assert answer.status_code == 302
    return str(answer.location)


def secret_on(page: TestResponse) -> str:
    """The secret that a page shows for typing."""
    found = re.search(r'class="secret"><code>([A-Z2-7 ]+)<', page.text)
    assert found
    return found[1].replace(" ", "")


def codes_on(page: TestResponse) -> list[str]:
    """The recovery codes that a page shows."""
    return re.findall(r"<li><code>([0-9a-z-]{19})</code>", page.text)


def app_of(client: FlaskClient, at: At, place: str = "/account/second-factor") -> tuple[pyotp.TOTP, list[str]]:
    """Set up an app on the account's page (or at sign-in): the app, and the recovery codes."""
    assert client.post(place).status_code == 302
    app = pyotp.TOTP(secret_on(client.get(f"{place}/app")))
    done = client.post(f"{place}/app", data={"code": app.at(at.now)})
    assert (done.status_code, title_of(done)) == (200, "Your recovery codes")
    return app, codes_on(done)


@pytest.fixture
def enrolled(app: Flask, frank: Person, at: At) -> tuple[pyotp.TOTP, list[str]]:
    """Frank's app and recovery codes, set up five minutes ago."""
    browser = app.test_client()
    sign_in(browser)
    made = app_of(browser, at)
    at.later()
    return made


def test_setting_up_shows_picture_secret_and_link_and_asks_for_a_code(
    client: FlaskClient, frank: Person, at: At, session: Session
) -> None:
    sign_in(client)
    assert "Set up a second factor" in read(client.get("/account").text)
    assert title_of(client.get("/account/second-factor")) == "Second factor"
    assert client.get("/account/second-factor/app").location == "/account/second-factor"
    assert client.get("/account/second-factor/app.svg").location == "/account/second-factor"
    assert client.post("/account/second-factor/app", data={"code": "123456"}).location == "/account/second-factor"
    assert client.post("/account/second-factor").location == "/account/second-factor/app"
    page = client.get("/account/second-factor/app")
    secret = secret_on(page)
    link = re.search(r'href="(otpauth:[^"]+)"', page.text)
    assert link
    of_link = pyotp.parse_uri(link[1].replace("&amp;", "&"))
    assert (of_link.secret, of_link.name, of_link.issuer) == (secret, frank.email, "Portfolio (127.0.0.1)")
    picture = client.get("/account/second-factor/app.svg")
    assert (picture.mimetype, picture.headers["Cache-Control"]) == ("image/svg+xml", "no-store")
    assert 'src="/account/second-factor/app.svg"' in page.text
    assert "style" not in picture.text

    wrong = client.post("/account/second-factor/app", data={"code": "12345"})
    assert (wrong.status_code, title_of(wrong)) == (422, "Error: Add this account to your app")
    assert '<a href="#code">Enter the 6 digits' in wrong.text
    assert 'value="12345"' in wrong.text
    assert secret_on(wrong) == secret
    assert need_of(session, frank, at.now.date()) is Need.NONE
    blank = client.post("/account/second-factor/app", data={"code": " "})
    assert '<a href="#code">Enter the code</a>' in blank.text

    done = client.post("/account/second-factor/app", data={"code": pyotp.TOTP(secret).at(at.now)})
    assert len(codes_on(done)) == 10
    assert 'href="/account"' in done.text
    assert client.get("/account/second-factor/app").location == "/account/second-factor"
    assert "Recovery codes left 10" in read(client.get("/account").text)


def test_what_one_session_was_offered_another_cannot_set_up(app: Flask, frank: Person, at: At) -> None:
    theirs, own = app.test_client(), app.test_client()
    for browser in (theirs, own):
        sign_in(browser)
        browser.post("/account/second-factor")
    secrets = [secret_on(browser.get("/account/second-factor/app")) for browser in (theirs, own)]
    assert secrets[0] != secrets[1]
    hijacking = own.post("/account/second-factor/app", data={"code": pyotp.TOTP(secrets[0]).at(at.now)})
    assert hijacking.status_code == 422
    assert app_done(own, secrets[1], at)
    waiting = theirs.post("/account/second-factor/app", data={"code": pyotp.TOTP(secrets[0]).at(at.now)})
    assert waiting.status_code == 422
    assert "Another app was set up on this account meanwhile" in waiting.text


def app_done(client: FlaskClient, secret: str, at: At) -> bool:
    """Whether the code of a secret sets the app up."""
    answer = client.post("/account/second-factor/app", data={"code": pyotp.TOTP(secret).at(at.now)})
    return answer.status_code == 200


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


@pytest.mark.usefixtures("enrolled")
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
    values = {"person_id": 1, "filename": "site.css", "year": "2025-26", "quarter": "2025-26/q2"}
    tried = 0
    for rule in app.url_map.iter_rules():
        if access_to(app, rule.endpoint).public and rule.endpoint not in OPEN_TO_NOBODY_YET:
            continue
        address = re.sub(r"<(?:\w+:)?(\w+)>", lambda found: str(values.get(found[1], 1)), rule.rule)
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


def change(client: FlaskClient, what: str, password: str = PASSPHRASE) -> TestResponse:
    """Ask for a change of one's second factor."""
    return client.post("/account/second-factor", data={"change": what, "password": password})


@pytest.fixture
def account(client: FlaskClient, enrolled: tuple[pyotp.TOTP, list[str]], at: At) -> FlaskClient:
    """Frank's browser, signed in with a code."""
    sign_in(client)
    client.post("/sign-in/code", data={"code": enrolled[0].at(at.now)})
    at.later()
    return client


def test_it_is_turned_off_by_whoever_knows_the_passphrase(account: FlaskClient, session: Session) -> None:
    wrong = change(account, "turn the second factor off", "something else entirely")
    assert (wrong.status_code, title_of(wrong)) == (422, "Error: Second factor")
    assert '<a href="#password">This is not your present passphrase</a>' in wrong.text
    assert make.count_of(session, SecondFactor) == 1
    done = change(account, "turn the second factor off")
    assert done.location == "/account"
    assert "Your second factor is turned off." in account.get("/account").text
    assert make.count_of(session, SecondFactor) == make.count_of(session, RecoveryCode) == 0
    assert sign_in(account.application.test_client()) == "/"


def test_where_it_is_required_it_is_not_turned_off(account: FlaskClient, session: Session) -> None:
    require(session)
    page = account.get("/account/second-factor").text
    assert "Turn the second factor off" not in page
    assert "so it cannot be turned off" in page
    assert change(account, "turn the second factor off").status_code == 422
    assert make.count_of(session, SecondFactor) == 1


def test_new_recovery_codes_replace_the_old(
    account: FlaskClient, enrolled: tuple[pyotp.TOTP, list[str]], app: Flask
) -> None:
    page = change(account, "get new recovery codes")
    new = codes_on(page)
    assert len(new) == 10
    assert set(new).isdisjoint(enrolled[1])
    other = app.test_client()
    sign_in(other)
    assert other.post("/sign-in/code", data={"code": enrolled[1][0]}).status_code == 422
    assert other.post("/sign-in/code", data={"code": new[0]}).status_code == 302


def test_who_runs_out_of_recovery_codes_is_told(
    account: FlaskClient, enrolled: tuple[pyotp.TOTP, list[str]], app: Flask
) -> None:
    sentence = "You are running out of recovery codes. Get new ones."
    assert sentence not in account.get("/account/second-factor").text
    for code in enrolled[1][:8]:
        other = app.test_client()
        sign_in(other)
        assert other.post("/sign-in/code", data={"code": code}).status_code == 302
    assert sentence in account.get("/account/second-factor").text


def test_a_new_telephone_takes_the_passphrase_and_a_code_of_the_new_app(
    account: FlaskClient, enrolled: tuple[pyotp.TOTP, list[str]], at: At, app: Flask
) -> None:
    assert change(account, "set up a new telephone, or another app", "").status_code == 422
    assert account.get("/account/second-factor/app").location == "/account/second-factor"
    assert change(account, "set up a new telephone, or another app").location == "/account/second-factor/app"
    new = pyotp.TOTP(secret_on(account.get("/account/second-factor/app")))
    assert account.post("/account/second-factor/app", data={"code": new.at(at.now)}).status_code == 200
    at.later()
    other = app.test_client()
    sign_in(other)
    assert other.post("/sign-in/code", data={"code": enrolled[0].at(at.now)}).status_code == 422
    assert other.post("/sign-in/code", data={"code": new.at(at.now)}).status_code == 302


def test_a_guesser_at_an_open_desk_is_held_up(account: FlaskClient) -> None:
    for _ in range(5):
        change(account, "turn the second factor off", "something else entirely")
    assert "Too many attempts" in change(account, "turn the second factor off").text


def test_a_change_is_chosen(account: FlaskClient) -> None:
    for what, sentence in (("", "Select what you want to do"), ("fly", "Choose one of those offered")):
        answer = change(account, what)
        assert answer.status_code == 422
        assert f'<a href="#change">{sentence}</a>' in answer.text


def test_whoever_signs_in_without_a_passphrase_has_nothing_to_set_up(signed_in: SignedIn) -> None:
    finance = signed_in(Role.FINANCE)
    for address in ("/account", "/account/second-factor"):
        assert "asks for a second factor of its own" in finance.get(address).text
    assert finance.post("/account/second-factor").status_code == 422


def test_an_administrator_resets_the_second_factor_of_a_lost_telephone(
    account: FlaskClient, signed_in: SignedIn, frank: Person, session: Session
) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    assert "Reset the second factor of Frank Finance" in administrator.get(f"/people/{frank.id}").text
    assert account.get("/account").status_code == 200
    answer = administrator.post(f"/people/{frank.id}/second-factor/reset", follow_redirects=True)
    assert "The second factor of Frank Finance is reset." in answer.text
    assert "Reset the second factor of" not in answer.text
    assert account.get("/account").status_code == 302
    assert sign_in(account) == "/"
    assert [(entry.author, entry.deed, entry.change) for entry in history_of(session, "second_factor")] == [
        (frank.mark, "Set up a second factor", "added"),
        (administrator.person.mark, "Reset a second factor", "removed"),
    ]
    again = administrator.post(f"/people/{frank.id}/second-factor/reset")
    assert again.status_code == 422
    assert administrator.post("/people/999/second-factor/reset").status_code == 404


def test_nobody_else_resets_it(signed_in: SignedIn, frank: Person) -> None:
    for role in set(Role) - {Role.ADMINISTRATOR}:
        assert signed_in(role).post(f"/people/{frank.id}/second-factor/reset").status_code == 403


def test_an_administrator_sets_who_must_have_one(signed_in: SignedIn, frank: Person, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    page = administrator.get("/people/second-factor")
    assert title_of(page) == "Who must have a second factor"
    assert "frank@example.org" in page.text
    assert 'value="no" checked' in page.text
    assert administrator.post("/people/second-factor", data={"required": "perhaps"}).status_code == 422
    assert not second_factor_is_required(session)
    saved = administrator.post("/people/second-factor", data={"required": "yes"}, follow_redirects=True)
    assert "The rule for second factors is saved." in saved.text
    assert 'value="yes" checked' in saved.text
    session.expire_all()
    assert second_factor_is_required(session)
    frank.disabled_at = NOW
    assert "Nobody: everybody in these roles has set one up." in administrator.get("/people/second-factor").text
    assert 'href="/people/second-factor"' in administrator.get("/people").text
