"""The room of the ledger, and how its pages find what an address names."""

from flask import Blueprint

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within, get_award
from portfolio.errors import NotFound
from portfolio.funding_years import queries
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.people.actions import get_person
from portfolio.people.models import Person
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.web.access import viewer
from portfolio.web.database import session

room = Blueprint("ledger", __name__, url_prefix="/ledger")


def me() -> Person:
    """Who is signed in."""
    return get_person(session(), viewer().person_id)


def year_at(number: int, act: Act) -> FundingYear:
    """A funding year within reach of an act; raises NotFound."""
    return queries.get_year(session(), number, viewer().within(act))


def may_reconcile(year: FundingYear) -> bool:
    """Whether the viewer may hold the ledger of a year they see against claims; it is of its whole police area."""
    no_csp = 0
    return viewer().within(Act.RECONCILE).holds(no_csp, year.police_area_id)


def year_of(award: Award, act: Act) -> FundingYear:
    """The funding year of an award, with its categories and partnerships; raises NotFound."""
    return year_at(award.proposal.funding_year_id, act)


def quarter_of(year: FundingYear, quarter: Quarter) -> Quarter:
    """A quarter that an address names, of the year that it names; raises NotFound."""
    if quarter.year != year.year:
        raise NotFound("This quarter is of another year")
    return quarter


def award_at(reference: str, csp_key: str, act: Act) -> Award:
    """An award within reach of an act; raises NotFound."""
    return get_award(session(), reference, csp_key, awards_within(viewer().within(act)))


def csp_of(year: FundingYear, number: int | None) -> CSP | None:
    """A partnership of a year by number; None where none, or none of them, was named."""
    return next((csp for csp in year.police_area.csps if csp.id == number), None)
