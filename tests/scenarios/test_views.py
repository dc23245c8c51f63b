"""The pages of scenarios, as officers and members of a panel meet them."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.assessment.models import Interest
from portfolio.decisions.models import Decision
from portfolio.decisions.rules import Outcome
from portfolio.people.rules import Role
from portfolio.proposals.models import Proposal
from portfolio.scenarios.charts import differences
from portfolio.scenarios.models import Scenario
from portfolio.scenarios.queries import weighed
from portfolio.scenarios.showing import tried
from tests import make, rounds
from tests.conftest import NOW, SignedIn, Visitor
from tests.pages import read, value_of
from tests.scenarios.worlds import four

MEETING = {"body": "Dorset CSP", "met_on": ["16", "6", "2025"], "minute": "6.5", "edition": "1"}


@pytest.fixture
def proposals(session: Session) -> list[Proposal]:
    return four(session)


@pytest.fixture
def officer(signed_in: SignedIn) -> Visitor:
    return signed_in(Role.CSP_OFFICER, name="Ola Fern")


def place(proposals: list[Proposal], page: str = "") -> str:
    return f"/scenarios/rounds/{proposals[0].funding_year_id}/dorset{page}"


def words(answer: TestResponse) -> str:
    return read(answer.text)


def scenarios(session: Session) -> list[Scenario]:
    session.expire_all()
    return list(session.scalars(select(Scenario).order_by(Scenario.id)))


def test_what_is_tried_stands_in_the_address_and_changes_nothing(
    session: Session, officer: Visitor, proposals: list[Proposal]
) -> None:
    one, two, *_ = proposals
    other = one.funding_year.programme.streams[-1].id
    sent = {"taken": [one.id, two.id], f"award-{two.id}-{other}": "10,000", f"ceiling-{other}": "65000", "do": "try"}
    there = officer.post(place(proposals, "/new"), data=sent).location
    assert there.endswith("#figures")
    told = words(officer.get(there))
    assert "2 of 4 taken in; labour: £30,000.00 left; non-labour: £5,000.00 too much; 97.50 points" in told
    assert "Non-labour £120,000.00 £65,000.00 £65,000.00 £70,000.00 −£5,000.00" in told
    assert "Non-labour: £5,000.00 too much. Take something out, or award less." in told
    assert "Area not said Nobody asked 2 of 4, £70,000.00 Nobody asked" in told
    assert value_of(officer.get(there), f"award-{two.id}-{other}") == "10000.00"
    above = officer.get(
        f"{place(proposals, '/new')}?tried=1&taken={one.id}&taken={two.id}&taken={proposals[2].id}&over_percent=30"
    )
    assert "Non-labour: £30,000.00 more than decisions may award, which is £120,000.00." in words(above)
    best = officer.post(place(proposals, "/new"), data={**sent, "do": "best"}).location
    assert f"ceiling-{other}=65000.00" in best
    wrong = officer.post(place(proposals, "/new"), data={**sent, "over_percent": "1000", f"ceiling-{other}": "lots"})
    assert wrong.status_code == 422
    assert "Plan above the ceilings by, % must be a number of at most two decimals from 0 to 100" in words(wrong)
    assert "“lots” is not an amount" in words(wrong)
    more = officer.get(f"{place(proposals, '/new')}?tried=1&taken={one.id}&award-{one.id}-{other}=60000.01")
    assert "SVD-25-01 asks for £60,000.00 of non-labour. Enter that or less" in words(more)
    assert scenarios(session) == []


def test_scenarios_are_saved_copied_and_removed_by_those_whose_they_are(
    session: Session, officer: Visitor, signed_in: SignedIn, proposals: list[Proposal]
) -> None:
    one, two, *_ = proposals
    new = place(proposals, "/new")
    kept = officer.post(new, data={"do": "save", "name": "Prevention first", "note": "A start", "taken": [one.id]})
    page = words(officer.get(kept.location))
    assert "“Prevention first” is saved. Nothing is decided by it." in page
    assert "Taken in 1 of 4 proposals" in page
    again = officer.post(new, data={"do": "save", "name": "Prevention first", "taken": [two.id]})
    assert again.status_code == 422
    assert "Another scenario of this year has this name" in words(again)
    member = signed_in(Role.CSP_MEMBER, name="Mo Ali")
    change = f"{kept.location}/change"
    theirs = {"name": "Prevention first", "edition": "1", "taken": [two.id]}
    refused = member.post(change, data={**theirs, "do": "save"})
    assert refused.status_code == 422
    assert "Ola Fern made this scenario" in words(refused)
    assert "Ola Fern made this scenario" in words(member.post(f"{kept.location}/remove"))
    copied = member.post(change, data={**theirs, "do": "copy", "name": "The second instead"})
    assert "Made by Mo Ali" in words(member.get(copied.location))
    onward = member.post(change, data={**theirs, "do": "try"}).location
    assert value_of(member.get(onward), "name") == "Prevention first"
    changed = officer.post(change, data={**theirs, "do": "save"})
    assert changed.location == kept.location
    late = officer.post(change, data={**theirs, "do": "save", "taken": [one.id]})
    assert "Somebody else has saved this scenario since you opened it" in words(late)
    listed = words(officer.get(place(proposals)))
    assert "Prevention first Ola Fern, 20 October 2025, 10:00am 1 of 4 £30,000.00 £80,000.00 £40,000.00 70.00" in listed
    assert "2025/26, Dorset CSP" in words(officer.get("/scenarios"))
    gone = officer.post(f"{kept.location}/remove")
    assert "The scenario is removed." in words(officer.get(gone.location))
    assert [each.name for each in scenarios(session)] == ["The second instead"]


def test_up_to_four_stand_side_by_side_with_what_was_decided(
    session: Session, officer: Visitor, proposals: list[Proposal]
) -> None:
    one, two, *_ = proposals
    year, csp = one.funding_year, make.csp(session)
    made = [
        rounds.scenario(session, year, csp, officer.person, {one: f"{number}0000.00"}, name=f"Number {number}")
        for number in range(1, 6)
    ]
    make.award(session, two, amounts={"non-labour": Decimal("40000.00")})
    session.commit()
    named = "&".join(f"scenario={each.id}" for each in reversed(made))
    page = words(shown := officer.get(f"{place(proposals, '/compare')}?{named}"))
    assert "These are the first 4 of those you ticked." in page
    assert "What it comes to Number 5 Number 4 Number 3 Number 2 As decided Proposals taken in 1 1 1 1 1" in page
    assert "Points 66.67 53.33 40.00 26.67 70.00" in page
    assert (
        "SVD-25-02 Specialist Nurse SVD-25-02 70.0% £40,000.00 Left out Left out Left out Left out £40,000.00" in page
    )
    assert "Targeted, proposals 1 1 1 1 1" in page
    at = weighed(session, year, csp)
    drawn = differences(at, tried(at, made[:2]))
    assert drawn.as_table().rows == (("SVD-25-01 Specialist Nurse SVD-25-01", "£10,000.00", "£20,000.00"),)
    assert differences(at, tried(at, made[:1])).groups == ()
    assert "SVD-25-02 Specialist Nurse SVD-25-02: Number 5 £0.00, Number 4 £0.00" in shown.text
    assert "No scenario is chosen" in words(officer.get(f"{place(proposals, '/compare')}?scenario=²&scenario=999"))


def test_the_best_set_is_found_explained_and_opened(officer: Visitor, proposals: list[Proposal]) -> None:
    one, _two, three, four_ = proposals
    best = place(proposals, "/best")
    assert "Only proposals that pass every gate" in words(officer.get(best))
    found = officer.get(f"{best}?asked=1&gates=passed&levels=targeted&must={three.id}&least_score=46")
    page = words(found)
    assert "No other set that keeps to what you chose has more than 130.00 points" in page
    assert "What must be in it 20.00 points more SVD-25-02 Specialist Nurse SVD-25-02 SVD-25-03" in page
    assert (
        "SVD-25-02 Specialist Nurse SVD-25-02 10.00 points fewer SVD-25-02 Specialist Nurse SVD-25-02 SVD-25-01" in page
    )
    [link] = [part.partition('"')[0] for part in found.text.split('class="button primary" href="')[1:]]
    opened = words(officer.get(link.replace("&amp;", "&")))
    assert "2 of 4 taken in; labour: £30,000.00 left; non-labour: £10,000.00 left; 130.00 points" in opened
    none = words(officer.get(f"{best}?asked=1&must={four_.id}&must={one.id}"))
    assert "No set of proposals keeps to all that you chose" in none
    wrong = words(officer.get(f"{best}?asked=1&part_percent=7.5&levels=heavy"))
    assert "must be a whole number from 0 to 100, like 70" in wrong


def test_a_scenario_is_turned_into_decisions_with_one_confirmation(
    session: Session, officer: Visitor, proposals: list[Proposal]
) -> None:
    one, two, three, four_ = proposals
    year, csp = one.funding_year, make.csp(session)
    scenario = rounds.scenario(session, year, csp, officer.person, {one: "60000.00", two: "30000.00"})
    session.commit()
    address = f"/scenarios/{scenario.id}/decide"
    assert "Turn it into decisions" in words(officer.get(f"/scenarios/{scenario.id}"))
    begun = officer.get(address)
    assert "SVD-25-02 Specialist Nurse SVD-25-02 £30,000.00 of £40,000.00" in words(begun)
    sent = {
        **MEETING,
        f"decision-{one.id}": "funded",
        f"decision-{two.id}": "part-funded",
        f"decision-{three.id}": "rejected",
        f"decision-{four_.id}": "leave",
        f"conditions-{one.id}": "A named nurse by September",
    }
    unsaid = officer.post(address, data=sent)
    assert unsaid.status_code == 422
    assert "SVD-25-02: Give the reason why the proposal was part-funded" in words(unsaid)
    assert "SVD-25-03: Give the reason why the proposal was rejected" in words(unsaid)
    assert "A named nurse by September" in unsaid.text
    reasons = {f"reason-{two.id}": "Fewer sessions", f"reason-{three.id}": "Below the others"}
    done = officer.post(address, data={**sent, **reasons})
    assert "Dorset CSP: 3 decisions recorded, as “As the panel met” had it." in words(officer.get(done.location))
    decided = session.execute(select(Decision.proposal_id, Decision.outcome).order_by(Decision.proposal_id)).all()
    assert [tuple(row) for row in decided] == [
        (one.id, Outcome.FUNDED), (two.id, Outcome.PART_FUNDED), (three.id, Outcome.REJECTED),
    ]  # fmt: skip
    for page in (f"/scenarios/{scenario.id}/change", f"/scenarios/{scenario.id}"):
        assert officer.get(page).status_code == 200
    assert "stays as it was" in words(officer.get(address))
    assert "stays as it was" in words(officer.post(address, data=sent))
    assert "stays as it was" in words(officer.post(f"/scenarios/{scenario.id}/remove"))


def test_what_somebody_meddled_with_is_refused(officer: Visitor, proposals: list[Proposal]) -> None:
    new = place(proposals, "/new")
    forged = {"do": "save", "name": "💷" * 90, "taken": ["x", "²", "9" * 30], "over_percent": "NaN", "edition": "²"}
    assert officer.post(new, data=forged).status_code == 422
    assert officer.get(f"{new}?tried=1&taken=x&over_percent=1e9&award-1-1=%F0%9F%92%B7").status_code == 200
    assert officer.get(f"{place(proposals, '/best')}?asked=1&must=x&most_per_organisation=99").status_code == 200
    for gone in ("/scenarios/999", "/scenarios/999/change", "/scenarios/rounds/999/dorset", "/scenarios/rounds/1/none"):
        assert officer.get(gone).status_code == 404


def test_pages_take_as_many_statements_for_more_proposals(
    session: Session, officer: Visitor, proposals: list[Proposal], queries_of: Callable[[FlaskClient, str], int]
) -> None:
    year, csp = proposals[0].funding_year, make.csp(session)
    first = rounds.scenario(session, year, csp, officer.person, {proposals[0]: "1.00"})
    session.commit()
    pages = [
        place(proposals),
        place(proposals, "/new"),
        place(proposals, f"/compare?scenario={first.id}"),
        f"/scenarios/{first.id}",
        f"/scenarios/{first.id}/decide",
    ]
    few = [queries_of(officer, page) for page in pages]
    for number in range(5, 7):
        more = make.proposal(session, f"SVD-25-0{number}")
        rounds.panel_score(session, more, csp)
        rounds.scenario(session, year, csp, officer.person, {more: "1.00"}, name=f"With {number}")
    assert [queries_of(officer, page) for page in pages] == few


def test_who_takes_no_part_in_a_proposal_sees_nothing_of_its_score(
    session: Session, officer: Visitor, proposals: list[Proposal]
) -> None:
    own = proposals[0]  # scored 80
    session.add(Interest(proposal=own, person=officer.person, nature="Trustee", declared_on=NOW.date()))
    session.commit()
    other = own.funding_year.programme.streams[-1].id
    tried = f"?tried=1&taken={own.id}&taken={proposals[1].id}&ceiling-{other}=200000"
    for page in ("/new" + tried, f"/best?asked=1&ceiling-{other}=200000"):
        told = words(officer.get(place(proposals, page)))
        assert "80.0%" not in told
        assert own.reference in told
    assert "Not shown: you take no part in it" in words(officer.get(place(proposals, "/new" + tried)))
    assert "70.00 points" in words(officer.get(place(proposals, "/new" + tried)))
    assert f"You take no part in {own.reference}" in told
