"""Which claims give the forecasts of two returns: each award's last one; where that gives none, its profile stands."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.decisions.models import Award
from portfolio.funding_years.models import CSP, Stream
from portfolio.proposals.models import Proposal
from portfolio.quarters import Quarter
from portfolio.returns.changes.causes import Cause, CauseKind, at, passing
from portfolio.returns.changes.grounds import Key
from portfolio.returns.contents.scope import who
from portfolio.spend.models import Claim, Forecast
from portfolio.spend.rules import COUNTED
from reports.names import Names


@dataclass(frozen=True)
class ClaimOf:
    """A claim that counts: of which award and quarter, and which quarters of which streams it forecasts."""

    number: int
    reference: str
    csp: str
    csp_key: str
    quarter: Quarter
    approved_at: datetime | None
    forecasts: frozenset[tuple[str, Quarter]]


@dataclass(frozen=True)
class Standing:
    """An award's last claim at a quarter, and whether it forecasts anything later of a stream."""

    claim: ClaimOf | None
    gives: bool


def claims_with_forecasts(
    session: Session, names: Names, funding_year_id: int, quarters: Collection[Quarter]
) -> Mapping[tuple[str, str], Sequence[ClaimOf]]:
    """A year's claims of some quarters that count, by reference and partnership, the earliest first."""
    of_them = (Proposal.funding_year_id == funding_year_id, Claim.status.in_(COUNTED), Claim.quarter.in_(quarters))
    given: dict[int, set[tuple[str, Quarter]]] = defaultdict(set)
    forecasts = (
        select(Forecast.claim_id, Stream.name, Forecast.quarter)
        .join(Stream, Stream.id == Forecast.stream_id)
        .join(Claim, Claim.id == Forecast.claim_id)
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
    )
    for claim_id, stream, quarter in session.execute(forecasts.where(*of_them)):
        given[claim_id].add((names.stream(stream), quarter))
    claims = (
        select(Claim.id, Proposal.reference, CSP.name, CSP.key, Claim.quarter, Claim.approved_at)
        .join(Award, Award.id == Claim.award_id)
        .join(Proposal, Proposal.id == Award.proposal_id)
        .join(CSP, CSP.id == Award.csp_id)
        .order_by(Claim.quarter)
    )
    found: dict[tuple[str, str], list[ClaimOf]] = defaultdict(list)
    for row in session.execute(claims.where(*of_them)):
        found[row.reference, names.csp(row.name)].append(ClaimOf(*row, frozenset(given[row.id])))
    return found


@dataclass(frozen=True)
class Forecasting:
    """The claims that give the forecasts of two returns; `late` and `early` count in the later or earlier one only."""

    claims: Mapping[tuple[str, str], Sequence[ClaimOf]]
    old: Sequence[Quarter]
    new: Sequence[Quarter]
    late: Collection[int]
    early: Collection[int]

    def now(self, key: Key) -> Standing:
        """What stands in the later return."""
        return self._standing(key, (*self.old, *self.new), self.early)

    def before(self, key: Key) -> Standing:
        """What stood in the earlier one."""
        return self._standing(key, self.old, self.late)

    def _standing(self, key: Key, quarters: Sequence[Quarter], without: Collection[int]) -> Standing:
        of_award = self.claims.get((key.reference, key.csp), ())
        counted = [one for one in of_award if one.quarter in quarters and one.number not in without]
        if not counted:
            return Standing(None, gives=False)
        gives = any(stream == key.stream and quarter > quarters[-1] for stream, quarter in counted[-1].forecasts)
        return Standing(counted[-1], gives)

    def cause(self, key: Key, standing: Standing) -> Cause:
        """Why a forecast is what it is now: a claim gave it, or gave none."""
        claim = standing.claim
        if claim is None:
            return passing("No claim forecasts it any more: the profile stands")
        about = f"{who(claim.reference, claim.csp)}, {key.stream}"
        name = f"{'' if standing.gives else 'no '}forecast with the claim of {claim.quarter.short}"
        given = "forecast given with" if standing.gives else "nothing later is forecast, so the profile stands, with"
        return Cause(
            CauseKind.FORECAST,
            f"{about}: {given} the claim of {claim.quarter.short}",
            at("claim", reference=claim.reference, csp_key=claim.csp_key, quarter=claim.quarter),
            None,
            day_of(claim.approved_at) if claim.approved_at else None,
            is_expected=claim.quarter in self.new,
            name=f"{claim.reference}, {name}",
        )
