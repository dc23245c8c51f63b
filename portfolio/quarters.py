"""Days, financial years and quarters: 1 April to 31 March, Q1 Apr–Jun to Q4 Jan–Mar.

Years and quarters are frozen and ordered, and know their first and last day; a year is stored as its start year.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from portfolio.errors import PortfolioError

_YEAR = re.compile(r"(?P<first>\d{4}|\d{2})\s*(?:/|-|–|to)\s*(?P<second>\d{4}|\d{2})", re.ASCII)
_QUARTER = re.compile(r"[Qq]?\s*([1-4])")
EARLIEST, LATEST = 1990, 2100


class NotAFinancialYear(PortfolioError):
    """E14: a text that is not a financial year."""

    code = "E14"

    def __init__(self, typed: str) -> None:
        super().__init__(
            f"“{typed.strip()[:40]}” is not a financial year. Enter two years that follow each other, like 2025/26"
        )


class NotAQuarter(PortfolioError):
    """A text that is not one of the four quarters."""

    def __init__(self, typed: str) -> None:
        super().__init__(f"“{typed.strip()[:40]}” is not a quarter. Enter Q1, Q2, Q3 or Q4")


@dataclass(frozen=True, order=True)
class FinancialYear:
    """1 April of `start` to 31 March of the next year; 2025 reads 2025/26."""

    start: int

    def __str__(self) -> str:
        return f"{self.start}/{(self.start + 1) % 100:02d}"

    @property
    def slug(self) -> str:
        """As an address or a file name has it: `2025-26`."""
        return str(self).replace("/", "-")

    @property
    def first_day(self) -> date:
        """1 April."""
        return date(self.start, 4, 1)

    @property
    def last_day(self) -> date:
        """31 March of the next year."""
        return date(self.start + 1, 3, 31)

    @property
    def quarters(self) -> "tuple[Quarter, Quarter, Quarter, Quarter]":
        """The four quarters, in order."""
        return (Quarter(self, 1), Quarter(self, 2), Quarter(self, 3), Quarter(self, 4))

    def quarter_at(self, day: date) -> "Quarter":
        """The quarter that a day falls in; before the year its first, after it its last."""
        first, *_, last = self.quarters
        return min(max(Quarter.containing(day), first), last)

    def __contains__(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    @classmethod
    def containing(cls, day: date) -> "FinancialYear":
        """The financial year that a day falls in."""
        return cls(day.year if day >= date(day.year, 4, 1) else day.year - 1)

    @classmethod
    def parse(cls, text: str) -> "FinancialYear":
        """Read `2025/26`, `2025-26`, `25/26`, `2025 to 2026`, `2025-2026`; raises NotAFinancialYear (E14)."""
        match = _YEAR.fullmatch(text.strip())
        if match is None or len(match["second"]) > len(match["first"]):
            raise NotAFinancialYear(text)
        first, second = match["first"], match["second"]
        start = int(first) if len(first) == 4 else 2000 + int(first)
        expected = start + 1 if len(second) == 4 else (start + 1) % 100
        if int(second) != expected or not EARLIEST <= start <= LATEST:
            raise NotAFinancialYear(text)
        return cls(start)


@dataclass(frozen=True, order=True)
class Quarter:
    """One quarter of a financial year: number 1 (Apr–Jun) to 4 (Jan–Mar)."""

    year: FinancialYear
    number: int

    def __post_init__(self) -> None:
        if not 1 <= self.number <= 4:
            raise ValueError(f"there is no quarter {self.number}")

    def __hash__(self) -> int:
        # In one step, because quarters are keys of all that is added up.
        return hash((self.year.start, self.number))

    def __str__(self) -> str:
        """`Q1 2025/26: Apr 2025 - Jun 2025`."""
        return f"{self.short}: {self.first_day:%b %Y} - {self.last_day:%b %Y}"

    @property
    def short(self) -> str:
        """`Q1 2025/26`."""
        return f"{self.name} {self.year}"

    @property
    def name(self) -> str:
        """`Q1`."""
        return f"Q{self.number}"

    @property
    def slug(self) -> str:
        """`2025-26/q2`, as it stands in an address."""
        return f"{self.year.slug}/{self.name.lower()}"

    @property
    def first_day(self) -> date:
        """The first day of the quarter."""
        if self.number == 4:
            return date(self.year.start + 1, 1, 1)
        return date(self.year.start, 1 + 3 * self.number, 1)

    @property
    def last_day(self) -> date:
        """The last day of the quarter."""
        return self.next.first_day - timedelta(days=1)

    @property
    def next(self) -> "Quarter":
        """The quarter after this one, in the next year after Q4."""
        if self.number < 4:
            return Quarter(self.year, self.number + 1)
        return Quarter(FinancialYear(self.year.start + 1), 1)

    @property
    def previous(self) -> "Quarter":
        """The quarter before this one, in the last year before Q1."""
        if self.number > 1:
            return Quarter(self.year, self.number - 1)
        return Quarter(FinancialYear(self.year.start - 1), 4)

    def to_date(self) -> "tuple[Quarter, ...]":
        """The quarters of this year up to and including this one."""
        return self.year.quarters[: self.number]

    def remaining(self) -> "tuple[Quarter, ...]":
        """The quarters of this year after this one."""
        return self.year.quarters[self.number :]

    @classmethod
    def containing(cls, day: date) -> "Quarter":
        """The quarter that a day falls in."""
        return cls(FinancialYear.containing(day), (day.month - 4) % 12 // 3 + 1)

    @classmethod
    def parse(cls, year: FinancialYear, text: str) -> "Quarter":
        """Read `Q2`, `q2` or `2` of a year; raises NotAQuarter."""
        match = _QUARTER.fullmatch(text.strip())
        if match is None:
            raise NotAQuarter(text)
        return cls(year, int(match[1]))


def format_day(day: date) -> str:
    """`13 March 2025`, as a day reads on every page and in every return."""
    return f"{day.day} {day:%B %Y}"


def lateness(due: date, today: date) -> str:
    """How far away a deadline is, or how long past, in words."""
    days = (due - today).days
    match days:
        case 0:
            return "due today"
        case 1:
            return "due tomorrow"
        case -1:
            return "1 day late"
        case _ if days < 0:
            return f"{-days} days late"
        case _:
            return f"due in {days} days"


def between(first: date, last: date) -> Iterator[Quarter]:
    """Every quarter that the days from first to last touch, in order."""
    quarter = Quarter.containing(first)
    while quarter.first_day <= last:
        yield quarter
        quarter = quarter.next
