"""Somebody with a second factor, for the tests of its pages."""

import pyotp
import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portfolio.people.models import Person
from portfolio.people.rules import Role
from tests.people.enrolling import At, app_of, sign_in, somebody


@pytest.fixture
def at(app: Flask) -> At:
    """The clock."""
    return At(app)


@pytest.fixture
def frank(session: Session) -> Person:
    """A finance officer with a passphrase."""
    return somebody(session, Role.FINANCE)


@pytest.fixture
def enrolled(app: Flask, frank: Person, at: At) -> tuple[pyotp.TOTP, list[str]]:
    """Frank's app and recovery codes, set up five minutes ago."""
    browser = app.test_client()
    sign_in(browser)
    made = app_of(browser, at)
    at.later()
    return made
