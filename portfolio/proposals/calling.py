"""A partnership's call for proposals: set up, begun like last year's, changed while nobody scores by it."""

from collections.abc import Iterator, Sequence
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.errors import refuse_any
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.rules import closed
from portfolio.proposals import calls, rules
from portfolio.proposals.actions import day_handed_in
from portfolio.proposals.calls import CallSaid, CriterionSaid, GateSaid
from portfolio.proposals.models import AskedOf, Criterion, Gate, Proposal, Round
from portfolio.proposals.queries import find_round

Named = TypeVar("Named", Criterion, Gate)


def said_of(call: Round) -> CallSaid:
    """What a call says, as it stands."""
    return CallSaid(
        opens_on=call.opens_on,
        closes_on=call.closes_on,
        guidance=call.guidance,
        most_points=call.most_points,
        recommend_from=call.recommend_from,
        discuss_from=call.discuss_from,
        criteria=tuple(CriterionSaid(each.name, each.weight, each.guidance) for each in call.criteria),
        gates=tuple(GateSaid(gate.name, gate.guidance) for gate in call.gates),
    )


def set_call(session: Session, funding_year: FundingYear, csp: CSP, said: CallSaid, *, scoring_began: bool) -> Round:
    """Set up a partnership's call for a year, or change it; with the last day, what came late changes too.

    Refused: a closed year, what does not hold together, and other criteria once somebody scores by them.
    """
    call = find_round(session, funding_year.id, csp.id)
    stand = calls.criteria_stand(said_of(call), said, scoring_began=scoring_began) if call else None
    refuse_any([closed(funding_year.status, funding_year.year), *calls.bad_call(said), stand])
    if call is None:
        call = Round(funding_year=funding_year, csp=csp, criteria=[], gates=[])
        session.add(call)
    call.opens_on, call.closes_on, call.guidance = said.opens_on, said.closes_on, said.guidance
    call.most_points = said.most_points
    call.recommend_from, call.discuss_from = said.recommend_from, said.discuss_from
    criteria = _by_name(session, call.criteria, [each.name for each in said.criteria], Criterion)
    for place, (criterion, each) in enumerate(zip(criteria, said.criteria, strict=True), 1):
        criterion.name, criterion.weight = each.name, each.weight
        criterion.guidance, criterion.position = each.guidance, place
    gates = _by_name(session, call.gates, [gate.name for gate in said.gates], Gate)
    for place, (gate, told) in enumerate(zip(gates, said.gates, strict=True), 1):
        gate.name, gate.guidance, gate.position = told.name, told.guidance, place
    call.criteria, call.gates = criteria, gates
    session.flush()
    _tell_late(session, call)
    return call


def _by_name(session: Session, there: Sequence[Named], names: Sequence[str], kind: type[Named]) -> list[Named]:
    """A row for each name: the one that has it, or a new one; those that nobody names any more go."""
    kept = {row.name: row for row in there}
    gone = [row for row in there if row.name not in names]
    for row in gone:
        session.delete(row)
    if gone:
        session.flush()
    return [kept.get(name) or kind() for name in names]


def _tell_late(session: Session, call: Round) -> None:
    found = session.execute(
        select(AskedOf, Proposal.received_on, Proposal.submitted_at)
        .join(Proposal, Proposal.id == AskedOf.proposal_id)
        .where(AskedOf.csp_id == call.csp_id, Proposal.funding_year_id == call.funding_year_id)
    )
    for asked, received_on, submitted_at in found:
        if submitted_at is not None:
            asked.days_late = rules.days_late(day_handed_in(received_on, submitted_at), call.closes_on)


def unbalanced(session: Session) -> Iterator[str]:
    """Prove that the weights of each call come to 100. Yields a sentence for each one whose weights do not."""
    rows = session.execute(
        select(CSP.name, FundingYear.year, func.sum(Criterion.weight).label("total"))
        .join(Round, Round.id == Criterion.round_id)
        .join(CSP, CSP.id == Round.csp_id)
        .join(FundingYear, FundingYear.id == Round.funding_year_id)
        .group_by(Round.id, CSP.name, FundingYear.year)
        .having(func.sum(Criterion.weight) != calls.WHOLE)
        .order_by(FundingYear.year, CSP.name)
    )
    for row in rows:
        yield f"the weights of the call of {row.name} for {row.year} come to {row.total}, and not to {calls.WHOLE}"
