"""Every figure of an issued return against the rows of the record that it was issued from, each row by its number."""

from collections.abc import Iterable, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.history import Change, HistoryEntry, Values, values_told
from portfolio.money import format_pounds, from_pence
from portfolio.returns.contents.scope import Scope
from portfolio.returns.models import Return
from portfolio.returns.proofs.issued import content_of, every_issued, name_of
from portfolio.returns.why.cells import Cells
from portfolio.returns.why.grounds import Explained, explain
from portfolio.returns.why.rows import ROUNDING, Row
from portfolio.returns.why.then import FIGURES, MODELS, Then, issued_at
from portfolio.spend.models import ClaimLine
from reports.content import Kind


def from_their_rows(session: Session) -> Iterator[str]:
    """What of an issued return is not what its rows come to, as they stood when it was issued: cell, sum, and row.

    The history turns rows back to that moment; what was changed past the history shows as a difference. Only figures
    that come from the record are looked at: the others are their formulas, which are proved with the file.
    """
    for row in every_issued(session):
        content = content_of(row)
        if content is None:
            continue
        cells = Cells(content)
        scope = Scope(session, row.funding_year, row.quarter, Kind(row.kind), row.csp)
        written = [spot for spot in cells.tracing.figures() if cells.tracing.formula(spot) is None]
        in_the_file = [spot for spot in written if spot.sheet in cells.in_the_file]
        for one in explain(scope, Then(session, issued_at(session, row.id)), cells, *in_the_file):
            if one.difference:
                yield _sentence(session, row, cells, one)


def _sentence(session: Session, row: Return, cells: Cells, one: Explained) -> str:
    issued, now = cells.said(one.spot, one.figure), cells.said(one.spot, one.comes_to)
    where = f"{cells.tracing.cell(one.spot)}: {cells.row_in_words(one.spot)}, {cells.heading(one.spot)}"
    altered = "; ".join(_altered(session, one.part.rows)) or "; ".join(_gone(session))
    because = f": {altered}" if altered else ""
    return f"{name_of(row)}, {where} was issued as {issued}, its rows come to {now}{because}"


def _altered(session: Session, rows: Iterable[Row]) -> Iterator[str]:
    """The rows that are not what the history tells of them."""
    for row in rows:
        if row.record == ROUNDING:
            continue
        entries = session.execute(
            select(HistoryEntry.change, HistoryEntry.after)
            .where(HistoryEntry.record == row.record, HistoryEntry.record_id == row.number)
            .order_by(HistoryEntry.id)
        )
        told: Values = {}
        for _, after in entries:
            told |= values_told(after)
        name = row.record.replace("_", " ")
        if not told:
            yield f"{name} {row.number} is there, but history never recorded it"
            continue
        [there] = Then(session).rows(MODELS[row.record], *told, id=[row.number])
        for column in sorted(FIGURES.intersection(told)):
            if there[column] != told[column]:
                is_money = isinstance(told[column], int)
                now, was = (
                    format_pounds(from_pence(value)) if is_money else str(value)
                    for value in (there[column], told[column])
                )
                yield f"{name} {row.number} says {now}, and was recorded as {was}"


def _gone(session: Session) -> Iterator[str]:
    """The claim lines that history recorded, and that are neither there nor removed on record."""
    entries = session.execute(
        select(HistoryEntry.record_id, HistoryEntry.change, HistoryEntry.after)
        .where(HistoryEntry.record == ClaimLine.__tablename__)
        .order_by(HistoryEntry.id)
    )
    recorded: dict[int, Values] = {}
    for number, change, after in entries:
        if change == Change.REMOVED:
            recorded.pop(number, None)
        else:
            recorded.setdefault(number, {}).update(values_told(after))
    for number in recorded.keys() - set(session.scalars(select(ClaimLine.id))):
        amount = format_pounds(from_pence(recorded[number].get("amount", 0)))
        yield f"claim line {number} is gone, which was recorded as {amount}"
