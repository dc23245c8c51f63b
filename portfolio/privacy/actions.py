"""Removing what is due, and people who left; the settings that say when; and the words of the notices."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from portfolio.assessment.models import Interest
from portfolio.clock import day_of
from portfolio.db import Base, rows_changed
from portfolio.ledger.models import LedgerUpload
from portfolio.mail.models import Message
from portfolio.people.actions import holdings_of
from portfolio.people.models import (
    CalendarAddress,
    Identity,
    Link,
    Person,
    RecoveryCode,
    SecondFactor,
    SignInAttempt,
    UsedCode,
    WebSession,
)
from portfolio.personal import forget, new_salt
from portfolio.privacy import queries, rules
from portfolio.privacy.rules import ChangedMeanwhile, Kind
from portfolio.settings import set_setting, settings_of
from portfolio.spend.models import WorkbookUpload


def remove_due(session: Session, kind: Kind, settings: Mapping[str, str], now: datetime) -> int:
    """Remove what is due of a kind (not people); how many rows went. Kept rows go one by one, so that history tells."""
    rows, gone = queries.GONE[kind]
    due = gone(rules.gone_before(kind, settings, now))
    if rows is Link:
        links = session.scalars(select(Link).where(due).order_by(Link.id)).all()
        for link in links:
            session.delete(link)
        session.flush()
        return len(links)
    return rows_changed(session, delete(rows).where(due))


def remove_person(session: Session, person: Person, now: datetime) -> None:
    """Put a pseudonym in the place of somebody who left long ago; raises StaysForNow for anybody else.

    What they did stands under their number. No money, decision or return changes; the record loses the readable
    values of what was theirs, and stays whole.
    """
    today = day_of(now)
    rules.refuse_to_remove(
        holdings_of(person),
        today,
        disabled=person.disabled_at is not None,
        removed=person.removed_at is not None,
        due=rules.due_from(queries.last_days(session, [person])[person.id], queries.years_kept(session)),
    )
    _remove_passing(session, person)
    forget(session, person.id)
    own: tuple[type[Base], ...] = (Link, SecondFactor, RecoveryCode, Identity, CalendarAddress)
    for kind in own:
        for row in session.scalars(select(kind).where(kind.__table__.c.person_id == person.id)):
            session.delete(row)
    for interest in session.scalars(select(Interest).where(Interest.person_id == person.id)):
        interest.nature, interest.salt = rules.REMOVED_TEXT, new_salt()
    person.name, person.email = rules.pseudonym(person.id)
    person.salt, person.password_hash = new_salt(), None
    person.removed_at, person.disabled_at = now, person.disabled_at or now
    session.flush()


def _remove_passing(session: Session, person: Person) -> None:
    """What leaves no history: where they were signed in, how they tried, what they left half done, messages to them."""
    for rows, own in (
        (WebSession, WebSession.person_id == person.id),
        (UsedCode, UsedCode.person_id == person.id),
        (WorkbookUpload, WorkbookUpload.person_id == person.id),
        (LedgerUpload, LedgerUpload.person_id == person.id),
        (SignInAttempt, or_(SignInAttempt.person_id == person.id, SignInAttempt.email == person.email)),
        (Message, Message.recipient == person.email),
    ):
        session.execute(delete(rows).where(own))


def remove_people(session: Session, now: datetime) -> int:
    """Remove everybody who is due; how many."""
    people = queries.people_due(session, day_of(now))
    for person in people:
        remove_person(session, person, now)
    return len(people)


def change_settings(session: Session, wanted: Mapping[str, str], usual: Mapping[str, str], seen: str) -> None:
    """Set some settings, if they are what whoever edits them saw (`seen`, their digest); raises ChangedMeanwhile.

    What is as it was, set or `usual`, is not set anew.
    """
    present = settings_of(session, wanted, for_change=True)
    if rules.digest_of(present) != seen:
        raise ChangedMeanwhile
    for name, value in wanted.items():
        if value != present.get(name, usual[name]):
            set_setting(session, name, value)
    session.flush()
