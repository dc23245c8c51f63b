"""Finance's questions about a claim: put to its lines, answered by its lead, followed up; each thread of them.

Several are put at once, each to a line or to the claim as a whole, and the claim goes back to its lead.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.errors import NotFound, PortfolioError, refuse_any
from portfolio.spend.approving import closed_reasons, hold_claims
from portfolio.spend.checks import ClaimMoved, NotSaid
from portfolio.spend.letters import line_of
from portfolio.spend.models import Claim, ClaimQuery
from portfolio.spend.rules import ClaimStatus, next_status
from portfolio.spend.standing import exceeded


@dataclass(frozen=True)
class Question:
    """What finance asks: of a line by stream and category, of the claim as a whole, or on from an earlier question."""

    text: str
    stream_id: int | None = None
    category_id: int | None = None
    follows_id: int | None = None


@dataclass(frozen=True)
class Thread:
    """A question, its answer, and what was asked on from there, oldest first."""

    questions: Sequence[ClaimQuery]

    @property
    def line(self) -> str:
        """The line that it is about, in words."""
        return line_of(self.questions[0])

    @property
    def about(self) -> tuple[int | None, int | None]:
        """The stream and the category that it is about, by number; None and None for the claim as a whole."""
        return self.questions[0].stream_id, self.questions[0].category_id

    @property
    def last(self) -> ClaimQuery:
        """The question that was asked last."""
        return self.questions[-1]

    @property
    def is_open(self) -> bool:
        """Whether the last question has not been answered."""
        return self.last.answered_at is None


def threads_of(claim: Claim) -> list[Thread]:
    """A claim's questions by thread: those that wait for an answer first, then by when they began."""
    threads: list[list[ClaimQuery]] = []
    place: dict[int, list[ClaimQuery]] = {}
    for question in sorted(claim.queries, key=lambda row: row.id):
        before = place.get(question.follows_id) if question.follows_id is not None else None
        if before is None:
            before = []
            threads.append(before)
        before.append(question)
        place[question.id] = before
    return sorted((Thread(questions) for questions in threads), key=lambda thread: not thread.is_open)


def query_claim(
    session: Session, claim: Claim, questions: Sequence[Question], edition: int, *, by_id: int, now: datetime
) -> list[ClaimQuery]:
    """Put questions to a claim, which its lead can then change and send back.

    A claim that was approved is no longer: its figures do not count until it is approved again. Where it is a refund
    that other claims were allowed by, that is refused (E2).
    """
    hold_claims(session, [claim])
    asked = [question for question in questions if question.text.strip()]
    refuse_any(
        [
            None if asked else NotSaid("Write a question, so that the lead knows what to put right", "question"),
            ClaimMoved() if claim.edition != edition else None,
            *closed_reasons(session, [claim]).get(claim.id, ()),
            *_relied_on(session, claim),
        ]
    )
    places = [_place(claim, question) for question in asked]
    claim.status = next_status(claim.status, ClaimStatus.QUERIED)
    claim.approved_by_id = claim.approved_at = None
    claim.edition += 1
    rows = [
        ClaimQuery(
            claim=claim,
            asked_by_id=by_id,
            asked_at=now,
            question=question.text.strip(),
            stream_id=stream_id,
            category_id=category_id,
            follows_id=question.follows_id,
        )
        for question, (stream_id, category_id) in zip(asked, places, strict=True)
    ]
    session.add_all(rows)
    session.flush()
    return rows


def _place(claim: Claim, question: Question) -> tuple[int | None, int | None]:
    """The line that a question is about; one that goes on from an earlier question goes on from the thread's last."""
    if question.follows_id is not None:
        found = next((thread.about for thread in threads_of(claim) if thread.last.id == question.follows_id), None)
        if found is None:
            raise NotFound("There is no such question to go on from")
        return found
    about = (question.stream_id, question.category_id)
    if about not in {(None, None), *((line.stream_id, line.category_id) for line in claim.lines)}:
        raise NotFound("There is no such line to ask about")
    return about


def _relied_on(session: Session, claim: Claim) -> list[PortfolioError]:
    """E2: what would be claimed above award or allocation without an approved refund."""
    refunds: dict[int, Decimal] = defaultdict(Decimal)
    for line in claim.lines if claim.status.counts else ():
        refunds[line.stream_id] -= line.amount
    without = {stream_id: amount for stream_id, amount in refunds.items() if amount > 0}
    return exceeded(session, [claim.award], without)[claim.award_id] if without else []
