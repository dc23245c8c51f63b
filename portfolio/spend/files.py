"""Evidence as it is kept: what lists say of it, where the same file stands again, and its bytes, a file at a time."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within
from portfolio.errors import NotFound, PortfolioError
from portfolio.funding_years.models import CSP
from portfolio.people.models import Person
from portfolio.people.rules import Within
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.spend.evidence import Elsewhere, claimed_elsewhere
from portfolio.spend.models import Claim, Evidence, EvidenceLine
from portfolio.spend.rules import ClaimStatus
from portfolio.uploads.kept import find_altered


def evidence_of(session: Session, claim: Claim | None) -> Sequence[Evidence]:
    """A claim's files, oldest first, with their lines; without their bytes, which no list may read."""
    if claim is None:
        return ()
    return session.scalars(
        select(Evidence)
        .where(Evidence.claim_id == claim.id)
        .order_by(Evidence.id)
        .options(
            joinedload(Evidence.attached_by).lazyload(Person.roles),
            selectinload(Evidence.lines).options(joinedload(EvidenceLine.stream), joinedload(EvidenceLine.category)),
        )
    ).all()


def get_evidence(session: Session, award: Award, quarter: Quarter, number: int) -> Evidence:
    """One file of an award's quarter; raises NotFound, also where it is of another claim."""
    found = session.scalar(
        select(Evidence)
        .join(Claim, Claim.id == Evidence.claim_id)
        .where(Evidence.id == number, Claim.award_id == award.id, Claim.quarter == quarter)
        .options(joinedload(Evidence.attached_by).lazyload(Person.roles))
    )
    if found is None:
        raise NotFound("There is no such file in this claim")
    return found


def content_of(session: Session, evidence: Evidence) -> bytes:
    """The bytes of one file, as they were sent."""
    return session.scalars(select(Evidence.content).where(Evidence.id == evidence.id)).one()


def find_elsewhere(session: Session, digests: Collection[str], claim: Claim | None, within: Within) -> list[Elsewhere]:
    """The same files in other claims than this one, oldest quarter first; claims out of reach are not named."""
    if not digests:
        return []
    rows = session.execute(
        select(
            Evidence.sha256,
            Claim.status,
            Proposal.reference,
            CSP.name,
            Claim.quarter,
            awards_within(within).label("seen"),
        )
        .join(Claim, Claim.id == Evidence.claim_id)
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .where(Evidence.sha256.in_(digests), *([Claim.id != claim.id] if claim is not None else []))
        .order_by(Claim.quarter, Evidence.id)
    )
    return [
        Elsewhere(digest, f"{reference} ({csp}), {quarter.short}" if seen else None, status is not ClaimStatus.DRAFT)
        for digest, status, reference, csp, quarter, seen in rows
    ]


def claimed_twice(session: Session, claim: Claim) -> list[PortfolioError]:
    """E7: what stands in the way of sending a claim whose evidence proves another, sent since it was attached."""
    own_files = select(Evidence.sha256, Evidence.name).where(Evidence.claim_id == claim.id).order_by(Evidence.id)
    rows: Iterable[Any] = session.execute(own_files).all()
    names = dict[str, str](rows)
    own = Within(lead_id=claim.award.lead_person_id)
    return claimed_elsewhere(names, find_elsewhere(session, names, claim, own), "evidence")


def altered(session: Session) -> Iterator[str]:
    """Prove that each file is what was sent, by its SHA-256 and size. Yields a sentence for each one that is not."""
    rows = session.execute(
        select(
            Evidence.id,
            Evidence.name,
            Evidence.size,
            Evidence.sha256,
            Evidence.content,
            Proposal.reference,
            CSP.name,
            Claim.quarter,
        )
        .join(Claim, Claim.id == Evidence.claim_id)
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .order_by(Evidence.id)
        .execution_options(yield_per=1)
    )
    for number, name, size, sha256, content, reference, csp, quarter in rows:
        what = f"evidence {number}, {name}, of {reference} ({csp}), {quarter.short}"
        if (altered_one := find_altered(what, content, size, sha256)) is not None:
            yield altered_one
