"""What a lead finds of their awards: what is left of each stream, and how the last quarter went against its forecast.

Everything is taken from where the money stands, as on every other page; no more statements for more awards.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.orm import Session, contains_eager, selectinload

from portfolio.db import total
from portfolio.decisions.models import Award, AwardLine
from portfolio.funding_years.models import CSP, Stream
from portfolio.money import ZERO
from portfolio.proposals.models import Proposal
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend import figures
from portfolio.spend.figures import Position
from portfolio.spend.models import Claim, ClaimLine
from portfolio.spend.rules import COUNTED, ClaimStatus, variance
from portfolio.spend.standing import WAITING, Taken, taken_by_line


@dataclass(frozen=True)
class WentAs:
    """In pounds, what was expected of a stream's last quarter that was claimed, a quarter earlier, and what came."""

    quarter: Quarter
    foreseen: Decimal
    came: Decimal
    is_approved: bool

    @property
    def difference(self) -> Decimal:
        """What came less what was expected: negative is less."""
        return variance(self.came, self.foreseen)


@dataclass(frozen=True)
class OwnStream:
    """One stream of an award, in pounds."""

    award: Award
    stream: Stream
    given: Decimal
    """The award, with what variations moved."""
    taken: Taken
    last: WentAs | None
    """None until a claim of the year was sent."""

    @property
    def left(self) -> Decimal:
        """What can still be claimed: the award less what is spent and what waits."""
        return self.given - self.taken.spent - self.taken.waiting


def own_awards(only: ColumnElement[bool], year: FinancialYear) -> Select[Award]:
    """The awards whose dates touch a year, by reference; `only` is a condition on `Award`."""
    return (
        select(Award)
        .join(Award.proposal)
        .join(Award.csp)
        .where(only, Award.starts_on <= year.last_day, Award.ends_on >= year.first_day)
        .order_by(Proposal.reference, CSP.name, Award.id)
        .options(
            contains_eager(Award.proposal),
            contains_eager(Award.csp),
            selectinload(Award.lines).selectinload(AwardLine.stream),
        )
    )


def own_streams(session: Session, awards: Sequence[Award], year: FinancialYear) -> list[OwnStream]:
    """The streams of some awards, in the order of the awards and the programme; how the year's last quarter went."""
    numbers = [award.id for award in awards]
    now, taken = figures.of_awards(session, awards, year.quarters[3]), taken_by_line(session, numbers)
    went = _went(session, awards, now, year)
    return [
        OwnStream(
            award,
            line.stream,
            now[award.id][line.stream_id].award,
            taken.get((award.id, line.stream_id), Taken()),
            went.get((award.id, line.stream_id)),
        )
        for award in awards
        for line in sorted(award.lines, key=lambda line: line.stream.position)
    ]


Line = tuple[int, int]
"""An award and one of its streams, by number."""


def _went(
    session: Session, awards: Sequence[Award], now: Mapping[int, Mapping[int, Position]], year: FinancialYear
) -> dict[Line, WentAs]:
    """How the last quarter of each award that was claimed went."""
    last = _last_claims(session, [award.id for award in awards], year)
    came = _came(session, last)
    went: dict[Line, WentAs] = {}
    for quarter in sorted({quarter for quarter, _ in last.values()}):
        claimed = [award for award in awards if award.id in last and last[award.id][0] == quarter]
        before = now if quarter.number == 1 else figures.of_awards(session, claimed, quarter.previous)
        for award in claimed:
            for line in award.lines:
                key, position = (award.id, line.stream_id), before[award.id][line.stream_id]
                foreseen = position.profile[0] if quarter.number == 1 else position.coming
                went[key] = WentAs(quarter, foreseen, came.get(key, ZERO), last[award.id][1] in COUNTED)
    return went


def _last_claims(
    session: Session, award_ids: Collection[int], year: FinancialYear
) -> dict[int, tuple[Quarter, ClaimStatus]]:
    """The last quarter of a year of which each award's claim was sent and is not with its lead again, and its state."""
    rows = session.execute(
        select(Claim.award_id, Claim.quarter, Claim.status)
        .where(Claim.award_id.in_(award_ids), Claim.quarter.in_(year.quarters), Claim.status.in_((*WAITING, *COUNTED)))
        .order_by(Claim.quarter)
    )
    return {award_id: (quarter, status) for award_id, quarter, status in rows}


def _came(session: Session, last: Mapping[int, tuple[Quarter, ClaimStatus]]) -> dict[Line, Decimal]:
    """What each award's last claim comes to, by stream."""
    rows = session.execute(
        select(Claim.award_id, Claim.quarter, ClaimLine.stream_id, total(ClaimLine.amount))
        .join(ClaimLine, ClaimLine.claim_id == Claim.id)
        .where(Claim.award_id.in_(last), Claim.quarter.in_({quarter for quarter, _ in last.values()}))
        .group_by(Claim.award_id, Claim.quarter, ClaimLine.stream_id)
    )
    return {
        (award_id, stream_id): amount for award_id, quarter, stream_id, amount in rows if last[award_id][0] == quarter
    }
