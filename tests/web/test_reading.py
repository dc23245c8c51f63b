"""Whoever is shown what is personal to others: it is recorded first, or nothing is shown."""

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portfolio.assessment.models import Interest
from portfolio.history import HistoryEntry, broken_seals, last_moment, last_seal, rows_behind_its_back
from portfolio.people.models import Person, PersonalReading
from portfolio.people.rules import Role
from portfolio.web import reading
from tests import make
from tests.conftest import NOW, SignedIn

LEVEL_UP = "/proposals/SVD-25-01"


def readings(session: Session) -> list[tuple[int, str, str]]:
    """Everything that was read, as it is on record."""
    session.expire_all()
    found = session.scalars(select(PersonalReading).order_by(PersonalReading.id))
    return [(each.reader_id, each.what, each.about) for each in found]


@pytest.fixture
def interested(session: Session) -> Person:
    """A member with an interest in the one proposal."""
    member = make.person(session, Role.CSP_MEMBER)
    proposal = make.proposal(session)
    session.add(Interest(proposal=proposal, person=member, nature="Trustee", declared_on=NOW.date()))
    session.commit()
    return member


def test_the_list_of_people_is_one_reading_with_its_entry(signed_in: SignedIn, session: Session) -> None:
    first, second = make.person(session), make.person(session)
    administrator = signed_in(Role.ADMINISTRATOR)
    before = last_seal(session), last_moment(session)
    assert administrator.get("/people").status_code == 200
    reader = administrator.person
    assert readings(session) == [(reader.id, "The list of people", f"{first.mark}, {second.mark}")]
    entry = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id.desc()).limit(1)).one()
    assert (entry.author, entry.deed, entry.at) == (reader.mark, "Read personal data", NOW)
    assert (entry.record, entry.change) == ("personal_reading", "added")
    assert (last_seal(session), last_moment(session)) == before, "nothing was changed"
    assert [*broken_seals(session), *rows_behind_its_back(session)] == []


def test_ones_own_page_is_no_reading(signed_in: SignedIn, session: Session) -> None:
    administrator, other = signed_in(Role.ADMINISTRATOR), make.person(session)
    own = administrator.person.id
    for number in (own, other.id):
        assert administrator.get(f"/people/{number}").status_code == 200
    assert administrator.get("/people/999").status_code == 404
    assert readings(session) == [(own, "Account and roles", other.mark)]


def test_declared_interests_are_read_by_those_who_see_them(
    signed_in: SignedIn, session: Session, interested: Person
) -> None:
    officer, finance, member = signed_in(Role.CSP_OFFICER), signed_in(Role.FINANCE), signed_in(person=interested)
    for address in (LEVEL_UP, f"{LEVEL_UP}/decide/dorset"):
        assert officer.get(address).status_code == 200
    for browser in (finance, member):
        assert browser.get(LEVEL_UP).status_code == 200
    expected = (officer.person.id, "Interests declared in SVD-25-01", interested.mark)
    assert readings(session) == [expected, expected]


def test_a_refused_form_that_shows_them_again_is_a_reading_too_and_keeps_nothing(
    signed_in: SignedIn, session: Session, interested: Person
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    blank = officer.post(f"{LEVEL_UP}/interest", data={"nature": " "})
    assert blank.status_code == 422
    assert "Trustee" in blank.text
    taken = officer.post(f"{LEVEL_UP}/interest", data={"nature": "Again", "person": interested.id})
    assert (taken.status_code, "This interest is declared already" in taken.text) == (422, True)
    assert len(readings(session)) == 2
    assert make.count_of(session, Interest) == 1


def test_what_cannot_be_recorded_is_not_shown(
    app: Flask, signed_in: SignedIn, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    administrator, other = signed_in(Role.ADMINISTRATOR), make.person(session, name="Nell Other")

    def full(*_: object, **_more: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    monkeypatch.setattr(reading, "PersonalReading", full)
    app.testing = False
    answer = administrator.get(f"/people/{other.id}")
    assert answer.status_code == 503
    assert "Nell Other" not in answer.text
    assert readings(session) == []
