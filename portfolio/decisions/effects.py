"""What a variation would do, or did: both sides before and after, the quarters it changes, and what could be moved."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.decisions import amounts, profiles
from portfolio.decisions.actions import Claimed
from portfolio.decisions.asked import AskedState
from portfolio.decisions.models import Award, VariationRequest
from portfolio.decisions.varying import Side, carried_by, left_unallocated, side_in_words, what_each_had
from portfolio.money import ZERO
from portfolio.quarters import Quarter, between


@dataclass(frozen=True)
class SideTold:
    """One side of a variation: what it has before, what is added or, negative, taken, and the quarters of that."""

    words: str
    award: Award | None
    change: Decimal
    before: Decimal | None
    """In pounds; None where whoever looks does not see the award or the allocation."""
    claimed: Decimal | None
    """What is claimed of an award's stream, in pounds; None for what is unallocated, and once it is decided."""
    by_quarter: Mapping[Quarter, Decimal]

    @property
    def after(self) -> Decimal | None:
        """What it has after, in pounds."""
        return None if self.before is None else self.before + self.change


def both_sides(
    session: Session,
    asked_for: VariationRequest,
    sides: tuple[Side | None, Side | None],
    *,
    claimed: Claimed,
    may_see: Callable[[Side, bool], bool],
    today: date,
) -> list[SideTold]:
    """Both sides of a variation that waits, as they stand now, or of one that was approved, as they stood then.

    `may_see(side, allocation)` says whether whoever looks sees an award's figures, or its partnership's allocation.
    """
    giving, receiving = sides
    waits = asked_for.state is AskedState.WAITING
    had = (
        what_each_had(session, giving, receiving)
        if waits
        else (asked_for.given_before or ZERO, asked_for.received_before or ZERO)
    )
    told = []
    for own, other, sign, before in ((giving, receiving, -1, had[0]), (receiving, giving, 1, had[1])):
        seen = own or other
        sees = seen is not None and may_see(seen, own is None)
        told.append(
            SideTold(
                side_in_words(own, other),
                own.award if own is not None and sees else None,
                sign * asked_for.amount,
                before if sees else None,
                claimed(session, own.award.id).get(own.stream.id, ZERO) if own and waits and sees else None,
                _by_quarter(session, asked_for, own, sign, today) if own and sees else {},
            )
        )
    return told


def allocations_moved(
    session: Session,
    asked_for: VariationRequest,
    sides: tuple[Side | None, Side | None],
    may_see: Callable[[Side, bool], bool],
) -> list[SideTold]:
    """What a move from one partnership's stream to another's does to what each of them has left of its allocation.

    No allocation changes with it. Nothing to tell where money stays within a stream, or where one side is unallocated.
    """
    giving, receiving = sides
    if giving is None or receiving is None or giving.purse == receiving.purse:
        return []
    return [
        SideTold(
            side_in_words(None, side),
            None,
            change,
            left_unallocated(session, side) if may_see(side, True) else None,
            None,
            {},
        )
        for side, change in ((giving, asked_for.amount), (receiving, -asked_for.amount))
    ]


@dataclass(frozen=True)
class Movable:
    """What an award carries of a stream and has claimed, and what its partnership has left of it, in pounds."""

    stream: str
    carried: Decimal
    claimed: Decimal
    unallocated: Decimal | None
    """None where whoever looks does not see it."""

    @property
    def left(self) -> Decimal:
        """What it could give: what is claimed stays."""
        return self.carried - max(self.claimed, ZERO)


def movable(session: Session, award: Award, *, claimed: Claimed, sees_allocation: bool) -> list[Movable]:
    """What could be moved from an award, and from what is unallocated, by stream."""
    spent = claimed(session, award.id)
    return [
        Movable(
            stream.name,
            carried_by(session, side),
            spent.get(stream.id, ZERO),
            left_unallocated(session, side) if sees_allocation else None,
        )
        for stream in award.proposal.funding_year.programme.streams
        for side in [Side(award, stream)]
    ]


def _by_quarter(
    session: Session, asked_for: VariationRequest, side: Side, sign: int, today: date
) -> Mapping[Quarter, Decimal]:
    """What a variation adds to a side's plan by quarter, or takes from it: as kept, or as it would be today."""
    line = side.line
    if asked_for.variation is not None:
        of_line = (share for share in asked_for.variation.shares if line and share.award_line_id == line.id)
        return {share.quarter: share.amount for share in of_line}
    plan = amounts.plan_by_line(session, [side.award.id]).get(line.id, {}) if line else {}
    if sign < 0:
        return profiles.lost(plan, asked_for.amount)
    quarters = list(between(side.award.starts_on, side.award.ends_on))
    return profiles.gained(plan, asked_for.amount, quarters, Quarter.containing(today))
