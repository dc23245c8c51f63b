"""The rounds that one can try portfolios for, what was tried for each, and several of them side by side."""

from typing import Any

from flask import render_template, request

from portfolio.people.rules import Act
from portfolio.scenarios import queries, showing
from portfolio.scenarios.charts import differences
from portfolio.scenarios.queries import Weighed
from portfolio.scenarios.rules import suggested_over
from portfolio.scenarios.showing import SideBySide, Tried
from portfolio.scenarios.views.room import place, room
from portfolio.web.access import allow, viewer
from portfolio.web.carried import number_sent
from portfolio.web.clock import today
from portfolio.web.database import session
from portfolio.web.paging import paged_list
from portfolio.web.pictures import is_narrow, picture
from reports.charts import svg

MOST_ROUNDS = 500
MOST_COMPARED = 4


@room.get("/scenarios")
@allow(Act.TRY)
def index() -> Any:
    """Each year and partnership with proposals to choose among."""
    rounds = session().execute(queries.rounds_to_try(viewer().within(Act.TRY)).limit(MOST_ROUNDS)).all()
    shown, page = paged_list(rounds)
    return render_template("scenarios/index.html", rounds=shown, page=page)


@room.get("/scenarios/rounds/<int:year_id>/<csp_key>")
@allow(Act.TRY)
def tried(year_id: int, csp_key: str) -> Any:
    """What was tried for a partnership's year, and what past years say of planning above the ceilings."""
    at = place(year_id, csp_key)
    past = queries.past_years(session(), at.year, at.csp, today())
    shown, page = paged_list(queries.scenarios_of(session(), at.year, at.csp))
    return render_template(
        "scenarios/round.html",
        at=at,
        rows=showing.tried(at, shown),
        page=page,
        decided=showing.as_decided(at),
        past=past,
        over=suggested_over(past),
        most=MOST_COMPARED,
    )


@room.get("/scenarios/rounds/<int:year_id>/<csp_key>/compare")
@allow(Act.TRY)
def compare(year_id: int, csp_key: str) -> Any:
    """Up to four scenarios that the address names, side by side, and beside them what was decided."""
    at = place(year_id, csp_key)
    named, found = _named(at)
    side = _beside(at, found)
    return render_template(
        "scenarios/compare.html",
        at=at,
        found=found,
        chosen=named[:MOST_COMPARED],
        side=side,
        drawn=differences(at, side.tried),
        too_many=len(named) > MOST_COMPARED,
        most=MOST_COMPARED,
    )


@room.get("/scenarios/rounds/<int:year_id>/<csp_key>/compare/chart.svg")
@allow(Act.TRY)
def chart(year_id: int, csp_key: str) -> Any:
    """The awards of the same scenarios as a picture; `width=narrow` draws it for a telephone."""
    at = place(year_id, csp_key)
    drawn = differences(at, _beside(at, _named(at)[1]).tried, narrow=is_narrow())
    return picture(svg(drawn))


def _named(at: Weighed) -> tuple[list[int], list[Tried]]:
    """The scenarios that the address names, and of those that are there the first."""
    named = [number_sent(sent) for sent in dict.fromkeys(request.args.getlist("scenario"))]
    return named, showing.tried(at, queries.scenarios_of(session(), at.year, at.csp, named[:MOST_COMPARED]))


def _beside(at: Weighed, found: list[Tried]) -> SideBySide:
    decided = showing.as_decided(at)
    return SideBySide((*found, decided) if decided else tuple(found))
