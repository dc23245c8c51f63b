"""One message handed to the mail server, or written to the outbox; and what is known of it afterwards.

A server has a message once it has confirmed the end of its text. Whatever goes wrong before that text is handed over
is a refusal: the message was certainly not taken, and another try does no harm. Once the text is on its way, only the
server's answer says what became of it; where none comes, nobody can know, and the outcome is `Unknown`.
"""

import contextlib
import os
import re
import secrets
import smtplib
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import parseaddr
from pathlib import Path
from socket import socket
from typing import cast

from portfolio.config import Config, MailServer
from portfolio.errors import PortfolioError
from portfolio.mail.models import Message
from portfolio.mail.rules import KEY, LINK, one_line

STEP_SECONDS = 10
"""How long one step of the conversation with the server may take."""
ANSWER_SECONDS = 60
"""How long the answer to the text is waited for: servers look for viruses then, and without it nothing is known."""
CLOSING = 421
"""A server's answer that it takes nothing at all for now."""
IN_OUTBOX = "no mail server is set: it is a file in the outbox folder"
LONGEST_LINE = 998
"""What a server takes on one line, in characters (RFC 5321)."""


@dataclass(frozen=True)
class Taken:
    """The server has the message; or the outbox does, which is then remarked."""

    remark: str | None = None


@dataclass(frozen=True)
class NotTaken:
    """The message was certainly not taken. `for_good`: it never will be; `by_all`: nor would any other be now."""

    fault: str
    for_good: bool = False
    by_all: bool = False


@dataclass(frozen=True)
class Unknown:
    """The text was handed over, and no answer came."""

    fault: str


Outcome = Taken | NotTaken | Unknown


def send(message: Message, config: Config) -> Outcome:
    """Hand a message to the mail server, or without one write it to the outbox; says what is known of it then."""
    server = config.mail_server
    try:
        letter = _written(message, config, readable=server is None)
    except (ValueError, MessageError) as error:
        return NotTaken(f"it cannot be written: {error}", for_good=True)
    except PortfolioError as error:
        return NotTaken(f"the key of its link cannot be made: {error.sentence}", by_all=True)
    if server is None:
        return _put_into(config.outbox, message, letter)
    try:
        with _connected(server) as connection:
            return _handed_over(connection, _address(config.mail_from), message.recipient, letter)
    except (smtplib.SMTPException, OSError) as error:
        return NotTaken(f"the mail server {server.host}:{server.port} cannot be used: {_said(error)}", by_all=True)


def _address(sender: str) -> str:
    """`Grants <grants@example.org>` is sent from grants@example.org."""
    return parseaddr(sender)[1]


def _written(message: Message, config: Config, *, readable: bool) -> bytes:
    """The message as it travels: seven bits to a line for any server; in the outbox readable as it is."""
    text = message.text
    if message.link_path is not None:
        key = config.derived_key("link", str(message.link_nonce))
        text = text.replace(LINK, config.url + message.link_path.replace(KEY, key))
    letter = EmailMessage(policy=SMTP)
    letter["From"] = config.mail_from
    letter["To"] = message.recipient
    letter["Subject"] = message.subject
    letter["Date"] = message.queued_at
    letter["Message-ID"] = f"<{message.message_id}@{_address(config.mail_from).rpartition('@')[2]}>"
    letter["Auto-Submitted"] = "auto-generated"
    is_simple = text.isascii() and all(len(line) <= LONGEST_LINE for line in text.splitlines())
    letter.set_content(text, cte="8bit" if readable else "7bit" if is_simple else "quoted-printable")
    return letter.as_bytes()


@contextmanager
def _connected(server: MailServer) -> Iterator[smtplib.SMTP]:
    """A conversation, ready for a message: over TLS with a certificate that is checked, and signed in where asked."""
    context = ssl.create_default_context()
    connection = (
        smtplib.SMTP_SSL(server.host, server.port, timeout=STEP_SECONDS, context=context)
        if server.tls
        else smtplib.SMTP(server.host, server.port, timeout=STEP_SECONDS)
    )
    try:
        if server.starttls:
            connection.starttls(context=context)
        connection.ehlo_or_helo_if_needed()
        if server.user is not None:
            connection.login(server.user, server.password or "")
        yield connection
        # What was said until now stands, however the goodbye is taken.
        with contextlib.suppress(smtplib.SMTPException, OSError):
            connection.quit()
    finally:
        connection.close()


def _handed_over(connection: smtplib.SMTP, sender: str, recipient: str, letter: bytes) -> Outcome:
    """Say from whom, to whom and what, each step with its answer. Raises what goes wrong before the text."""
    code, answer = connection.mail(sender)
    if code != 250:
        raise smtplib.SMTPSenderRefused(code, answer, sender)
    code, answer = connection.rcpt(recipient)
    if not 200 <= code < 300:
        return _refusal(code, answer)
    code, answer = connection.docmd("DATA")
    if code != 354:
        return _refusal(code, answer)
    try:
        cast(socket, connection.sock).settimeout(ANSWER_SECONDS)
        connection.send(re.sub(rb"(?m)^\.", b"..", letter) + b".\r\n")
        code, answer = connection.getreply()
    except (smtplib.SMTPException, OSError) as error:
        connection.close()
        return Unknown(f"the mail server did not say whether it took the message: {_said(error)}")
    if 200 <= code < 300:
        return Taken()
    if 400 <= code < 600:
        return _refusal(code, answer)
    return Unknown(f"the mail server answered what means nothing: {_told(code, answer)}")


def _refusal(code: int, answer: bytes) -> NotTaken:
    """What a server says to one message: from 500 on, it will never take it."""
    fault = f"the mail server refused it: {_told(code, answer)}"
    return NotTaken(fault, for_good=500 <= code < 600, by_all=code == CLOSING)


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        answer = error.smtp_error
        return _told(error.smtp_code, answer if isinstance(answer, bytes) else answer.encode())
    return one_line(str(error)) or type(error).__name__


def _told(code: int, answer: bytes) -> str:
    return f"{code} {one_line(answer.decode('utf-8', 'replace'))}"


def _put_into(outbox: Path, message: Message, letter: bytes) -> Outcome:
    """Write a message to a file that only its owner reads, whole or not at all; again is the same file again."""
    name = f"{message.queued_at:%Y-%m-%d-%H%M%S}-{message.message_id[:8]}.eml"
    beside = outbox / f".{name}.{secrets.token_hex(4)}"
    try:
        outbox.mkdir(mode=0o700, parents=True, exist_ok=True)
        outbox.chmod(0o700)
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(letter)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(outbox / name)
    except OSError as error:
        with contextlib.suppress(OSError):
            beside.unlink(missing_ok=True)
        return NotTaken(f"{outbox} cannot be written to: {error.strerror}", by_all=True)
    return Taken(IN_OUTBOX)
