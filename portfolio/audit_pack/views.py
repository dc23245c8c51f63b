"""The page of a year's audit pack, and the pack."""

from contextlib import ExitStack
from tempfile import TemporaryFile
from typing import Any

from flask import Blueprint, render_template, request, send_file

from portfolio.audit_pack.forms import PackForm
from portfolio.audit_pack.packing import EVERYBODY, title
from portfolio.audit_pack.packing import pack as write
from portfolio.audit_pack.queries import held
from portfolio.audit_pack.rules import file_name
from portfolio.errors import NotFound
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import get_year
from portfolio.people.rules import Act
from portfolio.web.access import allow, viewer
from portfolio.web.database import session
from portfolio.web.reading import note_reading

room = Blueprint("audit_pack", __name__)


def _year(year_id: int) -> FundingYear:
    within = viewer().within(Act.TAKE_PACK)
    year = get_year(session(), year_id, within)
    if not within.holds_area(year.police_area_id):
        raise NotFound("There is no such pack")
    return year


@room.get("/returns/<int:year_id>/pack")
@allow(Act.TAKE_PACK)
def pack(year_id: int) -> Any:
    """What the pack of a year holds, and whether the evidence itself is to be in it."""
    year = _year(year_id)
    form = PackForm(formdata=None, data={"evidence": "no"})
    return render_template("audit_pack/pack.html", year=year, form=form, held=held(session(), year))


@room.get("/returns/<int:year_id>/pack.zip")
@allow(Act.TAKE_PACK)
def take(year_id: int) -> Any:
    """The pack; that it was taken is recorded first, for it names people."""
    year, form = _year(year_id), PackForm(formdata=request.args)
    if not form.validate():
        raise NotFound("There is no such pack")
    with_evidence = form.evidence.data == "yes"
    note_reading(title(year), EVERYBODY)
    name = file_name(year.programme.code, year.police_area.code, year.year.slug, with_evidence=with_evidence)
    with ExitStack() as undone:
        file = undone.enter_context(TemporaryFile())
        write(session(), year, file, with_evidence=with_evidence)
        file.seek(0)
        answer = send_file(file, "application/zip", as_attachment=True, download_name=name)
        undone.pop_all()  # from here on the answer closes it, once it is sent
    return answer
