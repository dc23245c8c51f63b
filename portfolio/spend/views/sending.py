"""A lead's claim as a whole: check your answers, send it, and the receipt."""

from collections.abc import Sequence
from typing import Any

from flask import redirect, render_template

from portfolio.errors import PortfolioError
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.spend.checks import Part
from portfolio.spend.claiming import contents_of, faults_on, find_claim, submit_claim
from portfolio.spend.entering import form_of
from portfolio.spend.files import evidence_of
from portfolio.spend.meanwhile import find_closing
from portfolio.spend.parts import part_at
from portfolio.spend.queries import Sheet, sheet_of
from portfolio.spend.room import address, award_at, part_address, receipt_number, room
from portfolio.spend.showing import figures_of, forecast_columns
from portfolio.spend.tasks import parts_for
from portfolio.spend.telling import tell_sent
from portfolio.spend.views.tasks import asked_of, warnings_of
from portfolio.web.access import allow, viewer
from portfolio.web.carried import SeenForm
from portfolio.web.clock import machine_moment, moment, today
from portfolio.web.database import commit, config, session
from portfolio.web.errors import refusals_on


@room.get("/spend/<reference>/<csp_key>/<quarter:quarter>/check")
@allow(Act.CLAIM)
def check(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Check your answers, with everything that stands in the way at once."""
    sheet = sheet_of(session(), award_at(reference, csp_key, Act.CLAIM), quarter)
    if sheet.closed(today()):
        return redirect(address("claim", sheet.award, quarter))
    return _answers(sheet, SeenForm(formdata=None))


def _answers(sheet: Sheet, form: SeenForm) -> str:
    faults = faults_on(session(), sheet.claim, sheet.ground, today())
    form.edition.data = str(sheet.claim.edition) if sheet.claim is not None else ""
    said = {fault.sentence for fault in faults}
    problems = [*_linked(sheet, faults), *((sentence, None) for sentence in form.form_errors if sentence not in said)]
    return render_template(
        "spend/check.html",
        award=sheet.award,
        quarter=sheet.quarter,
        sheet=sheet,
        form=form,
        contents=sheet.contents,
        figures=figures_of(sheet, sheet.contents),
        columns=forecast_columns(sheet),
        warnings=[warning for warning in warnings_of(sheet) if warning.code != "W1"],  # it is among the problems
        problems=problems,
        can_be_sent=not faults,
        meanwhile=find_closing(session(), sheet, sheet.closed(today())),
        pages={part.value: part_address(sheet.award, sheet.quarter, part) for part in parts_for(sheet.ground)},
        questions=asked_of(sheet),
        files=evidence_of(session(), sheet.claim),
        here=address("claim", sheet.award, sheet.quarter),
    )


def _linked(sheet: Sheet, faults: Sequence[PortfolioError]) -> list[tuple[str, str | None]]:
    """Each fault with the page and the box where it is put right."""
    award, quarter, contents = sheet.award, sheet.quarter, sheet.contents
    forms = {part: form_of(part, contents, sheet.ground, contents) for part in parts_for(sheet.ground)}
    links: list[tuple[str, str | None]] = []
    for part, fault in _in_order(faults):
        if part is not None:
            box = forms[part].places(contents).get(fault.field or "", fault.field)
            links.append((fault.sentence, part_address(award, quarter, part, box)))
        else:
            links.append((fault.sentence, address(_page_of(fault), award, quarter)))
    return links


def _in_order(faults: Sequence[PortfolioError]) -> list[tuple[Part | None, PortfolioError]]:
    """Faults with their parts, in the order of the claim's pages; last what is in no part."""
    placed = [(part_at(fault.field), fault) for fault in faults]
    return sorted(placed, key=lambda pair: list(Part).index(pair[0]) if pair[0] is not None else len(Part))


def _page_of(fault: PortfolioError) -> str:
    """The page on which something is put right that is in no part of the claim."""
    name = (fault.field or "").partition(".")[0]
    return name if name in ("answers", "evidence") else "claim"


@room.post("/spend/<reference>/<csp_key>/<quarter:quarter>/check")
@allow(Act.CLAIM, deed="Submitted a claim")
def submit(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Sends the claim to finance, and the receipt to who sent it and to its lead."""
    award = award_at(reference, csp_key, Act.CLAIM)
    form = SeenForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            by_id = viewer().person_id
            sent = submit_claim(
                session(), award, quarter, form.seen_edition(), by_id=by_id, now=moment(), today=today()
            )
            tell_sent(session(), sent, receipt_number(sent), now=machine_moment(), site=config().url)
            commit()
        if outcome.ok:
            return redirect(address("receipt", award, quarter))
    return _answers(sheet_of(session(), award, quarter), form), 422


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
