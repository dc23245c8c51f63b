"""The sums of a return, each in one place: the workbook's computed values and the pages show the same figures.

Pounds, exact. Variance = actual − profile, so negative is an underspend.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

from portfolio.money import ZERO
from reports.content import ByQuarter, CategoryRow, DecisionRow, InterventionRow, ReturnContent

FINEST = Decimal("0.0001")
"""Percentages are kept to a hundredth of a per cent."""


def share_of(part: Decimal, whole: Decimal) -> Decimal | None:
    """One amount as a fraction of another (0.1234 is 12.34 %); None where there is nothing to compare with."""
    if not whole:
        return None
    return (part / whole).quantize(FINEST, rounding=ROUND_HALF_UP)


@dataclass(frozen=True)
class SummaryLine:
    """What one CSP's stream comes to, or a stream over all CSPs, or everything."""

    csp: str
    stream: str
    quarter: int
    """The return's quarter, 1 to 4."""
    allocation: Decimal
    awarded: Decimal
    quarters: ByQuarter
    """Actual up to the return's quarter, forecast after it."""
    profile_to_date: Decimal
    requested: Decimal
    """What proposals ask of the CSP; one put to several CSPs counts for each."""
    last_year: Decimal | None
    """Outturn of the year before; None where that year is not kept."""

    @property
    def unallocated(self) -> Decimal:
        """Allocation not awarded; negative is awarded beyond it."""
        return self.allocation - self.awarded

    @property
    def claimed_before(self) -> Decimal:
        """Actual of the quarters before this one."""
        return sum(self.quarters[: self.quarter - 1], ZERO)

    @property
    def this_claim(self) -> Decimal:
        """This quarter's actual, corrections of earlier quarters included."""
        return self.quarters[self.quarter - 1]

    @property
    def to_date(self) -> Decimal:
        """Actual of all quarters up to this one: what was claimed before, and this claim."""
        return sum(self.quarters[: self.quarter], ZERO)

    @property
    def forecast(self) -> Decimal:
        """Forecast for the quarters still to come."""
        return sum(self.quarters[self.quarter :], ZERO)

    @property
    def outturn(self) -> Decimal:
        """What the whole year is expected to come to."""
        return self.to_date + self.forecast

    @property
    def variance(self) -> Decimal:
        """Actual to date − profile to date; negative is an underspend."""
        return self.to_date - self.profile_to_date

    @property
    def variance_share(self) -> Decimal | None:
        """The variance as a fraction of the profile; None where nothing was profiled."""
        return share_of(self.variance, self.profile_to_date)

    @property
    def remaining(self) -> Decimal:
        """Allocation not yet claimed."""
        return self.allocation - self.to_date


@dataclass(frozen=True)
class SummaryTotals:
    """The summary: each CSP's stream in the content's order, each stream over all CSPs, and the whole."""

    lines: tuple[SummaryLine, ...]
    streams: tuple[SummaryLine, ...]
    overall: SummaryLine


ALL_CSPS, ALL_STREAMS = "All CSPs", "All streams"


def summary_totals(content: ReturnContent) -> SummaryTotals:
    """Allocation, awards, actuals, forecasts and profile of each CSP's stream, and their sums.

    A request, an award or a cost whose CSP has no allocation of the stream gets a line of its own with an allocation
    of zero, so that nothing is left out of the totals.
    """
    quarter = content.cover.quarter.number
    allocations = {(row.csp, row.stream): row.allocation for row in content.summary}
    last_year = {(row.csp, row.stream): row.last_year for row in content.summary}
    no_last_year = None if None in last_year.values() else ZERO
    others: tuple[InterventionRow | CategoryRow | DecisionRow, ...] = (
        *content.interventions,
        *content.categories,
        *content.decisions,
    )
    for row in others:
        allocations.setdefault((row.csp, row.stream), ZERO)
    requested = dict.fromkeys(allocations, ZERO)
    for decision in content.decisions:
        requested[decision.csp, decision.stream] += decision.requested
    found: dict[tuple[str, str], list[InterventionRow]] = {key: [] for key in allocations}
    for intervention in content.interventions:
        found[intervention.csp, intervention.stream].append(intervention)
    lines = tuple(
        SummaryLine(
            csp,
            stream,
            quarter,
            allocations[csp, stream],
            sum((row.award for row in rows), ZERO),
            add_quarters(row.quarters for row in rows),
            sum((sum(row.profile[:quarter], ZERO) for row in rows), ZERO),
            requested[csp, stream],
            last_year.get((csp, stream), no_last_year),
        )
        for (csp, stream), rows in found.items()
    )
    streams = dict.fromkeys(line.stream for line in lines)
    by_stream = tuple(
        _add(ALL_CSPS, name, quarter, [line for line in lines if line.stream == name]) for name in streams
    )
    return SummaryTotals(lines, by_stream, _add(ALL_CSPS, ALL_STREAMS, quarter, lines))


def _add(csp: str, stream: str, quarter: int, lines: Iterable[SummaryLine]) -> SummaryLine:
    parts = list(lines)
    return SummaryLine(
        csp,
        stream,
        quarter,
        sum((line.allocation for line in parts), ZERO),
        sum((line.awarded for line in parts), ZERO),
        add_quarters(line.quarters for line in parts),
        sum((line.profile_to_date for line in parts), ZERO),
        sum((line.requested for line in parts), ZERO),
        sum_or_none(line.last_year for line in parts),
    )


def sum_or_none(amounts: Iterable[Decimal | None]) -> Decimal | None:
    """The sum of what is known; None where nothing is."""
    known = [amount for amount in amounts if amount is not None]
    return sum(known, ZERO) if known else None


def add_quarters(quarters: Iterable[ByQuarter]) -> ByQuarter:
    """The sums of each quarter."""
    first = second = third = fourth = ZERO
    for one, two, three, four in quarters:
        first, second, third, fourth = first + one, second + two, third + three, fourth + four
    return first, second, third, fourth


@dataclass(frozen=True)
class InterventionLine:
    """One award's stream with the figures that follow from its own."""

    row: InterventionRow
    actual: Decimal
    profile: Decimal
    to_date: Decimal
    profile_to_date: Decimal
    variance: Decimal
    variance_to_date: Decimal
    outturn: Decimal
    against_award: Decimal
    """Outturn − award; negative is a forecast underspend."""


def intervention_lines(content: ReturnContent) -> tuple[InterventionLine, ...]:
    """The content's interventions with actual, profile and variance, of this quarter and to date, and outturn."""
    number = content.cover.quarter.number
    lines = []
    for row in content.interventions:
        actual, profile = row.quarters[number - 1], row.profile[number - 1]
        to_date, profile_to_date = sum(row.quarters[:number], ZERO), sum(row.profile[:number], ZERO)
        outturn = sum(row.quarters, ZERO)
        lines.append(
            InterventionLine(
                row,
                actual,
                profile,
                to_date,
                profile_to_date,
                actual - profile,
                to_date - profile_to_date,
                outturn,
                outturn - row.award,
            )
        )
    return tuple(lines)


@dataclass(frozen=True)
class ClaimLine:
    """What one stream claims of the Home Office: grant, claims before and now, and forecast against actual."""

    stream: str
    grant: Decimal
    claimed_before: Decimal
    this_claim: Decimal
    forecast: Decimal
    """What last quarter's claims forecast for this quarter."""
    reason: str | None
    """Why actual and forecast differ, in the leads' words."""
    next_forecast: Decimal | None
    """None in Q4: the year ends."""

    @property
    def running_total(self) -> Decimal:
        """Claimed before, and this claim."""
        return self.claimed_before + self.this_claim

    @property
    def remaining(self) -> Decimal:
        """Grant not yet claimed."""
        return self.grant - self.running_total

    @property
    def difference(self) -> Decimal:
        """Actual − forecast of this quarter; negative is less than forecast."""
        return self.this_claim - self.forecast


REASONS_SHOWN = 10


def claim_totals(content: ReturnContent) -> tuple[ClaimLine, ...]:
    """The claim of each stream, the whole area together."""
    quarter = content.cover.quarter.number
    lines = []
    for total in summary_totals(content).streams:
        rows = [row for row in content.interventions if row.stream == total.stream]
        lines.append(
            ClaimLine(
                total.stream,
                total.allocation,
                total.claimed_before,
                total.this_claim,
                sum((row.previous_forecast for row in rows), ZERO),
                _reasons(rows, quarter),
                total.quarters[quarter] if quarter < 4 else None,
            )
        )
    return tuple(lines)


def _reasons(rows: list[InterventionRow], quarter: int) -> str | None:
    """The explanations of the largest differences between forecast and actual, largest first."""

    def difference(row: InterventionRow) -> Decimal:
        return abs(row.quarters[quarter - 1] - row.previous_forecast)

    explained = sorted((row for row in rows if row.explanation), key=difference, reverse=True)
    shown = [f"{row.reference} ({row.csp}): {row.explanation}" for row in explained[:REASONS_SHOWN]]
    if len(explained) > REASONS_SHOWN:
        shown.append(f"and {len(explained) - REASONS_SHOWN} more, on the sheet Interventions")
    return "\n".join(shown) or None


@dataclass(frozen=True)
class StatementCategory:
    """One stream's cost category over the year and all CSPs."""

    stream: str
    category: str
    quarters: tuple[Decimal, ...]
    accrued: Decimal | None
    """Received and not yet paid when the quarter ended; None where nothing is told of it."""

    @property
    def expenditure(self) -> Decimal:
        """Eligible expenditure of the year to date."""
        return sum(self.quarters, ZERO)


def statement_categories(content: ReturnContent) -> tuple[StatementCategory, ...]:
    """Eligible expenditure by stream and cost category, the whole area together; both in the content's order."""
    found: dict[tuple[str, str], tuple[Decimal, ...]] = {}
    accrued: dict[tuple[str, str], list[Decimal | None]] = {}
    for row in content.categories:
        before = found.get((row.stream, row.category), (ZERO,) * len(row.actual))
        found[row.stream, row.category] = tuple(a + b for a, b in zip(before, row.actual, strict=True))
        accrued.setdefault((row.stream, row.category), []).append(row.accrued)
    streams = list(dict.fromkeys(row.stream for row in content.categories))
    categories = list(dict.fromkeys(row.category for row in content.categories))
    order = sorted(found, key=lambda key: (streams.index(key[0]), categories.index(key[1])))
    return tuple(StatementCategory(*key, found[key], sum_or_none(accrued[key])) for key in order)


def category_total(name: str, categories: Sequence[StatementCategory]) -> StatementCategory:
    """Several categories of a statement as one, of all streams."""
    quarters = tuple(sum(amounts, ZERO) for amounts in zip(*(one.quarters for one in categories), strict=True))
    return StatementCategory(ALL_STREAMS, name, quarters, sum_or_none(one.accrued for one in categories))


def tells_accrued(content: ReturnContent) -> bool:
    """Whether a return says how much of its quarter was received and not yet paid."""
    return any(row.accrued is not None for row in content.categories)


@dataclass(frozen=True)
class StatementLine:
    """One stream's year, for the Statement of Grant Expenditure."""

    stream: str
    allocation: Decimal
    expenditure: Decimal
    """Eligible expenditure: actual of all quarters, corrections included."""
    received: Decimal
    match_spent: Decimal
    withheld: Decimal | None
    """What the funder said it will not pay, part of the balance; None where nothing is told of it."""
    accrued: Decimal | None
    """The part of the expenditure that was received and not yet paid when the year ended; None where it is not told."""

    @property
    def balance(self) -> Decimal:
        """Expenditure − grant received: positive is due from the funder, negative is due to the funder."""
        return self.expenditure - self.received

    @property
    def unspent(self) -> Decimal:
        """Allocation not spent."""
        return self.allocation - self.expenditure


def statement_lines(content: ReturnContent) -> tuple[StatementLine, ...]:
    """The streams of the content's statement with what was spent of each; none where it has no statement."""
    if content.statement is None:
        return ()
    categories = statement_categories(content)

    def of(stream: str) -> list[StatementCategory]:
        return [category for category in categories if category.stream == stream]

    return tuple(
        StatementLine(
            row.stream,
            row.allocation,
            sum((category.expenditure for category in of(row.stream)), ZERO),
            row.grant_received,
            row.match_spent,
            row.withheld,
            sum((category.accrued or ZERO for category in of(row.stream)), ZERO) if tells_accrued(content) else None,
        )
        for row in content.statement.rows
    )


def statement_total(name: str, lines: Sequence[StatementLine]) -> StatementLine:
    """Several streams of a statement as one line."""
    return StatementLine(
        name,
        sum((line.allocation for line in lines), ZERO),
        sum((line.expenditure for line in lines), ZERO),
        sum((line.received for line in lines), ZERO),
        sum((line.match_spent for line in lines), ZERO),
        sum_or_none(line.withheld for line in lines),
        sum_or_none(line.accrued for line in lines),
    )
