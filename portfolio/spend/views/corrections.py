"""Corrections of locked quarters: asked for by a lead or by finance, and decided on by somebody else."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.decisions.asked import AskedState
from portfolio.decisions.queries import awards_within
from portfolio.decisions.variation_forms import RefusalForm
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.spend.correcting import (
    adjustment_of,
    approve_correction,
    ask_for_correction,
    move_correction,
    obstacles,
    open_quarters,
    refuse_correction,
    withdraw_correction,
)
from portfolio.spend.corrections import asked_beside, asked_of, corrected_lines, get_request, requests
from portfolio.spend.forms import CorrectionForm, CountsInForm
from portfolio.spend.models import Correction, CorrectionRequest
from portfolio.spend.queries import Sheet, sheet_of
from portfolio.spend.room import address, award_at, reaches, room
from portfolio.spend.showing import figures_of
from portfolio.spend.standing import locked_quarters
from portfolio.spend.telling import tell_decided
from portfolio.web.access import allow, viewer
from portfolio.web.clock import machine_moment, moment, today
from portfolio.web.database import commit, config, session
from portfolio.web.errors import refusals_on
from portfolio.web.forms import ButtonForm
from portfolio.web.paging import paged


@room.get("/spend/<reference>/<csp_key>/<quarter:quarter>/correct")
@allow(Act.CORRECT)
def correct(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """The form for asking that a locked quarter be put right; one that is not locked is shown instead."""
    sheet, form = sheet_of(session(), award_at(reference, csp_key, Act.CORRECT), quarter), CorrectionForm()
    if sheet.ground.locked_because is None:
        return redirect(address("claim", sheet.award, quarter))
    _offer(sheet, form)
    if form.entered_in.choices:
        form.entered_in.data = form.entered_in.choices[0][0]
    return _asking(sheet, form)


def _asking(sheet: Sheet, form: CorrectionForm) -> str:
    return render_template(
        "spend/correct.html",
        award=sheet.award,
        quarter=sheet.quarter,
        sheet=sheet,
        form=form,
        figures=figures_of(sheet, sheet.contents),
        here=address("claim", sheet.award, sheet.quarter),
        **corrections_on(sheet),
    )


def corrections_on(sheet: Sheet) -> dict[str, Any]:
    """What a page shows of a quarter's corrections: what was put right of it, what counts in it, and what waits."""
    of_award = Correction.award_id == sheet.award.id
    return {
        "corrected": corrected_lines(session(), of_award, Correction.corrects == sheet.quarter),
        "counted_here": corrected_lines(session(), of_award, Correction.entered_in == sheet.quarter),
        "asked": asked_of(session(), sheet.award.id, sheet.quarter),
    }


def _offer(sheet: Sheet, form: CorrectionForm) -> None:
    locks = locked_quarters(session(), sheet.award, sheet.quarter.year.quarters)
    form.offer(sheet.ground, open_quarters(sheet.quarter, locks, today()))


@room.post("/spend/<reference>/<csp_key>/<quarter:quarter>/correct")
@allow(Act.CORRECT, deed="Asked for a correction")
def ask(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Asks for the correction; it counts once somebody else has approved it."""
    award = award_at(reference, csp_key, Act.CORRECT)
    sheet = sheet_of(session(), award, quarter)
    form = CorrectionForm()
    _offer(sheet, form)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            said = form.adjustment(quarter)
            ask_for_correction(session(), award, said, by_id=viewer().person_id, now=moment(), today=today())
            commit()
        if outcome.ok:
            flash(f"Your correction of {quarter.short} waits for somebody else to approve it. It counts from then on.")
            return redirect(address("claim", award, quarter))
    return _asking(sheet_of(session(), award, quarter), form), 422


@room.get("/spend/corrections")
@allow(Act.APPROVE_CORRECTION)
def corrections() -> Any:
    """The corrections that were asked for: those that wait first, with what is needed to decide on them."""
    found, page = paged(requests(awards_within(viewer().within(Act.APPROVE_CORRECTION))))
    return render_template("spend/corrections.html", rows=asked_beside(session(), found), page=page)


@room.get("/spend/corrections/<int:request_id>")
@allow(Act.SEE_CLAIMS)
def correction(request_id: int) -> Any:
    """One correction that was asked for, beside both figures; and the forms of who decides on it."""
    return _decided_on(_asked(request_id, Act.SEE_CLAIMS), CountsInForm(), RefusalForm())


def _asked(request_id: int, act: Act) -> CorrectionRequest:
    return get_request(session(), request_id, viewer().within(act))


def _open_for(asked_for: CorrectionRequest) -> list[Quarter]:
    locks = locked_quarters(session(), asked_for.award, asked_for.corrects.year.quarters)
    return open_quarters(asked_for.corrects, locks, today())


def _decided_on(
    asked_for: CorrectionRequest, counts_in: CountsInForm, refusal: RefusalForm, withdrawal: ButtonForm | None = None
) -> str:
    (asked,) = asked_beside(session(), [asked_for])
    waits, is_own = asked_for.state is AskedState.WAITING, asked_for.asked_by_id == viewer().person_id
    counts_in.offer(_open_for(asked_for))
    if not counts_in.is_submitted():
        counts_in.entered_in.data = asked_for.entered_in.number
    return render_template(
        "spend/correction.html",
        asked=asked,
        award=asked_for.award,
        counts_in=counts_in,
        refusal=refusal,
        withdrawal=withdrawal or ButtonForm(formdata=None),
        obstacles=obstacles(session(), asked_for.award, adjustment_of(asked_for), today(), asked_for) if waits else [],
        decides=waits and not is_own and reaches(asked_for.award, Act.APPROVE_CORRECTION),
        moves=waits and is_own and reaches(asked_for.award, Act.CORRECT),
        lists=reaches(asked_for.award, Act.APPROVE_CORRECTION),
        here=url_for("spend.correction", request_id=asked_for.id),
        claim_page=address("claim", asked_for.award, asked_for.corrects),
    )


def _counts_in(asked_for: CorrectionRequest) -> CountsInForm:
    form = CountsInForm()
    form.offer(_open_for(asked_for))
    return form


@room.post("/spend/corrections/<int:request_id>/approve")
@allow(Act.APPROVE_CORRECTION, deed="Approved a correction")
def approve_one(request_id: int) -> Any:
    """Approves a correction that somebody else asked for, so that it counts."""
    asked_for = _asked(request_id, Act.APPROVE_CORRECTION)
    form = _counts_in(asked_for)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            entered_in = form.quarter(asked_for.corrects.year)
            by_id = viewer().person_id
            approve_correction(session(), asked_for, entered_in, by_id=by_id, now=moment(), today=today())
            tell_decided(session(), asked_for, viewer().name, now=machine_moment(), site=config().url)
            commit()
        if outcome.ok:
            flash(f"The correction is approved. It counts in {entered_in.short} from now on.", "success")
            return redirect(url_for(".corrections"))
    return _decided_on(_asked(request_id, Act.APPROVE_CORRECTION), form, RefusalForm(formdata=None)), 422


@room.post("/spend/corrections/<int:request_id>/refuse")
@allow(Act.APPROVE_CORRECTION, deed="Refused a correction")
def refuse(request_id: int) -> Any:
    """Refuses a correction that somebody else asked for, with the reason."""
    asked_for = _asked(request_id, Act.APPROVE_CORRECTION)
    form = RefusalForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            refuse_correction(session(), asked_for, form.because.data, by_id=viewer().person_id, now=moment())
            tell_decided(session(), asked_for, viewer().name, now=machine_moment(), site=config().url)
            commit()
        if outcome.ok:
            flash("The correction is refused. No figure has changed, and who asked is told why.", "success")
            return redirect(url_for(".corrections"))
    return _decided_on(_asked(request_id, Act.APPROVE_CORRECTION), CountsInForm(formdata=None), form), 422


@room.post("/spend/corrections/<int:request_id>/withdraw")
@allow(Act.CORRECT, deed="Withdrew a correction")
def withdraw(request_id: int) -> Any:
    """Takes back a correction that waits, where who asked for it wishes so."""
    asked_for = _asked(request_id, Act.CORRECT)
    form = ButtonForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            withdraw_correction(session(), asked_for, by_id=viewer().person_id, now=moment())
            commit()
        if outcome.ok:
            flash("The correction is withdrawn. No figure has changed.", "success")
            return redirect(url_for(".correction", request_id=request_id))
    asked_for = _asked(request_id, Act.CORRECT)
    return _decided_on(asked_for, CountsInForm(formdata=None), RefusalForm(formdata=None), form), 422


@room.post("/spend/corrections/<int:request_id>/move")
@allow(Act.CORRECT, deed="Chose another quarter for a correction")
def move(request_id: int) -> Any:
    """Has a correction that waits count in another quarter, where who asked for it wishes so."""
    asked_for = _asked(request_id, Act.CORRECT)
    form = _counts_in(asked_for)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            entered_in = form.quarter(asked_for.corrects.year)
            move_correction(session(), asked_for, entered_in, by_id=viewer().person_id, today=today())
            commit()
        if outcome.ok:
            flash(f"Once it is approved, the correction counts in {entered_in.short}.", "success")
            return redirect(url_for(".correction", request_id=request_id))
    return _decided_on(_asked(request_id, Act.CORRECT), form, RefusalForm(formdata=None)), 422
