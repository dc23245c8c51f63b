"""Level-Up, its lead, and the lead signed in."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.people.models import Person
from portfolio.people.rules import Role
from tests import make
from tests.conftest import SignedIn
from tests.spend import level_up


@pytest.fixture
def lead(session: Session) -> Person:
    """Level-Up's lead."""
    return make.person(session, Role.LEAD, name="Lena Marsh")


@pytest.fixture
def award(session: Session, lead: Person) -> Award:
    """Level-Up with its first quarter approved."""
    made = level_up.award(session, lead)
    level_up.first_quarter(session, made)
    return made


@pytest.fixture
def leading(signed_in: SignedIn, lead: Person, award: Award) -> FlaskClient:
    """A browser with the lead signed in."""
    return signed_in(person=lead)
