"""Variations to read: those asked for, who may decide on them, and what could give and receive."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from sqlalchemy import ColumnElement, Select, and_, exists, func, or_, select, type_coerce
from sqlalchemy.orm import Session, joinedload

from portfolio.db import Pence
from portfolio.decisions import amounts, queries
from portfolio.decisions.asked import AskedState
from portfolio.decisions.models import Award, AwardLine, Decision, VariationRequest
from portfolio.decisions.rules import Outcome
from portfolio.decisions.varying import Side, said
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP, FundingYear, Stream
from portfolio.money import ZERO
from portfolio.people.models import Person
from portfolio.people.rules import Within
from portfolio.proposals.models import Proposal
from portfolio.quarters import FinancialYear

GIVING_MONEY = [outcome for outcome in Outcome if outcome.gives_money]


@dataclass(frozen=True)
class Narrowing:
    """What of the variations asked for a list shows; None is all."""

    year: FinancialYear | None = None
    state: AskedState | None = None


def requests(*only: ColumnElement[bool]) -> Select[VariationRequest]:
    """The variations asked for, those that wait first, the oldest of them first; then the latest decided ones."""
    sides = [
        joinedload(side).options(
            joinedload(Award.proposal).joinedload(Proposal.funding_year).joinedload(FundingYear.programme),
            joinedload(Award.csp),
        )
        for side in (VariationRequest.from_award, VariationRequest.to_award)
    ]
    return (
        select(VariationRequest)
        .where(*only)
        .order_by(
            VariationRequest.decided_at.is_not(None),
            VariationRequest.decided_at.desc(),
            VariationRequest.asked_at,
            VariationRequest.id,
        )
        .options(
            *sides,
            joinedload(VariationRequest.from_stream),
            joinedload(VariationRequest.to_stream),
            joinedload(VariationRequest.asked_by).lazyload(Person.roles),
            joinedload(VariationRequest.decided_by).lazyload(Person.roles),
            joinedload(VariationRequest.variation),
        )
    )


def touching(within: Within) -> ColumnElement[bool]:
    """The variations asked for of which at least one side is within reach."""
    reached = select(Award.id).where(queries.awards_within(within))
    return or_(VariationRequest.from_award_id.in_(reached), VariationRequest.to_award_id.in_(reached))


def narrowed(to: Narrowing) -> list[ColumnElement[bool]]:
    """What a list is narrowed to, as conditions."""
    conditions: list[ColumnElement[bool]] = []
    if to.year is not None:
        of_year = select(Award.id).join(Award.proposal).join(Proposal.funding_year).where(FundingYear.year == to.year)
        either = func.coalesce(VariationRequest.from_award_id, VariationRequest.to_award_id)
        conditions.append(either.in_(of_year))
    by_asker = VariationRequest.decided_by_id == VariationRequest.asked_by_id
    match to.state:
        case AskedState.WAITING:
            conditions.append(VariationRequest.decided_at.is_(None))
        case AskedState.APPROVED:
            conditions.append(VariationRequest.variation_id.is_not(None))
        case AskedState.REFUSED:
            conditions.append(and_(VariationRequest.refused_because.is_not(None), ~by_asker))
        case AskedState.WITHDRAWN:
            conditions.append(and_(VariationRequest.refused_because.is_not(None), by_asker))
    return conditions


def get_request(session: Session, number: int, within: Within) -> VariationRequest:
    """A variation that was asked for, of which a side is within reach; raises NotFound."""
    found = session.scalar(requests(VariationRequest.id == number, touching(within)))
    if found is None:
        raise NotFound("There is no such variation")
    return found


def requests_of(session: Session, award: Award) -> Sequence[VariationRequest]:
    """The variations that were asked for of an award, those that wait first."""
    mine = or_(VariationRequest.from_award_id == award.id, VariationRequest.to_award_id == award.id)
    return session.scalars(requests(mine)).all()


def reaches_both(within: Within, asked_for: VariationRequest) -> bool:
    """Whether every award that money moves from or to is within reach, as who approves it must have it."""
    sides = (asked_for.from_award, asked_for.to_award)
    return all(queries.reaches(within, award) for award in sides if award is not None)


def to_vary(session: Session, within: Within, person_id: int) -> int:
    """How many variations wait for somebody's decision: all of it within their reach, asked for by somebody else."""
    reached = select(Award.id).where(queries.awards_within(within))
    both = [
        or_(side.is_(None), side.in_(reached))
        for side in (VariationRequest.from_award_id, VariationRequest.to_award_id)
    ]
    waiting = select(func.count(VariationRequest.id)).where(
        VariationRequest.decided_at.is_(None), VariationRequest.asked_by_id != person_id, *both
    )
    return session.scalar(waiting) or 0


def value_of(award_id: int, stream_id: int) -> str:
    """What a form calls an award's stream: `12-3`."""
    return f"{award_id}-{stream_id}"


def side_called(session: Session, value: str | None) -> Side | None:
    """The award's stream that a form offered and calls so; None is what is unallocated."""
    if value is None:
        return None
    award_id, stream_id = (int(number) for number in value.split("-"))
    [award] = queries.awards_found(session, Award.id == award_id)
    streams = {stream.id: stream for stream in award.proposal.funding_year.programme.streams}
    return Side(award, streams[stream_id])


class Place(NamedTuple):
    """An award's stream that could give or receive: what names it, what it carries, and whether it is funded today."""

    award_id: int
    stream_id: int
    reference: str
    title: str
    csp: str
    stream: str
    carried: Decimal
    funded: bool

    @property
    def value(self) -> str:
        """What a form calls it."""
        return value_of(self.award_id, self.stream_id)

    @property
    def words(self) -> str:
        """What a reader calls it."""
        return said(self.reference, self.title, self.csp, self.stream)


def places(session: Session, funding_year_id: int, condition: ColumnElement[bool]) -> list[Place]:
    """Every stream of a year's awards within reach, in the order of references; read without the rows themselves."""
    funded = exists().where(
        Decision.proposal_id == Award.proposal_id,
        Decision.csp_id == Award.csp_id,
        Decision.outcome.in_(GIVING_MONEY),
        queries.is_current(),
    )
    found = session.execute(
        select(
            Award.id,
            Stream.id,
            Proposal.reference,
            Proposal.title,
            CSP.name,
            Stream.name,
            type_coerce(func.coalesce(amounts.carried(), ZERO), Pence).label("carried"),
            funded.label("funded"),
        )
        .select_from(Award)
        .join(Award.proposal)
        .join(Proposal.funding_year)
        .join(Award.csp)
        .join(Stream, Stream.programme_id == FundingYear.programme_id)
        .outerjoin(AwardLine, and_(AwardLine.award_id == Award.id, AwardLine.stream_id == Stream.id))
        .where(Proposal.funding_year_id == funding_year_id, condition)
        .order_by(Proposal.reference, Award.csp_id, Stream.position)
    )
    return [Place(*row) for row in found]
