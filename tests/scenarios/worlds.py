"""A round to try portfolios of: four scored proposals that ask Dorset for twice the non-labour money there is."""

from collections.abc import Mapping
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.proposals.models import Proposal
from portfolio.scenarios.queries import Weighed, weighed
from portfolio.scenarios.rules import Plan
from tests import make, rounds

SCORES = {"SVD-25-01": "80", "SVD-25-02": "70", "SVD-25-03": "50", "SVD-25-04": "45"}
ASKS = {"SVD-25-01": "60000.00", "SVD-25-02": "40000.00", "SVD-25-03": "50000.00", "SVD-25-04": "90000.00"}


def four(session: Session) -> list[Proposal]:
    """The proposals, in the order of their references and of their scores."""
    csp = make.csp(session)
    found = [make.proposal(session, each, asks={"non-labour": Decimal(ASKS[each])}) for each in ASKS]
    for each in found:
        rounds.panel_score(session, each, csp, SCORES[each.reference])
    session.commit()
    return found


def of_dorset(session: Session) -> Weighed:
    """What Dorset's panel chooses among."""
    return weighed(session, make.funding_year(session), make.csp(session))


def plan(at: Weighed, awards: Mapping[Proposal, str], over: str = "0") -> Plan:
    """Pounds of non-labour money by proposal."""
    other = at.streams[-1].stream
    given = {proposal.id: {other: Decimal(amount)} for proposal, amount in awards.items()}
    return Plan(at.nothing.ceilings, Decimal(over), given)
