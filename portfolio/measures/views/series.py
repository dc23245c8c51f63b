"""The success measures of police areas: their series, and what is recorded of a quarter."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.measures.actions import record_observation
from portfolio.measures.charts import series_chart
from portfolio.measures.forms import AbandonForm, Availability, ObservationForm, RedefinitionForm
from portfolio.measures.models import Measure
from portfolio.measures.queries import find_standing, measures_within, observations_of, standing_observations
from portfolio.measures.showing import Series, series_of
from portfolio.measures.views.room import as_published, measure_at, room
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged
from portfolio.web.pictures import is_narrow, picture
from reports.charts import svg

A_PAGE = 20
NEWEST = 8
"""Quarters of each measure where all measures stand: two years."""


@room.get("/measures")
@allow(Act.SEE_MEASURES)
def index() -> Any:
    """Every measure within reach with its newest quarters, newest first."""
    rows, page = paged(measures_within(viewer().within(Act.SEE_MEASURES)), A_PAGE)
    found = standing_observations(session(), [row.id for row in rows])
    return render_template(
        "measures/index.html",
        series=[series_of(row, found.get(row.id, {}), today()) for row in rows],
        page=page,
        records=viewer().may(Act.SET_MEASURES) and not as_published(),
        published=as_published(),
        newest=NEWEST,
    )


def _series(row: Measure) -> Series:
    return series_of(row, standing_observations(session(), [row.id]).get(row.id, {}), today())


@room.get("/measures/<int:number>")
@allow(Act.SEE_MEASURES)
def measure(number: int) -> Any:
    """One measure: its series, every version of its definition, and what can be done with it."""
    return shown(measure_at(number, Act.SEE_MEASURES))


def shown(row: Measure, definition: RedefinitionForm | None = None, abandoning: AbandonForm | None = None) -> str:
    """A measure's page, with what was typed into its forms."""
    series, published = _series(row), as_published()
    return render_template(
        "measures/measure.html",
        series=series,
        chart=series_chart(series, published=published),
        definition=definition or _present(row),
        abandoning=abandoning or AbandonForm(formdata=None),
        records=viewer().may(Act.SET_MEASURES) and not published,
        published=published,
    )


def _present(row: Measure) -> RedefinitionForm:
    """The present definition to begin with; why it changes is said anew."""
    form = RedefinitionForm(formdata=None, obj=row.definitions[-1])
    form.because.data = ""
    return form


@room.get("/measures/<int:number>/chart.svg")
@allow(Act.SEE_MEASURES)
def chart(number: int) -> Any:
    """A measure's series as a picture."""
    series = _series(measure_at(number, Act.SEE_MEASURES))
    return picture(svg(series_chart(series, published=as_published(), narrow=is_narrow())))


@room.get("/measures/<int:number>/<quarter:quarter>")
@allow(Act.SET_MEASURES)
def observe(number: int, quarter: Quarter) -> Any:
    """The form for one quarter's figure, and what was said of it before."""
    row = measure_at(number, Act.SET_MEASURES)
    standing = find_standing(session(), row, quarter)
    form = ObservationForm(formdata=None)
    form.version.data = row.definitions[-1].version
    if standing is not None:
        form.version.data = standing.definition.version
        form.available.data = Availability.NONE if standing.value is None else Availability.FIGURE
        form.value.data, form.unavailable.data = standing.value, standing.unavailable or ""
    return _observing(row, quarter, form)


def _observing(row: Measure, quarter: Quarter, form: ObservationForm) -> str:
    form.offer(row.definitions)
    before = observations_of(session(), row, quarter)
    return render_template("measures/observe.html", measure=row, quarter=quarter, form=form, before=before)


@room.post("/measures/<int:number>/<quarter:quarter>")
@allow(Act.SET_MEASURES, deed="Recorded a measure")
def record(number: int, quarter: Quarter) -> Any:
    """Records it; what was said before stays in sight."""
    row, form = measure_at(number, Act.SET_MEASURES), ObservationForm()
    form.offer(row.definitions)
    if form.validate_on_submit():
        there = form.available.data is Availability.FIGURE
        with refusals_on(form) as outcome:
            record_observation(
                session(),
                row,
                quarter,
                value=form.value.data if there else None,
                unavailable=None if there else form.unavailable.data,
                by=viewer().mark,
                now=moment(),
                today=today(),
                version=form.version.data,
            )
            commit()
        if outcome.ok:
            flash(f"{quarter.short} is recorded.", "success")
            return redirect(url_for(".measure", number=number))
    return _observing(measure_at(number, Act.SET_MEASURES), quarter, form), 422
