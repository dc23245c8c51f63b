"""Actions of meetings: recorded, changed while they are open, done or dropped once."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError, refuse_any
from portfolio.funding_years.models import CSP
from portfolio.meetings.models import MeetingAction
from portfolio.meetings.queries import possible_owners
from portfolio.meetings.rules import BadAction, EndedAlready, NotTheirs, bad_action, bad_ending, standing
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal


@dataclass(frozen=True)
class Agreed:
    """What a meeting agreed: what is to be done, by whom, by when; who met, when, and where its minutes say so."""

    text: str
    owner: Person
    due_on: date
    body: str
    met_on: date
    minute: str | None = None
    proposal: Proposal | None = None
    award: Award | None = None


def record_action(
    session: Session, csp: CSP, agreed: Agreed, *, by: Person, now: datetime, today: date
) -> MeetingAction:
    """Record an action that a partnership's meeting agreed; raises BadAction."""
    refuse_any([*_faults(agreed, today), _stranger(session, csp, agreed.owner, today)])
    row = MeetingAction(csp=csp, recorded_by=by, recorded_at=now, dropped=False)
    _write(row, agreed)
    session.add(row)
    session.flush()
    return row


def change_action(session: Session, row: MeetingAction, agreed: Agreed, *, today: date) -> None:
    """Give an open action another owner, day or wording; what it was stays in the history. Raises BadAction."""
    _hold(session, row, today)
    moved = agreed.owner.id != row.owner_id
    stranger = _stranger(session, row.csp, agreed.owner, today) if moved else None
    refuse_any([*_faults(agreed, today), stranger])
    _write(row, agreed)
    session.flush()


def end_action(
    session: Session, row: MeetingAction, *, by: Person, records: bool, note: str, dropped: bool, today: date
) -> None:
    """Say that an action is done, or dropped for a reason: its owner, or somebody who `records` its partnership's.

    Raises NotTheirs, EndedAlready and BadAction.
    """
    _hold(session, row, today)
    if not records and (dropped or row.owner_id != by.id):
        raise NotTheirs(row.owner.name)
    refuse_any([bad_ending(note, dropped=dropped)])
    row.ended_on, row.ended_by, row.dropped, row.note = today, by, dropped, note.strip() or None
    session.flush()


def _hold(session: Session, row: MeetingAction, today: date) -> None:
    """Keep it as it stands until the end of the transaction; raises EndedAlready where somebody was quicker."""
    session.refresh(row, ["ended_on", "dropped"], with_for_update=True)
    if row.ended_on is not None:
        raise EndedAlready(standing(row.due_on, row.ended_on, today, dropped=row.dropped), row.ended_on)


def _faults(agreed: Agreed, today: date) -> list[PortfolioError]:
    return bad_action(agreed.text, agreed.body, agreed.met_on, agreed.due_on, today)


def _stranger(session: Session, csp: CSP, owner: Person, today: date) -> BadAction | None:
    if owner.id in {person.id for person in possible_owners(session, csp, today)}:
        return None
    return BadAction(f"Choose somebody who works with {csp.name}", "owner")


def _write(row: MeetingAction, agreed: Agreed) -> None:
    row.text, row.owner, row.due_on = agreed.text.strip(), agreed.owner, agreed.due_on
    row.body, row.met_on, row.minute = agreed.body.strip(), agreed.met_on, (agreed.minute or "").strip() or None
    row.proposal, row.award = agreed.proposal, agreed.award
