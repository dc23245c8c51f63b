"""The letters that follow from a decision, as a page that prints and as Word documents."""

from typing import Any

from flask import Response, render_template, url_for

from portfolio.decisions import letters, queries
from portfolio.decisions.models import Decision
from portfolio.decisions.views.room import room
from portfolio.people.rules import Act
from portfolio.uploads.kinds import DOCX
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import session
from portfolio.web.downloads import file_download
from reports.documents import Document
from reports.word import docx

OTHER = {"letter": "The decision letter", "feedback": "The feedback letter"}


@room.get("/decisions/<int:number>/letter")
@allow(Act.SEE_PROPOSALS)
def letter(number: int) -> Any:
    """What was decided, as the applicant is told."""
    decision = _decision(number)
    return _page(decision, letters.decision_letter(session(), decision, today()), "letter", "feedback")


@room.get("/decisions/<int:number>/letter.docx")
@allow(Act.SEE_PROPOSALS)
def letter_file(number: int) -> Any:
    """The same as a Word document."""
    decision = _decision(number)
    return _file(decision, letters.decision_letter(session(), decision, today()), "decision")


@room.get("/decisions/<int:number>/feedback")
@allow(Act.SEE_PROPOSALS)
def feedback(number: int) -> Any:
    """What the applicant can learn from it."""
    decision = _decision(number)
    return _page(decision, letters.feedback_letter(session(), decision, today()), "feedback", "letter")


@room.get("/decisions/<int:number>/feedback.docx")
@allow(Act.SEE_PROPOSALS)
def feedback_file(number: int) -> Any:
    """The same as a Word document."""
    decision = _decision(number)
    return _file(decision, letters.feedback_letter(session(), decision, today()), "feedback")


def _decision(number: int) -> Decision:
    return queries.get_decision(session(), number, viewer().within(Act.SEE_PROPOSALS))


def _page(decision: Decision, document: Document, this: str, other: str) -> str:
    stands = queries.find_decision(session(), decision.proposal_id, decision.csp_id)
    return render_template(
        "decisions/letter.html",
        decision=decision,
        letter=document,
        superseded=stands.id if stands and stands.id != decision.id else None,
        file=url_for(f".{this}_file", number=decision.id),
        other=url_for(f".{other}", number=decision.id),
        other_name=OTHER[other],
    )


def _file(decision: Decision, document: Document, name: str) -> Response:
    file = f"{decision.proposal.reference} {decision.csp.short_name} {name}.docx"
    return file_download(file, docx(document), DOCX.media_type)
