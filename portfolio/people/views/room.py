"""The room's addresses, to which each of its pages is added, and whose account a page of one's own is about."""

from flask import Blueprint

from portfolio.people.actions import get_person
from portfolio.people.models import Person
from portfolio.web.access import viewer
from portfolio.web.database import session

room = Blueprint("people", __name__)


def oneself() -> Person:
    """Who is signed in; only for views that are not public."""
    return get_person(session(), viewer().person_id)
