"""How requests arrive: through which proxies, under which name, from which site, and how large; before all else.

What a request says of itself is believed only as far as the settings say that somebody trustworthy says it.
"""

import re
from typing import Any, cast

from flask import Flask, g, request
from werkzeug.middleware.proxy_fix import ProxyFix

from portfolio.config import Config
from portfolio.web import errors
from portfolio.web.access import READING_METHODS
from portfolio.web.database import config
from portfolio.words import MEGABYTE

MOST_SENT = 32 * MEGABYTE
"""What the server reads of a request, in bytes; what is too large for a view only is told so on a page."""
MOST_TYPED = 2 * MEGABYTE
"""What a form may send, in bytes; a view that takes a file says so, and how large (`uploading.takes_files`)."""
MOST_FIELDS = 5_000
"""How many boxes a form may send: reading a million of them would keep the site busy for a second."""
OURS = frozenset({"same-origin", "none"})
"""What browsers say of a form on a page of ours, and of a page that somebody opened by hand."""

WRONG_NAME = (
    "This is not the site's address",
    ("Check the address, or ask whoever runs this site for the right one.",),
)
FROM_ELSEWHERE = (
    "This form was not sent from here",
    (
        "Another site tried to send it for you. Nothing was done.",
        "If you meant to do this, go to the front page and do it from there.",
    ),
)


def _refuse_other_names() -> Any:
    """Only the names that are set are answered, so that no foreign name leads a browser to this site's pages.

    Whether the site is up may be asked under any: machines that balance the load ask by number, and learn nothing else.
    """
    name = re.sub(r":\d+$", "", request.host).strip("[]").lower()
    if name in config().hosts or request.endpoint == "healthz":
        return None
    return _page(400, *WRONG_NAME)


def _refuse_other_sites() -> Any:
    """A second lock beside each form's token, for a token that leaked: browsers say where a form comes from.

    Those that say nothing, and pages that are told to say nothing ("null"), stand by the token alone.
    """
    if request.method in READING_METHODS:
        return None
    said, origin = request.headers.get("Sec-Fetch-Site"), request.headers.get("Origin", "null")
    if said is not None:
        is_ours = said in OURS
    else:
        is_ours = origin == "null" or origin.partition("://")[2] in (request.host, config().url.partition("://")[2])
    return None if is_ours else _page(403, *FROM_ELSEWHERE)


def _refuse_too_many_fields() -> Any:
    """Forms that are sent as parts are counted by the framework; those sent as one line, which are ours, are not."""
    if request.mimetype == "application/x-www-form-urlencoded" and request.get_data().count(b"&") >= MOST_FIELDS:
        return _page(413)
    return None


def _page(status: int, title: str = "", sentences: tuple[str, ...] = ()) -> Any:
    g.without_database = True
    return errors.page(status, title=title, sentences=sentences)


def register(app: Flask) -> None:
    """Ask each request how it came, before it is asked what it wants."""
    settings = cast(Config, app.extensions["portfolio_config"])
    if settings.proxies:
        # A name is never taken from a proxy's header: no page is built of it, and the list would have to hold anyway.
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]  # as Flask's own documentation wraps an application
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=0
        )
    for refuse in (_refuse_other_names, _refuse_other_sites, _refuse_too_many_fields):
        app.before_request(refuse)
