"""The commands that make, fill, save and bring back the database: init, load, backup, restore."""

import gc
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import make_url
from sqlalchemy.exc import SQLAlchemyError

from portfolio import migrations
from portfolio.clock import SystemClock
from portfolio.commands.ground import NoDatabase, ground, progress, say, where, without_password
from portfolio.config import Config
from portfolio.db import BUSY_SECONDS, Database, remove_sqlite
from portfolio.errors import PortfolioError
from portfolio.mail.actions import hold_back
from portfolio.people.actions import void_all_links
from portfolio.people.calendars import revoke_all_addresses
from portfolio.people.rules import Act
from portfolio.people.sessions import end_all_sessions
from portfolio.story.actions import load as load_story
from portfolio.words import count


class BackupRefused(PortfolioError):
    """A backup that cannot be made, or a restore that would lose something."""


def init() -> int:
    """Make the database, or bring it up to date."""
    with ground(None, may_be_new=True) as here:
        here.config.secret_key()  # what is wrong with it is said now, and not when the site is to start
        say(f"The database is ready: {where(here.config)}")
    return 0


def load(file: Path, *, as_json: bool, acting_as: str | None = None) -> int:
    """Load a story's file, all or nothing."""
    with ground(Act.LOAD, acting_as, may_be_new=True) as here, _collecting_no_garbage():
        progress(f"Reading {file} …")
        now = here.now()
        with here.writing(f"Loaded {file.name}", now) as session:
            loaded = load_story(session, file, by=f"loaded from {file.name}", now=now)
    if as_json:
        say(json.dumps({"programme": loaded.programme, "area": loaded.area, **loaded.counts}))
        return 0
    say(f"Loaded {loaded.programme}, {loaded.area}: " + ", ".join(f"{n} {what}" for what, n in loaded.counts.items()))
    for place in loaded.passed_over:
        say(f"Not read, because nothing here is called so: {place}")
    return 0


@contextmanager
def _collecting_no_garbage() -> Iterator[None]:
    """All that a load makes is in use until it is committed; looking for what is not takes a third of its time."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def backup(file: Path, *, acting_as: str | None = None) -> int:
    """Write a copy of the whole database as it stands at one moment, also while the site is in use."""
    if file.exists():
        raise BackupRefused(f"{file} is there already. Choose another name, so that no earlier backup is lost")
    if not file.absolute().parent.is_dir():
        raise BackupRefused(f"There is no folder {file.absolute().parent}. Make it first, or choose another place")
    with ground(Act.SAVE, acting_as, may_be_old=True) as here:
        progress(f"Saving {where(here.config)} …")
        beside = file.with_name(f".{file.name}.part")
        try:
            if here.config.sqlite_file is not None:
                _save(here.config.sqlite_file, beside)
            else:
                _run(here.config, "pg_dump", "--format=custom", f"--file={beside}")
            beside.replace(file)
        except OSError as error:
            raise BackupRefused(f"{file} cannot be written: {error.strerror}. Choose another place") from error
        finally:
            beside.unlink(missing_ok=True)
    say(f"Saved to {file} ({file.stat().st_size:,} bytes)")
    return 0


def _save(source: Path, copy: Path) -> None:
    """Copy a SQLite database, and read the copy through: a damaged one would be no backup."""
    try:
        _copy(source, copy, one_file=True)
        with closing(sqlite3.connect(copy)) as connection:
            found = connection.execute("PRAGMA integrity_check").fetchone()[0]
    except sqlite3.DatabaseError as error:
        found = str(error)
    if found != "ok":
        raise BackupRefused(
            f"{source} is damaged, so nothing was saved: {found.splitlines()[0]}. "
            "Bring back an earlier backup with `portfolio restore FILE --force`"
        )


def restore(file: Path, *, force: bool, acting_as: str | None = None) -> int:
    """Bring back a backup; what is in the database now is only overwritten where it is told to.

    In somebody's name it is brought back where the database that is there knows them.
    """
    if acting_as is not None:
        with ground(Act.SAVE, acting_as, may_be_old=True):
            pass
    if not file.is_file():
        raise BackupRefused(f"There is no file {file}. Check the path")
    config = Config.from_environment()
    if config.sqlite_file is not None:
        _must_be_ours(file, config.sqlite_file)
    if _holds_something(config) and not force:
        raise BackupRefused(
            f"{where(config)} holds data, which would be lost. Save it with `portfolio backup`, then use --force"
        )
    progress(f"Bringing back {file} …")
    if config.sqlite_file is not None:
        _bring_back(file, config.sqlite_file)
    else:
        _run(config, "pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction", str(file))
    with ground(None, may_be_new=True) as here:
        now = SystemClock().now()
        with here.writing("Restored a backup", now) as session:
            held = hold_back(session, now)
            end_all_sessions(session, now)
            void_all_links(session, now)
            revoke_all_addresses(session, now)
        say(f"Restored {where(config)} from {file}. `portfolio check` proves it")
        if held:
            say(f"{count(held, 'message')} may have been sent since, or not. `portfolio deliver --list` shows them")
    return 0


def _bring_back(file: Path, target: Path) -> None:
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BackupRefused(f"{target} cannot be written: {error.strerror}. Choose another place") from error
    # Brought up to date before it takes the place of what is there: a backup that cannot be costs nothing.
    beside = target.with_name(f".{target.name}.part")
    remove_sqlite(beside)
    try:
        _copy(file, beside)
        _bring_up_to_date(file, beside)
        try:
            _copy(beside, target)
        except sqlite3.DatabaseError:
            # What is there is no database any more, so there is nobody in it to take turns with.
            remove_sqlite(target)
            _copy(beside, target)
    finally:
        remove_sqlite(beside)


def _bring_up_to_date(file: Path, copied: Path) -> None:
    database = Database(f"sqlite:///{copied}")
    try:
        migrations.upgrade(database)
    except SQLAlchemyError as error:
        raise BackupRefused(f"{file} is damaged: it does not hold what its version says. Choose another") from error
    finally:
        database.close()


def _copy(source: Path, target: Path, *, one_file: bool = False) -> None:
    """SQLite's own online copy: the source may be in use, and the target is whole or unchanged.

    As one file, the target needs no second one beside it to be read, not even where nothing can be written.
    """

    def give_up(status: int, _remaining: int, _total: int) -> None:
        if status in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            raise BackupRefused(f"{target} is in use, and nothing was changed. Stop the site and try again")

    try:
        with (
            closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as from_,
            closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as to,
        ):
            from_.backup(to, progress=give_up)
            if one_file:
                to.execute("PRAGMA journal_mode = DELETE")
    except sqlite3.OperationalError as error:
        raise BackupRefused(f"{target} cannot be written: {error}. Choose another place, or make room") from error


def _must_be_ours(file: Path, target: Path) -> None:
    if target.exists() and file.samefile(target):
        raise BackupRefused(f"{file} is the database itself. Choose a file that `backup` wrote")
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'history_entry'").fetchone()
            versions = connection.execute("SELECT version_num FROM alembic_version").fetchall() if tables[0] else []
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{file} is no backup of this product. Choose a file that `backup` wrote") from error
    if not sound or len(versions) != 1:
        raise BackupRefused(f"{file} is damaged, or no backup of this product. Choose another backup")
    if not migrations.is_known(str(versions[0][0])):
        raise migrations.TooNew


def _holds_something(config: Config) -> bool:
    """Whether a database is there with anything in it; one that cannot be read may hold something."""
    if config.sqlite_file is not None and not config.sqlite_file.exists():
        return False
    try:
        with ground(None, may_be_old=True) as here, here.database.engine.connect() as connection:
            if not connection.dialect.has_table(connection, "history_entry"):
                return False
            return connection.exec_driver_sql("SELECT 1 FROM history_entry LIMIT 1").first() is not None
    except NoDatabase:
        if config.sqlite_file is None:
            raise
        return True


def _run(config: Config, program: str, *arguments: str) -> None:
    """Run one of PostgreSQL's own programs on the database; its password is not shown to who lists processes."""
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(f"{program} is not installed. Install PostgreSQL's client programs and try again")
    url = make_url(config.database_url)
    address = without_password(url.set(drivername="postgresql")).render_as_string()
    password = url.password or url.query.get("password")
    environment = {**os.environ, "PGPASSWORD": str(password)} if password else dict(os.environ)
    done = subprocess.run(  # noqa: S603 - a program by its full path, without a shell
        [found, f"--dbname={address}", *arguments], capture_output=True, text=True, check=False, env=environment
    )
    if done.returncode:
        said = done.stderr.strip().splitlines() or ["it does not say why"]
        raise BackupRefused(f"{program} failed: {said[-1]}. Check the file, and that DATABASE_URL is right")
