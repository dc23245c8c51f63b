"""Settings that live in the database."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.history import HistoryEntry
from portfolio.settings import STORY_DAY, find_setting, set_setting, story_day


def test_a_setting_is_set_changed_and_recorded(session: Session) -> None:
    assert find_setting(session, "name") is None
    set_setting(session, "name", "one")
    set_setting(session, "name", "two")
    session.commit()
    assert find_setting(session, "name") == "two"
    set_setting(session, "name", "three")
    session.commit()
    assert [entry.change for entry in session.scalars(select(HistoryEntry).order_by(HistoryEntry.id))] == [
        "added",
        "changed",
        "changed",
    ]


def test_only_a_demonstration_has_its_day(session: Session) -> None:
    assert story_day(session) is None
    set_setting(session, STORY_DAY, "2025-10-20")
    assert story_day(session) == date(2025, 10, 20)
