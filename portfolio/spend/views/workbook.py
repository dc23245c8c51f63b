"""Claims in Excel: the workbook of one award's quarter or of all that somebody leads, and what comes back in it."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.spend.entering import RAG_MEANS
from portfolio.spend.forms import ConfirmForm, WorkbookForm
from portfolio.spend.models import WorkbookUpload
from portfolio.spend.queries import entries
from portfolio.spend.room import address, address_of, award_at, room
from portfolio.spend.rules import Stage
from portfolio.spend.workbooks.faults import Severity
from portfolio.spend.workbooks.filling import awards_to_claim, workbook_of
from portfolio.spend.workbooks.layout import MOST_BYTES
from portfolio.spend.workbooks.marking import marked
from portfolio.spend.workbooks.reading import Filled, read_or_say, refuse_others
from portfolio.spend.workbooks.taking import Preview, get_upload, keep_upload, preview, take_over
from portfolio.uploads.kinds import XLSX
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, rollback, session
from portfolio.web.downloads import file_download
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged_list
from portfolio.web.uploading import takes_files

ONE = "/spend/<reference>/<csp_key>/<quarter:quarter>/workbook"
ALL = "/spend/workbook/<quarter:quarter>"
WAITING = "/spend/workbook/uploads/<int:upload_id>"
MOST_FAULTS = 300
"""Faults that a page lists; the marked workbook lists all of them."""
AWARDS_A_PAGE = 20


@room.get(ONE)
@allow(Act.CLAIM)
def workbook(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """What an award's workbook is for, the workbook itself, and where it is sent back."""
    return _page(WorkbookForm(), quarter, award_at(reference, csp_key, Act.CLAIM))


@room.get(ALL)
@allow(Act.CLAIM)
def workbooks(quarter: Quarter) -> Any:
    """The same for all awards that somebody leads, and where each of their claims stands."""
    return _page(WorkbookForm(), quarter, None)


def _page(form: WorkbookForm, quarter: Quarter, award: Award | None) -> str:
    led = awards_within(viewer().within(Act.CLAIM))
    found = session().scalars(entries(session(), [quarter], today(), led))
    rows = [row for row in found if row.stage is not Stage.NOT_YET_DUE]
    return render_template(
        "spend/workbook.html",
        form=form,
        quarter=quarter,
        award=award,
        rows=[row for row in rows if award is None or row.award_id == award.id],
        leads_several=len(rows) > 1,
        address=address,
        address_of=address_of,
    )


@room.get(f"{ONE}.xlsx")
@allow(Act.CLAIM)
def download_workbook(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """The workbook of one award's quarter, with what is saved of its claim."""
    award = award_at(reference, csp_key, Act.CLAIM)
    return _made(quarter, [award], f"claim_{reference}_{csp_key}_{quarter.year.slug}_{quarter.name}.xlsx")


@room.get(f"{ALL}.xlsx")
@allow(Act.CLAIM)
def download_workbooks(quarter: Quarter) -> Any:
    """The workbook of all awards that somebody leads; there is none for a quarter in which they can claim nothing."""
    awards = awards_to_claim(session(), viewer().within(Act.CLAIM), quarter, today())
    if not awards:
        return redirect(url_for("spend.workbooks", quarter=quarter))
    return _made(quarter, awards, f"claims_{quarter.year.slug}_{quarter.name}.xlsx")


def _made(quarter: Quarter, awards: list[Award], name: str) -> Any:
    rags = {str(rag): meaning for rag, meaning in RAG_MEANS.items()}
    content = workbook_of(session(), awards, quarter, now=moment(), made_for=viewer().name, rags=rags)
    return file_download(name, content, XLSX.media_type)


@room.post(ONE)
@allow(Act.CLAIM, deed="Uploaded a workbook of claims")
@takes_files(MOST_BYTES)
def upload_workbook(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Takes a workbook of one award; what it would change is shown before anything is saved."""
    return _uploaded(quarter, award_at(reference, csp_key, Act.CLAIM))


@room.post(ALL)
@allow(Act.CLAIM, deed="Uploaded a workbook of claims")
@takes_files(MOST_BYTES)
def upload_workbooks(quarter: Quarter) -> Any:
    """Takes a workbook of several awards."""
    return _uploaded(quarter, None)


def _uploaded(quarter: Quarter, award: Award | None) -> Any:
    form = WorkbookForm()
    award_id = None if award is None else award.id
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            rollback()  # looking into a file takes a while, and nobody who writes is to wait for it
            refuse_others(form.file.sent.content)
            sent = form.file.sent
            kept = keep_upload(session(), viewer().person_id, quarter, award_id, sent.name, sent.content, moment())
            upload_id = kept.id
            commit()
        if outcome.ok:
            return redirect(url_for("spend.waiting_workbook", upload_id=upload_id))
    return _page(form, quarter, award), 422


@room.get(WAITING)
@allow(Act.CLAIM)
def waiting_workbook(upload_id: int) -> Any:
    """What is wrong with a workbook that was sent; or, where nothing is, what it would change."""
    upload = get_upload(session(), upload_id, viewer().person_id)
    found = _look(upload, read_or_say(upload.content))
    return _shown(upload, found, ConfirmForm(data={"seen": found.seen}))


def _look(upload: WorkbookUpload, filled: Filled) -> Preview:
    return preview(session(), upload, filled, viewer().within(Act.CLAIM), today())


def _shown(upload: WorkbookUpload, found: Preview, form: ConfirmForm) -> str:
    must = [fault for fault in found.faults if fault.severity is Severity.MUST]
    should = [fault for fault in found.faults if fault.severity is Severity.SHOULD]
    changes, page = paged_list(found.changes, AWARDS_A_PAGE)
    return render_template(
        "spend/workbook_waiting.html",
        upload=upload,
        found=found,
        form=form,
        again=WorkbookForm(formdata=None),
        must=must,
        should=should,
        most=MOST_FAULTS,
        changes=changes,
        page=page,
        back=_back(upload, found),
    )


def _back(upload: WorkbookUpload, found: Preview) -> str:
    """The page that the workbook was sent to."""
    if found.only is not None:
        return address("workbook", found.only, upload.quarter)
    return url_for("spend.workbooks", quarter=upload.quarter)


@room.post(WAITING)
@allow(Act.CLAIM, deed="Took over a workbook of claims")
def take_workbook(upload_id: int) -> Any:
    """Saves what the workbook says as drafts, all together; where anything moved meanwhile, shows it again instead."""
    content = get_upload(session(), upload_id, viewer().person_id).content
    rollback()  # reading takes a while, and nobody who writes is to wait for it
    filled = read_or_say(content)
    form = ConfirmForm()
    upload = get_upload(session(), upload_id, viewer().person_id)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            quarter = upload.quarter
            awards = take_over(session(), upload, filled, form.seen.data, viewer().within(Act.CLAIM), today())
            commit()
        if outcome.ok:
            return _taken(quarter, awards)
    found = _look(get_upload(session(), upload_id, viewer().person_id), filled)
    form.seen.data = found.seen
    return _shown(upload, found, form), 422


def _taken(quarter: Quarter, awards: list[Award]) -> Any:
    if len(awards) == 1:
        flash(f"Your draft for {quarter.short} is saved from the workbook. It is not sent yet.", "success")
        return redirect(address("check", awards[0], quarter))
    flash(f"{len(awards)} drafts for {quarter.short} are saved from the workbook. None of them is sent yet.", "success")
    return redirect(url_for("spend.workbooks", quarter=quarter))


@room.get(f"{WAITING}/marked.xlsx")
@allow(Act.CLAIM)
def marked_workbook(upload_id: int) -> Any:
    """The sender's own workbook with each bad cell marked, and a sheet that lists them."""
    upload = get_upload(session(), upload_id, viewer().person_id)
    found = _look(upload, read_or_say(upload.content))
    if not found.is_readable:
        return redirect(url_for("spend.waiting_workbook", upload_id=upload_id))
    name = upload.name.removesuffix(".xlsx")
    return file_download(f"{name}_marked.xlsx", marked(upload.content, found.faults), XLSX.media_type)
