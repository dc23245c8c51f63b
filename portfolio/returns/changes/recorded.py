"""What was recorded between two returns: the entries of the history that the later one knows of and the earlier not."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.db import LAST_ROW
from portfolio.history import Change, HistoryEntry, Values, values_told
from portfolio.money import ZERO, from_pence
from portfolio.returns.why.then import Then


@dataclass(frozen=True)
class Entry:
    """A change of one row, and who made it."""

    place: int
    """Its number in the history."""
    record: str
    number: int
    change: Change
    before: Values
    after: Values
    author: str
    deed: str
    at: datetime
    sign: int = 1
    """−1 where the later return is the one that does not know of it."""

    @property
    def on(self) -> date:
        """The day on which it was made."""
        return day_of(self.at)

    def is_of_one_deed(self, other: "Entry") -> bool:
        """Whether both changes were made by somebody at one moment in doing one thing."""
        return (self.at, self.author, self.deed) == (other.at, other.author, other.deed)

    def apart(self, column: str) -> Decimal:
        """By how much the change moved an amount, in pounds."""
        was, now = self.before.get(column), self.after.get(column, self.before.get(column))
        if self.change is Change.REMOVED:
            now = None
        return self.sign * (_pounds(now) - _pounds(was))

    def says(self, column: str) -> object:
        """What a column said last."""
        return self.after.get(column, self.before.get(column))


def _pounds(pence: object) -> Decimal:
    return from_pence(pence) if isinstance(pence, int) else ZERO


class Recorded:
    """The entries between two others, of any kind of record; each kind is read once, and only where it is asked for.

    A quarter's return may be made again after a later quarter's: then what the earlier one knows of is taken off.
    """

    def __init__(self, session: Session, after: int, until: int) -> None:
        self._session, self._after, self._until = session, min(after, until), max(after, until)
        self.sign = 1 if after <= until else -1
        self._found: dict[str, list[Entry]] = {}
        self.then = Then(session, until if until < LAST_ROW else None)
        """The database as the later one knew it."""

    def of(self, record: str) -> list[Entry]:
        """The changes of a kind of record, in the order in which they were made."""
        if record not in self._found:
            self._found[record] = self._read(record) if self._after < self._until else []
        return self._found[record]

    def _read(self, record: str) -> list[Entry]:
        rows = self._session.execute(
            select(
                HistoryEntry.id,
                HistoryEntry.record_id,
                HistoryEntry.change,
                HistoryEntry.before,
                HistoryEntry.after,
                HistoryEntry.author,
                HistoryEntry.deed,
                HistoryEntry.at,
            )
            .where(HistoryEntry.record == record, HistoryEntry.id > self._after, HistoryEntry.id <= self._until)
            .order_by(HistoryEntry.id)
        )
        return [
            Entry(
                place,
                record,
                number,
                Change(change),
                values_told(before),
                values_told(after),
                author,
                deed,
                at,
                self.sign,
            )
            for place, number, change, before, after, author, deed, at in rows
        ]

    def added(self, record: str) -> list[int]:
        """The numbers of the rows that were added."""
        return [entry.number for entry in self.of(record) if entry.change is Change.ADDED]
