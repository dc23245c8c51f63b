"""The interventions: each award's streams, where their money stands, and what their leads say of the quarter."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy import select

from portfolio.decisions.models import Award
from portfolio.funding_years.models import Organisation
from portfolio.proposals.models import Proposal, ProposalLevel
from portfolio.proposals.rules import Level, ProposalKind
from portfolio.returns.contents.scope import Scope, who, words
from portfolio.spend import figures
from portfolio.spend.figures import Position
from portfolio.spend.models import Claim
from portfolio.spend.rules import RAG, ClaimStatus
from portfolio.words import begin
from reports.content import InterventionRow

NOT_SUBMITTED, NOT_DUE = "Not submitted", "Not due"


@dataclass(frozen=True)
class AwardFacts:
    """What an award is, beside its money."""

    reference: str
    title: str
    kind: ProposalKind
    levels: str
    lead_organisation: str
    csp_id: int
    csp: str
    starts_on: date
    ends_on: date
    provisional: bool

    @property
    def about(self) -> str:
        """How a note names it."""
        return who(self.reference, self.csp)


@dataclass(frozen=True)
class Told:
    """What a quarter's claim says of an award beside its figures; only an approved claim is quoted."""

    status: ClaimStatus
    explanation: str | None
    delivery_rag: RAG | None
    spend_rag: RAG | None
    narrative: str | None


Line = tuple[int, int]
"""An award and one of its streams, by number."""


def award_facts(scope: Scope) -> dict[int, AwardFacts]:
    """The awards covered, by number."""
    levels: dict[int, list[Level]] = {}
    of_year = select(ProposalLevel.proposal_id, ProposalLevel.level).join(ProposalLevel.proposal)
    for proposal_id, level in scope.session.execute(of_year.where(Proposal.funding_year_id == scope.year.id)):
        levels.setdefault(proposal_id, []).append(level)
    said = {number: words(level for level in Level if level in found) for number, found in levels.items()}
    rows = scope.session.execute(
        scope.of_awards(
            Award.id,
            Proposal.id,
            Proposal.reference,
            Proposal.title,
            Proposal.kind,
            Organisation.name,
            Award.csp_id,
            Award.starts_on,
            Award.ends_on,
            Award.provisional,
        ).join(Organisation, Organisation.id == Proposal.lead_organisation_id)
    )
    return {
        award_id: AwardFacts(reference, title, kind, said.get(proposal_id, ""), lead, csp_id, scope.csps[csp_id], *rest)
        for award_id, proposal_id, reference, title, kind, lead, csp_id, *rest in rows
    }


def claims_told(scope: Scope) -> dict[int, Told]:
    """What the quarter's claims say, by award."""
    rows = scope.session.execute(
        scope.of_awards(
            Claim.award_id,
            Claim.status,
            Claim.variance_explanation,
            Claim.delivery_rag,
            Claim.spend_rag,
            Claim.narrative,
        )
        .join(Claim, Claim.award_id == Award.id)
        .where(Claim.quarter == scope.quarter)
    )
    return {
        award_id: Told(status, *(said if status.counts else (None, None, None, None)))
        for award_id, status, *said in rows
    }


def status_of(facts: AwardFacts, told: Told | None, scope: Scope) -> str:
    """Where an award's claim of the quarter stands, as everybody may know it: a draft is its lead's own."""
    if told is not None and told.status.counts:
        return begin(ClaimStatus.APPROVED)
    if told is not None and told.status is not ClaimStatus.DRAFT:
        return begin(told.status)
    is_due = facts.starts_on <= scope.quarter.last_day and facts.ends_on >= scope.quarter.first_day
    return NOT_SUBMITTED if is_due else NOT_DUE


def is_left_out(facts: AwardFacts, told: Told | None, scope: Scope) -> bool:
    """Whether an award's claim of the quarter is due and not in the figures, so that they cannot be its lead's word."""
    return status_of(facts, told, scope) not in (begin(ClaimStatus.APPROVED), NOT_DUE)


def positions(scope: Scope, facts: dict[int, AwardFacts]) -> dict[Line, Position]:
    """Where the money of each award's stream stands, in the order of the return."""
    found = figures.by_line(scope.session, scope.year.id, scope.quarter, scope.only)

    def place(line: Line) -> tuple[int, str, int]:
        award = facts[line[0]]
        return award.csp_id, award.reference, scope.place_of_stream(line[1])

    return {line: found[line] for line in sorted(found, key=place)}


def forecasts_before(scope: Scope, found: dict[Line, Position]) -> dict[Line, Decimal]:
    """What was expected of this quarter when the last one was returned; in Q1 the profile is all there is."""
    if scope.quarter.number == 1:
        return {line: position.profile[0] for line, position in found.items()}
    earlier = figures.by_line(scope.session, scope.year.id, scope.quarter.previous, scope.only)
    return {line: position.coming for line, position in earlier.items()}


def intervention_rows(
    scope: Scope, facts: dict[int, AwardFacts], told: dict[int, Told], found: dict[Line, Position]
) -> tuple[InterventionRow, ...]:
    """A row for each award's stream."""
    before = forecasts_before(scope, found)
    place = scope.quarter.number - 1
    rows = []
    for line, position in found.items():
        award_id, stream_id = line
        award, claim = facts[award_id], told.get(award_id)
        rows.append(
            InterventionRow(
                reference=award.reference,
                title=award.title,
                csp=award.csp,
                lead_organisation=award.lead_organisation,
                kind=begin(award.kind),
                levels=award.levels,
                stream=scope.streams[stream_id],
                award=position.award,
                profile=position.profile,
                quarters=position.quarters,
                corrections=position.corrections[place],
                previous_forecast=before[line],
                claim_status=status_of(award, claim, scope),
                explanation=claim.explanation if claim else None,
                delivery_rag=claim.delivery_rag if claim else None,
                spend_rag=claim.spend_rag if claim else None,
                narrative=claim.narrative if claim else None,
            )
        )
    return tuple(rows)
