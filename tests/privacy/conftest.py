"""Somebody who left long ago, and left their name wherever names are kept."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.assessment.models import Interest
from portfolio.decisions.models import Award, Decider
from portfolio.history import Author
from portfolio.ledger.models import LedgerUpload
from portfolio.mail.actions import queue
from portfolio.people.models import (
    CalendarAddress,
    Identity,
    Link,
    Person,
    PersonalReading,
    Purpose,
    RecoveryCode,
    RoleHeld,
    SecondFactor,
    SignInAttempt,
    SignInOutcome,
    UsedCode,
    WebSession,
)
from portfolio.people.rules import Role
from portfolio.personal import PersonalValue
from portfolio.spend.models import WorkbookUpload
from tests import make

THEN = datetime(2025, 10, 20, 9, tzinfo=UTC)
LATER = datetime(2035, 4, 1, 9, tzinfo=UTC)
"""When nobody has to be kept any more who left in 2027/28 or before."""
TRACES = ("Agnes", "Quill", "agnes.quill", "brother-in-law", "subject-of-agnes", "203.0.113.77")
"""What only she brought along."""


@dataclass(frozen=True)
class Left:
    """Her, and what stays of what she did."""

    person: Person
    award: Award
    interest: Interest


def session_row(person: Person, at: datetime, **values: Any) -> WebSession:
    """A session that began at a moment."""
    defaults: dict[str, Any] = {
        "person_id": person.id, "key_hash": f"{person.id} {at} {values}"[:64], "started_at": at, "seen_at": at,
        "address": "203.0.113.77", "browser": "Agnes her browser", "awaits_code": False,
    }  # fmt: skip
    return WebSession(**defaults | values)


def attempt_row(email: str, at: datetime, person: Person | None = None) -> SignInAttempt:
    """An attempt to sign in."""
    return SignInAttempt(
        at=at, email=email, address="203.0.113.77", browser="a browser", person_id=person and person.id,
        outcome=SignInOutcome.REFUSED, known_browser=False,
    )  # fmt: skip


@pytest.fixture
def left(session: Session) -> Left:
    """A finance officer who claimed, approved, declared, signed in and left at the end of 2025/26."""
    person = make.person(
        session, Role.FINANCE, name="Agnes Quill", email="agnes.quill@example.org", password_hash="scrypt:agnes"
    )
    person.roles[0].ends_on = date(2026, 3, 31)
    Author(person.mark, THEN, "Approved a claim")(session)
    award = make.award(session, lead_person=person)
    make.claim(session, award, make.Q1, submitted_by_id=person.id, submitted_at=THEN)
    decision = make.decision(session, make.proposal(session, "SVD-25-02"), recorded_by=person.mark)
    interest = Interest(
        proposal=award.proposal, person=person, nature="Her brother-in-law runs it", declared_on=date(2025, 5, 1)
    )
    person.name = "Agnes Quill-Marsh"
    codes = [RecoveryCode(person_id=person.id, code_hash=f"{number:064}") for number in range(2)]
    link = Link(
        person_id=person.id, purpose=Purpose.RESET, key_hash="k" * 64, made_at=THEN, expires_at=THEN + timedelta(days=3)
    )
    queue(session, person.email, "Your account, Agnes", "Dear Agnes Quill", THEN)
    session.add_all([
        interest, link, *codes, Decider(decision=decision, person=person),
        SecondFactor(person_id=person.id, nonce="n", confirmed_at=THEN),
        Identity(person_id=person.id, issuer="https://login.example.org", subject="subject-of-agnes"),
        UsedCode(person_id=person.id, step=1), session_row(person, THEN),
        CalendarAddress(person_id=person.id, nonce="n", key_hash="c" * 64, made_at=THEN),
        WorkbookUpload(
            person_id=person.id, quarter=make.Q2, name="Agnes.xlsx", sha256="w" * 64, content=b"Agnes", uploaded_at=THEN
        ),
        LedgerUpload(
            person_id=person.id, funding_year=award.proposal.funding_year, name="Agnes.csv", sha256="l" * 64,
            rows=b"Agnes", uploaded_at=THEN,
        ),
        attempt_row(person.email, THEN, person), attempt_row("AGNES.QUILL@example.org".lower(), THEN),
        PersonalReading(reader_id=person.id, what="declarations", about="person 99"),
    ])  # fmt: skip
    session.commit()
    assert session.scalars(select(PersonalValue).where(PersonalValue.value == "Agnes Quill")).one()
    Author("a test", LATER, "Removed what is no longer kept: people who left")(session)
    return Left(person, award, interest)


def role_of(person: Person) -> RoleHeld:
    """Their only role."""
    [held] = person.roles
    return held
