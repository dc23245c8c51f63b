"""Deadlines of claims as a calendar that programs fetch (RFC 5545): a lead's own claims, and the years one follows.

The same data gives the same bytes on whatever day it is fetched: what is in it goes by what was sent, not by the clock.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import years_within
from portfolio.funding_years.rules import YearStatus, deadline
from portfolio.history import last_moment
from portfolio.mail.rules import one_line, plain_text
from portfolio.money import ZERO
from portfolio.overview.queries import years_led
from portfolio.people.rules import Act, Viewer
from portfolio.proposals.models import Proposal
from portfolio.quarters import FinancialYear, Quarter, between
from portfolio.spend.queries import Entry, entries
from portfolio.spend.reminding import DAYS_BEFORE
from portfolio.spend.rules import SENT, WAIT_FOR_LEAD, Stage
from portfolio.words import count

if TYPE_CHECKING:
    import icalendar

NAME = "Claims due (Portfolio)"
FETCH_EVERY = timedelta(hours=12)
"""How often programs are asked to look; they do as they like."""
AT_NINE = timedelta(hours=9)
"""Alarms ring at nine on their day, and not at midnight."""
RECEIVED = tuple(stage for stage in SENT if stage not in WAIT_FOR_LEAD)
"""The stages of a claim that was sent and is not with its lead again."""
Counts = Mapping[tuple[int, Quarter], Mapping[Stage, int]]


@dataclass(frozen=True)
class Event:
    """A deadline: a day on its own, with what is due and where to do it; alarms ring while something is to be done."""

    uid: str
    day: date
    summary: str
    description: str
    path: str
    to_do: bool


def events_for(session: Session, viewer: Viewer, today: date) -> list[Event]:
    """The deadlines within somebody's reach in years that are not closed, by day."""
    found = [*_own_claims(session, viewer, today), *_followed_years(session, viewer, today)]
    return sorted(found, key=lambda event: (event.day, event.uid))


def _own_claims(session: Session, viewer: Viewer, today: date) -> Iterator[Event]:
    """One for each claim that a lead sent, or has to send."""
    if not viewer.may(Act.CLAIM):
        return
    led = Award.lead_person_id == viewer.person_id
    is_open = FundingYear.status != YearStatus.CLOSED
    for year in _financial_years(session, viewer):
        for row in session.scalars(entries(session, year.quarters, today, led, is_open)):
            stage = Stage(row.stage)
            if stage is not Stage.LEFT_OUT and (row.claim_id is not None or row.profile):
                yield _claim(row, stage)


def _financial_years(session: Session, viewer: Viewer) -> list[FinancialYear]:
    """Those that awards of open funding years touch; an award's dates may cross them."""
    open_years = [year.id for year in years_led(session, viewer.person_id)]
    dates = (
        select(func.min(Award.starts_on), func.max(Award.ends_on))
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Award.lead_person_id == viewer.person_id, Proposal.funding_year_id.in_(open_years))
    )
    first, last = session.execute(dates).one()
    return [] if first is None else sorted({quarter.year for quarter in between(first, last)})


def _claim(row: Entry, stage: Stage) -> Event:
    quarter: Quarter = row.quarter
    what = f"{row.reference}, {quarter.short}: {row.title}"
    match stage:
        case Stage.QUERIED:
            summary, says = (
                f"Answer finance’s questions: {what}",
                "Finance asks about this claim. Answer, and send it back.",
            )
        case _ if stage in RECEIVED:
            summary, says = f"Sent: {what}", f"This claim is {stage}. There is nothing to do."
        case _:
            summary, says = f"Claim due: {what}", "The last day to send this claim."
    return Event(
        f"claim-{row.award_id}-{quarter.year.slug}-{quarter.name}".lower(),
        row.due,
        summary,
        f"{says}\n{row.csp_name}, {quarter}",
        f"/spend/{row.reference}/{row.csp_key}/{quarter.slug}",
        stage not in RECEIVED,
    )


def _followed_years(session: Session, viewer: Viewer, today: date) -> Iterator[Event]:
    """One for each quarter of a funding year that somebody sees, with how many claims are in, and no project's name."""
    within = viewer.within(Act.SEE_YEAR)
    if not within:
        return
    years = session.scalars(years_within(within).where(FundingYear.status != YearStatus.CLOSED)).all()
    counts = _counts(session, viewer, {year.year for year in years}, today)
    for year in years:
        for quarter in year.year.quarters:
            yield _deadline(year, quarter, counts.get((year.id, quarter)), knows=viewer.may(Act.SEE_CLAIMS))


def _counts(session: Session, viewer: Viewer, years: Iterable[FinancialYear], today: date) -> Counts:
    """How many claims within reach are at which stage, by funding year and quarter, where anything is planned."""
    counts: dict[tuple[int, Quarter], dict[Stage, int]] = defaultdict(dict)
    if not viewer.may(Act.SEE_CLAIMS):
        return counts
    for year in sorted(years):
        found = entries(session, year.quarters, today, awards_within(viewer.within(Act.SEE_CLAIMS)))
        row = found.order_by(None).subquery("row").c
        rows = session.execute(
            select(Proposal.funding_year_id, row.quarter, row.stage, func.count(row.award_id))
            .join(Award, Award.id == row.award_id)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .where((row.claim_id.is_not(None)) | (row.profile != ZERO))
            .group_by(Proposal.funding_year_id, row.quarter, row.stage)
        )
        for year_id, quarter, stage, number in rows:
            counts[year_id, quarter][Stage(stage)] = number
    return counts


def _deadline(year: FundingYear, quarter: Quarter, counts: Mapping[Stage, int] | None, *, knows: bool) -> Event:
    counts = counts or {}
    grant = f"{year.programme.name}, {year.police_area.name}"
    sent = sum(counts.get(stage, 0) for stage in RECEIVED)
    to_come = sum(number for stage, number in counts.items() if stage in (*WAIT_FOR_LEAD, Stage.NOT_YET_DUE))
    says = f"{count(sent, 'claim')} sent, {to_come} still to come.\n" if knows else ""
    return Event(
        f"year-{year.id}-{quarter.name}".lower(),
        deadline(quarter, year.programme.claim_deadlines),
        f"Claims due: {year.programme.code} {year.police_area.name}, {quarter.short}",
        f"{says}{grant}, {quarter}",
        f"/years/{year.year.slug}",
        not knows or to_come > 0,
    )


def as_calendar(session: Session, viewer: Viewer, today: date, site: str, host: str) -> bytes:
    """Somebody's deadlines as a file; `site` is the address that links begin with, `host` what identifiers end with."""
    from icalendar import Calendar, vDuration  # not before it is needed: commands start without

    changed = last_moment(session).astimezone(UTC).replace(microsecond=0)
    calendar = Calendar()
    calendar.add("prodid", "-//Portfolio//Deadlines//EN")
    calendar.add("version", "2.0")
    calendar.add("calscale", "GREGORIAN")
    calendar.add("x-wr-calname", NAME)
    calendar.add("refresh-interval", FETCH_EVERY, parameters={"value": "DURATION"})
    calendar.add("x-published-ttl", vDuration(FETCH_EVERY))
    for event in events_for(session, viewer, today):
        calendar.add_component(_component(event, changed, site, host))
    told: bytes = calendar.to_ical()
    return told


def _component(event: Event, changed: datetime, site: str, host: str) -> "icalendar.Event":
    from icalendar import Alarm
    from icalendar import Event as Component

    summary = one_line(event.summary)
    entry = Component()
    entry.add("uid", f"{event.uid}@{host}")
    entry.add("dtstamp", changed)
    entry.add("dtstart", event.day)
    entry.add("summary", summary)
    entry.add("description", plain_text(event.description))
    entry.add("url", f"{site}{event.path}")
    entry.add("transp", "TRANSPARENT")
    for days in DAYS_BEFORE if event.to_do else ():
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", AT_NINE - timedelta(days=days))
        alarm.add("description", summary)
        entry.add_component(alarm)
    return entry
