"""The front pages and the year's page take no more statements for fifty awards than for two."""

from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal

import pytest
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.spend.models import ClaimQuery
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import SignedIn

ADDRESSES = {
    Role.LEAD: ["/"],
    Role.CSP_OFFICER: ["/", "/years/2025-26"],
    Role.CSP_MEMBER: ["/"],
    Role.FINANCE: ["/", "/years/2025-26", "/years/2025-26/partnerships"],
    Role.OPCC: ["/"],
    Role.CERTIFIER: ["/"],
    Role.ADMINISTRATOR: ["/"],
}
CASES = [(role, address) for role, addresses in ADDRESSES.items() for address in addresses]
SMALL = {"labour": Decimal("400.00"), "non-labour": Decimal("600.01")}


def add_awards(session: Session, lead: Person, numbers: range) -> None:
    """Awards with an approved and a queried claim each, and as many proposals that wait for a decision."""
    for number in numbers:
        csp = ("dorset", "bcp")[number % 2]
        funded = make.proposal(session, f"SVD-25-{number:02d}", csps=[csp], asks=SMALL)
        award: Award = make.award(session, funded, csp=csp, lead_person=lead)
        make.claim(session, award, make.Q1, lines={("labour", "training"): Decimal("90.00")})
        claim = make.claim(session, award, make.Q2, status=ClaimStatus.QUERIED, lines={})
        session.add(ClaimQuery(claim=claim, asked_by=lead, asked_at=make.CLAIMED_AT, question="Which invoice?"))
        make.proposal(session, f"SVD-25-{number:02d}-waiting", csps=[csp], asks=SMALL)


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the site sends."""
    sent: list[str] = []
    engine = app.extensions["portfolio_database"].engine

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield sent
    event.remove(engine, "before_cursor_execute", note)


@pytest.mark.parametrize(("role", "address"), CASES)
def test_statements_do_not_grow_with_awards(
    app: Flask, session: Session, signed_in: SignedIn, role: Role, address: str
) -> None:
    lead = make.person(session, Role.LEAD)
    person = lead if role is Role.LEAD else make.person(session, role)
    add_awards(session, lead, range(1, 3))
    visitor = signed_in(person=person)
    visitor.get(address)  # the first page of a site asks for its migrations too
    with counted(app) as few:
        assert visitor.get(address).status_code == 200
    add_awards(session, lead, range(3, 31))
    with counted(app) as many:
        assert visitor.get(address).status_code == 200
    assert len(many) == len(few) < 30
