"""Delivery to a real mail server: once, later, never, and what is known when something breaks."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import StoppedClock
from portfolio.config import ROOT, Config
from portfolio.db import Database
from portfolio.mail import actions, sending
from portfolio.mail.delivering import Delivered, deliver
from portfolio.mail.models import Message
from portfolio.mail.rules import BROKEN_OFF_AFTER, WAITS, MessageState
from tests.conftest import NOW
from tests.mail.conftest import Deliver, Queue
from tests.mailbox import AT_MOST, Postbox, sent_by, text_of

Kept = Callable[[], list[Message]]
LATER = NOW + BROKEN_OFF_AFTER + timedelta(seconds=1)
NEVER_SAID = "the mail server did not say whether it took the message: "


def test_what_is_due_is_sent_once(queue: Queue, delivered: Deliver, postbox: Postbox, kept: Kept) -> None:
    queue("ada@example.org", "Hello", "Dear Ada\n\n.a line that begins with a dot\n..two\nGoodbye")
    queue("bob@example.org", "Grüße, Zoë", "£1,234.50 for Zoë\n" + "a long line " * 200)
    assert delivered() == {MessageState.SENT: 2}
    assert delivered() == {}
    ada, bob = postbox.letters
    assert (ada["To"], ada["Subject"], ada["From"]) == ("ada@example.org", "Hello", "portfolio@localhost")
    assert (ada["Auto-Submitted"], ada["Date"]) == ("auto-generated", "Mon, 20 Oct 2025 09:00:00 +0000")
    assert text_of(ada) == "Dear Ada\n\n.a line that begins with a dot\n..two\nGoodbye\n"
    assert bob["Subject"] == "Grüße, Zoë"
    assert text_of(bob) == "£1,234.50 for Zoë\n" + "a long line " * 200 + "\n"
    assert postbox.texts[1].isascii()
    assert ada["Message-ID"] != bob["Message-ID"]
    assert [(each.state, each.tries, each.ended_at) for each in kept()] == [(MessageState.SENT, 1, NOW)] * 2


def test_a_round_may_be_short(queue: Queue, delivered: Deliver, postbox: Postbox) -> None:
    for name in ("ada", "bob", "cat"):
        queue(f"{name}@example.org")
    assert delivered(at_most=2) == {MessageState.SENT: 2}
    assert postbox.recipients == ["ada@example.org", "bob@example.org"]


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_what_is_refused_for_now_is_tried_again_ever_later(
    queue: Queue, delivered: Deliver, postbox: Postbox, kept: Kept, step: str
) -> None:
    queue()
    setattr(postbox, step, "451 Come back later")
    at = NOW
    for tries, wait in enumerate(WAITS, 1):
        assert delivered(at=at) == {MessageState.QUEUED: 1}
        [message] = kept()
        assert (message.due_at, message.tries, message.ended_at) == (at + wait, tries, None)
        assert delivered(at=message.due_at - timedelta(seconds=1)) == {}
        at = message.due_at
    assert delivered(at=at) == {MessageState.GIVEN_UP: 1}
    assert delivered(at=at + timedelta(days=365)) == {}
    [message] = kept()
    assert message.fault == "the mail server refused it: 451 Come back later"
    assert (message.ended_at, len(postbox.recipients)) == (at, len(WAITS) + 1)


def test_what_was_refused_for_now_is_sent_when_it_is_taken(
    queue: Queue, delivered: Deliver, postbox: Postbox, kept: Kept
) -> None:
    queue()
    postbox.rcpt = "451 Greylisted"
    assert delivered() == {MessageState.QUEUED: 1}
    postbox.rcpt = "250 OK"
    assert delivered(at=NOW + WAITS[0]) == {MessageState.SENT: 1}
    [message] = kept()
    assert (message.tries, message.fault) == (2, None)


@pytest.mark.parametrize("step", ["rcpt", "data"])
def test_what_is_refused_for_good_is_given_up_with_the_reason(
    queue: Queue, delivered: Deliver, postbox: Postbox, kept: Kept, step: str
) -> None:
    queue("nobody@example.org")
    queue("ada@example.org")
    setattr(postbox, step, "550 5.1.1 Nobody of that name\x1b[31m")
    assert delivered() == {MessageState.GIVEN_UP: 2}, "one refusal does not stand in the way of the next message"
    assert delivered(at=NOW + timedelta(days=30)) == {}
    assert kept()[0].fault == "the mail server refused it: 550 5.1.1 Nobody of that name [31m"


def test_a_server_that_wants_no_text_has_not_got_it(
    queue: Queue, delivered: Deliver, postbox: Postbox, kept: Kept
) -> None:
    queue()
    postbox.rcpt = "252 I cannot tell"
    assert delivered() == {MessageState.GIVEN_UP: 1}
    assert (postbox.texts, kept()[0].fault) == ([], "the mail server refused it: 503 Error: need RCPT command")


def test_a_server_that_takes_nothing_now_is_not_asked_for_each_message(
    queue: Queue, delivered: Deliver, postbox: Postbox, kept: Kept
) -> None:
    queue("ada@example.org")
    queue("bob@example.org")
    postbox.rcpt = "421 Closing"
    assert delivered() == {MessageState.QUEUED: 1}
    assert [message.tries for message in kept()] == [1, 0]


def test_a_server_that_is_not_there_costs_no_message(
    queue: Queue, database: Database, config: Config, postbox: Postbox, kept: Kept
) -> None:
    queue()
    nobody = sent_by(config, postbox)
    assert nobody.mail_server is not None
    object.__setattr__(nobody.mail_server, "port", 1)
    assert deliver(database, nobody, StoppedClock(NOW)) == {MessageState.QUEUED: 1}
    assert "the mail server 127.0.0.1:1 cannot be used: [Errno 111] Connection refused" in str(kept()[0].fault)


def test_a_server_that_refuses_the_sender_costs_no_message(
    queue: Queue, delivered: Deliver, postbox: Postbox, kept: Kept
) -> None:
    queue()
    postbox.mail = "550 We do not know you"
    assert delivered() == {MessageState.QUEUED: 1}
    assert "550 We do not know you" in str(kept()[0].fault)


@pytest.mark.parametrize(
    ("answer", "drops", "fault"),
    [
        ("", True, NEVER_SAID + "Connection unexpectedly closed"),
        ("250 " + "x" * 10_000, False, NEVER_SAID + "500 Line too long."),
        ("what?", False, "the mail server answered what means nothing: -1"),
        ("302 Over there", False, "the mail server answered what means nothing: 302 Over there"),
    ],
)
def test_without_an_answer_nobody_knows_and_it_is_not_sent_again(
    queue: Queue, delivered: Deliver, postbox: Postbox, kept: Kept, answer: str, drops: bool, fault: str
) -> None:
    queue()
    postbox.data, postbox.drops = answer, drops
    assert delivered() == {MessageState.UNCERTAIN: 1}
    assert delivered(at=NOW + timedelta(days=30)) == {}
    assert len(postbox.texts) == 1
    assert str(kept()[0].fault).startswith(fault)


def test_an_answer_that_takes_too_long_is_none(
    queue: Queue, delivered: Deliver, postbox: Postbox, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    queue()
    postbox.holds = True
    monkeypatch.setattr(sending, "ANSWER_SECONDS", 0.05)
    assert delivered() == {MessageState.UNCERTAIN: 1}
    assert kept()[0].fault == NEVER_SAID + "Connection unexpectedly closed: timed out"


def test_a_row_that_was_altered_begins_no_header(
    queue: Queue, session: Session, delivered: Deliver, postbox: Postbox, kept: Kept
) -> None:
    message = queue()
    message.recipient = "ada@example.org\r\nBcc: all@example.org"
    session.commit()
    assert delivered() == {MessageState.GIVEN_UP: 1}
    assert postbox.recipients == []
    assert str(kept()[0].fault).startswith("it cannot be written: ")


def test_a_link_whose_key_cannot_be_made_waits(
    queue: Queue, delivered: Deliver, postbox: Postbox, config: Config, kept: Kept
) -> None:
    queue(text="{link}", link_path="/join/{key}", link_nonce="a-nonce")
    config.secret_key()
    (config.instance / "secret_key").chmod(0o644)
    assert delivered() == {MessageState.QUEUED: 1}
    assert postbox.recipients == []
    assert "Others than its owner may read" in str(kept()[0].fault)


def in_a_thread(database: Database, config: Config, at: datetime = NOW) -> Delivered:
    """One round by itself, as another process would."""
    own = Database(database.url)
    try:
        return deliver(own, config, StoppedClock(at))
    finally:
        own.close()


def test_two_at_once_send_each_message_once(
    queue: Queue, database: Database, config: Config, postbox: Postbox, kept: Kept
) -> None:
    for number in range(6):
        queue(f"person{number}@example.org")
    postbox.meeting = 2  # the first text is answered when the other thread has come to its own
    with ThreadPoolExecutor(2) as threads:
        rounds = [threads.submit(in_a_thread, database, sent_by(config, postbox)) for _ in range(2)]
        sent = [one.result()[MessageState.SENT] for one in rounds]
    assert (sum(sent), min(sent) > 0) == (6, True)
    assert sorted(postbox.recipients) == [f"person{number}@example.org" for number in range(6)]
    assert {message.state for message in kept()} == {MessageState.SENT}


def portfolio_deliver(config: Config, postbox: Postbox) -> "subprocess.Popen[str]":
    """The command, as cron starts it."""
    environment = {
        **os.environ,
        "PORTFOLIO_INSTANCE": str(config.instance),
        "DATABASE_URL": config.database_url,
        "PORTFOLIO_SMTP": f"smtp://127.0.0.1:{postbox.port}",
    }
    return subprocess.Popen(
        [sys.executable, "-m", "portfolio", "deliver"], env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True
    )


def test_two_processes_send_each_message_once(queue: Queue, config: Config, postbox: Postbox, kept: Kept) -> None:
    for number in range(6):
        queue(f"person{number}@example.org")
    postbox.meeting = 2
    every = [portfolio_deliver(config, postbox) for _ in range(2)]
    assert [(each.communicate(timeout=AT_MOST * 2), each.returncode)[1] for each in every] == [0, 0]
    assert sorted(postbox.recipients) == [f"person{number}@example.org" for number in range(6)]
    assert {(message.state, message.tries) for message in kept()} == {(MessageState.SENT, 1)}


def test_a_process_that_is_killed_over_a_message_sends_it_no_second_time(
    queue: Queue, delivered: Deliver, config: Config, postbox: Postbox, kept: Kept
) -> None:
    queue()
    postbox.holds = True
    with portfolio_deliver(config, postbox) as process:
        assert postbox.arrived.wait(AT_MOST)
        process.send_signal(signal.SIGKILL)
        process.wait(AT_MOST)
    postbox.release()
    now = datetime.now(UTC)
    assert delivered(at=now) == {}
    assert kept()[0].state is MessageState.SENDING
    assert delivered(at=now + BROKEN_OFF_AFTER) == {MessageState.UNCERTAIN: 1}
    assert delivered(at=now + timedelta(days=30)) == {}
    assert len(postbox.texts) == 1
    assert "ended before it was known" in str(kept()[0].fault)


@pytest.fixture
def slow(queue: Queue, database: Database, config: Config, postbox: Postbox) -> Callable[[], Delivered]:
    """A message that a server has and does not answer, and that was thought broken off; what its sender says then."""
    queue()
    postbox.holds = True
    threads = ThreadPoolExecutor(1)
    first = threads.submit(in_a_thread, database, sent_by(config, postbox))
    assert postbox.arrived.wait(AT_MOST)
    assert deliver(database, config, StoppedClock(LATER)) == {MessageState.UNCERTAIN: 1}

    def end() -> Delivered:
        postbox.release()
        threads.shutdown()
        return first.result()

    return end


def test_one_that_was_thought_dead_says_what_it_knows(slow: Callable[[], Delivered], kept: Kept) -> None:
    assert slow() == {MessageState.SENT: 1}
    assert (kept()[0].state, kept()[0].fault) == (MessageState.SENT, None)


def test_what_was_decided_meanwhile_stands(slow: Callable[[], Delivered], session: Session, kept: Kept) -> None:
    actions.send_again(session, 1, LATER)
    session.commit()
    assert slow() == {}
    assert kept()[0].state is MessageState.QUEUED


@pytest.mark.only_postgresql
def test_nobody_waits_for_a_message_that_another_is_taking(
    queue: Queue, session: Session, delivered: Deliver, postbox: Postbox
) -> None:
    queue("ada@example.org")
    queue("bob@example.org")
    session.scalars(select(Message).where(Message.recipient == "ada@example.org").with_for_update()).one()
    assert delivered() == {MessageState.SENT: 1}
    session.rollback()
    assert postbox.recipients == ["bob@example.org"]
