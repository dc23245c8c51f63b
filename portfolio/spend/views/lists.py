"""The lists of a lead: their own quarters, and one award's year."""

from collections.abc import Iterable, Sequence
from typing import Any

from flask import render_template, request

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within
from portfolio.errors import PortfolioError
from portfolio.people.rules import Act
from portfolio.quarters import FinancialYear, Quarter, between
from portfolio.spend import figures
from portfolio.spend.queries import (
    claims_of,
    corrections_of,
    entries,
    open_questions_of,
    years_of,
)
from portfolio.spend.room import address_of, award_at, room
from portfolio.spend.rules import WAIT_FOR_LEAD
from portfolio.spend.showing import stream_years, tasks_of
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import session
from portfolio.web.paging import paged

OWN_PAGE = 100


def in_hand(quarters: Iterable[Quarter]) -> Quarter:
    """The last quarter that is over, or the first where none is; quarters come newest first."""
    every = list(quarters)
    return next((quarter for quarter in every if quarter.last_day < today()), every[-1])


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
    year = _year_asked_for(years, in_hand(quarters).year)
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
