"""What the pages of a return show: its figures as the workbook has them, warnings, checks, and what was done to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cached_property

from sqlalchemy.orm import Session

from portfolio.errors import PortfolioError, RuleWarning
from portfolio.quarters import format_day
from portfolio.remembering import Remembered
from portfolio.returns.assembling import assemble, signed
from portfolio.returns.contents.corrected import CORRECTION
from portfolio.returns.contents.notes import LEFT_OUT
from portfolio.returns.models import Return
from portfolio.returns.queries import Place, issued_quarters
from portfolio.returns.reconciling import unreconciled
from portfolio.returns.rules import earlier_quarter_open, quarter_not_over
from portfolio.returns.snapshot import digest_of_figures, thaw
from portfolio.returns.why.cells import Cells
from portfolio.words import count
from reports.checks import TOLD, Check
from reports.content import Kind, LedgerRow, Note, ReturnContent
from reports.rounded import RoundedTable, rounded_table_of
from reports.totals import SummaryLine, SummaryTotals, summary_totals

MOST_LINES = 40
"""So many lines of partnerships stand on a page; of more, the page shows the streams and the workbook all of them."""
MOST_WARNINGS = 50


@dataclass(frozen=True)
class Shown:
    """A return's content, made ready to be read on a page."""

    content: ReturnContent
    is_issued: bool
    has_changed: bool
    """Whether its figures are no longer those that were prepared."""
    faults: tuple[PortfolioError, ...]
    """E10: what does not agree."""

    @cached_property
    def cells(self) -> Cells:
        """Every figure of its sheets, by its address."""
        return Cells(self.content)

    @cached_property
    def totals(self) -> SummaryTotals:
        """The figures of the workbook's first sheet."""
        return summary_totals(self.content)

    @property
    def lines(self) -> Sequence[SummaryLine]:
        """The lines of each partnership, where there are few enough to be read."""
        lines = self.totals.lines
        return lines if len(lines) <= MOST_LINES else ()

    @property
    def warnings(self) -> list[RuleWarning]:
        """W1 to W10, the first of them."""
        return [RuleWarning(note.label, note.text, note.about) for note in self._warned[:MOST_WARNINGS]]

    @property
    def more_warnings(self) -> int:
        """How many warnings stand in the workbook only."""
        return max(0, len(self._warned) - MOST_WARNINGS)

    @property
    def _warned(self) -> list[Note]:
        return [note for note in self.content.notes if note.label.startswith("W")]

    @property
    def notes(self) -> list[Note]:
        """What must be known to read the figures rightly."""
        return [note for note in self.content.notes if not note.label.startswith("W")]

    @property
    def left_out(self) -> list[Note]:
        """The claims of the quarter that are in no figure."""
        return [note for note in self.notes if note.about.startswith(LEFT_OUT)]

    @property
    def corrected(self) -> list[Note]:
        """The lines of earlier quarters that were put right since, each with both figures."""
        return [note for note in self.notes if note.about.startswith(CORRECTION)]

    @cached_property
    def checks(self) -> list[Check]:
        """The reconciliations of the workbook's Checks sheet, without what it tells of the ledger."""
        sheets = {sheet.name: sheet for sheet in self.cells.sheets}
        lines = sheets["Checks"].table.lines
        return [line for line in lines if isinstance(line, Check) and line.must != TOLD]

    @cached_property
    def rounded(self) -> RoundedTable | None:
        """The figures as the funder wants them rounded, where it does."""
        return rounded_table_of(self.content)

    @property
    def ledger(self) -> Sequence[LedgerRow]:
        """What the council's ledger shows, where the return tells of it and a page has room for it."""
        rows = self.content.ledger or ()
        return rows if len(rows) <= MOST_LINES else ()


_standing: Remembered[tuple[ReturnContent, tuple[PortfolioError, ...]]] = Remembered(8)
"""Returns as they stand, with what does not agree: assembling a large area's takes longer than a page may."""
_remembered: Remembered[Shown] = Remembered(8)
_issued: Remembered[Shown] = Remembered(8)
"""Snapshots as pages showed them: they never change, whatever else does."""


def shown_now(session: Session, place: Place, prepared: Return | None) -> Shown:
    """A return as it stands now, prepared or not; remembered until anything at all is changed."""
    asked = (place.year.id, place.kind, place.quarter, place.csp.id if place.csp else None)
    prepared_id = prepared.id if prepared else None
    return _remembered.find(session, (*asked, prepared_id), lambda: _as_it_stands(session, place, asked, prepared))


def _as_it_stands(session: Session, place: Place, asked: tuple[object, ...], prepared: Return | None) -> Shown:
    content, faults = _standing.find(session, asked, lambda: _assembled(session, place))
    changed = prepared is not None and prepared.figures != digest_of_figures(content)
    if prepared is not None and not changed:
        content = signed(content, prepared)
    return Shown(content, is_issued=False, has_changed=changed, faults=faults)


def _assembled(session: Session, place: Place) -> tuple[ReturnContent, tuple[PortfolioError, ...]]:
    content = assemble(session, place.year, place.quarter, Kind(place.kind), place.csp)
    return content, tuple(unreconciled(session, place.year, place.kind, place.csp, content))


def shown(session: Session, place: Place, row: Return) -> Shown:
    """A return as it was issued, from its snapshot; before that, as it stands now."""
    snapshot = row.snapshot
    if snapshot is None:
        return shown_now(session, place, row)
    return _issued.find_of(snapshot, lambda: Shown(thaw(snapshot), is_issued=True, has_changed=False, faults=()))


def in_the_way(session: Session, place: Place, today: date) -> list[PortfolioError]:
    """Why a return cannot be prepared yet: an earlier quarter is not issued (E8), or the quarter is not over."""
    issued = issued_quarters(session, place.year, place.kind, place.csp)
    maybe = (earlier_quarter_open(place.quarter, issued), quarter_not_over(place.quarter, today))
    return [error for error in maybe if error is not None]


@dataclass(frozen=True)
class Event:
    """One thing that was done to a return: at a moment, or (the certificate) on a day."""

    when: datetime | date
    who: str
    what: str
    detail: str | None = None


def _sent(row: Return) -> str | None:
    """Where it went; returns that were forwarded before that was asked do not say."""
    if row.forwarded_to is None or row.forwarded_on is None:
        return None
    return f"To {row.forwarded_to}, on {format_day(row.forwarded_on)}"


def events_of(row: Return) -> list[Event]:
    """What was done to a return, newest first; its payments stand apart."""
    events = [Event(row.prepared_at, row.prepared_by, "Prepared", row.reason)]
    if row.checked_at is not None:
        accepted = count(len(row.points), "open point")
        events.append(Event(row.checked_at, row.checked_by or "", "Checked", f"{accepted} accepted."))
    if row.certified_on is not None:
        events.append(Event(row.certified_on, f"{row.certified_by}, {row.certified_role}", "Certified"))
    if row.issued_at is not None:
        events.append(Event(row.issued_at, row.issued_by or "", "Issued", row.file_name))
    later: list[tuple[datetime, Event]] = []
    for query in row.queries:
        later.append((query.asked_at, Event(query.asked_at, query.asked_by, "Queried", query.question)))
        if query.answered_at is not None:
            answered = Event(query.answered_at, query.answered_by or "", "Answered", query.answer)
            later.append((query.answered_at, answered))
    if row.forwarded_at is not None:
        later.append((row.forwarded_at, Event(row.forwarded_at, row.forwarded_by or "", "Forwarded", _sent(row))))
    events += [event for _, event in sorted(later, key=lambda each: each[0])]
    return events[::-1]
