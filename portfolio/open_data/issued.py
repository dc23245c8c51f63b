"""The grants of a year as issued returns have them, with what the record says of their parties."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Generic, TypeVar

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session, joinedload

from portfolio.decisions.models import Award, Decision
from portfolio.decisions.queries import is_current
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.measures.rules import too_few
from portfolio.money import ZERO
from portfolio.open_data.rules import Area, Body, Delivered, Grant
from portfolio.proposals.models import AskedOf, Proposal
from portfolio.quarters import Quarter
from portfolio.remembering import Remembered
from portfolio.returns.models import Return
from portfolio.returns.rules import HAVE_LEFT
from portfolio.returns.snapshot import thaw
from reports.content import DecisionRow, InterventionRow, MatchRow, OutputRow, ReturnContent

_GRANTS: Remembered[tuple[Grant, ...]] = Remembered(8)
Told = TypeVar("Told", InterventionRow, DecisionRow, MatchRow, OutputRow)
Key = tuple[str, str]
"""A partnership's name and a proposal's reference: how a return names an award."""


def grants_of(session: Session, year: FundingYear) -> tuple[Grant, ...]:
    """Every award of a year that stands in an issued return, as the latest such return of its partnership has it.

    An award that was varied down to nothing is none; one that only the draft of a return holds is not there yet.
    """
    return _GRANTS.find(session, year.id, lambda: _grants(session, year))


def _grants(session: Session, year: FundingYear) -> tuple[Grant, ...]:
    issued = _latest_issued(session, year)
    numbers = {number for of_csp in issued.values() for number in of_csp}
    sources = {
        number: _Source(number, issued_at, thaw(snapshot))
        for number, issued_at, snapshot in session.execute(
            select(Return.id, Return.issued_at, Return.snapshot).where(Return.id.in_(numbers))
        )
        if issued_at is not None and snapshot is not None
    }
    made = []
    for award, asked_of, decision_id in _awards(session, year):
        if award.csp_id in issued:
            source, *before = (sources[number] for number in issued[award.csp_id])
            grant = source.grant(year, award, asked_of, decision_id, before)
            if grant is not None:
                made.append(grant)
    return tuple(made)


def _latest_issued(session: Session, year: FundingYear) -> dict[int, list[int]]:
    """By partnership, the returns that last told of it, the latest quarter first: of each the one issued last."""
    rows = session.execute(
        select(Return.id, Return.csp_id, Return.quarter)
        .where(Return.funding_year_id == year.id, Return.status.in_(HAVE_LEFT))
        .order_by(Return.quarter.desc(), Return.issued_at.desc(), Return.id.desc())
    )
    found: dict[int, dict[Quarter, int]] = defaultdict(dict)
    covered = [csp.id for csp in year.police_area.csps]
    for number, csp_id, quarter in rows:
        for each in covered if csp_id is None else [csp_id]:
            found[each].setdefault(quarter, number)
    return {csp_id: list(numbers.values()) for csp_id, numbers in found.items()}


def _awards(session: Session, year: FundingYear) -> Iterable[tuple[Award, int, int | None]]:
    """The awards of a year, each with how many partnerships its proposal asked and the decision that stands."""
    asked = select(func.count(AskedOf.id)).where(AskedOf.proposal_id == Award.proposal_id).scalar_subquery()
    stands = and_(Decision.proposal_id == Award.proposal_id, Decision.csp_id == Award.csp_id, is_current())
    rows = session.execute(
        select(Award, asked, Decision.id)
        .join(Award.proposal)
        .outerjoin(Decision, stands)
        .where(Proposal.funding_year_id == year.id)
        .order_by(Proposal.reference, Award.csp_id)
        .options(
            joinedload(Award.proposal).joinedload(Proposal.lead_organisation),
            joinedload(Award.csp),
        )
    )
    return ((award, count, decision_id) for award, count, decision_id in rows)


class _ByAward(Generic[Told]):
    """The rows of a return's table, found by award."""

    def __init__(self, rows: Iterable[Told]) -> None:
        self._rows: Mapping[Key, list[Told]] = defaultdict(list)
        for row in rows:
            self._rows[row.csp, row.reference].append(row)

    def of(self, key: Key) -> list[Told]:
        """The rows of one award; none where the return has none."""
        return self._rows.get(key, [])


class _Source:
    """An issued return, thawed, its rows found by award."""

    def __init__(self, return_id: int, issued_at: datetime, content: ReturnContent) -> None:
        self.return_id, self.issued_at, self.cover = return_id, issued_at, content.cover
        self._lines = _ByAward(content.interventions)
        self._decided = _ByAward(content.decisions)
        self._delivered = _ByAward(content.outputs)
        self._match = _ByAward(content.match)

    def counted_few(self, key: Key) -> set[str]:
        """The outputs and outcomes of an award of which this quarter counted one to four."""
        told = ((one.indicator, one.this_quarter) for one in self._delivered.of(key))
        return {indicator for indicator, this in told if this and too_few(this)}

    def grant(
        self, year: FundingYear, award: Award, asked_of: int, decision_id: int | None, before: Iterable["_Source"]
    ) -> Grant | None:
        """An award as the return has it; None where it is not in there, or nothing is awarded any more.

        `before` are the returns of earlier quarters, of which somebody may have kept what was published.
        """
        proposal, csp, lead = award.proposal, award.csp, award.proposal.lead_organisation
        key = (csp.name, proposal.reference)
        lines, decided = self._lines.of(key), self._decided.of(key)
        awarded = sum((line.award for line in lines), ZERO)
        if not awarded:
            return None
        decision = decided[0] if decided else None
        few = {indicator for source in before for indicator in source.counted_few(key)}
        return Grant(
            award_id=award.id,
            reference=proposal.reference,
            csp_id=csp.id,
            csp_key=csp.key,
            department=csp.name,
            title=lines[0].title,
            purpose=proposal.summary,
            applied_for=sum((one.requested for one in decided), ZERO) if decided and asked_of == 1 else None,
            awarded=awarded,
            disbursed=sum((sum(line.quarters[: self.cover.quarter.number], ZERO) for line in lines), ZERO),
            awarded_on=decision.on if decision else None,
            starts_on=award.starts_on,
            ends_on=award.ends_on,
            funder=Body(csp.key, csp.authority, csp.org_id),
            recipient=Body(lead.key, lead.name, lead.org_id, lead.type),
            areas=_areas(year, csp),
            programme_code=year.programme.code,
            programme=self.cover.programme,
            conditions=decision.conditions if decision else None,
            reasons=decision.reason if decision else None,
            decision_id=decision_id,
            return_id=self.return_id,
            issued_at=self.issued_at,
            delivered=tuple(
                Delivered(
                    one.indicator, one.unit, one.target, one.this_quarter, one.to_date, had_few=one.indicator in few
                )
                for one in self._delivered.of(key)
            ),
            regrants_to=award.regrants_to,
            match_pledged=sum((one.pledged_cash for one in self._match.of(key)), ZERO),
        )


def _areas(year: FundingYear, csp: CSP) -> tuple[Area, ...]:
    area = year.police_area
    return (Area(csp.authority or csp.name, csp.gss), Area(f"{area.name} police area", area.code))
