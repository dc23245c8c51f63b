"""Fifty officers award at once: the ceiling is never passed by a penny, and every penny of it can be awarded.

Once by the rules, which say why not; and once past them, where the database itself is all that holds.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.decisions import amounts
from portfolio.decisions.actions import award_rows, decision_rows, record_decision
from portfolio.decisions.rules import Outcome, Ruling
from portfolio.errors import Refused
from portfolio.funding_years.models import CSP
from portfolio.history import Author
from portfolio.migrations.ceiling_0007 import ABOVE
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.proposals.models import Proposal
from tests import make
from tests.conftest import NOW

ALLOCATIONS = {"labour": {"dorset": Decimal("0.00")}, "non-labour": {"dorset": Decimal("95.24")}}
TOLERANCE = Decimal(5)
"""Per cent: £4.76 and a little, so that £100.00 may be awarded and not a penny more."""
OFFICERS = 50
EACH = Decimal("10.00")
RULING = Ruling(
    Outcome.FUNDED, "Dorset CSP", {"non-labour": EACH}, met_on=NOW.date(), above_because="Last year £9.00 came back"
)


def by_the_rules(session: Session, proposal: Proposal, csp: CSP, officer: Person) -> None:
    """As the page does."""
    record_decision(
        session, proposal, csp, RULING, recorded_by=officer, deciders=(), at=NOW, claimed=make.nothing_claimed
    )


def past_the_rules(session: Session, proposal: Proposal, csp: CSP, officer: Person) -> None:
    """The rows alone, as somebody would write them who asked nothing."""
    decision = decision_rows(proposal, csp, RULING, recorded_by=officer.mark, recorded_at=NOW)
    session.add(award_rows(decision))
    session.flush()


@pytest.mark.parametrize("award", [by_the_rules, past_the_rules])
def test_fifty_awards_at_once_keep_to_the_ceiling(
    database: Database, session: Session, award: Callable[[Session, Proposal, CSP, Person], None]
) -> None:
    year = make.funding_year(session, allocations=ALLOCATIONS)
    year.programme.tolerance_percent = TOLERANCE
    officer_id = make.person(session, Role.CSP_OFFICER).id
    ids = [
        make.proposal(session, f"SVD-25-{number:02d}", asks={"non-labour": EACH}, funding_year=year).id
        for number in range(OFFICERS)
    ]
    csp_id = make.csp(session).id
    session.commit()
    session.close()

    def decide(proposal_id: int) -> str:
        """What became of it."""
        try:
            with database.writing(Author("an officer", NOW, "Recorded a decision")) as own:
                award(
                    own, own.get_one(Proposal, proposal_id), own.get_one(CSP, csp_id), own.get_one(Person, officer_id)
                )
        except Refused as refused:
            return refused.errors[0].code or "refused"
        except DBAPIError as refused:
            return "E1" if ABOVE in str(refused.orig) else str(refused.orig)
        return "awarded"

    with ThreadPoolExecutor(10) as officers:
        answers = list(officers.map(decide, ids))
    assert (answers.count("awarded"), answers.count("E1")) == (10, OFFICERS - 10)
    with database.reading() as reading:
        awarded = amounts.awarded_by_csp_and_stream(reading, year.id)
    assert list(awarded.values()) == [Decimal("100.00")]
