"""Success measures by police area; outputs and outcomes by project."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from sqlalchemy import or_

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within, get_award, reaches
from portfolio.funding_years.queries import areas_of, programmes
from portfolio.measures.actions import (
    abandon_measure,
    add_indicator,
    add_measure,
    define_anew,
    record_observation,
    record_result,
)
from portfolio.measures.forms import (
    AbandonForm,
    Availability,
    DefinitionForm,
    IndicatorForm,
    MeasureForm,
    ObservationForm,
    ResultForm,
)
from portfolio.measures.models import Measure
from portfolio.measures.queries import (
    find_standing,
    get_indicator,
    get_measure,
    indicators,
    indicators_of,
    measures_within,
    observations_of,
    standing_observations,
)
from portfolio.measures.showing import progress_of, series_of
from portfolio.people.rules import Act
from portfolio.quarters import Quarter, between
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged
from portfolio.words import figure

room = Blueprint("measures", __name__)
room.add_app_template_filter(figure)
A_PAGE = 20


@room.get("/measures")
@allow(Act.SEE_MEASURES)
def index() -> Any:
    """Every measure within reach with its series, newest quarter first."""
    rows, page = paged(measures_within(viewer().within(Act.SEE_MEASURES)), A_PAGE)
    found = standing_observations(session(), [row.id for row in rows])
    return render_template(
        "measures/index.html",
        series=[series_of(row, found.get(row.id, {}), today()) for row in rows],
        page=page,
        records=viewer().may(Act.SET_MEASURES),
    )


def _measure(number: int, act: Act) -> Measure:
    return get_measure(session(), number, viewer().within(act))


@room.get("/measures/<int:number>")
@allow(Act.SEE_MEASURES)
def measure(number: int) -> Any:
    """One measure: its series, every version of its definition, and what can be done with it."""
    return _shown(_measure(number, Act.SEE_MEASURES))


def _shown(row: Measure, definition: DefinitionForm | None = None, abandoning: AbandonForm | None = None) -> str:
    found = standing_observations(session(), [row.id])
    return render_template(
        "measures/measure.html",
        series=series_of(row, found.get(row.id, {}), today()),
        definition=definition or DefinitionForm(formdata=None, obj=row.definitions[-1]),
        abandoning=abandoning or AbandonForm(formdata=None),
        records=viewer().may(Act.SET_MEASURES),
    )


@room.get("/measures/new")
@allow(Act.SET_MEASURES)
def new() -> Any:
    """The form for a new measure."""
    return _adding(MeasureForm())


def _adding(form: MeasureForm) -> str:
    form.offer(programmes(session()), areas_of(session(), viewer().within(Act.SET_MEASURES)))
    return render_template("measures/new.html", form=form)


@room.post("/measures/new")
@allow(Act.SET_MEASURES, deed="Added a measure")
def add() -> Any:
    """Adds a measure."""
    form = MeasureForm()
    grants = {row.id: row for row in programmes(session())}
    areas = {row.id: row for row in areas_of(session(), viewer().within(Act.SET_MEASURES))}
    form.offer(grants.values(), areas.values())
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            row = add_measure(
                session(),
                grants[form.programme.data],
                areas[form.area.data],
                code=form.code.data,
                name=form.name.data,
                text=form.text.data,
                geography=form.geography.data,
                source=form.source.data,
            )
            commit()
        if outcome.ok:
            flash(f"{row.name} is added.", "success")
            return redirect(url_for(".measure", number=row.id))
    return _adding(form), 422


@room.post("/measures/<int:number>/define")
@allow(Act.SET_MEASURES, deed="Defined a measure anew")
def define(number: int) -> Any:
    """Gives a measure a new version of its definition."""
    row, form = _measure(number, Act.SET_MEASURES), DefinitionForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            define_anew(session(), row, text=form.text.data, geography=form.geography.data, source=form.source.data)
            commit()
        if outcome.ok:
            flash("The new definition is recorded.", "success")
            return redirect(url_for(".measure", number=number))
    return _shown(_measure(number, Act.SET_MEASURES), definition=form), 422


@room.post("/measures/<int:number>/abandon")
@allow(Act.SET_MEASURES, deed="Abandoned a measure")
def abandon(number: int) -> Any:
    """Says that something is measured no longer."""
    row, form = _measure(number, Act.SET_MEASURES), AbandonForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            abandon_measure(row, form.because.data)
            commit()
        if outcome.ok:
            flash(f"{row.name} is no longer measured. What was recorded stays.", "success")
            return redirect(url_for(".measure", number=number))
    return _shown(_measure(number, Act.SET_MEASURES), abandoning=form), 422


@room.get("/measures/<int:number>/<quarter:quarter>")
@allow(Act.SET_MEASURES)
def observe(number: int, quarter: Quarter) -> Any:
    """The form for one quarter's figure, and what was said of it before."""
    row = _measure(number, Act.SET_MEASURES)
    standing = find_standing(session(), row, quarter)
    form = ObservationForm(formdata=None)
    if standing is not None:
        form.available.data = Availability.NONE if standing.value is None else Availability.FIGURE
        form.value.data, form.unavailable.data = standing.value, standing.unavailable or ""
    return _observing(row, quarter, form)


def _observing(row: Measure, quarter: Quarter, form: ObservationForm) -> str:
    before = observations_of(session(), row, quarter)
    return render_template("measures/observe.html", measure=row, quarter=quarter, form=form, before=before)


@room.post("/measures/<int:number>/<quarter:quarter>")
@allow(Act.SET_MEASURES, deed="Recorded a measure")
def record(number: int, quarter: Quarter) -> Any:
    """Records it; what was said before stays in sight."""
    row, form = _measure(number, Act.SET_MEASURES), ObservationForm()
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
            )
            commit()
        if outcome.ok:
            flash(f"{quarter.short} is recorded.", "success")
            return redirect(url_for(".measure", number=number))
    return _observing(_measure(number, Act.SET_MEASURES), quarter, form), 422


@room.get("/measures/projects")
@allow(Act.SEE_MEASURES, Act.CLAIM)
def projects() -> Any:
    """What projects promised, against their targets."""
    rows, page = paged(indicators(_reach()))
    return render_template("measures/projects.html", rows=progress_of(rows), page=page)


def _reach() -> Any:
    """The awards whose outputs the viewer sees: those of their partnerships, and those they lead."""
    return or_(awards_within(viewer().within(Act.SEE_MEASURES)), awards_within(viewer().within(Act.CLAIM)))


def _may_record(award: Award) -> bool:
    """Leads record what their own projects did; those who keep measures record any."""
    return any(reaches(viewer().within(act), award) for act in (Act.SET_MEASURES, Act.CLAIM))


def _recorded(reference: str, csp_key: str) -> Award:
    may = or_(*(awards_within(viewer().within(act)) for act in (Act.SET_MEASURES, Act.CLAIM)))
    return get_award(session(), reference, csp_key, may)


@room.get("/measures/projects/<reference>/<csp_key>")
@allow(Act.SEE_MEASURES, Act.CLAIM)
def project(reference: str, csp_key: str) -> Any:
    """One project's outputs and outcomes."""
    return _project(get_award(session(), reference, csp_key, _reach()), IndicatorForm())


def _project(award: Award, form: IndicatorForm) -> str:
    return render_template(
        "measures/project.html",
        award=award,
        rows=progress_of(indicators_of(session(), award)),
        form=form,
        records=_may_record(award),
    )


@room.post("/measures/projects/<reference>/<csp_key>")
@allow(Act.SET_MEASURES, Act.CLAIM, deed="Added an indicator")
def promise(reference: str, csp_key: str) -> Any:
    """Adds an output or outcome."""
    award, form = _recorded(reference, csp_key), IndicatorForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            add_indicator(
                session(),
                award,
                form.kind.data,
                name=form.name.data,
                unit=form.unit.data,
                target=form.target.data,
            )
            commit()
        if outcome.ok:
            flash("It is added.", "success")
            return redirect(url_for(".project", reference=reference, csp_key=csp_key))
    return _project(_recorded(reference, csp_key), form), 422


@room.get("/measures/projects/<reference>/<csp_key>/<int:number>")
@allow(Act.SET_MEASURES, Act.CLAIM)
def result(reference: str, csp_key: str, number: int) -> Any:
    """The form for what an indicator came to in a quarter."""
    return _resulting(_recorded(reference, csp_key), number, ResultForm())


def _quarters(award: Award) -> list[Quarter]:
    return [quarter for quarter in between(award.starts_on, award.ends_on) if quarter.first_day <= today()]


def _resulting(award: Award, number: int, form: ResultForm) -> str:
    form.offer(_quarters(award))
    (row,) = progress_of([get_indicator(session(), award, number)])
    return render_template("measures/result.html", award=award, row=row, form=form)


@room.post("/measures/projects/<reference>/<csp_key>/<int:number>")
@allow(Act.SET_MEASURES, Act.CLAIM, deed="Recorded a result")
def came_to(reference: str, csp_key: str, number: int) -> Any:
    """Records it."""
    award, form = _recorded(reference, csp_key), ResultForm()
    row, quarters = get_indicator(session(), award, number), _quarters(award)
    form.offer(quarters)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            record_result(session(), row, quarters[form.quarter.data], form.value.data, today=today())
            commit()
        if outcome.ok:
            flash("The figure is recorded.", "success")
            return redirect(url_for(".project", reference=reference, csp_key=csp_key))
    return _resulting(_recorded(reference, csp_key), number, form), 422
