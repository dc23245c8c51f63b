"""init, load, backup and restore: what they do, and what a mistake looks like."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
import threading
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import make_url, select

from portfolio import migrations
from portfolio.clock import SystemClock
from portfolio.commands import data
from portfolio.commands.ground import where
from portfolio.config import ROOT, Config
from portfolio.db import Database
from portfolio.history import Author
from portfolio.people import sessions
from portfolio.people.actions import is_open
from portfolio.people.calendars import find_address, make_address
from portfolio.people.models import Link, Purpose
from portfolio.settings import set_setting
from tests import make
from tests.commands.conftest import Run
from tests.conftest import NOW
from tests.story import told as stories

LOADED = (
    "Loaded Serious Violence Duty, Dorset: 2 funding years, 2 partnerships, 17 proposals, 18 decisions, 15 awards, "
    "43 claims, 1 corrections, 3 measures"
)


def test_init_makes_the_database_and_says_where(run: Run, settings: Config) -> None:
    for _ in range(2):
        said = run("init")
        assert (said.code, said.err) == (0, "")
        assert said.lines == [f"The database is ready: {settings.sqlite_file}"]
    database = Database(settings.database_url)
    assert migrations.is_current(database)
    database.close()


def test_load_makes_what_it_needs_and_says_what_it_brought(run: Run, migrated: Config) -> None:
    said = run("load", stories.DORSET)
    assert (said.code, said.lines) == (0, [LOADED])
    assert said.err == f"Reading {stories.DORSET} …\n"
    database = Database(migrated.database_url)
    with database.reading() as session:
        assert stories.rows(session)["claim"] == 43
    database.close()


def test_load_answers_in_json(run: Run, settings: Config) -> None:
    said = run("load", "--json", stories.DORSET)
    assert json.loads(said.out) == {
        "programme": "Serious Violence Duty",
        "area": "Dorset",
        "funding years": 2,
        "partnerships": 2,
        "proposals": 17,
        "decisions": 18,
        "awards": 15,
        "claims": 43,
        "corrections": 1,
        "measures": 3,
    }


def test_load_says_what_it_did_not_read(run: Run, settings: Config, tmp_path: Path) -> None:
    file = stories.write(tmp_path, stories.small() | {"wether": "fine"})
    assert run("load", file).lines[1:] == ["Not read, because nothing here is called so: wether"]


def test_load_refuses_with_every_fault_on_stderr_and_keeps_nothing(run: Run, migrated: Config, tmp_path: Path) -> None:
    story = stories.dorset()
    stories.alter(story, "claims[28].lines[0].amount", None)
    stories.alter(story, "decisions[12].reason", None)
    said = run("load", stories.write(tmp_path, story))
    assert (said.code, said.out) == (1, "")
    assert said.err.splitlines()[1:] == [
        "claims[28].lines[0].amount: Enter a value, even if it is zero",
        "decisions[12].reason: Give the reason why the proposal was rejected; "
        "the applicant and next year's panel will ask",
    ]
    said = run("load", "--json", tmp_path / "story.json")
    assert json.loads(said.err.splitlines()[1])["errors"][0] == {
        "place": "claims[28].lines[0].amount",
        "rule": "E5",
        "sentence": "claims[28].lines[0].amount: Enter a value, even if it is zero",
    }
    database = Database(migrated.database_url)
    with database.reading() as session:
        assert stories.rows(session) == {}
    database.close()


def test_load_twice_is_refused(run: Run, settings: Config) -> None:
    assert run("load", stories.DORSET).code == 0
    said = run("load", stories.DORSET)
    assert said.code == 1
    assert "Serious Violence Duty 2025/26 for Dorset is here already" in said.err


@pytest.mark.parametrize("file", ["missing.json", "."])
def test_load_of_what_is_no_file_is_a_sentence(run: Run, settings: Config, tmp_path: Path, file: str) -> None:
    said = run("load", tmp_path / file)
    assert said.code == 1
    assert said.err.splitlines()[1].startswith(f"{tmp_path / file} cannot be read: ")


@pytest.mark.parametrize("command", [["check"], ["deliver"], ["person", "list"], ["backup", "b.db"], ["serve"]])
def test_a_command_that_needs_data_says_where_there_is_none(run: Run, settings: Config, command: list[str]) -> None:
    said = run(*command)
    assert (said.code, said.out) == (1, "")
    assert said.err == (
        f"There is no database at {settings.sqlite_file} yet. Run `portfolio init`, or `portfolio demo` to look round\n"
    )


def test_an_old_schema_is_brought_up_to_date_by_init(run: Run, settings: Config, tmp_path: Path) -> None:
    assert run("init").code == 0
    with closing(sqlite3.connect(str(settings.sqlite_file))) as connection:
        connection.execute("DROP TABLE alembic_version")
        connection.commit()
    said = run("check")
    assert (said.code, said.err) == (
        1,
        "The database is not up to date. Run `portfolio init`: it brings it up to date\n",
    )
    assert run("backup", tmp_path / "old.db").code == 0, "what is there is saved before it is brought up to date"


@pytest.mark.parametrize("command", [["init"], ["load", stories.DORSET]])
def test_a_database_of_a_newer_version_is_left_alone(run: Run, told: Path, command: list[object]) -> None:
    with closing(sqlite3.connect(told)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    said = run(*command)
    assert said.code == 1
    assert "The database was made by a newer version of this product." in said.err


@pytest.mark.parametrize("command", [["init"], ["check"], ["deliver"], ["load", stories.DORSET], ["person", "list"]])
def test_a_file_that_is_no_database_is_a_sentence(run: Run, settings: Config, command: list[object]) -> None:
    settings.instance.mkdir()
    (settings.instance / "portfolio.db").write_bytes(b"not a database at all" * 400)
    said = run(*command)
    assert said.code == 1
    assert said.err.splitlines()[-1] == (
        f"The database {settings.sqlite_file} is damaged: file is not a database. "
        "Bring back a backup with `portfolio restore FILE --force`"
    )


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("nonsense", "DATABASE_URL is neither PostgreSQL nor SQLite. Set it to postgresql://user:password@host/name"),
        ("postgresql://", "The database "),
        ("postgresql://user:secret@host:port/name", "DATABASE_URL cannot be read as an address. Set it to postgresql:"),
        ("postgresql://user:secret@127.0.0.1:1/name", "The database 127.0.0.1:1/name cannot be used: connection "),
        ("postgresql://user:secret@/name?host=/nowhere", "The database /name?host=/nowhere cannot be used: connection"),
        (
            "postgresql://user@/n?password=secret&host=/nowhere",
            "The database /n?host=/nowhere cannot be used: connection",
        ),
        ("sqlite:///:memory:", "DATABASE_URL names a database that is kept nowhere."),
    ],
)
def test_an_address_of_nothing_is_a_sentence_without_its_password(
    run: Run, settings: Config, monkeypatch: pytest.MonkeyPatch, url: str, sentence: str
) -> None:
    monkeypatch.setenv("DATABASE_URL", url)
    said = run("init")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(sentence)
    assert "secret" not in said.err
    assert len(said.err.splitlines()) == 1


@pytest.mark.parametrize("folder", ["/proc/portfolio", "/dev/null/portfolio", "{file}/portfolio"])
def test_a_folder_that_cannot_be_made_is_a_sentence(
    run: Run, settings: Config, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, folder: str
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("PORTFOLIO_INSTANCE", folder.format(file=tmp_path / "file"))
    said = run("init")
    assert said.code == 1
    assert "cannot be made: " in said.err
    assert said.err.endswith(". Set PORTFOLIO_INSTANCE to a folder that you may write to\n")


def test_a_folder_that_cannot_be_written_to_is_a_sentence(
    run: Run, settings: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", "sqlite:////proc/portfolio.db")
    said = run("init")
    assert (said.code, said.err) == (
        1,
        "The database /proc/portfolio.db cannot be used: unable to open database file. "
        "Check that its folder may be written to and has room, and that it is not in use\n",
    )


def test_backup_and_restore_bring_everything_back(run: Run, migrated: Config, tmp_path: Path) -> None:
    file = tmp_path / "saved copy.backup"
    assert run("load", stories.DORSET).code == 0
    said = run("backup", file)
    assert (said.code, said.lines) == (0, [f"Saved to {file} ({file.stat().st_size:,} bytes)"])
    assert [each.name for each in tmp_path.iterdir() if each.name.startswith((".saved", "saved"))] == [file.name]
    database = Database(migrated.database_url)
    with database.writing(Author("a test", NOW, "Change")) as session:
        make.area(session, "E23000077", "Elsewhere")
    database.close()
    said = run("restore", file)
    assert said.code == 1
    assert said.err.endswith("holds data, which would be lost. Save it with `portfolio backup`, then use --force\n")
    said = run("restore", "--force", file)
    assert (said.code, said.lines) == (
        0,
        [f"Restored {where(migrated)} from {file}. `portfolio check` proves it"],
    )
    with database.reading() as session:
        kept = stories.rows(session)
        assert (kept["claim"], kept["police_area"]) == (43, 1)
    database.close()
    assert run("check").code == 0


def test_what_a_backup_lets_in_lets_nobody_in_once_it_is_restored(run: Run, migrated: Config, tmp_path: Path) -> None:
    now = SystemClock().now()
    database = Database(migrated.database_url)
    with database.writing(Author("a test", now, "Set the scene")) as session:
        person_id = make.person(session).id
        key = sessions.start(session, person_id, now, "192.0.2.7", "a browser")
        given = Link(
            person_id=person_id,
            purpose=Purpose.RESET,
            key_hash="0" * 64,
            made_at=now,
            expires_at=now + timedelta(hours=72),
        )
        session.add(given)
        make_address(session, person_id, now, str.upper)
    assert run("backup", tmp_path / "saved").code == 0
    assert run("restore", "--force", tmp_path / "saved").code == 0
    with database.reading() as session:
        assert sessions.find_by_key(session, key, SystemClock().now(), "a browser") is None
        assert session.scalars(select(Link).where(*is_open(SystemClock().now()))).all() == []
        assert find_address(session, person_id, str.upper) is None
    database.close()
    assert run("check").code == 0


def test_restore_needs_no_force_where_nothing_is(run: Run, told: Path, tmp_path: Path) -> None:
    assert run("backup", tmp_path / "saved").code == 0
    told.unlink()
    assert run("restore", tmp_path / "saved").code == 0
    assert run("check").code == 0
    told.unlink()
    assert run("init").code == 0
    assert run("restore", tmp_path / "saved").code == 0


def test_backup_never_writes_over_a_file(run: Run, told: Path, tmp_path: Path) -> None:
    file = tmp_path / "here"
    file.write_text("an earlier backup")
    said = run("backup", file)
    assert (said.code, said.err) == (
        1,
        f"{file} is there already. Choose another name, so that no earlier backup is lost\n",
    )
    assert file.read_text() == "an earlier backup"


@pytest.mark.parametrize(
    ("file", "sentence"),
    [
        ("/nowhere/at/all.db", "There is no folder /nowhere/at. Make it first, or choose another place\n"),
        ("/proc/all.db", "/proc/.all.db.part cannot be written: unable to open database file. Choose another place"),
    ],
)
def test_a_backup_that_cannot_be_written_is_a_sentence(run: Run, told: Path, file: str, sentence: str) -> None:
    said = run("backup", file)
    assert said.code == 1
    assert said.err.removeprefix(f"Saving {told} …\n").startswith(sentence)


@pytest.mark.parametrize("damage", ["garbage", "cut", "directory of tables"])
def test_a_damaged_database_is_not_saved_as_if_it_were_whole(run: Run, told: Path, tmp_path: Path, damage: str) -> None:
    told.write_bytes(damaged(told.read_bytes(), damage))
    said = run("backup", tmp_path / "saved")
    assert (said.code, said.out) == (1, "")
    sentence = said.err.removeprefix(f"Saving {told} …\n")
    assert sentence.startswith(f"{told} is damaged, so nothing was saved: ")
    assert len(sentence.splitlines()) == 1
    assert not list(tmp_path.glob("*saved*"))


@pytest.mark.parametrize(
    "kind", ["text", "empty", "foreign", "cut", "flipped", "missing", "itself", "newer", "older", "two"]
)
def test_what_is_no_whole_backup_of_ours_is_refused(run: Run, told: Path, tmp_path: Path, kind: str) -> None:
    file = tmp_path / "backup"
    before = told.read_bytes()
    whole = before
    match kind:
        case "text":
            file.write_text("not a database at all\n" * 100)
        case "empty":
            file.touch()
        case "foreign":
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("CREATE TABLE something (else_ TEXT)")
                connection.commit()
        case "cut":
            file.write_bytes(whole[: len(whole) // 2])
        case "flipped":
            file.write_bytes(whole[:4096] + b"\xff" * 100 + whole[4196:])
        case "itself":
            file.symlink_to(told)
        case "newer":
            file.write_bytes(whole)
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("UPDATE alembic_version SET version_num = '9999'")
                connection.commit()
        case "older":
            file.write_bytes(whole)
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("UPDATE alembic_version SET version_num = '0001'")
                connection.commit()
        case "two":
            file.write_bytes(whole)
            with closing(sqlite3.connect(file)) as connection:
                connection.execute("INSERT INTO alembic_version VALUES ('0001')")
                connection.commit()
    said = run("restore", "--force", file)
    assert (said.code, said.out) == (1, "")
    assert len(said.err.removeprefix(f"Bringing back {file} …\n").splitlines()) == 1
    assert told.read_bytes() == before


def damaged(whole: bytes, damage: str) -> bytes:
    """A database's file, after what can happen to files."""
    return {
        "garbage": os.urandom(50_000),
        "cut": whole[: len(whole) // 3],
        "directory of tables": whole[:100] + b"\xff" * 3000 + whole[3100:],
    }[damage]


@pytest.mark.parametrize("damage", ["garbage", "cut", "directory of tables"])
def test_a_damaged_database_is_brought_back_when_told_to(run: Run, told: Path, tmp_path: Path, damage: str) -> None:
    file = tmp_path / "saved"
    assert run("backup", file).code == 0
    told.write_bytes(damaged(told.read_bytes(), damage))
    assert run("restore", file).code == 1, "it may hold something, so it is not overwritten without being told"
    assert run("restore", "--force", file).code == 0
    assert run("check").code == 0


def test_restore_waits_for_nobody_who_never_ends(
    run: Run, told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "saved"
    assert run("backup", file).code == 0
    monkeypatch.setattr(data, "BUSY_SECONDS", 0.1)
    with closing(sqlite3.connect(told, isolation_level=None)) as busy:
        busy.execute("BEGIN IMMEDIATE")
        said = run("restore", "--force", file)
    assert said.code == 1
    assert said.err.endswith(f"{told} is in use, and nothing was changed. Stop the site and try again\n")


def test_a_backup_while_others_write_is_of_one_moment(run: Run, told: Path, tmp_path: Path) -> None:
    """Each writing changes two settings together; whatever moment the copy is of, it has both or neither."""
    stop = threading.Event()

    def write() -> None:
        database, number = Database(f"sqlite:///{told}"), 0
        while not stop.is_set():
            number += 1
            with database.writing(Author("another", NOW, "Counts")) as session:
                set_setting(session, "one", str(number))
                session.flush()
                set_setting(session, "other", str(number))
        database.close()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        codes = [run("backup", tmp_path / f"saved-{number}").code for number in range(5)]
    finally:
        stop.set()
        writer.join()
    assert codes == [0] * 5
    for number in range(5):
        with closing(sqlite3.connect(tmp_path / f"saved-{number}")) as connection:
            found = dict(connection.execute("SELECT name, value FROM setting WHERE name IN ('one', 'other')"))
        assert found.get("one") == found.get("other")
    assert run("restore", "--force", tmp_path / "saved-4").code == 0
    assert run("check").code == 0


@pytest.mark.only_postgresql  # its own programs make and bring back its backups
def test_a_file_that_pg_restore_cannot_read_is_a_sentence(run: Run, migrated: Config, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("not a dump")
    said = run("restore", file)
    assert (said.code, said.out) == (1, "")
    assert "pg_restore failed: " in said.err


@pytest.mark.only_postgresql  # its own programs make and bring back its backups
@pytest.mark.parametrize("where_it_stands", ["password", "query"])
def test_whoever_lists_processes_sees_no_password(
    run: Run, migrated: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, where_it_stands: str
) -> None:
    url = make_url(migrated.database_url)
    shown = (
        url.set(password="s3cret") if where_it_stands == "password" else url.update_query_dict({"password": "s3cret"})
    )
    monkeypatch.setenv("DATABASE_URL", shown.render_as_string(hide_password=False))
    program = tmp_path / "pg_dump"
    program.write_text('#!/bin/sh\necho "$* with $PGPASSWORD" > "$0.told"\nexit 1\n')
    program.chmod(0o700)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    assert run("backup", tmp_path / "file").code == 1
    arguments, _, password = (tmp_path / "pg_dump.told").read_text().partition(" with ")
    assert ("--format=custom" in arguments, "s3cret" in arguments, password) == (True, False, "s3cret\n")


@pytest.mark.only_postgresql  # its own programs make and bring back its backups
def test_postgresqls_programs_may_be_missing(
    run: Run, migrated: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    said = run("backup", tmp_path / "file")
    assert said.code == 1
    assert said.err.endswith("pg_dump is not installed. Install PostgreSQL's client programs and try again\n")


def test_a_mistake_in_a_process_of_its_own_is_a_sentence_too(settings: Config, tmp_path: Path) -> None:
    environment = {**os.environ, "PORTFOLIO_INSTANCE": str(settings.instance), "DATABASE_URL": ""}
    call = [sys.executable, "-m", "portfolio", "load", str(tmp_path / "missing.json")]
    done = subprocess.run(call, env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60)
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert done.stderr.splitlines()[-1].endswith("cannot be read: No such file or directory. Check the path")


def test_a_reader_that_goes_away_leaves_no_traceback(settings: Config, demonstration: Path) -> None:
    settings.instance.mkdir()
    shutil.copy(demonstration, settings.instance / "portfolio.db")
    environment = {**os.environ, "PORTFOLIO_INSTANCE": str(settings.instance), "DATABASE_URL": ""}
    program = f"'{sys.executable}' -m portfolio check | true"
    done = subprocess.run(
        ["bash", "-c", program], env=environment, cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.stderr == ""
