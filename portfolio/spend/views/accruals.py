"""The page on which a claim says what of it was received and not yet paid."""

from typing import Any

from flask import flash, redirect, render_template

from portfolio.decisions.models import Award
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.spend.accruing import may_accrue, set_accruals
from portfolio.spend.claiming import find_claim
from portfolio.spend.forms import AccrualsForm
from portfolio.spend.models import Claim
from portfolio.spend.room import address, award_at_for, reaches, room
from portfolio.web.access import allow
from portfolio.web.database import commit, session
from portfolio.web.errors import refusals_on


def _award(reference: str, csp_key: str) -> Award:
    return award_at_for(reference, csp_key, Act.CLAIM, Act.APPROVE_CLAIM)


def parts_in(award: Award) -> dict[str, bool]:
    """Whether the viewer claims of an award, and whether they approve its claims."""
    return {"claims": reaches(award, Act.CLAIM), "approves": reaches(award, Act.APPROVE_CLAIM)}


@room.get("/spend/<reference>/<csp_key>/<quarter:quarter>/accruals")
@allow(Act.CLAIM, Act.APPROVE_CLAIM)
def accruals(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """A box for each line; a claim that is not open for it is shown instead."""
    award = _award(reference, csp_key)
    found = find_claim(session(), award, quarter)
    if found is None or not may_accrue(found, **parts_in(award)):
        return redirect(address("claim", award, quarter))
    return _asking(found, AccrualsForm(formdata=None, data=AccrualsForm.of(found)))


def _asking(found: Claim, form: AccrualsForm) -> str:
    return render_template(
        "spend/accruals.html",
        award=found.award,
        quarter=found.quarter,
        lines={str(line.id): line for line in found.lines},
        form=form,
        here=address("claim", found.award, found.quarter),
    )


@room.post("/spend/<reference>/<csp_key>/<quarter:quarter>/accruals")
@allow(Act.CLAIM, Act.APPROVE_CLAIM, deed="Said what is accrued")
def accrue(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Saves them with the claim."""
    award, form = _award(reference, csp_key), AccrualsForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            set_accruals(session(), award, quarter, form.told(), form.seen_edition(), **parts_in(award))
            commit()
        if outcome.ok:
            flash("What is accrued is saved with the claim.", "success")
            return redirect(address("claim", award, quarter))
    found = find_claim(session(), _award(reference, csp_key), quarter)
    if found is None:
        return redirect(address("claim", award, quarter))
    form.edition.data = str(found.edition)
    return _asking(found, form), 422
