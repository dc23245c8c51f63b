"""A database from before personal values were kept apart is proved as it was once it is up to date, and can forget."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, NullPool, create_engine, select, text
from sqlalchemy.orm import Session

from portfolio import migrations
from portfolio.assessment.models import Interest
from portfolio.db import Database
from portfolio.history import START, Author, HistoryEntry, broken_seals, rows_behind_its_back, seal_of
from portfolio.people.models import Person
from portfolio.personal import PersonalValue, false_values, forget, is_key, new_salt, readable
from tests.conftest import NOW, ON_POSTGRESQL

ROWS: list[tuple[str, dict[str, Any]]] = [
    ("person", {"id": 1, "email": "ann@example.org", "name": "Ann Marsh", "password_hash": None, "disabled_at": None}),
    ("person", {"id": 2, "email": "same", "name": "same", "password_hash": None, "disabled_at": None}),
    ("interest", {"id": 1, "proposal_id": 5, "person_id": 1, "nature": "A cousin", "declared_on": "2025-05-01"}),
]


@pytest.fixture
def old(bare_url: str) -> Iterator[Database]:
    """A database of the third schema, with two people and a declaration, as the record was written then."""
    database = Database(bare_url)
    config = Config()
    config.set_main_option("script_location", str(migrations.FOLDER))
    with database.engine.execution_options(writing=True).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0003")
    # The proposal is not there: this is about who declared what. Left to itself, SQLite does not mind.
    with create_engine(bare_url, poolclass=NullPool).begin() as connection:
        if ON_POSTGRESQL:
            connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        _tell(connection)
    migrations.upgrade(database)
    yield database
    database.close()


def _tell(connection: Connection) -> None:
    seal = START
    for number, (table, row) in enumerate(ROWS, 1):
        _insert(connection, table, row)
        entry = {
            "id": number, "at": NOW, "author": "ann@example.org", "deed": "Joined", "record": table,
            "record_id": row["id"], "change": "added", "before": "{}", "previous_seal": seal,
            "after": json.dumps({name: value for name, value in row.items() if value is not None}),
        }  # fmt: skip
        seal = entry["seal"] = seal_of(entry)
        _insert(connection, "history_entry", entry | {"at": NOW.isoformat(" ")})


def _insert(connection: Connection, table: str, row: dict[str, Any]) -> None:
    values = ", ".join(f":{name}" for name in row)
    connection.execute(text(f"INSERT INTO {table} ({', '.join(row)}) VALUES ({values})"), row)


def faults(session: Session) -> list[str]:
    return [*broken_seals(session), *rows_behind_its_back(session), *false_values(session)]


def test_what_was_there_has_salts_and_is_still_proved(old: Database) -> None:
    with old.reading() as session:
        assert faults(session) == []
        salts = [*session.scalars(select(Person.salt)), *session.scalars(select(Interest.salt))]
        assert len(set(salts)) == 3
        assert all(len(salt) == 32 for salt in salts)
        kept = select(PersonalValue.person_id, PersonalValue.value).order_by(PersonalValue.id)
        told = {tuple(row) for row in session.execute(kept)}
        assert told == {(1, "ann@example.org"), (1, "Ann Marsh"), (2, "same"), (1, "A cousin")}


def test_a_change_is_readable_before_and_after(old: Database) -> None:
    with old.writing(Author("a test", NOW, "Renamed")) as session:
        session.get_one(Person, 1).name = "Ann Reed"
    with old.reading() as session:
        *_, last = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id))
        keys = [json.loads(side)["name"] for side in (last.before, last.after)]
        assert all(is_key(key) for key in keys)
        values = readable(session, keys)
        assert [values[key] for key in keys] == ["Ann Marsh", "Ann Reed"]
        assert faults(session) == []


def test_whoever_is_removed_stays_in_what_was_sealed_in_words_and_nowhere_else(old: Database) -> None:
    with old.writing(Author("a test", NOW, "Removed")) as session:
        person, interest = session.get_one(Person, 1), session.get_one(Interest, 1)
        forget(session, 1)
        person.name, person.email, person.salt = "Former person 1", "person-1@removed.invalid", new_salt()
        interest.nature, interest.salt = "Removed with the person", new_salt()
    with old.reading() as session:
        assert faults(session) == []
        values = set(session.scalars(select(PersonalValue.value)))
        assert values == {"same", "Former person 1", "person-1@removed.invalid", "Removed with the person"}
        entries = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id)).all()
        assert [entry.id for entry in entries if "Ann Marsh" in entry.before + entry.after] == [1]
