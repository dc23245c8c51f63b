"""A project lead's part of the front page: what is due, what was asked, and what is left of each award."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_
from sqlalchemy.orm import Session, joinedload, selectinload

from portfolio.decisions.models import Award, AwardLine
from portfolio.funding_years.models import FundingYear
from portfolio.overview.queries import awards_to_show, open_questions, years_led
from portfolio.overview.rules import (
    Deadline,
    first_deadline,
    how_many_late,
    quarters_over,
)
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter, lateness
from portfolio.spend.corrections import Asked, asked_beside, requests
from portfolio.spend.models import ClaimQuery
from portfolio.spend.own import OwnStream, own_streams
from portfolio.spend.queries import Entry, entries
from portfolio.spend.rules import WAIT_FOR_LEAD, Stage

MOST_ROWS = 20
"""So many rows stand on the front page; the rest are counted, and listed in their room."""


@dataclass(frozen=True)
class ExpectedClaim:
    """A quarter's claim of one award, whether anybody has begun it or not."""

    entry: Entry
    lateness: str
    """How late it is, or how long there is; empty where nothing waits for the lead."""

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return Stage(self.entry.stage)

    @property
    def waits_for_lead(self) -> bool:
        """Whether the lead has to write, finish or answer something."""
        return self.stage in WAIT_FOR_LEAD

    @property
    def action(self) -> str:
        """What its lead does about it, on a button."""
        return f"{self._deed}: {self.entry.reference}, {self.entry.quarter.short}"

    @property
    def _deed(self) -> str:
        if self.stage is Stage.QUERIED:
            return "Answer the question"
        return "Start the claim" if self.entry.claim_id is None else "Go on with the claim"

    @property
    def in_words(self) -> str:
        """What is due, when, for which award."""
        return f"The claim for {self.entry.quarter} of {self.entry.reference} {self.entry.title} is {self.lateness}."


@dataclass(frozen=True, order=True)
class Lock:
    """A quarter that takes no more claims of a partnership, and why."""

    quarter: Quarter
    csp: str
    because: str


@dataclass(frozen=True)
class LeadFront:
    """All of it, over every open year in which somebody leads an award."""

    claims: Sequence[ExpectedClaim]
    questions: Sequence[ClaimQuery]
    streams: Sequence[OwnStream]
    """What is left of each award by stream, and how its last quarter went."""
    asked: Sequence[Asked]
    """The corrections of locked quarters that were asked for."""
    locks: Sequence[Lock]
    next_deadline: Deadline | None

    @property
    def shown(self) -> Sequence[ExpectedClaim]:
        """The claims that stand on the front page."""
        return self.claims[:MOST_ROWS]

    @property
    def to_do(self) -> Sequence[ExpectedClaim]:
        """The claims that the lead has to write, finish or answer for, the most pressing first."""
        return [claim for claim in self.claims if claim.waits_for_lead]

    @property
    def late_in_words(self) -> str:
        """How many of them nobody has sent though their day is past."""
        late = sum(claim.stage is Stage.LATE for claim in self.claims)
        return how_many_late(len(self.to_do), late) if self.to_do else "Nothing to send"


def lead_front(session: Session, person_id: int, today: date) -> LeadFront:
    """What somebody finds who leads projects."""
    years = years_led(session, person_id)
    claims = _claims(session, years, person_id, today)
    in_hand = {quarter for year in years for quarter in quarters_over(year.year, today)[-1:]}
    early = {claim.entry.quarter for claim in claims if claim.entry.quarter.last_day >= today}
    done = in_hand - {claim.entry.quarter for claim in claims if claim.waits_for_lead}
    return LeadFront(
        claims=[claim for claim in claims if claim.waits_for_lead or claim.entry.quarter in in_hand | early],
        questions=open_questions(session, Award.lead_person_id == person_id, MOST_ROWS),
        streams=_streams(session, years, person_id),
        asked=_asked_for(session, years, person_id),
        locks=_locks(claims),
        next_deadline=first_deadline([(year.year, year.programme.claim_deadlines) for year in years], today, done),
    )


def _claims(session: Session, years: Sequence[FundingYear], person_id: int, today: date) -> list[ExpectedClaim]:
    """The claims of every quarter that is over, and those begun early, those that wait for their lead first."""
    quarters = {quarter for year in years for quarter in year.year.quarters if quarter.first_day <= today}
    if not quarters:
        return []
    of_years = Proposal.funding_year_id.in_([year.id for year in years])
    led = entries(session, quarters, today, Award.lead_person_id == person_id, of_years)
    found = []
    for (entry,) in session.execute(led):
        if entry.claim_id is None and entry.quarter.last_day >= today:
            continue
        waits = entry.stage in WAIT_FOR_LEAD
        found.append(ExpectedClaim(entry, lateness(entry.due, today) if waits else ""))
    return sorted(found, key=lambda claim: (not claim.waits_for_lead, claim.entry.due))


def _locks(claims: Iterable[ExpectedClaim]) -> list[Lock]:
    """Why quarters are locked, each reason once."""
    entries_ = (claim.entry for claim in claims)
    return sorted({Lock(entry.quarter, entry.csp_name, entry.because) for entry in entries_ if entry.because})


def _streams(session: Session, years: Iterable[FundingYear], person_id: int) -> list[OwnStream]:
    """The streams of the first awards that somebody leads, year by year."""
    led, found = Award.lead_person_id == person_id, dict.fromkeys(year.year for year in years)
    numbers = [year.id for year in years]
    awards = session.scalars(
        awards_to_show(and_(led, Proposal.funding_year_id.in_(numbers)))
        .limit(MOST_ROWS)
        .options(
            selectinload(Award.lines).selectinload(AwardLine.stream),
            joinedload(Award.proposal).joinedload(Proposal.funding_year),
        )
    ).all()
    return [
        stream
        for year in found
        for stream in own_streams(session, [a for a in awards if a.proposal.funding_year.year == year], year)
    ]


def _asked_for(session: Session, years: Iterable[FundingYear], person_id: int) -> list[Asked]:
    """The corrections of their awards that were asked for, those that wait first."""
    of_years = Proposal.funding_year_id.in_([year.id for year in years])
    found = session.scalars(requests(Award.lead_person_id == person_id, of_years).limit(MOST_ROWS)).all()
    return asked_beside(session, found)
