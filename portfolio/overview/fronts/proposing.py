"""What a project lead finds on the front page of calls for proposals: those that are open, and their own drafts."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portfolio.people.rules import Viewer
from portfolio.proposals.call_queries import open_calls
from portfolio.proposals.models import Proposal, Round
from portfolio.proposals.queries import drafts_led

MOST_CALLS = 10
"""So many calls stand on the front page; every one is in its own list."""


@dataclass(frozen=True)
class ProposingFront:
    """The calls that a lead may answer today, and the proposals that they have not handed in."""

    calls: Sequence[Round]
    drafts: Sequence[Proposal]


def proposing_front(session: Session, viewer: Viewer) -> ProposingFront:
    """What somebody finds who may propose projects."""
    return ProposingFront(open_calls(session, viewer, MOST_CALLS), drafts_led(session, viewer.person_id))
