"""A lead's pages: the claim form, its faults, check your answers, the receipt; and nobody else's awards."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.spend.claiming import contents_of
from portfolio.spend.models import Claim
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import SignedIn, title_of
from tests.pages import read, value_of
from tests.spend import level_up
from tests.spend.level_up import ADDRESS, Q2_PAGE, claim_now, sent, typed


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


def test_a_claim_that_was_loaded_has_a_receipt_too(session: Session, leading: FlaskClient, award: Award) -> None:
    leading.post(Q2_PAGE, data=typed())
    leading.post(f"{Q2_PAGE}/check", data={"edition": "1"})
    claim_now(session, award).submitted_by_id = None
    session.commit()
    assert "Submitted by Loaded from a file" in read(leading.get(f"{Q2_PAGE}/receipt").text)


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


@pytest.mark.parametrize("path", ["", "/2025-26/q2", "/2025-26/q2/check", "/2025-26/q2/receipt"])
def test_an_award_of_somebody_else_is_not_there(session: Session, signed_in: SignedIn, award: Award, path: str) -> None:
    stranger = signed_in(Role.LEAD)
    assert stranger.get(f"/spend/SVD-25-03/dorset{path}").status_code == 404
    for role in (Role.FINANCE, Role.CSP_OFFICER):
        other_area = make.area(session, "E23000099", "Wessex")
        other_csp = make.csp(session, "wessex", area=other_area)
        assert signed_in(role, csp=other_csp, area=other_area).get("/spend/SVD-25-03/dorset").status_code == 404
    assert stranger.post("/spend/SVD-25-03/dorset/2025-26/q2", data=typed()).status_code == 404


def test_what_people_typed_is_shown_as_text(session: Session, leading: FlaskClient, award: Award) -> None:
    leading.post(Q2_PAGE, data=typed(narrative="<script>alert(1)</script>", risks="Żółć & ŵy\nsecond line"))
    page = leading.get(f"{Q2_PAGE}/check")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "Żółć &amp; ŵy\nsecond line" in page.text
