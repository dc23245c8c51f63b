"""A quarter's claims for those who watch over them: the list, the list as a file, and reminders to who is late."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, Select

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within
from portfolio.people.models import Person
from portfolio.people.rules import Act, Within
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend.forms import FilterForm
from portfolio.spend.queries import counts, csps_awarding, entries, years_of
from portfolio.spend.reminding import Reminded, asked_for, remind, to_remind
from portfolio.spend.room import address_of, room
from portfolio.spend.rules import LIST_STATES, Stage
from portfolio.spend.showing import listed
from portfolio.spend.views.own import in_hand, mine
from portfolio.spend.views.queue import queue
from portfolio.web.access import allow, viewer
from portfolio.web.clock import machine_moment, today
from portfolio.web.database import commit, config, session
from portfolio.web.downloads import csv_download
from portfolio.web.filters import moment_in_numbers
from portfolio.web.forms import ButtonForm
from portfolio.web.paging import paged
from portfolio.words import begin, count

AT_ONCE = 500
"""So many rows of the file are read in one go."""
HEADINGS = (
    "Reference", "Project", "Lead organisation", "Lead", "Partnership", "Quarter", "State", "Due", "Days late",
    "Profile", "Claimed", "Submitted",
)  # fmt: skip


@dataclass(frozen=True)
class Narrowed:
    """What the address narrows the list to."""

    form: FilterForm
    quarter: Quarter
    only: Sequence[ColumnElement[bool]]
    """Conditions on the awards."""

    @property
    def every(self) -> Select[Any]:
        """The quarter's entries in every state."""
        return entries(session(), [self.quarter], today(), *self.only)

    @property
    def found(self) -> Select[Any]:
        """Those in the states asked for."""
        stages = LIST_STATES.get(self.form.stage.data or "", ())
        return entries(session(), [self.quarter], today(), *self.only, stages=stages)

    @property
    def late(self) -> Select[Any]:
        """Those that are late, whatever states are asked for."""
        return entries(session(), [self.quarter], today(), *self.only, stages=[Stage.LATE])

    def asked(self, *, with_state: bool = True) -> dict[str, Any]:
        """The same narrowing for another address."""
        said = {"quarter": self.form.quarter.data, "csp": self.form.csp.data}
        return said | ({"stage": self.form.stage.data} if with_state else {})


def _narrowed(act: Act) -> Narrowed | None:
    """The list of what the viewer watches over for an act; None where nothing is awarded there."""
    within = viewer().within(act)
    watched = Within(within.everything, within.police_areas, within.csps)
    years = years_of(session(), watched) if watched else []
    if not years:
        return None
    form = _filters(watched, years)
    only = [awards_within(watched)]
    if form.csp.data is not None:
        only.append(Award.csp_id == form.csp.data)
    return Narrowed(form, _quarter_named(form.quarter.data), only)


def _filters(watched: Within, years: Sequence[FinancialYear]) -> FilterForm:
    """The filters that the address holds; what it holds that there is not counts as not said."""
    form = FilterForm(formdata=request.args, meta={"csrf": False})
    quarters = [quarter for year in years for quarter in reversed(year.quarters)]
    form.quarter.choices = [(_name_of(quarter), str(quarter)) for quarter in quarters]
    form.csp.choices = [(csp.id, csp.name) for csp in csps_awarding(session(), watched)]
    form.validate()
    for field in (form.quarter, form.stage, form.csp):
        if field.errors:
            field.data, field.errors = None, []
    form.quarter.data = form.quarter.data or _name_of(in_hand(quarters))
    return form


def _name_of(quarter: Quarter) -> str:
    return f"{quarter.year.slug}-{quarter.name.lower()}"


def _quarter_named(name: str) -> Quarter:
    year, _, number = name.rpartition("-")
    return Quarter.parse(FinancialYear.parse(year), number)


@room.get("/spend")
@allow(Act.SEE_CLAIMS)
def index() -> Any:
    """The claims of a quarter, for those who watch over a partnership or an area; leads find their own."""
    within = viewer().within(Act.SEE_CLAIMS)
    if not Within(within.everything, within.police_areas, within.csps):
        return mine()
    asked = _narrowed(Act.SEE_CLAIMS)
    if asked is None:
        return render_template("spend/index.html", quarter=None)
    found, page = paged(asked.found)
    rows = listed(found, viewer().person_id, address_of)
    decides = viewer().may(Act.APPROVE_CLAIM)
    return render_template(
        "spend/index.html",
        quarter=asked.quarter,
        form=asked.form,
        rows=rows,
        page=page,
        counts=counts(session(), asked.every),
        approves=decides and any(row.can_be_ticked for row in rows),
        waiting=len(queue()) if decides else 0,
        reminds=viewer().may(Act.REMIND),
        asked=asked.asked(),
        leads=within.lead_id is not None,
    )


@room.get("/spend/file")
@allow(Act.SEE_CLAIMS)
def file() -> Any:
    """The list as a CSV file, all of it: who has submitted, who has not, and who is late."""
    asked = _narrowed(Act.SEE_CLAIMS)
    if asked is None:
        return redirect(url_for(".index"))
    return csv_download(f"claims-{asked.form.quarter.data}.csv", HEADINGS, _lines(asked.found))


def _lines(found: Select[Any]) -> Iterator[Sequence[str | Decimal]]:
    with_leads = found.outerjoin(Person, Person.id == Award.lead_person_id).add_columns(Person.name)
    for row, lead in session().execute(with_leads.execution_options(yield_per=AT_ONCE)):
        yield (
            row.reference,
            row.title,
            row.organisation,
            lead or "",
            row.csp_name,
            row.quarter.short,
            begin(row.stage),
            row.due.isoformat(),
            str((today() - row.due).days) if row.stage == Stage.LATE else "",
            row.profile,
            row.claimed if row.claimed is not None else "",
            moment_in_numbers(row.submitted_at) if row.submitted_at else "",
        )


@room.get("/spend/remind")
@allow(Act.REMIND)
def late() -> Any:
    """Who is late with a quarter's claims and would be reminded, and who cannot be."""
    asked = _narrowed(Act.REMIND)
    if asked is None:
        return redirect(url_for(".index"))
    rows = list(session().scalars(asked.late))
    due = asked_for(rows, today())
    wanted = to_remind(session(), due, today())
    return render_template(
        "spend/remind.html",
        quarter=asked.quarter,
        late=len(rows),
        wanted=wanted,
        told_today=len(rows) - wanted.claims - len(wanted.unreached),
        form=ButtonForm(),
        asked=asked.asked(with_state=False),
        address_of=address_of,
    )


@room.post("/spend/remind")
@allow(Act.REMIND, deed="Reminded leads of late claims")
def remind_late() -> Any:
    """Reminds them, once a day, and says who was not written to."""
    asked = _narrowed(Act.REMIND)
    if asked is None or not ButtonForm().validate_on_submit():
        return redirect(url_for(".late"))
    due = asked_for(session().scalars(asked.late), today())
    reminded = remind(session(), due, today(), machine_moment(), config().url)
    commit()
    flash(_what_was_done(reminded), "success" if reminded.told else "error")
    return redirect(url_for(".index", **asked.asked(with_state=False), stage="late"))


def _what_was_done(reminded: Reminded) -> str:
    people = count(len(reminded.told), "person was", "people were")
    said = f"{people} reminded of {count(reminded.claims, 'claim')}." if reminded.told else "Nobody was left to remind."
    if not reminded.unreached:
        return said
    return f"{said} {count(len(reminded.unreached), 'claim has', 'claims have')} nobody to be reminded of."
