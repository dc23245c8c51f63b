"""A return's figures with why each is what it is, as pages ask for them; remembered until anything changes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from portfolio.funding_years.models import CSP, FundingYear
from portfolio.people.rules import Within
from portfolio.remembering import Remembered
from portfolio.returns import pages
from portfolio.returns.contents.scope import Scope
from portfolio.returns.models import Return
from portfolio.returns.queries import Place, place_of
from portfolio.returns.rules import ReturnKind
from portfolio.returns.why.cells import Cells
from portfolio.returns.why.grounds import Explained, explain
from portfolio.returns.why.rows import ROUNDING, Row
from portfolio.returns.why.then import Then, issued_at
from portfolio.returns.why.upward import Standing, figures_with, issued_with
from reports.addresses import Spot
from reports.content import Kind

_why: Remembered[Explained] = Remembered(64)
_with: Remembered[list["Found"]] = Remembered(16)


def _key(place: Place, row: Return | None) -> tuple[object, ...]:
    return place.year.id, place.kind, place.quarter, place.csp.id if place.csp else None, row.id if row else None


def cells_of(session: Session, place: Place, row: Return | None) -> Cells:
    """The figures of a version of a return; of the return as it stands now without one."""
    shown = pages.shown(session, place, row) if row is not None else pages.shown_now(session, place, None)
    return shown.cells


def changed_since(session: Session, row: Return | None, rows: Sequence[Row]) -> set[Row]:
    """Which rows say something else today than when a return was issued from them."""
    if row is None or not row.status.has_left:
        return set()
    then = Then(session, issued_at(session, row.id))
    return {one for one in rows if one.record != ROUNDING and then.has_changed(one.record, one.number)}


def why(session: Session, place: Place, row: Return | None, spot: Spot) -> Explained:
    """Why a figure is what it is: of an issued return, by the rows that it was issued from."""

    def look_up() -> Explained:
        cells = cells_of(session, place, row)
        scope = Scope(session, place.year, place.quarter, Kind(place.kind), place.csp)
        then = Then(session, issued_at(session, row.id) if row is not None and row.status.has_left else None)
        [found] = explain(scope, then, cells, spot)
        return found

    return _why.find(session, (*_key(place, row), spot), look_up)


@dataclass(frozen=True)
class Found:
    """A return, and its figures that a claim stands in, each with the claim's lines that are in it."""

    row: Return | None
    """The version that was issued; None: the return as it stands now."""
    place: Place
    cells: Cells
    figures: Mapping[Spot, Sequence[Standing]]


def returns_with(
    session: Session, year: FundingYear, csp: CSP, lines: Sequence[Standing], within: Within
) -> list[Found]:
    """The returns within reach that hold a claim's lines: the issued ones, the newest first, then those to come.

    A return of the claim's quarter that is not issued yet is shown as it stands now.
    """
    if not lines:
        return []
    quarter = lines[0].quarter
    issued = issued_with(session, year, csp.id, quarter, within)
    places = [Place(year, quarter, kind, csp if kind is ReturnKind.CSP else None) for kind in ReturnKind]
    left = {(row.kind, row.quarter) for row in issued}
    now = [one for one in places if (one.kind, quarter) not in left and one.is_reached_by(within)]

    def look_up() -> list[Found]:
        every = [(place_of(row), row) for row in issued] + [(place, None) for place in now]
        return [one for place, row in every if (one := _found(session, place, row, lines)).figures]

    asked = (tuple(lines), tuple(row.id for row in issued), tuple(place.slug for place in now))
    return _with.find(session, asked, look_up)


def _found(session: Session, place: Place, row: Return | None, lines: Sequence[Standing]) -> Found:
    cells = cells_of(session, place, row)
    figures: dict[Spot, list[Standing]] = {}
    for line in lines:
        for spot in figures_with(cells, line):
            figures.setdefault(spot, []).append(line)
    return Found(row, place, cells, figures)
