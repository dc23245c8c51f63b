"""The life of a return: prepared, checked, certified, issued; queried and answered, forwarded, paid.

What is certified and issued are the figures that were prepared, proved by their digest. Issuing writes the file,
freezes the snapshot and locks the quarter's claims in the one transaction of its caller: all of that, or nothing.
"""

from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.decisions.models import Award
from portfolio.errors import refuse_any
from portfolio.funding_years.models import CSP, CspAllocation, FundingYear, StreamAllocation
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter, format_day
from portfolio.returns import money_in, rules
from portfolio.returns.assembling import assemble, signed
from portfolio.returns.certificates import certificate_of
from portfolio.returns.drafting import workbook
from portfolio.returns.dues import is_paid
from portfolio.returns.models import Return, ReturnAmount, ReturnPoint, ReturnQuery
from portfolio.returns.points import points_of
from portfolio.returns.queries import (
    find_latest,
    find_latest_issued,
    issued_quarters,
)
from portfolio.returns.reconciling import unreconciled
from portfolio.returns.rules import ReturnKind, ReturnStatus, next_status
from portfolio.returns.snapshot import digest_of_figures, freeze, sha256
from portfolio.spend.approving import lock_claims
from reports.content import Kind, ReturnContent
from reports.totals import summary_totals


def prepare_return(
    session: Session,
    year: FundingYear,
    quarter: Quarter,
    kind: ReturnKind,
    csp: CSP | None = None,
    *,
    by: Person,
    at: datetime,
    reason: str | None = None,
) -> Return:
    """Prepare a return, or prepare it again with the figures of now; after an issued one, a new version with a reason.

    Refused: while an earlier quarter is not issued (E8), before the quarter is over, without a reason for a new
    version, and where any two figures do not agree (E10).
    """
    _one_at_a_time(session, year)
    latest = find_latest(session, year, quarter, kind, csp)
    row = latest if latest is not None and not latest.status.has_left else None
    version = row.version if row is not None else latest.version + 1 if latest is not None else 1
    reason = (reason or "").strip() or (row.reason if row is not None else None)
    refuse_any(
        [
            rules.earlier_quarter_open(quarter, issued_quarters(session, year, kind, csp)),
            rules.quarter_not_over(quarter, day_of(at)),
            rules.needs_reason(version, reason),
        ]
    )
    content = assemble(session, year, quarter, Kind(kind), csp)
    refuse_any(unreconciled(session, year, kind, csp, content))
    if row is None:
        row = Return(funding_year=year, kind=kind, csp=csp, quarter=quarter, version=version)
    else:
        next_status(row.status, ReturnStatus.PREPARED)
    with session.no_autoflush:
        row.status = ReturnStatus.PREPARED
        row.reason = reason if version > 1 else None
        row.prepared_by, row.prepared_by_id, row.prepared_at = by.name, by.id, at
        row.figures = digest_of_figures(content)
        row.points.clear()
        row.checked_by = row.checked_by_id = row.checked_at = None
        row.certified_by = row.certified_by_id = row.certified_role = row.certified_on = row.certificate = None
    session.add(row)
    session.flush()
    return row


def check_return(
    session: Session,
    row: Return,
    *,
    by: Person,
    at: datetime,
    accepted: Mapping[str, str] | None = None,
    seen: str | None = None,
) -> Return:
    """Say that a prepared return was gone through, and accept each point that is open in it with a reason.

    `accepted` gives the reason of a point by its key, or of all points of a sort by the sort. Refused: to who prepared
    it, figures that changed since (FiguresChanged) or do not reconcile (E10), and open points without a reason.
    Here and below, `seen` is the edition that was looked at; None where it is looked at now.
    """
    _one_at_a_time(session, row.funding_year, row, seen)
    status = next_status(row.status, ReturnStatus.CHECKED)
    refuse_any([rules.OwnWork() if by.id == row.prepared_by_id else None])
    content = _content_as_prepared(session, row)
    refuse_any(unreconciled(session, row.funding_year, row.kind, row.csp, content))
    points = points_of(content)
    reasons = {
        point.key: (accepted or {}).get(point.key, "").strip() or (accepted or {}).get(point.sort, "").strip()
        for point in points
    }
    refuse_any(rules.NotAccepted(point.about, point.key) for point in points if not reasons[point.key])
    with session.no_autoflush:
        row.status, row.checked_by, row.checked_by_id, row.checked_at = status, by.name, by.id, at
        row.points = [
            ReturnPoint(
                position=position,
                about=f"{point.title}: {point.about}",
                found=point.found,
                accepted_because=reasons[point.key],
            )
            for position, point in enumerate(points, start=1)
        ]
    session.flush()
    return row


def certify_return(
    session: Session,
    row: Return,
    *,
    by: Person,
    name: str,
    role: str,
    on: date,
    at: datetime,
    seen: str | None = None,
) -> Return:
    """Sign a checked return (E9), if its figures are still those that were prepared and looked at."""
    _one_at_a_time(session, row.funding_year, row, seen)
    status = next_status(row.status, ReturnStatus.CERTIFIED)
    same_person = by.id == row.prepared_by_id or rules.same_name(name, row.prepared_by)
    refuse_any(
        rules.bad_certificate(
            name=name,
            role=role,
            on=on,
            today=day_of(at),
            checked_on=day_of(row.checked_at or row.prepared_at),
            same_person=same_person,
        )
    )
    _content_as_prepared(session, row)
    row.certified_by_id, row.certified_by = by.id, name.strip()
    row.status, row.certificate = status, certificate_of(row.kind).text
    row.certified_role, row.certified_on = role.strip(), on
    session.flush()
    return row


def issue_return(session: Session, row: Return, *, by: Person, at: datetime, seen: str | None = None) -> Return:
    """Issue a certified return: its file is written, read back and kept, its claims are locked, and it never changes.

    Refused: what was not certified, figures that changed since (FiguresChanged), an earlier quarter that is not issued
    (E8), and figures or a file that do not reconcile (E10).
    """
    year, csp = row.funding_year, row.csp
    _one_at_a_time(session, year, row, seen)
    status = next_status(row.status, ReturnStatus.ISSUED, ReturnStatus.CERTIFIED)
    _hold_claims(session, year, csp)
    refuse_any([rules.earlier_quarter_open(row.quarter, issued_quarters(session, year, row.kind, csp))])
    figures = _content_as_prepared(session, row)
    refuse_any(unreconciled(session, year, row.kind, csp, figures))
    covered = year.police_area.csps if csp is None else [csp]
    with session.no_autoflush:  # the row becomes an issued one whole: the database lets no half of it be completed
        row.status, row.issued_by, row.issued_at = status, by.name, at
        content = signed(figures, row)
        row.file_name = rules.file_name(row.kind, row.quarter, row.version, None if csp is None else csp.key)
        row.file, row.snapshot = workbook(content), freeze(content)
        row.file_sha256, row.snapshot_sha256 = sha256(row.file), sha256(row.snapshot)
        row.amounts = _amounts(year, content)
    session.flush()
    because = f"it stands in the {row.kind} return issued on {format_day(day_of(at))}"
    lock_claims(session, year.id, [one.id for one in covered], row.quarter, because=because, now=at)
    return row


def query_return(session: Session, row: Return, question: str, *, by: Person, at: datetime) -> ReturnQuery:
    """Put a question to an issued or forwarded return; its figures stay as they are."""
    take_up(session, row)
    status = next_status(row.status, ReturnStatus.QUERIED)
    refuse_any([rules.says_nothing(question, "question")])
    row.status = status
    query = ReturnQuery(about=row, question=question.strip(), asked_by=by.mark, asked_at=at)
    session.add(query)
    session.flush()
    return query


def answer_return(
    session: Session, row: Return, answer: str, *, by: Person, at: datetime, seen: str | None = None
) -> ReturnQuery:
    """Answer the question put to a return, which then stands where it stood before."""
    take_up(session, row, seen)
    before = ReturnStatus.ISSUED if row.forwarded_at is None else ReturnStatus.FORWARDED
    status = next_status(row.status, before, ReturnStatus.QUERIED)
    refuse_any([rules.says_nothing(answer, "answer")])
    row.status = status
    query = row.queries[-1]
    query.answer, query.answered_by, query.answered_at = answer.strip(), by.mark, at
    settle(session, row, at)
    return query


def forward_return(
    session: Session, row: Return, *, by: Person, at: datetime, to: str | None = None, on: date | None = None
) -> Return:
    """Record that an issued return was sent on: to whom (the funder, unless said) and on which day (today).

    Refused while a question waits for its answer. It is paid at once where an earlier version was paid in full.
    """
    take_up(session, row)
    status = next_status(row.status, ReturnStatus.FORWARDED, ReturnStatus.ISSUED)
    to = row.funding_year.programme.funder if to is None else to
    on = day_of(at) if on is None else on
    issued_on = day_of(row.issued_at or at)
    refuse_any(rules.bad_forwarding(to, on, today=day_of(at), issued_on=issued_on))
    row.status, row.forwarded_by, row.forwarded_at = status, by.mark, at
    row.forwarded_to, row.forwarded_on = to.strip(), on
    settle(session, row, at)
    return row


def settle(session: Session, row: Return, at: datetime) -> None:
    """Let a return be paid once nothing more of it is to come, and no longer; one that is queried stays so."""
    session.flush()
    if row.status in (ReturnStatus.FORWARDED, ReturnStatus.PAID):
        paid = is_paid(line.due for line in money_in.of_return(session, row, day_of(at)).streams)
        row.status = ReturnStatus.PAID if paid else ReturnStatus.FORWARDED
        session.flush()


def _content_as_prepared(session: Session, row: Return) -> ReturnContent:
    """What the return says now, which is what it said when it was prepared; raises FiguresChanged."""
    content = assemble(session, row.funding_year, row.quarter, Kind(row.kind), row.csp)
    if digest_of_figures(content) != row.figures:
        raise rules.FiguresChanged
    return content


def _amounts(year: FundingYear, content: ReturnContent) -> list[ReturnAmount]:
    """What the return claims of each stream for its quarter."""
    claimed = {line.stream: line.this_claim for line in summary_totals(content).streams}
    return [ReturnAmount(stream=stream, amount=claimed.get(stream.name, ZERO)) for stream in year.programme.streams]


def _one_at_a_time(session: Session, year: FundingYear, row: Return | None = None, seen: str | None = None) -> None:
    """Let one person at a time act on a year's returns, and see a return as it stands once it is their turn.

    Raises ChangedMeanwhile where that is not what they had seen.
    On PostgreSQL the year's row is locked, weakly enough that others may point to it; SQLite has one writer anyway.
    """
    session.execute(select(FundingYear.id).where(FundingYear.id == year.id).with_for_update(key_share=True))
    if row is not None:
        session.refresh(row)
        refuse_any([rules.ChangedMeanwhile() if seen and seen != row.edition else None])


def take_up(session: Session, row: Return, seen: str | None = None) -> None:
    """See a return as it stands once it is one's turn; one that a later version replaced is only kept."""
    _one_at_a_time(session, row.funding_year, row, seen)
    latest = find_latest_issued(session, row)
    refuse_any([rules.superseded(row.version, row.version if latest is None else latest.version)])


def _hold_claims(session: Session, year: FundingYear, csp: CSP | None) -> None:
    """Keep others from claiming, approving and correcting while a return is issued, as `spend.standing.hold` does."""
    awards = select(Award.id).join(Proposal).where(Proposal.funding_year_id == year.id)
    shares = select(CspAllocation.id).join(StreamAllocation).where(StreamAllocation.funding_year_id == year.id)
    if csp is not None:
        awards, shares = awards.where(Award.csp_id == csp.id), shares.where(CspAllocation.csp_id == csp.id)
    session.execute(awards.order_by(Award.id).with_for_update(of=Award))
    session.execute(shares.order_by(CspAllocation.id).with_for_update(of=CspAllocation))
