"""A partnership's part of the front page, for its officers and members: its money, its decisions, its interventions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.errors import RuleWarning
from portfolio.funding_years.models import FundingYear
from portfolio.match_funding.queries import match_alerts
from portfolio.overview.queries import last_approved, rags, undecided, years_in_hand
from portfolio.overview.rules import Deadline, first_deadline
from portfolio.overview.year import Scope, YearFigures, scope_of, year_figures
from portfolio.people.rules import Within
from portfolio.proposals.models import Proposal
from portfolio.spend.models import Claim

MOST_ROWS = 10
"""So many rows of a list stand on the front page; the rest are counted."""


@dataclass(frozen=True)
class PartnershipYear:
    """One funding year of the partnerships that somebody sits on."""

    year: FundingYear
    begun: bool
    """Whether there is anything to spend and to report yet."""
    scope: Scope
    figures: YearFigures
    undecided: Sequence[Proposal]
    undecided_in_all: int
    claims: Sequence[Claim]
    """The quarter's approved claims, those in most trouble first."""
    next_deadline: Deadline | None
    match: Sequence[RuleWarning]
    """W3 of the partnerships' match."""


def partnership_front(session: Session, csps: Collection[int], today: date) -> list[PartnershipYear]:
    """What somebody finds who sits on partnerships: each open year, what runs before what is to come."""
    within = Within(csps=frozenset(csps))
    return [_of_year(session, year, within, today) for year in years_in_hand(session, within, today)]


def _of_year(session: Session, year: FundingYear, within: Within, today: date) -> PartnershipYear:
    scope = scope_of(session, year, within)
    waiting = undecided(year, within.csps)
    last = last_approved(session, year, scope.awards)
    return PartnershipYear(
        year=year,
        begun=year.year.first_day <= today,
        scope=scope,
        figures=year_figures(session, scope, last or year.year.quarters[0]),
        undecided=session.scalars(waiting.limit(MOST_ROWS)).all(),
        undecided_in_all=session.scalar(select(func.count()).select_from(waiting.order_by(None).subquery())) or 0,
        claims=[] if last is None else rags(session, scope.awards, last, MOST_ROWS),
        next_deadline=first_deadline([(year.year, year.programme.claim_deadlines)], today),
        match=match_alerts(session, year, scope.awards, today),
    )
