"""The Checks sheet: each reconciliation as a formula that shows OK or the difference; and what the ledger shows."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from portfolio.money import ZERO
from reports.common import heading, sheet
from reports.content import ReturnContent
from reports.sheets import Column, Shape, Sheet, Table, text

EQUAL, AT_MOST = "must equal", "must not be more than"
TOLD = "is held against"
"""For information: nothing fails whatever the difference."""
OK = "OK"
NO_LEDGER = "No ledger extract was uploaded for this quarter"
_ALL = f'IF(COUNTIF({{lines}},"{OK}")=ROWS({{lines}}),"{OK}",ROWS({{lines}})-COUNTIF({{lines}},"{OK}")&" not OK")'
"""OK where every line is; else how many are not."""
_FINE = f'(COUNTIF({{lines}},"{OK}")+COUNTIF({{Rule}},"{TOLD}"))'
_ALL_BUT_TOLD = f'IF({_FINE}=ROWS({{lines}}),"{OK}",ROWS({{lines}})-{_FINE}&" not OK")'
"""The same, where some lines are for information."""


class FromRecord(StrEnum):
    """The figures that a check takes from the record itself; all others are fetched from the sheets by a formula."""

    LEDGER = "The council's ledger of this quarter"
    LEDGER_LESS_CLAIMED = "Ledger less claimed"
    TIMING = "Timing differences noted"
    SPENT_BY_CATEGORY = "Record of claims, all categories, to date"
    SPENT_BY_QUARTER = "Record of claims, all quarters"
    ALLOCATED = "Record of allocations, all CSPs"
    HALF_A_UNIT = "Half a unit"


@dataclass(frozen=True)
class Figure:
    """A figure that is held against another: what it is, what it comes to, and the formula that fetches it."""

    what: str
    amount: Decimal | None
    """None: there is no such figure, as `what` says."""
    formula: str | None
    """None: it is typed, from the record of claims or of the ledger."""


@dataclass(frozen=True)
class Check:
    """Two figures, and how they must stand to each other."""

    about: str
    first: Figure
    must: str
    second: Figure

    @property
    def difference(self) -> Decimal:
        """By how much the check fails: first − second; zero where it holds, and where it is for information."""
        apart = self._apart
        if self.must == TOLD or apart is None:
            return ZERO
        return max(apart, ZERO) if self.must == AT_MOST else apart

    @property
    def result(self) -> Decimal | str:
        """OK, or by how much it fails; for information, what lies between the two figures."""
        if self.must != TOLD:
            return self.difference or OK
        return NOT_HELD if self._apart is None else self._apart

    @property
    def _apart(self) -> Decimal | None:
        first, second = self.first.amount, self.second.amount
        return None if first is None or second is None else first - second


NOT_HELD = "Not held against a ledger"


def checks_sheet(content: ReturnContent, checks: Sequence[Check]) -> Sheet:
    """Every check with both figures, its result, and a last line for all of them together."""
    columns: list[Column[Check]] = [
        text("Check", lambda check: check.about, 36),
        text("First figure is", lambda check: check.first.what, 32),
        Column(
            "First figure",
            lambda check: check.first.amount,
            Shape.MONEY,
            16,
            lambda check: check.first.formula,
            blank="Not uploaded",
        ),
        text("Rule", lambda check: check.must, 22),
        text("Second figure is", lambda check: check.second.what, 32),
        Column("Second figure", lambda check: check.second.amount, Shape.MONEY, 16, lambda check: check.second.formula),
        Column("Result", lambda check: check.result, Shape.MONEY, 14, _result_formula),
    ]
    wrong = sum(1 for check in checks if check.difference)
    told = any(check.must == TOLD for check in checks)
    table = Table(
        "Checks",
        columns,
        checks,
        "There is nothing to check",
        "All checks",
        closing={"Result": (_ALL_BUT_TOLD if told else _ALL, f"{wrong} not OK" if wrong else OK)},
        sortable=False,
    )
    return sheet(
        "Checks",
        f"Checks: {heading(content)}",
        ["Each sum held against another. The result says OK, or by how much the first figure differs, in pounds."]
        + [_ABOUT_LEDGER] * told,
        table,
    )


_ABOUT_LEDGER = (
    f"Lines whose rule reads “{TOLD}” are for information. They hold the council's ledger against what is claimed: "
    "above zero is in the ledger and not claimed, below zero is claimed and not in the ledger."
)


def _result_formula(check: Check) -> str | None:
    if check.must == TOLD:
        return None if check.first.amount is None else "ROUND({First figure}-{Second figure},2)"
    apart = "ROUND({First figure}-{Second figure},2)"
    return f'IF({apart}{"<=" if check.must == AT_MOST else "="}0,"{OK}",{apart})'
