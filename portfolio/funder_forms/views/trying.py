"""The dry run: every value in its place and everything that stands in the way; and filling the form for good."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.errors import NotFound
from portfolio.funder_forms import actions, filling, queries, showing
from portfolio.funder_forms.forms import FillForm, WordForm
from portfolio.funder_forms.models import FormBinding, FormBlank
from portfolio.funder_forms.rules import ConfirmedMeanwhile, NotConfirmed, NotThisReturn
from portfolio.funder_forms.views.room import PUTS_SHOWN, blank_at, draft_at, me, room, shared, whys_of
from portfolio.people.rules import Act
from portfolio.returns.models import Return
from portfolio.web.access import allow
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, rollback, session
from portfolio.web.downloads import sent_file
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged_list


@room.get("/editions/<int:blank_id>/try")
@allow(Act.SEE_FORMS)
def dry_run(blank_id: int) -> Any:
    """The form filled in thought, from the last issued return or the one that was asked for."""
    return _show(blank_at(blank_id, Act.SEE_FORMS))


def _show(blank: FormBlank, word: WordForm | None = None, fill: FillForm | None = None) -> str:
    about = shared(blank)
    latest = about["latest"]
    source = showing.shown_from(session(), blank.form, today(), request.args.get("of", type=int))
    run = showing.tried(session(), blank, showing.content(latest), source)
    puts, page = paged_list(run.puts, PUTS_SHOWN)
    fill = fill or FillForm(formdata=None, of=source.row.id if source and source.row else None)
    issued = queries.filling_returns(session(), blank.form)
    fill.offer(issued)
    return render_template(
        "funder_forms/try.html",
        **about,
        source=source,
        run=run,
        puts=puts,
        page=page,
        whys=whys_of(source.row if source else None, puts),
        issued=issued,
        in_words=showing.shown_entry,
        method=showing.rounding_of(latest) if latest else "",
        word=word or WordForm(formdata=None, edition=str(latest.edition) if latest else ""),
        fill=fill,
        sheet_numbers={sheet.title: number for number, sheet in enumerate(_sheets(blank), start=1)},
    )


def _sheets(blank: FormBlank) -> Any:
    return showing.outline_of(session(), blank).sheets


@room.get("/editions/<int:blank_id>/try/file")
@allow(Act.SEE_FORMS)
def try_file(blank_id: int) -> Any:
    """The form as it would be filled, to be looked at; nothing is kept."""
    blank = blank_at(blank_id, Act.SEE_FORMS)
    latest = queries.latest_binding(blank)
    source = showing.shown_from(session(), blank.form, today(), request.args.get("of", type=int))
    if latest is None or source is None:
        raise NotFound("There is nothing to fill the form with yet")
    content = queries.content_of(session(), blank)
    outline = showing.outline_of(session(), blank)
    made = filling.fill_in(content, outline, source.source, showing.content(latest))
    return sent_file(f"Try of {blank.name}", made.file, blank.media_type)


@room.post("/editions/<int:blank_id>/words")
@allow(Act.SET_FORMS, deed="Changed a binding of a funder's form")
def say(blank_id: int) -> Any:
    """Says which of the form's words stands for one of ours."""
    blank, row = draft_at(blank_id)
    form = WordForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            binding = showing.content(row).worded(form.ours.data, form.theirs.data)
            actions.save_draft(session(), row, binding, form.seen_edition())
            commit()
        if outcome.ok:
            flash(f"The form says {form.theirs.data or form.ours.data} from now on.", "success")
            return redirect(url_for(".dry_run", blank_id=blank_id))
    return _show(blank_at(blank.id, Act.SET_FORMS), form), 422


@room.post("/editions/<int:blank_id>/fill")
@allow(Act.SET_FORMS, deed="Filled a funder's form")
def fill(blank_id: int) -> Any:
    """Fills the form from an issued return, reads it back, and keeps it."""
    form = FillForm()
    blank = blank_at(blank_id, Act.SET_FORMS)
    form.offer(queries.filling_returns(session(), blank.form))
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            made, by_binding = _made(blank, form.of.data)
            blank = blank_at(blank_id, Act.SET_FORMS)
            binding, of = _confirmed(blank), _return(blank, form.of.data)
            if binding.id != by_binding:
                raise ConfirmedMeanwhile
            row = actions.keep_filled(session(), binding, of, made, by=me(), now=moment())
            commit()
        if outcome.ok:
            flash("The form is filled, read back, and found to say what the return says.", "success")
            return redirect(url_for(".filled", filled_id=row.id))
    return _show(blank_at(blank_id, Act.SET_FORMS), fill=form), 422


def _made(blank: FormBlank, return_id: int) -> tuple[filling.FilledIn, int]:
    """The form filled by what was confirmed, and by which binding; raises what stands in the way."""
    binding, of = _confirmed(blank), _return(blank, return_id)
    content, outline = queries.content_of(session(), blank), showing.outline_of(session(), blank)
    source, bound, number = showing.source_of(session(), of), showing.content(binding), binding.id
    rollback()  # writing a workbook takes its time, and nobody else who writes is to wait for it
    return filling.fill_in(content, outline, source, bound), number


def _confirmed(blank: FormBlank) -> FormBinding:
    """The binding by which an edition is filled; raises NotConfirmed."""
    binding = queries.confirmed_binding(blank)
    if binding is None:
        raise NotConfirmed
    return binding


def _return(blank: FormBlank, number: int) -> Return:
    """A return that fills the form; raises NotThisReturn, also for one that a later version took the place of."""
    found = next((one for one in queries.filling_returns(session(), blank.form) if one.id == number), None)
    if found is None:
        raise NotThisReturn
    return found
