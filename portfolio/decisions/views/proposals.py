"""The list of proposals, and the page of one: what it asks, what was decided on it, and what came of it."""

from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.assessment.actions import declare_interest
from portfolio.assessment.queries import judging, panel_of
from portfolio.decisions import listing, queries, telling
from portfolio.decisions.forms import InterestForm, ListFilter, WithdrawForm
from portfolio.decisions.models import Award
from portfolio.decisions.views.room import note_interests_read, room
from portfolio.errors import NotFound
from portfolio.funding_years.queries import csps_of
from portfolio.people.actions import get_person
from portfolio.people.rules import Act, mark_of
from portfolio.proposals.actions import withdraw_proposal
from portfolio.proposals.attaching import documents_of, get_document
from portfolio.proposals.models import Proposal
from portfolio.proposals.queries import get_proposal, hold, within_reach
from portfolio.proposals.rules import ProposalStatus
from portfolio.proposals.telling import asked_tables, match_in_all
from portfolio.proposals.views.room import delivered
from portfolio.quarters import FinancialYear
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment, today
from portfolio.web.database import commit, session
from portfolio.web.downloads import sent_file
from portfolio.web.errors import refusals_on
from portfolio.web.paging import paged
from portfolio.web.reading import note_reading


@room.get("/proposals")
@allow(Act.SEE_PROPOSALS)
def proposals() -> Any:
    """Every proposal that the person sees, narrowed as the address says."""
    form = ListFilter(formdata=request.args)
    csps = csps_of(session(), viewer().within(Act.SEE_PROPOSALS))
    form.offer_places(listing.years_seen_by(session(), viewer()), csps)
    if not form.validate():
        raise NotFound("There is nothing of that kind to show")
    found, page = paged(listing.proposals_wanted(viewer(), _wanted(form, {csp.key: csp.id for csp in csps})))
    rows = listing.listed(session(), found)
    return render_template(
        "decisions/proposals.html", form=form, rows=rows, page=page, narrowed=any(form.data.values())
    )


def _wanted(form: ListFilter, csps: dict[str, int]) -> listing.Wanted:
    year = FinancialYear.parse(form.year.data) if form.year.data else None
    return listing.Wanted(year, csps.get(form.csp.data or ""), form.standing.data)


@room.get("/proposals/<reference>")
@allow(Act.SEE_PROPOSALS)
def proposal(reference: str) -> Any:
    """Everything about one proposal."""
    return _show(_seen(reference))


@room.get("/proposals/<reference>/documents/<int:document_id>")
@allow(Act.SEE_PROPOSALS)
def document(reference: str, document_id: int) -> Any:
    """One document, to be saved; that somebody else opened it is recorded, because it may name people."""
    kept = get_document(session(), _seen(reference), document_id)
    answer = sent_file(kept.name, kept.content, kept.media_type)
    note_reading(f"Document of {reference}: {kept.name}", mark_of(kept.attached_by_id))
    return answer


@room.post("/proposals/<reference>/withdraw")
@allow(Act.PROPOSE, deed="Withdrew a proposal")
def withdraw(reference: str) -> Any:
    """Takes a proposal back that nobody decided on yet."""
    hold(session(), reference, alone=True)
    condition = within_reach(viewer().within(Act.PROPOSE))
    found, form = get_proposal(session(), reference, condition), WithdrawForm()
    decided_by = [decision.csp.name for decision in queries.current_decisions(session(), [found.id]).values()]
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            withdraw_proposal(found, decided_by, form.because.data, moment())
            commit()
        if outcome.ok:
            flash(f"{reference} is withdrawn. It stays in the list.", "success")
            return redirect(url_for(".proposal", reference=reference))
    return _show(found, form), 422


@room.post("/proposals/<reference>/interest")
@allow(Act.COMPARE, deed="Declared an interest")
def declare(reference: str) -> Any:
    """Records an interest: the person's own, or that of somebody they record decisions with."""
    hold(session(), reference, alone=True)
    found = _seen(reference)
    form = _interest_form(found)
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            person = get_person(session(), form.person.data or viewer().person_id)
            declare_interest(session(), found, person, form.nature.data, today())
            commit()
        if outcome.ok:
            flash(f"The interest of {person.name} in {reference} is declared.", "success")
            return redirect(url_for(".proposal", reference=reference))
    return _show(found, form), 422


def _seen(reference: str) -> Proposal:
    return get_proposal(session(), reference, queries.proposals_seen_by(viewer()))


def _may_enter(proposal: Proposal) -> bool:
    """Whether the person writes this proposal: they lead it, or act for a partnership that it asks."""
    reach = viewer().within(Act.PROPOSE)
    lead = proposal.lead_person_id
    return any(reach.holds(asked.csp_id, asked.csp.police_area_id, lead) for asked in proposal.asked_of)


def _may_withdraw(told: telling.ProposalTold) -> bool:
    """A proposal is withdrawn by who may enter it, until it is decided on."""
    return told.proposal.status is not ProposalStatus.WITHDRAWN and not told.decided and _may_enter(told.proposal)


def _interest_form(found: Proposal) -> InterestForm:
    """Officers may record for everybody who decides with them; others for themselves."""
    form, reach = InterestForm(), viewer().within(Act.DECIDE)
    people = {
        person.id: person.name
        for asked in found.asked_of
        if reach.holds(asked.csp_id, asked.csp.police_area_id)
        for person in panel_of(session(), asked.csp_id, today())
        if person.id != viewer().person_id
    }
    form.person.choices = list(people.items())
    return form


def _letters_read(found: Proposal, awards: list[Award]) -> set[int]:
    """The partnerships whose letters the person reads: their own, and every one on what they lead."""
    seen, lead = viewer().within(Act.SEE_PROPOSALS), found.lead_person_id
    asked = {each.csp_id for each in found.asked_of if seen.holds(each.csp_id, each.csp.police_area_id, lead)}
    return asked.union(award.csp_id for award in awards if queries.reaches(seen, award))


def _show(found: Proposal, sent: InterestForm | WithdrawForm | None = None) -> str:
    interest = sent if isinstance(sent, InterestForm) else _interest_form(found)
    reach = viewer().within(Act.DECIDE)
    told = telling.proposal_told(session(), viewer(), found)
    note_interests_read(found.reference, told.interests)
    seen, awards = viewer().within(Act.SEE_PROPOSALS), [each.award for each in told.awards]
    return render_template(
        "decisions/proposal.html",
        told=told,
        asked=asked_tables(found),
        match=match_in_all(found),
        files=documents_of(session(), found),
        may_enter=_may_enter(found),
        delivery=delivered()(session(), found, viewer()),
        may_decide={asked.csp_id for asked in found.asked_of if reach.holds(asked.csp_id, asked.csp.police_area_id)},
        may_see_scores=judging(session(), found, viewer().within(Act.SEE_ASSESSMENTS)),
        may_open_award={one.id for one in awards if queries.reaches(seen, one)},
        may_read_letters=_letters_read(found, awards),
        may_withdraw=_may_withdraw(told),
        interest=interest,
        withdrawing=sent if isinstance(sent, WithdrawForm) else WithdrawForm(formdata=None),
        sent=sent,
        has_errors=sent is not None,
    )
