"""Forms whose session has ended meanwhile: held on a page, to be sent again once their person has signed in.

Going back in the browser does not do: boxes for amounts, which browsers are told not to fill in, come back empty. A
form's token names the session that it was served in, so whose form it is is known, though the session is over. The
page holds what was typed and a seal over it: for that person, that address, those very fields and half a day. The
seal stands for the token, which is of no use to the next session; it is made of nothing but such a token, and so
nobody else can have one made.
"""

import hashlib
import json
from dataclasses import dataclass
from typing import Any, cast

from flask import current_app, g, request
from flask import session as cookie
from flask_wtf import CSRFProtect
from flask_wtf.csrf import CSRFError
from itsdangerous import BadData, URLSafeTimedSerializer

from portfolio.people import sessions
from portfolio.people.rules import Viewer
from portfolio.web import clock, database

TOKEN, SEAL = "csrf_token", "held"
HELD_SECONDS = 12 * 60 * 60
PASSPHRASES = frozenset({"password", "present"})
"""Fields of passphrases; a form with one is short, and is typed again."""


@dataclass(frozen=True)
class Held:
    """A form that was not taken: whose it is, where it goes, its fields, and the seal that has it taken later."""

    person_id: int
    action: str
    fields: tuple[tuple[str, str], ...]
    seal: str


class Forgery(CSRFProtect):  # type: ignore[misc]  # flask-wtf ships no types
    """Refuses forms without the token of their session, but for those that a held form's seal vouches for."""

    def protect(self, apply_exemptions: bool = False) -> None:
        """Refuse this request unless its form was made here for whoever sends it."""
        g.held_for = _sealed_for()
        if g.held_for is None:
            super().protect(apply_exemptions)
        else:
            g.csrf_valid = True  # so far: whether that person is signed in is asked where it is known who is


def bind_forms(key: str) -> None:
    """Have the forms of a session that begins carry tokens of its own, which name it."""
    cookie[TOKEN] = sessions.digest(key)


def is_held() -> bool:
    """Whether this request is a held form, which has a seal in place of its token."""
    return g.get("held_for") is not None


def refuse_others_than(viewer: Viewer | None) -> None:
    """A held form is taken from nobody but its person; raises CSRFError."""
    if viewer is None or g.held_for != viewer.person_id:
        raise CSRFError("held for somebody else")


def find_held() -> Held | None:
    """What this request sends, to be sent again by its person; None where it holds nothing, or is not known whose."""
    fields = _fields()
    if sends_file() or PASSPHRASES.intersection(request.form) or not any(value.strip() for _, value in fields):
        return None
    person_id = g.get("held_for") or _served_to()
    if person_id is None:
        return None
    seal = str(_serializer("held form").dumps([person_id, _what(fields)]))
    return Held(person_id, request.full_path.rstrip("?"), fields, seal)


def sends_file() -> bool:
    """Whether a file was chosen on the form: no page can hold it, so its form is not held either."""
    return any(file.filename for _, file in request.files.items(multi=True))


def _sealed_for() -> int | None:
    """Whom the seal of this very form was made for."""
    try:
        person_id, what = _serializer("held form").loads(request.form.get(SEAL, ""), max_age=HELD_SECONDS)
    except BadData:
        return None
    return cast(int, person_id) if what == _what(_fields()) else None


def _served_to() -> int | None:
    """In whose session the token of this form was served, also where that has ended."""
    try:
        named: Any = _serializer("wtf-csrf-token").loads(request.form.get(TOKEN, ""))
    except BadData:
        return None
    return sessions.find_owner(database.session(), str(named), clock.machine_moment())


def _fields() -> tuple[tuple[str, str], ...]:
    held = (pair for pair in request.form.items(multi=True) if pair[0] not in (TOKEN, SEAL))
    return tuple((name, value.replace("\r\n", "\n")) for name, value in held)


def _what(fields: tuple[tuple[str, str], ...]) -> str:
    told = json.dumps([request.method, request.full_path, sorted(fields)])
    return hashlib.sha256(told.encode()).hexdigest()


def _serializer(salt: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(str(current_app.secret_key), salt=salt)
