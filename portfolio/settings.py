"""Settings that live in the database, so that every process and every backup carries them."""

from collections.abc import Iterable
from datetime import date

from sqlalchemy import String, Text, UniqueConstraint, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from portfolio.db import Base

STORY_DAY = "story_day"
"""Set on a demonstration: the day that its story is told as of, as an ISO date."""
SECOND_FACTOR_REQUIRED = "second_factor_required"
"""Whether people whose roles move or certify money must sign in with a code as well: "yes" or "no"."""


class Setting(Base):
    """One named setting; a change of it stands in the history like any other."""

    __tablename__ = "setting"
    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(Text)

    __table_args__ = (UniqueConstraint("name"),)


def find_setting(session: Session, name: str) -> str | None:
    """The value of a setting, or None where it was never set."""
    return session.scalar(select(Setting.value).where(Setting.name == name))


def settings_of(session: Session, names: Iterable[str], *, for_change: bool = False) -> dict[str, str]:
    """Those of some settings that were ever set, by name; for a change, nobody else changes them until it is over."""
    wanted = select(Setting).where(Setting.name.in_(names)).order_by(Setting.name)
    if for_change:
        wanted = wanted.with_for_update().execution_options(populate_existing=True)
    return {setting.name: setting.value for setting in session.scalars(wanted)}


def set_setting(session: Session, name: str, value: str) -> None:
    """Set a setting, for the first time or anew."""
    setting = session.scalar(select(Setting).where(Setting.name == name))
    if setting is None:
        session.add(Setting(name=name, value=value))
    else:
        setting.value = value


def story_day(session: Session) -> date | None:
    """The day that a demonstration is told as of; None where the data is real."""
    day = find_setting(session, STORY_DAY)
    return None if day is None else date.fromisoformat(day)


def second_factor_is_required(session: Session) -> bool:
    """Whether those who hold a guarded role must sign in with a second factor; until it is set, they need not."""
    return find_setting(session, SECOND_FACTOR_REQUIRED) == "yes"
