"""What every answer says to the browser: what may run, what may frame it, what may be kept."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, Response, request

from portfolio.web.addresses import holds_a_key
from portfolio.web.database import config

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "img-src 'self'",
        "script-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
DAY = 24 * 3600
YEAR = 365 * DAY
UNUSED = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), usb=()"
"""What browsers offer to pages and no page here asks for: nothing that slips into one can ask either."""


def _add(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", POLICY)
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "strict-origin" if holds_a_key() else "same-origin"
    headers["Cross-Origin-Opener-Policy"] = "same-origin"
    headers["Cross-Origin-Resource-Policy"] = "same-origin"
    headers["Permissions-Policy"] = UNUSED
    if config().is_https and config().hsts_days:
        # Of the site's own name alone: other names under it are not this site's to promise for.
        headers["Strict-Transport-Security"] = f"max-age={config().hsts_days * DAY}"
    if request.endpoint == "static" and "v" in request.args and response.status_code < 400:
        headers["Cache-Control"] = f"public, max-age={YEAR}, immutable"
    elif not response.cache_control.max_age:
        headers["Cache-Control"] = "no-store"
    return response


@cache
def _mark_of(file: Path, _changed: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:12]


def register(app: Flask) -> None:
    """Add the headers to every answer, and to static addresses the mark of what the file holds.

    The mark lets browsers keep a file for a year, and fetch it at once when an upgrade changes it.
    """
    folder = Path(app.static_folder or "")

    @app.url_defaults
    def mark(endpoint: str, values: dict[str, Any]) -> None:
        file = folder / str(values.get("filename", ""))
        if endpoint == "static" and file.is_file():
            values["v"] = _mark_of(file, file.stat().st_mtime_ns)

    app.after_request(_add)
