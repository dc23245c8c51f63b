"""A programme's terms: shown, changed by who reaches all of it, held to what is awarded, and kept in the history."""

from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.terms import change_terms
from portfolio.errors import Refused
from portfolio.funding_years.actions import Terms, terms_of
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.rules import MatchBase
from portfolio.history import HistoryEntry
from portfolio.people.rules import Role, Within
from tests import make
from tests.conftest import SignedIn, title_of

SENT = {
    "statutory_power": "", "in_arrears": "no", "carry_over": "yes", "claim_deadlines": "15 Jul, 15 Oct, 15 Jan, 15 Apr",
    "tolerance_percent": "2.5%", "variance_percent": "15", "variance_floor": "1,000", "match_percent": "30",
    "match_base": "total", "match_in_kind_counts": "yes", "asset_threshold": "5000", "rounds_to": "1000",
    "retention_years": "10",
}  # fmt: skip


@pytest.fixture
def year(session: Session) -> FundingYear:
    """Dorset's year, of which all that one partnership may award is awarded, and 5 % beyond it."""
    make.programme(session, tolerance_percent=Decimal(10))
    found = make.funding_year(session, allocations={"labour": {"dorset": Decimal("1000.00")}})
    make.award(session, amounts={"labour": Decimal("1050.00")})
    session.commit()
    return found


def test_terms_are_seen_and_changed_and_the_history_knows(
    session: Session, year: FundingYear, signed_in: SignedIn
) -> None:
    officer, address = signed_in(Role.FINANCE), f"/years/{year.id}/terms"
    assert title_of(officer.get(address)) == "Terms of Serious Violence Duty"
    assert address in officer.get(f"/years/{year.id}/settings").text
    refused = officer.post(address, data=SENT)
    assert refused.status_code == 422
    assert "has awarded £1,050.00 of the labour stream already, more than the £1,025.00" in refused.text
    assert 'value="2.5%"' in refused.text
    assert officer.post(address, data={**SENT, "tolerance_percent": "5"}).location == f"/years/{year.id}/settings"
    session.expire_all()
    assert terms_of(year.programme) == Terms(
        in_arrears=False, carry_over=True, statutory_power=None, match_percent=Decimal(30), match_base=MatchBase.TOTAL,
        match_in_kind_counts=True, variance_percent=Decimal(15), variance_floor=Decimal("1000.00"),
        tolerance_percent=Decimal(5), claim_deadlines=SENT["claim_deadlines"], retention_years=10,
        asset_threshold=Decimal("5000.00"), rounds_to=1000,
    )  # fmt: skip
    last = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id.desc()).limit(1)).one()
    assert (last.record, last.record_id) == ("programme", year.programme_id)


def test_what_no_funder_could_set_is_refused_on_its_field(year: FundingYear, signed_in: SignedIn) -> None:
    officer, address = signed_in(Role.FINANCE), f"/years/{year.id}/terms"
    wrong = {**SENT, "claim_deadlines": "soon", "variance_floor": "-1", "retention_years": "0"}
    answer = officer.post(address, data=wrong)
    assert answer.status_code == 422
    for said in (
        "are not four deadlines", "Enter an amount of zero or more", "Enter a number of years from 1 to 100",
        "more than the £1,025.00 that this tolerance would allow",
    ):  # fmt: skip
        assert said in answer.text
    forged = officer.post(address, data={**SENT, "variance_percent": "", "rounds_to": "7", "in_arrears": "perhaps"})
    assert forged.status_code == 422
    assert "Enter a percentage" in forged.text
    assert forged.text.count("Choose one of those offered") == 4, "each on its field and at the top"


def test_who_does_not_reach_every_area_of_a_programme_does_not_change_it(session: Session, year: FundingYear) -> None:
    kent = make.area(session, "E23000032", "Kent")
    make.csp(session, "medway", area=kent)
    make.funding_year(session, area=kent, allocations={"labour": {"medway": Decimal("1.00")}})
    usual = terms_of(year.programme)
    with pytest.raises(Refused, match="also runs in Kent"):
        change_terms(session, year.programme, usual, Within(police_areas=frozenset({year.police_area_id})))
    change_terms(session, year.programme, usual, Within(everything=True))
