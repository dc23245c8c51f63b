"""The room of measures, how its pages find what an address names, and whether a page is asked for as published."""

from flask import Blueprint, Response, request

from portfolio.measures.models import Measure
from portfolio.measures.queries import get_measure
from portfolio.measures.rules import published
from portfolio.people.rules import Act
from portfolio.web.access import viewer
from portfolio.web.database import session
from portfolio.words import figure
from reports.charts import Chart, svg

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


def narrow() -> bool:
    """Whether the address asks for a picture for a telephone."""
    return request.args.get("width") == "narrow"


def picture(chart: Chart) -> Response:
    """A chart at its address."""
    return Response(svg(chart), mimetype="image/svg+xml")
