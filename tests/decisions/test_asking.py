"""Variations asked for by one and decided on by another, and their pages."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.assessment.models import Interest
from portfolio.db import Database
from portfolio.decisions import amounts, queries
from portfolio.decisions.asked import AskedState
from portfolio.decisions.asking import approve_request, ask_for_variation, refuse_request, withdraw_request
from portfolio.decisions.models import Award, Variation, VariationRequest
from portfolio.decisions.moves import to_vary
from portfolio.decisions.rules import Outcome
from portfolio.decisions.varying import Side
from portfolio.errors import PortfolioError, Refused
from portfolio.history import Author
from portfolio.mail.models import Message
from portfolio.people.models import Person
from portfolio.people.rules import Role, Within
from tests import make
from tests.conftest import NOW, SignedIn
from tests.pages import read
from tests.refused import sentences

ALLOCATIONS = {
    "labour": {"dorset": Decimal("100.00"), "bcp": Decimal("1000.00")},
    "non-labour": {"dorset": Decimal("1000.00"), "bcp": Decimal("1000.00")},
}


@pytest.fixture
def awards(session: Session) -> dict[str, Award]:
    """Dorset awards £600 (led by somebody) and £300 of its £1,000 non-labour, BCP £500 of its own."""
    year = make.funding_year(session, allocations=ALLOCATIONS)
    found: dict[str, Award] = {}
    for key, csp, amount in (("nurse", "dorset", "600.00"), ("schools", "dorset", "300.00"), ("bcp", "bcp", "500.00")):
        proposal = make.proposal(
            session,
            f"SVD-25-0{len(found) + 1}",
            title=key.title(),
            asks={"non-labour": Decimal(amount)},
            csps=(csp,),
            funding_year=year,
        )
        found[key] = make.award(
            session, proposal, csp=csp, lead_person=make.person(session, Role.LEAD, name=f"Lead {key}")
        )
    session.commit()
    return found


def side(award: Award, stream: str = "non-labour") -> Side:
    return Side(award, make.stream(award.proposal.funding_year.programme, stream))


def ask(
    session: Session,
    by: Person,
    giving: Side | None,
    receiving: Side | None,
    amount: str = "50.00",
    reason: str = "Late.",
) -> VariationRequest:
    asked_for = ask_for_variation(
        session,
        giving=giving,
        receiving=receiving,
        amount=Decimal(amount),
        reason=reason,
        by=by,
        now=NOW,
        claimed=make.nothing_claimed,
    )
    session.commit()
    return asked_for


def approve(session: Session, asked_for: VariationRequest, by: Person, on: date = date(2025, 9, 1)) -> Variation:
    made = approve_request(
        session,
        asked_for,
        by=by,
        approved_on=on,
        reference=None,
        now=NOW,
        today=NOW.date(),
        claimed=make.nothing_claimed,
    )
    session.commit()
    return made


def carried(session: Session, award: Award) -> list[Decimal]:
    return sorted(amounts.carried_by_line(session, [award.id]).values(), reverse=True)


def test_nothing_moves_before_another_approves(session: Session, awards: dict[str, Award]) -> None:
    lead, officer = awards["nurse"].lead_person, make.person(session, Role.CSP_OFFICER)
    assert lead is not None
    asked_for = ask(session, lead, side(awards["nurse"]), side(awards["schools"]))
    assert (asked_for.state, carried(session, awards["nurse"])) == (AskedState.WAITING, [Decimal("600.00")])
    assert sentences(lambda: ask(session, lead, side(awards["nurse"]), side(awards["schools"]))) == [
        "The very same variation is recorded already. If this is another one, let its reason say so"
    ]
    session.rollback()
    assert sentences(lambda: approve(session, asked_for, lead)) == [
        "You asked for this variation, so somebody else must decide on it"
    ]
    session.rollback()
    made = approve(session, asked_for, officer)
    assert (made.reference, made.approved_by, made.reason) == ("V25-01", officer.mark, "Late.")
    assert carried(session, awards["nurse"]) + carried(session, awards["schools"]) == [
        Decimal("550.00"),
        Decimal("350.00"),
    ]
    assert (asked_for.state, asked_for.given_before, asked_for.received_before) == (
        AskedState.APPROVED, Decimal("600.00"), Decimal("300.00")
    )  # fmt: skip
    for deed in (
        lambda: approve(session, asked_for, officer),
        lambda: refuse_request(session, asked_for, "No.", by=officer, now=NOW),
        lambda: withdraw_request(session, asked_for, by=lead, now=NOW),
    ):
        assert "approved already" in " ".join(sentences(deed))
        session.rollback()


def test_every_rule_is_asked_again_when_it_is_approved(session: Session, awards: dict[str, Award]) -> None:
    lead, officer = make.person(session, Role.LEAD), make.person(session, Role.CSP_OFFICER)
    assert sentences(lambda: ask(session, lead, None, side(awards["nurse"]), "100.01")) == [
        "Dorset Community Safety Partnership's awards of the non-labour stream would come to £1,000.01, "
        "£0.01 more than the £1,000.00 it may award. Lower this award, or free money first"
    ]
    session.rollback()
    first = ask(session, lead, None, side(awards["nurse"]), "60.00")
    second = ask(session, lead, None, side(awards["schools"]), "60.00")
    approve(session, first, officer)
    assert (first.given_before, first.received_before) == (Decimal("100.00"), Decimal("600.00"))
    assert "£20.00 more than" in " ".join(sentences(lambda: approve(session, second, officer)))
    session.rollback()
    labour = ask(session, lead, side(awards["nurse"]), side(awards["schools"], "labour"), "70.00")
    approve(session, labour, officer)
    assert (labour.given_before, labour.received_before) == (Decimal("660.00"), Decimal("0.00"))
    assert carried(session, awards["schools"]) == [Decimal("300.00"), Decimal("70.00")]
    approve(session, second, officer)
    make.decision(
        session,
        awards["schools"].proposal,
        outcome=Outcome.REJECTED,
        supersedes=queries.find_decision(session, awards["schools"].proposal_id, awards["schools"].csp_id),
    )
    assert sentences(lambda: ask(session, lead, side(awards["nurse"]), side(awards["schools"]), "1.00")) == [
        "Dorset Community Safety Partnership does not fund SVD-25-02 any more. Choose an award that it funds"
    ]


def test_a_variation_is_refused_with_a_reason_or_withdrawn_by_who_asked(
    session: Session, awards: dict[str, Award]
) -> None:
    lead, officer = make.person(session, Role.LEAD), make.person(session, Role.CSP_OFFICER)
    asked_for = ask(session, lead, side(awards["nurse"]), None)
    with pytest.raises(PortfolioError, match="Give the reason"):
        refuse_request(session, asked_for, " ", by=officer, now=NOW)
    assert sentences(lambda: withdraw_request(session, asked_for, by=officer, now=NOW)) == [
        "Somebody else asked for this variation, so it is theirs to change or withdraw"
    ]
    refuse_request(session, asked_for, "Spend it first.", by=officer, now=NOW)
    session.commit()
    again = ask(session, lead, side(awards["nurse"]), None)
    withdraw_request(session, again, by=lead, now=NOW)
    session.commit()
    assert (asked_for.state, again.state) == (AskedState.REFUSED, AskedState.WITHDRAWN)
    assert carried(session, awards["nurse"]) == [Decimal("600.00")]


def test_who_declared_an_interest_does_not_decide(session: Session, awards: dict[str, Award]) -> None:
    officer = make.person(session, Role.CSP_OFFICER, name="Olive Officer")
    session.add(Interest(proposal=awards["schools"].proposal, person=officer, nature="Trustee", declared_on=NOW.date()))
    asked_for = ask(session, make.person(session), side(awards["nurse"]), side(awards["schools"]))
    for deed in (
        lambda: approve(session, asked_for, officer),
        lambda: refuse_request(session, asked_for, "No.", by=officer, now=NOW),
    ):
        with pytest.raises(Refused, match="Olive Officer declared an interest in SVD-25-02"):
            deed()
        session.rollback()
    lead = awards["schools"].lead_person
    assert lead is not None
    with pytest.raises(Refused, match="would decide on SVD-25-02, and leads it"):
        approve(session, asked_for, lead)


def test_two_who_approve_at_once_move_the_money_once(
    session: Session, database: Database, author: Author, awards: dict[str, Award]
) -> None:
    officers = [make.person(session, Role.CSP_OFFICER).id for _ in range(2)]
    number = ask(session, make.person(session), side(awards["nurse"]), None, "600.00").id
    together = Barrier(2)

    def decide(officer: int) -> str:
        with database.session(writing=True) as own:
            author(own)
            together.wait()
            try:
                approve(own, own.get_one(VariationRequest, number), own.get_one(Person, officer))
            except PortfolioError as error:
                return error.sentence
        return "approved"

    with ThreadPoolExecutor(2) as pool:
        ends = sorted(pool.map(decide, officers))
    assert ends == [
        "This variation is approved already. Ask for another one if something is still wrong", "approved"
    ]  # fmt: skip
    session.expire_all()
    assert carried(session, awards["nurse"]) == [Decimal("0.00")]


def test_a_lead_asks_and_the_officer_approves(session: Session, awards: dict[str, Award], signed_in: SignedIn) -> None:
    nurse, schools = awards["nurse"], awards["schools"]
    line = nurse.lines[0]
    lead, officer, page = signed_in(person=nurse.lead_person), signed_in(Role.CSP_OFFICER), "/awards/SVD-25-01/dorset"
    assert "Ask for a variation" in lead.get(page).text
    form = lead.get(f"{page}/vary").text
    assert "SVD-25-01 Nurse, Dorset CSP, non-labour, £600.00" in form
    assert "Non-labour £600.00 £0.00 £600.00" in read(form)
    assert "Unallocated by the partnership" not in form
    assert "SVD-25-02" not in form, "another's award is not theirs to move money to"
    sent = {"from_line": f"{nurse.id}-{line.stream_id}", "to_line": "", "amount": "600.01", "reason": "Late."}
    assert "Enter the amount to move" in lead.post(f"{page}/vary", data=sent | {"amount": ""}).text
    refused = lead.post(f"{page}/vary", data=sent)
    assert refused.status_code == 422
    assert "Only £600.00 of this award is neither claimed nor moved" in refused.text
    assert 'value="600.01"' in refused.text
    for forged in (f"{schools.id}-{line.stream_id}", f"{nurse.id}-99", "9" * 5000, "x", "1-1-1"):
        assert lead.post(f"{page}/vary", data=sent | {"to_line": forged}).status_code == 422
    nothing = lead.post(f"{page}/vary", data=sent | {"from_line": ""})
    assert "Choose the award that the money comes from" in nothing.text
    asked = lead.post(f"{page}/vary", data=sent | {"amount": "100"})
    assert asked.location == "/variations/1"
    words = read(lead.get("/variations/1").text)
    assert "It waits for somebody else to approve it" in words
    assert "SVD-25-01 Nurse, Dorset CSP, non-labour £600.00 −£100.00 £500.00 £0.00" in words
    assert "Unallocated, Dorset CSP, non-labour Not yours to see £100.00 Not yours to see –" in words
    assert "Q4 2025/26" in words
    assert "Withdraw the variation" in words
    assert lead.post("/variations/1/approve", data={}).status_code == 403
    assert "£100.00 from SVD-25-01 Nurse, Dorset CSP, non-labour to Unallocated" in read(lead.get(page).text)

    assert "Non-labour £600.00 £0.00 £600.00 £100.00" in read(officer.get(f"{page}/vary").text)
    words = read(officer.get("/variations/1").text)
    assert "Unallocated, Dorset CSP, non-labour £100.00 £100.00 £200.00 –" in words
    future = officer.post("/variations/1/approve", data={"approved_on": ["1", "12", "2025"], "reference": ""})
    assert "The approval is in the future" in future.text
    assert "Withdraw" not in future.text
    given = {"approved_on": ["1", "9", "2025"], "reference": "CSP 7"}
    assert officer.post("/variations/1/approve", data=given).location == "/variations/1"
    words = read(officer.get("/variations/1").text)
    assert "approved it on 1 September 2025" in words
    assert "SVD-25-01 Nurse, Dorset CSP, non-labour £600.00 −£100.00 £500.00" in words
    assert "Unallocated, Dorset CSP, non-labour £100.00 £100.00 £200.00" in words
    assert "CSP 7 1 September 2025 Non-labour −£100.00 Unallocated Late." in read(officer.get(page).text)
    assert officer.post("/variations/1/refuse", data={"because": "No."}).status_code == 422
    [message] = session.scalars(select(Message))
    assert message.recipient == lead.person.email
    assert "approved a variation" in message.text


def test_money_of_two_partnerships_is_moved_by_who_reaches_both(
    session: Session, awards: dict[str, Award], signed_in: SignedIn
) -> None:
    finance, officer = signed_in(Role.FINANCE), signed_in(Role.CSP_OFFICER)
    nurse, bcp = awards["nurse"], awards["bcp"]
    stream = nurse.lines[0].stream_id
    sent = {"from_line": f"{nurse.id}-{stream}", "to_line": f"{bcp.id}-{stream}", "amount": "10", "reason": "Agreed."}
    assert officer.post("/awards/SVD-25-01/dorset/vary", data=sent).status_code == 422
    assert finance.post("/awards/SVD-25-01/dorset/vary", data=sent).location == "/variations/1"
    words = read(officer.get("/variations/1").text)
    assert "Unallocated, Dorset CSP, non-labour £100.00 £10.00 £110.00" in words
    assert "Unallocated, BCP CSP, non-labour Not yours to see −£10.00 Not yours to see" in words
    assert "SVD-25-03 Bcp, BCP CSP, non-labour Not yours to see £10.00 Not yours to see" in words
    assert "Approve it" not in words
    refused = officer.post("/variations/1/approve", data={"approved_on": ["1", "9", "2025"]})
    assert (refused.status_code, "ask finance" in refused.text) == (403, True)
    assert finance.post("/variations/1/approve", data={"approved_on": ["1", "9", "2025"]}).status_code == 422
    assert signed_in(Role.FINANCE).post("/variations/1/refuse", data={"because": ""}).status_code == 422
    other = signed_in(Role.FINANCE)
    assert "Decide on 1 variation" in read(other.get("/").text)
    assert other.post("/variations/1/refuse", data={"because": "Not this year."}).location == "/variations/1"
    assert "Not this year." in finance.get("/variations/1").text


def test_a_variation_is_withdrawn_by_who_asked_alone(
    session: Session, awards: dict[str, Award], signed_in: SignedIn
) -> None:
    nurse = awards["nurse"]
    lead, officer = signed_in(person=nurse.lead_person), signed_in(Role.CSP_OFFICER)
    ask(session, lead.person, side(nurse), None)
    assert officer.post("/variations/1/withdraw").status_code == 422
    assert lead.post("/variations/1/withdraw").location == "/variations/1"
    assert "withdrew it" in lead.get("/variations/1").text
    assert lead.get("/variations/2").status_code == 404
    assert signed_in(Role.LEAD).get("/variations/1").status_code == 404


def test_the_list_is_narrowed_and_the_front_page_counts_what_waits(
    session: Session, awards: dict[str, Award], signed_in: SignedIn, queries_of: Callable[[FlaskClient, str], int]
) -> None:
    officer, lead = signed_in(Role.CSP_OFFICER), make.person(session, Role.LEAD)
    assert "No variation was asked for" in officer.get("/variations").text
    withdraw_request(session, ask(session, lead, side(awards["nurse"]), None), by=lead, now=NOW)
    ask(session, lead, side(awards["nurse"]), None)
    before = queries_of(officer, "/variations")
    for number in range(5):
        ask(session, lead, side(awards["schools"]), None, f"{number + 1}.00")
    ask(session, lead, side(awards["bcp"]), None)
    assert queries_of(officer, "/variations") == before
    assert "7 variations" in read(officer.get("/variations").text)
    assert "1 variation " in read(officer.get("/variations?state=withdrawn&year=2025-26").text)
    for nothing in ("refused", "approved"):
        assert "No such variation" in officer.get(f"/variations?state={nothing}").text
    assert officer.get("/variations?state=lost").status_code == 404
    assert officer.get("/variations?year=2031-32").status_code == 404
    assert "Decide on 6 variations" in read(officer.get("/").text)
    everything = Within(everything=True)
    assert (to_vary(session, everything, officer.person.id), to_vary(session, everything, lead.id)) == (7, 0)
