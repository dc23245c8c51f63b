"""The progress report of a partnership: a page that prints, a Word file, and the pictures of both."""

from typing import Any

from flask import Blueprint, render_template, url_for

from portfolio.errors import NotFound
from portfolio.funding_years.queries import years_within
from portfolio.people.rules import Act
from portfolio.progress.charts import pictures
from portfolio.progress.documents import report_file
from portfolio.progress.gathering import Gathered, gather
from portfolio.progress.telling import report_of
from portfolio.quarters import Quarter
from portfolio.returns.forms import LookForm
from portfolio.returns.queries import csps_to_show, get_place
from portfolio.returns.rules import ReturnKind, slug_of
from portfolio.returns.views.listing import asked_for
from portfolio.spend.rules import RAG
from portfolio.uploads.kinds import DOCX
from portfolio.web.access import allow, may_open, viewer
from portfolio.web.clock import today
from portfolio.web.database import session
from portfolio.web.downloads import file_download
from portfolio.web.paging import paged
from portfolio.web.pictures import is_narrow, picture
from reports.charts import svg

room = Blueprint("progress", __name__)


@room.get("/progress")
@allow(Act.SEE_PROGRESS)
def index() -> Any:
    """The partnerships within reach, each with its report of a quarter to read and to save."""
    within = viewer().within(Act.SEE_PROGRESS)
    years = list(session().scalars(years_within(within)))
    if not years:
        return render_template("progress/index.html", year=None)
    year, quarter = asked_for(years)
    form = LookForm()
    form.offer(years, year, quarter)
    csps, page = paged(csps_to_show(year, within))
    return render_template("progress/index.html", year=year, quarter=quarter, form=form, csps=csps, page=page)


def _gathered(year_id: int, quarter: Quarter, csp_key: str) -> Gathered:
    slug = slug_of(ReturnKind.CSP, csp_key)
    place = get_place(session(), year_id, quarter, slug, viewer().within(Act.SEE_PROGRESS))
    if place.csp is None or quarter.first_day > today():
        raise NotFound("There is no such report")
    return gather(session(), place.year, quarter, place.csp, today())


@room.get("/progress/<int:year_id>/<quarter:quarter>/<csp_key>")
@allow(Act.SEE_PROGRESS)
def report(year_id: int, quarter: Quarter, csp_key: str) -> Any:
    """A partnership's report of a quarter, ready to be read out, printed or saved."""
    told = _gathered(year_id, quarter, csp_key)
    return render_template(
        "progress/report.html",
        told=told,
        report=report_of(told),
        begun=[each for each in quarter.year.quarters if each.first_day <= today()],
        rags=[rag.value for rag in RAG],
        ways=_ways(told),
    )


def _ways(told: Gathered) -> dict[str, str]:
    """The pages of the proposals that the report names, by the name that it gives them."""
    if not may_open("decisions.proposal"):
        return {}
    named = [each.row for each in told.decided] + [one.first.row for one in told.interventions]
    return {f"{row.reference} {row.title}": url_for("decisions.proposal", reference=row.reference) for row in named}


@room.get("/progress/<int:year_id>/<quarter:quarter>/<csp_key>/<drawing>.svg")
@allow(Act.SEE_PROGRESS)
def chart(year_id: int, quarter: Quarter, csp_key: str, drawing: str) -> Any:
    """One of the report's pictures; `width=narrow` draws it for a telephone."""
    told = _gathered(year_id, quarter, csp_key)
    drawn = pictures(told, narrow=is_narrow()).get(drawing)
    if drawn is None:
        raise NotFound("There is nothing to draw")
    return picture(svg(drawn.chart))


@room.get("/progress/<int:year_id>/<quarter:quarter>/<csp_key>/file")
@allow(Act.SEE_PROGRESS)
def file(year_id: int, quarter: Quarter, csp_key: str) -> Any:
    """The report as a Word file."""
    name, content = report_file(_gathered(year_id, quarter, csp_key))
    return file_download(name, content, DOCX.media_type)
