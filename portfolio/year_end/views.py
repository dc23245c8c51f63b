"""The register of assets, one award's assets, each of them; and the assurance of a year."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Select, true

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within, get_award, reaches
from portfolio.errors import NotFound
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import get_year, years_within
from portfolio.match_funding.queries import years_with_awards
from portfolio.money import ZERO
from portfolio.people.rules import Act
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.downloads import csv_download
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged
from portfolio.year_end import actions
from portfolio.year_end.forms import AssetForm, AssuranceForm, DisposalForm, Kept, RegisterFilter
from portfolio.year_end.models import Asset
from portfolio.year_end.queries import assets_of_award, assurances_of, get_asset, register
from portfolio.year_end.rules import assurance_due

room = Blueprint("year_end", __name__)
HEADINGS = (
    "Reference", "Partnership", "Stream", "Asset", "Serial or inventory number", "Kept at", "Bought on", "Cost",
    "Disposed of on", "Proceeds", "What became of it",
)  # fmt: skip


@room.get("/assets")
@allow(Act.SEE_ASSETS)
def index() -> Any:
    """The register of assets of a year, within reach."""
    form, years, year = _asked_for()
    if year is None:
        return render_template("year_end/register.html", year=None)
    rows, page = paged(_register(form, year))
    return render_template(
        "year_end/register.html",
        form=form,
        year=year,
        years=years,
        rows=rows,
        page=page,
        threshold=year.programme.asset_threshold,
        reaches_area=viewer().within(Act.SEE_RETURNS).holds_area(year.police_area_id),
    )


@room.get("/assets.csv")
@allow(Act.SEE_ASSETS)
def as_csv() -> Any:
    """The same as a file."""
    form, _, year = _asked_for()
    if year is None:
        raise NotFound("There is no register of assets within your reach yet")

    def lines() -> Iterator[list[str | Decimal]]:
        for one in session().scalars(_register(form, year)):
            yield [
                one.award.proposal.reference, one.award.csp.name, one.stream.name, one.description, one.serial or "",
                one.kept_at or "", one.bought_on.isoformat(), one.cost,
                one.disposed_on.isoformat() if one.disposed_on else "", one.proceeds or ZERO,
                one.disposed_because or "",
            ]  # fmt: skip

    return csv_download(f"assets_{year.year.slug}.csv", HEADINGS, lines())


def _asked_for() -> tuple[RegisterFilter, list[FundingYear], FundingYear | None]:
    """The filter, the years within reach, and the one to show: as asked for, or else the latest with awards."""
    within = viewer().within(Act.SEE_ASSETS)
    awarded = years_with_awards(session(), awards_within(within))
    not_yet = [row for row in session().scalars(years_within(within)) if row not in awarded]
    years = sorted([*not_yet, *awarded], key=lambda row: row.year, reverse=True)
    form = RegisterFilter(formdata=request.args)
    form.offer(years)
    if not form.validate():
        raise NotFound("There is no such register")
    year = next((row for row in years if row.id == form.year.data), next(iter(awarded), None))
    form.year.data = year.id if year else None
    return form, years, year


def _register(form: RegisterFilter, year: FundingYear) -> Select[Asset]:
    rows = register(year, awards_within(viewer().within(Act.SEE_ASSETS)))
    match form.kept.data:
        case Kept.STILL:
            return rows.where(Asset.disposed_on.is_(None))
        case Kept.DISPOSED:
            return rows.where(Asset.disposed_on.is_not(None))
        case _:
            return rows.where(true())


def _award(reference: str, csp_key: str, act: Act) -> Award:
    return get_award(session(), reference, csp_key, awards_within(viewer().within(act)))


@room.get("/assets/<reference>/<csp_key>")
@allow(Act.SEE_ASSETS)
def award(reference: str, csp_key: str) -> Any:
    """What was bought with one award."""
    found = _award(reference, csp_key, Act.SEE_ASSETS)
    return render_template(
        "year_end/award.html",
        award=found,
        rows=assets_of_award(session(), found),
        threshold=found.proposal.funding_year.programme.asset_threshold,
        may_record=reaches(viewer().within(Act.SET_ASSETS), found),
    )


@room.get("/assets/<reference>/<csp_key>/add")
@allow(Act.SET_ASSETS)
def new(reference: str, csp_key: str) -> Any:
    """The form for something bought."""
    return _adding(_award(reference, csp_key, Act.SET_ASSETS), AssetForm(formdata=None))


def _adding(found: Award, form: AssetForm) -> str:
    form.offer(line.stream for line in found.lines)
    return render_template("year_end/add.html", award=found, form=form)


@room.post("/assets/<reference>/<csp_key>/add")
@allow(Act.SET_ASSETS, deed="Recorded an asset")
def add(reference: str, csp_key: str) -> Any:
    """Enters it into the register."""
    found, form = _award(reference, csp_key, Act.SET_ASSETS), AssetForm()
    form.offer(line.stream for line in found.lines)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            by_id = viewer().person_id
            actions.record_asset(session(), found, form.told(), by_id=by_id, now=moment(), today=today())
            commit()
        if outcome.ok:
            flash("The asset is in the register.", "success")
            return redirect(url_for(".award", reference=reference, csp_key=csp_key))
    return _adding(_award(reference, csp_key, Act.SET_ASSETS), form), 422


@room.get("/assets/<reference>/<csp_key>/<int:number>")
@allow(Act.SET_ASSETS)
def asset(reference: str, csp_key: str, number: int) -> Any:
    """The forms for what the register says of one asset, and for what became of it."""
    found = _award(reference, csp_key, Act.SET_ASSETS)
    return _one(found, get_asset(session(), found, number))


def _one(found: Award, row: Asset, told: AssetForm | None = None, end: DisposalForm | None = None) -> str:
    told = told or AssetForm(
        formdata=None,
        data={
            "description": row.description,
            "stream": row.stream_id,
            "cost": row.cost,
            "bought_on": row.bought_on,
            "serial": row.serial,
            "kept_at": row.kept_at,
        },
    )
    told.offer(line.stream for line in found.lines)
    end = end or DisposalForm(formdata=None, data={"disposed_on": today()})
    return render_template("year_end/asset.html", award=found, asset=row, told=told, end=end)


@room.post("/assets/<reference>/<csp_key>/<int:number>")
@allow(Act.SET_ASSETS, deed="Changed an asset")
def change(reference: str, csp_key: str, number: int) -> Any:
    """Puts right what the register says."""
    found, form = _award(reference, csp_key, Act.SET_ASSETS), AssetForm()
    row = get_asset(session(), found, number, held=True)
    form.offer(line.stream for line in found.lines)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.change_asset(session(), row, form.told(), today=today())
            commit()
        if outcome.ok:
            flash("The register is changed.", "success")
            return redirect(url_for(".award", reference=reference, csp_key=csp_key))
    found = _award(reference, csp_key, Act.SET_ASSETS)
    return _one(found, get_asset(session(), found, number), told=form), 422


@room.post("/assets/<reference>/<csp_key>/<int:number>/dispose")
@allow(Act.SET_ASSETS, deed="Disposed of an asset")
def dispose(reference: str, csp_key: str, number: int) -> Any:
    """Records what became of it."""
    found, form = _award(reference, csp_key, Act.SET_ASSETS), DisposalForm()
    row = get_asset(session(), found, number, held=True)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.dispose_of(
                session(),
                row,
                on=form.disposed_on.data,
                proceeds=form.proceeds.data,
                because=form.because.data,
                by_id=viewer().person_id,
                today=today(),
            )
            commit()
        if outcome.ok:
            flash("What became of the asset is recorded.", "success")
            return redirect(url_for(".award", reference=reference, csp_key=csp_key))
    found = _award(reference, csp_key, Act.SET_ASSETS)
    return _one(found, get_asset(session(), found, number), end=form), 422


@room.get("/returns/<int:year_id>/assurance")
@allow(Act.SET_ASSURANCE)
def assuring(year_id: int) -> Any:
    """The form for the independent assurance of a year."""
    return _assuring(get_year(session(), year_id, viewer().within(Act.SET_ASSURANCE)), AssuranceForm(formdata=None))


def _assuring(year: FundingYear, form: AssuranceForm) -> str:
    return render_template(
        "year_end/assurance.html",
        year=year,
        form=form,
        rows=assurances_of(session(), year.id),
        due=assurance_due(year.year),
    )


@room.post("/returns/<int:year_id>/assurance")
@allow(Act.SET_ASSURANCE, deed="Recorded an assurance")
def assure(year_id: int) -> Any:
    """Records it; an earlier one stays on record."""
    year, form = get_year(session(), year_id, viewer().within(Act.SET_ASSURANCE)), AssuranceForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.record_assurance(
                session(),
                year,
                reference=form.reference.data,
                given_by=form.given_by.data,
                given_on=form.given_on.data,
                opinion=form.opinion.data,
                note=form.note.data,
                by_id=viewer().person_id,
                now=moment(),
                today=today(),
            )
            commit()
        if outcome.ok:
            flash("The assurance is recorded.", "success")
            return redirect(url_for("returns.year_end", year_id=year_id))
    return _assuring(get_year(session(), year_id, viewer().within(Act.SET_ASSURANCE)), form), 422
