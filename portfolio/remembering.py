"""What was worked out already, kept for as long as nothing at all is changed.

The seal of the last entry of the history stands for the present state of every row that is kept, on every server; so
what was worked out under a seal is right for as long as the seal is the last one. What is worked out of a text alone,
as of a snapshot, is right for ever.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from portfolio.history import last_seal

Found = TypeVar("Found")


class Remembered(Generic[Found]):
    """The last things that were worked out, so many at the most; safe from several threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._found: OrderedDict[Hashable, Found] = OrderedDict()
        self._lock = Lock()

    def find(self, session: Session, asked: Hashable, work: Callable[[], Found]) -> Found:
        """What was asked for, as it was worked out since the last change, or else worked out now."""
        return self.find_of((last_seal(session), asked), work)

    def find_of(self, key: Hashable, work: Callable[[], Found]) -> Found:
        """What was worked out of the key and of nothing else, or else worked out now."""
        with self._lock:
            if key in self._found:
                self._found.move_to_end(key)
                return self._found[key]
        found = work()  # outside the lock: others need not wait for it
        with self._lock:
            self._found[key] = found
            while len(self._found) > self._most:
                self._found.popitem(last=False)
        return found
