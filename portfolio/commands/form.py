"""The demonstration's funder has a form of its own: bound by its labels, confirmed, filled from the first return."""

from datetime import datetime

from sqlalchemy.orm import Session

from portfolio.commands.blank import FILE_NAME, PROJECT_ROWS, claim_form
from portfolio.funder_forms import actions, filling, showing
from portfolio.funder_forms.queries import filling_returns
from portfolio.funding_years.models import FundingYear
from portfolio.people.models import Person
from portfolio.returns.rules import ReturnKind


def fill_the_form(
    session: Session, year: FundingYear, *, by: Person, now: datetime, projects: int = PROJECT_ROWS
) -> None:
    """Take in the claim form, bind what its labels name clearly, and fill it from the first issued OPCC return."""
    sent = claim_form(projects=projects)
    blank, looks = showing.as_blank(FILE_NAME, sent)
    form = actions.add_form(
        session, year.programme, year.police_area, name="Serious Violence Duty claim form", kind=ReturnKind.OPCC,
        label=str(year.year), blank=blank, by=by, now=now,
    )  # fmt: skip
    edition = form.blanks[0]
    of = filling_returns(session, form)[-1]
    source = showing.source_of(session, of)
    row = actions.begin_draft(session, edition, "", by=by, now=now)
    binding = showing.by_labels(looks, source, showing.content(row))
    actions.save_draft(session, row, binding, row.edition)
    actions.confirm_binding(session, row, row.edition, by=by, now=now)
    made = filling.fill_in(sent, looks, source, binding)
    actions.keep_filled(session, row, of, made, by=by, now=now)
