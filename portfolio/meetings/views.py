"""The actions of meetings: the list, each action's page, and what is recorded of it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from sqlalchemy import ColumnElement, and_, exists, or_

from portfolio.decisions.queries import find_award, proposals_seen_by
from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP
from portfolio.funding_years.queries import csps_of, get_csp
from portfolio.meetings import actions, queries
from portfolio.meetings.actions import Agreed
from portfolio.meetings.forms import ActionFilter, ActionForm, DoneForm, DropForm, Show
from portfolio.meetings.models import MeetingAction
from portfolio.meetings.rules import BadAction
from portfolio.meetings.showing import actions_shown
from portfolio.people.actions import get_person
from portfolio.people.rules import Act
from portfolio.proposals.models import AskedOf, Proposal
from portfolio.proposals.queries import get_proposal
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.forms import Paragraphs
from portfolio.web.paging import paged

room = Blueprint("meetings", __name__)


@room.get("/actions")
@allow(Act.SEE_ACTIONS)
def index() -> Any:
    """The actions within reach: those still to be done first, the most pressing before."""
    form = ActionFilter(formdata=request.args)
    csps = csps_of(session(), viewer().within(Act.SEE_ACTIONS))
    form.offer(csps)
    if not form.validate():
        raise NotFound("There are no actions of that kind")
    wanted = [queries.is_open() if form.show.data is not Show.ENDED else ~queries.is_open()]
    if form.show.data is Show.YOURS:
        wanted.append(queries.owned_by(viewer().person_id))
    if form.about.data:
        wanted.append(queries.about(form.about.data))
    wanted += [MeetingAction.csp_id == csp.id for csp in csps if csp.key == form.csp.data]
    rows, page = paged(queries.actions(_reached(Act.SEE_ACTIONS), *wanted))
    return render_template(
        "meetings/index.html",
        form=form,
        several=len(csps) > 1,
        narrowed=any(form.data.values()),
        rows=actions_shown(session(), viewer(), rows, today()),
        page=page,
        recorded_for=csps_of(session(), viewer().within(Act.SET_ACTIONS)),
    )


def _reached(act: Act) -> ColumnElement[bool]:
    """The actions that the person reaches; what somebody took on themselves they always see."""
    mine = queries.owned_by(viewer().person_id)
    within = queries.actions_within(viewer().within(act))
    return or_(within, mine) if act is Act.SEE_ACTIONS else within


def _found(number: int, act: Act = Act.SEE_ACTIONS) -> MeetingAction:
    return queries.get_action(session(), number, _reached(act))


def _records(row: MeetingAction) -> bool:
    """Whether the person records the actions of this one's partnership."""
    return viewer().within(Act.SET_ACTIONS).holds(row.csp_id, row.csp.police_area_id)


@room.get("/actions/<int:number>")
@allow(Act.SEE_ACTIONS)
def action(number: int) -> Any:
    """One action, and what can be said of it."""
    return _show(_found(number))


def _show(row: MeetingAction, sent: DoneForm | DropForm | None = None) -> str:
    [shown] = actions_shown(session(), viewer(), [row], today())
    records = _records(row)
    return render_template(
        "meetings/action.html",
        shown=shown,
        is_open=row.ended_on is None,
        records=records,
        may_finish=records or row.owner_id == viewer().person_id,
        done=sent if isinstance(sent, DoneForm) else DoneForm(formdata=None),
        drop=sent if isinstance(sent, DropForm) else DropForm(formdata=None),
        sent=sent,
        has_errors=sent is not None,
    )


@room.post("/actions/<int:number>/done")
@allow(Act.SEE_ACTIONS, deed="Said that an action is done")
def finish(number: int) -> Any:
    """Says that it is done, and what came of it."""
    form = DoneForm()
    return _end(_found(number), form, form.note, dropped=False)


@room.post("/actions/<int:number>/drop")
@allow(Act.SET_ACTIONS, deed="Dropped an action")
def drop(number: int) -> Any:
    """Says that it is not to be done any more, and why."""
    form = DropForm()
    return _end(_found(number, Act.SET_ACTIONS), form, form.because, dropped=True)


def _end(row: MeetingAction, form: DoneForm | DropForm, said: Paragraphs, *, dropped: bool) -> Any:
    number = row.id
    if form.validate_on_submit():
        by = get_person(session(), viewer().person_id)
        with refusals_on(form) as outcome:
            actions.end_action(
                session(), row, by=by, records=_records(row), note=said.data, dropped=dropped, today=today()
            )
            commit()
        if outcome.ok:
            flash(f"The action is {'dropped' if dropped else 'done'}.", "success")
            return redirect(url_for(".action", number=number))
    return _show(_found(number), form), 422


@room.get("/actions/<csp_key>/new")
@allow(Act.SET_ACTIONS)
def new(csp_key: str) -> Any:
    """The form for another action; `?about=` names a proposal to begin with."""
    csp = get_csp(session(), csp_key, viewer().within(Act.SET_ACTIONS))
    form = ActionForm(formdata=None, data={"about": request.args.get("about", ""), "body": csp.name})
    return _form(csp, form)


def _form(csp: CSP, form: ActionForm, row: MeetingAction | None = None) -> str:
    form.offer(queries.possible_owners(session(), csp, today(), row.owner_id if row else None))
    return render_template("meetings/form.html", csp=csp, form=form, row=row)


@room.post("/actions/<csp_key>/new")
@allow(Act.SET_ACTIONS, deed="Recorded an action")
def record(csp_key: str) -> Any:
    """Records it."""
    csp = get_csp(session(), csp_key, viewer().within(Act.SET_ACTIONS))
    form = ActionForm()
    form.offer(queries.possible_owners(session(), csp, today()))
    if form.validate_on_submit():
        by = get_person(session(), viewer().person_id)
        with refusals_on(form) as outcome:
            row = actions.record_action(session(), csp, _agreed(csp, form), by=by, now=moment(), today=today())
            commit()
        if outcome.ok:
            flash(f"The action is recorded. {row.owner.name} finds it on their front page.", "success")
            return redirect(url_for(".action", number=row.id))
    return _form(get_csp(session(), csp_key, viewer().within(Act.SET_ACTIONS)), form), 422


def _agreed(csp: CSP, form: ActionForm) -> Agreed:
    """What was typed; raises BadAction for a reference that means no proposal to the partnership."""
    about = _about(csp, form.about.data)
    return Agreed(
        text=form.text.data,
        owner=get_person(session(), form.owner.data),
        due_on=form.due_on.data,
        body=form.body.data,
        met_on=form.met_on.data,
        minute=form.minute.data,
        proposal=about,
        award=find_award(session(), about.id, csp.id) if about else None,
    )


def _about(csp: CSP, reference: str) -> Proposal | None:
    if not reference:
        return None
    asked = exists().where(AskedOf.proposal_id == Proposal.id, AskedOf.csp_id == csp.id)
    try:
        return get_proposal(session(), reference, and_(proposals_seen_by(viewer()), asked))
    except NotFound:
        sentence = f"“{reference}” is not the reference of a proposal to {csp.name}. Check it, or leave it empty"
        raise BadAction(sentence, "about") from None


@room.get("/actions/<int:number>/change")
@allow(Act.SET_ACTIONS)
def edit(number: int) -> Any:
    """The form that changes an open action."""
    row = _open(number)
    form = ActionForm(formdata=None, obj=row)
    form.owner.data, form.about.data = row.owner_id, row.about.reference if row.about else ""
    return _form(row.csp, form, row)


def _open(number: int) -> MeetingAction:
    row = _found(number, Act.SET_ACTIONS)
    if row.ended_on is not None:
        raise NotFound("This action has ended")
    return row


@room.post("/actions/<int:number>/change")
@allow(Act.SET_ACTIONS, deed="Changed an action")
def change(number: int) -> Any:
    """Changes it."""
    row, form = _found(number, Act.SET_ACTIONS), ActionForm()
    form.offer(queries.possible_owners(session(), row.csp, today(), row.owner_id))
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.change_action(session(), row, _agreed(row.csp, form), today=today())
            commit()
        if outcome.ok:
            flash("The action is changed.", "success")
            return redirect(url_for(".action", number=number))
    row = _found(number, Act.SET_ACTIONS)
    return _form(row.csp, form, row), 422
