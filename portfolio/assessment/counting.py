"""What assessments and moderations come to: kept for lists in the same transaction, and proved from the rows again."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, func, select, true
from sqlalchemy.orm import Session

from portfolio.assessment.models import Assessment, GateAnswer, ModeratedScore, Moderation, PanelScore, Score
from portfolio.assessment.queries import counted, is_current
from portfolio.assessment.rules import Given, PanelResult, panel_result
from portfolio.funding_years.models import CSP
from portfolio.proposals.models import AskedOf, Criterion, Proposal, Round

Key = tuple[int, int]
"""A proposal and a partnership, by number."""


def recount(session: Session, proposal_id: int) -> None:
    """Keep what each partnership's panel makes of a proposal, after something was submitted, agreed or declared.

    Whoever changes something of the same proposal at once waits here, and then counts what was there meanwhile too.
    """
    asked = select(AskedOf).where(AskedOf.proposal_id == proposal_id).order_by(AskedOf.id).with_for_update(of=AskedOf)
    csp_ids = [row.csp_id for row in session.scalars(asked)]
    session.flush()
    come_to = results_of(session, Proposal.id == proposal_id)
    of_proposal = select(PanelScore).where(PanelScore.proposal_id == proposal_id)
    kept = {row.csp_id: row for row in session.scalars(of_proposal.execution_options(populate_existing=True))}
    for csp_id in csp_ids:
        result, row = come_to.get((proposal_id, csp_id)), kept.get(csp_id)
        if result is None:
            if row is not None:
                session.delete(row)
            continue
        if row is None:
            row = PanelScore(proposal_id=proposal_id, csp_id=csp_id)
            session.add(row)
        for name, value in vars(result).items():
            setattr(row, name, value)


def miscounted(session: Session) -> Iterator[str]:
    """Scores of panels that are not what the assessments and moderations behind them come to."""
    come_to = results_of(session, true())
    kept = {(row.proposal_id, row.csp_id): row for row in session.scalars(select(PanelScore))}
    references = {row.id: row.reference for row in session.execute(select(Proposal.id, Proposal.reference))}
    names = {row.id: row.name for row in session.execute(select(CSP.id, CSP.name))}
    for key in sorted(come_to.keys() | kept.keys()):
        row = kept.get(key)
        says = None if row is None else _kept(row)
        found = come_to.get(key)
        if says != found:
            where = f"{references[key[0]]}, {names[key[1]]}"
            yield f"{where}: the panel's score is kept as {_told(says)}, its assessments come to {_told(found)}"


def _kept(row: PanelScore) -> PanelResult:
    return PanelResult(row.percent, row.spread, row.passes_gates, row.moderated, row.assessors)


def _told(result: PanelResult | None) -> str:
    if result is None:
        return "none"
    gates = "passes" if result.passes_gates else "fails a gate"
    agreed = "agreed" if result.moderated else "not agreed"
    return f"{result.percent:.2f} % (spread {result.spread:.2f}, {gates}, {agreed}, assessors: {result.assessors})"


def results_of(session: Session, only: ColumnElement[bool]) -> dict[Key, PanelResult]:
    """What every panel's scores come to, for the proposals that a condition on `Proposal` leaves."""
    best = {(row[0], row[1]): row[2] for row in session.execute(_best(only))}
    given: dict[Key, list[Given]] = {}
    for proposal_id, csp_id, weighted, fails in session.execute(_submitted(only)):
        given.setdefault((proposal_id, csp_id), []).append(Given(weighted, not fails))
    agreed = {(row[0], row[1]): Given(row[2], row[3]) for row in session.execute(_agreed(only))}
    results = {key: panel_result(given.get(key, []), agreed.get(key), most) for key, most in best.items()}
    return {key: result for key, result in results.items() if result is not None}


def _best(only: ColumnElement[bool]) -> Select[int, int, int]:
    """The weighted score of the highest points throughout, by proposal and partnership."""
    return (
        select(AskedOf.proposal_id, AskedOf.csp_id, Round.most_points * func.sum(Criterion.weight))
        .join(Proposal, Proposal.id == AskedOf.proposal_id)
        .join(Round, (Round.funding_year_id == Proposal.funding_year_id) & (Round.csp_id == AskedOf.csp_id))
        .join(Criterion, Criterion.round_id == Round.id)
        .where(only)
        .group_by(AskedOf.proposal_id, AskedOf.csp_id, Round.most_points)
    )


def _submitted(only: ColumnElement[bool]) -> Select[int, int, Any, bool]:
    """What each assessor who has no interest gave, and whether a gate was not passed."""
    fails = exists().where(GateAnswer.assessment_id == Assessment.id, GateAnswer.passed.is_(False))
    return (
        select(Assessment.proposal_id, Assessment.csp_id, func.sum(Score.points * Criterion.weight), fails)
        .join(Proposal, Proposal.id == Assessment.proposal_id)
        .join(Score, Score.assessment_id == Assessment.id)
        .join(Criterion, Criterion.id == Score.criterion_id)
        .where(only, counted())
        .group_by(Assessment.id)
    )


def _agreed(only: ColumnElement[bool]) -> Select[int, int, int, bool]:
    """What each panel agreed last."""
    return (
        select(
            Moderation.proposal_id,
            Moderation.csp_id,
            func.sum(ModeratedScore.points * Criterion.weight),
            Moderation.passes_gates,
        )
        .join(Proposal, Proposal.id == Moderation.proposal_id)
        .join(ModeratedScore, ModeratedScore.moderation_id == Moderation.id)
        .join(Criterion, Criterion.id == ModeratedScore.criterion_id)
        .where(only, is_current())
        .group_by(Moderation.id)
    )
