"""What an award plans, as it was asked for; and what is asked of who awards more than the allocation."""

from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from portfolio.decisions import amounts
from portfolio.decisions.models import Award, Variation, VariationShare
from portfolio.decisions.rules import Outcome
from portfolio.money import ZERO
from portfolio.people.rules import Role
from portfolio.proposals.models import Ask
from tests import make
from tests.conftest import SignedIn
from tests.decisions.test_actions import MET_ON, Q1, Q2, award_of, record

TOOL = "/proposals/SVD-25-04"


def test_an_award_is_planned_as_it_was_asked_for_and_keeps_its_categories(session: Session) -> None:
    nurse = make.proposal(session, asks={"non-labour": Decimal("28413.75")})
    officer = make.person(session, Role.CSP_OFFICER)
    pay, training = nurse.funding_year.programme.categories[:2]
    [whole] = nurse.asks
    stream = whole.stream
    session.delete(whole)
    session.flush()
    nurse.asks = [
        Ask(stream=stream, category=pay, quarter=Q1, amount=Decimal("300.00")),
        Ask(stream=stream, category=training, quarter=Q1, amount=Decimal("100.00")),
        Ask(stream=stream, category=pay, quarter=Q2, amount=Decimal("200.00")),
    ]
    session.flush()

    def cells(award: Award) -> dict[tuple[int, str | None], Decimal]:
        [line] = award.lines
        shares = line.profile
        return {(each.quarter.number, each.category.name if each.category else None): each.amount for each in shares}

    record(session, nurse, officer, Outcome.PART_FUNDED, met_on=date(2025, 6, 16), non_labour="300.00")
    planned = {(1, pay.name): Decimal("150.00"), (1, training.name): Decimal("50.00"), (2, pay.name): Decimal("100.00")}
    assert cells(award_of(session, nurse)) == planned
    award = award_of(session, nurse)
    by_category = {("non-labour", pay.name): Decimal("150.00"), ("non-labour", training.name): Decimal("50.00")}
    assert amounts.plans_by_category(session, [award.id], Q1) == {award.id: by_category}
    line = award.lines[0]
    given_back = Variation(
        reference="V25-01",
        from_line=line,
        amount=Decimal("20.00"),
        approved_on=MET_ON,
        approved_by="The board",
        reason="Fewer sessions",
        shares=[VariationShare(award_line_id=line.id, quarter=Q1, amount=Decimal("-20.00"))],
    )
    session.add(given_back)
    session.flush()
    by_category = {("non-labour", pay.name): Decimal("135.00"), ("non-labour", training.name): Decimal("45.00")}
    assert amounts.plans_by_category(session, [award.id], Q1) == {award.id: by_category}
    session.rollback()
    record(session, nurse, officer, Outcome.PART_FUNDED, met_on=date(2025, 6, 17), non_labour="100.00")
    assert cells(award_of(session, nurse)) == {
        (1, pay.name): Decimal("75.00"),
        (1, training.name): Decimal("25.00"),
        (2, pay.name): ZERO,
    }
    record(session, nurse, officer, Outcome.REJECTED, met_on=date(2025, 6, 18))
    assert set(cells(award_of(session, nurse)).values()) == {ZERO}
    record(session, nurse, officer, met_on=date(2025, 6, 19), non_labour="600.00")
    assert sum(cells(award_of(session, nurse)).values()) == Decimal("600.00")
    assert cells(award_of(session, nurse))[2, pay.name] == Decimal("200.00")


def test_above_the_allocation_within_its_tolerance_asks_why(session: Session, signed_in: SignedIn) -> None:
    year = make.funding_year(session, allocations={"non-labour": {"dorset": Decimal("80790.21")}})
    make.proposal(session, "SVD-25-04", asks={"non-labour": Decimal("16500.00")}, funding_year=year)
    typed = {
        "outcome": "part-funded",
        f"awarded-{make.stream(year.programme, 'non-labour').id}": "£10,401.93",
        "reason": "Remaining funding, with match from the OPCC.",
        "body": "Dorset Community Safety Partnership",
        "met_on": ["13", "3", "2025"],
    }
    officer = signed_in(Role.CSP_OFFICER)
    assert "Why it awards more" not in officer.get(f"{TOOL}/decide/dorset").text
    year.programme.tolerance_percent = Decimal(10)
    session.commit()
    make.award(session, make.proposal(session, asks={"non-labour": Decimal("78290.21")}, funding_year=year))
    session.commit()
    page = officer.get(f"{TOOL}/decide/dorset").text
    assert "Left with 10.0% more" in page
    assert "£10,579.02" in page  # 78,290.21 of 88,869.23 is awarded to others
    asked = officer.post(f"{TOOL}/decide/dorset", data=typed)
    assert asked.status_code == 422
    assert "£7,901.93 more than its allocation. Say why" in asked.text
    assert 'href="#above_because"' in asked.text
    assert "−£7,901.93" in asked.text
    said = typed | {"above_because": "A tenth came back last year"}
    assert officer.post(f"{TOOL}/decide/dorset", data=said).status_code == 302
    assert "Above the allocation because: A tenth came back last year" in officer.get(TOOL).text
