"""What is somebody's own stands apart from the record: readable while it is kept, then gone, and always proved."""

import json
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.assessment.models import Interest
from portfolio.db import Database
from portfolio.history import Author, HistoryEntry, broken_seals, rows_behind_its_back
from portfolio.people.models import Identity, Person
from portfolio.personal import PersonalValue, false_values, forget, is_key, key_of, new_salt, readable
from tests import make
from tests.conftest import NOW
from tests.tampering import by_hand


def faults(session: Session) -> list[str]:
    return [*broken_seals(session), *rows_behind_its_back(session), *false_values(session)]


def told(session: Session, record: str = "person") -> list[tuple[dict[str, Any], dict[str, Any]]]:
    """What history says of a table: before and after."""
    found = session.scalars(select(HistoryEntry).where(HistoryEntry.record == record).order_by(HistoryEntry.id))
    return [(json.loads(entry.before), json.loads(entry.after)) for entry in found]


def keys(session: Session) -> list[str]:
    """Every key that history names, in order."""
    entries = [each for record in ("person", "interest", "identity") for each in told(session, record)]
    return [value for entry in entries for side in entry for value in side.values() if is_key(value)]


def kept(session: Session) -> set[str]:
    return set(session.scalars(select(PersonalValue.value)))


def remove(session: Session, person: Person) -> None:
    """What removing somebody comes to, as far as the record is concerned."""
    forget(session, person.id)
    person.name, person.email, person.salt = f"Former person {person.id}", f"{person.id}@removed.invalid", new_salt()


def test_history_has_keys_and_the_values_stand_apart(session: Session) -> None:
    ann = make.person(session, name="Ann Marsh", email="ann@example.org")
    session.commit()
    ann.name = "Ann Reed"
    session.commit()
    (_, added), (before, after) = told(session)
    assert added["name"] == before["name"] == key_of(ann.salt, "Ann Marsh")
    assert after == {"name": key_of(ann.salt, "Ann Reed")}
    assert added["id"] == ann.id
    assert "salt" not in added
    assert readable(session, keys(session)) == {
        added["name"]: "Ann Marsh",
        added["email"]: "ann@example.org",
        after["name"]: "Ann Reed",
    }
    assert faults(session) == []


def test_a_value_that_comes_back_is_kept_once(session: Session) -> None:
    ann = make.person(session, name="Ann Marsh")
    for name in ("Ann Reed", "Ann Marsh", "Ann Reed"):
        ann.name = name
        session.commit()
    assert len(session.scalars(select(PersonalValue)).all()) == 3
    assert faults(session) == []


def test_equal_values_of_two_people_have_different_keys(session: Session) -> None:
    ann, other = make.person(session, name="Ann"), make.person(session, name="Ann")
    session.commit()
    assert ann.salt != other.salt
    assert len(session.scalars(select(PersonalValue).where(PersonalValue.value == "Ann")).all()) == 2


def test_salt_and_value_cannot_be_taken_for_each_other() -> None:
    assert len({key_of("ab", "c"), key_of("a", "bc"), key_of("", "abc"), key_of("abc", "")}) == 4


def test_what_a_savepoint_took_back_is_not_kept(session: Session) -> None:
    ann = make.person(session, name="Ann")
    session.commit()
    with suppress(ZeroDivisionError), session.begin_nested():
        ann.name = "Never Said"
        session.flush()
        forget(session, ann.id)
        raise ZeroDivisionError
    session.refresh(ann)
    ann.name = "Ann Reed"
    session.commit()
    assert kept(session) >= {"Ann", "Ann Reed"}
    assert "Never Said" not in kept(session)
    assert faults(session) == []


def test_a_rollback_keeps_nothing(session: Session) -> None:
    make.person(session, name="Never Said")
    session.rollback()
    make.person(session, name="Ann")
    session.commit()
    assert "Never Said" not in kept(session)


def test_whoever_is_removed_leaves_keys_that_say_nothing(session: Session) -> None:
    ann, bob = make.person(session, name="Ann", email="ann@example.org"), make.person(session, name="Bob")
    proposal = make.proposal(session)
    interest = Interest(proposal=proposal, person=ann, nature="Her brother leads it", declared_on=NOW.date())
    session.add_all([interest, Identity(person_id=ann.id, issuer="https://login", subject="subject-7")])
    ann.name = "Ann Reed"
    session.commit()
    ann.name = "Ann Said and Removed at Once"
    remove(session, ann)
    interest.nature, interest.salt = "Removed", new_salt()
    session.delete(session.scalars(select(Identity)).one())
    session.commit()
    assert kept(session) == {"Bob", bob.email, ann.name, ann.email, "Removed"}
    everything = " ".join(entry.before + entry.after for entry in session.scalars(select(HistoryEntry)))
    assert not any(gone in everything for gone in ("Ann", "ann@", "brother", "subject-7"))
    assert told(session, "identity")[-1][0]["issuer"] == "https://login"
    assert faults(session) == []


def test_a_new_salt_alone_is_on_record(session: Session) -> None:
    ann = make.person(session, name="Ann", email="ann@example.org")
    session.commit()
    old, ann.salt = ann.salt, new_salt()
    session.commit()
    before, after = told(session)[-1]
    assert before == {"name": key_of(old, "Ann"), "email": key_of(old, "ann@example.org")}
    assert after == {"name": key_of(ann.salt, "Ann"), "email": key_of(ann.salt, "ann@example.org")}
    assert faults(session) == []


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("UPDATE person SET name = 'Eve'", "person 1: name is Eve, history was told another (or the salt differs)"),
        ("UPDATE person SET name = 'personal:0'", "person 1: name is personal:0, history was told another"),
        ("UPDATE person SET salt = 'x'", "person 1: email is ann@example.org, history was told another"),
        ("UPDATE person SET salt = substr(salt, 1, 31), name = substr(salt, 32) || name", "history was told another"),
        ("UPDATE personal_value SET value = 'Eve' WHERE value = 'Ann'", "does not match its key"),
        ("UPDATE personal_value SET salt = 'x' WHERE value = 'Ann'", "does not match its key"),
    ],
)
def test_a_name_changed_behind_its_back_is_found(session: Session, change: str, fault: str) -> None:
    make.person(session, name="Ann", email="ann@example.org")
    session.commit()
    by_hand(session, change)
    assert any(fault in each for each in faults(session))


def test_what_history_said_before_names_were_kept_apart_is_still_proved(session: Session) -> None:
    """As after an upgrade: entries in words stand, and a name that is not what they say is found."""
    make.person(session, name="Ann", email="ann@example.org")
    session.info["changes"] = [
        step._replace(after=step.after.replace(key_of(session.scalars(select(Person)).one().salt, "Ann"), "Ann"))
        for step in session.info["changes"]
    ]
    session.commit()
    assert faults(session) == []
    by_hand(session, "UPDATE person SET name = 'Eve'")
    assert "person 1: name is Eve, history says Ann" in faults(session)


STEPS = st.lists(
    st.tuples(
        st.sampled_from(["rename", "readdress", "declare", "remove", "savepoint taken back", "savepoint", "commit"]),
        st.integers(0, 2),
        st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    ),
    max_size=12,
)


@given(STEPS)
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_happens_to_people_the_record_stays_whole(database: Database, steps: Any) -> None:
    with database.session(writing=True) as session:
        Author("a test", NOW, "Changed people")(session)
        people = [make.person(session) for _ in range(3)]
        for number, (step, which, text) in enumerate(steps):
            _do(session, people[which], step, text, number)
        session.commit()
        assert faults(session) == []
        assert {one.name for one in people} | {one.email for one in people} <= kept(session)
        for one in people:
            named = session.scalars(select(PersonalValue.key).where(PersonalValue.person_id == one.id)).all()
            assert set(named) <= set(keys(session))


def _do(session: Session, person: Person, step: str, text: str, number: int) -> None:
    match step:
        case "rename":
            person.name = text
        case "readdress":
            person.email = f"{text}{number}-{person.id}@example.org"
        case "declare":
            proposal = make.proposal(session, f"SVD-25-{number + 10}")
            session.add(Interest(proposal=proposal, person=person, nature=text, declared_on=NOW.date()))
        case "remove":
            remove(session, person)
        case "commit":
            session.commit()
        case _:
            with _savepoint(session, undo=step == "savepoint taken back"):
                person.name = f"{text} in a savepoint"
                session.flush()
                if number % 2:
                    remove(session, person)
    session.flush()


class _Undo(Exception):
    pass


@contextmanager
def _savepoint(session: Session, *, undo: bool) -> Iterator[None]:
    with suppress(_Undo), session.begin_nested():
        yield
        session.flush()
        if undo:
            raise _Undo
