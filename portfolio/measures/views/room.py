"""The room of measures, how its pages find what an address names, and whether a page is asked for as published."""

from flask import Blueprint, request

from portfolio.measures.models import Measure
from portfolio.measures.queries import get_measure
from portfolio.measures.rules import published
from portfolio.people.rules import Act
from portfolio.web.access import viewer
from portfolio.web.database import session
from portfolio.words import figure

room = Blueprint("measures", __name__)
room.add_app_template_filter(figure)
room.add_app_template_filter(published)
PUBLICATION = "publication"


def measure_at(number: int, act: Act) -> Measure:
    """A measure within reach of an act; raises NotFound."""
    return get_measure(session(), number, viewer().within(act))


def as_published() -> bool:
    """Whether the address asks for figures as they may be published."""
    return request.args.get("for") == PUBLICATION
