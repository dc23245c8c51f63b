"""The pages of one's own second factor, and an administrator's."""

import re

import pyotp
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.people.models import Person, RecoveryCode, SecondFactor
from portfolio.people.rules import Role
from portfolio.people.second_factor import Need, need_of
from portfolio.settings import second_factor_is_required
from tests import make
from tests.conftest import NOW, SignedIn, title_of
from tests.pages import read
from tests.people.enrolling import PASSPHRASE, At, codes_on, history_of, require, secret_on, sign_in


def test_setting_up_shows_picture_secret_and_link_and_asks_for_a_code(
    client: FlaskClient, frank: Person, at: At, session: Session
) -> None:
    sign_in(client)
    assert "Set up a second factor" in read(client.get("/account").text)
    assert title_of(client.get("/account/second-factor")) == "Second factor"
    assert client.get("/account/second-factor/app").location == "/account/second-factor"
    assert client.get("/account/second-factor/app.svg").location == "/account/second-factor"
    assert client.post("/account/second-factor/app", data={"code": "123456"}).location == "/account/second-factor"
    for typed in ("", "a guess"):
        refused = client.post("/account/second-factor", data={"password": typed})
        assert (refused.status_code, title_of(refused)) == (422, "Error: Second factor")
        assert '<a href="#password">This is not your present passphrase</a>' in refused.text
    assert client.get("/account/second-factor/app").location == "/account/second-factor"
    offered = client.post("/account/second-factor", data={"password": PASSPHRASE})
    assert offered.location == "/account/second-factor/app"
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
        browser.post("/account/second-factor", data={"password": PASSPHRASE})
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


def test_an_administrator_sets_who_must_have_one(
    client: FlaskClient, signed_in: SignedIn, frank: Person, session: Session
) -> None:
    administrator, lead = signed_in(Role.ADMINISTRATOR), signed_in(Role.LEAD)
    sign_in(client)
    assert client.get("/account").status_code == 200
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
    assert [browser.get("/account").status_code for browser in (client, lead)] == [302, 200]
    assert sign_in(client) == "/sign-in/second-factor"
    assert "You are one of them." not in saved.text
    administrator.person.password_hash = "a hash"
    assert "You are one of them." in administrator.get("/people/second-factor").text
    administrator.person.password_hash = None
    frank.disabled_at = NOW
    assert "Nobody: everybody in these roles has set one up." in administrator.get("/people/second-factor").text
    assert 'href="/people/second-factor"' in administrator.get("/people").text
