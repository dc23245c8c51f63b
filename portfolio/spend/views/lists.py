"""The lists: a quarter's claims for those who watch over them, a lead's own quarters, and one award's year."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import render_template, request

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within
from portfolio.errors import PortfolioError
from portfolio.people.rules import Act, Within
from portfolio.quarters import FinancialYear, Quarter, between
from portfolio.spend import figures
from portfolio.spend.forms import FilterForm
from portfolio.spend.queries import (
    claims_of,
    corrections_of,
    counts,
    csps_awarding,
    entries,
    open_questions_of,
    years_of,
)
from portfolio.spend.room import address_of, award_at, room
from portfolio.spend.rules import WAIT_FOR_LEAD
from portfolio.spend.showing import listed, stream_years, tasks_of
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import session
from portfolio.web.paging import paged

OWN_PAGE = 100


@room.get("/spend")
@allow(Act.SEE_CLAIMS)
def index() -> Any:
    """The claims of a quarter, for those who watch over a partnership or an area; leads find their own."""
    within = viewer().within(Act.SEE_CLAIMS)
    watched = Within(within.everything, within.police_areas, within.csps)
    if not watched:
        return mine()
    years = years_of(session(), watched)
    if not years:
        return render_template("spend/index.html", quarter=None)
    form = _filters(watched, years)
    quarter = _quarter_named(form.quarter.data)
    only = [awards_within(watched)]
    if form.csp.data is not None:
        only.append(Award.csp_id == form.csp.data)
    stages = [form.stage.data] if form.stage.data else []
    found, page = paged(entries(session(), [quarter], today(), *only, stages=stages))
    rows = listed(found, viewer().person_id, address_of)
    return render_template(
        "spend/index.html",
        quarter=quarter,
        form=form,
        rows=rows,
        page=page,
        counts=counts(session(), entries(session(), [quarter], today(), *only)),
        approves=viewer().may(Act.APPROVE_CLAIM) and any(row.can_be_ticked for row in rows),
        leads=within.lead_id is not None,
    )


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
    form.quarter.data = form.quarter.data or _name_of(_in_hand(quarters))
    return form


def _in_hand(quarters: Iterable[Quarter]) -> Quarter:
    """The last quarter that is over, or the first where none is; quarters come newest first."""
    every = list(quarters)
    return next((quarter for quarter in every if quarter.last_day < today()), every[-1])


def _name_of(quarter: Quarter) -> str:
    return f"{quarter.year.slug}-{quarter.name.lower()}"


def _quarter_named(name: str) -> Quarter:
    year, _, number = name.rpartition("-")
    return Quarter.parse(FinancialYear.parse(year), number)


@room.get("/spend/mine")
@allow(Act.CLAIM)
def mine() -> Any:
    """What a lead has to do, and every quarter of their own awards of a year."""
    own = awards_within(viewer().within(Act.CLAIM))
    watches = viewer().may(Act.APPROVE_CLAIM)
    years = years_of(session(), viewer().within(Act.CLAIM))
    if not years:
        return render_template("spend/mine.html", year=None, watches=watches)
    quarters = [quarter for year in years for quarter in reversed(year.quarters)]
    over = [quarter for quarter in quarters if quarter.first_day <= today()][:5]
    waiting = list(session().scalars(entries(session(), over, today(), own, stages=WAIT_FOR_LEAD))) if over else []
    questions = open_questions_of(session(), [row.claim_id for row in waiting if row.claim_id is not None])
    year = _year_asked_for(years, _in_hand(quarters).year)
    rows, page = paged(entries(session(), year.quarters, today(), own), OWN_PAGE)
    return render_template(
        "spend/mine.html",
        tasks=tasks_of(waiting, questions, today(), address_of),
        year=year,
        years=years,
        rows=rows,
        page=page,
        address_of=address_of,
        watches=watches,
    )


def _year_asked_for(years: Sequence[FinancialYear], usual: FinancialYear) -> FinancialYear:
    try:
        asked = FinancialYear.parse(request.args.get("year", str(usual)))
    except PortfolioError:
        return usual
    return asked if asked in years else usual


@room.get("/spend/<reference>/<csp_key>")
@allow(Act.SEE_CLAIMS)
def award(reference: str, csp_key: str) -> Any:
    """One award's year: by stream and quarter what was planned, spent, corrected and is left."""
    found = award_at(reference, csp_key, Act.SEE_CLAIMS)
    years = list(dict.fromkeys(quarter.year for quarter in between(found.starts_on, found.ends_on)))
    year = _year_asked_for(years, found.proposal.funding_year.year)
    claims = claims_of(session(), found, year)
    counted = [claim.quarter for claim in claims if claim.status.counts]
    at = counted[-1] if counted else year.quarters[0]
    return render_template(
        "spend/award.html",
        award=found,
        year=year,
        years=years,
        at=at,
        streams=stream_years(found, figures.of_award(session(), found, at)),
        corrections=corrections_of(session(), found),
        rows=list(session().scalars(entries(session(), year.quarters, today(), Award.id == found.id))),
        address_of=address_of,
    )
