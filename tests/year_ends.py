"""Builders for what follows a return: assets, assurance, funders' forms, exemptions, publications, money withheld."""

import hashlib
from datetime import date
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy.orm import Session

from portfolio.commands.blank import claim_form
from portfolio.decisions.models import Award
from portfolio.funder_forms.models import FilledForm, FormBinding, FormBlank, FunderForm
from portfolio.funding_years.models import FundingYear
from portfolio.open_data.models import Exemption, Publication, PublishedFile
from portfolio.people.models import Person
from portfolio.returns.models import Return, ReturnPoint, Withholding
from portfolio.returns.rules import ReturnKind
from portfolio.uploads.kinds import XLSX
from portfolio.year_end.models import Asset, Assurance
from portfolio.year_end.rules import Opinion
from tests.conftest import NOW


def asset(session: Session, award: Award, by: Person, cost: str = "900.00", **changes: Any) -> Asset:
    """Something bought with an award's first stream."""
    values: dict[str, Any] = {"description": "Laptop", "bought_on": date(2025, 5, 12), **changes}
    row = Asset(
        award=award, stream=award.lines[0].stream, cost=Decimal(cost), recorded_by=by, recorded_at=NOW, **values
    )
    session.add(row)
    session.flush()
    return row


def assurance(session: Session, year: FundingYear, by: Person, **changes: Any) -> Assurance:
    """The assurance of a year, given in September after it."""
    values: dict[str, Any] = {
        "reference": "IA/2026/114",
        "given_by": "Southern Internal Audit",
        "given_on": date(2026, 9, 14),
        "opinion": Opinion.UNQUALIFIED,
        **changes,
    }
    row = Assurance(funding_year=year, recorded_by=by, recorded_at=NOW, **values)
    session.add(row)
    session.flush()
    return row


def form(session: Session, year: FundingYear, by: Person, content: bytes = b"a workbook", **changes: Any) -> FunderForm:
    """A funder's form with one blank, which nothing is bound in yet."""
    values: dict[str, Any] = {"name": "Home Office quarterly form", "kind": ReturnKind.OPCC, **changes}
    row = FunderForm(programme=year.programme, police_area=year.police_area, **values)
    blank = FormBlank(
        version=1, label="2025/26", name="form.xlsx", media_type=XLSX.media_type, size=len(content),
        sha256=hashlib.sha256(content).hexdigest(), content=content, attached_by=by, attached_at=NOW,
    )  # fmt: skip
    row.blanks.append(blank)
    session.add(row)
    session.flush()
    return row


@cache
def claim_blank() -> bytes:
    """The blank that the demonstration's funder sends."""
    return claim_form()


def binding(session: Session, blank: FormBlank, by: Person, content: str = "{}", **changes: Any) -> FormBinding:
    """What goes where in a blank, confirmed."""
    values: dict[str, Any] = {"version": 1, "edition": 1, "confirmed_by": by, "confirmed_at": NOW, **changes}
    row = FormBinding(blank=blank, content=content, made_by=by, made_at=NOW, **values)
    session.add(row)
    session.flush()
    return row


def filled(session: Session, of: Return, binding: FormBinding, by: Person, file: bytes = b"filled") -> FilledForm:
    """A form that was filled from a return."""
    row = FilledForm(
        binding=binding, of=of, file_name="form_Q1.xlsx", file=file, file_sha256=hashlib.sha256(file).hexdigest(),
        filled_by=by, filled_at=NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def exemption(session: Session, award: Award, by: Person, **changes: Any) -> Exemption:
    """An award that is not published."""
    row = Exemption(award=award, because="A refuge whose place is not told", recorded_by=by, recorded_at=NOW, **changes)
    session.add(row)
    session.flush()
    return row


def publication(session: Session, year: FundingYear, by: Person, content: bytes = b"{}") -> Publication:
    """What was published of a year: one file."""
    file = PublishedFile(
        name="360giving.json", media_type="application/json", content=content,
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    row = Publication(funding_year=year, version=1, figures="0" * 64, published_by=by, published_at=NOW, files=[file])
    session.add(row)
    session.flush()
    return row


def withholding(session: Session, of: Return, amount: str = "10.00") -> Withholding:
    """What the funder will not pay of a return's first stream."""
    row = Withholding(
        withheld_of=of, stream=of.funding_year.programme.streams[0], amount=Decimal(amount), told_on=date(2025, 8, 20),
        because="Questioned by the funder", recorded_by="a test", recorded_at=NOW,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def one_of_each(session: Session, award: Award, issued: Return, prepared: Return, by: Person) -> None:
    """A row in every table that the database guards, closed as far as it closes; a point in either return."""
    year = award.proposal.funding_year
    over: dict[str, Any] = {
        "disposed_on": date(2025, 9, 1),
        "proceeds": Decimal(0),
        "disposed_because": "Broken",
        "disposed_by": by,
    }
    asset(session, award, by, **over)
    assurance(session, year, by)
    bound = binding(session, form(session, year, by).blanks[0], by)
    filled(session, issued, bound, by)
    exemption(session, award, by, ended_at=NOW, ended_by=by)
    publication(session, year, by)
    withholding(session, issued)
    session.add(
        ReturnPoint(of=prepared, position=1, about="Measures", found="SVD-A is not available", accepted_because="x")
    )
    session.flush()
