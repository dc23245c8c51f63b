"""The site: Flask with every room's pages, and the furniture that all of them share."""

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from flask import Flask, Response
from jinja2 import StrictUndefined
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

import portfolio.tables  # noqa: F401  # every table is known before the first query
from portfolio.assessment.queries import scoring_began
from portfolio.clock import Clock
from portfolio.comparison.delivering import delivery_record
from portfolio.config import ROOT, Config
from portfolio.decisions.queries import standings
from portfolio.funder_forms.queries import filled_of
from portfolio.spend.standing import claimed_of
from portfolio.web import (
    access,
    addresses,
    arrival,
    database,
    errors,
    filters,
    headers,
    held,
    mail,
    navigation,
    uploading,
)

ROOMS = (
    "people",
    "funding_years",
    "proposals",
    "assessment",
    "decisions",
    "meetings",
    "match_funding",
    "spend",
    "ledger",
    "measures",
    "comparison",
    "scenarios",
    "year_end",
    "returns",
    "funder_forms",
    "open_data",
    "audit_pack",
    "progress",
    "overview",
    "audit",
    "privacy",
)


class Site(Flask):
    """Flask, with one way of logging what is our fault."""

    def log_exception(self, exc_info: Any) -> None:
        """Log it under a reference, which its page shows."""
        errors.log_fault(exc_info)


def create_app(config: Config, clock: Clock | None = None) -> Flask:
    """The site over one database; without a clock of its own it goes by the story's day, or the machine's clock."""
    app = Site("portfolio", root_path=str(ROOT / "portfolio"), template_folder=str(ROOT / "templates"))
    app.config.update(
        SECRET_KEY=config.secret_key(),
        # Browsers take a name that begins so only over TLS, from this very host, and for all of it.
        SESSION_COOKIE_NAME="__Host-portfolio_session" if config.is_https else "portfolio_session",
        SESSION_COOKIE_SECURE=config.is_https,
        SESSION_COOKIE_HTTPONLY=True,
        # Strict would have links in e-mails, and the way back from the council's directory, arrive signed out.
        SESSION_COOKIE_SAMESITE="Lax",
        MAX_CONTENT_LENGTH=arrival.MOST_TYPED,
        MAX_FORM_MEMORY_SIZE=arrival.MOST_TYPED,
        MAX_FORM_PARTS=arrival.MOST_FIELDS,
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_SSL_STRICT=False,  # it asks for a Referer, which some browsers keep back; `arrival` asks them better
    )
    app.extensions["portfolio_clock"] = clock
    # A later decision on an award must know what is claimed of it; the room of claims comes after that of decisions.
    app.extensions["portfolio_claimed"] = claimed_of
    # A call's criteria stay once somebody scores by them; the room of assessments comes after that of proposals.
    app.extensions["portfolio_scoring_began"] = scoring_began
    # A proposal to go on is read beside what the last award delivered, which later rooms know.
    app.extensions["portfolio_delivery"] = delivery_record
    # A return's page leads to the forms that were filled from it, which a later room keeps.
    app.extensions["portfolio_filled_of"] = filled_of
    # What is decided on is scored no more; decisions come after scores.
    app.extensions["portfolio_standings"] = standings
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    database.register(app, config)
    arrival.register(app)
    uploading.register(app)
    errors.register(app)
    held.Forgery(app)
    for furniture in (addresses, filters, headers, access, navigation, mail):
        furniture.register(app)
    for room in ROOMS:
        views = f"portfolio.{room}.views"
        if find_spec(views) is not None:
            app.register_blueprint(import_module(views).room)
    app.add_url_rule("/healthz", view_func=healthz)
    return app


@access.public()
def healthz() -> Response:
    """Whether the site is up: its database answers."""
    try:
        database.session().execute(text("SELECT 1"))
    except SQLAlchemyError:
        return Response("the database does not answer\n", 503, mimetype="text/plain")
    return Response("ok\n", mimetype="text/plain")
