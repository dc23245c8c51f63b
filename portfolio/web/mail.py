"""Mail after a request that queued some: behind the answer, so that nobody waits for a mail server."""

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast

from flask import Flask, Response, g, has_request_context
from sqlalchemy import event
from sqlalchemy.orm import Session

from portfolio.clock import Clock, SystemClock
from portfolio.config import Config
from portfolio.db import Database
from portfolio.history import Author
from portfolio.mail.delivering import deliver
from portfolio.mail.models import Message
from portfolio.web.database import config

AT_MOST = 10
"""How many messages a site sends after a request; `portfolio deliver` sends what is left."""

Write = Callable[[Session], None]
log = logging.getLogger("portfolio")


def mail_is_sent() -> bool:
    """Whether a mail server is set; without one, messages are files in the outbox folder, and pages say so."""
    return config().mail_server is not None


@event.listens_for(Message, "after_insert")
@event.listens_for(Message, "after_update")  # in a request, only that it is sent again
def _note(*_: Any) -> None:
    if has_request_context():
        g.has_queued_mail = True


def queue_behind_the_answer(author: Author, write: Write) -> None:
    """Queue mail only once the answer has been sent, so that its time tells nobody whether there is any to queue."""
    g.mail_to_queue = (author, write)


def _deliver(database: Database, settings: Config, clock: Clock, to_queue: tuple[Author, Write] | None) -> None:
    """One round. Whatever goes wrong concerns no page: what was not sent is still queued, or known to be uncertain."""
    try:
        if to_queue is not None:
            author, write = to_queue
            with database.writing(author) as session:
                write(session)
        deliver(database, settings, clock, at_most=AT_MOST)
    except Exception:
        log.exception("Mail could not be delivered")


def register(app: Flask) -> None:
    """Deliver after each request that queued mail, in one thread of the site's own; it ends with the program.

    The answer is sent by then, and its transaction over. What was rolled back is not there to be sent.
    """
    postman = ThreadPoolExecutor(1, "mail")
    database = cast(Database, app.extensions["portfolio_database"])
    settings = cast(Config, app.extensions["portfolio_config"])
    clock = cast("Clock | None", app.extensions["portfolio_clock"]) or SystemClock()
    app.extensions["portfolio_postman"] = postman
    app.jinja_env.globals["mail_is_sent"] = mail_is_sent

    @app.after_request
    def deliver_afterwards(response: Response) -> Response:
        to_queue = g.get("mail_to_queue")
        if g.get("has_queued_mail") or to_queue is not None:
            response.call_on_close(lambda: postman.submit(_deliver, database, settings, clock, to_queue))
        return response
