"""The room's own blueprint, and what its pages are told by the room of claims, which comes after this one."""

from typing import cast

from flask import Blueprint, current_app

from portfolio.decisions.actions import Claimed

room = Blueprint("decisions", __name__)


def claimed() -> Claimed:
    """What says how much of an award is claimed: handed to the site when it is put together."""
    return cast(Claimed, current_app.extensions["portfolio_claimed"])
