"""Recording match: what is pledged, what is secured, and what has come."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError, SaidTwice, refuse_any
from portfolio.funding_years.models import Organisation
from portfolio.match_funding.models import Match, MatchReceipt
from portfolio.match_funding.rules import PledgesNothing, bad_match, bad_receipt, bad_terms
from portfolio.money import ZERO
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import Quarter


def add_match(
    session: Session,
    award: Award,
    funder: Organisation,
    kind: MatchKind,
    *,
    pledged: Decimal,
    secured: Decimal,
    secured_on: date | None,
    basis: str | None,
    today: date,
) -> Match:
    """Record a funder's match for an award, in pounds; in kind says how it was valued."""
    # A button pressed twice sends twice at once: the second waits here, and then finds what the first one recorded.
    session.execute(select(Award.id).where(Award.id == award.id).with_for_update(key_share=True))
    same = (Match.award == award, Match.funder == funder, Match.kind == kind, Match.pledged == pledged)
    if any(each.basis == ((basis or "").strip() or None) for each in session.scalars(select(Match).where(*same))):
        raise SaidTwice("match", "say on what basis, or change the one that is there", "basis")
    match = Match(award=award, funder=funder, kind=kind, pledged=ZERO, secured=ZERO)
    set_match(match, pledged=pledged, secured=secured, secured_on=secured_on, basis=basis, today=today)
    session.add(match)
    session.flush()
    return match


def set_match(
    match: Match,
    *,
    pledged: Decimal,
    secured: Decimal,
    secured_on: date | None,
    basis: str | None,
    today: date,
) -> None:
    """Record what is pledged and secured by now, in pounds; what was recorded before stands in the history."""
    refuse_any(
        [
            *bad_match(pledged, secured),
            PledgesNothing() if pledged == 0 else None,
            *bad_terms(match.kind, basis, secured, secured_on, today),
            *_received_more(match, secured, today),
        ]
    )
    match.pledged, match.secured = pledged, secured
    match.secured_on = secured_on if secured else None
    match.basis = (basis or "").strip() or None


def _received_more(match: Match, secured: Decimal, today: date) -> list[PortfolioError]:
    """What came already stays secured."""
    last = max((receipt.quarter for receipt in match.receipts), default=None)
    received = sum((receipt.amount for receipt in match.receipts), ZERO)
    if last is None:
        return []
    return [
        error.at("secured") for error in bad_receipt(ZERO, last, today, received_otherwise=received, secured=secured)
    ]


def record_receipt(session: Session, match: Match, quarter: Quarter, amount: Decimal, *, today: date) -> MatchReceipt:
    """Record what came of a match in a quarter, in pounds, all of it; said again, it replaces what was said."""
    receipt = next((one for one in match.receipts if one.quarter == quarter), None)
    otherwise = sum((one.amount for one in match.receipts if one.quarter != quarter), ZERO)
    refuse_any(bad_receipt(amount, quarter, today, received_otherwise=otherwise, secured=match.secured))
    if receipt is None:
        receipt = MatchReceipt(match=match, quarter=quarter, amount=amount)
        session.add(receipt)
    receipt.amount = amount
    session.flush()
    return receipt
