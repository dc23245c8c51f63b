"""Proposals: drafted, changed while they are drafts, submitted, withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.errors import PortfolioError, refuse_any
from portfolio.funding_years.models import CSP, CostCategory, FundingYear, Organisation, Stream
from portfolio.funding_years.rules import closed, ends_before_it_starts
from portfolio.money import ZERO
from portfolio.proposals import queries, rules
from portfolio.proposals.models import Ask, AskedOf, Intervention, MatchOffer, Proposal, ProposalLevel
from portfolio.proposals.rules import Level, MatchKind, ProposalKind, ProposalStatus
from portfolio.quarters import Quarter


@dataclass(frozen=True)
class Asked:
    """Part of what is asked for, in pounds: a stream's, of a category and in a quarter where that is said."""

    stream: Stream
    amount: Decimal
    category: CostCategory | None = None
    quarter: Quarter | None = None


@dataclass(frozen=True)
class Offered:
    """Match that is offered, in pounds."""

    funder: Organisation
    kind: MatchKind
    pledged: Decimal


@dataclass(frozen=True)
class Contents:
    """Everything that a proposal says; without dates it runs for the whole of its funding year."""

    title: str
    lead: Organisation
    kind: ProposalKind
    summary: str
    asks: Sequence[Asked]
    asked_of: Sequence[CSP]
    levels: Sequence[Level] = ()
    offers: Sequence[Offered] = ()
    continues: Proposal | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    lead_person_id: int | None = None
    need: str | None = None
    activity_type: str | None = None
    evidence_rating: str | None = None
    outcomes_promised: str | None = None

    def requested(self) -> dict[str, Decimal]:
        """What is asked for by stream, in pounds."""
        totals: dict[str, Decimal] = {}
        for ask in self.asks:
            totals[ask.stream.name] = totals.get(ask.stream.name, ZERO) + ask.amount
        return totals

    def dates(self, funding_year: FundingYear) -> tuple[date, date]:
        """First and last day, of the year where none are given."""
        return self.starts_on or funding_year.year.first_day, self.ends_on or funding_year.year.last_day


def faults(funding_year: FundingYear, reference: str, contents: Contents) -> list[PortfolioError]:
    """Everything that keeps a proposal from being decided on; asks no database."""
    year, continued = funding_year.year, contents.continues
    starts_on, ends_on = contents.dates(funding_year)
    ends_early = ends_before_it_starts(starts_on, ends_on)
    found = [
        rules.bad_reference(reference),
        *rules.missing(contents.title, contents.summary),
        *rules.bad_request(contents.requested()),
        rules.asks_nobody(len(contents.asked_of)),
        ends_early or rules.outside_the_year(starts_on, ends_on, year),
        rules.continues_nothing_earlier(year, continued.reference, continued.funding_year.year) if continued else None,
    ]
    return [error for error in found if error is not None]


def proposal_rows(funding_year: FundingYear, reference: str, contents: Contents) -> Proposal:
    """A draft's rows, unchecked; a continuation is of the same intervention, anything else begins one."""
    continued = contents.continues
    proposal = Proposal(
        funding_year=funding_year,
        intervention=continued.intervention if continued else Intervention(title=contents.title),
        reference=reference,
        status=ProposalStatus.DRAFT,
    )
    _write(proposal, contents)
    return proposal


def _write(proposal: Proposal, contents: Contents) -> None:
    proposal.title = contents.title
    proposal.lead_organisation = contents.lead
    proposal.lead_person_id = contents.lead_person_id
    proposal.kind = contents.kind
    proposal.continues = contents.continues
    proposal.summary = contents.summary
    proposal.need = contents.need
    proposal.activity_type = contents.activity_type
    proposal.evidence_rating = contents.evidence_rating
    proposal.outcomes_promised = contents.outcomes_promised
    proposal.starts_on, proposal.ends_on = contents.dates(proposal.funding_year)
    proposal.levels = [ProposalLevel(level=level) for level in contents.levels]
    proposal.asks = [
        Ask(stream=ask.stream, category=ask.category, quarter=ask.quarter, amount=ask.amount) for ask in contents.asks
    ]
    proposal.asked_of = [AskedOf(csp=csp) for csp in contents.asked_of]
    proposal.match_offers = [
        MatchOffer(funder=offer.funder, kind=offer.kind, pledged=offer.pledged) for offer in contents.offers
    ]


def draft_proposal(
    session: Session, funding_year: FundingYear, contents: Contents, reference: str | None = None
) -> Proposal:
    """Keep a draft; without a reference it gets the next of its programme and year, like SVD-25-08.

    A draft may still lack things, but it says which partnership it asks, and nothing in it is wrong.
    """
    if reference is None:
        prefix = f"{funding_year.programme.code}-{funding_year.year.start % 100:02d}-"
        reference = rules.next_reference(prefix, queries.references_like(session, prefix))
    refuse_any([closed(funding_year.status, funding_year.year), *_faults_of_a_draft(funding_year, reference, contents)])
    proposal = proposal_rows(funding_year, reference, contents)
    session.add(proposal)
    return proposal


def _faults_of_a_draft(funding_year: FundingYear, reference: str, contents: Contents) -> list[PortfolioError]:
    """What is wrong even with a draft: anything but that something is not there yet."""
    unfinished = (rules.Missing, rules.AsksForNothing)
    return [error for error in faults(funding_year, reference, contents) if not isinstance(error, unfinished)]


def change_draft(session: Session, proposal: Proposal, contents: Contents) -> Proposal:
    """Replace what a draft says; a submitted proposal stays as it was read."""
    not_a_draft = rules.not_a_draft(proposal.reference, proposal.status)
    refuse_any([not_a_draft, *_faults_of_a_draft(proposal.funding_year, proposal.reference, contents)])
    # What stood there goes first: a level that is said again would otherwise be there twice for a moment.
    for row in (*proposal.levels, *proposal.asks, *proposal.asked_of, *proposal.match_offers):
        session.delete(row)
    session.flush()
    _write(proposal, contents)
    return proposal


def contents_of(proposal: Proposal) -> Contents:
    """What a proposal says, as it stands."""
    return Contents(
        title=proposal.title,
        lead=proposal.lead_organisation,
        kind=proposal.kind,
        summary=proposal.summary,
        asks=[Asked(ask.stream, ask.amount, ask.category, ask.quarter) for ask in proposal.asks],
        asked_of=[asked.csp for asked in proposal.asked_of],
        levels=[each.level for each in proposal.levels],
        offers=[Offered(offer.funder, offer.kind, offer.pledged) for offer in proposal.match_offers],
        continues=proposal.continues,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        lead_person_id=proposal.lead_person_id,
        need=proposal.need,
        activity_type=proposal.activity_type,
        evidence_rating=proposal.evidence_rating,
        outcomes_promised=proposal.outcomes_promised,
    )


def submit_proposal(proposal: Proposal, at: datetime) -> Proposal:
    """Hand a draft in; everything that it still lacks is said at once."""
    year = proposal.funding_year
    refuse_any([closed(year.status, year.year), *faults(year, proposal.reference, contents_of(proposal))])
    proposal.status = rules.next_status(proposal.status, ProposalStatus.SUBMITTED)
    proposal.submitted_at = at
    return proposal


def withdraw_proposal(proposal: Proposal, decided_by: Sequence[str]) -> Proposal:
    """Take a proposal back; `decided_by` names the partnerships that decided on it, which stand in the way."""
    refuse_any([rules.already_decided(decided_by)])
    proposal.status = rules.next_status(proposal.status, ProposalStatus.WITHDRAWN)
    return proposal
