"""What reconciling a ledger costs: `python -m tests.benchmarks.ledger`, on SQLite or where DATABASE_URL says.

A ledger of 50,000 transactions on 200 projects is uploaded, its columns are named, it is checked, taken over and held
against the claims, through the pages that people use, as CSV and as a workbook. Prints CPU and wall seconds of each
step, and whether matched, timing and unexplained come to the ledger; exits 1 above the bar.
"""

import csv
import io
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import xlsxwriter
from sqlalchemy import NullPool, create_engine, event, func, make_url, select

from portfolio import migrations
from portfolio.app import create_app
from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.db import Database, total
from portfolio.decisions.models import Award
from portfolio.funding_years.models import FundingYear, PoliceArea
from portfolio.history import Author
from portfolio.ledger.comparing import compare_year
from portfolio.ledger.models import LedgerEntry
from portfolio.ledger.taking import set_accounts
from portfolio.money import ZERO
from portfolio.people import actions as people
from portfolio.people.rules import Holding, Role
from portfolio.story.actions import load
from tests import stories

AWARDS, CSPS, ROWS, MOST_SECONDS = 200, 20, 50_000, 5.0
ACCOUNTS = ("1000", "2000", "3000", "4000", "5000", "6000")
HEADINGS = ("Period", "Trans Date", "Cost Centre", "Account", "Description", "Ref", "User", "Amount")
COLUMNS = {"date": 2, "centre": 3, "account": 4, "description": 5, "reference": 6, "amount": 8}
PASSWORD = "a benchmark's password"
CLOCK = StoppedClock.on(date(2025, 10, 20))
Rows = list[tuple[str, ...]]


def main() -> int:
    """Each kind of file in a database of its own."""
    worst = 0.0
    for name, content in (("ledger.csv", _as_csv(_rows())), ("ledger.xlsx", _as_workbook(_rows()))):
        with tempfile.TemporaryDirectory() as folder, _database(Path(folder)) as config:
            spent = _reconcile(config, Path(folder), name, content)
        worst = max(worst, spent) if name.endswith(".csv") else worst
    print(f"CSV reconciled in {worst:.2f} s of CPU  (bar: {MOST_SECONDS} s)")
    return 0 if worst <= MOST_SECONDS else 1


def _rows() -> Rows:
    """Transactions of the first two quarters, as council ledgers write them; every eleventh is on no project."""
    found: Rows = []
    for number in range(ROWS):
        day = date(2025, 4, 1) + timedelta(days=number % 183)
        centre = f"00{700_000 + number % 7}" if number % 11 == 0 else f"00{4_000 + number % AWARDS}"
        pence = (number * 7_919) % 40_000 + 1
        written = f"{pence / 100:,.2f}"
        amount = f"({written})" if number % 13 == 0 else f" {written} " if number % 5 == 0 else f"{pence / 100:.2f}"
        account = ACCOUNTS[number // 7 % len(ACCOUNTS)]
        when = f"{day:%d/%m/%Y}" if number % 2 else f"{day}"
        found.append(("P06", when, centre, account, f"Supplier {number % 900} invoice", f"J{number:07}", "AB1", amount))
    return found


def _as_csv(rows: Rows) -> bytes:
    written = io.StringIO()
    csv.writer(written).writerows([HEADINGS, *rows])
    return written.getvalue().encode("utf-8-sig")


def _as_workbook(rows: Rows) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    day, sheet = book.add_format({"num_format": "dd/mm/yyyy"}), book.add_worksheet("GL")
    sheet.write_row(0, 0, HEADINGS)
    for place, row in enumerate(rows, start=1):
        sheet.write_row(place, 0, row[:7])
        when = date(2025, 4, 1) + timedelta(days=(place - 1) % 183)
        sheet.write_datetime(place, 1, when, day)
        amount = row[7].strip().replace(",", "").replace("(", "-").replace(")", "")
        sheet.write_number(place, 7, float(amount))
    book.close()
    return made.getvalue()


@contextmanager
def _database(folder: Path) -> Iterator[Config]:
    """A fresh database: a file, or one of its own on the server that DATABASE_URL names."""
    server = os.environ.get("DATABASE_URL")
    if server is None:
        yield Config.from_environment({"PORTFOLIO_INSTANCE": str(folder)})
        return
    address = make_url(server)
    name = f"{address.database}_ledger_{os.getpid()}"
    admin = create_engine(address, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with admin.connect() as connection:
        connection.exec_driver_sql(f'CREATE DATABASE "{name}"')
    url = address.set(database=name).render_as_string(hide_password=False)
    yield Config.from_environment({"PORTFOLIO_INSTANCE": str(folder), "DATABASE_URL": url})
    with admin.connect() as connection:
        connection.exec_driver_sql(f'DROP DATABASE "{name}" WITH (FORCE)')


def _reconcile(config: Config, folder: Path, name: str, content: bytes) -> float:
    email, year_id = _world(config, folder)
    app = create_app(config, CLOCK)
    statements: list[str] = []
    engine = app.extensions["portfolio_database"].engine
    event.listen(engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    client, whole = app.test_client(), 0.0
    app.config["WTF_CSRF_ENABLED"] = False
    client.post("/sign-in", data={"email": email, "password": PASSWORD})
    client.get("/ledger")
    print(f"{name}: {len(content) / 1024:,.0f} kB, {ROWS:,} transactions on {AWARDS} projects, {engine.dialect.name}")

    def step(what: str, ask: Callable[[], Any]) -> Any:
        nonlocal whole
        statements.clear()
        cpu, wall = time.process_time(), time.monotonic()
        answer = ask()
        assert answer.status_code in (200, 302), answer.text
        cpu, wall = time.process_time() - cpu, time.monotonic() - wall
        whole += cpu
        print(f"  {what:34} {cpu:5.2f} s CPU {wall:5.2f} s wall {len(statements):4} statements")
        return answer

    file = {"file": (io.BytesIO(content), name), "csp": ""}
    here = step("uploaded and read", lambda: client.post(f"/ledger/{year_id}/upload", data=file)).headers["Location"]
    client.post(f"{here}/columns", data=COLUMNS)
    step("judged and shown before it counts", lambda: client.get(here))
    step("judged again and stored", lambda: client.post(here))
    step("held against the claims", lambda: client.get("/ledger"))
    print(f"  {'together':34} {whole:5.2f} s CPU")
    app.extensions["portfolio_postman"].shutdown()
    with app.extensions["portfolio_database"].reading() as session:
        year = session.get_one(FundingYear, year_id)
        compared = compare_year(session, year)
        lines = compared.lines.values()
        ledger = session.scalar(select(total(LedgerEntry.amount)))
        assert session.scalar(select(func.count()).select_from(LedgerEntry)) == ROWS
        apart = sum((line.matched + line.timing + line.unexplained for line in lines), ZERO)
        print(f"  ledger {ledger:,} = matched, timing and unexplained {apart:,}: {'yes' if apart == ledger else 'NO'}")
        assert apart == ledger == sum((Decimal(_plain(row[7])) for row in _rows()), ZERO)
    app.extensions["portfolio_database"].close()
    return whole


def _plain(amount: str) -> str:
    return amount.strip().replace(",", "").replace("(", "-").replace(")", "")


def _world(config: Config, folder: Path) -> tuple[str, int]:
    """The projects with their cost centres and claims, the accounts by name, and a finance officer."""
    database = Database(config.database_url)
    migrations.upgrade(database)
    author = Author("a benchmark", CLOCK.now(), "Told a story")
    with database.writing(author) as session:
        load(session, stories.write(folder, stories.story(csps=CSPS, awards=AWARDS)), by=author.name, now=author.at)
        year = session.scalars(select(FundingYear)).one()
        for number, award in enumerate(session.scalars(select(Award).order_by(Award.id))):
            award.cost_centre = f"00{4_000 + number}"
        categories = [category.id for category in year.programme.categories]
        set_accounts(session, year, {code: categories[place % 4] for place, code in enumerate(ACCOUNTS[:5])})
        area = session.scalars(select(PoliceArea)).one()
        frank = people.add_person(session, "Frank Ledgerwood", "frank@example.org", PASSWORD)
        people.give_role(frank, Holding(Role.FINANCE, police_area_id=area.id))
        year_id = year.id
    database.close()
    return "frank@example.org", year_id


if __name__ == "__main__":
    sys.exit(main())
