"""A process that writes is killed at twenty moments: the database opens, is proved, and has all that was confirmed."""

import os
import random
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from portfolio.commands import check
from portfolio.db import Database
from tests.journeys import claiming
from tests.journeys.claiming import Journal

TIMES = 20


@pytest.mark.only_sqlite  # PostgreSQL writes in processes of its own, which are not killed
def test_all_that_was_confirmed_survives_kill_9_at_twenty_moments(
    database: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    person_id = claiming.set_the_scene(database, tmp_path, awards=80)
    database.close()
    journal, moments = Journal(tmp_path / "journal"), random.Random(2025)  # noqa: S311 - the same moments each time
    context = claiming.processes()
    for turn in range(TIMES):
        before = len(journal.lines())
        writer = context.Process(target=claiming.enter, args=(database.url, person_id, 0, 1, 60, journal.file, turn))
        writer.start()
        _wait_for_the_first_deed(journal, before)
        time.sleep(moments.uniform(0, 0.2))
        assert writer.pid is not None
        os.kill(writer.pid, signal.SIGKILL)
        writer.join()
        with closing(sqlite3.connect(database.url.removeprefix("sqlite:///"))) as connection:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        with database.reading() as session:
            assert claiming.lost(session, journal.confirmed()) == []
            assert claiming.proofs(session) == []
        database.close()
    assert [line for line in journal.lines() if "error" in line] == []
    assert len(journal.confirmed()) > TIMES
    monkeypatch.setenv("DATABASE_URL", database.url)
    assert check.run(as_json=False) == 0, capsys.readouterr().out


def _wait_for_the_first_deed(journal: Journal, before: int) -> None:
    until = time.monotonic() + 30
    while len(journal.lines()) == before:
        assert time.monotonic() < until, "the writer never wrote"
        time.sleep(0.01)
