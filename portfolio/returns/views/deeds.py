"""How something is done to a return: the page that it is asked on, and the same page again where it is refused."""

from collections.abc import Callable
from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.people.rules import Act
from portfolio.returns import money_in, pages
from portfolio.returns.forms import SeenForm
from portfolio.returns.models import Return
from portfolio.returns.queries import get_return, place_of
from portfolio.returns.rules import MADE_BY_THE_OFFICE, OthersWork, ReturnStatus
from portfolio.returns.telling import tell_next
from portfolio.returns.views.room import may
from portfolio.web.access import viewer
from portfolio.web.clock import machine_moment, today
from portfolio.web.database import commit, config, session
from portfolio.web.errors import put_on, refusals_on
from portfolio.web.forms import Form


def found(number: int, act: Act) -> Return:
    """A return that somebody may do something to, or at least see others do it; raises NotFound."""
    seen = Act.SEE_RETURNS if act in MADE_BY_THE_OFFICE else act
    return get_return(session(), number, viewer().within(seen))


def told_next(row: Return) -> None:
    """Tell by mail whoever takes a return further, in the transaction of the deed."""
    tell_next(session(), row, viewer().name, today=today(), now=machine_moment(), site=config().url)


def ask(number: int, act: Act, template: str, form: Form, *states: ReturnStatus) -> Any:
    """The page that a deed is asked on; a return that is past it, or that others make, is shown instead."""
    row = found(number, act)
    if row.status not in states or not may(act, place_of(row)):
        return redirect(url_for(".show", number=number))
    return page(row, template, form)


def do(number: int, act: Act, template: str, form: Form, deed: Callable[[Return], None], done: str) -> Any:
    """Do something to a return and say so; what is refused is said on the page that it was asked on."""
    row = found(number, act)
    if not may(act, place_of(row)):
        put_on(form, OthersWork().sentence)
    elif form.validate_on_submit():
        with refusals_on(form) as outcome:
            deed(row)
            commit()
        if outcome.ok:
            flash(done, "success")
            return redirect(url_for(".show", number=number))
    return page(row, template, form), 422


def page(row: Return, template: str, form: Form, **more: Any) -> str:
    """The page of a deed, with the figures that it is about."""
    place, has_left = place_of(row), row.status.has_left
    if isinstance(form, SeenForm):
        form.seen.data = row.edition
    return render_template(
        template,
        row=row,
        place=place,
        form=form,
        shown=None if has_left else pages.shown(session(), place, row),
        money=money_in.of_return(session(), row, today()) if has_left else None,
        **more,
    )
