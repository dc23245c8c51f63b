"""Adding a measure, defining it anew, and measuring it no longer."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.funding_years.queries import areas_of, programmes
from portfolio.measures.actions import abandon_measure, add_measure, define_anew
from portfolio.measures.forms import AbandonForm, MeasureForm, RedefinitionForm
from portfolio.measures.views.room import measure_at, room
from portfolio.measures.views.series import shown
from portfolio.people.rules import Act
from portfolio.web.access import allow, viewer
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on


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
    row, form = measure_at(number, Act.SET_MEASURES), RedefinitionForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            define_anew(
                session(),
                row,
                text=form.text.data,
                geography=form.geography.data,
                source=form.source.data,
                because=form.because.data,
            )
            commit()
        if outcome.ok:
            flash("The new definition is recorded.", "success")
            return redirect(url_for(".measure", number=number))
    return shown(measure_at(number, Act.SET_MEASURES), definition=form), 422


@room.post("/measures/<int:number>/abandon")
@allow(Act.SET_MEASURES, deed="Abandoned a measure")
def abandon(number: int) -> Any:
    """Says that something is measured no longer."""
    row, form = measure_at(number, Act.SET_MEASURES), AbandonForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            abandon_measure(row, form.because.data)
            commit()
        if outcome.ok:
            flash(f"{row.name} is no longer measured. What was recorded stays.", "success")
            return redirect(url_for(".measure", number=number))
    return shown(measure_at(number, Act.SET_MEASURES), abandoning=form), 422
