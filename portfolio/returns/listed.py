"""What is due of returns as lines of a file."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.returns.money_in import NAMES, Aged, Chosen, Line, aged, lines
from portfolio.words import begin
from reports.money_in import AgedLine, DueLine, MoneyInContent


def cells_of(line: Line) -> list[str | Decimal]:
    """A line as the cells of a CSV file, which the workbook's sheet has too."""
    due = _due(line)
    told: list[str | Decimal] = [due.name, due.programme, due.area, due.period, due.stream, due.version]
    told += [due.issued_on.isoformat(), due.claimed, due.paid, due.recovered, due.withheld]
    return [*told, line.due.outstanding, str(due.days), due.age or ""]


def content_of(
    session: Session, chosen: Chosen, asked: tuple[tuple[str, str], ...], today: date, *, by: str, now: datetime
) -> MoneyInContent:
    """What is due, as its workbook takes it."""
    return MoneyInContent(
        asked,
        tuple(_aged(one) for one in aged(session, chosen, today) if one.year is not None),
        tuple(_due(line) for line in lines(session, chosen, today)),
        by,
        now,
    )


def _aged(one: Aged) -> AgedLine:
    stream = begin(one.due.about)
    return AgedLine(
        NAMES[one.kind], str(one.year), stream, one.due.claimed, one.due.received, one.due.withheld, *one.ages
    )


def _due(line: Line) -> DueLine:
    return DueLine(
        line.name,
        line.programme,
        line.area,
        line.quarter.short,
        begin(line.stream),
        f"{line.version}",
        line.issued_on,
        line.due.claimed,
        line.due.paid,
        line.due.recovered,
        line.due.withheld,
        line.days,
        line.age,
    )
