"""What goes wrong, as a person is told: on the field, at the top of the form, or as a page of its own.

`refusals_on(form)` puts the sentences of refused rules and broken constraints onto a form. Everything that is nobody's
typing is logged under a reference, and the page shows that reference.
"""

import logging
import re
import secrets
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from flask import Flask, current_app, g, render_template, request
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import IntegrityError, OperationalError
from werkzeug.exceptions import HTTPException

from portfolio.errors import NotAllowed, NotFound, PortfolioError
from portfolio.migrations import is_current
from portfolio.web import database
from portfolio.web.addresses import holds_a_key
from portfolio.web.held import Held, find_held, sends_file
from portfolio.words import begin

log = logging.getLogger("portfolio")

_MEANINGS: dict[str, tuple[str, str | None]] = {}
_SQLITE_UNIQUE = re.compile(r"UNIQUE constraint failed: (?P<columns>[\w., ]+)")
_SQLITE_CHECK = re.compile(r"CHECK constraint failed: (?P<name>\w+)")


def constraint_means(name: str, sentence: str, field: str | None = None) -> None:
    """Say, once for each constraint that a person can run into, what it means and which field it concerns.

    Its name is the naming convention's: `uq_TABLE_COLUMN_COLUMN`, `ck_TABLE_NAME`.
    """
    _MEANINGS[name] = (sentence, field)


def broken_constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that was broken: PostgreSQL gives it, SQLite the columns that it is named for."""
    diagnosis = getattr(error.orig, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name)
    said = str(error.orig)
    if match := _SQLITE_UNIQUE.search(said):
        columns = [column.strip().split(".") for column in match["columns"].split(",")]
        return "_".join(["uq", columns[0][0], *(column for _, column in columns)])
    match = _SQLITE_CHECK.search(said)
    return match["name"] if match else None


@dataclass
class Outcome:
    """How a deed ended: `ok` is true where nothing was refused."""

    ok: bool = False


@contextmanager
def refusals_on(form: Any, places: Mapping[str, str] | None = None) -> Iterator[Outcome]:
    """Put whatever is refused inside onto the form's fields, and undo what was changed so far.

    An error's field is found by name, inside parts too (`lines[2].amount` is the form's `lines-2-amount`); `places`
    translates a rule's name to the form's. What concerns no field stands at the top of the form.
    """
    outcome = Outcome()
    try:
        yield outcome
    except (NotFound, NotAllowed):
        raise
    except PortfolioError as error:
        database.rollback()
        for single in error.each():
            put_on(form, single.sentence, (places or {}).get(single.field or "", single.field))
    except IntegrityError as error:
        meaning = _MEANINGS.get(broken_constraint(error) or "")
        if meaning is None:
            raise
        database.rollback()
        put_on(form, *meaning)
    else:
        outcome.ok = True


def put_on(form: Any, sentence: str, place: str | None = None) -> None:
    """Put one sentence onto a field of a form, or at the form's top."""
    name = re.sub(r"[.\[\]]+", "-", place or "").strip("-")
    field = dict(_fields_of(form)).get(name)
    if field is None:
        form.form_errors = [*form.form_errors, sentence]
    else:
        field.errors = [*field.errors, sentence]
        _tell_lists(form)


def _tell_lists(fields: Any) -> None:
    """Lists of parts remember their parts' errors from when they were validated; a later one is told to them too."""
    for field in fields:
        if hasattr(field, "entries"):
            _tell_lists(field.entries)
            own = [error for error in field.errors if isinstance(error, str)]
            field.errors = [*own, *(entry.errors for entry in field.entries if entry.errors)]
        elif hasattr(field, "form"):
            _tell_lists(field.form)


def _fields_of(fields: Any) -> Iterator[tuple[str, Any]]:
    for field in fields:
        if hasattr(field, "entries"):
            yield field.name, field
            yield from _fields_of(field.entries)
        elif hasattr(field, "form"):
            yield from _fields_of(field.form)
        else:
            yield field.name, field


GOING_BACK = "Your texts are still there when you go back. Look at amounts and dates: some browsers empty those."
PAGES: dict[int, tuple[str, tuple[str, ...]]] = {
    400: ("This page could not be read", ("Your browser sent something that this site cannot read.",)),
    403: (
        "You cannot open this page",
        ("Your roles do not include it. If you need it for your work, ask your administrator.",),
    ),
    404: (
        "Page not found",
        (
            "If you typed the address, check it.",
            "If you followed a link, the page may no longer exist, or may not be yours to see.",
        ),
    ),
    405: ("This address is not a page", ("It only takes what a form sends. Go back and use the form's button.",)),
    413: (
        "That is too large to send",
        ("Nothing was saved. Go back, shorten the text or choose a smaller file, and send it again.", GOING_BACK),
    ),
    422: ("This cannot be done", ()),
    500: (
        "Something went wrong",
        ("The fault is ours. Nothing was saved by your last step; everything before it is safe.",),
    ),
    503: (
        "The site is not ready",
        ("Nothing was saved by your last step. Go back and try again in a minute.", GOING_BACK),
    ),
}
NOT_SET_UP = (
    "The site is not set up yet",
    (
        "Its database has no tables, or those of another version.",
        "Whoever runs this site can set it up with the command: portfolio init",
    ),
)
FORM_TOO_OLD = (
    "This form was open too long",
    ("To keep your account safe, forms stop working after you sign out, or sign in again in another tab.",),
)
SESSION_ENDED = (
    "You are no longer signed in",
    (
        "What you sent was not saved. You are signed out after two hours without a page, after twelve hours, and when "
        "you or an administrator end your session elsewhere.",
    ),
)


def not_taken(status: int, why: tuple[str, tuple[str, ...]], held: Held | None) -> Any:
    """The page of a form that was not taken because its session has ended, with its status."""
    title, sentences = why
    fields = held.fields if held is not None else ()
    typed = [(begin(re.sub(r"[-_]+", " ", name)), value) for name, value in fields if value.strip()]
    page_of_it = render_template(
        "errors/not_taken.html", error_title=title, sentences=sentences, held=held, typed=typed, file=sends_file()
    )
    return page_of_it, status


def page(status: int, *, title: str = "", sentences: tuple[str, ...] = (), reference: str | None = None) -> Any:
    """An error's page, with its status."""
    usual_title, usual_sentences = PAGES.get(status, (HTTPStatus(status).phrase, ()))
    shown = render_template(
        "errors/error.html",
        error_title=title or usual_title,
        sentences=sentences or usual_sentences,
        reference=reference,
    )
    return shown, status


def _http_error(error: HTTPException) -> Any:
    if isinstance(error, CSRFError):
        return not_taken(400, FORM_TOO_OLD, find_held())
    if error.code == HTTPStatus.INTERNAL_SERVER_ERROR:
        return _fault_page(500)
    answer = page(error.code or HTTPStatus.INTERNAL_SERVER_ERROR)
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
        return *answer, {"Allow": ", ".join(sorted(getattr(error, "valid_methods", None) or ()))}
    return answer


def _refused(error: PortfolioError) -> Any:
    if isinstance(error, NotFound):
        return page(404)
    if isinstance(error, NotAllowed):
        return page(403, sentences=(error.sentence,))
    return page(422, sentences=tuple(single.sentence for single in error.each()))


def log_fault(what: Any) -> None:
    """Write a fault to the log, under a reference that its page shows too."""
    g.reference = secrets.token_hex(4)
    place = request.url_rule if holds_a_key() else quote(request.path)  # a line break in it would begin another entry
    log.error("%s %s failed, reference %s", request.method, place, g.reference, exc_info=what)


def _fault_page(status: int) -> Any:
    # The page of a fault asks the database nothing: it may be what is at fault.
    g.without_database = True
    return page(status, reference=g.get("reference"))


def _unavailable(error: OperationalError) -> Any:
    """The database cannot be reached, or its other writers took too long."""
    log_fault(error)
    return _fault_page(503)


def _refuse_unless_set_up() -> None:
    """Asked until it is: then it stays so for as long as this process runs."""
    if current_app.extensions.get("portfolio_set_up") or request.endpoint in ("static", "healthz"):
        return
    if not is_current(database.database()):
        raise NotSetUp
    current_app.extensions["portfolio_set_up"] = True


class NotSetUp(Exception):
    """The database has no tables yet, or those of another version."""


def _not_set_up(_error: NotSetUp) -> Any:
    g.without_database = True
    return page(503, title=NOT_SET_UP[0], sentences=NOT_SET_UP[1])


def register(app: Flask) -> None:
    """Give every kind of error its page."""
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(PortfolioError, _refused)
    app.register_error_handler(OperationalError, _unavailable)
    app.register_error_handler(NotSetUp, _not_set_up)
    app.before_request(_refuse_unless_set_up)
