"""Decisions recorded and superseded, awards made and changed, interests, allocations under awards."""

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.assessment.actions import declare_interest
from portfolio.assessment.queries import interests_in, panel_of
from portfolio.decisions import actions, amounts, queries
from portfolio.decisions.models import Award, AwardLine, Decision
from portfolio.decisions.rules import Outcome, Ruling
from portfolio.errors import NotFound, Refused
from portfolio.funding_years.models import FundingYear, Stream
from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO
from portfolio.people.actions import find_viewer
from portfolio.people.models import Person
from portfolio.people.rules import Role, Within
from portfolio.proposals.models import Proposal
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear, Quarter
from tests import make
from tests.conftest import NOW

CSP = "dorset"
BODY = "Dorset Community Safety Partnership"
MET_ON = date(2025, 3, 13)
Q1, Q2, Q3, Q4 = FinancialYear(2025).quarters
DORSET = {"labour": {"dorset": Decimal("51097.47")}, "non-labour": {"dorset": Decimal("80790.21")}}


@pytest.fixture
def year(session: Session) -> FundingYear:
    """Dorset CSP's 2025/26, as it was allocated."""
    return make.funding_year(session, allocations=DORSET)


@pytest.fixture
def officer(session: Session) -> Person:
    """Who records."""
    return make.person(session, Role.CSP_OFFICER, name="Olive Officer", email="olive@example.org")


@pytest.fixture
def nurse(session: Session, year: FundingYear) -> Proposal:
    """The Specialist Nurse, asking £28,413.75 of the non-labour stream."""
    return make.proposal(session, asks={"non-labour": Decimal("28413.75")}, funding_year=year)


def claiming(amount: str, stream: Stream) -> actions.Claimed:
    """Says that so much is claimed of whatever award is asked about."""
    claimed = {stream.id: Decimal(amount)}
    return lambda _session, _award_id: claimed


def record(
    session: Session,
    proposal: Proposal,
    officer: Person,
    outcome: Outcome = Outcome.FUNDED,
    *,
    deciders: tuple[Person, ...] = (),
    claimed: actions.Claimed = make.nothing_claimed,
    profiles: Mapping[str, Mapping[Quarter, Decimal]] | None = None,
    reason: str | None = "Reasons.",
    met_on: date | None = MET_ON,
    csp: str = CSP,
    because: str | None = None,
    **awarded: str,
) -> Decision:
    """Record a decision; `non_labour="1.00"` awards a pound of that stream."""
    amounts = {stream.replace("_", "-"): Decimal(amount) for stream, amount in awarded.items()}
    decision = actions.record_decision(
        session,
        proposal,
        make.csp(session, csp),
        Ruling(outcome, BODY, amounts, reason, None, met_on, "6.5 (a)", because),
        recorded_by=officer,
        deciders=deciders,
        at=NOW,
        claimed=claimed,
        profiles=profiles,
    )
    session.commit()
    return decision


def codes(refused: pytest.ExceptionInfo[Refused]) -> list[tuple[str | None, str | None]]:
    return [(error.code, error.field) for error in refused.value.errors]


def award_of(session: Session, proposal: Proposal, csp: str = CSP) -> Award:
    found = queries.find_award(session, proposal.id, make.csp(session, csp).id)
    assert found is not None
    return found


def profile_of(session: Session, line: AwardLine) -> list[Decimal]:
    """What a line plans, Q1 to Q4."""
    plan = amounts.plan_by_line(session, [line.award_id])[line.id]
    return [plan.get(quarter, ZERO) for quarter in FinancialYear(2025).quarters]


def test_a_funded_decision_makes_the_award_with_an_even_profile(
    session: Session, nurse: Proposal, officer: Person
) -> None:
    member = make.person(session, Role.CSP_MEMBER, name="Mia Member", email="mia@example.org")
    decision = record(session, nurse, officer, deciders=(member,), reason=None, non_labour="28413.75", labour="0.00")
    assert (decision.outcome, decision.minute, decision.met_on) == (Outcome.FUNDED, "6.5 (a)", MET_ON)
    assert (decision.recorded_by, decision.recorded_at) == (officer.mark, NOW)
    assert [each.person.name for each in decision.deciders] == ["Mia Member"]
    assert [(each.stream.name, each.amount) for each in decision.amounts] == [("non-labour", Decimal("28413.75"))]
    award = award_of(session, nurse)
    assert (award.starts_on, award.ends_on, award.provisional) == (nurse.starts_on, nurse.ends_on, False)
    [line] = award.lines
    assert line.amount == Decimal("28413.75")
    assert profile_of(session, line) == [Decimal("7103.44")] * 3 + [Decimal("7103.43")]


def test_a_given_profile_is_kept(session: Session, nurse: Proposal, officer: Person) -> None:
    profile = {Q2: Decimal("2600.48"), Q3: Decimal("5200.97"), Q4: Decimal("2600.48")}
    record(session, nurse, officer, Outcome.PART_FUNDED, non_labour="10401.93", profiles={"non-labour": profile})
    [line] = award_of(session, nurse).lines
    assert profile_of(session, line) == [ZERO, Decimal("2600.48"), Decimal("5200.97"), Decimal("2600.48")]
    earlier = {Q1: Decimal("10401.93")}
    record(session, nurse, officer, Outcome.PART_FUNDED, non_labour="10401.93", profiles={"non-labour": earlier})
    [line] = award_of(session, nurse).lines
    assert profile_of(session, line) == [Decimal("10401.93"), ZERO, ZERO, ZERO]


def test_a_profile_that_does_not_add_up_is_refused(session: Session, nurse: Proposal, officer: Person) -> None:
    with pytest.raises(Refused) as refused:
        record(session, nurse, officer, non_labour="28413.75", profiles={"non-labour": {Q1: Decimal("1.00")}})
    assert codes(refused) == [("E10", "profile")]


def test_every_fault_is_said_at_once(session: Session, nurse: Proposal, officer: Person) -> None:
    with pytest.raises(Refused) as refused:
        record(session, nurse, officer, Outcome.PART_FUNDED, reason=" ", met_on=NOW.date() + timedelta(1))
    assert codes(refused) == [(None, "met_on"), (None, "awarded"), ("E11", "reason")]
    assert session.scalars(select(Decision)).all() == []


def test_e1_the_six_proposals_ask_for_more_than_is_there(session: Session, year: FundingYear, officer: Person) -> None:
    asks = ["28413.75", "24099.20", "19875.33", "16500.00", "33750.00", "12250.50"]
    six = [
        make.proposal(session, f"SVD-25-0{place}", asks={"non-labour": Decimal(ask)}, funding_year=year)
        for place, ask in enumerate(asks, start=1)
    ]
    record(session, six[0], officer, non_labour="28413.75")
    record(session, six[1], officer, Outcome.PART_FUNDED, non_labour="22099.20")
    record(session, six[2], officer, non_labour="19875.33")
    with pytest.raises(Refused) as refused:
        record(session, six[3], officer, Outcome.PART_FUNDED, non_labour="10401.94")
    assert codes(refused) == [("E1", "awarded.non-labour")]
    assert "£80,790.22, £0.01 more than the £80,790.21" in refused.value.sentence
    session.rollback()
    record(session, six[3], officer, Outcome.PART_FUNDED, non_labour="10401.93")
    record(session, six[4], officer, Outcome.REJECTED)
    awarded = amounts.awarded_by_csp_and_stream(session, year.id)
    assert list(awarded.values()) == [Decimal("80790.21")]
    assert amounts.awarded_by_csp_and_stream(session, year.id, 999) == {}


def test_e1_leaves_room_within_the_tolerance_and_where_there_is_no_share_nothing(
    session: Session, year: FundingYear, nurse: Proposal, officer: Person
) -> None:
    year.programme.tolerance_percent = Decimal(10)
    session.commit()
    with pytest.raises(Refused) as refused:
        record(session, nurse, officer, non_labour="88869.23")
    assert codes(refused) == [("E1", "above_because")]
    session.rollback()
    decision = record(session, nurse, officer, because="A tenth came back last year", non_labour="88869.23")
    assert decision.above_because == "A tenth came back last year"
    both = make.proposal(session, "SVD-25-02", csps=("dorset", "bcp"), funding_year=year)
    with pytest.raises(Refused) as refused:
        record(session, both, officer, csp="bcp", non_labour="0.01")
    assert codes(refused) == [("E1", "awarded.non-labour")]


def test_e12_neither_a_decider_nor_the_recorder_has_an_interest(
    session: Session, nurse: Proposal, officer: Person
) -> None:
    member = make.person(session, Role.CSP_MEMBER, name="Mia Member", email="mia@example.org")
    declare_interest(session, nurse, member, "Trustee of the applicant", MET_ON)
    session.commit()
    with pytest.raises(Refused, match="Mia Member declared an interest in SVD-25-01") as refused:
        record(session, nurse, officer, deciders=(member,), non_labour="28413.75")
    assert codes(refused) == [("E12", "decided_by")]
    with pytest.raises(Refused, match="Mia Member declared an interest"):
        record(session, nurse, member, non_labour="28413.75")
    nurse.lead_person_id = officer.id
    with pytest.raises(Refused, match="would decide on SVD-25-01, and leads it") as refused:
        record(session, nurse, officer, non_labour="28413.75")
    assert codes(refused) == [("E12", "decided_by")]
    with pytest.raises(Refused, match="Say what the interest is"):
        declare_interest(session, nurse, officer, " ", MET_ON)
    [interest] = interests_in(session, nurse.id)
    assert (interest.person.name, interest.nature) == ("Mia Member", "Trustee of the applicant")


def test_only_a_partnership_that_was_asked_decides_on_what_was_submitted(
    session: Session, nurse: Proposal, officer: Person
) -> None:
    nurse.status = ProposalStatus.DRAFT
    with pytest.raises(Refused) as refused:
        record(session, nurse, officer, Outcome.REJECTED, csp="bcp")
    assert codes(refused) == [(None, None), (None, "csp")]


def test_nothing_is_decided_in_a_closed_year(session: Session, nurse: Proposal, officer: Person) -> None:
    nurse.funding_year.status = YearStatus.CLOSED
    with pytest.raises(Refused, match="2025/26 is closed"):
        record(session, nurse, officer, Outcome.REJECTED)


def test_a_change_of_mind_supersedes_and_the_history_stays(session: Session, nurse: Proposal, officer: Person) -> None:
    first = record(session, nurse, officer, Outcome.DEFERRED, reason="Costs not profiled.")
    second = record(session, nurse, officer, non_labour="28413.75")
    third = record(session, nurse, officer, Outcome.REJECTED, reason="The provider withdrew.")
    csp = make.csp(session, CSP)
    assert [each.id for each in queries.decisions_on(session, nurse.id)] == [third.id, second.id, first.id]
    assert (first.supersedes, second.supersedes, third.supersedes) == (None, first, second)
    assert queries.find_decision(session, nurse.id, csp.id) is third
    assert (first.reason, second.outcome) == ("Costs not profiled.", Outcome.FUNDED)
    award = award_of(session, nurse)
    assert amounts.carried_by_line(session, [award.id]) == {award.lines[0].id: ZERO}
    assert profile_of(session, award.lines[0]) == [ZERO] * 4
    record(session, nurse, officer, non_labour="28413.75")
    assert profile_of(session, award_of(session, nurse).lines[0]) == [Decimal("7103.44")] * 3 + [Decimal("7103.43")]


def test_a_later_award_keeps_what_was_planned_for_quarters_before_it(
    session: Session, nurse: Proposal, officer: Person
) -> None:
    record(session, nurse, officer, Outcome.PART_FUNDED, non_labour="20000.00")
    record(session, nurse, officer, non_labour="28413.75", met_on=date(2025, 9, 1))
    [line] = award_of(session, nurse).lines
    later = [Decimal("7804.59"), Decimal("7804.58"), Decimal("7804.58")]
    assert profile_of(session, line) == [Decimal("5000.00"), *later]
    record(session, nurse, officer, Outcome.PART_FUNDED, non_labour="15000.00", met_on=date(2025, 9, 8))
    [line] = award_of(session, nurse).lines
    assert profile_of(session, line) == [Decimal("5000.00"), Decimal("7804.59"), Decimal("2195.41"), ZERO]
    profile = {Q1: Decimal("5000.00"), Q4: Decimal("11000.00")}
    record(session, nurse, officer, Outcome.PART_FUNDED, non_labour="16000.00", profiles={"non-labour": profile})
    [line] = award_of(session, nurse).lines
    assert profile_of(session, line) == [Decimal("5000.00"), ZERO, ZERO, Decimal("11000.00")]
    assert line.amount == sum(profile_of(session, line))


def test_a_later_award_may_bring_another_stream(session: Session, nurse: Proposal, officer: Person) -> None:
    record(session, nurse, officer, non_labour="28413.75")
    record(session, nurse, officer, non_labour="28413.75", labour="3000.01")
    lines = {line.stream.name: line for line in award_of(session, nurse).lines}
    assert lines["labour"].amount == Decimal("3000.01")
    assert profile_of(session, lines["labour"]) == [Decimal("750.01")] + [Decimal("750.00")] * 3


def test_e2_an_award_never_falls_below_what_is_claimed(session: Session, nurse: Proposal, officer: Person) -> None:
    record(session, nurse, officer, non_labour="28413.75")
    claimed = claiming("7000.00", make.stream(nurse.funding_year.programme, "non-labour"))
    with pytest.raises(Refused, match=r"£7,000\.00 of the non-labour stream is claimed already") as refused:
        record(session, nurse, officer, Outcome.REJECTED, claimed=claimed)
    assert codes(refused) == [("E2", "awarded.non-labour")]
    session.rollback()
    with pytest.raises(Refused):
        record(session, nurse, officer, Outcome.PART_FUNDED, claimed=claimed, non_labour="6999.99")
    session.rollback()
    assert record(session, nurse, officer, Outcome.PART_FUNDED, claimed=claimed, non_labour="7000.00")


def test_an_award_is_described(session: Session, nurse: Proposal, officer: Person) -> None:
    record(session, nurse, officer, non_labour="28413.75")
    award = award_of(session, nurse)
    today = NOW.date()
    described = actions.describe_award(
        award,
        lead_person=officer,
        agreement_signed_on=today,
        cost_centre=" ".strip(),
        provisional=True,
        today=today,
    )
    session.commit()
    assert (described.lead_person, described.agreement_signed_on, described.cost_centre) == (officer, today, None)
    assert described.provisional
    with pytest.raises(Refused, match="The signature is in the future"):
        actions.describe_award(
            award,
            lead_person=None,
            agreement_signed_on=today + timedelta(1),
            cost_centre="G123",
            provisional=False,
            today=today,
        )


def test_e1_an_allocation_does_not_fall_below_its_awards(
    session: Session, year: FundingYear, nurse: Proposal, officer: Person
) -> None:
    record(session, nurse, officer, non_labour="28413.75")
    with pytest.raises(Refused) as refused:
        actions.change_allocations(
            session, year, {}, {"dorset": {"non-labour": Decimal("28413.74")}, "kent": {"labour": ZERO}}
        )
    assert codes(refused) == [("E1", "shares.dorset.non-labour")]
    actions.change_allocations(session, year, {}, {"dorset": {"non-labour": Decimal("28413.75"), "labour": ZERO}})
    assert sum(each.amount for allocation in year.allocations for each in allocation.shares) == Decimal("28413.75")


def test_awards_are_found_within_reach(session: Session, nurse: Proposal, officer: Person) -> None:
    lead = make.person(session, Role.LEAD)
    record(session, nurse, officer, non_labour="28413.75")
    award = award_of(session, nurse)
    award.lead_person = lead
    session.commit()
    csp, area = make.csp(session, CSP), make.area(session)

    def reached(within: Within) -> bool:
        return session.scalar(select(Award).where(queries.awards_within(within))) is not None

    assert reached(Within(everything=True))
    assert reached(Within(csps=frozenset({csp.id})))
    assert reached(Within(police_areas=frozenset({area.id})))
    assert reached(Within(lead_id=lead.id))
    assert not reached(Within(lead_id=officer.id, csps=frozenset({999})))
    assert queries.get_award(session, "SVD-25-01", CSP, queries.awards_within(Within(everything=True))) is award
    with pytest.raises(NotFound):
        queries.get_award(session, "SVD-25-01", CSP, queries.awards_within(Within()))
    assert list(queries.awards_of(session, nurse.id)) == [award]


def test_a_lead_sees_the_proposal_of_the_award_they_lead(session: Session, nurse: Proposal) -> None:
    lead, other = make.person(session, Role.LEAD), make.person(session, Role.LEAD)
    make.award(session, nurse, lead_person_id=lead.id)

    def sees(person: Person) -> bool:
        viewer = find_viewer(session, person.id, NOW.date())
        assert viewer is not None
        return session.scalar(select(Proposal).where(queries.proposals_seen_by(viewer))) is not None

    assert sees(lead)
    assert not sees(other)
    assert sees(make.person(session, Role.CSP_MEMBER))


def test_who_may_decide_are_the_partnerships_people_of_the_day(session: Session, officer: Person) -> None:
    member = make.person(session, Role.CSP_MEMBER, name="Mia", email="mia@example.org")
    make.person(session, Role.FINANCE)
    make.person(session, Role.CSP_MEMBER, csp=make.csp(session, "bcp"))
    former = make.person(session, Role.CSP_MEMBER)
    former.roles[0].ends_on = date(2025, 1, 1)
    session.flush()
    found = panel_of(session, make.csp(session, CSP).id, NOW.date())
    assert list(found) == [member, officer]
