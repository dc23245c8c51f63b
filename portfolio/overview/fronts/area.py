"""The part of those who look at a whole police area: the commissioner's office."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from portfolio.errors import RuleWarning
from portfolio.funding_years.models import FundingYear
from portfolio.overview.fronts.returned import ReturnLine, return_lines
from portfolio.overview.queries import last_approved, years_in_hand
from portfolio.overview.rules import Deadline, first_deadline
from portfolio.overview.year import Scope, YearFigures, scope_of, year_figures
from portfolio.people.rules import Within
from portfolio.words import count
from portfolio.year_end.queries import assurance_alerts


@dataclass(frozen=True)
class AreaYear:
    """One funding year of a police area, as the commissioner's office finds it."""

    year: FundingYear
    scope: Scope
    figures: YearFigures
    returns: Sequence[ReturnLine]
    next_deadline: Deadline | None
    assurance: Sequence[RuleWarning]
    """That the independent assurance of the year is due (W10)."""

    @property
    def to_forward(self) -> list[ReturnLine]:
        """The returns that were issued and have not been sent on."""
        return [line for line in self.returns if line.can_be_forwarded]

    @property
    def in_words(self) -> str:
        """What the office has to do about the year's returns."""
        number = len(self.to_forward)
        if number:
            return f"{count(number, 'return')} {'is' if number == 1 else 'are'} issued and can be forwarded."
        coming = self.next_deadline
        return (
            f"Nothing waits for you. Claims for {coming.quarter.short} are {coming.lateness}."
            if coming
            else ("Nothing waits for you.")
        )

    @property
    def action(self) -> str:
        """What the office does next, on a button."""
        return "Forward a return" if self.to_forward else "See the returns"

    @property
    def overdue(self) -> list[RuleWarning]:
        """The returns, and the assurance of the year, that should have been here by now (W10)."""
        return [*(line.warning for line in self.returns if line.warning is not None), *self.assurance]


def area_front(session: Session, within: Within, today: date) -> list[AreaYear]:
    """What the commissioner's office finds of each open year, what runs before what is to come."""
    found = []
    for year in years_in_hand(session, within, today):
        scope = scope_of(session, year, within)
        at = last_approved(session, year, scope.awards) or year.year.quarters[0]
        coming = first_deadline([(year.year, year.programme.claim_deadlines)], today)
        figures = year_figures(session, scope, at)
        returns, assurance = return_lines(session, year, within, today), assurance_alerts(session, year, today)
        found.append(AreaYear(year, scope, figures, returns, coming, assurance))
    return found
