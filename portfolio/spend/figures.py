"""Where the money stands: award, profile, actual and forecast, of one award's stream or of a whole partnership.

Every figure that a page or a return shows of awards and spend comes from the one selection here, grouped as asked, so
that a figure shown in two places is computed in one. All amounts are pounds. What counts as spent are claims that
finance approved, and corrections in the quarter they were entered in.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ColumnElement,
    CompoundSelect,
    Select,
    Subquery,
    and_,
    exists,
    literal,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import Session

from portfolio.db import QuarterOfYear, total
from portfolio.decisions.amounts import awarded, planned
from portfolio.decisions.models import Award, AwardLine
from portfolio.funding_years.models import FundingYear, Stream
from portfolio.money import ZERO
from portfolio.proposals.models import Proposal
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend.models import Claim, ClaimLine, Correction, Forecast
from portfolio.spend.rules import COUNTED, variance

ByQuarter = tuple[Decimal, Decimal, Decimal, Decimal]
KINDS = ("profile", "claimed", "corrections", "expected")
"""The figures by quarter that a position is made of, in the order of its fields."""
NOTHING: ByQuarter = (ZERO, ZERO, ZERO, ZERO)


def _four(amounts: Iterable[Decimal]) -> ByQuarter:
    one, two, three, four = amounts
    return (one, two, three, four)


@dataclass(frozen=True)
class Position:
    """Where the money of an award's stream, or of several together, stands; pounds by quarter, Q1 to Q4."""

    at: Quarter
    award: Decimal = ZERO
    profile: ByQuarter = NOTHING
    claimed: ByQuarter = NOTHING
    corrections: ByQuarter = NOTHING
    expected: ByQuarter = NOTHING
    """What is forecast, in the quarters after `at` only; the profile where no forecast was given."""

    @property
    def actual(self) -> ByQuarter:
        """Claims and corrections, each in the quarter it was entered in."""
        return _four(claimed + corrected for claimed, corrected in zip(self.claimed, self.corrections, strict=True))

    @property
    def quarters(self) -> ByQuarter:
        """Actual up to `at`, forecast after it."""
        return _four(self.actual[: self.at.number] + self.expected[self.at.number :])

    @property
    def this_quarter(self) -> Decimal:
        """Actual of the quarter itself."""
        return self.actual[self.at.number - 1]

    @property
    def before(self) -> Decimal:
        """Actual of the year's earlier quarters."""
        return sum(self.actual[: self.at.number - 1], ZERO)

    @property
    def to_date(self) -> Decimal:
        """Actual of the year up to and including the quarter."""
        return sum(self.actual[: self.at.number], ZERO)

    @property
    def profile_to_date(self) -> Decimal:
        """Profile of the year up to and including the quarter."""
        return sum(self.profile[: self.at.number], ZERO)

    @property
    def variance(self) -> Decimal:
        """Actual less profile to date: negative is underspend."""
        return variance(self.to_date, self.profile_to_date)

    @property
    def forecast(self) -> Decimal:
        """What is expected in the rest of the year."""
        return sum(self.expected[self.at.number :], ZERO)

    @property
    def coming(self) -> Decimal:
        """What is expected in the quarter after it; nothing after the year's last."""
        return sum(self.expected[self.at.number : self.at.number + 1], ZERO)

    @property
    def outturn(self) -> Decimal:
        """Actual to date and forecast for the rest."""
        return self.to_date + self.forecast

    @property
    def left(self) -> Decimal:
        """Award less actual to date."""
        return self.award - self.to_date

    @property
    def underspend(self) -> Decimal:
        """What is not expected to be spent in the year: positive is money left, negative is more than planned.

        Held against the year's profile, which is the award itself unless its dates cross financial years.
        """
        return sum(self.profile, ZERO) - self.outturn


def by_line(
    session: Session, funding_year_id: int, at: Quarter, only: ColumnElement[bool] | None = None
) -> dict[tuple[int, int], Position]:
    """Positions by (award, stream) of a funding year; `only` narrows the awards (a condition on `Award`)."""
    found = _entries(_of_year(funding_year_id, only), at)
    return _positions(session, found, at, found.c.award_id, found.c.stream_id)


def by_csp(
    session: Session, funding_year_id: int, at: Quarter, only: ColumnElement[bool] | None = None
) -> dict[tuple[int, int], Position]:
    """Positions by (CSP, stream) of a funding year, summed in the database."""
    found = _entries(_of_year(funding_year_id, only), at)
    return _positions(session, found, at, found.c.csp_id, found.c.stream_id)


def _of_year(funding_year_id: int, only: ColumnElement[bool] | None) -> ColumnElement[bool]:
    return and_(Proposal.funding_year_id == funding_year_id, true() if only is None else only)


def awarded_and_spent(
    session: Session, only: ColumnElement[bool], streams: ColumnElement[bool]
) -> dict[FinancialYear, dict[Quarter | None, Decimal]]:
    """What awards of several years come to, under None, and what was spent of them by quarter, in pounds by year.

    `only` and `streams` narrow the awards and their streams (conditions on `Award` and on `Stream`).
    """
    spent_, awarded_ = spent().subquery("spent"), awarded().subquery("awarded")
    of_lines = (
        select(Award.proposal_id, AwardLine.stream_id, literal(None, QuarterOfYear).label("quarter"), awarded_.c.amount)
        .join(AwardLine, AwardLine.award_id == Award.id)
        .join(awarded_, awarded_.c.award_line_id == AwardLine.id)
    )
    of_claims = select(Award.proposal_id, spent_.c.stream_id, spent_.c.quarter, spent_.c.amount).join(
        spent_, spent_.c.award_id == Award.id
    )
    found = union_all(of_lines.where(only), of_claims.where(only)).subquery("found")
    rows: Iterable[Any] = session.execute(
        select(FundingYear.year, found.c.quarter, total(found.c.amount))
        .join(Proposal, Proposal.id == found.c.proposal_id)
        .join(FundingYear, FundingYear.id == Proposal.funding_year_id)
        .join(Stream, Stream.id == found.c.stream_id)
        .where(streams)
        .group_by(FundingYear.year, found.c.quarter)
        .order_by(FundingYear.year)
    )
    figures: dict[FinancialYear, dict[Quarter | None, Decimal]] = defaultdict(dict)
    for year, quarter, amount in rows:
        figures[year][quarter] = amount
    return figures


def of_award(session: Session, award: Award, at: Quarter) -> dict[int, Position]:
    """One award's positions by stream."""
    return of_awards(session, [award], at)[award.id]


def of_awards(session: Session, awards: Iterable[Award], at: Quarter) -> dict[int, dict[int, Position]]:
    """The positions of several awards, of whatever funding years, by award and stream."""
    by_award: dict[int, dict[int, Position]] = {award.id: {} for award in awards}
    found = _entries(Award.id.in_(list(by_award)), at)
    for (award_id, stream_id), position in _positions(session, found, at, found.c.award_id, found.c.stream_id).items():
        by_award[award_id][stream_id] = position
    return by_award


def together(positions: Iterable[Position], at: Quarter) -> Position:
    """Several positions as one."""
    every = list(positions)

    def added(name: str) -> ByQuarter:
        return _four(sum(quarter, ZERO) for quarter in zip(NOTHING, *(getattr(p, name) for p in every), strict=True))

    return Position(
        at,
        sum((p.award for p in every), ZERO),
        added("profile"),
        added("claimed"),
        added("corrections"),
        added("expected"),
    )


def spent() -> CompoundSelect[Any]:
    """Every pound that counts as spent: award, stream, category, the quarter it counts in, amount, and its source."""
    claims = (
        select(
            Claim.award_id,
            ClaimLine.stream_id,
            ClaimLine.category_id,
            Claim.quarter,
            ClaimLine.amount,
            literal("claimed").label("kind"),
        )
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .where(Claim.status.in_(COUNTED))
    )
    corrections = select(
        Correction.award_id,
        Correction.stream_id,
        Correction.category_id,
        Correction.entered_in,
        Correction.amount,
        literal("corrections"),
    )
    return union_all(claims, corrections)


def forecasts(at: Quarter) -> Select[int, int, Quarter, Decimal]:
    """The forecasts that stand at a quarter: those of each award's last approved claim up to it."""
    later = Claim.__table__.alias("later")
    newer_one = exists().where(
        and_(
            later.c.award_id == Claim.award_id,
            later.c.quarter > Claim.quarter,
            later.c.quarter <= literal(at, QuarterOfYear),
            later.c.status.in_(COUNTED),
        )
    )
    return (
        select(Claim.award_id, Forecast.stream_id, Forecast.quarter, Forecast.amount)
        .join(Forecast, Forecast.claim_id == Claim.id)
        .where(Claim.status.in_(COUNTED), Claim.quarter <= at, ~newer_one, Forecast.quarter > at)
    )


def _entries(of_awards: ColumnElement[bool], at: Quarter) -> Subquery:
    """All that positions of some awards are made of: a row a figure, with its award, CSP, stream, kind and quarter."""
    spent_, planned_, awarded_ = spent().subquery("spent"), planned().subquery("planned"), awarded().subquery("awarded")
    given = forecasts(at).subquery("given")
    no_quarter = literal(None, QuarterOfYear)
    forecast_given = exists().where(given.c.award_id == Award.id, given.c.stream_id == AwardLine.stream_id)

    def of_them(*columns: Any) -> Select[Any]:
        return (
            select(Award.id.label("award_id"), Award.csp_id, *columns)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .where(of_awards)
        )

    def of_lines(kind: str, source: Subquery, quarter: Any) -> Select[Any]:
        return (
            of_them(AwardLine.stream_id, literal(kind).label("kind"), quarter.label("quarter"), source.c.amount)
            .join(AwardLine, AwardLine.award_id == Award.id)
            .join(source, source.c.award_line_id == AwardLine.id)
        )

    return union_all(
        of_lines("award", awarded_, no_quarter),
        of_lines("profile", planned_, planned_.c.quarter),
        of_them(spent_.c.stream_id, spent_.c.kind, spent_.c.quarter, spent_.c.amount).join(
            spent_, spent_.c.award_id == Award.id
        ),
        of_them(given.c.stream_id, literal("expected"), given.c.quarter, given.c.amount).join(
            given, given.c.award_id == Award.id
        ),
        of_lines("expected", planned_, planned_.c.quarter).where(planned_.c.quarter > at, ~forecast_given),
    ).subquery("entries")


def _positions(
    session: Session, found: Subquery, at: Quarter, *keys: ColumnElement[int]
) -> dict[tuple[int, int], Position]:
    amounts = select(*keys, found.c.kind, found.c.quarter, total(found.c.amount))
    grouped = amounts.group_by(*keys, found.c.kind, found.c.quarter)
    awards: dict[tuple[int, int], Decimal] = {}
    figures: dict[tuple[int, int], dict[str, list[Decimal]]] = defaultdict(lambda: defaultdict(lambda: [ZERO] * 4))
    rows: Iterable[Any] = session.execute(grouped)
    for first, second, kind, quarter, amount in rows:
        if quarter is None:
            awards[first, second] = amount
        elif quarter.year == at.year:
            figures[first, second][kind][quarter.number - 1] = amount
    return {
        key: Position(at, awards.get(key, ZERO), *(_four(figures[key][kind]) for kind in KINDS))
        for key in awards.keys() | figures.keys()
    }


def by_category(
    session: Session, funding_year_id: int, at: Quarter, only: ColumnElement[bool] | None = None
) -> dict[tuple[int, int, int], ByQuarter]:
    """Actual by (CSP, stream, category) up to a quarter, corrections included; zero in the quarters after it."""
    found = spent().subquery("spent")
    keys: tuple[Any, ...] = (Award.csp_id, found.c.stream_id, found.c.category_id)
    grouped = (
        select(*keys, found.c.quarter, total(found.c.amount))
        .join(Award, Award.id == found.c.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Proposal.funding_year_id == funding_year_id, true() if only is None else only)
        .where(found.c.quarter.in_(at.to_date()))
        .group_by(*keys, found.c.quarter)
    )
    figures: dict[tuple[int, int, int], list[Decimal]] = defaultdict(lambda: [ZERO] * 4)
    rows: Iterable[Any] = session.execute(grouped)
    for csp_id, stream_id, category_id, quarter, amount in rows:
        figures[csp_id, stream_id, category_id][quarter.number - 1] = amount
    return {key: _four(amounts) for key, amounts in figures.items()}


def accrued_in(
    session: Session, funding_year_id: int, quarter: Quarter, only: ColumnElement[bool] | None = None
) -> dict[tuple[int, int, int], Decimal]:
    """What of a quarter's claims was received and not yet paid when it ended, by (CSP, stream, category)."""
    keys: tuple[Any, ...] = (Award.csp_id, ClaimLine.stream_id, ClaimLine.category_id)
    rows: Iterable[Any] = session.execute(
        select(*keys, total(ClaimLine.accrued))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(_of_year(funding_year_id, only), Claim.quarter == quarter, Claim.status.in_(COUNTED))
        .where(ClaimLine.accrued > ZERO)
        .group_by(*keys)
    )
    return {(csp_id, stream_id, category_id): amount for csp_id, stream_id, category_id, amount in rows}
