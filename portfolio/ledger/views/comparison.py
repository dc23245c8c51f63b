"""A quarter's ledger held against its claims: all of it, what belongs to no project, and all of it as a file."""

from typing import Any

from flask import render_template, request

from portfolio.errors import NotFound, PortfolioError
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import get_year, years_within
from portfolio.ledger import rules, showing
from portfolio.ledger.comparing import Comparison, compare_year, counts, entries_of, extracts_of
from portfolio.ledger.forms import LookForm
from portfolio.ledger.models import LedgerEntry
from portfolio.ledger.rules import Reason
from portfolio.ledger.views.room import csp_of, may_reconcile, quarter_of, room, year_at
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.remembering import Remembered
from portfolio.web.access import allow, viewer
from portfolio.web.clock import today
from portfolio.web.database import session
from portfolio.web.downloads import csv_download
from portfolio.web.paging import paged, paged_list

_years: Remembered[Comparison] = Remembered(2)
"""Whole years as they were last compared: a ledger of tens of thousands of lines takes longer than a page may."""


@room.get("")
@allow(Act.SEE_LEDGER)
def index() -> Any:
    """A quarter: each project's ledger, claim, timing differences and what is left unexplained."""
    within = viewer().within(Act.SEE_LEDGER)
    years = list(session().scalars(years_within(within)))
    if not years:
        return render_template("ledger/index.html", year=None)
    year, quarter = _asked_for(years)
    form = LookForm(formdata=request.args)
    form.offer(years, year, quarter)
    csp_id = form.csp.data
    compared = _years.find(session(), year.id, lambda: compare_year(session(), year))
    projects, page = paged_list(showing.projects_of(compared, quarter, csp_id, only_open=form.show.data is not None))
    parts = showing.parts_of(compared, quarter, csp_id)
    standing = {number for (_, of), number in compared.stands.items() if of == quarter}
    return render_template(
        "ledger/index.html",
        year=year,
        quarter=quarter,
        form=form,
        projects=showing.by_part(compared, quarter, projects, parts),
        page=page,
        parts=parts,
        whole=compared.whole(quarter, csp_id),
        nowhere=rules.Line() if csp_id else compared.nowhere(quarter, None),
        reasons=showing.reasons_of(compared, quarter, csp_id),
        extracts=[one for one in extracts_of(session(), year.id) if one.id in standing],
        quarters=_each_quarter(compared, csp_id),
        said=rules.in_words(compared.whole(quarter, csp_id)),
        may_reconcile=may_reconcile(year),
    )


def _asked_for(years: list[FundingYear]) -> tuple[FundingYear, Quarter]:
    """The year and quarter to show: as asked for, or the latest year begun, and its last quarter that is over."""
    asked = request.args.get("year", type=int)
    found = next((one for one in years if one.id == asked), None)
    if found is None and asked is not None:
        raise NotFound("There is no such funding year")
    begun = [one for one in years if one.year.first_day <= today()]
    year = get_year(session(), (found or (begun or years)[0]).id, viewer().within(Act.SEE_LEDGER))
    over = [quarter for quarter in year.year.quarters if quarter.last_day < today()]
    try:
        return year, Quarter.parse(year.year, request.args.get("quarter", ""))
    except PortfolioError:
        return year, (over or [year.year.quarters[0]])[-1]


def _each_quarter(compared: Comparison, csp_id: int | None) -> list[tuple[Quarter, rules.Line | None]]:
    """Each quarter of the year; None where no ledger is here for it."""
    here = {quarter for quarter, of in compared.covered if csp_id in (None, of)}
    return [(quarter, compared.whole(quarter, csp_id) if quarter in here else None) for quarter in compared.quarters]


@room.get("/<int:year_id>/<quarter:quarter>/file")
@allow(Act.SEE_LEDGER)
def file(year_id: int, quarter: Quarter) -> Any:
    """The comparison of a quarter as a CSV file, every category apart."""
    year = year_at(year_id, Act.SEE_LEDGER)
    compared = compare_year(session(), year, [quarter_of(year, quarter)])
    csp = csp_of(year, request.args.get("csp", type=int))
    lines = list(showing.file_lines(compared, quarter, csp.id if csp else None))
    return csv_download(f"ledger-{quarter.year.slug}-{quarter.name.lower()}.csv", showing.HEADINGS, lines)


@room.get("/<int:year_id>/<quarter:quarter>/unmatched")
@allow(Act.SEE_LEDGER)
def unmatched(year_id: int, quarter: Quarter) -> Any:
    """The cost centres and accounts of a quarter that are held against no claim, and why."""
    year = year_at(year_id, Act.SEE_LEDGER)
    compared = compare_year(session(), year, [quarter_of(year, quarter)])
    csp = csp_of(year, request.args.get("csp", type=int))
    names = {reason.name.lower(): reason for reason in Reason}
    reason = names.get(request.args.get("reason", ""))
    groups = showing.unmatched(compared, quarter, csp.id if csp else None, reason)
    rows, page = paged_list(groups)
    return render_template(
        "ledger/unmatched.html",
        year=year,
        quarter=quarter,
        reason=reason,
        rows=rows,
        page=page,
        whole=rules.together(
            rules.Line(group.posted.amount, transactions=group.posted.transactions) for group in groups
        ),
        references=showing.references_by_code(compared),
    )


@room.get("/<int:year_id>/<quarter:quarter>/transactions")
@allow(Act.SEE_LEDGER)
def transactions(year_id: int, quarter: Quarter) -> Any:
    """The transactions of a quarter that count, of one cost centre and account where the address names them."""
    year = year_at(year_id, Act.SEE_LEDGER)
    compared = compare_year(session(), year, [quarter_of(year, quarter)])
    only = counts(compared.stands)
    code, account = request.args.get("code"), request.args.get("account")
    if code is not None:
        only = only & (LedgerEntry.code == code)
    if account is not None:
        only = only & (LedgerEntry.account == account)
    rows, page = paged(entries_of(only))
    return render_template(
        "ledger/transactions.html", year=year, quarter=quarter, code=code, account=account, rows=rows, page=page
    )
