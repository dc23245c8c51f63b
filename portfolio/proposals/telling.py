"""What the pages of a proposal tell: the tasks of a draft, and what it asks for by stream, category and quarter."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from portfolio.errors import PortfolioError
from portfolio.money import ZERO
from portfolio.proposals.actions import Contents
from portfolio.proposals.calls import CallStage, call_stage
from portfolio.proposals.models import Ask, Proposal, Round
from portfolio.proposals.rules import days_late, how_late
from portfolio.quarters import Quarter, format_day
from portfolio.words import begin, count


class Step(StrEnum):
    """The steps in which a proposal is written, in the order of its pages, as addresses name them."""

    PROJECT = "project"
    WORK = "work"
    MONEY = "money"
    MATCH = "match"

    @property
    def heading(self) -> str:
        """What its page is called."""
        return _TITLES[self]

    @property
    def after(self) -> "Step | None":
        """The step that follows; None after the last."""
        steps = list(Step)
        return next(iter(steps[steps.index(self) + 1 :]), None)


_TITLES = {
    Step.PROJECT: "The project",
    Step.WORK: "What would be done",
    Step.MONEY: "What it asks for",
    Step.MATCH: "Match that it offers",
}
_OF_WORK = ("summary", "need", "levels")


def step_of(field: str | None) -> Step:
    """The step on which a fault is put right."""
    name = field or ""
    if name.startswith("requested"):
        return Step.MONEY
    return Step.WORK if name in _OF_WORK else Step.PROJECT


@dataclass(frozen=True)
class Task:
    """A task of the list: where it is done, its state in words, and what it needs."""

    title: str
    href: str
    status: str
    note: str | None = None


def tasks_of(
    contents: Contents, faults: Sequence[PortfolioError], hrefs: Mapping[Step, str], documents: int, documents_at: str
) -> list[Task]:
    """Every step of a draft as a task, with its documents at the end."""
    found = [
        Task(
            step.heading,
            hrefs[step],
            *_state(step, contents, [fault for fault in faults if step_of(fault.field) is step]),
        )
        for step in Step
    ]
    files = ("done", count(documents, "file")) if documents else ("optional", None)
    return [*found, Task("Documents", documents_at, *files)]


def _state(step: Step, contents: Contents, faults: Sequence[PortfolioError]) -> tuple[str, str | None]:
    if step is Step.MATCH:
        return ("done" if contents.offers else "optional"), None
    if faults:
        begun = step is Step.PROJECT or (step is Step.WORK and (contents.summary or contents.need or contents.levels))
        return ("needs something" if begun else "not started"), faults[0].sentence
    return "done", None


@dataclass(frozen=True)
class AskedLine:
    """What is asked for in one category, by the columns of its table, in pounds; None where nothing is."""

    words: str
    amounts: tuple[Decimal | None, ...]
    total: Decimal


@dataclass(frozen=True)
class AskedTable:
    """What a proposal asks of one stream, by category and quarter as far as it says, in pounds."""

    stream: str
    columns: tuple[str, ...]
    lines: tuple[AskedLine, ...]
    totals: tuple[Decimal, ...]
    total: Decimal


def asked_tables(proposal: Proposal) -> list[AskedTable]:
    """A table for each stream that a proposal asks of; quarters and categories in their order, what has none last."""
    streams = {ask.stream_id: ask.stream for ask in proposal.asks}
    ordered = sorted(streams.values(), key=lambda stream: stream.position)
    return [_asked_of(stream.name, [ask for ask in proposal.asks if ask.stream_id == stream.id]) for stream in ordered]


def asked_in_all(tables: Sequence[AskedTable]) -> Decimal:
    """What some tables come to together, in pounds."""
    return sum((each.total for each in tables), ZERO)


def match_in_all(proposal: Proposal) -> Decimal:
    """The match that a proposal offers, cash and in kind, in pounds."""
    return sum((offer.pledged for offer in proposal.match_offers), ZERO)


def _asked_of(stream: str, asks: Sequence[Ask]) -> AskedTable:
    quarters = sorted({ask.quarter for ask in asks if ask.quarter is not None})
    columns: list[Quarter | None] = [*quarters, *([None] if any(ask.quarter is None for ask in asks) else [])]
    categories = {ask.category_id: ask.category for ask in asks}
    ordered = sorted(categories.values(), key=lambda each: (each is None, each.position if each else 0))
    lines = [
        _line(
            begin(category.name) if category else "Not by category",
            [ask for ask in asks if ask.category is category],
            columns,
        )
        for category in ordered
    ]
    totals = tuple(_sum([ask for ask in asks if ask.quarter == column]) for column in columns)
    return AskedTable(
        begin(stream),
        tuple(_column(column, alone=len(columns) == 1) for column in columns),
        tuple(lines),
        totals,
        _sum(asks),
    )


def _column(quarter: Quarter | None, *, alone: bool) -> str:
    if quarter is not None:
        return quarter.short
    return "Whole year" if alone else "Not by quarter"


def _line(words: str, asks: Sequence[Ask], columns: Sequence[Quarter | None]) -> AskedLine:
    amounts = tuple(
        _sum(found) if (found := [ask for ask in asks if ask.quarter == each]) else None for each in columns
    )
    return AskedLine(words, amounts, _sum(asks))


def _sum(asks: Sequence[Ask]) -> Decimal:
    return sum((ask.amount for ask in asks), ZERO)


def problems_of(faults: Sequence[PortfolioError], addresses: Mapping[Step, str]) -> list[tuple[str, str]]:
    """What keeps a draft from being handed in, each with the address of the step where it is put right."""
    return [(fault.sentence, addresses[step_of(fault.field)]) for fault in faults]


def call_in_words(call: Round, stage: CallStage) -> str:
    """When a call opens, and when it closes or has closed."""
    closes = format_day(call.closes_on)
    match stage:
        case CallStage.TO_COME:
            return f"It opens on {format_day(call.opens_on)}, and closes at the end of {closes}"
        case CallStage.OPEN:
            return f"It is open until the end of {closes}"
        case CallStage.CLOSED:
            return f"It closed on {closes}"


@dataclass(frozen=True)
class CallTold:
    """A call that a draft answers: where it stands, and how late the draft would be that is handed in today."""

    csp: str
    key: str
    closes_on: date
    stage: CallStage
    days_late: int | None

    @property
    def in_words(self) -> str:
        """When it closes or closed, and what that means for a draft."""
        if self.days_late is not None:
            return (
                f"The call of {self.csp} closed on {format_day(self.closes_on)}. You can still submit: "
                f"the proposal is kept as {how_late(self.days_late)}, and the partnership says whether it takes it"
            )
        if self.stage is CallStage.CLOSED:
            return f"The call of {self.csp} closed on {format_day(self.closes_on)}. The proposal came in time"
        return f"The call of {self.csp} closes at the end of {format_day(self.closes_on)}"


def calls_told(calls: Sequence[Round], proposal: Proposal, today: date) -> list[CallTold]:
    """The calls that a draft answers."""
    handed_in = proposal.received_on or today
    return [
        CallTold(
            call.csp.short_name,
            call.csp.key,
            call.closes_on,
            call_stage(call.opens_on, call.closes_on, today),
            days_late(handed_in, call.closes_on),
        )
        for call in calls
    ]
