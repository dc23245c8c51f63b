"""The pages of the comparison: side by side, where the money went, what was turned down, what became of the rest."""

from typing import Any

from flask import render_template, request

from portfolio.comparison import becoming, spreading, turned_down
from portfolio.comparison.charts import asked_and_awarded_of, met_in
from portfolio.comparison.figures import SIDES, contrasts
from portfolio.comparison.listing import compared
from portfolio.comparison.rules import Tally
from portfolio.comparison.views.looking import look_at, room, something_at
from portfolio.people.rules import Act
from portfolio.web.access import allow
from portfolio.web.clock import today
from portfolio.web.database import session
from portfolio.web.paging import page_asked_for, page_of
from portfolio.web.pictures import is_narrow, picture
from reports.charts import svg

ROWS = 25
"""Proposals of a page, and bars of its chart."""
MEETS = {"area": "Area", "theme": "Theme"}
"""What prevention levels are set against, as an address says it and as people do."""


@room.get("/decisions/compare")
@allow(Act.COMPARE)
def compare() -> Any:
    """Funded and rejected proposals side by side: figures, chart, and every proposal with its outcome and reason."""
    look = look_at()
    if look is None:
        return render_template("comparison/compare.html", look=None)
    found = look.found(page_asked_for(), ROWS)
    return render_template(
        "comparison/compare.html",
        look=look,
        summary=found.summary,
        contrasts=contrasts(found.summary),
        sides=["Figure", *([side, "number"] for side in SIDES)],
        rows=compared(session(), look.at, found.streams, found.ids),
        page=page_of(found.summary.proposals, ROWS),
        most_bars=ROWS,
    )


@room.get("/decisions/compare/chart.svg")
@allow(Act.COMPARE)
def compare_chart() -> Any:
    """What was asked and awarded as a picture; `width=narrow` draws it for a telephone."""
    look = something_at()
    found = look.found(1, ROWS)
    rows = compared(session(), look.at, found.streams, found.ids)
    return picture(svg(asked_and_awarded_of(found.summary, rows, narrow=is_narrow())))


@room.get("/decisions/compare/where")
@allow(Act.COMPARE)
def where() -> Any:
    """Where the money went and where it did not: in groups, and by level, area and theme."""
    look = look_at()
    if look is None:
        return render_template("comparison/compare.html", look=None)
    by, meets = _by(), _meets()
    groups, met = spreading.went(session(), look.at, by)
    gaps = spreading.gaps(met)
    return render_template(
        "comparison/where.html",
        look=look,
        by=by,
        dimensions=spreading.DIMENSIONS,
        groups=groups,
        whole=sum((group.tally for group in groups), Tally()),
        meets=meets,
        meeting=MEETS,
        spread=spreading.spread(met, meets),
        gaps=gaps[:ROWS],
        more_gaps=max(len(gaps) - ROWS, 0),
    )


@room.get("/decisions/compare/where.svg")
@allow(Act.COMPARE)
def where_chart() -> Any:
    """Prevention levels by area, or by theme, as a picture."""
    met = spreading.meetings(session(), something_at().at)
    drawn = met_in(spreading.spread(met, _meets()), MEETS[_meets()], narrow=is_narrow())
    return picture(svg(drawn))


def _by() -> str:
    """What to group by; the lead organisation where the address does not say, or says what is none."""
    asked = request.args.get("by", "lead")
    return asked if asked in spreading.DIMENSIONS else "lead"


def _meets() -> str:
    asked = request.args.get("meets", "area")
    return asked if asked in MEETS else "area"


@room.get("/decisions/compare/turned-down")
@allow(Act.COMPARE)
def turned_down_page() -> Any:
    """Why proposals were turned down, which of them others funded, and which came back."""
    look = look_at()
    if look is None:
        return render_template("comparison/compare.html", look=None)
    reasons, rejections = turned_down.rejections(session(), look.at)
    differing, returned = turned_down.decided_again(session(), look.at)
    return render_template(
        "comparison/turned_down.html",
        look=look,
        groups=reasons,
        rejections=rejections,
        differing=differing,
        returned=returned,
        few=turned_down.FEW,
    )


@room.get("/decisions/compare/became")
@allow(Act.COMPARE)
def became() -> Any:
    """What became of the funded: spend against award, what was left, what came late, what was reached."""
    look = look_at()
    if look is None:
        return render_template("comparison/compare.html", look=None)
    only = becoming.awards_of(session(), look.at)
    awards, number = becoming.awards_compared(session(), only, page_asked_for(), ROWS)
    return render_template(
        "comparison/became.html",
        look=look,
        years=becoming.by_year(session(), look.at, only, today()),
        rows=becoming.became(session(), look.at, awards, today()),
        page=page_of(number, ROWS),
    )
