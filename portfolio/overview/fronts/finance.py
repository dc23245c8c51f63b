"""Finance's part of the front page: what waits for them, what is late, and what the quarter has come to so far."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portfolio.errors import RuleWarning
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.rules import deadline
from portfolio.match_funding.queries import match_alerts
from portfolio.overview.fronts.returned import ReturnLine, return_lines
from portfolio.overview.queries import tallies, years_in_hand
from portfolio.overview.rules import (
    APPROVED,
    Deadline,
    Tally,
    first_deadline,
    how_many_late,
    number_at,
    oldest_waiting,
    quarters_over,
)
from portfolio.overview.year import Scope, YearFigures, scope_of, year_figures
from portfolio.people.rules import Within
from portfolio.quarters import Quarter, format_day, lateness
from portfolio.spend.rules import NOT_SENT, SENT, WAIT_FOR_FINANCE, Stage
from portfolio.words import count
from portfolio.year_end.queries import assurance_alerts

MOST_WARNINGS = 6
"""So many warnings of underspend stand on the front page; the year's page shows every partnership."""


@dataclass(frozen=True)
class QuarterOfClaims:
    """A quarter's claims by where they stand."""

    quarter: Quarter
    due: date
    lateness: str
    """How long there is, or how late what is missing is; said while something is missing."""
    tallies: Sequence[Tally]

    @property
    def waiting(self) -> int:
        """Submitted, and not yet approved or queried."""
        return number_at(self.tallies, *WAIT_FOR_FINANCE)

    @property
    def queried(self) -> int:
        """Asked about, and not yet answered."""
        return number_at(self.tallies, Stage.QUERIED)

    @property
    def unsent(self) -> int:
        """Not begun, or still a draft."""
        return number_at(self.tallies, *NOT_SENT)

    @property
    def approved(self) -> int:
        """Approved, whether returned yet or not."""
        return number_at(self.tallies, *APPROVED)

    @property
    def left_out(self) -> int:
        """Not approved when the quarter was locked: what they spent comes in as a correction."""
        return number_at(self.tallies, Stage.LEFT_OUT)


@dataclass(frozen=True)
class FinanceYear:
    """One funding year as finance finds it."""

    year: FundingYear
    scope: Scope
    quarters: Sequence[QuarterOfClaims]
    """The quarters that are over, the last one first."""
    early: Sequence[QuarterOfClaims]
    """The quarter that is running, where claims of it were sent already."""
    figures: YearFigures | None
    """As at the last quarter that is over; None before the first one is."""
    returns: Sequence[ReturnLine]
    next_deadline: Deadline | None
    match: Sequence[RuleWarning]
    """W3 of the year's match."""
    assurance: Sequence[RuleWarning]
    """That the independent assurance of the year is due (W10)."""

    @property
    def begun(self) -> Sequence[QuarterOfClaims]:
        """Every quarter in which there is something to see, the last one first."""
        return [*self.early, *self.quarters]

    @property
    def waiting(self) -> int:
        """Claims that wait for finance, of whatever quarter."""
        return sum(line.waiting for line in self.begun)

    @property
    def queried(self) -> int:
        """Claims that wait for an answer of their lead."""
        return sum(line.queried for line in self.begun)

    @property
    def unsent(self) -> int:
        """Claims that nobody has sent."""
        return sum(line.unsent for line in self.quarters)

    @property
    def oldest_in_words(self) -> str:
        """How long the claim waits that has waited longest."""
        since = oldest_waiting(tally for line in self.begun for tally in line.tallies)
        return f"The oldest since {format_day(since)}" if since else "Nothing waits for you"

    @property
    def unsent_in_words(self) -> str:
        """How many of the claims that nobody has sent are late."""
        late = sum(number_at(line.tallies, Stage.LATE) for line in self.quarters)
        return how_many_late(self.unsent, late)

    @property
    def approved_in_words(self) -> str:
        """How many claims of the last quarter are approved."""
        return f"{count(self.quarters[0].approved, 'claim')} approved"

    @property
    def first_claims_in_words(self) -> str:
        """When the first claims come."""
        coming = self.next_deadline
        return f"Claims for {coming.quarter.short} are {coming.lateness}." if coming else ""

    @property
    def action(self) -> str:
        """What finance does next, on a button."""
        return f"Check {count(self.waiting, 'claim')}" if self.waiting else "See the claims"

    @property
    def warnings(self) -> list[RuleWarning]:
        """What is overdue (W10), the largest forecast underspends (W2), and match that falls short (W3)."""
        late = [line.warning for line in self.returns if line.warning is not None]
        underspends = self.figures.underspends[:MOST_WARNINGS] if self.figures else []
        return [*late, *self.assurance, *underspends, *self.match]


def finance_front(session: Session, within: Within, today: date) -> list[FinanceYear]:
    """What finance finds of each open year within its reach, what runs before what is to come."""
    return [_of_year(session, year, within, today) for year in years_in_hand(session, within, today)]


def _of_year(session: Session, year: FundingYear, within: Within, today: date) -> FinanceYear:
    scope = scope_of(session, year, within)
    over = quarters_over(year.year, today)
    begun = [quarter for quarter in year.year.quarters if quarter.first_day <= today]
    counted = tallies(session, scope.awards, begun, today)
    lines = []
    for quarter in reversed(begun):
        due = deadline(quarter, year.programme.claim_deadlines)
        of_quarter = [tally for tally in counted if tally.quarter == quarter]
        missing = number_at(of_quarter, *NOT_SENT, Stage.QUERIED)
        lines.append(
            QuarterOfClaims(quarter, due, lateness(due, today) if missing else "every claim is in", of_quarter)
        )
    return FinanceYear(
        year=year,
        scope=scope,
        quarters=[line for line in lines if line.quarter in over],
        early=[line for line in lines if line.quarter not in over and number_at(line.tallies, *SENT)],
        figures=year_figures(session, scope, over[-1]) if over else None,
        returns=return_lines(session, year, within, today),
        next_deadline=first_deadline([(year.year, year.programme.claim_deadlines)], today),
        match=match_alerts(session, year, scope.awards, today),
        assurance=assurance_alerts(session, year, today),
    )
