"""The account codes of a year's ledger: which cost category each is, said once and remembered."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.ledger import showing
from portfolio.ledger.comparing import accounts_of, groups_of
from portfolio.ledger.forms import NO_SPEND, AccountsForm
from portfolio.ledger.taking import set_accounts
from portfolio.ledger.views.room import room, year_at
from portfolio.people.rules import Act
from portfolio.web.access import allow
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged_list


@room.get("/<int:year_id>/accounts")
@allow(Act.RECONCILE)
def accounts(year_id: int) -> Any:
    """Every account code that the projects' transactions carry, with its sum and its category."""
    return _show(year_id, None)


def _show(year_id: int, form: AccountsForm | None) -> str:
    year = year_at(year_id, Act.RECONCILE)
    known = accounts_of(session(), year)
    every = showing.accounts_in(groups_of(session(), year))
    wanted = request.args.get("show") == "open"
    rows, page = paged_list([row for row in every if not wanted or row.code not in known])
    if form is None:
        form = AccountsForm(
            formdata=None,
            accounts=[
                {"code": row.code, "category": (known[row.code] or NO_SPEND) if row.code in known else None}
                for row in rows
            ],
        )
    form.offer(year.programme.categories)
    return render_template(
        "ledger/accounts.html",
        year=year,
        rows={row.code: row for row in every},
        page=page,
        form=form,
        open_only=wanted,
        undecided=sum(1 for row in every if row.code not in known),
    )


@room.post("/<int:year_id>/accounts")
@allow(Act.RECONCILE, deed="Named the accounts of a ledger")
def name_accounts(year_id: int) -> Any:
    """Remembers the categories that were chosen; what was not decided stays as it was."""
    year, form = year_at(year_id, Act.RECONCILE), AccountsForm()
    form.offer(year.programme.categories)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            set_accounts(session(), year, form.chosen)
            commit()
        if outcome.ok:
            flash("The accounts are remembered, for this ledger and every later one.", "success")
            return redirect(url_for(".accounts", year_id=year_id))
    return _show(year_id, form), 422
