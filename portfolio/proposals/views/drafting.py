"""The pages on which a proposal is written: begun, its list of tasks, each step, the check before it is handed in."""

from dataclasses import replace
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.errors import NotFound, PortfolioError
from portfolio.funding_years.models import FundingYear
from portfolio.people.rules import Act
from portfolio.proposals import actions, call_queries, queries
from portfolio.proposals.actions import Contents
from portfolio.proposals.attaching import documents_of
from portfolio.proposals.forms.amounts import money_form
from portfolio.proposals.forms.beginning import LikeForm, WhichYearForm
from portfolio.proposals.forms.offering import StepForm
from portfolio.proposals.forms.steps import MatchForm, ProjectForm, WorkForm, match_of, new_project, project_of, work_of
from portfolio.proposals.models import Proposal
from portfolio.proposals.telling import (
    Step,
    asked_in_all,
    asked_tables,
    calls_told,
    match_in_all,
    problems_of,
    tasks_of,
)
from portfolio.proposals.views.room import draft_at, offer_for, room
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.forms import ButtonForm


class SavedMeanwhile(PortfolioError):
    """A draft's step would be overwritten by somebody who has not seen how it stands."""

    def __init__(self) -> None:
        super().__init__(
            "This step was saved since you opened it, by somebody else or by you in another window. What you typed is "
            "below, and not kept yet. Open the page once more to see what stands there, and save here again to put "
            "yours in its place"
        )


@room.get("/proposals/new")
@allow(Act.PROPOSE)
def new() -> Any:
    """The first step of a new proposal; where several years are open, which one is asked first."""
    year, which = _year_asked_for()
    if year is None:
        return render_template("proposals/which.html", form=which, like=request.args.get("like"))
    offer, like = offer_for(year), _like(year)
    begun = project_of(actions.said_again(like, year), year) if like else new_project(offer)
    form = ProjectForm(formdata=None, data=begun)
    form.show(offer)
    return _first_page(form, year, like)


@room.post("/proposals/new")
@allow(Act.PROPOSE, deed="Drafted a proposal")
def draft() -> Any:
    """Begins a draft; where it begins like another proposal, the later steps say what that one said."""
    year, _ = _year_asked_for()
    if year is None:
        raise NotFound("Which year the proposal is for is not said")
    form, like = ProjectForm(), _like(year)
    form.show(offer_for(year))
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            said = _project(form, actions.said_again(like, year) if like else None)
            proposal = actions.draft_proposal(session(), year, said)
            commit()
        if outcome.ok:
            flash(f"{proposal.reference} is kept as a draft.", "success")
            return redirect(_address_of(proposal, Step.WORK))
    return _first_page(form, year, like), 422


def _project(form: ProjectForm, begun: Contents | None) -> Contents:
    """What a proposal says with its first step; its organisation is added where it was not in the list."""
    lead = form.find_lead() or actions.lead_named(session(), form.other_lead.data, form.other_kind.data)
    said = begun or Contents(title="", lead=lead, kind=form.kind.data, summary="", asks=(), asked_of=())
    return form.into(replace(said, lead=lead))


def _first_page(form: ProjectForm, year: FundingYear, like: Proposal | None) -> str:
    choosing = LikeForm(formdata=None)
    choosing.offer(form.offer.earlier)
    return render_template("proposals/new.html", form=form, year=year, like=like, choosing=choosing)


def _like(year: FundingYear) -> Proposal | None:
    """The proposal that the address says a new one begins like; raises NotFound for one that is not theirs."""
    reference = request.args.get("like")
    if not reference:
        return None
    found = queries.get_proposal(session(), reference, queries.within_reach(viewer().within(Act.PROPOSE)))
    if found.funding_year.programme_id != year.programme_id:
        raise NotFound("There is no such proposal of this programme")
    return found


@room.get("/proposals/<reference>/edit")
@allow(Act.PROPOSE)
def edit(reference: str) -> Any:
    """A draft as a list of tasks: each step, and what it still needs."""
    proposal = draft_at(reference)
    faults = actions.faults_in_draft(proposal, today())
    files, files_at = documents_of(session(), proposal), url_for(".documents", reference=reference)
    tasks = tasks_of(actions.contents_of(proposal), faults, _addresses(proposal), len(files), files_at)
    calls = calls_told(call_queries.calls_of(session(), proposal), proposal, today())
    return render_template(
        "proposals/tasks.html", proposal=proposal, tasks=tasks, calls=calls, is_ready=not faults, files_at=files_at
    )


@room.get("/proposals/<reference>/edit/<step>")
@allow(Act.PROPOSE)
def one_step(reference: str, step: str) -> Any:
    """One step of a draft."""
    which, proposal = _step_named(step), draft_at(reference)
    return _step_page(_form_of(which, proposal, as_kept=True), which, proposal)


@room.post("/proposals/<reference>/edit/<step>")
@allow(Act.PROPOSE, deed="Changed a draft proposal")
def change(reference: str, step: str) -> Any:
    """Keeps one step of a draft; or gives more lines, and keeps nothing."""
    which, proposal = _step_named(step), draft_at(reference)
    form, now = _form_of(which, proposal), _form_of(which, proposal, as_kept=True).seen.data
    if request.form.get("do") == "more":
        form.lengthen()
        return _step_page(form, which, proposal)
    if form.validate_on_submit():
        with refusals_on(form, form.places()) as outcome:
            before = actions.contents_of(proposal)
            said = _project(form, before) if isinstance(form, ProjectForm) else form.into(before)
            if form.seen.data not in (None, now) and said != before:
                form.seen.data = now  # whoever saves it again has been told
                raise SavedMeanwhile
            actions.change_draft(session(), proposal, said)
            commit()
        if outcome.ok:
            onward = which.after if request.form.get("do") != "list" else None
            return redirect(_address_of(proposal, onward))
    return _step_page(form, which, proposal), 422


def _step_named(name: str) -> Step:
    if name not in set(Step):
        raise NotFound("There is no such step")
    return Step(name)


def _form_of(step: Step, proposal: Proposal, *, as_kept: bool = False) -> StepForm:
    """The form of a step, as it was typed or as the draft has it."""
    said, year = actions.contents_of(proposal), proposal.funding_year
    offer = offer_for(year, proposal)
    if step is Step.MONEY:
        money = money_form(offer, said, as_kept=as_kept)
        return _opened(money) if as_kept else money
    made: type[StepForm]
    match step:
        case Step.PROJECT:
            made, data = ProjectForm, project_of(said, year)
        case Step.WORK:
            made, data = WorkForm, work_of(said)
        case _:
            made, data = MatchForm, match_of(said)
    form: StepForm = made(formdata=None, data=data) if as_kept else made(data=data)
    form.show(offer)
    return _opened(form) if as_kept else form


def _opened(form: StepForm) -> StepForm:
    form.seen.data = form.digest()
    return form


def _step_page(form: StepForm, step: Step, proposal: Proposal) -> str:
    return render_template(
        "proposals/step.html", form=form, step=step, proposal=proposal, here=_address_of(proposal, None)
    )


def _addresses(proposal: Proposal) -> dict[Step, str]:
    return {step: _address_of(proposal, step) for step in Step}


def _address_of(proposal: Proposal, step: Step | None) -> str:
    """A step's page; without one, the list of tasks."""
    if step is None:
        return url_for(".edit", reference=proposal.reference)
    return url_for(".one_step", reference=proposal.reference, step=step.value)


@room.get("/proposals/<reference>/check")
@allow(Act.PROPOSE)
def check(reference: str) -> Any:
    """Everything that a draft says, to be looked through before it is handed in."""
    return _check_page(draft_at(reference), ButtonForm())


def _check_page(proposal: Proposal, form: ButtonForm) -> str:
    addresses, asked = _addresses(proposal), asked_tables(proposal)
    faults = actions.faults_in_draft(proposal, today())
    return render_template(
        "proposals/check.html",
        proposal=proposal,
        form=form,
        problems=problems_of(faults, addresses),
        steps={step.value: address for step, address in addresses.items()},
        asked=asked,
        total=asked_in_all(asked),
        match=match_in_all(proposal),
        lead_person=queries.lead_person_named(session(), proposal),
        calls=calls_told(call_queries.calls_of(session(), proposal), proposal, today()),
        files=documents_of(session(), proposal),
        here=_address_of(proposal, None),
    )


@room.post("/proposals/<reference>/submit")
@allow(Act.PROPOSE, deed="Submitted a proposal")
def submit(reference: str) -> Any:
    """Hands in a draft as it stands; what it still lacks is said, with the way to where it is put right."""
    proposal, form = draft_at(reference), ButtonForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            actions.submit_proposal(session(), proposal, moment())
            commit()
        if outcome.ok:
            flash(f"{reference} is submitted.", "success")
            return redirect(url_for("decisions.proposal", reference=reference))
    return _check_page(proposal, ButtonForm(formdata=None)), 422


def _year_asked_for() -> tuple[FundingYear | None, WhichYearForm]:
    """The year that the address names, or the only one there is."""
    form = WhichYearForm(formdata=request.args)
    years = {year.id: year for year in call_queries.years_to_propose_in(session(), viewer())}
    form.offer(years.values())
    if len(years) == 1:
        return next(iter(years.values())), form
    if "year" not in request.args or not form.validate():
        return None, form
    return years[form.year.data], form
