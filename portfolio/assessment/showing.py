"""What the pages of assessing show: what waits for its assessor, how a round ranks, who has scored."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import func, select
from sqlalchemy.orm import Session, contains_eager, joinedload

from portfolio.assessment import queries
from portfolio.assessment.actions import Standings
from portfolio.assessment.models import Assessment, Interest, PanelScore, Score
from portfolio.assessment.rules import Advice, AssessmentStatus, Standing, advice, percent_of_best
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.queries import csps_within
from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.people.rules import Act, Viewer
from portfolio.proposals.models import AskedOf, Criterion, Proposal, Round
from portfolio.proposals.queries import requested
from portfolio.proposals.rules import ProposalStatus

NOT_BEGUN, CONFLICTED = "not started", "not yours to score"


@dataclass(frozen=True)
class ToScore:
    """A proposal that a partnership's panel has before it: what it asks, in pounds, and how far its reader has come."""

    proposal: Proposal
    csp: CSP
    asked: Decimal
    days_late: int | None
    mine: str

    @property
    def waits(self) -> bool:
        """Whether its reader can still score it."""
        return self.mine in (NOT_BEGUN, AssessmentStatus.DRAFT.value)


def to_score(session: Session, viewer: Viewer, standings: Standings) -> list[ToScore]:
    """What the panels that somebody sits on have before them and have not decided, what waits for their score first."""
    found = session.scalars(
        select(AskedOf)
        .join(AskedOf.proposal)
        .join(AskedOf.csp)
        .join(Proposal.funding_year)
        .join(Round, (Round.funding_year_id == FundingYear.id) & (Round.csp_id == AskedOf.csp_id))
        .where(
            csps_within(viewer.within(Act.ASSESS)),
            Proposal.status == ProposalStatus.SUBMITTED,
            FundingYear.status != YearStatus.CLOSED,
        )
        .order_by(Proposal.reference, CSP.name)
        .options(
            contains_eager(AskedOf.csp),
            contains_eager(AskedOf.proposal).options(
                contains_eager(Proposal.funding_year), joinedload(Proposal.lead_organisation)
            ),
        )
    ).all()
    ids = {each.proposal_id for each in found}
    standing = standings(session, ids)
    still = [each for each in found if not _is_final(standing.get((each.proposal_id, each.csp_id)))]
    amounts = requested(session, Proposal.id.in_({each.proposal_id for each in still}))
    mine = _mine(session, viewer, {each.proposal_id: each.proposal for each in still})
    rows = [
        ToScore(
            each.proposal,
            each.csp,
            sum(amounts.get(each.proposal_id, {}).values(), ZERO),
            each.days_late,
            mine.get((each.proposal_id, each.csp_id)) or mine.get((each.proposal_id, None)) or NOT_BEGUN,
        )
        for each in still
    ]
    return sorted(rows, key=lambda row: not row.waits)


def _is_final(standing: Standing | None) -> bool:
    return standing is not None and standing.is_final


def _mine(session: Session, viewer: Viewer, proposals: Mapping[int, Proposal]) -> dict[tuple[int, int | None], str]:
    """How far somebody has come, by proposal and partnership; by proposal alone where they may not score it at all."""
    own = select(Assessment.proposal_id, Assessment.csp_id, Assessment.status).where(
        Assessment.assessor_id == viewer.person_id, Assessment.proposal_id.in_(proposals)
    )
    taking_no_part = queries.interested_in(session, viewer.person_id, proposals)
    taking_no_part |= {number for number, one in proposals.items() if one.lead_person_id == viewer.person_id}
    states: dict[tuple[int, int | None], str] = {(number, None): CONFLICTED for number in taking_no_part}
    for proposal_id, csp_id, status in session.execute(own):
        if proposal_id not in taking_no_part:
            states[proposal_id, csp_id] = status.value
    return states


@dataclass(frozen=True)
class RoundTold:
    """A round in a list: how many proposals it has before it, and on how many anybody's score counts."""

    round: Round
    proposals: int
    scored: int


def rounds_told(session: Session, rounds: Sequence[Round]) -> list[RoundTold]:
    """Some rounds, in their order, with how far their panels have come."""
    ids = [each.id for each in rounds]
    before = (
        select(Round.id, func.count(AskedOf.id), func.count(PanelScore.id))
        .join(Proposal, Proposal.funding_year_id == Round.funding_year_id)
        .join(AskedOf, (AskedOf.proposal_id == Proposal.id) & (AskedOf.csp_id == Round.csp_id))
        .outerjoin(PanelScore, (PanelScore.proposal_id == Proposal.id) & (PanelScore.csp_id == Round.csp_id))
        .where(Round.id.in_(ids), Proposal.status == ProposalStatus.SUBMITTED)
        .group_by(Round.id)
    )
    counted = {row[0]: (row[1], row[2]) for row in session.execute(before)}
    return [RoundTold(each, *counted.get(each.id, (0, 0))) for each in rounds]


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
    _world: "_World"

    def rows(self, session: Session, proposal_ids: Sequence[int]) -> list[Ranked]:
        """Some of its proposals, in their order, with their figures."""
        found = session.scalars(
            select(Proposal).where(Proposal.id.in_(proposal_ids)).options(joinedload(Proposal.lead_organisation))
        )
        proposals = {proposal.id: proposal for proposal in found}
        asked = requested(session, Proposal.id.in_(proposal_ids))
        return [
            self._world.ranked(proposals[number], sum(asked.get(number, {}).values(), ZERO)) for number in proposal_ids
        ]


def ranking(session: Session, of: Round, viewer: Viewer, today: date, standings: Standings) -> Ranking:
    """How a round's proposals rank for somebody who sees its assessments."""
    world = _world(session, of, viewer, today, standings)
    shown = [number for number in world.proposals if number not in world.hidden]
    advised = [world.advice(number) for number in shown]
    return Ranking(
        of,
        tuple(sorted(world.proposals, key=world.place)),
        {each: advised.count(each) for each in Advice},
        advised.count(None),
        tuple(world.assessors()),
        world,
    )


@dataclass(frozen=True)
class _World:
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

    def passing(self) -> list[Decimal]:
        return sorted(row.percent for row in self.scores.values() if row.passes_gates)

    def place(self, number: int) -> tuple[int, Decimal, str]:
        reference, _ = self.proposals[number]
        row = self.scores.get(number)
        if number in self.hidden:
            return 3, ZERO, reference
        if row is None:
            return 2, ZERO, reference
        return (0 if row.passes_gates else 1), -row.percent, reference

    def says(self, percent: Decimal, *, passes_gates: bool) -> Advice:
        return advice(percent, self.round.recommend_from, self.round.discuss_from, passes_gates=passes_gates)

    def advice(self, number: int) -> Advice | None:
        row = self.scores.get(number)
        return None if row is None else self.says(row.percent, passes_gates=row.passes_gates)

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
        return self.says(percent, passes_gates=True)

    def assessors(self) -> Iterable[AssessorTold]:
        still = {number for number in self.proposals if not _is_final(self.standing.get((number, self.round.csp_id)))}
        for person in self.panel:
            conflicted = {number for number in self.proposals if person.id in self.interested.get(number, ())}
            submitted = {number for number, given in self.given.items() if person.id in given}
            begun = {number for number in self.proposals if (number, person.id) in self.begun} - conflicted
            left = still - conflicted - submitted
            yield AssessorTold(person, len(submitted), len(begun), len(conflicted), len(left))


def _world(session: Session, of: Round, viewer: Viewer, today: date, standings: Standings) -> _World:
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
    return _World(
        round=of,
        best=of.most_points * sum(criterion.weight for criterion in of.criteria),
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
