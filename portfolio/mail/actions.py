"""What is done with messages: queued with the change that they tell of, and sent again by somebody who decides so."""

import secrets
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from portfolio.db import LAST_ROW, rows_changed
from portfolio.errors import NotFound
from portfolio.mail.models import Message, SentAgain
from portfolio.mail.rules import (
    KEY,
    LINK,
    MessageState,
    one_line,
    plain_text,
    refuse_bad_recipient,
    refuse_to_send_again,
)

FROM_A_BACKUP = "the database was brought back from a backup, and the message may have been sent since"


def queue(
    session: Session,
    recipient: str,
    subject: str,
    text: str,
    now: datetime,
    *,
    link_path: str | None = None,
    link_nonce: str | None = None,
) -> Message:
    """Queue a message in the change's own transaction: what is undone sends nothing. Raises NoRecipient.

    A link has its path, like `/join/{key}`, and the nonce that its key is made of when the message is sent;
    `{link}` in the text marks where it goes. So no key is ever in the database.
    """
    if link_path is not None and not (link_nonce and KEY in link_path and LINK in text):
        raise ValueError(f"a link needs a nonce, {KEY} in its path, and {LINK} in the text")
    refuse_bad_recipient(recipient)
    message = Message(
        recipient=recipient,
        subject=one_line(subject),
        text=plain_text(text),
        link_path=link_path,
        link_nonce=link_nonce,
        message_id=secrets.token_hex(16),
        state=MessageState.QUEUED,
        queued_at=now,
        due_at=now,
        tries=0,
    )
    session.add(message)
    session.flush()
    return message


def unsent(session: Session) -> Sequence[Message]:
    """The messages that were not sent, or of which nobody knows, in the order in which they were queued."""
    return session.scalars(select(Message).where(Message.state != MessageState.SENT).order_by(Message.id)).all()


def hold_back(session: Session, now: datetime) -> int:
    """Have nothing of a backup sent by itself, as it may have been sent since; says how many messages that concerns."""
    held = (
        update(Message)
        .where(Message.state.in_((MessageState.QUEUED, MessageState.SENDING)))
        .values(state=MessageState.UNCERTAIN, fault=FROM_A_BACKUP, ended_at=now)
    )
    return rows_changed(session, held)


def send_again(session: Session, number: int, now: datetime) -> Message:
    """Queue a message again that is uncertain or given up; it may arrive twice, and history tells who decided so.

    Raises NotFound, NotToSendAgain.
    """
    message = session.get(Message, number, with_for_update=True) if 0 < number <= LAST_ROW else None
    if message is None:
        raise NotFound(f"There is no message {number}. `portfolio deliver --list` shows those that were not sent")
    refuse_to_send_again(number, message.state)
    session.add(SentAgain(message_number=number, was=message.state))
    message.state = MessageState.QUEUED
    message.due_at = now
    message.tries = 0
    message.taken_at = message.ended_at = message.fault = None
    return message
