"""The room of funders' forms, and how its pages find what an address names."""

from collections.abc import Sequence
from typing import Any

from flask import Blueprint

from portfolio.errors import NotFound
from portfolio.funder_forms import queries
from portfolio.funder_forms.bindings import Place
from portfolio.funder_forms.filling import Put
from portfolio.funder_forms.models import FormBinding, FormBlank, FunderForm
from portfolio.funder_forms.showing import outline_of, whys
from portfolio.people.actions import get_person
from portfolio.people.models import Person
from portfolio.people.rules import Act
from portfolio.returns.models import Return
from portfolio.returns.queries import place_of as place_of_return
from portfolio.uploads.areas import place_of
from portfolio.uploads.layout import FormSheet
from portfolio.web.access import viewer
from portfolio.web.database import session
from reports.addresses import Address

room = Blueprint("funder_forms", __name__, url_prefix="/forms")
PUTS_SHOWN = 100
"""So many values stand on a page."""


def me() -> Person:
    """Who is signed in."""
    return get_person(session(), viewer().person_id)


def form_at(number: int, act: Act) -> FunderForm:
    """A form within reach of an act; raises NotFound."""
    return queries.get_form(session(), number, viewer().within(act))


def blank_at(number: int, act: Act) -> FormBlank:
    """An edition of a form within reach of an act; raises NotFound."""
    return queries.get_blank(session(), number, viewer().within(act))


def draft_at(number: int) -> tuple[FormBlank, FormBinding]:
    """An edition and the draft of what is bound in it; raises NotFound where there is none."""
    blank = blank_at(number, Act.SET_FORMS)
    row = queries.latest_binding(blank)
    if row is None:
        raise NotFound("Nothing is bound in this edition yet")
    return blank, row


def sheet_at(blank: FormBlank, number: int) -> FormSheet:
    """A sheet of an edition, counted from 1; raises NotFound."""
    sheets = outline_of(session(), blank).sheets
    if not 1 <= number <= len(sheets):
        raise NotFound("There is no such sheet")
    return sheets[number - 1]


def cell_at(sheet: FormSheet, address: str) -> tuple[int, int]:
    """Row and column of a cell that an address names, the first one where several are merged; raises NotFound."""
    place = place_of(address)
    if place is None:
        raise NotFound("There is no such cell")
    return sheet.first(place)


def may_set(form: FunderForm) -> bool:
    """Whether the viewer may bind and fill a form that they see."""
    return viewer().within(Act.SET_FORMS).holds_area(form.police_area_id)


def whys_of(row: Return | None, puts: Sequence[Put]) -> dict[Place, Address]:
    """By place, the cell of an issued return that explains what goes there, for who may see that return."""
    if row is None or not place_of_return(row).is_reached_by(viewer().within(Act.SEE_RETURNS)):
        return {}
    return whys(session(), row, puts)


def shared(blank: FormBlank) -> dict[str, Any]:
    """What every page of an edition shows of it."""
    latest = queries.latest_binding(blank)
    return {
        "form_of": blank.form,
        "blank": blank,
        "latest": latest,
        "next_version": 1 if latest is None else latest.version + 1,
        "confirmed": queries.confirmed_binding(blank),
        "is_draft": latest is not None and latest.confirmed_at is None,
        "may_set": may_set(blank.form),
    }
