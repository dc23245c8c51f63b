"""Variations that somebody asks for: another approves them, which moves the money, or refuses them."""

from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from portfolio.decisions.actions import Claimed, conflicts
from portfolio.decisions.asked import TAKEN_BACK, bad_deciding, bad_withdrawing, no_reason_to_refuse
from portfolio.decisions.models import Variation, VariationRequest
from portfolio.decisions.varying import (
    Side,
    approve_variation,
    hold_shares,
    line_of,
    obstacles,
    sides_of,
    twice,
    what_each_had,
)
from portfolio.errors import PortfolioError, refuse_any
from portfolio.people.models import Person

VARIATION = "variation"


def ask_for_variation(
    session: Session,
    *,
    giving: Side | None,
    receiving: Side | None,
    amount: Decimal,
    reason: str,
    by: Person,
    now: datetime,
    claimed: Claimed,
) -> VariationRequest:
    """Ask that pounds be moved between two awards' streams, or (with one side None) from or to what is unallocated.

    Nothing moves before somebody else approves it. Refused where it could not be approved today (E1, E2, E13), and
    where the very same one waits already.
    """
    hold_shares(session, (side.award for side in (giving, receiving) if side is not None))
    asked_for = VariationRequest(
        from_award=giving.award if giving else None,
        from_stream=giving.stream if giving else None,
        to_award=receiving.award if receiving else None,
        to_stream=receiving.stream if receiving else None,
        amount=amount,
        reason=reason.strip(),
        asked_by=by,
        asked_at=now,
    )
    refuse_any(
        [
            *obstacles(session, giving, receiving, amount, reason, claimed),
            _waits_already(session, giving, receiving, asked_for),
        ]
    )
    session.add(asked_for)
    session.flush()
    return asked_for


def _waits_already(
    session: Session, giving: Side | None, receiving: Side | None, said: VariationRequest
) -> PortfolioError | None:
    same = exists().where(
        VariationRequest.decided_at.is_(None),
        VariationRequest.from_award_id == (giving.award.id if giving else None),
        VariationRequest.from_stream_id == (giving.stream.id if giving else None),
        VariationRequest.to_award_id == (receiving.award.id if receiving else None),
        VariationRequest.to_stream_id == (receiving.stream.id if receiving else None),
        VariationRequest.amount == said.amount,
        VariationRequest.reason == said.reason,
    )
    return twice() if session.scalar(select(same)) else None


def what_stands_in_the_way(session: Session, asked_for: VariationRequest, claimed: Claimed) -> list[PortfolioError]:
    """Why a variation that waits could not be approved now: figures move while it waits."""
    return obstacles(session, *sides_of(asked_for), asked_for.amount, asked_for.reason, claimed)


def approve_request(
    session: Session,
    asked_for: VariationRequest,
    *,
    by: Person,
    approved_on: date,
    reference: str | None,
    now: datetime,
    today: date,
    claimed: Claimed,
) -> Variation:
    """Approve a variation that somebody else asked for, so that the money moves; every rule is asked again.

    Who has an interest in one of its proposals, or leads it, does not decide on it (E12). Without a reference it
    gets the next of its year. What both sides had before is kept with it.
    """
    _hold_to_decide(session, asked_for, by)
    giving, receiving = sides_of(asked_for)
    refuse_any(obstacles(session, giving, receiving, asked_for.amount, asked_for.reason, claimed))
    given_before, received_before = what_each_had(session, giving, receiving)
    variation = approve_variation(
        session,
        giving=line_of(giving.award, giving.stream) if giving else None,
        receiving=line_of(receiving.award, receiving.stream) if receiving else None,
        amount=asked_for.amount,
        reason=asked_for.reason,
        approved_on=approved_on,
        approved_by=by.mark,
        claimed=claimed,
        today=today,
        reference=reference,
    )
    session.flush()
    asked_for.variation, asked_for.decided_by, asked_for.decided_at = variation, by, now
    asked_for.given_before, asked_for.received_before = given_before, received_before
    session.flush()
    return variation


def refuse_request(session: Session, asked_for: VariationRequest, because: str, *, by: Person, now: datetime) -> None:
    """Refuse a variation that somebody else asked for, with a reason that they are told; nothing moves."""
    _hold_to_decide(session, asked_for, by)
    refuse_any([no_reason_to_refuse(because)])
    asked_for.refused_because, asked_for.decided_by, asked_for.decided_at = because.strip(), by, now
    session.flush()


def withdraw_request(session: Session, asked_for: VariationRequest, *, by: Person, now: datetime) -> None:
    """Take back a variation that one asked for and nobody has decided on; nothing moves."""
    _hold(session, asked_for)
    refuse_any([bad_withdrawing(VARIATION, asked_for.state, asked_for.asked_by_id, by.id)])
    asked_for.refused_because, asked_for.decided_by, asked_for.decided_at = TAKEN_BACK, by, now
    session.flush()


def _hold(session: Session, asked_for: VariationRequest) -> None:
    """Keep others from both partnerships' money, and see the request as it stands now."""
    hold_shares(session, (side.award for side in sides_of(asked_for) if side is not None))
    session.refresh(asked_for, ["decided_at", "decided_by_id", "refused_because", "variation_id"])


def _hold_to_decide(session: Session, asked_for: VariationRequest, by: Person) -> None:
    _hold(session, asked_for)
    awards = {side.award.id: side.award for side in sides_of(asked_for) if side is not None}.values()
    refuse_any([bad_deciding(VARIATION, asked_for.state, asked_for.asked_by_id, by.id)])
    refuse_any(
        conflict
        for award in awards
        for conflict in conflicts(session, award.proposal, {by.id: by.name}, [award.lead_person_id])
    )
