"""Somebody with a passphrase, the app that they set up, and the clock that both go by."""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta

import pyotp
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.clock import StoppedClock
from portfolio.history import HistoryEntry
from portfolio.people.actions import add_person, give_role
from portfolio.people.models import Person
from portfolio.people.rules import REACH, Holding, Reach, Role
from portfolio.settings import SECOND_FACTOR_REQUIRED, set_setting
from tests import make
from tests.conftest import NOW, title_of

PASSPHRASE = "correct horse battery"


class At:
    """The site's clock, which a test sets on."""

    def __init__(self, app: Flask) -> None:
        self.app, self.now = app, NOW

    def later(self, by: timedelta = timedelta(minutes=5)) -> datetime:
        """Some time passes."""
        self.now += by
        self.app.extensions["portfolio_clock"] = StoppedClock(self.now)
        return self.now


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
    assert client.post(place, data={"password": PASSPHRASE}).status_code == 302
    app = pyotp.TOTP(secret_on(client.get(f"{place}/app")))
    done = client.post(f"{place}/app", data={"code": app.at(at.now)})
    assert (done.status_code, title_of(done)) == (200, "Your recovery codes")
    return app, codes_on(done)
