"""deliver: what it prints, how it ends, and what it lists."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from portfolio.commands.ground import who
from portfolio.config import Config
from portfolio.db import Database
from portfolio.history import Author, HistoryEntry
from portfolio.mail import actions
from tests.commands.conftest import Run
from tests.conftest import NOW
from tests.mailbox import Postbox, mail_server

Put = Callable[..., None]


@pytest.fixture
def put(migrated: Config) -> Put:
    """`put("ada@example.org")`: queue a message to each."""

    def queue(*recipients: str) -> None:
        database = Database(migrated.database_url)
        with database.writing(Author("a test", NOW, "Wrote")) as session:
            for recipient in recipients:
                actions.queue(session, recipient, "Hello", "Hello", NOW)
        database.close()

    return queue


@pytest.fixture
def postbox(monkeypatch: pytest.MonkeyPatch) -> Iterator[Postbox]:
    """A mail server, set as the site's."""
    with mail_server() as box:
        monkeypatch.setenv("PORTFOLIO_SMTP", f"smtp://127.0.0.1:{box.port}")
        yield box


@pytest.fixture(autouse=True)
def no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    """No mail server is set, unless a test asks for one."""
    monkeypatch.delenv("PORTFOLIO_SMTP", raising=False)


def test_without_a_mail_server_it_says_where_messages_are(put: Put, run: Run, migrated: Config) -> None:
    put("ada@example.org")
    said = run("deliver")
    assert (said.code, said.err) == (0, "")
    assert said.lines == [
        f"1 message written to {migrated.outbox}, as no mail server is set (PORTFOLIO_SMTP)",
    ]
    assert len(list(migrated.outbox.iterdir())) == 1
    assert json.loads(run("deliver", "--json").out)["outbox"] == str(migrated.outbox)


def test_what_is_due_is_sent(put: Put, run: Run, migrated: Config, postbox: Postbox) -> None:
    put("ada@example.org", "bob@example.org")
    assert run("deliver", "--list").lines[1] == "    queued 2025-10-20 10:00, no tries, next try from 2025-10-20 10:00"
    said = run("deliver")
    assert (said.code, said.lines, said.err) == (0, ["2 messages sent"], "")
    said = run("deliver")
    assert (said.code, said.lines) == (0, ["No messages sent"])
    assert run("deliver", "--list").lines == ["Every message was sent"]


def test_what_was_refused_for_now_is_no_failure(put: Put, run: Run, migrated: Config, postbox: Postbox) -> None:
    put("ada@example.org")
    postbox.rcpt = "451 Later"
    said = run("deliver")
    assert (said.code, said.lines, said.err) == (
        0,
        ["No messages sent", "1 message refused for now, to be tried again"],
        "",
    )
    first, second, third = run("deliver", "--list").lines
    assert first == "1  queued  ada@example.org  Hello"
    assert second.startswith("    queued 2025-10-20 10:00, 1 try, next try from 2")
    assert third == "    the mail server refused it: 451 Later"


def test_what_failed_for_good_is_said_to_whoever_runs_it(
    put: Put, run: Run, migrated: Config, postbox: Postbox
) -> None:
    put("ada@example.org")
    postbox.data = "550 No"
    said = run("deliver")
    assert (said.code, said.lines, said.err) == (
        1,
        ["No messages sent"],
        "1 message given up. `portfolio deliver --list` says why\n",
    )
    put("bob@example.org")
    postbox.drops = True
    said = run("deliver")
    assert (said.code, said.lines) == (1, ["No messages sent"])
    assert said.err.startswith("1 message sent perhaps. Ask whoever should have it")
    assert run("deliver").code == 0, "what was said once is not said every minute"
    listed = run("deliver", "--list")
    assert listed.code == 0
    assert [line for line in listed.lines if not line.startswith(" ")] == [
        "1  given up  ada@example.org  Hello",
        "2  uncertain  bob@example.org  Hello",
        "`portfolio deliver --again NUMBER` sends one again that is uncertain or given up; it may arrive twice",
    ]


def test_a_message_is_sent_again_by_its_number(put: Put, run: Run, migrated: Config, postbox: Postbox) -> None:
    put("ada@example.org")
    postbox.drops = True
    assert run("deliver").code == 1
    postbox.drops = False
    said = run("deliver", "--again", "1")
    assert (said.code, said.lines) == (0, ["1 message sent"])
    said = run("deliver", "--again", "1")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("Message 1 is sent. Only one that is uncertain or given up can be sent again")
    for number in ("7", "-1", "99999999999999999999"):
        said = run("deliver", f"--again={number}")
        assert (said.code, said.err.partition(".")[0]) == (1, f"There is no message {number}")
    database = Database(migrated.database_url)
    with database.reading() as session:
        [told] = session.scalars(select(HistoryEntry).where(HistoryEntry.record == "sent_again"))
        assert (told.author, told.deed, told.after) == (
            who(),
            "Sent a message again",
            '{"id":1,"message_number":1,"was":"uncertain"}',
        )
    database.close()


def test_it_answers_in_json(put: Put, run: Run, migrated: Config, postbox: Postbox) -> None:
    put("ada@example.org")
    postbox.rcpt = "550 No"
    said = run("deliver", "--json")
    assert (said.code, said.err) == (1, "")
    assert json.loads(said.out) == {"queued": 0, "sent": 0, "uncertain": 0, "given up": 1, "outbox": None}
    [listed] = json.loads(run("deliver", "--list", "--json").out)
    expected: dict[str, Any] = {
        "id": 1,
        "state": "given up",
        "recipient": "ada@example.org",
        "subject": "Hello",
        "queued_at": "2025-10-20 10:00",
        "tries": 1,
        "next_try_at": None,
        "fault": "the mail server refused it: 550 No",
    }
    assert listed == expected
    error = json.loads(run("deliver", "--again", "7", "--json").err)
    assert error["errors"][0]["sentence"].startswith("There is no message 7")


def test_listing_and_sending_again_are_two_things(run: Run, migrated: Config) -> None:
    assert run("deliver", "--list", "--again", "1").code == 2


def test_a_restored_backup_sends_nothing_of_itself(put: Put, run: Run, migrated: Config, tmp_path: Path) -> None:
    put("ada@example.org")
    assert run("backup", tmp_path / "saved.db").code == 0
    assert run("deliver").code == 0, "sent since"
    said = run("restore", tmp_path / "saved.db", "--force")
    assert said.lines[1:] == ["1 message may have been sent since, or not. `portfolio deliver --list` shows them"]
    assert run("deliver").lines[0].startswith("No messages written")
    assert run("deliver", "--list").lines[0] == "1  uncertain  ada@example.org  Hello"
