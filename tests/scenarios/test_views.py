"""The pages of scenarios, as officers and members of a panel meet them."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.people.rules import Role
from portfolio.proposals.models import Proposal
from portfolio.scenarios.models import Scenario
from tests import make, rounds
from tests.conftest import NOW, SignedIn, Visitor
from tests.pages import read

SCORES = {"SVD-25-01": "80", "SVD-25-02": "70", "SVD-25-03": "50", "SVD-25-04": "45"}
ASKS = {"SVD-25-01": "60000.00", "SVD-25-02": "40000.00", "SVD-25-03": "50000.00", "SVD-25-04": "90000.00"}


@pytest.fixture
def proposals(session: Session) -> list[Proposal]:
    """Four proposals that ask Dorset for £240,000.00 of the £120,000.00 of non-labour money that is there."""
    csp = make.csp(session)
    found = [make.proposal(session, each, asks={"non-labour": Decimal(ASKS[each])}) for each in ASKS]
    for each in found:
        rounds.panel_score(session, each, csp, SCORES[each.reference])
    session.commit()
    return found


@pytest.fixture
def officer(signed_in: SignedIn) -> Visitor:
    return signed_in(Role.CSP_OFFICER, name="Ola Fern")


def where(proposals: list[Proposal], page: str = "/new") -> str:
    return f"/scenarios/rounds/{proposals[0].funding_year_id}/dorset{page}"


def test_pages(session: Session, officer: Visitor, proposals: list[Proposal]) -> None:
    by = officer.person
    s = rounds.scenario(session, proposals[0].funding_year, make.csp(session), by, {proposals[0]: "60000.00"})
    session.commit()
    import re
    for page in ("/scenarios", where(proposals, ""), where(proposals), where(proposals) + f"?tried=1&taken={proposals[0].id}&taken={proposals[1].id}&ceiling-2=90000", where(proposals,"/best"), where(proposals,"/best?asked=1&levels=targeted"), where(proposals,f"/compare?scenario={s.id}"), f"/scenarios/{s.id}", f"/scenarios/{s.id}/change", f"/scenarios/{s.id}/decide"):
        answer = officer.get(page)
        print(page, answer.status_code)
        print(read(answer.text)[:1500])
        assert answer.status_code == 200
