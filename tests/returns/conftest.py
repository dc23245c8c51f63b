"""Dorset's 2024/25 and 2025/26 as the story tells them, and the people who make its returns."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

import portfolio.story
from portfolio.clock import day_of
from portfolio.funding_years.models import CSP, FundingYear, PoliceArea
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.quarters import Quarter
from portfolio.returns import actions
from portfolio.returns.models import Return
from portfolio.returns.points import SORTS
from portfolio.returns.rules import ReturnKind, ReturnStatus
from portfolio.story.actions import load
from tests import make
from tests.conftest import NOW
from tests.kept import kept

STORY = Path(portfolio.story.__file__).parent / "dorset_2025_26.json"


@dataclass
class Scene:
    """Dorset on 20 October 2025, with Q1 and Q2 claimed and nothing returned."""

    session: Session
    year: FundingYear
    finance: Person
    certifier: Person
    opcc: Person

    def csp(self, key: str) -> CSP:
        """A partnership."""
        return self.session.scalars(select(CSP).where(CSP.key == key)).one()

    def prepare(
        self,
        quarter: Quarter,
        kind: ReturnKind = ReturnKind.OPCC,
        csp: CSP | None = None,
        *,
        at: datetime = NOW,
        reason: str | None = None,
    ) -> Return:
        """Finance prepares a return."""
        row = actions.prepare_return(self.session, self.year, quarter, kind, csp, by=self.finance, at=at, reason=reason)
        self.session.commit()
        return row

    def check(self, row: Return, at: datetime = NOW, because: str = "Told to the funder.") -> Return:
        """The certifier goes through it, and accepts whatever is open for one reason."""
        actions.check_return(self.session, row, by=self.certifier, at=at, accepted=dict.fromkeys(SORTS, because))
        self.session.commit()
        return row

    def certify(self, row: Return, at: datetime = NOW) -> Return:
        """The certifier checks it where nobody has, and signs it."""
        if row.status is ReturnStatus.PREPARED:
            self.check(row, at)
        actions.certify_return(
            self.session,
            row,
            by=self.certifier,
            name=self.certifier.name,
            role="Chief Finance Officer",
            on=day_of(at),
            at=at,
        )
        self.session.commit()
        return row

    def issue(self, row: Return, at: datetime = NOW) -> Return:
        """Finance issues it."""
        actions.issue_return(self.session, row, by=self.finance, at=at)
        self.session.commit()
        return row

    def issued(
        self,
        quarter: Quarter,
        kind: ReturnKind = ReturnKind.OPCC,
        csp: CSP | None = None,
        *,
        at: datetime = NOW,
        reason: str | None = None,
    ) -> Return:
        """A return from preparing to issuing."""
        return self.issue(self.certify(self.prepare(quarter, kind, csp, at=at, reason=reason), at), at)


PEOPLE = {Role.FINANCE: "Fay Lund", Role.CERTIFIER: "Cliff Ames", Role.OPCC: "Otto Penn"}


@pytest.fixture
def scene(session: Session) -> Scene:
    """The story told, and the people at their desks."""

    def tell() -> None:
        load(session, STORY, by="load@example.org", now=NOW)
        area = session.scalars(select(PoliceArea)).one()
        for role, name in PEOPLE.items():
            make.person(session, role, area=area, name=name)

    kept(session, "Dorset's returns", tell)
    year = session.scalars(select(FundingYear).where(FundingYear.year == make.YEAR)).one()
    people = [session.scalars(select(Person).where(Person.name == name)).one() for name in PEOPLE.values()]
    session.commit()
    return Scene(session, year, *people)
