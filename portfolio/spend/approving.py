"""Finance's side of a claim: approved (never by who sent it), and locked inside an issued return."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError, refuse_any
from portfolio.funding_years.rules import BadStep, YearStatus
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.spend.checks import ClaimMoved, QuarterLocked, YearClosed
from portfolio.spend.claiming import with_rows
from portfolio.spend.models import Claim, LockedQuarter
from portfolio.spend.rules import ClaimStatus, next_status, same_person
from portfolio.spend.standing import exceeded, hold, locks_of


class NotApproved(PortfolioError):
    """One of several claims cannot be approved, and which."""

    def __init__(self, claim: Claim, error: PortfolioError) -> None:
        award = claim.award
        super().__init__(f"{award.proposal.reference}, {award.csp.name}: {error.sentence}", f"claims.{claim.id}")
        self.code = error.code


def approve_claims(
    session: Session, claims: Sequence[Claim], editions: Mapping[int, int], *, by_id: int, now: datetime
) -> list[Claim]:
    """Approve claims, all of them or none; a refusal names every claim that stands in the way, and why.

    `editions` are those that were looked at, by the claim's id: what changed since is not approved unseen. E2 is asked
    again, because an award can shrink after a claim was sent.
    """
    hold_claims(session, claims)
    above = exceeded(session, [claim.award for claim in claims])
    closed = closed_reasons(session, claims)
    errors: list[PortfolioError] = []
    for claim in claims:
        found = [
            ClaimMoved() if claim.edition != editions.get(claim.id) else _bad_step(claim, ClaimStatus.APPROVED),
            same_person(claim.submitted_by_id, by_id),
            *closed.get(claim.id, ()),
            *above.get(claim.award_id, ()),
        ]
        errors += [NotApproved(claim, error) for error in found if error is not None]
    refuse_any(errors)
    for claim in claims:
        claim.status = ClaimStatus.APPROVED
        claim.approved_by_id, claim.approved_at = by_id, now
        claim.edition += 1
    session.flush()
    return list(claims)


def _bad_step(claim: Claim, wanted: ClaimStatus) -> PortfolioError | None:
    try:
        next_status(claim.status, wanted)
    except BadStep as error:
        return error
    return None


def hold_claims(session: Session, claims: Sequence[Claim]) -> None:
    """Keep others from these claims' awards, and see the claims as they stand now."""
    hold(session, [claim.award for claim in claims])
    numbers = [claim.id for claim in claims]
    session.scalars(with_rows(Claim.id.in_(numbers)).execution_options(populate_existing=True)).all()


def closed_reasons(session: Session, claims: Collection[Claim]) -> dict[int, list[PortfolioError]]:
    """Why claims no longer move, by claim: the year is closed, or the quarter locked."""
    locks = locks_of(session, [claim.award for claim in claims], {claim.quarter for claim in claims})
    reasons: dict[int, list[PortfolioError]] = {}
    for claim in claims:
        year = claim.award.proposal.funding_year
        because = locks.get((year.id, claim.award.csp_id, claim.quarter))
        if year.status is YearStatus.CLOSED:
            reasons[claim.id] = [YearClosed(year.year)]
        elif because is not None:
            reasons[claim.id] = [QuarterLocked(claim.quarter, because)]
    return reasons


def lock_claims(
    session: Session, funding_year_id: int, csp_ids: Collection[int], quarter: Quarter, *, because: str, now: datetime
) -> list[Claim]:
    """Lock partnerships' quarter inside an issued return: what is approved is returned, and nothing is added any more.

    `because` finishes the sentence "Q1 2025/26 is locked: …". A quarter that is locked already stays as it was; claims
    that finance had not approved stay as they are, outside the return. Gives back the claims that were locked.
    """
    present = set(
        session.scalars(
            select(LockedQuarter.csp_id).where(
                LockedQuarter.funding_year_id == funding_year_id, LockedQuarter.quarter == quarter
            )
        )
    )
    for csp_id in sorted(set(csp_ids) - present):
        session.add(
            LockedQuarter(
                funding_year_id=funding_year_id, csp_id=csp_id, quarter=quarter, because=because, locked_at=now
            )
        )
    claims = list(
        session.scalars(
            select(Claim)
            .join(Award, Award.id == Claim.award_id)
            .join(Proposal, Proposal.id == Award.proposal_id)
            .where(Proposal.funding_year_id == funding_year_id, Award.csp_id.in_(csp_ids))
            .where(Claim.quarter == quarter, Claim.status == ClaimStatus.APPROVED)
            .order_by(Claim.id)
        )
    )
    for claim in claims:
        claim.status = next_status(claim.status, ClaimStatus.RETURNED)
        claim.edition += 1
    session.flush()
    return claims
