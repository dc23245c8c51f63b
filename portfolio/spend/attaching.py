"""Evidence is attached to a claim while its lead writes it, and removed again; the first file begins the claim.

The claim's edition counts what is written in it: a file overwrites nobody's words, and so leaves it alone.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from portfolio.decisions.models import Award
from portfolio.errors import refuse_any
from portfolio.people.rules import Within
from portfolio.quarters import Quarter
from portfolio.spend.checks import Contents, not_open
from portfolio.spend.claiming import Names, build_claim, find_claim, get_claim
from portfolio.spend.evidence import AttachedAlready, also_in_drafts, claimed_elsewhere, no_room
from portfolio.spend.files import evidence_of, find_elsewhere, get_evidence
from portfolio.spend.models import Evidence, EvidenceLine
from portfolio.spend.rules import bad_quarter
from portfolio.spend.standing import ground_of, hold
from portfolio.uploads.kept import as_kept

Line = tuple[int, int]
"""A line of a claim, by the numbers of its stream and category."""


@dataclass(frozen=True)
class Attached:
    """A file that was attached, and what is worth knowing about it."""

    evidence: Evidence
    warning: str | None


def attach(
    session: Session,
    award: Award,
    quarter: Quarter,
    name: str,
    content: bytes,
    lines: Collection[Line],
    *,
    by_id: int,
    within: Within,
    now: datetime,
    today: date,
) -> Attached:
    """Attach a file to an award's quarter, for some lines of its claim; without a claim, its draft begins.

    `within` is how far who attaches it sees claims. Refused, all reasons at once: a claim that is not open, a quarter
    that is locked, not begun (E4) or outside the award's dates (E3), more files than a claim may have, and a file that
    proves this claim or another, which was sent, already (E7). Raises NotTaken for kinds of files that are not taken.
    """
    kept = as_kept(name, content)
    hold(session, [award])
    claim = find_claim(session, award, quarter)
    errors = not_open(None if claim is None else claim.status, ground_of(session, award, quarter))
    errors += bad_quarter(quarter, award.starts_on, award.ends_on, today)
    here = evidence_of(session, claim)
    same = [each.name for each in here if each.sha256 == kept.sha256]
    found = find_elsewhere(session, [kept.sha256], claim, within)
    errors += [AttachedAlready(same[0])] if same else claimed_elsewhere({kept.sha256: kept.name}, found)
    refuse_any([*errors, *no_room([each.size for each in here], kept.size)])
    if claim is None:
        claim = build_claim(award, quarter, Contents(), Names.of(award.proposal.funding_year.programme))
        session.add(claim)
    evidence = Evidence(
        claim=claim,
        **kept.columns,
        attached_by_id=by_id,
        attached_at=now,
        lines=[EvidenceLine(stream_id=stream_id, category_id=category_id) for stream_id, category_id in lines],
    )
    session.add(evidence)
    session.flush()
    return Attached(evidence, also_in_drafts(found))


def remove(session: Session, award: Award, quarter: Quarter, number: int) -> str:
    """Remove a file from a claim that its lead still writes, and say what it was called; raises NotFound."""
    hold(session, [award])
    claim = get_claim(session, award, quarter)
    evidence = get_evidence(session, award, quarter, number)
    refuse_any(not_open(claim.status, ground_of(session, award, quarter)))
    # History names the digest of what goes, and so its bytes are read.
    session.scalars(select(Evidence).where(Evidence.id == evidence.id).options(undefer(Evidence.content))).one()
    session.delete(evidence)
    session.flush()
    return evidence.name
