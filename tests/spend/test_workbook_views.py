"""A claim in Excel: downloaded, filled in, sent back, looked at and confirmed; and everything that comes between."""

import re
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.decisions.models import Award
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.spend.checks import Part
from portfolio.spend.claiming import contents_of, find_claim
from portfolio.spend.models import Claim, ClaimQuery, WorkbookUpload
from portfolio.spend.rules import RAG, ClaimStatus
from tests import make
from tests.conftest import NOW, SignedIn, title_of
from tests.make import Q1, Q2
from tests.pages import read
from tests.spend import level_up
from tests.spend.grids import spot
from tests.spend.level_up import Q2_PAGE, claim_now, fill_in, save

PAGE = f"{Q2_PAGE}/workbook"
ALL = "/spend/workbook/2025-26/q2"
Fill = tuple[str, Mapping[tuple[str, ...], Any]]
REFERENCE = "SVD-25-03"


def filled(form: bytes, *fills: Fill) -> bytes:
    """A workbook as somebody fills it in."""
    book = load_workbook(BytesIO(form))
    for sheet, values in fills:
        grid = {sheet: [list(row) for row in book[sheet].values]}
        for (heading, *keys), value in values.items():
            at = spot(grid, sheet, heading, *keys)
            book[sheet].cell(at.row + 1, at.column + 1).value = value
    out = BytesIO()
    book.save(out)
    return out.getvalue()


def cells(sheet: str, values: Mapping[tuple[str, str], Any] | Mapping[tuple[str, str, str], Any]) -> Fill:
    """What is typed into a sheet: heading and keys of the row, and the value."""
    return sheet, {tuple(key): value for key, value in values.items()}


LEVEL_UP = (
    cells(
        "Spend",
        {
            ("Amount", REFERENCE, "pay and on-costs"): 4655,
            ("Amount", REFERENCE, "equipment and materials"): " £837.77 ",
            ("Amount", REFERENCE, "other"): -125,
            ("What it was for", REFERENCE, "other"): "Refund of a cancelled venue booked in June",
        },
    ),
    cells("Forecast", {("Forecast", REFERENCE, "Q3"): 5500, ("Forecast", REFERENCE, "Q4"): 5491.25}),
    cells(
        "Progress",
        {
            ("Match spent", REFERENCE): 0,
            ("What was done", REFERENCE): "Two extra groups in September.",
            ("How delivery is going", REFERENCE): " amber / green",
            ("How spending is going", REFERENCE): "Green",
            ("Why spend differs from the profile", REFERENCE): level_up.EXPLANATION,
        },
    ),
)
"""Level-Up's second quarter, as `level_up.typed` types it on the web."""


def download(browser: FlaskClient, page: str = PAGE) -> bytes:
    """A workbook as the site makes it."""
    answer = browser.get(f"{page}.xlsx")
    assert answer.status_code == 200
    assert answer.headers["Content-Disposition"].startswith("attachment")
    return bytes(answer.data)


def upload(browser: FlaskClient, content: bytes, page: str = PAGE) -> TestResponse:
    """The page that a workbook leads to."""
    sent = {"file": (BytesIO(content), "Claim Q2 (mine).xlsx")}
    return browser.post(page, data=sent, content_type="multipart/form-data", follow_redirects=True)


def confirm(browser: FlaskClient, seen: TestResponse) -> TestResponse:
    """Press the button under what a workbook would change."""
    sent = re.search(r'name="seen"[^>]*value="(\w+)"', seen.text)
    assert sent is not None
    return browser.post(seen.request.path, data={"seen": sent[1]})


def test_level_up_is_claimed_in_excel_as_on_the_web(session: Session, leading: FlaskClient, award: Award) -> None:
    assert title_of(leading.get(PAGE)) == "Claim for Q2 2025/26 in Excel"
    looked = upload(leading, filled(download(leading), *LEVEL_UP))
    assert title_of(looked) == "What your workbook changes"
    words = read(looked.text)
    assert "Non-labour, equipment and materials: amount Spend, F9 Nothing £837.77" in words
    assert "How delivery is going Progress, E4 Nothing Amber/Green" in words
    assert session.scalar(select(func.count(Claim.id)).where(Claim.quarter == Q2)) == 0, "nothing is saved unasked"
    saved = confirm(leading, looked)
    assert saved.location == f"{Q2_PAGE}/check"
    in_excel = contents_of(claim_now(session, award))
    assert session.scalar(select(func.count(WorkbookUpload.id))) == 0
    session.delete(claim_now(session, award))
    session.commit()
    fill_in(leading)
    assert contents_of(claim_now(session, award)) == in_excel


def test_a_draft_is_downloaded_and_only_what_is_new_is_shown(
    session: Session, leading: FlaskClient, award: Award
) -> None:
    confirm(leading, upload(leading, filled(download(leading), *LEVEL_UP)))
    form = download(leading)
    unchanged = upload(leading, form)
    assert "Nothing: all it says is saved already." in unchanged.text
    looked = upload(leading, filled(form, cells("Progress", {("Risks", REFERENCE): "Rain"})))
    words = read(looked.text)
    assert "1 claim would change; 11 other boxes say what is saved already" in words
    assert "Risks Progress, H4 Nothing Rain" in words
    assert confirm(leading, looked).status_code == 302
    assert (claim_now(session, award).edition, claim_now(session, award).risks) == (2, "Rain")


def test_a_change_is_shown_of_the_cell_that_it_was_typed_in(leading: FlaskClient) -> None:
    book = load_workbook(BytesIO(download(leading)))
    sheet = book["Spend"]
    first = [cell.value for cell in sheet[5]]
    sheet.append([*first[:5], 12, "Its first line is blank", None, None, first[9], 2])
    written = BytesIO()
    book.save(written)
    words = read(upload(leading, written.getvalue()).text)
    assert f"pay and on-costs: amount Spend, F{sheet.max_row} Nothing £12.00" in words


def test_all_faults_are_listed_and_nothing_is_half_applied(session: Session, leading: FlaskClient) -> None:
    bad = {
        ("Amount", REFERENCE, "pay and on-costs"): 12.345,
        ("Amount", REFERENCE, "training"): "$50",
        ("What it was for", REFERENCE, "premises and room hire"): "Hall",
    }
    looked = upload(leading, filled(download(leading), *LEVEL_UP, cells("Spend", bad)))
    assert title_of(looked) == "Error: Put your workbook right"
    words = read(looked.text)
    assert "3 things in the workbook must be put right. Nothing of it is saved." in words
    for said in (
        "Spend, F5 “12.345” has more than two decimals",
        "Spend, F6 “$50” is not in pounds",
        "Spend, F8 Enter a value, even if it is zero",
    ):
        assert said in words
    waiting = looked.request.path
    assert leading.post(waiting, data={"seen": ""}).status_code == 422
    assert session.scalar(select(func.count(Claim.id)).where(Claim.quarter == Q2)) == 0
    marked = load_workbook(BytesIO(leading.get(f"{waiting}/marked.xlsx").data))
    assert marked["Spend"]["F5"].value == 12.345
    assert "two decimals" in str(marked["Spend"]["F5"].comment.text if marked["Spend"]["F5"].comment else "")


def test_a_workbook_survives_what_people_and_programs_do_to_it(
    session: Session, leading: FlaskClient, award: Award
) -> None:
    form = filled(download(leading), *LEVEL_UP)
    book = load_workbook(BytesIO(form))
    book.move_sheet("Progress", offset=-3)
    book["Spend"].title = "Ausgaben"
    book["Start"].sheet_state = "hidden"
    book.create_sheet("My notes")["C7"] = "Ask Ann about the venue"
    spend = book["Ausgaben"]
    spend.insert_rows(8, amount=2)
    spend.merge_cells("A5:A7")
    spend.insert_cols(2)
    spend["B4"] = "My own column"
    out = BytesIO()
    book.save(out)
    looked = upload(leading, out.getvalue())
    assert title_of(looked) == "What your workbook changes"
    assert "amount Ausgaben, G11 Nothing £837.77" in read(looked.text)
    confirm(leading, looked)
    assert contents_of(claim_now(session, award)).total == Decimal("5367.77")


OTHERS = (
    ("Quarter", "Q1", "This workbook is for Q1 2025/26, and this page is for Q2 2025/26"),
    ("Financial year", "2024/25", "This workbook is for Q2 2024/25, and this page is for Q2 2025/26"),
    ("Form version", "7", "This workbook has form version 7, and the site takes version 1"),
    ("Form", "Timesheet", "This is not a workbook of claims"),
    ("Programme", "Hotspots", "This workbook is for Hotspots, and its awards are of Serious Violence Duty"),
    ("Police area", "Essex", "This workbook is for Essex, and its awards are of Dorset"),
    ("Partnership", "Essex CSP", "This workbook is for Essex CSP, and its awards are of Dorset Community"),
    ("Quarter", "soon", "“soon” is not a quarter"),
)


def test_a_workbook_for_something_else_is_refused_by_name(leading: FlaskClient) -> None:
    form = filled(download(leading), *LEVEL_UP)
    for item, value, said in OTHERS:
        words = read(upload(leading, filled(form, cells("Start", {("Detail", item): value}))).text)
        assert said in words
        assert "1 thing in the workbook must be put right" in words, item


def _second(session: Session, lead: Person, reference: str = "SVD-25-04", title: str = "Nurse") -> Award:
    proposal = make.proposal(session, reference, title=title, asks={"non-labour": Decimal("8000.00")})
    return make.award(session, proposal, lead_person_id=lead.id)


def test_several_awards_are_claimed_in_one_workbook_or_none_of_them(
    session: Session, leading: FlaskClient, lead: Person, award: Award
) -> None:
    second, third = _second(session, lead), _second(session, lead, "SVD-25-05", "Left alone")
    session.commit()
    more = cells("Spend", {("Amount", "SVD-25-04", "training"): 70, ("Amount", "SVD-25-04", "other"): 1})
    looked = upload(leading, filled(download(leading, ALL), *LEVEL_UP, more), ALL)
    assert "Spend, G24 Say what the cost in “other” was for" in read(looked.text)
    assert leading.post(looked.request.path, data={"seen": ""}).status_code == 422
    assert session.scalar(select(func.count(Claim.id)).where(Claim.quarter == Q2)) == 0
    said = cells("Spend", {("What it was for", "SVD-25-04", "other"): "Stamps"})
    invoice = "Ledger or invoice reference"
    twice = {(invoice, REFERENCE, "other"): "INV-1", (invoice, "SVD-25-04", "training"): "INV-1"}
    looked = upload(leading, filled(download(leading, ALL), *LEVEL_UP, more, said, cells("Spend", twice)), ALL)
    assert "Spend, H16 Transaction INV-1 is already claimed in SVD-25-03 (Dorset CSP)" in read(looked.text)
    looked = upload(leading, filled(download(leading, ALL), *LEVEL_UP, more, said), ALL)
    assert "2 claims would change" in read(looked.text)
    saved = confirm(leading, looked)
    assert saved.location == ALL
    assert "2 drafts for Q2 2025/26 are saved from the workbook" in leading.get(ALL).text
    session.expire_all()
    assert contents_of(claim_now(session, award)).total == Decimal("5367.77")
    assert contents_of(claim_now(session, second)).total == Decimal("71.00")
    assert find_claim(session, third, Q2) is None, "nothing was typed for it"


def test_claims_that_together_are_above_the_allocation_are_worth_a_look(
    session: Session, leading: FlaskClient, lead: Person
) -> None:
    make.programme(session).tolerance_percent = Decimal(20)  # awards may go above the allocation, claims may not
    asks = {"non-labour": Decimal("75000.00")}
    make.award(session, make.proposal(session, "SVD-25-04", title="Nurse", asks=asks), lead_person_id=lead.id)
    session.commit()
    large = cells("Spend", {("Amount", "SVD-25-04", "training"): 74_000})
    looked = upload(leading, filled(download(leading, ALL), *LEVEL_UP, large), ALL)
    words = read(looked.text)
    assert "Spend, F16 Dorset Community Safety Partnership's claims of the non-labour stream would come to" in words
    assert "£82,884.08, £2,093.87 more than its allocation of £80,790.21" in words


def test_a_workbook_of_another_award_or_of_all_is_refused_on_an_awards_page(
    session: Session, leading: FlaskClient, lead: Person
) -> None:
    _second(session, lead)
    session.commit()
    other = read(upload(leading, download(leading, "/spend/SVD-25-04/dorset/2025-26/q2/workbook")).text)
    assert "This workbook is for SVD-25-04 (Dorset CSP), and this page is for SVD-25-03 (Dorset CSP)" in other
    several = read(upload(leading, download(leading, ALL)).text)
    assert "This workbook is for 2 awards, and this page is for SVD-25-03 (Dorset CSP) alone" in several


def test_nobodys_row_gets_in_for_an_award_that_is_not_theirs(
    session: Session, leading: FlaskClient, signed_in: SignedIn, award: Award
) -> None:
    stranger = make.person(session, Role.LEAD)
    theirs = _second(session, stranger, title="A secret title")
    session.commit()
    claimed = {("Reference", REFERENCE, category): "SVD-25-04" for category in ("training", "other")}
    for page in (PAGE, ALL):
        words = read(upload(leading, filled(download(leading, page), *LEVEL_UP, cells("Spend", claimed)), page).text)
        sentence = "“SVD-25-04, Dorset Community Safety Partnership” is not an award that you can claim for here"
        assert f"Spend, A6 {sentence}, and 1 more row like it" in words
        assert "secret" not in words
    assert find_claim(session, theirs, Q2) is None
    waiting = upload(leading, filled(download(leading), *LEVEL_UP)).request.path
    browser = signed_in(person=stranger)
    for address in (waiting, f"{waiting}/marked.xlsx", f"{PAGE}.xlsx", PAGE):
        assert browser.get(address).status_code == 404
    assert browser.post(waiting, data={"seen": "x"}).status_code == 404
    assert upload(browser, b"anything").status_code == 404
    assert find_claim(session, award, Q2) is None


def test_what_was_saved_meanwhile_is_shown_before_it_is_replaced(
    session: Session, leading: FlaskClient, award: Award
) -> None:
    form = download(leading)
    looked = upload(leading, filled(form, *LEVEL_UP))
    save(leading, Part.SPEND, lines__0__amount="1.00")
    again = confirm(leading, looked)
    assert again.status_code == 422
    words = read(again.text)
    assert "Something was saved or decided after you looked" in words
    assert "Non-labour, pay and on-costs: amount Spend, F5 £1.00 £4,655.00" in words
    assert "Progress, K4 The claim of SVD-25-03 (Dorset CSP) was saved after this workbook was downloaded" in words
    assert contents_of(claim_now(session, award)).lines[0].amount == Decimal("1.00")
    again.request.environ["PATH_INFO"] = looked.request.path
    assert confirm(leading, again).status_code == 302
    assert (claim_now(session, award).edition, contents_of(claim_now(session, award)).total) == (2, Decimal("5367.77"))


def test_a_quarter_locked_meanwhile_takes_nothing(session: Session, leading: FlaskClient, award: Award) -> None:
    looked = upload(leading, filled(download(leading), *LEVEL_UP))
    make.lock(session, award, Q2)
    session.commit()
    answer = confirm(leading, looked)
    assert answer.status_code == 422
    assert "Q2 2025/26 is locked: it stands in the return" in read(answer.text)
    assert find_claim(session, award, Q2) is None


def test_questions_are_answered_in_the_workbook(session: Session, leading: FlaskClient, award: Award) -> None:
    claim = level_up.sent(session, award)
    claim.status = ClaimStatus.QUERIED
    claim.queries.append(ClaimQuery(asked_by=make.person(session, Role.FINANCE), asked_at=NOW, question="Which venue?"))
    session.commit()
    form = download(leading)
    looked = upload(leading, filled(form, cells("Questions", {("Your answer", REFERENCE): "The old mill"})))
    assert "Answer to question 1 Questions, E4 Nothing The old mill" in read(looked.text)
    confirm(leading, looked)
    assert claim_now(session, award).queries[0].answer == "The old mill"


def test_a_file_that_is_no_workbook_is_told_of_beside_its_box(
    app: Flask, leading: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = upload(leading, b"%PDF-1.7")
    assert looked.status_code == 422
    assert "This file is a PDF, not an Excel workbook" in read(looked.text)
    assert "Choose the workbook that you filled in" in leading.post(PAGE, data={}).text
    monkeypatch.setattr(app.view_functions["spend.upload_workbook"], "most_bytes", 1024)
    assert "Send one of at most 1 KB" in upload(leading, download(leading)).text


def test_an_upload_needs_its_token(signed_in: SignedIn, app: Flask, lead: Person, award: Award) -> None:
    leading = signed_in(person=lead)
    form = download(leading)
    app.config["WTF_CSRF_ENABLED"] = True
    assert upload(leading, form).status_code in (400, 403, 422)


def test_a_quarter_that_has_not_begun_has_no_workbook(leading: FlaskClient) -> None:
    page = "/spend/workbook/2026-27/q1"
    assert "Nothing to claim in Q1 2026/27" in leading.get(page).text
    assert leading.get(f"{page}.xlsx").location == page


def test_statements_do_not_grow_with_awards(
    session: Session, app: Flask, leading: FlaskClient, lead: Person, award: Award
) -> None:
    def statements(content: bytes) -> int:
        sent: list[str] = []

        def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
            sent.append(statement)

        engine = app.extensions["portfolio_database"].engine
        event.listen(engine, "before_cursor_execute", note)
        upload(leading, content, ALL)
        event.remove(engine, "before_cursor_execute", note)
        return len([statement for statement in sent if not statement.startswith(("PRAGMA", "BEGIN"))])

    make.claim(session, award, Q2, status=ClaimStatus.DRAFT)
    session.commit()
    few = statements(download(leading, ALL))
    for number in range(4, 9):
        second = _second(session, lead, f"SVD-25-0{number}")
        make.claim(session, second, Q1)
        make.claim(session, second, Q2, status=ClaimStatus.DRAFT)
    session.commit()
    many = statements(filled(download(leading, ALL), *LEVEL_UP))
    assert many <= few + 1, "transactions are looked for only where there are any"
    assert many <= 20


def test_a_workbook_that_nobody_confirms_is_kept_for_a_week(
    session: Session, leading: FlaskClient, lead: Person
) -> None:
    other = make.person(session, Role.LEAD)
    make.workbook_upload(session, other, uploaded_at=NOW - timedelta(days=8))
    kept = make.workbook_upload(session, other, uploaded_at=NOW - timedelta(days=6))
    make.workbook_upload(session, lead, name="before.xlsx")
    session.commit()
    upload(leading, filled(download(leading), *LEVEL_UP))
    found = {(row.person_id, row.name) for row in session.scalars(select(WorkbookUpload))}
    assert found == {(other.id, kept.name), (lead.id, "Claim Q2 (mine).xlsx")}


def test_colours_are_read_in_every_way_people_write_them(session: Session, leading: FlaskClient, award: Award) -> None:
    said = {("How delivery is going", REFERENCE): "AMBER/RED ", ("How spending is going", REFERENCE): "red"}
    confirm(leading, upload(leading, filled(download(leading), *LEVEL_UP, cells("Progress", said))))
    claim = claim_now(session, award)
    assert (claim.delivery_rag, claim.spend_rag) == (RAG.AMBER_RED, RAG.RED)
