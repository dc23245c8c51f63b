"""The register of assets and the assurance, as their pages take them; and the page on which a year ends."""

from datetime import date
from decimal import Decimal

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.people.rules import Role
from portfolio.quarters import FinancialYear
from portfolio.returns.assembling import assemble
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnKind, ReturnStatus
from portfolio.returns.snapshot import freeze
from portfolio.year_end.models import Asset, Assurance
from portfolio.year_end.rules import Opinion
from reports.content import Kind
from tests import make, year_ends
from tests.conftest import NOW, SignedIn
from tests.make import Q1, Q2, Q4
from tests.pages import read, value_of
from tests.reports.content_samples import closed

PAGE = "/assets/SVD-25-01/dorset"


def bought(stream_id: int, **changes: object) -> dict[str, object]:
    """What the browser sends of an asset."""
    sent = {"description": "Laptop", "stream": str(stream_id), "cost": "899.99", "bought_on": ["12", "5", "2025"]}
    return {**sent, "serial": "DC-1", "kept_at": "Dorchester", **changes}


def test_a_lead_keeps_the_register_of_their_own_award(session: Session, signed_in: SignedIn) -> None:
    lead = make.person(session, Role.LEAD)
    award = make.award(session, lead_person=lead)
    make.award(session, make.proposal(session, "SVD-25-02"))
    stream = award.lines[0].stream_id
    leading = signed_in(person=lead)
    assert "Nothing that outlives the project is recorded" in leading.get(PAGE).text
    assert leading.get("/assets/SVD-25-02/dorset").status_code == 404
    refused = leading.post(f"{PAGE}/add", data=bought(stream, cost="0", bought_on=["1", "1", "2024"]))
    assert refused.status_code == 422
    assert "Enter what it cost, more than zero" in refused.text
    assert "Enter a day within it" in refused.text
    assert value_of(refused, "description") == "Laptop"
    assert leading.post(f"{PAGE}/add", data=bought(stream)).status_code == 302
    assert "The very same asset is recorded already" in leading.post(f"{PAGE}/add", data=bought(stream)).text
    asset = session.scalars(select(Asset)).one()
    assert (asset.cost, asset.recorded_by_id) == (Decimal("899.99"), lead.id)
    page = f"{PAGE}/{asset.id}"
    assert value_of(leading.get(page), "serial") == "DC-1"
    assert leading.post(page, data=bought(stream, serial="DC-2")).status_code == 302
    assert leading.post(page, data=bought(stream, stream="999")).status_code == 422
    end = {"disposed_on": ["3", "9", "2025"], "proceeds": "120", "because": "Sold at auction"}
    assert "Say what became of it" in leading.post(f"{page}/dispose", data={**end, "because": ""}).text
    assert leading.post(f"{page}/dispose", data=end).status_code == 302
    again = leading.post(f"{page}/dispose", data=end)
    assert (again.status_code, "It was disposed of on 3 September 2025" in again.text) == (422, True)
    assert "so it is only kept on record" in leading.post(page, data=bought(stream)).text
    words = read(leading.get("/assets").text)
    assert "Laptop DC-2, Dorchester" in words
    assert "3 September 2025: Sold at auction £120.00 came of it" in words
    assert "No such assets" in leading.get("/assets?kept=still+kept").text
    told = leading.get("/assets.csv?kept=disposed+of").text.splitlines()
    assert told[1].endswith(",Laptop,DC-2,Dorchester,2025-05-12,899.99,2025-09-03,120.00,Sold at auction")
    assert leading.get("/assets?year=999999").status_code == 404


def test_nothing_is_bought_where_nothing_was_awarded(session: Session, signed_in: SignedIn) -> None:
    year, finance = make.funding_year(session), signed_in(Role.FINANCE)
    assert "nothing has been awarded within your reach" in finance.get("/assets").text
    assert finance.get("/assets.csv").status_code == 404
    assert "Nothing is in the register" in finance.get(f"/assets?year={year.id}").text, "its year's page leads here"


def test_the_threshold_decides_what_is_declared(session: Session) -> None:
    award, finance = make.award(session), make.person(session, Role.FINANCE)
    year = award.proposal.funding_year
    year.programme.asset_threshold = Decimal("500.00")
    last = make.funding_year(session, FinancialYear(2024))
    before = make.award(session, make.proposal(session, "SVD-24-01", funding_year=last))
    year_ends.asset(session, award, finance, "500.00")
    year_ends.asset(session, award, finance, "499.99", description="Phone")
    sold = {
        "disposed_on": date(2025, 9, 1), "proceeds": Decimal("300.00"), "disposed_because": "Sold",
        "disposed_by": finance,
    }  # fmt: skip
    year_ends.asset(session, before, finance, "9400.00", description="Van", bought_on=date(2024, 5, 1), **sold)
    year_ends.asset(session, before, finance, "950.00", description="Server", bought_on=date(2024, 5, 1))
    year_ends.assurance(session, year, finance, opinion=Opinion.QUALIFIED, note="Two receipts are missing")
    session.commit()
    statement = assemble(session, year, Q4, Kind.STATEMENT).statement
    assert statement is not None
    assert [(row.description, row.proceeds) for row in statement.register or ()] == [
        ("Van", Decimal("300.00")), ("Laptop", Decimal("0.00")),
    ]  # fmt: skip
    assert statement.assets.startswith("2 assets that cost £500.00 or more: £9,900.00 together.")
    assert statement.assurance.endswith("14 September 2026: qualified opinion.")


def test_equipment_that_was_claimed_and_is_in_no_register_is_worth_a_look(
    session: Session, signed_in: SignedIn
) -> None:
    award, other = make.award(session), make.award(session, make.proposal(session, "SVD-25-77"))
    year = award.proposal.funding_year
    year.programme.asset_threshold = Decimal("500.00")
    make.category(year.programme).name = "Equipment and materials"
    for one, quarter, amount in ((award, Q1, "700.00"), (other, Q1, "499.99"), (other, Q2, "500.00")):
        make.claim(session, one, quarter, lines={("labour", "Equipment and materials"): Decimal(amount)})
    year_ends.asset(session, award, make.person(session, Role.FINANCE))
    session.commit()
    words = read(signed_in(Role.FINANCE).get(f"/returns/{year.id}/year-end").text)
    told = words.partition("Worth a look: claimed, and not in the register")[2].partition("Independent")[0]
    assert "SVD-25-77" in told
    assert told.count("£500.00") == 2, "the threshold, and the one line at it"
    assert "£499.99" not in told
    assert "£700.00" not in told, "a laptop of that award is in the register"


def test_finance_records_the_assurance_of_a_year_that_is_over(session: Session, signed_in: SignedIn) -> None:
    make.award(session)
    last = make.funding_year(session, FinancialYear(2024))
    finance = signed_in(Role.FINANCE)
    page = f"/returns/{last.id}/assurance"
    given = {
        "reference": "IA/2025/9", "given_by": "Southern Internal Audit", "given_on": ["14", "9", "2025"],
        "opinion": "qualified", "note": "",
    }  # fmt: skip
    assert "due by 30 September 2025" in finance.get(page).text
    assert "Say what the auditor found" in finance.post(page, data=given).text
    early = {**given, "opinion": "unqualified", "given_on": ["31", "3", "2025"]}
    assert "The year ends on 31 March 2025" in finance.post(page, data=early).text
    clean = {**given, "opinion": "unqualified"}
    assert finance.post(page, data=clean).headers["Location"] == f"/returns/{last.id}/year-end"
    assert "The very same assurance is recorded already" in finance.post(page, data=clean).text
    assert session.scalars(select(Assurance.reference)).all() == ["IA/2025/9"]
    assert "IA/2025/9" in read(finance.get(page).text)
    ended = read(finance.get(f"/returns/{last.id}/year-end").text)
    assert "Reference IA/2025/9 Given by Southern Internal Audit" in ended


def test_the_year_ends_on_a_page(session: Session, signed_in: SignedIn) -> None:
    award = make.award(session)
    year = award.proposal.funding_year
    claim = make.claim(session, award, lines={("labour", "pay and on-costs"): Decimal("1900.00")})
    claim.lines[0].accrued = Decimal("40.00")
    make.claim(session, award, Q4, lines={("labour", "pay and on-costs"): Decimal("100.00")})
    year_ends.asset(session, award, make.person(session, Role.FINANCE))
    finance = signed_in(Role.FINANCE)
    words = read(finance.get(f"/returns/{year.id}/year-end").text)
    assert "as it stands now" in words
    assert "The year runs until 31 March 2026" in words
    assert "The Home Office return of Q1 2025/26 is not issued" in words
    assert "The independent assurance is due by 30 September 2026" in words
    assert "£2,000.00 is due from the funder" in words
    assert "1 asset: £900.00 together." in words
    assert "Pay and on-costs £1,900.00 £0.00 – £100.00 £2,000.00 £0.00" in words
    assert f"/returns/{year.id}/year-end" in finance.get("/returns").text
    officer = signed_in(Role.CSP_OFFICER)
    assert officer.get(f"/returns/{year.id}/year-end").status_code == 404
    assert "year-end" not in officer.get("/returns").text


def test_a_year_that_was_issued_is_shown_as_it_was(session: Session, signed_in: SignedIn) -> None:
    year = make.award(session).proposal.funding_year
    snapshot = freeze(closed(Kind.HOME_OFFICE))
    session.add(
        Return(
            funding_year=year, kind=ReturnKind.HOME_OFFICE, quarter=Q4, version=1, status=ReturnStatus.ISSUED,
            prepared_by="a test", prepared_at=NOW, figures="sha256:", issued_at=NOW, issued_by="a test",
            snapshot=snapshot, file=b"PK", file_name="HomeOffice_2025-26_Q4.xlsx",
        )
    )  # fmt: skip
    words = read(signed_in(Role.OPCC).get(f"/returns/{year.id}/year-end").text)
    assert "as it was issued with the Home Office return of Q4, version 1" in words
    assert "Outreach van SVD-25-21" in words
    assert "Labour £113,130.12 £112,815.10" in words
    assert "Record the assurance" not in words
