"""What is written to who asked for a variation, and to the leads of both sides, when it is decided: queued with it.

`site` is the site's address, as in `https://portfolio.example.org`; `now` is the machine's moment, which mail goes by.
"""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from portfolio.decisions.models import VariationRequest
from portfolio.decisions.varying import in_words, sides_of
from portfolio.money import format_pounds
from portfolio.people.posting import can_be_told, post


class Notice(NamedTuple):
    """A message's subject and text."""

    subject: str
    text: str


def tell_decided(session: Session, asked_for: VariationRequest, by: str, *, now: datetime, site: str) -> None:
    """Tell who asked that somebody (`by`, a name) approved or refused it; of money that moves, both leads too."""
    giving, receiving = in_words(asked_for)
    approved = asked_for.refused_because is None
    leads = [side.award.lead_person for side in sides_of(asked_for) if side is not None and approved]
    outcome = "approved" if approved else "refused"
    why = "" if approved else f"\nReason for refusing: {asked_for.refused_because}"
    facts = (
        f"From: {giving}\nTo: {receiving}\n"
        f"Amount: {format_pounds(asked_for.amount)}\nAsked by: {asked_for.asked_by.name}\n"
        f"Reason: {asked_for.reason}{why}"
    )
    after = "The award pages show what each carries now." if approved else "Nothing has moved."

    def notice_to(name: str) -> Notice:
        return Notice(
            f"Variation {outcome}: {format_pounds(asked_for.amount)}",
            f"Hello {name},\n\n{by} {outcome} a variation:\n\n{facts}\n\n{after} See both sides: "
            f"{site}/variations/{asked_for.id}\n",
        )

    post(session, can_be_told([asked_for.asked_by, *leads]), notice_to, now)
