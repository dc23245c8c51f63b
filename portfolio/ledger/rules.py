"""What of a council's ledger stands for which project, and how it compares with what was claimed, to the penny.

Of every project and cost category, in a quarter:

- **ledger** is what the transactions of the quarter come to that carry the project's cost centre, signed as the council
  signs spend: positive is spent, negative is a refund or an income;
- **matched** is what is accounted for: what finance approved of the quarter's claim with the corrections entered in it
  (`claimed`), and the transactions of accounts that finance said are no spend, like the grant itself coming in
  (`set_aside`);
- **timing** is what finance noted as booked in another quarter than it was claimed in. Positive is in the ledger
  and claimed in another quarter (an invoice claimed in March and paid in April, in Q1); negative is claimed and not in
  the ledger yet (an accrual);
- **unexplained** is the rest, `ledger − matched − timing`. Positive is in the ledger and neither claimed nor noted;
  negative is claimed, and neither in the ledger nor noted. A project that claimed more than its ledger shows has
  an unexplained remainder below zero; nothing is capped, so that what one project lacks never hides in another.

So matched, timing and unexplained come to the ledger, of each line and of any lines together. A transaction that
belongs to no project, or to no category, is in the ledger and nothing else, so all of it is unexplained. A partnership
whose ledger was not uploaded for the quarter has no lines: it is said to be missing, never taken for zero.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

from portfolio.errors import PortfolioError
from portfolio.money import ZERO, format_pounds
from portfolio.quarters import FinancialYear, Quarter, between


class Reason(StrEnum):
    """Why transactions are held against no claim."""

    NO_AWARD = "no project has this cost centre"
    SEVERAL_AWARDS = "several projects have this cost centre"
    NOT_MAPPED = "the account has no cost category yet"
    NOT_SPEND = "the account is no spend"


class Line(NamedTuple):
    """What a project's category comes to in a quarter, in pounds, and how many transactions it is made of."""

    ledger: Decimal = ZERO
    set_aside: Decimal = ZERO
    """Of the ledger, what stands on accounts that are no spend."""
    claimed: Decimal = ZERO
    timing: Decimal = ZERO
    transactions: int = 0

    @property
    def spend(self) -> Decimal:
        """The ledger without what is no spend: what claims are held against."""
        return self.ledger - self.set_aside

    @property
    def matched(self) -> Decimal:
        """What is accounted for: claimed, or no spend."""
        return self.claimed + self.set_aside

    @property
    def difference(self) -> Decimal:
        """Spend in the ledger less what was claimed; negative is claimed and not in the ledger."""
        return self.spend - self.claimed

    @property
    def unexplained(self) -> Decimal:
        """What is left of the ledger after what is matched and what is timing."""
        return self.ledger - self.matched - self.timing

    def __add__(self, other: "Line") -> "Line":  # type: ignore[override]  # lines are added, not put end to end
        return Line(
            self.ledger + other.ledger,
            self.set_aside + other.set_aside,
            self.claimed + other.claimed,
            self.timing + other.timing,
            self.transactions + other.transactions,
        )


def together(lines: Iterable[Line]) -> Line:
    """Several lines as one."""
    return sum(lines, Line())


@dataclass(frozen=True)
class Project:
    """An award as the ledger knows it: by its cost centre, where it has one."""

    award_id: int
    csp_id: int
    code: str


class Posted(NamedTuple):
    """Transactions of one cost centre, account and quarter together, of a partnership's ledger (None: of all)."""

    csp_id: int | None
    quarter: Quarter
    code: str
    account: str
    amount: Decimal
    transactions: int = 1


class Place(NamedTuple):
    """Where transactions stand: with which project and category, or why with none; `csp_id` None: of all together."""

    quarter: Quarter
    csp_id: int | None
    award_id: int | None = None
    category_id: int | None = None
    reason: Reason | None = None


Amounts = Iterable[tuple[Quarter, int, int, Decimal]]
"""Pounds by quarter, award and category."""


def code_of(written: str) -> str:
    """A code as it is compared: no spaces, all capitals, without the zeros that spreadsheets take from its front."""
    return "".join(written.split()).upper().lstrip("0")


class Sorting:
    """Sorts transactions to projects and categories, by their codes alone; nothing is guessed."""

    def __init__(self, projects: Iterable[Project], categories: Mapping[str, int | None]) -> None:
        """`categories` gives each known account's category, None for one that is no spend."""
        self._categories = categories
        self._by_code: dict[str, list[Project]] = defaultdict(list)
        for project in projects:
            if project.code:
                self._by_code[project.code].append(project)

    def place_of(self, posted: Posted) -> Place:
        """Where transactions belong. A partnership's own ledger is held against its own projects only."""
        found = [one for one in self._by_code.get(posted.code, ()) if posted.csp_id in (None, one.csp_id)]
        if len(found) != 1:
            unclear = Reason.SEVERAL_AWARDS if found else Reason.NO_AWARD
            return Place(posted.quarter, posted.csp_id, reason=unclear)
        project, account = found[0], code_of(posted.account)
        if account not in self._categories:
            return Place(posted.quarter, project.csp_id, project.award_id, reason=Reason.NOT_MAPPED)
        category_id = self._categories[account]
        reason = Reason.NOT_SPEND if category_id is None else None
        return Place(posted.quarter, project.csp_id, project.award_id, category_id, reason)


def compare(
    placed: Iterable[tuple[Posted, Place]],
    claimed: Amounts,
    timing: Amounts,
    partnership_of: Mapping[int, int],
    covered: Collection[tuple[Quarter, int]],
) -> dict[Place, Line]:
    """The ledger held against claims: what matched, timing and unexplained come to at each place (see above).

    `placed` are transactions with where they stand; `partnership_of` gives each award's partnership; `covered` are the
    partnerships by quarter whose ledger is here. Claims of others are left out: they are held against nothing.
    """
    lines: dict[Place, Line] = defaultdict(Line)
    for each, place in placed:
        set_aside = each.amount if place.reason is Reason.NOT_SPEND else ZERO
        lines[place] += Line(ledger=each.amount, set_aside=set_aside, transactions=each.transactions)
    told = [(*one, True) for one in claimed] + [(*one, False) for one in timing]
    for quarter, award_id, category_id, amount, is_claim in told:
        csp_id = partnership_of[award_id]
        if (quarter, csp_id) in covered:
            line = Line(claimed=amount) if is_claim else Line(timing=amount)
            lines[Place(quarter, csp_id, award_id, category_id)] += line
    return dict(lines)


@dataclass(frozen=True)
class Taken:
    """An extract that was taken over: whose ledger it is (None: of all partnerships), and which quarters it covers."""

    extract_id: int
    csp_id: int | None
    first: Quarter
    last: Quarter

    @property
    def quarters(self) -> list[Quarter]:
        """From the quarter of its first transaction to that of its last."""
        return list(between(self.first.first_day, self.last.last_day))


def standing(extracts: Iterable[Taken]) -> dict[tuple[int | None, Quarter], int]:
    """Which extract counts for each ledger and quarter: the one that was taken over last; none is added to another."""
    found: dict[tuple[int | None, Quarter], int] = {}
    for extract in sorted(extracts, key=lambda one: one.extract_id):
        for quarter in extract.quarters:
            found[extract.csp_id, quarter] = extract.extract_id
    return found


def coverage(stands: Collection[tuple[int | None, Quarter]], csp_ids: Collection[int]) -> set[tuple[Quarter, int]]:
    """The partnerships whose ledger is here, by quarter."""
    return {(quarter, csp_id) for of, quarter in stands for csp_id in csp_ids if of in (None, csp_id)}


class OtherLedger(PortfolioError):
    """A quarter that is covered by the ledger of all partnerships, and by one partnership's: it would count twice."""

    def __init__(self, quarters: Sequence[Quarter], *, of_all: bool) -> None:
        named = " and ".join(quarter.short for quarter in quarters)
        if of_all:
            there, instead = "of one partnership alone", "choose that partnership"
        else:
            there, instead = "of all partnerships together", "choose all partnerships"
        super().__init__(
            f"A ledger {there} is here already for {named}, and the same transactions would count twice. "
            f"Withdraw that extract first, or {instead}",
            "csp",
        )


def counts_twice(new: Taken, stands: Collection[tuple[int | None, Quarter]]) -> OtherLedger | None:
    """Whether an extract's quarters are covered by a ledger that its own overlaps with and does not replace."""
    twice = sorted(
        {quarter for of, quarter in stands if of != new.csp_id and None in (of, new.csp_id)}.intersection(new.quarters)
    )
    return OtherLedger(twice, of_all=new.csp_id is None) if twice else None


class NothingOfTheYear(PortfolioError):
    """An extract without a single transaction of the funding year."""

    def __init__(self, year: FinancialYear, first: date, last: date) -> None:
        super().__init__(
            f"No transaction of this file is dated in {year}: they run from {first:%d/%m/%Y} to {last:%d/%m/%Y}. "
            "Choose the funding year that they belong to, or another file"
        )


class NoTransactions(PortfolioError):
    """A file with headings and nothing below them."""

    def __init__(self) -> None:
        super().__init__("There is no transaction in this file. Choose the file that the ledger wrote")


def period_of(year: FinancialYear, days: Collection[date]) -> tuple[Quarter, Quarter]:
    """The first and the last quarter of a year that days fall in; raises NoTransactions and NothingOfTheYear."""
    if not days:
        raise NoTransactions
    within = [day for day in days if day in year]
    if not within:
        raise NothingOfTheYear(year, min(days), max(days))
    return Quarter.containing(min(within)), Quarter.containing(max(within))


class BadNote(PortfolioError):
    """A timing difference that is none."""


def bad_note(amount: Decimal, quarter: Quarter, belongs_to: Quarter) -> list[PortfolioError]:
    """A timing difference is an amount, and lies between two quarters."""
    errors: list[PortfolioError] = []
    if amount == ZERO:
        errors.append(BadNote("Enter the amount that is booked in another quarter: it cannot be zero", "amount"))
    if belongs_to == quarter:
        errors.append(
            BadNote(f"Choose another quarter than {quarter.short}: a timing difference lies between two", "belongs_to")
        )
    return errors


class Withdrawn(PortfolioError):
    """An extract or a note that was withdrawn before."""

    def __init__(self, what: str) -> None:
        super().__init__(f"This {what} is withdrawn already")


def in_words(line: Line) -> str:
    """What is left unexplained, in a sentence's words: `£73.11 is in the ledger and not claimed`."""
    if line.unexplained > ZERO:
        return f"{format_pounds(line.unexplained)} is in the ledger and neither claimed nor noted as timing"
    if line.unexplained < ZERO:
        return f"{format_pounds(-line.unexplained)} is claimed and neither in the ledger nor noted as timing"
    return "Nothing is left unexplained"
