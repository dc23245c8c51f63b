"""A progress report in words, tables and pictures: the page and the Word file are made of the same blocks."""

from dataclasses import dataclass

from portfolio.money import format_pounds
from portfolio.progress.charts import Drawn, pictures
from portfolio.progress.gathering import Gathered
from portfolio.progress.rules import against, amount_in_words, what_unallocated_means, what_underspend_means
from portfolio.progress.sections.decided import decisions
from portfolio.progress.sections.interventions import interventions
from portfolio.progress.sections.meeting import actions_agreed, due
from portfolio.progress.sections.money import match, money, underspend
from portfolio.progress.sections.outcomes import measures, outcomes
from portfolio.progress.sections.summary import notes, summary
from portfolio.quarters import format_day
from portfolio.words import begin
from reports.documents import Block


@dataclass(frozen=True)
class KeyFigure:
    """A figure that the report begins with."""

    label: str
    figure: str
    note: str


@dataclass(frozen=True)
class Section:
    """A part of the report, and the name by which its page is jumped to."""

    name: str
    title: str
    blocks: tuple[Block | Drawn, ...]


@dataclass(frozen=True)
class Report:
    """A partnership's progress report of a quarter."""

    title: str
    about: str
    """Of which period, and as at which day."""
    key: tuple[KeyFigure, ...]
    sections: tuple[Section, ...]


def report_of(told: Gathered, *, narrow: bool = False) -> Report:
    """The report, section by section, as an agenda has it."""
    drawn = pictures(told, narrow=narrow)
    parts = (
        ("summary", "Summary", summary(told)),
        ("money", "Allocation and spend", money(told, drawn)),
        ("interventions", "Interventions", interventions(told, drawn)),
        ("underspend", "Underspend and variations", underspend(told)),
        ("match", "Match funding", match(told, drawn)),
        ("outcomes", "Outputs and outcomes", outcomes(told, drawn)),
        ("measures", "Success measures", measures(told, drawn)),
        ("decisions", "Decisions on proposals", decisions(told)),
        ("due", "What is due", due(told)),
        ("actions", "Actions from meetings", actions_agreed(told)),
        ("notes", "How the figures were made", notes(told)),
    )
    year = told.year
    return Report(
        f"Progress report: {year.programme.name}, {told.quarter.short}",
        f"{told.quarter}. Figures as they stood on {format_day(told.day)}.",
        _key(told),
        tuple(Section(name, title, tuple(blocks)) for name, title, blocks in parts),
    )


def _key(told: Gathered) -> tuple[KeyFigure, ...]:
    overall = told.shown.totals.overall
    meaning = what_underspend_means(told.underspend, carry_over=told.year.programme.carry_over)
    return (
        KeyFigure("Allocation", format_pounds(overall.allocation), f"{format_pounds(overall.requested)} was asked for"),
        KeyFigure("Awarded", format_pounds(overall.awarded), what_unallocated_means(overall.unallocated)),
        KeyFigure(
            f"Spent to {told.quarter.short}",
            format_pounds(overall.to_date),
            begin(against(overall.to_date, overall.profile_to_date)),
        ),
        KeyFigure("Forecast outturn", amount_in_words(told.outturn), "Spent to date, and the forecast for the rest"),
        KeyFigure("Forecast underspend", amount_in_words(told.underspend), meaning),
    )
