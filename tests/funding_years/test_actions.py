"""Programmes, places and organisations set up; funding years opened, copied, confirmed, closed."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.errors import NotFound, Refused
from portfolio.funding_years import actions, queries
from portfolio.funding_years.actions import Terms
from portfolio.funding_years.models import FundingYear, PoliceArea, Programme
from portfolio.funding_years.rules import DEFAULT_CATEGORIES, MatchBase, YearStatus
from portfolio.people.rules import Within
from portfolio.quarters import FinancialYear
from tests import make

EVERYTHING = Within(everything=True)
TODAY = date(2025, 10, 20)
LABOUR, NON_LABOUR = Decimal("51097.47"), Decimal("80790.21")


@pytest.fixture
def programme(session: Session) -> Programme:
    """A grant as its funder's letter describes it."""
    return actions.add_programme(
        session,
        code="SVD",
        name="Serious Violence Duty",
        funder="Home Office",
        administering_body="OPCC for Dorset",
        streams=["labour", "non-labour"],
    )


@pytest.fixture
def area(session: Session) -> PoliceArea:
    """Dorset with its two partnerships."""
    area = actions.add_police_area(session, "E23000039", "Dorset")
    actions.add_csp(session, area, key="dorset", name="Dorset CSP", authority="Dorset Council", org_id="GB-LAE-DST")
    actions.add_csp(session, area, key="bcp", name="BCP CSP", gss="E06000058")
    return area


def opened(session: Session, programme: Programme, area: PoliceArea, year: int = 2025) -> FundingYear:
    shares = {"dorset": {"labour": LABOUR, "non-labour": NON_LABOUR}, "bcp": {"labour": Decimal("62032.65")}}
    allocation = {"labour": Decimal("113130.12"), "non-labour": Decimal("178869.88")}
    return actions.open_year(session, programme, area, FinancialYear(year), allocation, shares)


def test_a_programme_gets_the_usual_terms_and_categories(session: Session, programme: Programme) -> None:
    session.flush()
    assert [stream.name for stream in programme.streams] == ["labour", "non-labour"]
    assert [category.name for category in programme.categories] == list(DEFAULT_CATEGORIES)
    assert [category.name for category in programme.categories if category.needs_text] == ["other"]
    assert (programme.variance_percent, programme.variance_floor) == (Decimal(10), Decimal("500.00"))
    assert (programme.tolerance_percent, programme.retention_years) == (Decimal(0), 7)
    assert programme.in_arrears
    assert not programme.carry_over


def test_a_programme_keeps_the_terms_of_its_funder(session: Session) -> None:
    terms = Terms(match_percent=Decimal(30), match_base=MatchBase.TOTAL, tolerance_percent=Decimal(10))
    programme = actions.add_programme(
        session, code="PCC", name="Fund", funder="PFCC", administering_body="PFCC", streams=["grant"], terms=terms
    )
    session.flush()
    assert (programme.match_percent, programme.match_base) == (Decimal(30), MatchBase.TOTAL)
    assert programme.tolerance_percent == Decimal(10)


def test_a_programme_needs_deadlines_that_can_be_read(session: Session) -> None:
    with pytest.raises(Refused, match="are not four deadlines"):
        actions.add_programme(
            session,
            code="SVD",
            name="",
            funder="",
            administering_body="",
            streams=[],
            terms=Terms(claim_deadlines="July"),
        )


def test_partnerships_and_organisations_have_keys_and_identifiers(session: Session, area: PoliceArea) -> None:
    trust = actions.add_organisation(session, name="Westhaven Youth Trust", kind="charity", org_id="GB-CHC-1000009")
    session.flush()
    assert trust.key == "westhaven-youth-trust"
    assert [csp.key for csp in area.csps] == ["dorset", "bcp"]
    with pytest.raises(Refused, match="eight characters") as refused:
        actions.add_organisation(session, name="Firm", kind="company", org_id="GB-COH-123")
    assert [error.code for error in refused.value.errors] == ["E15"]
    with pytest.raises(Refused, match="cannot be a key"):
        actions.add_csp(session, area, key="a b", name="Nowhere")


def test_a_year_opens_provisional_with_its_shares(session: Session, programme: Programme, area: PoliceArea) -> None:
    year = opened(session, programme, area)
    session.flush()
    assert year.status is YearStatus.PROVISIONAL
    streams = {stream.id: stream.name for stream in programme.streams}
    csps = {csp.id: csp.key for csp in area.csps}
    shares = {
        (csps[csp], streams[stream]): amount for (csp, stream), amount in queries.shares_of(session, year.id).items()
    }
    assert shares == {
        ("dorset", "labour"): LABOUR,
        ("dorset", "non-labour"): NON_LABOUR,
        ("bcp", "labour"): Decimal("62032.65"),
    }


def test_a_year_is_opened_once_and_within_its_streams(session: Session, programme: Programme, area: PoliceArea) -> None:
    opened(session, programme, area)
    with pytest.raises(Refused) as refused:
        actions.open_year(
            session,
            programme,
            area,
            FinancialYear(2025),
            {"labour": Decimal("1.00")},
            {"dorset": {"labour": Decimal("1.01")}},
        )
    assert [(error.code, error.field) for error in refused.value.errors] == [
        (None, "year"),
        ("E1", "allocation.labour"),
    ]


def test_last_year_is_copied_to_the_penny(session: Session, programme: Programme, area: PoliceArea) -> None:
    last = opened(session, programme, area, 2024)
    session.flush()
    copy = actions.copy_year(session, last, FinancialYear(2025))
    session.flush()
    assert copy.status is YearStatus.PROVISIONAL
    assert copy.note == "Same allocations and shares as 2024/25"
    assert [each.amount for each in copy.allocations] == [Decimal("113130.12"), Decimal("178869.88")]
    assert queries.shares_of(session, copy.id) == queries.shares_of(session, last.id)
    with pytest.raises(Refused, match="already has a year 2025/26"):
        actions.copy_year(session, last, FinancialYear(2025))


def test_a_year_is_confirmed_then_closed(session: Session, programme: Programme, area: PoliceArea) -> None:
    year = opened(session, programme, area)
    with pytest.raises(Refused, match="is in the future"):
        actions.confirm_year(year, date(2025, 10, 21), None, TODAY)
    assert year.status is YearStatus.PROVISIONAL
    actions.confirm_year(year, date(2025, 3, 27), "HO/SVD/25", TODAY)
    assert (year.status, year.confirmed_on) == (YearStatus.CONFIRMED, date(2025, 3, 27))
    assert year.confirmed_reference == "HO/SVD/25"
    assert actions.close_year(year).status is YearStatus.CLOSED
    with pytest.raises(Refused, match="2025/26 is closed"):
        actions.set_allocations(year, {}, {})


def test_allocations_are_set_anew(session: Session, programme: Programme, area: PoliceArea) -> None:
    year = opened(session, programme, area)
    session.flush()
    shares = {"bcp": {"labour": Decimal("1.00"), "non-labour": Decimal("98079.67")}, "dorset": {"labour": ZERO}}
    actions.set_allocations(year, {"labour": Decimal("2.00")}, shares)
    session.flush()
    assert [each.amount for each in year.allocations] == [Decimal("2.00"), Decimal("178869.88")]
    assert sorted(queries.shares_of(session, year.id).values()) == [
        ZERO,
        Decimal("1.00"),
        NON_LABOUR,
        Decimal("98079.67"),
    ]


ZERO = Decimal("0.00")


def test_years_are_found_within_reach(session: Session) -> None:
    year = make.funding_year(session)
    elsewhere = make.area(session, "E23000038", "Essex")
    csp = make.csp(session, "dorset")
    make.csp(session, "harlow", area=elsewhere)
    own, other = Within(csps=frozenset({csp.id})), Within(police_areas=frozenset({elsewhere.id}))
    assert list(session.scalars(queries.years_within(own))) == [year]
    assert list(session.scalars(queries.years_within(other))) == []
    assert queries.get_year(session, year.id, EVERYTHING) is year
    with pytest.raises(NotFound):
        queries.get_year(session, year.id, other)
    assert [csp.key for csp in queries.csps_of(session, EVERYTHING)] == ["bcp", "dorset", "harlow"]
    assert queries.get_csp(session, "harlow", other).key == "harlow"
    with pytest.raises(NotFound):
        queries.get_csp(session, "harlow", own)
    assert queries.csps_of(session, Within(lead_id=1)) == []


def test_organisations_are_listed_by_name(session: Session) -> None:
    make.organisation(session, "b")
    make.organisation(session, "a")
    assert [each.key for each in queries.organisations(session)] == ["a", "b"]
    assert session.scalars(select(FundingYear)).all() == []
