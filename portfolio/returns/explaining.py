"""A return's figures with why each is what it is, as pages ask for them; remembered until anything changes."""

from sqlalchemy.orm import Session

from portfolio.remembering import Remembered
from portfolio.returns import pages
from portfolio.returns.contents.scope import Scope
from portfolio.returns.models import Return
from portfolio.returns.queries import Place
from portfolio.returns.why.cells import Cells
from portfolio.returns.why.grounds import Explained, explain
from portfolio.returns.why.then import Then, issued_at
from reports.addresses import Spot
from reports.content import Kind

_cells: Remembered[Cells] = Remembered(8)
_why: Remembered[Explained] = Remembered(64)


def _key(place: Place, row: Return | None) -> tuple[object, ...]:
    return place.year.id, place.kind, place.quarter, place.csp.id if place.csp else None, row.id if row else None


def cells_of(session: Session, place: Place, row: Return | None) -> Cells:
    """The figures of a version of a return; of the return as it stands now without one."""

    def take_apart() -> Cells:
        shown = pages.shown(session, place, row) if row is not None else pages.shown_now(session, place, None)
        return shown.cells

    return _cells.find(session, _key(place, row), take_apart)


def why(session: Session, place: Place, row: Return | None, spot: Spot) -> Explained:
    """Why a figure is what it is: of an issued return, by the rows that it was issued from."""

    def look_up() -> Explained:
        cells = cells_of(session, place, row)
        scope = Scope(session, place.year, place.quarter, Kind(place.kind), place.csp)
        then = Then(session, issued_at(session, row.id) if row is not None and row.status.has_left else None)
        [found] = explain(scope, then, cells, spot)
        return found

    return _why.find(session, (*_key(place, row), spot), look_up)
