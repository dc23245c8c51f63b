"""What every test can ask for: a fresh database, a session that writes, the site at 20 October 2025, and people in it.

Each database was migrated once: on SQLite a test gets a copy of its file; with DATABASE_URL on a PostgreSQL server, it
gets the suite's own database, emptied. So tests commit for real, and in any order.
"""

import gc
import itertools
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import settings
from sqlalchemy import Engine, NullPool, create_engine, event, insert, make_url
from sqlalchemy.orm import Session, object_session
from werkzeug.test import TestResponse

from portfolio import db
from portfolio.app import create_app
from portfolio.cli import COLLECT_AFTER
from portfolio.clock import StoppedClock, SystemClock
from portfolio.config import Config
from portfolio.db import Base, Database
from portfolio.funding_years.models import CSP, PoliceArea
from portfolio.history import Author
from portfolio.migrations import upgrade
from portfolio.people import actions, sessions
from portfolio.people.models import Person, WebSession
from portfolio.people.rules import Role
from portfolio.web import access, held
from tests import make
from tests.compiled import COMPILED, keep_routes

NOW = datetime(2025, 10, 20, 9, 0, tzinfo=UTC)
"""When every test takes place, unless it says otherwise: the Dorset story's day, ten in the morning in London."""
SERVER = Config.from_environment().database_url if "DATABASE_URL" in os.environ else ""
ON_POSTGRESQL = SERVER.startswith("postgresql")
PRODUCTS_HASHING = actions.HASHING
actions.HASHING = "scrypt:1024:8:1"  # a tenth of a second for every passphrase would be minutes of the suite
PRODUCTS_SYNCHRONOUS = db.SYNCHRONOUS
db.SYNCHRONOUS = "OFF"  # waiting for the disk would be a minute of the suite, which keeps nothing
keep_routes()
settings.register_profile("suite", deadline=None)  # a busy machine is no fault of what is tried
settings.load_profile("suite")
gc.set_threshold(COLLECT_AFTER)  # as the commands do; looking for garbage more often is a tenth of the suite
_number = itertools.count(1)


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is run on the other database: what concerns that alone, and on PostgreSQL what asks for none."""
    other = "only_sqlite" if ON_POSTGRESQL else "only_postgresql"
    left_out = [item for item in items if item.get_closest_marker(other) or (ON_POSTGRESQL and not _asks_for_one(item))]
    config.hook.pytest_deselected(items=left_out)
    gone = set(left_out)
    items[:] = [item for item in items if item not in gone]


def _asks_for_one(item: pytest.Item) -> bool:
    """Whether a test's database is the one that the suite runs on."""
    asked = getattr(item, "fixturenames", ())
    return "fresh_url" in asked or "bare_url" in asked or item.get_closest_marker("only_postgresql") is not None


FreshUrl = Callable[[Path], str]


@pytest.fixture(scope="session")
def fresh_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[FreshUrl]:
    """Makes a migrated, empty database in a folder (or on the server), and says its address."""
    yield from _on_postgresql() if ON_POSTGRESQL else _on_sqlite(tmp_path_factory.mktemp("template") / "portfolio.db")


def _on_sqlite(template: Path) -> Iterator[FreshUrl]:
    _migrate(f"sqlite:///{template}")

    def copy(folder: Path) -> str:
        shutil.copyfile(template, folder / "portfolio.db")
        return f"sqlite:///{folder / 'portfolio.db'}"

    with _one_dialect(f"sqlite:///{template}"):
        yield copy


@contextmanager
def _one_dialect(url: str) -> Iterator[None]:
    """Have every engine of this process speak one dialect, and compile each statement once: a sixth of the work."""
    spoken = create_engine(url)
    spoken.connect().close()
    compiled: dict[Any, Any] = {}

    def engine_of(asked: str, **options: Any) -> Engine:
        made = create_engine(asked, **options)
        if made.dialect.name == spoken.dialect.name:
            made.dialect = spoken.dialect
            made.update_execution_options(compiled_cache=compiled)
        return made

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "create_engine", engine_of)
        yield
    spoken.dispose()


def _migrate(url: str) -> None:
    migrated = Database(url)
    upgrade(migrated)
    migrated.close()


def _on_postgresql() -> Iterator[FreshUrl]:
    with _made_on_server("suite") as url:
        _migrate(url)
        with _one_engine(url) as engine:
            yield lambda _folder: _emptied(engine, url)


@contextmanager
def _one_engine(url: str) -> Iterator[Engine]:
    """The engine of every `Database` at an address in this process: connected, and its statements compiled, once."""
    kept = create_engine(url, pool_pre_ping=True, pool_size=20)
    process, close = os.getpid(), Database.close

    def engine_of(asked: str, **options: Any) -> Engine:
        if (asked, os.getpid()) != (url, process):
            return create_engine(asked, **options)
        return kept.execution_options()  # what listens to one of them hears nothing of the others

    def close_others(database: Database) -> None:
        if database.engine.pool is not kept.pool:
            close(database)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(db, "create_engine", engine_of)
        patch.setattr(Database, "close", close_others)
        yield kept
    kept.dispose()


def _emptied(engine: Engine, url: str) -> str:
    """The suite's database without a row: far quicker than a new one for each test, and as good."""
    with engine.begin() as connection:
        # What an earlier test left half-done must not stand in the way.
        connection.exec_driver_sql(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        # Triggers guard the record against just this; the suite's own database may be emptied past them.
        connection.exec_driver_sql("SET LOCAL session_replication_role = replica")
        connection.exec_driver_sql("; ".join(f'DELETE FROM "{table}"' for table in Base.metadata.tables))
        connection.exec_driver_sql(
            "SELECT setval(quote_ident(sequencename)::regclass, 1, false) FROM pg_sequences "
            "WHERE last_value IS NOT NULL"
        )
    return url


@contextmanager
def _made_on_server(purpose: str) -> Iterator[str]:
    """A database of this run's own beside the one that DATABASE_URL names, gone at the end."""
    address = make_url(SERVER)
    name = f"{address.database}_{purpose}_{os.getpid()}"
    server = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with server.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    try:
        yield address.set(database=name).render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture
def bare_url(tmp_path: Path) -> Iterator[str]:
    """The address of a database with nothing in it, not even tables."""
    if ON_POSTGRESQL:
        with _made_on_server("bare") as url:
            yield url
    else:
        yield f"sqlite:///{tmp_path / 'bare.db'}"


@pytest.fixture
def config(fresh_url: FreshUrl, tmp_path: Path) -> Config:
    """The settings of a site with a migrated, empty database and an instance folder of its own."""
    instance = tmp_path / "instance"
    instance.mkdir()
    return Config(instance, fresh_url(instance))


@pytest.fixture
def database(config: Config, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """A migrated, empty database. A writer that cannot have its turn says so after five seconds."""
    monkeypatch.setattr(db, "BUSY_SECONDS", 5)
    opened = Database(config.database_url)
    yield opened
    opened.close()


@pytest.fixture
def author() -> Author:
    """Who writes in tests."""
    return Author("a test", NOW, "Set the scene")


@pytest.fixture
def session(database: Database, author: Author) -> Iterator[Session]:
    """A session that writes, for building what a test is about. Commit, unless only this session looks at it.

    The site's clients commit it themselves before each request, and forget what it holds, so that it is read anew.
    """
    with database.session(writing=True) as opened:
        author(opened)
        yield opened


@pytest.fixture
def app(config: Config, session: Session) -> Iterator[Flask]:
    """The site, its clock stopped at NOW, asking for no CSRF tokens."""
    site = create_app(config, StoppedClock(NOW))
    site.testing = True
    site.jinja_env.bytecode_cache = COMPILED
    site.config["WTF_CSRF_ENABLED"] = False

    def commit_the_scene() -> None:
        session.commit()
        session.expire_all()

    site.before_request_funcs.setdefault(None, []).insert(0, commit_the_scene)
    yield site
    session.rollback()  # what is left of the scene must not keep the mail waiting for its turn
    site.extensions["portfolio_postman"].shutdown()
    site.extensions["portfolio_database"].close()


class Visitor(FlaskClient):
    """A browser on the site, and who is signed in on it."""

    person: Person

    def sign_in_as(self, person: Person) -> None:
        """Sign somebody in without the price of a passphrase's hash."""
        self.person = person
        self.environ_base["HTTP_USER_AGENT"] = "a test"
        person_id = person.id
        if (scene := object_session(person)) is not None:
            scene.commit()  # it may hold the turn to write
        now = (self.application.extensions["portfolio_clock"] or SystemClock()).now()
        # By a statement of its own: some tests undo whatever a session commits.
        row = {
            "person_id": person_id,
            "key_hash": sessions.digest(key := f"key {next(_number)} of {os.getpid()}"),
            "started_at": now,
            "seen_at": now,
            "address": "127.0.0.1",
            "browser": "a test",
            "awaits_code": False,
        }
        engine = self.application.extensions["portfolio_database"].engine.execution_options(writing=True)
        with engine.begin() as connection:
            connection.execute(insert(WebSession), row)
        with self.session_transaction() as cookie:
            cookie[access.KEY], cookie[held.TOKEN] = key, row["key_hash"]


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """A browser on the site, signed out."""
    return app.test_client()


@pytest.fixture
def client_with_csrf(app: Flask) -> FlaskClient:
    """A browser on the site, signed out, whose forms need their token."""
    app.config["WTF_CSRF_ENABLED"] = True
    return app.test_client()


SignedIn = Callable[..., Visitor]


@pytest.fixture
def signed_in(app: Flask, session: Session) -> SignedIn:
    """`signed_in(Role.FINANCE)`: a browser with somebody of that role signed in; `.person` says who.

    Roles for a place get Dorset's, or the `csp` and `area` given. Several roles may be named; so may a person.
    """

    def sign_in(
        *roles: Role, csp: CSP | None = None, area: PoliceArea | None = None, person: Person | None = None, **more: Any
    ) -> Visitor:
        who = person or make.person(session, *roles, csp=csp, area=area, **more)
        session.commit()
        app.test_client_class = Visitor
        visitor = app.test_client()
        assert isinstance(visitor, Visitor)
        visitor.sign_in_as(who)
        return visitor

    return sign_in


@pytest.fixture
def queries_of(app: Flask) -> Callable[[FlaskClient, str], int]:
    """`queries_of(browser, "/people")`: how many statements a page takes, which must not grow with its rows."""
    engine = app.extensions["portfolio_database"].engine

    def count(browser: FlaskClient, address: str) -> int:
        browser.get(address)
        asked: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            asked.append(statement)

        event.listen(engine, "before_cursor_execute", note)
        assert browser.get(address).status_code == 200
        event.remove(engine, "before_cursor_execute", note)
        return len(asked)

    return count


def title_of(answer: TestResponse) -> str:
    """A page's title, up to the site's name."""
    return answer.text.partition("<title>")[2].partition(" – Portfolio</title>")[0]
