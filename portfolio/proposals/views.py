"""The pages on which a proposal is entered: a new one, and a draft that goes on. It is read in the decisions room."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from portfolio.errors import NotFound
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import csps_of, get_year, open_years, organisations
from portfolio.people.rules import Act
from portfolio.proposals import actions, queries, rules
from portfolio.proposals.forms import Offer, ProposalForm, WhichYearForm, as_typed, to_begin_with
from portfolio.proposals.models import Proposal
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, name_deed, session
from portfolio.web.errors import refusals_on

room = Blueprint("proposals", __name__)


@room.get("/proposals/new")
@allow(Act.PROPOSE)
def new() -> Any:
    """The form of a new proposal; where several years are open, which one is asked first."""
    year, which = _year_asked_for()
    if year is None:
        return render_template("proposals/which.html", form=which)
    form = ProposalForm(data=to_begin_with(year, csps_of(session(), viewer().within(Act.PROPOSE))))
    form.show(_offer(year))
    return _page(form, year)


@room.post("/proposals/new")
@allow(Act.PROPOSE, deed="Drafted a proposal")
def draft() -> Any:
    """Keeps a new proposal as a draft, or hands it in."""
    year, _ = _year_asked_for()
    if year is None:
        raise NotFound("Which year the proposal is for is not said")
    return _keep(year, None)


@room.get("/proposals/<reference>/edit")
@allow(Act.PROPOSE)
def edit(reference: str) -> Any:
    """The form of a draft."""
    proposal = _draft(reference)
    form = ProposalForm(data=as_typed(proposal))
    form.show(_offer(proposal.funding_year, proposal))
    return _page(form, proposal.funding_year, proposal)


@room.post("/proposals/<reference>/edit")
@allow(Act.PROPOSE, deed="Changed a draft proposal")
def change(reference: str) -> Any:
    """Keeps a draft's changes, or hands it in."""
    proposal = _draft(reference)
    return _keep(proposal.funding_year, proposal)


@room.post("/proposals/<reference>/submit")
@allow(Act.PROPOSE, deed="Submitted a proposal")
def submit(reference: str) -> Any:
    """Hands in a draft as it stands; what it still lacks is asked for on its form."""
    proposal = _draft(reference)
    form = ProposalForm(formdata=None, data=as_typed(proposal))
    form.show(_offer(proposal.funding_year, proposal))
    with refusals_on(form, form.places()) as outcome:
        actions.submit_proposal(proposal, moment())
        commit()
    if outcome.ok:
        return _done(proposal, f"{proposal.reference} is submitted.")
    return _page(form, proposal.funding_year, proposal), 422


def _keep(year: FundingYear, proposal: Proposal | None) -> Any:
    """Save what was typed, and hand it in where that was asked; or give more lines and save nothing."""
    form, asked = ProposalForm(), request.form.get("do")
    form.show(_offer(year, proposal))
    if asked == "more":
        form.lengthen()
        return _page(form, year, proposal)
    if form.validate_on_submit():
        with refusals_on(form, form.places()) as outcome:
            kept = _save(form, year, proposal)
            if asked == "submit":
                name_deed("Submitted a proposal")
                actions.submit_proposal(kept, moment())
            commit()
        if outcome.ok:
            return _done(kept, f"{kept.reference} is {'submitted' if asked == 'submit' else 'saved as a draft'}.")
    return _page(form, year, proposal), 422


def _save(form: ProposalForm, year: FundingYear, proposal: Proposal | None) -> Proposal:
    if proposal is None:
        return actions.draft_proposal(session(), year, form.contents())
    return actions.change_draft(session(), proposal, form.contents())


def _done(proposal: Proposal, sentence: str) -> Any:
    flash(sentence, "success")
    return redirect(url_for("decisions.proposal", reference=proposal.reference))


def _page(form: ProposalForm, year: FundingYear, proposal: Proposal | None = None) -> str:
    return render_template("proposals/form.html", form=form, year=year, proposal=proposal)


def _draft(reference: str) -> Proposal:
    """A draft that may be changed; a proposal that was handed in is not to be found here."""
    condition = queries.within_reach(viewer().within(Act.PROPOSE))
    proposal = queries.get_proposal(session(), reference, condition)
    refused = rules.not_a_draft(proposal.reference, proposal.status)
    if refused:
        raise refused
    return proposal


def _offer(year: FundingYear, proposal: Proposal | None = None) -> Offer:
    within = viewer().within(Act.PROPOSE)
    return Offer(
        get_year(session(), year.id, within),
        organisations(session()),
        queries.people_who_could_lead(session(), within, today(), proposal.lead_person_id if proposal else None),
        queries.earlier_proposals(session(), year.police_area_id, year.year, within),
        frozenset(csp.id for csp in csps_of(session(), within)),
    )


def _year_asked_for() -> tuple[FundingYear | None, WhichYearForm]:
    """The open year that the address names, or the only one there is."""
    form = WhichYearForm(formdata=request.args)
    years = {year.id: year for year in open_years(session(), viewer().within(Act.PROPOSE))}
    form.year.choices = [
        (year.id, f"{year.programme.name} {year.year}, {year.police_area.name}") for year in years.values()
    ]
    if len(years) == 1:
        return next(iter(years.values())), form
    if not request.args or not form.validate():
        return None, form
    return years[form.year.data], form
