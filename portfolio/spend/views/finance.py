"""Finance's pages: a claim to read and decide on, several to approve at once, and corrections."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.errors import NotFound
from portfolio.money import ZERO
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.spend.approving import approve_claims, query_claim
from portfolio.spend.checks import Contents, not_open, over_forecast
from portfolio.spend.claiming import contents_of, get_claim
from portfolio.spend.correcting import enter_correction, open_quarters
from portfolio.spend.forms import ApproveManyForm, CorrectionForm, QuestionForm, SeenForm, number_sent
from portfolio.spend.models import Claim
from portfolio.spend.queries import Sheet, claims_by_id, sheet_of
from portfolio.spend.room import address, award_at, reaches, room
from portfolio.spend.rules import bad_quarter
from portfolio.spend.showing import ApprovalRow, corrected_lines, doors, figures_of, forecast_columns
from portfolio.spend.standing import locked_quarters
from portfolio.spend.views.lead import form_page, warnings_of
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on

MOST_AT_ONCE = 200
"""So many claims are approved together at most: what one can read through."""


@room.get("/spend/<reference>/<csp_key>/<quarter:quarter>")
@allow(Act.SEE_CLAIMS)
def claim(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """An award's quarter: the form for its lead while it is open, and for everybody else what it says."""
    award = award_at(reference, csp_key, Act.SEE_CLAIMS)
    sheet = sheet_of(session(), award, quarter)
    closed = not_open(sheet.claim.status if sheet.claim else None, sheet.ground)
    closed += bad_quarter(quarter, award.starts_on, award.ends_on, today())
    if reaches(award, Act.CLAIM) and not closed:
        return form_page(sheet)
    return _read(sheet, QuestionForm(), SeenForm())


def _read(sheet: Sheet, question: QuestionForm, approval: SeenForm) -> str:
    """A claim to read, with what finance needs to decide."""
    award, claim = sheet.award, sheet.claim
    contents = contents_of(claim) if claim is not None else Contents()
    for form in (question, approval):
        form.edition.data = str(claim.edition) if claim is not None else ""
    return render_template(
        "spend/claim.html",
        award=award,
        quarter=sheet.quarter,
        sheet=sheet,
        claim=claim,
        contents=contents,
        figures=figures_of(sheet, contents),
        columns=forecast_columns(sheet, "number"),
        corrected=corrected_lines(sheet),
        warnings=warnings_of(sheet),
        over=over_forecast(contents, sheet.ground),
        question=question,
        approval=approval,
        doors=doors(
            sheet,
            viewer().person_id,
            decides=reaches(award, Act.APPROVE_CLAIM),
            corrects=reaches(award, Act.CORRECT),
        ),
        reasons=bad_quarter(sheet.quarter, award.starts_on, award.ends_on, today()),
        here=address("claim", award, sheet.quarter),
    )


@room.post("/spend/<reference>/<csp_key>/<quarter:quarter>/approve")
@allow(Act.APPROVE_CLAIM, deed="Approved a claim")
def approve(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Approves one claim as it was read."""
    award = award_at(reference, csp_key, Act.APPROVE_CLAIM)
    found = get_claim(session(), award, quarter)
    form = SeenForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            editions = {found.id: form.seen_edition()}
            approve_claims(session(), [found], editions, by_id=viewer().person_id, now=moment())
            commit()
        if outcome.ok:
            flash(f"{reference}, {quarter.short}, is approved.", "success")
            return redirect(address("claim", award, quarter))
    return _read(sheet_of(session(), award, quarter), QuestionForm(formdata=None), form), 422


@room.post("/spend/<reference>/<csp_key>/<quarter:quarter>/query")
@allow(Act.APPROVE_CLAIM, deed="Queried a claim")
def query(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Puts a question to a claim, and hands it back to its lead."""
    award = award_at(reference, csp_key, Act.APPROVE_CLAIM)
    found = get_claim(session(), award, quarter)
    form = QuestionForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            person_id = viewer().person_id
            query_claim(session(), found, form.question.data, form.seen_edition(), by_id=person_id, now=moment())
            commit()
        if outcome.ok:
            flash(f"Your question on {reference}, {quarter.short}, is with its lead.", "success")
            return redirect(address("claim", award, quarter))
    return _read(sheet_of(session(), award, quarter), form, SeenForm(formdata=None)), 422


@room.get("/spend/approve")
@allow(Act.APPROVE_CLAIM)
def confirm() -> Any:
    """The claims that were ticked, once more, before they are approved together."""
    numbers = [number_sent(each) for each in request.args.getlist("claim")[:MOST_AT_ONCE]]
    found = claims_by_id(session(), numbers, viewer().within(Act.APPROVE_CLAIM))
    if not found:
        flash("Tick at least one claim that waits for you.", "error")
        return redirect(url_for(".index"))
    return _confirmed(found, ApproveManyForm(data={"claims": [f"{claim.id}:{claim.edition}" for claim in found]}))


def _confirmed(claims: Sequence[Claim], form: ApproveManyForm) -> str:
    rows = [ApprovalRow.of(claim) for claim in claims]
    total = sum((row.claimed for row in rows), ZERO)
    return render_template("spend/approve.html", rows=rows, total=total, form=form)


@room.post("/spend/approve")
@allow(Act.APPROVE_CLAIM, deed="Approved claims together")
def approve_many() -> Any:
    """Approves them, all or none."""
    form = ApproveManyForm()
    editions = form.editions()
    found = claims_by_id(session(), list(editions)[:MOST_AT_ONCE], viewer().within(Act.APPROVE_CLAIM))
    if not found or len(found) != len(editions):
        raise NotFound("There is no such claim")
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            approve_claims(session(), found, editions, by_id=viewer().person_id, now=moment())
            commit()
        if outcome.ok:
            flash(f"{len(found)} claims are approved." if len(found) > 1 else "The claim is approved.", "success")
            return redirect(url_for(".index"))
    return _confirmed(found, form), 422


@room.get("/spend/<reference>/<csp_key>/<quarter:quarter>/correct")
@allow(Act.CORRECT)
def correct(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """The form for putting a locked quarter right; one that is not locked is shown instead."""
    sheet, form = sheet_of(session(), award_at(reference, csp_key, Act.CORRECT), quarter), CorrectionForm()
    if sheet.ground.locked_because is None:
        return redirect(address("claim", sheet.award, quarter))
    _offer(sheet, form)
    if form.entered_in.choices:
        form.entered_in.data = form.entered_in.choices[0][0]
    return _correcting(sheet, form)


def _correcting(sheet: Sheet, form: CorrectionForm) -> str:
    _offer(sheet, form)
    contents = contents_of(sheet.claim) if sheet.claim is not None else Contents()
    return render_template(
        "spend/correct.html",
        award=sheet.award,
        quarter=sheet.quarter,
        sheet=sheet,
        form=form,
        figures=figures_of(sheet, contents),
        corrected=corrected_lines(sheet),
        here=address("claim", sheet.award, sheet.quarter),
    )


def _offer(sheet: Sheet, form: CorrectionForm) -> None:
    locks = locked_quarters(session(), sheet.award, sheet.quarter.year.quarters)
    form.offer(sheet.ground, open_quarters(sheet.quarter, locks, today()))


@room.post("/spend/<reference>/<csp_key>/<quarter:quarter>/correct")
@allow(Act.CORRECT, deed="Corrected a locked quarter")
def enter(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Enters the correction."""
    award = award_at(reference, csp_key, Act.CORRECT)
    sheet = sheet_of(session(), award, quarter)
    form = CorrectionForm()
    _offer(sheet, form)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            said = form.adjustment(quarter)
            enter_correction(session(), award, said, by=viewer().mark, now=moment(), today=today())
            commit()
        if outcome.ok:
            flash(f"The correction of {quarter.short} is entered.", "success")
            return redirect(address("claim", award, quarter))
    return _correcting(sheet_of(session(), award, quarter), form), 422
