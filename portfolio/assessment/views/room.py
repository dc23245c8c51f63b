"""The room's own blueprint, what its pages are about, and what they are told by rooms that come after this one."""

from typing import cast

from flask import Blueprint, current_app, request
from sqlalchemy import exists

from portfolio.assessment.actions import Standings, refuse_conflicted
from portfolio.errors import NotFound
from portfolio.funding_years.queries import get_csp
from portfolio.people.rules import Act
from portfolio.proposals.models import AskedOf, Proposal, Round
from portfolio.proposals.queries import find_round, get_proposal, hold, hold_round
from portfolio.proposals.rules import ProposalStatus
from portfolio.web.access import viewer
from portfolio.web.database import session

room = Blueprint("assessment", __name__)


def standings() -> Standings:
    """What says how proposals stand: handed to the site when it is put together."""
    return cast(Standings, current_app.extensions["portfolio_standings"])


def before_the_panel(reference: str, csp_key: str, act: Act) -> tuple[Proposal, Round]:
    """A proposal that a partnership within reach was asked for, and the round that it is judged in; raises NotFound.

    Raises Conflicted for who takes no part in judging it, whatever they do (E12). While somebody scores, neither the
    proposal nor the round changes.
    """
    csp = get_csp(session(), csp_key, viewer().within(act))
    if request.method != "GET":
        hold(session(), reference)
    asked = exists().where(AskedOf.proposal_id == Proposal.id, AskedOf.csp_id == csp.id)
    proposal = get_proposal(session(), reference, asked & (Proposal.status != ProposalStatus.DRAFT))
    if request.method != "GET":
        hold_round(session(), proposal.funding_year_id, csp.id)
    of = find_round(session(), proposal.funding_year_id, csp.id)
    if of is None:
        raise NotFound("There is no round that it could be judged in")
    refuse_conflicted(session(), proposal, viewer().person_id)
    return proposal, of
