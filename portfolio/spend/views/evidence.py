"""The evidence of a claim: its list, attaching and removing while the lead writes the claim, and its files to be saved.

A file never stands in a page: it leaves as one to be saved, under a name that says what it is, and where a browser
opens it all the same, nothing in it runs.
"""

from typing import Any

from flask import flash, redirect, render_template

from portfolio.people.rules import Act, mark_of
from portfolio.quarters import Quarter
from portfolio.spend import attaching
from portfolio.spend.evidence import MOST_BYTES
from portfolio.spend.files import content_of, evidence_of, get_evidence
from portfolio.spend.forms import EvidenceForm
from portfolio.spend.queries import Sheet, sheet_of
from portfolio.spend.room import address, award_at, reaches, room
from portfolio.uploads.kinds import ACCEPT
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.downloads import sent_file
from portfolio.web.errors import refusals_on
from portfolio.web.forms import ButtonForm
from portfolio.web.reading import note_reading
from portfolio.web.uploading import takes_files

PLACE = "/spend/<reference>/<csp_key>/<quarter:quarter>/evidence"


@room.get(PLACE)
@allow(Act.SEE_EVIDENCE)
def evidence(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """The files of a claim; its lead attaches and removes them while the claim is open."""
    award = award_at(reference, csp_key, Act.SEE_EVIDENCE)
    return _page(sheet_of(session(), award, quarter), EvidenceForm())


def _page(sheet: Sheet, form: EvidenceForm) -> str:
    form.offer(sheet.claim)
    is_lead, closed = reaches(sheet.award, Act.CLAIM), sheet.closed(today())
    return render_template(
        "spend/evidence.html",
        award=sheet.award,
        quarter=sheet.quarter,
        claim=sheet.claim,
        files=evidence_of(session(), sheet.claim),
        form=form,
        closed=closed if is_lead else [],
        removal=ButtonForm() if is_lead and not closed else None,
        accept=ACCEPT,
        here=address("claim", sheet.award, sheet.quarter),
    )


@room.post(PLACE)
@allow(Act.CLAIM, deed="Attached evidence")
@takes_files(MOST_BYTES)
def attach(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Attaches one file; the first one begins the claim."""
    award = award_at(reference, csp_key, Act.CLAIM)
    sheet = sheet_of(session(), award, quarter)
    form = EvidenceForm()
    form.offer(sheet.claim)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            attached = attaching.attach(
                session(),
                award,
                quarter,
                form.file.sent.name,
                form.file.sent.content,
                form.chosen(),
                by_id=viewer().person_id,
                within=viewer().within(Act.SEE_EVIDENCE),
                now=moment(),
                today=today(),
            )
            commit()
        if outcome.ok:
            flash(form.file.sent.attached_as(attached.evidence.name), "success")
            if attached.warning:
                flash(f"{attached.warning}.")
            return redirect(address("evidence", award, quarter))
    return _page(sheet_of(session(), award, quarter), form), 422


@room.get(f"{PLACE}/<int:evidence_id>")
@allow(Act.SEE_EVIDENCE)
def evidence_file(reference: str, csp_key: str, quarter: Quarter, evidence_id: int) -> Any:
    """One file, to be saved; that somebody else opened it is recorded, because it may name people."""
    award = award_at(reference, csp_key, Act.SEE_EVIDENCE)
    found = get_evidence(session(), award, quarter, evidence_id)
    answer = sent_file(found.name, content_of(session(), found), found.media_type)
    note_reading(f"Evidence of {reference}, {quarter.short}: {found.name}", mark_of(found.attached_by_id))
    return answer


@room.post(f"{PLACE}/<int:evidence_id>/remove")
@allow(Act.CLAIM, deed="Removed evidence")
def remove_evidence(reference: str, csp_key: str, quarter: Quarter, evidence_id: int) -> Any:
    """Removes one file while the claim is open."""
    award = award_at(reference, csp_key, Act.CLAIM)
    if ButtonForm().validate_on_submit():
        name = attaching.remove(session(), award, quarter, evidence_id)
        commit()
        flash(f"{name} is removed.", "success")
    return redirect(address("evidence", award, quarter))
