"""Variations: asked for on an award's page, seen with both sides before and after, approved or refused by another."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.decisions import effects, listing, moves, queries
from portfolio.decisions.asked import AskedState
from portfolio.decisions.asking import (
    approve_request,
    ask_for_variation,
    refuse_request,
    what_stands_in_the_way,
    withdraw_request,
)
from portfolio.decisions.models import Award, VariationRequest
from portfolio.decisions.notices import tell_decided
from portfolio.decisions.variation_forms import ApprovalForm, RefusalForm, VariationFilter, VariationForm
from portfolio.decisions.varying import Side, in_words, sides_of
from portfolio.decisions.views.room import claimed, room
from portfolio.errors import NotAllowed, NotFound
from portfolio.people.actions import get_person
from portfolio.people.rules import Act
from portfolio.quarters import FinancialYear
from portfolio.web.access import allow, viewer
from portfolio.web.clock import machine_moment, moment, today
from portfolio.web.database import commit, config, session
from portfolio.web.errors import refusals_on
from portfolio.web.forms import ButtonForm
from portfolio.web.paging import paged


@room.get("/variations")
@allow(Act.SEE_PROPOSALS)
def variations() -> Any:
    """Every variation that was asked for within the person's reach, those that wait first."""
    form = VariationFilter(formdata=request.args)
    form.offer(listing.years_seen_by(session(), viewer()))
    if not form.validate():
        raise NotFound("There is nothing of that kind to show")
    year = FinancialYear.parse(form.year.data) if form.year.data else None
    narrowing = moves.narrowed(moves.Narrowing(year, form.state.data))
    rows, page = paged(moves.requests(moves.touching(viewer().within(Act.SEE_PROPOSALS)), *narrowing))
    return render_template(
        "decisions/variations.html",
        form=form,
        rows=[(row, *in_words(row)) for row in rows],
        page=page,
        narrowed=bool(narrowing),
    )


@room.get("/awards/<reference>/<csp_key>/vary")
@allow(Act.ASK_VARIATION)
def vary(reference: str, csp_key: str) -> Any:
    """The form that asks for money to be moved from or to an award."""
    found = _award(reference, csp_key)
    first = next((moves.value_of(line.award_id, line.stream_id) for line in found.lines), None)
    return _asking(found, _offered(found, VariationForm(data={"from_line": first})))


def _award(reference: str, csp_key: str) -> Award:
    return queries.get_award(session(), reference, csp_key, queries.awards_within(viewer().within(Act.ASK_VARIATION)))


def _offered(found: Award, form: VariationForm) -> VariationForm:
    """The form, offering the streams of the year's awards within reach."""
    reached = queries.awards_within(viewer().within(Act.ASK_VARIATION))
    form.offer(moves.places(session(), found.proposal.funding_year_id, reached))
    return form


def _asking(found: Award, form: VariationForm) -> str:
    sees = viewer().within(Act.SEE_YEAR).holds(found.csp_id, found.proposal.funding_year.police_area_id)
    rows = effects.movable(session(), found, claimed=claimed(), sees_allocation=sees)
    return render_template("decisions/vary.html", form=form, award=found, rows=rows, sees_allocation=sees)


@room.post("/awards/<reference>/<csp_key>/vary")
@allow(Act.ASK_VARIATION, deed="Asked for a variation")
def ask_to_vary(reference: str, csp_key: str) -> Any:
    """Asks for it; nothing moves before somebody else approves it."""
    found = _award(reference, csp_key)
    form = _offered(found, VariationForm())
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            asked_for = ask_for_variation(
                session(),
                giving=moves.side_called(session(), form.from_line.data),
                receiving=moves.side_called(session(), form.to_line.data),
                amount=form.amount.data,
                reason=form.reason.data,
                by=get_person(session(), viewer().person_id),
                now=moment(),
                claimed=claimed(),
            )
            commit()
        if outcome.ok:
            flash("The variation is asked for. Nothing moves until somebody else approves it.", "success")
            return redirect(url_for(".variation", number=asked_for.id))
    return _asking(_award(reference, csp_key), form), 422


@room.get("/variations/<int:number>")
@allow(Act.SEE_PROPOSALS)
def variation(number: int) -> Any:
    """One variation that was asked for: both sides before and after, and the forms of who decides on it."""
    return _show(_asked(number, Act.SEE_PROPOSALS))


def _asked(number: int, act: Act) -> VariationRequest:
    return moves.get_request(session(), number, viewer().within(act))


def _show(
    asked_for: VariationRequest,
    approval: ApprovalForm | None = None,
    refusal: RefusalForm | None = None,
    withdrawal: ButtonForm | None = None,
) -> str:
    waits, is_own = asked_for.state is AskedState.WAITING, asked_for.asked_by_id == viewer().person_id
    sides = sides_of(asked_for)
    told = effects.both_sides(session(), asked_for, sides, claimed=claimed(), may_see=_may_see, today=today())
    decides = waits and not is_own and moves.reaches_both(viewer().within(Act.VARY), asked_for)
    return render_template(
        "decisions/variation.html",
        request=asked_for,
        sides=told,
        allocations=effects.allocations_moved(session(), asked_for, sides, _may_see) if waits else [],
        quarters=sorted({quarter for side in told for quarter in side.by_quarter}),
        obstacles=what_stands_in_the_way(session(), asked_for, claimed()) if decides else [],
        decides=decides,
        withdraws=waits and is_own,
        approval=approval or ApprovalForm(formdata=None, data={"approved_on": today()}),
        refusal=refusal or RefusalForm(formdata=None),
        withdrawal=withdrawal or ButtonForm(formdata=None),
    )


def _may_see(side: Side, allocation: bool) -> bool:
    """Whether the person sees an award's figures, or what its partnership has not allocated."""
    if not allocation:
        return queries.reaches(viewer().within(Act.SEE_PROPOSALS), side.award)
    award = side.award
    return viewer().within(Act.SEE_YEAR).holds(award.csp_id, award.proposal.funding_year.police_area_id)


def _to_decide(number: int) -> VariationRequest:
    """A variation of which every side is within the person's reach; raises NotAllowed where one is not."""
    asked_for = _asked(number, Act.VARY)
    if not moves.reaches_both(viewer().within(Act.VARY), asked_for):
        raise NotAllowed("Money of another partnership moves too. Whoever decides for both decides on it: ask finance.")
    return asked_for


@room.post("/variations/<int:number>/approve")
@allow(Act.VARY, deed="Approved a variation")
def approve_variation(number: int) -> Any:
    """Approves a variation that somebody else asked for, so that the money moves."""
    asked_for, form = _to_decide(number), ApprovalForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            made = approve_request(
                session(),
                asked_for,
                by=get_person(session(), viewer().person_id),
                approved_on=form.approved_on.data,
                reference=form.reference.data or None,
                now=moment(),
                today=today(),
                claimed=claimed(),
            )
            tell_decided(session(), asked_for, viewer().name, now=machine_moment(), site=config().url)
            commit()
        if outcome.ok:
            flash(f"Variation {made.reference} is approved, and the money has moved.", "success")
            return redirect(url_for(".variation", number=number))
    return _show(_asked(number, Act.VARY), approval=form), 422


@room.post("/variations/<int:number>/refuse")
@allow(Act.VARY, deed="Refused a variation")
def refuse_variation(number: int) -> Any:
    """Refuses a variation that somebody else asked for, with the reason."""
    asked_for, form = _to_decide(number), RefusalForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            by = get_person(session(), viewer().person_id)
            refuse_request(session(), asked_for, form.because.data, by=by, now=moment())
            tell_decided(session(), asked_for, viewer().name, now=machine_moment(), site=config().url)
            commit()
        if outcome.ok:
            flash("The variation is refused. Nothing has moved, and who asked is told why.", "success")
            return redirect(url_for(".variation", number=number))
    return _show(_asked(number, Act.VARY), refusal=form), 422


@room.post("/variations/<int:number>/withdraw")
@allow(Act.ASK_VARIATION, deed="Withdrew a variation")
def withdraw_variation(number: int) -> Any:
    """Takes back a variation that waits, where who asked for it wishes so."""
    asked_for, form = _asked(number, Act.ASK_VARIATION), ButtonForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            withdraw_request(session(), asked_for, by=get_person(session(), viewer().person_id), now=moment())
            commit()
        if outcome.ok:
            flash("The variation is withdrawn. Nothing has moved.", "success")
            return redirect(url_for(".variation", number=number))
    return _show(_asked(number, Act.ASK_VARIATION), withdrawal=form), 422
