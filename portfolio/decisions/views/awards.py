"""The page of an award: its plan, who leads it, and the money that was moved; and the page that moves money."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.decisions import queries, telling
from portfolio.decisions.actions import describe_award
from portfolio.decisions.forms import AwardForm, VariationForm
from portfolio.decisions.models import Award, AwardLine
from portfolio.decisions.varying import approve_variation, line_of
from portfolio.decisions.views.room import claimed, room
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


@room.get("/awards/<reference>/<csp_key>/vary")
@allow(Act.VARY)
def vary(reference: str, csp_key: str) -> Any:
    """The form that moves money from or to an award."""
    found = _award(reference, csp_key, Act.VARY)
    first = next((f"{line.award_id}-{line.stream_id}" for line in found.lines), None)
    form, _ = _variation_form(found, VariationForm(data={"from_line": first, "approved_on": today()}))
    return render_template("decisions/vary.html", form=form, award=found)


@room.post("/awards/<reference>/<csp_key>/vary")
@allow(Act.VARY, deed="Approved a variation")
def move(reference: str, csp_key: str) -> Any:
    """Moves it."""
    found = _award(reference, csp_key, Act.VARY)
    form, awards = _variation_form(found, VariationForm())
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            variation = approve_variation(
                session(),
                giving=_line(form.from_line.data, awards),
                receiving=_line(form.to_line.data, awards),
                amount=form.amount.data,
                reason=form.reason.data,
                approved_on=form.approved_on.data,
                approved_by=viewer().mark,
                claimed=claimed(),
                today=today(),
                reference=form.reference.data or None,
            )
            commit()
        if outcome.ok:
            flash(f"Variation {variation.reference} is recorded.", "success")
            return redirect(url_for(".award", reference=reference, csp_key=csp_key))
    return render_template("decisions/vary.html", form=form, award=found), 422


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
    return render_template(
        "decisions/award.html",
        told=told,
        variations=telling.variations_told(session(), found),
        details=form or _details_form(found),
        may_describe=queries.reaches(viewer().within(Act.DECIDE), found),
        may_vary=queries.reaches(viewer().within(Act.VARY), found),
        sent=form,
        has_errors=form is not None,
    )


def _variation_form(found: Award, form: VariationForm) -> tuple[VariationForm, dict[int, Award]]:
    """The form, offering what the year's awards within reach carry, and those awards by number."""
    reached = queries.awards_within(viewer().within(Act.VARY))
    awards = queries.awards_of_year(session(), found.proposal.funding_year_id, reached)
    lines = [line for each in awards for line in each.lines]
    form.offer(lines, awards, queries.carried_by_line(session(), [each.id for each in awards]))
    return form, {each.id: each for each in awards}


def _line(chosen: str | None, awards: dict[int, Award]) -> AwardLine | None:
    """The line that a choice names; None is what is unallocated."""
    if chosen is None:
        return None
    award_id, stream_id = (int(number) for number in chosen.split("-"))
    found = awards[award_id]
    streams = {stream.id: stream for stream in found.proposal.funding_year.programme.streams}
    return line_of(found, streams[stream_id])
