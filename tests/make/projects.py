"""Proposals, what was decided on them, the awards that came of it, match, measures."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award, AwardLine, Decision, DecisionAmount, ProfileShare
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import (
    FundingYear,
)
from portfolio.match_funding.models import Match
from portfolio.measures.models import Measure, MeasureDefinition
from portfolio.money import share_evenly
from portfolio.proposals.models import Ask, AskedOf, Intervention, Proposal, ProposalLevel
from portfolio.proposals.rules import Level, MatchKind, ProposalKind, ProposalStatus
from tests.make import world
from tests.make.world import ASKS, added


def proposal(
    session: Session,
    reference: str = "SVD-25-01",
    *,
    csps: Sequence[str] = ("dorset",),
    asks: Mapping[str, Decimal] = ASKS,
    levels: Sequence[Level] = (Level.TARGETED,),
    funding_year: FundingYear | None = None,
    **values: Any,
) -> Proposal:
    """A submitted proposal; `asks` are pounds by stream. Found again by its reference."""
    found = session.scalar(select(Proposal).where(Proposal.reference == reference))
    if found:
        return found
    year = funding_year or world.funding_year(session)
    title = values.setdefault("title", f"Specialist Nurse {reference}")
    defaults: dict[str, Any] = {
        "intervention": Intervention(title=title),
        "lead_organisation": values.get("lead_organisation") or world.organisation(session),
        "kind": ProposalKind.NEW,
        "summary": "A nurse for highly vulnerable young people.",
        "starts_on": year.year.first_day,
        "ends_on": year.year.last_day,
        "status": ProposalStatus.SUBMITTED,
        "submitted_at": datetime(2025, 4, 30, 12, tzinfo=UTC),
        "levels": [ProposalLevel(level=level) for level in levels],
        "asks": [Ask(stream=world.stream(year.programme, name), amount=amount) for name, amount in asks.items()],
        "asked_of": [AskedOf(csp=world.csp(session, key, area=year.police_area)) for key in csps],
    }
    return added(session, Proposal(funding_year=year, reference=reference, **{**defaults, **values}))


_proposal = proposal  # for builders that take one under the same name


def decision(
    session: Session,
    proposal: Proposal | None = None,
    *,
    csp: str = "dorset",
    outcome: Outcome = Outcome.FUNDED,
    amounts: Mapping[str, Decimal] | None = None,
    **values: Any,
) -> Decision:
    """One partnership's decision; funded with what was asked unless it says otherwise."""
    decided = proposal or _proposal(session)
    if amounts is None:
        amounts = {ask.stream.name: ask.amount for ask in decided.asks} if outcome.gives_money else {}
    defaults: dict[str, Any] = {
        "reason": None if outcome is Outcome.FUNDED else "Not enough money for all proposals.",
        "body": "Community Safety Partnership",
        "met_on": date(2025, 6, 16),
        "minute": "item 6",
        "recorded_by": "csp-officer@example.org",
        "recorded_at": datetime(2025, 6, 16, 15, tzinfo=UTC),
        "amounts": [
            DecisionAmount(stream=world.stream(decided.funding_year.programme, name), amount=amount)
            for name, amount in amounts.items()
        ],
    }
    partnership = world.csp(session, csp, area=decided.funding_year.police_area)
    row = Decision(proposal=decided, csp=partnership, outcome=outcome, **{**defaults, **values})
    return added(session, row)


def award(
    session: Session,
    proposal: Proposal | None = None,
    *,
    csp: str = "dorset",
    amounts: Mapping[str, Decimal] | None = None,
    **values: Any,
) -> Award:
    """What a funded decision creates, its profile spread evenly over the year's quarters; decides first if need be."""
    funded = proposal or _proposal(session)
    partnership = world.csp(session, csp, area=funded.funding_year.police_area)
    here = (Decision.proposal_id == funded.id, Decision.csp_id == partnership.id)
    decided = session.scalar(select(Decision).where(*here).order_by(Decision.id.desc()).limit(1))
    decided = decided or decision(session, funded, csp=csp, amounts=amounts)
    quarters = funded.funding_year.year.quarters
    defaults: dict[str, Any] = {
        "starts_on": funded.starts_on,
        "ends_on": funded.ends_on,
        "agreement_signed_on": date(2025, 6, 30),
        "provisional": False,
        "lines": [
            AwardLine(
                stream=line.stream,
                amount=line.amount,
                profile=[
                    ProfileShare(quarter=quarter, amount=amount)
                    for quarter, amount in zip(quarters, share_evenly(line.amount, 4), strict=True)
                ],
            )
            for line in decided.amounts
        ],
    }
    return added(session, Award(proposal=funded, csp=partnership, **{**defaults, **values}))


_award = award  # for builders that take one under the same name


def match(session: Session, award: Award | None = None, kind: MatchKind = MatchKind.CASH, **values: Any) -> Match:
    """£7,500 pledged to an award, £5,000 of it secured, unless it says otherwise."""
    defaults: dict[str, Any] = {
        "funder": values.get("funder") or world.organisation(session, "opcc"),
        "pledged": Decimal("7500.00"),
        "secured": Decimal("5000.00"),
        "secured_on": date(2025, 6, 30),
        "basis": "60 hours at £25" if kind is MatchKind.IN_KIND else None,
    }
    return added(session, Match(award=award or _award(session), kind=kind, **{**defaults, **values}))


def nothing_claimed(_session: Session, _award_id: int) -> Mapping[int, Decimal]:
    """What is claimed of an award, where a test is about no claims."""
    return {}


def measure(session: Session, code: str = "SVD-B", **values: Any) -> Measure:
    """A success measure of Dorset's, by its first definition, unless it says otherwise."""
    defaults: dict[str, Any] = {
        "name": "Knife-enabled serious violence",
        "definitions": [
            MeasureDefinition(version=1, text="Crimes recorded", geography="police area", source="the force")
        ],
    }
    defaults |= {} if "police_area" in values else {"police_area": world.area(session)}
    row = Measure(programme=world.programme(session), code=code, **{**defaults, **values})
    return added(session, row)
