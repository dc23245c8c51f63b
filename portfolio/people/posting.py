"""Letters of whatever room: which people can be told something, and the queue that they are put into."""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session

from portfolio.mail.actions import queue
from portfolio.mail.rules import is_one_address
from portfolio.people.models import Person


class Written(Protocol):
    """A message of whatever room."""

    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...


def can_be_told(people: Iterable[Person | None]) -> list[Person]:
    """Those of some people who have an account that is open, and an address that mail goes to; each once."""
    open_ones = {
        person.id: person
        for person in people
        if person is not None
        and person.disabled_at is None
        and person.removed_at is None
        and is_one_address(person.email)
    }
    return list(open_ones.values())


def post(session: Session, people: Iterable[Person], letter_to: Callable[[str], Written], now: datetime) -> None:
    """Queue a letter to each of some people, by their names, in the change's own transaction."""
    for person in people:
        letter = letter_to(person.name)
        queue(session, person.email, letter.subject, letter.text, now)
