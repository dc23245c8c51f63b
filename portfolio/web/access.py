"""Who may open what: every endpoint declares it, and one that does not is refused.

`public`, `signed_in` and `allow` are that declaration. They change nothing about the view; what they say is read before
each request, by navigation, and by the tests that try every route as every role.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import Flask, Response, abort, current_app, g, redirect, request, url_for
from flask import session as cookie
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from portfolio.errors import NotAllowed
from portfolio.history import Author
from portfolio.people.actions import find_viewer
from portfolio.people.rules import Act, Viewer
from portfolio.web import clock, database

READING_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
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


def find_viewer_now() -> Viewer | None:
    """Who is signed in, or None."""
    return current_user.viewer if current_user.is_authenticated else None


def viewer() -> Viewer:
    """Who is signed in; only for views that are not public."""
    found = find_viewer_now()
    if found is None:
        raise Undeclared(f"{request.endpoint} asks who is signed in, but is open to everybody")
    return found


def may_open(endpoint: str) -> bool:
    """Whether an address exists and the person may open it: no page shows a link that would be refused."""
    return endpoint in current_app.view_functions and access_to(current_app, endpoint).admits(find_viewer_now())


class _SignedIn(UserMixin):  # type: ignore[misc]  # flask-login ships no types
    """What flask-login keeps of a person."""

    def __init__(self, viewer: Viewer) -> None:
        self.viewer = viewer
        self.id = viewer.person_id


def _load(person_id: str) -> _SignedIn | None:
    found = find_viewer(database.session(), int(person_id), clock.today())
    return None if found is None else _SignedIn(found)


def sign_in(person_id: int) -> None:
    """Sign somebody in, under a cookie with nothing of what was there before; raises NotAllowed for the disabled."""
    found = _load(str(person_id))
    if found is None:
        raise NotAllowed("This account is disabled")
    cookie.clear()
    login_user(found)


def sign_out() -> None:
    """Sign the person out, and forget everything their cookie held."""
    logout_user()
    cookie.clear()


def local_path(address: str | None) -> str | None:
    """An address within this site, or None for anything that could lead elsewhere."""
    if not address or not address.startswith("/") or address.startswith("//"):
        return None
    if "\\" in address or any(ord(letter) < 33 for letter in address):
        return None
    parts = urlsplit(address)
    return None if parts.scheme or parts.netloc else address


def _refuse() -> Response | None:
    if request.endpoint is None:
        return None
    access = access_to(current_app, request.endpoint)
    writes = request.method not in READING_METHODS and access.deed is not None
    g.deed = access.deed if writes else None
    if not access.public:
        found = find_viewer_now()
        if found is None:
            asked = request.full_path.rstrip("?") if request.method == "GET" else None
            return cast(Response, redirect(url_for("people.sign_in", next=asked)))
        if not access.admits(found):
            abort(403)
    if access.deed is not None and writes:
        found = find_viewer_now()
        database.sign_as(Author(found.email if found else "not signed in", clock.moment(), access.deed))
    return None


def register(app: Flask) -> None:
    """Ask every endpoint who may open it, before each request."""
    manager = LoginManager()
    manager.session_protection = "strong"
    manager.user_loader(_load)
    manager.init_app(app)
    public()(app.view_functions["static"])
    app.before_request(_refuse)
    app.jinja_env.globals["may_open"] = may_open
