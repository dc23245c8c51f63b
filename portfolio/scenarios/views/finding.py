"""The page that asks for the set that scores best, and shows what comes next and what tipped it."""

from typing import Any

from flask import render_template, request, url_for

from portfolio.errors import PortfolioError
from portfolio.people.rules import Act
from portfolio.scenarios.forms.finding import best_form
from portfolio.scenarios.forms.working import told_of
from portfolio.scenarios.rules import Plan
from portfolio.scenarios.showing import best_told
from portfolio.scenarios.views.room import place, room
from portfolio.web.access import allow
from portfolio.web.errors import put_on


@room.get("/scenarios/rounds/<int:year_id>/<csp_key>/best")
@allow(Act.TRY)
def best(year_id: int, csp_key: str) -> Any:
    """What must be kept to, and, where it is asked, the best set: the address says both, so it can be passed on."""
    at = place(year_id, csp_key)
    form = best_form(at, request.args)
    found = None
    if "asked" in request.args and form.validate():
        try:
            found = best_told(at, form.plan(), form.wanted())
        except PortfolioError as error:
            put_on(form, error.sentence, error.field)

    def workspace(plan: Plan) -> str:
        return url_for(".new", year_id=year_id, csp_key=csp_key, **told_of(plan, at))

    return render_template("scenarios/best.html", form=form, at=at, found=found, workspace=workspace)
