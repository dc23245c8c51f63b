"""Putting a locked quarter right: a signed adjustment, with its reason, that counts in the quarter that is open."""

from collections.abc import Collection
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portfolio.db import total
from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError, SaidTwice, refuse_any
from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO
from portfolio.quarters import Quarter
from portfolio.spend.checks import NotACategory, QuarterLocked, YearClosed
from portfolio.spend.claiming import Names
from portfolio.spend.models import Claim, ClaimLine, Correction
from portfolio.spend.rules import COUNTED, FutureQuarter, NotAwarded, bad_correction
from portfolio.spend.standing import exceeded, hold, locked_because


def build_correction(
    award: Award,
    names: Names,
    *,
    stream: str,
    category: str,
    corrects: Quarter,
    entered_in: Quarter,
    amount: Decimal,
    reason: str,
    entered_by: str,
    entered_at: datetime,
) -> Correction:
    """The row of a correction; asks no rule and no database."""
    return Correction(
        award=award,
        stream=names.streams[stream],
        category=names.categories[category],
        corrects=corrects,
        entered_in=entered_in,
        amount=amount,
        reason=reason.strip(),
        entered_by=entered_by,
        entered_at=entered_at,
    )


def enter_correction(
    session: Session,
    award: Award,
    *,
    stream: str,
    category: str,
    corrects: Quarter,
    entered_in: Quarter,
    amount: Decimal,
    reason: str,
    by: str,
    now: datetime,
    today: date,
) -> Correction:
    """Put an award's locked quarter right by pounds above or below zero, which count in the quarter that is open.

    Refused, all reasons at once: nothing to correct, no reason given, a quarter that is not locked yet, an open quarter
    that is locked itself or has not begun (E4), a category that is not there, a stream that was not awarded (E13), less
    than nothing left of the corrected quarter, and more claimed than the award or the allocation (E2).
    """
    hold(session, [award])
    year = award.proposal.funding_year
    names = Names.of(year.programme)
    of_stream = names.streams.get(stream)
    awarded = of_stream is not None and of_stream.id in {line.stream_id for line in award.lines}
    was = ZERO if of_stream is None else corrected_total(session, award, of_stream.id, corrects)
    because = locked_because(session, award, entered_in)
    errors: list[PortfolioError | None] = [
        None if awarded else NotAwarded(stream, "stream"),
        None if category in names.categories else NotACategory(category, "category"),
        YearClosed(year.year) if year.status is YearStatus.CLOSED else None,
        QuarterLocked(entered_in, because).at("entered_in") if because is not None else None,
        FutureQuarter(entered_in).at("entered_in") if entered_in.first_day > today else None,
        SaidTwice("correction", "let its reason say so", "reason")
        if _is_entered(session, award, stream, category, corrects, entered_in, amount, reason)
        else None,
    ]
    errors += bad_correction(
        amount=amount,
        reason=reason,
        corrects=corrects,
        entered_in=entered_in,
        corrected_is_locked=locked_because(session, award, corrects) is not None,
        after=was + amount,
    )
    if of_stream is not None and amount > 0:
        errors += exceeded(session, [award], {of_stream.id: amount})[award.id]
    refuse_any(errors)
    correction = build_correction(
        award,
        names,
        stream=stream,
        category=category,
        corrects=corrects,
        entered_in=entered_in,
        amount=amount,
        reason=reason,
        entered_by=by,
        entered_at=now,
    )
    session.add(correction)
    session.flush()
    return correction


def _is_entered(
    session: Session,
    award: Award,
    stream: str,
    category: str,
    corrects: Quarter,
    entered_in: Quarter,
    amount: Decimal,
    reason: str,
) -> bool:
    same = exists().where(
        Correction.award_id == award.id,
        Correction.stream.has(name=stream),
        Correction.category.has(name=category),
        Correction.corrects == corrects,
        Correction.entered_in == entered_in,
        Correction.amount == amount,
        Correction.reason == reason.strip(),
    )
    return bool(session.scalar(select(same)))


def corrected_total(session: Session, award: Award, stream_id: int, quarter: Quarter) -> Decimal:
    """What a stream's quarter comes to as it is known now: claimed then, and corrected since, in pounds."""
    claimed = session.scalar(
        select(total(ClaimLine.amount))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .where(Claim.award_id == award.id, Claim.quarter == quarter, Claim.status.in_(COUNTED))
        .where(ClaimLine.stream_id == stream_id)
    )
    corrected = session.scalar(
        select(total(Correction.amount)).where(
            Correction.award_id == award.id, Correction.corrects == quarter, Correction.stream_id == stream_id
        )
    )
    return (claimed or ZERO) + (corrected or ZERO)


def open_quarters(corrects: Quarter, locks: Collection[Quarter], today: date) -> list[Quarter]:
    """The quarters that a correction may be entered in: begun, after the corrected one, of its year, not locked."""
    return [quarter for quarter in corrects.remaining() if quarter.first_day <= today and quarter not in locks]
