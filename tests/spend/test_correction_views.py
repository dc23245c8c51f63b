"""The pages of corrections: one asks, another decides, both figures stay, and nothing counts before."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.mail.models import Message
from portfolio.people.rules import Role
from portfolio.spend.models import Correction, CorrectionRequest
from tests import make
from tests.conftest import SignedIn
from tests.make import Q1, Q2, Q3
from tests.pages import read, value_of
from tests.spend.level_up import ADDRESS, Q2_PAGE

Q1_PAGE, AWARD = f"{ADDRESS}/q1", "/spend/SVD-25-03/dorset"
LIST = "/spend/corrections"
TYPED = {
    "stream": "non-labour",
    "category": "equipment and materials",
    "amount": "-73.11",
    "entered_in": "2",
    "reason": "Laptop returned.",
}


@pytest.fixture(autouse=True)
def locked(session: Session, award: Award) -> None:
    """Q1 stands in a return."""
    make.lock(session, award, Q1, "it stands in the OPCC return issued on 31 July 2025")


def asked(session: Session) -> CorrectionRequest:
    """The correction that was asked for, as it stands in the database."""
    session.rollback()
    return session.scalars(select(CorrectionRequest)).one()


def test_a_lead_asks_and_finance_approves_and_both_figures_stay(
    session: Session, signed_in: SignedIn, leading: FlaskClient
) -> None:
    page = leading.get(Q1_PAGE)
    assert "Q1 2025/26 is locked: it stands in the OPCC return issued on 31 July 2025." in read(page.text)
    assert f'href="{Q1_PAGE}/correct"' in page.text
    form = leading.get(f"{Q1_PAGE}/correct")
    assert "Q2 2025/26: Jul 2025 - Sep 2025" in read(form.text)
    assert 'value="2" checked' in form.text, "the first quarter that is open is suggested"
    refused = leading.post(f"{Q1_PAGE}/correct", data=TYPED | {"amount": "-413.00", "reason": ""})
    assert refused.status_code == 422
    assert "Give the reason for the correction" in read(refused.text)
    assert value_of(refused, "amount") == "-413.00"
    assert leading.post(f"{Q1_PAGE}/correct", data=TYPED).location == Q1_PAGE
    twice = leading.post(f"{Q1_PAGE}/correct", data=TYPED)
    assert "The very same correction is recorded already" in read(twice.text)
    words = read(leading.get(Q1_PAGE).text)
    assert "Non-labour, equipment and materials −£73.11 Q2 2025/26 Waiting Laptop returned." in words
    assert "Corrected since" not in words
    assert "−£73.11 Q2 2025/26 Waiting Laptop returned." in read(leading.get("/spend/mine").text)
    number = asked(session).id
    own = read(leading.get(f"{LIST}/{number}").text)
    assert "You asked for this correction, so somebody else must decide on it" in own

    finance = signed_in(Role.FINANCE, name="Fay Lund")
    assert "Decide on 1 correction" in read(finance.get("/").text)
    told = read(finance.get(LIST).text)
    assert "Non-labour, equipment and materials £412.98 £0.00 −£73.11 £339.87 Q2 Laptop returned." in told
    words = read(finance.get(f"{LIST}/{number}").text)
    assert "What the quarter says Claimed £412.98 Difference asked for −£73.11 It would come to £339.87" in words
    assert "Asked by Lena Marsh, 20 October 2025" in words
    assert finance.post(f"{LIST}/{number}/approve", data={"entered_in": "2"}).location == LIST
    again = finance.post(f"{LIST}/{number}/approve", data={"entered_in": "2"})
    assert again.status_code == 422
    assert "This correction is approved already" in read(again.text)
    session.rollback()
    row = session.scalars(select(Correction)).one()
    assert (row.amount, row.corrects, row.entered_in, row.entered_by) == (
        Decimal("-73.11"), Q1, Q2, asked(session).asked_by.mark
    )  # fmt: skip
    both = "Claimed £412.98, corrected by −£73.11 in Q2"
    words = read(leading.get(Q1_PAGE).text)
    assert f"Non-labour, equipment and materials {both} Laptop returned. Q2, approved by Fay Lund £339.87" in words
    assert "Corrections of earlier quarters that count in" not in words
    assert "Corrections of earlier quarters that count in Q2" in read(finance.get(Q2_PAGE).text)
    year = read(leading.get(AWARD).text)
    assert "Claimed £3,516.31 £0.00 £0.00 £0.00 £3,516.31 Corrections £0.00 −£73.11" in year
    assert f"{both} Laptop returned. Asked for by Lena Marsh, approved by Fay Lund £339.87" in year
    assert "£3,516.31 corrected by −£73.11 in Q2" in year
    assert "£3,516.31 corrected by −£73.11 in Q2" in read(leading.get("/spend/mine").text)
    (letter,) = session.scalars(select(Message))
    assert letter.subject == "Correction approved: SVD-25-03, Q1 2025/26"
    assert "Fay Lund approved your correction" in letter.text


def test_a_certifier_refuses_with_a_reason_and_who_asked_is_told(
    session: Session, signed_in: SignedIn, award: Award
) -> None:
    finance = signed_in(Role.FINANCE)
    finance.post(f"{Q1_PAGE}/correct", data=TYPED)
    number = asked(session).id
    own = finance.post(f"{LIST}/{number}/approve", data={"entered_in": "2"})
    assert "You asked for this correction, so somebody else must decide on it" in read(own.text)
    certifier = signed_in(Role.CERTIFIER, name="Cora Finch")
    assert "Decide on 1 correction" in read(certifier.get("/").text)
    silent = certifier.post(f"{LIST}/{number}/refuse", data={"because": " "})
    assert silent.status_code == 422
    assert "Give the reason, so that who asked knows what to do instead" in read(silent.text)
    assert certifier.post(f"{LIST}/{number}/refuse", data={"because": "It was kept."}).location == LIST
    words = read(finance.get(f"{LIST}/{number}").text)
    assert "Cora Finch refused it on 20 October 2025" in words
    assert "It was kept." in words
    assert "Refused: It was kept." in read(finance.get(AWARD).text)
    (letter,) = session.scalars(select(Message))
    assert "It was kept." in letter.text
    assert make.count_of(session, Correction) == 0
    assert "corrected by" not in read(finance.get(AWARD).text)


def test_where_its_quarter_is_locked_meanwhile_another_is_chosen(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    leading.post(f"{Q1_PAGE}/correct", data=TYPED)
    number = asked(session).id
    make.lock(session, award, Q2)
    page = leading.get(f"{LIST}/{number}")
    assert "As it stands, it cannot be approved: Q2 2025/26 is locked: it stands in the return." in read(page.text)
    finance = signed_in(Role.FINANCE)
    stale = finance.post(f"{LIST}/{number}/approve", data={"entered_in": "2"})
    assert stale.status_code == 422
    assert "Choose one of those offered" in read(stale.text)
    assert finance.post(f"{LIST}/{number}/move", data={"entered_in": "3"}).status_code == 422
    assert leading.post(f"{LIST}/{number}/move", data={"entered_in": "3"}).location == f"{LIST}/{number}"
    assert asked(session).entered_in == Q3
    assert finance.post(f"{LIST}/{number}/approve", data={"entered_in": "3"}).location == LIST
    assert asked(session).entered_in == Q3


def test_who_asked_withdraws_it(session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award) -> None:
    leading.post(f"{Q1_PAGE}/correct", data=TYPED)
    one = f"{LIST}/{asked(session).id}"
    assert signed_in(Role.FINANCE).post(f"{one}/withdraw").status_code == 422
    assert "Withdraw the correction" in leading.get(one).text
    assert leading.post(f"{one}/withdraw").location == one
    page = read(leading.get(one).text)
    assert "withdrew it on" in page
    assert "Withdraw the correction" not in page
    assert asked(session).correction is None


def test_a_quarter_that_is_not_locked_or_has_none_after_it_is_not_corrected(
    session: Session, signed_in: SignedIn, award: Award
) -> None:
    finance = signed_in(Role.FINANCE)
    assert finance.get(f"{Q2_PAGE}/correct").location == Q2_PAGE
    finance.post(f"{Q1_PAGE}/correct", data=TYPED)
    for quarter in (Q2, Q3):
        make.lock(session, award, quarter)
    assert "No quarter is open" in read(finance.get(f"{Q1_PAGE}/correct").text)
    assert finance.post(f"{Q1_PAGE}/correct", data=TYPED | {"reason": "Why"}).status_code == 422
    other = signed_in(Role.FINANCE)
    assert "No quarter is open in which it could count" in read(other.get(f"{LIST}/{asked(session).id}").text)


def test_the_list_is_of_one_s_own_area_and_says_so_when_it_is_empty(
    session: Session, signed_in: SignedIn, award: Award, queries_of: object
) -> None:
    stranger = signed_in(Role.FINANCE, area=make.area(session, "E23000099", "Wessex"))
    make.correction_request(session, award, Decimal("-1.00"), stream="non-labour", category="training")
    assert "No correction was asked for" in read(stranger.get(LIST).text)
    assert "Decide on" not in read(stranger.get("/").text)
    assert stranger.get(f"{LIST}/{asked(session).id}").status_code == 404
    finance = signed_in(Role.FINANCE)
    assert callable(queries_of)
    few = queries_of(finance, LIST)
    for number in range(12):
        other = make.award(session, make.proposal(session, f"SVD-25-2{number:02}", asks={"non-labour": Decimal(9)}))
        make.correction_request(session, other, Decimal("2.00"), stream="non-labour", category="training")
    session.commit()
    assert queries_of(finance, LIST) == few < 25
