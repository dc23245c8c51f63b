"""The page of what assessors gave a proposal and what the panel agreed, and the one on which that is recorded."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.assessment.actions import counted_assessments, moderate, points_given
from portfolio.assessment.forms import ModerateForm, moderate_form
from portfolio.assessment.panels import panel_told
from portfolio.assessment.queries import moderations_of
from portfolio.assessment.views.room import before_the_panel, room, standings
from portfolio.people.actions import get_person
from portfolio.people.rules import Act
from portfolio.proposals.models import Proposal, Round
from portfolio.proposals.views.room import delivered
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on


@room.get("/proposals/<reference>/panel/<csp_key>")
@allow(Act.SEE_ASSESSMENTS)
def panel(reference: str, csp_key: str) -> Any:
    """What each assessor gave, how far they are apart, and what the panel agreed."""
    proposal, of = before_the_panel(reference, csp_key, Act.SEE_ASSESSMENTS)
    told = panel_told(session(), proposal, of, viewer(), standings())
    return render_template(
        "assessment/panel.html",
        proposal=proposal,
        of=of,
        told=told,
        delivery=delivered()(session(), proposal, viewer()),
    )


@room.get("/proposals/<reference>/moderate/<csp_key>")
@allow(Act.MODERATE)
def agree(reference: str, csp_key: str) -> Any:
    """The form of what the panel agrees, beside what assessors gave."""
    proposal, of = before_the_panel(reference, csp_key, Act.MODERATE)
    return _page(proposal, of, _form(proposal, of))


@room.post("/proposals/<reference>/moderate/<csp_key>")
@allow(Act.MODERATE, deed="Recorded what a panel agreed")
def record(reference: str, csp_key: str) -> Any:
    """Records it, in the place of what was agreed before."""
    proposal, of = before_the_panel(reference, csp_key, Act.MODERATE)
    form = _form(proposal, of)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            moderate(
                session(),
                proposal,
                of,
                form.said(),
                passes_gates=form.passes_gates(),
                seen=form.seen_moderation(),
                by=get_person(session(), viewer().person_id),
                now=moment(),
                standings=standings(),
            )
            commit()
        if outcome.ok:
            flash(f"What the panel agreed on {reference} is recorded.", "success")
            return redirect(url_for(".panel", reference=reference, csp_key=csp_key))
    return _page(proposal, of, form), 422


def _form(proposal: Proposal, of: Round) -> ModerateForm:
    before = next(iter(moderations_of(session(), proposal.id, of.csp_id)), None)
    given = points_given(counted_assessments(session(), proposal.id, of.csp_id))
    return moderate_form(of, given, before)


def _page(proposal: Proposal, of: Round, form: ModerateForm) -> str:
    told = panel_told(session(), proposal, of, viewer(), standings())
    # Whoever sends it again has seen what this page now shows them.
    form.seen.data = str(told.agreed.id) if told.agreed else ""
    return render_template("assessment/moderate.html", proposal=proposal, of=of, told=told, form=form)
