"""Who is told what finance did with a claim, and finance what its lead answered: queued with the deed itself.

`now` is the machine's moment, which mail goes by; `site` is the site's address.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from sqlalchemy.orm import Session

from portfolio.funding_years.rules import deadline
from portfolio.people.posting import can_be_told, post
from portfolio.spend import letters
from portfolio.spend.models import Claim, ClaimQuery, CorrectionRequest


def tell_asked(
    session: Session, claim: Claim, questions: Sequence[ClaimQuery], by: str, *, today: date, now: datetime, site: str
) -> None:
    """Tell a claim's lead, and who sent it, what finance (`by`, a name) asks."""
    due = deadline(claim.quarter, claim.award.proposal.funding_year.programme.claim_deadlines)

    def letter_to(name: str) -> letters.Letter:
        return letters.asked(name, claim, questions, by, due, today, site)

    post(session, letters.readers_of(claim), letter_to, now)


def tell_approved(session: Session, claims: Iterable[Claim], by: str, *, now: datetime, site: str) -> None:
    """Tell the lead of each claim, and who sent it, that finance (`by`, a name) approved it."""
    for claim in claims:

        def letter_to(name: str, claim: Claim = claim) -> letters.Letter:
            return letters.approved(name, claim, by, site)

        post(session, letters.readers_of(claim), letter_to, now)


def tell_sent(session: Session, claim: Claim, number: str, *, now: datetime, site: str) -> None:
    """Send the receipt of a claim, whose reference is `number`; and tell those who asked about it what was answered."""
    answered = [question for question in claim.queries if question.answered_at == claim.submitted_at]
    post(session, letters.readers_of(claim), lambda name: letters.receipt(name, claim, number, site), now)
    askers = can_be_told(question.asked_by for question in answered)
    post(session, askers, lambda name: letters.sent_back(name, claim, answered, site), now)


def tell_decided(session: Session, asked_for: CorrectionRequest, by: str, *, now: datetime, site: str) -> None:
    """Tell who asked for a correction that somebody (`by`, a name) approved or refused it, and why."""
    letter = letters.correction_approved if asked_for.refused_because is None else letters.correction_refused
    told = can_be_told([asked_for.asked_by])
    post(session, told, lambda name: letter(name, asked_for, by, site), now)
