"""A page for each part of a claim: saved by itself, over whatever others saved of the other parts meanwhile."""

from typing import Any

from flask import flash, redirect, render_template, request

from portfolio.decisions.amounts import plans_by_category
from portfolio.decisions.models import Award
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.spend.boxes import entry_columns, forecast_rows, spend_boxes
from portfolio.spend.checks import Contents, Part, faults
from portfolio.spend.claiming import faults_on, first_contents, save_parts
from portfolio.spend.entering import FORMS, RAG_MEANS, ForecastForm, PartForm, SpendForm, form_of
from portfolio.spend.meanwhile import Meanwhile, find_closing, find_last_save
from portfolio.spend.parts import differences, digest, only
from portfolio.spend.queries import Sheet, sheet_of
from portfolio.spend.room import address, award_at, part_address, room
from portfolio.spend.showing import total_of
from portfolio.spend.tasks import TITLES, faults_of_part, is_begun, part_after, parts_for
from portfolio.spend.views.tasks import asked_of
from portfolio.web.access import allow
from portfolio.web.clock import today
from portfolio.web.database import commit, session
from portfolio.web.errors import put_on, refusals_on

ADDRESS = f"/spend/<reference>/<csp_key>/<quarter:quarter>/<any({','.join(Part)}):part>"


@room.get(ADDRESS)
@allow(Act.CLAIM)
def part(reference: str, csp_key: str, quarter: Quarter, part: str) -> Any:
    """One part of the claim; what it still needs is said once somebody has begun it."""
    sheet, wanted = sheet_of(session(), award_at(reference, csp_key, Act.CLAIM), quarter), Part(part)
    if sheet.closed(today()) or wanted not in parts_for(sheet.ground):
        return redirect(address("claim", sheet.award, quarter))
    form = form_of(wanted, _beginning(sheet, wanted), sheet.ground, sheet.contents)
    if is_begun(wanted, sheet.contents):
        places = form.places(sheet.contents)
        for fault in faults_of_part(wanted, faults_on(session(), sheet.claim, sheet.ground, today())):
            put_on(form, fault.sentence, places.get(fault.field or "", fault.field))
    return _page(sheet, wanted, form)


def _beginning(sheet: Sheet, wanted: Part) -> Contents:
    """What stands in the boxes: what is saved; a forecast without a figure begins with the last one."""
    if wanted is Part.FORECAST and not is_begun(wanted, sheet.contents):
        return first_contents(session(), sheet.award, sheet.ground)
    return sheet.contents


def _page(sheet: Sheet, wanted: Part, form: PartForm, meanwhile: Meanwhile | None = None) -> str:
    award, quarter = sheet.award, sheet.quarter
    beside: dict[str, Any] = {}
    if isinstance(form, SpendForm):
        boxes = spend_boxes(form, sheet, plans_by_category(session(), [award.id], quarter)[award.id])
        beside = {"boxes": boxes, "total": total_of(box.variance.actual for box in boxes)}
    elif isinstance(form, ForecastForm):
        beside = {"rows": forecast_rows(form, sheet), "columns": entry_columns(sheet)}
    return render_template(
        f"spend/part/{wanted.value}.html",
        award=award,
        quarter=quarter,
        sheet=sheet,
        form=form,
        meanwhile=meanwhile,
        is_saved=request.method == "GET",
        questions=asked_of(sheet, of_lines=True) if wanted is Part.SPEND else [],
        carry_over=award.proposal.funding_year.programme.carry_over,
        title=TITLES[wanted],
        place=parts_for(sheet.ground).index(wanted) + 1,
        of=len(parts_for(sheet.ground)),
        rag_means=RAG_MEANS,
        here=address("claim", award, quarter),
        itself=part_address(award, quarter, wanted),
        **beside,
    )


@room.post(ADDRESS)
@allow(Act.CLAIM, deed="Saved a claim")
def save(reference: str, csp_key: str, quarter: Quarter, part: str) -> Any:
    """Saves the part, blanks and all, and goes on to the next one or back to the list."""
    award, wanted = award_at(reference, csp_key, Act.CLAIM), Part(part)
    form, places = FORMS[wanted](), dict[str, str]()
    typed: Contents | None = None
    if form.validate_on_submit():
        with refusals_on(form, places) as outcome:
            typed = form.contents(quarter.year)
            places.update(form.places(typed))
            save_parts(session(), award, quarter, typed, {wanted: form.seen.data}, today=today())
            commit()
        if outcome.ok:
            return redirect(_onward(award, quarter, wanted))
    sheet = sheet_of(session(), award, quarter)
    return _page(sheet, wanted, form, _meanwhile(sheet, wanted, form, typed)), 422


def _onward(award: Award, quarter: Quarter, saved: Part) -> str:
    """Where a saved page leads; what is wrong on it, or must be explained, is said at once, and blanks are not."""
    if request.form.get("do") == "list":
        flash(f"“{TITLES[saved]}” is saved. The claim is not sent yet.", "success")
        return address("claim", award, quarter)
    sheet = sheet_of(session(), award, quarter)
    if faults_of_part(saved, faults(sheet.contents, sheet.ground, today())):
        return part_address(award, quarter, saved)
    later = part_after(saved, sheet.ground)
    return address("check", award, quarter) if later is None else part_address(award, quarter, later)


def _meanwhile(sheet: Sheet, wanted: Part, form: PartForm, typed: Contents | None) -> Meanwhile | None:
    """What others did since the form was opened; from now on it is of what they saved, so that saving is a choice."""
    closed = sheet.closed(today())
    if closed:
        return find_closing(session(), sheet, closed)
    now = digest(sheet.contents, wanted)
    if sheet.claim is None or typed is None or form.seen.data == now:
        return None
    form.seen.data = now
    differs = differences(only(sheet.contents, wanted), only(typed, wanted))
    return Meanwhile(find_last_save(session(), sheet.claim, wanted), differs=differs)
