"""Variations: approved moves of money between awards, streams, or to and from what is unallocated."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portfolio.decisions import amounts, ceilings, profiles, queries, rules, variation_rules
from portfolio.decisions.actions import Claimed
from portfolio.decisions.models import Award, AwardLine, Variation, VariationRequest, VariationShare
from portfolio.errors import PortfolioError, SaidTwice, refuse_any
from portfolio.funding_years.models import FundingYear, Stream
from portfolio.funding_years.queries import shares_of
from portfolio.funding_years.rules import closed, short_name
from portfolio.money import ZERO
from portfolio.proposals.rules import next_reference
from portfolio.quarters import Quarter, between


@dataclass(frozen=True)
class Side:
    """An award's stream that gives or receives money; the award may carry nothing of the stream yet."""

    award: Award
    stream: Stream

    @property
    def purse(self) -> tuple[int, int]:
        """The partnership and the stream, whose allocation it is of."""
        return self.award.csp_id, self.stream.id

    @property
    def line(self) -> AwardLine | None:
        """The award's line of the stream, where it has one."""
        return next((line for line in self.award.lines if line.stream_id == self.stream.id), None)


def said(reference: str, title: str, csp: str, stream: str) -> str:
    """An award's stream in words: `SVD-25-04 High Harm Perpetrator Tool, Dorset CSP, non-labour`."""
    return f"{reference} {title}, {short_name(csp)}, {stream}"


def side_in_words(own: Side | None, other: Side | None) -> str:
    """A side of a variation in words; what is unallocated is of the other side's partnership and stream."""
    if own is not None:
        award = own.award
        return said(award.proposal.reference, award.proposal.title, award.csp.name, own.stream.name)
    return f"Unallocated, {other.award.csp.short_name}, {other.stream.name}" if other is not None else "Unallocated"


def sides_of(asked_for: VariationRequest) -> tuple[Side | None, Side | None]:
    """The side that gives and the one that receives; None is what is unallocated."""
    giving, receiving = (
        Side(award, stream) if award is not None and stream is not None else None
        for award, stream in (
            (asked_for.from_award, asked_for.from_stream),
            (asked_for.to_award, asked_for.to_stream),
        )
    )
    return giving, receiving


def in_words(asked_for: VariationRequest) -> tuple[str, str]:
    """Both sides of a variation that was asked for, in words: from and to."""
    giving, receiving = sides_of(asked_for)
    return side_in_words(giving, receiving), side_in_words(receiving, giving)


def _side_of(line: AwardLine | None) -> Side | None:
    return None if line is None else Side(line.award, line.stream)


def line_of(award: Award, stream: Stream) -> AwardLine:
    """An award's line of a stream; one that carries nothing yet where the award had none of it."""
    for line in award.lines:
        if line.stream_id == stream.id:
            return line
    line = AwardLine(stream=stream, stream_id=stream.id, amount=ZERO, profile=[])
    award.lines.append(line)
    return line


def approve_variation(
    session: Session,
    *,
    giving: AwardLine | None,
    receiving: AwardLine | None,
    amount: Decimal,
    reason: str,
    approved_on: date,
    approved_by: str,
    claimed: Claimed,
    today: date,
    reference: str | None = None,
) -> Variation:
    """Move pounds from one award's line to another's, or (with one side None) from or to unallocated.

    The giving line loses its latest quarters first and never what is claimed; the receiving one gains from the quarter
    of the approval on. Its partnership's allocation is held (E1). Without a reference it gets the next of its year.
    """
    sides = [line for line in (giving, receiving) if line is not None]
    hold_shares(session, (line.award for line in sides))
    refuse_any(
        [
            rules.not_yet("The approval", approved_on, today, "approved_on"),
            *obstacles(session, _side_of(giving), _side_of(receiving), amount, reason, claimed),
            _said_twice(session, giving, receiving, amount, reason, approved_on),
        ]
    )
    year = sides[0].award.proposal.funding_year
    variation = Variation(
        reference=reference or _next_reference(session, year),
        from_line=giving,
        to_line=receiving,
        amount=amount,
        approved_on=approved_on,
        approved_by=approved_by,
        reason=reason,
    )
    session.add(variation)
    plans = amounts.plan_by_line(session, {line.award_id for line in sides})
    variation.shares = variation_shares(variation, plans)
    return variation


def hold_shares(session: Session, awards: Iterable[Award]) -> None:
    """Keep others from awarding to, or moving to, these awards' partnerships until this is committed.

    All their shares are held in one order, before anything is counted.
    """
    for year_id, csp_id in sorted({(award.proposal.funding_year_id, award.csp_id) for award in awards}):
        queries.locked_shares(session, year_id, csp_id)


def obstacles(
    session: Session,
    giving: Side | None,
    receiving: Side | None,
    amount: Decimal,
    reason: str,
    claimed: Claimed,
) -> list[PortfolioError]:
    """Everything that stands in the way of moving pounds; it holds nothing, so a page can ask it too."""
    sides = [side for side in (giving, receiving) if side is not None]
    years = {side.award.proposal.funding_year_id: side.award.proposal.funding_year for side in sides}
    errors = [
        *(closed(year.status, year.year) for year in years.values()),
        _above_allocation(session, giving, receiving, amount),
        _not_funded(session, receiving),
        *variation_rules.bad_variation(
            amount,
            reason,
            sides=len(sides),
            same_line=giving is not None and giving == receiving,
            same_year=len(years) < 2,
            can_give=_can_give(session, giving, claimed),
        ),
    ]
    return [error for error in errors if error is not None]


def variation_shares(variation: Variation, plans: Mapping[int, Mapping[Quarter, Decimal]]) -> list[VariationShare]:
    """What a variation does to its lines' quarters, unchecked; `plans` are pounds by line and quarter before it."""
    giving, receiving, shares = variation.from_line, variation.to_line, []
    if giving is not None:
        taken = profiles.lost(plans[giving.id], variation.amount)
        shares += [VariationShare(award_line_id=giving.id, quarter=each, amount=part) for each, part in taken.items()]
    if receiving is not None:
        quarters = list(between(receiving.award.starts_on, receiving.award.ends_on))
        since = Quarter.containing(variation.approved_on)
        added = profiles.gained(plans.get(receiving.id, {}), variation.amount, quarters, since)
        shares += [
            VariationShare(award_line_id=receiving.id, quarter=each, amount=part) for each, part in added.items()
        ]
    return shares


def _next_reference(session: Session, year: FundingYear) -> str:
    """The next free reference of a year: V25-01, V25-02, …"""
    prefix = f"V{year.year.start % 100:02d}-"
    begins_so = Variation.reference.startswith(prefix, autoescape=True)
    return next_reference(prefix, session.scalars(select(Variation.reference).where(begins_so)).all())


def carried_by(session: Session, side: Side) -> Decimal:
    """What an award's stream carries, in pounds."""
    line = side.line
    return ZERO if line is None else amounts.carried_by_line(session, [side.award.id]).get(line.id, ZERO)


def _can_give(session: Session, giving: Side | None, claimed: Claimed) -> Decimal | None:
    """What an award's stream carries that is not claimed, in pounds."""
    if giving is None:
        return None
    return carried_by(session, giving) - max(claimed(session, giving.award.id).get(giving.stream.id, ZERO), ZERO)


def left_unallocated(session: Session, of: Side) -> Decimal:
    """What a partnership has not awarded of its allocation of a stream, in pounds; negative where it awarded more."""
    year = of.award.proposal.funding_year
    awarded = amounts.awarded_by_csp_and_stream(session, year.id, of.award.csp_id)
    return shares_of(session, year.id).get(of.purse, ZERO) - awarded.get(of.purse, ZERO)


def what_each_had(session: Session, giving: Side | None, receiving: Side | None) -> tuple[Decimal, Decimal]:
    """What the side that gives and the side that receives have, in pounds; a side that is None is what is unallocated.

    It is the other side's partnership and stream of which something is unallocated; one of the two is an award's.
    """
    given = carried_by(session, giving) if giving else left_unallocated(session, receiving) if receiving else ZERO
    received = carried_by(session, receiving) if receiving else left_unallocated(session, giving) if giving else ZERO
    return given, received


def _said_twice(
    session: Session,
    giving: AwardLine | None,
    receiving: AwardLine | None,
    amount: Decimal,
    reason: str,
    approved_on: date,
) -> PortfolioError | None:
    same = exists().where(
        Variation.from_line == giving,
        Variation.to_line == receiving,
        Variation.amount == amount,
        Variation.reason == reason,
        Variation.approved_on == approved_on,
    )
    return twice() if session.scalar(select(same)) else None


def twice() -> SaidTwice:
    """E7: the very same variation, made or asked for before."""
    return SaidTwice("variation", "let its reason say so", "reason")


def _above_allocation(
    session: Session, giving: Side | None, receiving: Side | None, amount: Decimal
) -> PortfolioError | None:
    """E1 on the receiving side; a move within one partnership's stream changes nothing there."""
    if receiving is None or (giving is not None and giving.purse == receiving.purse):
        return None
    award, stream = receiving.award, receiving.stream
    year = award.proposal.funding_year
    awards = amounts.awarded_by_csp_and_stream(session, year.id, award.csp_id)
    share = shares_of(session, year.id).get(receiving.purse, ZERO)
    after = awards.get(receiving.purse, ZERO) + amount
    above = ceilings.above_allocation(award.csp.name, stream.name, after, share, year.programme.tolerance_percent)
    return above.at("amount") if above else None


def _not_funded(session: Session, receiving: Side | None) -> PortfolioError | None:
    if receiving is None:
        return None
    award = receiving.award
    decision = queries.find_decision(session, award.proposal_id, award.csp_id)
    funds = decision is not None and decision.outcome.gives_money
    return variation_rules.not_funded(award.proposal.reference, award.csp.name, funds=funds)
