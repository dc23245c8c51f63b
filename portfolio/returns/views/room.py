"""The room of returns: what all of its pages share."""

from typing import Any

from flask import Blueprint

from portfolio.people.actions import get_person
from portfolio.people.models import Person
from portfolio.people.rules import Act
from portfolio.returns.queries import Place
from portfolio.returns.rules import ReturnKind
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


MADE_BY_THE_OFFICE = (Act.PREPARE_RETURN, Act.CHECK_RETURN)
"""What the commissioner's office does too, for the return that it sends to the Home Office; others it receives."""


def may(act: Act, place: Place) -> bool:
    """Whether who is signed in may do something to a return."""
    to_the_home_office = place.kind is ReturnKind.HOME_OFFICE and act in MADE_BY_THE_OFFICE
    acts = (act, Act.MAKE_HOME_OFFICE_RETURN) if to_the_home_office else (act,)
    return any(place.is_reached_by(viewer().within(one)) for one in acts)
