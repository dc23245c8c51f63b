"""What a progress report is made of: the partnership's return as it stands, what is awaited, and what meetings agreed.

Every figure of money is the return's own, cell for cell; nothing is summed anew from claims.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from sqlalchemy import ColumnElement, exists, func, or_, select
from sqlalchemy.orm import Session, selectinload

from portfolio.db import total
from portfolio.decisions.amounts import planned
from portfolio.decisions.models import Award, AwardLine, VariationRequest
from portfolio.errors import RuleWarning
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.match_funding import queries as match
from portfolio.measures.models import Measure
from portfolio.measures.queries import indicators, standing_observations
from portfolio.measures.rules import IndicatorKind, instead_of_sum
from portfolio.measures.showing import Series, series_of
from portfolio.meetings.models import MeetingAction
from portfolio.meetings.queries import actions
from portfolio.money import ZERO
from portfolio.progress.issued import Changed, changed_since, find_issued
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns.contents.decided import FORECAST_UNDERSPEND
from portfolio.returns.models import Return
from portfolio.returns.pages import Shown, shown_now
from portfolio.returns.queries import Place, find_latest
from portfolio.returns.rules import ReturnKind
from portfolio.spend.models import Claim
from portfolio.spend.rules import COUNTED
from portfolio.spend.standing import locks
from reports.content import ByQuarter, DecisionRow, OutputRow, ReturnContent, VariationRow
from reports.totals import InterventionLine, add_quarters, intervention_lines


def still_to_come(
    session: Session, funding_year: FundingYear, at: Quarter, only: ColumnElement[bool]
) -> dict[tuple[int, int], set[int]]:
    """By (CSP, stream), the awards that planned to spend in a quarter up to this one and have no approved claim of it.

    Until those are approved, an outturn cannot be told: what they spent counts as nothing yet. A quarter that is
    locked in an issued return waits for nobody.
    """
    plan = planned().subquery("plan")
    line = (
        select(AwardLine.award_id, AwardLine.stream_id, plan.c.quarter)
        .join(plan, plan.c.award_line_id == AwardLine.id)
        .join(Award, Award.id == AwardLine.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(Proposal.funding_year_id == funding_year.id, plan.c.quarter.in_(at.to_date()), only)
        .group_by(AwardLine.id, AwardLine.award_id, AwardLine.stream_id, plan.c.quarter)
        .having(total(plan.c.amount) != ZERO)
        .subquery("line")
    )
    approved = exists().where(Claim.award_id == Award.id, Claim.quarter == line.c.quarter, Claim.status.in_(COUNTED))
    locked = exists().where(locks(line.c.quarter))
    found: dict[tuple[int, int], set[int]] = defaultdict(set)
    for csp_id, stream_id, award_id in session.execute(
        select(Award.csp_id, line.c.stream_id, Award.id)
        .join(line, line.c.award_id == Award.id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .where(~approved, ~locked)
        .distinct()
    ):
        found[csp_id, stream_id].add(award_id)
    return found


@dataclass(frozen=True)
class Intervention:
    """One award of the report, all its streams together; pounds."""

    reference: str
    lines: tuple[InterventionLine, ...]
    is_awaited: bool
    """Whether a claim of a quarter so far is not approved, so that an outturn cannot be told."""
    risks: str | None

    @property
    def first(self) -> InterventionLine:
        """The line that says what is the award's: every line says the same."""
        return self.lines[0]

    @property
    def name(self) -> str:
        """`SVD-25-01 Specialist Nurse`."""
        return f"{self.reference} {self.first.row.title}"

    @property
    def award(self) -> Decimal:
        """What it was awarded, variations included."""
        return sum((line.row.award for line in self.lines), ZERO)

    @property
    def to_date(self) -> Decimal:
        """What was spent up to the quarter."""
        return sum((line.to_date for line in self.lines), ZERO)

    @property
    def planned_to_date(self) -> Decimal:
        """What was planned up to the quarter."""
        return sum((line.profile_to_date for line in self.lines), ZERO)

    @property
    def plan(self) -> Decimal:
        """What is planned for the whole year."""
        return sum((sum(line.row.profile, ZERO) for line in self.lines), ZERO)

    @property
    def outturn(self) -> Decimal | None:
        """What the year is expected to come to; None while a claim is awaited."""
        return None if self.is_awaited else sum((line.outturn for line in self.lines), ZERO)

    @property
    def underspend(self) -> Decimal | None:
        """What of the year's plan is not expected to be spent: negative is more than planned."""
        return None if self.outturn is None else self.plan - self.outturn


@dataclass(frozen=True)
class Decided:
    """What the partnership answered to one proposal, its streams together; pounds."""

    row: DecisionRow
    requested: Decimal
    awarded: Decimal


@dataclass(frozen=True)
class Gathered:
    """All that a partnership's progress report of a quarter says, before it is put into words."""

    year: FundingYear
    quarter: Quarter
    csp: CSP
    day: date
    shown: Shown
    awaited: Mapping[str, frozenset[int]]
    """By stream, the awards whose claims of the quarters so far are not all approved."""
    interventions: Sequence[Intervention]
    match: match.Totals
    match_alerts: Sequence[RuleWarning]
    measures: Sequence[Series]
    """The area's success measures with every quarter so far, of earlier years too."""
    changed: Sequence[Changed]
    """What has changed since the quarter's return was issued."""
    combined: Return | None
    """The last version of the area's return of the quarter, which these figures are part of."""
    actions: Sequence[MeetingAction]
    """Those still to be done, then those that ended since the quarter began."""
    results: Mapping[tuple[str, str], tuple[IndicatorKind, Sequence[Decimal]]]
    """By reference and indicator, what was reported of each quarter so far: from it follows what may be published."""
    moves_asked_for: int
    """The variations that somebody asked for and nobody has decided on."""

    def instead_of(self, row: OutputRow) -> str | None:
        """What is published in the place of what an indicator came to; None where the figure itself may be."""
        return instead_of_sum(*self.results[row.reference, row.indicator])

    def here(self, text: str) -> str:
        """A note of the return without the partnership's name, which the whole report is about."""
        return text.replace(f" ({self.csp.name})", "")

    @property
    def content(self) -> ReturnContent:
        """The partnership's return as it stands."""
        return self.shown.content

    @cached_property
    def decided(self) -> tuple[Decided, ...]:
        """The proposals to the partnership with what it answered, in the order of the return."""
        rows: dict[str, list[DecisionRow]] = defaultdict(list)
        for row in self.content.decisions:
            rows[row.reference].append(row)
        return tuple(
            Decided(of[0], sum((row.requested for row in of), ZERO), sum((row.awarded for row in of), ZERO))
            for of in rows.values()
        )

    @property
    def variations(self) -> list[VariationRow]:
        """The moves of money that were approved."""
        return [row for row in self.content.variations if row.what != FORECAST_UNDERSPEND]

    @property
    def underspends(self) -> list[VariationRow]:
        """What is not expected to be spent, with its reasons."""
        return [row for row in self.content.variations if row.what == FORECAST_UNDERSPEND]

    @property
    def is_awaited(self) -> bool:
        """Whether any claim of the quarters so far is not approved."""
        return any(self.awaited.values())

    @property
    def profile(self) -> ByQuarter:
        """What is planned by quarter, all interventions together."""
        return add_quarters(line.row.profile for one in self.interventions for line in one.lines)

    @property
    def plan(self) -> Decimal:
        """What is planned for the whole year, all interventions together."""
        return sum(self.profile, ZERO)

    @property
    def outturn(self) -> Decimal | None:
        """What the year is expected to come to; None while a claim is awaited."""
        return None if self.is_awaited else self.shown.totals.overall.outturn

    @property
    def underspend(self) -> Decimal | None:
        """What of the year's plan is not expected to be spent; None while a claim is awaited."""
        return None if self.outturn is None else self.plan - self.outturn


def gather(session: Session, year: FundingYear, quarter: Quarter, csp: CSP, today: date) -> Gathered:
    """Everything that a partnership's report of a quarter is made of, by a fixed number of statements."""
    only = Award.csp_id == csp.id
    matched = match.totals(session, year, only)
    shown = shown_now(session, Place(year, quarter, ReturnKind.CSP, csp), None)
    streams = {stream.id: stream.name for stream in year.programme.streams}
    coming = still_to_come(session, year, quarter, only)
    awaited = {streams[stream_id]: frozenset(awards) for (_, stream_id), awards in coming.items()}
    references = {award_id for awards in awaited.values() for award_id in awards}
    return Gathered(
        year=year,
        quarter=quarter,
        csp=csp,
        day=today,
        shown=shown,
        awaited=awaited,
        interventions=_interventions(session, shown.content, year, quarter, csp, references),
        match=matched,
        match_alerts=match.alerts_of(matched, year, today),
        measures=_measures(session, year, quarter),
        changed=changed_since(find_issued(session, year, quarter, csp), shown.totals),
        combined=find_latest(session, year, quarter, ReturnKind.OPCC),
        actions=session.scalars(actions(MeetingAction.csp_id == csp.id, _to_report(quarter))).all(),
        results=_results(session, year, quarter, csp),
        moves_asked_for=_moves_asked_for(session, year, csp),
    )


def _to_report(quarter: Quarter) -> ColumnElement[bool]:
    return or_(MeetingAction.ended_on.is_(None), MeetingAction.ended_on >= quarter.first_day)


def _interventions(
    session: Session, content: ReturnContent, year: FundingYear, quarter: Quarter, csp: CSP, awaited: set[int]
) -> tuple[Intervention, ...]:
    """The return's lines by award, with what the quarter's approved claims say of risks."""
    risks = (
        select(Award.id, Proposal.reference, Claim.risks)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .outerjoin(Claim, (Claim.award_id == Award.id) & (Claim.quarter == quarter) & Claim.status.in_(COUNTED))
        .where(Proposal.funding_year_id == year.id, Award.csp_id == csp.id)
    )
    found = {reference: (award_id in awaited, said) for award_id, reference, said in session.execute(risks)}
    lines: dict[str, list[InterventionLine]] = defaultdict(list)
    for line in intervention_lines(content):
        lines[line.row.reference].append(line)
    return tuple(Intervention(reference, tuple(of), *found[reference]) for reference, of in lines.items())


def _measures(session: Session, year: FundingYear, quarter: Quarter) -> list[Series]:
    """The area's measures, each with its quarters up to this one."""
    of_year = Measure.programme_id == year.programme_id, Measure.police_area_id == year.police_area_id
    rows = session.scalars(
        select(Measure).where(*of_year).order_by(Measure.code).options(selectinload(Measure.definitions))
    ).all()
    observed = standing_observations(session, [row.id for row in rows])
    return [
        series_of(
            row,
            {when: seen for when, seen in observed.get(row.id, {}).items() if when <= quarter},
            quarter.last_day,
        )
        for row in rows
    ]


def _results(
    session: Session, year: FundingYear, quarter: Quarter, csp: CSP
) -> dict[tuple[str, str], tuple[IndicatorKind, Sequence[Decimal]]]:
    of_year = (Award.csp_id == csp.id) & (Proposal.funding_year_id == year.id)
    return {
        (row.award.proposal.reference, row.name): (
            row.kind,
            [result.value for result in row.results if result.quarter <= quarter],
        )
        for row in session.scalars(indicators(of_year))
    }


def _moves_asked_for(session: Session, year: FundingYear, csp: CSP) -> int:
    waiting = exists().where(
        Award.id.in_([VariationRequest.from_award_id, VariationRequest.to_award_id]),
        Award.csp_id == csp.id,
        Award.proposal_id == Proposal.id,
        Proposal.funding_year_id == year.id,
    )
    number = select(func.count()).select_from(VariationRequest).where(VariationRequest.decided_at.is_(None), waiting)
    return session.scalar(number) or 0
