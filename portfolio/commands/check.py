"""The command that proves the data: the database itself, its guards, the history, every sum, every issued return."""

import json
import tempfile
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import islice

from sqlalchemy import text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from portfolio import history, migrations, personal
from portfolio.commands.ground import ground, say
from portfolio.db import Database
from portfolio.funder_forms.proving import altered_blanks, altered_fillings
from portfolio.migrations.guards import GUARDS
from portfolio.open_data.proving import altered_publications
from portfolio.people.rules import Act
from portfolio.returns import proving

MOST_SHOWN = 5
"""How many faults of one check are shown; the rest are counted."""


def run(*, as_json: bool, acting_as: str | None = None) -> int:
    """Run every check, a line each; 1 where anything is wrong, with the first figures that are."""
    with ground(Act.CHECK, acting_as) as here:
        results = []
        for name, faults in _checks_of(here.database.session(writing=False)):
            shown = list(islice(faults, MOST_SHOWN + 1))
            results.append((name, shown))
            if not as_json:
                _say(name, shown)
    wrong = sum(1 for _, faults in results if faults)
    if as_json:
        say(json.dumps([{"check": name, "ok": not faults, "faults": faults} for name, faults in results]))
    elif wrong:
        say(f"{wrong} of {len(results)} checks failed")
    else:
        say(f"All {len(results)} checks passed")
    return 1 if wrong else 0


def _say(name: str, faults: list[str]) -> None:
    say(f"{'WRONG' if faults else 'OK   '} {name}")
    for fault in faults[:MOST_SHOWN]:
        say(f"      {fault}")
    if len(faults) > MOST_SHOWN:
        say("      … and more")


def _checks_of(session: Session) -> Iterator[tuple[str, Iterable[str]]]:
    """Each check and its faults; a database too damaged to be read is a fault of the check that found it."""
    with session:
        yield "the database is sound", _readable(session, _unsound(session))
        yield "its guards are in place", _readable(session, missing_guards(session))
        yield "its tables are as they were made", _readable(session, _altered_schema(session))
        yield "the history is whole and sealed", _readable(session, history.broken_seals(session))
        yield "every row is what its history says", _readable(session, history.rows_behind_its_back(session))
        yield "what is kept of people is what is on record", _readable(session, personal.false_values(session))
        for name, faults in (*proving.checks(session), *_checks_of_what_follows(session)):
            yield name, _readable(session, faults)


def _checks_of_what_follows(session: Session) -> Iterator[proving.Check]:
    """What is made of issued returns in rooms that come after theirs."""
    yield "every blank of a funder's form is the one that was taken in, byte for byte", altered_blanks(session)
    yield "every filled form is as it was filled, byte for byte", altered_fillings(session)
    yield "everything published is as it was published, byte for byte", altered_publications(session)


def _readable(session: Session, faults: Iterable[str]) -> Iterator[str]:
    """Faults; and, where data are so damaged that a check breaks off, that it did, and where."""
    try:
        yield from faults
    except Exception as error:  # whatever damaged data do to a check
        session.rollback()
        reason = history.damage(error) if isinstance(error, DatabaseError) else error
        yield f"the database cannot be read here: {reason}. Bring back a backup with `portfolio restore`"


def _unsound(session: Session) -> Iterator[str]:
    """SQLite proves its own pages and references; PostgreSQL does so by itself."""
    if session.get_bind().dialect.name != "sqlite":
        return
    for (line,) in session.execute(text("PRAGMA integrity_check")):
        if line != "ok":
            yield line
    for table, row, parent, _ in session.execute(text("PRAGMA foreign_key_check")):
        yield f"{table} {row} points to a {parent} that is not there"


def missing_guards(session: Session) -> Iterator[str]:
    """The triggers that refuse changes of what was issued or recorded."""
    if session.get_bind().dialect.name == "sqlite":
        found = session.scalars(text("SELECT name FROM sqlite_master WHERE type = 'trigger'"))
    else:
        found = session.scalars(text("SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled <> 'D'"))
    here = set(found)
    for guard in GUARDS:
        if guard.name not in here:
            yield f"{guard.name} is missing, which says that {guard.says}. Bring back a backup, or look who removed it"


def _altered_schema(session: Session) -> Iterator[str]:
    """SQLite keeps the words that made each table and guard: they must be those that make a new one."""
    if session.get_bind().dialect.name != "sqlite":
        return
    expected, here = _of_a_new_one(), _made_by(session)
    for name, words in expected.items():
        if name in here and here[name] != words:
            yield f"{name} is not as it was made. Bring back a backup, or look who altered it"
        elif name not in here and not name.startswith("guard_"):
            yield f"{name} is missing. Bring back a backup, or look who removed it"
    for name in here.keys() - expected.keys():
        if here[name].startswith(("CREATE TRIGGER", "CREATE VIEW")):
            yield f"{name} was added by somebody else. Look what it does"


@cache
def _of_a_new_one() -> dict[str, str]:
    with tempfile.TemporaryDirectory() as folder:
        new = Database(f"sqlite:///{folder}/new.db")
        migrations.upgrade(new)
        with new.reading() as made:
            expected = _made_by(made)
        new.close()
    return expected


def _made_by(session: Session) -> dict[str, str]:
    found = session.execute(text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY name"))
    return {str(row.name): str(row.sql) for row in found}
