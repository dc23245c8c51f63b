"""Finance's questions: put to lines, told to the lead by mail, answered, gone on from; nothing typed is lost."""

from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.errors import NotFound
from portfolio.mail.models import Message
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.spend.asking import Question, query_claim, threads_of
from portfolio.spend.claiming import get_claim, submit_claim
from portfolio.spend.models import Claim, Forecast
from portfolio.spend.rules import ClaimStatus
from portfolio.spend.telling import tell_asked, tell_sent
from tests import make
from tests.conftest import NOW, SignedIn, Visitor
from tests.make import Q2, Q3, Q4
from tests.pages import beside, lines, read, value_of
from tests.spend.level_up import Q2_PAGE

TODAY = NOW.date()
SITE = "https://portfolio.example.org"


@pytest.fixture
def claim(session: Session, award: Award) -> Claim:
    """Level-Up's Q2, which its lead has sent."""
    made = make.claim(
        session,
        award,
        Q2,
        lines={
            ("non-labour", "pay and on-costs"): Decimal("4655.00"),
            ("non-labour", "training"): Decimal("712.77"),
        },
        status=ClaimStatus.SUBMITTED,
        by=award.lead_person,
        variance_explanation="Groups began late.",
    )
    stream = award.lines[0].stream
    for quarter in (Q3, Q4):
        session.add(Forecast(claim=made, stream=stream, quarter=quarter, amount=Decimal("5000.00")))
    session.commit()
    return made


def boxes(finance: Visitor) -> dict[str, str]:
    """What the page for questions sends when nothing is typed into it."""
    page = finance.get(f"{Q2_PAGE}/query")
    assert page.status_code == 200
    sent = {"edition": value_of(page, "edition")}
    for place in range(page.text.count("-about")):
        sent |= {
            f"questions-{place}-about": value_of(page, f"questions-{place}-about"),
            f"questions-{place}-question": "",
        }
    return sent


def letters(session: Session) -> list[Message]:
    """The messages queued, oldest first."""
    session.rollback()
    return list(session.scalars(select(Message).order_by(Message.id)))


def answer_and_send(session: Session, award: Award, lead: Person, text: str) -> None:
    """The lead answers what is open and sends the claim back."""
    claim = get_claim(session, award, Q2)
    for question in claim.queries:
        question.answer = question.answer or text
    sent = submit_claim(session, award, Q2, claim.edition, by_id=lead.id, now=NOW, today=TODAY)
    tell_sent(session, sent, "SVD-25-03-X", now=NOW, site=SITE)
    session.commit()


def test_several_lines_are_asked_about_and_threads_go_on(
    session: Session, signed_in: SignedIn, award: Award, lead: Person, claim: Claim
) -> None:
    finance = signed_in(Role.FINANCE, name="Fay Lund")
    typed = boxes(finance)
    assert [typed[f"questions-{place}-about"].partition("-")[0] for place in range(3)] == ["whole", "line", "line"]
    nothing = finance.post(f"{Q2_PAGE}/query", data=typed)
    assert nothing.status_code == 422
    assert "Write a question, so that the lead knows what to put right" in read(nothing.text)
    assert 'href="#questions-0-question"' in nothing.text
    typed |= {"questions-0-question": "Why no forecast of Q4?", "questions-2-question": "Which course?"}
    stale = finance.post(f"{Q2_PAGE}/query", data=typed | {"edition": "7"})
    assert (stale.status_code, value_of(stale, "edition")) == (422, "1")
    assert "This claim has changed since you opened it" in read(stale.text)
    assert "Which course?</textarea>" in stale.text, "what was typed is kept"
    assert finance.post(f"{Q2_PAGE}/query", data=typed).location == Q2_PAGE
    words = read(finance.get(Q2_PAGE).text)
    assert "2 questions on SVD-25-03, Q2 2025/26, went to its lead. Nothing else waits for you." in words
    assert "The claim as a whole Waits for an answer Why no forecast of Q4?" in words
    (letter,) = letters(session)
    assert (letter.recipient, letter.subject) == (lead.email, "2 questions about your claim: SVD-25-03, Q2 2025/26")
    assert "- Non-labour, training: Which course?" in letter.text
    assert "send it back by 31 October 2025" in letter.text
    assert "/spend/SVD-25-03/dorset/2025-26/q2" in letter.text

    answer_and_send(session, award, lead, "First aid, on 3 July.")
    *_, receipt, answered = letters(session)
    assert "Reference: SVD-25-03-X\nNon-labour: £5,367.77\nTotal: £5,367.77\nMatch spent: £0.00" in receipt.text
    assert (answered.recipient, answered.subject) == (
        finance.person.email, "Answered and sent back: SVD-25-03, Q2 2025/26"
    )  # fmt: skip
    assert "- Non-labour, training: Which course?\n  Answer: First aid, on 3 July." in answered.text
    assert "Lena Marsh" in read(finance.get(Q2_PAGE).text)

    again = boxes(finance)
    abouts = [again[name] for name in again if name.endswith("-about")]
    assert [about.partition("-")[0] for about in abouts] == ["whole", "line", "after", "after"]
    again |= {"questions-2-question": "For how many?"}
    assert finance.post(f"{Q2_PAGE}/query", data=again).location == Q2_PAGE
    session.rollback()
    threads = threads_of(get_claim(session, award, Q2))
    assert [(thread.line, [row.question for row in thread.questions], thread.is_open) for thread in threads] == [
        ("Non-labour, training", ["Which course?", "For how many?"], True),
        ("The claim as a whole", ["Why no forecast of Q4?"], False),
    ]
    assert threads[0].questions[0].answered_by == lead


def test_only_what_is_there_is_asked_about(session: Session, signed_in: SignedIn, claim: Claim) -> None:
    by_id = make.person(session, Role.FINANCE).id
    for question in (Question("Why?", 1, 999), Question("Why?", follows_id=999)):
        with pytest.raises(NotFound):
            query_claim(session, claim, [question], 1, by_id=by_id, now=NOW)
    session.rollback()
    finance = signed_in(Role.FINANCE)
    for about in ("line-1", "nonsense", "after-x", ""):
        meddled = {"edition": "1", "questions-0-about": about, "questions-0-question": "Why?"}
        assert finance.post(f"{Q2_PAGE}/query", data=meddled).status_code == 404
    assert letters(session) == []


def test_the_lead_and_finance_at_the_same_moment(
    session: Session, signed_in: SignedIn, award: Award, lead: Person, claim: Claim
) -> None:
    reading, asking = signed_in(Role.FINANCE), signed_in(Role.FINANCE)
    seen = value_of(reading.get(Q2_PAGE), "edition")
    typed = boxes(asking) | {"questions-1-question": "Whose pay?"}
    assert asking.post(f"{Q2_PAGE}/query", data=typed).status_code == 302
    answer_and_send(session, award, lead, "The mentor's.")
    refused = reading.post(f"{Q2_PAGE}/approve", data={"edition": seen})
    assert refused.status_code == 422
    assert "This claim has changed since you opened it" in read(refused.text)
    assert "Since you opened it: Set the scene, a test, 20 October 2025" in read(refused.text)
    assert "The mentor's." in read(refused.text), "what changed stands on the page"
    assert "Approve £5,367.77" in beside(refused.text)
    assert reading.post(f"{Q2_PAGE}/approve", data={"edition": value_of(refused, "edition")}).status_code == 302
    session.rollback()
    assert claim.status is ClaimStatus.APPROVED
    assert letters(session)[-1].subject == "Claim approved: SVD-25-03, Q2 2025/26"


def test_nobody_without_an_open_account_is_written_to(session: Session, signed_in: SignedIn, claim: Claim) -> None:
    assert claim.submitted_by is not None
    claim.submitted_by.disabled_at = NOW
    finance = signed_in(Role.FINANCE)
    assert finance.post(f"{Q2_PAGE}/approve", data={"edition": "1"}).status_code == 302
    assert letters(session) == []


def test_after_the_deadline_the_letter_says_what_is_at_stake(session: Session, award: Award, claim: Claim) -> None:
    late = date(2025, 11, 3)
    asked = query_claim(session, claim, [Question("Why?")], 1, by_id=make.person(session).id, now=NOW)
    tell_asked(session, claim, asked, "Fay Lund", today=late, now=NOW, site=SITE)
    session.commit()
    (letter,) = letters(session)
    assert letter.subject == "1 question about your claim: SVD-25-03, Q2 2025/26"
    assert "were due on 31 October 2025, so please send it back as soon as you can: what is not approved" in letter.text
    assert letter.text.endswith(f"Answer here: {SITE}{Q2_PAGE}\n")


def test_lines_stand_beside_their_plan_and_the_quarter_before(
    session: Session, signed_in: SignedIn, award: Award, claim: Claim
) -> None:
    share = award.lines[0].profile[1]
    share.category = make.category(award.proposal.funding_year.programme, "training")
    session.commit()
    told = lines(signed_in(Role.FINANCE).get(Q2_PAGE).text)
    assert told == [
        "Pay and on-costs £3,103.33 – £4,655.00 –",
        "Training – £4,968.83 £712.77 –",
        "Equipment and materials £412.98 – – – Total £3,516.31 £4,968.83 £5,367.77",
    ]
