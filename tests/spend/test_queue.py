"""Finance's queue, the list of who has sent and who has not, and reminders to who is late."""

from collections.abc import Callable
from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.mail.models import Message
from portfolio.people.rules import Role
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import NOW, SignedIn
from tests.make import Q1, Q2
from tests.pages import beside, lines, read

QueriesOf = Callable[[FlaskClient, str], int]


ASKS = {"labour": Decimal("4500.00"), "non-labour": Decimal("12000.00")}


def waiting(session: Session, *references: str) -> list[Award]:
    """Awards whose Q2 was sent by somebody."""
    sender, awards = make.person(session), []
    for reference in references:
        award = make.award(session, make.proposal(session, reference, asks=ASKS))
        make.claim(session, award, Q2, status=ClaimStatus.SUBMITTED, by=sender)
        awards.append(award)
    session.commit()
    return awards


def page(reference: str, quarter: str = "q2") -> str:
    """The address of a claim."""
    return f"/spend/{reference}/dorset/2025-26/{quarter}"


def test_after_each_decision_the_next_claim_opens(session: Session, signed_in: SignedIn, queries_of: QueriesOf) -> None:
    finance = signed_in(Role.FINANCE)
    assert finance.get("/spend/queue").location == "/spend"
    first, *_ = waiting(session, "SVD-25-03", "SVD-25-02", "SVD-25-01")
    make.claim(session, first, Q1, status=ClaimStatus.RESUBMITTED)
    session.commit()
    assert "4 claims wait for you" in read(finance.get("/spend").text)
    assert "Check 4 claims" in read(finance.get("/").text)
    opened = finance.get("/spend/queue").location
    assert opened == page("SVD-25-03", "q1"), "what was due first stands first"
    assert "1 of 4 waiting Next : SVD-25-01, Q2 2025/26" in beside(finance.get(opened).text)
    assert finance.post(f"{opened}/approve", data={"edition": "1"}).location == page("SVD-25-01")
    following = finance.get(page("SVD-25-01")).text
    assert "SVD-25-03, Q1 2025/26, is approved. 3 more claims wait for you; this is the next." in read(following)
    assert "2 of 3 waiting Previous : SVD-25-01, Q2 2025/26 Next : SVD-25-03" in beside(
        finance.get(page("SVD-25-02")).text
    )
    asked = {"edition": "1", "questions-0-about": "whole", "questions-0-question": "Why?"}
    assert finance.post(f"{page('SVD-25-03')}/query", data=asked).location == page("SVD-25-01"), "then from the top"
    few = queries_of(finance, page("SVD-25-01"))
    waiting(session, *(f"SVD-25-2{number}" for number in range(3)))
    assert queries_of(finance, page("SVD-25-01")) == few


def test_what_somebody_sent_themself_waits_for_others(session: Session, signed_in: SignedIn) -> None:
    finance = signed_in(Role.FINANCE)
    make.claim(session, make.award(session), Q2, status=ClaimStatus.SUBMITTED, by=finance.person)
    session.commit()
    assert finance.get("/spend/queue").location == "/spend"


def test_nobody_approves_several_claims_blind(session: Session, signed_in: SignedIn) -> None:
    award, other = waiting(session, "SVD-25-01", "SVD-25-02")
    claims = [make.claim(session, award, Q1, status=ClaimStatus.SUBMITTED, lines={})]
    make.evidence(session, make.claim(session, other, Q1, status=ClaimStatus.SUBMITTED))
    session.commit()
    finance = signed_in(Role.FINANCE)
    ticked = "&".join(f"claim={number}" for number in range(claims[0].id - 2, claims[0].id + 2))
    told = lines(finance.get(f"/spend/approve?{ticked}").text)
    assert any("Spend of the labour stream is £1,125.00 (100.0%) less than the profile" in line for line in told)
    assert any("A forecast underspend of" in line and "1 file of evidence" in line for line in told)
    assert sum("No files of evidence" in line for line in told) == 3


def test_the_list_is_a_file_too(session: Session, signed_in: SignedIn, queries_of: QueriesOf) -> None:
    lead = make.person(session, Role.LEAD, name="=Lena Marsh")
    late = make.award(session, make.proposal(session, "SVD-25-01", title="+Nurse"), lead_person_id=lead.id)
    sent = make.award(session, make.proposal(session, "SVD-25-02"))
    make.claim(session, sent, Q1, status=ClaimStatus.QUERIED)
    finance = signed_in(Role.FINANCE)
    answer = finance.get("/spend/file?quarter=2025-26-q1")
    assert answer.headers["Content-Disposition"] == "attachment; filename=claims-2025-26-q1.csv"
    headings, *rows = answer.get_data(as_text=True).lstrip("\ufeff").splitlines()
    assert headings.split(",")[:5] == ["Reference", "Project", "Lead organisation", "Lead", "Partnership"]
    assert rows[0].startswith("SVD-25-01,'+Nurse,Dorset Council,'=Lena Marsh,Dorset Community Safety Partnership,Q1")
    assert ",Late,2025-07-31,81," in rows[0]
    assert rows[1].endswith(",Queried,2025-07-31,,7000.01,1900.00,2025-10-14 10:30:00")
    missing = finance.get("/spend/file?quarter=2025-26-q1&stage=not+sent").text
    assert ("SVD-25-01" in missing, "SVD-25-02" in missing) == (True, False)
    assert "SVD-25-01" not in finance.get("/spend/file?quarter=2025-26-q1&stage=sent").text
    assert signed_in(person=lead).get("/spend/file").location == "/spend"
    few = queries_of(finance, "/spend/file?quarter=2025-26-q1")
    for number in range(10, 16):
        make.award(session, make.proposal(session, f"SVD-25-{number}", asks={"labour": Decimal("500.00")}))
    session.commit()
    assert queries_of(finance, "/spend/file?quarter=2025-26-q1") == few
    assert late.csp_id == sent.csp_id


def test_who_is_late_is_reminded_once_a_day(session: Session, signed_in: SignedIn) -> None:
    here, nowhere = "/spend/remind?quarter=2025-26-q1", "/spend/remind?quarter=2025-26-q2"
    lead = make.person(session, Role.LEAD, name="Lena Marsh", password_hash="x")
    gone = make.person(session, Role.LEAD, name="Gwen Past", disabled_at=NOW)
    for number, person in enumerate((lead, lead, gone, None)):
        proposal = make.proposal(session, f"SVD-25-0{number}", asks={"labour": Decimal("400.00")})
        make.award(session, proposal, lead_person_id=person.id if person else None)
    session.commit()
    for role in (Role.FINANCE, Role.CSP_OFFICER):
        assert "Remind who is late" in read(signed_in(role).get("/spend").text)
    assert "Remind who is late" not in read(signed_in(Role.CSP_MEMBER).get("/spend").text)
    officer = signed_in(Role.CSP_OFFICER)
    assert "Nobody is late" in read(officer.get(nowhere).text)
    words = read(officer.get(here).text)
    assert "Remind 1 person" in words
    assert "Gwen Past is disabled" in words
    assert "The award has no lead" in words
    done = officer.post(here)
    assert done.location == "/spend?quarter=2025-26-q1&stage=late"
    assert "1 person was reminded of 2 claims. 2 claims have nobody to be reminded of." in read(
        officer.get(done.location).text
    )
    assert "2 claims are left out, because their lead was reminded today already" in read(officer.get(here).text)
    assert "Nobody was left to remind." in read(officer.get(officer.post(here).location).text)
    session.rollback()
    (letter,) = session.scalars(select(Message))
    assert (letter.recipient, letter.subject) == (lead.email, "2 claims to send, 2 late")
    assert "SVD-25-00" in letter.text
    assert "SVD-25-02" not in letter.text, "of nobody else's award"
    elsewhere = signed_in(Role.CSP_OFFICER, csp=make.csp(session, "bcp"))
    assert elsewhere.get(here).location == "/spend"
    assert elsewhere.post(here).location == "/spend/remind"
