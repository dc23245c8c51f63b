"""The sheets that several returns have: cover, interventions, match, measures, certification, notes."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from portfolio.quarters import format_day
from reports.cells import LONGEST_NAME, as_text
from reports.content import Kind, MatchRow, MeasureRow, ReturnContent
from reports.names import Names
from reports.notes import (
    ACCRUED,
    CASH_ONLY,
    CORRECTIONS,
    FORECASTS,
    PERCENTAGES,
    STANDING_NOTES,
    UNAVAILABLE,
    UNDERSPEND,
    VARIANCE,
)
from reports.sheets import Book, Column, Shape, Sheet, Table, money, percentage, text
from reports.totals import InterventionLine, tells_accrued

UK = ZoneInfo("Europe/London")
DRAFT = "draft"
NOT_STATED = "Not stated"
OF_WHICH_ACCRUED = "Of which accrued"


@dataclass(frozen=True)
class Item:
    """One line of a sheet that says one thing a line."""

    name: str
    detail: str | None
    blank: str = NOT_STATED


def items(table: str, lines: Sequence[Item]) -> Table[Item]:
    """A table of items and what is to be said of each."""
    columns: tuple[Column[Item], ...] = (
        text("Item", lambda item: item.name, 34),
        text("Detail", lambda item: item.detail or item.blank, 104),
    )
    return Table(table, columns, lines, sortable=False)


def sheet(name: str, title: str, about: Sequence[str], table: Table[Any], frozen: int = 1) -> Sheet:
    """A sheet with its introduction; says what the blank cells of a total row mean, where there are any."""
    lines = [*about]
    if None in table.totals:
        lines.append("In the total row, a blank cell means that there is nothing to add up.")
    return Sheet(name, as_text(title), tuple(as_text(line) for line in lines), table, frozen)


def heading(content: ReturnContent) -> str:
    """`Serious Violence Duty, Dorset, Q2 2025/26`."""
    cover = content.cover
    programme, area = (as_text(name, LONGEST_NAME) for name in (cover.programme, cover.police_area))
    return f"{programme}, {area}, {cover.quarter.short}"


def is_draft(content: ReturnContent) -> bool:
    """Whether the figures may still change."""
    return content.cover.status.casefold() == DRAFT


def moment(when: datetime) -> str:
    """`16 June 2025 at 14:05 (UK time)`."""
    local = when.astimezone(UK)
    return f"{format_day(local.date())} at {local:%H:%M} (UK time)"


NAMES_OF_KINDS = {
    Kind.CSP: "CSP quarterly return",
    Kind.OPCC: "OPCC quarterly return (combined)",
    Kind.HOME_OFFICE: "Home Office return",
    Kind.STATEMENT: "Statement of Grant Expenditure",
}


def cover_sheet(content: ReturnContent, sheets: Sequence[Sheet]) -> Sheet:
    """What the return is, in which state, and what its other sheets hold."""
    cover = content.cover
    draft = is_draft(content)
    lines = [
        Item("Return", NAMES_OF_KINDS[cover.kind]),
        Item("Programme", cover.programme),
        Item("Funder", cover.funder),
        Item("Administering body", cover.administering_body),
        Item("Police area", f"{cover.police_area} ({cover.police_area_code})"),
        Item("CSPs covered", "\n".join(cover.csps)),
        Item("Financial year", str(cover.quarter.year)),
        Item("Period", str(cover.quarter)),
        Item("Version", str(cover.version)),
        Item("Replaces", cover.supersedes, "Nothing: no earlier version"),
        Item("Reason for this version", cover.reason, "Not needed: no earlier version"),
        Item("Status", cover.status.capitalize()),
        Item("Figures as at", moment(cover.as_at)),
        Item("Prepared by", cover.prepared_by, "Not yet prepared"),
        Item("Prepared on", format_day(cover.prepared_on) if cover.prepared_on else None, "Not yet prepared"),
        Item("Protective marking", cover.marking, "None"),
        Item("Basis of preparation", cover.basis),
        *(Item(f"Sheet {other.name}", other.introduction[0]) for other in sheets),
    ]
    state = (
        f"DRAFT: figures as at {moment(cover.as_at)}, not issued"
        if draft
        else f"Version {cover.version}, {cover.status}: figures as at {moment(cover.as_at)}"
    )
    title = f"{'Draft ' if draft else ''}{NAMES_OF_KINDS[cover.kind]}: {heading(content)}"
    return Sheet("Cover", as_text(title), (as_text(state),), items("Cover", lines), alert=draft)


def quarter_headings(content: ReturnContent) -> list[str]:
    """`Q1 actual` up to the return's quarter, `Q3 forecast` after it."""
    number = content.cover.quarter.number
    return [f"Q{n} {'actual' if n <= number else 'forecast'}" for n in range(1, 5)]


def accrued_column(content: ReturnContent) -> list[Column[Any]]:
    """How much of this quarter's claims was received and not yet paid, by line; no column where nothing is told."""
    return [money(OF_WHICH_ACCRUED, lambda line: line.accrued, note=ACCRUED)] if tells_accrued(content) else []


def sum_of(headings: Sequence[str]) -> str:
    """The formula that adds up columns of the same row."""
    return "ROUND({},2)".format("+".join(f"{{{name}}}" for name in headings))


def interventions_sheet(content: ReturnContent, names: Names, lines: Sequence[InterventionLine]) -> Sheet:
    """A line for each award's stream: award, profile, actual, variance, outturn, and what its lead says of it."""
    number, by_quarter = content.cover.quarter.number, quarter_headings(content)
    columns: list[Column[InterventionLine]] = [
        text("Reference", lambda line: line.row.reference, 13),
        text("Title", lambda line: line.row.title, 30),
        text("CSP", lambda line: names.csp(line.row.csp), 24),
        text("Lead organisation", lambda line: line.row.lead_organisation, 22),
        text("New or continuation", lambda line: line.row.kind, 14),
        text("Prevention levels", lambda line: line.row.levels, 18, blank="None stated"),
        text("Stream", lambda line: names.stream(line.row.stream), 13),
        money("Award", lambda line: line.row.award),
        money("Profile this quarter", lambda line: line.profile),
        money("Actual this quarter", lambda line: line.actual, f"{{{by_quarter[number - 1]}}}"),
        money("Of which corrections", lambda line: line.row.corrections, note=CORRECTIONS),
        money(
            "Variance this quarter",
            lambda line: line.variance,
            "ROUND({Actual this quarter}-{Profile this quarter},2)",
            note=VARIANCE,
        ),
        percentage("Variance % this quarter", "Variance this quarter", "Profile this quarter", PERCENTAGES),
        text("Explanation of variance", lambda line: line.row.explanation, 44),
        money("Profile to date", lambda line: line.profile_to_date),
        money("Actual to date", lambda line: line.to_date, sum_of(by_quarter[:number])),
        money(
            "Variance to date",
            lambda line: line.variance_to_date,
            "ROUND({Actual to date}-{Profile to date},2)",
            note=VARIANCE,
        ),
        percentage("Variance % to date", "Variance to date", "Profile to date", PERCENTAGES),
        *(
            money(name, _quarter(place), note=None if place < number else FORECASTS)
            for place, name in enumerate(by_quarter)
        ),
        money("Outturn", lambda line: line.outturn, sum_of(by_quarter)),
        money("Outturn less award", lambda line: line.against_award, "ROUND({Outturn}-{Award},2)", note=UNDERSPEND),
        money("Forecast last quarter for this quarter", lambda line: line.row.previous_forecast),
        text("Claim status", lambda line: line.row.claim_status, 13),
        text("Delivery RAG", lambda line: line.row.delivery_rag, 13),
        text("Spend RAG", lambda line: line.row.spend_rag, 13),
        text("Narrative", lambda line: line.row.narrative, 60),
    ]
    return sheet(
        "Interventions",
        f"Interventions: {heading(content)}",
        ["One row for each award and stream. Amounts are in pounds."],
        Table("Interventions", columns, lines, "No awards have been made", "Total"),
        frozen=2,
    )


def _quarter(place: int) -> Callable[[InterventionLine], Decimal]:
    return lambda line: line.row.quarters[place]


def match_sheet(content: ReturnContent, names: Names) -> Sheet:
    """Match funding, apart from grant."""
    columns: list[Column[MatchRow]] = [
        text("Reference", lambda row: row.reference, 13),
        text("Title", lambda row: row.title, 34),
        text("CSP", lambda row: names.csp(row.csp), 28),
        text("Funders", lambda row: row.funders, 34),
        money("Pledged in cash", lambda row: row.pledged_cash),
        money("Pledged in kind", lambda row: row.pledged_in_kind, note=CASH_ONLY),
        money(
            "Pledged in all",
            lambda row: row.pledged_cash + row.pledged_in_kind,
            sum_of(["Pledged in cash", "Pledged in kind"]),
        ),
        money("Secured", lambda row: row.secured),
        money("Received", lambda row: row.received),
        money("Spent before this quarter", lambda row: row.spent_before),
        money("Spent this quarter", lambda row: row.spent_this_quarter),
        money(
            "Spent to date",
            lambda row: row.spent_before + row.spent_this_quarter,
            sum_of(["Spent before this quarter", "Spent this quarter"]),
        ),
    ]
    return sheet(
        "Match funding",
        f"Match funding: {heading(content)}",
        ["Other money and support in kind for each award, apart from grant. Amounts are in pounds."],
        Table("MatchFunding", columns, content.match, "No match funding was pledged", "Total"),
        frozen=2,
    )


def measures_sheet(content: ReturnContent) -> Sheet:
    """The success measures, each with its value or with the reason why there is none."""
    columns: list[Column[MeasureRow]] = [
        text("Code", lambda row: row.code, 11),
        text("Measure", lambda row: row.measure, 44),
        text("Definition", lambda row: row.definition, 44),
        text("Geography", lambda row: row.geography, 16),
        text("Source", lambda row: row.source, 26, blank=NOT_STATED),
        text("Period", lambda row: str(row.quarter), 32),
        Column("Value", lambda row: row.value, Shape.NUMBER, 16, blank="Not available", note=UNAVAILABLE),
        text("Why it is not available", _why_not, 60),
    ]
    return sheet(
        "Measures",
        f"Success measures: {heading(content)}",
        ["The funder's success measures, by quarter. A value of zero is zero; a value that is missing says why."],
        Table("Measures", columns, content.measures, "No measures have been set up"),
        frozen=2,
    )


def _why_not(row: MeasureRow) -> str:
    if row.value is not None:
        return "Not needed: the value is given"
    return row.unavailable or "No reason given"


def certification_sheet(content: ReturnContent) -> Sheet:
    """The certificate's words, and who signed them."""
    certificate = content.certification
    waiting = "To be completed when the return is certified"
    lines = [
        Item("Certificate", certificate.text),
        *([Item("To be signed by", certificate.signatory)] if certificate.signatory else []),
        *([Item("Checked by", certificate.checked_by)] if certificate.checked_by else []),
        *([Item("Checked on", format_day(certificate.checked_on))] if certificate.checked_on else []),
        Item("Name", certificate.name, waiting),
        Item("Role", certificate.role, waiting),
        Item("Date", format_day(certificate.on) if certificate.on else None, waiting),
    ]
    return sheet(
        "Certification",
        f"Certification: {heading(content)}",
        ["The certificate, and who signed it. It is never the person who prepared the return."],
        items("Certification", lines),
    )


@dataclass(frozen=True)
class _NoteLine:
    label: str
    about: str
    text: str


def assemble(content: ReturnContent, sheets: Sequence[Sheet]) -> Book:
    """The book of these sheets between a cover and the notes; notes are numbered in the order of their first use."""
    keys = dict.fromkeys(column.note for made in sheets for column in made.table.columns if column.note is not None)
    numbers = {key: number for number, key in enumerate(keys, start=1)}
    lines = [_NoteLine(f"[note {number}]", *STANDING_NOTES[key]) for key, number in numbers.items()]
    others = [note for note in content.notes if not _is_warning(note.label)]
    lines += [
        _NoteLine(f"[note {number}]", note.about, note.text) for number, note in enumerate(others, start=len(lines) + 1)
    ]
    lines += [_NoteLine(note.label, note.about, note.text) for note in content.notes if _is_warning(note.label)]
    columns: list[Column[_NoteLine]] = [
        text("Note", lambda line: line.label, 12),
        text("About", lambda line: line.about, 34),
        text("Text", lambda line: line.text, 90),
    ]
    notes = sheet(
        "Notes",
        f"Notes: {heading(content)}",
        ["Headings refer to these notes by number. Codes W1 to W10 are warnings that the figures gave rise to."],
        Table("Notes", columns, lines, "There are no notes", sortable=False),
    )
    following = [*sheets, notes]
    cover = content.cover
    return Book(
        title=as_text(f"{NAMES_OF_KINDS[cover.kind]}: {heading(content)}"),
        subject=as_text(f"{'Draft: ' if is_draft(content) else ''}{heading(content)}"),
        author=as_text(cover.prepared_by or cover.administering_body),
        marking=as_text(cover.marking),
        created=cover.as_at.astimezone(UTC).replace(tzinfo=None),
        sheets=(cover_sheet(content, following), *following),
        notes=numbers,
    )


def _is_warning(label: str) -> bool:
    return label[:1] == "W" and label[1:].isdigit()
