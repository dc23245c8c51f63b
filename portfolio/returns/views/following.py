"""What comes after a return is issued, a form each: questions and answers, and sending it on."""

from typing import Any

from portfolio.people.rules import Act
from portfolio.returns import actions
from portfolio.returns.forms import AnswerForm, ForwardForm, QueryForm
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnStatus
from portfolio.returns.telling import tell_answered, tell_queried
from portfolio.returns.views.deeds import ask, do, found
from portfolio.returns.views.room import me, room
from portfolio.web.access import allow, viewer
from portfolio.web.clock import machine_moment, moment, today
from portfolio.web.database import config, session


@room.get("/returns/<int:number>/query")
@allow(Act.FORWARD_RETURN)
def querying(number: int) -> Any:
    """The form for a question."""
    states = (ReturnStatus.ISSUED, ReturnStatus.FORWARDED)
    return ask(number, Act.FORWARD_RETURN, "returns/query.html", QueryForm(), *states)


@room.post("/returns/<int:number>/query")
@allow(Act.FORWARD_RETURN, deed="Queried a return")
def query(number: int) -> Any:
    """Puts the question."""
    form = QueryForm()

    def put(row: Return) -> None:
        actions.query_return(session(), row, form.question.data, by=me(), at=moment())
        tell_queried(session(), row, viewer().name, today=today(), now=machine_moment(), site=config().url)

    return do(number, Act.FORWARD_RETURN, "returns/query.html", form, put, "Your question is with finance.")


@room.get("/returns/<int:number>/answer")
@allow(Act.PREPARE_RETURN, Act.MAKE_HOME_OFFICE_RETURN)
def answering(number: int) -> Any:
    """The question, to be answered."""
    return ask(number, Act.PREPARE_RETURN, "returns/answer.html", AnswerForm(), ReturnStatus.QUERIED)


@room.post("/returns/<int:number>/answer")
@allow(Act.PREPARE_RETURN, Act.MAKE_HOME_OFFICE_RETURN, deed="Answered a query about a return")
def answer(number: int) -> Any:
    """Answers it."""
    form = AnswerForm()

    def say(row: Return) -> None:
        actions.answer_return(session(), row, form.answer.data, by=me(), at=moment(), seen=form.seen.data)
        tell_answered(session(), row, viewer().name, now=machine_moment(), site=config().url)

    return do(number, Act.PREPARE_RETURN, "returns/answer.html", form, say, "The answer is sent.")


@room.get("/returns/<int:number>/forward")
@allow(Act.FORWARD_RETURN)
def forwarding(number: int) -> Any:
    """What forwarding says, to be confirmed."""
    form = ForwardForm(to=found(number, Act.FORWARD_RETURN).funding_year.programme.funder, on=today())
    return ask(number, Act.FORWARD_RETURN, "returns/forward.html", form, ReturnStatus.ISSUED)


@room.post("/returns/<int:number>/forward")
@allow(Act.FORWARD_RETURN, deed="Forwarded a return")
def forward(number: int) -> Any:
    """Records that it was sent on."""
    form = ForwardForm()

    def send(row: Return) -> None:
        actions.forward_return(session(), row, by=me(), at=moment(), to=form.to.data, on=form.on.data)

    done = "The return is forwarded. Record here what is paid for it."
    return do(number, Act.FORWARD_RETURN, "returns/forward.html", form, send, done)
