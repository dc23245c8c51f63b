"""One project's quarter: its ledger by cost category, timing differences, transactions, and its cost centre."""

from typing import Any

from flask import flash, redirect, render_template, url_for

from portfolio.decisions.actions import set_cost_centre
from portfolio.decisions.models import Award
from portfolio.decisions.queries import awards_within, reaches
from portfolio.ledger import noting, rules, showing
from portfolio.ledger.comparing import compare_year, counts, entries_of, get_note, notes_of
from portfolio.ledger.forms import CentreForm, TimingForm
from portfolio.ledger.models import LedgerEntry
from portfolio.ledger.views.room import award_at, me, room, year_of
from portfolio.people.rules import Act
from portfolio.quarters import Quarter, between
from portfolio.web.access import allow, viewer
from portfolio.web.clock import moment
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on
from portfolio.web.forms import ButtonForm
from portfolio.web.paging import paged

PLACE = "/projects/<reference>/<csp_key>/<quarter:quarter>"


@room.get(PLACE)
@allow(Act.SEE_LEDGER)
def project(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """One project's quarter."""
    return _show(award_at(reference, csp_key, Act.SEE_LEDGER), quarter)


def _show(award: Award, quarter: Quarter, timing: TimingForm | None = None, centre: CentreForm | None = None) -> str:
    year = year_of(award, Act.SEE_LEDGER)
    # An award may run into the next year, whose claims have no ledger here: the page says so.
    compared = compare_year(session(), year, [quarter])
    lines = compared.of_award(quarter, award.id)
    whole = compared.whole_award(quarter, award.id)
    code = rules.code_of(award.cost_centre or "")
    stands = {key: number for key, number in compared.stands.items() if key[0] in (None, award.csp_id)}
    rows, page = paged(entries_of(counts(stands) & (LedgerEntry.code == code) & (LedgerEntry.code != "")))
    timing = timing or TimingForm(formdata=None)
    timing.offer(year.programme.categories, _others(award, quarter))
    return render_template(
        "ledger/project.html",
        award=award,
        year=year,
        quarter=quarter,
        is_covered=(quarter, award.csp_id) in compared.covered,
        categories=showing.categories_of(compared, lines),
        whole=whole,
        said=rules.in_words(whole),
        shared=[
            one
            for one in showing.references_by_code(compared).get(code, [])
            if code and one != award.proposal.reference
        ],
        notes=notes_of(session(), award, quarter),
        rows=rows,
        page=page,
        timing=timing,
        centre=centre or CentreForm(formdata=None, data={"cost_centre": award.cost_centre}),
        may_reconcile=reaches(viewer().within(Act.RECONCILE), award),
    )


def _others(award: Award, quarter: Quarter) -> list[Quarter]:
    """The quarters that a timing difference can lie with: the award's own, and those next to the quarter."""
    near = {*between(award.starts_on, award.ends_on), quarter.previous, quarter.next}
    return sorted(near - {quarter})


@room.post(PLACE)
@allow(Act.RECONCILE, deed="Noted a timing difference")
def note(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Notes a timing difference."""
    award, form = award_at(reference, csp_key, Act.RECONCILE), TimingForm()
    year = year_of(award, Act.RECONCILE)
    others = {one.slug: one for one in _others(award, quarter)}
    form.offer(year.programme.categories, others.values())
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            noting.note_timing(
                session(),
                award,
                next(one for one in year.programme.categories if one.id == form.category.data),
                quarter,
                belongs_to=others[form.belongs_to.data],
                amount=form.amount.data,
                reason=form.reason.data,
                by=me(),
                now=moment(),
            )
            commit()
        if outcome.ok:
            flash("The timing difference is noted.", "success")
            return _back(award, quarter)
    return _show(award_at(reference, csp_key, Act.RECONCILE), quarter, timing=form), 422


@room.post(f"{PLACE}/cost-centre")
@allow(Act.RECONCILE, deed="Named the cost centre of an award")
def name_centre(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Names the cost centre by which the ledger knows the project."""
    award, form = award_at(reference, csp_key, Act.RECONCILE), CentreForm()
    if form.validate_on_submit():
        set_cost_centre(award, form.cost_centre.data)
        commit()
        flash("The cost centre is saved.", "success")
        return _back(award, quarter)
    return _show(award, quarter, centre=form), 422


@room.post("/notes/<int:note_id>/withdraw")
@allow(Act.RECONCILE, deed="Withdrew a timing difference")
def withdraw_note(note_id: int) -> Any:
    """Has a timing difference count no more."""
    found = get_note(session(), note_id, awards_within(viewer().within(Act.RECONCILE)))
    with refusals_on(form := ButtonForm()) as outcome:
        noting.withdraw_note(found, by=me(), now=moment())
        commit()
    flash(*("The timing difference is withdrawn.", "success") if outcome.ok else (form.form_errors[0], "error"))
    return _back(found.award, found.quarter)


def _back(award: Award, quarter: Quarter) -> Any:
    reference, csp_key = award.proposal.reference, award.csp.key
    return redirect(url_for(".project", reference=reference, csp_key=csp_key, quarter=quarter))
