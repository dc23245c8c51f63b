"""A funding year as its page shows it: by stream and partnership, by quarter, and award by award."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import ColumnElement, and_
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.errors import NotFound, RuleWarning
from portfolio.funding_years.models import CSP, FundingYear, Stream
from portfolio.funding_years.queries import allocated_by_stream, shares_of
from portfolio.funding_years.rules import deadline
from portfolio.money import ZERO, per_cent
from portfolio.overview.queries import claims_of
from portfolio.overview.rules import (
    Explanation,
    claim_in_words,
    explanation,
    status_in_words,
)
from portfolio.people.rules import Within
from portfolio.progress.gathering import still_to_come
from portfolio.progress.rules import what_unallocated_means, what_underspend_means
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns.queries import csps_to_show
from portfolio.spend import figures
from portfolio.spend.figures import Position
from portfolio.spend.models import Claim
from portfolio.spend.rules import underspend, variance
from portfolio.spend.standing import rule_of
from portfolio.words import count


@dataclass(frozen=True)
class Share:
    """A partnership's stream, or several together: what it was given, and where it stands; pounds."""

    name: str
    allocation: Decimal
    position: Position
    awaited: frozenset[int]
    """The awards whose claims of the quarters so far are not all approved."""
    key: str | None = None
    """The partnership's key; None for several together."""

    @property
    def unallocated(self) -> Decimal:
        """Allocation less awards: negative is awarded beyond it."""
        return self.allocation - self.position.award

    @property
    def forecast(self) -> Decimal | None:
        """What is expected in the rest of the year; None while claims of the quarters so far are awaited."""
        return None if self.awaited else self.position.forecast

    @property
    def outturn(self) -> Decimal | None:
        """What the year is expected to come to; None while claims of the quarters so far are awaited."""
        return None if self.awaited else self.position.outturn

    @property
    def underspend(self) -> Decimal | None:
        """What of the year's plan is not expected to be spent; None while claims of the quarters so far are awaited."""
        return None if self.awaited else self.position.underspend

    @property
    def profile_of_quarter(self) -> Decimal:
        """What was planned for the quarter looked at."""
        return self.position.profile[self.position.at.number - 1]

    @property
    def variance_of_quarter(self) -> Decimal:
        """Actual of the quarter looked at less its profile: negative is underspend."""
        return variance(self.position.this_quarter, self.profile_of_quarter)

    @property
    def scale(self) -> Decimal:
        """What a bar of it stands for in full: the allocation, or more where more was awarded, spent or is forecast."""
        return max(self.allocation, *(amount for _, amount in self.layers))

    @property
    def layers(self) -> list[tuple[str, Decimal]]:
        """What a bar of it shows: awarded, forecast where it is known, and spent."""
        forecast = [] if self.outturn is None else [("forecast", self.outturn)]
        return [("awarded", self.position.award), *forecast, ("spent", self.position.to_date)]

    @property
    def spent_per_cent(self) -> Decimal | None:
        """What is spent, in per cent of what was awarded; None where nothing was."""
        return per_cent(self.position.to_date, self.position.award)


@dataclass(frozen=True)
class OfStream:
    """A stream: its partnerships' shares, what nobody was given, and their sum."""

    stream: Stream
    shares: tuple[Share, ...]
    held_back: Decimal
    total: Share


@dataclass(frozen=True)
class QuarterLine:
    """One quarter of everything shown, in pounds: actual up to the quarter looked at, forecast after it."""

    quarter: Quarter
    profile: Decimal
    actual: Decimal | None
    forecast: Decimal | None
    due: date
    """The last day for its claims."""

    @property
    def variance(self) -> Decimal | None:
        """Actual less profile; None for a quarter still to come."""
        return None if self.actual is None else self.actual - self.profile


@dataclass(frozen=True)
class YearFigures:
    """A funding year as far as somebody sees it, as at a quarter."""

    at: Quarter
    streams: tuple[OfStream, ...]
    total: Share
    quarters: tuple[QuarterLine, ...]
    carry_over: bool

    @property
    def profile_to_come(self) -> Decimal:
        """What is planned for the rest of the year."""
        return sum(self.total.position.profile[self.at.number :], ZERO)

    @property
    def unallocated_in_words(self) -> str:
        """What the difference between allocation and awards is."""
        return what_unallocated_means(self.total.unallocated)

    @property
    def spent_in_words(self) -> str:
        """How much of what was awarded is spent."""
        share = self.total.spent_per_cent
        return "Nothing is awarded yet" if share is None else f"{share:.1f}% of what is awarded"

    @property
    def awaited_in_words(self) -> str | None:
        """Why an outturn cannot be told yet; None where it can."""
        number = len(self.total.awaited)
        if not number:
            return None
        has = "has" if number == 1 else "have"
        return (
            f"{count(number, 'award')} {has} no approved claim yet of a quarter up to {self.at.short} in which spend "
            "was planned. What was spent counts as nothing until it is approved, so there is no outturn yet."
        )

    @property
    def underspends(self) -> list[RuleWarning]:
        """W2 of each partnership's stream whose outturn is known, the largest first."""
        found = []
        for of in self.streams:
            for share in of.shares:
                if share.underspend is not None and share.underspend > 0:
                    outturn = share.position.outturn
                    about = f"{share.name}, {of.stream.name}"
                    warning = underspend(about, outturn + share.underspend, outturn, carry_over=self.carry_over)
                    found.append((share.underspend, warning))
        return [warning for _, warning in sorted(found, key=lambda pair: -pair[0]) if warning is not None]

    @property
    def underspend_in_words(self) -> str:
        """What the forecast underspend means for who holds the grant."""
        return what_underspend_means(self.total.underspend, carry_over=self.carry_over)


@dataclass(frozen=True)
class AwardLine:
    """One stream of an award as the year's page lists it."""

    award: Award
    stream: Stream
    position: Position
    claim: Claim | None
    """The quarter's approved claim."""
    stands: str
    """Where the quarter's claim stands, as everybody may know it: a draft is its lead's own."""
    explanation: Explanation

    @property
    def variance_per_cent(self) -> Decimal | None:
        """The variance to date in per cent of the profile to date; None where nothing was planned."""
        return per_cent(self.position.variance, self.position.profile_to_date)


@dataclass(frozen=True)
class Scope:
    """What somebody looks at of a funding year: the partnerships of theirs that it covers, one of them, or its area."""

    year: FundingYear
    reached: Sequence[CSP]
    """Every partnership of the area that they reach."""
    csp: CSP | None
    """The one of them that they chose."""
    whole_area: bool

    @property
    def csps(self) -> Sequence[CSP]:
        """The partnerships whose figures are shown."""
        return self.reached if self.csp is None else [self.csp]

    @property
    def name(self) -> str:
        """Whose figures these are."""
        if len(self.csps) == 1:
            return self.csps[0].name
        return f"{self.year.police_area.name} police area"

    @property
    def status_in_words(self) -> str:
        """Whether the year's money is certain."""
        return status_in_words(self.year.status, self.year.confirmed_on, self.year.confirmed_reference)

    @property
    def awards(self) -> ColumnElement[bool]:
        """The year's awards within it, as a condition on `Award` joined to its proposal."""
        of_year = Proposal.funding_year_id == self.year.id
        return of_year if self.whole_area else and_(of_year, Award.csp_id.in_([csp.id for csp in self.csps]))


def scope_of(session: Session, year: FundingYear, within: Within, csp_key: str | None = None) -> Scope:
    """What somebody sees of a funding year; raises NotFound for a partnership that is not within their reach."""
    reached = session.scalars(csps_to_show(year, within)).all()
    if not csp_key:
        return Scope(year, reached, None, within.holds_area(year.police_area_id))
    chosen = next((csp for csp in reached if csp.key == csp_key), None)
    if chosen is None:
        raise NotFound("There is no such partnership in this year")
    return Scope(year, reached, chosen, whole_area=False)


def year_figures(session: Session, scope: Scope, at: Quarter) -> YearFigures:
    """The figures of a year, of some partnerships or of the whole area, with what was given to none of them."""
    year, csps = scope.year, scope.csps
    positions = figures.by_csp(session, year.id, at, scope.awards)
    given = shares_of(session, year.id)
    awaited = still_to_come(session, year, at, scope.awards)
    allocated = allocated_by_stream(session, year.id) if scope.whole_area else {}
    streams = []
    for stream in year.programme.streams:
        shares = tuple(
            Share(
                csp.name,
                given.get((csp.id, stream.id), ZERO),
                positions.get((csp.id, stream.id), Position(at)),
                frozenset(awaited.get((csp.id, stream.id), ())),
                csp.key,
            )
            for csp in csps
            if (csp.id, stream.id) in given or (csp.id, stream.id) in positions
        )
        sum_of_shares = sum((share.allocation for share in shares), ZERO)
        allocation = allocated.get(stream.id, sum_of_shares)
        streams.append(OfStream(stream, shares, allocation - sum_of_shares, _sum(stream.name, shares, allocation, at)))
    every = [of.total for of in streams]
    total = _sum("All streams", every, sum((share.allocation for share in every), ZERO), at)
    return YearFigures(at, tuple(streams), total, _by_quarter(total.position, year), year.programme.carry_over)


def _sum(name: str, shares: Collection[Share], allocation: Decimal, at: Quarter) -> Share:
    position = figures.together([share.position for share in shares], at)
    return Share(name, allocation, position, frozenset().union(*(share.awaited for share in shares)))


def _by_quarter(whole: Position, year: FundingYear) -> tuple[QuarterLine, ...]:
    at = whole.at
    return tuple(
        QuarterLine(
            quarter,
            whole.profile[quarter.number - 1],
            whole.actual[quarter.number - 1] if quarter <= at else None,
            whole.expected[quarter.number - 1] if quarter > at else None,
            deadline(quarter, year.programme.claim_deadlines),
        )
        for quarter in at.year.quarters
    )


def award_lines(session: Session, year: FundingYear, awards: Sequence[Award], at: Quarter) -> list[AwardLine]:
    """Each stream of some awards of a year, in the order given."""
    numbers = [award.id for award in awards]
    positions = figures.by_line(session, year.id, at, Award.id.in_(numbers))
    claims = claims_of(session, numbers, at)
    rule = rule_of(year.programme)
    lines = []
    for award in awards:
        begun = claims.get(award.id)
        claim = begun if begun and begun.status.counts else None
        stands = claim_in_words(begun.status if begun else None)
        said = claim.variance_explanation if claim else None
        for stream in year.programme.streams:
            position = positions.get((award.id, stream.id))
            if position is not None:
                actual, profile = position.this_quarter, position.profile[at.number - 1]
                found = explanation(actual, profile, rule, said=said, is_claimed=claim is not None)
                lines.append(AwardLine(award, stream, position, claim, stands, found))
    return lines
