"""Evidence is attached, linked to lines and removed; the same file proves one claim; its bytes stay what they were."""

from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import event, select
from sqlalchemy.exc import InvalidRequestError
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.decisions.models import Award
from portfolio.errors import NotFound, PortfolioError
from portfolio.history import Author, HistoryEntry, broken_seals, rows_behind_its_back
from portfolio.people.rules import Within
from portfolio.quarters import Quarter
from portfolio.spend import evidence as rules
from portfolio.spend.attaching import Attached, attach, remove
from portfolio.spend.claiming import faults_of, find_claim, get_claim
from portfolio.spend.files import altered, content_of, evidence_of, get_evidence
from portfolio.spend.models import Claim, Evidence
from portfolio.spend.rules import ClaimStatus
from portfolio.uploads.kinds import IS_PAGE
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2, Q3
from tests.refused import codes, sentences
from tests.tampering import by_hand
from tests.uploads.samples import PDF, PNG

TODAY = NOW.date()
EVERYTHING = Within(everything=True)


def attached(session: Session, award: Award, quarter: Quarter = Q2, content: bytes = PDF, **changes: Any) -> Attached:
    """A file that its lead attaches to a quarter."""
    told: dict[str, Any] = {"name": "invoice.pdf", "lines": [], "within": EVERYTHING, **changes}
    by_id = award.lead_person_id or make.person(session).id
    done = attach(session, award, quarter, content=content, by_id=by_id, now=NOW, today=TODAY, **told)
    session.commit()
    return done


def codes_now(session: Session, award: Award, claim: Claim) -> list[str]:
    """What stands in the way of sending a claim, of rule E7."""
    return [fault.sentence for fault in faults_of(session, award, claim, TODAY) if fault.code == "E7"]


def test_the_first_file_begins_the_claim(session: Session) -> None:
    award = make.award(session)
    found = attached(session, award).evidence
    claim = get_claim(session, award, Q2)
    assert (claim.status, claim.edition, claim.lines) == (ClaimStatus.DRAFT, 1, [])
    assert (found.claim_id, found.name, found.media_type, found.size) == (
        claim.id,
        "invoice.pdf",
        "application/pdf",
        len(PDF),
    )
    assert found.attached_at == NOW
    attached(session, award, content=PNG, name="scan.pdf")
    assert [each.name for each in evidence_of(session, claim)] == ["invoice.pdf", "scan.pdf.png"]
    assert get_claim(session, award, Q2).edition == 1, "no words of anybody are overwritten"
    assert list(evidence_of(session, None)) == []


def test_a_file_is_for_lines_and_lists_read_no_bytes(session: Session) -> None:
    award = make.award(session)
    claim = make.claim(session, award, Q2, status=ClaimStatus.DRAFT)
    line = claim.lines[0]
    attached(session, award, lines=[(line.stream_id, line.category_id)])
    session.expire_all()
    statements: list[str] = []
    event.listen(session.get_bind(), "before_cursor_execute", lambda *told: statements.append(told[2]))
    (listed,) = evidence_of(session, claim)
    assert [(each.stream.name, each.category.name) for each in listed.lines] == [("labour", "pay and on-costs")]
    assert not any("content" in statement for statement in statements)
    with pytest.raises(InvalidRequestError, match="content"):
        _ = listed.content
    assert content_of(session, listed) == PDF


def test_a_file_is_removed_while_the_claim_is_open_and_history_knows_what_it_was(session: Session) -> None:
    award = make.award(session)
    claim = make.claim(session, award, Q2, status=ClaimStatus.DRAFT)
    line = claim.lines[0]
    found = attached(session, award, lines=[(line.stream_id, line.category_id)]).evidence
    with pytest.raises(NotFound):
        remove(session, award, Q2, found.id + 1)
    make.claim(session, award, Q1)
    with pytest.raises(NotFound):
        get_evidence(session, award, Q1, found.id)
    session.expire_all()
    digest = found.sha256
    assert remove(session, award, Q2, found.id) == "invoice.pdf"
    session.commit()
    assert make.count_of(session, Evidence) == 0
    (entry,) = session.scalars(
        select(HistoryEntry).where(HistoryEntry.record == "evidence", HistoryEntry.change == "removed")
    )
    assert f'"content":"sha256:{digest}"' in entry.before
    assert list(broken_seals(session)) == list(rows_behind_its_back(session)) == []


def test_a_claim_that_is_not_open_gets_and_loses_nothing(session: Session) -> None:
    award = make.award(session)
    claim = make.claim(session, award, Q2, status=ClaimStatus.SUBMITTED)
    number = make.evidence(session, claim).id
    session.commit()
    for deed in (lambda: attached(session, award, content=PNG), lambda: remove(session, award, Q2, number)):
        assert ["submitted" in sentence for sentence in sentences(deed)] == [True]
        session.rollback()
    make.claim(session, award, Q1)
    make.lock(session, award, Q1)
    session.commit()
    assert "locked" in sentences(lambda: attached(session, award, Q1))[0]
    session.rollback()
    assert codes(lambda: attached(session, award, Q3.year.quarters[3])) == ["E4"]


def test_what_a_claim_cannot_take(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    award = make.award(session)
    assert sentences(lambda: attached(session, award, content=b"<html>", name="invoice.pdf")) == [IS_PAGE]
    assert find_claim(session, award, Q2) is None, "what is refused begins nothing"
    attached(session, award)
    assert sentences(lambda: attached(session, award, name="copy.pdf")) == [
        "This very file is attached to this claim already, as invoice.pdf. Choose another one"
    ]
    session.rollback()
    monkeypatch.setattr(rules, "MOST_FILES", 1)
    assert "files" in sentences(lambda: attached(session, award, content=PNG))[0]


def test_e7_a_file_that_proves_a_claim_which_was_sent(session: Session) -> None:
    first = make.award(session)
    second = make.award(session, make.proposal(session, "SVD-25-02"))
    sent = make.claim(session, first, Q1, status=ClaimStatus.QUERIED)
    make.evidence(session, sent, PDF)
    session.commit()
    refused = "invoice.pdf is evidence of {}, which was sent. If one bill is shared between claims, attach to each a "
    named = "SVD-25-01 (Dorset Community Safety Partnership), Q1 2025/26"
    for within, which in ((EVERYTHING, named), (Within(lead_id=0), "another project’s claim")):
        assert sentences(lambda within=within: attached(session, second, within=within)) == [  # type: ignore[misc]
            f"{refused.format(which)}statement of its own part"
        ]
        session.rollback()


def test_e7_is_asked_again_when_a_claim_is_sent(session: Session) -> None:
    lead = make.person(session)
    awards = [
        make.award(session, make.proposal(session, f"SVD-25-0{number}"), lead_person=lead) for number in (1, 2, 3)
    ]
    awards[2].lead_person = make.person(session)
    for award in awards:
        done = attached(session, award, within=Within(lead_id=lead.id))
    assert done.warning is not None
    assert done.warning.startswith("This very file is also attached to the draft of SVD-25-01 (Dorset Community")
    claims = [get_claim(session, award, Q2) for award in awards]
    assert [codes_now(session, award, claim) for award, claim in zip(awards, claims, strict=True)] == [[], [], []]
    claims[0].status, claims[0].match_spent = ClaimStatus.SUBMITTED, Decimal("0.00")
    session.commit()
    named = [
        codes_now(session, award, claim)[0].partition(",")[0]
        for award, claim in zip(awards[1:], claims[1:], strict=True)
    ]
    assert named == [
        "invoice.pdf is evidence of SVD-25-01 (Dorset Community Safety Partnership)",
        "invoice.pdf is evidence of another project’s claim",
    ]
    assert codes_now(session, awards[0], claims[0]) == []


def test_two_requests_with_the_same_file_make_one_row(session: Session, database: Database) -> None:
    award = make.award(session)
    person = make.person(session)
    award_id, by_id = award.id, person.id
    session.commit()

    def send(_number: int) -> str:
        try:
            with database.writing(Author("Ann", NOW, "Attached evidence")) as own:
                there = own.get_one(Award, award_id)
                told: dict[str, Any] = {"by_id": by_id, "within": EVERYTHING, "now": NOW, "today": TODAY}
                attach(own, there, Q2, "invoice.pdf", PDF, [], **told)
        except PortfolioError as error:
            return error.sentence
        return "attached"

    with ThreadPoolExecutor(4) as threads:
        told = sorted(threads.map(send, range(4)))
    assert told == ["This very file is attached to this claim already, as invoice.pdf. Choose another one"] * 3 + [
        "attached"
    ]
    assert (make.count_of(session, Evidence), make.count_of(session, Claim)) == (1, 1)


@pytest.mark.parametrize(
    "changed", ["content = 'x'", "size = size + 1", "sha256 = 'x'"], ids=["content", "size", "sha256"]
)
def test_a_byte_that_changes_behind_the_records_back_is_named(session: Session, changed: str) -> None:
    award = make.award(session)
    number = attached(session, award).evidence.id
    assert list(altered(session)) == []
    by_hand(session, f"UPDATE evidence SET {changed}")
    assert list(altered(session)) == [
        f"evidence {number}, invoice.pdf, of SVD-25-01 (Dorset Community Safety Partnership), Q2 2025/26, "
        "is not the file that was sent. Bring it back from a backup"
    ]
    assert f"evidence {number}" in next(rows_behind_its_back(session))
