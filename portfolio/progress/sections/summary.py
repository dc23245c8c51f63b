"""What a report begins and ends with: the whole in a few sentences, and how its figures were made."""

from collections.abc import Iterator

from portfolio.money import format_pounds
from portfolio.progress.gathering import Gathered
from portfolio.progress.rules import against, expected_in_words, money_in_words, rags_in_words
from portfolio.returns.contents.notes import WITHOUT_FIGURE
from portfolio.words import count
from reports.documents import Block, Bullets, Heading, Paragraph

MOST_WARNINGS = 12
"""So many warnings stand in the summary; the return has them all."""


def summary(told: Gathered) -> Iterator[Block]:
    """The whole in a few sentences, and what is to be looked at."""
    overall, shown = told.shown.totals.overall, told.shown
    yield Paragraph(money_in_words(told.csp.name, overall.allocation, overall.awarded, len(told.interventions)))
    spent = against(overall.to_date, overall.profile_to_date)
    yield Paragraph(
        f"To the end of {told.quarter.short}, {format_pounds(overall.to_date)} was spent: {spent}. "
        f"{expected_in_words(told.outturn, told.plan)}"
    )
    rows = [one.first.row for one in told.interventions]
    yield Paragraph(
        f"Delivery: {rags_in_words(row.delivery_rag for row in rows)}. "
        f"Spend: {rags_in_words(row.spend_rag for row in rows)}."
    )
    missing = [told.here(f"{note.about}: {note.text}") for note in shown.left_out]
    warned = [told.here(f"{warning.about}: {warning.sentence}") for warning in shown.warnings]
    changed = [
        f"Since the return was issued, the {each.what} of {each.stream} went from {format_pounds(each.issued)} "
        f"to {format_pounds(each.now)}"
        for each in told.changed
    ]
    more = len(warned) - MOST_WARNINGS + shown.more_warnings
    if missing or changed or warned:
        yield Heading("To look at", 3)
        besides = [f"{count(more, 'more warning')}, in the partnership’s return"] if more > 0 else []
        yield Bullets((*missing, *changed, *warned[:MOST_WARNINGS], *besides))


def notes(told: Gathered) -> Iterator[Block]:
    """The basis of the figures, and what must be known to read them."""
    yield Paragraph(told.content.cover.basis)
    yield Paragraph(
        "Every figure of money is that of the partnership’s return for the quarter, which is its part of the combined "
        "return to the OPCC. Variance is actual less profile: negative is an underspend."
    )
    # What is left out stands in the summary, and what is not known of a measure beside the measure.
    elsewhere = told.shown.left_out
    notes = [note for note in told.shown.notes if note not in elsewhere and note.about != WITHOUT_FIGURE]
    yield Bullets(tuple(told.here(f"{note.about}: {note.text}") for note in notes))
