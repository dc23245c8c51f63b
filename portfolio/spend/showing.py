"""A claim as pages show it: every figure ready, so that templates only write."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from portfolio.decisions.models import Award
from portfolio.money import ZERO
from portfolio.quarters import Quarter, format_day
from portfolio.spend.asking import Thread, threads_of
from portfolio.spend.checks import Contents, Variance, variances
from portfolio.spend.claiming import contents_of
from portfolio.spend.figures import ByQuarter, Position
from portfolio.spend.models import Claim, ClaimQuery
from portfolio.spend.queries import Entry, Sheet
from portfolio.spend.queue import Matters
from portfolio.spend.rules import WAIT_FOR_FINANCE, Stage, same_person

Column = list[str]
"""A column of a table, as the table macro takes it: heading, kind, and its label on a narrow screen."""


def forecast_columns(sheet: Sheet) -> list[str | Column]:
    """The columns of the later quarters."""
    later = [[quarter.name, "number", f"{quarter.name} forecast"] for quarter in sheet.ground.to_forecast]
    return ["Stream", *later, ["Not used", "number", "Not used of the award"]]


def of_stream(before: Mapping[tuple[str, str], Decimal], stream: str) -> Decimal | None:
    """What the quarter before came to, or None where nothing was claimed in it."""
    amounts = [amount for (of, _), amount in before.items() if of == stream]
    return total_of(amounts) if amounts else None


def total_of(amounts: Iterable[Decimal | None]) -> Decimal:
    """What amounts come to; blanks count as nothing here."""
    return sum((amount for amount in amounts if amount is not None), ZERO)


@dataclass(frozen=True)
class CategoryRow:
    """What was claimed of a stream on a category, before and now, and what for."""

    category: str
    before: Decimal | None
    amount: Decimal
    description: str | None
    transaction: str | None


@dataclass(frozen=True)
class ForecastCell:
    """What a stream is expected to spend in a later quarter; where it was not forecast, its profile stands in."""

    quarter: Quarter
    amount: Decimal
    was_given: bool
    before: Decimal | None
    """What the quarter before forecast for it; None where it did not."""
    profile: Decimal


@dataclass(frozen=True)
class StreamFigures:
    """A stream of a claim to read: lines, variance of the quarter and to date, forecast and what is left."""

    name: str
    rows: Sequence[CategoryRow]
    variance: Variance
    to_date: Variance
    before: Decimal | None
    """The quarter before, or None where nothing was claimed in it."""
    foreseen: Decimal | None
    """What the quarter before forecast for this one."""
    forecasts: Sequence[ForecastCell]
    award: Decimal
    left: Decimal
    outturn: Decimal

    @property
    def unused(self) -> Decimal:
        """Award less outturn: positive is an underspend."""
        return self.award - self.outturn


def figures_of(sheet: Sheet, contents: Contents) -> list[StreamFigures]:
    """A claim's figures by stream."""
    ground, before, foreseen = sheet.ground, sheet.spent_before(), sheet.forecasts_before()
    blocks = []
    for variance in variances(contents.spent, ground):
        stream, position = variance.stream, sheet.positions[variance.stream]
        expected = ground.expected(stream, contents)
        corrected = position.corrections[sheet.quarter.number - 1]
        to_date = position.before + corrected + variance.actual
        blocks.append(
            StreamFigures(
                name=stream,
                rows=[
                    CategoryRow(
                        line.category,
                        before.get((stream, line.category)),
                        line.amount,
                        line.description,
                        line.transaction,
                    )
                    for line in contents.lines
                    if line.stream == stream
                ],
                variance=variance,
                to_date=Variance(stream, to_date, position.profile_to_date, must_be_explained=False),
                before=of_stream(before, stream),
                foreseen=foreseen.get((stream, sheet.quarter)),
                forecasts=[
                    ForecastCell(
                        quarter,
                        expected.get(quarter, ZERO),
                        (stream, quarter) in contents.forecasts,
                        foreseen.get((stream, quarter)),
                        ground.planned.get((stream, quarter), ZERO),
                    )
                    for quarter in ground.to_forecast
                ],
                award=ground.award[stream],
                left=ground.left(stream) - variance.actual,
                outturn=ground.outturn(stream, contents),
            )
        )
    return blocks


@dataclass(frozen=True)
class Doors:
    """What the viewer can do with a claim that is read, not written."""

    approves: bool = False
    is_own: bool = False
    """Whether the viewer sent it, so that somebody else must approve it."""
    asks: bool = False
    corrects: bool = False


def doors(sheet: Sheet, viewer_id: int, *, decides: bool, corrects: bool) -> Doors:
    """Finance approves what waits, asks about what is not locked, and corrects what is."""
    claim, locked = sheet.claim, sheet.ground.locked_because is not None
    if sheet.ground.closed:
        return Doors()
    if locked or claim is None:
        return Doors(corrects=corrects and locked)
    return Doors(
        approves=decides and claim.status.waits_for_finance,
        is_own=same_person(claim.submitted_by_id, viewer_id) is not None,
        asks=decides and claim.status.can_be_queried,
    )


@dataclass(frozen=True)
class ApprovalRow:
    """A claim among several to approve."""

    claim: Claim
    claimed: Decimal
    explanation: str | None
    matters: Matters
    threads: Sequence[Thread]

    @classmethod
    def of(cls, claim: Claim, matters: Matters) -> "ApprovalRow":
        """One of a claim's rows."""
        return cls(claim, contents_of(claim).total, claim.variance_explanation, matters, threads_of(claim))


@dataclass(frozen=True)
class Task:
    """Something a lead has to do, and until when."""

    title: str
    href: str
    status: str
    note: str
    quarter: Quarter


def tasks_of(
    waiting: Iterable[Entry],
    questions: Mapping[int, Sequence[ClaimQuery]],
    today: date,
    address_of: Callable[[Entry], str],
) -> list[Task]:
    """What waits for a lead, in the order of deadlines; a quarter that is not over waits only where it was begun."""
    tasks = [
        (
            row.due,
            Task(
                f"{row.reference} {row.title}, {row.quarter.short}",
                address_of(row),
                row.stage,
                f"{row.csp_name}. {_asked(questions.get(row.claim_id, ()))}{_until(row.due, today)}",
                row.quarter,
            ),
        )
        for row in waiting
        if row.stage != Stage.NOT_STARTED or row.quarter.last_day < today
    ]
    return [task for _, task in sorted(tasks, key=lambda dated: dated[0])]


def _asked(questions: Sequence[ClaimQuery]) -> str:
    return "".join(f"Finance asks: {question.question} " for question in questions)


def _until(due: date, today: date) -> str:
    days = (due - today).days
    shown = format_day(due)
    if days < 0:
        return f"Was due on {shown}"
    return f"Due today, {shown}" if days == 0 else f"Due on {shown}"


@dataclass(frozen=True)
class YearRow:
    """A line of an award's year: four quarters, and what they come to."""

    label: str
    quarters: ByQuarter
    kind: str | None = None

    @property
    def total(self) -> Decimal:
        """Of the year."""
        return sum(self.quarters, ZERO)


@dataclass(frozen=True)
class StreamYear:
    """A stream of an award through a year."""

    name: str
    position: Position

    @property
    def rows(self) -> list[YearRow]:
        """What was planned, claimed and corrected; and what was spent, with the forecast where nothing was yet."""
        position = self.position
        corrections = [YearRow("Corrections", position.corrections)] if any(position.corrections) else []
        return [
            YearRow("Profile", position.profile),
            YearRow("Claimed", position.claimed),
            *corrections,
            YearRow("Actual, then forecast", position.quarters, "total"),
        ]


def stream_years(award: Award, positions: Mapping[int, Position]) -> list[StreamYear]:
    """An award's streams in the programme's order."""
    streams = award.proposal.funding_year.programme.streams
    return [StreamYear(stream.name, positions[stream.id]) for stream in streams if stream.id in positions]


@dataclass(frozen=True)
class Listed:
    """A line of a quarter's list."""

    entry: Entry
    href: str
    can_be_ticked: bool
    """Whether the viewer can approve it: it waits, and somebody else sent it."""


def listed(rows: Iterable[Entry], viewer_id: int, address_of: Callable[[Entry], str]) -> list[Listed]:
    """The lines of a quarter's list, as somebody sees them."""
    return [
        Listed(
            row,
            address_of(row),
            row.stage in WAIT_FOR_FINANCE and same_person(row.submitted_by_id, viewer_id) is None,
        )
        for row in rows
    ]
