"""Finance's queue: it begins with what is due first, and after each decision the next claim opens."""

from typing import Any

from flask import flash, redirect, url_for

from portfolio.people.rules import Act
from portfolio.spend.models import Claim
from portfolio.spend.queue import Queue, queue_for
from portfolio.spend.room import address, address_of, room
from portfolio.web.access import allow, viewer
from portfolio.web.database import session
from portfolio.words import count


@room.get("/spend/queue")
@allow(Act.APPROVE_CLAIM)
def work() -> Any:
    """Opens the claim that waits for the viewer first."""
    waiting = queue()
    if not waiting.rows:
        flash("No claim waits for you.", "success")
        return redirect(url_for(".index"))
    return redirect(address_of(waiting.rows[0]))


def queue() -> Queue:
    """What waits for the viewer."""
    return queue_for(session(), viewer().person_id, viewer().within(Act.APPROVE_CLAIM))


def on_to_next(waiting: Queue, decided: Claim, done: str) -> Any:
    """Says what was done with a claim and opens the next; or the same one, where it did not wait or was the last.

    `waiting` is the queue as it was with the claim in it.
    """
    following = waiting.next_once_decided(decided.id) if waiting.place_of(decided.id) else None
    if following is None:
        rest = " Nothing else waits for you." if waiting.place_of(decided.id) else ""
        flash(f"{done}.{rest}", "success")
        return redirect(address("claim", decided.award, decided.quarter))
    left = len(waiting) - 1
    flash(f"{done}. {count(left, 'more claim waits', 'more claims wait')} for you; this is the next.", "success")
    return redirect(address_of(following))
