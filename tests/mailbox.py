"""A real mail server for tests, on a free port of this machine: what it was handed, and how it is told to answer."""

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from threading import Event, Thread
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session

from portfolio.config import Config, MailServer

AT_MOST = 30
"""How many seconds a test waits for what must happen."""


@dataclass
class Postbox:
    """What the server was handed, and what it answers to a sender, a recipient and a text."""

    port: int = 0
    mail: str = "250 OK"
    rcpt: str = "250 OK"
    data: str = "250 OK"
    drops: bool = False
    """Hangs up instead of answering a text."""
    holds: bool = False
    """Answers a text only when it is released."""
    meeting: int = 0
    """Answers a text only when so many conversations have come to theirs."""
    texts: list[bytes] = field(default_factory=list)
    recipients: list[str] = field(default_factory=list)
    senders: list[str] = field(default_factory=list)
    users: list[str] = field(default_factory=list)
    arrived: Event = field(default_factory=Event)
    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)

    def __post_init__(self) -> None:
        self._released = asyncio.Event()

    @property
    def letters(self) -> list[EmailMessage]:
        """The texts, read as messages."""
        return [read(text) for text in self.texts]

    def release(self) -> None:
        """Answer what was held."""
        self.holds = False
        self.loop.call_soon_threadsafe(self._released.set)

    async def handle_MAIL(  # noqa: N802 - named by aiosmtpd, like the next two
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Listen to a sender, or do not."""
        envelope.mail_from = address
        return self.mail

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Take a recipient, or do not; with 252 the server forgets them again, and wants no text."""
        self.recipients.append(address)
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Have a text; then answer, hang up, or wait."""
        assert isinstance(envelope.content, bytes)
        assert envelope.mail_from is not None
        self.texts.append(envelope.content)
        self.senders.append(envelope.mail_from)
        self.arrived.set()
        if self.meeting and len(self.texts) >= self.meeting:
            self._released.set()
        if self.holds or self.meeting:
            await asyncio.wait_for(self._released.wait(), AT_MOST)
        if self.drops:
            assert server.transport is not None
            server.transport.close()
        return self.data

    def sign_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, login: Any) -> Any:
        """Let in whoever knows the password."""
        self.users.append(login.login.decode())
        knows_it = login.password == b"p@ss word"
        return AuthResult(success=knows_it, handled=knows_it)


def read(text: bytes) -> EmailMessage:
    """A text as a message."""
    message = message_from_bytes(text, policy=default)
    assert isinstance(message, EmailMessage)
    return message


def text_of(letter: EmailMessage) -> str:
    """What a letter says, in lines."""
    return str(letter.get_content()).replace("\r\n", "\n")


@contextmanager
def mail_server(tls: ssl.SSLContext | None = None, **options: Any) -> Iterator[Postbox]:
    """A mail server that runs while the context is open; with `tls` from the first byte, else by its options."""
    postbox = Postbox()
    loop = postbox.loop

    def protocol() -> SMTP:
        return SMTP(postbox, hostname="mail.example.org", loop=loop, authenticator=postbox.sign_in, **options)

    server = loop.run_until_complete(loop.create_server(protocol, "127.0.0.1", 0, ssl=tls))
    postbox.port = server.sockets[0].getsockname()[1]
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    try:
        yield postbox
    finally:
        postbox.release()
        asyncio.run_coroutine_threadsafe(_end(server), loop).result(AT_MOST)
        loop.call_soon_threadsafe(loop.stop)
        thread.join(AT_MOST)
        loop.close()


async def _end(server: asyncio.Server) -> None:
    server.close()
    await server.wait_closed()
    talking = asyncio.all_tasks() - {asyncio.current_task()}
    for task in talking:
        task.cancel()
    with suppress(asyncio.CancelledError):
        await asyncio.gather(*talking, return_exceptions=True)


def sent_by(config: Config, postbox: Postbox, **options: Any) -> Config:
    """The settings of a site whose mail that server takes."""
    given: dict[str, Any] = {"user": None, "password": None, "tls": False, "starttls": False, **options}
    return replace(config, mail_server=MailServer(host="127.0.0.1", port=postbox.port, **given))
