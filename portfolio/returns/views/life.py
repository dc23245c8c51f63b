"""Each return's own page, and what is done to it, a form each."""

from datetime import datetime
from typing import Any

from flask import current_app, flash, redirect, render_template, url_for

from portfolio.errors import NotFound
from portfolio.people.rules import Act
from portfolio.quarters import Quarter, format_day
from portfolio.returns import actions, money_in, pages, queries
from portfolio.returns.drafting import draft_file
from portfolio.returns.forms import PrepareForm
from portfolio.returns.models import Return
from portfolio.returns.queries import Place, get_place, get_return, place_of
from portfolio.returns.rules import OthersWork, frozen_names
from portfolio.returns.views.deeds import told_next
from portfolio.returns.views.room import may, me, room, workbook_download
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.downloads import file_download
from portfolio.web.errors import put_on, refusals_on
from portfolio.web.filters import moment as in_words


@room.get("/returns/<int:year_id>/<quarter:quarter>/<slug>")
@allow(Act.SEE_RETURNS)
def now(year_id: int, quarter: Quarter, slug: str) -> Any:
    """A return as it stands now: what is missing, its figures, its warnings; and, for finance, preparing it."""
    place = get_place(session(), year_id, quarter, slug, viewer().within(Act.SEE_RETURNS))
    return _show_now(place, PrepareForm())


@room.post("/returns/<int:year_id>/<quarter:quarter>/<slug>")
@allow(Act.PREPARE_RETURN, Act.MAKE_HOME_OFFICE_RETURN, deed="Prepared a return")
def prepare(year_id: int, quarter: Quarter, slug: str) -> Any:
    """Prepares it, or prepares it again."""
    place = get_place(session(), year_id, quarter, slug, viewer().within(Act.SEE_RETURNS))
    form = PrepareForm()
    if not may(Act.PREPARE_RETURN, place):
        put_on(form, OthersWork().sentence)
    elif form.validate_on_submit():
        with refusals_on(form) as outcome:
            row = actions.prepare_return(
                session(), place.year, quarter, place.kind, place.csp, by=me(), at=moment(), reason=form.reason.data
            )
            told_next(row)
            commit()
        if outcome.ok:
            flash("The return is prepared. Somebody else can now check it.", "success")
            return redirect(url_for(".show", number=row.id))
    return _show_now(place, form), 422


def _show_now(place: Place, form: PrepareForm) -> str:
    latest = queries.find_latest(session(), place.year, place.quarter, place.kind, place.csp)
    if latest is not None and latest.status.has_left:
        form.ask_for_a_reason()
    return render_template(
        "returns/now.html",
        place=place,
        latest=latest,
        form=form,
        shown=pages.shown_now(session(), place, None),
        in_the_way=pages.in_the_way(session(), place, today()),
        may_prepare=may(Act.PREPARE_RETURN, place),
    )


@room.get("/returns/<int:year_id>/<quarter:quarter>/<slug>/file")
@allow(Act.SEE_RETURNS)
def draft(year_id: int, quarter: Quarter, slug: str) -> Any:
    """The file of a return: as it was issued, or as a draft of what it says now."""
    place = get_place(session(), year_id, quarter, slug, viewer().within(Act.SEE_RETURNS))
    return workbook_download(*draft_file(session(), place.year, quarter, place.kind, place.csp))


@room.get("/returns/<int:number>")
@allow(Act.SEE_RETURNS)
def show(number: int) -> Any:
    """One version of a return: its figures, its checks, what was done to it, and what can be done next."""
    row = get_return(session(), number, viewer().within(Act.SEE_RETURNS))
    place = place_of(row)
    versions = queries.versions_of(session(), row)
    issued = [one for one in versions if one.status.has_left]
    return render_template(
        "returns/show.html",
        row=row,
        place=place,
        versions=versions,
        replaced_by=issued[0] if row.status.has_left and issued[0] is not row else None,
        shown=pages.shown(session(), place, row),
        events=[
            {
                "when": in_words(event.when) if isinstance(event.when, datetime) else format_day(event.when),
                "who": event.who,
                "what": event.what,
                "detail": event.detail,
            }
            for event in pages.events_of(row)
        ],
        money=money_in.of_return(session(), row, today()) if row.status.has_left else None,
        may={
            act.name: may(act, place)
            for act in (Act.PREPARE_RETURN, Act.CHECK_RETURN, Act.CERTIFY_RETURN, Act.FORWARD_RETURN)
        },
        me=viewer().person_id,
        filled=current_app.extensions["portfolio_filled_of"](session(), row) if row.status.has_left else (),
        frozen=frozen_names(row.file_name or ""),
        whole_area=viewer().within(Act.SEE_RETURNS).holds_area(row.funding_year.police_area_id),
    )


@room.get("/returns/<int:number>/file")
@allow(Act.SEE_RETURNS)
def file(number: int) -> Any:
    """The file of one version, byte for byte as it was issued."""
    row = _issued(number)
    return workbook_download(row.file_name or "", row.file or b"")


@room.get("/returns/<int:number>/snapshot")
@allow(Act.SEE_RETURNS)
def snapshot(number: int) -> Any:
    """The figures of one version as canonical JSON, byte for byte as they were frozen when it was issued."""
    row = _issued(number)
    _, name, _ = frozen_names(row.file_name or "")
    return file_download(name, (row.snapshot or "").encode(), "application/json")


@room.get("/returns/<int:number>/sha256")
@allow(Act.SEE_RETURNS)
def digests(number: int) -> Any:
    """The SHA-256 of both, in the form that `sha256sum -c` reads."""
    row = _issued(number)
    file_name, snapshot_name, name = frozen_names(row.file_name or "")
    content = f"{row.file_sha256}  {file_name}\n{row.snapshot_sha256}  {snapshot_name}\n"
    return file_download(name, content.encode(), "text/plain; charset=utf-8")


def _issued(number: int) -> Return:
    row = get_return(session(), number, viewer().within(Act.SEE_RETURNS))
    if not row.status.has_left:
        raise NotFound("This version was not issued, so it has no file yet")
    return row
