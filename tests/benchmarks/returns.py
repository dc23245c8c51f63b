"""What leaves the house costs, with 900 awards of 200 partnerships: `python -m tests.benchmarks.returns`.

Prints CPU and the memory taken at the peak for issuing an OPCC return, for laying open and filling an ordinary and a
big funder's form from it, and for the year's audit pack. Exits 1 above a bar.
"""

import gc
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio import migrations
from portfolio.audit_pack.packing import pack
from portfolio.cli import COLLECT_AFTER
from portfolio.commands.blank import claim_form
from portfolio.config import Config
from portfolio.db import Database
from portfolio.funder_forms import filling, showing
from portfolio.funder_forms.bindings import Binding
from portfolio.funder_forms.figures import Source
from portfolio.funding_years.models import FundingYear
from portfolio.history import Author
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.quarters import FinancialYear
from portfolio.returns.rules import ReturnKind
from portfolio.returns.snapshot import thaw
from portfolio.story.actions import load
from portfolio.uploads.outline import outline
from tests import make, stories
from tests.benchmarks.issued import follow, issued
from tests.benchmarks.pages import NOW

AWARDS, CSPS = 900, 200
BARS = {
    "Issue an OPCC return": (5.0, 80),
    "Outline of an ordinary form": (0.1, 5),
    "Fill an ordinary form": (0.2, 10),
    "Outline of a form of 1,000 rows": (0.3, 10),
    "Fill a form of 1,000 rows": (1.0, 40),
    "Audit pack of the year": (3.0, 40),
}
"""Seconds of CPU, and megabytes."""
Q1, Q2, _, _ = FinancialYear(2025).quarters
Made = TypeVar("Made")
late: list[str] = []


def main() -> int:
    """Tell the world, and measure each thing."""
    gc.set_threshold(COLLECT_AFTER)
    with tempfile.TemporaryDirectory() as folder:
        database = Database(Config.from_environment({"PORTFOLIO_INSTANCE": folder}).database_url)
        migrations.upgrade(database)
        with database.writing(Author("benchmark", NOW, "Told a year")) as session:
            told = stories.write(Path(folder), stories.story(csps=CSPS, awards=AWARDS))
            load(session, told, by="benchmark", now=NOW)
            year = session.scalars(select(FundingYear)).one()
            for role in (Role.FINANCE, Role.CERTIFIER):
                make.person(session, role, area=year.police_area, name=role.value)
        with database.writing(Author("benchmark", NOW, "Returned Q1")) as session:
            follow(session, session.scalars(select(FundingYear)).one(), Q1, *_people(session), NOW)
        _forms(_measure("Issue an OPCC return", lambda: _issue(database)))
        _measure("Audit pack of the year", lambda: _pack(database))
        database.close()
    return 1 if late else 0


def _people(session: Session) -> tuple[Person, Person]:
    """Finance, and who signs."""
    by, signer = session.scalars(select(Person).order_by(Person.id)).all()
    return by, signer


class _UndoneError(Exception):
    """What was issued is not kept, so that it can be issued again."""


def _issue(database: Database) -> str:
    """Prepare, check, certify and issue the second quarter; returns the snapshot."""
    with suppress(_UndoneError), database.writing(Author("benchmark", NOW, "Issued a return")) as session:
        year = session.scalars(select(FundingYear)).one()
        snapshot = issued(session, year, Q2, ReturnKind.OPCC, *_people(session), NOW).snapshot or ""
        raise _UndoneError
    return snapshot


def _pack(database: Database) -> None:
    with database.reading() as session, tempfile.TemporaryFile() as out:
        pack(session, session.scalars(select(FundingYear)).one(), out, with_evidence=True)


def _forms(snapshot: str) -> None:
    """An ordinary form asks for streams only; the big one for every intervention too."""
    source = Source(thaw(snapshot))
    for name, rows in (("an ordinary form", 12), ("a form of 1,000 rows", 1000)):
        blank = claim_form(projects=rows)
        looks = _measure(f"Outline of {name}", lambda blank=blank: outline(blank))  # type: ignore[misc]
        binding = showing.by_labels(looks, source, Binding())
        if rows < AWARDS:
            for table in binding.tables:
                binding = binding.without_table((table.sheet, table.first_row))
        _measure(f"Fill {name}", lambda b=binding, f=blank, o=looks: filling.fill_in(f, o, source, b))  # type: ignore[misc]


def _measure(name: str, work: Callable[[], Made]) -> Made:
    """Do something twice: the second time memory is looked at, which takes longer."""
    started = time.process_time()
    made = work()
    seconds = time.process_time() - started
    tracemalloc.start()
    work()
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    most_seconds, most_megabytes = BARS[name]
    is_late = seconds > most_seconds or megabytes > most_megabytes
    late.extend([name] if is_late else [])
    print(f"{seconds:7.2f} s {megabytes:7.1f} MB  {name}{'  over the bar' if is_late else ''}", flush=True)
    return made


if __name__ == "__main__":
    sys.exit(main())
