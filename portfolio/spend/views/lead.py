"""A lead's pages: the claim form, check your answers, and the receipt."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request

from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.spend.checks import Contents, claim_warnings, over_forecast
from portfolio.spend.claiming import (
    NEW,
    contents_of,
    faults_of,
    find_claim,
    first_contents,
    get_claim,
    open_questions,
    save_claim,
    submit_claim,
)
from portfolio.spend.forms import RAG_MEANS, ClaimForm, SeenForm, claim_form
from portfolio.spend.models import Claim
from portfolio.spend.parts import Difference, differences
from portfolio.spend.queries import Sheet, sheet_of
from portfolio.spend.room import address, award_at, receipt_number, room
from portfolio.spend.showing import boxes, figures_of, forecast_columns
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.errors import put_on, refusals_on


def form_page(sheet: Sheet) -> Any:
    """The claim as its lead fills it in: as it was saved, or as a first claim begins."""
    return _shown(sheet, _form_of(sheet))


def _form_of(sheet: Sheet) -> ClaimForm:
    claim = sheet.claim
    if claim is None:
        return claim_form(first_contents(session(), sheet.award, sheet.ground), sheet.ground, NEW, ())
    return claim_form(contents_of(claim), sheet.ground, claim.edition, open_questions(claim))


def _shown(sheet: Sheet, form: ClaimForm, changed: Sequence[Difference] = (), *, is_saved: bool = False) -> str:
    saved = contents_of(sheet.claim) if sheet.claim else Contents()
    return render_template(
        "spend/form.html",
        award=sheet.award,
        quarter=sheet.quarter,
        sheet=sheet,
        form=form,
        boxes=boxes(form, sheet),
        figures=figures_of(sheet, saved),
        columns_later=forecast_columns(sheet, "entry"),
        changed=changed,
        is_saved=is_saved,
        rag_means=RAG_MEANS,
        here=address("claim", sheet.award, sheet.quarter),
    )


@room.post("/spend/<reference>/<csp_key>/<quarter:quarter>")
@allow(Act.CLAIM, deed="Saved a claim")
def save(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Saves a draft, blanks and all; then goes on to check it where that was asked for."""
    award = award_at(reference, csp_key, Act.CLAIM)
    form, places = ClaimForm(), dict[str, str]()
    contents = Contents()
    if form.validate_on_submit():
        with refusals_on(form, places) as outcome:
            contents = form.contents(quarter.year)
            places.update(form.places(contents))
            edition, answers = form.seen_edition(), form.answered()
            save_claim(session(), award, quarter, contents, edition, today=today(), answers=answers)
            commit()
        if outcome.ok and request.form.get("do") == "check":
            return redirect(address("check", award, quarter))
        if outcome.ok:
            flash(f"Your draft for {quarter.short} is saved. It is not sent yet.", "success")
            return redirect(address("claim", award, quarter))
    sheet = sheet_of(session(), award, quarter)
    return _shown(sheet, form, _changed_since(form, contents, sheet.claim)), 422


def _changed_since(form: ClaimForm, typed: Contents, claim: Claim | None) -> list[Difference]:
    """What somebody else saved meanwhile; from now on the form is of that edition, so that saving again is a choice."""
    if claim is None or claim.edition == form.seen_edition():
        return []
    form.edition.data = str(claim.edition)
    return differences(contents_of(claim), typed) if typed != Contents() else []


@room.get("/spend/<reference>/<csp_key>/<quarter:quarter>/check")
@allow(Act.CLAIM)
def check(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Check your answers; or the form again, with everything that stands in the way."""
    award = award_at(reference, csp_key, Act.CLAIM)
    claim = get_claim(session(), award, quarter)
    if not claim.status.can_be_edited:
        return redirect(address("claim", award, quarter))
    faults = faults_of(session(), award, claim, today())
    if faults:
        return _faulty(award, quarter, faults), 422
    return _answers(award, quarter, SeenForm(data={"edition": claim.edition}))


def _faulty(award: Award, quarter: Quarter, faults: Sequence[PortfolioError]) -> str:
    sheet = sheet_of(session(), award, quarter)
    form = _form_of(sheet)
    places = form.places(contents_of(sheet.claim)) if sheet.claim else {}
    for fault in faults:
        put_on(form, fault.sentence, places.get(fault.field or "", fault.field))
    return _shown(sheet, form, is_saved=True)


def _answers(award: Award, quarter: Quarter, form: SeenForm) -> str:
    sheet = sheet_of(session(), award, quarter)
    contents = contents_of(get_claim(session(), award, quarter))
    return render_template(
        "spend/check.html",
        award=award,
        quarter=quarter,
        sheet=sheet,
        form=form,
        contents=contents,
        figures=figures_of(sheet, contents),
        columns=forecast_columns(sheet, "number"),
        warnings=warnings_of(sheet),
        over=over_forecast(contents, sheet.ground),
        here=address("claim", award, quarter),
    )


def warnings_of(sheet: Sheet) -> list[Any]:
    """What is worth knowing of a claim; nothing where there is none."""
    if sheet.claim is None:
        return []
    carry_over = sheet.award.proposal.funding_year.programme.carry_over
    return claim_warnings(contents_of(sheet.claim), sheet.ground, earlier=sheet.earlier(), carry_over=carry_over)


@room.post("/spend/<reference>/<csp_key>/<quarter:quarter>/check")
@allow(Act.CLAIM, deed="Submitted a claim")
def submit(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Sends the claim to finance."""
    award = award_at(reference, csp_key, Act.CLAIM)
    form = SeenForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            person_id = viewer().person_id
            submit_claim(session(), award, quarter, form.seen_edition(), by_id=person_id, now=moment(), today=today())
            commit()
        if outcome.ok:
            return redirect(address("receipt", award, quarter))
    return _answers(award, quarter, form), 422


@room.get("/spend/<reference>/<csp_key>/<quarter:quarter>/receipt")
@allow(Act.CLAIM)
def receipt(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """That the claim was sent, when, and by which reference to ask about it."""
    award = award_at(reference, csp_key, Act.CLAIM)
    claim = find_claim(session(), award, quarter)
    if claim is None or claim.submitted_at is None or claim.status.can_be_edited:
        return redirect(address("claim", award, quarter))
    return render_template(
        "spend/receipt.html",
        award=award,
        quarter=quarter,
        claim=claim,
        number=receipt_number(claim),
        total=contents_of(claim).total,
        here=address("claim", award, quarter),
    )
