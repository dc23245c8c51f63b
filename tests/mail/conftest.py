"""A site's mail: a queue to fill, and a mail server to send it to."""

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.db import Database
from portfolio.mail import actions
from portfolio.mail.delivering import Delivered, deliver
from portfolio.mail.models import Message
from tests.conftest import NOW
from tests.mailbox import Postbox, mail_server, sent_by

Queue = Callable[..., Message]
Deliver = Callable[..., Delivered]


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """A mail server that takes everything, unless it is told otherwise."""
    with mail_server() as box:
        yield box


@pytest.fixture
def queue(session: Session) -> Queue:
    """`queue("ada@example.org")`: a message that is queued and committed."""

    def put(
        recipient: str = "ada@example.org", subject: str = "Hello", text: str = "Hello Ada", **more: Any
    ) -> Message:
        message = actions.queue(session, recipient, subject, text, NOW, **more)
        session.commit()
        return message

    return put


@pytest.fixture
def delivered(database: Database, config: Config, postbox: Postbox) -> Deliver:
    """`delivered(at=NOW)`: one round of delivery to the postbox at a moment, and what became of the messages."""

    def once(at: datetime = NOW, **more: Any) -> Delivered:
        return deliver(database, sent_by(config, postbox), StoppedClock(at), **more)

    return once


@pytest.fixture
def kept(database: Database) -> Callable[[], list[Message]]:
    """The messages as they stand in the database now."""

    def look() -> list[Message]:
        with database.reading() as session:
            return list(session.scalars(select(Message).order_by(Message.id)))

    return look
