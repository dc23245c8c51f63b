"""The room's blueprint, and what its pages have in common: a draft that may be changed, and what its forms offer."""

from typing import cast

from flask import Blueprint, current_app, request

from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import csps_of, get_year, organisations
from portfolio.people.rules import Act, Within
from portfolio.proposals import call_queries, queries, rules
from portfolio.proposals.delivery import Delivered
from portfolio.proposals.forms.offering import Offer
from portfolio.proposals.models import Proposal
from portfolio.web.access import viewer
from portfolio.web.clock import today
from portfolio.web.database import session

room = Blueprint("proposals", __name__)


def delivered() -> Delivered:
    """What tells what an intervention's last award delivered: handed to the site when it is put together."""
    return cast(Delivered, current_app.extensions["portfolio_delivery"])


def draft_at(reference: str) -> Proposal:
    """A draft that the person may change, theirs alone while they do; one that was handed in is refused."""
    if request.method != "GET":
        queries.hold(session(), reference, alone=True)
    condition = queries.within_reach(viewer().within(Act.PROPOSE))
    proposal = queries.get_proposal(session(), reference, condition)
    refused = rules.not_a_draft(proposal.reference, proposal.status)
    if refused:
        raise refused
    return proposal


def offer_for(year: FundingYear, proposal: Proposal | None = None) -> Offer:
    """What a proposal's forms offer: officers may ask every partnership of the area, leads those with an open call."""
    within = viewer().within(Act.PROPOSE)
    whole = get_year(session(), year.id, Within(everything=True))  # which years are theirs was asked before
    own = {csp.id for csp in csps_of(session(), within)}.intersection(csp.id for csp in whole.police_area.csps)
    csps = whole.police_area.csps
    if not own:
        called = {
            call.csp_id for call in call_queries.open_calls(session(), viewer()) if call.funding_year_id == year.id
        }
        asked = {each.csp_id for each in proposal.asked_of} if proposal else set()
        csps = [csp for csp in csps if csp.id in called | asked]
    named = proposal.lead_person_id if proposal else None
    return Offer(
        year=whole,
        organisations=organisations(session()),
        csps=csps,
        today=today(),
        earlier=queries.earlier_proposals(session(), year.police_area_id, year.year, within),
        people=queries.people_who_could_lead(session(), within, today(), named) if own else (),
        own_csps=frozenset(own),
        lead_person_id=viewer().person_id,
    )
