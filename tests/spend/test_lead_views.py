"""A lead's pages: the list of tasks, a page for each part, check your answers, the receipt; and no other's awards."""

from dataclasses import replace
from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.mail.models import Message
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.spend.checks import Part
from portfolio.spend.claiming import contents_of
from portfolio.spend.models import Claim, Forecast
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import NOW, SignedIn, title_of
from tests.make import Q2, Q3
from tests.pages import read, value_of
from tests.saving import save_claim
from tests.spend import level_up
from tests.spend.level_up import ADDRESS, Q2_PAGE, claim_now, fill_in, save, send, sent
from tests.spend.test_checks import CLAIM


def states(page: str) -> dict[str, str]:
    """The tasks of the list with their states, in words."""
    items = page.partition('<ul class="tasks">')[2].partition("</ul>")[0].split("<li>")[1:]
    pairs = ((item.partition("</a>")[0], item.rpartition("</svg>")[2]) for item in items)
    return {_words(title): _words(state) for title, state in pairs}


def _words(piece: str) -> str:
    return read(f"<main>{piece}</main>").strip("> ")


def test_the_list_says_what_is_to_be_done(leading: FlaskClient) -> None:
    page = leading.get(Q2_PAGE)
    assert title_of(page) == "Claim for Q2 2025/26, Level-Up Project"
    assert "Due on 31 October 2025" in read(page.text)
    assert "Non-labour £0.00 £4,968.83 £19,875.33 £16,359.02" in read(page.text)
    assert states(page.text) == {
        "Spend": "Not started",
        "Match": "Not started",
        "Forecast": "Not started",
        "Progress": "Not started",
        "Outputs and outcomes": "Optional",
        "Risks": "Optional",
        "Evidence": "Optional",
        "Check and send": "Not ready",
    }
    assert save(leading, Part.MATCH, do="list").location == Q2_PAGE
    assert save(leading, Part.PROGRESS, spend_rag="", delivery_rag="", do="list").location == Q2_PAGE
    page = leading.get(Q2_PAGE)
    assert "“Progress” is saved. The claim is not sent yet." in page.text
    assert (states(page.text)["Match"], states(page.text)["Spend"]) == ("Done", "Not started")
    assert "Say how delivery is going, and 1 more thing" in read(page.text)


def test_the_last_quarter_has_nothing_left_to_forecast(
    session: Session, signed_in: SignedIn, lead: Person, award: Award
) -> None:
    award.ends_on = Q2.last_day
    leading = signed_in(person=lead)
    assert "Forecast" not in states(leading.get(Q2_PAGE).text)
    assert save(leading, Part.MATCH).location == f"{Q2_PAGE}/progress"
    assert leading.get(f"{Q2_PAGE}/forecast").location == Q2_PAGE


def test_each_box_has_beside_it_what_a_lead_needs(session: Session, leading: FlaskClient, award: Award) -> None:
    page = leading.get(f"{Q2_PAGE}/spend")
    words = read(page.text)
    assert title_of(page) == "Spend, claim for Q2 2025/26, Level-Up Project"
    assert "Page 1 of 6" in words
    assert "Pay and on-costs £3,103.33" in words
    assert "Profile of the quarter £4,968.83" in words
    assert "of £19,875.33; £16,359.02 before this claim" in words
    assert "more than 10% and more than £500.00" in words
    assert "explain it below" in words.partition("Why spend differs")[0]
    assert " hidden>: explain it below" in page.text, "of nothing there is nothing to explain yet"
    share = award.lines[0].profile[1]
    share.category = make.category(award.proposal.funding_year.programme)
    session.commit()
    assert "Pay and on-costs £4,968.83 £3,103.33" in read(leading.get(f"{Q2_PAGE}/spend").text)


def test_the_forecast_begins_with_the_last_one_and_names_what_is_not_used(
    session: Session, leading: FlaskClient, award: Award
) -> None:
    page = leading.get(f"{Q2_PAGE}/forecast")
    assert [value_of(page, f"forecasts-{place}-amount") for place in (0, 1)] == ["4968.83", "4968.83"]
    assert "The boxes begin with the profile." in read(page.text)
    first = session.scalars(select(Claim)).one()
    for quarter, amount in ((Q2, "5000.00"), (Q3, "5100.00")):
        first.forecasts.append(Forecast(stream=award.lines[0].stream, quarter=quarter, amount=Decimal(amount)))
    session.commit()
    save(leading, Part.SPEND)
    page = leading.get(f"{Q2_PAGE}/forecast")
    assert value_of(page, "forecasts-0-amount") == "5100.00"
    words = read(page.text)
    assert "The boxes begin with what was forecast last time." in words
    assert "Non-labour £5,000.00 £5,367.77 £367.77" in words
    assert "Of the non-labour stream, £922.42 would not be used. It cannot be carried over" in words
    assert "the OPCC must be told as soon as practicable" in words
    award.proposal.funding_year.programme.carry_over = True
    session.commit()
    assert "lets money be carried over" in read(leading.get(f"{Q2_PAGE}/forecast").text)


def test_level_up_is_claimed_checked_and_submitted(
    session: Session, leading: FlaskClient, lead: Person, award: Award
) -> None:
    pages = [save(leading, part).location for part in Part]
    assert pages == [f"{Q2_PAGE}/{page}" for page in ("match", "forecast", "progress", "outputs", "risks", "check")]
    checked = read(leading.get(f"{Q2_PAGE}/check").text)
    assert "£5,367.77 for Q2 2025/26: Jul 2025 - Sep 2025" in checked
    assert "Other – −£125.00 Refund of a cancelled venue booked in June" in checked
    assert "Non-labour £5,367.77 £4,968.83 £398.94 8.0% −£1,053.59" in checked
    assert "underspend" not in checked.replace("negative is an underspend", "")
    assert states(leading.get(Q2_PAGE).text)["Check and send"] == "Ready to send"
    assert send(leading).location == f"{Q2_PAGE}/receipt"
    receipt = read(leading.get(f"{Q2_PAGE}/receipt").text)
    claim = claim_now(session, award)
    number = f"SVD-25-03-DORSET-2025-26-Q2-{claim.edition}"
    assert f"Your reference is {number}" in receipt
    assert "Claimed £5,367.77" in receipt
    assert (claim.status, claim.submitted_by_id) == (ClaimStatus.SUBMITTED, award.lead_person_id)
    assert contents_of(claim).variance_explanation == level_up.EXPLANATION
    (mail,) = session.scalars(select(Message))
    assert (mail.recipient, mail.subject) == (lead.email, "Claim received: SVD-25-03, Q2 2025/26")
    assert f"Reference: {number}" in mail.text
    assert "Submitted" in read(leading.get(Q2_PAGE).text)
    for page in ("check", "spend", "answers"):
        assert leading.get(f"{Q2_PAGE}/{page}").location == Q2_PAGE


def test_a_claim_that_was_loaded_has_a_receipt_too(session: Session, leading: FlaskClient, award: Award) -> None:
    sent(session, award).submitted_by_id = None
    session.commit()
    assert "Submitted by Loaded from a file" in read(leading.get(f"{Q2_PAGE}/receipt").text)


def test_a_draft_is_saved_with_its_blanks_and_is_not_sent(session: Session, leading: FlaskClient, award: Award) -> None:
    assert save(leading, Part.SPEND, do="list", lines__0__amount="").location == Q2_PAGE
    assert save(leading, Part.MATCH, match_spent="").location == f"{Q2_PAGE}/forecast"
    page = leading.get(f"{Q2_PAGE}/spend")
    assert [value_of(page, f"lines-{place}-amount") for place in (0, 4)] == ["", "837.77"]
    claim = claim_now(session, award)
    assert (claim.status, claim.match_spent, contents_of(claim).total) == (ClaimStatus.DRAFT, None, Decimal("712.77"))
    assert leading.get(f"{Q2_PAGE}/receipt").location == Q2_PAGE


def test_everything_that_is_missing_is_asked_for_at_once_with_links(leading: FlaskClient) -> None:
    empty = read(leading.get(f"{Q2_PAGE}/check").text)
    assert "Enter what was spent of the non-labour stream, even if it is zero" in empty
    fill_in(
        leading,
        spend={"lines__9__description": "", "variance_explanation": ""},
        match={"match_spent": ""},
        forecast={"forecasts__1__amount": ""},
        progress={"narrative": "", "delivery_rag": "", "spend_rag": ""},
    )
    page = leading.get(f"{Q2_PAGE}/check")
    assert title_of(page) == "Error: Check your claim for Q2 2025/26, Level-Up Project"
    links = page.text.partition('id="problems-title"')[2].partition("</ul>")[0].split("<li>")[1:]
    assert [(link.split('"')[1].removeprefix(Q2_PAGE), _words(link)) for link in links] == [
        ("/spend#lines-9-description", "Say what the cost in “other” was for"),
        ("/match#match_spent", "Enter the match spent, even if it is zero"),
        (
            "/forecast#forecasts-1-amount",
            "Enter the forecast of the non-labour stream for Q4 2025/26, even if it is zero",
        ),
        ("/progress#narrative", "Say what was done this quarter"),
        ("/progress#delivery_rag", "Say how delivery is going"),
        ("/progress#spend_rag", "Say how spending is going"),
    ]
    assert "Send claim" not in read(page.text)
    assert leading.post(f"{Q2_PAGE}/check", data={"edition": "4"}).status_code == 422
    page = leading.get(f"{Q2_PAGE}/spend")
    assert "What stands here is saved. To send the claim, put this right" in read(page.text)
    assert 'href="#lines-9-description"' in page.text


def test_a_large_variance_is_asked_about_as_soon_as_it_is_saved(leading: FlaskClient, session: Session) -> None:
    large = {
        "lines__0__amount": "3515.00",
        "lines__9__amount": "",
        "lines__9__description": "",
        "lines__4__amount": "1.30",
    }
    assert save(leading, Part.SPEND, variance_explanation="", **large).location == f"{Q2_PAGE}/spend"
    page = leading.get(f"{Q2_PAGE}/spend")
    words = read(page.text)
    assert (
        "Spend of the non-labour stream is £1,452.53 (29.2%) less than the profile of £4,968.83. "
        "Explain why, so that the return can say so"
    ) in words
    assert "−£1,452.53 −29.2% of the profile : explain it below" in words
    assert 'href="#variance_explanation"' in page.text
    assert 'aria-invalid="true" autofocus>' in page.text
    assert save(leading, Part.SPEND, variance_explanation="", do="list", **large).location == Q2_PAGE
    assert "(29.2%) less than the profile" in read(leading.get(Q2_PAGE).text)
    said = save(leading, Part.SPEND, variance_explanation="Late start.", **large)
    assert said.location == f"{Q2_PAGE}/match"
    assert save(leading, Part.MATCH, match_spent="-5").location == f"{Q2_PAGE}/match", "a mistake is said at once"
    assert save(leading, Part.MATCH, match_spent="").location == f"{Q2_PAGE}/forecast", "a blank is not"


def test_an_amount_that_cannot_be_read_is_shown_again_as_typed(session: Session, leading: FlaskClient) -> None:
    page = save(leading, Part.SPEND, lines__0__amount="46,55", lines__1__description="Course")
    assert page.status_code == 422
    assert title_of(page).startswith("Error: ")
    assert value_of(page, "lines-0-amount") == "46,55"
    assert value_of(page, "lines-4-amount") == "£837.77"
    assert "The commas in “46,55” are not between thousands" in read(page.text)
    assert "Enter a value, even if it is zero" in read(page.text)
    assert 'href="#lines-1-amount"' in page.text
    assert "“$5” is not in pounds" in read(save(leading, Part.MATCH, match_spent="$5").text)
    assert "“1.234” has more than two decimals" in read(save(leading, Part.FORECAST, forecasts__0__amount="1.234").text)
    assert make.count_of(session, Claim) == 1


def test_more_than_the_award_is_refused_where_it_was_typed(
    session: Session, leading: FlaskClient, award: Award
) -> None:
    first = replace(CLAIM.lines[0], amount=Decimal("15646.26"))
    save_claim(session, award, Q2, replace(CLAIM, lines=(first, *CLAIM.lines[1:])), today=NOW.date())
    page = leading.get(f"{Q2_PAGE}/check")
    assert "would come to £19,875.34, £0.01 more than the award of £19,875.33" in read(page.text)
    assert f'href="{Q2_PAGE}/spend#lines-0-amount"' in page.text


def test_meddling_with_what_the_page_carries_changes_nothing(session: Session, leading: FlaskClient) -> None:
    for part, changes in (
        (Part.SPEND, {"lines__0__stream": "labour"}),
        (Part.SPEND, {"lines__0__category": "yachts"}),
        (Part.FORECAST, {"forecasts__0__quarter": "Q9"}),
        (Part.FORECAST, {"forecasts__0__quarter": "Q1"}),
        (Part.FORECAST, {"forecasts__0__stream": "labour"}),
        (Part.FORECAST, {"forecasts__0__stream": "yachts"}),
        (Part.MATCH, {"seen": "nine"}),
        (Part.PROGRESS, {"delivery_rag": "Purple"}),
    ):
        assert save(leading, part, **changes).status_code == 422, changes
    assert make.count_of(session, Claim) == 1
    assert leading.get(f"{Q2_PAGE}/yachts").status_code == 404
    for edition in ("nine", "9" * 30):
        assert leading.post(f"{Q2_PAGE}/check", data={"edition": edition}).status_code in (404, 422)


def test_quarters_that_cannot_be_claimed_say_why(leading: FlaskClient) -> None:
    words = read(leading.get(f"{ADDRESS}/q4").text)
    assert "Q4 2025/26 has not begun, so nothing can have been spent in it" in words
    assert "is outside the award’s dates" in read(leading.get("/spend/SVD-25-03/dorset/2024-25/q1").text)
    assert leading.get(f"{ADDRESS}/q4/spend").location == f"{ADDRESS}/q4"


@pytest.mark.parametrize("path", ["", *(f"/2025-26/q2/{page}" for page in ("spend", "check", "receipt", "answers"))])
def test_an_award_of_somebody_else_is_not_there(session: Session, signed_in: SignedIn, award: Award, path: str) -> None:
    stranger = signed_in(Role.LEAD)
    assert stranger.get(f"/spend/SVD-25-03/dorset{path}").status_code == 404
    for role in (Role.FINANCE, Role.CSP_OFFICER):
        other_area = make.area(session, "E23000099", "Wessex")
        other_csp = make.csp(session, "wessex", area=other_area)
        assert signed_in(role, csp=other_csp, area=other_area).get("/spend/SVD-25-03/dorset").status_code == 404


def test_what_people_typed_is_shown_as_text(leading: FlaskClient) -> None:
    save(leading, Part.PROGRESS, narrative="<script>alert(1)</script>")
    save(leading, Part.RISKS, risks="Żółć & ŵy\nsecond line")
    page = leading.get(f"{Q2_PAGE}/check")
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    assert "Żółć &amp; ŵy\nsecond line" in page.text
