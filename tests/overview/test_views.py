"""The front page and the year's page as each role gets them."""

import re
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.funding_years.models import CSP, FundingYear
from portfolio.funding_years.rules import YearStatus
from portfolio.people.rules import Role
from portfolio.spend.models import Claim
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import SignedIn, title_of

YEAR = "/years/2025-26"


def words_of(answer: TestResponse) -> str:
    """A page's main part, as one line of words."""
    main = answer.get_data(as_text=True).partition("<main")[2].partition(">")[2].partition("</main>")[0]
    return " ".join(re.sub(r"<[^>]+>", " ", main).split())


def bcp(session: Session) -> CSP:
    return session.scalars(select(CSP).where(CSP.key == "bcp")).one()


def test_nobody_gets_in_without_signing_in(client: FlaskClient) -> None:
    assert client.get("/").headers["Location"].startswith("/sign-in")


def test_a_lead_gets_one_button_to_the_claim_that_is_due(session: Session, signed_in: SignedIn) -> None:
    visitor = signed_in(Role.LEAD)
    award = make.award(session, lead_person=visitor.person)
    make.claim(session, award, make.Q1)
    words = words_of(visitor.get("/"))
    assert "What needs doing" in words
    assert "The claim for Q2 2025/26: Jul 2025 - Sep 2025 of SVD-25-01 Specialist Nurse SVD-25-01 is due in 11" in words
    assert "Next deadline 31 October 2025" in words
    assert "Labour £8,000.00 £1,900.00 £0.00 £6,100.00" in words
    assert words_of(signed_in(Role.LEAD).get("/")).startswith("20 October 2025 What needs doing No award in your name")


def test_finance_gets_the_quarter_of_the_area(signed_in: SignedIn, dorset: FundingYear) -> None:
    words = words_of(signed_in(Role.FINANCE).get("/"))
    assert "Waiting for approval 0 Nothing waits for you" in words
    assert "Approved in Q2 2025/26 £72,857.14 8 claims approved" in words
    assert "OPCC return, Q1 2025/26: Overdue since 31 July 2025 (W10)" in words
    assert "Dorset Community Safety Partnership £51,097.47 £12,774.37 £12,784.36 £9.99" in words


@pytest.mark.parametrize("role", [Role.CSP_OFFICER, Role.CSP_MEMBER])
def test_a_partnership_gets_its_own_figures(
    session: Session, signed_in: SignedIn, dorset: FundingYear, role: Role
) -> None:
    words = words_of(signed_in(role, csp=bcp(session)).get("/"))
    assert "Allocation £160,112.32" in words
    assert "Spent to Q2 2025/26 £75,196.81 47.0% of what is awarded" in words
    assert "None: every proposal that was submitted to you is decided." in words
    assert "claims for Q2 2025/26 are due in 11 days, on 31 October 2025" in words
    assert "SVD-25-01" not in words


def test_the_office_gets_the_combined_figures(signed_in: SignedIn, dorset: FundingYear) -> None:
    words = words_of(signed_in(Role.OPCC).get("/"))
    assert "Nothing waits for you. Claims for Q2 2025/26 are due in 11 days." in words
    assert "Spent to Q2 2025/26 £136,071.10" in words
    assert "OPCC return Q1 2025/26 Overdue" in words


def test_certifier_and_administrator_get_what_is_theirs(signed_in: SignedIn, dorset: FundingYear) -> None:
    assert "Nothing waits to be certified" in words_of(signed_in(Role.CERTIFIER).get("/"))
    words = words_of(signed_in(Role.ADMINISTRATOR).get("/"))
    assert "portfolio check" in words
    assert "Funding years 2" in words


def test_several_roles_get_each_their_part_and_none_gets_told_whom_to_ask(
    session: Session, signed_in: SignedIn, dorset: FundingYear
) -> None:
    words = words_of(signed_in(Role.FINANCE, Role.LEAD, Role.CERTIFIER).get("/"))
    for part in ("As project lead", "As finance officer", "Returns that wait for you"):
        assert part in words
    assert "You hold no role today" in words_of(signed_in().get("/"))


def test_a_leads_role_for_a_partnership_shows_nothing_of_it(
    session: Session, signed_in: SignedIn, dorset: FundingYear
) -> None:
    lead = make.person(session, Role.LEAD)
    lead.roles[0].csp_id = bcp(session).id
    assert "Allocation" not in words_of(signed_in(person=lead).get("/"))


@pytest.mark.parametrize("role", [Role.FINANCE, Role.OPCC, Role.CSP_OFFICER])
def test_without_an_open_year_a_page_says_what_comes_next(session: Session, signed_in: SignedIn, role: Role) -> None:
    make.csp(session)
    assert "No funding year is open" in words_of(signed_in(role).get("/"))
    make.funding_year(session)
    assert signed_in(role).get("/").status_code == 200


def test_the_year_for_the_whole_area(signed_in: SignedIn, dorset: FundingYear) -> None:
    answer = signed_in(Role.FINANCE).get(YEAR)
    assert title_of(answer) == "Serious Violence Duty 2025/26"
    words = words_of(answer)
    assert "Confirmed by the funder on 27 March 2025." in words
    assert "Spent to Q2 2025/26 £136,071.10 46.6% of what is awarded" in words
    assert "Forecast underspend £4,694.51 Cannot be carried over: tell the OPCC as soon as practicable" in words
    assert "All streams £292,000.00 £292,000.00 £0.00 £136,071.10" in words
    assert "To Q2 2025/26 £140,765.61 £136,071.10 −£4,694.51" in words
    assert "SVD-25-03 Level-Up Project Dorset Council Non-labour £19,875.33 £9,937.67 £8,884.08 −£1,053.59" in words
    assert "−10.6% Approved Given Amber/Green £10,991.25" in words


def test_the_year_as_at_another_quarter(signed_in: SignedIn, dorset: FundingYear) -> None:
    words = words_of(signed_in(Role.FINANCE).get(f"{YEAR}?quarter=q1"))
    assert "Spent to Q1 2025/26 £63,213.96" in words
    assert "SVD-25-04 High Harm Perpetrator Tool Dorset Police Non-labour £10,401.93 £0.00 £0.00 £0.00" in words
    assert "Nothing planned Not submitted Not yet Not given £10,401.93" in words
    answer = signed_in(Role.FINANCE).get(f"{YEAR}?quarter=q5")
    assert answer.status_code == 422
    assert "“q5” is not a quarter" in answer.get_data(as_text=True)


def test_an_outturn_waits_for_claims(session: Session, signed_in: SignedIn, dorset: FundingYear) -> None:
    claim = session.scalars(select(Claim).where(Claim.quarter == make.Q2).order_by(Claim.id)).first()
    assert claim is not None
    claim.status = ClaimStatus.QUERIED
    session.commit()
    words = words_of(signed_in(Role.FINANCE).get(YEAR))
    assert "1 award has no approved claim yet of a quarter up to Q2 2025/26" in words
    assert "Forecast outturn Not known yet" in words


def test_a_partnership_sees_its_own_rows_alone(session: Session, signed_in: SignedIn, dorset: FundingYear) -> None:
    visitor = signed_in(Role.CSP_OFFICER, csp=bcp(session))
    words = words_of(visitor.get(YEAR))
    assert "BCP Community Safety Partnership" in words
    assert "Dorset Community Safety Partnership" not in words
    assert "SVD-25-21" in words
    assert "SVD-25-01" not in words
    assert visitor.get(f"{YEAR}?csp=dorset").status_code == 404


def test_one_partnership_can_be_chosen(signed_in: SignedIn, dorset: FundingYear) -> None:
    words = words_of(signed_in(Role.FINANCE).get(f"{YEAR}?csp=bcp"))
    assert "Spent to Q2 2025/26 £75,196.81" in words
    assert "SVD-25-01" not in words
    assert words_of(signed_in(Role.FINANCE).get(f"{YEAR}?csp=&quarter=q2")).count("£136,071.10") > 0


def test_a_year_of_somewhere_else_is_not_there(session: Session, signed_in: SignedIn, dorset: FundingYear) -> None:
    devon = make.area(session, "E23000035", "Devon and Cornwall")
    assert signed_in(Role.FINANCE, area=devon).get(YEAR).status_code == 404
    assert signed_in(Role.FINANCE).get("/years/2019-20").status_code == 404
    assert signed_in(Role.LEAD).get(YEAR).status_code == 403


def test_several_programmes_are_offered_and_one_is_named(
    session: Session, signed_in: SignedIn, dorset: FundingYear
) -> None:
    hotspot = make.programme(session, "HOT", name="Hotspot Action Fund")
    make.funding_year(session, programme=hotspot, area=dorset.police_area, allocations={})
    visitor = signed_in(Role.FINANCE)
    offered = visitor.get(YEAR)
    assert title_of(offered) == "Funding years 2025/26"
    assert "programme=HOT" in offered.get_data(as_text=True)
    assert "No awards yet" in words_of(visitor.get(f"{YEAR}?programme=HOT&area=E23000039"))
    assert title_of(visitor.get(f"{YEAR}/partnerships")) == "Funding years 2025/26"
    assert visitor.get(f"{YEAR}?programme=VRU").status_code == 404


def test_a_provisional_year_without_awards(session: Session, signed_in: SignedIn) -> None:
    make.funding_year(session, status=YearStatus.PROVISIONAL, confirmed_on=None, confirmed_reference=None)
    words = words_of(signed_in(Role.FINANCE).get(YEAR))
    assert "The funder has not confirmed this year yet" in words
    assert "£280,000.00 is unallocated" in words
    assert "Nothing is awarded yet" in words
    assert "No awards yet" in words


def test_many_partnerships_have_a_page_to_themselves(session: Session, signed_in: SignedIn) -> None:
    keys = [f"csp-{number:02d}" for number in range(1, 61)]
    shares = {"labour": {key: Decimal("1000.00") for key in keys}}
    make.award(
        session,
        make.proposal(
            session,
            csps=["csp-01"],
            asks={"labour": Decimal("800.00")},
            funding_year=make.funding_year(session, allocations=shares),
        ),
        csp="csp-01",
    )
    visitor = signed_in(Role.FINANCE)
    page = visitor.get(YEAR)
    assert "Csp-02 Community Safety Partnership £1,000.00" not in words_of(page)
    assert "Every partnership, 61 of them" in words_of(page)
    first = words_of(visitor.get(f"{YEAR}/partnerships"))
    assert "Csp-01 Community Safety Partnership £1,000.00 £800.00 £200.00" in first
    assert "Csp-60" not in first
    assert "All streams £60,000.00 £800.00 £59,200.00" in first
    assert "Showing 1 to 50 of 61" in first
    assert "Csp-60 Community Safety Partnership £1,000.00" in words_of(visitor.get(f"{YEAR}/partnerships?page=2"))


def test_awards_are_paged(session: Session, signed_in: SignedIn) -> None:
    for number in range(1, 53):
        make.award(session, make.proposal(session, f"SVD-25-{number:02d}", asks={"labour": Decimal("10.00")}))
    visitor = signed_in(Role.FINANCE)
    first = words_of(visitor.get(YEAR))
    assert "Showing 1 to 50 of 52" in first
    assert "SVD-25-51" not in first
    assert "SVD-25-51" in words_of(visitor.get(f"{YEAR}?page=2"))


def test_what_people_typed_is_text(session: Session, signed_in: SignedIn) -> None:
    visitor = signed_in(Role.LEAD)
    title = '<script>alert("1")</script> Łódź'
    make.award(session, make.proposal(session, title=title), lead_person=visitor.person)
    for browser, address in ((visitor, "/"), (signed_in(Role.FINANCE), YEAR)):
        page = browser.get(address).get_data(as_text=True)
        assert "<script>alert" not in page
        assert "&lt;script&gt;alert(&#34;1&#34;)&lt;/script&gt; Łódź" in page


def test_pages_lead_into_the_rooms(session: Session, signed_in: SignedIn, dorset: FundingYear) -> None:
    finance = signed_in(Role.FINANCE)
    front, year = finance.get("/").get_data(as_text=True), finance.get(YEAR).get_data(as_text=True)
    assert 'href="/years/2025-26?programme=SVD&amp;area=E23000039"' in front
    assert f'href="/returns/{dorset.id}/2025-26/q1/' in front
    assert 'href="/proposals/SVD-25-01"' in year
    assert 'href="/spend/SVD-25-01/dorset/2025-26/q2"' in year
    assert f'href="/returns?year={dorset.id}&amp;quarter=q2"' in year
    office = signed_in(Role.OPCC).get(YEAR).get_data(as_text=True)
    assert 'href="/proposals' not in office
    assert 'href="/spend' not in office
