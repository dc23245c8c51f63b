"""A claim as finance decides on it: each line beside its plan and the quarter before, and what can be asked about."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from portfolio.spend.asking import Thread, threads_of
from portfolio.spend.checks import Contents
from portfolio.spend.letters import THE_CLAIM
from portfolio.spend.models import Claim, ClaimLine
from portfolio.spend.queries import Sheet
from portfolio.spend.showing import Column, total_of
from portfolio.words import begin

ByLine = Mapping[tuple[str, str], Decimal]
"""Pounds by stream and category."""


@dataclass(frozen=True)
class ComparedLine:
    """A category of a stream: what was planned, spent in the quarter before, and claimed now; None for nothing."""

    category: str
    before: Decimal | None
    planned: Decimal | None
    amount: Decimal | None
    description: str = ""
    transaction: str | None = None


def compared_lines(sheet: Sheet, contents: Contents, planned: ByLine) -> dict[str, list[ComparedLine]]:
    """A claim's lines by stream; then the categories that were planned, or spent on before, and are not claimed now."""
    before = sheet.spent_before()
    lines: dict[str, list[ComparedLine]] = {stream: [] for stream in sheet.ground.award}
    seen: set[tuple[str, str]] = set()
    for line in contents.lines:
        key = (line.stream, line.category)
        beside = (None, None) if key in seen else (before.get(key), planned.get(key))
        seen.add(key)
        lines.setdefault(line.stream, []).append(
            ComparedLine(line.category, *beside, line.amount, line.description or "", line.transaction)
        )
    for stream, category in dict.fromkeys((*planned, *before)):
        if (stream, category) not in seen:
            key = (stream, category)
            lines.setdefault(stream, []).append(ComparedLine(category, before.get(key), planned.get(key), None))
    return lines


def line_columns(sheet: Sheet) -> list[str | Column]:
    """The columns of a claim's lines; the first quarter of a year has no quarter before it."""
    last, now = ([each.name, "number", f"{each.name} actual"] for each in (sheet.quarter.previous, sheet.quarter))
    return ["Cost category", *([] if sheet.is_first else [last]), ["Profile", "number"], now, "What it was for"]


def forecast_columns(sheet: Sheet) -> list[str | Column]:
    """The columns of the later quarters where forecasts are compared, and what they come to."""
    later = [[quarter.name, "number", f"{quarter.name} forecast"] for quarter in sheet.ground.to_forecast]
    closing = [["Outturn", "number"], ["Award", "number"], ["Not used", "number", "Not used of the award"]]
    return ["What is expected", *later, *closing]


@dataclass(frozen=True)
class Askable:
    """What a question can be about, with the figures that it would be asked of, and what was asked before."""

    line: str
    before: Decimal | None = None
    """Of the line, in the quarter before."""
    amount: Decimal | None = None
    description: str = ""
    thread: Thread | None = None


def askables(sheet: Sheet, claim: Claim) -> dict[str, Askable]:
    """What finance can ask about, as the boxes name it: the claim as a whole, each of its lines, each earlier thread.

    A line that was asked about before is gone on from there.
    """
    before, threads = sheet.spent_before(), threads_of(claim)
    of_line = {thread.about: thread for thread in threads}
    about = {"whole": Askable(begin(THE_CLAIM))}
    lines: dict[tuple[int, int], list[ClaimLine]] = {}
    for line in claim.lines:
        lines.setdefault((line.stream_id, line.category_id), []).append(line)
    for (stream_id, category_id), rows in lines.items():
        stream, category = rows[0].stream.name, rows[0].category.name
        thread = of_line.get((stream_id, category_id))
        about[f"after-{thread.last.id}" if thread else f"line-{stream_id}-{category_id}"] = Askable(
            f"{begin(stream)}, {category}",
            before.get((stream, category)),
            total_of(row.amount for row in rows),
            "; ".join(row.description for row in rows if row.description),
            thread,
        )
    return about | {
        f"after-{thread.last.id}": Askable(thread.line, thread=thread)
        for thread in threads
        if f"after-{thread.last.id}" not in about
    }
