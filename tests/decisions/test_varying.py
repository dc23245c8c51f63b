"""Variations: money moved between awards, streams, and to and from what is unallocated."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from portfolio.decisions import amounts, queries
from portfolio.decisions.actions import Claimed
from portfolio.decisions.models import AwardLine, Variation
from portfolio.decisions.varying import approve_variation, line_of
from portfolio.errors import Refused
from portfolio.funding_years.models import FundingYear
from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO
from portfolio.quarters import FinancialYear
from tests import make
from tests.conftest import NOW

ALLOCATIONS = {
    "labour": {"dorset": Decimal("100.00"), "bcp": Decimal("1000.00")},
    "non-labour": {"dorset": Decimal("1000.00"), "bcp": Decimal("1000.00")},
}


@pytest.fixture
def year(session: Session) -> FundingYear:
    """A small year: Dorset has £100 of labour and £1,000 of non-labour."""
    return make.funding_year(session, allocations=ALLOCATIONS)


def line(session: Session, year: FundingYear, reference: str, amount: str, csp: str = "dorset") -> AwardLine:
    """An award of the non-labour stream, evenly over the quarters."""
    asks = {"non-labour": Decimal(amount)}
    proposal = make.proposal(session, reference, asks=asks, csps=(csp,), funding_year=year)
    award = make.award(session, proposal, csp=csp)
    session.commit()
    return award.lines[0]


def vary(
    session: Session,
    giving: AwardLine | None,
    receiving: AwardLine | None,
    amount: str,
    *,
    approved_on: date = date(2025, 8, 1),
    claimed: Claimed = make.nothing_claimed,
    reason: str = "Delivery started late.",
    reference: str | None = None,
) -> Variation:
    variation = approve_variation(
        session,
        giving=giving,
        receiving=receiving,
        amount=Decimal(amount),
        reason=reason,
        approved_on=approved_on,
        approved_by="Olive Officer",
        claimed=claimed,
        today=NOW.date(),
        reference=reference,
    )
    session.commit()
    return variation


def plan(session: Session, line: AwardLine) -> list[str]:
    found = amounts.plan_by_line(session, [line.award_id])[line.id]
    return [str(found.get(quarter, ZERO)) for quarter in FinancialYear(2025).quarters]


def carried(session: Session, line: AwardLine) -> Decimal:
    return amounts.carried_by_line(session, [line.award_id])[line.id]


def test_the_same_variation_moves_money_once(session: Session, year: FundingYear) -> None:
    giving, receiving = line(session, year, "SVD-25-01", "600.00"), line(session, year, "SVD-25-02", "400.00")
    moved = vary(session, giving, receiving, "200.00")
    with pytest.raises(Refused) as refused:
        vary(session, giving, receiving, "200.00")
    (error,) = refused.value.each()
    assert (error.code, error.field) == ("E7", "reason")
    session.rollback()
    assert queries.variations_of(session, [giving.award_id]) == [moved]
    assert carried(session, giving) == Decimal("400.00")
    vary(session, giving, None, "200.00")
    vary(session, giving, receiving, "200.00", reason="Delivery started later still.")
    assert carried(session, giving) == ZERO


def test_money_moves_from_the_latest_quarters_into_those_to_come(session: Session, year: FundingYear) -> None:
    giving, receiving = line(session, year, "SVD-25-01", "600.00"), line(session, year, "SVD-25-02", "400.00")
    variation = vary(session, giving, receiving, "200.00")
    assert (variation.reference, variation.approved_by) == ("V25-01", "Olive Officer")
    assert plan(session, giving) == ["150.00", "150.00", "100.00", "0.00"]
    assert plan(session, receiving) == ["100.00", "166.67", "166.67", "166.66"]
    assert (carried(session, giving), carried(session, receiving)) == (Decimal("400.00"), Decimal("600.00"))
    assert (giving.amount, receiving.amount) == (Decimal("600.00"), Decimal("400.00"))
    assert sum(share.amount for share in variation.shares) == ZERO
    assert vary(session, receiving, None, "600.00").reference == "V25-02"
    assert plan(session, receiving) == ["0.00"] * 4
    assert vary(session, giving, None, "1.00", reference="OPCC 7").reference == "OPCC 7"
    assert [each.reference for each in queries.variations_of(session, [giving.award_id])] == ["OPCC 7", "V25-01"]


def test_e1_holds_on_the_receiving_side(session: Session, year: FundingYear) -> None:
    giving, receiving = line(session, year, "SVD-25-01", "600.00"), line(session, year, "SVD-25-02", "400.00")
    with pytest.raises(Refused, match=r"£1,000\.01, £0\.01 more than the £1,000\.00") as refused:
        vary(session, None, receiving, "0.01")
    assert [(error.code, error.field) for error in refused.value.errors] == [("E1", "amount")]
    session.rollback()
    vary(session, giving, None, "0.01")
    vary(session, None, receiving, "0.01")
    assert plan(session, receiving) == ["100.00", "100.01", "100.00", "100.00"]
    awarded = amounts.awarded_by_csp_and_stream(session, year.id)
    assert list(awarded.values()) == [Decimal("1000.00")]


def test_e1_holds_between_streams_and_partnerships(session: Session, year: FundingYear) -> None:
    giving = line(session, year, "SVD-25-01", "600.00")
    labour = line_of(giving.award, make.stream(year.programme, "labour"))
    session.commit()
    assert line_of(giving.award, labour.stream) is labour
    with pytest.raises(Refused, match=r"£100\.01"):
        vary(session, giving, labour, "100.01")
    session.rollback()
    vary(session, giving, labour, "100.00")
    assert plan(session, labour) == ["0.00", "33.34", "33.33", "33.33"]
    bcp = line(session, year, "SVD-25-21", "950.00", csp="bcp")
    with pytest.raises(Refused, match="more than the £1,000"):
        vary(session, giving, bcp, "50.01")


def test_no_more_moves_than_is_neither_claimed_nor_moved(session: Session, year: FundingYear) -> None:
    giving = line(session, year, "SVD-25-01", "600.00")
    claimed = {giving.stream_id: Decimal("450.00")}
    with pytest.raises(Refused, match=r"Only £150\.00 of this award"):
        vary(session, giving, None, "150.01", claimed=lambda _session, _award: claimed)
    session.rollback()
    vary(session, giving, None, "150.00", claimed=lambda _session, _award: claimed)
    with pytest.raises(Refused, match=r"Only £0\.00"):
        vary(session, giving, None, "0.01", claimed=lambda _session, _award: claimed)


def test_every_fault_is_said_at_once(session: Session, year: FundingYear) -> None:
    giving = line(session, year, "SVD-25-01", "600.00")
    with pytest.raises(Refused) as refused:
        vary(session, giving, giving, "0.00", reason="", approved_on=date(2025, 10, 21))
    fields = [error.field for error in refused.value.errors]
    assert fields == ["approved_on", "amount", "to_line", "reason"]
    session.rollback()
    with pytest.raises(Refused, match="Choose the award"):
        vary(session, None, None, "1.00")


def test_no_money_moves_between_years_or_in_a_closed_one(session: Session, year: FundingYear) -> None:
    last_year = make.funding_year(session, FinancialYear(2024), allocations=ALLOCATIONS)
    giving = line(session, last_year, "SVD-24-01", "600.00")
    with pytest.raises(Refused, match="does not move between programmes or funding years"):
        vary(session, giving, line(session, year, "SVD-25-01", "400.00"), "1.00")
    session.rollback()
    giving = line(session, year, "SVD-25-02", "600.00")
    year.status = YearStatus.CLOSED
    session.commit()
    with pytest.raises(Refused, match="2025/26 is closed"):
        vary(session, giving, None, "1.00")
