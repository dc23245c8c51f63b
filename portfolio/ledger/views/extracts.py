"""The extracts that were taken over: all of a year, one with its transactions, and withdrawing one."""

from collections import defaultdict
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.errors import PortfolioError
from portfolio.ledger import rules
from portfolio.ledger.comparing import by_quarter, entries_of, extracts_of, get_extract, taken
from portfolio.ledger.forms import WithdrawForm
from portfolio.ledger.models import LedgerEntry
from portfolio.ledger.taking import withdraw_extract
from portfolio.ledger.views.room import may_reconcile, me, room, year_at
from portfolio.people.rules import Act
from portfolio.quarters import FinancialYear, Quarter
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged, paged_list


@room.get("/<int:year_id>/extracts")
@allow(Act.SEE_LEDGER)
def extracts(year_id: int) -> Any:
    """Every extract of a year, and the quarters that each counts for."""
    year = year_at(year_id, Act.SEE_LEDGER)
    rows, page = paged_list(extracts_of(session(), year.id))
    return render_template("ledger/extracts.html", year=year, rows=rows, page=page, counts_for=_counts_for(year.id))


def _counts_for(funding_year_id: int) -> dict[int, list[Quarter]]:
    found: dict[int, list[Quarter]] = defaultdict(list)
    for (_, quarter), number in sorted(
        rules.standing(taken(session(), funding_year_id)).items(), key=lambda item: item[0][1]
    ):
        found[number].append(quarter)
    return found


@room.get("/extracts/<int:extract_id>")
@allow(Act.SEE_LEDGER)
def extract(extract_id: int) -> Any:
    """One extract: what it comes to by quarter, where it counts, and its transactions."""
    return _show(extract_id, WithdrawForm())


def _show(extract_id: int, form: WithdrawForm) -> str:
    found = get_extract(session(), extract_id, viewer().within(Act.SEE_LEDGER))
    asked = _asked_quarter(found.funding_year.year)
    only = LedgerEntry.extract_id == found.id
    rows, page = paged(entries_of(only if asked is None else only & (LedgerEntry.quarter == asked)))
    counting = _counts_for(found.funding_year_id).get(found.id, [])
    return render_template(
        "ledger/extract.html",
        extract=found,
        year=found.funding_year,
        quarters=by_quarter(session(), found),
        counting=counting,
        asked=asked,
        rows=rows,
        page=page,
        form=form,
        may_reconcile=may_reconcile(found.funding_year),
    )


def _asked_quarter(year: FinancialYear) -> Quarter | None:
    """The quarter that the address narrows the transactions to: `q2`, or `2024-25/q4` of another year."""
    named = request.args.get("quarter", "")
    of, _, number = named.rpartition("/")
    try:
        return Quarter.parse(FinancialYear.parse(of) if of else year, number)
    except PortfolioError:
        return None


@room.post("/extracts/<int:extract_id>/withdraw")
@allow(Act.RECONCILE, deed="Withdrew an extract of a ledger")
def withdraw(extract_id: int) -> Any:
    """Has an extract count no more."""
    found, form = get_extract(session(), extract_id, viewer().within(Act.RECONCILE)), WithdrawForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            withdraw_extract(found, form.because.data, by=me(), now=moment())
            commit()
        if outcome.ok:
            flash("The extract is withdrawn. It counts no more, and stays to be seen.", "success")
            return redirect(url_for(".extract", extract_id=extract_id))
    return _show(extract_id, form), 422
