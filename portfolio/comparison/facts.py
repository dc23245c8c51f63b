"""A proposal of a slice as one row of figures: everything that is compared is summed from these rows, in the database.

What is asked, awarded and decided is looked up once for each proposal, however many sums a page shows of it; that is
what keeps the comparison quick over ten thousand of them.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    select,
    type_coerce,
)
from sqlalchemy.orm import Session

from portfolio.assessment.models import PanelScore
from portfolio.comparison.rules import LEVELS, ORDER
from portfolio.comparison.slices import Slice, within_band
from portfolio.db import Pence, Percent, total
from portfolio.decisions.amounts import carried
from portfolio.decisions.models import Award, AwardLine, Decision
from portfolio.decisions.queries import is_current
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CspAllocation, FundingYear, Programme, Stream, StreamAllocation
from portfolio.money import ZERO
from portfolio.proposals.models import Ask, AskedOf, MatchOffer, Proposal, ProposalLevel

NOT_DECIDED = len(ORDER)
"""The place of what nobody decided yet, after every outcome's."""


@dataclass(frozen=True)
class OfStream:
    """Streams of one name, of whatever programmes: their numbers, and what the partnerships were given, in pounds."""

    name: str
    ids: tuple[int, ...]
    allocation: Decimal


def streams_of(session: Session, at: Slice) -> list[OfStream]:
    """The streams of a slice, in their order, with what its partnerships were given of them in its years."""
    found = session.execute(
        select(Stream.name, Stream.id, total(CspAllocation.amount))
        .join(Programme, Programme.id == Stream.programme_id)
        .outerjoin(
            StreamAllocation,
            and_(StreamAllocation.stream_id == Stream.id, StreamAllocation.funding_year_id.in_(at.year_ids())),
        )
        .outerjoin(
            CspAllocation,
            and_(CspAllocation.stream_allocation_id == StreamAllocation.id, CspAllocation.csp_id.in_(at.csp_ids())),
        )
        .where(at.streams(), at.programmes())
        .group_by(Stream.name, Stream.id, Stream.position)
        .order_by(Stream.position, Stream.name, Stream.id)
    )
    streams: dict[str, OfStream] = {}
    for name, number, given in found:
        so_far = streams.get(name, OfStream(name, (), ZERO))
        streams[name] = OfStream(name, (*so_far.ids, number), so_far.allocation + (given or ZERO))
    return list(streams.values())


def facts(at: Slice, streams: Sequence[OfStream], *, by_csp: bool = False) -> CTE:
    """The slice's proposals, a row each, with all their figures (`rows`), each looked up once: for many sums."""
    # In so many words, because some versions of SQLite would look everything up again for each sum.
    found: CTE = _rows(at, streams, by_csp=by_csp).cte("fact")
    return found.prefix_with("MATERIALIZED")


def rows(at: Slice, streams: Sequence[OfStream], *, by_csp: bool = False) -> Subquery:
    """The slice's proposals, a row each, with those of their figures that are asked for: for what needs few of them."""
    found: Subquery = _rows(at, streams, by_csp=by_csp).subquery("fact")
    return found


def _rows(at: Slice, streams: Sequence[OfStream], *, by_csp: bool) -> Any:
    """A row for each proposal; `by_csp`, for each partnership that was asked.

    `asked_0`, `awarded_0` and so on are pence of the first stream and the next; `outcome` is the place of the most
    favourable decision in `ORDER`; `score` is the mean of the panels' in hundredths of a per cent; `divided` is 1 where
    some partnership funded it and another decided not to.
    """
    here = Decision.csp_id == AskedOf.csp_id if by_csp else at.of_theirs(Decision.csp_id)
    awarding = Award.csp_id == AskedOf.csp_id if by_csp else at.of_theirs(Award.csp_id)
    scoring = PanelScore.csp_id == AskedOf.csp_id if by_csp else at.of_theirs(PanelScore.csp_id)
    place = case({outcome.value: number for number, outcome in enumerate(ORDER)}, value=Decision.outcome)
    gives = case((Decision.outcome.in_([each for each in Outcome if each.gives_money]), 1), else_=0)
    part = case({level.value: figure for level, figure in LEVELS.items()}, value=ProposalLevel.level)

    def of(query: Select[Any], *conditions: ColumnElement[bool]) -> ColumnElement[Any]:
        return query.where(*conditions).correlate(Proposal, AskedOf).scalar_subquery()

    def asked(stream: OfStream) -> ColumnElement[Any]:
        sums = select(func.sum(Ask.amount)).where(Ask.stream_id.in_(stream.ids))
        return func.coalesce(type_coerce(of(sums, Ask.proposal_id == Proposal.id), BigInteger), 0)

    def awarded(stream: OfStream) -> ColumnElement[Any]:
        sums = select(func.sum(carried())).join(Award, Award.id == AwardLine.award_id)
        of_stream = of(sums.where(AwardLine.stream_id.in_(stream.ids)), Award.proposal_id == Proposal.id, awarding)
        return func.coalesce(type_coerce(of_stream, BigInteger), 0)

    inner = (
        select(
            Proposal.id.label("id"),
            Proposal.reference.label("reference"),
            FundingYear.year.label("year"),
            Proposal.lead_organisation_id.label("lead"),
            Proposal.kind.label("kind"),
            Proposal.activity_type.label("theme"),
            Proposal.area.label("area"),
            Proposal.toolkit_impact.label("toolkit"),
            *([AskedOf.csp_id.label("csp")] if by_csp else []),
            *(asked(stream).label(f"asked_{number}") for number, stream in enumerate(streams)),
            *(awarded(stream).label(f"awarded_{number}") for number, stream in enumerate(streams)),
            func.coalesce(
                type_coerce(
                    of(select(func.sum(MatchOffer.pledged)), MatchOffer.proposal_id == Proposal.id), BigInteger
                ),
                0,
            ).label("match"),
            func.coalesce(
                of(select(func.min(place)), Decision.proposal_id == Proposal.id, here, is_current()), NOT_DECIDED
            ).label("outcome"),
            of(
                select(cast(func.round(func.avg(type_coerce(PanelScore.percent, Integer))), Integer)),
                PanelScore.proposal_id == Proposal.id,
                scoring,
                PanelScore.proposal_id.not_in(at.unseen),
            ).label("score"),
            func.coalesce(of(select(func.sum(part)), ProposalLevel.proposal_id == Proposal.id), 0).label("levels"),
            func.coalesce(
                of(select(func.max(gives) - func.min(gives)), Decision.proposal_id == Proposal.id, is_current()),
                0,
            ).label("divided"),
        )
        .select_from(Proposal)
        .join(FundingYear, FundingYear.id == Proposal.funding_year_id)
        .where(at.proposals())
    )
    if by_csp:
        inner = inner.join(AskedOf, AskedOf.proposal_id == Proposal.id).where(at.of_theirs(AskedOf.csp_id))
    return _narrowed(at, inner, len(streams))


def _narrowed(at: Slice, inner: Any, streams: int) -> Any:
    """Those that are left when what is summed, scored or decided is narrowed too."""
    only = at.narrowed
    row = inner.subquery("row").c
    conditions = [
        *within_band(type_coerce(row.score, Percent), only.score),
        *within_band(type_coerce(asked_of(row, streams), Pence), only.cost),
    ]
    if only.outcome is not None:
        place = ORDER.index(only.outcome) if isinstance(only.outcome, Outcome) else NOT_DECIDED
        conditions.append(row.outcome == place)
    return select(*row).where(*conditions) if conditions else inner


def asked_of(row: Any, streams: int) -> ColumnElement[Any]:
    """What a row asks of all streams, in pence."""
    return _added(row, "asked", streams)


def awarded_to(row: Any, streams: int) -> ColumnElement[Any]:
    """What a row was awarded of all streams, in pence."""
    return _added(row, "awarded", streams)


def _added(row: Any, name: str, streams: int) -> ColumnElement[Any]:
    added = row[f"{name}_0"]
    for number in range(1, streams):
        added = added + row[f"{name}_{number}"]
    return type_coerce(added, Integer)


def outcome_at(place: int) -> Outcome | None:
    """The outcome at a place; None for what is not decided."""
    return None if place == NOT_DECIDED else ORDER[place]
