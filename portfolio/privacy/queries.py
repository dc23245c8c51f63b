"""What is due to go, who left and when they last did something, and what is held about one person."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from portfolio.assessment.models import Interest
from portfolio.clock import day_of
from portfolio.decisions.models import Award, Decider, Decision
from portfolio.funding_years.models import Programme
from portfolio.history import HistoryEntry
from portfolio.mail.models import Message
from portfolio.mail.rules import MessageState
from portfolio.people.actions import holdings_of
from portfolio.people.models import Link, Person, RoleHeld, SignInAttempt, WebSession
from portfolio.people.rules import find_marked
from portfolio.people.sessions import LONGEST
from portfolio.privacy import rules
from portfolio.privacy.rules import Kind
from portfolio.proposals.models import Proposal
from portfolio.returns.models import Return
from portfolio.spend.models import Claim, ClaimQuery

_WAITING = (MessageState.QUEUED, MessageState.SENDING)


def sessions_gone(before: datetime) -> ColumnElement[bool]:
    """Sessions that ended, or expired by themselves, before a moment."""
    return or_(WebSession.ended_at < before, WebSession.started_at < before - LONGEST)


def attempts_gone(before: datetime) -> ColumnElement[bool]:
    """Attempts to sign in before a moment."""
    return SignInAttempt.at < before


def links_gone(before: datetime) -> ColumnElement[bool]:
    """Links used, or expired, before a moment."""
    return or_(Link.used_at < before, Link.expires_at < before)


def messages_gone(before: datetime) -> ColumnElement[bool]:
    """Messages sent or given up before a moment, and those of which nobody ever found out."""
    return and_(Message.state.not_in(_WAITING), func.coalesce(Message.ended_at, Message.queued_at) < before)


GONE: dict[Kind, tuple[type[Any], Callable[[datetime], ColumnElement[bool]]]] = {
    Kind.SESSIONS: (WebSession, sessions_gone),
    Kind.ATTEMPTS: (SignInAttempt, attempts_gone),
    Kind.LINKS: (Link, links_gone),
    Kind.MESSAGES: (Message, messages_gone),
}
"""By kind: the rows, and what makes them due."""


def years_kept(session: Session) -> int:
    """For how many years people are kept after the last one in which they did something."""
    return rules.years_kept(session.scalars(select(Programme.retention_years)).all())


def people_due(session: Session, today: date) -> list[Person]:
    """Everybody who left, and whose time is over."""
    here = session.scalars(select(Person).where(Person.removed_at.is_(None)).order_by(Person.id))
    left = [one for one in here if rules.has_left(holdings_of(one), today, disabled=one.disabled_at is not None)]
    if not left:
        return []
    years, last = years_kept(session), last_days(session, left)
    return [one for one in left if (due := rules.due_from(last[one.id], years)) is not None and due <= today]


def last_days(session: Session, people: Iterable[Person]) -> dict[int, list[date]]:
    """By person, the last day of everything that they did, led or held."""
    found: dict[int, list[date]] = {one.id: [] for one in people}
    marks = {one.email: one.id for one in people}
    for selection in _LAST:
        for number, last in session.execute(selection):
            if number in found and last is not None:
                found[number].append(day_of(last) if isinstance(last, datetime) else last)
    for author, last in session.execute(_latest(HistoryEntry.author, HistoryEntry.at)):
        number = find_marked(author) or marks.get(author)  # older entries name people by their address
        if number in found:
            found[number].append(day_of(last))
    return found


def _latest(who: InstrumentedAttribute[Any], when: InstrumentedAttribute[Any]) -> Select[Any]:
    return select(who, func.max(when)).group_by(who)


_LAST = (
    _latest(HistoryEntry.record_id, HistoryEntry.at).where(HistoryEntry.record == Person.__tablename__),
    _latest(RoleHeld.person_id, RoleHeld.ends_on),
    _latest(Award.lead_person_id, Award.ends_on),
    _latest(Proposal.lead_person_id, Proposal.ends_on),
    _latest(Interest.person_id, Interest.declared_on),
    _latest(Decider.person_id, Decision.recorded_at).join_from(Decider, Decision),
    _latest(Claim.submitted_by_id, Claim.submitted_at),
    _latest(Claim.approved_by_id, Claim.approved_at),
    _latest(ClaimQuery.asked_by_id, ClaimQuery.asked_at),
    _latest(Return.prepared_by_id, Return.prepared_at),
    _latest(Return.certified_by_id, Return.certified_on),
)


def count_due(session: Session, kind: Kind, settings: Mapping[str, str], now: datetime) -> int:
    """How many rows of a kind are due."""
    rows, gone = GONE[kind]
    due = gone(rules.gone_before(kind, settings, now))
    return session.scalar(select(func.count()).select_from(rows).where(due)) or 0
