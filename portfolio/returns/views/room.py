"""The room of returns: what all of its pages share."""

from typing import Any

from flask import Blueprint

from portfolio.people.actions import get_person
from portfolio.people.models import Person
from portfolio.people.rules import Act
from portfolio.returns.queries import Place
from portfolio.returns.rules import acts_for
from portfolio.uploads.kinds import XLSX
from portfolio.web.access import viewer
from portfolio.web.database import session
from portfolio.web.downloads import file_download

room = Blueprint("returns", __name__)


def me() -> Person:
    """Who is signed in, as whoever does something to a return."""
    return get_person(session(), viewer().person_id)


def workbook_download(name: str, content: bytes) -> Any:
    """A workbook, handed out under its name."""
    return file_download(name, content, XLSX.media_type)


def may(act: Act, place: Place) -> bool:
    """Whether who is signed in may do something to a return."""
    return any(place.is_reached_by(viewer().within(one)) for one in acts_for(act, place.kind))
