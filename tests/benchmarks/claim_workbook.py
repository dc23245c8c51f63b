"""What a workbook of 200 awards, 10 categories each, costs to take back: `python -m tests.benchmarks.claim_workbook`.

Prints CPU, statements and the memory that is taken at the peak, from the upload to every fault found or to the
preview; then what confirming and downloading cost. Exits 1 above a bar.
"""

import gc
import io
import re
import sys
import tempfile
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from flask.testing import FlaskClient
from openpyxl import load_workbook
from sqlalchemy import event

from portfolio import migrations
from portfolio.app import create_app
from portfolio.cli import COLLECT_AFTER
from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.db import Database
from portfolio.funding_years.models import CostCategory
from portfolio.funding_years.rules import DEFAULT_CATEGORIES, OTHER
from portfolio.history import Author
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.spend.rules import RAG
from tests import make
from tests.conftest import Visitor

AWARDS = 200
MOST_SECONDS, MOST_MEGABYTES, MOST_STATEMENTS = 1.5, 150, 20
PAGE = "/spend/workbook/2025-26/q2"
NOW = datetime(2025, 10, 20, 9, tzinfo=UTC)


@dataclass
class Cost:
    """What something took: seconds of CPU, statements, and megabytes at the peak where they were looked at."""

    seconds: float = 0.0
    statements: int = 0
    megabytes: float = 0.0


def main() -> None:
    """Make the awards, download their workbook, and send it back: as it should be, and full of faults."""
    gc.set_threshold(COLLECT_AFTER)
    with tempfile.TemporaryDirectory() as folder:
        config = Config.from_environment({"PORTFOLIO_INSTANCE": folder})
        browser = _world(config)
        made = io.BytesIO()
        with _measured(browser) as cost:
            made.write(browser.get(f"{PAGE}.xlsx").data)
        _print("Downloaded", cost, len(made.getvalue()))
        with _measured(browser) as cost:
            told = _confirm(browser, _upload(browser, _filled(made, 0)))
        _print(f"Saved: {told}", cost)
        late = False
        for name, content in (("every fault", _filled(made, 1, faulty=True)), ("the preview", _filled(made, 1))):
            costs = []
            for _ in range(3):
                with _measured(browser) as cost:
                    _upload(browser, content)
                costs.append(cost)
            with _measured(browser, memory=True) as remembered:
                _, page = _upload(browser, content)
            least = min(costs, key=lambda cost: cost.seconds)
            least.megabytes = remembered.megabytes
            late = late or least.seconds > MOST_SECONDS or least.statements > MOST_STATEMENTS
            late = late or least.megabytes > MOST_MEGABYTES
            told = " ".join(re.findall(r"[0-9,]+ things? in the workbook|[0-9,]+ claims would change", page))
            _print(f"Upload to {name}: {told}", least, len(content))
    sys.exit(1 if late else 0)


def _upload(browser: FlaskClient, content: bytes) -> tuple[str, str]:
    """Where the workbook waits, and the page that says what is wrong or what would change."""
    sent = {"file": (io.BytesIO(content), "claims.xlsx")}
    waits = str(browser.post(PAGE, data=sent, content_type="multipart/form-data").location)
    return waits, browser.get(waits).text


def _confirm(browser: FlaskClient, waiting: tuple[str, str]) -> str:
    seen = re.search(r'name="seen"[^>]*value="(\w+)"', waiting[1])
    answer = browser.post(waiting[0], data={"seen": seen[1] if seen else ""}, follow_redirects=True)
    return " ".join(re.findall(r"[0-9,]+ drafts", answer.text))


@contextmanager
def _measured(browser: FlaskClient, *, memory: bool = False) -> Iterator[Cost]:
    cost = Cost()
    engine = browser.application.extensions["portfolio_database"].engine

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        cost.statements += not statement.startswith(("PRAGMA", "BEGIN"))

    event.listen(engine, "before_cursor_execute", note)
    if memory:
        tracemalloc.start()
    started = time.process_time()
    yield cost
    cost.seconds = time.process_time() - started
    if memory:
        cost.megabytes = tracemalloc.get_traced_memory()[1] / 1024**2
        tracemalloc.stop()
    event.remove(engine, "before_cursor_execute", note)


def _print(what: str, cost: Cost, size: int = 0) -> None:
    took = f"{cost.seconds:6.2f} s of CPU {cost.statements:5} statements"
    peak = f" {cost.megabytes:6.0f} MB at the peak" if cost.megabytes else ""
    print(f"{what:60} {took}{peak}" + (f"  ({size / 1000:.0f} kB)" if size else ""))


def _filled(made: io.BytesIO, more: int, *, faulty: bool = False) -> bytes:
    """The workbook as a lead fills it in; or with a fault in every third amount, and one in each row of Progress."""
    file = load_workbook(made)
    spend, progress = file["Spend"], file["Progress"]
    for number, row in enumerate(spend.iter_rows(min_row=5), start=1):
        amount, what, transaction = row[5:8]
        amount.value = "twelve" if faulty and number % 3 == 0 else number / 100 + more
        what.value, transaction.value = f"Costs of week {number}", f"INV-{number}"
    for row in progress.iter_rows(min_row=4):
        match, narrative, delivery, spending, _, _, explanation = row[2:9]
        match.value, narrative.value, explanation.value = 0, "Two extra groups.", "Groups began late."
        delivery.value, spending.value = ("blue" if faulty else RAG.AMBER_GREEN.value), RAG.GREEN.value
    out = io.BytesIO()
    file.save(out)
    return out.getvalue()


def _world(config: Config) -> FlaskClient:
    """A lead with 200 awards of one stream, whose programme has ten categories; and a browser, signed in."""
    database = Database(config.database_url)
    migrations.upgrade(database)
    with database.writing(Author("benchmark", NOW, "Made a world")) as session:
        lead = make.person(session, Role.LEAD)
        categories = [
            CostCategory(name=name, position=place, needs_text=name == OTHER)
            for place, name in enumerate(DEFAULT_CATEGORIES, 1)
        ]
        make.programme(session, categories=categories)
        ask = {"non-labour": Decimal("20000.00")}
        shares = {"non-labour": {"dorset": ask["non-labour"] * AWARDS, "bcp": Decimal("0.00")}}
        year = make.funding_year(session, allocations=shares)
        for number in range(1, AWARDS + 1):
            proposal = make.proposal(session, f"SVD-25-{number:03d}", asks=ask, funding_year=year)
            make.award(session, proposal, lead_person_id=lead.id)
        lead_id = lead.id
    database.close()
    app = create_app(config, StoppedClock.on(date(2025, 10, 20)))
    app.config["WTF_CSRF_ENABLED"] = False
    app.test_client_class = Visitor
    browser = app.test_client()
    assert isinstance(browser, Visitor)
    browser.sign_in_as(Person(id=lead_id))
    return browser


if __name__ == "__main__":
    main()
