"""The clock at the edge, and the day it is in London."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portfolio.clock import StoppedClock, StoryClock, SystemClock, day_of


def test_the_machines_clock_knows_its_zone_and_goes_on() -> None:
    before = SystemClock().now()
    assert before.utcoffset() == timedelta(0)
    assert before <= SystemClock().now() <= datetime.now(UTC)


def test_a_storys_day_stands_still_while_its_time_runs_on(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = StoryClock(date(2025, 10, 20))
    assert clock.now().tzinfo is UTC
    for late in (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), datetime(2026, 7, 1, 23, 30, tzinfo=UTC)):
        monkeypatch.setattr(SystemClock, "now", lambda _, moment=late: moment)
        assert day_of(clock.now()) == date(2025, 10, 20)


def test_a_stopped_clock_stands_still() -> None:
    clock = StoppedClock.on(date(2025, 10, 20))
    assert clock.now() == clock.now() == datetime(2025, 10, 20, 9, tzinfo=UTC)


def test_a_deadline_ends_at_midnight_in_london() -> None:
    assert day_of(datetime(2025, 7, 31, 22, 59, tzinfo=UTC)) == date(2025, 7, 31)
    assert day_of(datetime(2025, 7, 31, 23, 0, tzinfo=UTC)) == date(2025, 8, 1)
    assert day_of(datetime(2026, 1, 31, 23, 59, tzinfo=UTC)) == date(2026, 1, 31)
