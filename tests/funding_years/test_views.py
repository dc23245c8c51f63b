"""The list of funding years, and opening, copying, confirming and closing one."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.queries import shares_of
from portfolio.funding_years.rules import YearStatus
from portfolio.people.rules import Role
from portfolio.quarters import FinancialYear
from tests import make
from tests.conftest import SignedIn, title_of

NEXT = FinancialYear(2026)


@pytest.fixture
def year(session: Session) -> FundingYear:
    """Dorset's 2025/26, not confirmed yet."""
    return make.funding_year(session, status=YearStatus.PROVISIONAL, confirmed_on=None, confirmed_reference=None)


@pytest.mark.usefixtures("year")
def test_the_list_shows_what_each_year_gives(signed_in: SignedIn) -> None:
    page = signed_in(Role.CSP_MEMBER).get("/years").text
    assert "£280,000.00" in page
    assert "Provisional" in page
    assert "Settings" not in page
    assert "Settings" in signed_in(Role.FINANCE).get("/years").text


def test_an_empty_list_says_what_to_do(signed_in: SignedIn) -> None:
    page = signed_in(Role.ADMINISTRATOR).get("/years").text
    assert "No funding year yet" in page
    assert "/years/new" in page


def test_settings_show_shares_and_what_is_held_back(session: Session, year: FundingYear, signed_in: SignedIn) -> None:
    year.allocations[0].amount = Decimal("70123.45")
    page = signed_in(Role.FINANCE).get(f"/years/{year.id}/settings")
    assert title_of(page) == "Settings of Serious Violence Duty 2025/26"
    for figure in ("£30,000.00", "£40,000.00", "£70,123.45", "£123.45"):
        assert figure in page.text


def test_a_year_beyond_reach_is_not_there(session: Session, year: FundingYear, signed_in: SignedIn) -> None:
    elsewhere = make.csp(session, "kent", area=make.area(session, "E23000032", "Kent"))
    assert signed_in(Role.FINANCE, csp=elsewhere).get(f"/years/{year.id}/settings").status_code == 404
    assert signed_in(Role.CSP_OFFICER).get(f"/years/{year.id}/settings").status_code == 403


def test_a_year_is_confirmed_and_closed(session: Session, year: FundingYear, signed_in: SignedIn) -> None:
    officer = signed_in(Role.FINANCE)
    wrong = officer.post(f"/years/{year.id}/confirm", data={"confirmed_on": ["21", "10", "2025"], "reference": "HO 7"})
    assert wrong.status_code == 422
    assert title_of(wrong).startswith("Error: ")
    assert "21 October 2025 is in the future" in wrong.text
    assert 'value="HO 7"' in wrong.text
    blank = officer.post(f"/years/{year.id}/confirm", data={})
    assert "Enter the date of the funder&#39;s letter" in blank.text
    done = officer.post(f"/years/{year.id}/confirm", data={"confirmed_on": ["27", "3", "2025"], "reference": "HO 7"})
    assert done.location == f"/years/{year.id}/settings"
    session.expire_all()
    assert (year.status, year.confirmed_on) == (YearStatus.CONFIRMED, date(2025, 3, 27))
    assert year.confirmed_reference == "HO 7"
    assert officer.post(f"/years/{year.id}/close").status_code == 302
    session.expire_all()
    assert year.status is YearStatus.CLOSED
    again = officer.post(f"/years/{year.id}/close")
    assert again.status_code == 422
    assert "is closed; it cannot become closed" in again.text


def test_last_year_is_copied(session: Session, year: FundingYear, signed_in: SignedIn) -> None:
    officer = signed_in(Role.FINANCE)
    assert 'value="2026/27"' in officer.get(f"/years/{year.id}/settings").text
    wrong = officer.post(f"/years/{year.id}/copy", data={"year": "2026/28"})
    assert wrong.status_code == 422
    assert "is not a financial year" in wrong.text
    assert officer.post(f"/years/{year.id}/copy", data={"year": "2025/26"}).status_code == 422
    assert officer.post(f"/years/{year.id}/copy", data={}).status_code == 422
    assert officer.post(f"/years/{year.id}/copy", data={"year": "26/27"}).status_code == 302
    copy = session.scalars(select(FundingYear).where(FundingYear.year == NEXT)).one()
    assert copy.status is YearStatus.PROVISIONAL
    assert shares_of(session, copy.id) == shares_of(session, year.id)


def test_a_year_is_opened_in_two_steps(session: Session, year: FundingYear, signed_in: SignedIn) -> None:
    officer = signed_in(Role.FINANCE)
    assert "Continue" in officer.get("/years/new").text
    where = f"/years/new?programme={year.programme_id}&area={year.police_area_id}&year="
    assert "is not a financial year" in officer.get(where + "2026").text
    assert "Enter a financial year" in officer.get(where).text
    page = officer.get(where + "2026/27")
    assert title_of(page) == "Open Serious Violence Duty 2026/27"
    labour, other = (stream.id for stream in year.programme.streams)
    bcp, dorset = (make.csp(session, key).id for key in ("bcp", "dorset"))
    boxes = {f"allocation-{labour}": "£1,000", f"allocation-{other}": "0", f"share-{dorset}-{labour}": "600.01"}
    boxes |= {f"share-{bcp}-{labour}": "400", f"share-{bcp}-{other}": "0", f"share-{dorset}-{other}": ""}
    wrong = officer.post(where + "2026/27", data=boxes)
    assert wrong.status_code == 422
    assert "Enter a value, even if it is zero" in wrong.text
    assert 'value="600.01"' in wrong.text
    above = officer.post(where + "2026/27", data=boxes | {f"share-{dorset}-{other}": "0"})
    assert "£0.01 more than its allocation of £1,000.00" in above.text
    assert f'href="#allocation-{labour}"' in above.text
    done = officer.post(
        where + "2026/27", data=boxes | {f"share-{dorset}-{other}": "0", f"share-{dorset}-{labour}": "600"}
    )
    opened = session.scalars(select(FundingYear).where(FundingYear.year == NEXT)).one()
    assert done.location == f"/years/{opened.id}/settings"
    assert sum(shares_of(session, opened.id).values()) == Decimal("1000.00")
    assert officer.post(where + "nonsense", data=boxes).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_years(
    session: Session, year: FundingYear, signed_in: SignedIn, queries_of: Callable[[FlaskClient, str], int]
) -> None:
    officer = signed_in(Role.FINANCE)
    settings = f"/years/{year.id}/settings"
    first, first_settings = queries_of(officer, "/years"), queries_of(officer, settings)
    for start in range(2000, 2020):
        make.funding_year(session, FinancialYear(start))
    for number in range(10):
        make.csp(session, f"csp-{number}")
    assert queries_of(officer, "/years") == first
    assert queries_of(officer, settings) == first_settings
