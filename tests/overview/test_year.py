"""A funding year's figures: the Dorset story to the penny, and what is said while claims are awaited."""

import json
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select, true
from sqlalchemy.orm import Session

from portfolio.errors import NotFound
from portfolio.funding_years.models import CSP, FundingYear, StreamAllocation
from portfolio.money import ZERO, from_pence
from portfolio.overview.queries import awards_to_show, last_approved
from portfolio.overview.rules import Explanation
from portfolio.overview.year import Scope, Share, YearFigures, award_lines, scope_of, year_figures
from portfolio.people.rules import Within
from portfolio.progress.gathering import still_to_come
from portfolio.quarters import FinancialYear, Quarter
from portfolio.spend.rules import RAG, ClaimStatus
from tests import make
from tests.overview.conftest import STORY

Q1, Q2, Q3, Q4 = FinancialYear(2025).quarters
EXPECTED: dict[str, Any] = json.loads(STORY.read_text(encoding="utf-8"))["expected_pence"]["2025"]
EVERYTHING = Within(everything=True)


def pounds(amount: str) -> Decimal:
    return Decimal(amount)


def area_of(session: Session, year: FundingYear) -> Scope:
    return scope_of(session, year, EVERYTHING)


def csp_of(session: Session, key: str = "dorset") -> CSP:
    return session.scalars(select(CSP).where(CSP.key == key)).one()


def shares(figures: YearFigures) -> dict[str, Share]:
    """Each partnership's stream, and the sums, as the story's file names them."""
    found = {f"{share.key} {of.stream.name}": share for of in figures.streams for share in of.shares}
    found |= {f"combined {of.stream.name}": of.total for of in figures.streams}
    return {**found, "combined total": figures.total}


@pytest.mark.parametrize("quarter", [Q1, Q2])
def test_a_quarter_is_what_the_story_expects(session: Session, dorset: FundingYear, quarter: Quarter) -> None:
    found = shares(year_figures(session, area_of(session, dorset), quarter))
    expected = {name: from_pence(pence) for name, pence in EXPECTED[quarter.name].items()}
    assert {name: share.position.this_quarter for name, share in found.items()} == expected


def test_to_date_and_awarded_are_what_the_story_expects(session: Session, dorset: FundingYear) -> None:
    found = shares(year_figures(session, area_of(session, dorset), Q2))
    expected = {name: from_pence(pence) for name, pence in EXPECTED["to_date_Q2"].items()}
    assert {name: share.position.to_date for name, share in found.items()} == expected
    awarded = {name: from_pence(pence) for name, pence in EXPECTED["awarded"].items()}
    assert {name: found[name].position.award for name in awarded} == awarded


def test_the_whole_area_at_the_second_quarter(session: Session, dorset: FundingYear) -> None:
    figures = year_figures(session, area_of(session, dorset), Q2)
    total = figures.total
    assert total.allocation == total.position.award == pounds("292000.00")
    assert total.unallocated == ZERO
    assert total.position.this_quarter == pounds("72857.14")
    assert total.position.to_date == pounds("136071.10")
    assert total.awaited == frozenset()
    assert total.forecast == pounds("151234.39")
    assert total.outturn == pounds("287305.49")
    assert total.underspend == pounds("4694.51")
    assert figures.spent_in_words == "46.6% of what is awarded"
    assert figures.unallocated_in_words == "All of the allocation is awarded"
    assert figures.underspend_in_words == "Cannot be carried over: tell the OPCC as soon as practicable"
    assert figures.awaited_in_words is None


def test_by_quarter_actual_stands_before_forecast_after(session: Session, dorset: FundingYear) -> None:
    figures = year_figures(session, area_of(session, dorset), Q2)
    lines = [(line.quarter, line.profile, line.actual, line.variance, line.forecast) for line in figures.quarters]
    assert lines == [
        (Q1, pounds("66448.63"), pounds("63213.96"), pounds("-3234.67"), None),
        (Q2, pounds("74316.98"), pounds("72857.14"), pounds("-1459.84"), None),
        (Q3, pounds("76917.45"), None, None, pounds("76917.45")),
        (Q4, pounds("74316.94"), None, None, pounds("74316.94")),
    ]
    assert figures.profile_to_come == pounds("151234.39")


def test_underspends_are_told_largest_first(session: Session, dorset: FundingYear) -> None:
    figures = year_figures(session, area_of(session, dorset), Q2)
    assert [(warning.code, warning.about) for warning in figures.underspends] == [
        ("W2", "Dorset Community Safety Partnership, non-labour"),
        ("W2", "BCP Community Safety Partnership, non-labour"),
        ("W2", "BCP Community Safety Partnership, labour"),
        ("W2", "Dorset Community Safety Partnership, labour"),
    ]
    assert "£2,174.05" in figures.underspends[0].sentence


def test_a_bar_shows_awarded_forecast_and_spent_of_the_allocation(session: Session, dorset: FundingYear) -> None:
    labour = year_figures(session, area_of(session, dorset), Q2).streams[0].total
    assert labour.scale == pounds("113130.12")
    assert labour.layers == [
        ("awarded", pounds("113130.12")),
        ("forecast", pounds("112250.37")),
        ("spent", pounds("55685.32")),
    ]


def test_a_csp_officer_gets_their_own_partnership_alone(session: Session, dorset: FundingYear) -> None:
    own = Within(csps=frozenset({csp_of(session).id}))
    scope = scope_of(session, dorset, own)
    figures = year_figures(session, scope, Q2)
    assert scope.name == "Dorset Community Safety Partnership"
    assert [share.key for of in figures.streams for share in of.shares] == ["dorset", "dorset"]
    assert figures.total.allocation == pounds("131887.68")
    assert figures.total.position.to_date == pounds("60874.29")
    awards = session.scalars(awards_to_show(scope.awards)).all()
    assert {award.csp.key for award in awards} == {"dorset"}
    with pytest.raises(NotFound):
        scope_of(session, dorset, own, "bcp")


def test_one_partnership_of_the_area_can_be_chosen(session: Session, dorset: FundingYear) -> None:
    scope = scope_of(session, dorset, EVERYTHING, "bcp")
    assert [csp.key for csp in scope.reached] == ["dorset", "bcp"]
    assert [csp.key for csp in scope.csps] == ["bcp"]
    assert not scope.whole_area
    assert year_figures(session, scope, Q2).total.position.to_date == pounds("75196.81")
    assert area_of(session, dorset).name == "Dorset police area"


def test_awards_stream_by_stream(session: Session, dorset: FundingYear) -> None:
    scope = scope_of(session, dorset, EVERYTHING, "dorset")
    lines = award_lines(session, dorset, session.scalars(awards_to_show(scope.awards)).all(), Q2)
    told = {(line.award.proposal.reference, line.stream.name): line for line in lines}
    assert list(told) == [
        ("SVD-25-01", "non-labour"),
        ("SVD-25-02", "labour"),
        ("SVD-25-02", "non-labour"),
        ("SVD-25-03", "non-labour"),
        ("SVD-25-04", "non-labour"),
        ("SVD-25-07", "labour"),
    ]
    level_up = told["SVD-25-03", "non-labour"]
    assert level_up.position.profile_to_date == pounds("9937.67")
    assert level_up.position.to_date == pounds("8884.08")
    assert level_up.position.variance == pounds("-1053.59")
    assert round(level_up.variance_per_cent or ZERO, 1) == Decimal("-10.6")
    assert level_up.position.left == pounds("10991.25")
    assert level_up.explanation is Explanation.GIVEN
    assert level_up.claim is not None
    assert level_up.claim.delivery_rag is RAG.AMBER_GREEN
    assert told["SVD-25-01", "non-labour"].explanation is Explanation.NOT_NEEDED


def test_the_quarter_shown_is_the_last_one_with_approved_claims(session: Session, dorset: FundingYear) -> None:
    scope = area_of(session, dorset)
    assert last_approved(session, dorset, scope.awards) == Q2
    award = session.scalars(awards_to_show(scope.awards)).first()
    assert award is not None
    make.claim(session, award, Q3, status=ClaimStatus.SUBMITTED)
    assert last_approved(session, dorset, scope.awards) == Q2


def test_no_outturn_while_claims_are_awaited(session: Session) -> None:
    award = make.award(session)
    year = award.proposal.funding_year
    waited_for = make.award(session, make.proposal(session, "SVD-25-21", csps=["bcp"]), csp="bcp")
    make.claim(session, award, Q1)
    figures = year_figures(session, area_of(session, year), Q1)
    dorset, bcp = figures.streams[0].shares
    assert dorset.awaited == frozenset()
    assert dorset.outturn == pounds("7900.00")
    assert bcp.awaited == {waited_for.id}
    assert (bcp.forecast, bcp.outturn, bcp.underspend) == (None, None, None)
    assert bcp.layers == [("awarded", pounds("8000.00")), ("spent", ZERO)]
    assert figures.total.outturn is None
    assert figures.underspend_in_words == "Known once every claim of the quarter is approved"
    assert figures.awaited_in_words is not None
    assert figures.awaited_in_words.startswith("1 award has no approved claim yet of a quarter up to Q1 2025/26")


def test_nobody_waits_for_a_locked_quarter_or_one_without_a_plan(session: Session) -> None:
    award = make.award(session)
    year = award.proposal.funding_year
    labour, other = ((award.csp_id, line.stream_id) for line in award.lines)
    assert still_to_come(session, year, Q2, true()) == {labour: {award.id}, other: {award.id}}
    make.lock(session, award, Q1)
    assert still_to_come(session, year, Q1, true()) == {}
    assert still_to_come(session, year, Q2, true()) == {labour: {award.id}, other: {award.id}}
    shares = award.lines[0].profile
    shares[1].amount, shares[2].amount = ZERO, shares[1].amount + shares[2].amount
    session.flush()
    assert still_to_come(session, year, Q2, true()) == {other: {award.id}}
    figures = year_figures(session, area_of(session, year), Q2)
    assert figures.streams[0].total.outturn == pounds("6000.00")
    assert figures.total.outturn is None


def test_what_is_given_to_no_partnership_is_said(session: Session) -> None:
    year = make.funding_year(session)
    labour = session.scalars(select(StreamAllocation).order_by(StreamAllocation.id)).first()
    assert labour is not None
    labour.amount = pounds("75000.00")
    session.flush()
    figures = year_figures(session, area_of(session, year), Q1)
    assert figures.streams[0].held_back == pounds("5000.00")
    assert figures.streams[0].total.allocation == pounds("75000.00")
    assert figures.unallocated_in_words == "£285,000.00 is unallocated"
    assert figures.spent_in_words == "Nothing is awarded yet"
    own = scope_of(session, year, Within(csps=frozenset({csp_of(session).id})))
    assert year_figures(session, own, Q1).streams[0].total.allocation == pounds("30000.00")
