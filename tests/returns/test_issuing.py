"""Issuing beside others and under the worst of luck: one return or none, never half of one, on either database."""

import os
import signal
import threading
from collections.abc import Callable
from typing import Any, NoReturn

import pytest
from sqlalchemy import event, func, select
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.errors import PortfolioError, Refused
from portfolio.funding_years.rules import BadStep
from portfolio.history import Author, broken_seals, rows_behind_its_back
from portfolio.people.models import Person
from portfolio.returns import actions
from portfolio.returns.drafting import workbook
from portfolio.returns.models import Return, ReturnAmount
from portfolio.returns.rules import FiguresChanged, ReturnStatus
from portfolio.returns.snapshot import sha256, thaw
from portfolio.spend.approving import approve_claims
from portfolio.spend.models import Claim, LockedQuarter
from portfolio.spend.rules import ClaimStatus
from tests.conftest import NOW
from tests.make import Q1
from tests.returns.conftest import Scene
from tests.returns.test_actions import claim_of

FAY = Author("fay@example.org", NOW, "Issued a return")
WHERE_IT_DIES = ("assemble", "workbook", "freeze", "lock_claims", "before_commit", "after_commit")
"""The moments of issuing: nothing done yet, the file, the snapshot, all but the claims, all of it, and confirmed."""


def issue(database: Database, number: int, finance: int, listen: Callable[[Session], None] = lambda _: None) -> None:
    """Finance issues a return in a transaction of its own, as a page does."""
    with database.writing(FAY) as session:
        listen(session)
        row, by = session.get_one(Return, number), session.get_one(Person, finance)
        actions.issue_return(session, row, by=by, at=NOW)


def outcome(deed: Callable[[], object]) -> str:
    """What came of it, in a word."""
    try:
        deed()
    except Refused as error:
        return type(error.errors[0]).__name__
    except PortfolioError as error:
        return type(error).__name__
    return "done"


@pytest.fixture
def waiting(scene: Scene) -> tuple[int, int]:
    """A certified return of Q1, and a claim of Q1 that was sent and is not in it."""
    claim = claim_of(scene, "SVD-25-01", Q1)
    claim.status, claim.approved_by_id, claim.approved_at = ClaimStatus.SUBMITTED, None, None
    scene.session.commit()
    return scene.certify(scene.prepare(Q1)).id, claim.id


@pytest.mark.parametrize("first", ["the approval", "the return"])
def test_a_claim_is_approved_while_its_quarter_is_issued(
    scene: Scene, database: Database, waiting: tuple[int, int], monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    number, claim_id = waiting
    finance, under_way, outcomes = scene.finance.id, threading.Event(), {}

    def approve() -> None:
        with database.writing(Author("fay@example.org", NOW, "Approved a claim")) as session:
            claim = session.get_one(Claim, claim_id)
            approve_claims(session, [claim], {claim.id: claim.edition}, by_id=finance, now=NOW)
            under_way.set()

    def write_slowly(content: Any) -> bytes:
        under_way.set()
        return workbook(content)

    monkeypatch.setattr(actions, "workbook", write_slowly)
    deeds = {"the approval": approve, "the return": lambda: issue(database, number, finance)}
    second = next(name for name in deeds if name != first)

    def go(name: str) -> None:
        outcomes[name] = outcome(deeds[name])

    threads = [threading.Thread(target=go, args=[first]), threading.Thread(target=go, args=[second])]
    threads[0].start()
    assert under_way.wait(30), "the first never came as far as that"
    threads[1].start()
    for thread in threads:
        thread.join()
    scene.session.expire_all()
    row, claim = scene.session.get_one(Return, number), scene.session.get_one(Claim, claim_id)
    if first == "the approval":
        assert outcomes == {"the approval": "done", "the return": FiguresChanged.__name__}
        assert (row.status, row.file, claim.status) == (ReturnStatus.CERTIFIED, None, ClaimStatus.APPROVED)
    else:
        assert outcomes["the return"] == "done"
        assert outcomes["the approval"] != "done"
        assert (row.status, claim.status) == (ReturnStatus.ISSUED, ClaimStatus.SUBMITTED)
        told = {one.reference: one.claim_status for one in thaw(row.snapshot or "").interventions}
        assert told["SVD-25-01"] == "Submitted"


def test_killed_at_any_moment_it_leaves_one_return_or_none(scene: Scene, database: Database) -> None:
    number, finance = scene.certify(scene.prepare(Q1)).id, scene.finance.id
    approved = of_claims(scene)
    scene.session.commit()
    for moment in WHERE_IT_DIES:
        dies_at(moment, database.url, number, finance)
        scene.session.expire_all()
        row = scene.session.get_one(Return, number)
        amounts = scene.session.scalar(select(func.count(ReturnAmount.id)))
        locks = scene.session.scalar(select(func.count(LockedQuarter.id)))
        if moment == "after_commit":
            assert (row.status, amounts, locks) == (ReturnStatus.ISSUED, 2, 2)
            assert (sha256(row.file or b""), sha256(row.snapshot or "")) == (row.file_sha256, row.snapshot_sha256)
            assert of_claims(scene)["returned"] == 7
        else:
            assert (row.status, row.file, row.snapshot, amounts, locks) == (ReturnStatus.CERTIFIED, None, None, 0, 0)
            assert of_claims(scene) == approved
        assert list(broken_seals(scene.session)) == []
        assert list(rows_behind_its_back(scene.session)) == []
        scene.session.commit()


def of_claims(scene: Scene) -> dict[str, int]:
    """How many claims of the quarter stand where."""
    rows = scene.session.execute(select(Claim.status, func.count()).where(Claim.quarter == Q1).group_by(Claim.status))
    return {status.value: number for status, number in rows}


def dies_at(moment: str, url: str, number: int, finance: int) -> None:
    """A process of its own issues the return and is killed at a moment."""
    child = os.fork()
    if child == 0:
        try:
            _die(moment, url, number, finance)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL, f"it was not killed at {moment}"


def _die(moment: str, url: str, number: int, finance: int) -> None:
    def now(*_args: object, **_more: object) -> NoReturn:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError

    if hasattr(actions, moment):
        setattr(actions, moment, now)
        issue(Database(url), number, finance)
    else:
        issue(Database(url), number, finance, lambda session: event.listen(session, moment, now))


def test_issuing_twice_at_once_gives_one_return(scene: Scene, database: Database) -> None:
    number, finance = scene.certify(scene.prepare(Q1)).id, scene.finance.id
    start, outcomes = threading.Barrier(2), []

    def go() -> None:
        start.wait()
        outcomes.append(outcome(lambda: issue(database, number, finance)))

    threads = [threading.Thread(target=go) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [BadStep.__name__, "done"]
    scene.session.expire_all()
    assert len(scene.session.scalars(select(ReturnAmount)).all()) == 2


def test_a_return_that_fails_half_way_leaves_nothing(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    row = scene.certify(scene.prepare(Q1))

    def broken(*_args: object, **_more: object) -> None:
        raise RuntimeError("the power went")

    monkeypatch.setattr(actions, "lock_claims", broken)
    with pytest.raises(RuntimeError):
        scene.issue(row)
    scene.session.rollback()
    assert (row.status, row.file, row.snapshot, row.amounts) == (ReturnStatus.CERTIFIED, None, None, [])
    monkeypatch.undo()
    assert scene.issue(row).status is ReturnStatus.ISSUED
