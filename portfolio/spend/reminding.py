"""Reminding leads of claims that are awaited: on which day of what, and never twice of the same.

What was sent is a row with a constraint, written with the message itself: of two programs that remind at the same
moment one writes the row, and the other finds it there.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial
from operator import attrgetter

from sqlalchemy import func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from portfolio.db import rows_changed
from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.rules import YearStatus
from portfolio.people.actions import viewer_of
from portfolio.people.models import Identity, Person
from portfolio.people.posting import can_be_told, post
from portfolio.people.rules import Act, Within
from portfolio.proposals.models import Proposal
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend import letters
from portfolio.spend.models import Reminder
from portfolio.spend.queries import Entry, entries
from portfolio.spend.rules import WAIT_FOR_LEAD

DAYS_BEFORE = (14, 3, 0)
"""So many days before its deadline a claim's lead is reminded."""
WEEK = 7
"""After the deadline, every so many days while the claim is not sent."""


@dataclass(frozen=True)
class Due:
    """A claim that its lead is to be reminded of, and on what occasion: one reminder is enough for each."""

    entry: Entry
    occasion: str


@dataclass(frozen=True)
class Unreached:
    """A claim that nobody can be reminded of, and why."""

    entry: Entry
    because: str


@dataclass(frozen=True)
class Reminded:
    """Who is told of which claims, in one message each; and the claims that there is nobody to tell of."""

    told: Sequence[tuple[Person, Sequence[Entry]]]
    unreached: Sequence[Unreached]

    @property
    def claims(self) -> int:
        """How many claims the messages are about."""
        return sum(len(rows) for _, rows in self.told)


def occasion_on(today: date, due: date) -> str | None:
    """The last occasion for a reminder that has come by a day; None where the first is still to come.

    A day on which nobody ran the command costs nothing: what was missed is made up for by the last of it alone.
    """
    since = (today - due).days
    if since >= WEEK:
        return f"{since // WEEK * WEEK} days after {due.isoformat()}"
    come = [before for before in DAYS_BEFORE if since >= -before]
    return f"{min(come)} days before {due.isoformat()}" if come else None


def due_reminders(session: Session, within: Within, today: date) -> list[Due]:
    """Every claim within reach that waits for its lead, and for which an occasion has come, whether told or not.

    A quarter that is locked, that nothing was planned for, or whose funding year is closed waits for nobody.
    """
    only = (awards_within(within), FundingYear.status != YearStatus.CLOSED)
    first = session.scalar(
        select(func.min(Award.starts_on))
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(FundingYear, FundingYear.id == Proposal.funding_year_id)
        .where(*only)
    )
    if first is None or first > today:
        return []
    found: list[Due] = []
    for start in range(FinancialYear.containing(first).start, FinancialYear.containing(today).start + 1):
        quarters = FinancialYear(start).quarters
        rows = session.scalars(entries(session, quarters, today, *only, stages=WAIT_FOR_LEAD))
        found += [Due(row, occasion) for row in rows if (occasion := occasion_on(today, row.due)) is not None]
    return found


def asked_for(rows: Iterable[Entry], today: date) -> list[Due]:
    """These claims, because somebody asks for it: once a day, however often they do."""
    return [Due(row, f"asked for on {today.isoformat()}") for row in rows if row.stage in WAIT_FOR_LEAD]


def to_remind(session: Session, due: Sequence[Due], today: date) -> Reminded:
    """Who has not been told yet, of what; nothing is written."""
    leads, unreached = _leads(session, due, today)
    occasions = {one.occasion for one in due}
    told = {
        (row.award_id, row.quarter, row.person_id, row.occasion)
        for row in session.scalars(select(Reminder).where(Reminder.occasion.in_(occasions)))
    }
    wanted = [one for one in _in_order(due) if one.entry.award_id in leads]
    return _grouped(leads, [one for one in wanted if _key(one, leads) not in told], unreached)


def remind(session: Session, due: Sequence[Due], today: date, now: datetime, site: str) -> Reminded:
    """Queue a message to each lead who has not been told yet, with all of their claims; says who and of what.

    `now` is the machine's moment, which mail goes by. Several programs may do this at once: each claim, lead and
    occasion is told of by one of them.
    """
    leads, unreached = _leads(session, due, today)
    new = [one for one in _in_order(due) if one.entry.award_id in leads and _note(session, one, leads, now)]
    reminded = _grouped(leads, new, unreached)
    for person, rows in reminded.told:
        post(session, [person], partial(letters.reminder, rows=rows, today=today, site=site), now)
    return reminded


def _note(session: Session, one: Due, leads: Mapping[int, Person], now: datetime) -> bool:
    """Whether this program is the one that tells of it; another one that is about to is waited for."""
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    award_id, quarter, person_id, occasion = _key(one, leads)
    row = {"award_id": award_id, "quarter": quarter, "person_id": person_id, "occasion": occasion, "queued_at": now}
    once = dialect.insert(Reminder).values(row).on_conflict_do_nothing()
    return rows_changed(session, once.execution_options(preserve_rowcount=True)) == 1


def _key(one: Due, leads: Mapping[int, Person]) -> tuple[int, Quarter, int, str]:
    return one.entry.award_id, one.entry.quarter, leads[one.entry.award_id].id, one.occasion


def _in_order(due: Iterable[Due]) -> list[Due]:
    """In one order everywhere, so that of two programs neither waits for what the other one has."""
    return sorted(due, key=lambda one: (one.entry.award_id, one.entry.quarter, one.occasion))


def _grouped(leads: Mapping[int, Person], due: Iterable[Due], unreached: Sequence[Unreached]) -> Reminded:
    by_person: dict[int, list[Entry]] = defaultdict(list)
    for one in due:
        by_person[leads[one.entry.award_id].id].append(one.entry)
    people = sorted({lead.id: lead for lead in leads.values()}.values(), key=attrgetter("email"))
    told = [
        (person, sorted(by_person[person.id], key=attrgetter("due", "reference", "csp_key", "quarter")))
        for person in people
        if person.id in by_person
    ]
    return Reminded(told, unreached)


def _leads(session: Session, due: Sequence[Due], today: date) -> tuple[dict[int, Person], list[Unreached]]:
    """The leads who can be told, by award; and the claims without one, with the reason."""
    awards = {one.entry.award_id for one in due}
    leading = select(Award.id, Person).join(Person, Person.id == Award.lead_person_id)
    named: dict[int, Person] = dict(session.execute(leading.where(Award.id.in_(awards))).all())
    by_directory = set(
        session.scalars(select(Identity.person_id).where(Identity.person_id.in_({lead.id for lead in named.values()})))
    )
    why = {award_id: _why_not(named.get(award_id), by_directory, today) for award_id in awards}
    unreached = [Unreached(one.entry, because) for one in due if (because := why[one.entry.award_id]) is not None]
    return {award_id: lead for award_id, lead in named.items() if why[award_id] is None}, unreached


def _why_not(lead: Person | None, by_directory: Collection[int], today: date) -> str | None:
    """Why a lead cannot be reminded, or None for one who can be."""
    if lead is None:
        return "the award has no lead"
    if not can_be_told([lead]):
        return f"{lead.name} is disabled" if lead.removed_at is None else "its lead was removed"
    if lead.password_hash is None and lead.id not in by_directory:
        return f"{lead.name} has not joined yet"
    if not viewer_of(lead, today).may(Act.CLAIM):
        return f"{lead.name} is no longer a project lead"
    return None
