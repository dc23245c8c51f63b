"""Issued returns: kept byte for byte, signed, in order, and still what the claims of their quarter say."""

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session, undefer

from portfolio.db import total
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP, Stream
from portfolio.money import ZERO, format_pounds
from portfolio.proposals.models import Proposal
from portfolio.returns.models import Return
from portfolio.returns.queries import issued_quarters
from portfolio.returns.rules import HAVE_LEFT, earlier_quarter_open
from portfolio.returns.snapshot import digest_of_figures, sha256, thaw
from portfolio.spend.models import Claim, ClaimLine, Correction, LockedQuarter
from portfolio.spend.rules import ClaimStatus
from portfolio.spend.standing import locks
from reports import returns
from reports.content import ReturnContent
from reports.totals import summary_totals

Place = tuple[str, str, str]
"""A reference, a partnership and a stream, by name."""


def every_issued(session: Session) -> Iterator[Return]:
    """Every issued return with its snapshot and its file, one in memory at a time."""
    for number in session.scalars(select(Return.id).where(Return.status.in_(HAVE_LEFT)).order_by(Return.id)).all():
        row = session.scalars(
            select(Return).where(Return.id == number).options(undefer(Return.snapshot), undefer(Return.file))
        ).one()
        yield row
        session.expunge(row)


def name_of(row: Return) -> str:
    """`OPCC return of Q1 2025/26, version 1`."""
    whose = f"{row.csp.name}'s return" if row.csp is not None else f"{row.kind} return"
    return f"{whose} of {row.quarter.short}, version {row.version}"


def signed(session: Session) -> Iterator[str]:
    """E8 and E9: certified by somebody other than who prepared it, and no earlier quarter left out."""
    for row in every_issued(session):
        if row.certified_by is None or row.certified_on is None or row.certificate is None:
            yield f"{name_of(row)} was issued without a certificate"
        elif row.certified_by == row.prepared_by:
            yield f"{name_of(row)} was certified by {row.certified_by}, who prepared it"
        gap = earlier_quarter_open(row.quarter, issued_quarters(session, row.funding_year, row.kind, row.csp))
        if gap is not None:
            yield f"{name_of(row)} was issued, but {gap.sentence}"


def unchanged(session: Session) -> Iterator[str]:
    """The snapshot, the file, and the figures that were certified still have the digests that were kept of them."""
    for row in every_issued(session):
        if row.snapshot is None or row.file is None:
            yield f"{name_of(row)} has lost its {'snapshot' if row.snapshot is None else 'file'}"
            continue
        if sha256(row.file) != row.file_sha256:
            yield f"{name_of(row)}: the file {row.file_name} is not the one that was issued: its SHA-256 differs"
        if sha256(row.snapshot) != row.snapshot_sha256:
            yield f"{name_of(row)}: the snapshot is not the one that was issued: its SHA-256 differs"
        content = content_of(row)
        if content is not None and digest_of_figures(content) != row.figures:
            yield f"{name_of(row)}: the figures of the snapshot are not those that were certified"


def readable(session: Session) -> Iterator[str]:
    """Every file is read back, cell by cell, and says what its snapshot says."""
    for row in every_issued(session):
        content = content_of(row)
        if content is None:
            yield f"{name_of(row)}: the snapshot cannot be read"
            continue
        for difference in returns.reconcile(content, row.file or b""):
            yield f"{name_of(row)}, file {row.file_name}: {difference}"


def true_today(session: Session) -> Iterator[str]:
    """The quarter of each issued return is, project by project, what its locked claims and its corrections come to."""
    for row in every_issued(session):
        content = content_of(row)
        if content is None:
            continue
        here = spent_now(session, row)
        for number, line in enumerate(content.interventions):
            issued = line.quarters[row.quarter.number - 1]
            now = here.pop((line.reference, line.csp, line.stream), ZERO)
            if issued != now:
                cell = _cell(content, number)
                where = f"{line.reference} ({line.csp}), {line.stream}, {row.quarter.short}"
                yield (
                    f"{name_of(row)}, {cell}: {where} was issued as {format_pounds(issued)}, "
                    f"the claims and corrections come to {format_pounds(now)}"
                )
        for (reference, csp, stream), amount in here.items():
            yield (
                f"{name_of(row)} does not have {reference} ({csp}), {stream}, which now comes to "
                f"{format_pounds(amount)} in {row.quarter.short}"
            )
        yield from _amounts_apart(row, content)


def spent_now(session: Session, row: Return) -> dict[Place, Decimal]:
    """What the locked claims of a return's quarter, and the corrections entered in it, come to today."""
    found: dict[Place, Decimal] = defaultdict(lambda: ZERO)
    year, keys = Proposal.funding_year_id == row.funding_year_id, (Proposal.reference, CSP.name, Stream.name)
    claims = (
        select(*keys, total(ClaimLine.amount))
        .join_from(ClaimLine, Claim, Claim.id == ClaimLine.claim_id)
        .join(Award, Award.id == Claim.award_id)
        .join(Stream, Stream.id == ClaimLine.stream_id)
        .where(Claim.quarter == row.quarter, Claim.status == ClaimStatus.RETURNED)
    )
    corrections = (
        select(*keys, total(Correction.amount))
        .join_from(Correction, Award, Award.id == Correction.award_id)
        .join(Stream, Stream.id == Correction.stream_id)
        .where(Correction.entered_in == row.quarter)
    )
    for source in (claims, corrections):
        selection = source.join(Proposal, Proposal.id == Award.proposal_id).join(CSP, CSP.id == Award.csp_id)
        if row.csp_id is not None:
            selection = selection.where(Award.csp_id == row.csp_id)
        for reference, csp, stream, amount in session.execute(selection.where(year).group_by(*keys)):
            found[reference, csp, stream] += amount
    return found


def locked(session: Session) -> Iterator[str]:
    """A claim is returned if, and only if, it was approved when its partnership's quarter was locked."""
    rows = session.execute(
        select(Proposal.reference, CSP.name, Claim.quarter, Claim.status)
        .join_from(Claim, Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .outerjoin(LockedQuarter, locks(Claim.quarter))
        .where(
            ((Claim.status == ClaimStatus.RETURNED) & LockedQuarter.id.is_(None))
            | ((Claim.status == ClaimStatus.APPROVED) & LockedQuarter.id.is_not(None))
        )
        .order_by(Claim.id)
    )
    for reference, csp, quarter, status in rows:
        what = "is locked, but its quarter is not" if status is ClaimStatus.RETURNED else "is not in the issued return"
        yield f"{reference} ({csp}): the {status} claim of {quarter.short} {what}"


def content_of(row: Return) -> ReturnContent | None:
    """What the snapshot says; None where it cannot be read any more."""
    try:
        return thaw(row.snapshot or "")
    except (ValueError, KeyError, TypeError, AttributeError):
        return None


def _cell(content: ReturnContent, number: int) -> str:
    """The cell that holds an intervention's actual of the quarter, like `Interventions!J4`."""
    [sheet] = [sheet for sheet in returns.book(content).sheets if sheet.name == "Interventions"]
    return sheet.cell("Actual this quarter", number).replace("$", "")


def _amounts_apart(row: Return, content: ReturnContent) -> Iterator[str]:
    """What payments are held against is what the return claims of each stream."""
    claimed = {line.stream: line.this_claim for line in summary_totals(content).streams}
    for kept in row.amounts:
        issued = claimed.get(kept.stream.name, ZERO)
        if kept.amount != issued:
            yield (
                f"{name_of(row)}, {kept.stream.name}: {format_pounds(issued)} was claimed, "
                f"{format_pounds(kept.amount)} is kept for payments to be held against"
            )
