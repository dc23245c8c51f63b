"""The Checks sheet: each reconciliation as a formula that shows OK or the difference."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from portfolio.money import ZERO
from reports.common import heading, sheet
from reports.content import ReturnContent
from reports.sheets import Column, Shape, Sheet, Table, text

EQUAL, AT_MOST = "must equal", "must not be more than"
OK = "OK"
_ALL = f'IF(COUNTIF({{lines}},"{OK}")=ROWS({{lines}}),"{OK}",ROWS({{lines}})-COUNTIF({{lines}},"{OK}")&" not OK")'
"""OK where every line is; else how many are not."""


@dataclass(frozen=True)
class Figure:
    """A figure that is held against another: what it is, what it comes to, and the formula that fetches it."""

    what: str
    amount: Decimal
    formula: str | None
    """None: it is typed, from the record of claims."""


@dataclass(frozen=True)
class Check:
    """Two figures, and how they must stand to each other."""

    about: str
    first: Figure
    must: str
    second: Figure

    @property
    def difference(self) -> Decimal:
        """By how much the check fails: first − second; zero where it holds."""
        apart = self.first.amount - self.second.amount
        return max(apart, ZERO) if self.must == AT_MOST else apart


def checks_sheet(content: ReturnContent, checks: Sequence[Check]) -> Sheet:
    """Every check with both figures, its result, and a last line for all of them together."""
    columns: list[Column[Check]] = [
        text("Check", lambda check: check.about, 36),
        text("First figure is", lambda check: check.first.what, 32),
        Column("First figure", lambda check: check.first.amount, Shape.MONEY, 16, lambda check: check.first.formula),
        text("Rule", lambda check: check.must, 22),
        text("Second figure is", lambda check: check.second.what, 32),
        Column("Second figure", lambda check: check.second.amount, Shape.MONEY, 16, lambda check: check.second.formula),
        Column("Result", lambda check: check.difference or OK, Shape.MONEY, 14, _result_formula),
    ]
    wrong = sum(1 for check in checks if check.difference)
    table = Table(
        "Checks",
        columns,
        checks,
        "There is nothing to check",
        "All checks",
        closing={"Result": (_ALL, f"{wrong} not OK" if wrong else OK)},
        sortable=False,
    )
    return sheet(
        "Checks",
        f"Checks: {heading(content)}",
        ["Each sum held against another. The result says OK, or by how much the first figure differs, in pounds."],
        table,
    )


def _result_formula(check: Check) -> str:
    apart = "ROUND({First figure}-{Second figure},2)"
    return f'IF({apart}{"<=" if check.must == AT_MOST else "="}0,"{OK}",{apart})'
