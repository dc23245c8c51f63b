"""The page of an award: its plan, who leads it, and the money that was moved or is asked to be."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.decisions import moves, queries, telling
from portfolio.decisions.actions import describe_award
from portfolio.decisions.forms import AwardForm
from portfolio.decisions.models import Award
from portfolio.decisions.varying import in_words
from portfolio.decisions.views.room import room
from portfolio.people.actions import get_person
from portfolio.people.rules import Act
from portfolio.proposals.queries import people_who_could_lead
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on


@room.get("/awards/<reference>/<csp_key>")
@allow(Act.SEE_PROPOSALS)
def award(reference: str, csp_key: str) -> Any:
    """One award."""
    return _show(_award(reference, csp_key, Act.SEE_PROPOSALS))


@room.post("/awards/<reference>/<csp_key>")
@allow(Act.DECIDE, deed="Described an award")
def describe(reference: str, csp_key: str) -> Any:
    """Names the lead, the agreement and the cost centre."""
    found = _award(reference, csp_key, Act.DECIDE)
    form = _details_form(found)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            describe_award(
                found,
                lead_person=get_person(session(), form.lead_person.data) if form.lead_person.data else None,
                agreement_signed_on=form.agreement_signed_on.data,
                cost_centre=form.cost_centre.data,
                provisional=form.provisional.data,
                today=today(),
            )
            commit()
        if outcome.ok:
            flash("The award is saved.", "success")
            return redirect(url_for(".award", reference=reference, csp_key=csp_key))
    return _show(found, form), 422


def _award(reference: str, csp_key: str, act: Act) -> Award:
    return queries.get_award(session(), reference, csp_key, queries.awards_within(viewer().within(act)))


def _details_form(found: Award) -> AwardForm:
    form = AwardForm(
        data={
            "lead_person": found.lead_person_id,
            "agreement_signed_on": found.agreement_signed_on,
            "cost_centre": found.cost_centre,
            "provisional": found.provisional,
        }
    )
    leads = people_who_could_lead(session(), viewer().within(Act.DECIDE), today(), found.lead_person_id)
    form.lead_person.choices = [(person.id, person.name) for person in leads]
    return form


def _show(found: Award, form: AwardForm | None = None) -> str:
    [told] = telling.awards_told(session(), [found])
    asked = moves.requests_of(session(), found)
    return render_template(
        "decisions/award.html",
        told=told,
        variations=telling.variations_told(session(), found),
        asked_by_variation={row.variation_id: row.id for row in asked if row.variation_id is not None},
        not_approved=[(row, *in_words(row)) for row in asked if row.variation_id is None],
        details=form or _details_form(found),
        may_describe=queries.reaches(viewer().within(Act.DECIDE), found),
        may_ask=queries.reaches(viewer().within(Act.ASK_VARIATION), found),
        sent=form,
        has_errors=form is not None,
    )
