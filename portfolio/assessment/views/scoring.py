"""The page that lists what somebody has to score, and the one on which they score it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.assessment.actions import (
    closed_to_scoring,
    how_it_stands,
    save_assessment,
    submit_assessment,
)
from portfolio.assessment.forms import MOST_IN_A_ROW, ScoreForm, score_form
from portfolio.assessment.queries import find_assessment, rounds_within
from portfolio.assessment.rules import AssessmentStatus
from portfolio.assessment.showing import rounds_told, to_score
from portfolio.assessment.views.room import before_the_panel, room, standings
from portfolio.people.actions import get_person
from portfolio.people.rules import Act
from portfolio.proposals.models import Proposal, Round
from portfolio.proposals.queries import requested
from portfolio.proposals.views.room import delivered
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged_list


@room.get("/assessment")
@allow(Act.SEE_ASSESSMENTS)
def index() -> Any:
    """What waits for one's score, and the rounds."""
    before = to_score(session(), viewer(), standings())
    shown, page = paged_list(before)
    rounds = session().scalars(rounds_within(viewer().within(Act.SEE_ASSESSMENTS))).all()
    return render_template(
        "assessment/index.html",
        before=shown,
        waiting=sum(1 for each in before if each.waits),
        page=page,
        rounds=rounds_told(session(), rounds),
    )


@room.get("/proposals/<reference>/assess/<csp_key>")
@allow(Act.ASSESS)
def score(reference: str, csp_key: str) -> Any:
    """The form, with what was saved so far; what was submitted, or can be scored no more, is shown as it stands."""
    proposal, of = before_the_panel(reference, csp_key, Act.ASSESS)
    return _page(proposal, of, score_form(of, find_assessment(session(), proposal.id, of.csp_id, viewer().person_id)))


@room.post("/proposals/<reference>/assess/<csp_key>")
@allow(Act.ASSESS, deed="Scored a proposal")
def give(reference: str, csp_key: str) -> Any:
    """Keeps a draft, or gives the scores to the panel."""
    proposal, of = before_the_panel(reference, csp_key, Act.ASSESS)
    form, submits = score_form(of), request.form.get("do") == "submit"
    if form.validate_on_submit():
        assessor = get_person(session(), viewer().person_id)
        with refusals_on(form) as outcome:
            if submits:
                submit_assessment(session(), proposal, of, assessor, form.said(), standings(), moment())
            else:
                save_assessment(session(), proposal, of, assessor, form.said(), standings())
            commit()
        if outcome.ok and submits:
            flash(f"Your scores of {reference} are with the panel.", "success")
            return redirect(url_for(".index"))
        if outcome.ok:
            flash("Your draft is saved. Only you see it until you submit it.", "success")
            return redirect(url_for(".score", reference=reference, csp_key=csp_key))
    return _page(proposal, of, form), 422


def _page(proposal: Proposal, of: Round, form: ScoreForm) -> str:
    found = find_assessment(session(), proposal.id, of.csp_id, viewer().person_id)
    streams = proposal.funding_year.programme.streams
    amounts = requested(session(), Proposal.id == proposal.id).get(proposal.id, {})
    return render_template(
        "assessment/score.html",
        proposal=proposal,
        of=of,
        form=form,
        in_a_row=of.most_points <= MOST_IN_A_ROW,
        found=found,
        is_submitted=found is not None and found.status is AssessmentStatus.SUBMITTED,
        because=closed_to_scoring(proposal, how_it_stands(session(), proposal, of.csp_id, standings())),
        asked=[(stream.name, amounts[stream.id]) for stream in streams if stream.id in amounts],
        days_late=next(each.days_late for each in proposal.asked_of if each.csp_id == of.csp_id),
        delivery=delivered()(session(), proposal, viewer()),
    )
