"""Preparing a return and preparing it again: which quarter, which figures, which version; drafts and statements."""

import threading
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.errors import PortfolioError, Refused
from portfolio.history import Author
from portfolio.money import share_evenly
from portfolio.people.models import Person
from portfolio.returns import actions, drafting
from portfolio.returns.models import Return
from portfolio.returns.rules import ReturnKind, ReturnStatus
from portfolio.returns.snapshot import thaw
from reports.totals import summary_totals
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2, Q3
from tests.returns.conftest import Scene
from tests.returns.test_actions import claim_of, refused
from tests.tampering import by_hand

LATER = datetime(2025, 11, 3, 9, tzinfo=UTC)


def test_the_same_figures_give_the_same_file(scene: Scene) -> None:
    drafts = [drafting.draft_file(scene.session, scene.year, Q2, ReturnKind.OPCC) for _ in range(2)]
    assert drafts[0] == drafts[1]
    assert drafts[0][0] == "OPCC_2025-26_Q2.xlsx"


def test_e8_refuses_a_quarter_before_the_one_before_it(scene: Scene) -> None:
    with pytest.raises(Refused) as error:
        scene.prepare(Q2)
    assert refused(error) == [("E8", "Q1 2025/26 is not issued yet. Issue the earlier quarter first")]
    scene.prepare(Q1)
    with pytest.raises(Refused):
        scene.prepare(Q2)


def test_a_quarter_that_is_not_over_is_only_drafted(scene: Scene) -> None:
    scene.issued(Q1)
    scene.issued(Q2)
    with pytest.raises(Refused, match="Q3 2025/26 ends on 31 December 2025"):
        scene.prepare(Q3)


def test_preparing_again_takes_the_figures_of_now_and_needs_a_new_signature(scene: Scene) -> None:
    row = scene.certify(scene.prepare(Q1))
    before = row.figures
    claim_of(scene, "SVD-25-01", Q1).narrative = "Another story."
    scene.session.commit()
    again = scene.prepare(Q1, at=LATER)
    assert again is row
    assert (row.status, row.version, row.prepared_at) == (ReturnStatus.PREPARED, 1, LATER)
    assert row.figures != before
    assert (row.certified_by, row.certified_by_id, row.certified_role, row.certified_on, row.certificate) == (None,) * 5


def test_a_new_version_needs_a_reason_and_hides_nothing(scene: Scene) -> None:
    first = scene.issued(Q1)
    with pytest.raises(Refused, match="Say why a new version is needed"):
        scene.prepare(Q1)
    second = scene.issued(Q1, at=LATER, reason="A measure came in late.")
    assert second is not first
    assert (second.version, second.file_name) == (2, "OPCC_2025-26_Q1_v2.xlsx")
    cover = thaw(second.snapshot or "").cover
    assert (cover.version, cover.supersedes, cover.reason) == (2, "Version 1", "A measure came in late.")
    assert (first.status, first.version, first.file_name) == (ReturnStatus.ISSUED, 1, "OPCC_2025-26_Q1.xlsx")
    scene.issued(Q2, at=LATER)
    with pytest.raises(Refused, match="Version 1 was replaced by version 2"):
        actions.forward_return(scene.session, first, by=scene.opcc, at=LATER)


def test_a_new_version_keeps_its_reason_when_it_is_prepared_again(scene: Scene) -> None:
    scene.issued(Q1)
    row = scene.prepare(Q1, reason="A measure came in late.")
    assert scene.prepare(Q1).reason == "A measure came in late."
    assert scene.prepare(Q1, reason="Two measures did.").reason == "Two measures did."
    assert row.version == 2


def test_e10_refuses_what_the_returns_before_do_not_say(scene: Scene) -> None:
    scene.issued(Q1)
    by_hand(scene.session, "UPDATE return_amount SET amount = amount + 1 WHERE amount = 2766878")
    with pytest.raises(Refused) as error:
        scene.prepare(Q2)
    assert refused(error) == [
        (
            "E10",
            "labour, Q1 2025/26: claims and corrections, and the issued return: £27,668.78 against £27,668.79, "
            "difference −£0.01",
        )
    ]


def test_a_draft_bears_names_only_while_its_figures_stand(scene: Scene) -> None:
    row = scene.certify(scene.prepare(Q1))
    content = drafting.draft(scene.session, scene.year, Q1, ReturnKind.OPCC, None, row)
    assert (content.cover.status, content.cover.prepared_by, content.certification.name) == (
        "draft", "Fay Lund", "Cliff Ames",
    )  # fmt: skip
    claim_of(scene, "SVD-25-01", Q1).narrative = "Another story."
    scene.session.commit()
    content = drafting.draft(scene.session, scene.year, Q1, ReturnKind.OPCC, None, row)
    assert (content.cover.prepared_by, content.certification.name) == (None, None)


def test_files_of_drafts_and_statements(scene: Scene) -> None:
    assert drafting.draft_file(scene.session, scene.year, Q2, ReturnKind.CSP, scene.csp("bcp"))[0] == (
        "CSP-bcp_2025-26_Q2.xlsx"
    )
    name, workbook = drafting.statement_file(scene.session, scene.year)
    assert (name, workbook[:2]) == ("Statement_2025-26.xlsx", b"PK")
    with pytest.raises(PortfolioError, match="made for Q4, not Q2"):
        drafting.statement_file(scene.session, scene.year, Q2)
    scene.issued(Q1)
    scene.prepare(Q1, reason="A measure came in late.")
    assert drafting.draft_file(scene.session, scene.year, Q1, ReturnKind.OPCC)[0] == "OPCC_2025-26_Q1_v2.xlsx"


def test_a_share_of_thirty_two_that_does_not_divide_adds_up(session: Session) -> None:
    whole = Decimal("932764.00")
    keys = [f"borough-{number:02d}" for number in range(32)]
    shares = dict(zip(keys, share_evenly(whole, 32), strict=True))
    year = make.funding_year(session, allocations={"labour": shares})
    for key, amount in shares.items():
        proposal = make.proposal(session, f"SVD-{key}", csps=(key,), asks={"labour": amount})
        award = make.award(session, proposal, csp=key)
        make.claim(session, award, lines={("labour", "training"): award.lines[0].profile[0].amount})
    session.commit()
    name, _ = drafting.draft_file(session, year, Q1, ReturnKind.OPCC)
    totals = summary_totals(drafting.draft(session, year, Q1, ReturnKind.OPCC, None, None))
    assert name == "OPCC_2025-26_Q1.xlsx"
    assert (totals.overall.allocation, totals.overall.awarded, totals.overall.outturn) == (whole, whole, whole)


def test_preparing_twice_at_once_gives_one_version(scene: Scene, database: Database) -> None:
    year, finance = scene.year.id, scene.finance.id
    start, errors = threading.Barrier(2), []

    def prepare() -> None:
        start.wait()
        try:
            with database.writing(Author("fay@example.org", NOW, "Prepared a return")) as session:
                by = session.get_one(Person, finance)
                actions.prepare_return(
                    session, session.get_one(type(scene.year), year), Q1, ReturnKind.OPCC, by=by, at=NOW
                )
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=prepare) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    [row] = scene.session.scalars(select(Return)).all()
    assert (row.version, row.status) == (1, ReturnStatus.PREPARED)
