"""The public page of what was published, and the pages on which it is looked at, left out and published."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within, get_award
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import get_year, years_within
from portfolio.open_data import actions, queries, showing
from portfolio.open_data.forms import (
    FunderForm,
    GivenOnForm,
    LeaveOutForm,
    PublisherForm,
    PublishForm,
    RecipientForm,
    ShowForm,
)
from portfolio.open_data.models import PublishedFile
from portfolio.open_data.rules import LICENCE
from portfolio.people.actions import get_person
from portfolio.people.models import Person
from portfolio.people.rules import Act
from portfolio.web.access import allow, public, viewer
from portfolio.web.clock import moment
from portfolio.web.database import commit, session
from portfolio.web.downloads import file_download
from portfolio.web.errors import refusals_on
from portfolio.web.forms import ButtonForm, Form
from portfolio.web.paging import paged_list

room = Blueprint("open_data", __name__)


@room.get("/open-data")
@public()
def published() -> Any:
    """What is published of every year, for everybody."""
    return render_template("open_data/published.html", publications=queries.latest_of_all(session()), licence=LICENCE)


@room.get("/open-data/<int:year_id>/<name>")
@public()
def public_file(year_id: int, name: str) -> Any:
    """A file of a year's latest version, at an address that stays."""
    return _hand_out(queries.get_public_file(session(), year_id, name))


@room.get("/open-data/years")
@allow(Act.SEE_RETURNS)
def years() -> Any:
    """The funding years within reach, to look at what is or would be published of them."""
    found = session().scalars(years_within(viewer().within(Act.SEE_RETURNS))).all()
    latest = {one.funding_year_id: one for one in queries.latest_of_all(session())}
    return render_template("open_data/years.html", years=found, latest=latest)


@room.get("/open-data/years/<int:year_id>")
@allow(Act.SEE_RETURNS)
def preview(year_id: int) -> Any:
    """What would be published of a year now: each award, and what is missing."""
    return _show_preview(_year(year_id, Act.SEE_RETURNS), PublishForm())


@room.post("/open-data/years/<int:year_id>")
@allow(Act.PUBLISH, deed="Published grants as open data")
def publish(year_id: int) -> Any:
    """Publishes it, as it was looked at."""
    year, form = _year(year_id, Act.PUBLISH), PublishForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            row = actions.publish(
                session(), year, by=_me(), at=moment(), seen=form.seen.data or "", note=form.note.data
            )
            commit()
        if outcome.ok:
            flash(f"Version {row.version} is published. Everybody can see it.", "success")
            return redirect(url_for(".preview", year_id=year_id))
    return _show_preview(year, form), 422


def _show_preview(year: FundingYear, form: PublishForm) -> str:
    shown = showing.preview(session(), year, viewer().within(Act.SEE_RETURNS))
    show = ShowForm(formdata=request.args if request.method == "GET" else None)
    wanted = showing.State.__members__.get((show.show.data or "").upper()) if show.validate() else None
    lines, page = paged_list([line for line in shown.lines if wanted in (None, line.state)])
    form.seen.data = shown.digest
    return render_template(
        "open_data/preview.html",
        year=year,
        shown=shown,
        lines=lines,
        page=page,
        form=form,
        show=show,
        wanted=wanted,
        counts=[(state.value, shown.count(state)) for state in showing.State],
        may_publish=viewer().within(Act.PUBLISH).holds_area(year.police_area_id),
    )


@room.get("/open-data/years/<int:year_id>/draft/<name>")
@allow(Act.PUBLISH)
def draft(year_id: int, name: str) -> Any:
    """A file as it would be published now, to be looked at and validated first."""
    year = _year(year_id, Act.PUBLISH)
    parcel = actions.parcel_of(session(), year)
    if name not in parcel.names:
        flash("That file is not part of the next version.", "error")
        return redirect(url_for(".preview", year_id=year_id))
    latest = queries.find_latest(session(), year)
    files = parcel.files(1 if latest is None else latest.version + 1, moment())
    return _hand_out(next(file for file in files if file.name == name))


@room.get("/open-data/years/<int:year_id>/<int:version>/<name>")
@allow(Act.SEE_RETURNS)
def kept_file(year_id: int, version: int, name: str) -> Any:
    """A file of any version, also of one that was replaced."""
    return _hand_out(queries.get_file(session(), _year(year_id, Act.SEE_RETURNS), version, name))


@room.get("/open-data/years/<int:year_id>/publisher")
@allow(Act.PUBLISH)
def publisher(year_id: int) -> Any:
    """Who publishes for the year's police area."""
    year = _year(year_id, Act.PUBLISH)
    present = queries.publisher_of(session(), year.police_area)
    return _ask("publisher", PublisherForm(obj=present), year)


@room.post("/open-data/years/<int:year_id>/publisher")
@allow(Act.PUBLISH, deed="Set who publishes open data")
def set_publisher(year_id: int) -> Any:
    """Sets it."""
    year, form = _year(year_id, Act.PUBLISH), PublisherForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.set_publisher(
                session(),
                year.police_area,
                prefix=form.prefix.data,
                name=form.name.data,
                org_id=form.org_id.data or None,
            )
            commit()
        if outcome.ok:
            flash("Who publishes is saved.", "success")
            return redirect(url_for(".preview", year_id=year_id))
    return _ask("publisher", form, year), 422


@room.get("/open-data/awards/<reference>/<csp_key>")
@allow(Act.SEE_RETURNS)
def award(reference: str, csp_key: str) -> Any:
    """One award, field by field as it would be published; and leaving it out."""
    return _show_award(_award(reference, csp_key, Act.SEE_RETURNS), LeaveOutForm())


@room.post("/open-data/awards/<reference>/<csp_key>")
@allow(Act.EXEMPT, deed="Left an award out of what is published")
def leave_out(reference: str, csp_key: str) -> Any:
    """Leaves it out."""
    found, form = _award(reference, csp_key, Act.EXEMPT), LeaveOutForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.leave_out(session(), found, form.because.data, by=_me(), at=moment())
            commit()
        if outcome.ok:
            flash(
                "The award is left out from the next version on. Publish one to take it off the public page.", "success"
            )
            return redirect(url_for(".award", reference=reference, csp_key=csp_key))
    return _show_award(found, form), 422


@room.post("/open-data/exemptions/<int:number>/end")
@allow(Act.EXEMPT, deed="Let an award be published again")
def end_exemption(number: int) -> Any:
    """Ends an exemption."""
    row = queries.get_exemption(session(), number, viewer().within(Act.EXEMPT))
    found, form = row.award, ButtonForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.end_exemption(session(), row, by=_me(), at=moment())
            commit()
        if outcome.ok:
            flash("The award is published again with the next version.", "success")
            return redirect(url_for(".award", reference=found.proposal.reference, csp_key=found.csp.key))
    return _show_award(found, LeaveOutForm(formdata=None), form), 422


def _show_award(found: Award, form: LeaveOutForm, button: ButtonForm | None = None) -> str:
    line = showing.line_of(session(), found)
    present = queries.publisher_of(session(), found.csp.police_area)
    return render_template(
        "open_data/award.html",
        award=found,
        year=found.proposal.funding_year,
        line=line,
        fields=[] if line is None else showing.fields_of(line, present),
        exemptions=queries.exemptions_of_award(session(), found),
        form=form,
        button=button or ButtonForm(formdata=None),
        sees_return=line is not None
        and queries.reaches_return(session(), line.grant.return_id, viewer().within(Act.SEE_RETURNS)),
        may_exempt=viewer().within(Act.EXEMPT).holds(found.csp_id, found.csp.police_area_id),
    )


@room.get("/open-data/awards/<reference>/<csp_key>/recipient")
@allow(Act.PUBLISH)
def recipient(reference: str, csp_key: str) -> Any:
    """The identifier of who receives an award."""
    found = _award(reference, csp_key, Act.PUBLISH)
    return _ask("recipient", RecipientForm(obj=found.proposal.lead_organisation), found.proposal.funding_year, found)


@room.post("/open-data/awards/<reference>/<csp_key>/recipient")
@allow(Act.PUBLISH, deed="Recorded an organisation identifier")
def identify_recipient(reference: str, csp_key: str) -> Any:
    """Records it."""
    found, form = _award(reference, csp_key, Act.PUBLISH), RecipientForm()

    def identify() -> None:
        actions.identify_recipient(session(), found.proposal.lead_organisation, org_id=form.org_id.data or None)

    return _do("recipient", form, found, identify)


@room.get("/open-data/awards/<reference>/<csp_key>/funder")
@allow(Act.PUBLISH)
def funder(reference: str, csp_key: str) -> Any:
    """The authority that an award's partnership gives its grants by."""
    found = _award(reference, csp_key, Act.PUBLISH)
    return _ask("funder", FunderForm(obj=found.csp), found.proposal.funding_year, found)


@room.post("/open-data/awards/<reference>/<csp_key>/funder")
@allow(Act.PUBLISH, deed="Recorded who makes a partnership's grants")
def identify_funder(reference: str, csp_key: str) -> Any:
    """Records it."""
    found, form = _award(reference, csp_key, Act.PUBLISH), FunderForm()

    def identify() -> None:
        actions.identify_funder(
            session(),
            found.csp,
            authority=form.authority.data or None,
            org_id=form.org_id.data or None,
            gss=form.gss.data or None,
        )

    return _do("funder", form, found, identify)


@room.get("/open-data/awards/<reference>/<csp_key>/given-on")
@allow(Act.PUBLISH)
def given_on(reference: str, csp_key: str) -> Any:
    """Whether an award is given on as grants."""
    found = _award(reference, csp_key, Act.PUBLISH)
    return _ask("given_on", GivenOnForm(obj=found), found.proposal.funding_year, found)


@room.post("/open-data/awards/<reference>/<csp_key>/given-on")
@allow(Act.PUBLISH, deed="Recorded whether an award is given on as grants")
def give_on(reference: str, csp_key: str) -> Any:
    """Records it."""
    found, form = _award(reference, csp_key, Act.PUBLISH), GivenOnForm()
    return _do("given_on", form, found, lambda: actions.give_on(session(), found, form.regrants_to.data or None))


def _me() -> Person:
    return get_person(session(), viewer().person_id)


def _year(year_id: int, act: Act) -> FundingYear:
    return get_year(session(), year_id, viewer().within(act))


def _award(reference: str, csp_key: str, act: Act) -> Award:
    return get_award(session(), reference, csp_key, awards_within(viewer().within(act)))


def _ask(template: str, form: Form, year: FundingYear, found: Award | None = None) -> str:
    return render_template(f"open_data/{template}.html", form=form, year=year, award=found)


def _do(template: str, form: Form, found: Award, deed: Callable[[], None]) -> Any:
    """Record something of an award for its next version; what is refused is said on the page that it was asked on."""
    year = found.proposal.funding_year
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            deed()
            commit()
        if outcome.ok:
            flash("That is saved. The next version has it.", "success")
            return redirect(url_for(".preview", year_id=year.id))
    return _ask(template, form, year, found), 422


def _hand_out(file: PublishedFile) -> Any:
    return file_download(file.name, file.content, file.media_type)
