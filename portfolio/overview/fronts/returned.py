"""The area's returns of a year, quarter by quarter: where each stands, and which should have left by now."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portfolio.errors import RuleWarning
from portfolio.funding_years.models import FundingYear
from portfolio.overview.rules import quarters_over
from portfolio.people.rules import Within
from portfolio.quarters import lateness
from portfolio.returns.queries import Slot, slots
from portfolio.returns.rules import ReturnStatus, overdue


@dataclass(frozen=True)
class ReturnLine:
    """One return of a quarter that is over, whether anybody has prepared it or not."""

    slot: Slot
    lateness: str
    """How late it is, or how long there is; empty once it has left."""
    warning: RuleWarning | None
    """W10."""

    @property
    def claims_in_words(self) -> str:
        """How many of the quarter's claims are approved."""
        return f"{self.slot.progress.approved} of {self.slot.progress.due} approved"

    @property
    def can_be_forwarded(self) -> bool:
        """Whether the commissioner's office has it and has not sent it on."""
        return self.slot.latest is not None and self.slot.latest.status is ReturnStatus.ISSUED


def return_lines(session: Session, year: FundingYear, within: Within, today: date) -> list[ReturnLine]:
    """The returns that the whole area owes for the quarters that are over, the last quarter first."""
    lines = []
    for quarter in reversed(quarters_over(year.year, today)):
        for slot in slots(session, year, quarter, (), within, today):
            has_left = slot.latest is not None and slot.latest.status.has_left
            about = f"{slot.place.name}, {quarter.short}"
            warning = overdue(about, slot.due, today) if slot.is_overdue else None
            lines.append(ReturnLine(slot, "" if has_left else lateness(slot.due, today), warning))
    return lines
