"""Each return's own page, and what is done to it, a form each."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.errors import NotFound
from portfolio.people.rules import Act
from portfolio.quarters import Quarter, format_day
from portfolio.returns import actions, pages, queries
from portfolio.returns.drafting import draft_file
from portfolio.returns.forms import (
    AnswerForm,
    CertifyForm,
    ConfirmForm,
    PaymentForm,
    PrepareForm,
    QueryForm,
)
from portfolio.returns.models import Return
from portfolio.returns.queries import Place, get_place, get_return, place_of
from portfolio.returns.rules import ReturnStatus
from portfolio.returns.views.room import me, room, workbook_download
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.filters import moment as in_words
from portfolio.web.forms import Form


@room.get("/returns/<int:year_id>/<quarter:quarter>/<slug>")
@allow(Act.SEE_RETURNS)
def now(year_id: int, quarter: Quarter, slug: str) -> Any:
    """A return as it stands now: what is missing, its figures, its warnings; and, for finance, preparing it."""
    place = get_place(session(), year_id, quarter, slug, viewer().within(Act.SEE_RETURNS))
    return _show_now(place, PrepareForm())


@room.post("/returns/<int:year_id>/<quarter:quarter>/<slug>")
@allow(Act.PREPARE_RETURN, deed="Prepared a return")
def prepare(year_id: int, quarter: Quarter, slug: str) -> Any:
    """Prepares it, or prepares it again."""
    place = get_place(session(), year_id, quarter, slug, viewer().within(Act.PREPARE_RETURN))
    form = PrepareForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            row = actions.prepare_return(
                session(), place.year, quarter, place.kind, place.csp, by=me(), at=moment(), reason=form.reason.data
            )
            commit()
        if outcome.ok:
            flash("The return is prepared. Somebody else can now certify it.", "success")
            return redirect(url_for(".show", number=row.id))
    return _show_now(place, form), 422


def _show_now(place: Place, form: PrepareForm) -> str:
    latest = queries.find_latest(session(), place.year, place.quarter, place.kind, place.csp)
    if latest is not None and latest.status.has_left:
        form.ask_for_a_reason()
    return render_template(
        "returns/now.html",
        place=place,
        latest=latest,
        form=form,
        shown=pages.shown_now(session(), place, None),
        in_the_way=pages.in_the_way(session(), place, today()),
        may_prepare=place.is_reached_by(viewer().within(Act.PREPARE_RETURN)),
    )


@room.get("/returns/<int:year_id>/<quarter:quarter>/<slug>/file")
@allow(Act.SEE_RETURNS)
def draft(year_id: int, quarter: Quarter, slug: str) -> Any:
    """The file of a return: as it was issued, or as a draft of what it says now."""
    place = get_place(session(), year_id, quarter, slug, viewer().within(Act.SEE_RETURNS))
    return workbook_download(*draft_file(session(), place.year, quarter, place.kind, place.csp))


@room.get("/returns/<int:number>")
@allow(Act.SEE_RETURNS)
def show(number: int) -> Any:
    """One version of a return: its figures, its checks, what was done to it, and what can be done next."""
    row = get_return(session(), number, viewer().within(Act.SEE_RETURNS))
    place = place_of(row)
    versions = queries.versions_of(session(), row)
    issued = [one for one in versions if one.status.has_left]
    return render_template(
        "returns/show.html",
        row=row,
        place=place,
        versions=versions,
        replaced_by=issued[0] if row.status.has_left and issued[0] is not row else None,
        shown=pages.shown(session(), place, row),
        events=[
            {
                "when": in_words(event.when) if isinstance(event.when, datetime) else format_day(event.when),
                "who": event.who,
                "what": event.what,
                "detail": event.detail,
            }
            for event in pages.events_of(row)
        ],
        money=pages.money_in(session(), row) if row.status.has_left else None,
        may={
            act.name: place.is_reached_by(viewer().within(act))
            for act in (Act.PREPARE_RETURN, Act.CERTIFY_RETURN, Act.FORWARD_RETURN)
        },
        me=viewer().person_id,
    )


@room.get("/returns/<int:number>/file")
@allow(Act.SEE_RETURNS)
def file(number: int) -> Any:
    """The file of one version, byte for byte as it was issued."""
    row = get_return(session(), number, viewer().within(Act.SEE_RETURNS))
    if row.file is None or row.file_name is None:
        raise NotFound("This version was not issued, so it has no file yet")
    return workbook_download(row.file_name, row.file)


@room.get("/returns/<int:number>/certify")
@allow(Act.CERTIFY_RETURN)
def certifying(number: int) -> Any:
    """The certificate, to be signed."""
    form = CertifyForm(name=viewer().name, on=today())
    return _ask(number, Act.CERTIFY_RETURN, "returns/certify.html", form, ReturnStatus.CHECKED)


@room.post("/returns/<int:number>/certify")
@allow(Act.CERTIFY_RETURN, deed="Certified a return")
def certify(number: int) -> Any:
    """Signs it."""
    form = CertifyForm()

    def sign(row: Return) -> None:
        actions.certify_return(
            session(), row, by=me(), name=form.name.data, role=form.role.data, on=form.on.data, at=moment()
        )

    done = "The return is certified. It can now be issued."
    return _do(number, Act.CERTIFY_RETURN, "returns/certify.html", form, sign, done)


@room.get("/returns/<int:number>/issue")
@allow(Act.PREPARE_RETURN)
def issuing(number: int) -> Any:
    """What issuing does, to be confirmed."""
    return _ask(number, Act.PREPARE_RETURN, "returns/issue.html", ConfirmForm(), ReturnStatus.CERTIFIED)


@room.post("/returns/<int:number>/issue")
@allow(Act.PREPARE_RETURN, deed="Issued a return")
def issue(number: int) -> Any:
    """Issues it: the file is written and kept, the quarter's claims are locked."""

    def release(row: Return) -> None:
        actions.issue_return(session(), row, by=me(), at=moment())

    done = "The return is issued. Its file is kept as it is, and the claims in it are locked."
    return _do(number, Act.PREPARE_RETURN, "returns/issue.html", ConfirmForm(), release, done)


@room.get("/returns/<int:number>/query")
@allow(Act.FORWARD_RETURN)
def querying(number: int) -> Any:
    """The form for a question."""
    states = (ReturnStatus.ISSUED, ReturnStatus.FORWARDED)
    return _ask(number, Act.FORWARD_RETURN, "returns/query.html", QueryForm(), *states)


@room.post("/returns/<int:number>/query")
@allow(Act.FORWARD_RETURN, deed="Queried a return")
def query(number: int) -> Any:
    """Puts the question."""
    form = QueryForm()

    def ask(row: Return) -> None:
        actions.query_return(session(), row, form.question.data, by=me(), at=moment())

    return _do(number, Act.FORWARD_RETURN, "returns/query.html", form, ask, "Your question is with finance.")


@room.get("/returns/<int:number>/answer")
@allow(Act.PREPARE_RETURN)
def answering(number: int) -> Any:
    """The question, to be answered."""
    return _ask(number, Act.PREPARE_RETURN, "returns/answer.html", AnswerForm(), ReturnStatus.QUERIED)


@room.post("/returns/<int:number>/answer")
@allow(Act.PREPARE_RETURN, deed="Answered a query about a return")
def answer(number: int) -> Any:
    """Answers it."""
    form = AnswerForm()

    def say(row: Return) -> None:
        actions.answer_return(session(), row, form.answer.data, by=me(), at=moment())

    return _do(number, Act.PREPARE_RETURN, "returns/answer.html", form, say, "The answer is sent.")


@room.get("/returns/<int:number>/forward")
@allow(Act.FORWARD_RETURN)
def forwarding(number: int) -> Any:
    """What forwarding says, to be confirmed."""
    return _ask(number, Act.FORWARD_RETURN, "returns/forward.html", ConfirmForm(), ReturnStatus.ISSUED)


@room.post("/returns/<int:number>/forward")
@allow(Act.FORWARD_RETURN, deed="Forwarded a return")
def forward(number: int) -> Any:
    """Records that it was sent on."""

    def send(row: Return) -> None:
        actions.forward_return(session(), row, by=me(), at=moment())

    done = "The return is forwarded. Record here what is paid for it."
    return _do(number, Act.FORWARD_RETURN, "returns/forward.html", ConfirmForm(), send, done)


@room.get("/returns/<int:number>/payment")
@allow(Act.FORWARD_RETURN)
def paying(number: int) -> Any:
    """The form for money received."""
    states = (ReturnStatus.FORWARDED, ReturnStatus.PAID)
    return _ask(number, Act.FORWARD_RETURN, "returns/payment.html", PaymentForm(received_on=today()), *states)


@room.post("/returns/<int:number>/payment")
@allow(Act.FORWARD_RETURN, deed="Recorded a payment")
def pay(number: int) -> Any:
    """Records it."""
    form = PaymentForm()

    def receive(row: Return) -> None:
        stream = next(one for one in row.funding_year.programme.streams if one.id == form.stream.data)
        actions.record_payment(
            session(),
            row,
            stream,
            form.amount.data,
            form.received_on.data,
            form.reference.data,
            by=me(),
            at=moment(),
        )

    return _do(number, Act.FORWARD_RETURN, "returns/payment.html", form, receive, "The payment is recorded.")


def _ask(number: int, act: Act, template: str, form: Form, *states: ReturnStatus) -> Any:
    """The page that a deed is asked on; a return that is past it is shown instead."""
    row = get_return(session(), number, viewer().within(act))
    if row.status not in states:
        return redirect(url_for(".show", number=number))
    return _page(row, template, form)


def _do(number: int, act: Act, template: str, form: Form, deed: Callable[[Return], None], done: str) -> Any:
    """Do something to a return and say so; what is refused is said on the page that it was asked on."""
    row = get_return(session(), number, viewer().within(act))
    if isinstance(form, PaymentForm):
        form.offer(row.funding_year)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            deed(row)
            commit()
        if outcome.ok:
            flash(done, "success")
            return redirect(url_for(".show", number=number))
    return _page(row, template, form), 422


def _page(row: Return, template: str, form: Form) -> str:
    place, has_left = place_of(row), row.status.has_left
    if isinstance(form, PaymentForm):
        form.offer(row.funding_year)
    return render_template(
        template,
        row=row,
        place=place,
        form=form,
        shown=None if has_left else pages.shown(session(), place, row),
        money=pages.money_in(session(), row) if has_left else None,
    )
