"""Corrections to read: what a quarter said when it was returned, what was put right since and by whom, what waits.

Both figures stay in sight everywhere, so both are put together here. Nothing takes more statements for more rows.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Select, func, select, true
from sqlalchemy.orm import Session, contains_eager, joinedload

from portfolio.db import total
from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within
from portfolio.errors import NotFound
from portfolio.funding_years.models import CostCategory, Stream
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.people.rules import Within
from portfolio.quarters import Quarter
from portfolio.spend.adjustments import both_figures
from portfolio.spend.models import Claim, ClaimLine, Correction, CorrectionRequest
from portfolio.spend.rules import COUNTED

Key = tuple[int, int, int, Quarter]
"""A line of a claim: award, stream and cost category (all by number), and the quarter."""


class _Line(Protocol):
    award_id: Any
    stream_id: Any
    category_id: Any
    corrects: Any


def _key(row: _Line) -> Key:
    return row.award_id, row.stream_id, row.category_id, row.corrects


@dataclass(frozen=True)
class Entered:
    """A correction that counts, and who approved it; None where it was taken over from a file, approved before."""

    correction: Correction
    approved_by: str | None

    @property
    def said(self) -> tuple[Quarter, Decimal]:
        """Where it counts, and its pounds."""
        return self.correction.entered_in, self.correction.amount


@dataclass(frozen=True)
class CorrectedLine:
    """What a quarter said of an award's stream and category when it was returned, and what was put right since."""

    award_id: int
    quarter: Quarter
    stream: Stream
    category: CostCategory
    claimed: Decimal
    corrections: Sequence[Entered]

    @property
    def now(self) -> Decimal:
        """As known now, in pounds."""
        return self.claimed + sum((entered.correction.amount for entered in self.corrections), ZERO)

    @property
    def in_words(self) -> str:
        """Both figures: `claimed £903.27, corrected by −£73.11 in Q2`."""
        return both_figures(self.claimed, [entered.said for entered in self.corrections])


def corrected_lines(session: Session, *only: ColumnElement[bool]) -> list[CorrectedLine]:
    """The lines that some corrections put right, by award and quarter; `only` are conditions on `Correction`."""
    found = session.execute(
        select(Correction, Person.name)
        .outerjoin(CorrectionRequest, CorrectionRequest.correction_id == Correction.id)
        .outerjoin(Person, Person.id == CorrectionRequest.decided_by_id)
        .where(*only)
        .order_by(Correction.award_id, Correction.corrects, Correction.entered_in, Correction.id)
        .options(joinedload(Correction.stream), joinedload(Correction.category))
    ).all()
    by_line: dict[Key, list[Entered]] = defaultdict(list)
    for correction, approver in found:
        by_line[_key(correction)].append(Entered(correction, approver))
    claimed = _claimed(session, by_line)
    return [
        CorrectedLine(
            award_id, quarter, rows[0].correction.stream, rows[0].correction.category, claimed.get(key, ZERO), rows
        )
        for key, rows in by_line.items()
        for award_id, _, _, quarter in [key]
    ]


def _claimed(session: Session, lines: Collection[Key]) -> dict[Key, Decimal]:
    """What approved claims say of some lines, and of others of the same awards and quarters, in pounds."""
    if not lines:
        return {}
    keys = (Claim.award_id, ClaimLine.stream_id, ClaimLine.category_id, Claim.quarter)
    rows: Iterable[Any] = session.execute(
        select(*keys, total(ClaimLine.amount))
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .where(Claim.status.in_(COUNTED), Claim.award_id.in_({award_id for award_id, *_ in lines}))
        .where(Claim.quarter.in_({quarter for *_, quarter in lines}))
        .group_by(*keys)
    )
    return {
        (award_id, stream_id, category_id, quarter): amount
        for award_id, stream_id, category_id, quarter, amount in rows
    }


def corrected_since(
    session: Session, award_ids: Collection[int]
) -> dict[tuple[int, Quarter], list[tuple[Quarter, Decimal]]]:
    """By award and quarter corrected, what it was put right by since: the quarters it counts in, with their pounds."""
    keys = (Correction.award_id, Correction.corrects, Correction.entered_in)
    rows: Iterable[Any] = session.execute(
        select(*keys, total(Correction.amount))
        .where(Correction.award_id.in_(award_ids))
        .group_by(*keys)
        .order_by(*keys)
    )
    found: dict[tuple[int, Quarter], list[tuple[Quarter, Decimal]]] = defaultdict(list)
    for award_id, corrects, entered_in, amount in rows:
        found[award_id, corrects].append((entered_in, amount))
    return found


@dataclass(frozen=True)
class Asked:
    """A correction that somebody asked for, beside what its line said when it was returned and what was corrected."""

    request: CorrectionRequest
    claimed: Decimal
    earlier: Sequence[tuple[Quarter, Decimal]]
    """What other corrections put the line right by."""

    @property
    def before(self) -> str:
        """What the line is without it: `claimed £903.27, corrected by −£73.11 in Q2`."""
        return both_figures(self.claimed, self.earlier)

    @property
    def corrected(self) -> Decimal:
        """What other corrections come to, in pounds."""
        return sum((amount for _, amount in self.earlier), ZERO)

    @property
    def after(self) -> Decimal:
        """What the line comes to with it, in pounds."""
        return self.claimed + self.corrected + self.request.amount


def requests(*only: ColumnElement[bool]) -> Select[CorrectionRequest]:
    """The corrections asked for, those that wait first, the oldest of them first; then the latest decided ones."""
    return (
        select(CorrectionRequest)
        .join(CorrectionRequest.award)
        .join(Award.proposal)
        .where(*only)
        .order_by(
            CorrectionRequest.decided_at.is_not(None),
            CorrectionRequest.decided_at.desc(),
            CorrectionRequest.asked_at,
            CorrectionRequest.id,
        )
        .options(
            contains_eager(CorrectionRequest.award).options(contains_eager(Award.proposal), joinedload(Award.csp)),
            joinedload(CorrectionRequest.stream),
            joinedload(CorrectionRequest.category),
            joinedload(CorrectionRequest.asked_by).lazyload(Person.roles),
            joinedload(CorrectionRequest.decided_by).lazyload(Person.roles),
        )
    )


def get_request(session: Session, number: int, within: Within) -> CorrectionRequest:
    """A correction that somebody asked for, of an award within reach; raises NotFound."""
    found = session.scalar(requests(CorrectionRequest.id == number, awards_within(within)))
    if found is None:
        raise NotFound("There is no such correction")
    return found


def asked_beside(session: Session, rows: Sequence[CorrectionRequest]) -> list[Asked]:
    """Corrections that were asked for, each beside what its line said and what others put right of it."""
    keys = {_key(row) for row in rows}
    claimed, entered = _claimed(session, keys), defaultdict[Key, list[Correction]](list)
    corrections = select(Correction).where(
        Correction.award_id.in_({row.award_id for row in rows}), Correction.corrects.in_({row.corrects for row in rows})
    )
    for correction in session.scalars(corrections.order_by(Correction.entered_in, Correction.id)) if keys else ():
        entered[_key(correction)].append(correction)
    return [
        Asked(
            row,
            claimed.get(_key(row), ZERO),
            [(one.entered_in, one.amount) for one in entered[_key(row)] if one.id != row.correction_id],
        )
        for row in rows
    ]


def asked_of(session: Session, award_id: int, *quarters: Quarter) -> list[Asked]:
    """The corrections asked for of an award, of some quarters of it where they are given."""
    of_quarters = CorrectionRequest.corrects.in_(quarters) if quarters else true()
    found = session.scalars(requests(CorrectionRequest.award_id == award_id, of_quarters)).all()
    return asked_beside(session, found)


def to_decide(session: Session, within: Within, person_id: int) -> int:
    """How many corrections wait for somebody's decision: within their reach, and asked for by somebody else."""
    waiting = (
        select(func.count(CorrectionRequest.id))
        .join(CorrectionRequest.award)
        .where(CorrectionRequest.decided_at.is_(None), CorrectionRequest.asked_by_id != person_id)
        .where(awards_within(within))
    )
    return session.scalar(waiting) or 0
