"""A process that enters claims as fast as it can, and writes down what was confirmed to it; others do so beside it.

It is called by `test_three_processes` and `test_killed`, and by `tests/benchmarks/three_processes.py`.
"""

import json
import multiprocessing
import os
import random
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from multiprocessing.context import ForkServerContext
from pathlib import Path
from typing import Any

from sqlalchemy import func, select, type_coerce
from sqlalchemy.orm import Session

from portfolio.db import Database, Pence
from portfolio.decisions.models import Award
from portfolio.errors import PortfolioError
from portfolio.funding_years.models import CspAllocation
from portfolio.history import Author, broken_seals, rows_behind_its_back
from portfolio.money import ZERO, from_pence, to_pence
from portfolio.people.rules import Role
from portfolio.quarters import Quarter
from portfolio.spend.checks import Contents
from portfolio.spend.claiming import find_claim, submit_claim
from portfolio.spend.models import Claim, ClaimLine
from portfolio.spend.rules import RAG, ClaimStatus, Line
from tests import make, stories
from tests.conftest import NOW
from tests.make import Q1, Q2, Q3
from tests.saving import save_claim
from tests.story import told

CSPS, TODAY = 2, NOW.date()


def processes() -> ForkServerContext:
    """Processes of their own, made from a clean one that has imported what they need."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__, "portfolio.tables"])
    return context


def set_the_scene(database: Database, folder: Path, awards: int) -> int:
    """Awards of partnerships whose allocation is half of them; the number of the person who claims."""
    story = stories.story(csps=CSPS, awards=awards, quarters=0)
    story["programme"]["tolerance_percent"] = 100
    [year] = story["years"]
    year["csp"] = {key: {of: (pence + 1) // 2 for of, pence in given.items()} for key, given in year["csp"].items()}
    year["allocation"] = {of: sum(given[of] for given in year["csp"].values()) for of in year["allocation"]}
    story["programme"]["categories"] = ["training"]
    assert told.faults(database, stories.write(folder, story)) == []
    with database.writing(Author("a test", NOW, "Added a lead")) as session:
        return make.person(session, Role.LEAD).id


@dataclass(frozen=True)
class Confirmed:
    """What was told to a process as kept: a claim's edition, its pounds, and whether it was sent."""

    award_id: int
    quarter: int
    edition: int
    pence: int
    sent: bool


class Journal:
    """A file that keeps what it was told, also when the process is killed the moment after."""

    def __init__(self, file: Path) -> None:
        self.file = file

    def note(self, **what: Any) -> None:
        """Write a line, and wait until it is kept."""
        line = (json.dumps(what) + "\n").encode()
        descriptor = os.open(self.file, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
        try:
            os.write(descriptor, line)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def lines(self) -> list[dict[str, Any]]:
        """What was noted; a line that was cut off was never confirmed to anybody."""
        written = self.file.read_text(encoding="utf-8") if self.file.exists() else ""
        return [json.loads(line) for line in written.split("\n")[:-1]]

    def confirmed(self) -> list[Confirmed]:
        """What was confirmed, in order."""
        return [Confirmed(**line) for line in self.lines() if "edition" in line]


def enter(url: str, person_id: int, number: int, of: int, seconds: float, file: Path, seed: int = 0) -> None:
    """One process: saves each claim of its awards twice and sends it, until its time is up or all are sent."""
    journal, chance = Journal(file), random.Random(number + seed)  # noqa: S311 - figures to tell apart, not secrets
    database = Database(url)
    until = time.monotonic() + seconds
    try:
        for quarter in (Q1, Q2, Q3):
            for award_id in _not_sent_yet(database, quarter):
                for step in (_save, _save, _send):
                    if time.monotonic() > until:
                        return
                    if award_id % of == number:
                        step(database, journal, chance, person_id, award_id, quarter)
    except Exception as error:  # whatever went wrong is told to the test
        journal.note(error=repr(error))
    finally:
        database.close()


def _not_sent_yet(database: Database, quarter: Quarter) -> list[int]:
    sent = select(Claim.award_id).where(Claim.quarter == quarter, Claim.status == ClaimStatus.SUBMITTED)
    with database.reading() as session:
        return list(session.scalars(select(Award.id).where(Award.id.not_in(sent)).order_by(Award.id)))


def _save(
    database: Database, journal: Journal, chance: random.Random, _person_id: int, award_id: int, quarter: Quarter
) -> None:
    with database.writing(Author("a lead", datetime.now(NOW.tzinfo), "Saved a claim")) as session:
        award = session.get_one(Award, award_id)
        contents = _contents(award, quarter, chance)
        claim = save_claim(session, award, quarter, contents, today=TODAY)
        told = Confirmed(award_id, _number(quarter), claim.edition, to_pence(contents.total), sent=False)
    journal.note(**vars(told))


def _send(
    database: Database, journal: Journal, _chance: random.Random, person_id: int, award_id: int, quarter: Quarter
) -> None:
    now = datetime.now(NOW.tzinfo)
    try:
        with database.writing(Author("a lead", now, "Sent a claim")) as session:
            award = session.get_one(Award, award_id)
            claim = find_claim(session, award, quarter)
            assert claim is not None
            sent = submit_claim(session, award, quarter, claim.edition, by_id=person_id, now=now, today=TODAY)
            pence = to_pence(sum((line.amount for line in sent.lines), ZERO))
            told = Confirmed(award_id, _number(quarter), sent.edition, pence, sent=True)
    except PortfolioError as error:
        journal.note(refused=[each.code for each in error.each()])
        return
    journal.note(**vars(told))


def _number(quarter: Quarter) -> int:
    return quarter.year.start * 10 + quarter.number


def _contents(award: Award, quarter: Quarter, chance: random.Random) -> Contents:
    """A claim that can be sent as it stands, of up to the whole award: twice what all of them may claim together."""
    [line] = award.lines
    stream, most = line.stream.name, to_pence(line.amount)
    return Contents(
        lines=(Line(stream, "training", from_pence(chance.randrange(most // 2, most))),),
        forecasts={(stream, later): ZERO for later in quarter.remaining()},
        match_spent=ZERO,
        narrative="On track.",
        delivery_rag=RAG.GREEN,
        spend_rag=RAG.AMBER,
        variance_explanation="Spent as invoiced.",
    )


def lost(session: Session, confirmed: Iterable[Confirmed]) -> list[str]:
    """What was confirmed and is not there, or is there otherwise."""
    last = {(one.award_id, one.quarter): one for one in confirmed}
    there = {(claim.award_id, _number(claim.quarter)): claim for claim in session.scalars(select(Claim)).unique()}
    faults = []
    for key, told_ in last.items():
        claim = there.get(key)
        if claim is None or claim.edition < told_.edition or (told_.sent and claim.status is not ClaimStatus.SUBMITTED):
            faults.append(f"{told_} is lost")
        elif (
            claim.edition == told_.edition and to_pence(sum((line.amount for line in claim.lines), ZERO)) != told_.pence
        ):
            faults.append(f"{told_} is altered")
    return faults


def sent_total(session: Session) -> Decimal:
    """All that was sent, in pounds, summed by the database."""
    total = select(type_coerce(func.coalesce(func.sum(ClaimLine.amount), 0), Pence)).join(Claim)
    return session.scalars(total.where(Claim.status == ClaimStatus.SUBMITTED)).one()


def proofs(session: Session) -> list[str]:
    """What is wrong with the record and its rows, and which partnership claimed more than it has."""
    allocated: dict[tuple[int, int], Decimal] = {
        (share.csp_id, share.stream_allocation.stream_id): share.amount
        for share in session.scalars(select(CspAllocation))
    }
    claimed = session.execute(
        select(Award.csp_id, ClaimLine.stream_id, type_coerce(func.sum(ClaimLine.amount), Pence))
        .join(Claim, Claim.id == ClaimLine.claim_id)
        .join(Award, Award.id == Claim.award_id)
        .where(Claim.status == ClaimStatus.SUBMITTED)
        .group_by(Award.csp_id, ClaimLine.stream_id)
    )
    too_much = [f"{csp} {stream}: {sum_}" for csp, stream, sum_ in claimed if sum_ > allocated[csp, stream]]
    return [*broken_seals(session), *rows_behind_its_back(session), *too_much]
