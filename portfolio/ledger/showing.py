"""What the pages and the file of the ledger show of a comparison: rows in the order in which they are read."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolio.ledger import rules
from portfolio.ledger.comparing import Comparison, Group, Named, Stands
from portfolio.ledger.reading import Transaction
from portfolio.ledger.rules import Line, Place, Posted, Reason, Sorting
from portfolio.money import ZERO
from portfolio.quarters import FinancialYear, Quarter
from portfolio.words import begin

HEADINGS = (
    "Partnership", "Reference", "Project", "Cost centre", "Cost category", "Ledger", "Of which no spend", "Claimed",
    "Difference", "Timing", "Unexplained", "Transactions",
)  # fmt: skip


@dataclass(frozen=True)
class ProjectRow:
    """One project's quarter."""

    named: Named
    line: Line


@dataclass(frozen=True)
class Part:
    """One partnership's quarter: its projects, what stands with none of them, and all of it."""

    csp_id: int
    name: str
    is_covered: bool
    whole: Line


def parts_of(comparison: Comparison, quarter: Quarter, csp_id: int | None) -> list[Part]:
    """The partnerships of a quarter, or one of them."""
    return [
        Part(number, name, (quarter, number) in comparison.covered, comparison.whole(quarter, number))
        for number, name in comparison.csps.items()
        if csp_id in (None, number)
    ]


def projects_of(
    comparison: Comparison, quarter: Quarter, csp_id: int | None, *, only_open: bool = False
) -> list[Named]:
    """The projects whose ledger is here, by partnership and reference; or only those with something unexplained."""
    return [
        named
        for named in comparison.awards.values()
        if csp_id in (None, named.csp_id)
        and (quarter, named.csp_id) in comparison.covered
        and not (only_open and not comparison.whole_award(quarter, named.award_id).unexplained)
    ]


def by_part(
    comparison: Comparison, quarter: Quarter, projects: Iterable[Named], parts: Iterable[Part]
) -> list[tuple[Part, list[ProjectRow]]]:
    """The partnerships of some projects, each with its own."""
    found: dict[int, list[ProjectRow]] = defaultdict(list)
    for named in projects:
        found[named.csp_id].append(ProjectRow(named, comparison.whole_award(quarter, named.award_id)))
    return [(part, found[part.csp_id]) for part in parts if part.csp_id in found]


@dataclass(frozen=True)
class CategoryRow:
    """One cost category of a project's quarter, or an account that is in none."""

    name: str
    line: Line


def categories_of(comparison: Comparison, lines: Mapping[Place, Line]) -> list[CategoryRow]:
    """A project's quarter by cost category, in the programme's order, then by why there is none."""
    by_category = {place.category_id: line for place, line in lines.items() if place.reason is None}
    by_reason = {place.reason: line for place, line in lines.items() if place.reason is not None}
    return [
        *(
            CategoryRow(begin(category.name), by_category[category.id])
            for category in comparison.year.programme.categories
            if category.id in by_category
        ),
        *(CategoryRow(begin(reason.value), by_reason[reason]) for reason in Reason if reason in by_reason),
    ]


@dataclass(frozen=True)
class ReasonRow:
    """Why transactions are held against no claim, how many, and what they come to."""

    reason: Reason
    line: Line


def reasons_of(comparison: Comparison, quarter: Quarter, csp_id: int | None) -> list[ReasonRow]:
    """What is held against no claim, by reason."""
    return [ReasonRow(reason, line) for reason, line in comparison.without_award(quarter, csp_id).items()]


def unmatched(comparison: Comparison, quarter: Quarter, csp_id: int | None, reason: Reason | None) -> list[Group]:
    """The cost centres and accounts that are held against no claim, largest sums first."""
    groups = [
        group
        for group in comparison.groups
        if group.place.quarter == quarter
        and group.place.reason is not None
        and csp_id in (None, group.place.csp_id)
        and reason in (None, group.place.reason)
    ]
    return sorted(groups, key=lambda group: (-abs(group.posted.amount), group.posted.code, group.posted.account))


def references_by_code(comparison: Comparison) -> dict[str, list[str]]:
    """The projects that have each cost centre, by reference."""
    found: dict[str, list[str]] = defaultdict(list)
    for named in comparison.awards.values():
        found[rules.code_of(named.cost_centre or "")].append(named.reference)
    return found


@dataclass(frozen=True)
class AccountRow:
    """An account code, and what it comes to on the year's projects."""

    code: str
    written: str
    line: Line


def accounts_in(groups: Iterable[Group]) -> list[AccountRow]:
    """The account codes of the transactions that stand with a project, largest sums first."""
    found: dict[str, tuple[str, Line]] = {}
    for group in groups:
        if group.place.award_id is not None:
            code = rules.code_of(group.posted.account)
            written, line = found.get(code, (group.posted.account, Line()))
            found[code] = written, line + Line(group.posted.amount, transactions=group.posted.transactions)
    rows = [AccountRow(code, written, line) for code, (written, line) in found.items()]
    return sorted(rows, key=lambda row: (-abs(row.line.ledger), row.code))


@dataclass(frozen=True)
class Preview:
    """What taking an extract over would do: what it comes to, by quarter and by where it would stand."""

    first: date
    last: date
    total: Line
    by_quarter: list[tuple[Quarter, Line]]
    outside: Line
    matched: Line
    reasons: list[ReasonRow]
    replaced: list[Quarter]


def preview(
    transactions: Sequence[Transaction], csp_id: int | None, year: FinancialYear, sorting: Sorting, stands: Stands
) -> Preview:
    """What an extract says before it is taken over."""
    days = {day: Quarter.containing(day) for day in {each.on for each in transactions}}
    sums: dict[tuple[Quarter, str, str], tuple[Decimal, int]] = defaultdict(lambda: (ZERO, 0))
    for each in transactions:
        key = days[each.on], each.centre, each.account
        amount, number = sums[key]
        sums[key] = amount + each.amount, number + 1
    by_quarter: dict[Quarter, Line] = defaultdict(Line)
    by_reason: dict[Reason | None, Line] = defaultdict(Line)
    outside = Line()
    for (quarter, centre, account), (amount, number) in sums.items():
        line = Line(amount, transactions=number)
        if quarter.year != year:
            outside += line
            continue
        by_quarter[quarter] += line
        place = sorting.place_of(Posted(csp_id, quarter, rules.code_of(centre), account, amount, number))
        by_reason[place.reason] += line
    first, last = rules.period_of(year, days)
    covers = rules.Taken(0, csp_id, first, last).quarters
    return Preview(
        min(days),
        max(days),
        outside + rules.together(by_quarter.values()),
        [(quarter, by_quarter[quarter]) for quarter in covers],  # also one of which the file has nothing
        outside,
        by_reason[None],
        [ReasonRow(reason, by_reason[reason]) for reason in Reason if reason in by_reason],
        [quarter for quarter in covers if (csp_id, quarter) in stands],
    )


def file_lines(comparison: Comparison, quarter: Quarter, csp_id: int | None) -> Iterator[list[str | Decimal]]:
    """The comparison of a quarter as the lines of a file, every category apart; they come to the ledger's sum."""
    for named in comparison.awards.values():
        if csp_id not in (None, named.csp_id):
            continue
        about = [comparison.csps[named.csp_id], named.reference, named.title, named.cost_centre or ""]
        for row in categories_of(comparison, comparison.of_award(quarter, named.award_id)):
            yield [*about, row.name, *_figures(row.line)]
    for of in [*comparison.csps, None]:
        line = comparison.nowhere(quarter, of)
        if line.transactions and csp_id in (None, of):
            name = "All partnerships" if of is None else comparison.csps[of]
            yield [name, "", "Held against no project", "", "", *_figures(line)]
    yield ["Total", "", "", "", "", *_figures(comparison.whole(quarter, csp_id))]


def _figures(line: Line) -> list[str | Decimal]:
    amounts = (line.ledger, line.set_aside, line.claimed, line.difference, line.timing, line.unexplained)
    return [*amounts, str(line.transactions)]
