"""What the partnership decided on the proposals that asked it."""

from collections.abc import Iterator

from portfolio.money import ZERO, format_pounds
from portfolio.progress.gathering import Decided, Gathered
from portfolio.progress.rules import outcomes_in_words
from portfolio.quarters import format_day
from portfolio.words import count
from reports.documents import Block, Bullets, Heading, Paragraph, Table


def decisions(told: Gathered) -> Iterator[Block]:
    """Each proposal, what it asked, and what was decided."""
    decided = told.decided
    if not decided:
        yield Paragraph("No proposals were submitted to the partnership in this year.")
        return
    asked, awarded = (sum((getattr(each, name) for each in decided), ZERO) for name in ("requested", "awarded"))
    begun = told.quarter.first_day
    lately = sum(each.row.on is not None and each.row.on >= begun for each in decided)
    yield Paragraph(
        f"{count(len(decided), 'proposal')} asked for {format_pounds(asked)} together: "
        f"{outcomes_in_words(each.row.outcome for each in decided)}. "
        f"{count(lately, 'decision')} {'was' if lately == 1 else 'were'} taken since {format_day(begun)}."
    )
    rows = tuple(
        (
            f"{each.row.reference} {each.row.title}",
            each.row.lead_organisation,
            format_pounds(each.requested),
            each.row.outcome,
            format_pounds(each.awarded),
        )
        for each in decided
    )
    yield Table(
        "What was asked, and what was decided",
        ("Proposal", "Lead organisation", "Asked", "Decision", "Awarded"),
        (*rows, ("All proposals", "", format_pounds(asked), "", format_pounds(awarded))),
        frozenset({2, 4}),
        total=True,
    )
    told_why = tuple(f"{each.row.reference}: {why}" for each in decided if (why := _why(each)))
    if told_why:
        yield Heading("When it was decided, and why", 3)
        yield Bullets(told_why)


def _why(each: Decided) -> str:
    """The meeting and its minute, the reason and the conditions, as far as they are recorded."""
    row = each.row
    met = ", ".join(part for part in (format_day(row.on) if row.on else "", row.minute or "") if part)
    conditions = f"Conditions: {row.conditions}" if row.conditions else ""
    parts = (part.rstrip(".") for part in (met, row.reason or "", conditions) if part)
    return "".join(f"{part}. " for part in parts).strip()
