"""The pages of the ledger: uploaded, its columns named, checked, taken over, compared, noted, withdrawn."""

import csv
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import BytesIO, StringIO
from typing import Any

import pytest
import xlsxwriter
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.decisions.models import Award
from portfolio.funding_years.models import FundingYear
from portfolio.ledger.models import LedgerExtract
from portfolio.people.rules import Role
from tests import make
from tests.conftest import SignedIn, title_of
from tests.pages import read, value_of

REAL = (
    "\ufeffDorset Council,,,,,\nGeneral ledger,,Page 1,,,\n\nTrans Date,Cost Centre,Account,Description,Ref,Amount\n"
    '31/07/2025, 04512 ,1000,=HYPERLINK("x"),J1," 1,017.26 "\n'
    "2025-08-01,4512,1000,Credit note,J2,(73.11)\n31-Aug-25,4512,2000,Room,J3,100.00\n,4512 Total,,,,1044.15\n"
    "Trans Date,Cost Centre,Account,Description,Ref,Amount\n01/09/2025,9999,1000,Other,J4,5.00-\n,,,,,\n"
    "05/04/2024,4512,1000,Old,J5,8.00\nGrand total,,,,,1047.15\n"
)
COLUMNS = {"date": 1, "centre": 2, "account": 3, "description": 4, "reference": 5, "amount": 6}


@pytest.fixture
def award(session: Session) -> Award:
    """Dorset's award on cost centre 004512, with £1,000.00 of pay claimed in Q2."""
    found = make.award(session, cost_centre="00 4512")
    make.claim(session, found, make.Q2, lines={("labour", "pay and on-costs"): Decimal("1000.00")})
    make.award(session, make.proposal(session, "SVD-25-02", csps=("bcp",)), csp="bcp", cost_centre="777")
    session.commit()
    return found


@pytest.fixture
def year(award: Award) -> FundingYear:
    """The award's year."""
    return award.proposal.funding_year


@pytest.fixture
def finance(signed_in: SignedIn, award: Award) -> FlaskClient:
    """A finance officer of Dorset."""
    return signed_in(Role.FINANCE)


def sent(
    browser: FlaskClient, year: FundingYear, content: str | bytes, name: str = "gl.csv", **more: Any
) -> TestResponse:
    """Upload a ledger."""
    file = (BytesIO(content.encode() if isinstance(content, str) else content), name)
    return browser.post(f"/ledger/{year.id}/upload", data={"file": file, "csp": "", **more})


def taken(browser: FlaskClient, year: FundingYear, content: str, **more: Any) -> TestResponse:
    """Upload a ledger, name its columns where that is asked, and take it over."""
    here = sent(browser, year, content, **more).headers["Location"]
    if title_of(browser.get(here)).startswith("Columns of"):
        browser.post(f"{here}/columns", data=COLUMNS)
    return confirmed(browser, here)


def confirmed(browser: FlaskClient, here: str) -> TestResponse:
    """Take an upload over as its page shows it."""
    return browser.post(here, data={"seen": value_of(browser.get(here), "seen")}, follow_redirects=True)


def test_a_ledger_is_uploaded_its_columns_named_once_and_taken_over(
    finance: FlaskClient, year: FundingYear, award: Award, session: Session
) -> None:
    assert "No ledger of Q2 2025/26 yet" in read(finance.get("/ledger").text)
    here = sent(finance, year, REAL).headers["Location"]
    asked = finance.get(here)
    assert title_of(asked) == "Columns of gl.csv"
    assert '<option value="6" selected>F: Amount' in asked.text
    assert '<option value="2" selected>B: Cost Centre' in asked.text
    answer = finance.post(f"{here}/columns", data={**COLUMNS, "amount": "", "debit": 6})
    assert answer.status_code == 422
    assert "Choose the column of credits too" in read(answer.text)
    assert finance.post(f"{here}/columns", data=COLUMNS).headers["Location"] == here
    page = read(finance.get(here).text)
    assert "Check before it counts" in page
    assert "Total £1,047.15" in page
    assert "2 lines of totals; 1 row of headings" in page
    assert "Outside 2025/26 1 £8.00" in page
    assert "No project has this cost centre 1 −£5.00" in page
    assert "The account has no cost category yet 3 £1,044.15" in page
    page = read(confirmed(finance, here).text)
    assert "The ledger is taken over" in page
    assert "BCP Community Safety Partnership: no ledger" not in page  # it is that of all partnerships
    assert "In the ledger £1,039.15 Claimed £1,000.00" in page
    extract = session.scalars(select(LedgerExtract)).one()
    assert (extract.transactions, extract.total) == (5, Decimal("1047.15"))
    assert finance.post(here).status_code == 404  # pressed twice
    again = sent(finance, year, REAL)
    assert again.status_code == 422
    assert "The very same file is recorded already" in read(again.text)
    page = read(finance.get(f"/ledger/extracts/{extract.id}?quarter=2024-25/q1").text)
    assert "Old" in page
    assert "Credit note" not in page


def test_accounts_are_named_and_the_rest_is_explained_or_not(
    finance: FlaskClient, year: FundingYear, award: Award, session: Session, signed_in: SignedIn
) -> None:
    taken(finance, year, REAL)
    asked = finance.get(f"/ledger/{year.id}/accounts")
    assert "2 accounts are not decided yet" in read(asked.text)
    pay = make.category(year.programme).id
    data = {"accounts-0-code": "1", "accounts-0-category": pay, "accounts-1-code": "2", "accounts-1-category": "0"}
    data = {**data, "accounts-0-code": "1000\0", "accounts-1-code": "2000"}
    assert finance.post(f"/ledger/{year.id}/accounts", data=data).status_code == 302
    assert finance.post(f"/ledger/{year.id}/accounts", data={**data, "accounts-0-category": 999}).status_code == 422
    here = "/ledger/projects/SVD-25-01/dorset/2025-26/q2"
    page = read(finance.get(here).text)
    assert "£55.85 is claimed and neither in the ledger nor noted as timing" in page
    assert "Pay and on-costs 2 £944.15 £1,000.00 −£55.85 £0.00 −£55.85" in page
    note = {"category": pay, "amount": "-50.00", "belongs_to": "2025-26/q3", "reason": "Invoice of September"}
    wrong = finance.post(here, data={**note, "amount": "0", "reason": ""})
    assert wrong.status_code == 422
    assert "Say what it is" in read(wrong.text)
    assert finance.post(here, data={**note, "amount": "0"}).status_code == 422
    page = read(finance.post(here, data=note, follow_redirects=True).text)
    assert "£5.85 is claimed" in page
    assert "The very same timing difference" in read(finance.post(here, data=note).text)
    page = read(finance.get("/ledger?show=open").text)
    assert "In the ledger £1,039.15 £100.00 of it no spend Claimed £1,000.00" in page
    assert "Unexplained −£10.85" in page
    rows = list(csv.DictReader(StringIO(finance.get(f"/ledger/{year.id}/2025-26/q2/file").text.removeprefix("\ufeff"))))
    assert (
        sum(Decimal(row["Unexplained"]) for row in rows[:-1]) == Decimal(rows[-1]["Unexplained"]) == Decimal("-10.85")
    )
    assert {row["Project"] for row in rows} == {award.proposal.title, "Held against no project", ""}
    assert read(finance.post("/ledger/notes/1/withdraw", follow_redirects=True).text).count("Withdrawn") >= 1
    assert "withdrawn already" in read(finance.post("/ledger/notes/1/withdraw", follow_redirects=True).text)
    certifier = signed_in(Role.CERTIFIER)
    assert "Note a timing difference" not in certifier.get(here).text
    assert certifier.post(here, data=note).status_code == 403


def test_only_what_was_looked_at_is_taken_over(finance: FlaskClient, year: FundingYear, session: Session) -> None:
    here = sent(finance, year, REAL).headers["Location"]
    finance.post(f"{here}/columns", data=COLUMNS)
    seen = {"seen": value_of(finance.get(here), "seen")}
    finance.post(f"{here}/columns", data={**COLUMNS, "account": 2, "centre": 3})
    assert "has changed since you looked" in read(finance.post(here, data=seen).text)
    other = sent(finance, year, REAL.replace("100.00", "200.00")).headers["Location"]
    assert "has changed since you looked" in read(finance.post(other, data=seen).text)
    assert session.scalars(select(LedgerExtract)).all() == []


def test_a_quarter_between_of_which_a_file_has_nothing_is_replaced_in_sight(
    finance: FlaskClient, year: FundingYear
) -> None:
    taken(finance, year, REAL)
    heading = REAL.splitlines()[3]
    around = f"{heading}\n30/06/2025,4512,1000,June,J1,1.00\n01/10/2025,4512,1000,October,J2,2.00\n"
    page = read(finance.get(sent(finance, year, around).headers["Location"]).text)
    assert "Q2 2025/26: Jul 2025 - Sep 2025 0 £0.00 Takes the place of the extract that counts now" in page


def test_a_workbook_is_a_ledger_too(finance: FlaskClient, year: FundingYear) -> None:
    made = BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(0, 0, ["Date", "Cost Centre", "Account", "Debit", "Credit"])
    sheet.write_datetime(1, 0, date(2025, 7, 31), book.add_format({"num_format": "d mmm yyyy"}))
    sheet.write_row(1, 1, [4512, 1000, 0.1 + 0.2, ""])
    sheet.write_row(2, 0, ["45869", "4512", "1000", "", 1017.26])
    book.close()
    here = sent(finance, year, made.getvalue(), "gl.xlsx").headers["Location"]
    finance.post(f"{here}/columns", data={"date": 1, "centre": 2, "account": 3, "debit": 4, "credit": 5})
    assert "31 July 2025 to 31 July 2025 Total −£1,016.96" in read(finance.get(here).text)


@pytest.mark.parametrize(
    ("name", "content", "sentence"),
    [
        ("gl.pdf", b"%PDF-1.7 nothing", "PDF"),
        ("gl.csv", b"a,b\n1,2\n", "No row of headings was found in the first 60 rows"),
        ("gl.csv", b"", "This file is empty"),
    ],
)
def test_what_is_no_ledger_is_refused_on_its_field(
    finance: FlaskClient, year: FundingYear, name: str, content: bytes, sentence: str
) -> None:
    answer = sent(finance, year, content, name)
    assert answer.status_code == 422
    assert sentence in read(answer.text)


def test_every_fault_of_a_file_stands_on_its_page_and_nothing_is_taken_over(
    finance: FlaskClient, year: FundingYear, session: Session
) -> None:
    bad = "Trans Date,Cost Centre,Account,Description,Ref,Amount\n07/31/2025,4512,1,,,x\n31/07/2025,4512,1,,,\n"
    answer = taken(finance, year, bad)
    assert answer.status_code == 422
    page = read(answer.text)
    assert "3 rows and cells cannot be read. Nothing was taken over" in page
    assert "2 F, Amount “x” is not an amount" in page
    assert "3 F, Amount There is a date and no amount" in page
    old = bad.partition("\n")[0] + "\n05/04/2024,4512,1000,Old,J5,8.00\n"
    assert "No transaction of this file is dated in 2025/26" in read(taken(finance, year, old).text)
    assert session.scalars(select(LedgerExtract)).all() == []
    here = sent(finance, year, REAL).headers["Location"]
    assert "The upload is forgotten" in read(finance.post(f"{here}/give-up", follow_redirects=True).text)
    assert finance.get(here).status_code == 404


def test_an_extract_is_withdrawn_and_a_cost_centre_named(
    finance: FlaskClient, year: FundingYear, award: Award, session: Session
) -> None:
    make.extract(session, year, [("4512", "1000", Decimal("5.00")), ("=1+1", "2", Decimal("-3.00"))])
    here = "/ledger/projects/SVD-25-02/bcp/2025-26/q2"
    assert "nobody can tell whose the transactions are" in read(
        finance.post(f"{here}/cost-centre", data={"cost_centre": " 4512 "}, follow_redirects=True).text
    )
    page = read(finance.get(f"/ledger/{year.id}/2025-26/q2/unmatched").text)
    assert "4512 1000 Several projects have this cost centre SVD-25-01, SVD-25-02 1 £5.00" in page
    assert "=1+1" in page
    page = read(finance.get(f"/ledger/{year.id}/2025-26/q2/transactions?code=4512&account=1000").text)
    assert "J2" in page
    assert "J3" not in page
    assert finance.get(f"/ledger/{year.id}/2024-25/q2/unmatched").status_code == 404
    assert finance.post("/ledger/extracts/1/withdraw").status_code == 422
    page = read(finance.post("/ledger/extracts/1/withdraw", data={"because": "Wrong"}, follow_redirects=True).text)
    assert "Withdrawn by" in page
    assert "Withdrawn" in read(finance.get(f"/ledger/{year.id}/extracts").text)
    assert "No ledger extract was uploaded for this quarter" in read(finance.get(here).text)


def test_no_page_asks_more_of_the_database_for_more_rows(
    finance: FlaskClient, year: FundingYear, session: Session, queries_of: Callable[[FlaskClient, str], int]
) -> None:
    make.extract(session, year, [("4512", "1000", Decimal("5.00"))])
    pages = [
        "/ledger",
        "/ledger/projects/SVD-25-01/dorset/2025-26/q2",
        *(f"/ledger/{year.id}/{page}" for page in ("accounts", "2025-26/q2/unmatched", "2025-26/q2/transactions")),
    ]
    few = [queries_of(finance, page) for page in pages]
    for number in range(3):
        more = make.proposal(session, f"SVD-25-1{number}", asks={"labour": Decimal("5000.00")})
        make.claim(session, make.award(session, more, cost_centre=f"9{number}"), make.Q2)
    make.extract(session, year, [(f"9{number % 6}", f"{number}", Decimal("1.00")) for number in range(60)])
    assert [queries_of(finance, page) for page in pages] == few
