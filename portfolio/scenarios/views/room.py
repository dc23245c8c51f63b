"""The room's own blueprint, and what its pages have in common."""

from flask import Blueprint

from portfolio.funding_years.models import CSP
from portfolio.people.rules import Act
from portfolio.scenarios.queries import Weighed, get_place, weighed
from portfolio.web.access import viewer
from portfolio.web.database import session

room = Blueprint("scenarios", __name__)


def place(year_id: int, csp_key: str) -> Weighed:
    """What a partnership within reach chooses among in a year."""
    return weighed(session(), *get_place(session(), year_id, csp_key, viewer().within(Act.TRY)), viewer().person_id)


def decides(csp: CSP) -> bool:
    """Whether the person records the partnership's decisions."""
    return viewer().within(Act.DECIDE).holds(csp.id, csp.police_area_id)
