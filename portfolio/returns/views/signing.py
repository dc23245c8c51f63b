"""Checking, certifying and issuing a return, a form each: three steps, and never all by one person."""

from itertools import groupby
from typing import Any

from flask import flash, redirect, url_for

from portfolio.people.rules import Act
from portfolio.returns import actions, pages
from portfolio.returns.forms import CertifyForm, CheckForm, ConfirmForm, check_form
from portfolio.returns.models import Return
from portfolio.returns.points import SORTS, Point, points_of
from portfolio.returns.queries import place_of
from portfolio.returns.rules import OthersWork, ReturnStatus
from portfolio.returns.views.deeds import ask, do, found, page, told_next
from portfolio.returns.views.room import may, me, room
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.errors import put_on, refusals_on


@room.get("/returns/<int:number>/check")
@allow(Act.CHECK_RETURN, Act.MAKE_HOME_OFFICE_RETURN)
def checking(number: int) -> Any:
    """What is open in a prepared return, each point to be accepted with a reason."""
    row = found(number, Act.CHECK_RETURN)
    if row.status is not ReturnStatus.PREPARED or not may(Act.CHECK_RETURN, place_of(row)):
        return redirect(url_for(".show", number=number))
    return _checking(row, check_form(_open_in(row)))


@room.post("/returns/<int:number>/check")
@allow(Act.CHECK_RETURN, Act.MAKE_HOME_OFFICE_RETURN, deed="Checked a return")
def check(number: int) -> Any:
    """Says that it was gone through, and accepts what is open."""
    row = found(number, Act.CHECK_RETURN)
    form = check_form(_open_in(row))
    if not may(Act.CHECK_RETURN, place_of(row)):
        put_on(form, OthersWork().sentence)
    elif form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.check_return(session(), row, by=me(), at=moment(), accepted=form.reasons, seen=form.seen.data)
            told_next(row)
            commit()
        if outcome.ok:
            flash("The return is checked. It can now be certified.", "success")
            return redirect(url_for(".show", number=number))
    return _checking(row, form), 422


def _open_in(row: Return) -> list[Point]:
    return points_of(pages.shown(session(), place_of(row), row).content)


def _checking(row: Return, form: CheckForm) -> str:
    sorts = [(sort, SORTS[sort], list(points)) for sort, points in groupby(_open_in(row), key=lambda one: one.sort)]
    return page(row, "returns/check.html", form, sorts=sorts, is_own=row.prepared_by_id == viewer().person_id)


@room.get("/returns/<int:number>/certify")
@allow(Act.CERTIFY_RETURN)
def certifying(number: int) -> Any:
    """The certificate, to be signed."""
    form = CertifyForm(name=viewer().name, on=today())
    return ask(number, Act.CERTIFY_RETURN, "returns/certify.html", form, ReturnStatus.CHECKED)


@room.post("/returns/<int:number>/certify")
@allow(Act.CERTIFY_RETURN, deed="Certified a return")
def certify(number: int) -> Any:
    """Signs it."""
    form = CertifyForm()

    def sign(row: Return) -> None:
        actions.certify_return(
            session(),
            row,
            by=me(),
            name=form.name.data,
            role=form.role.data,
            on=form.on.data,
            at=moment(),
            seen=form.seen.data,
        )
        told_next(row)

    done = "The return is certified. It can now be issued."
    return do(number, Act.CERTIFY_RETURN, "returns/certify.html", form, sign, done)


@room.get("/returns/<int:number>/issue")
@allow(Act.PREPARE_RETURN, Act.MAKE_HOME_OFFICE_RETURN)
def issuing(number: int) -> Any:
    """What issuing does, to be confirmed."""
    return ask(number, Act.PREPARE_RETURN, "returns/issue.html", ConfirmForm(), ReturnStatus.CERTIFIED)


@room.post("/returns/<int:number>/issue")
@allow(Act.PREPARE_RETURN, Act.MAKE_HOME_OFFICE_RETURN, deed="Issued a return")
def issue(number: int) -> Any:
    """Issues it: the file is written and kept, the quarter's claims are locked."""

    form = ConfirmForm()

    def release(row: Return) -> None:
        actions.issue_return(session(), row, by=me(), at=moment(), seen=form.seen.data)
        told_next(row)

    done = "The return is issued. Its file is kept as it is, and the claims in it are locked."
    return do(number, Act.PREPARE_RETURN, "returns/issue.html", form, release, done)
