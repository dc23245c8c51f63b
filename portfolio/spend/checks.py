"""A claim as a whole: what it holds, what it is held against, every fault at once, and what is worth a warning.

Plain values in, errors or warnings out; the single rules are in `rules`. Amounts are pounds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portfolio.decisions.rules import late_in_the_year
from portfolio.errors import PortfolioError, RuleWarning
from portfolio.money import ZERO, format_pounds, per_cent
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend.rules import (
    RAG,
    ClaimStatus,
    Line,
    NotAwarded,
    VarianceRule,
    above_allocation,
    above_award,
    bad_costs,
    bad_forecast,
    bad_quarter,
    by_stream,
    claimed_twice,
    line_warnings,
    must_be_explained,
    no_spend,
    not_awarded,
    underspend,
    unexplained,
    variance,
)
from portfolio.words import begin


class NotEntered(PortfolioError):
    """E5: a figure that a claim needs before it is sent; a blank is never taken for zero."""

    code = "E5"

    def __init__(self, what: str, place: str) -> None:
        super().__init__(f"Enter {what}, even if it is zero", place)


class NotSaid(PortfolioError):
    """An answer, not a figure, that a claim needs before it is sent."""


class BelowZero(PortfolioError):
    """A negative amount where nothing can be refunded."""

    def __init__(self, what: str, place: str) -> None:
        super().__init__(f"{what} cannot be negative. Enter an amount of zero or more", place)


class OverForecast(PortfolioError):
    """E2: more is expected than is left of the award."""

    code = "E2"

    def __init__(self, stream: str, outturn: Decimal, award: Decimal, place: str) -> None:
        super().__init__(
            f"With its forecast, the {stream} stream would come to {format_pounds(outturn)}, "
            f"{format_pounds(outturn - award)} more than the award of {format_pounds(award)}. "
            "Forecast no more than is left, or ask for a variation first",
            place,
        )


class NotACategory(PortfolioError):
    """A category of cost that the programme does not know."""

    def __init__(self, category: str, place: str) -> None:
        super().__init__(
            f"“{category[:80]}” is not a cost category of this programme. Choose one of its categories", place
        )


class QuarterLocked(PortfolioError):
    """A quarter that stands in an issued return."""

    def __init__(self, quarter: Quarter, because: str) -> None:
        super().__init__(
            f"{quarter.short} is locked: {because}. What is wrong or missing in it is put right by a correction in the "
            "quarter that is open; ask for it on the quarter’s page",
            "quarter",
        )


class YearClosed(PortfolioError):
    """A funding year that takes no more claims."""

    def __init__(self, year: FinancialYear) -> None:
        super().__init__(f"{year} is closed, so its claims no longer change", "quarter")


class NotOpen(PortfolioError):
    """A claim that its lead cannot change at present."""

    def __init__(self, status: ClaimStatus) -> None:
        super().__init__(
            f"This claim is {status.value}, so it cannot be changed. Ask finance to query it if something is wrong"
        )


class PartMoved(PortfolioError):
    """Somebody saved the same part of the claim, or answered the same question, after this page was opened."""

    def __init__(self, place: str | None = None) -> None:
        super().__init__(
            "Somebody else saved this page after you opened it. What you typed is still here: save it, or take theirs",
            place,
        )


class ClaimMoved(PortfolioError):
    """The claim is no longer the one that was looked at."""

    def __init__(self) -> None:
        super().__init__("This claim has changed since you opened it. Look at it again before you decide")


class NotAnswered(PortfolioError):
    """A question of finance's that has no answer yet."""

    def __init__(self, place: str) -> None:
        super().__init__("Answer finance’s question, so that the claim can be sent back", place)


class Part(StrEnum):
    """What a claim is made of, as it is entered and saved: a page each, and no two share a figure."""

    SPEND = "spend"
    MATCH = "match"
    FORECAST = "forecast"
    PROGRESS = "progress"
    OUTPUTS = "outputs"
    RISKS = "risks"


@dataclass(frozen=True)
class Contents:
    """What a lead enters for an award's quarter; None is a blank, and a blank is never zero."""

    lines: tuple[Line, ...] = ()
    forecasts: Mapping[tuple[str, Quarter], Decimal] = field(default_factory=dict)
    match_spent: Decimal | None = None
    narrative: str = ""
    outputs: str = ""
    risks: str = ""
    delivery_rag: RAG | None = None
    spend_rag: RAG | None = None
    variance_explanation: str = ""

    @property
    def spent(self) -> dict[str, Decimal]:
        """What the lines come to by stream."""
        return by_stream(self.lines)

    @property
    def total(self) -> Decimal:
        """What the lines come to."""
        return sum((line.amount for line in self.lines), ZERO)


@dataclass(frozen=True)
class Ground:
    """What a claim is held against; amounts by stream, without the claim itself."""

    quarter: Quarter
    starts_on: date
    ends_on: date
    csp: str
    award: Mapping[str, Decimal]
    """The award by stream, with what variations moved."""
    claimed: Mapping[str, Decimal]
    """Claimed of the award in other quarters (submitted or further) and corrected, by stream."""
    claimed_before: Mapping[str, Decimal]
    """Of that, what was claimed in earlier quarters and corrected up to this one."""
    allocation: Mapping[str, Decimal]
    """The partnership's allocation; a stream without one is held against the award alone."""
    claimed_by_csp: Mapping[str, Decimal]
    """Claimed by all of the partnership's awards, this award's other quarters included."""
    profile: Mapping[str, Decimal]
    """The profile of the quarter."""
    planned: Mapping[tuple[str, Quarter], Decimal]
    """The profile of the later quarters of the year, by stream and quarter."""
    categories: Mapping[str, bool]
    """The programme's cost categories, and whether each needs a text."""
    variance_rule: VarianceRule
    claimed_elsewhere: Mapping[str, str] = field(default_factory=dict)
    """Transactions claimed already, and where."""
    locked_because: str | None = None
    closed: bool = False

    @property
    def to_forecast(self) -> tuple[Quarter, ...]:
        """The later quarters of the year that the award touches: each is forecast, for every stream."""
        return tuple(
            quarter
            for quarter in self.quarter.remaining()
            if quarter.first_day <= self.ends_on and quarter.last_day >= self.starts_on
        )

    def left(self, stream: str) -> Decimal:
        """What is left of the award before this claim."""
        return self.award.get(stream, ZERO) - self.claimed.get(stream, ZERO)

    def outturn(self, stream: str, contents: Contents) -> Decimal:
        """What a stream comes to with this claim and its forecast; the profile stands in where none was given."""
        before = self.claimed_before.get(stream, ZERO)
        return before + contents.spent.get(stream, ZERO) + sum(self.expected(stream, contents).values(), ZERO)

    def expected(self, stream: str, contents: Contents) -> dict[Quarter, Decimal]:
        """What a stream is expected to spend in each later quarter: the forecast, or without any the profile."""
        given = {quarter: amount for (of, quarter), amount in contents.forecasts.items() if of == stream}
        return given or {quarter: amount for (of, quarter), amount in self.planned.items() if of == stream}


def not_open(status: ClaimStatus | None, ground: Ground) -> list[PortfolioError]:
    """Why a quarter's claim cannot be written at present: its state, a lock, or a closed year."""
    errors: list[PortfolioError] = []
    if ground.closed:
        errors.append(YearClosed(ground.quarter.year))
    elif ground.locked_because is not None:
        errors.append(QuarterLocked(ground.quarter, ground.locked_because))
    elif status is not None and not status.can_be_edited:
        errors.append(NotOpen(status))
    return errors


def unusable(contents: Contents, ground: Ground) -> list[PortfolioError]:
    """What not even a draft may hold: streams and categories that are not there, forecasts of the past (E4, E13)."""
    errors: list[PortfolioError] = [
        NotACategory(line.category, f"lines[{place}].category")
        for place, line in enumerate(contents.lines)
        if line.category not in ground.categories
    ]
    errors += not_awarded(contents.lines, ground.award)
    errors += [
        NotAwarded(stream, f"forecasts.{stream}.{quarter.name}")
        for stream, quarter in contents.forecasts
        if stream not in ground.award
    ]
    errors += bad_forecast(ground.quarter, {quarter for _, quarter in contents.forecasts})
    return errors


def faults(contents: Contents, ground: Ground, today: date) -> list[PortfolioError]:
    """Everything that stands in the way of a claim, at once: E2, E3, E4, E6, E7, E13, and W1 left unexplained."""
    errors = bad_quarter(ground.quarter, ground.starts_on, ground.ends_on, today)
    errors += unusable(contents, ground)
    needs_text = {category for category, needed in ground.categories.items() if needed}
    errors += bad_costs(contents.lines, needs_text)
    errors += claimed_twice(contents.lines, ground.claimed_elsewhere)
    errors += _below_zero(contents)
    errors += above_ceilings(contents.spent, ground)
    errors += over_forecast(contents, ground)
    # A stream without a figure is asked for one (E5); what there is to explain is known then.
    profile = {stream: ground.profile.get(stream, ZERO) for stream in contents.spent}
    errors += unexplained(contents.spent, profile, contents.variance_explanation, ground.variance_rule)
    return errors


def _below_zero(contents: Contents) -> list[PortfolioError]:
    errors: list[PortfolioError] = [
        BelowZero(f"The forecast of the {stream} stream for {quarter.short}", f"forecasts.{stream}.{quarter.name}")
        for (stream, quarter), amount in contents.forecasts.items()
        if amount < 0
    ]
    if contents.match_spent is not None and contents.match_spent < 0:
        errors.append(BelowZero("Match spent", "match_spent"))
    return errors


def above_ceilings(spent: Mapping[str, Decimal], ground: Ground) -> list[PortfolioError]:
    """E2: what is spent now, on top of all that was claimed before, against the award and the allocation.

    Nothing is said of a stream that goes down or stays: a refund is never refused because others claimed too much.
    """
    errors: list[PortfolioError | None] = []
    for stream, amount in spent.items():
        if amount <= 0 or stream not in ground.award:
            continue
        errors.append(above_award(stream, ground.claimed.get(stream, ZERO) + amount, ground.award[stream]))
        if stream in ground.allocation:
            of_csp = ground.claimed_by_csp.get(stream, ZERO) + amount
            errors.append(above_allocation(ground.csp, stream, of_csp, ground.allocation[stream]))
    return [error for error in errors if error is not None]


def over_forecast(contents: Contents, ground: Ground) -> list[PortfolioError]:
    """E2: the streams of which more is forecast than the award has left.

    Where what is claimed exceeds it already, that is said instead (`above_ceilings`), and no forecast could mend it.
    """
    errors: list[PortfolioError] = []
    for stream, award in ground.award.items():
        places = [quarter for (of, quarter), amount in contents.forecasts.items() if of == stream and amount > 0]
        outturn = ground.outturn(stream, contents)
        if places and outturn > award >= ground.claimed.get(stream, ZERO) + contents.spent.get(stream, ZERO):
            errors.append(OverForecast(stream, outturn, award, f"forecasts.{stream}.{min(places).name}"))
    return errors


def blanks(contents: Contents, ground: Ground) -> list[PortfolioError]:
    """E5 and unanswered questions: what must not be blank when a claim is sent.

    Of ten categories a project uses two or three. So a category that was left alone is no entry, and each awarded
    stream needs one figure at least (zero is one): nobody types zeros into twenty boxes, and nobody sends a blank for a
    nothing. The forecast of every later quarter and the match spent are single figures, so each of them must be there.
    """
    spent = contents.spent
    errors: list[PortfolioError] = [
        NotEntered(f"what was spent of the {stream} stream", f"lines.{stream}")
        for stream in ground.award
        if stream not in spent
    ]
    if contents.match_spent is None:
        errors.append(NotEntered("the match spent", "match_spent"))
    errors += [
        NotEntered(f"the forecast of the {stream} stream for {quarter.short}", f"forecasts.{stream}.{quarter.name}")
        for stream in ground.award
        for quarter in ground.to_forecast
        if (stream, quarter) not in contents.forecasts
    ]
    if not contents.narrative.strip():
        errors.append(NotSaid("Say what was done this quarter", "narrative"))
    if contents.delivery_rag is None:
        errors.append(NotSaid("Say how delivery is going", "delivery_rag"))
    if contents.spend_rag is None:
        errors.append(NotSaid("Say how spending is going", "spend_rag"))
    return errors


@dataclass(frozen=True)
class Variance:
    """A stream's actual against its profile in a quarter, and whether the rule asks for a word on it."""

    stream: str
    actual: Decimal
    profile: Decimal
    must_be_explained: bool

    @property
    def amount(self) -> Decimal:
        """Actual less profile: negative is underspend."""
        return variance(self.actual, self.profile)

    @property
    def percent(self) -> Decimal | None:
        """The variance in per cent of the profile; None where nothing was planned."""
        share = per_cent(self.amount, self.profile)
        # Adding nothing takes the sign off a variance that rounds to zero.
        return None if share is None else round(share, 1) + 0


def variances(spent: Mapping[str, Decimal], ground: Ground) -> list[Variance]:
    """Each awarded stream's variance in the quarter."""
    found = []
    for stream in ground.award:
        actual, profile = spent.get(stream, ZERO), ground.profile.get(stream, ZERO)
        found.append(Variance(stream, actual, profile, must_be_explained(actual, profile, ground.variance_rule)))
    return found


def claim_warnings(
    contents: Contents,
    ground: Ground,
    *,
    earlier: Mapping[str, Sequence[Decimal]],
    carry_over: bool,
) -> list[RuleWarning]:
    """W1, W2, W4, W5 and W6 of a claim; `earlier` is the actual of the year's earlier quarters by stream."""
    warnings: list[RuleWarning | None] = [
        RuleWarning("W1", error.sentence)
        for error in unexplained(contents.spent, ground.profile, contents.variance_explanation, ground.variance_rule)
    ]
    last = ground.quarter.year.quarters[3]
    for stream, award in ground.award.items():
        spent, about = contents.spent.get(stream, ZERO), begin(f"{stream} stream")
        before = tuple(earlier.get(stream, ()))
        outturn = ground.outturn(stream, contents)
        warnings.append(underspend(about, award, outturn, carry_over=carry_over))
        warnings.append(no_spend(about, (*before, spent)))
        in_last = spent if ground.quarter == last else ground.expected(stream, contents).get(last, ZERO)
        warnings.append(late_in_the_year(about, award, in_last))
    return [warning for warning in warnings if warning is not None] + line_warnings("", contents.lines)
