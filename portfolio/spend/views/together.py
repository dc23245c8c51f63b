"""Several claims approved with one confirmation, each with what speaks against it."""

from collections.abc import Sequence
from typing import Any

from flask import flash, redirect, render_template, request, url_for

from portfolio.errors import NotFound
from portfolio.money import ZERO
from portfolio.people.rules import Act
from portfolio.spend.approving import approve_claims
from portfolio.spend.forms import ApproveManyForm
from portfolio.spend.models import Claim
from portfolio.spend.queries import claims_by_id
from portfolio.spend.queue import matters_of
from portfolio.spend.room import room
from portfolio.spend.showing import ApprovalRow
from portfolio.spend.telling import tell_approved
from portfolio.web.access import allow, viewer
from portfolio.web.carried import number_sent
from portfolio.web.clock import machine_moment, moment
from portfolio.web.database import commit, config, session
from portfolio.web.errors import refusals_on

MOST_AT_ONCE = 200
"""So many claims are approved together at most: what one can read through."""


@room.get("/spend/approve")
@allow(Act.APPROVE_CLAIM)
def confirm() -> Any:
    """The claims that were ticked, once more, before they are approved together."""
    numbers = [number_sent(each) for each in request.args.getlist("claim")[:MOST_AT_ONCE]]
    found = claims_by_id(session(), numbers, viewer().within(Act.APPROVE_CLAIM))
    if not found:
        flash("Tick at least one claim that waits for you.", "error")
        return redirect(url_for(".index", **_narrowed()))
    return _confirmed(found, ApproveManyForm(data={"claims": [f"{claim.id}:{claim.edition}" for claim in found]}))


def _narrowed() -> dict[str, Any]:
    """What the list is narrowed to that somebody ticks claims on, so that they find it again."""
    return {name: request.args[name] for name in ("quarter", "stage", "csp") if request.args.get(name)}


def _confirmed(claims: Sequence[Claim], form: ApproveManyForm) -> str:
    matters = matters_of(session(), claims)
    rows = [ApprovalRow.of(claim, matters[claim.id]) for claim in claims]
    total = sum((row.claimed for row in rows), ZERO)
    return render_template("spend/approve.html", rows=rows, total=total, form=form, narrowed=_narrowed())


@room.post("/spend/approve")
@allow(Act.APPROVE_CLAIM, deed="Approved claims together")
def approve_many() -> Any:
    """Approves them, all or none, and tells their leads."""
    form = ApproveManyForm()
    editions = form.editions()
    found = claims_by_id(session(), list(editions)[:MOST_AT_ONCE], viewer().within(Act.APPROVE_CLAIM))
    if not found or len(found) != len(editions):
        raise NotFound("There is no such claim")
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            claims = approve_claims(session(), found, editions, by_id=viewer().person_id, now=moment())
            tell_approved(session(), claims, viewer().name, now=machine_moment(), site=config().url)
            commit()
        if outcome.ok:
            flash(f"{len(found)} claims are approved." if len(found) > 1 else "The claim is approved.", "success")
            return redirect(url_for(".index", **_narrowed()))
    return _confirmed(found, form), 422
