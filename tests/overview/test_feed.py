"""The calendar feed: what is in it for whom, in what form, and who gets nothing."""

import re
from collections.abc import Callable
from datetime import UTC, date, timedelta

import icalendar
import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.funding_years.rules import YearStatus
from portfolio.history import HistoryEntry
from portfolio.people import calendars
from portfolio.people.actions import disable_person, enable_person
from portfolio.people.models import CalendarAddress, Person
from portfolio.people.rules import Role
from portfolio.quarters import FinancialYear
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import NOW, SignedIn
from tests.make import Q1, Q2, Q3
from tests.pages import read

TITLE = "Nurses, carers; and a very long title — with “marks” that is folded " + "so that no line is too long " * 3


@pytest.fixture
def lead(session: Session) -> Person:
    """Somebody who leads two awards, one of them with claims at every stage."""
    person = make.person(session, Role.LEAD)
    first, second = (
        make.award(session, make.proposal(session, f"SVD-25-0{n}", title=TITLE), lead_person_id=person.id)
        for n in (1, 2)
    )
    make.claim(session, first, Q1)
    make.claim(session, first, Q2, status=ClaimStatus.QUERIED)
    make.claim(session, second, Q1, status=ClaimStatus.SUBMITTED)
    make.award(session, make.proposal(session, "SVD-25-09", title="Somebody else’s"))
    before = make.funding_year(session, FinancialYear(2024), status=YearStatus.CLOSED)
    make.award(session, make.proposal(session, "SVD-24-01", funding_year=before), lead_person_id=person.id)
    return person


Made = Callable[[Person], str]


@pytest.fixture
def address_of(signed_in: SignedIn) -> Made:
    """`address_of(person)`: the path of a new address, as their page shows it."""

    def made(person: Person) -> str:
        browser = signed_in(person=person)
        assert browser.post("/account/calendar").location == "/account/calendar"
        found = re.search(
            r"<code>http://127\.0\.0\.1:8000(/calendar/[\w-]{43}\.ics)</code>", browser.get("/account/calendar").text
        )
        assert found
        return found[1]

    return made


def events(told: bytes) -> list[icalendar.Component]:
    calendar = icalendar.Calendar.from_ical(told)
    assert isinstance(calendar, icalendar.Calendar)
    assert not calendar.errors
    return list(calendar.walk("VEVENT"))


def test_a_lead_finds_each_of_their_claims(client: FlaskClient, lead: Person, address_of: Made) -> None:
    answer = client.get(address_of(lead))
    assert (answer.status_code, answer.content_type) == (200, "text/calendar; charset=utf-8")
    assert answer.headers["Cache-Control"] == "private, max-age=900"
    assert answer.headers["Referrer-Policy"] == "strict-origin"
    assert "Set-Cookie" not in answer.headers
    lines = answer.data.split(b"\r\n")
    assert not any(b"\n" in line or len(line) > 75 for line in lines)
    found = events(answer.data)
    said = [(event.decoded("dtstart"), str(event["summary"])) for event in found]
    assert said == [
        (day, f"{begins}, {quarter} 2025/26: {TITLE.strip()}"[:200])
        for day, begins, quarter in (
            (date(2025, 7, 31), "Sent: SVD-25-01", "Q1"),
            (date(2025, 7, 31), "Sent: SVD-25-02", "Q1"),
            (date(2025, 10, 31), "Answer finance’s questions: SVD-25-01", "Q2"),
            (date(2025, 10, 31), "Claim due: SVD-25-02", "Q2"),
            (date(2026, 1, 31), "Claim due: SVD-25-01", "Q3"),
            (date(2026, 1, 31), "Claim due: SVD-25-02", "Q3"),
            (date(2026, 4, 30), "Claim due: SVD-25-01", "Q4"),
            (date(2026, 4, 30), "Claim due: SVD-25-02", "Q4"),
        )
    ]
    due = found[3]
    assert due["uid"] == "claim-2-2025-26-q2@127.0.0.1"
    assert due["url"] == "http://127.0.0.1:8000/spend/SVD-25-02/dorset/2025-26/q2"
    assert due.decoded("dtstamp") == NOW.astimezone(UTC)
    assert [alarm.decoded("trigger") for alarm in due.walk("VALARM")] == [
        timedelta(hours=9) - timedelta(days=days) for days in (14, 3, 0)
    ]
    assert not found[0].walk("VALARM"), "what was sent rings no more"
    assert len({event["uid"] for event in found}) == len(found)


def test_whoever_follows_a_year_finds_its_deadlines_and_counts_without_names(
    client: FlaskClient, lead: Person, address_of: Made, session: Session
) -> None:
    for role, says in ((Role.FINANCE, "No claims sent, 3 still to come.\n"), (Role.OPCC, "")):
        told = client.get(address_of(make.person(session, role))).data
        assert b"SVD-25" not in told
        assert TITLE[:20].encode() not in told
        second = events(told)[1]
        assert str(second["summary"]) == "Claims due: SVD Dorset, Q2 2025/26"
        assert str(second["description"]) == f"{says}Serious Violence Duty, Dorset, Q2 2025/26: Jul 2025 - Sep 2025"
        assert second["url"] == "http://127.0.0.1:8000/years/2025-26"
    elsewhere = make.person(session, Role.FINANCE, area=make.area(session, "E23000026", "Essex"))
    assert events(client.get(address_of(elsewhere)).data) == []
    assert events(client.get(address_of(make.person(session))).data) == []


def test_the_same_data_gives_the_same_bytes_on_whatever_day(
    app: Flask, client: FlaskClient, lead: Person, address_of: Made
) -> None:
    path = address_of(lead)
    first = client.get(path)
    app.extensions["portfolio_clock"] = StoppedClock(NOW + timedelta(days=150))
    again = client.get(path)
    assert again.data == first.data
    assert client.get(path, headers={"If-None-Match": first.headers["ETag"]}).status_code == 304


def test_a_lead_whose_quarter_was_locked_without_it_is_not_asked_for_it(
    client: FlaskClient, lead: Person, address_of: Made, session: Session
) -> None:
    left_out = make.award(session, make.proposal(session, "SVD-25-03"), csp="bcp", lead_person_id=lead.id)
    make.lock(session, left_out, Q3)
    found = [str(event["summary"])[:20] for event in events(client.get(address_of(lead)).data)]
    assert found.count("Claim due: SVD-25-03") == 3, "of its four quarters, one is locked"


def test_an_address_that_leads_nowhere_looks_like_any_page_that_is_not_there(
    client: FlaskClient, lead: Person, address_of: Made, session: Session, signed_in: SignedIn
) -> None:
    nowhere = client.get(f"/calendar/{'A' * 43}.ics")
    assert nowhere.status_code == 404
    old = address_of(lead)
    new = address_of(lead)
    assert (client.get(old).status_code, client.get(new).status_code) == (404, 200)
    assert client.get(old).text == nowhere.text
    assert "leads nowhere" in read(signed_in(person=lead).post("/account/calendar/revoke", follow_redirects=True).text)
    assert client.get(new).status_code == 404

    of_the_disabled = address_of(lead)
    disable_person(session, lead.id, NOW, NOW.date())
    assert client.get(of_the_disabled).text == nowhere.text
    enable_person(session, lead.id)
    assert client.get(of_the_disabled).status_code == 404, "whoever comes back makes a new one"
    lead.removed_at = NOW
    calendars.make_address(session, lead.id, NOW, lambda nonce: nonce)
    assert client.get(of_the_disabled).status_code == 404


def test_keys_are_kept_nowhere_and_a_new_secret_key_voids_them(
    app: Flask, client: FlaskClient, lead: Person, address_of: Made, session: Session, signed_in: SignedIn
) -> None:
    path = address_of(lead)
    key = path.removeprefix("/calendar/").removesuffix(".ics")
    row = session.scalars(select(CalendarAddress)).one()
    assert key not in (row.nonce, row.key_hash)
    told = session.scalars(select(HistoryEntry).where(HistoryEntry.record == "calendar_address")).all()
    assert told
    assert all(secret not in str(vars(entry)) for entry in told for secret in (key, row.nonce, row.key_hash))
    settings = app.extensions["portfolio_config"]
    app.extensions["portfolio_config"] = Config(settings.instance, settings.database_url, given_key="another key " * 4)
    assert client.get(path).status_code == 404
    assert "You have no address yet" in read(signed_in(person=lead).get("/account/calendar").text)
