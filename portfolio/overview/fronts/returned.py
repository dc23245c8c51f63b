"""The area's returns of a year, quarter by quarter: where each stands, and which should have left by now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portfolio.errors import RuleWarning
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.rules import deadline
from portfolio.overview.queries import returns_of
from portfolio.overview.rules import NOT_STARTED, OVERDUE, lateness, quarters_over
from portfolio.quarters import Quarter
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnKind, ReturnStatus, overdue

OF_THE_AREA = (ReturnKind.OPCC, ReturnKind.HOME_OFFICE)


@dataclass(frozen=True)
class ReturnLine:
    """One return of a quarter that is over, whether anybody has prepared it or not."""

    kind: ReturnKind
    quarter: Quarter
    due: date
    found: Return | None
    warning: RuleWarning | None
    lateness: str

    @property
    def word(self) -> str:
        """Where it stands, in a word of the field."""
        if self.found is None:
            return OVERDUE if self.warning else NOT_STARTED
        return self.found.status.value

    @property
    def can_be_forwarded(self) -> bool:
        """Whether the commissioner's office has it and has not sent it on."""
        return self.found is not None and self.found.status is ReturnStatus.ISSUED


def return_lines(session: Session, year: FundingYear, today: date) -> Sequence[ReturnLine]:
    """The returns that the whole area owes for the quarters that are over, the last quarter first."""
    condition = (Return.funding_year_id == year.id) & Return.csp_id.is_(None)
    found = {(one.kind, one.quarter): one for one in returns_of(session, condition)}
    lines = []
    for quarter in reversed(quarters_over(year.year, today)):
        due = deadline(quarter, year.programme.claim_deadlines)
        for kind in OF_THE_AREA:
            there = found.get((kind, quarter))
            has_left = there is not None and there.status.has_left
            warning = None if has_left else overdue(f"{kind} return, {quarter.short}", due, today)
            lines.append(ReturnLine(kind, quarter, due, there, warning, "" if has_left else lateness(due, today)))
    return lines
