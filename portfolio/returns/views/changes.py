"""What changed between two returns: cell by cell, where each difference came from, and all of it as a workbook."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for

from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.returns.changes.causes import Cause
from portfolio.returns.changes.comparing import Comparison, Difference, compared
from portfolio.returns.changes.exporting import about, file_of
from portfolio.returns.changes.sides import Side, choices, chosen, side_of
from portfolio.returns.forms import ChangesForm
from portfolio.returns.queries import get_place, get_return
from portfolio.returns.views.room import room, workbook_download
from portfolio.returns.views.why import base_of, way_to
from portfolio.returns.why.ways import Way
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment
from portfolio.web.database import session
from portfolio.web.paging import paged_list

LINES = 25
"""So many differences stand on a page: each says where it came from."""
MOST_LOGGED = 40
"""So many causes stand above them; the workbook has all."""


@room.get("/returns/<int:number>/changes")
@allow(Act.SEE_RETURNS)
def changes(number: int) -> Any:
    """What changed between a return and another: the one before it, unless the address asks for another."""
    return _show(_side(number))


@room.get("/returns/<int:number>/changes/file")
@allow(Act.SEE_RETURNS)
def changes_file(number: int) -> Any:
    """The same as a workbook."""
    return _file(_side(number))


@room.get("/returns/<int:year_id>/<quarter:quarter>/<slug>/changes")
@allow(Act.SEE_RETURNS)
def changes_now(year_id: int, quarter: Quarter, slug: str) -> Any:
    """What changed between a return as it stands now and another."""
    return _show(_side_now(year_id, quarter, slug))


@room.get("/returns/<int:year_id>/<quarter:quarter>/<slug>/changes/file")
@allow(Act.SEE_RETURNS)
def changes_now_file(year_id: int, quarter: Quarter, slug: str) -> Any:
    """The same as a workbook."""
    return _file(_side_now(year_id, quarter, slug))


def _side(number: int) -> Side:
    return side_of(get_return(session(), number, viewer().within(Act.SEE_RETURNS)))


def _side_now(year_id: int, quarter: Quarter, slug: str) -> Side:
    return Side(get_place(session(), year_id, quarter, slug, viewer().within(Act.SEE_RETURNS)), None)


def _other(side: Side) -> Side | None:
    return chosen(session(), side, request.args.get("against"), viewer().within(Act.SEE_RETURNS))


def _show(side: Side) -> str:
    within = viewer().within(Act.SEE_RETURNS)
    other, form = _other(side), ChangesForm()
    offered = [one for one in choices(session(), side.place, within) if one != side]
    if other is None:
        return render_template("returns/changes_none.html", side=side)
    found = compared(session(), side, other)
    form.offer(
        other.choice,
        [(one.choice, one.name) for one in dict.fromkeys((other, *offered))],
        [sheet.name for sheet in found.compared.sheets],
        sheet=request.args.get("sheet", ""),
        show=request.args.get("show", ""),
    )
    differences, page = paged_list(_narrowed(found, form), LINES)
    return render_template(
        "returns/changes.html",
        side=side,
        found=found,
        about=about(found),
        most_logged=MOST_LOGGED,
        form=form,
        differences=differences,
        page=page,
        file=_address(side, "changes_file", against=other.choice),
        here=_address(side, "changes"),
        why=base_of(found.after.place, found.after.row),
        way_to=lambda cause: _way(found, cause),
    )


def _narrowed(found: Comparison, form: ChangesForm) -> Sequence[Difference]:
    """The differences that the address asks for."""
    rows = {"all": found.differences, "unexpected": found.surprising, "unexplained": found.unexplained}.get(
        form.show.data, [one for one in found.differences if one.cell.is_figure]
    )
    return [one for one in rows if form.sheet.data in ("", one.cell.sheet)]


def _address(side: Side, endpoint: str, **asked: Any) -> str:
    if side.row is not None:
        return url_for(f".{endpoint}", number=side.row.id, **asked)
    place = side.place
    return url_for(
        f".{endpoint.replace('changes', 'changes_now')}",
        year_id=place.year.id,
        quarter=place.quarter,
        slug=place.slug,
        **asked,
    )


def _way(found: Comparison, cause: Cause) -> str | None:
    if cause.at is None:
        return None
    kind, needed = cause.at
    return way_to(found.after.place, Way(kind, "", dict(needed)))


def _file(side: Side) -> Any:
    other = _other(side)
    if other is None:
        return render_template("returns/changes_none.html", side=side), 404
    return workbook_download(*file_of(compared(session(), side, other), by=viewer().name, now=moment()))
