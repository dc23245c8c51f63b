"""The proposals of a comparison, one by one: what each asks, and what the partnerships in question answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, and_, select, true, type_coerce
from sqlalchemy.orm import Session

from portfolio.comparison.facts import OfStream, asked_of, awarded_to, facts, outcome_at
from portfolio.comparison.rules import level_names
from portfolio.comparison.slices import Narrowed, Slice
from portfolio.db import Pence, Percent, total
from portfolio.decisions.amounts import carried
from portfolio.decisions.models import Award, AwardLine, Decision
from portfolio.decisions.queries import is_current
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP, Organisation
from portfolio.money import ZERO, per_cent
from portfolio.proposals.models import AskedOf, Proposal
from portfolio.proposals.rules import ProposalKind, ToolkitImpact
from portfolio.quarters import FinancialYear


@dataclass(frozen=True)
class Answered:
    """What one partnership that was asked said of a proposal, and what it awarded, in pounds."""

    csp_id: int
    csp: str
    outcome: Outcome | None
    reason: str | None
    awarded: Decimal


@dataclass(frozen=True)
class Compared:
    """A proposal as the comparison shows it; amounts are pounds, of the streams looked at."""

    id: int
    reference: str
    title: str
    year: FinancialYear
    lead: str
    kind: ProposalKind
    levels: str
    theme: str | None
    area: str | None
    toolkit: ToolkitImpact | None
    asked: Decimal
    awarded: Decimal
    match: Decimal
    score: Decimal | None
    outcome: Outcome | None
    divided: bool
    answers: tuple[Answered, ...] = ()

    @property
    def share(self) -> Decimal | None:
        """What was awarded, in per cent of what was asked."""
        return per_cent(self.awarded, self.asked)


def compared(
    session: Session, at: Slice, streams: Sequence[OfStream], ids: Sequence[int], *, of_everybody: bool = False
) -> list[Compared]:
    """Some proposals of a slice, in the order given, with what its partnerships answered, or everybody who was asked.

    One that the slice does not hold is left out.
    """
    if not ids or not streams:
        return []
    fact = facts(replace(at, narrowed=Narrowed(ids=tuple(ids))), streams).c
    found: Any = session.execute(
        select(
            fact.id,
            fact.reference,
            Proposal.title,
            fact.year,
            Organisation.name,
            fact.kind,
            fact.levels,
            fact.theme,
            fact.area,
            fact.toolkit,
            type_coerce(asked_of(fact, len(streams)), Pence),
            type_coerce(awarded_to(fact, len(streams)), Pence),
            type_coerce(fact.match, Pence),
            type_coerce(fact.score, Percent),
            fact.outcome,
            fact.divided,
        )
        .join(Proposal, Proposal.id == fact.id)
        .join(Organisation, Organisation.id == fact.lead)
    )
    answers = _answers(session, ids, streams, true() if of_everybody else AskedOf.csp_id.in_(at.csp_ids()))
    rows = {row[0]: _compared(row, answers.get(row[0], [])) for row in found}
    return [rows[number] for number in ids if number in rows]


def _compared(row: Any, answers: list[Answered]) -> Compared:
    """A row of the database in the field's words."""
    number, reference, title, year, lead, kind, levels, theme, area, toolkit, *figures, place, divided = row
    asked, awarded, match, score = figures
    return Compared(
        id=number,
        reference=reference,
        title=title,
        year=year,
        lead=lead,
        kind=kind,
        levels=level_names(levels),
        theme=theme,
        area=area,
        toolkit=toolkit,
        asked=asked,
        awarded=awarded,
        match=match,
        score=score,
        outcome=outcome_at(place),
        divided=bool(divided),
        answers=tuple(answers),
    )


def _answers(
    session: Session, ids: Sequence[int], streams: Sequence[OfStream], whose: ColumnElement[bool]
) -> dict[int, list[Answered]]:
    numbers = [number for stream in streams for number in stream.ids]
    given = (
        select(total(carried()))
        .join(Award, Award.id == AwardLine.award_id)
        .where(Award.proposal_id == AskedOf.proposal_id, Award.csp_id == AskedOf.csp_id)
        .where(AwardLine.stream_id.in_(numbers))
        .correlate(AskedOf)
        .scalar_subquery()
    )
    decided = and_(Decision.proposal_id == AskedOf.proposal_id, Decision.csp_id == AskedOf.csp_id, is_current())
    found = session.execute(
        select(AskedOf.proposal_id, CSP, Decision.outcome, Decision.reason, type_coerce(given, Pence))
        .join(CSP, CSP.id == AskedOf.csp_id)
        .outerjoin(Decision, decided)
        .where(AskedOf.proposal_id.in_(ids), whose)
        .order_by(AskedOf.id)
    )
    answers: dict[int, list[Answered]] = {}
    for proposal, csp, outcome, reason, awarded in found:
        answers.setdefault(proposal, []).append(Answered(csp.id, csp.short_name, outcome, reason, awarded or ZERO))
    return answers
