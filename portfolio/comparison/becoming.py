"""What became of the funded: spend against award, what was left, what came late, and what was reached.

So that last year's choice can be judged. The sums are those of the year's page and the returns, from one selection.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session, joinedload, selectinload

from portfolio.comparison.delivering import first_sent, late_by, reached
from portfolio.comparison.facts import facts, streams_of
from portfolio.comparison.slices import Slice
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP, FundingYear, Programme
from portfolio.funding_years.rules import deadline
from portfolio.measures.models import Indicator
from portfolio.money import ZERO, per_cent
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
        """`1 of 2`, or that none is due yet, or that nobody knows."""
        if self.timed:
            return f"{self.late} of {self.timed}"
        return "Not known" if self.due else "None due yet"

    @property
    def targets(self) -> str:
        """`2 of 3`, or that none is set or has a figure yet."""
        return f"{self.met} of {self.with_target}" if self.with_target else "No figures yet"


def awards_of(session: Session, at: Slice) -> ColumnElement[bool]:
    """The awards of a slice's proposals by its partnerships, as a condition on `Award`."""
    fact = facts(at, streams_of(session, at)).c
    return and_(Award.proposal_id.in_(select(fact.id)), Award.csp_id.in_(at.csp_ids()))


def by_year(session: Session, at: Slice, only: ColumnElement[bool], today: date) -> list[YearBecame]:
    """What became of the awards, year by year, oldest first; a year without any is left out."""
    found: dict[FinancialYear, list[Position]] = {}
    for year in session.scalars(_years(at)):
        positions = figures.by_csp(session, year.id, year.year.quarter_at(today), only)
        numbers = {stream.id for stream in year.programme.streams if at.stream in (None, stream.name)}
        found.setdefault(year.year, []).extend(one for (_, stream), one in positions.items() if stream in numbers)
    return [
        YearBecame(
            year,
            year.last_day < today,
            sum((one.award for one in positions), ZERO),
            sum((one.to_date for one in positions), ZERO),
        )
        for year, positions in found.items()
        if positions
    ]


def _years(at: Slice) -> Select[FundingYear]:
    return (
        select(FundingYear)
        .where(FundingYear.id.in_(at.year_ids()))
        .order_by(FundingYear.year, FundingYear.id)
        .options(joinedload(FundingYear.programme).selectinload(Programme.streams))
    )


def awards_compared(only: ColumnElement[bool]) -> Select[Award]:
    """The awards, newest year first, ready for `became`."""
    year = joinedload(Award.proposal).joinedload(Proposal.funding_year)
    return (
        select(Award)
        .join(Award.proposal)
        .join(Proposal.funding_year)
        .join(Award.csp)
        .where(only)
        .order_by(FundingYear.year.desc(), Proposal.reference, CSP.name, Award.id)
        .options(
            joinedload(Award.csp),
            joinedload(Award.proposal).joinedload(Proposal.lead_organisation),
            year.joinedload(FundingYear.programme).selectinload(Programme.streams),
        )
    )


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
