"""Putting a locked quarter right: a signed adjustment, with its reason, that counts in the quarter that is open.

Somebody who may asks for it, and somebody else approves it: only then it counts. What is loaded from a file was
approved before.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, Select, exists, select, true
from sqlalchemy.orm import Session

from portfolio.db import total
from portfolio.decisions.asked import TAKEN_BACK, bad_deciding, bad_withdrawing, no_reason_to_refuse
from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError, SaidTwice, refuse_any
from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO
from portfolio.quarters import Quarter
from portfolio.spend.adjustments import Adjustment, bad_correction
from portfolio.spend.checks import NotACategory, YearClosed
from portfolio.spend.claiming import Names
from portfolio.spend.models import Claim, ClaimLine, Correction, CorrectionRequest
from portfolio.spend.rules import COUNTED, FutureQuarter, NotAwarded
from portfolio.spend.standing import exceeded, hold, locked_because


class NoLongerOpen(PortfolioError):
    """A quarter in which a correction cannot count any more."""

    def __init__(self, quarter: Quarter, because: str) -> None:
        super().__init__(
            f"{quarter.short} is locked: {because}. Choose a later quarter that is open for the correction to count in",
            "entered_in",
        )


def build_correction(
    award: Award, said: Adjustment, names: Names, *, entered_by: str, entered_at: datetime
) -> Correction:
    """The row of a correction; asks no rule and no database."""
    return Correction(award=award, **_columns(said, names), entered_by=entered_by, entered_at=entered_at)


def _columns(said: Adjustment, names: Names) -> dict[str, Any]:
    """What an adjustment says, as the rows hold it: one that counts, and one that is asked for."""
    return {
        "stream": names.streams[said.stream],
        "category": names.categories[said.category],
        "corrects": said.corrects,
        "entered_in": said.entered_in,
        "amount": said.amount,
        "reason": said.reason.strip(),
    }


def ask_for_correction(
    session: Session, award: Award, said: Adjustment, *, by_id: int, now: datetime, today: date
) -> CorrectionRequest:
    """Ask that an award's locked quarter be put right by pounds above or below zero, in the quarter that is open.

    It counts once somebody else has approved it. Refused, all reasons at once: nothing to correct, no reason given, a
    quarter that is not locked yet, an open quarter that is locked itself or has not begun (E4), a category that is not
    there, a stream that was not awarded (E13), less than nothing left of the corrected quarter, the very same
    correction again (E7), and more claimed than the award or the allocation (E2).
    """
    hold(session, [award])
    refuse_any(obstacles(session, award, said, today))
    names = Names.of(award.proposal.funding_year.programme)
    asked_for = CorrectionRequest(award=award, **_columns(said, names), asked_by_id=by_id, asked_at=now)
    session.add(asked_for)
    session.flush()
    return asked_for


def approve_correction(
    session: Session,
    asked_for: CorrectionRequest,
    entered_in: Quarter,
    *,
    by_id: int,
    now: datetime,
    today: date,
) -> Correction:
    """Approve a correction that somebody else asked for, so that it counts from now on.

    `entered_in` is the open quarter that it counts in: the one asked for, or another where that was locked meanwhile.
    Every rule is asked again, because figures and locks move while a correction waits.
    """
    _hold(session, asked_for, by_id)
    award, said = asked_for.award, replace(adjustment_of(asked_for), entered_in=entered_in)
    refuse_any(obstacles(session, award, said, today, asked_for))
    names = Names.of(award.proposal.funding_year.programme)
    correction = build_correction(award, said, names, entered_by=asked_for.asked_by.mark, entered_at=now)
    session.add(correction)
    asked_for.entered_in, asked_for.correction = entered_in, correction
    asked_for.decided_by_id, asked_for.decided_at = by_id, now
    session.flush()
    return correction


def refuse_correction(
    session: Session, asked_for: CorrectionRequest, because: str, *, by_id: int, now: datetime
) -> None:
    """Refuse a correction that somebody else asked for, with a reason that they are told; nothing of it counts."""
    _hold(session, asked_for, by_id)
    refuse_any([no_reason_to_refuse(because)])
    asked_for.refused_because = because.strip()
    asked_for.decided_by_id, asked_for.decided_at = by_id, now
    session.flush()


def withdraw_correction(session: Session, asked_for: CorrectionRequest, *, by_id: int, now: datetime) -> None:
    """Take back a correction that one asked for and nobody has decided on; nothing of it counts."""
    _hold_own(session, asked_for, by_id)
    asked_for.refused_because = TAKEN_BACK
    asked_for.decided_by_id, asked_for.decided_at = by_id, now
    session.flush()


def move_correction(
    session: Session, asked_for: CorrectionRequest, entered_in: Quarter, *, by_id: int, today: date
) -> None:
    """Have a correction that waits count in another open quarter, as who asked for it wishes."""
    _hold_own(session, asked_for, by_id)
    said = replace(adjustment_of(asked_for), entered_in=entered_in)
    refuse_any(obstacles(session, asked_for.award, said, today, asked_for))
    asked_for.entered_in = entered_in
    session.flush()


def _hold(session: Session, asked_for: CorrectionRequest, by_id: int) -> None:
    """Keep others from the award, and see the correction as it stands now; raises who may not decide on it, and why."""
    hold(session, [asked_for.award])
    session.refresh(asked_for)
    refuse_any([bad_deciding("correction", asked_for.state, asked_for.asked_by_id, by_id)])


def _hold_own(session: Session, asked_for: CorrectionRequest, by_id: int) -> None:
    """The same for whoever asked for it, while nobody has decided on it."""
    hold(session, [asked_for.award])
    session.refresh(asked_for)
    refuse_any([bad_withdrawing("correction", asked_for.state, asked_for.asked_by_id, by_id)])


def adjustment_of(asked_for: CorrectionRequest) -> Adjustment:
    """What somebody asked for, as the rules read it."""
    return Adjustment(
        asked_for.stream.name,
        asked_for.category.name,
        asked_for.corrects,
        asked_for.entered_in,
        asked_for.amount,
        asked_for.reason,
    )


def obstacles(
    session: Session, award: Award, said: Adjustment, today: date, itself: CorrectionRequest | None = None
) -> list[PortfolioError]:
    """Everything that stands in the way of a correction; `itself` is the one that waits already, if it does."""
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
        NoLongerOpen(said.entered_in, because) if because is not None else None,
        FutureQuarter(said.entered_in).at("entered_in") if said.entered_in.first_day > today else None,
        twice if _is_said(session, award, said, itself) else None,
    ]
    is_locked = locked_because(session, award, said.corrects) is not None
    errors += bad_correction(said, corrected_is_locked=is_locked, after=was + said.amount)
    if stream is not None and said.amount > 0:
        errors += exceeded(session, [award], {stream.id: said.amount})[award.id]
    return [error for error in errors if error is not None]


def _is_said(session: Session, award: Award, said: Adjustment, itself: CorrectionRequest | None) -> bool:
    """Whether the very same correction counts already, or waits."""

    def same(row: type[Correction] | type[CorrectionRequest], *more: ColumnElement[bool]) -> Select[bool]:
        return select(
            exists().where(
                row.award_id == award.id,
                row.stream.has(name=said.stream),
                row.category.has(name=said.category),
                row.corrects == said.corrects,
                row.entered_in == said.entered_in,
                row.amount == said.amount,
                row.reason == said.reason.strip(),
                *more,
            )
        )

    other = CorrectionRequest.id != itself.id if itself is not None else true()
    waits = same(CorrectionRequest, CorrectionRequest.decided_at.is_(None), other)
    return bool(session.scalar(same(Correction)) or session.scalar(waits))


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
