"""Reminders of claims: on which day, to whom, and never twice."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.db import Database
from portfolio.decisions.models import Award
from portfolio.funding_years.rules import YearStatus
from portfolio.history import Author
from portfolio.mail.models import Message
from portfolio.people.models import Person
from portfolio.people.rules import Role, Within
from portfolio.quarters import FinancialYear
from portfolio.spend.models import Reminder
from portfolio.spend.queries import entries
from portfolio.spend.reminding import Reminded, asked_for, due_reminders, occasion_on, remind, to_remind
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2

SITE = "https://portfolio.example.org"
ALL = Within(everything=True)
DUE = date(2025, 10, 31)
"""When claims of Q2 are due, by the usual deadlines."""


@pytest.mark.parametrize(
    ("days", "occasion"),
    [
        (-15, None),
        (-14, "14 days before 2025-10-31"),
        (-4, "14 days before 2025-10-31"),
        (-3, "3 days before 2025-10-31"),
        (-1, "3 days before 2025-10-31"),
        (0, "0 days before 2025-10-31"),
        (6, "0 days before 2025-10-31"),
        (7, "7 days after 2025-10-31"),
        (13, "7 days after 2025-10-31"),
        (21, "21 days after 2025-10-31"),
        (731, "728 days after 2025-10-31"),
    ],
)
def test_the_last_occasion_that_has_come_counts(days: int, occasion: str | None) -> None:
    assert occasion_on(DUE + timedelta(days=days), DUE) == occasion


@pytest.fixture
def lead(session: Session) -> Person:
    """A lead who can sign in."""
    return make.person(session, Role.LEAD, name="Lena Marsh", email="lena@example.org", password_hash="kept")


@pytest.fixture
def awards(session: Session, lead: Person) -> list[Award]:
    """Two awards of one lead, of which Q1 is approved."""
    made = [make.award(session, make.proposal(session, f"SVD-25-0{n}"), lead_person_id=lead.id) for n in (1, 2)]
    for award in made:
        make.claim(session, award, Q1)
    return made


def reminded_on(session: Session, day: date) -> Reminded:
    return remind(session, due_reminders(session, ALL, day), day, NOW, SITE)


def texts(session: Session) -> list[str]:
    return list(session.scalars(select(Message.text).order_by(Message.id)))


def test_a_lead_gets_one_message_with_all_their_claims(session: Session, awards: list[Award]) -> None:
    assert reminded_on(session, DUE - timedelta(days=15)) == Reminded([], [])
    told = reminded_on(session, DUE - timedelta(days=14))
    assert (len(told.told), told.claims, told.unreached) == (1, 2, [])
    (message,) = session.scalars(select(Message))
    assert (message.recipient, message.subject) == ("lena@example.org", "2 claims to send")
    for reference in ("SVD-25-01", "SVD-25-02"):
        assert f"{SITE}/spend/{reference}/dorset/2025-26/q2" in message.text
    assert message.text.count("due on 31 October 2025") == 2


def test_nobody_is_told_twice_and_what_was_missed_is_made_up_for_once(session: Session, awards: list[Award]) -> None:
    sent_on = []
    run_on = [0, 1, 13, 14, 14, 40, 41, 42]  # days since the first; the rest were missed
    for days in run_on:
        day = DUE + timedelta(days=days - 14)
        assert to_remind(session, due_reminders(session, ALL, day), day).claims in (0, 2)
        if reminded_on(session, day).told:
            sent_on.append(days)
    assert sent_on == [0, 13, 14, 40, 42]
    assert len(texts(session)) == 5
    occasions = session.scalars(
        select(Reminder.occasion).where(Reminder.award_id == awards[0].id).order_by(Reminder.id)
    )
    assert list(occasions) == [
        "14 days before 2025-10-31",
        "3 days before 2025-10-31",
        "0 days before 2025-10-31",
        "21 days after 2025-10-31",
        "28 days after 2025-10-31",
    ]


def test_only_what_waits_for_its_lead_is_told_of(session: Session, awards: list[Award], lead: Person) -> None:
    sent, queried = awards
    make.claim(session, sent, Q2, status=ClaimStatus.SUBMITTED)
    make.claim(session, queried, Q2, status=ClaimStatus.QUERIED)
    locked = make.award(session, make.proposal(session, "SVD-25-03"), csp="bcp", lead_person_id=lead.id)
    make.lock(session, locked, Q2)
    before = make.funding_year(session, FinancialYear(2024), status=YearStatus.CLOSED)
    proposal = make.proposal(session, "SVD-24-01", funding_year=before)
    make.award(session, proposal, lead_person_id=lead.id, starts_on=date(2024, 4, 1), ends_on=date(2025, 9, 30))
    told = reminded_on(session, DUE)
    assert texts(session)[0].count("due today, with you again: finance asks about it\n") == 1
    assert [(row.reference, row.quarter) for _, rows in told.told for row in rows] == [
        ("SVD-25-03", Q1),
        ("SVD-25-02", Q2),
    ]


def test_whom_nobody_can_tell_is_said(session: Session, awards: list[Award], lead: Person) -> None:
    moved = make.person(session, Role.CSP_MEMBER, name="Cy Moved", password_hash="kept")
    others = [
        None,
        make.person(session, Role.LEAD, name="Ada Gone", disabled_at=NOW, password_hash="kept"),
        make.person(session, Role.LEAD, name="Bea Invited"),
        moved,
        make.person(session, Role.LEAD, name="Former person", disabled_at=NOW, removed_at=NOW),
    ]
    for number, person in enumerate(others, 3):
        proposal = make.proposal(session, f"SVD-25-0{number}", asks={"labour": Decimal("2000.00")})
        award = make.award(session, proposal, lead_person_id=person and person.id)
        make.claim(session, award, Q1)
    told = reminded_on(session, DUE)
    assert [person.name for person, _ in told.told] == ["Lena Marsh"]
    assert [(one.entry.reference, one.because) for one in told.unreached] == [
        ("SVD-25-03", "the award has no lead"),
        ("SVD-25-04", "Ada Gone is disabled"),
        ("SVD-25-05", "Bea Invited has not joined yet"),
        ("SVD-25-06", "Cy Moved is no longer a project lead"),
        ("SVD-25-07", "its lead was removed"),
    ]
    awards[0].lead_person_id = moved.id
    session.flush()
    assert reminded_on(session, DUE).told == []


def test_a_new_lead_is_told_what_the_one_before_was(session: Session, awards: list[Award]) -> None:
    assert reminded_on(session, DUE).claims == 2
    awards[0].lead_person_id = make.person(session, Role.LEAD, name="Nia New", password_hash="kept").id
    session.flush()
    assert [(person.name, len(rows)) for person, rows in reminded_on(session, DUE).told] == [("Nia New", 1)]


def test_a_deadline_put_off_is_told_of_anew(session: Session, awards: list[Award]) -> None:
    assert reminded_on(session, DUE).told
    make.programme(session).claim_deadlines = "31 Jul, 14 Nov, 31 Jan, 30 Apr"
    session.flush()
    assert reminded_on(session, DUE).told
    assert "due on 14 November 2025" in texts(session)[-1]


def test_asking_twice_on_a_day_tells_once(session: Session, awards: list[Award]) -> None:
    day = DUE + timedelta(days=5)
    late = session.scalars(entries(session, [Q1, Q2], day)).all()
    assert [remind(session, asked_for(late, day), day, NOW, SITE).claims for _ in range(2)] == [2, 0]
    tomorrow = day + timedelta(days=1)
    assert remind(session, asked_for(late, tomorrow), tomorrow, NOW, SITE).claims == 2
    assert "was due on 31 October 2025" in texts(session)[0]


def test_days_are_londons_when_its_clocks_change(session: Session, awards: list[Award]) -> None:
    make.programme(session).claim_deadlines = "31 Jul, 26 Oct, 31 Jan, 29 Mar"
    session.flush()
    half_past_midnight = NOW.replace(day=25, hour=23, minute=30)  # 00:30 in summer time; the clocks go back at two
    assert day_of(half_past_midnight) == date(2025, 10, 26)
    assert [one.occasion for one in due_reminders(session, ALL, day_of(half_past_midnight))] == [
        "0 days before 2025-10-26"
    ] * 2
    assert [one.occasion for one in due_reminders(session, ALL, day_of(half_past_midnight + timedelta(days=7)))] == [
        "0 days before 2025-10-26"
    ] * 2, "23:30 in winter time is still the sixth day after"
    assert reminded_on(session, day_of(half_past_midnight)).claims == 2
    assert reminded_on(session, day_of(half_past_midnight + timedelta(hours=2))).claims == 0


def test_at_the_same_moment_one_of_several_tells(
    session: Session, database: Database, awards: list[Award], author: Author
) -> None:
    session.commit()
    together = Barrier(3)

    def run(_: int) -> int:
        with database.reading() as looking:
            due = due_reminders(looking, ALL, DUE)
        together.wait()
        with database.writing(author) as opened:
            return remind(opened, due, DUE, NOW, SITE).claims

    with ThreadPoolExecutor(3) as programs:
        assert sorted(programs.map(run, range(3))) == [0, 0, 2]
    assert len(texts(session)) == 1


def test_what_is_undone_is_not_counted_as_told(
    session: Session, database: Database, awards: list[Award], author: Author
) -> None:
    session.commit()
    with database.session(writing=True) as broken_off:
        author(broken_off)
        assert remind(broken_off, due_reminders(broken_off, ALL, DUE), DUE, NOW, SITE).claims == 2
        broken_off.rollback()
    with database.writing(author) as again:
        assert remind(again, due_reminders(again, ALL, DUE), DUE, NOW, SITE).claims == 2
    assert len(texts(session)) == 1
