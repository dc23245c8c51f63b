"""Scenes that take long to tell: told once in each process, and copied for every other test that asks for them."""

import sqlite3
from collections.abc import Callable
from contextlib import closing

from sqlalchemy.orm import Session

_KEPT: dict[str, sqlite3.Connection] = {}


def kept(session: Session, name: str, tell: Callable[[], object]) -> None:
    """Have the session's database hold a scene, which `tell` tells the first time; PostgreSQL is told every time.

    What the database held before must be the same each time, because the copy takes its place.
    """
    engine = session.get_bind().engine
    session.commit()
    if engine.dialect.name != "sqlite":
        tell()
        session.commit()
        return
    with closing(sqlite3.connect(str(engine.url.database))) as present:
        if name in _KEPT:
            _KEPT[name].backup(present)
            present.execute("PRAGMA journal_mode = WAL")  # what lies in memory forgot it
        else:
            tell()
            session.commit()
            present.backup(_KEPT.setdefault(name, sqlite3.connect(":memory:", check_same_thread=False)))
    session.expire_all()
