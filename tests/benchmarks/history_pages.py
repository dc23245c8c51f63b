"""What the pages of the audit trail cost when the record is long: `python -m tests.benchmarks.history_pages [ENTRIES]`.

Prints, for each page, the CPU it takes (the least of five); 300,000 entries unless another number is given. The record
is made up past the product: it is long, and not sealed.
"""

import gc
import json
import random
import sys
import tempfile
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import insert

from portfolio import migrations
from portfolio.app import create_app
from portfolio.cli import COLLECT_AFTER
from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.db import Database
from portfolio.history import Author, HistoryEntry
from portfolio.people import actions as people
from portfolio.people.rules import Holding, Role
from portfolio.story.actions import load
from tests.story import told as stories

ENTRIES = 300_000
BAR_MS = 100
AT_ONCE = 10_000
PASSWORD = "a benchmark's password"
BEGAN = datetime(2024, 4, 1, tzinfo=UTC)
CLOCK = StoppedClock.on(date(2025, 10, 20))
KINDS = (("claim_line", 35), ("profile_share", 20), ("forecast", 15), ("claim", 10), ("personal_reading", 10),
         ("award_line", 5), ("match", 4), ("setting", 1))  # fmt: skip
PAGES = (
    "/history",
    "/history?before=150000",
    "/history?after=1000",
    "/history?author=person 3",
    "/history?author=person 3&before=1500",
    "/history?record=claim_line",
    "/history?record=claim_line&author=person 3",
    "/history?record=setting&author=person 3",
    "/history?record=match&deed=Deed 7&author=person 3",
    "/history?record=setting&deed=Deed that there never was",
    "/history?record=award&author=person 3",
    "/history?start=1 6 2024&end=2 6 2024",
    "/history?start=1 6 2024&end=1 6 2025&author=person 3&record=match",
    "/history?record=claim&which=12",
    "/history/claim/12",
    "/history/award/7",
    "/history/sign-ins",
    "/history/readings",
    "/history/readings?author=person 3",
    "/history/messages",
)


def main() -> None:
    """Make the record, then ask each page, with the garbage collected as the served site has it."""
    entries = int(sys.argv[1]) if len(sys.argv) > 1 else ENTRIES
    gc.set_threshold(COLLECT_AFTER)
    with tempfile.TemporaryDirectory() as folder:
        config = Config(Path(folder), f"sqlite:///{folder}/portfolio.db")
        database = Database(config.database_url)
        migrations.upgrade(database)
        _fill(database, entries)
        size = Path(folder, "portfolio.db").stat().st_size / 2**20
        print(f"{entries:,} entries, {size:,.0f} MiB")
        site = create_app(config, CLOCK)
        site.config["WTF_CSRF_ENABLED"] = False
        browser = site.test_client()
        browser.post("/sign-in", data={"email": "ada@example.org", "password": PASSWORD})
        for address in PAGES:
            costs = []
            for _ in range(5):
                before = time.process_time()
                status = browser.get(address).status_code
                costs.append(1000 * (time.process_time() - before))
            print(f"{min(costs):6.0f} ms {'TOO SLOW' if min(costs) > BAR_MS else '        '} {status} {address}")
        before = time.process_time()
        sent = sum(len(part) for part in browser.get("/history/file").iter_encoded())
        print(f"{time.process_time() - before:6.1f} s           /history/file, {sent / 2**20:,.0f} MiB")


def _fill(database: Database, entries: int) -> None:
    with database.writing(Author("a benchmark", CLOCK.now(), "Set the scene")) as session:
        load(session, stories.DORSET, by="a benchmark", now=CLOCK.now())
        for number in range(1, 31):
            people.add_person(session, f"Person {number}", f"person-{number}@example.org")
        ada = people.add_person(session, "Ada Minster", "ada@example.org", PASSWORD)
        people.give_role(ada, Holding(Role.ADMINISTRATOR))
    chance = random.Random(1)  # noqa: S311 - the same record each time
    with database.engine.execution_options(writing=True).begin() as connection:
        for first in range(100_000, 100_000 + entries, AT_ONCE):
            rows = [_entry(chance, number, entries) for number in range(first, min(first + AT_ONCE, 100_000 + entries))]
            connection.execute(insert(HistoryEntry), rows)


def _entry(chance: random.Random, number: int, entries: int) -> dict[str, object]:
    [record] = chance.choices([name for name, _ in KINDS], [weight for _, weight in KINDS])
    removed = record == "claim_line" and chance.random() < 0.1
    row = json.dumps({"amount": number, "claim_id": number % 200, "category_id": 1, "id": 1, "stream_id": 2},
                     separators=(",", ":"), sort_keys=True)  # fmt: skip
    return {
        "id": number,
        "at": BEGAN + timedelta(minutes=2 * (number - 100_000) * 300_000 / entries),
        "author": f"person {min(int(chance.expovariate(0.2)) + 1, 30)}",
        "deed": f"Deed {min(int(chance.expovariate(0.1)), 60)}",
        "record": record,
        "record_id": number % 5_000,
        "change": "removed" if removed else "changed",
        "before": row if removed else '{"amount":100}' if "line" in record else "{}",
        "after": "{}" if removed else '{"amount":200}' if "line" in record else "{}",
        "previous_seal": "0" * 64,
        "seal": "0" * 64,
    }


if __name__ == "__main__":
    main()
