"""The queue of finance: the claims that somebody else sent and that wait, and what is to be seen before approving."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within
from portfolio.errors import RuleWarning
from portfolio.funding_years.models import CSP, FundingYear, Programme
from portfolio.funding_years.rules import YearStatus, deadline
from portfolio.people.rules import Within
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.spend.checks import claim_warnings
from portfolio.spend.claiming import contents_of
from portfolio.spend.models import Claim, Evidence, LockedQuarter
from portfolio.spend.standing import WAITING, grounds_of, locks


@dataclass(frozen=True)
class Waiting:
    """A claim that waits for finance, and the day by which it was due."""

    claim_id: int
    reference: str
    csp_key: str
    quarter: Quarter
    due: date


@dataclass(frozen=True)
class Queue:
    """What waits for somebody who decides."""

    rows: Sequence[Waiting]

    def __len__(self) -> int:
        return len(self.rows)

    def place_of(self, claim_id: int) -> int | None:
        """A claim's place, the first being 1; None for one that does not wait."""
        return next((place for place, row in enumerate(self.rows, 1) if row.claim_id == claim_id), None)

    def before(self, claim_id: int) -> Waiting | None:
        """The claim before another one, or None for the first and for one that does not wait."""
        place = self.place_of(claim_id)
        return self.rows[place - 2] if place is not None and place > 1 else None

    def after(self, claim_id: int) -> Waiting | None:
        """The claim after another one, or None for the last and for one that does not wait."""
        place = self.place_of(claim_id)
        return self.rows[place] if place is not None and place < len(self.rows) else None

    def next_once_decided(self, claim_id: int) -> Waiting | None:
        """What comes next when a claim is decided: the one after it, or else the first that is left."""
        others = [row for row in self.rows if row.claim_id != claim_id]
        return self.after(claim_id) or (others[0] if others else None)


def queue_for(session: Session, person_id: int, within: Within) -> Queue:
    """The claims within reach that wait and that this person did not send, by deadline, then reference."""
    rows = session.execute(
        select(Claim.id, Proposal.reference, CSP.key, Claim.quarter, Programme.claim_deadlines)
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(FundingYear, FundingYear.id == Proposal.funding_year_id)
        .join(Programme, Programme.id == FundingYear.programme_id)
        .join(CSP, CSP.id == Award.csp_id)
        .outerjoin(LockedQuarter, locks(Claim.quarter))
        .where(awards_within(within), Claim.status.in_(WAITING))
        .where(LockedQuarter.id.is_(None), FundingYear.status != YearStatus.CLOSED)
        .where(or_(Claim.submitted_by_id.is_(None), Claim.submitted_by_id != person_id))
        .order_by(Proposal.reference, CSP.key, Claim.id)
    )
    waiting = [
        Waiting(number, reference, key, quarter, deadline(quarter, deadlines))
        for number, reference, key, quarter, deadlines in rows
    ]
    return Queue(sorted(waiting, key=lambda row: row.due))


@dataclass(frozen=True)
class Matters:
    """What finance should have seen of a claim before it is approved."""

    warnings: Sequence[RuleWarning]
    evidence: int
    """So many files."""


def matters_of(session: Session, claims: Collection[Claim]) -> dict[int, Matters]:
    """What matters of each claim, by its number: as many statements for a hundred claims of a quarter as for one."""
    counted = session.execute(
        select(Evidence.claim_id, func.count(Evidence.id).label("number"))
        .where(Evidence.claim_id.in_([claim.id for claim in claims]))
        .group_by(Evidence.claim_id)
    )
    files = {row.claim_id: row.number for row in counted}
    found: dict[int, Matters] = {}
    for quarter in sorted({claim.quarter for claim in claims}):
        of_quarter = {claim: contents_of(claim) for claim in claims if claim.quarter == quarter}
        grounds = grounds_of(session, [claim.award for claim in of_quarter], quarter)
        for claim, contents in of_quarter.items():
            carry_over = claim.award.proposal.funding_year.programme.carry_over
            warnings = claim_warnings(contents, grounds[claim.award_id], earlier={}, carry_over=carry_over)
            found[claim.id] = Matters(warnings, files.get(claim.id, 0))
    return found
