"""The one clock, at the edge: commands and pages read it once and hand the moment down."""

from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

LONDON = ZoneInfo("Europe/London")


class Clock(Protocol):
    """Tells the moment (aware, UTC)."""

    def now(self) -> datetime:
        """The moment it is."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The moment it is."""
        return datetime.now(UTC)


class StoryClock:
    """A clock whose day stands still while a demonstration is told; the time of day runs on."""

    def __init__(self, day: date) -> None:
        self.day = day

    def now(self) -> datetime:
        """This moment's time of day in London, on the story's day."""
        time_of_day = SystemClock().now().astimezone(LONDON).time()
        return datetime.combine(self.day, time_of_day, LONDON).astimezone(UTC)


class StoppedClock:
    """A clock that always says the same moment."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    @classmethod
    def on(cls, day: date) -> "StoppedClock":
        """Nine in the morning of a day."""
        return cls(datetime.combine(day, time(9), UTC))

    def now(self) -> datetime:
        """The same moment, always."""
        return self.moment


def day_of(moment: datetime) -> date:
    """The day that it is in London at a moment: what deadlines and signatures go by."""
    return moment.astimezone(LONDON).date()


def begin_of(day: date) -> datetime:
    """The moment at which a day begins in London."""
    return datetime.combine(day, time(), LONDON).astimezone(UTC)
