"""Fifty officers award at once: the ceiling is never passed by a penny, and every penny of it can be awarded."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.decisions import queries
from portfolio.decisions.actions import record_decision
from portfolio.decisions.rules import Outcome, Ruling
from portfolio.errors import Refused
from portfolio.funding_years.models import CSP
from portfolio.history import Author
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.proposals.models import Proposal
from tests import make
from tests.conftest import NOW

ALLOCATIONS = {"labour": {"dorset": Decimal("0.00")}, "non-labour": {"dorset": Decimal("100.00")}}
OFFICERS = 50
EACH = Decimal("10.00")


def test_fifty_awards_at_once_keep_to_the_ceiling(database: Database, session: Session) -> None:
    year = make.funding_year(session, allocations=ALLOCATIONS)
    officer = make.person(session, Role.CSP_OFFICER)
    ids = [
        make.proposal(session, f"SVD-25-{number:02d}", asks={"non-labour": EACH}, funding_year=year).id
        for number in range(OFFICERS)
    ]
    csp_id = make.csp(session).id
    session.commit()
    session.close()

    def award(proposal_id: int) -> str | None:
        """The code of the rule that refused it, or None where it was awarded."""
        try:
            with database.writing(Author("an officer", NOW, "Recorded a decision")) as own:
                proposal, csp = own.get_one(Proposal, proposal_id), own.get_one(CSP, csp_id)
                ruling = Ruling(Outcome.FUNDED, "Dorset CSP", {"non-labour": EACH}, met_on=NOW.date())
                record_decision(
                    own,
                    proposal,
                    csp,
                    ruling,
                    recorded_by=own.get_one(Person, officer.id),
                    deciders=(),
                    at=NOW,
                    claimed=make.nothing_claimed,
                )
        except Refused as refused:
            return refused.errors[0].code
        return None

    with ThreadPoolExecutor(10) as officers:
        answers = list(officers.map(award, ids))
    assert (answers.count(None), answers.count("E1")) == (10, OFFICERS - 10)
    with database.reading() as reading:
        awarded = queries.awarded_by_csp_and_stream(reading, year.id)
    assert list(awarded.values()) == [Decimal("100.00")]
