"""One database session a request: reading, unless the view declares a deed and the request is not a GET.

Nothing is kept unless the view says `commit()`. A page that answers well after changing something and not
committing it is a mistake of ours and raises, so that nobody is told "saved" of what is not.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import cast

from flask import Flask, Response, current_app, g, request
from sqlalchemy.orm import Session

from portfolio.config import Config
from portfolio.db import Database
from portfolio.history import Author


class UnsavedWork(RuntimeError):
    """A view changed something, answered that all is well, and did not commit: our mistake."""


def database() -> Database:
    """The database of this site."""
    return cast(Database, current_app.extensions["portfolio_database"])


def config() -> Config:
    """The settings this site runs with."""
    return cast(Config, current_app.extensions["portfolio_config"])


def session() -> Session:
    """This request's session, opened when it is first asked for."""
    if "session" not in g:
        g.session = database().session(writing=_writes())
    return cast(Session, g.session)


def _writes() -> bool:
    return g.get("deed") is not None


def sign_as(author: Author) -> None:
    """Tell history who acts in this request, when, and in doing what."""
    author(session())


def name_deed(deed: str) -> None:
    """Say more exactly what this request does ("Submitted a claim" where the view saves and submits)."""
    author = session().info["author"]
    replace(author, deed=deed)(session())


def commit() -> None:
    """Keep everything this request changed."""
    session().commit()


@contextmanager
def keeping() -> Iterator[Session]:
    """A session that writes what leaves no history (sign-ins, sessions), kept at the end.

    It is this request's where that writes anyway, with whatever it changed so far; else a short one of its own.
    """
    if _writes():
        yield session()
        commit()
        return
    if "session" in g:
        g.session.rollback()  # a reader sees what was there when it began; what follows is to see this too
    with database().session(writing=True) as opened:
        yield opened
        opened.commit()


def rollback() -> None:
    """Keep nothing of what this request changed so far."""
    session().rollback()


def _is_unsaved(opened: Session) -> bool:
    changed = any(opened.is_modified(row) for row in opened.dirty)
    return bool(opened.new or changed or opened.deleted or opened.info.get("changes"))


def _refuse_unsaved_work(response: Response) -> Response:
    opened = g.get("session")
    if opened is not None and response.status_code < 400 and _is_unsaved(opened):
        raise UnsavedWork(f"{request.method} {request.url_rule} changed something and did not commit it")
    return response


def _close(_error: BaseException | None) -> None:
    opened = g.pop("session", None)
    if opened is not None:
        opened.close()


def register(app: Flask, settings: Config) -> None:
    """Give the site its database, and each request's session its end."""
    app.extensions["portfolio_config"] = settings
    app.extensions["portfolio_database"] = Database(settings.database_url)
    app.after_request(_refuse_unsaved_work)
    app.teardown_appcontext(_close)
