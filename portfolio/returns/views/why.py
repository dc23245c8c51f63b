"""Why a figure of a return is what it is: its sheets, and each figure down to the rows of the record behind it."""

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for

from portfolio.decisions.queries import awards_within, get_award
from portfolio.errors import NotFound
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.returns import explaining
from portfolio.returns.models import Return
from portfolio.returns.queries import Place, get_place, get_return, place_of
from portfolio.returns.views.room import room
from portfolio.returns.why.cells import Cells, row_count
from portfolio.returns.why.telling import told
from portfolio.returns.why.upward import claim_with_lines, lines_of
from portfolio.returns.why.ways import Way
from portfolio.web.access import allow, may_open, viewer
from portfolio.web.database import session
from portfolio.web.paging import page_of, paged_list
from reports.addresses import Address, AddressedSheet, Spot
from reports.sheets import Shape

WAYS: Mapping[str, tuple[Act, str]] = {
    "claim": (Act.SEE_CLAIMS, "spend.claim"),
    "evidence": (Act.SEE_EVIDENCE, "spend.evidence_file"),
    "correction": (Act.SEE_CLAIMS, "spend.correction"),
    "award": (Act.SEE_PROPOSALS, "decisions.award"),
    "variation": (Act.SEE_PROPOSALS, "decisions.variation"),
    "proposal": (Act.SEE_PROPOSALS, "decisions.proposal"),
    "allocations": (Act.SET_YEAR, "funding_years.settings"),
    "match": (Act.SEE_MATCH, "match_funding.award"),
    "project": (Act.SEE_MEASURES, "measures.project"),
    "measure": (Act.SEE_MEASURES, "measures.measure"),
    "return": (Act.SEE_RETURNS, "returns.show"),
    "up": (Act.SEE_RETURNS, "returns.why_claim"),
    "history": (Act.SEE_HISTORY, "audit.whole"),
}
"""Which page each way leads to, and the act that opens it."""
ROWS = 25
"""So many rows of a sheet stand on a page: each has some twenty figures."""


@room.get("/returns/<int:number>/why")
@allow(Act.SEE_RETURNS)
def why_sheets(number: int) -> Any:
    """The sheets of a return that hold figures."""
    return _sheets(*_version(number))


@room.get("/returns/<int:number>/why/<sheet>")
@allow(Act.SEE_RETURNS)
def why_sheet(number: int, sheet: str) -> Any:
    """One sheet, each figure of which leads to what it is made of."""
    return _sheet(*_version(number), sheet)


@room.get("/returns/<int:number>/why/<sheet>/<row>/<column>")
@allow(Act.SEE_RETURNS)
def why(number: int, sheet: str, row: str, column: str) -> Any:
    """One figure of a return: its formula, its parts, and the rows of the record behind it."""
    return _figure(*_version(number), Address(sheet, row, column))


@room.get("/returns/<int:year_id>/<quarter:quarter>/<slug>/why")
@allow(Act.SEE_RETURNS)
def why_sheets_now(year_id: int, quarter: Quarter, slug: str) -> Any:
    """The same of a return as it stands now."""
    return _sheets(_now(year_id, quarter, slug), None)


@room.get("/returns/<int:year_id>/<quarter:quarter>/<slug>/why/<sheet>")
@allow(Act.SEE_RETURNS)
def why_sheet_now(year_id: int, quarter: Quarter, slug: str, sheet: str) -> Any:
    """One sheet of it."""
    return _sheet(_now(year_id, quarter, slug), None, sheet)


@room.get("/returns/<int:year_id>/<quarter:quarter>/<slug>/why/<sheet>/<row>/<column>")
@allow(Act.SEE_RETURNS)
def why_now(year_id: int, quarter: Quarter, slug: str, sheet: str, row: str, column: str) -> Any:
    """One figure of it."""
    return _figure(_now(year_id, quarter, slug), None, Address(sheet, row, column))


@room.get("/returns/claims/<reference>/<csp_key>/<quarter:quarter>")
@allow(Act.SEE_RETURNS)
def why_claim(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """From a claim up: the figures of every return that its lines stand in."""
    within = viewer().within(Act.SEE_RETURNS)
    award = get_award(session(), reference, csp_key, awards_within(within))
    claim = claim_with_lines(session(), award.id, quarter)
    lines = lines_of(claim) if claim is not None and claim.status.counts else []
    found = explaining.returns_with(session(), award.proposal.funding_year, award.csp, lines, within)
    asked = request.args.get("in", type=int)
    chosen = found[asked] if asked is not None and 0 <= asked < len(found) else next(iter(found), None)
    rows, page = paged_list(list(chosen.figures.items()) if chosen is not None else [])
    return render_template(
        "returns/why_claim.html",
        award=award,
        quarter=quarter,
        claim=claim,
        lines=lines,
        found=found,
        chosen=chosen,
        base=base_of(chosen.place, chosen.row) if chosen is not None else "",
        rows=rows,
        page=page,
    )


def _version(number: int) -> tuple[Place, Return]:
    row = get_return(session(), number, viewer().within(Act.SEE_RETURNS))
    return place_of(row), row


def _now(year_id: int, quarter: Quarter, slug: str) -> Place:
    return get_place(session(), year_id, quarter, slug, viewer().within(Act.SEE_RETURNS))


def base_of(place: Place, row: Return | None) -> str:
    """The address of a return's sheets."""
    if row is not None:
        return url_for(".why_sheets", number=row.id)
    return url_for(".why_sheets_now", year_id=place.year.id, quarter=place.quarter, slug=place.slug)


def _sheets(place: Place, row: Return | None) -> str:
    cells = explaining.cells_of(session(), place, row)
    return render_template("returns/why_sheets.html", place=place, row=row, base=base_of(place, row), cells=cells)


def _found(cells: Cells, named: str) -> AddressedSheet:
    sheet = cells.addressed.find_sheet(named)
    if sheet is None or sheet not in cells.with_figures:
        raise NotFound("This return has no such sheet with figures")
    return sheet


def _sheet(place: Place, row: Return | None, named: str) -> str:
    cells = explaining.cells_of(session(), place, row)
    sheet = _found(cells, named)
    rows, page = paged_list(range(row_count(sheet)), ROWS)
    columns = [
        number
        for number, column in enumerate(sheet.sheet.table.columns)
        if column.heading in sheet.identifying or column.shape is not Shape.TEXT
    ]
    return render_template(
        "returns/why_sheet.html",
        place=place,
        row=row,
        base=base_of(place, row),
        cells=cells,
        sheet=sheet,
        columns=[sheet.sheet.table.columns[number] for number in columns],
        lines=[[Spot(sheet.sheet.name, number, column) for column in columns] for number in rows],
        page=page,
    )


def _figure(place: Place, row: Return | None, address: Address) -> str:
    cells = explaining.cells_of(session(), place, row)
    sheet, spot = _found(cells, address.sheet), cells.addressed.find(address)
    if spot is None or cells.tracing.value(spot) is None:
        raise NotFound("This return has no such figure")
    found = explaining.why(session(), place, row, spot)
    page = page_of(max(len(many) for side in found.sides for many in (side.rows, side.parts)))
    here = slice((page.number - 1) * page.size, page.number * page.size)
    shown = [(side, side.parts[here], told(session(), side.rows[here])) for side in found.sides]
    return render_template(
        "returns/why.html",
        place=place,
        row=row,
        base=base_of(place, row),
        cells=cells,
        sheet=sheet,
        found=found,
        sides=shown,
        changed=explaining.changed_since(session(), row, [line.row for _, _, lines in shown for line in lines]),
        page=page,
        way_to=lambda way: way_to(place, way),
    )


def way_to(place: Place, way: Way) -> str | None:
    """The address of a page that tells more; None where the viewer may not open it."""
    act, endpoint = WAYS[way.kind]
    if not may_open(endpoint) or not place.is_reached_by(viewer().within(act)):
        return None
    return url_for(endpoint, **way.to)
