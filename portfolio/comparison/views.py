"""The comparison of funded with rejected proposals, and its chart at an address of its own."""

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, render_template, request, url_for

from portfolio.comparison import figures
from portfolio.comparison.charts import asked_and_awarded_of
from portfolio.comparison.figures import Compared
from portfolio.comparison.forms import CompareFilter
from portfolio.comparison.slices import Slice
from portfolio.decisions.listing import listed, years_seen_by
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP
from portfolio.funding_years.queries import csps_of, csps_within, programmes
from portfolio.people.rules import Act
from portfolio.quarters import FinancialYear
from portfolio.web.access import allow, viewer
from portfolio.web.database import session
from portfolio.web.paging import paged
from portfolio.words import begin
from reports.charts import svg

room = Blueprint("comparison", __name__)

MOST_BARS = 25
FEW = 50


@dataclass(frozen=True)
class Look:
    """What the address asks to compare, and the form that says so."""

    form: CompareFilter
    at: Slice
    csps: frozenset[int]
    csp: CSP | None

    def address(self, endpoint: str, **more: str) -> str:
        """The same view at another address."""
        chosen = {name: value for name, value in self.form.data.items() if value}
        return url_for(endpoint, **{**chosen, **more})


@room.get("/decisions/compare")
@allow(Act.COMPARE)
def compare() -> Any:
    """Funded and rejected proposals side by side: figures, chart, table, and what partnerships saw differently."""
    look = _look()
    if look is None:
        return render_template("comparison/compare.html", look=None)
    found, page = paged(figures.proposals_compared(look.at))
    differing = session().scalars(figures.decided_differently(look.at).limit(FEW)).all()
    rows = {each.proposal.id: each for each in listed(session(), [*found, *differing], look.at.stream)}
    return render_template(
        "comparison/compare.html",
        look=look,
        summary=figures.summary(session(), look.at),
        rows=[Compared(rows[proposal.id], look.csps) for proposal in found],
        page=page,
        differing=[rows[proposal.id] for proposal in differing],
        rejections=session().scalars(figures.rejections(look.at).limit(FEW)).all(),
        most_bars=MOST_BARS,
        few=FEW,
    )


@room.get("/decisions/compare/chart.svg")
@allow(Act.COMPARE)
def compare_chart() -> Any:
    """The comparison as a picture; `width=narrow` draws it for a telephone."""
    look = _look()
    if look is None:
        raise NotFound("There is nothing to draw")
    found = session().scalars(figures.proposals_compared(look.at).limit(MOST_BARS)).all()
    rows = [Compared(each, look.csps) for each in listed(session(), found, look.at.stream)]
    chart = asked_and_awarded_of(
        figures.summary(session(), look.at), rows, narrow=request.args.get("width") == "narrow"
    )
    return Response(svg(chart), mimetype="image/svg+xml")


def _look() -> Look | None:
    """What to compare, as the address says; the newest year where it does not. None where nothing is to be seen."""
    reach = viewer().within(Act.COMPARE)
    years, csps = years_seen_by(session(), viewer()), csps_of(session(), reach)
    if not years:
        return None
    form = CompareFilter(formdata=request.args)
    grants = programmes(session())
    form.stream.choices = [
        (name, begin(name)) for name in dict.fromkeys(row.name for grant in grants for row in grant.streams)
    ]
    form.programme.choices = [(code, code) for code in dict.fromkeys(grant.code for grant in grants)]
    form.offer_places(years, csps)
    form.year.blank, form.year.data = None, form.year.data or years[0].slug
    if len(csps) == 1 and not form.csp.data:
        form.csp.data = csps[0].key
    if not form.validate():
        raise NotFound("There is nothing of that kind to compare")
    csp = next((row for row in csps if row.key == form.csp.data), None)
    within = csps_within(reach) if csp is None else CSP.id == csp.id
    year = FinancialYear.parse(form.year.data)
    reached = frozenset(row.id for row in (csps if csp is None else [csp]))
    return Look(form, Slice(year, within, form.stream.data, form.programme.data), reached, csp)
