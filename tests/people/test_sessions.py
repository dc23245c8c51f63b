"""Sessions: begun, found by their key, seen, ended, and over by themselves."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.errors import NotAllowed
from portfolio.people.actions import disable_person
from portfolio.people.models import Person, WebSession
from portfolio.people.sessions import (
    FOR_A_CODE,
    IDLE,
    LONGEST,
    digest,
    end_by_key,
    end_session,
    end_sessions,
    find_by_key,
    list_sessions,
    renew,
    see,
    start,
)
from tests import make
from tests.conftest import NOW

MOMENT = timedelta(microseconds=1)


@pytest.fixture
def ann(session: Session) -> Person:
    """Somebody who signs in."""
    return make.person(session)


def begin(session: Session, person: Person, *, awaits_code: bool = False) -> str:
    """A session from a browser, at NOW."""
    return start(session, person.id, NOW, "192.0.2.7", "Firefox", awaits_code=awaits_code)


def rows(session: Session) -> list[WebSession]:
    """Every session, in the order in which they were begun."""
    return list(session.scalars(select(WebSession).order_by(WebSession.id).execution_options(populate_existing=True)))


def test_a_session_is_found_by_its_key_from_its_own_browser(session: Session, ann: Person) -> None:
    key = begin(session, ann)
    found = find_by_key(session, key, NOW, "Firefox")
    assert found is not None
    assert (found.person, found.awaits_code, found.seen_at) == (ann, False, NOW)
    assert find_by_key(session, key, NOW, "Chrome") is None
    assert find_by_key(session, "another", NOW, "Firefox") is None


def test_a_key_is_long_new_each_time_and_not_kept(session: Session, ann: Person) -> None:
    first, second = begin(session, ann), begin(session, ann)
    assert first != second
    assert len(first) >= 43
    assert [row.key_hash for row in rows(session)] == [digest(first), digest(second)]
    assert first not in {value for row in rows(session) for value in vars(row).values()}


def test_a_session_is_over_after_two_idle_hours(session: Session, ann: Person) -> None:
    key = begin(session, ann)
    assert find_by_key(session, key, NOW + IDLE - MOMENT, "Firefox")
    assert find_by_key(session, key, NOW + IDLE, "Firefox") is None
    see(session, rows(session)[0].id, NOW + IDLE - MOMENT)
    assert find_by_key(session, key, NOW + IDLE, "Firefox")


def test_a_session_is_over_after_twelve_hours_however_busy(session: Session, ann: Person) -> None:
    key = begin(session, ann)
    see(session, rows(session)[0].id, NOW + LONGEST - MOMENT)
    assert find_by_key(session, key, NOW + LONGEST - MOMENT, "Firefox")
    assert find_by_key(session, key, NOW + LONGEST, "Firefox") is None


def test_a_code_is_awaited_for_a_quarter_of_an_hour(session: Session, ann: Person) -> None:
    key = begin(session, ann, awaits_code=True)
    found = find_by_key(session, key, NOW + FOR_A_CODE - MOMENT, "Firefox")
    assert found is not None
    assert found.awaits_code
    assert find_by_key(session, key, NOW + FOR_A_CODE, "Firefox") is None


def test_sessions_are_ended_one_by_one_all_others_or_all(session: Session, ann: Person) -> None:
    keys = [begin(session, ann) for _ in range(4)]
    other = begin(session, make.person(session))
    numbers = [row.id for row in rows(session)]

    def alive() -> list[int]:
        return [n for n, key in enumerate([*keys, other]) if find_by_key(session, key, NOW, "Firefox")]

    assert end_session(session, ann.id, numbers[0], NOW)
    assert not end_session(session, ann.id, numbers[0], NOW), "it was over"
    assert not end_session(session, ann.id, numbers[4], NOW), "it is somebody else's"
    assert alive() == [1, 2, 3, 4]
    assert end_by_key(session, keys[1], NOW)
    assert not end_by_key(session, keys[1], NOW)
    assert alive() == [2, 3, 4]
    end_sessions(session, ann.id, NOW, except_id=numbers[2])
    assert alive() == [2, 4]
    end_sessions(session, ann.id, NOW)
    assert alive() == [4]


def test_the_list_shows_what_is_under_way_the_latest_first(session: Session, ann: Person) -> None:
    for _ in range(3):
        begin(session, ann)
    begin(session, ann, awaits_code=True)
    begin(session, make.person(session))
    first, second, third, *_ = (row.id for row in rows(session))
    see(session, first, NOW + timedelta(minutes=2))
    end_session(session, ann.id, second, NOW)
    assert [row.id for row in list_sessions(session, ann.id, NOW + timedelta(minutes=3))] == [first, third]
    assert list_sessions(session, ann.id, NOW + LONGEST) == []


def test_a_renewed_key_is_the_only_one(session: Session, ann: Person) -> None:
    key = begin(session, ann)
    renewed = renew(session, rows(session)[0].id)
    assert find_by_key(session, key, NOW, "Firefox") is None
    assert find_by_key(session, renewed, NOW, "Firefox")


def test_disabling_ends_every_session_and_none_is_begun(session: Session, ann: Person) -> None:
    keys = [begin(session, ann), begin(session, ann, awaits_code=True)]
    disable_person(session, ann.id, NOW, NOW.date())
    assert [find_by_key(session, key, NOW, "Firefox") for key in keys] == [None, None]
    assert [row.ended_at for row in rows(session)] == [NOW, NOW]
    with pytest.raises(NotAllowed, match="disabled"):
        begin(session, ann)


@pytest.mark.parametrize("left", ["disabled_at", "removed_at"])
def test_whoever_left_is_nobody_even_where_a_session_was_forgotten(session: Session, ann: Person, left: str) -> None:
    key = begin(session, ann)
    setattr(ann, left, NOW)
    session.flush()
    assert find_by_key(session, key, NOW, "Firefox") is None


def test_nobody_unknown_begins_a_session(session: Session) -> None:
    with pytest.raises(NotAllowed):
        start(session, 999, NOW, "192.0.2.7", "Firefox")
