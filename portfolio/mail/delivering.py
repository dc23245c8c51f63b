"""Delivery, at most once: a message is never sent twice by itself, whatever dies, and whoever else delivers meanwhile.

1. *Take*: in a short transaction of its own, one message that is due becomes "sending". PostgreSQL passes over rows
   that another process is taking; on SQLite there is one writer anyway. What is committed here is seen by all.
2. *Send*: outside any transaction, so that nobody waits for a slow mail server.
3. *Note*: in another short transaction, what is known now. Taken by the server: "sent". Certainly not taken: due again
   later, or given up. Handed over without an answer: "uncertain".

A process that dies between 1 and 3 leaves "sending", from which nobody can tell whether the server had the message.
After a while such a message becomes "uncertain" too. That state is left only by somebody who decides to send it again.
The other choice, at least once, would send an invitation twice for every cable that is pulled at the wrong moment.
"""

from collections import Counter
from datetime import datetime

from sqlalchemy import select, update

from portfolio.clock import Clock
from portfolio.config import Config
from portfolio.db import Database, rows_changed
from portfolio.mail import sending
from portfolio.mail.models import Message
from portfolio.mail.rules import BROKEN_OFF_AFTER, MessageState, wait_after
from portfolio.mail.sending import NotTaken, Outcome, Taken, Unknown

Delivered = Counter[MessageState]
"""How many messages of one round ended in which state; "queued" are those that were refused and will be tried again."""
_UNKNOWN = (MessageState.SENDING, MessageState.UNCERTAIN)
BROKEN_OFF = Unknown("the program that was sending it ended before it was known whether the mail server took it")


def deliver(database: Database, config: Config, clock: Clock, *, at_most: int | None = None) -> Delivered:
    """Send what is due, the oldest first; stops where the mail server takes nothing from anybody now.

    The clock is asked for each message, so that what is taken late in a long round is not thought broken off.
    """
    delivered: Delivered = Counter()
    now = clock.now()
    with database.reading() as session:
        is_broken_off = (Message.state == MessageState.SENDING, Message.taken_at < now - BROKEN_OFF_AFTER)
        broken_off = session.scalars(select(Message).where(*is_broken_off)).all()
        is_due = (Message.state == MessageState.QUEUED, Message.due_at <= now)
        in_turn = select(Message.id).where(*is_due).order_by(Message.due_at, Message.id)
        due = session.scalars(in_turn.limit(at_most)).all()
    for message in broken_off:
        delivered += _note(database, message, BROKEN_OFF, now)
    for number in due:
        taken = _take(database, number, clock.now())
        if taken is not None:
            outcome = sending.send(taken, config)
            delivered += _note(database, taken, outcome, clock.now())
            if isinstance(outcome, NotTaken) and outcome.by_all:
                break
    return delivered


def _take(database: Database, number: int, now: datetime) -> Message | None:
    """Take one message, committed before anything is sent; None where another process has it."""
    wanted = select(Message).where(Message.id == number, Message.state == MessageState.QUEUED, Message.due_at <= now)
    with database.session(writing=True) as session:
        message = session.scalar(wanted.with_for_update(skip_locked=True))
        if message is not None:
            message.state = MessageState.SENDING
            message.taken_at = now
            message.tries += 1
            session.commit()
        return message


def _note(database: Database, message: Message, outcome: Outcome, now: datetime) -> Delivered:
    """Write down what is known now of a message, unless it was decided on meanwhile; the state it ended in."""
    wait = wait_after(message.tries)
    match outcome:
        case Taken():
            state, fault, due_at = MessageState.SENT, outcome.remark, message.due_at
        case NotTaken(for_good=False) if wait is not None:
            state, fault, due_at = MessageState.QUEUED, outcome.fault, now + wait
        case NotTaken():
            state, fault, due_at = MessageState.GIVEN_UP, outcome.fault, message.due_at
        case Unknown():
            state, fault, due_at = MessageState.UNCERTAIN, outcome.fault, message.due_at
    # Another process may have thought this one dead. What it did not know then is known now.
    is_as_taken = (Message.taken_at == message.taken_at, Message.state.in_(_UNKNOWN))
    noted = (
        update(Message)
        .where(Message.id == message.id, *is_as_taken)
        .values(state=state, fault=fault, due_at=due_at, ended_at=None if state is MessageState.QUEUED else now)
    )
    with database.session(writing=True) as session:
        changed = rows_changed(session, noted)
        session.commit()
    return Counter({state: changed})
