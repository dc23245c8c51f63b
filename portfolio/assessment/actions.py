"""Interests declared; assessments written and submitted; what the panel agrees."""

from datetime import date

from sqlalchemy.orm import Session

from portfolio.assessment import rules
from portfolio.assessment.models import Interest
from portfolio.errors import refuse_any
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal


def declare_interest(session: Session, proposal: Proposal, person: Person, nature: str, declared_on: date) -> Interest:
    """Record that somebody has an interest in a proposal: from now on they neither score nor decide it."""
    refuse_any([rules.no_nature(nature)])
    interest = Interest(proposal=proposal, person=person, nature=nature, declared_on=declared_on)
    session.add(interest)
    return interest
