"""Proposals: drafted, changed while they are drafts, submitted, withdrawn."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from operator import attrgetter
from typing import TypeVar

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.db import Base
from portfolio.errors import PortfolioError, refuse_any
from portfolio.funding_years.actions import add_organisation
from portfolio.funding_years.models import CSP, CostCategory, FundingYear, Organisation, Stream
from portfolio.funding_years.rules import closed, ends_before_it_starts, is_key, key_of
from portfolio.money import ZERO
from portfolio.proposals import call_queries, queries, rules
from portfolio.proposals.models import Ask, AskedOf, Intervention, MatchOffer, Proposal, ProposalLevel
from portfolio.proposals.rules import Level, MatchKind, ProposalKind, ProposalStatus, ToolkitImpact
from portfolio.quarters import Quarter

Row = TypeVar("Row", bound=Base)
Said = TypeVar("Said")


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
    area: str | None = None
    toolkit_impact: ToolkitImpact | None = None
    evidence_rating: str | None = None
    outcomes_promised: str | None = None
    received_on: date | None = None
    """When it came on paper."""

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
    proposal = Proposal(
        funding_year=funding_year,
        intervention=_intervention(contents),
        reference=reference,
        status=ProposalStatus.DRAFT,
    )
    _write(proposal, contents)
    _write_rows(proposal, contents)
    return proposal


def _intervention(contents: Contents) -> Intervention:
    return contents.continues.intervention if contents.continues else Intervention(title=contents.title)


def _write(proposal: Proposal, contents: Contents) -> None:
    proposal.title = contents.title
    proposal.lead_organisation = contents.lead
    proposal.lead_person_id = contents.lead_person_id
    proposal.kind = contents.kind
    proposal.continues = contents.continues
    proposal.summary = contents.summary
    proposal.need = contents.need
    proposal.activity_type = contents.activity_type
    proposal.area = contents.area
    proposal.toolkit_impact = contents.toolkit_impact
    proposal.evidence_rating = contents.evidence_rating
    proposal.outcomes_promised = contents.outcomes_promised
    proposal.received_on = contents.received_on
    proposal.starts_on, proposal.ends_on = contents.dates(proposal.funding_year)


def _write_rows(proposal: Proposal, contents: Contents) -> None:
    """What says the same already stays the row that it is, so that history tells only what changed."""
    proposal.levels = _kept(proposal.levels, contents.levels, attrgetter("level"), lambda it: ProposalLevel(level=it))
    proposal.asks = _kept(
        proposal.asks,
        contents.asks,
        _asked,
        lambda it: Ask(stream=it.stream, category=it.category, quarter=it.quarter, amount=it.amount),
    )
    proposal.asked_of = _kept(proposal.asked_of, contents.asked_of, attrgetter("csp"), lambda it: AskedOf(csp=it))
    proposal.match_offers = _kept(
        proposal.match_offers,
        contents.offers,
        _offered,
        lambda it: MatchOffer(funder=it.funder, kind=it.kind, pledged=it.pledged),
    )


def _kept(
    there: Iterable[Row], wanted: Iterable[Said], says: Callable[[Row], Said], made: Callable[[Said], Row]
) -> list[Row]:
    left = list(there)
    found = []
    for each in wanted:
        row = next((row for row in left if says(row) == each), None)
        if row is not None:
            left.remove(row)
        found.append(row or made(each))
    return found


def _asked(ask: Ask) -> Asked:
    return Asked(ask.stream, ask.amount, ask.category, ask.quarter)


def _offered(offer: MatchOffer) -> Offered:
    return Offered(offer.funder, offer.kind, offer.pledged)


def _rows_of(proposal: Proposal) -> list[Base]:
    return [*proposal.levels, *proposal.asks, *proposal.asked_of, *proposal.match_offers]


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
    before = _rows_of(proposal)
    if contents.continues is not proposal.continues:
        proposal.intervention = _intervention(contents)
    _write(proposal, contents)
    _write_rows(proposal, contents)
    for row in set(before).difference(_rows_of(proposal)):
        session.delete(row)
    return proposal


def contents_of(proposal: Proposal) -> Contents:
    """What a proposal says, as it stands."""
    return Contents(
        title=proposal.title,
        lead=proposal.lead_organisation,
        kind=proposal.kind,
        summary=proposal.summary,
        asks=[_asked(ask) for ask in proposal.asks],
        asked_of=[asked.csp for asked in proposal.asked_of],
        levels=[each.level for each in proposal.levels],
        offers=[_offered(offer) for offer in proposal.match_offers],
        continues=proposal.continues,
        starts_on=proposal.starts_on,
        ends_on=proposal.ends_on,
        lead_person_id=proposal.lead_person_id,
        need=proposal.need,
        activity_type=proposal.activity_type,
        area=proposal.area,
        toolkit_impact=proposal.toolkit_impact,
        evidence_rating=proposal.evidence_rating,
        outcomes_promised=proposal.outcomes_promised,
        received_on=proposal.received_on,
    )


def said_again(proposal: Proposal, funding_year: FundingYear) -> Contents:
    """What a proposal said, for a year: of an earlier year's it is a continuation, over the new year's quarters.

    Its dates and the day it came on paper are its own; who is asked and what match there is may differ, and is said
    again all the same, because a draft is looked through before it is handed in.
    """
    said = contents_of(proposal)
    is_earlier = proposal.funding_year.year < funding_year.year
    quarters = funding_year.year.quarters
    return replace(
        said,
        kind=ProposalKind.CONTINUATION if is_earlier else said.kind,
        continues=proposal if is_earlier else said.continues,
        asks=[
            replace(ask, quarter=quarters[ask.quarter.number - 1] if ask.quarter is not None else None)
            for ask in said.asks
        ],
        starts_on=None,
        ends_on=None,
        received_on=None,
    )


def day_handed_in(received_on: date | None, submitted_at: datetime) -> date:
    """The day by which a proposal is in time or late: that on which it came on paper, or was submitted."""
    return received_on or day_of(submitted_at)


def lead_named(session: Session, name: str, kind: str) -> Organisation:
    """The organisation of a name, whatever its capitals; one that nobody entered yet is added."""
    found = session.scalar(select(Organisation).where(func.lower(Organisation.name) == name.lower()).limit(1))
    if found is not None:
        return found
    if not is_key(key_of(name)):
        raise rules.Missing("Write the organisation’s name in letters, as it should stand in decisions", "other_lead")
    return add_organisation(session, name=name, kind=kind)


def faults_in_draft(proposal: Proposal, today: date) -> list[PortfolioError]:
    """Everything that keeps a draft from being handed in on a day."""
    year = proposal.funding_year
    found = [closed(year.status, year.year), rules.received_later(proposal.received_on, today)]
    return [
        *(error for error in found if error is not None),
        *faults(year, proposal.reference, contents_of(proposal)),
    ]


def submit_proposal(session: Session, proposal: Proposal, at: datetime) -> Proposal:
    """Hand a draft in; everything that it still lacks is said at once.

    One that comes after a partnership's call has closed is taken all the same, and kept as so many days late.
    """
    refuse_any(faults_in_draft(proposal, day_of(at)))
    proposal.status = rules.next_status(proposal.status, ProposalStatus.SUBMITTED)
    proposal.submitted_at = at
    closing = call_queries.closing_days(session, proposal.funding_year_id)
    for asked in proposal.asked_of:
        closes_on = closing.get(asked.csp_id)
        asked.days_late = rules.days_late(day_handed_in(proposal.received_on, at), closes_on) if closes_on else None
    return proposal


def withdraw_proposal(proposal: Proposal, decided_by: Sequence[str], because: str, at: datetime) -> Proposal:
    """Take a proposal back, saying why; `decided_by` names the partnerships that decided on it, which stand in the way.

    It stays to be read, as withdrawn.
    """
    refuse_any([rules.already_decided(decided_by), rules.no_reason(because)])
    proposal.status = rules.next_status(proposal.status, ProposalStatus.WITHDRAWN)
    proposal.withdrawn_at, proposal.withdrawn_because = at, because
    return proposal
