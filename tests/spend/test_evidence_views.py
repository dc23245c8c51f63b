"""The page of evidence and its files: attached, listed, saved, removed; hostile ones do no harm."""

from decimal import Decimal

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.people.models import Person, PersonalReading
from portfolio.people.rules import Role
from portfolio.spend.models import Evidence
from portfolio.spend.rules import ClaimStatus
from portfolio.words import MEGABYTE
from tests import make
from tests.conftest import SignedIn, title_of
from tests.make import Q2
from tests.pages import lines, read
from tests.sending import with_file
from tests.spend.level_up import Q2_PAGE
from tests.uploads.samples import PDF, PNG

PAGE = f"{Q2_PAGE}/evidence"


@pytest.fixture
def begun(session: Session, award: Award) -> str:
    """Q2 as a draft with a line, and that line as the page offers it."""
    claim = make.claim(
        session, award, Q2, lines={("non-labour", "training"): Decimal("5.00")}, status=ClaimStatus.DRAFT
    )
    session.commit()
    return f"{claim.lines[0].stream_id}-{claim.lines[0].category_id}"


def files(session: Session) -> list[Evidence]:
    """Every file there is."""
    session.expire_all()
    return list(session.scalars(select(Evidence).order_by(Evidence.id)))


def test_a_lead_attaches_a_file_for_a_line_saves_it_and_removes_it(
    session: Session, leading: FlaskClient, begun: str
) -> None:
    page = leading.get(PAGE)
    assert title_of(page) == "Evidence for Q2 2025/26, Level-Up Project"
    assert "No evidence yet" in page.text
    assert "Non-labour, training" in page.text
    assert 'enctype="multipart/form-data"' in page.text
    assert leading.post(PAGE, **with_file(PDF, "June invoice.pdf", lines=[begun, begun])).location == PAGE
    page = leading.get(PAGE)
    assert "June invoice.pdf is attached" in page.text
    (row,) = lines(page.text)
    assert row.startswith("June invoice.pdf 1 KB Non-labour, training 20 October 2025")
    (kept,) = files(session)
    file = leading.get(f"{PAGE}/{kept.id}")
    assert file.data == PDF
    assert file.headers["Content-Type"] == "application/pdf"
    assert file.headers["Content-Disposition"] == "attachment; filename=June_invoice.pdf"
    assert file.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    assert file.headers["X-Content-Type-Options"] == "nosniff"
    assert file.headers["Cache-Control"] == "no-store"
    assert session.scalars(select(PersonalReading)).all() == [], "one's own file"
    assert leading.post(f"{PAGE}/{kept.id}/remove").location == PAGE
    assert "June invoice.pdf is removed" in leading.get(PAGE).text
    assert files(session) == []


def test_a_refused_file_leaves_the_page_as_it_was(session: Session, leading: FlaskClient, begun: str) -> None:
    for content, sentence in (
        (b"<html><script>alert(1)</script>", "This is a web page or a drawing in markup."),
        (b'<svg xmlns="http://www.w3.org/2000/svg"/>', "This is a web page or a drawing in markup."),
        (PDF + b"x" * (11 * MEGABYTE), "This file is 11.1 MB. Send one of at most 10 MB"),
    ):
        answer = leading.post(PAGE, **with_file(content, "invoice.pdf", lines=[begun]))
        assert answer.status_code == 422
        assert title_of(answer) == "Error: Evidence for Q2 2025/26, Level-Up Project"
        assert answer.text.count(sentence) == 2
        assert f'value="{begun}" checked' in answer.text
    assert "Choose one of those offered" in leading.post(PAGE, **with_file(PDF, lines=["9-9"])).text
    assert files(session) == []


def test_the_same_file_is_refused_here_and_warned_of_in_another_draft(
    session: Session, leading: FlaskClient, award: Award, lead: Person
) -> None:
    other = make.award(
        session, make.proposal(session, "SVD-25-04", asks={"non-labour": Decimal("100.00")}), lead_person_id=lead.id
    )
    make.evidence(session, make.claim(session, other, Q2, status=ClaimStatus.DRAFT), PDF)
    session.commit()
    leading.post(PAGE, **with_file(PDF, "a.pdf"))
    assert (
        "also attached to the draft of SVD-25-04 (Dorset Community Safety Partnership), Q2 2025/26"
        in leading.get(PAGE).text
    )
    assert "attached to this claim already, as a.pdf" in leading.post(PAGE, **with_file(PDF, "b.pdf")).text
    assert len(files(session)) == 2


NAMES = {
    "../../etc/passwd": "passwd.png",
    'a"; filename="evil.html': "a_filename_evil.html.png",
    "a\r\nX-Planted: yes.html": "a_0D_0AX-Planted_yes.html.png",
    "<script>alert(1)</script>.html": "script_.html.png",
}


def test_names_do_no_harm(session: Session, leading: FlaskClient, begun: str) -> None:
    for number, (name, kept) in enumerate(NAMES.items()):
        leading.post(PAGE, **with_file(PNG + bytes([number]), name))
        file = leading.get(f"{PAGE}/{files(session)[-1].id}")
        assert file.headers["Content-Disposition"].endswith(kept), name
        assert file.headers["Content-Type"] == "image/png"
        assert "X-Planted" not in file.headers
    page = leading.get(PAGE).text
    assert "<script>alert" not in page
    assert "passwd is attached as passwd.png: its name now says what is in it." in page


def test_others_see_the_files_and_that_they_do_is_on_record(
    session: Session, signed_in: SignedIn, award: Award, lead: Person
) -> None:
    claim = make.claim(session, award, Q2, status=ClaimStatus.SUBMITTED, by=lead)
    kept = make.evidence(session, claim)
    officer, neighbour = signed_in(Role.CSP_OFFICER), signed_in(Role.CSP_OFFICER, csp=make.csp(session, "bcp"))
    page = officer.get(PAGE)
    assert "invoice.pdf" in page.text
    assert "Attach a file" not in page.text
    assert "Remove" not in page.text
    assert officer.get(f"{PAGE}/{kept.id}").status_code == 200
    (noted,) = session.scalars(select(PersonalReading))
    assert (noted.what, noted.about) == ("Evidence of SVD-25-03, Q2 2025/26: invoice.pdf", lead.mark)
    assert neighbour.get(f"{PAGE}/{kept.id}").status_code == 404


def test_a_member_is_told_which_files_there_are_and_saves_none(
    session: Session, signed_in: SignedIn, award: Award, lead: Person
) -> None:
    kept = make.evidence(session, make.claim(session, award, Q2, status=ClaimStatus.SUBMITTED, by=lead))
    member = signed_in(Role.CSP_MEMBER)
    claim = member.get(Q2_PAGE).text
    assert "invoice.pdf" in claim
    assert "/evidence/" not in claim
    assert member.get(f"{PAGE}/{kept.id}").status_code == 403


def test_a_file_of_another_claim_does_not_open_through_ones_own(
    session: Session, leading: FlaskClient, award: Award
) -> None:
    other = make.award(session, make.proposal(session, "SVD-25-04", asks={"non-labour": Decimal("100.00")}))
    kept = make.evidence(session, make.claim(session, other, Q2, status=ClaimStatus.DRAFT))
    make.claim(session, award, Q2, status=ClaimStatus.DRAFT)
    session.commit()
    assert leading.get(f"{PAGE}/{kept.id}").status_code == 404
    assert leading.post(f"{PAGE}/{kept.id}/remove").status_code == 404
    assert len(files(session)) == 1


def test_a_claim_that_was_sent_says_that_nothing_can_be_attached(
    session: Session, leading: FlaskClient, award: Award, lead: Person
) -> None:
    kept = make.evidence(session, make.claim(session, award, Q2, status=ClaimStatus.SUBMITTED, by=lead))
    session.commit()
    assert "Attach a file" not in leading.get(PAGE).text
    said = "This claim is submitted"
    assert said in read(leading.get(PAGE).text)
    assert read(leading.post(PAGE, **with_file(PNG)).text).count(said) == 1
    assert leading.post(f"{PAGE}/{kept.id}/remove").status_code == 422
    assert len(files(session)) == 1
