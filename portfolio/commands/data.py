"""The commands that make, fill, save and bring back the database: init, load, backup, restore."""

import json
import shutil
import sqlite3
import subprocess
from contextlib import closing
from pathlib import Path

from portfolio.commands.ground import ground, progress, say
from portfolio.config import Config
from portfolio.db import BUSY_SECONDS, Database
from portfolio.errors import PortfolioError
from portfolio.story.actions import load as load_story


class BackupRefused(PortfolioError):
    """A backup that cannot be made, or a restore that would lose something."""


def init() -> int:
    """Make the database, or bring it up to date."""
    with ground(may_be_new=True) as here:
        say(f"The database is ready: {where(here.config)}")
    return 0


def where(config: Config) -> str:
    """The database in words, without a password."""
    if config.sqlite_file is not None:
        return str(config.sqlite_file)
    return config.database_url.rsplit("@", 1)[-1]


def load(file: Path, *, as_json: bool) -> int:
    """Load a story's file, all or nothing."""
    with ground(may_be_new=True) as here:
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


def backup(file: Path) -> int:
    """Write a copy of the whole database as it stands at one moment, also while the site is in use."""
    if file.exists():
        raise BackupRefused(f"{file} is there already. Choose another name, so that no earlier backup is lost")
    with ground() as here:
        progress(f"Saving {where(here.config)} …")
        beside = file.with_name(f".{file.name}.part")
        try:
            if here.config.sqlite_file is not None:
                _copy(here.config.sqlite_file, beside)
            else:
                _run("pg_dump", "--format=custom", f"--file={beside}", _address(here.config))
            beside.replace(file)
        except OSError as error:
            raise BackupRefused(f"{file} cannot be written: {error.strerror}. Choose another place") from error
        finally:
            beside.unlink(missing_ok=True)
    say(f"Saved to {file} ({file.stat().st_size:,} bytes)")
    return 0


def restore(file: Path, *, force: bool) -> int:
    """Bring back a backup; what is in the database now is only overwritten where it is told to."""
    if not file.is_file():
        raise BackupRefused(f"There is no file {file}. Check the path")
    config = Config.from_environment()
    if config.sqlite_file is not None:
        _must_be_ours(file)
    if _holds_something(config) and not force:
        raise BackupRefused(
            f"{where(config)} holds data, which would be lost. Save it with `portfolio backup`, then use --force"
        )
    progress(f"Bringing back {file} …")
    if config.sqlite_file is not None:
        config.sqlite_file.parent.mkdir(parents=True, exist_ok=True)
        _copy(file, config.sqlite_file)
    else:
        _run("pg_restore", "--clean", "--if-exists", "--no-owner", "--single-transaction",
             f"--dbname={_address(config)}", str(file))  # fmt: skip
    with ground(may_be_new=True):
        say(f"Restored {where(config)} from {file}. `portfolio check` proves it")
    return 0


def _copy(source: Path, target: Path) -> None:
    """SQLite's own online copy: the source may be in use, and the target is whole or unchanged."""
    with (
        closing(sqlite3.connect(source, timeout=BUSY_SECONDS)) as from_,
        closing(sqlite3.connect(target, timeout=BUSY_SECONDS)) as to,
    ):
        from_.backup(to)


def _must_be_ours(file: Path) -> None:
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as connection:
            sound = connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
            tables = connection.execute("SELECT count(*) FROM sqlite_master WHERE name = 'history_entry'").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupRefused(f"{file} is no backup of this product. Choose a file that `backup` wrote") from error
    if not sound or not tables[0]:
        raise BackupRefused(f"{file} is damaged, or no backup of this product. Choose another backup")


def _holds_something(config: Config) -> bool:
    if config.sqlite_file is not None and not config.sqlite_file.exists():
        return False
    database = Database(config.database_url)
    try:
        with database.engine.connect() as connection:
            if not database.engine.dialect.has_table(connection, "history_entry"):
                return False
            return connection.exec_driver_sql("SELECT 1 FROM history_entry LIMIT 1").first() is not None
    finally:
        database.close()


def _address(config: Config) -> str:
    return config.database_url.replace("postgresql+psycopg://", "postgresql://")


def _run(program: str, *arguments: str) -> None:
    found = shutil.which(program)
    if found is None:
        raise BackupRefused(f"{program} is not installed. Install PostgreSQL's client programs and try again")
    done = subprocess.run([found, *arguments], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise BackupRefused(f"{program} failed: {done.stderr.strip().splitlines()[-1]}")
