"""Who may open what: every endpoint declares it, and one that does not is refused.

`public`, `signed_in` and `allow` are that declaration. They change nothing about the view; what they say is read before
each request, by navigation, and by the tests that try every route as every role.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from http import HTTPStatus
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, flash, g, make_response, redirect, request, url_for
from flask import session as cookie
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.errors import NotAllowed
from portfolio.history import Author
from portfolio.people import sessions
from portfolio.people.actions import get_person, viewer_of
from portfolio.people.browsers import browser_in_words
from portfolio.people.models import Person, SignInAttempt
from portfolio.people.rules import Act, Viewer
from portfolio.people.signing_in import failures_since, note_sign_in
from portfolio.web import clock, database
from portfolio.web.callers import browser_line, caller, remember
from portfolio.web.errors import SESSION_ENDED, not_taken
from portfolio.web.filters import moment
from portfolio.web.held import bind_forms, find_held, is_held, refuse_others_than, sends_file

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
KEY = "key"
"""Where the cookie holds its session's key."""
View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Access:
    """Who may open an endpoint, and the deed that history is told when it changes something."""

    acts: tuple[Act, ...] = ()
    public: bool = False
    deed: str | None = None

    def admits(self, viewer: Viewer | None) -> bool:
        """Whether somebody (or nobody) may open it: one of its acts is enough; without acts, being signed in is."""
        if self.public:
            return True
        return viewer is not None and (not self.acts or any(viewer.may(act) for act in self.acts))


class Undeclared(RuntimeError):
    """An endpoint that does not say who may open it, or relies on more than it says: our mistake."""


def allow(*acts: Act, deed: str | None = None) -> Callable[[View], View]:
    """Open to people whose roles allow one of the acts. With a deed, its session may write."""
    if not acts:
        raise ValueError("allow() names an act; what anybody signed in may open is signed_in()")
    return _declare(Access(acts, deed=deed))


def signed_in(deed: str | None = None) -> Callable[[View], View]:
    """Open to everybody who is signed in."""
    return _declare(Access(deed=deed))


def public(deed: str | None = None) -> Callable[[View], View]:
    """Open to everybody."""
    return _declare(Access(public=True, deed=deed))


def _declare(access: Access) -> Callable[[View], View]:
    def declare(view: View) -> View:
        view.access = access  # type: ignore[attr-defined]  # functions carry attributes; types of callables do not
        return view

    return declare


def access_to(app: Flask, endpoint: str) -> Access:
    """What an endpoint declares; raises Undeclared."""
    access = getattr(app.view_functions[endpoint], "access", None)
    if access is None:
        raise Undeclared(f"{endpoint} does not say who may open it: allow(…), signed_in() or public()")
    return cast(Access, access)


@dataclass(frozen=True)
class _Here:
    """The session that this request's cookie opens."""

    id: int
    viewer: Viewer
    awaits_code: bool
    seen_at: datetime


def _find_here() -> _Here | None:
    if "here" not in g:
        g.here = _open(cookie[KEY]) if KEY in cookie else None
    return cast("_Here | None", g.here)


def _open(key: str) -> _Here | None:
    live = sessions.find_by_key(database.session(), key, clock.machine_moment(), browser_line())
    if live is None:
        return None
    return _Here(live.id, viewer_of(live.person, clock.today()), live.awaits_code, live.seen_at)


def find_viewer_now() -> Viewer | None:
    """Who is signed in, or None."""
    here = _find_here()
    return None if here is None or here.awaits_code else here.viewer


def half_signed_in() -> Person | None:
    """Who has given their passphrase, and not yet the code that is asked of them; nobody for every other page."""
    here = _find_here()
    return get_person(database.session(), here.viewer.person_id) if here is not None and here.awaits_code else None


def session_id() -> int:
    """The session of this request; only for views that are not public."""
    here = _find_here()
    if here is None:
        raise Undeclared(f"{request.endpoint} asks for the session, but is open to everybody")
    return here.id


def viewer() -> Viewer:
    """Who is signed in; only for views that are not public."""
    found = find_viewer_now()
    if found is None:
        raise Undeclared(f"{request.endpoint} asks who is signed in, but is open to everybody")
    return found


def may_open(endpoint: str) -> bool:
    """Whether an address exists and the person may open it: no page shows a link that would be refused."""
    return endpoint in current_app.view_functions and access_to(current_app, endpoint).admits(find_viewer_now())


def sign_in(person_id: int, *, awaits_code: bool = False, proved: Callable[[Session], None] | None = None) -> None:
    """Sign somebody in, under a new session and a cookie with nothing of what was there before.

    `proved` is asked again in the transaction that begins the session, and raises where it no longer holds. Raises
    NotAllowed for the disabled, and where what was proved so far was ended meanwhile.
    """
    before, now, here = _find_here(), clock.machine_moment(), caller()
    last, failures = None, 0
    with database.keeping() as session:
        if proved is not None:
            proved(session)
        key = sessions.start(session, person_id, now, here.address, here.browser, awaits_code=awaits_code)
        was_under_way = sessions.end_by_key(session, cookie.get(KEY, ""), now)
        if before is not None and before.awaits_code and not was_under_way:
            raise NotAllowed("Your session was ended. Sign in again")
        if not awaits_code:
            last = note_sign_in(session, person_id, here, now)
            failures = failures_since(session, last) if last is not None else 0
    _take(key)
    if not awaits_code:
        remember(person_id)
    if last is not None:
        flash(_about(last, failures))


def renew() -> None:
    """Give the session of who is signed in a new key, for instance because their passphrase is a new one."""
    with database.keeping() as session:
        key = sessions.renew(session, session_id())
    _take(key)


def _take(key: str) -> None:
    cookie.clear()
    cookie[KEY] = key
    bind_forms(key)
    g.pop("here", None)


def _about(last: SignInAttempt, failures: int) -> str:
    where = f"from {last.address} ({browser_in_words(last.browser)})"
    attempts = f"{failures} attempt{'s' if failures > 1 else ''}"
    since = f" Since then, {attempts} to sign in as you failed: see Your account." if failures else ""
    return f"You last signed in on {moment(last.at)}, {where}.{since}"


def sign_out() -> None:
    """End the session, and forget everything its cookie held."""
    with database.keeping() as session:
        sessions.end_by_key(session, cookie.get(KEY, ""), clock.machine_moment())
    cookie.clear()
    g.here = None


def _see_when_answered(response: Response) -> Response:
    here = g.get("here")
    now = clock.machine_moment()
    if here is not None and now - here.seen_at >= sessions.SEEN_EVERY:
        response.call_on_close(partial(_see, database.database(), here.id, now))
    return response


def _see(kept_in: Database, session_id: int, now: datetime) -> None:
    # Where others write for so long that this cannot, the next page says it.
    with suppress(OperationalError), kept_in.session(writing=True) as session:
        sessions.see(session, session_id, now)
        session.commit()


def local_path(address: str | None) -> str | None:
    """An address within this site, or None for anything that could lead elsewhere."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return None
    if "\\" in address or any(ord(letter) < 33 for letter in address):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


def _ask_to_sign_in() -> Response:
    """Sends whoever asks for a page to sign in first; whoever sent a form is told how not to lose what they typed."""
    held = None if request.method in READING_METHODS else find_held()
    if held is not None or sends_file():
        return make_response(not_taken(HTTPStatus.FORBIDDEN, SESSION_ENDED, held))
    asked = request.full_path.rstrip("?") if request.method == "GET" else None
    return cast(Response, redirect(url_for("people.sign_in", next=asked)))


def _refuse() -> Response | None:
    if request.endpoint is None:
        return None
    access = access_to(current_app, request.endpoint)
    writes = request.method not in READING_METHODS and access.deed is not None
    g.deed = access.deed if writes else None
    if not access.public:
        found = find_viewer_now()
        if found is None:
            return _ask_to_sign_in()
        if not access.admits(found):
            abort(403)
    if is_held():
        refuse_others_than(find_viewer_now())
    if access.deed is not None and writes:
        found = find_viewer_now()
        database.sign_as(Author(found.mark if found else "not signed in", clock.moment(), access.deed))
    return None


def register(app: Flask) -> None:
    """Ask every endpoint who may open it, before each request."""
    public()(app.view_functions["static"])
    app.before_request(_refuse)
    app.after_request(_see_when_answered)
    app.jinja_env.globals["may_open"] = may_open
