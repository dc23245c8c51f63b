"""The list of forms, one form with its editions and what was filled, and taking in a blank."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.errors import PortfolioError
from portfolio.funder_forms import actions, queries, showing
from portfolio.funder_forms.carrying import Carried, carried
from portfolio.funder_forms.forms import BlankForm, NewForm
from portfolio.funder_forms.models import FunderForm
from portfolio.funder_forms.rules import standing
from portfolio.funder_forms.views.room import PUTS_SHOWN, form_at, may_set, me, room, whys_of
from portfolio.funding_years.queries import areas_of, programmes
from portfolio.people.rules import Act
from portfolio.uploads.layout import Outline
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment
from portfolio.web.database import commit, rollback, session
from portfolio.web.downloads import sent_file
from portfolio.web.errors import put_on, refusals_on
from portfolio.web.paging import paged, paged_list
from portfolio.web.uploading import takes_files
from portfolio.words import MEGABYTE

MOST_BYTES = 12 * MEGABYTE


@room.get("")
@allow(Act.SEE_FORMS)
def index() -> Any:
    """The forms of each police area within reach, and how far their newest edition is."""
    rows, page = paged(queries.forms_within(viewer().within(Act.SEE_FORMS)))
    return render_template(
        "funder_forms/index.html",
        page=page,
        rows=[(row, row.blanks[-1], standing(len(row.blanks[-1].bindings), _is_open(row))) for row in rows],
    )


def _is_open(row: FunderForm) -> bool:
    latest = queries.latest_binding(row.blanks[-1])
    return latest is not None and latest.confirmed_at is None


@room.get("/new")
@allow(Act.SET_FORMS)
def new() -> Any:
    """The form for a blank that was not here before."""
    return _adding(NewForm())


def _adding(form: NewForm) -> str:
    form.offer(programmes(session()), areas_of(session(), viewer().within(Act.SET_FORMS)))
    return render_template("funder_forms/new.html", form=form)


@room.post("/new")
@allow(Act.SET_FORMS, deed="Took in a funder's form")
@takes_files(MOST_BYTES)
def add() -> Any:
    """Takes in a form with its first blank."""
    form = NewForm()
    form.offer(programmes(session()), areas_of(session(), viewer().within(Act.SET_FORMS)))
    if form.validate_on_submit() and form.file.data is not None:
        rollback()  # looking into a workbook takes its time, and nobody else who writes is to wait for it
        try:
            blank, _ = showing.as_blank(form.file.sent.name, form.file.sent.content)
        except PortfolioError as error:
            put_on(form, error.sentence, "file")
            return _adding(form), 422
        with refusals_on(form) as outcome:
            row = actions.add_form(
                session(),
                next(one for one in programmes(session()) if one.id == form.programme.data),
                next(one for one in areas_of(session(), viewer().within(Act.SET_FORMS)) if one.id == form.area.data),
                name=form.name.data,
                kind=form.kind.data,
                label=form.label.data,
                blank=blank,
                by=me(),
                now=moment(),
            )
            commit()
        if outcome.ok:
            flash("The blank is here. Now say which figure goes into which cell.", "success")
            return redirect(url_for(".edition", blank_id=row.blanks[0].id))
    return _adding(form), 422


@room.get("/<int:number>")
@allow(Act.SEE_FORMS)
def show(number: int) -> Any:
    """One form: its editions, and every form that was filled."""
    row = form_at(number, Act.SEE_FORMS)
    return render_template(
        "funder_forms/show.html",
        row=row,
        editions=[
            (blank, queries.latest_binding(blank), queries.confirmed_binding(blank)) for blank in reversed(row.blanks)
        ],
        filled=queries.filled_forms(session(), row),
        may_set=may_set(row),
    )


@room.get("/<int:number>/next")
@allow(Act.SET_FORMS)
def following(number: int) -> Any:
    """The form for the funder's next blank."""
    return render_template("funder_forms/next.html", row=form_at(number, Act.SET_FORMS), form=BlankForm())


@room.post("/<int:number>/next")
@allow(Act.SET_FORMS, deed="Took in a new edition of a funder's form")
@takes_files(MOST_BYTES)
def add_following(number: int) -> Any:
    """Takes in the next blank, and carries over what was bound in the last one."""
    form = BlankForm()
    row = form_at(number, Act.SET_FORMS)
    if form.validate_on_submit() and form.file.data is not None:
        rollback()  # as above
        try:
            blank, looks = showing.as_blank(form.file.sent.name, form.file.sent.content)
        except PortfolioError as error:
            put_on(form, error.sentence, "file")
            return render_template("funder_forms/next.html", row=form_at(number, Act.SET_FORMS), form=form), 422
        brought = _carried(form_at(number, Act.SET_FORMS), looks)
        rollback()
        with refusals_on(form) as outcome:
            row = form_at(number, Act.SET_FORMS)
            made = actions.add_edition(
                session(), row, label=form.label.data, blank=blank, carried=brought, by=me(), now=moment()
            )
            commit()
        if outcome.ok:
            flash("The new blank is here. Look at what moved before you confirm what goes where.", "success")
            return redirect(url_for(".compare", blank_id=made.id))
    return render_template("funder_forms/next.html", row=form_at(number, Act.SET_FORMS), form=form), 422


def _carried(row: FunderForm, looks: Outline) -> Carried | None:
    """What was bound in the last edition that anything was bound in, for the new one."""
    for blank in reversed(row.blanks):
        latest = queries.latest_binding(blank)
        if latest is not None:
            return carried(showing.outline_of(session(), blank), looks, showing.content(latest))
    return None


@room.get("/filled/<int:filled_id>")
@allow(Act.SEE_FORMS)
def filled(filled_id: int) -> Any:
    """A form as it was filled: from which return, by what, and its hash."""
    row = queries.get_filled(session(), filled_id, viewer().within(Act.SEE_FORMS))
    run = showing.tried_as_filled(session(), row)
    puts, page = paged_list([put for put in run.puts if put.entry is not None], PUTS_SHOWN)
    return render_template(
        "funder_forms/filled.html",
        row=row,
        puts=puts,
        page=page,
        whys=whys_of(row.of, puts),
        blank=row.binding.blank,
        form_of=row.binding.blank.form,
        in_words=showing.shown_entry,
        method=showing.rounding_of(row.binding),
    )


@room.get("/filled/<int:filled_id>/file")
@allow(Act.SEE_FORMS)
def filled_file(filled_id: int) -> Any:
    """The filled form, byte for byte as it was kept."""
    row = queries.get_filled(session(), filled_id, viewer().within(Act.SEE_FORMS))
    return sent_file(row.file_name, row.file, row.binding.blank.media_type)
