"""One edition of a form: its sheets, what is bound in it, and its binding as a file."""

from typing import Any

from flask import Response, flash, redirect, render_template, request, url_for

from portfolio.errors import NotFound
from portfolio.funder_forms import actions, bindings, queries, showing
from portfolio.funder_forms.carrying import carried, differences
from portfolio.funder_forms.filling import rows_of
from portfolio.funder_forms.forms import CellAskedForm, DraftForm, ImportForm, SettingsForm
from portfolio.funder_forms.models import FormBlank
from portfolio.funder_forms.views.room import blank_at, draft_at, me, room, shared, sheet_at
from portfolio.people.rules import Act
from portfolio.uploads.areas import place_of
from portfolio.web.access import allow
from portfolio.web.carried import SeenForm
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.downloads import file_download, sent_file
from portfolio.web.errors import refusals_on
from portfolio.web.paging import page_of
from portfolio.web.uploading import takes_files
from portfolio.words import MEGABYTE


@room.get("/editions/<int:blank_id>")
@allow(Act.SEE_FORMS)
def edition(blank_id: int) -> Any:
    """One edition: its sheets, what is bound, and what comes next."""
    return _show(blank_at(blank_id, Act.SEE_FORMS))


def _show(blank: FormBlank, *, draft: DraftForm | None = None, file: ImportForm | None = None) -> str:
    about = shared(blank)
    outline = showing.outline_of(session(), blank)
    binding = showing.content(about["latest"])
    source = showing.shown_from(session(), blank.form, today())
    run = showing.tried(session(), blank, binding, source)
    seen = about["latest"].edition if about["latest"] is not None else 0
    return render_template(
        "funder_forms/edition.html",
        **about,
        outline=outline,
        binding=binding,
        source=source,
        run=run,
        sheets=[
            (
                number,
                sheet,
                sum(1 for put in run.puts if put.place[0] == sheet.title),
                sum(1 for one in run.stops if one.at and one.at[0] == sheet.title),
            )
            for number, sheet in enumerate(outline.sheets, start=1)
        ],
        tables=[(table, rows_of(source.source, table) if source else 0) for table in binding.tables],
        before=queries.edition_before(blank),
        draft=draft or DraftForm(formdata=None),
        file=file or ImportForm(formdata=None, edition=str(seen)),
        settings=SettingsForm(formdata=None, edition=str(seen), unit=binding.unit),
        seen=SeenForm(formdata=None, edition=str(seen)),
        filled=[one for one in queries.filled_forms(session(), blank.form) if one.binding.blank_id == blank.id],
    )


@room.get("/editions/<int:blank_id>/file")
@allow(Act.SEE_FORMS)
def blank_file(blank_id: int) -> Any:
    """The blank, byte for byte as the funder sent it."""
    blank = blank_at(blank_id, Act.SEE_FORMS)
    return sent_file(blank.name, queries.content_of(session(), blank), blank.media_type)


@room.get("/editions/<int:blank_id>/sheets/<int:sheet_number>")
@allow(Act.SEE_FORMS)
def sheet(blank_id: int, sheet_number: int) -> Any:
    """One sheet as a grid: what stands in its cells, and what goes into them."""
    blank = blank_at(blank_id, Act.SEE_FORMS)
    found = sheet_at(blank, sheet_number)
    asked = request.args.get("cell", "").strip().upper()
    if place_of(asked) is not None:
        return redirect(url_for(".pointing", blank_id=blank_id, sheet_number=sheet_number, cell=asked))
    about, binding = shared(blank), showing.content(queries.latest_binding(blank))
    source = showing.shown_from(session(), blank.form, today())
    page = page_of(found.used.bottom if found.used else 0, showing.ROWS_SHOWN)
    widest = found.used.right if found.used else 1
    first_column = min(max(request.args.get("column", 1, type=int), 1), widest)
    after = first_column + showing.COLUMNS_SHOWN
    run = showing.tried(session(), blank, binding, source)
    return render_template(
        "funder_forms/sheet.html",
        **about,
        number=sheet_number,
        sheet=found,
        page=page,
        grid=showing.grid(found, run, (page.number - 1) * showing.ROWS_SHOWN + 1, first_column, binding),
        before=max(1, first_column - showing.COLUMNS_SHOWN) if first_column > 1 else None,
        after=after if after <= widest else None,
        source=source,
        go=CellAskedForm(),
        found=[one for one in run.found if one.at and one.at[0] == found.title],
    )


@room.post("/editions/<int:blank_id>/draft")
@allow(Act.SET_FORMS, deed="Began a binding of a funder's form")
def begin(blank_id: int) -> Any:
    """Begins a version of what is bound."""
    blank, form = blank_at(blank_id, Act.SET_FORMS), DraftForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.begin_draft(session(), blank, form.note.data, by=me(), now=moment())
            commit()
        if outcome.ok:
            return redirect(url_for(".edition", blank_id=blank_id))
    return _show(blank_at(blank_id, Act.SET_FORMS), draft=form), 422


@room.post("/editions/<int:blank_id>/settings")
@allow(Act.SET_FORMS, deed="Changed a binding of a funder's form")
def settle(blank_id: int) -> Any:
    """Says in which unit the form wants its amounts."""
    blank, row = draft_at(blank_id)
    form = SettingsForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            binding = showing.in_unit(showing.content(row), form.unit.data)
            actions.save_draft(session(), row, binding, form.seen_edition())
            commit()
        if outcome.ok:
            flash("The form gets its amounts so from now on.", "success")
            return redirect(url_for(".edition", blank_id=blank_id))
    return _refused(blank, form)


@room.post("/editions/<int:blank_id>/confirm")
@allow(Act.SET_FORMS, deed="Confirmed a binding of a funder's form")
def confirm(blank_id: int) -> Any:
    """Says that what is bound is right."""
    blank, row = draft_at(blank_id)
    form = SeenForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.confirm_binding(session(), row, form.seen_edition(), by=me(), now=moment())
            commit()
        if outcome.ok:
            flash("The binding is confirmed. The form can be filled from any issued return.", "success")
            return redirect(url_for(".edition", blank_id=blank_id))
    return _refused(blank, form)


def _refused(blank: FormBlank, form: Any) -> Any:
    """The page of an edition with what was refused of one of its buttons."""
    page = DraftForm(formdata=None)
    page.form_errors = [*form.form_errors, *(error for errors in form.errors.values() for error in errors)]
    return _show(blank_at(blank.id, Act.SET_FORMS), draft=page), 422


@room.get("/editions/<int:blank_id>/binding")
@allow(Act.SEE_FORMS)
def binding_file(blank_id: int) -> Response:
    """What is bound, as a file that can be kept, read and taken in again."""
    blank = blank_at(blank_id, Act.SEE_FORMS)
    row = queries.latest_binding(blank)
    if row is None:
        raise NotFound("Nothing is bound in this edition yet")
    name = f"{blank.name.rpartition('.')[0]}_binding_v{row.version}.json"
    return file_download(name, bindings.written(showing.content(row)), "application/json")


@room.post("/editions/<int:blank_id>/binding")
@allow(Act.SET_FORMS, deed="Took in a binding of a funder's form")
@takes_files(2 * MEGABYTE)
def take_binding(blank_id: int) -> Any:
    """Takes in a binding that was downloaded, in place of the draft."""
    form = ImportForm()
    blank, row = draft_at(blank_id)
    if form.validate_on_submit() and form.file.data is not None:
        with refusals_on(form) as outcome:
            actions.save_draft(session(), row, bindings.read(form.file.sent.content), form.seen_edition())
            commit()
        if outcome.ok:
            flash("The binding is taken in. Try it before you confirm it.", "success")
            return redirect(url_for(".dry_run", blank_id=blank_id))
    return _show(blank_at(blank.id, Act.SET_FORMS), file=form), 422


@room.get("/editions/<int:blank_id>/compare")
@allow(Act.SEE_FORMS)
def compare(blank_id: int) -> Any:
    """What is new, gone or moved since the edition before, and where what was bound is now."""
    blank = blank_at(blank_id, Act.SEE_FORMS)
    before = queries.edition_before(blank)
    if before is None:
        return redirect(url_for(".edition", blank_id=blank_id))  # the first one
    old, now = showing.outline_of(session(), before), showing.outline_of(session(), blank)
    latest = queries.latest_binding(before)
    return render_template(
        "funder_forms/compare.html",
        **shared(blank),
        before=before,
        differences=differences(old, now),
        moves=carried(old, now, showing.content(latest)).moves,
    )
