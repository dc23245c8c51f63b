"""Claims with their evidence, corrections, and the quarters that returns have locked."""

import hashlib
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.people.models import Person
from portfolio.quarters import Quarter
from portfolio.spend.models import (
    Claim,
    ClaimLine,
    Correction,
    CorrectionRequest,
    Evidence,
    EvidenceLine,
    LockedQuarter,
    WorkbookUpload,
)
from portfolio.spend.rules import RAG, ClaimStatus
from tests.make import projects, world
from tests.make.world import CLAIMED_AT, Q1, Q2, added


def lock(session: Session, award: Award, quarter: Quarter, because: str = "it stands in the return") -> LockedQuarter:
    """The quarter of an award's partnership, locked as an issued return locks it; its approved claims are returned."""
    year = award.proposal.funding_year
    for claim in session.scalars(select(Claim).where(Claim.award == award, Claim.quarter == quarter)):
        claim.status = ClaimStatus.RETURNED if claim.status is ClaimStatus.APPROVED else claim.status
    row = LockedQuarter(
        funding_year_id=year.id, csp_id=award.csp_id, quarter=quarter, because=because, locked_at=CLAIMED_AT
    )
    return added(session, row)


def claim(
    session: Session,
    award: Award | None = None,
    quarter: Quarter = Q1,
    *,
    lines: Mapping[tuple[str, str], Decimal] | None = None,
    status: ClaimStatus = ClaimStatus.APPROVED,
    by: Person | None = None,
    **values: Any,
) -> Claim:
    """An award's quarter, approved unless it says otherwise; `lines` are pounds by stream and category."""
    project = award or projects.award(session)
    programme = project.proposal.funding_year.programme
    amounts = {("labour", "pay and on-costs"): Decimal("1900.00")} if lines is None else lines
    sender = by or world.person(session)
    defaults: dict[str, Any] = {
        "edition": 1,
        "match_spent": Decimal("0.00"),
        "narrative": "Eleven referrals.",
        "delivery_rag": RAG.GREEN,
        "spend_rag": RAG.GREEN,
        "submitted_by_id": None if status is ClaimStatus.DRAFT else sender.id,
        "submitted_at": None if status is ClaimStatus.DRAFT else CLAIMED_AT,
        "lines": [
            ClaimLine(stream=world.stream(programme, of), category=world.category(programme, kind), amount=amount)
            for (of, kind), amount in amounts.items()
        ],
    }
    row = Claim(award=project, quarter=quarter, status=status, **{**defaults, **values})
    return added(session, row)


def evidence(session: Session, of: Claim, content: bytes = b"%PDF-1.7 %%EOF", **values: Any) -> Evidence:
    """An invoice for a claim's first line, unless it says otherwise."""
    line = of.lines[0]
    defaults: dict[str, Any] = {
        "name": "invoice.pdf",
        "media_type": "application/pdf",
        "size": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "attached_by_id": of.submitted_by_id or world.person(session).id,
        "attached_at": CLAIMED_AT,
        "lines": [EvidenceLine(stream_id=line.stream_id, category_id=line.category_id)],
    }
    return added(session, Evidence(claim=of, content=content, **{**defaults, **values}))


def correction(
    session: Session,
    award: Award,
    amount: Decimal,
    *,
    corrects: Quarter = Q1,
    entered_in: Quarter = Q2,
    stream: str = "labour",
    category: str = "pay and on-costs",
    **values: Any,
) -> Correction:
    """An adjustment of Q1, in pounds, entered in Q2 unless it says otherwise."""
    programme = award.proposal.funding_year.programme
    defaults: dict[str, Any] = {
        "stream": world.stream(programme, stream),
        "category": world.category(programme, category),
        "reason": "Claimed at the wrong rate.",
        "entered_by": "finance@example.org",
        "entered_at": CLAIMED_AT,
    }
    row = Correction(award=award, corrects=corrects, entered_in=entered_in, amount=amount, **{**defaults, **values})
    return added(session, row)


def correction_request(
    session: Session,
    award: Award,
    amount: Decimal,
    *,
    corrects: Quarter = Q1,
    entered_in: Quarter = Q2,
    stream: str = "labour",
    category: str = "pay and on-costs",
    by: Person | None = None,
    **values: Any,
) -> CorrectionRequest:
    """A correction that waits for approval: of Q1, in pounds, to count in Q2, unless it says otherwise."""
    programme = award.proposal.funding_year.programme
    row = CorrectionRequest(
        award=award,
        stream=world.stream(programme, stream),
        category=world.category(programme, category),
        corrects=corrects,
        entered_in=entered_in,
        amount=amount,
        asked_by_id=(by or world.person(session)).id,
        asked_at=CLAIMED_AT,
        **{"reason": "Claimed at the wrong rate.", **values},
    )
    return added(session, row)


def workbook_upload(session: Session, by: Person, award: Award | None = None, **values: Any) -> WorkbookUpload:
    """A workbook of claims of Q2 that waits for its sender to confirm it; not one that can be read, unless given."""
    content = values.setdefault("content", b"no workbook")
    defaults: dict[str, Any] = {
        "quarter": Q2,
        "award_id": award.id if award else None,
        "name": "claim.xlsx",
        "sha256": hashlib.sha256(content).hexdigest(),
        "uploaded_at": CLAIMED_AT,
    }
    return added(session, WorkbookUpload(person_id=by.id, **{**defaults, **values}))
