"""Finance's questions to a claim, a box for each of its lines."""

from typing import Any

from flask import redirect, render_template

from portfolio.history import HistoryEntry
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.spend.asking import query_claim, threads_of
from portfolio.spend.claiming import get_claim
from portfolio.spend.deciding import Askable, askables
from portfolio.spend.forms import AskForm
from portfolio.spend.meanwhile import find_last_deed
from portfolio.spend.queries import Sheet, sheet_of
from portfolio.spend.room import address, award_at, room
from portfolio.spend.showing import doors
from portfolio.spend.telling import tell_asked
from portfolio.spend.views.queue import on_to_next, queue
from portfolio.web.access import allow, viewer
from portfolio.web.clock import machine_moment, moment, today
from portfolio.web.database import commit, config, session
from portfolio.web.errors import refusals_on
from portfolio.words import count

NOTHING_ASKED = {"question": "questions-0-question"}
"""Where it says that a question is needed: on the first box."""


@room.get("/spend/<reference>/<csp_key>/<quarter:quarter>/query")
@allow(Act.APPROVE_CLAIM)
def questions(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """The boxes for questions; a claim that cannot be asked about is shown instead."""
    sheet = sheet_of(session(), award_at(reference, csp_key, Act.APPROVE_CLAIM), quarter)
    claim = sheet.claim
    if claim is None or not doors(sheet, viewer().person_id, decides=True, corrects=False).asks:
        return redirect(address("claim", sheet.award, quarter))
    about = askables(sheet, claim)
    return _asking(
        sheet, AskForm(data={"edition": claim.edition, "questions": [{"about": key} for key in about]}), about
    )


def _asking(sheet: Sheet, form: AskForm, about: dict[str, Askable], since: HistoryEntry | None = None) -> str:
    return render_template(
        "spend/query.html",
        award=sheet.award,
        quarter=sheet.quarter,
        sheet=sheet,
        form=form,
        about=about,
        threads=threads_of(sheet.claim) if sheet.claim is not None else [],
        since=since,
        here=address("claim", sheet.award, sheet.quarter),
    )


@room.post("/spend/<reference>/<csp_key>/<quarter:quarter>/query")
@allow(Act.APPROVE_CLAIM, deed="Queried a claim")
def query(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Puts the questions, hands the claim back to its lead, and tells them by mail."""
    award = award_at(reference, csp_key, Act.APPROVE_CLAIM)
    found = get_claim(session(), award, quarter)
    form, waiting = AskForm(), queue()
    if form.validate_on_submit():
        with refusals_on(form, NOTHING_ASKED) as outcome:
            asked = query_claim(
                session(), found, form.asked(), form.seen_edition(), by_id=viewer().person_id, now=moment()
            )
            by, now = viewer().name, machine_moment()
            tell_asked(session(), found, asked, by, today=today(), now=now, site=config().url)
            commit()
        if outcome.ok:
            done = f"{count(len(asked), 'question')} on {reference}, {quarter.short}, went to its lead"
            return on_to_next(waiting, found, done)
    sheet = sheet_of(session(), award, quarter)
    claim = get_claim(session(), award, quarter)
    since = find_last_deed(session(), claim, form.seen_edition())
    form.edition.data = str(claim.edition)  # what stands on the page now is asked about from here on
    return _asking(sheet, form, askables(sheet, claim), since), 422
