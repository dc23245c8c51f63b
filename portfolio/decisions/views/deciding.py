"""The page on which a partnership's decision is recorded."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.assessment.panels import verdict
from portfolio.assessment.queries import interests_told, panel_of
from portfolio.decisions import queries, telling
from portfolio.decisions.actions import record_decision, refuse_unseen
from portfolio.decisions.forms import DecideForm, decide_form
from portfolio.decisions.views.room import claimed, note_interests_read, room
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP
from portfolio.funding_years.queries import get_csp
from portfolio.people.actions import get_person
from portfolio.people.rules import Act
from portfolio.proposals.models import Proposal
from portfolio.proposals.queries import get_proposal
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on


@room.get("/proposals/<reference>/decide/<csp_key>")
@allow(Act.DECIDE)
def decide(reference: str, csp_key: str) -> Any:
    """The form of a decision, with what is left of the allocation beside each box."""
    proposal, csp = _asked(reference, csp_key)
    return _page(_form(proposal, csp), proposal, csp)


@room.post("/proposals/<reference>/decide/<csp_key>")
@allow(Act.DECIDE, deed="Recorded a decision")
def record(reference: str, csp_key: str) -> Any:
    """Records it, and makes or changes the award."""
    proposal, csp = _asked(reference, csp_key)
    form = _form(proposal, csp)
    if form.validate_on_submit():
        with refusals_on(form, form.places()) as outcome:
            refuse_unseen(session(), proposal, csp, form.seen.data or "")
            decision = record_decision(
                session(),
                proposal,
                csp,
                form.ruling(),
                recorded_by=get_person(session(), viewer().person_id),
                deciders=[get_person(session(), number) for number in form.deciders.data],
                at=moment(),
                claimed=claimed(),
            )
            commit()
        if outcome.ok:
            flash(f"{csp.short_name}: {reference} is recorded as {decision.outcome.value}.", "success")
            return redirect(url_for(".proposal", reference=reference))
    return _page(form, proposal, csp), 422


def _asked(reference: str, csp_key: str) -> tuple[Proposal, CSP]:
    csp = get_csp(session(), csp_key, viewer().within(Act.DECIDE))
    proposal = get_proposal(session(), reference, queries.proposals_seen_by(viewer()))
    if csp.id not in {asked.csp_id for asked in proposal.asked_of}:
        raise NotFound("The partnership was not asked")
    return proposal, csp


def _form(proposal: Proposal, csp: CSP) -> DecideForm:
    people = panel_of(session(), csp.id, today())
    before = queries.find_decision(session(), proposal.id, csp.id)
    programme = proposal.funding_year.programme
    return decide_form(programme.streams, people, csp, before, tolerates_more=programme.tolerance_percent > 0)


def _page(form: DecideForm, proposal: Proposal, csp: CSP) -> str:
    interests = interests_told(session(), proposal.id, viewer())
    note_interests_read(proposal.reference, interests)
    before = queries.find_decision(session(), proposal.id, csp.id)
    # Whoever sends it again has seen what this page now shows them.
    form.seen.data = str(before.id) if before else ""
    return render_template(
        "decisions/decide.html",
        form=form,
        proposal=proposal,
        csp=csp,
        rooms=telling.room_left(session(), proposal, csp),
        before=before,
        interests=interests,
        is_conflicted=viewer().person_id in {interest.person_id for interest in interests},
        is_lead=proposal.lead_person_id == viewer().person_id,
        verdict=verdict(session(), proposal, csp.id, viewer().person_id),
    )
