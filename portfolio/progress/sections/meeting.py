"""What a meeting is told of what is still to be done: what is due of whom, and the actions that meetings agreed."""

from collections.abc import Iterator

from portfolio.funding_years.rules import deadline
from portfolio.meetings.rules import standing
from portfolio.progress.gathering import Gathered
from portfolio.quarters import format_day, lateness
from portfolio.returns.contents.decided import UNDECIDED
from portfolio.returns.contents.notes import LEFT_OUT
from portfolio.words import begin, count
from reports.documents import Block, Paragraph, Table

LEADS, FINANCE, PARTNERSHIP = "Project leads", "Finance", "The partnership"


def due(told: Gathered) -> Iterator[Block]:
    """What is due, of whom, and by when."""
    rows = [*_claims(told), *_return(told), *_of_partnership(told)]
    if not rows:
        yield Paragraph("Nothing is due.")
        return
    yield Table("What is due, and of whom", ("What", "Who", "By when"), tuple(rows))


def _claims(told: Gathered) -> Iterator[tuple[str, str, str]]:
    deadlines, today = told.year.programme.claim_deadlines, told.day
    here = deadline(told.quarter, deadlines)
    for note in told.shown.left_out:
        state = note.about.removeprefix(f"{LEFT_OUT}: ")
        when = f"{format_day(here)}, {lateness(here, today)}"
        yield f"Claims of {told.quarter.short}, {state}: {told.here(note.text)}", LEADS, when
    for quarter in told.quarter.remaining():
        day = deadline(quarter, deadlines)
        if day >= today:
            yield f"Claims of {quarter}", LEADS, f"{format_day(day)}, {lateness(day, today)}"
            return


def _return(told: Gathered) -> Iterator[tuple[str, str, str]]:
    """The combined return, until it has left; it is due with the quarter's claims."""
    row, day = told.combined, deadline(told.quarter, told.year.programme.claim_deadlines)
    if row is not None and row.status.has_left:
        return
    state = "not prepared yet" if row is None else row.status.value
    yield f"The OPCC return of {told.quarter.short}: {state}", FINANCE, f"{format_day(day)}, {lateness(day, told.day)}"


def _of_partnership(told: Gathered) -> Iterator[tuple[str, str, str]]:
    waiting = [each.row.reference for each in told.decided if each.row.outcome == UNDECIDED]
    if waiting:
        yield f"{count(len(waiting), 'proposal')} without a decision: {', '.join(waiting)}", PARTNERSHIP, "Next meeting"
    if told.moves_asked_for:
        yield f"{count(told.moves_asked_for, 'variation')} asked for and not decided on", PARTNERSHIP, "Next meeting"
    silent = [row.code for row in told.content.measures if row.quarter == told.quarter and row.value is None]
    if silent:
        yield (
            f"Success measures of {told.quarter.short} without a figure: {', '.join(silent)}",
            "OPCC, partnership",
            "Next return",
        )


def actions_agreed(told: Gathered) -> Iterator[Block]:
    """The actions that are still to be done, and those that ended since the quarter began."""
    if not told.actions:
        yield Paragraph("No action is open, and none has ended since the quarter began.")
        return
    rows = []
    for row in told.actions:
        where = standing(row.due_on, row.ended_on, told.day, dropped=row.dropped)
        words = f"{row.text}\n({row.about.reference} {row.about.title})" if row.about else row.text
        came = row.note or ("" if row.ended_on else lateness(row.due_on, told.day).capitalize())
        rows.append((words, row.owner.name, format_day(row.due_on), begin(where), came or "–"))
    yield Table(
        f"Open, or ended since {format_day(told.quarter.first_day)}",
        ("Action", "Who", "Due", "State", "What came of it"),
        tuple(rows),
    )
