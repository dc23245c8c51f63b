"""The lists of a lead: their work, and one award's year."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from flask import render_template, request

from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within
from portfolio.errors import PortfolioError
from portfolio.people.rules import Act
from portfolio.quarters import FinancialYear, Quarter, between
from portfolio.spend import figures
from portfolio.spend.adjustments import corrected_by
from portfolio.spend.corrections import asked_beside, asked_of, corrected_lines, corrected_since, requests
from portfolio.spend.models import Correction
from portfolio.spend.own import own_awards, own_streams
from portfolio.spend.queries import claims_of, entries, open_questions_of, years_of
from portfolio.spend.room import address_of, award_at, room
from portfolio.spend.rules import WAIT_FOR_LEAD
from portfolio.spend.showing import stream_years, tasks_of
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import session
from portfolio.web.paging import paged

OWN_PAGE = 25
"""So many awards of one lead stand on a page."""
MOST_ASKED = 25
"""So many corrections that were asked for: those that wait, then the latest decided ones."""


def in_hand(quarters: Iterable[Quarter]) -> Quarter:
    """The last quarter that is over, or the first where none is; quarters come newest first."""
    every = list(quarters)
    return next((quarter for quarter in every if quarter.last_day < today()), every[-1])


@room.get("/spend/mine")
@allow(Act.CLAIM)
def mine() -> Any:
    """A lead's work: what waits for them, what is left of their awards, how they went, and every quarter of a year."""
    within = viewer().within(Act.CLAIM)
    own, watches = awards_within(within), viewer().may(Act.APPROVE_CLAIM)
    years = years_of(session(), within)
    if not years:
        return render_template("spend/mine.html", year=None, watches=watches)
    quarters = [quarter for year in years for quarter in reversed(year.quarters)]
    over = [quarter for quarter in quarters if quarter.first_day <= today()][:5]
    waiting = list(session().scalars(entries(session(), over, today(), own, stages=WAIT_FOR_LEAD))) if over else []
    questions = open_questions_of(session(), [row.claim_id for row in waiting if row.claim_id is not None])
    year = _year_asked_for(years, in_hand(quarters).year)
    awards, page = paged(own_awards(own, year), OWN_PAGE)
    return render_template(
        "spend/mine.html",
        tasks=tasks_of(waiting, questions, today(), address_of),
        year=year,
        years=years,
        page=page,
        watches=watches,
        streams=own_streams(session(), awards, year),
        asked=asked_beside(session(), session().scalars(requests(own).limit(MOST_ASKED)).all()),
        **_quarters_of(year, [award.id for award in awards]),
    )


def _quarters_of(year: FinancialYear, award_ids: Collection[int]) -> dict[str, Any]:
    """Every quarter of some awards in a year, and what each was corrected by since."""
    since = corrected_since(session(), award_ids)
    return {
        "rows": list(session().scalars(entries(session(), year.quarters, today(), Award.id.in_(award_ids)))),
        "corrected": {key: corrected_by(corrections) for key, corrections in since.items()},
        "address_of": address_of,
    }


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
        own=own_streams(session(), [found], year),
        streams=stream_years(found, figures.of_award(session(), found, at)),
        lines=corrected_lines(session(), Correction.award_id == found.id),
        asked=asked_of(session(), found.id),
        **_quarters_of(year, [found.id]),
    )
