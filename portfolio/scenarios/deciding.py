"""A scenario turned into a partnership's decisions: all of them in one transaction, or none."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import partial

from sqlalchemy.orm import Session

from portfolio.decisions.actions import Claimed, record_decision
from portfolio.decisions.ceilings import AboveWithoutReason
from portfolio.decisions.models import Decision
from portfolio.decisions.rules import Outcome, Ruling
from portfolio.errors import PortfolioError, refuse_any
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.scenarios import rules
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.queries import candidates, held, proposals_to_try
from portfolio.scenarios.rules import Candidate, Plan, outcome_of

INSTEAD = (Outcome.REJECTED, Outcome.RESERVE, Outcome.DEFERRED)
"""What a proposal that a scenario leaves out can be told."""
OF_ALL = ("met_on", "decided_by", "above_because")
"""What concerns every decision of the meeting alike."""


class NothingToDecide(PortfolioError):
    """Every proposal of a scenario would be left as it is."""

    def __init__(self) -> None:
        super().__init__("Nothing would be decided. Choose a decision for at least one proposal")


@dataclass(frozen=True)
class Proposed:
    """What a scenario would have decided on a proposal: pounds by stream, nothing where it is left out."""

    candidate: Candidate
    given: Mapping[int, Decimal]

    @property
    def amount(self) -> Decimal:
        """All that it would be awarded, in pounds."""
        return sum(self.given.values(), ZERO)

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What it can be called."""
        return (outcome_of(self.candidate, self.given),) if self.given else INSTEAD

    @property
    def is_so_already(self) -> bool:
        """Whether the partnership's decision that stands says the same."""
        candidate = self.candidate
        same = {stream: amount for stream, amount in self.given.items() if amount} == dict(candidate.awarded)
        return same and candidate.outcome in self.outcomes


def proposed(weighed: Sequence[Candidate], plan: Plan) -> list[Proposed]:
    """What a plan would have decided: what it takes in first, each in the order in which they are weighed."""
    told = [Proposed(each, plan.awards.get(each.number, {})) for each in weighed]
    return sorted(told, key=lambda each: not each.given)


def decide(
    session: Session,
    scenario: Scenario,
    rulings: Mapping[int, Ruling],
    *,
    seen: int,
    by: Person,
    deciders: Collection[Person],
    at: datetime,
    claimed: Claimed,
) -> int:
    """Record a ruling on each proposal named, by its number; whatever is refused of one is said of all, and none stays.

    What gives less than before is recorded first, so that money that is freed can be given. Fields of errors read
    `reason.12`: what is wrong, and of which proposal. Says how many decisions were recorded.
    """
    now_there = held(session, scenario)
    refuse_any(
        [
            rules.DecidedAlready() if now_there.decided_at is not None else None,
            rules.has_moved(now_there.edition, seen),
            None if rulings else NothingToDecide(),
        ]
    )
    year, csp = scenario.funding_year, scenario.csp
    faults: list[PortfolioError] = []
    rows = {each.id: each for each in proposals_to_try(session, year, csp)}
    of_all = [each for each in candidates(session, year, csp) if each.number in rulings]
    for each in sorted(of_all, key=lambda one: (_gained(one, rulings[one.number]), one.reference)):
        record = partial(
            record_decision, session, rows[each.number], csp, recorded_by=by, deciders=deciders, at=at, claimed=claimed
        )
        try:
            _recorded(record, rulings[each.number])
        except PortfolioError as refused:
            faults += [_of(error, each) for error in refused.each()]
    refuse_any({(fault.sentence, fault.field): fault for fault in faults}.values())
    now_there.decided_at, now_there.decided_by = at, by
    session.flush()
    return len(of_all)


def _gained(candidate: Candidate, ruling: Ruling) -> Decimal:
    """How much more a proposal would be awarded than before, in pounds."""
    return sum(ruling.awarded.values(), ZERO) - sum(candidate.awarded.values(), ZERO)


def _recorded(record: Callable[[Ruling], Decision], ruling: Ruling) -> None:
    """Record a ruling; why the partnership goes above its allocation is said of the decisions that do."""
    try:
        record(replace(ruling, above_because=None))
    except PortfolioError as refused:
        if not ruling.above_because or not all(isinstance(each, AboveWithoutReason) for each in refused.each()):
            raise
        record(ruling)


def _of(error: PortfolioError, candidate: Candidate) -> PortfolioError:
    """An error of one decision, in its place among all."""
    if error.field in OF_ALL:
        return error
    place = "reason" if error.field == "reason" else "decision"
    return PortfolioError(f"{candidate.reference}: {error.sentence}", f"{place}.{candidate.number}")
