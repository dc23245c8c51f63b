"""The command for mail: send what is due, list what was not sent, send a message again that nobody is sure of."""

import argparse
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from portfolio.clock import LONDON, SystemClock
from portfolio.commands.ground import Ground, ground, progress, say
from portfolio.mail.actions import send_again, unsent
from portfolio.mail.delivering import Delivered, deliver
from portfolio.mail.models import Message
from portfolio.mail.rules import MessageState
from portfolio.people.rules import Act
from portfolio.words import count


@dataclass(frozen=True)
class Listed:
    """A message that was not sent, or of which nobody knows; its fields are the keys of the answer for programs."""

    id: int
    state: str
    recipient: str
    subject: str
    queued_at: str
    tries: int
    next_try_at: str | None
    fault: str | None


def run(given: argparse.Namespace) -> int:
    """Deliver or list; 1 where a message was given up, or has become uncertain."""
    with ground(Act.DELIVER, given.acting_as) as here:
        if given.list:
            return _list(here, as_json=given.json)
        clock = SystemClock()
        if given.again is not None:
            with here.writing("Sent a message again", here.now()) as session:
                send_again(session, given.again, clock.now())
        delivered = deliver(here.database, here.config, clock)
        outbox = None if here.config.mail_server else str(here.config.outbox)
    if given.json:
        told = {state.value: delivered[state] for state in MessageState if state is not MessageState.SENDING}
        say(json.dumps({**told, "outbox": outbox}, ensure_ascii=False))
    else:
        _say(delivered, outbox)
    return 1 if delivered[MessageState.GIVEN_UP] or delivered[MessageState.UNCERTAIN] else 0


def _say(delivered: Delivered, outbox: str | None) -> None:
    """What was sent on standard output; what somebody must look at on the other, so that cron tells only of that."""
    sent = delivered[MessageState.SENT]
    if outbox is None:
        say(f"{count(sent, 'message')} sent")
    else:
        say(f"{count(sent, 'message')} written to {outbox}, as no mail server is set (PORTFOLIO_SMTP)")
    if waiting := delivered[MessageState.QUEUED]:
        say(f"{count(waiting, 'message')} refused for now, to be tried again")
    if given_up := delivered[MessageState.GIVEN_UP]:
        progress(f"{count(given_up, 'message')} given up. `portfolio deliver --list` says why")
    if uncertain := delivered[MessageState.UNCERTAIN]:
        progress(
            f"{count(uncertain, 'message')} sent perhaps. Ask whoever should have it, and if need be send it again: "
            "`portfolio deliver --list`"
        )


def _list(here: Ground, *, as_json: bool) -> int:
    with here.database.reading() as session:
        messages = [_listed(message) for message in unsent(session)]
    if as_json:
        say(json.dumps([asdict(message) for message in messages], ensure_ascii=False))
        return 0
    for message in messages:
        say(f"{message.id}  {message.state}  {message.recipient}  {message.subject}")
        next_try = f", next try from {message.next_try_at}" if message.next_try_at else ""
        say(f"    queued {message.queued_at}, {count(message.tries, 'try', 'tries').lower()}{next_try}")
        if message.fault:
            say(f"    {message.fault}")
    if not messages:
        say("Every message was sent")
    elif any(message.state in (MessageState.UNCERTAIN, MessageState.GIVEN_UP) for message in messages):
        say("`portfolio deliver --again NUMBER` sends one again that is uncertain or given up; it may arrive twice")
    return 0


def _listed(message: Message) -> Listed:
    return Listed(
        message.id,
        message.state.value,
        message.recipient,
        message.subject,
        _in_london(message.queued_at),
        message.tries,
        _in_london(message.due_at) if message.state is MessageState.QUEUED else None,
        message.fault,
    )


def _in_london(moment: datetime) -> str:
    return f"{moment.astimezone(LONDON):%Y-%m-%d %H:%M}"
