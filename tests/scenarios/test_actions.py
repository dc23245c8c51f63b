"""Scenarios saved, changed and removed; and all of a scenario turned into decisions, or none of it."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.assessment.actions import declare_interest
from portfolio.decisions.models import Award, Decision
from portfolio.decisions.rules import Outcome, Ruling
from portfolio.errors import PortfolioError
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.quarters import FinancialYear
from portfolio.scenarios import queries
from portfolio.scenarios.actions import change_scenario, remove_scenario, save_scenario
from portfolio.scenarios.deciding import decide, proposed
from portfolio.scenarios.models import Scenario, ScenarioCeiling, ScenarioChoice
from portfolio.scenarios.rules import Plan, ScenarioMoved
from tests import make
from tests.conftest import NOW
from tests.make import count_of, nothing_claimed
from tests.scenarios.worlds import four, of_dorset, plan

ALL = {"non-labour": Decimal("1000.00")}


@pytest.fixture
def officer(session: Session) -> Person:
    return make.person(session, Role.CSP_OFFICER, name="Ola Fern")


def saved(session: Session, by: Person, tried: Plan, name: str = "As the panel leaned") -> Scenario:
    year, csp = make.funding_year(session), make.csp(session)
    scenario = save_scenario(session, year, csp, tried, name=name, note="", by=by, now=NOW)
    session.commit()
    return scenario


def refusal(error: pytest.ExceptionInfo[PortfolioError]) -> list[tuple[str | None, str]]:
    return [(each.field, each.sentence) for each in error.value.each()]


def test_a_scenario_keeps_what_differs_and_is_changed_by_who_saw_it_last(session: Session, officer: Person) -> None:
    one, two, *_ = four(session)
    at = of_dorset(session)
    labour, other = (each.stream for each in at.streams)
    moved = replace(plan(at, {one: "60000.00"}, "4.5"), ceilings={labour: Decimal(0), other: Decimal("120000.00")})
    scenario = saved(session, officer, moved)
    assert [(row.stream_id, row.amount) for row in scenario.ceilings] == [(labour, Decimal(0))]
    assert (at.plan_of(scenario), scenario.edition) == (moved, 1)
    member = make.person(session, Role.CSP_MEMBER, name="Mo Ali")
    tried = plan(at, {one: "50000.00", two: "40000.00"})
    told = {"name": "Less for the first", "note": "After the break"}
    with pytest.raises(PortfolioError) as not_theirs:
        change_scenario(session, scenario, tried, **told, seen=1, by=member, decides=False)
    assert "Ola Fern made this scenario" in not_theirs.value.sentence
    change_scenario(session, scenario, tried, **told, seen=1, by=member, decides=True)
    session.commit()
    assert (at.plan_of(scenario), scenario.name, scenario.edition, scenario.made_by) == (
        tried, "Less for the first", 2, officer,
    )  # fmt: skip
    assert (count_of(session, ScenarioCeiling), count_of(session, ScenarioChoice)) == (0, 2)
    with pytest.raises(PortfolioError) as late:
        change_scenario(session, scenario, moved, **told, seen=1, by=officer, decides=True)
    assert isinstance(late.value.each()[0], ScenarioMoved)
    remove_scenario(session, scenario, by=officer, decides=False)
    session.commit()
    assert (count_of(session, Scenario), count_of(session, ScenarioChoice)) == (0, 0)


def test_what_cannot_be_tried_is_not_saved(session: Session, officer: Person) -> None:
    one, *_ = four(session)
    at = of_dorset(session)
    with pytest.raises(PortfolioError) as refused:
        saved(session, officer, plan(at, {one: "60000.01"}), name=" ")
    other = at.streams[-1].stream
    assert refusal(refused) == [
        ("name", "Enter a name, so that the panel can speak of it"),
        (f"award.{one.id}.{other}", "SVD-25-01 asks for £60,000.00 of non-labour. Enter that or less"),
    ]


def ruling(outcome: Outcome, amount: str = "0.00", reason: str = "", above: str = "") -> Ruling:
    return Ruling(
        outcome,
        "Dorset CSP",
        {"non-labour": Decimal(amount)},
        reason,
        met_on=date(2025, 6, 16),
        minute="6.5",
        above_because=above,
    )


def test_a_scenario_becomes_decisions_all_at_once_and_what_gives_less_comes_first(
    session: Session, officer: Person
) -> None:
    one, two, three, four_ = four(session)
    year = make.funding_year(session)
    year.programme.tolerance_percent = Decimal(10)
    make.award(session, three, amounts={"non-labour": Decimal("50000.00")})
    at = of_dorset(session)
    assert at.decided.awards == {three.id: {at.streams[-1].stream: Decimal("50000.00")}}
    scenario = saved(session, officer, plan(at, {one: "60000.00", two: "40000.00", four_: "30000.00"}))
    rows = proposed(at.candidates, at.plan_of(scenario))
    assert [(each.candidate.number, each.amount, each.is_so_already) for each in rows] == [
        (one.id, Decimal("60000.00"), False), (two.id, Decimal("40000.00"), False),
        (four_.id, Decimal("30000.00"), False), (three.id, Decimal("0.00"), False),
    ]  # fmt: skip
    rulings = {
        one.id: ruling(Outcome.FUNDED, "60000.00", above="Past years left 8%"),
        two.id: ruling(Outcome.FUNDED, "40000.00", above="Past years left 8%"),
        three.id: ruling(Outcome.REJECTED, reason="Below the others"),
        four_.id: ruling(Outcome.PART_FUNDED, "30000.00", "What is left", above="Past years left 8%"),
    }
    told = {"seen": 1, "by": officer, "deciders": [], "at": NOW, "claimed": nothing_claimed}
    assert decide(session, scenario, rulings, **told) == 4  # type: ignore[arg-type]
    session.commit()
    assert (scenario.decided_by, scenario.decided_at) == (officer, NOW)
    assert of_dorset(session).decided == at.plan_of(scenario)
    above = [each.proposal_id for each in session.scalars(select(Decision).where(Decision.above_because.is_not(None)))]
    assert above == [one.id]  # the most comes last, and it alone goes above the allocation
    with pytest.raises(PortfolioError, match="turned into decisions"):
        decide(session, scenario, rulings, **told)  # type: ignore[arg-type]


def test_whatever_is_refused_of_one_decision_is_said_of_all_and_none_stays(session: Session, officer: Person) -> None:
    one, two, three, four_ = four(session)
    scenario = saved(session, officer, plan(of_dorset(session), {one: "60000.00", two: "30000.00", four_: "90000.00"}))
    declare_interest(session, three, officer, "Trustee of the applicant", NOW.date())
    two.lead_person_id = officer.id
    session.commit()
    assert queries.own_interests(session, officer.id, of_dorset(session).candidates) == {two.id, three.id}
    tomorrow = NOW.date() + timedelta(days=1)
    rulings = {
        one.id: replace(ruling(Outcome.FUNDED, "60000.00"), met_on=tomorrow),
        two.id: replace(ruling(Outcome.PART_FUNDED, "30000.00"), met_on=tomorrow),
        three.id: ruling(Outcome.RESERVE),
        four_.id: ruling(Outcome.FUNDED, "130000.00"),
    }
    told = {"seen": 1, "by": officer, "deciders": [], "at": NOW, "claimed": nothing_claimed}
    with pytest.raises(PortfolioError) as refused:
        decide(session, scenario, rulings, **told)  # type: ignore[arg-type]
    assert [(field, sentence.partition(". ")[0]) for field, sentence in refusal(refused)] == [
        ("decided_by", "Ola Fern declared an interest in SVD-25-03 and cannot decide on it"),
        ("met_on", "The meeting is in the future: 21 October 2025"),
        (f"reason.{two.id}", "SVD-25-02: Give the reason why the proposal was part-funded; the applicant and next "
         "year's panel will ask"),
        ("decided_by", "Ola Fern would decide on SVD-25-02, and leads it"),
        (f"decision.{four_.id}", "SVD-25-04: Dorset Community Safety Partnership's awards of the non-labour stream "
         "would come to £130,000.00, £10,000.00 more than the £120,000.00 it may award"),
    ]  # fmt: skip
    session.rollback()
    assert (count_of(session, Decision), count_of(session, Award)) == (0, 0)
    with pytest.raises(PortfolioError, match="Nothing would be decided"):
        decide(session, scenario, {}, **told)  # type: ignore[arg-type]


def test_past_years_that_were_claimed_say_what_they_left(session: Session) -> None:
    year, csp, last = make.funding_year(session), make.csp(session), FinancialYear(2024)
    before = make.funding_year(session, last)
    award = make.award(session, make.proposal(session, "SVD-24-01", funding_year=before, asks=ALL))
    assert queries.past_years(session, year, csp, NOW.date()) == []
    make.claim(session, award, last.quarters[0], lines={("non-labour", "training"): Decimal("900.00")})
    [told] = queries.past_years(session, year, csp, NOW.date())
    assert (told.name, told.planned, told.underspend) == ("2024/25", Decimal("1000.00"), Decimal("100.00"))
    assert queries.past_years(session, before, csp, NOW.date()) == []
