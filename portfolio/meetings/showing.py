"""Actions of meetings as pages show them: where each stands, and the way to what it concerns."""

from collections.abc import Container, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.queries import proposals_seen_by
from portfolio.meetings.models import MeetingAction
from portfolio.meetings.rules import Standing, standing
from portfolio.people.rules import Viewer
from portfolio.proposals.models import Proposal
from portfolio.quarters import format_day, lateness


@dataclass(frozen=True)
class ActionShown:
    """One action on a day, as somebody sees it."""

    row: MeetingAction
    standing: Standing
    when: str
    """How far its day is away or past, or since when it has ended."""
    opens: bool
    """Whether the person sees the proposal that it concerns."""

    @property
    def meeting(self) -> str:
        """Which meeting agreed it: `16 June 2025, item 6`."""
        return ", ".join(part for part in (format_day(self.row.met_on), self.row.minute) if part)


def actions_shown(session: Session, viewer: Viewer, rows: Iterable[MeetingAction], today: date) -> list[ActionShown]:
    """Actions in the order given, by one statement more than they took to find."""
    found = list(rows)
    numbers = {row.about.id for row in found if row.about is not None}
    opened = select(Proposal.id).where(Proposal.id.in_(numbers), proposals_seen_by(viewer))
    seen = set(session.scalars(opened)) if numbers else set()
    return [_shown(row, today, seen) for row in found]


def _shown(row: MeetingAction, today: date, seen: Container[int]) -> ActionShown:
    where = standing(row.due_on, row.ended_on, today, dropped=row.dropped)
    when = lateness(row.due_on, today) if row.ended_on is None else format_day(row.ended_on)
    return ActionShown(row, where, when, row.about is not None and row.about.id in seen)
