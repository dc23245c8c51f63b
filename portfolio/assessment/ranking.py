"""How a round's proposals rank, who of its panel has scored, and who takes no part."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, joinedload

from portfolio.assessment import queries
from portfolio.assessment.actions import Standings
from portfolio.assessment.models import Assessment, Interest, PanelScore, Score
from portfolio.assessment.rules import Advice, AssessmentStatus, Standing, best_of, is_decided, percent_of_best
from portfolio.assessment.showing import advice_on
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.people.rules import Viewer
from portfolio.proposals.models import AskedOf, Criterion, Proposal, Round
from portfolio.proposals.queries import requested


@dataclass(frozen=True)
class Ranked:
    """A proposal in the ranking of its round; its figures are not there for who takes no part in it.

    `rank` counts those that pass the gates; `lowest` and `highest` are the assessors', in per cent.
    """

    proposal: Proposal
    asked: Decimal
    is_hidden: bool
    score: PanelScore | None
    rank: int | None
    advice: Advice | None
    lowest: Decimal | None
    highest: Decimal | None
    differ: bool
    """Whether the lowest and the highest assessor would advise differently."""
    submitted: int
    expected: int
    days_late: int | None
    interests: int
    standing: Standing | None


@dataclass(frozen=True)
class AssessorTold:
    """Somebody of a panel: how many proposals they scored, began, take no part in, and still have to score."""

    person: Person
    submitted: int
    begun: int
    conflicted: int
    left: int


@dataclass(frozen=True)
class Ranking:
    """A round's proposals by score, and how far its panel has come."""

    round: Round
    order: tuple[int, ...]
    """Every proposal by number: those that pass by score, those that do not, those not scored, those not to be seen."""
    advised: Mapping[Advice, int]
    not_scored: int
    panel: tuple[AssessorTold, ...]
    _figures: "_Figures"

    def rows(self, session: Session, proposal_ids: Sequence[int]) -> list[Ranked]:
        """Some of its proposals, in their order, with their figures."""
        found = session.scalars(
            select(Proposal).where(Proposal.id.in_(proposal_ids)).options(joinedload(Proposal.lead_organisation))
        )
        proposals = {proposal.id: proposal for proposal in found}
        asked = requested(session, Proposal.id.in_(proposal_ids))
        return [
            self._figures.ranked(proposals[number], sum(asked.get(number, {}).values(), ZERO))
            for number in proposal_ids
        ]


def ranking(session: Session, of: Round, viewer: Viewer, today: date, standings: Standings) -> Ranking:
    """How a round's proposals rank for somebody who sees its assessments."""
    figures = _figures_of(session, of, viewer, today, standings)
    shown = [number for number in figures.proposals if number not in figures.hidden]
    advised = [figures.advice(number) for number in shown]
    return Ranking(
        of,
        tuple(sorted(figures.proposals, key=figures.place)),
        {each: advised.count(each) for each in Advice},
        advised.count(None),
        tuple(figures.assessors()),
        figures,
    )


@dataclass(frozen=True)
class _Figures:
    """What a ranking is made of, by proposal's number."""

    round: Round
    best: int
    proposals: Mapping[int, tuple[str, int | None]]
    scores: Mapping[int, PanelScore]
    given: Mapping[int, Mapping[int, int]]
    """Points times weights, by assessor, of those that count."""
    begun: Collection[tuple[int, int]]
    interested: Mapping[int, Collection[int]]
    standing: Mapping[tuple[int, int], Standing]
    panel: Sequence[Person]
    sat: Collection[int]
    """Who was ever on the panel."""
    hidden: Collection[int]

    def place(self, number: int) -> tuple[int, Decimal, str]:
        reference, _ = self.proposals[number]
        row = self.scores.get(number)
        if number in self.hidden:
            return 3, ZERO, reference
        if row is None:
            return 2, ZERO, reference
        return (0 if row.passes_gates else 1), -row.percent, reference

    def advice(self, number: int) -> Advice | None:
        row = self.scores.get(number)
        return None if row is None else advice_on(self.round, row.percent, passes_gates=row.passes_gates)

    def ranked(self, proposal: Proposal, asked: Decimal) -> Ranked:
        number = proposal.id
        hidden = number in self.hidden
        row = None if hidden else self.scores.get(number)
        given = [] if hidden else sorted(self.given.get(number, {}).values())
        lowest, highest = (
            [percent_of_best(each, self.best) for each in (given[0], given[-1])] if given else (None, None)
        )
        differ = lowest is not None and highest is not None and self._band(lowest) is not self._band(highest)
        interested = set(self.interested.get(number, ()))
        better = sum(1 for each in self.scores.values() if each.passes_gates and row and each.percent > row.percent)
        return Ranked(
            proposal=proposal,
            asked=asked,
            is_hidden=hidden,
            score=row,
            rank=better + 1 if row is not None and row.passes_gates else None,
            advice=None if row is None else self.advice(number),
            lowest=lowest,
            highest=highest,
            differ=differ,
            submitted=len(self.given.get(number, {})),
            expected=sum(1 for person in self.panel if person.id not in interested),
            days_late=self.proposals[number][1],
            interests=len(interested.intersection(self.sat)),
            standing=self.standing.get((number, self.round.csp_id)),
        )

    def _band(self, percent: Decimal) -> Advice:
        return advice_on(self.round, percent, passes_gates=True)

    def assessors(self) -> Iterable[AssessorTold]:
        still = {number for number in self.proposals if not is_decided(self.standing.get((number, self.round.csp_id)))}
        for person in self.panel:
            conflicted = {number for number in self.proposals if person.id in self.interested.get(number, ())}
            submitted = {number for number, given in self.given.items() if person.id in given}
            begun = {number for number in self.proposals if (number, person.id) in self.begun} - conflicted
            left = still - conflicted - submitted
            yield AssessorTold(person, len(submitted), len(begun), len(conflicted), len(left))


def _figures_of(session: Session, of: Round, viewer: Viewer, today: date, standings: Standings) -> _Figures:
    before = queries.to_assess(of.funding_year_id, of.csp_id)
    found = session.execute(
        select(Proposal.id, Proposal.reference, AskedOf.days_late, Proposal.lead_person_id)
        .join(AskedOf, (AskedOf.proposal_id == Proposal.id) & (AskedOf.csp_id == of.csp_id))
        .where(before)
    ).all()
    ids = [row.id for row in found]
    scores = queries.panel_scores(session, of.csp_id, ids)
    written = session.execute(
        select(
            Assessment.proposal_id,
            Assessment.assessor_id,
            Assessment.status,
            func.sum(Score.points * Criterion.weight).label("weighted"),
        )
        .outerjoin(Score, Score.assessment_id == Assessment.id)
        .outerjoin(Criterion, Criterion.id == Score.criterion_id)
        .where(Assessment.csp_id == of.csp_id, Assessment.proposal_id.in_(ids))
        .group_by(Assessment.id)
    ).all()
    interested: dict[int, set[int]] = {row.id: {row.lead_person_id} - {None} for row in found}
    for proposal_id, person_id in session.execute(
        select(Interest.proposal_id, Interest.person_id).where(Interest.proposal_id.in_(ids))
    ):
        interested[proposal_id].add(person_id)
    given: dict[int, dict[int, int]] = {}
    for row in written:
        if row.status is AssessmentStatus.SUBMITTED and row.assessor_id not in interested[row.proposal_id]:
            given.setdefault(row.proposal_id, {})[row.assessor_id] = row.weighted
    return _Figures(
        round=of,
        best=best_of(of.most_points, (criterion.weight for criterion in of.criteria)),
        proposals={row.id: (row.reference, row.days_late) for row in found},
        scores=scores,
        given=given,
        begun={(row.proposal_id, row.assessor_id) for row in written if row.status is AssessmentStatus.DRAFT},
        interested=interested,
        standing=standings(session, ids),
        panel=queries.panel_of(session, of.csp_id, today),
        sat=set(session.scalars(queries.sat_on(of.csp_id))),
        hidden={number for number, people in interested.items() if viewer.person_id in people},
    )
