"""Finance's page of a claim: everything that is needed to decide, and the approval."""

from typing import Any

from flask import render_template

from portfolio.decisions.amounts import plans_by_category
from portfolio.people.rules import Act
from portfolio.quarters import Quarter
from portfolio.spend.accruing import accrued_in_all, accrued_lines, may_accrue
from portfolio.spend.approving import approve_claims
from portfolio.spend.asking import threads_of
from portfolio.spend.checks import over_forecast
from portfolio.spend.claiming import get_claim
from portfolio.spend.deciding import compared_lines, forecast_columns, line_columns
from portfolio.spend.files import evidence_of
from portfolio.spend.meanwhile import find_last_deed
from portfolio.spend.queries import Sheet, sheet_of
from portfolio.spend.queue import Queue
from portfolio.spend.room import address, address_of, award_at, reaches, room
from portfolio.spend.rules import bad_quarter
from portfolio.spend.showing import doors, figures_of
from portfolio.spend.telling import tell_approved
from portfolio.spend.views.accruals import parts_in
from portfolio.spend.views.corrections import corrections_on
from portfolio.spend.views.queue import on_to_next, queue
from portfolio.spend.views.tasks import tasks_page, warnings_of
from portfolio.web.access import allow, viewer
from portfolio.web.carried import SeenForm
from portfolio.web.clock import machine_moment, moment, today
from portfolio.web.database import commit, config, session
from portfolio.web.errors import refusals_on


@room.get("/spend/<reference>/<csp_key>/<quarter:quarter>")
@allow(Act.SEE_CLAIMS)
def claim(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """An award's quarter: the list of tasks for its lead while it is open, and for everybody else what it says."""
    award = award_at(reference, csp_key, Act.SEE_CLAIMS)
    sheet = sheet_of(session(), award, quarter)
    if reaches(award, Act.CLAIM) and not sheet.closed(today()):
        return tasks_page(sheet)
    return _read(sheet, SeenForm())


def _read(sheet: Sheet, approval: SeenForm) -> str:
    """A claim to read, with what finance needs to decide."""
    award, claim = sheet.award, sheet.claim
    since = find_last_deed(session(), claim, approval.seen_edition()) if approval.errors else None
    contents = sheet.contents
    approval.edition.data = str(claim.edition) if claim is not None else ""
    decides = reaches(award, Act.APPROVE_CLAIM)
    in_line = queue() if decides and claim is not None and claim.status.waits_for_finance else Queue(())
    return render_template(
        "spend/claim.html",
        award=award,
        quarter=sheet.quarter,
        sheet=sheet,
        claim=claim,
        contents=contents,
        figures=figures_of(sheet, contents),
        lines=compared_lines(sheet, contents, plans_by_category(session(), [award.id], sheet.quarter)[award.id]),
        line_columns=line_columns(sheet),
        columns=forecast_columns(sheet),
        **corrections_on(sheet),
        warnings=warnings_of(sheet),
        over=[fault.sentence for fault in over_forecast(contents, sheet.ground)],
        files=evidence_of(session(), claim),
        threads=threads_of(claim) if claim is not None else [],
        accrued=accrued_lines(claim),
        accrued_in_all=accrued_in_all(claim),
        may_accrue=may_accrue(claim, **parts_in(award)),
        approval=approval,
        since=since,
        queue=in_line,
        address_of=address_of,
        doors=doors(
            sheet,
            viewer().person_id,
            decides=decides,
            corrects=reaches(award, Act.CORRECT),
        ),
        reasons=bad_quarter(sheet.quarter, award.starts_on, award.ends_on, today()),
        here=address("claim", award, sheet.quarter),
        stands_in_returns=claim is not None and claim.status.counts and reaches(award, Act.SEE_RETURNS),
    )


@room.post("/spend/<reference>/<csp_key>/<quarter:quarter>/approve")
@allow(Act.APPROVE_CLAIM, deed="Approved a claim")
def approve(reference: str, csp_key: str, quarter: Quarter) -> Any:
    """Approves one claim as it was read."""
    award = award_at(reference, csp_key, Act.APPROVE_CLAIM)
    found = get_claim(session(), award, quarter)
    form = SeenForm()
    if form.validate_on_submit():
        with refusals_on(form) as outcome:
            editions, waiting = {found.id: form.seen_edition()}, queue()
            claims = approve_claims(session(), [found], editions, by_id=viewer().person_id, now=moment())
            tell_approved(session(), claims, viewer().name, now=machine_moment(), site=config().url)
            commit()
        if outcome.ok:
            return on_to_next(waiting, found, f"{reference}, {quarter.short}, is approved")
    return _read(sheet_of(session(), award, quarter), form), 422
