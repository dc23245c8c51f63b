"""Finding forms, their editions, bindings and fillings, and the returns that can fill one."""

from collections.abc import Sequence

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload, selectinload, undefer

from portfolio.errors import NotFound
from portfolio.funder_forms.models import FilledForm, FormBinding, FormBlank, FunderForm
from portfolio.funding_years.models import FundingYear, PoliceArea, Programme
from portfolio.funding_years.queries import areas_within
from portfolio.people.rules import Within
from portfolio.returns.models import Return
from portfolio.returns.rules import HAVE_LEFT


def forms_within(within: Within) -> Select[FunderForm]:
    """The forms of the police areas within reach, by area and name, with their editions."""
    return (
        select(FunderForm)
        .join(FunderForm.police_area)
        .join(FunderForm.programme)
        .where(areas_within(within))
        .order_by(PoliceArea.name, Programme.name, FunderForm.name)
        .options(
            joinedload(FunderForm.programme),
            joinedload(FunderForm.police_area),
            selectinload(FunderForm.blanks).selectinload(FormBlank.bindings),
        )
    )


def get_form(session: Session, number: int, within: Within) -> FunderForm:
    """A form within reach; raises NotFound."""
    found = session.scalar(forms_within(within).where(FunderForm.id == number))
    if found is None:
        raise NotFound("There is no such form")
    return found


def get_blank(session: Session, number: int, within: Within) -> FormBlank:
    """An edition of a form within reach; raises NotFound."""
    found = session.scalar(select(FormBlank).where(FormBlank.id == number).options(joinedload(FormBlank.attached_by)))
    if found is None:
        raise NotFound("There is no such edition")
    get_form(session, found.form_id, within)
    return found


def content_of(session: Session, blank: FormBlank) -> bytes:
    """The bytes of an edition as the funder sent it."""
    return session.scalars(select(FormBlank.content).where(FormBlank.id == blank.id)).one()


def latest_binding(blank: FormBlank) -> FormBinding | None:
    """The last version of what is bound in an edition, confirmed or not; None where nothing ever was."""
    return blank.bindings[-1] if blank.bindings else None


def confirmed_binding(blank: FormBlank) -> FormBinding | None:
    """The last version that somebody confirmed, by which the form is filled."""
    return next((one for one in reversed(blank.bindings) if one.confirmed_at is not None), None)


def edition_before(blank: FormBlank) -> FormBlank | None:
    """The edition of the form before this one."""
    return next((one for one in reversed(blank.form.blanks) if one.version < blank.version), None)


def filling_returns(session: Session, form: FunderForm) -> list[Return]:
    """The issued returns that can fill a form, the latest version of each, the newest quarter first."""
    rows = session.scalars(
        select(Return)
        .join(Return.funding_year)
        .where(
            FundingYear.programme_id == form.programme_id,
            FundingYear.police_area_id == form.police_area_id,
            Return.kind == form.kind,
            Return.status.in_(HAVE_LEFT),
        )
        .order_by(Return.quarter.desc(), Return.csp_id, Return.version.desc())
        .options(joinedload(Return.funding_year), joinedload(Return.csp))
    )
    latest: dict[object, Return] = {}
    for row in rows:
        latest.setdefault((row.quarter, row.csp_id), row)
    return list(latest.values())


def filled_forms(session: Session, form: FunderForm) -> Sequence[FilledForm]:
    """A form's fillings, the newest first."""
    return session.scalars(
        select(FilledForm)
        .join(FilledForm.binding)
        .join(FormBinding.blank)
        .where(FormBlank.form_id == form.id)
        .order_by(FilledForm.id.desc())
        .options(
            joinedload(FilledForm.binding).joinedload(FormBinding.blank),
            joinedload(FilledForm.of).joinedload(Return.csp),
            joinedload(FilledForm.filled_by),
        )
    ).all()


def get_filled(session: Session, number: int, within: Within) -> FilledForm:
    """A filling within reach, with its bytes; raises NotFound."""
    found = session.scalar(
        select(FilledForm)
        .where(FilledForm.id == number)
        .options(
            undefer(FilledForm.file),
            joinedload(FilledForm.binding).joinedload(FormBinding.blank),
            joinedload(FilledForm.of).joinedload(Return.csp),
            joinedload(FilledForm.filled_by),
        )
    )
    if found is None:
        raise NotFound("There is no such filled form")
    get_form(session, found.binding.blank.form_id, within)
    return found


def filled_of(session: Session, row: Return) -> Sequence[FilledForm]:
    """The forms that were filled from a return, the newest first."""
    return session.scalars(
        select(FilledForm)
        .where(FilledForm.return_id == row.id)
        .order_by(FilledForm.id.desc())
        .options(joinedload(FilledForm.binding).joinedload(FormBinding.blank).joinedload(FormBlank.form))
    ).all()
