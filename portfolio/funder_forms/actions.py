"""What is done with a funder's form: a blank taken in, figures bound, the binding confirmed, a filled form kept.

A confirmed binding and a filled form never change; a mistake is put right by a new version, and filled anew.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.errors import refuse_any
from portfolio.funder_forms import bindings, rules
from portfolio.funder_forms.bindings import Binding
from portfolio.funder_forms.carrying import Carried
from portfolio.funder_forms.filling import FilledIn
from portfolio.funder_forms.models import FilledForm, FormBinding, FormBlank, FunderForm
from portfolio.funder_forms.queries import confirmed_binding, filling_returns, latest_binding
from portfolio.funding_years.models import PoliceArea, Programme
from portfolio.people.models import Person
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnKind
from portfolio.uploads.kept import Kept, digest_of


def add_form(
    session: Session,
    programme: Programme,
    area: PoliceArea,
    *,
    name: str,
    kind: ReturnKind,
    label: str,
    blank: Kept,
    by: Person,
    now: datetime,
) -> FunderForm:
    """Take in a form that a funder sent for the first time, with its blank as the first edition."""
    row = FunderForm(programme=programme, police_area=area, name=name, kind=kind)
    row.blanks.append(FormBlank(version=1, label=label, attached_by=by, attached_at=now, **blank.columns))
    session.add(row)
    session.flush()
    return row


def add_edition(
    session: Session, form: FunderForm, *, label: str, blank: Kept, carried: Carried | None, by: Person, now: datetime
) -> FormBlank:
    """Take in next year's blank; what was bound in this year's is carried over into a draft, to be looked at.

    Raises SameBlank where these very bytes are an edition already.
    """
    session.execute(select(FunderForm.id).where(FunderForm.id == form.id).with_for_update())
    session.refresh(form, ["blanks"])
    refuse_any(rules.SameBlank(one.label) for one in form.blanks if one.sha256 == blank.sha256)
    row = FormBlank(version=form.blanks[-1].version + 1, label=label, attached_by=by, attached_at=now, **blank.columns)
    form.blanks.append(row)
    if carried is not None:
        content = bindings.freeze(carried.binding)
        row.bindings.append(FormBinding(version=1, edition=1, content=content, made_by=by, made_at=now))
    session.flush()
    return row


def begin_draft(session: Session, blank: FormBlank, note: str, *, by: Person, now: datetime) -> FormBinding:
    """Begin a version of what is bound in an edition, from the one before; a draft that is there already stays.

    Raises NeedsNote for every version but the first.
    """
    session.execute(select(FormBlank.id).where(FormBlank.id == blank.id).with_for_update())
    session.refresh(blank, ["bindings"])
    last = latest_binding(blank)
    if last is not None and last.confirmed_at is None:
        return last
    note = note.strip()
    if last is not None and not note:
        raise rules.NeedsNote
    row = FormBinding(
        blank_id=blank.id,  # not by the blank itself: the record of changes would ask for its bytes
        version=1 if last is None else last.version + 1,
        edition=1,
        content=bindings.freeze(Binding()) if last is None else last.content,
        note=note or None,
        made_by=by,
        made_at=now,
    )
    session.add(row)
    session.flush()
    session.refresh(blank, ["bindings"])
    return row


def save_draft(session: Session, row: FormBinding, binding: Binding, seen: int) -> FormBinding:
    """Keep a draft as somebody changed it, if it is still the one they saw. Raises Confirmed, ChangedMeanwhile."""
    session.refresh(row, with_for_update=True)
    if row.confirmed_at is not None:
        raise rules.Confirmed(row.version)
    if row.edition != seen:
        raise rules.ChangedMeanwhile
    content = bindings.freeze(bindings.from_data(bindings.as_data(binding)))
    if content != row.content:
        row.content, row.edition = content, row.edition + 1
        session.flush()
    return row


def confirm_binding(session: Session, row: FormBinding, seen: int, *, by: Person, now: datetime) -> FormBinding:
    """Say that a draft is right: forms are filled by it from now on, and it never changes. Raises NothingBound."""
    session.refresh(row, with_for_update=True)
    if row.confirmed_at is not None:
        raise rules.Confirmed(row.version)
    if row.edition != seen:
        raise rules.ChangedMeanwhile
    binding = bindings.thaw(row.content)
    if not binding.cells and not binding.tables:
        raise rules.NothingBound
    with session.no_autoflush:  # the database lets no half of a confirmation be completed
        row.confirmed_by, row.confirmed_at = by, now
    session.flush()
    return row


def keep_filled(
    session: Session, binding: FormBinding, of: Return, made: FilledIn, *, by: Person, now: datetime
) -> FilledForm:
    """Keep a form that was filled from an issued return, for ever. Raises NotConfirmed, NotThisReturn."""
    blank = binding.blank
    if binding.confirmed_at is None or binding is not confirmed_binding(blank):
        raise rules.NotConfirmed
    if of.id not in {one.id for one in filling_returns(session, blank.form)}:
        raise rules.NotThisReturn
    row = FilledForm(
        binding=binding,
        of=of,
        file_name=file_name(blank, of),
        file=made.file,
        file_sha256=digest_of(made.file),
        filled_by=by,
        filled_at=now,
    )
    session.add(row)
    session.flush()
    return row


def file_name(blank: FormBlank, of: Return) -> str:
    """The blank's own name with the quarter, and the version where there was one before: `claim_2025-26_Q2.xlsx`."""
    stem, _, ending = blank.name.rpartition(".")
    whose = "" if of.csp is None else f"_{of.csp.key}"
    later = f"_v{of.version}" if of.version > 1 else ""
    return f"{stem}{whose}_{of.quarter.year.slug}_{of.quarter.name}{later}.{ending}"
