"""Outputs and outcomes of projects: what was promised, and what came of it by quarter."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import or_

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within, get_award, reaches
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP
from portfolio.funding_years.queries import csps_of
from portfolio.measures.actions import add_indicator, change_indicator, record_result
from portfolio.measures.charts import indicator_chart, targets_chart
from portfolio.measures.forms import ChangeIndicatorForm, IndicatorForm, ProjectsFilter, ResultForm
from portfolio.measures.queries import get_indicator, indicators, indicators_of, wanted, years_with_indicators
from portfolio.measures.showing import progress_of
from portfolio.measures.views.room import as_published, room
from portfolio.people.rules import Act
from portfolio.quarters import FinancialYear, Quarter, between
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged
from portfolio.web.pictures import is_narrow, picture
from reports.charts import svg


@room.get("/measures/projects")
@allow(Act.SEE_MEASURES, Act.CLAIM)
def projects() -> Any:
    """What projects promised, against their targets; the address says which of them."""
    form = ProjectsFilter(formdata=request.args)
    form.offer_places(years_with_indicators(session(), _reach()), _csps())
    if not form.validate():
        raise NotFound("There is nothing of that kind")
    year = FinancialYear.parse(form.year.data) if form.year.data else None
    rows, page = paged(indicators(_reach() & wanted(year, form.csp.data, form.kind.data)))
    narrowed = {name: str(value) for name, value in form.data.items() if value}
    return render_template(
        "measures/projects.html",
        rows=progress_of(rows, published=as_published()),
        page=page,
        form=form,
        narrowed=narrowed,
        published=as_published(),
    )


def _csps() -> list[CSP]:
    """The partnerships that the viewer can narrow the list to: one who leads projects sees them by project."""
    return list(csps_of(session(), viewer().within(Act.SEE_MEASURES)))


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
    rows, published = indicators_of(session(), award), as_published()
    return render_template(
        "measures/project.html",
        award=award,
        rows=progress_of(rows, published=published),
        chart=targets_chart(_titled(award), rows, published=published),
        form=form,
        records=_may_record(award) and not published,
        published=published,
    )


def _titled(award: Award) -> str:
    return f"Outputs and outcomes of {award.proposal.reference}"


@room.get("/measures/projects/<reference>/<csp_key>/chart.svg")
@allow(Act.SEE_MEASURES, Act.CLAIM)
def project_chart(reference: str, csp_key: str) -> Any:
    """One project's outputs and outcomes beside their targets, as a picture."""
    award = get_award(session(), reference, csp_key, _reach())
    rows = indicators_of(session(), award)
    return picture(svg(targets_chart(_titled(award), rows, published=as_published(), narrow=is_narrow())))


@room.post("/measures/projects/<reference>/<csp_key>")
@allow(Act.SET_MEASURES, Act.CLAIM, deed="Added an indicator")
def promise(reference: str, csp_key: str) -> Any:
    """Adds an output or outcome."""
    award, form = _recorded(reference, csp_key), IndicatorForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            row = add_indicator(
                session(),
                award,
                form.kind.data,
                name=form.name.data,
                unit=form.unit.data,
                target=form.target.data,
            )
            commit()
        if outcome.ok:
            flash(f"{row.name} is added. Record what it comes to each quarter.", "success")
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
    indicator = get_indicator(session(), award, number)
    (row,) = progress_of([indicator])
    return render_template(
        "measures/result.html",
        award=award,
        row=row,
        form=form,
        chart=indicator_chart(indicator),
        changes=reaches(viewer().within(Act.SET_MEASURES), award),
    )


@room.get("/measures/projects/<reference>/<csp_key>/<int:number>/chart.svg")
@allow(Act.SET_MEASURES, Act.CLAIM)
def result_chart(reference: str, csp_key: str, number: int) -> Any:
    """What one output or outcome had come to by each quarter, as a picture."""
    row = get_indicator(session(), _recorded(reference, csp_key), number)
    return picture(svg(indicator_chart(row, narrow=is_narrow())))


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
            flash(f"{row.name}: the figure is recorded.", "success")
            return redirect(url_for(".project", reference=reference, csp_key=csp_key))
    return _resulting(_recorded(reference, csp_key), number, form), 422


@room.get("/measures/projects/<reference>/<csp_key>/<int:number>/change")
@allow(Act.SET_MEASURES)
def change(reference: str, csp_key: str, number: int) -> Any:
    """The form for what an output or outcome is called, and its target."""
    row = get_indicator(session(), _kept(reference, csp_key), number)
    return render_template("measures/change.html", row=row, form=ChangeIndicatorForm(formdata=None, obj=row))


def _kept(reference: str, csp_key: str) -> Award:
    """A project whose targets the viewer may change: its lead may not."""
    return get_award(session(), reference, csp_key, awards_within(viewer().within(Act.SET_MEASURES)))


@room.post("/measures/projects/<reference>/<csp_key>/<int:number>/change")
@allow(Act.SET_MEASURES, deed="Changed an indicator")
def said_anew(reference: str, csp_key: str, number: int) -> Any:
    """Changes it."""
    row, form = get_indicator(session(), _kept(reference, csp_key), number), ChangeIndicatorForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            change_indicator(
                session(),
                row,
                name=form.name.data,
                unit=form.unit.data,
                target=form.target.data,
                because=form.because.data,
            )
            commit()
        if outcome.ok:
            flash(f"{row.name} is changed.", "success")
            return redirect(url_for(".project", reference=reference, csp_key=csp_key))
    row = get_indicator(session(), _kept(reference, csp_key), number)
    return render_template("measures/change.html", row=row, form=form), 422
