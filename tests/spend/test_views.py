"""The pages of spend, as a lead, finance, a partnership's officer and strangers find them."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from html import unescape

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import event, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from portfolio.decisions.models import Award
from portfolio.funding_years.rules import YearStatus
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.quarters import FinancialYear
from portfolio.spend.claiming import contents_of, find_claim
from portfolio.spend.models import Claim, Correction
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import SignedIn, title_of
from tests.make import Q1, Q2, Q3
from tests.spend import level_up
from tests.spend.level_up import ADDRESS, typed

Q2_PAGE = f"{ADDRESS}/q2"


@pytest.fixture
def lead(session: Session) -> Person:
    """Level-Up's lead."""
    return make.person(session, Role.LEAD, name="Lena Marsh")


@pytest.fixture
def award(session: Session, lead: Person) -> Award:
    """Level-Up with its first quarter approved."""
    made = level_up.award(session, lead)
    level_up.first_quarter(session, made)
    return made


@pytest.fixture
def leading(signed_in: SignedIn, lead: Person, award: Award) -> FlaskClient:
    """A browser with the lead signed in."""
    return signed_in(person=lead)


def read(text: str) -> str:
    """A page's words, without its marks."""
    main = text.partition("<main")[2].partition("</main>")[0]
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)))


def value_of(answer: TestResponse, name: str) -> str:
    """What stands in a box."""
    found = re.search(rf'name="{re.escape(name)}"[^>]*value="([^"]*)"', answer.text)
    assert found, name
    return found[1]


def claim_now(session: Session, award: Award) -> Claim:
    """Level-Up's Q2 as it stands in the database."""
    session.rollback()
    found = find_claim(session, award, Q2)
    assert found is not None
    return found


def sent(session: Session, leading: FlaskClient, award: Award) -> Claim:
    """Level-Up's Q2, submitted by its lead on the site."""
    assert leading.post(Q2_PAGE, data=typed()).location == f"{Q2_PAGE}/check"
    assert leading.post(f"{Q2_PAGE}/check", data={"edition": "1"}).location == f"{Q2_PAGE}/receipt"
    return claim_now(session, award)


def test_the_form_shows_what_a_lead_needs_beside_each_box(leading: FlaskClient) -> None:
    page = leading.get(Q2_PAGE)
    words = read(page.text)
    assert title_of(page) == "Claim for Q2 2025/26, Level-Up Project"
    assert "Pay and on-costs £3,103.33 Q2 actual" in words
    assert "Profile of the quarter £4,968.83" in words
    assert "of £19,875.33; £16,359.02 before this claim" in words
    assert [value_of(page, f"forecasts-{place}-amount") for place in (0, 1)] == ["4968.83", "4968.83"]
    assert "The boxes begin with the profile." in words
    assert "On track: nothing stands in the way" in words
    assert "more than 10% and more than £500.00" in words


def test_level_up_is_claimed_checked_and_submitted(session: Session, leading: FlaskClient, award: Award) -> None:
    assert leading.post(Q2_PAGE, data=typed()).location == f"{Q2_PAGE}/check"
    checked = read(leading.get(f"{Q2_PAGE}/check").text)
    assert "£5,367.77 for Q2 2025/26: Jul 2025 - Sep 2025" in checked
    assert "Other – −£125.00 Refund of a cancelled venue booked in June" in checked
    assert "Non-labour £5,367.77 £4,968.83 £398.94 8.0% −£1,053.59" in checked
    assert "underspend" not in checked.replace("negative is an underspend", "")
    assert leading.post(f"{Q2_PAGE}/check", data={"edition": "1"}).location == f"{Q2_PAGE}/receipt"
    receipt = read(leading.get(f"{Q2_PAGE}/receipt").text)
    assert "Your reference is SVD-25-03-DORSET-2025-26-Q2-2" in receipt
    assert "Claimed £5,367.77" in receipt
    claim = claim_now(session, award)
    assert (claim.status, claim.submitted_by_id) == (ClaimStatus.SUBMITTED, award.lead_person_id)
    assert contents_of(claim).variance_explanation == level_up.EXPLANATION
    assert "Submitted" in read(leading.get(Q2_PAGE).text)
    assert leading.get(f"{Q2_PAGE}/check").location == Q2_PAGE


def test_a_draft_is_saved_with_its_blanks_and_is_not_sent(session: Session, leading: FlaskClient, award: Award) -> None:
    blank = typed(do="save", match_spent="", narrative="", delivery_rag="", spend_rag="", lines__0__amount="")
    assert leading.post(Q2_PAGE, data=blank).location == Q2_PAGE
    page = leading.get(Q2_PAGE)
    assert "Your draft for Q2 2025/26 is saved. It is not sent yet." in page.text
    assert [value_of(page, f"lines-{place}-amount") for place in (0, 4)] == ["", "837.77"]
    claim = claim_now(session, award)
    assert (claim.status, claim.match_spent, contents_of(claim).total) == (ClaimStatus.DRAFT, None, Decimal("712.77"))
    assert leading.get(f"{Q2_PAGE}/receipt").location == Q2_PAGE


def test_everything_that_is_missing_is_asked_for_at_once(leading: FlaskClient) -> None:
    blank = typed(match_spent="", narrative="", delivery_rag="", spend_rag="", forecasts__1__amount="")
    blank |= {"lines-9-description": "", "variance_explanation": ""}
    page = leading.get(leading.post(Q2_PAGE, data=blank).location)
    assert page.status_code == 422
    assert title_of(page) == "Error: Claim for Q2 2025/26, Level-Up Project"
    problems = read(page.text).partition("Claim for Q2")[0]
    assert problems.split("put this right ")[1].strip() == (
        "Say what the cost in “other” was for Enter the match spent, even if it is zero "
        "Enter the forecast of the non-labour stream for Q4 2025/26, even if it is zero "
        "Say what was done this quarter Say how delivery is going Say how spending is going SVD-25-03, Level-Up "
        "Project, Dorset Community Safety Partnership"
    )
    assert 'href="#lines-9-description"' in page.text
    assert 'href="#forecasts-1-amount"' in page.text
    assert value_of(page, "lines-9-amount") == "-125.00"


def test_a_large_variance_asks_for_its_explanation(session: Session, signed_in: SignedIn, lead: Person) -> None:
    level_up.award(session, lead)
    leading = signed_in(person=lead)
    first = {name: value for name, value in typed(variance_explanation="").items() if not name.startswith("forecasts")}
    first |= {"lines-0-amount": "3103.33", "lines-4-amount": "412.98", "lines-9-amount": "", "lines-9-description": ""}
    for place, quarter in enumerate(("Q2", "Q3", "Q4")):
        box = f"forecasts-{place}"
        first |= {f"{box}-stream": "non-labour", f"{box}-quarter": quarter, f"{box}-amount": "5000"}
    page = leading.get(leading.post(f"{ADDRESS}/q1", data=first).location)
    assert page.status_code == 422
    assert (
        "Spend of the non-labour stream is £1,452.53 less than the profile of £4,968.84. "
        "Explain why, so that the return can say so"
    ) in read(page.text)
    assert 'href="#variance_explanation"' in page.text
    said = {**first, "edition": "1", "variance_explanation": "The coordinator started on 6 May."}
    page = leading.get(leading.post(f"{ADDRESS}/q1", data=said).location)
    assert title_of(page).startswith("Check your claim")


def test_an_amount_that_cannot_be_read_is_shown_again_as_typed(session: Session, leading: FlaskClient) -> None:
    wrong = typed(
        lines__0__amount="46,55", lines__1__description="Course", match_spent="$5", forecasts__0__amount="1.234"
    )
    page = leading.post(Q2_PAGE, data=wrong)
    assert page.status_code == 422
    assert title_of(page).startswith("Error: ")
    assert value_of(page, "lines-0-amount") == "46,55"
    assert value_of(page, "lines-4-amount") == "£837.77"
    words = read(page.text)
    for sentence in (
        "The commas in “46,55” are not between thousands",
        "Enter a value, even if it is zero",
        "“$5” is not in pounds",
        "“1.234” has more than two decimals",
    ):
        assert sentence in words
    assert 'href="#lines-1-amount"' in page.text
    assert make.count_of(session, Claim) == 1


def test_more_than_the_award_is_refused_where_it_was_typed(leading: FlaskClient) -> None:
    page = leading.get(leading.post(Q2_PAGE, data=typed(lines__0__amount="15646.26")).location)
    assert page.status_code == 422
    assert "would come to £19,875.34, £0.01 more than the award of £19,875.33" in read(page.text)
    assert 'href="#lines-0-amount"' in page.text


def test_meddling_with_what_the_page_carries_changes_nothing(session: Session, leading: FlaskClient) -> None:
    for changes in (
        {"lines-0-stream": "labour"},
        {"lines-0-category": "yachts"},
        {"forecasts-0-quarter": "Q9"},
        {"forecasts-0-quarter": "Q1"},
        {"edition": "nine"},
        {"edition": "9" * 30},
        {"delivery_rag": "Purple"},
    ):
        assert leading.post(Q2_PAGE, data={**typed(), **changes}).status_code == 422
    assert make.count_of(session, Claim) == 1


def test_two_people_do_not_overwrite_each_other(session: Session, leading: FlaskClient, award: Award) -> None:
    leading.post(Q2_PAGE, data=typed(do="save"))
    page = leading.post(Q2_PAGE, data=typed(do="save", lines__0__amount="4700.00"))
    assert page.status_code == 422
    words = read(page.text)
    assert "Somebody else saved this claim after you opened it. What you typed is still here" in words
    assert "Spend, non-labour, pay and on-costs £4,655.00 £4,700.00" in words
    assert value_of(page, "lines-0-amount") == "4700.00"
    assert contents_of(claim_now(session, award)).total == Decimal("5367.77")
    assert value_of(page, "edition") == "1"
    again = typed(1, do="save", lines__0__amount="4700.00")
    assert leading.post(Q2_PAGE, data=again).status_code == 302
    assert contents_of(claim_now(session, award)).total == Decimal("5412.77")


def test_what_was_typed_stays_when_the_claim_was_sent_meanwhile(
    session: Session, leading: FlaskClient, award: Award
) -> None:
    sent(session, leading, award)
    page = leading.post(Q2_PAGE, data=typed(lines__0__amount="1.00"))
    assert page.status_code == 422
    assert "This claim is submitted, so it cannot be changed" in read(page.text)
    assert value_of(page, "lines-0-amount") == "1.00"
    again = leading.post(f"{Q2_PAGE}/check", data={"edition": "1"})
    assert again.status_code == 422


def test_a_claim_that_is_not_saved_has_nothing_to_check(leading: FlaskClient) -> None:
    assert leading.get(f"{Q2_PAGE}/check").status_code == 404


def test_quarters_that_cannot_be_claimed_say_why(leading: FlaskClient) -> None:
    words = read(leading.get(f"{ADDRESS}/q4").text)
    assert "Q4 2025/26 has not begun, so nothing can have been spent in it" in words
    assert "is outside the award's dates" in read(leading.get("/spend/SVD-25-03/dorset/2024-25/q1").text)


def test_finance_asks_and_the_lead_answers(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    sent(session, leading, award)
    finance = signed_in(Role.FINANCE)
    page = finance.get(Q2_PAGE)
    assert "Approve £5,367.77" in read(page.text)
    assert 'name="lines-0-amount"' not in page.text
    nothing = finance.post(f"{Q2_PAGE}/query", data={"edition": "2", "question": " "})
    assert nothing.status_code == 422
    assert "Write the question" in read(nothing.text)
    asked = finance.post(f"{Q2_PAGE}/query", data={"edition": "2", "question": "Which venue?"})
    assert asked.location == Q2_PAGE
    page = leading.get(Q2_PAGE)
    assert "Finance asks Which venue?" in read(page.text)
    assert "Which venue?" in read(leading.get("/spend/mine").text)
    number = value_of(page, "answers-0-question")
    answer = typed(3) | {"answers-0-question": number, "answers-0-answer": ""}
    page = leading.get(leading.post(Q2_PAGE, data=answer).location)
    assert "Answer finance’s question" in read(page.text)
    answer |= {"edition": "4", "answers-0-answer": "The Corn Exchange."}
    leading.get(leading.post(Q2_PAGE, data=answer).location)
    assert leading.post(f"{Q2_PAGE}/check", data={"edition": "5"}).status_code == 302
    words = read(finance.get(Q2_PAGE).text)
    assert "Resubmitted" in words
    assert "The Corn Exchange." in words


def test_finance_approves_what_it_has_read_and_nothing_else(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    sent(session, leading, award)
    finance = signed_in(Role.FINANCE)
    stale = finance.post(f"{Q2_PAGE}/approve", data={"edition": "1"})
    assert stale.status_code == 422
    assert "This claim has changed since you opened it" in read(stale.text)
    assert finance.post(f"{Q2_PAGE}/approve", data={"edition": "2"}).location == Q2_PAGE
    claim = claim_now(session, award)
    assert (claim.status, claim.approved_by_id) == (ClaimStatus.APPROVED, finance.person.id)
    words = read(finance.get(Q2_PAGE).text)
    assert "SVD-25-03, Q2 2025/26, is approved." in words
    assert "Approve £" not in words
    assert finance.post(f"{Q2_PAGE}/approve", data={"edition": "3"}).status_code == 422


def test_nobody_approves_their_own_claim(session: Session, signed_in: SignedIn, award: Award) -> None:
    both = signed_in(Role.LEAD, Role.FINANCE)
    award.lead_person_id = both.person.id
    sent(session, both, award)
    assert "You submitted this claim, so somebody else must approve it" in read(both.get(Q2_PAGE).text)
    refused = both.post(f"{Q2_PAGE}/approve", data={"edition": "2"})
    assert refused.status_code == 422
    assert "somebody else must approve it" in read(refused.text)
    assert claim_now(session, award).status is ClaimStatus.SUBMITTED
    listed = both.get("/spend")
    assert 'name="claim"' not in listed.text
    assert "Your own claims" in read(listed.text)
    assert "All claims of a quarter" in read(both.get("/spend/mine").text)


def test_several_are_approved_with_one_confirmation(session: Session, signed_in: SignedIn) -> None:
    sender = make.person(session)
    claims = [
        make.claim(
            session,
            make.award(session, make.proposal(session, f"SVD-25-1{number}")),
            Q2,
            status=ClaimStatus.SUBMITTED,
            by=sender,
        )
        for number in range(3)
    ]
    finance = signed_in(Role.FINANCE)
    page = finance.get("/spend?quarter=2025-26-q2")
    assert page.text.count('name="claim"') == 3
    ticked = "&".join(f"claim={claim.id}" for claim in claims[:2])
    words = read(finance.get(f"/spend/approve?{ticked}").text)
    assert "Total £3,800.00" in words
    assert "SVD-25-12" not in words
    read_then = {f"claims-{place}": f"{claim.id}:1" for place, claim in enumerate(claims[:2])}
    claims[1].edition = 2
    refused = finance.post("/spend/approve", data=read_then)
    assert refused.status_code == 422
    assert "SVD-25-11, Dorset Community Safety Partnership: This claim has changed since" in read(refused.text)
    read_then["claims-1"] = f"{claims[1].id}:2"
    assert finance.post("/spend/approve", data=read_then).location == "/spend"
    session.rollback()
    assert [claim.status.value for claim in claims] == ["approved", "approved", "submitted"]
    assert "2 claims are approved." in read(finance.get("/spend").text)


def test_nothing_ticked_and_nothing_that_is_there(session: Session, signed_in: SignedIn) -> None:
    claim = make.claim(session, status=ClaimStatus.SUBMITTED)
    finance = signed_in(Role.FINANCE)
    assert finance.get("/spend/approve").location == "/spend"
    assert finance.get(f"/spend/approve?claim=x&claim={'9' * 30}").location == "/spend"
    elsewhere = make.area(session, "E23000099", "Wessex")
    stranger = signed_in(Role.FINANCE, area=elsewhere)
    assert stranger.get(f"/spend/approve?claim={claim.id}").location == "/spend"
    for sent_back in ({}, {"claims-0": f"{claim.id}:1"}, {"claims-0": "x"}):
        assert stranger.post("/spend/approve", data=sent_back).status_code == 404


def test_one_claim_is_approved_from_the_list_too(session: Session, signed_in: SignedIn) -> None:
    claim = make.claim(session, status=ClaimStatus.SUBMITTED)
    finance = signed_in(Role.FINANCE)
    assert finance.post("/spend/approve", data={"claims-0": f"{claim.id}:1"}).location == "/spend"
    assert "The claim is approved." in read(finance.get("/spend").text)


@pytest.mark.parametrize("path", ["", "/2025-26/q2", "/2025-26/q2/check", "/2025-26/q2/receipt"])
def test_an_award_of_somebody_else_is_not_there(session: Session, signed_in: SignedIn, award: Award, path: str) -> None:
    stranger = signed_in(Role.LEAD)
    assert stranger.get(f"/spend/SVD-25-03/dorset{path}").status_code == 404
    for role in (Role.FINANCE, Role.CSP_OFFICER):
        other_area = make.area(session, "E23000099", "Wessex")
        other_csp = make.csp(session, "wessex", area=other_area)
        assert signed_in(role, csp=other_csp, area=other_area).get("/spend/SVD-25-03/dorset").status_code == 404
    assert stranger.post("/spend/SVD-25-03/dorset/2025-26/q2", data=typed()).status_code == 404


def test_who_may_do_what_on_somebody_elses_page(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    sent(session, leading, award)
    for deed in ("approve", "query", "correct"):
        assert leading.post(f"{Q2_PAGE}/{deed}", data={"edition": "2"}).status_code == 403
    for role in (Role.FINANCE, Role.CSP_OFFICER, Role.CSP_MEMBER, Role.CERTIFIER, Role.ADMINISTRATOR):
        other = signed_in(role)
        page = other.get(Q2_PAGE)
        assert page.status_code == 200
        assert ("Approve £" in page.text) is (role is Role.FINANCE)
        assert 'name="lines-0-amount"' not in page.text
        assert other.post(Q2_PAGE, data=typed()).status_code == 403
        assert other.post(f"{Q2_PAGE}/check", data={"edition": "2"}).status_code == 403
    assert signed_in(Role.OPCC).get(Q2_PAGE).status_code == 403
    assert claim_now(session, award).status is ClaimStatus.SUBMITTED


def test_a_locked_quarter_is_corrected_and_both_figures_stay(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    make.lock(session, award, Q1, "it stands in the OPCC return issued on 31 July 2025")
    finance = signed_in(Role.FINANCE)
    page = finance.get(f"{ADDRESS}/q1")
    assert "Q1 2025/26 is locked: it stands in the OPCC return issued on 31 July 2025." in read(page.text)
    assert f'href="{ADDRESS}/q1/correct"' in page.text
    assert "Enter a correction" not in read(leading.get(f"{ADDRESS}/q1").text)
    form = finance.get(f"{ADDRESS}/q1/correct")
    assert "Q2 2025/26: Jul 2025 - Sep 2025" in read(form.text)
    entered = {
        "stream": "non-labour",
        "category": "equipment and materials",
        "amount": "-413.00",
        "entered_in": "2",
        "reason": "",
    }
    refused = finance.post(f"{ADDRESS}/q1/correct", data=entered)
    assert refused.status_code == 422
    assert "Give the reason for the correction" in read(refused.text)
    assert value_of(refused, "amount") == "-413.00"
    entered |= {"amount": "-73.11", "reason": "Laptop returned."}
    assert finance.post(f"{ADDRESS}/q1/correct", data=entered).location == f"{ADDRESS}/q1"
    words = read(finance.get(f"{ADDRESS}/q1").text)
    assert "equipment and materials £412.98 −£73.11 in Q2: Laptop returned. £339.87" in words
    session.rollback()
    row = session.scalars(select(Correction)).one()
    assert (row.amount, row.corrects, row.entered_in, row.entered_by) == (
        Decimal("-73.11"), Q1, Q2, finance.person.email
    )  # fmt: skip
    assert "Corrections of earlier quarters that count in Q2" in read(finance.get(Q2_PAGE).text)
    year = read(leading.get("/spend/SVD-25-03/dorset").text)
    assert "Claimed £3,516.31 £0.00 £0.00 £0.00 £3,516.31 Corrections £0.00 −£73.11" in year
    assert "Laptop returned." in year


def test_a_quarter_is_not_corrected_where_none_is_open(session: Session, signed_in: SignedIn, award: Award) -> None:
    for quarter in (Q1, Q2, Q3):
        make.lock(session, award, quarter)
    finance = signed_in(Role.FINANCE)
    assert "No quarter is open" in read(finance.get(f"{ADDRESS}/q1/correct").text)
    entered = {"stream": "non-labour", "category": "other", "amount": "1", "entered_in": "2", "reason": "Why"}
    assert finance.post(f"{ADDRESS}/q1/correct", data=entered).status_code == 422


def test_an_award_page_shows_the_year_by_stream(session: Session, leading: FlaskClient, award: Award) -> None:
    words = read(leading.get("/spend/SVD-25-03/dorset").text)
    assert "£16,359.02 is left of the award of £19,875.33" in words
    assert "Profile £4,968.84 £4,968.83 £4,968.83 £4,968.83 £19,875.33" in words
    assert "Actual, then forecast £3,516.31 £4,968.83 £4,968.83 £4,968.83 £18,422.80" in words
    assert "Q1 2025/26: Apr 2025 - Jun 2025 Approved" in words


def test_an_award_across_years_has_a_page_for_each(session: Session, signed_in: SignedIn, lead: Person) -> None:
    made = level_up.award(session, lead)
    made.ends_on = date(2026, 6, 30)
    leading = signed_in(person=lead)
    page = leading.get("/spend/SVD-25-03/dorset")
    assert "?year=2026-27" in page.text
    assert "Spend in 2026/27" in leading.get("/spend/SVD-25-03/dorset?year=2026-27").text
    assert "Spend in 2025/26" in leading.get("/spend/SVD-25-03/dorset?year=nonsense").text
    assert "Spend in 2025/26" in leading.get("/spend/SVD-25-03/dorset?year=2031-32").text


def test_a_lead_sees_what_waits_and_why_a_quarter_is_locked(
    session: Session, leading: FlaskClient, award: Award
) -> None:
    make.lock(session, award, Q1, "it stands in the OPCC return")
    words = read(leading.get("/spend").text)
    assert words == read(leading.get("/spend/mine").text)
    assert "To do Level-Up Project, Q2 2025/26 Due on 31 October 2025 Not started" in words
    assert "Returned 31 July 2025 £4,968.84 £3,516.31 It stands in the OPCC return" in words
    assert "Q4 2025/26: Jan 2026 - Mar 2026 , SVD-25-03 Not yet due" in words
    assert "Q3 2025/26: Oct 2025 - Dec 2025 , SVD-25-03 Not started" in words


def test_a_lead_without_awards_is_told_what_to_expect(signed_in: SignedIn) -> None:
    assert "No awards yet" in signed_in(Role.LEAD).get("/spend/mine").text


def test_late_drafts_stand_first_and_other_years_are_linked(
    session: Session, signed_in: SignedIn, lead: Person
) -> None:
    award = level_up.award(session, lead)
    make.claim(session, award, Q1, status=ClaimStatus.DRAFT, lines={})
    leading = signed_in(person=lead)
    words = read(leading.get("/spend/mine").text)
    assert (
        "To do Level-Up Project, Q1 2025/26 Was due on 31 July 2025 Late Level-Up Project, Q2 2025/26 Due on" in words
    )


def test_finance_sees_each_state_of_a_quarter_and_filters_by_it(session: Session, signed_in: SignedIn) -> None:
    finance = signed_in(Role.FINANCE)
    assert "No claims yet" in read(finance.get("/spend").text)
    states = [ClaimStatus.DRAFT, ClaimStatus.SUBMITTED, ClaimStatus.QUERIED, ClaimStatus.APPROVED, None]
    for number, status in enumerate(states):
        award = make.award(session, make.proposal(session, f"SVD-25-1{number}"))
        if status is not None:
            make.claim(session, award, Q1, status=status)
    bcp = make.award(session, make.proposal(session, "SVD-25-21", csps=("bcp",)), csp="bcp")
    words = read(finance.get("/spend?quarter=2025-26-q1").text)
    assert "Late 3 £1,900.00 claimed Submitted 1 £1,900.00 claimed Queried 1 £1,900.00 claimed Approved 1" in words
    late = finance.get("/spend?quarter=2025-26-q1&stage=late").text
    assert [name in late for name in ("SVD-25-10", "SVD-25-11", "SVD-25-14", "SVD-25-21")] == [True, False, True, True]
    only = finance.get(f"/spend?quarter=2025-26-q1&csp={bcp.csp_id}").text
    assert ("SVD-25-10" in only, "SVD-25-21" in only) == (False, True)
    assert "No claims match" in finance.get("/spend?quarter=2025-26-q1&stage=resubmitted").text
    usual = finance.get("/spend?quarter=nonsense&stage=odd&csp=x")
    assert title_of(usual) == "Claims for Q2 2025/26"
    officer = signed_in(Role.CSP_OFFICER).get("/spend?quarter=2025-26-q1").text
    assert ("SVD-25-10" in officer, "SVD-25-21" in officer, 'name="claim"' in officer) == (True, False, False)


def test_a_lock_leaves_out_what_was_not_approved(session: Session, signed_in: SignedIn) -> None:
    award = make.award(session)
    make.claim(session, award, Q1, status=ClaimStatus.SUBMITTED)
    make.lock(session, award, Q1)
    finance = signed_in(Role.FINANCE)
    listed = finance.get("/spend?quarter=2025-26-q1").text
    assert "Left out 1" in read(listed)
    assert 'name="claim"' not in listed
    words = read(finance.get("/spend/SVD-25-01/dorset/2025-26/q1").text)
    assert "Enter a correction" in words
    assert "Approve £" not in words


def test_nothing_is_decided_in_a_closed_year(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    sent(session, leading, award)
    award.proposal.funding_year.status = YearStatus.CLOSED
    words = read(signed_in(Role.FINANCE).get(Q2_PAGE).text)
    assert "Submitted" in words
    assert "Decide" not in words


def test_before_the_first_quarter_ends_the_first_is_listed(session: Session, signed_in: SignedIn, app: Flask) -> None:
    year = make.funding_year(session, FinancialYear(2026))
    make.award(session, make.proposal(session, "SVD-26-01", funding_year=year))
    assert title_of(signed_in(Role.FINANCE).get("/spend")) == "Claims for Q1 2026/27"


def test_what_people_typed_is_shown_as_text(session: Session, leading: FlaskClient, award: Award) -> None:
    leading.post(Q2_PAGE, data=typed(narrative="<script>alert(1)</script>", risks="Żółć & ŵy\nsecond line"))
    page = leading.get(f"{Q2_PAGE}/check")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "Żółć &amp; ŵy\nsecond line" in page.text


@contextmanager
def counted(app: Flask) -> Iterator[list[str]]:
    """The statements that the site sends."""
    engine = app.extensions["portfolio_database"].engine
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        statements.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield statements
    event.remove(engine, "before_cursor_execute", note)


def test_pages_take_no_more_statements_for_more_rows(
    session: Session, signed_in: SignedIn, app: Flask, lead: Person
) -> None:
    finance, leading = signed_in(Role.FINANCE), signed_in(person=lead)
    assert finance.get("/spend").status_code == 200  # connects
    numbers: list[list[int]] = []
    claims: list[Claim] = []
    for reference in ("SVD-25-01", *(f"SVD-25-{number}" for number in range(10, 22))):
        award = make.award(session, make.proposal(session, reference), lead_person_id=lead.id)
        claims.append(make.claim(session, award, Q2, status=ClaimStatus.SUBMITTED))
        if reference in ("SVD-25-01", "SVD-25-21"):
            ticked = "&".join(f"claim={claim.id}" for claim in claims)
            numbers.append([])
            for browser, path in (
                (finance, "/spend"),
                (leading, "/spend/mine"),
                (finance, f"/spend/approve?{ticked}"),
                (finance, f"/spend/{reference}/dorset/2025-26/q2"),
            ):
                with counted(app) as statements:
                    assert browser.get(path).status_code == 200
                numbers[-1].append(len(statements))
    assert numbers[0] == numbers[1]
    assert max(numbers[0]) < 40
