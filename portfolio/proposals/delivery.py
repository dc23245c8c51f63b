"""What an intervention did with its last award, as a proposal to continue it is read beside it.

The figures come from rooms that follow this one; `app.py` hands in the function that gathers them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.money import ZERO, per_cent
from portfolio.people.rules import Viewer
from portfolio.proposals.models import Proposal
from portfolio.proposals.rules import how_late
from portfolio.quarters import Quarter


@dataclass(frozen=True)
class QuarterDelivered:
    """One quarter of an award: planned and spent, in pounds, how late its claim came, and how it was going.

    `spent` is None where no claim of the quarter is approved yet. `days_late` is 0 for a claim in time, grows while an
    overdue one has not come, and is None where none has come and none is due, or where nobody knows the day it came.
    """

    quarter: Quarter
    planned: Decimal
    spent: Decimal | None
    is_due: bool
    days_late: int | None
    delivery: str | None
    spend: str | None
    must_be_explained: bool
    explanation: str | None

    @property
    def lateness(self) -> str:
        """When its claim came, in words: `in time`, `3 days late`."""
        if self.days_late is None:
            return "not known" if self.is_due else "not due yet"
        return how_late(self.days_late) if self.days_late else "in time"

    @property
    def variance(self) -> Decimal | None:
        """Spent less planned, in pounds: negative is underspend; None while nothing is approved."""
        return None if self.spent is None else self.spent - self.planned

    @property
    def unexplained(self) -> bool:
        """Whether a variance that must be explained was not."""
        return self.must_be_explained and not self.explanation


@dataclass(frozen=True)
class Reached:
    """An output or outcome against its target, as figures are shown; None where there is none."""

    name: str
    kind: str
    unit: str
    target: str | None
    came_to: str | None
    met: bool | None
    """Whether the target was reached; None where there is no target or no result."""


def late_in_words(late: int, timed: int, due: int) -> str:
    """How many claims were late: `1 of 4`, of those of which it is known when they came."""
    if timed:
        return f"{late} of {timed}"
    return "Not known" if due else "None due yet"


@dataclass(frozen=True)
class AwardDelivered:
    """What came of one partnership's award, in pounds."""

    csp: str
    csp_key: str
    award: Decimal
    spent: Decimal
    quarters: tuple[QuarterDelivered, ...]
    reached: tuple[Reached, ...]

    @property
    def left(self) -> Decimal:
        """Award less spent: what is left of a year that runs, and the underspend of one that is over."""
        return self.award - self.spent

    @property
    def spent_per_cent(self) -> Decimal | None:
        """What was spent, in per cent of the award."""
        return per_cent(self.spent, self.award)

    @property
    def late(self) -> int:
        """How many quarters' claims came after their deadline, or have not come by now."""
        return sum(1 for each in self.quarters if each.days_late)

    @property
    def lateness(self) -> str:
        """How many claims were late, in words."""
        timed = sum(1 for each in self.quarters if each.days_late is not None)
        return late_in_words(self.late, timed, sum(1 for each in self.quarters if each.is_due))

    @property
    def to_explain(self) -> int:
        """How many quarters had a variance that the programme's rule wants explained."""
        return sum(1 for each in self.quarters if each.must_be_explained)

    @property
    def unexplained(self) -> int:
        """How many of those were not explained."""
        return sum(1 for each in self.quarters if each.unexplained)

    @property
    def with_target(self) -> int:
        """How many outputs and outcomes have a target and a figure."""
        return sum(1 for each in self.reached if each.met is not None)

    @property
    def met(self) -> int:
        """How many of those reached their target."""
        return sum(1 for each in self.reached if each.met)


@dataclass(frozen=True)
class DeliveryRecord:
    """The last year of an intervention before a proposal to go on with it, as far as its reader may see its awards."""

    reference: str
    title: str
    year: str
    is_over: bool
    """Whether that year has ended: what is left then is underspend."""
    awards: tuple[AwardDelivered, ...]

    @property
    def award(self) -> Decimal:
        """All that was awarded, in pounds."""
        return sum((each.award for each in self.awards), ZERO)

    @property
    def spent(self) -> Decimal:
        """All that was spent, in pounds."""
        return sum((each.spent for each in self.awards), ZERO)

    @property
    def left(self) -> Decimal:
        """Award less spent, in pounds."""
        return self.award - self.spent

    @property
    def late(self) -> int:
        """How many claims were late, of all awards."""
        return sum(each.late for each in self.awards)


Delivered = Callable[[Session, Proposal, Viewer], DeliveryRecord | None]
"""What gathers the record for somebody; None where nothing earlier was awarded that they may see."""
