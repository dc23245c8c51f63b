"""What is over its time goes, who left long ago is forgotten, and nothing else changes."""

import hashlib
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Table, select, text
from sqlalchemy.orm import Session

from portfolio import history
from portfolio.db import Base, Database, Pence
from portfolio.history import HistoryEntry, broken_seals, rows_behind_its_back
from portfolio.ledger.models import LedgerUpload
from portfolio.mail.actions import queue
from portfolio.mail.models import Message
from portfolio.mail.rules import MessageState
from portfolio.people.models import (
    CalendarAddress,
    Identity,
    Link,
    Person,
    RecoveryCode,
    SecondFactor,
    SignInAttempt,
    WebSession,
)
from portfolio.people.rules import Role
from portfolio.personal import false_values
from portfolio.privacy import queries
from portfolio.privacy.actions import remove_due, remove_people, remove_person
from portfolio.privacy.rules import Kind, StaysForNow
from portfolio.returns import proving
from portfolio.spend.models import WorkbookUpload
from tests import make
from tests.privacy.conftest import LATER, THEN, TRACES, Left, attempt_row, role_of, session_row


def everything(session: Session) -> Iterator[tuple[str, str]]:
    """Every value of every column of every table of the database, as text."""
    for table in Base.metadata.sorted_tables:
        for row in session.execute(text(f'SELECT * FROM "{table.name}"')).mappings():
            for column, value in row.items():
                yield (
                    f"{table.name}.{column}",
                    value.decode(errors="replace") if isinstance(value, bytes) else str(value),
                )


def traces(session: Session) -> set[str]:
    return {place for place, value in everything(session) for trace in TRACES if trace.lower() in value.lower()}


def digest_of(session: Session, table: Table) -> str:
    rows = session.execute(text(f'SELECT * FROM "{table.name}" ORDER BY id')).all()
    return hashlib.sha256(repr(rows).encode()).hexdigest()


def digests_of_money(session: Session) -> dict[str, str]:
    """Of every table with pounds in it, and of every return, decision and lock."""
    more = {"return", "decision", "locked_quarter", "observation", "decider", "claim"}
    return {
        table.name: digest_of(session, table)
        for table in Base.metadata.sorted_tables
        if table.name in more or any(isinstance(column.type, Pence) for column in table.columns)
    }


def sums(session: Session) -> list[tuple[str, list[str]]]:
    """What `check` says of every sum."""
    return [(name, list(faults)) for name, faults in proving.checks(session)]


def seals(session: Session) -> list[str]:
    return list(session.scalars(select(HistoryEntry.seal).order_by(HistoryEntry.id)))


def test_who_left_is_found_nowhere_and_nothing_else_changed(session: Session, left: Left) -> None:
    there = traces(session)
    assert there >= {"person.name", "person.email", "personal_value.value", "interest.nature", "identity.subject"}
    assert there >= {"message.text", "message.recipient", "sign_in_attempt.email", "web_session.address"}
    money, before = digests_of_money(session), seals(session)
    assert {"award_line", "claim_line", "payment", "return"} <= money.keys()
    proved = sums(session)
    people = queries.people_due(session, LATER.date())
    assert left.person in people
    assert remove_people(session, LATER) == len(people)
    session.commit()
    assert traces(session) == set()
    assert digests_of_money(session) == money
    assert seals(session)[: len(before)] == before
    assert [*broken_seals(session), *rows_behind_its_back(session), *false_values(session)] == []
    assert sums(session) == proved
    person = left.person
    assert (person.name, person.email) == (f"Former person {person.id}", f"person-{person.id}@removed.invalid")
    assert (person.password_hash, person.removed_at, person.disabled_at) == (None, LATER, LATER)
    assert left.interest.nature == "Removed with the person"
    assert left.award.lead_person is person
    secrets = (Identity, Link, SecondFactor, RecoveryCode, CalendarAddress)
    for gone in (*secrets, WebSession, SignInAttempt, Message, WorkbookUpload, LedgerUpload):
        assert session.scalars(select(gone)).all() == []
    assert remove_people(session, LATER) == 0


@pytest.mark.only_sqlite
def test_the_file_has_no_bytes_left_of_them(session: Session, left: Left, database: Database) -> None:
    remove_people(session, LATER)
    session.commit()
    session.close()
    database.rewrite()
    folder = Path(str(database.engine.url.database)).parent
    for file in folder.glob("portfolio.db*"):
        content = file.read_bytes().lower()
        assert [trace for trace in TRACES if trace.lower().encode() in content] == []


def test_the_record_still_says_who_did_it_by_number(session: Session, left: Left) -> None:
    remove_people(session, LATER)
    session.commit()
    deeds = session.scalars(select(HistoryEntry.deed).where(HistoryEntry.author == left.person.mark))
    assert set(deeds) == {"Approved a claim"}
    [*_, last] = session.scalars(select(HistoryEntry).where(HistoryEntry.record == "person").order_by(HistoryEntry.id))
    assert last.deed == "Removed what is no longer kept: people who left"


def is_due(session: Session, left: Left, today: date) -> bool:
    return left.person in queries.people_due(session, today)


def test_whoever_is_needed_stays(session: Session, left: Left) -> None:
    """An administrator, somebody with a role to come, somebody who acted since, and a lead of a running award."""
    make.person(session, Role.ADMINISTRATOR, name="Ada")
    coming = make.person(session, Role.CSP_OFFICER, name="Cora")
    role_of(coming).starts_on, role_of(coming).ends_on = date(2035, 5, 1), date(2036, 1, 1)
    leading = make.person(session, name="Lea")
    make.award(session, make.proposal(session, "SVD-25-09"), lead_person=leading, ends_on=date(2029, 3, 31))
    session.commit()
    found = queries.people_due(session, LATER.date())
    assert left.person in found
    needed = [person for person in session.scalars(select(Person)) if person not in found]
    assert {"Ada", "Cora", "Lea"} <= {person.name for person in needed}
    for person in needed:
        with pytest.raises(StaysForNow):
            remove_person(session, person, LATER)
    assert not session.dirty


def test_the_last_day_of_anything_counts(session: Session, left: Left) -> None:
    assert not is_due(session, left, date(2033, 3, 31))
    # Her own rows were added and changed in October 2025; the award that she led ended in March 2026.
    assert is_due(session, left, date(2042, 4, 1))
    history.Author(left.person.mark, THEN.replace(year=2030), "Approved a claim")(session)
    make.person(session, Role.ADMINISTRATOR)
    session.commit()
    assert not is_due(session, left, LATER.date())
    assert is_due(session, left, date(2038, 4, 1))


def test_deeds_under_an_address_count_too(session: Session, left: Left) -> None:
    """As the record named people before."""
    history.Author(left.person.email, THEN.replace(year=2030), "Approved a claim")(session)
    make.person(session, Role.ADMINISTRATOR)
    session.commit()
    assert not is_due(session, left, LATER.date())


def test_as_long_as_any_programme_asks(session: Session, left: Left) -> None:
    make.programme(session).retention_years = 20
    session.commit()
    assert not is_due(session, left, LATER.date())


def test_who_is_disabled_may_still_have_a_role(session: Session, left: Left) -> None:
    role_of(left.person).ends_on = None
    session.commit()
    assert not is_due(session, left, LATER.date())
    left.person.disabled_at = THEN
    history.Author("a test", THEN, "Disabled a person")(session)
    session.commit()
    assert is_due(session, left, LATER.date())


DAY, HOUR = timedelta(days=1), timedelta(hours=1)


def test_passing_rows_go_when_their_days_are_over(session: Session) -> None:
    ann = make.person(session, email="ann@example.org")
    now = LATER
    session.add_all(
        [
            session_row(ann, now - 31 * DAY - HOUR, ended_at=now - 31 * DAY),
            session_row(ann, now - 29 * DAY - HOUR, ended_at=now - 29 * DAY, key_hash="a"),
            session_row(ann, now - 31 * DAY, key_hash="expired"),
            session_row(ann, now - 1 * DAY, key_hash="live"),
            attempt_row("ann@example.org", now - 91 * DAY),
            attempt_row("ann@example.org", now - 89 * DAY),
        ]
    )
    for state, ended in (
        (MessageState.SENT, now - 91 * DAY),
        (MessageState.SENT, now - 89 * DAY),
        (MessageState.GIVEN_UP, now - 91 * DAY),
        (MessageState.UNCERTAIN, now - 91 * DAY),
        (MessageState.QUEUED, None),
    ):
        message = queue(session, "ann@example.org", "Hello", "Dear Ann", now - 200 * DAY)
        message.state, message.ended_at = state, ended
    session.commit()
    counts = {Kind.SESSIONS: 2, Kind.ATTEMPTS: 1, Kind.MESSAGES: 3, Kind.LINKS: 0}
    for kind, count in counts.items():
        assert queries.count_due(session, kind, {}, now) == count
        assert remove_due(session, kind, {}, now) == count
        session.commit()
        assert queries.count_due(session, kind, {}, now) == 0
    assert set(session.scalars(select(WebSession.key_hash))) == {"a", "live"}


def test_links_go_through_the_record(session: Session) -> None:
    ann, now = make.person(session), LATER
    links = [
        Link(person_id=ann.id, purpose="reset", key_hash=key, made_at=now - 60 * DAY, expires_at=expires, used_at=used)
        for key, expires, used in (
            ("used", now + DAY, now - 31 * DAY),
            ("expired", now - 31 * DAY, None),
            ("lately used", now - 20 * DAY, now - 29 * DAY),
            ("good", now + DAY, None),
        )
    ]
    session.add_all(links)
    session.commit()
    assert remove_due(session, Kind.LINKS, {}, now) == 2
    session.commit()
    assert set(session.scalars(select(Link.key_hash))) == {"lately used", "good"}
    removed = select(HistoryEntry.record).where(HistoryEntry.change == "removed")
    assert session.scalars(removed).all() == ["link", "link"]
    assert [*broken_seals(session), *rows_behind_its_back(session)] == []


def test_a_setting_changes_what_is_due(session: Session) -> None:
    session.add(attempt_row("ann@example.org", LATER - 5 * DAY))
    session.commit()
    assert queries.count_due(session, Kind.ATTEMPTS, {}, LATER) == 0
    assert queries.count_due(session, Kind.ATTEMPTS, {"keep_attempts_days": "4"}, LATER) == 1
