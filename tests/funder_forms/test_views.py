"""The pages of funders' forms: taken in, bound by pointing, tried, confirmed, filled, and next year's."""

import json
import re
from io import BytesIO
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.commands.blank import claim_form
from portfolio.funder_forms import actions, bindings, filling, queries, showing
from portfolio.funder_forms.filling import FilledIn, fill_in
from portfolio.funder_forms.models import FilledForm, FormBinding, FormBlank
from portfolio.funding_years.models import FundingYear
from portfolio.people.rules import Role
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnKind, ReturnStatus
from portfolio.returns.snapshot import freeze, sha256
from portfolio.uploads.filling import read
from reports.totals import summary_totals
from tests import make, year_ends
from tests.conftest import NOW, SignedIn
from tests.funder_forms.samples import by_labels
from tests.pages import read as page_of
from tests.reports.content_samples import dorset


@pytest.fixture
def year(session: Session) -> FundingYear:
    """Dorset's year with an issued OPCC return of its second quarter."""
    year = make.funding_year(session)
    by = make.person(session, Role.CERTIFIER, name="Cora")
    session.add(
        Return(
            funding_year=year, kind=ReturnKind.OPCC, quarter=make.Q2, version=1, status=ReturnStatus.ISSUED,
            prepared_by="Frank", prepared_at=NOW, figures="sha256:1", certified_by="Cora", certified_by_id=by.id,
            certified_on=NOW.date(), certified_role="section 151 officer", certificate="I certify",
            checked_by="Cora", checked_by_id=by.id, checked_at=NOW, issued_by="Frank", issued_at=NOW,
            file_name="a.xlsx", snapshot=freeze(dorset()), snapshot_sha256="2", file=b"file", file_sha256="3",
        )
    )  # fmt: skip
    session.commit()
    return year


@pytest.fixture
def finance(signed_in: SignedIn, year: FundingYear) -> FlaskClient:
    """A finance officer of Dorset."""
    return signed_in(Role.FINANCE)


@pytest.fixture
def bound(session: Session, year: FundingYear) -> FormBlank:
    """A form with a draft in which all is bound that its labels suggest."""
    by = make.person(session, Role.FINANCE, name="Fay", email="fay@finance.example")
    blank = year_ends.form(session, year, by, year_ends.claim_blank()).blanks[0]
    content = bindings.freeze(by_labels())
    year_ends.binding(session, blank, by, content, confirmed_by=None, confirmed_at=None)
    session.commit()
    return blank


def draft_of(session: Session, blank: FormBlank) -> FormBinding:
    """What is bound now."""
    session.expire_all()
    return session.scalars(
        select(FormBinding).where(FormBinding.blank_id == blank.id).order_by(FormBinding.id.desc())
    ).first() or pytest.fail("nothing is bound")


def sent(**more: Any) -> dict[str, Any]:
    """What a new form's page sends."""
    values = {"name": "Quarterly claim", "kind": "OPCC", "label": "2025/26", **more}
    return {name: value for name, value in values.items() if value is not None}


def test_a_form_is_taken_in_bound_by_pointing_tried_confirmed_and_filled(
    finance: FlaskClient, session: Session, year: FundingYear
) -> None:
    file = (BytesIO(year_ends.claim_blank()), "claim.xlsx")
    whose = {"programme": year.programme_id, "area": year.police_area_id}
    answer = finance.post("/forms/new", data=sent(file=file, **whose), follow_redirects=True)
    assert "Begin the binding" in answer.text
    blank = session.scalars(select(FormBlank)).one()
    edition = f"/forms/editions/{blank.id}"
    finance.post(f"{edition}/draft", data={"note": ""})

    suggested = page_of(finance.get(f"{edition}/sheets/1/suggestions").text)
    assert "Summary, labour: Q1" in suggested
    finance.post(f"{edition}/sheets/1/suggestions", data={"edition": "1", "take": ["C9", "D9", "B3"]})
    assert {cell.cell for cell in showing.content(draft_of(session, blank)).cells} == {"C9", "D9", "B3"}

    cell = f"{edition}/sheets/1/cells/H9"
    assert "Summary, labour: This claim" in finance.get(cell).text
    assert "Claim summary, labour: Running total" in finance.get(f"{cell}?table=ClaimSummary&k=labour").text
    finance.post(cell, data={"edition": "2", "do": "bind", "figure": "ClaimSummary/labour/This%20claim"})
    finance.post(f"{edition}/sheets/1/cells/B4", data={"edition": "3", "do": "say", "says": "Dorset Council"})
    rows = f"{edition}/sheets/2/rows/4"
    assert "Lead organisation" in finance.get(rows).text
    listed = {"edition": "4", "do": "bind", "rows": "12", "columns-0-letters": "A", "columns-0-takes": "Title"}
    finance.post(f"{rows}?table=Interventions", data=listed)
    finance.post(f"{edition}/sheets/1/cells/B13", data={"edition": "5", "do": "spared"})
    grid = finance.get(f"{edition}/sheets/1").text
    assert "27,668.78" in grid
    assert "Dorset Council" in grid

    tried = finance.get(f"{edition}/try").text
    assert "nothing stops the filling" in tried
    assert "Certified" not in tried.partition("Worth a look")[0]
    finance.post(f"{edition}/confirm", data={"edition": "6"})
    assert draft_of(session, blank).confirmed_at is not None
    of = session.scalars(select(Return.id)).one()
    shown = finance.post(f"{edition}/fill", data={"of": of}, follow_redirects=True)
    assert "found to say what the return says" in shown.text
    [why] = {found for page in (tried, shown.text) for found in re.findall(r'href="([^"]*/why/[^"]*/q1-actual)"', page)}
    assert f"/returns/{of}/why/summary/" in why
    assert "27,668.78" in finance.get(why).text

    kept = session.execute(select(FilledForm.id, FilledForm.file, FilledForm.file_sha256, FilledForm.file_name)).one()
    assert f'href="/forms/filled/{kept.id}"' in finance.get(f"/returns/{of}").text
    got = finance.get(f"/forms/filled/{kept.id}/file")
    assert (got.data, sha256(got.data)) == (kept.file, kept.file_sha256)
    assert kept.file_name == "claim_2025-26_Q2.xlsx"
    there = read(got.data, [("Claim", "C9"), ("Claim", "B4"), ("Projects", "A4")])
    assert there["Claim", "C9"] == summary_totals(dorset()).streams[0].quarters[0]
    assert there["Claim", "B4"] == "Dorset Council"
    assert finance.get("/forms").text.count("Quarterly claim") == 1
    assert "claim_2025-26_Q2.xlsx" in finance.get(f"/forms/{blank.form_id}").text
    assert finance.get(f"{edition}/file").data == year_ends.claim_blank()
    assert finance.get(f"{edition}/try/file").status_code == 200


def test_next_years_blank_is_compared_and_takes_the_binding_over(
    finance: FlaskClient, session: Session, bound: FormBlank
) -> None:
    address = f"/forms/{bound.form_id}/next"
    assert "New edition" in finance.get(address).text
    same = {"label": "again", "file": (BytesIO(year_ends.claim_blank()), "b.xlsx")}
    assert "is the edition 2025/26 already" in finance.post(address, data=same).text
    later = {"label": "2026/27", "file": (BytesIO(claim_form(later=True)), "b.xlsx")}
    answer = finance.post(address, data=later, follow_redirects=True).text
    assert "Claim!C11" in answer
    assert "0 not found again" in answer
    made = session.scalars(select(FormBlank).order_by(FormBlank.id.desc())).first()
    assert made is not None
    assert "Claim!C11" in finance.get(f"/forms/editions/{made.id}/try").text


def test_a_word_of_ours_is_written_in_the_forms_word(finance: FlaskClient, session: Session, bound: FormBlank) -> None:
    edition = f"/forms/editions/{bound.id}"
    binding = by_labels().with_cell(
        bindings.BoundCell("Projects", "C15", bindings.Address("Facts", ("Police area",), "Says"))
    )
    row = draft_of(session, bound)
    actions.save_draft(session, row, binding, row.edition)
    session.commit()
    tried = finance.get(f"{edition}/try").text
    assert "Breaks the form&#39;s own rule" in tried
    assert "The form’s word for “Dorset”" in tried
    finance.post(f"{edition}/words", data={"edition": "2", "ours": "Dorset", "theirs": "New"})
    assert "nothing stops the filling" in finance.get(f"{edition}/try").text


def test_a_binding_goes_out_as_a_file_and_comes_in_again(
    finance: FlaskClient, session: Session, bound: FormBlank
) -> None:
    address = f"/forms/editions/{bound.id}/binding"
    file = finance.get(address).data
    assert json.loads(file)["cells"]
    changed = json.dumps({**json.loads(file), "unit": "1"}).encode()
    assert finance.post(address, data={"edition": "1", "file": (BytesIO(changed), "x.json")}).status_code == 302
    assert '"unit":"1"' in draft_of(session, bound).content
    assert "Controlled rounding" in finance.get(f"/forms/editions/{bound.id}/try").text
    wrong = finance.post(address, data={"edition": "2", "file": (BytesIO(b"[]"), "x.json")})
    assert (wrong.status_code, "The binding: it must be an object" in wrong.text) == (422, True)


def test_a_confirmed_binding_is_changed_by_a_new_version_only(
    finance: FlaskClient, session: Session, bound: FormBlank, monkeypatch: pytest.MonkeyPatch
) -> None:
    edition = f"/forms/editions/{bound.id}"
    unfit = finance.post(f"{edition}/fill", data={"of": session.scalars(select(Return.id)).one()})
    assert "Confirm the binding first" in unfit.text
    assert "Somebody else changed this draft" in finance.post(f"{edition}/confirm", data={"edition": "9"}).text
    finance.post(f"{edition}/confirm", data={"edition": "1"})
    cell = f"{edition}/sheets/1/cells/B4"
    refused = finance.post(cell, data={"edition": "1", "do": "say", "says": "x"})
    assert (refused.status_code, "Version 1 is confirmed" in refused.text) == (422, True)
    assert "Say why the binding changes" in finance.post(f"{edition}/draft", data={"note": " "}).text
    finance.post(f"{edition}/draft", data={"note": "A row moved"})
    finance.post(f"{edition}/settings", data={"edition": "1", "unit": "1000"})
    latest = draft_of(session, bound)
    assert (latest.version, latest.note, '"unit":"1000"' in latest.content) == (2, "A row moved", True)
    confirmed = queries.confirmed_binding(latest.blank)
    assert confirmed is not None
    assert confirmed.version == 1

    def fill_slowly(*given: Any) -> FilledIn:
        finance.post(f"{edition}/confirm", data={"edition": str(draft_of(session, bound).edition)})
        return fill_in(*given)

    monkeypatch.setattr(filling, "fill_in", fill_slowly)  # somebody else is faster
    late = finance.post(f"{edition}/fill", data={"of": session.scalars(select(Return.id)).one()})
    assert (late.status_code, "confirmed a new version of the binding meanwhile" in late.text) == (422, True)
    assert session.scalar(select(FilledForm.id)) is None


@pytest.mark.parametrize(
    ("address", "data", "sentence"),
    [
        ("sheets/1/cells/B4", {"do": "bind", "figure": "a"}, "Select a figure"),
        ("sheets/1/cells/B4", {"do": "bind", "figure": "Summary/x/\0/😀"}, "no such figure"),
        ("sheets/1/cells/B4", {"do": "say", "says": ""}, "Enter the text"),
        ("sheets/2/rows/4?table=Interventions", {"rows": "99999"}, "whole number of rows"),
        ("sheets/2/rows/4?table=Interventions", {"rows": "3"}, "at least one column"),
        ("settings", {"unit": "7"}, "Choose one of those offered"),
        ("sheets/1/suggestions", {"take": ["Z1"]}, "Choose one of those offered"),
    ],
)
def test_what_cannot_be_is_refused_where_it_was_asked(
    finance: FlaskClient, bound: FormBlank, address: str, data: dict[str, Any], sentence: str
) -> None:
    answer = finance.post(f"/forms/editions/{bound.id}/{address}", data={"edition": "1", **data})
    assert (answer.status_code, sentence in answer.text) == (422, True)


def test_what_is_no_workbook_is_told_beside_its_field(finance: FlaskClient, year: FundingYear) -> None:
    whose = {"programme": year.programme_id, "area": year.police_area_id}
    answer = finance.post("/forms/new", data=sent(file=(BytesIO(b"%PDF-1.4"), "claim.xlsx"), **whose))
    assert (answer.status_code, "This file is a PDF" in answer.text) == (422, True)
    assert "Enter a name" in finance.post("/forms/new", data=sent(name="")).text


def test_what_is_not_there_is_not_found(finance: FlaskClient, bound: FormBlank) -> None:
    edition = f"/forms/editions/{bound.id}"
    for address in ("sheets/9", "sheets/1/cells/ZZZZ1", "sheets/1/rows/99999", "try?of=99"):
        assert finance.get(f"{edition}/{address}").status_code == 404, address
    assert finance.get(f"{edition}/compare").headers["Location"].endswith(edition)
    assert finance.get(f"{edition}/sheets/1?cell=c9").headers["Location"].endswith("/cells/C9")


def test_a_certifier_sees_forms_and_changes_none(signed_in: SignedIn, bound: FormBlank) -> None:
    certifier = signed_in(Role.CERTIFIER)
    page = certifier.get(f"/forms/editions/{bound.id}").text
    assert "Confirm the binding" not in page
    assert certifier.post(f"/forms/editions/{bound.id}/confirm", data={"edition": "1"}).status_code == 403
