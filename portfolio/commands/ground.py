"""What every command stands on: the configured database, its clock, and who acts from the command line."""

import contextlib
import getpass
import os
import sqlite3
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO
from urllib.parse import unquote

from sqlalchemy import URL, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, OperationalError
from sqlalchemy.orm import Session

import portfolio.tables  # noqa: F401 - every table is known before the first query
from portfolio import migrations, settings
from portfolio.clock import StoryClock, SystemClock, day_of
from portfolio.config import Config
from portfolio.db import Database
from portfolio.errors import NotAllowed, PortfolioError
from portfolio.history import Author
from portfolio.people.actions import find_person, find_viewer
from portfolio.people.models import PersonalReading
from portfolio.people.rules import OPERATOR_MAY, Act, Viewer, Within


class NoDatabase(PortfolioError):
    """A command that needs data where there is none."""


class NobodyToActAs(PortfolioError):
    """Acting in the name of somebody who is not here, or is let in no longer."""


class NotWritten(PortfolioError):
    """A file that could not be written."""


@dataclass(frozen=True)
class Ground:
    """The configuration and the database that a command works on, and in whose name; nobody's is the operator's."""

    config: Config
    database: Database
    viewer: Viewer | None = None

    def now(self) -> datetime:
        """The moment it is, on the story's day in a demonstration."""
        with self.database.reading() as session:
            day = settings.story_day(session)
        return (StoryClock(day) if day else SystemClock()).now()

    def within(self, act: Act) -> Within:
        """How far the command may do something; raises NotAllowed where it may not at all."""
        if self.viewer is None:
            if act not in OPERATOR_MAY:
                raise NotAllowed(f"From the command line nobody may {act.value}. Somebody whose role it is signs in")
            return Within(everything=True)
        within = self.viewer.within(act)
        if not within:
            roles = self.viewer.role_names or "none"
            raise NotAllowed(f"{self.viewer.name} may not {act.value}. Their roles: {roles}")
        return within

    @contextlib.contextmanager
    def writing(self, deed: str, now: datetime) -> Iterator[Session]:
        """One transaction in the name of whoever acts; the record also says who ran the command."""
        author = Author(self.viewer.mark, now, f"{deed} ({who()})") if self.viewer else Author(who(), now, deed)
        with self.database.writing(author) as session:
            yield session

    def note_reading(self, what: str, about: Sequence[str]) -> None:
        """Record whom a person was shown, as the pages do; whoever runs the server reads its database anyway."""
        if self.viewer is not None and about:
            with self.writing("Read personal data", self.now()) as session:
                session.add(PersonalReading(reader_id=self.viewer.person_id, what=what, about=", ".join(about)))


def who() -> str:
    """The name that the record shows for what is done from the command line."""
    with contextlib.suppress(OSError, KeyError):
        return f"{getpass.getuser()} (command line)"
    return "command line"


@contextlib.contextmanager
def ground(
    act: Act | None, acting_as: str | None = None, *, may_be_new: bool = False, may_be_old: bool = False
) -> Iterator[Ground]:
    """The configured database with the newest schema; raises NoDatabase where there is none, unless it may be new.

    The act is what the command does to data; None is for what touches nobody's. It is allowed to whoever runs commands
    here, or to the person with the address `acting_as`, or NotAllowed (NobodyToActAs) is raised before anything is
    done. What a database says when it cannot be used becomes a sentence.
    """
    config = Config.from_environment()
    if not may_be_new and config.sqlite_file is not None and not config.sqlite_file.exists():
        raise NoDatabase(
            f"There is no database at {config.sqlite_file} yet. Run `portfolio init`, or `portfolio demo` to look round"
        )
    database = _open(config)
    try:
        if may_be_new:
            migrations.upgrade(database)
        elif not may_be_old and not migrations.is_current(database):
            raise NoDatabase("The database is not up to date. Run `portfolio init`: it brings it up to date")
        here = Ground(config, database)
        if acting_as is not None:
            here = replace(here, viewer=_viewer(here, acting_as))
        if act is not None:
            here.within(act)
        yield here
    except DatabaseError as error:
        sentence = _said(config, error)
        if sentence is None:
            raise
        raise NoDatabase(sentence) from error
    finally:
        database.close()


def _viewer(here: Ground, email: str) -> Viewer:
    day = day_of(here.now())
    with here.database.reading() as session:
        person = find_person(session, email)
        viewer = None if person is None else find_viewer(session, person.id, day)
    if viewer is None:
        raise NobodyToActAs(f"There is nobody with the address {email} who may sign in. Check --as, or PORTFOLIO_AS")
    return viewer


def _open(config: Config) -> Database:
    try:
        return Database(config.database_url)
    except OSError as error:
        raise NoDatabase(
            f"The folder of {config.sqlite_file} cannot be made: {error.strerror}. "
            "Set PORTFOLIO_INSTANCE to a folder that you may write to"
        ) from error
    except (ArgumentError, ValueError) as error:
        # The error's own words would show the password.
        raise NoDatabase(
            "DATABASE_URL cannot be read as an address. Set it to postgresql://user:password@host/name"
        ) from error


def _said(config: Config, error: DatabaseError) -> str | None:
    """What a database says in a sentence; None where it refuses what we did, which is our mistake."""
    reason = (str(error.orig).strip().splitlines() or ["it does not say why"])[0]
    if isinstance(error, OperationalError):
        check = "its folder may be written to and has room" if config.sqlite_file else "DATABASE_URL is right"
        return f"The database {where(config)} cannot be used: {reason}. Check that {check}, and that it is not in use"
    if isinstance(error.orig, sqlite3.DatabaseError) and type(error) is DatabaseError:
        return (
            f"The database {where(config)} is damaged: {reason}. "
            "Bring back a backup with `portfolio restore FILE --force`"
        )
    return None


def where(config: Config) -> str:
    """The database in words, without a password."""
    if config.sqlite_file is not None:
        return str(config.sqlite_file)
    return unquote(without_password(make_url(config.database_url)).render_as_string()).rsplit("@", 1)[-1]


def without_password(url: URL) -> URL:
    """An address of a database without its password, which may stand in two places."""
    return url._replace(password=None).difference_update_query(["password"])


def write_file(file: Path, content: bytes) -> None:
    """Write a file whole or not at all, so that a half-written return never lies about; raises NotWritten."""
    with writing_file(file) as out:
        out.write(content)


@contextlib.contextmanager
def writing_file(file: Path) -> Iterator[IO[bytes]]:
    """A file that is there once all of it is written, however long that takes; raises NotWritten."""
    beside = file.with_name(f".{file.name}.{os.getpid()}.part")
    try:
        with beside.open("wb") as out:
            yield out
        beside.replace(file)
    except OSError as error:
        raise NotWritten(f"{file} cannot be written: {error.strerror}. Choose another place with --out") from error
    finally:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)


def say(line: str = "") -> None:
    """A line of a command's output, at once."""
    print(line, flush=True)


def progress(line: str) -> None:
    """What is being done, for whoever waits; kept apart from the output."""
    print(line, file=sys.stderr, flush=True)
