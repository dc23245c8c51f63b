"""The administrator's part of the front page: who can sign in, and what the record holds."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.funding_years.models import FundingYear
from portfolio.history import HistoryEntry
from portfolio.people.models import Person
from portfolio.quarters import format_day


@dataclass(frozen=True)
class AdministratorFront:
    """Counts, and the last change on record."""

    can_sign_in: int
    only_known: int
    """Without a password: known by name, as a project's lead, say."""
    disabled: int
    years: int
    changes: int
    last_change: datetime | None

    @property
    def others_in_words(self) -> str:
        """Who else is known."""
        return f"{self.only_known} more are known by name, {self.disabled} are disabled"

    @property
    def last_in_words(self) -> str:
        """When something was last changed."""
        if self.last_change is None:
            return "Nothing was ever changed"
        return f"The last on {format_day(day_of(self.last_change))}"


def administrator_front(session: Session) -> AdministratorFront:
    """What an administrator finds."""
    here, has_password = Person.disabled_at.is_(None), Person.password_hash.is_not(None)
    can_sign_in, only_known, disabled = session.execute(
        select(
            func.count().filter(and_(here, has_password)),
            func.count().filter(and_(here, ~has_password)),
            func.count().filter(~here),
        ).select_from(Person)
    ).one()
    last = session.execute(select(HistoryEntry.id, HistoryEntry.at).order_by(HistoryEntry.id.desc()).limit(1)).first()
    years = session.scalar(select(func.count()).select_from(FundingYear)) or 0
    changes, at = (last.id, last.at) if last else (0, None)
    return AdministratorFront(can_sign_in, only_known, disabled, years, changes, at)
