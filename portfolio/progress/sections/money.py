"""Allocation, awards and spend; what is not expected to be spent, and what was moved; match beside the grant."""

from collections.abc import Iterator

from portfolio.money import ZERO, format_pounds
from portfolio.progress.charts import Drawn
from portfolio.progress.gathering import Gathered
from portfolio.progress.rules import amount_in_words, what_underspend_means
from portfolio.quarters import format_day
from portfolio.words import begin
from reports.documents import Block, Bullets, Paragraph, Table


def money(told: Gathered, drawn: dict[str, Drawn]) -> Iterator[Block | Drawn]:
    """Where the money of each stream stands, and of each quarter."""
    totals = told.shown.totals
    if not totals.lines:
        yield Paragraph("The partnership has no allocation in this year, and nothing was asked of it.")
        return
    yield drawn["money"]
    every = [*((begin(line.stream), line) for line in totals.lines), ("All streams", totals.overall)]
    several = len(totals.lines) > 1
    yield Table(
        "Allocation and awards by stream",
        ("Stream", "Asked", "Allocation", "Awarded", "Unallocated"),
        tuple(
            (name, *(format_pounds(each) for each in (line.requested, line.allocation, line.awarded, line.unallocated)))
            for name, line in (every if several else every[:1])
        ),
        frozenset(range(1, 5)),
        total=several,
    )
    awaits = [bool(told.awaited.get(line.stream)) for line in totals.lines]
    yield Table(
        f"Spend by stream to {told.quarter.short}",
        ("Stream", "Planned to date", "Spent to date", "Variance", "Expected in the year"),
        tuple(
            (
                name,
                *(format_pounds(each) for each in (line.profile_to_date, line.to_date, line.variance)),
                amount_in_words(None if is_awaited else line.outturn),
            )
            for (name, line), is_awaited in zip(
                every if several else every[:1], [*awaits, told.is_awaited] if several else awaits, strict=True
            )
        ),
        frozenset(range(1, 5)),
        total=several,
    )
    if "quarters" in drawn:
        yield drawn["quarters"]
        yield _by_quarter(told)


def _by_quarter(told: Gathered) -> Table:
    """Actual up to the quarter, forecast after it; variance where both are known."""
    overall, rows = told.shown.totals.overall, []
    for quarter, planned, amount in zip(told.quarter.year.quarters, told.profile, overall.quarters, strict=True):
        figures = (amount, None, amount - planned) if quarter <= told.quarter else (None, amount, None)
        rows.append(
            (quarter.short, format_pounds(planned), *("–" if each is None else format_pounds(each) for each in figures))
        )
    sums = (told.plan, overall.to_date, overall.forecast)
    return Table(
        "Spend and forecast by quarter",
        ("Quarter", "Planned", "Spent", "Forecast", "Variance"),
        (*rows, ("The year", *(format_pounds(each) for each in sums), "–")),
        frozenset(range(1, 5)),
        total=True,
    )


def underspend(told: Gathered) -> Iterator[Block]:
    """What is not expected to be spent, why, and what was moved."""
    meaning = what_underspend_means(told.underspend, carry_over=told.year.programme.carry_over)
    amount = "" if told.underspend is None else f"Forecast underspend of the year: {format_pounds(told.underspend)}. "
    yield Paragraph(f"{amount}{meaning}.")
    left = told.underspends
    if left:
        yield Table(
            "Not expected to be spent",
            ("Intervention", "Stream", "Amount", "Why"),
            tuple((row.reference, begin(row.stream), format_pounds(row.amount), row.reason) for row in left),
            frozenset({2}),
        )
    if told.variations:
        yield Table(
            "Money that was moved",
            ("Variation", "From", "To", "Amount", "Why", "Approved"),
            tuple(
                (
                    row.reference, row.moved_from, row.moved_to, format_pounds(row.amount), row.reason,
                    f"{format_day(row.on)}, {row.approved_by}" if row.on else row.approved_by,
                )
                for row in told.variations
            ),
            frozenset({3}),
        )  # fmt: skip
    else:
        yield Paragraph("No money was moved between awards.")


def match(told: Gathered, drawn: dict[str, Drawn]) -> Iterator[Block | Drawn]:
    """Match by intervention, and what of it falls short."""
    rows, whole = told.content.match, told.match
    if not rows:
        yield Paragraph("No match is recorded.")
    else:
        yield Paragraph("Other money beside the grant. Match in kind is valued, and never claimed.")
        if "match" in drawn:
            yield drawn["match"]
        amounts = [
            (
                row.pledged_cash,
                row.pledged_in_kind,
                row.secured,
                row.received,
                row.spent_before + row.spent_this_quarter,
            )
            for row in rows
        ]
        sums = tuple(sum(column, ZERO) for column in zip(*amounts, strict=True))
        lines = [
            *((f"{row.reference} {row.title}", of) for row, of in zip(rows, amounts, strict=True)),
            ("All interventions", sums),
        ]
        yield Table(
            f"Match by intervention to {told.quarter.short}",
            ("Intervention", "Pledged, cash", "Pledged, in kind", "Secured", "Received", "Spent"),
            tuple((name, *(format_pounds(amount) for amount in of)) for name, of in lines),
            frozenset(range(1, 6)),
            total=True,
        )
        yield Bullets(tuple(f"{row.reference}: given by {row.funders}" for row in rows))
    yield Paragraph(f"{whole.rule} Pledged and counted towards it: {format_pounds(whole.counted)}.")
    if told.match_alerts:
        yield Bullets(tuple(f"{alert.about}: {alert.sentence}" for alert in told.match_alerts))
