"""Binding by pointing: what goes into one cell, into the rows of a list, and what the labels suggest for a sheet."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.funder_forms import actions, showing
from portfolio.funder_forms.bindings import Address, Binding, BoundCell, BoundTable, Place
from portfolio.funder_forms.figures import FACTS
from portfolio.funder_forms.forms import CellForm, ChooseForm, SuggestedForm, TableForm
from portfolio.funder_forms.labels import Labels, room_for
from portfolio.funder_forms.models import FormBinding, FormBlank
from portfolio.funder_forms.showing import From
from portfolio.funder_forms.suggesting import SURE, Suggesting, suggested
from portfolio.funder_forms.views.room import cell_at, draft_at, room, shared, sheet_at
from portfolio.people.rules import Act
from portfolio.uploads.areas import address_of
from portfolio.uploads.cells import column_of, letters
from portfolio.uploads.layout import FormSheet
from portfolio.web.access import allow
from portfolio.web.carried import SeenForm
from portfolio.web.clock import today
from portfolio.web.database import commit, session
from portfolio.web.errors import put_on, refusals_on
from portfolio.words import count

CELL = "/editions/<int:blank_id>/sheets/<int:sheet_number>/cells/<cell>"
ROWS = "/editions/<int:blank_id>/sheets/<int:sheet_number>/rows/<int:first_row>"
SUGGESTIONS = "/editions/<int:blank_id>/sheets/<int:sheet_number>/suggestions"


@room.post("/editions/<int:blank_id>/suggestions")
@allow(Act.SET_FORMS, deed="Changed a binding of a funder's form")
def take_all(blank_id: int) -> Any:
    """Binds all that the labels of every sheet name clearly and nothing is bound to yet."""
    blank, row = draft_at(blank_id)
    form = SeenForm()
    source = showing.shown_from(session(), blank.form, today())
    if source is not None and form.validate_on_submit():
        before = showing.content(row)
        binding = showing.by_labels(showing.outline_of(session(), blank), source.source, before)
        actions.save_draft(session(), row, binding, form.seen_edition())
        commit()
        cells, lists = len(binding.cells) - len(before.cells), len(binding.tables) - len(before.tables)
        flash(f"{count(cells, 'cell')} and {count(lists, 'list')} are bound by their labels. Look at each.", "success")
    return redirect(url_for(".dry_run", blank_id=blank_id))


@room.get(CELL)
@allow(Act.SET_FORMS)
def pointing(blank_id: int, sheet_number: int, cell: str) -> Any:
    """One cell: what it is, what goes into it, and what could."""
    blank, row = draft_at(blank_id)
    return _cell_page(blank, row, sheet_number, cell, None)


def _cell_page(blank: FormBlank, row: FormBinding, number: int, cell: str, form: CellForm | None) -> str:
    found = sheet_at(blank, number)
    at = cell_at(found, cell)
    place, binding = showing.place_at(found, at), showing.content(row)
    bound = binding.bound.get(place)
    source = showing.shown_from(session(), blank.form, today())
    label = Labels(found).of(at)
    choose = ChooseForm(formdata=request.args)
    offered: list[showing.Choice] = []
    suggestions: list[showing.Choice] = []
    keys: list[tuple[str, list[str], str]] = []
    if source is not None:
        choose.offer(source.source.tables)
        suggestions = showing.choices(source.source, [one.address for one in Suggesting(source.source).of(label)])
        table = request.args.get("table", "")
        said = request.args.getlist("k")
        offered = showing.choices(source.source, showing.catalogue(source.source, table, said))
        keys = showing.keys_of(source.source, table, said)
    if form is None:
        form = CellForm(formdata=None, edition=str(row.edition), says=(bound.says if bound else "") or "")
        form.figure.data = bound.figure.text if bound is not None and bound.figure is not None else None
    form.figure.choices = [
        (one.address, f"{one.label}: {one.value}")
        for one in {one.address: one for one in (*suggestions, *offered)}.values()
    ]
    return render_template(
        "funder_forms/cell.html",
        **shared(blank),
        number=number,
        sheet=found,
        address=address_of(at),
        cell=found.at(at),
        rule=found.validation(at),
        is_locked=not found.may_change(at),
        comment=found.comments.get(at),
        label=label,
        bound=None if bound is None or source is None else showing.bound_in_words(bound, source.source),
        is_needed=place in binding.needed,
        is_spared=place in binding.spared,
        source=source,
        choose=choose,
        keys=keys,
        suggested=len(suggestions),
        form=form,
        row_number=at[0],
    )


@room.post(CELL)
@allow(Act.SET_FORMS, deed="Changed a binding of a funder's form")
def point(blank_id: int, sheet_number: int, cell: str) -> Any:
    """Binds a figure or a text to the cell, or nothing; or says whether the form needs it."""
    blank, row = draft_at(blank_id)
    found, form = sheet_at(blank, sheet_number), CellForm()
    place = showing.place_at(found, cell_at(found, cell))
    form.figure.choices = [(form.figure.data, "")] if form.figure.data else []
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            binding = _pointed(form, showing.content(row), place, blank)
            if binding is not None:
                actions.save_draft(session(), row, binding, form.seen_edition())
                commit()
        if outcome.ok and binding is not None:
            flash(f"{place[0]}!{place[1]} is set.", "success")
            return redirect(
                url_for(".sheet", blank_id=blank_id, sheet_number=sheet_number, page=showing.page_of_row(place))
            )
    return _cell_page(*draft_at(blank_id), sheet_number, cell, form), 422


def _back(blank_id: int, sheet_number: int, place: Place) -> Any:
    """To the page of the grid on which a cell stands."""
    page = showing.page_of_row(place)
    return redirect(url_for(".sheet", blank_id=blank_id, sheet_number=sheet_number, page=page))


def _pointed(form: CellForm, binding: Binding, place: Place, blank: FormBlank) -> Binding | None:
    """The binding as the button asks; None where something is missing, which the form then says."""
    match form.do.data:
        case "remove":
            return binding.without(place)
        case "needed":
            return binding.marked(place, needed=True)
        case "spared":
            return binding.marked(place, needed=False)
        case "unmark":
            return binding.marked(place, needed=None)
        case "say" if form.says.data:
            return binding.with_cell(BoundCell(*place, says=form.says.data))
        case "say":
            put_on(form, "Enter the text that goes into the cell", "says")
            return None
    source = showing.shown_from(session(), blank.form, today())
    try:
        address = Address.parse(form.figure.data or "")
    except ValueError:
        put_on(form, "Select a figure", "figure")
        return None
    if source is None or not source.source.find(address).is_known:
        put_on(form, "The return has no such figure. Select one of those offered", "figure")
        return None
    return binding.with_cell(BoundCell(*place, address))


@room.get(ROWS)
@allow(Act.SET_FORMS)
def listing_rows(blank_id: int, sheet_number: int, first_row: int) -> Any:
    """A list of the form: which table's rows go into it, column by column."""
    blank, row = draft_at(blank_id)
    return _rows_page(blank, row, sheet_number, first_row, None)


def _bound_at(row: FormBinding, sheet: FormSheet, first_row: int) -> BoundTable | None:
    tables = showing.content(row).tables
    return next((one for one in tables if one.key == (sheet.title, first_row)), None)


def _rows_page(blank: FormBlank, row: FormBinding, number: int, first_row: int, form: TableForm | None) -> str:
    found = sheet_at(blank, number)
    showing.refuse_row(found, first_row)
    bound = _bound_at(row, found, first_row)
    source = showing.shown_from(session(), blank.form, today())
    choose = ChooseForm(formdata=request.args)
    headings = showing.heading_texts(found, first_row)
    view = None
    if source is not None:
        choose.offer(name for name in source.source.tables if name[0] != FACTS)
        suggesting = Suggesting(source.source)
        guessed = suggesting.table(headings)
        named = request.args.get("table") or (bound.table if bound else guessed[0].name if guessed else "")
        view = source.source.views.get(named)
        choose.table.data = named if view is not None else None
    if view is not None and source is not None:
        offered = [column for column in view.offered() if column != "Number of rows"]
        columns = showing.table_columns(found, first_row, bound, suggesting.headings(view, headings))
        form = form or _table_form(row, bound, columns, found, first_row)
        form.offer(showing.words_of(view), offered)
    return render_template(
        "funder_forms/rows.html",
        **shared(blank),
        number=number,
        sheet=found,
        first_row=first_row,
        headings_by={letters(column): text for column, text in headings.items()},
        source=source,
        view=view,
        choose=choose,
        bound=bound,
        form=form,
        lines=0 if view is None else len(view.keys),
    )


def _table_form(
    row: FormBinding, bound: BoundTable | None, columns: list[showing.TableColumn], sheet: FormSheet, first_row: int
) -> TableForm:
    """The form of a list, with what is bound already or what its headings suggest."""
    taking = [column_of(one.letters) for one in columns if one.takes]
    word = "=".join(bound.where[0]) if bound is not None and bound.where else None
    return TableForm(
        formdata=None,
        edition=str(row.edition),
        rows=bound.rows if bound is not None else room_for(sheet, first_row, taking),
        word=word,
        columns=[{"letters": one.letters, "takes": one.takes or None} for one in columns],
    )


@room.post(ROWS)
@allow(Act.SET_FORMS, deed="Changed a binding of a funder's form")
def point_rows(blank_id: int, sheet_number: int, first_row: int) -> Any:
    """Binds a table's rows to the rows of the form, or nothing."""
    blank, row = draft_at(blank_id)
    found, form = sheet_at(blank, sheet_number), TableForm()
    showing.refuse_row(found, first_row)
    source = showing.shown_from(session(), blank.form, today())
    view = None if source is None else source.source.views.get(request.args.get("table", ""))
    if view is None:
        return redirect(url_for(".listing_rows", blank_id=blank_id, sheet_number=sheet_number, first_row=first_row))
    form.offer(showing.words_of(view), view.offered())
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            binding = showing.content(row)
            if form.do.data == "remove":
                binding = binding.without_table((found.title, first_row))
            else:
                binding = binding.with_table(form.bound(found.title, first_row, view.name))
            actions.save_draft(session(), row, binding, form.seen_edition())
            commit()
        if outcome.ok:
            flash(f"The list from row {first_row} on is set.", "success")
            place = (found.title, f"A{first_row}")
            return redirect(
                url_for(".sheet", blank_id=blank_id, sheet_number=sheet_number, page=showing.page_of_row(place))
            )
    return _rows_page(*draft_at(blank_id), sheet_number, first_row, form), 422


@room.get(SUGGESTIONS)
@allow(Act.SET_FORMS)
def suggestions(blank_id: int, sheet_number: int) -> Any:
    """What the labels of a sheet suggest for each cell that the form asks for."""
    blank, row = draft_at(blank_id)
    return _suggestions_page(blank, row, sheet_number, SuggestedForm(formdata=None, edition=str(row.edition)))


def _suggested(blank: FormBlank, row: FormBinding, found: FormSheet, source: From | None) -> Any:
    if source is None:
        return []
    binding = showing.content(row)
    covered = frozenset(place for table in binding.tables for place in table.places)
    return suggested(found, source.source, binding, covered)


def _suggestions_page(blank: FormBlank, row: FormBinding, number: int, form: SuggestedForm) -> str:
    found = sheet_at(blank, number)
    source = showing.shown_from(session(), blank.form, today())
    rows = _suggested(blank, row, found, source)
    table = None
    if source is not None:
        table = showing.find_list(found, Suggesting(source.source), showing.content(row))
    return render_template(
        "funder_forms/suggestions.html",
        **shared(blank),
        number=number,
        sheet=found,
        source=source,
        form=form,
        rows=[
            (place[1], label, showing.choices(source.source, [best.address])[0], best.score >= SURE)
            for place, label, best in rows
        ]
        if source is not None
        else [],
        list_found=table,
    )


@room.post(SUGGESTIONS)
@allow(Act.SET_FORMS, deed="Changed a binding of a funder's form")
def take_suggestions(blank_id: int, sheet_number: int) -> Any:
    """Binds the suggestions that were ticked."""
    blank, row = draft_at(blank_id)
    found, form = sheet_at(blank, sheet_number), SuggestedForm()
    rows = _suggested(blank, row, found, showing.shown_from(session(), blank.form, today()))
    form.offer([place[1] for place, _, _ in rows])
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            binding = showing.content(row)
            for place, _, best in rows:
                if place[1] in form.take.data:
                    binding = binding.with_cell(BoundCell(place[0], place[1], best.address))
            actions.save_draft(session(), row, binding, form.seen_edition())
            commit()
        if outcome.ok:
            flash("What you ticked is bound.", "success")
            return redirect(url_for(".sheet", blank_id=blank_id, sheet_number=sheet_number))
    return _suggestions_page(*draft_at(blank_id), sheet_number, form), 422
