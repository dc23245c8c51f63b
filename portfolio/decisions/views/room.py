"""The room's own blueprint, and what its pages are told by the room of claims, which comes after this one."""

from collections.abc import Iterable
from typing import cast

from flask import Blueprint, current_app

from portfolio.assessment.models import Interest
from portfolio.decisions.actions import Claimed
from portfolio.web.reading import note_reading

room = Blueprint("decisions", __name__)


def claimed() -> Claimed:
    """What says how much of an award is claimed: handed to the site when it is put together."""
    return cast(Claimed, current_app.extensions["portfolio_claimed"])


def note_interests_read(reference: str, interests: Iterable[Interest]) -> None:
    """Record that the person is shown the interests that others declared in a proposal."""
    note_reading(f"Interests declared in {reference}", *(interest.person.mark for interest in interests))
