"""What became of the funded: spend against award, what was left, what came late, and what was reached.

So that last year's choice can be judged. The sums are those of the year's page and the returns, from one selection.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portfolio.comparison.delivering import first_sent, late_by, reached
from portfolio.comparison.facts import rows, streams_of
from portfolio.comparison.slices import Slice
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP, FundingYear, Programme
from portfolio.funding_years.rules import deadline
from portfolio.measures.models import Indicator
from portfolio.money import ZERO, per_cent
from portfolio.proposals.delivery import late_in_words
from portfolio.proposals.models import Proposal
from portfolio.quarters import FinancialYear
from portfolio.spend import figures
from portfolio.spend.figures import Position
from portfolio.spend.models import Claim


@dataclass(frozen=True)
class YearBecame:
    """What became of one year's awards of the slice, in pounds."""

    year: FinancialYear
    is_over: bool
    award: Decimal
    spent: Decimal

    @property
    def left(self) -> Decimal:
        """Award less spent; of a year that is over, the underspend."""
        return self.award - self.spent

    @property
    def spent_per_cent(self) -> Decimal | None:
        """What was spent, in per cent of what was awarded."""
        return per_cent(self.spent, self.award)


@dataclass(frozen=True)
class Became:
    """What became of one award, in pounds; of its claims that are due, how many came late or have not come.

    `timed` are those of which it is known when they came: what a file told came nobody knows when.
    """

    award: Award
    is_over: bool
    carried: Decimal
    spent: Decimal
    due: int
    timed: int
    late: int
    with_target: int
    met: int

    @property
    def left(self) -> Decimal:
        """Award less spent; of a year that is over, the underspend."""
        return self.carried - self.spent

    @property
    def spent_per_cent(self) -> Decimal | None:
        """What was spent, in per cent of what was awarded."""
        return per_cent(self.spent, self.carried)

    @property
    def lateness(self) -> str:
        """How many claims were late, in words."""
        return late_in_words(self.late, self.timed, self.due)

    @property
    def targets(self) -> str:
        """`2 of 3`, or that none is set or has a figure yet."""
        return f"{self.met} of {self.with_target}" if self.with_target else "No figures yet"


def awards_of(session: Session, at: Slice) -> ColumnElement[bool]:
    """The awards of a slice's proposals by its partnerships, as a condition on `Award`."""
    fact = rows(at, streams_of(session, at))
    found = select(Award.id).join(fact, fact.c.id == Award.proposal_id).where(at.of_theirs(Award.csp_id))
    return Award.id.in_(select(found.cte("compared").prefix_with("MATERIALIZED").c.id))


def by_year(session: Session, at: Slice, only: ColumnElement[bool], today: date) -> list[YearBecame]:
    """What became of the awards, year by year, oldest first; a year without any is left out."""
    found = figures.awarded_and_spent(session, only, at.streams())
    return [
        YearBecame(
            year,
            year.last_day < today,
            amounts.get(None, ZERO),
            sum((amounts.get(quarter, ZERO) for quarter in year.quarter_at(today).to_date()), ZERO),
        )
        for year, amounts in found.items()
    ]


def awards_compared(session: Session, only: ColumnElement[bool], page: int, size: int) -> tuple[list[Award], int]:
    """The awards of a page, newest year first, ready for `became`, and how many there are on all pages.

    A page beyond the last is the last.
    """
    listed = (
        select(Award.id, func.count().over().label("number"))
        .join(Award.proposal)
        .join(Proposal.funding_year)
        .join(Award.csp)
        .where(only)
        .order_by(FundingYear.year.desc(), Proposal.reference, CSP.name, Award.id)
    )
    found = session.execute(listed.limit(size).offset((page - 1) * size)).all()
    if not found and page > 1:
        number = session.scalar(select(func.count()).select_from(Award).where(only)) or 0
        return awards_compared(session, only, max(1, -(-number // size)), size)
    year = joinedload(Award.proposal).joinedload(Proposal.funding_year)
    with_all = select(Award).options(
        joinedload(Award.csp),
        joinedload(Award.proposal).joinedload(Proposal.lead_organisation),
        year.joinedload(FundingYear.programme).selectinload(Programme.streams),
    )
    awards = {award.id: award for award in session.scalars(with_all.where(Award.id.in_([row.id for row in found])))}
    return [awards[row.id] for row in found], found[0].number if found else 0


def became(session: Session, at: Slice, awards: Sequence[Award], today: date) -> list[Became]:
    """What became of some awards, in their order."""
    ids = [award.id for award in awards]
    claims = session.scalars(select(Claim).where(Claim.award_id.in_(ids))).all()
    sent = first_sent(session, claims)
    promised = session.scalars(
        select(Indicator).where(Indicator.award_id.in_(ids)).options(selectinload(Indicator.results))
    ).all()
    positions: dict[int, dict[int, Position]] = {}
    for year in dict.fromkeys(award.proposal.funding_year.year for award in awards):
        of_year = [award for award in awards if award.proposal.funding_year.year == year]
        positions |= figures.of_awards(session, of_year, year.quarter_at(today))
    return [
        _became(
            award,
            _of_stream(award, positions[award.id], at.stream),
            [late_by(claim, due, sent, today) for due, claim in _due(award, claims, today)],
            [reached(one).met for one in promised if one.award_id == award.id],
            today,
        )
        for award in awards
    ]


def _of_stream(award: Award, positions: dict[int, Position], stream: str | None) -> list[Position]:
    streams = award.proposal.funding_year.programme.streams
    numbers = {each.id for each in streams if stream in (None, each.name)}
    return [one for number, one in positions.items() if number in numbers]


def _due(award: Award, claims: Iterable[Claim], today: date) -> Iterable[tuple[date, Claim | None]]:
    """The deadlines of an award's quarters that are over, each with its claim."""
    year = award.proposal.funding_year
    own = {claim.quarter: claim for claim in claims if claim.award_id == award.id}
    for quarter in year.year.quarters:
        due = deadline(quarter, year.programme.claim_deadlines)
        touched = quarter.last_day >= award.starts_on and quarter.first_day <= award.ends_on
        if due < today and touched:
            yield due, own.get(quarter)


def _became(
    award: Award, positions: list[Position], late: list[int | None], met: list[bool | None], today: date
) -> Became:
    return Became(
        award,
        award.proposal.funding_year.year.last_day < today,
        sum((one.award for one in positions), ZERO),
        sum((one.to_date for one in positions), ZERO),
        len(late),
        sum(1 for days in late if days is not None),
        sum(1 for days in late if days),
        sum(1 for each in met if each is not None),
        sum(1 for each in met if each),
    )
