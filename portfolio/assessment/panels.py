"""What a panel made of one proposal: what each assessor gave, how far they are apart, and what was agreed when."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.assessment import queries
from portfolio.assessment.actions import Standings, closed_to_scoring, how_it_stands
from portfolio.assessment.models import Assessment, Interest, Moderation, PanelScore
from portfolio.assessment.rules import Advice, Standing, best_of, percent_of_best
from portfolio.assessment.showing import advice_on
from portfolio.clock import day_of
from portfolio.errors import PortfolioError
from portfolio.people.rules import Act, Viewer
from portfolio.proposals.models import Criterion, Gate, Proposal, Round
from portfolio.proposals.queries import find_round
from portfolio.quarters import format_day


@dataclass(frozen=True)
class OfCriterion:
    """A criterion: the points of each assessor in their order, and what the panel agreed, and why."""

    criterion: Criterion
    points: tuple[int | None, ...]
    agreed: int | None
    reason: str | None

    @property
    def apart(self) -> int | None:
        """How many points lie between the lowest and the highest; None where nobody counts."""
        given = [points for points in self.points if points is not None]
        return max(given) - min(given) if given else None


@dataclass(frozen=True)
class OfGate:
    """A gate: how many assessors find that it is passed, and who does not, with the reason."""

    gate: Gate
    passing: int
    failing: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Voice:
    """What one assessor submitted, in per cent of the best, with the points and the reason for each criterion."""

    assessment: Assessment
    percent: Decimal
    words: tuple[tuple[Criterion, int | None, str | None], ...]

    @property
    def column(self) -> tuple[str, str]:
        """Its assessor's name, over a column of figures."""
        return self.assessment.assessor.name, "number"


@dataclass(frozen=True)
class Agreement:
    """One step of what the panel agreed, as a timeline shows it."""

    when: str
    who: str
    what: str
    detail: str


@dataclass(frozen=True)
class PanelTold:
    """Everything that the page of a panel's scores tells its reader."""

    score: PanelScore | None
    advice: Advice | None
    voices: tuple[Voice, ...]
    uncounted: tuple[Interest, ...]
    """The interests whose declarers had scored: their scores are on record, and count no more."""
    criteria: tuple[OfCriterion, ...]
    gates: tuple[OfGate, ...]
    agreed: Moderation | None
    history: tuple[Agreement, ...]
    declared_since: tuple[str, ...]
    """Who declared an interest on the day of the agreement or later, having scored or recorded it."""
    is_withheld: bool
    """Whether the reader is to give their own scores first."""
    may_moderate: bool
    closed_because: PortfolioError | None
    standing: Standing | None

    @property
    def columns(self) -> tuple[str | tuple[str, ...], ...]:
        """The columns of the points beside each other, as tables take them: an assessor each."""
        first = "Criterion", ("Weight", "number")
        return (
            *first,
            *(voice.column for voice in self.voices),
            ("Apart", "number", "Points apart"),
            ("Agreed", "number"),
        )


@dataclass(frozen=True)
class Verdict:
    """A panel's score of a proposal, and what the thresholds of its round say of it."""

    score: PanelScore
    advice: Advice


def verdict(session: Session, proposal: Proposal, csp_id: int, person_id: int) -> Verdict | None:
    """What a panel's score says to somebody who decides; None where there is none, and for who takes no part."""
    score = queries.panel_scores(session, csp_id, [proposal.id]).get(proposal.id)
    of = find_round(session, proposal.funding_year_id, csp_id)
    takes_no_part = proposal.lead_person_id == person_id or queries.interested_in(session, person_id, [proposal.id])
    return None if score is None or of is None or takes_no_part else Verdict(score, _advice(score, of))


def _advice(score: PanelScore, of: Round) -> Advice:
    return advice_on(of, score.percent, passes_gates=score.passes_gates)


def panel_told(session: Session, proposal: Proposal, of: Round, viewer: Viewer, standings: Standings) -> PanelTold:
    """What a panel made of a proposal, for somebody without an interest in it."""
    conflicted = {interest.person_id: interest for interest in queries.interests_in(session, proposal.id)}
    submitted = queries.assessments_of(session, proposal.id, of.csp_id)
    counted = [each for each in submitted if each.assessor_id not in conflicted]
    agreements = queries.moderations_of(session, proposal.id, of.csp_id)
    agreed = agreements[0] if agreements else None
    score = queries.panel_scores(session, of.csp_id, [proposal.id]).get(proposal.id)
    standing = how_it_stands(session, proposal, of.csp_id, standings)
    best = best_of(of.most_points, (criterion.weight for criterion in of.criteria))
    moderates = viewer.within(Act.MODERATE).holds(of.csp_id, of.csp.police_area_id)
    is_own = any(each.assessor_id == viewer.person_id for each in submitted)
    shut = closed_to_scoring(proposal, standing)
    return PanelTold(
        score=score,
        advice=None if score is None else _advice(score, of),
        voices=tuple(_voice(each, of, best) for each in counted),
        uncounted=tuple(conflicted[each.assessor_id] for each in submitted if each.assessor_id in conflicted),
        criteria=tuple(_criteria(of, counted, agreed)),
        gates=tuple(_gates(of, counted)),
        agreed=agreed,
        history=tuple(_history(agreements, of, best)),
        declared_since=tuple(_declared_since(agreed, submitted, conflicted.values())),
        is_withheld=not (moderates or is_own or agreed is not None or shut is not None),
        may_moderate=moderates,
        closed_because=shut,
        standing=standing,
    )


def _voice(assessment: Assessment, of: Round, best: int) -> Voice:
    scores = {score.criterion_id: score for score in assessment.scores}
    weighted = sum((scores[each.id].points or 0) * each.weight for each in of.criteria)
    words = tuple((each, scores[each.id].points, scores[each.id].justification) for each in of.criteria)
    return Voice(assessment, percent_of_best(weighted, best), words)


def _criteria(of: Round, counted: Sequence[Assessment], agreed: Moderation | None) -> Iterable[OfCriterion]:
    given = [{score.criterion_id: score.points for score in each.scores} for each in counted]
    decided = {score.criterion_id: score for score in agreed.scores} if agreed else {}
    for criterion in of.criteria:
        score = decided.get(criterion.id)
        points = tuple(each.get(criterion.id) for each in given)
        yield OfCriterion(criterion, points, score.points if score else None, score.reason if score else None)


def _gates(of: Round, counted: Sequence[Assessment]) -> Iterable[OfGate]:
    for gate in of.gates:
        answers = [
            (each.assessor.name, answer) for each in counted for answer in each.gates if answer.gate_id == gate.id
        ]
        failing = tuple((name, answer.reason or "") for name, answer in answers if not answer.passed)
        yield OfGate(gate, len(answers) - len(failing), failing)


def _history(agreements: Sequence[Moderation], of: Round, best: int) -> Iterable[Agreement]:
    weights = {criterion.id: criterion.weight for criterion in of.criteria}
    for each in agreements:
        percent = percent_of_best(sum(score.points * weights[score.criterion_id] for score in each.scores), best)
        gates = "passes the gates" if each.passes_gates else "does not pass the gates"
        change = ", in the place of what was agreed before" if each.supersedes_id else ""
        what = f"Agreed {percent.normalize():f}%, {gates}{change}"
        yield Agreement(format_day(day_of(each.moderated_at)), each.moderated_by.name, what, each.note)


def _declared_since(
    agreed: Moderation | None, submitted: Sequence[Assessment], interests: Iterable[Interest]
) -> Iterable[str]:
    """A declaration knows its day alone, so one of the agreement's own day is told too: once too often is no harm."""
    if agreed is None:
        return
    took_part = {each.assessor_id for each in submitted} | {agreed.moderated_by_id}
    for interest in interests:
        if interest.person_id in took_part and interest.declared_on >= day_of(agreed.moderated_at):
            yield interest.person.name
