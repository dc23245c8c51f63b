"""Several processes enter claims at once, as several servers would: nothing is lost, and nobody is shown an error."""

import itertools
import os
import random
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from multiprocessing import get_context
from pathlib import Path

from sqlalchemy.orm import Session

from portfolio.app import create_app
from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.history import broken_seals, rows_behind_its_back
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.spend.checks import Part
from portfolio.spend.claiming import contents_of, find_claim
from portfolio.spend.parts import digest
from tests import make
from tests.conftest import NOW, Visitor
from tests.make import Q2
from tests.pages import value_of

PROCESSES = 3
SECONDS = float(os.environ.get("PORTFOLIO_SECONDS_AT_ONCE", "3"))
"""How long they keep at it; a minute was tried."""
SHARED = "SVD-25-00"
ASKS = {"labour": Decimal("7000.00")}


@dataclass
class Told:
    """What one process was told: what was saved, and answers that are neither that nor "somebody else saved"."""

    errors: list[str]
    saved: dict[str, list[tuple[str, Decimal]]]
    """By award, each amount that was confirmed, and the digest of what stood there when the page was opened."""


@contextmanager
def _browser(config: Config, person_id: int) -> Iterator[Visitor]:
    site = create_app(config, StoppedClock(NOW))
    site.config["WTF_CSRF_ENABLED"] = False
    site.test_client_class = Visitor
    visitor = site.test_client()
    assert isinstance(visitor, Visitor)
    visitor.sign_in_as(Person(id=person_id))
    yield visitor
    site.extensions["portfolio_database"].close()


def enter(instance: Path, url: str, person_id: int, number: int, seconds: float) -> Told:
    """One process: saves its own award's claim, and now and then the one that all of them write."""
    told, turn, chance = Told([], {}), itertools.count(1), random.Random(number)  # noqa: S311 - figures to tell apart, not secrets
    with _browser(Config(instance, url), person_id) as browser:
        until, awards = time.monotonic() + seconds, (SHARED, f"SVD-25-0{number}")
        # On a busy machine the time may be over before each was saved once; then it goes on until it was.
        while time.monotonic() < until or not (told.errors or told.saved.keys() >= set(awards)):
            reference = chance.choice(awards)
            page = f"/spend/{reference}/dorset/2025-26/q2/spend"
            seen = value_of(browser.get(page), "seen")
            amount = Decimal(next(turn) * 10 + number).scaleb(-2)  # none is typed twice, so each digest is one save's
            line = {"stream": "labour", "category": "training", "amount": str(amount)}
            sent = {"seen": seen, "do": "list", **{f"lines-0-{name}": value for name, value in line.items()}}
            answer = browser.post(page, data=sent)
            if answer.status_code == 302:
                told.saved.setdefault(reference, []).append((seen, amount))
            elif "Somebody else saved this page" not in answer.text:
                told.errors.append(f"{answer.status_code} {answer.text[:2000]}")
    return told


def test_nothing_is_lost_and_nobody_sees_an_error(session: Session, config: Config) -> None:
    lead = make.person(session, Role.LEAD)
    references = (SHARED, *(f"SVD-25-0{number}" for number in range(1, PROCESSES + 1)))
    awards = {
        reference: make.award(session, make.proposal(session, reference, asks=ASKS), lead_person_id=lead.id)
        for reference in references
    }
    session.commit()
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as processes:
        every = [
            processes.submit(enter, config.instance, config.database_url, lead.id, number, SECONDS)
            for number in range(1, PROCESSES + 1)
        ]
        tellings = [one.result() for one in every]
    assert [told.errors for told in tellings] == [[]] * PROCESSES
    for reference, award in awards.items():
        confirmed = [pair for told in tellings for pair in told.saved.get(reference, [])]
        opened = [seen for seen, _ in confirmed]
        assert len(set(opened)) == len(opened), "no save was overwritten unseen"
        claim = find_claim(session, award, Q2)
        assert claim is not None
        assert claim.edition == len(confirmed)
        assert digest(contents_of(claim), Part.SPEND) not in opened, "the last save is what stands there"
        assert contents_of(claim).total in {amount for _, amount in confirmed}
    assert list(broken_seals(session)) == []
    assert list(rows_behind_its_back(session)) == []
