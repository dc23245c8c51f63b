"""retention: what is due to go is listed, and goes when that is said."""

import json
from datetime import UTC, date, datetime, timedelta

import pytest

from portfolio.clock import StoppedClock
from portfolio.commands import ground, retention
from portfolio.config import Config
from portfolio.db import Database
from portfolio.history import Author
from portfolio.people.models import Person, SignInAttempt
from portfolio.people.rules import Role
from tests import make
from tests.commands.conftest import Run
from tests.privacy.conftest import attempt_row

NOW = datetime(2035, 4, 1, 9, tzinfo=UTC)


@pytest.fixture
def kept(migrated: Config, monkeypatch: pytest.MonkeyPatch) -> Database:
    """One who left, one who did not, and an old and a new attempt to sign in; ten years later."""
    for module in (ground, retention):
        monkeypatch.setattr(module, "SystemClock", lambda: StoppedClock(NOW))
    database = Database(migrated.database_url)
    with database.writing(Author("a test", NOW.replace(year=2025), "Set the scene")) as session:
        left = make.person(session, Role.FINANCE, name="Agnes Quill", email="agnes@example.org")
        left.roles[0].ends_on = date(2026, 3, 31)
        make.person(session, Role.ADMINISTRATOR, name="Ada", email="ada@example.org")
        session.add_all([attempt_row("x@example.org", NOW - timedelta(days=days)) for days in (200, 5)])
    database.close()
    return database


def test_what_is_due_is_listed_and_stays(kept: Database, run: Run) -> None:
    said = run("retention")
    assert (said.code, said.err) == (0, "")
    assert said.lines == [
        "     0  ended sessions. Kept for 30 days after the session ended",
        "     1  attempts to sign in. Kept for 90 days after the attempt",
        "     0  used and expired links. Kept for 30 days after the link was used or expired",
        "     0  messages that no longer wait. Kept for 90 days after the message was sent or given up",
        "     1  people who left. Kept for 7 years after the last financial year in which they acted, led a project "
        "or held a role: the longest of the programmes' own rules",
        "        person 1",
        "`portfolio retention --remove` removes them. Save a backup first, and replace older ones afterwards",
    ]
    assert run("retention").lines == said.lines


def test_it_goes_when_that_is_said(kept: Database, run: Run) -> None:
    said = run("retention", "--remove", "--json")
    told = {one["kind"]: (one["due"], one["removed"]) for one in json.loads(said.out)}
    assert told == {
        "ended sessions": (0, 0),
        "attempts to sign in": (1, 1),
        "used and expired links": (0, 0),
        "messages that no longer wait": (0, 0),
        "people who left": (1, 1),
    }
    assert said.err.splitlines()[:2] == ["Removing attempts to sign in", "Removing people who left"]
    with kept.reading() as session:
        assert [person.name for person in session.query(Person).order_by(Person.id)] == ["Former person 1", "Ada"]
        assert session.query(SignInAttempt).count() == 1
    assert run("check").code == 0
    again = run("retention", "--remove")
    assert again.err == ""
    assert all(line.startswith("     0  ") for line in again.lines)


@pytest.mark.only_sqlite
def test_the_file_forgets_too(kept: Database, run: Run, migrated: Config) -> None:
    assert migrated.sqlite_file is not None
    assert b"agnes@example.org" in migrated.sqlite_file.read_bytes()
    assert "Writing the database anew" in run("retention", "--remove").err
    for file in migrated.instance.glob("portfolio.db*"):
        content = file.read_bytes()
        assert b"gnes" not in content
        assert b"x@example.org" in content or file.suffix != ".db"


def test_without_a_database_it_says_so(run: Run) -> None:
    said = run("retention")
    assert said.code == 1
    assert "There is no database" in said.err
