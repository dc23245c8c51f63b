"""What is missing before a return is prepared, with the place where each thing is put right."""

from dataclasses import dataclass
from typing import Any

from flask import render_template, url_for

from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.returns.points import LEDGER, Point
from portfolio.returns.queries import Place, get_place
from portfolio.returns.readiness import csp_of, owner_of, readiness
from portfolio.returns.views.room import room
from portfolio.web.access import allow, may_open, viewer
from portfolio.web.clock import today
from portfolio.web.database import session

MOST_SHOWN = 40
"""So many points of a sort stand on the page; of more, the page says how many there are."""


@dataclass(frozen=True)
class OpenPoint:
    """An open point as the page shows it: whose it is, and the address where it is put right."""

    point: Point
    owner: str
    href: str | None


@room.get("/returns/<int:year_id>/<quarter:quarter>/<slug>/readiness")
@allow(Act.SEE_RETURNS)
def ready(year_id: int, quarter: Quarter, slug: str) -> Any:
    """What is missing of a return as it stands now: what, whose, and where it is put right."""
    place = get_place(session(), year_id, quarter, slug, viewer().within(Act.SEE_RETURNS))
    found = readiness(session(), place, today())
    return render_template(
        "returns/readiness.html",
        place=place,
        found=found,
        shown={matter.sort: [_shown(point, place) for point in matter.points[:MOST_SHOWN]] for matter in found.matters},
        claims=f"{quarter.year.slug}-{quarter.name.lower()}",
    )


def _shown(point: Point, place: Place) -> OpenPoint:
    return OpenPoint(point, owner_of(point), where(point, place))


def where(point: Point, place: Place) -> str | None:
    """The page on which a point is put right; None for who may not open it."""
    csp = csp_of(place.year, point.csp)
    if point.sort == LEDGER:
        told: dict[str, Any] = {"year": place.year.id, "quarter": place.quarter.name.lower()}
        endpoint, told = "ledger.index", told | ({"csp": csp.id} if csp else {})
    elif point.sort == "W8":
        endpoint, told = "measures.index", {}
    elif point.reference is not None and csp is not None:
        endpoint = "spend.claim"
        told = {"reference": point.reference, "csp_key": csp.key, "quarter": place.quarter}
    else:
        endpoint, told = "match.index", {}
    return url_for(endpoint, **told) if may_open(endpoint) else None
