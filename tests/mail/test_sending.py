"""What leaves: over TLS with a certificate that is checked, or into a file that only its owner reads."""

import stat
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.db import Database
from portfolio.mail import actions
from portfolio.mail.delivering import Delivered, deliver
from portfolio.mail.models import Message
from portfolio.mail.rules import MessageState, NoRecipient, one_line, plain_text, refuse_bad_recipient
from portfolio.mail.sending import IN_OUTBOX, Taken, send
from tests.conftest import NOW
from tests.mail.certificates import certified
from tests.mail.conftest import Queue
from tests.mailbox import mail_server, read, sent_by, text_of

Kept = Callable[[], list[Message]]
SENT, TO_BE_TRIED_AGAIN = {MessageState.SENT: 1}, {MessageState.QUEUED: 1}
HEADERS = (
    *("From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted"),
    *("Content-Type", "Content-Transfer-Encoding", "MIME-Version"),
)
SIGNED_IN = {"user": "ada", "password": "p@ss word"}


@pytest.fixture
def once(database: Database, queue: Queue) -> Callable[[Config], Delivered]:
    """One message, delivered by a site with these settings."""

    def send(config: Config) -> Delivered:
        queue()
        return deliver(database, config, StoppedClock(NOW))

    return send


@pytest.mark.parametrize("from_the_first_byte", [False, True])
def test_a_password_travels_only_to_a_server_that_proves_who_it_is(
    once: Callable[[Config], Delivered],
    config: Config,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    from_the_first_byte: bool,
) -> None:
    file, tls = certified(tmp_path)
    given: dict[str, Any] = {"tls": tls} if from_the_first_byte else {"tls_context": tls, "require_starttls": True}
    asked: dict[str, Any] = SIGNED_IN | {"tls": from_the_first_byte, "starttls": not from_the_first_byte}
    with mail_server(**given, auth_require_tls=not from_the_first_byte) as box:
        assert once(sent_by(config, box, **asked)) == TO_BE_TRIED_AGAIN, "nobody vouches for this certificate"
        assert (box.users, box.texts) == ([], [])
        monkeypatch.setenv("SSL_CERT_FILE", str(file))
        assert once(sent_by(config, box, **asked)) == SENT
        assert (box.users, len(box.texts)) == (["ada"], 1)


def test_anothers_certificate_is_refused(
    once: Callable[[Config], Delivered], config: Config, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: Kept
) -> None:
    file, tls = certified(tmp_path, "192.0.2.1")
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    with mail_server(tls_context=tls) as box:
        assert once(sent_by(config, box, **SIGNED_IN, starttls=True)) == TO_BE_TRIED_AGAIN
        assert (box.users, box.texts) == ([], [])
    assert "certificate is not valid for '127.0.0.1'" in str(kept()[0].fault)


def test_a_server_that_offers_no_tls_gets_neither_password_nor_message(
    once: Callable[[Config], Delivered], config: Config, kept: Kept
) -> None:
    with mail_server() as box:
        assert once(sent_by(config, box, **SIGNED_IN, starttls=True)) == TO_BE_TRIED_AGAIN
        assert (box.users, box.texts) == ([], [])
    assert "STARTTLS extension not supported" in str(kept()[0].fault)


def test_a_wrong_password_is_the_sites_fault_and_not_the_messages(
    once: Callable[[Config], Delivered], config: Config, kept: Kept
) -> None:
    with mail_server(auth_require_tls=False) as box:
        assert once(sent_by(config, box, user="ada", password="wrong")) == TO_BE_TRIED_AGAIN
        assert box.texts == []
    assert "535" in str(kept()[0].fault)
    assert "wrong" not in str(kept()[0].fault)


def test_the_sender_may_have_a_name(once: Callable[[Config], Delivered], config: Config) -> None:
    named = Config(config.instance, config.database_url, mail_from="Dorset grants <grants@example.org>")
    with mail_server() as box:
        assert once(sent_by(named, box)) == SENT
        assert box.senders == ["grants@example.org"]
        assert box.letters[0]["From"] == "Dorset grants <grants@example.org>"
        assert box.letters[0]["Message-ID"].endswith("@example.org>")


def test_without_a_mail_server_a_message_is_a_file_for_its_owner_alone(
    session: Session, database: Database, config: Config
) -> None:
    said = "Dear Zoë,\n" + "£1,234.50 " * 30 + "\n{link}\n"
    path = {"link_path": "/join/{key}", "link_nonce": "n" * 64}
    message = actions.queue(session, "zoe@example.org", "Invited", said, NOW, **path)
    session.commit()
    assert deliver(database, config, StoppedClock(NOW)) == SENT
    session.refresh(message)
    assert message.fault == IN_OUTBOX
    [file] = config.outbox.iterdir()
    assert file.name == f"2025-10-20-090000-{message.message_id[:8]}.eml"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(config.outbox.stat().st_mode) == 0o700
    letter = read(file.read_bytes())
    assert (letter["To"], letter["Subject"]) == ("zoe@example.org", "Invited")
    link = f"http://127.0.0.1:8000/join/{config.derived_key('link', 'n' * 64)}"
    assert text_of(letter).endswith(f"£1,234.50 \n{link}\n")
    assert f"\n{link}" in file.read_text(encoding="utf-8"), "whoever opens the file finds the link whole"


def test_a_folder_that_others_could_read_is_closed_to_them(once: Callable[[Config], Delivered], config: Config) -> None:
    config.outbox.mkdir(mode=0o755)
    assert once(config) == SENT
    assert stat.S_IMODE(config.outbox.stat().st_mode) == 0o700


def test_an_outbox_that_cannot_be_written_to_loses_nothing(
    once: Callable[[Config], Delivered], config: Config, kept: Kept
) -> None:
    config.outbox.write_text("a file stands where the folder should be")
    assert once(config) == TO_BE_TRIED_AGAIN
    assert kept()[0].fault == f"{config.outbox} cannot be written to: File exists"


def test_a_half_written_file_does_not_stay(
    once: Callable[[Config], Delivered], config: Config, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(_self: Path, _target: Path) -> Path:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", fail)
    assert once(config) == TO_BE_TRIED_AGAIN
    assert list(config.outbox.iterdir()) == []


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(mailbox=st.from_regex(r"[!-~]{1,20}", fullmatch=True), subject=st.text(), said=st.text(max_size=2000))
def test_whatever_is_typed_a_letter_has_its_headers_and_no_others(
    config: Config, mailbox: str, subject: str, said: str
) -> None:
    recipient = f"{mailbox}@example.org"
    try:
        refuse_bad_recipient(recipient)
    except NoRecipient:
        recipient = "ada@example.org"
    clean, line = plain_text(said), one_line(subject)
    message = Message(recipient=recipient, subject=line, text=clean, link_path=None, message_id="0" * 32, queued_at=NOW)
    assert send(message, config) == Taken(IN_OUTBOX)
    [file] = config.outbox.iterdir()
    letter = read(file.read_bytes())
    assert sorted(letter.keys()) == sorted(HEADERS)
    assert [address.addr_spec for address in letter["To"].addresses] == [recipient]
    assert letter["Subject"].split() == line.split()
    assert text_of(letter).strip("\n") == clean.strip("\n")
