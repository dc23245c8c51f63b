"""What claims are held against is the same for each award, however many are asked for at once."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.funding_years.rules import YearStatus
from portfolio.quarters import FinancialYear
from portfolio.spend.rules import ClaimStatus, Line
from portfolio.spend.standing import ground_of, grounds_of
from tests import make
from tests.make import Q1, Q2, Q3


def _world(session: Session) -> list[Award]:
    """Awards that share allocations, of two partnerships and two years, with claims, a correction and a lock."""
    nurse, mentors = (make.award(session, make.proposal(session, f"SVD-25-0{number}")) for number in (1, 2))
    tool = make.award(session, make.proposal(session, "SVD-25-03", csps=("bcp",)), csp="bcp")
    last_year = make.funding_year(session, FinancialYear(2024), status=YearStatus.CLOSED)
    crossing = make.proposal(session, "SVD-24-01", funding_year=last_year, ends_on=date(2025, 9, 30))
    old = make.award(session, crossing)
    make.claim(session, nurse, Q1)
    make.claim(session, nurse, Q2, status=ClaimStatus.DRAFT)
    pay = ("labour", "pay and on-costs")
    make.claim(session, mentors, Q2, lines={pay: Decimal("50.00")}, status=ClaimStatus.SUBMITTED)
    make.claim(session, tool, Q2, lines={pay: Decimal("70.00")}).lines[0].transaction = "T-1"
    make.claim(session, old, Q1, lines={pay: Decimal("-20.00")}, status=ClaimStatus.SUBMITTED)
    make.correction(session, nurse, Decimal("-5.00"))
    make.correction(session, tool, Decimal("3.00"), entered_in=Q3)
    make.lock(session, tool, Q2)
    session.commit()
    return [nurse, mentors, tool, old]


def test_each_award_has_the_ground_it_has_alone(session: Session) -> None:
    awards = _world(session)
    lines = {award.id: [Line("labour", "training", Decimal("1.00"), None, "t -1")] for award in awards}
    together = grounds_of(session, awards, Q2, lines)
    assert together == {award.id: ground_of(session, award, Q2, lines[award.id]) for award in awards}
    nurse, mentors, tool, old = (together[award.id] for award in awards)
    assert nurse.claimed_by_csp == {"labour": Decimal("1945.00")}
    assert nurse.claimed_before == {"labour": Decimal("1895.00")}
    assert mentors.claimed_by_csp == {"labour": Decimal("1895.00")}
    assert (tool.claimed, tool.claimed_before) == ({"labour": Decimal("3.00")}, {})
    assert nurse.claimed_elsewhere == mentors.claimed_elsewhere == {"t-1": "SVD-25-03, Q2 2025/26"}
    assert (tool.claimed_elsewhere, tool.locked_because) == ({}, "it stands in the return")
    assert (old.closed, old.locked_because) == (True, None)


@pytest.mark.parametrize("reference", ["É-1", "INV\u00a07", "ÉA 1"])
def test_a_reference_typed_alike_is_found_whatever_its_letters(session: Session, reference: str) -> None:
    award, other = make.award(session), make.award(session, make.proposal(session, "SVD-25-02"))
    make.claim(session, other, Q2).lines[0].transaction = reference
    session.commit()
    line = Line("labour", "training", Decimal("1.00"), None, reference)
    assert list(ground_of(session, award, Q2, [line]).claimed_elsewhere.values()) == ["SVD-25-02, Q2 2025/26"]
