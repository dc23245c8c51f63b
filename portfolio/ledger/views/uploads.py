"""Uploading a ledger: the file, what its columns hold, its faults or what it would do; and taking it over."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.errors import PortfolioError
from portfolio.ledger import rules, showing, taking
from portfolio.ledger.comparing import get_upload, sorting_of, taken
from portfolio.ledger.forms import ColumnsForm, TakeForm, UploadForm
from portfolio.ledger.models import LedgerUpload
from portfolio.ledger.views.room import csp_of, me, room, year_at
from portfolio.people.rules import Act
from portfolio.uploads.kept import digest_of
from portfolio.uploads.tables import read_table
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment
from portfolio.web.database import commit, rollback, session
from portfolio.web.errors import put_on, refusals_on
from portfolio.web.uploading import takes_files
from portfolio.words import MEGABYTE

MOST_BYTES = 15 * MEGABYTE
MOST_FAULTS = 500
"""So many faults stand on a page; of more, the first."""
SAMPLE = 6
"""So many rows show what a column holds."""


@room.get("/<int:year_id>/upload")
@allow(Act.RECONCILE)
def uploading(year_id: int) -> Any:
    """The form for a ledger's extract."""
    return _ask_for_file(year_id, UploadForm())


def _ask_for_file(year_id: int, form: UploadForm) -> str:
    year = year_at(year_id, Act.RECONCILE)
    form.offer(year.police_area.csps)
    return render_template("ledger/upload.html", year=year, form=form)


@room.post("/<int:year_id>/upload")
@allow(Act.RECONCILE, deed="Uploaded a ledger")
@takes_files(MOST_BYTES)
def upload(year_id: int) -> Any:
    """Reads the file, and keeps its rows until its columns are known and it is taken over."""
    form = UploadForm()
    form.offer(year_at(year_id, Act.RECONCILE).police_area.csps)
    sent = form.file.data
    if form.validate_on_submit() and sent is not None:
        rollback()  # reading a large file takes its time, and nobody else who writes is to wait for it
        try:
            table = read_table(sent.name, sent.content, most_rows=taking.MOST_ROWS, most_columns=taking.MOST_COLUMNS)
            rows = [(row.number, row.texts) for row in table]
            taking.look_at(rows, {})
            packed, digest = taking.packed(rows), digest_of(sent.content)
        except PortfolioError as error:
            put_on(form, error.sentence, "file")
            return _ask_for_file(year_id, form), 422
        year = year_at(year_id, Act.RECONCILE)
        with refusals_on(form) as outcome:
            csp = csp_of(year, form.csp.data)
            kept = taking.keep_upload(
                session(), year, csp, by=me(), name=sent.name, sha256=digest, rows=packed, now=moment()
            )
            commit()
        if outcome.ok:
            return redirect(url_for(".uploaded", upload_id=kept.id))
    return _ask_for_file(year_id, form), 422


@room.get("/uploads/<int:upload_id>")
@allow(Act.RECONCILE)
def uploaded(upload_id: int) -> Any:
    """An upload: what its columns hold, or its faults, or what taking it over would do."""
    return _show(_upload(upload_id), TakeForm())


def _upload(upload_id: int) -> LedgerUpload:
    return get_upload(session(), upload_id, viewer().within(Act.RECONCILE))


def _looked_at(upload: LedgerUpload) -> taking.Looked:
    known = taking.known_columns(session(), upload.funding_year.police_area_id)
    rows = upload.rows
    if session().info["writing"]:
        rollback()  # judging thousands of rows takes its time, and nobody else who writes is to wait for it
    return taking.look_at(taking.unpacked(rows), known)


def _show(upload: LedgerUpload, form: TakeForm, columns: ColumnsForm | None = None) -> str:
    looked = _looked_at(upload)
    year, read = year_at(upload.funding_year_id, Act.RECONCILE), looked.read
    if read is None or columns is not None:
        columns = columns or ColumnsForm(formdata=None)
        columns.offer(looked.headings, looked.seems)
        return render_template(
            "ledger/columns.html", year=year, upload=upload, looked=looked, form=columns, sample=looked.below[:SAMPLE]
        )
    said = None
    if not read.faults:
        try:
            sorting, stands = sorting_of(session(), year), rules.standing(taken(session(), year.id))
            said = showing.preview(read.transactions, upload.csp_id, year.year, sorting, stands)
            form.seen.data = taking.seen_of(session(), upload, looked)
        except PortfolioError as error:
            put_on(form, error.sentence)
    return render_template(
        "ledger/preview.html",
        year=year,
        upload=upload,
        looked=looked,
        read=read,
        faults=read.faults[:MOST_FAULTS],
        said=said,
        form=form,
    )


@room.get("/uploads/<int:upload_id>/columns")
@allow(Act.RECONCILE)
def columns(upload_id: int) -> Any:
    """What an upload's columns hold, to be said again."""
    return _show(_upload(upload_id), TakeForm(), ColumnsForm(formdata=None))


@room.post("/uploads/<int:upload_id>/columns")
@allow(Act.RECONCILE, deed="Named the columns of a ledger")
def name_columns(upload_id: int) -> Any:
    """Remembers what the columns hold, for this upload and every later one with the same headings."""
    upload, form = _upload(upload_id), ColumnsForm()
    area_id = upload.funding_year.police_area_id
    looked = _looked_at(upload)
    form.offer(looked.headings, looked.seems)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            taking.remember_columns(session(), area_id, looked.headings, form.columns)
            commit()
        if outcome.ok:
            return redirect(url_for(".uploaded", upload_id=upload_id))
    return _show(_upload(upload_id), TakeForm(), form), 422


@room.post("/uploads/<int:upload_id>")
@allow(Act.RECONCILE, deed="Took a ledger over")
def take(upload_id: int) -> Any:
    """Takes an upload over: from now on it counts."""
    form = TakeForm()
    looked = _looked_at(_upload(upload_id))
    upload = _upload(upload_id)
    with refusals_on(form) as outcome:
        transactions = taking.readable(looked)
        taking.refuse_unless_seen(session(), upload, looked, str(form.seen.data))
        extract = taking.take_over(session(), upload, transactions, by=me(), now=moment())
        commit()
    if outcome.ok:
        flash("The ledger is taken over. It is held against the claims below.", "success")
        last = extract.last_quarter.name.lower()
        return redirect(url_for(".index", year=extract.funding_year_id, quarter=last))
    return _show(_upload(upload_id), form), 422


@room.post("/uploads/<int:upload_id>/give-up")
@allow(Act.RECONCILE, deed="Gave up an upload of a ledger")
def give_up(upload_id: int) -> Any:
    """Forgets an upload."""
    upload = _upload(upload_id)
    taking.give_up(session(), upload)
    commit()
    flash("The upload is forgotten. Nothing was taken over.", "success")
    return redirect(url_for(".uploading", year_id=upload.funding_year_id))
