"""What is held about one person, for that person to see and to take along."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select, union
from sqlalchemy.orm import Session

from portfolio.assessment.models import Assessment, Interest
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP
from portfolio.history import HistoryEntry
from portfolio.mail.models import Message
from portfolio.people.actions import list_places
from portfolio.people.models import (
    CalendarAddress,
    Identity,
    Link,
    Person,
    PersonalReading,
    RecoveryCode,
    SecondFactor,
    SignInAttempt,
    WebSession,
)
from portfolio.personal import PersonalValue
from portfolio.proposals.models import Proposal
from portfolio.spend.models import Reminder
from portfolio.words import begin

Cell = str | date | None


@dataclass(frozen=True)
class Part:
    """One sort of what is held: a table."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]


def own_data(session: Session, person: Person) -> list[Part]:
    """Everything that is held about somebody, a part for each sort, newest first."""
    return [
        Part("You", ("What", "As it is held"), tuple(_oneself(session, person))),
        Part("Earlier values", ("Name, address or text",), tuple((value,) for value in _earlier(session, person))),
        Part("Roles", ("Role", "For", "From", "Until"), tuple(_roles(session, person))),
        _led(session, person),
        _found(
            session,
            "Declarations of interest",
            ("Proposal", "Interest", "Declared on"),
            select(Proposal.reference, Interest.nature, Interest.declared_on)
            .join_from(Interest, Proposal)
            .where(Interest.person_id == person.id)
            .order_by(Interest.id.desc()),
        ),
        _found(
            session,
            "Proposals that you scored",
            ("Proposal", "For", "State", "Submitted", "What you said besides"),
            select(Proposal.reference, CSP.name, Assessment.status, Assessment.submitted_at, Assessment.comment)
            .join_from(Assessment, Proposal)
            .join(CSP, CSP.id == Assessment.csp_id)
            .where(Assessment.assessor_id == person.id)
            .order_by(Assessment.id.desc()),
        ),
        _found(
            session,
            "Accounts in a directory",
            ("Directory", "Your number there"),
            select(Identity.issuer, Identity.subject).where(Identity.person_id == person.id),
        ),
        _found(
            session,
            "Where you were signed in",
            ("Began", "Last used", "Ended", "Browser", "Address"),
            select(
                WebSession.started_at, WebSession.seen_at, WebSession.ended_at, WebSession.browser, WebSession.address
            )
            .where(WebSession.person_id == person.id)
            .order_by(WebSession.id.desc()),
        ),
        _found(
            session,
            "Attempts to sign in",
            ("When", "Address typed", "What happened", "Browser", "Network address"),
            select(
                SignInAttempt.at,
                SignInAttempt.email,
                SignInAttempt.outcome,
                SignInAttempt.browser,
                SignInAttempt.address,
            )
            .where((SignInAttempt.person_id == person.id) | (SignInAttempt.email == person.email))
            .order_by(SignInAttempt.id.desc()),
        ),
        _found(
            session,
            "Links sent to you",
            ("For", "Made", "Good until", "Used"),
            select(Link.purpose, Link.made_at, Link.expires_at, Link.used_at)
            .where(Link.person_id == person.id)
            .order_by(Link.id.desc()),
        ),
        _found(
            session,
            "Private calendar addresses",
            ("Made", "Revoked"),
            select(CalendarAddress.made_at, CalendarAddress.revoked_at)
            .where(CalendarAddress.person_id == person.id)
            .order_by(CalendarAddress.id.desc()),
        ),
        _found(
            session,
            "Reminders of claims",
            ("Project", "Quarter", "Occasion", "Queued"),
            select(Proposal.reference, Reminder.quarter, Reminder.occasion, Reminder.queued_at)
            .join_from(Reminder, Award, Award.id == Reminder.award_id)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .where(Reminder.person_id == person.id)
            .order_by(Reminder.id.desc()),
        ),
        _found(
            session,
            "Messages to you",
            ("Queued", "Subject", "Text", "State"),
            select(Message.queued_at, Message.subject, Message.text, Message.state)
            .where(Message.recipient == person.email)
            .order_by(Message.id.desc()),
        ),
        Part("Shown to others", ("When", "What"), tuple(_readings(session, person))),
        _found(
            session,
            "What you did here",
            ("What", "How often", "First", "Last"),
            select(
                HistoryEntry.deed,
                func.count(HistoryEntry.at.distinct()),
                func.min(HistoryEntry.at),
                func.max(HistoryEntry.at),
            )
            .where(HistoryEntry.author.in_((person.mark, person.email)))
            .group_by(HistoryEntry.deed)
            .order_by(func.max(HistoryEntry.id).desc()),
        ),
    ]


def _found(session: Session, title: str, columns: tuple[str, ...], selection: Any) -> Part:
    return Part(title, columns, tuple(_cells(row) for row in session.execute(selection)))


def _cells(row: Iterable[Any]) -> tuple[Cell, ...]:
    return tuple(
        begin(value.value) if isinstance(value, StrEnum) else value if isinstance(value, date | None) else str(value)
        for value in row
    )


def _oneself(session: Session, person: Person) -> Iterator[tuple[Cell, ...]]:
    codes = select(func.count()).where(RecoveryCode.person_id == person.id, RecoveryCode.used_at.is_(None))
    factor = session.scalar(select(SecondFactor).where(SecondFactor.person_id == person.id))
    yield "Name", person.name
    yield "E-mail address", person.email
    yield "Number in the record", person.mark
    yield "Passphrase", "Set, and kept so that it cannot be read" if person.password_hash else "None"
    yield "Authenticator app set up", factor.confirmed_at if factor else None
    yield "Recovery codes left", str(session.scalar(codes) or 0)


def _earlier(session: Session, person: Person) -> list[str]:
    """Readable values that the record names by key, without what still stands."""
    own = select(PersonalValue.value).where(PersonalValue.person_id == person.id).order_by(PersonalValue.id.desc())
    present = {person.name, person.email}
    for column, of in ((Interest.nature, Interest.person_id), (Identity.subject, Identity.person_id)):
        present.update(session.scalars(select(column).where(of == person.id)))
    return [value for value in dict.fromkeys(session.scalars(own)) if value not in present]


def _roles(session: Session, person: Person) -> Iterator[tuple[Cell, ...]]:
    places = list_places(session)
    for held in person.roles:
        yield begin(held.role.value), places.of(held) or None, held.starts_on, held.ends_on


def _led(session: Session, person: Person) -> Part:
    """Projects that were led, as proposed or as awarded."""
    proposed = select(Proposal.reference, Proposal.title).where(Proposal.lead_person_id == person.id)
    awarded = select(Proposal.reference, Proposal.title).join_from(Award, Proposal)
    both = union(proposed, awarded.where(Award.lead_person_id == person.id)).order_by("reference")
    return _found(session, "Projects that you led", ("Reference", "Title"), both)


def _readings(session: Session, person: Person) -> Iterator[tuple[Cell, ...]]:
    """When others were shown something that is somebody's own; who it was is theirs."""
    readings = (
        select(HistoryEntry.at, PersonalReading.what, PersonalReading.about)
        .join_from(PersonalReading, HistoryEntry, HistoryEntry.record_id == PersonalReading.id)
        .where(HistoryEntry.record == PersonalReading.__tablename__, PersonalReading.about.contains(person.mark))
        .order_by(PersonalReading.id.desc())
    )
    for at, what, about in session.execute(readings):
        if person.mark in about.split(", "):  # person 1 is not person 12
            yield at, begin(what)


def as_file(person: Person, parts: Iterable[Part], at: datetime) -> dict[str, Any]:
    """What is held, for a program to read: days and moments in ISO's form."""

    def plain(cell: Cell) -> str | None:
        return cell.isoformat() if isinstance(cell, date) else cell

    return {
        "person": person.mark,
        "as_at": at.isoformat(),
        "held": {
            part.title: [dict(zip(part.columns, map(plain, row), strict=True)) for row in part.rows] for part in parts
        },
    }
