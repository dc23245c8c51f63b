"""How each intervention goes: a line in tables, and a paragraph of its own."""

from collections.abc import Iterator

from portfolio.money import format_pounds
from portfolio.progress.charts import Drawn
from portfolio.progress.gathering import Gathered, Intervention
from portfolio.progress.rules import NOT_GIVEN, against, amount_in_words, claim_in_words, expected_in_words
from portfolio.words import figure
from reports.content import OutputRow
from reports.documents import Block, Bullets, Heading, Paragraph, Table


def interventions(told: Gathered, drawn: dict[str, Drawn]) -> Iterator[Block | Drawn]:
    """All of them in tables, then each in a paragraph with what its lead says."""
    if not told.interventions:
        yield Paragraph("Nothing is awarded in this year yet.")
        return
    yield Table(
        "RAG of each intervention, as its lead reports it",
        ("Intervention", "Lead organisation", "Delivery", "Spend", "Claim"),
        tuple(
            (
                one.name,
                row.lead_organisation,
                row.delivery_rag or NOT_GIVEN,
                row.spend_rag or NOT_GIVEN,
                row.claim_status,
            )
            for one in told.interventions
            for row in [one.first.row]
        ),
    )
    if "interventions" in drawn:
        yield drawn["interventions"]
    yield Table(
        f"Where each intervention’s money stands at {told.quarter.short}",
        ("Intervention", "Awarded", "Planned to date", "Spent to date", "Variance", "Expected in the year"),
        tuple(
            (
                one.name,
                *(format_pounds(each) for each in (one.award, one.planned_to_date, one.to_date)),
                format_pounds(one.to_date - one.planned_to_date),
                amount_in_words(one.outturn),
            )
            for one in told.interventions
        ),
        frozenset(range(1, 6)),
    )
    for one in told.interventions:
        yield from _intervention(told, one)


def _intervention(told: Gathered, one: Intervention) -> Iterator[Block]:
    row, quarter = one.first.row, told.quarter.short
    spent = against(one.to_date, one.planned_to_date)
    levels = f", {row.levels.lower()}" if row.levels else ""
    yield Heading(one.name, 3)
    said = [
        f"Led by {row.lead_organisation}: {row.kind.lower()}{levels}. {format_pounds(one.award)} is awarded.",
        f"To the end of {quarter}, {format_pounds(one.to_date)} was spent: {spent}.",
        claim_in_words(row.claim_status, quarter),
        expected_in_words(one.outturn, one.plan),
        f"Delivery is {row.delivery_rag or 'not given'}, spend is {row.spend_rag or 'not given'}.",
    ]
    yield Paragraph(" ".join(sentence for sentence in said if sentence))
    words = (
        ("Progress, in its lead’s words", row.narrative),
        ("Why spend differs from the plan", row.explanation),
        ("Risks", one.risks),
    )
    for what, text in words:
        if (text or "").strip():
            yield Paragraph(f"{what}: {text}")
    outputs = [_output(told, each) for each in told.content.outputs if each.reference == one.reference]
    if outputs:
        yield Bullets(tuple(outputs))


def _output(told: Gathered, row: OutputRow) -> str:
    reached = told.instead_of(row) or (None if row.to_date is None else figure(row.to_date))
    so_far = "nothing reported yet" if reached is None else f"{reached} {row.unit}"
    target = "" if row.target is None else f" of {figure(row.target)} promised"
    return f"{row.indicator}: {so_far}{target}"
