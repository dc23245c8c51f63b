"""Finance's pages: questions, approvals, and corrections; and who may do none of it."""

from decimal import Decimal

from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.funding_years.rules import YearStatus
from portfolio.people.rules import Role
from portfolio.spend.models import Claim
from portfolio.spend.rules import ClaimStatus
from tests import make
from tests.conftest import SignedIn
from tests.make import Q2
from tests.pages import beside, lines, read
from tests.spend import level_up
from tests.spend.level_up import Q2_PAGE, claim_now


def sent(session: Session, award: Award) -> Claim:
    """Level-Up's Q2 as its lead sent it."""
    lines = {
        ("non-labour", "pay and on-costs"): Decimal("4655.00"),
        ("non-labour", "equipment and materials"): Decimal("837.77"),
        ("non-labour", "other"): Decimal("-125.00"),
    }
    made = make.claim(session, award, Q2, lines=lines, status=ClaimStatus.SUBMITTED, by=award.lead_person, edition=2)
    session.commit()
    return made


def test_finance_approves_what_it_has_read_and_nothing_else(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    sent(session, award)
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
    sent(session, award)
    assert "You submitted this claim, so somebody else must approve it" in beside(both.get(Q2_PAGE).text)
    refused = both.post(f"{Q2_PAGE}/approve", data={"edition": "2"})
    assert refused.status_code == 422
    assert "somebody else must approve it" in read(refused.text)
    assert claim_now(session, award).status is ClaimStatus.SUBMITTED
    listed = both.get("/spend")
    assert 'name="claim"' not in listed.text
    assert "Your own claims" in read(listed.text)
    assert "All claims of a quarter" in read(both.get("/spend/mine").text)


def test_nobody_approves_their_own_claim_among_others(session: Session, signed_in: SignedIn) -> None:
    both = signed_in(Role.LEAD, Role.FINANCE)
    own, others = (
        make.claim(
            session,
            make.award(session, make.proposal(session, f"SVD-25-1{number}")),
            Q2,
            status=ClaimStatus.SUBMITTED,
            by=by,
        )
        for number, by in enumerate((both.person, make.person(session)))
    )
    read_then = {"claims-0": f"{own.id}:1", "claims-1": f"{others.id}:1"}
    refused = both.post("/spend/approve", data=read_then)
    assert refused.status_code == 422
    assert "SVD-25-10, Dorset Community Safety Partnership: You submitted this claim" in read(refused.text)
    session.rollback()
    assert [own.status, others.status] == [ClaimStatus.SUBMITTED, ClaimStatus.SUBMITTED]


def test_who_submitted_and_who_approved_both_stand_in_the_history(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    edition = level_up.sent(session, award).edition
    finance = signed_in(Role.FINANCE, name="Fay Lund")
    assert finance.post(f"{Q2_PAGE}/approve", data={"edition": str(edition)}).location == Q2_PAGE
    told = lines(signed_in(Role.ADMINISTRATOR).get(f"/history/claim/{claim_now(session, award).id}").text)
    assert any("Lena Marsh Submitted a claim" in line and "submitted by: nothing → Lena Marsh" in line for line in told)
    assert any("Fay Lund Approved a claim" in line and "approved by: nothing → Fay Lund" in line for line in told)


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
    assert finance.get("/spend/approve?quarter=2025-26-q3&csp=").location == "/spend?quarter=2025-26-q3"
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


def test_who_may_do_what_on_somebody_elses_page(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    sent(session, award)
    for deed in ("approve", "query"):
        assert leading.post(f"{Q2_PAGE}/{deed}", data={"edition": "2"}).status_code == 403
    assert leading.get(f"{Q2_PAGE}/query").status_code == 403
    for role in (Role.FINANCE, Role.CSP_OFFICER, Role.CSP_MEMBER, Role.CERTIFIER, Role.ADMINISTRATOR):
        other = signed_in(role)
        page = other.get(Q2_PAGE)
        assert page.status_code == 200
        assert ("Approve £" in page.text) is (role is Role.FINANCE)
        assert other.get(f"{Q2_PAGE}/spend").status_code == 403
        assert other.post(f"{Q2_PAGE}/check", data={"edition": "2"}).status_code == 403
    assert signed_in(Role.OPCC).get(Q2_PAGE).status_code == 403
    assert claim_now(session, award).status is ClaimStatus.SUBMITTED


def test_nothing_is_decided_in_a_closed_year(
    session: Session, signed_in: SignedIn, leading: FlaskClient, award: Award
) -> None:
    sent(session, award)
    award.proposal.funding_year.status = YearStatus.CLOSED
    finance = signed_in(Role.FINANCE)
    page = finance.get(Q2_PAGE).text
    assert "Submitted" in read(page)
    assert "Decide" not in page
    assert finance.get(f"{Q2_PAGE}/query").location == Q2_PAGE
