"""What follows a quarter: its returns issued, sent on and paid, a funder's form bound and filled, grants published."""

from datetime import datetime
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.commands.form import fill_the_form
from portfolio.funder_forms.models import FilledForm, FormBlank
from portfolio.funding_years.models import CSP, FundingYear, Organisation
from portfolio.open_data import actions as open_data
from portfolio.people.models import Person
from portfolio.quarters import Quarter
from portfolio.returns import actions, paying
from portfolio.returns.models import Return
from portfolio.returns.points import SORTS
from portfolio.returns.rules import ReturnKind

PARTNERSHIPS = 3
"""So many partnerships have returns of their own."""


def issued(
    session: Session, year: FundingYear, quarter: Quarter, kind: ReturnKind, by: Person, signer: Person, now: datetime,
    csp: CSP | None = None,
) -> Return:  # fmt: skip
    """A return from preparing to issuing."""
    row = actions.prepare_return(session, year, quarter, kind, csp, by=by, at=now)
    actions.check_return(session, row, by=signer, at=now, accepted=dict.fromkeys(SORTS, "Told to the funder."))
    actions.certify_return(
        session, row, by=signer, name=signer.name, role="Chief Finance Officer", on=day_of(now), at=now
    )
    return actions.issue_return(session, row, by=by, at=now)


def follow(
    session: Session, year: FundingYear, quarter: Quarter, by: Person, signer: Person, now: datetime
) -> dict[str, str]:
    """All that follows a quarter; what addresses name of it."""
    csps = year.police_area.csps
    own = [issued(session, year, quarter, ReturnKind.CSP, by, signer, now, csp) for csp in csps[:PARTNERSHIPS]]
    area = issued(session, year, quarter, ReturnKind.OPCC, by, signer, now)
    funders = issued(session, year, quarter, ReturnKind.HOME_OFFICE, by, signer, now)
    for row in (*own, area, funders):
        actions.forward_return(session, row, by=by, at=now)
        for stream in year.programme.streams:
            paid = (Decimal("100.00"), day_of(now), "BACS 1")
            paying.record_payment(session, row, stream, *paid, by=by, at=now)
    fill_the_form(session, year, by=by, now=now, projects=1000)
    _publish(session, year, by, now)
    blank, filled = session.scalars(select(FormBlank)).one(), session.scalars(select(FilledForm)).one()
    return {"issued": str(area.id), "funders": str(funders.id), "blank": str(blank.id), "filled": str(filled.id)}


def _publish(session: Session, year: FundingYear, by: Person, now: datetime) -> None:
    """Every party is identified, so that every award is published in full."""
    open_data.set_publisher(session, year.police_area, prefix="360G-wessexopcc", name="Wessex OPCC", org_id=None)
    for number, csp in enumerate(year.police_area.csps):
        csp.org_id, csp.gss = f"GB-LAE-X{number:03d}", f"E0600{number:04d}"
    for body in session.scalars(select(Organisation)):
        body.org_id = body.org_id or "GB-COH-01234567"
    session.flush()
    seen = open_data.parcel_of(session, year).digest
    open_data.publish(session, year, by=by, at=now, seen=seen)
