"""Attacks on accounts, on the running site: guesses from everywhere, a planted cookie, a stolen invitation."""

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

import pytest
from sqlalchemy.orm import Session

from portfolio.config import Config
from portfolio.people.actions import add_person, give_role, is_password_of
from portfolio.people.joining import invite
from portfolio.people.models import Person
from portfolio.people.rules import Holding, Role
from portfolio.people.throttling import FREE_FOR_AN_ACCOUNT
from tests import make
from tests.house.attacking import Browser
from tests.people.links import keys_to
from tests.serving import served

EMAIL, NEW = "ann@example.org", "nina@example.org"
WRONG, TOO_SOON = "The e-mail address or the passphrase is not right", "Too many attempts to sign in failed"
GUESSERS = 50


@pytest.fixture
def ann(session: Session) -> Person:
    """Ann, an administrator with a passphrase."""
    person = add_person(session, "Ann Other", EMAIL, make.PASSWORD)
    give_role(person, Holding(Role.ADMINISTRATOR))
    session.commit()
    return person


@pytest.fixture
def browsers(config: Config, session: Session) -> Iterator[list[Browser]]:
    """Browsers on the running site, each at an address of its own, as the proxy before it says."""
    session.commit()
    with ExitStack() as open_now:
        address = open_now.enter_context(served(replace(config, proxies=1)))
        opened = [Browser(address, X_Forwarded_For=f"198.51.100.{number}") for number in range(GUESSERS + 1)]
        for browser in opened:
            open_now.callback(browser.close)
        yield opened


@pytest.mark.usefixtures("ann")
def test_guesses_from_fifty_addresses_are_five(browsers: list[Browser]) -> None:
    answers = [browser.sign_in(EMAIL, f"guess {number}") for number, browser in enumerate(browsers[:GUESSERS])]
    assert {answer.status for answer in answers} == {422}
    assert [WRONG in answer.text for answer in answers] == [number < FREE_FOR_AN_ACCOUNT for number in range(GUESSERS)]
    assert all(TOO_SOON in answer.text for answer in answers[FREE_FOR_AN_ACCOUNT:])
    right = browsers[-1].sign_in(EMAIL, make.PASSWORD)
    assert (right.status, TOO_SOON in right.text) == (422, True), "not even the right one is looked at"


@pytest.mark.usefixtures("ann")
def test_a_cookie_that_was_planted_before_signing_in_opens_nothing_after_it(browsers: list[Browser]) -> None:
    attacker, victim, *_ = browsers
    attacker.get("/sign-in")
    planted = dict(attacker.cookies)
    assert planted
    victim.cookies |= planted
    assert victim.sign_in(EMAIL, make.PASSWORD).status == 302
    assert victim.is_signed_in()
    assert victim.cookies["portfolio_session"] != planted["portfolio_session"]
    assert not attacker.is_signed_in()
    attacker.cookies = planted
    assert not attacker.is_signed_in()


def test_an_invitation_that_was_stolen_or_replayed_opens_nothing(
    browsers: list[Browser], session: Session, config: Config
) -> None:
    holding, key_of = Holding(Role.ADMINISTRATOR), partial(config.derived_key, "link")
    person = invite(session, "Nina Newcomer", NEW, holding, by=None, now=datetime.now(UTC), key_of=key_of)
    [key] = keys_to(session, config, NEW)
    session.commit()
    owner, thief, *_ = browsers
    path = f"/join/{key}"
    stolen = {"password": "stolen and all mine", "again": "stolen and all mine"}
    token = thief.token(path)  # the thief has looked at the page in time, and sends it too late
    chosen = {"password": "tractor lemon sky", "again": "tractor lemon sky", "csrf_token": owner.token(path)}
    assert owner.post(path, chosen).status == 302
    assert owner.is_signed_in()
    for answer in (thief.post(path, stolen | {"csrf_token": token}), thief.get(path)):
        assert (answer.status, answer.title) == (404, "This link no longer works")
    replayed = owner.post(path, stolen | {"csrf_token": owner.token("/account")})
    assert (replayed.status, replayed.title) == (404, "This link no longer works")
    assert not thief.is_signed_in()
    session.expire_all()
    assert is_password_of(person, "tractor lemon sky")
