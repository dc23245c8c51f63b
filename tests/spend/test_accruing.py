"""What of a claim was received and not yet paid: said by its lead while it is open, then by finance."""

from dataclasses import replace
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.people.rules import Role
from portfolio.returns.assembling import assemble
from portfolio.spend.claiming import Names, contents_of, fill_claim
from portfolio.spend.rules import ClaimStatus
from reports.content import Kind
from reports.totals import summary_totals
from tests import make
from tests.conftest import SignedIn
from tests.make import Q1, Q2, Q4
from tests.pages import read

HERE = "/spend/SVD-25-03/dorset/2025-26/q2"
PAY = ("labour", "pay and on-costs")


def test_a_lead_says_it_while_the_claim_is_open(leading: FlaskClient, award: Award, session: Session) -> None:
    amounts = {key: Decimal("100.00") for key in [(award.lines[0].stream.name, "training")]}
    amounts[award.lines[0].stream.name, "equipment and materials"] = Decimal("-5.00")
    claim = make.claim(session, award, Q2, lines=amounts, status=ClaimStatus.DRAFT)
    first, second = claim.lines
    sent = {"edition": "1", "lines-0-line": first.id, "lines-1-line": second.id, "lines-1-accrued": ""}
    assert "say how much" in leading.get(HERE).text
    assert "not paid for by 30 September 2025" in leading.get(f"{HERE}/accruals").text
    for typed, sentence in (
        ("100.01", "no more than £100.00 of it can be accrued"),
        ("-1", "Enter an amount of zero or more"),
        ("lots", "is not an amount"),
    ):
        refused = leading.post(f"{HERE}/accruals", data={**sent, "lines-0-accrued": typed})
        assert (refused.status_code, sentence in read(refused.text)) == (422, True), typed
        assert f'value="{typed}"' in refused.text
    refund = leading.post(f"{HERE}/accruals", data={**sent, "lines-1-accrued": "1"})
    assert "The line claims -£5.00, so no more than £0.00" in read(refund.text).replace("−", "-")
    assert leading.post(f"{HERE}/accruals", data={**sent, "lines-0-accrued": "60"}).status_code == 302
    session.refresh(claim)
    assert (first.accrued, second.accrued, claim.edition) == (Decimal("60.00"), None, 2)
    assert "This claim has changed" in leading.post(f"{HERE}/accruals", data={**sent, "lines-0-accrued": "1"}).text
    assert "Received and not yet paid" in read(leading.get(HERE).text)
    assert leading.post(f"{HERE}/accruals", data={"edition": "²", "lines-0-line": "9" * 99}).status_code == 422


def test_finance_says_it_before_it_approves_and_nobody_after(
    session: Session, award: Award, leading: FlaskClient, signed_in: SignedIn
) -> None:
    name = award.lines[0].stream.name
    claim = make.claim(session, award, Q2, lines={(name, "training"): Decimal("100.00")}, status=ClaimStatus.SUBMITTED)
    finance, line = signed_in(Role.FINANCE), claim.lines[0]
    sent = {"edition": "1", "lines-0-line": line.id, "lines-0-accrued": "25.50"}
    assert leading.get(f"{HERE}/accruals").status_code == 302
    assert "so it cannot be changed" in leading.post(f"{HERE}/accruals", data=sent).text
    assert finance.post(f"{HERE}/accruals", data=sent).status_code == 302
    words = read(finance.get(HERE).text)
    assert "raining £100.00 £25.50 Total £25.50" in words
    assert "What is expected Q3 Q4 Outturn Award Not used" in words, "the table of the forecast keeps its headings"
    session.refresh(claim)
    claim.status = ClaimStatus.APPROVED
    assert finance.get(f"{HERE}/accruals").status_code == 302
    assert finance.get("/spend/SVD-25-03/dorset/2025-26/q3/accruals").status_code == 302
    assert finance.post("/spend/SVD-25-03/dorset/2025-26/q3/accruals", data={}).status_code == 404


def test_it_stands_in_the_return_and_goes_down_with_its_line(session: Session) -> None:
    award = make.award(session)
    year = award.proposal.funding_year
    claim = make.claim(session, award, lines={PAY: Decimal("100.00")})
    session.commit()
    assert {row.accrued for row in assemble(session, year, Q1, Kind.OPCC).categories} == {None}
    claim.lines[0].accrued = Decimal("60.00")
    session.commit()
    assert {row.accrued for row in assemble(session, year, Q1, Kind.OPCC).categories} == {Decimal("60.00")}
    assert {row.accrued for row in assemble(session, year, Q2, Kind.OPCC).categories} == {None}
    closing = assemble(session, year, Q4, Kind.HOME_OFFICE)
    assert {row.accrued for row in closing.categories} == {Decimal("0.00")}
    assert summary_totals(closing).overall.to_date == Decimal("100.00")
    names, contents = Names.of(year.programme), contents_of(claim)
    for amount, left in (("59.99", Decimal("59.99")), ("-1.00", None)):
        fill_claim(claim, replace(contents, lines=(replace(contents.lines[0], amount=Decimal(amount)),)), names)
        session.commit()
        assert claim.lines[0].accrued == left
