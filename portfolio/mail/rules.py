"""What may stand in a message's head, how long is waited between tries, and when a try counts as broken off."""

import re
from datetime import timedelta
from enum import StrEnum

from portfolio.errors import PortfolioError

WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 30, 2 * 60, 6 * 60, 12 * 60, 24 * 60))
"""How long is waited after each refusal before the next try; after the last try, at about two days, it is given up."""
BROKEN_OFF_AFTER = timedelta(minutes=15)
"""No try takes this long: each step of it has its time limit. One that is older was broken off with its process."""
LONGEST_ADDRESS = 254
LONGEST_SUBJECT = 200
LINK = "{link}"
"""Where a text says that its link goes."""
KEY = "{key}"
"""Where a link's path says that its key goes."""
_ADDRESS = re.compile(r"[!-~]+@[!-~]+")
_ANOTHERS = frozenset('@,;:<>()[]\\"')
"""What would end an address, or begin another."""
_UNSEEN = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
_UNSEEN_BUT_BREAKS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029]")


class MessageState(StrEnum):
    """How far a message is."""

    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    UNCERTAIN = "uncertain"
    GIVEN_UP = "given up"


class NoRecipient(PortfolioError):
    """What is no single address that mail servers take."""

    def __init__(self) -> None:
        super().__init__(
            "Mail can be sent to one address of plain letters, like name@example.org. Check the e-mail address", "email"
        )


class NotToSendAgain(PortfolioError):
    """A message of which it is known that it was sent, or that it is still on its way."""

    def __init__(self, number: int, state: MessageState) -> None:
        super().__init__(
            f"Message {number} is {state.value}. Only one that is uncertain or given up can be sent again: "
            "`portfolio deliver --list` shows them",
            "again",
        )


def is_one_address(text: str) -> bool:
    """Whether a text is exactly one address, with nothing that could end the line it stands in."""
    mailbox, _, host = text.rpartition("@")
    is_written_so = _ADDRESS.fullmatch(text) is not None and not _ANOTHERS.intersection(mailbox + host)
    return is_written_so and len(text) <= LONGEST_ADDRESS


def refuse_bad_recipient(address: str) -> None:
    """Mail goes to one address; raises NoRecipient."""
    if not is_one_address(address):
        raise NoRecipient


def one_line(subject: str) -> str:
    """A subject on one line, so that nothing in it (somebody's name) can begin a header of its own."""
    return " ".join(_UNSEEN.sub(" ", subject).split())[:LONGEST_SUBJECT]


def plain_text(text: str) -> str:
    """A text in lines, without what no reader sees."""
    return _UNSEEN_BUT_BREAKS.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries were refused; None where it is given up."""
    return WAITS[tries - 1] if tries <= len(WAITS) else None


def refuse_to_send_again(number: int, state: MessageState) -> None:
    """Only what is uncertain or given up is sent again, by somebody who decides so; raises NotToSendAgain."""
    if state not in (MessageState.UNCERTAIN, MessageState.GIVEN_UP):
        raise NotToSendAgain(number, state)
