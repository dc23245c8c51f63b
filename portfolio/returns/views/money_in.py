"""Money in: what is due within reach, as a page and as files; and what came, went or is withheld of one return."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any, TypeVar

from flask import render_template, request

from portfolio.funding_years.queries import years_within
from portfolio.people.rules import Act
from portfolio.returns import money_in, paying
from portfolio.returns.listed import cells_of, content_of
from portfolio.returns.models import Return
from portfolio.returns.money_forms import MoneyForm, MoneyInFilter, PaymentForm, RecoveryForm, WithholdingForm
from portfolio.returns.money_in import Chosen
from portfolio.returns.rules import ReturnStatus
from portfolio.returns.views.deeds import ask, do, found
from portfolio.returns.views.room import me, room, workbook_download
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import session
from portfolio.web.downloads import csv_download
from portfolio.web.paging import PAGE, page_of
from reports.money_in import HEADINGS, proved_money_in


@room.get("/returns/money-in")
@allow(Act.SEE_RETURNS)
def money() -> Any:
    """What is due of every return within reach, how old it is, and what came of it."""
    form, chosen = _asked()
    page = page_of(money_in.count_of(session(), chosen, today()))
    return render_template(
        "returns/money_in.html",
        form=form,
        page=page,
        lines=money_in.lines(session(), chosen, today(), (page.number - 1) * PAGE, PAGE),
        aged=money_in.aged(session(), chosen, today()),
        names=money_in.NAMES,
        asked=request.args,
    )


@room.get("/returns/money-in/file.csv")
@allow(Act.SEE_RETURNS)
def money_csv() -> Any:
    """The same lines, all of them, as CSV."""
    _, chosen = _asked()
    return csv_download(f"Money_in_{today()}.csv", HEADINGS, _lines(chosen))


def _lines(chosen: Chosen) -> Iterator[list[str | Decimal]]:
    # The session is asked for here, where the sending is under way: the view's own is closed by then.
    for line in money_in.lines(session(), chosen, today()):
        yield cells_of(line)


@room.get("/returns/money-in/file.xlsx")
@allow(Act.SEE_RETURNS)
def money_workbook() -> Any:
    """The same as a workbook, with what is due by age; read back before anyone gets it."""
    form, chosen = _asked()
    content = content_of(session(), chosen, form.read(), today(), by=viewer().name, now=moment())
    return workbook_download(f"Money_in_{today()}.xlsx", proved_money_in(content))


def _asked() -> tuple[MoneyInFilter, Chosen]:
    """What the address asks for; what it asks wrongly is passed over."""
    within = viewer().within(Act.SEE_RETURNS)
    form = MoneyInFilter(formdata=request.args)
    form.offer(list(session().scalars(years_within(within))), money_in.streams_of(session(), within))
    if not form.validate():
        for field in form:
            field.data = None if field.errors else field.data
    form.show.data = form.show.data or "open"
    return form, form.chosen(within)


AnyForm = TypeVar("AnyForm", bound=MoneyForm)
RECEIVING = (ReturnStatus.FORWARDED, ReturnStatus.PAID)
"""The states in which money of a return comes and goes."""


def _of_streams(form: AnyForm, number: int) -> AnyForm:
    """A form that offers the streams of a return's programme."""
    form.offer(found(number, Act.FORWARD_RETURN).funding_year)
    return form


@room.get("/returns/<int:number>/payment")
@allow(Act.FORWARD_RETURN)
def paying_in(number: int) -> Any:
    """The form for money received."""
    form = _of_streams(PaymentForm(received_on=today()), number)
    return ask(number, Act.FORWARD_RETURN, "returns/payment.html", form, *RECEIVING)


@room.post("/returns/<int:number>/payment")
@allow(Act.FORWARD_RETURN, deed="Recorded a payment")
def pay(number: int) -> Any:
    """Records it."""
    form = _of_streams(PaymentForm(), number)

    def receive(row: Return) -> None:
        paying.record_payment(
            session(),
            row,
            form.chosen(row.funding_year),
            form.amount.data,
            form.received_on.data,
            form.reference.data,
            by=me(),
            at=moment(),
        )

    return do(number, Act.FORWARD_RETURN, "returns/payment.html", form, receive, "The payment is recorded.")


@room.get("/returns/<int:number>/recovery")
@allow(Act.FORWARD_RETURN)
def recovering(number: int) -> Any:
    """The form for money that the funder took back."""
    form = _of_streams(RecoveryForm(received_on=today()), number)
    return ask(number, Act.FORWARD_RETURN, "returns/recovery.html", form, *RECEIVING)


@room.post("/returns/<int:number>/recovery")
@allow(Act.FORWARD_RETURN, deed="Recorded money recovered by the funder")
def recover(number: int) -> Any:
    """Records it; what the funder keeps is withheld from then on."""
    form = _of_streams(RecoveryForm(), number)

    def give_back(row: Return) -> None:
        paying.recover(
            session(),
            row,
            form.chosen(row.funding_year),
            form.amount.data,
            form.received_on.data,
            form.because.data,
            form.reference.data,
            is_kept=form.kept.data == "kept",
            by=me(),
            at=moment(),
        )

    return do(
        number, Act.FORWARD_RETURN, "returns/recovery.html", form, give_back, "What the funder recovered is recorded."
    )


@room.get("/returns/<int:number>/withholding")
@allow(Act.FORWARD_RETURN)
def withholding(number: int) -> Any:
    """The form for what the funder will not pay, or pays after all."""
    form = _of_streams(WithholdingForm(told_on=today()), number)
    return ask(number, Act.FORWARD_RETURN, "returns/withholding.html", form, *RECEIVING, ReturnStatus.QUERIED)


@room.post("/returns/<int:number>/withholding")
@allow(Act.FORWARD_RETURN, deed="Recorded what the funder withholds")
def withhold(number: int) -> Any:
    """Records it."""
    form = _of_streams(WithholdingForm(), number)

    def note(row: Return) -> None:
        lets_go = form.said.data == "lets-go"
        paying.withhold(
            session(),
            row,
            form.chosen(row.funding_year),
            -form.amount.data if lets_go else form.amount.data,
            form.told_on.data,
            form.because.data,
            form.reference.data,
            by=me(),
            at=moment(),
        )

    return do(number, Act.FORWARD_RETURN, "returns/withholding.html", form, note, "What the funder said is recorded.")
