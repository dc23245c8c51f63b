"""What the figures of a return are made of: quantities that no other figure gives, and which of them a column adds up.

Pounds. A quantity is known by what it is of and by its quarter, so that the same one is found in another return, where
it may stand in another column: what is this quarter's now was next quarter's forecast, and will be claimed before.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from enum import StrEnum
from functools import cache, cached_property
from typing import NamedTuple

from reports.changes import Part, RowKey
from reports.content import ReturnContent
from reports.names import Names
from reports.totals import ALL_CSPS

WHOLE_YEAR = 0
"""The quarter of what has none."""


class Of(StrEnum):
    """What a quantity is."""

    ALLOCATION = "allocation"
    AWARD = "award"
    PROFILE = "profile"
    ACTUAL = "actual"
    FORECAST = "forecast"
    EXPECTED = "what was expected"
    """What the claims of the quarter before forecast for the quarter."""
    CORRECTED = "corrections"
    SPENT = "spend by category"
    ACCRUED = "accrued"
    REQUESTED = "requested"
    GRANTED = "granted"
    LAST_YEAR = "last year"
    PLEDGED_CASH = "pledged in cash"
    PLEDGED_IN_KIND = "pledged in kind"
    SECURED = "secured"
    RECEIVED = "received"
    MATCH_SPENT = "match spent"
    MATCH_BEFORE = "match spent before"
    GRANT_RECEIVED = "grant received"
    WITHHELD = "withheld"
    MATCH_IN_YEAR = "match in the year"


class Key(NamedTuple):
    """What a quantity is of; empty where it is of all of them."""

    csp: str = ""
    stream: str = ""
    reference: str = ""
    category: str = ""


Ground = tuple[Of, int]
"""What a quantity is, and its quarter."""


class Quantities:
    """What a return's figures are made of."""

    def __init__(self, content: ReturnContent) -> None:
        self.number = content.cover.quarter.number
        self.names = Names(content)
        self.found: dict[Ground, dict[Key, Decimal]] = defaultdict(dict)
        self._within: dict[tuple[Ground, Key], list[Key]] = {}
        for ground, key, amount in self._all(content):
            of_ground = self.found[ground]
            of_ground[key] = of_ground[key] + amount if key in of_ground else amount

    def _all(self, content: ReturnContent) -> Iterator[tuple[Ground, Key, Decimal]]:
        csp, stream, number = self.names.csp, self.names.stream, self.number
        for row in content.interventions:
            key = Key(csp(row.csp), stream(row.stream), row.reference)
            yield (Of.AWARD, WHOLE_YEAR), key, row.award
            yield (Of.CORRECTED, number), key, row.corrections
            yield (Of.EXPECTED, number), key, row.previous_forecast
            for quarter, (planned, amount) in enumerate(zip(row.profile, row.quarters, strict=True), start=1):
                yield (Of.PROFILE, quarter), key, planned
                yield (Of.ACTUAL if quarter <= number else Of.FORECAST, quarter), key, amount
        for share in content.summary:
            key = Key(csp(share.csp), stream(share.stream))
            yield (Of.ALLOCATION, WHOLE_YEAR), key, share.allocation
            if share.last_year is not None:
                yield (Of.LAST_YEAR, WHOLE_YEAR), key, share.last_year
        for spent in content.categories:
            key = Key(csp(spent.csp), stream(spent.stream), category=spent.category)
            for quarter, amount in enumerate(spent.actual, start=1):
                yield (Of.SPENT, quarter), key, amount
            if spent.accrued is not None:
                yield (Of.ACCRUED, number), key, spent.accrued
        for decided in content.decisions:
            key = Key(csp(decided.csp), stream(decided.stream), decided.reference)
            yield (Of.REQUESTED, WHOLE_YEAR), key, decided.requested
            yield (Of.GRANTED, WHOLE_YEAR), key, decided.awarded
        for match in content.match:
            key = Key(csp(match.csp), reference=match.reference)
            yield (Of.PLEDGED_CASH, WHOLE_YEAR), key, match.pledged_cash
            yield (Of.PLEDGED_IN_KIND, WHOLE_YEAR), key, match.pledged_in_kind
            yield (Of.SECURED, WHOLE_YEAR), key, match.secured
            yield (Of.RECEIVED, WHOLE_YEAR), key, match.received
            yield (Of.MATCH_BEFORE, number), key, match.spent_before
            yield (Of.MATCH_SPENT, number), key, match.spent_this_quarter
        for line in content.statement.rows if content.statement else ():
            yield (Of.GRANT_RECEIVED, WHOLE_YEAR), Key(stream=stream(line.stream)), line.grant_received
            if line.withheld is not None:
                yield (Of.WITHHELD, WHOLE_YEAR), Key(stream=stream(line.stream)), line.withheld
            yield (Of.MATCH_IN_YEAR, WHOLE_YEAR), Key(stream=stream(line.stream)), line.match_spent

    @cached_property
    def _by_line(self) -> dict[tuple[Ground, str, str], list[Key]]:
        """The quantities of a partnership's stream."""
        found: dict[tuple[Ground, str, str], list[Key]] = defaultdict(list)
        for ground, keys in self.found.items():
            for key in keys:
                found[ground, key.csp, key.stream].append(key)
        return found

    def within(self, ground: Ground, part: Key) -> list[Key]:
        """The quantities of a kind that are part of something larger."""
        asked = ground, part
        if asked not in self._within:
            self._within[asked] = self._look_within(ground, part)
        return self._within[asked]

    def _look_within(self, ground: Ground, part: Key) -> list[Key]:
        there = self.found.get(ground, {})
        if part in there:
            return [part]
        if part.csp and part.stream:
            keys: list[Key] | dict[Key, Decimal] = self._by_line.get((ground, part.csp, part.stream), [])
        else:
            keys = there
        return [key for key in keys if all(not want or want == has for want, has in zip(part, key, strict=True))]

    def amount(self, ground: Ground, key: Key) -> Decimal | None:
        """A quantity in pounds; None where the return does not have it."""
        return self.found.get(ground, {}).get(key)


PLACES: Mapping[str, tuple[str, ...]] = {
    "Summary": ("csp", "stream"),
    "Interventions": ("reference", "csp", "stream"),
    "Spend by category": ("csp", "stream", "category"),
    "Match funding": ("reference", "csp"),
    "Decisions": ("reference", "csp", "stream"),
    "Claim summary": ("stream",),
    "Statement by stream": ("stream",),
    "Statement by category": ("stream", "category"),
}
"""What the texts that name a row of a sheet are."""


def part_of(sheet: str, row: RowKey, kind: Part) -> Key | None:
    """What a row of a sheet adds up; None where its figures are not made of quantities."""
    if sheet not in PLACES:
        return None
    if kind is Part.TOTAL:
        return Key()
    said = dict(zip(PLACES[sheet], row, strict=False))
    return Key(**{name: "" if name == "csp" and word == ALL_CSPS else word for name, word in said.items()})


@cache
def made_of(sheet: str, column: str, number: int) -> Mapping[Ground, int]:
    """The quantities that a column of a return of a quarter adds up (1) or takes off (-1); none for a column of others.

    `number` is the return's quarter, 1 to 4.
    """
    spent = Of.SPENT if sheet in ("Spend by category", "Statement by category", "Statement by stream") else Of.ACTUAL
    so_far, coming = range(1, number + 1), range(number + 1, 5)
    to_date: dict[Ground, int] = {(spent, quarter): 1 for quarter in so_far}
    forecast: dict[Ground, int] = {(Of.FORECAST, quarter): 1 for quarter in coming}
    planned: dict[Ground, int] = {(Of.PROFILE, quarter): 1 for quarter in so_far}
    this: dict[Ground, int] = {(spent, number): 1}
    expected: dict[Ground, int] = {(Of.EXPECTED, number): 1}
    matched: dict[Ground, int] = {(Of.MATCH_SPENT, number): 1}
    matched_before: dict[Ground, int] = {(Of.MATCH_BEFORE, number): 1}

    def year(of: Of) -> dict[Ground, int]:
        return {(of, WHOLE_YEAR): 1}

    if column in ("Q1", "Q2", "Q3", "Q4"):
        quarter = int(column[1])
        return {(spent if quarter <= number else Of.FORECAST, quarter): 1}
    if column.startswith("Outturn 2"):
        return year(Of.LAST_YEAR)
    columns: dict[str, dict[Ground, int]] = {
        "Allocation": year(Of.ALLOCATION),
        "Award": year(Of.AWARD),
        "Awarded": year(Of.GRANTED if sheet == "Decisions" else Of.AWARD),
        "Unallocated": year(Of.ALLOCATION) | _less(year(Of.AWARD)),
        "To date": to_date,
        "Forecast": forecast,
        "Outturn": to_date | forecast,
        "Profile to date": planned,
        "Profile this quarter": {(Of.PROFILE, number): 1},
        "Variance": to_date | _less(planned),
        "Variance this quarter": this | {(Of.PROFILE, number): -1},
        "Claimed before": {ground: 1 for ground in to_date if ground[1] < number},
        "This claim": this,
        "Of which corrections": {(Of.CORRECTED, number): 1},
        "Of which accrued": {(Of.ACCRUED, number): 1},
        "Remaining of allocation": year(Of.ALLOCATION) | _less(to_date),
        "Requested": year(Of.REQUESTED),
        "Outturn less award": to_date | forecast | _less(year(Of.AWARD)),
        "Forecast last quarter for this quarter": expected,
        "Actual less forecast": this | _less(expected),
        "Next quarter's forecast": {ground: 1 for ground in forecast if ground[1] == number + 1},
        "Pledged in cash": year(Of.PLEDGED_CASH),
        "Pledged in kind": year(Of.PLEDGED_IN_KIND),
        "Pledged in all": year(Of.PLEDGED_CASH) | year(Of.PLEDGED_IN_KIND),
        "Secured": year(Of.SECURED),
        "Received": year(Of.RECEIVED),
        "Spent before this quarter": matched_before,
        "Spent this quarter": matched,
        "Spent to date": matched | matched_before,
        "Grant received": year(Of.GRANT_RECEIVED),
        "Withheld by the funder": year(Of.WITHHELD),
        "Balance due from (+) or to (-) the funder": to_date | _less(year(Of.GRANT_RECEIVED)),
        "Unspent": year(Of.ALLOCATION) | _less(to_date),
        "Match spent": year(Of.MATCH_IN_YEAR),
    }
    return columns.get(_SAME_AS.get(column, column), {})


_SAME_AS = {
    "Total grant": "Allocation",
    "Cumulative": "To date",
    "Running total": "To date",
    "Actual to date": "To date",
    "Eligible expenditure": "To date",
    "Actual this quarter": "This claim",
    "Variance to date": "Variance",
    "Remaining": "Remaining of allocation",
    "Last quarter's forecast for this quarter": "Forecast last quarter for this quarter",
}
"""Columns that add up what another one does, under another name."""
RATIOS: Mapping[str, tuple[str, ...]] = {
    "Variance %": ("Variance", "Profile to date"),
    "Variance % this quarter": ("Variance this quarter", "Profile this quarter"),
    "Variance % to date": ("Variance to date", "Profile to date"),
}
"""Percentages, and the columns that they are made of."""


def _less(grounds: Mapping[Ground, int]) -> dict[Ground, int]:
    return {ground: -sign for ground, sign in grounds.items()}
