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
from portfolio.spend.rules import COUNTED, Adjustment, FutureQuarter, NotAwarded, bad_correction
from portfolio.spend.standing import exceeded, hold, locked_because


def build_correction(
    award: Award, said: Adjustment, names: Names, *, entered_by: str, entered_at: datetime
) -> Correction:
    """The row of a correction; asks no rule and no database."""
    return Correction(
        award=award,
        stream=names.streams[said.stream],
        category=names.categories[said.category],
        corrects=said.corrects,
        entered_in=said.entered_in,
        amount=said.amount,
        reason=said.reason.strip(),
        entered_by=entered_by,
        entered_at=entered_at,
    )


def enter_correction(
    session: Session, award: Award, said: Adjustment, *, by: str, now: datetime, today: date
) -> Correction:
    """Put an award's locked quarter right by pounds above or below zero, which count in the quarter that is open.

    Refused, all reasons at once: nothing to correct, no reason given, a quarter that is not locked yet, an open quarter
    that is locked itself or has not begun (E4), a category that is not there, a stream that was not awarded (E13), less
    than nothing left of the corrected quarter, the very same correction again (E7), and more claimed than the award or
    the allocation (E2).
    """
    hold(session, [award])
    year = award.proposal.funding_year
    names = Names.of(year.programme)
    stream = names.streams.get(said.stream)
    awarded = stream is not None and stream.id in {line.stream_id for line in award.lines}
    was = ZERO if stream is None else corrected_total(session, award, stream.id, said.corrects)
    because = locked_because(session, award, said.entered_in)
    twice = SaidTwice("correction", "let its reason say so", "reason")
    errors: list[PortfolioError | None] = [
        None if awarded else NotAwarded(said.stream, "stream"),
        None if said.category in names.categories else NotACategory(said.category, "category"),
        YearClosed(year.year) if year.status is YearStatus.CLOSED else None,
        QuarterLocked(said.entered_in, because).at("entered_in") if because is not None else None,
        FutureQuarter(said.entered_in).at("entered_in") if said.entered_in.first_day > today else None,
        twice if _is_entered(session, award, said) else None,
    ]
    is_locked = locked_because(session, award, said.corrects) is not None
    errors += bad_correction(said, corrected_is_locked=is_locked, after=was + said.amount)
    if stream is not None and said.amount > 0:
        errors += exceeded(session, [award], {stream.id: said.amount})[award.id]
    refuse_any(errors)
    correction = build_correction(award, said, names, entered_by=by, entered_at=now)
    session.add(correction)
    session.flush()
    return correction


def _is_entered(session: Session, award: Award, said: Adjustment) -> bool:
    same = exists().where(
        Correction.award_id == award.id,
        Correction.stream.has(name=said.stream),
        Correction.category.has(name=said.category),
        Correction.corrects == said.corrects,
        Correction.entered_in == said.entered_in,
        Correction.amount == said.amount,
        Correction.reason == said.reason.strip(),
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
