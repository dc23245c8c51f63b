"""A project lead's part of the front page: what is due, what was asked, and what is left of each award."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP, FundingYear, Stream
from portfolio.funding_years.rules import deadline
from portfolio.overview.queries import awards_to_show, expected, open_questions, years_led
from portfolio.overview.rules import (
    LATE,
    Deadline,
    first_deadline,
    how_many_late,
    lateness,
    quarter_in_hand,
    quarters_over,
    share_in_words,
    standing,
    waits_for_lead,
)
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.spend import figures
from portfolio.spend.figures import Position
from portfolio.spend.models import Claim, ClaimQuery, LockedQuarter
from portfolio.spend.rules import ClaimStatus

MOST_ROWS = 20
"""So many rows stand on the front page; the rest are counted, and listed in their room."""


ACTIONS = {
    None: "Start the claim",
    ClaimStatus.DRAFT: "Go on with the claim",
    ClaimStatus.QUERIED: "Answer the question",
}


@dataclass(frozen=True)
class ExpectedClaim:
    """A quarter's claim of one award, whether anybody has begun it or not."""

    reference: str
    title: str
    csp_key: str
    csp: str
    quarter: Quarter
    status: ClaimStatus | None
    due: date
    word: str
    """Where it stands, in a word of the field."""
    lateness: str
    waits_for_lead: bool
    stands_here: bool
    """Whether the front page shows it: it waits for its lead, or is of the quarter in hand."""
    locked_because: str | None

    @property
    def action(self) -> str:
        """What its lead does about it, on a button."""
        return f"{ACTIONS.get(self.status, 'See the claim')}: {self.reference}, {self.quarter.short}"

    @property
    def in_words(self) -> str:
        """What is due, when, for which award."""
        return f"The claim for {self.quarter} of {self.reference} {self.title} is {self.lateness}."


@dataclass(frozen=True)
class Left:
    """What is left of one stream of an award, approved claims counted."""

    award: Award
    stream: Stream
    position: Position

    @property
    def spent_in_words(self) -> str:
        """How much of it is spent."""
        return share_in_words(self.position.to_date, self.position.award)


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
    left: Sequence[Left]
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
        late = sum(claim.word == LATE for claim in self.claims)
        return how_many_late(len(self.to_do), late)


def lead_front(session: Session, person_id: int, today: date) -> LeadFront:
    """What somebody finds who leads projects."""
    years = years_led(session, person_id)
    claims = _claims(session, years, person_id, today)
    return LeadFront(
        claims=[claim for claim in claims if claim.stands_here],
        questions=open_questions(session, Award.lead_person_id == person_id, MOST_ROWS),
        left=_left(session, years, person_id),
        locks=_locks(claims),
        next_deadline=first_deadline([(year.year, year.programme.claim_deadlines) for year in years], today),
    )


def _claims(session: Session, years: Sequence[FundingYear], person_id: int, today: date) -> list[ExpectedClaim]:
    """The claims of every quarter that is over, those that wait for their lead first."""
    quarters = {quarter for year in years for quarter in quarters_over(year.year, today)}
    in_hand = {quarter_in_hand(year.year, today) for year in years}
    if not quarters:
        return []
    columns = (FundingYear.id, Proposal.reference, Proposal.title, CSP.key, CSP.name, Claim.status)
    rows = session.execute(
        expected(years, quarters, *columns, LockedQuarter.because)
        .join(CSP, CSP.id == Award.csp_id)
        .where(Award.lead_person_id == person_id)
    )
    deadlines = {year.id: year.programme.claim_deadlines for year in years}
    found = []
    for quarter, year_id, reference, title, key, csp, status, because in rows:
        due, is_locked = deadline(quarter, deadlines[year_id]), because is not None
        waits = waits_for_lead(status, locked=is_locked)
        word = standing(status, due, today, locked=is_locked)
        said = lateness(due, today) if waits else ""
        here = waits or quarter in in_hand
        found.append(ExpectedClaim(reference, title, key, csp, quarter, status, due, word, said, waits, here, because))
    return sorted(found, key=lambda claim: (not claim.waits_for_lead, claim.due, claim.reference, claim.csp))


def _locks(claims: Iterable[ExpectedClaim]) -> list[Lock]:
    locked = {Lock(claim.quarter, claim.csp, claim.locked_because) for claim in claims if claim.locked_because}
    return sorted(locked)


def _left(session: Session, years: Iterable[FundingYear], person_id: int) -> list[Left]:
    """What is left as at the year's end, so that every approved claim counts."""
    led = Award.lead_person_id == person_id
    numbers = [year.id for year in years]
    awards = session.scalars(awards_to_show(and_(led, Proposal.funding_year_id.in_(numbers))).limit(MOST_ROWS)).all()
    found = []
    for year in years:
        positions = figures.by_line(session, year.id, year.year.quarters[3], Award.id.in_([a.id for a in awards]))
        for award in awards:
            lines = ((stream, positions.get((award.id, stream.id))) for stream in year.programme.streams)
            found += [Left(award, stream, position) for stream, position in lines if position is not None]
    return found
