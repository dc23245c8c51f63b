"""The front page of each role, and the funding year's page."""

from functools import partial
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, Response, render_template, request

from portfolio.decisions.moves import to_vary
from portfolio.errors import NotFound
from portfolio.funding_years.models import FundingYear
from portfolio.meetings.queries import open_actions, owned_by
from portfolio.meetings.showing import ActionShown, actions_shown
from portfolio.overview.feed import as_calendar
from portfolio.overview.forms import LookForm
from portfolio.overview.fronts.administrator import administrator_front
from portfolio.overview.fronts.area import area_front
from portfolio.overview.fronts.finance import finance_front
from portfolio.overview.fronts.lead import lead_front
from portfolio.overview.fronts.partnership import partnership_front
from portfolio.overview.fronts.proposing import proposing_front
from portfolio.overview.fronts.returning import MOST_STEPS, next_steps
from portfolio.overview.queries import awards_to_show, last_approved, to_score, years_named
from portfolio.overview.year import Scope, award_lines, scope_of, year_figures
from portfolio.people.actions import viewer_of
from portfolio.people.calendars import PURPOSE, find_reader
from portfolio.people.rules import REACH, Act, Reach, Role
from portfolio.quarters import FinancialYear, Quarter
from portfolio.returns import money_in
from portfolio.returns.money_in import Chosen, Line
from portfolio.returns.queries import csps_to_show
from portfolio.spend.corrections import to_decide
from portfolio.web.access import allow, public, signed_in, viewer
from portfolio.web.clock import today
from portfolio.web.database import config, session
from portfolio.web.paging import paged

room = Blueprint("overview", __name__)
KEEP_FEED = 15 * 60
"""For so many seconds a calendar program may take what it has for what there is."""
MOST_OUTSTANDING = 3
"""So many streams of returns whose money is outstanding longest stand on the front page."""
MOST_ACTIONS = 20
"""So many actions of one's own stand on the front page; the rest are in their list."""
FEW_PARTNERSHIPS = 12
"""As many partnerships stand on the year's own page; more than that have a page to themselves."""


@room.get("/")
@signed_in()
def front() -> Any:
    """What each role of the person finds when they come in."""
    person, day = viewer(), today()
    held = [holding for holding in person.holdings if holding.holds_on(day)]
    roles = {holding.role for holding in held}
    csps = {holding.csp_id for holding in held if REACH[holding.role] is Reach.OWN_CSP and holding.csp_id is not None}
    area = person.within(Act.FORWARD_RETURN)
    return render_template(
        "overview/front.html",
        day=day,
        several=len(roles) > 1,
        few=FEW_PARTNERSHIPS,
        lead=lead_front(session(), person.person_id, day) if Role.LEAD in roles else None,
        proposing=proposing_front(session(), person) if Role.LEAD in roles else None,
        finance=finance_front(session(), person.within(Act.APPROVE_CLAIM), day) if Role.FINANCE in roles else None,
        to_correct=to_decide(session(), person.within(Act.APPROVE_CORRECTION), person.person_id)
        if person.may(Act.APPROVE_CORRECTION)
        else 0,
        to_vary=to_vary(session(), person.within(Act.VARY), person.person_id) if person.may(Act.VARY) else 0,
        to_score=to_score(session(), person.within(Act.ASSESS), person.person_id) if person.may(Act.ASSESS) else 0,
        partnership=partnership_front(session(), csps, day) if csps else None,
        area=area_front(session(), area, day) if Role.OPCC in roles else None,
        outstanding=_outstanding() if roles & {Role.FINANCE, Role.OPCC} else [],
        returning=next_steps(session(), person) if person.may(Act.SEE_RETURNS) else [],
        most_steps=MOST_STEPS,
        certifies=Role.CERTIFIER in roles,
        administrator=administrator_front(session()) if Role.ADMINISTRATOR in roles else None,
        actions=_own_actions() if person.may(Act.SEE_ACTIONS) else [],
    )


def _outstanding() -> list[Line]:
    """What has been outstanding longest of what was claimed for a whole area, whatever the year."""
    chosen = Chosen(viewer().within(Act.SEE_RETURNS), whole_area=True)
    return money_in.lines(session(), chosen, today(), 0, MOST_OUTSTANDING)


def _own_actions() -> list[ActionShown]:
    """What meetings agreed that the person should do, the most pressing first."""
    mine = open_actions(session(), owned_by(viewer().person_id), most=MOST_ACTIONS)
    return actions_shown(session(), viewer(), mine, today())


@room.get("/help")
@public()
def help_page() -> Any:
    """What each person does here, with pictures."""
    return render_template("overview/help.html")


@room.get("/calendar/<key>.ics")
@public()
def feed(key: str) -> Any:
    """Somebody's deadlines for their calendar program, which cannot sign in: the address alone opens it.

    One that leads nowhere says no more than any page that is not there, whatever the reason.
    """
    reader = find_reader(session(), key, partial(config().derived_key, PURPOSE))
    if reader is None:
        raise NotFound("There is no such calendar")
    site = config().url
    told = as_calendar(session(), viewer_of(reader, today()), today(), site, urlsplit(site).hostname or "")
    answer = Response(told, content_type="text/calendar; charset=utf-8")
    answer.cache_control.private, answer.cache_control.max_age = True, KEEP_FEED
    answer.add_etag()
    return answer.make_conditional(request)


@room.get("/years/<year:year>")
@allow(Act.SEE_YEAR)
def year(year: FinancialYear) -> Any:
    """A funding year: by stream and partnership, by quarter, and award by award."""
    found = _years_asked_for(year)
    if len(found) > 1:
        return render_template("overview/years.html", year=year, years=found)
    scope, at = _asked_for(found[0])
    awards, page = paged(awards_to_show(scope.awards))
    form = LookForm()
    form.offer(scope, at)
    return render_template(
        "overview/year.html",
        form=form,
        scope=scope,
        figures=year_figures(session(), scope, at),
        lines=award_lines(session(), scope.year, awards, at),
        page=page,
        kept=_kept(),
        few=len(scope.csps) <= FEW_PARTNERSHIPS,
    )


@room.get("/years/<year:year>/partnerships")
@allow(Act.SEE_YEAR)
def partnerships(year: FinancialYear) -> Any:
    """Every partnership of a funding year, where there are too many for its page."""
    found = _years_asked_for(year)
    if len(found) > 1:
        return render_template("overview/years.html", year=year, years=found)
    scope, at = _asked_for(found[0])
    shown, page = paged(csps_to_show(scope.year, viewer().within(Act.SEE_YEAR)))
    return render_template(
        "overview/partnerships.html",
        scope=scope,
        figures=year_figures(session(), scope, at),
        shown={csp.key for csp in shown},
        page=page,
        kept=_kept(),
    )


def _years_asked_for(year: FinancialYear) -> list[FundingYear]:
    """The funding years that the address could mean: `?programme=` and `?area=` say which, where there are several."""
    found = [
        one
        for one in years_named(session(), viewer().within(Act.SEE_YEAR), year)
        if request.args.get("programme", one.programme.code) == one.programme.code
        and request.args.get("area", one.police_area.code) == one.police_area.code
        and request.args.get("body", one.programme.administering_body) == one.programme.administering_body
    ]
    if not found:
        raise NotFound("There is no such funding year")
    return found


def _asked_for(year: FundingYear) -> tuple[Scope, Quarter]:
    """What of the year is looked at, and as at which quarter: the last one with approved claims, or `?quarter=`."""
    scope = scope_of(session(), year, viewer().within(Act.SEE_YEAR), request.args.get("csp"))
    named = request.args.get("quarter")
    if named is not None:
        return scope, Quarter.parse(year.year, named)
    return scope, last_approved(session(), year, scope.awards) or year.year.quarters[0]


def _kept() -> dict[str, str]:
    """What says which of several funding years is meant, whatever else of the address changes."""
    return {name: request.args[name] for name in ("programme", "area", "body") if name in request.args}
