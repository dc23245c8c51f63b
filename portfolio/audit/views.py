"""The pages of the audit trail: what was changed, who signed in, who read what is personal, and what was sent."""

from collections.abc import Iterator, Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import Select

from portfolio.audit import queries
from portfolio.audit.forms import Filter, HistoryFilter, MessageFilter, ReadingFilter, SignInFilter
from portfolio.audit.queries import Wanted
from portfolio.audit.rules import RECORDS, NoKind, NoSuchRecord, Stretch, read_stretch
from portfolio.audit.showing import Line, Telling, page_of, people_in
from portfolio.errors import NotFound
from portfolio.history import HistoryEntry
from portfolio.mail.actions import send_again
from portfolio.mail.models import Message
from portfolio.people.actions import naming
from portfolio.people.models import PersonalReading, SignInAttempt
from portfolio.people.rules import Act, mark_of
from portfolio.web import clock
from portfolio.web.access import allow
from portfolio.web.database import commit, session
from portfolio.web.downloads import csv_download
from portfolio.web.errors import refusals_on
from portfolio.web.filters import moment_in_numbers
from portfolio.web.forms import Form
from portfolio.web.paging import newest_first, paged
from portfolio.web.reading import note_reading

room = Blueprint("audit", __name__)
AT_ONCE = 1000
"""So many entries of a file are put into words in one go."""
EVERYBODY = "everybody in it"


@room.get("/history")
@allow(Act.SEE_HISTORY)
def index() -> Any:
    """Everything that was changed, newest first, narrowed as the address says."""
    form = _history_form()
    wanted = _wanted(form)
    if wanted is None:
        return render_template("audit/index.html", form=form, lines=[], pages=None, asked=None), 422
    found, pages = newest_first(queries.entries(wanted), HistoryEntry.at, HistoryEntry.id)
    lines = _lines(Telling(session(), found))
    return render_template("audit/index.html", form=form, lines=lines, pages=pages, asked=_asked(form))


@room.get("/history/file")
@allow(Act.SEE_HISTORY)
def file() -> Any:
    """The same as a CSV file, all of it: a line for every value that was changed."""
    form = _history_form()
    wanted = _wanted(form)
    if wanted is None:
        return redirect(url_for(".index", **_asked(form)))
    note_reading("History as a file", EVERYBODY)
    newest = queries.entries(wanted).order_by(HistoryEntry.at.desc(), HistoryEntry.id.desc())
    headings = ("When", "Who", "What was done", "Record", "Change", "Value", "Before", "After")
    return csv_download(f"history-{clock.today()}.csv", headings, _rows(newest))


def _rows(entries: Select[HistoryEntry]) -> Iterator[Sequence[str]]:
    named = naming(session())
    for found in session().scalars(entries.execution_options(yield_per=AT_ONCE)).partitions():
        for line in Telling(session(), found, named).lines():
            about = (moment_in_numbers(line.entry.at), line.who, line.entry.deed, line.record, line.entry.change)
            for told in line.told:
                yield (*about, told.words, told.before or "", told.after or "")


@room.get("/history/<record>/<int:number>")
@allow(Act.SEE_HISTORY)
def whole(record: str, number: int) -> Any:
    """The whole life of one record and of its parts, oldest first."""
    if record not in RECORDS:
        raise NotFound("There is no such kind of record")
    life = queries.whole_life(session(), record, number).order_by(HistoryEntry.at, HistoryEntry.id)
    found, page = paged(life)
    if not found:
        raise NotFound("There is no such record")
    telling = Telling(session(), found)
    return render_template(
        "audit/whole.html",
        name=telling.full_name_of(record, number),
        lines=_lines(telling),
        page=page,
        address=page_of(telling, record, number),
    )


@room.get("/history/sign-ins")
@allow(Act.SEE_HISTORY)
def sign_ins() -> Any:
    """Attempts to sign in, how they ended, and where they came from."""
    form = SignInFilter(formdata=request.args)
    during = _during(form)
    if during is None:
        return render_template("audit/sign_ins.html", form=form, attempts=[], pages=None, narrowed=True), 422
    email, address = form.email.data.lower() or None, form.address.data or None
    found, pages = newest_first(queries.attempts(email, address, during), SignInAttempt.at, SignInAttempt.id)
    note_reading("Attempts to sign in", *(_whose(each) for each in found))
    narrowed = any(form.data.values())
    return render_template("audit/sign_ins.html", form=form, attempts=found, pages=pages, narrowed=narrowed)


def _whose(attempt: SignInAttempt) -> str:
    return "somebody unknown" if attempt.person_id is None else mark_of(attempt.person_id)


@room.get("/history/readings")
@allow(Act.SEE_HISTORY)
def readings() -> Any:
    """Who was shown what is personal to others."""
    form = ReadingFilter(formdata=request.args)
    form.offer_authors(_authors())
    during = _during(form)
    if during is None:
        return render_template("audit/readings.html", form=form, lines=[], pages=None, narrowed=True), 422
    wanted = Wanted(author=form.author.data, record=PersonalReading.__tablename__, during=during)
    found, pages = newest_first(queries.entries(wanted), HistoryEntry.at, HistoryEntry.id)
    lines, narrowed = Telling(session(), found).lines(), any(form.data.values())
    return render_template("audit/readings.html", form=form, lines=lines, pages=pages, narrowed=narrowed)


@room.get("/history/messages")
@allow(Act.SEE_HISTORY)
def messages() -> Any:
    """Messages to be sent and sent, with what stood in the way; not what they say."""
    return _show_messages(Form())


@room.post("/history/messages/<int:number>/again")
@allow(Act.DELIVER, deed="Sent a message again")
def again(number: int) -> Any:
    """Sends a message again of which nobody knows whether it arrived, or that was given up."""
    form = Form()
    with refusals_on(form) as outcome:
        message = send_again(session(), number, clock.machine_moment())
        commit()
    if outcome.ok:
        flash(f"The message to {message.recipient} is sent again.", "success")
        return redirect(url_for(".messages"))
    return _show_messages(form), 422


def _show_messages(sending: Form) -> Any:
    form = MessageFilter(formdata=request.args)
    found: list[Message] = []
    during, pages = _during(form), None
    if during is not None:
        found, pages = newest_first(queries.messages(form.state.data, during), Message.queued_at, Message.id)
    note_reading("Messages", *([EVERYBODY] if found else []))
    shown = render_template(
        "audit/messages.html",
        form=form,
        messages=found,
        pages=pages,
        narrowed=any(form.data.values()),
        sending=sending,
        has_errors=bool(form.errors or sending.form_errors),
    )
    return (shown, 422) if during is None else shown


def _history_form() -> HistoryFilter:
    form = HistoryFilter(formdata=request.args)
    form.deed.choices = [(deed, deed) for deed in queries.distinct(session(), HistoryEntry.deed)]
    form.offer_authors(_authors())
    return form


def _asked(form: HistoryFilter) -> dict[str, Any]:
    """What was asked for, for the address of another page that asks the same."""
    return {field.name: request.args[field.name] for field in form if request.args.get(field.name)}


def _authors() -> list[tuple[str, str]]:
    named = naming(session())
    return [(author, named(author)) for author in queries.distinct(session(), HistoryEntry.author)]


def _wanted(form: HistoryFilter) -> Wanted | None:
    """What a filter asks for; None where it cannot be asked for, which its fields then say."""
    during, number = _during(form), None
    record, which = form.record.data, form.which.data
    with refusals_on(form) as outcome:
        if which and (not record or record in RECORDS):  # a kind that was not offered is refused at its own field
            number = queries.find_record(session(), record, which) if record else None
            if number is None:
                raise NoSuchRecord(record, which) if record else NoKind
    if during is None or not outcome.ok:
        return None
    return Wanted(form.author.data, record, number, form.deed.data, during)


def _during(form: Filter) -> Stretch | None:
    form.settle()
    if not form.validate():
        return None
    with refusals_on(form):
        return read_stretch(form.start.data, form.end.data)
    return None


def _lines(telling: Telling) -> list[Line]:
    """Entries in words; that somebody's own values are among them is recorded first."""
    note_reading("History", *people_in(telling))
    return telling.lines()
