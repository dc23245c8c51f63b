"""Messages are queued with what they tell of, and without what would open a door."""

from collections.abc import Callable

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from portfolio.config import Config
from portfolio.db import Base, Database
from portfolio.errors import NotFound
from portfolio.history import HistoryEntry
from portfolio.mail import actions
from portfolio.mail.models import Message
from portfolio.mail.rules import MessageState, NoRecipient, NotToSendAgain
from tests.conftest import NOW
from tests.mail.conftest import Deliver, Queue
from tests.mailbox import Postbox, text_of

Kept = Callable[[], list[Message]]
LINKED = {"link_path": "/join/{key}", "link_nonce": "a-nonce"}


def test_a_message_leaves_no_history(queue: Queue, session: Session) -> None:
    message = queue()
    assert (message.state, message.due_at, message.tries) == (MessageState.QUEUED, NOW, 0)
    assert session.scalar(select(func.count()).select_from(HistoryEntry)) == 0


def test_what_is_undone_sends_nothing(session: Session, delivered: Deliver, postbox: Postbox, kept: Kept) -> None:
    actions.queue(session, "ada@example.org", "Hello", "Hello", NOW)
    session.rollback()
    assert delivered() == {}
    assert (kept(), postbox.texts) == ([], [])


def test_nothing_typed_begins_a_header_of_its_own(queue: Queue, delivered: Deliver, postbox: Postbox) -> None:
    name = "Ada\r\nBcc: all@example.org\r\n\r\nAn offer"
    queue("ada@example.org", f"{name} invites you", f"Dear {name}")
    delivered()
    [letter] = postbox.letters
    assert letter["Bcc"] is None
    assert letter["Subject"] == "Ada Bcc: all@example.org An offer invites you"
    assert text_of(letter) == "Dear Ada\nBcc: all@example.org\n\nAn offer\n"
    assert postbox.recipients == ["ada@example.org"]


def test_a_message_goes_to_one_address(session: Session) -> None:
    with pytest.raises(NoRecipient):
        actions.queue(session, "ada@example.org\r\nBcc: all@example.org", "Hello", "Hello", NOW)
    assert not session.new


@pytest.mark.parametrize(
    ("said", "link"),
    [
        ("Hello", LINKED),
        ("{link}", LINKED | {"link_nonce": None}),
        ("{link}", LINKED | {"link_path": "/join/"}),
    ],
)
def test_a_link_has_all_its_parts(session: Session, said: str, link: dict[str, str | None]) -> None:
    with pytest.raises(ValueError, match="a link needs a nonce"):
        actions.queue(session, "ada@example.org", "Hello", said, NOW, **link)


def test_a_links_key_is_in_the_mail_and_never_in_the_database(
    queue: Queue, delivered: Deliver, postbox: Postbox, config: Config, database: Database
) -> None:
    queue(text="Set your passphrase:\n{link}\n", **LINKED)
    queue(text="{link} means nothing here")
    key = config.derived_key("link", "a-nonce")
    delivered()
    linked, unlinked = postbox.letters
    assert text_of(linked) == f"Set your passphrase:\nhttp://127.0.0.1:8000/join/{key}\n"
    assert text_of(unlinked) == "{link} means nothing here\n"
    with database.reading() as session:
        rows = [session.execute(text(f'SELECT * FROM "{table}"')).all() for table in Base.metadata.tables]
    assert "a-nonce" in repr(rows)
    assert key not in repr(rows)


def test_somebody_who_decides_so_sends_it_again(
    queue: Queue, session: Session, delivered: Deliver, postbox: Postbox, kept: Kept
) -> None:
    number = queue().id
    postbox.data = "550 No"
    delivered()
    actions.send_again(session, number, NOW)
    session.commit()
    [message] = kept()
    assert (message.state, message.tries, message.fault, message.ended_at) == (MessageState.QUEUED, 0, None, None)
    with pytest.raises(NotToSendAgain):
        actions.send_again(session, number, NOW)
    session.rollback()
    postbox.data = "250 OK"
    assert delivered() == {MessageState.SENT: 1}
    first, second = postbox.letters
    assert first["Message-ID"] == second["Message-ID"], "whoever got both sees one"


@pytest.mark.parametrize("number", [0, -1, 7, 2**31, 2**80])
def test_what_is_not_there_is_not_sent_again(session: Session, number: int) -> None:
    with pytest.raises(NotFound, match=f"There is no message {number}"):
        actions.send_again(session, number, NOW)


def test_what_comes_from_a_backup_is_sent_by_nobody_of_itself(
    queue: Queue, session: Session, delivered: Deliver, postbox: Postbox, kept: Kept
) -> None:
    queue()
    delivered()
    queue("bob@example.org")
    assert actions.hold_back(session, NOW) == 1
    session.commit()
    assert delivered() == {}
    assert [message.state for message in kept()] == [MessageState.SENT, MessageState.UNCERTAIN]
    assert kept()[1].fault == actions.FROM_A_BACKUP
    assert len(postbox.texts) == 1
