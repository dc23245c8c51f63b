"""A lead's answers to what finance asks about the claim."""

from dataclasses import dataclass
from typing import Any

from flask import flash, redirect, render_template

from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.spend.claiming import open_questions, save_answers
from portfolio.spend.entering import AnswerForm, AnswersForm
from portfolio.spend.meanwhile import find_closing
from portfolio.spend.models import ClaimQuery
from portfolio.spend.queries import Sheet, sheet_of
from portfolio.spend.room import address, award_at, room
from portfolio.spend.views.tasks import asked_of
from portfolio.web.access import allow
from portfolio.web.clock import today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on


@dataclass(frozen=True)
class Row:
    """A question with the box for its answer, the place of the line that it is about, and what somebody else answered
    while the page was open."""

    form: AnswerForm
    question: ClaimQuery
    line: str | None
    theirs: str | None


@room.get("/spend/<reference>/<csp_key>/<quarter:quarter>/answers")
@allow(Act.CLAIM)
def answers(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """What finance asks, and the answers so far."""
    sheet = sheet_of(session(), award_at(reference, csp_key, Act.CLAIM), quarter)
    questions = open_questions(sheet.claim) if sheet.claim is not None else []
    if sheet.closed(today()) or not questions:
        return redirect(address("claim", sheet.award, quarter))
    return _page(sheet, AnswersForm.filled(questions))


@room.post("/spend/<reference>/<csp_key>/<quarter:quarter>/answers")
@allow(Act.CLAIM, deed="Answered finance’s questions")
def answer(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Saves the answers; they go to finance when the claim is sent back."""
    award = award_at(reference, csp_key, Act.CLAIM)
    form = AnswersForm()
    if form.validate_on_submit():
        with refusals_on(form, form.places()) as outcome:
            save_answers(session(), award, quarter, form.answered(), today=today())
            commit()
        if outcome.ok:
            flash("Your answers are saved. They go to finance when you send the claim back.", "success")
            return redirect(address("claim", award, quarter))
    return _page(sheet_of(session(), award, quarter), form), 422


def _page(sheet: Sheet, form: AnswersForm) -> str:
    return render_template(
        "spend/answers.html",
        award=sheet.award,
        quarter=sheet.quarter,
        form=form,
        rows=_rows(sheet, form),
        meanwhile=find_closing(session(), sheet, sheet.closed(today())),
        here=address("claim", sheet.award, sheet.quarter),
    )


def _rows(sheet: Sheet, form: AnswersForm) -> list[Row]:
    """The boxes of questions that are there; each is from now on of what is saved, so that saving is a choice."""
    rows, lines = [], {question.id: line for question, line in asked_of(sheet)}
    for entry in form.answers:
        part, question = entry.form, sheet.question(entry.form.question.data)
        if question is not None:
            saved = question.answer or ""
            theirs = None if saved in (part.seen.data, part.answer.data) else saved
            part.seen.data = saved
            rows.append(Row(part, question, lines.get(question.id), theirs))
    return rows
