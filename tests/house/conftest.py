"""The running site, for what is tried against it from outside."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime

import pytest
from flask import Flask
from flask.sessions import SecureCookieSessionInterface
from sqlalchemy.orm import Session

from portfolio.app import create_app
from portfolio.config import Config
from portfolio.people import sessions
from portfolio.people.models import Person
from portfolio.web import errors
from tests.compiled import COMPILED
from tests.house.attacking import Browser
from tests.serving import serving

Enter = Callable[[Person], Browser]


@pytest.fixture
def site(config: Config) -> Iterator[Flask]:
    """The site that runs."""
    made = create_app(config)
    made.jinja_env.bytecode_cache = COMPILED
    yield made
    made.extensions["portfolio_postman"].shutdown()
    made.extensions["portfolio_database"].close()


@pytest.fixture
def enter(site: Flask, session: Session) -> Iterator[Enter]:
    """`enter(person)`: a browser with somebody signed in on the running site, without the price of a hash."""
    with ExitStack() as open_now:
        address = open_now.enter_context(serving(site))
        seal = SecureCookieSessionInterface().get_signing_serializer(site)
        assert seal is not None

        def sign_in(person: Person) -> Browser:
            now = datetime.now(UTC)
            key = sessions.start(session, person.id, now, "127.0.0.1", "a test", awaits_code=False)
            session.commit()
            browser = Browser(address)
            open_now.callback(browser.close)
            browser.cookies["portfolio_session"] = str(seal.dumps({"key": key}))
            return browser

        yield sign_in


@pytest.fixture
def refused_in_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused answers with its status alone: its page, thousands of times the same, has tests of its own."""
    monkeypatch.setattr(errors, "page", lambda status, **_: ("", status))
