"""Takes the pictures of the README and the help page: `python -m tests.pictures`.

Tells the demonstration to a folder of its own, adds a ledger to it, serves it, and photographs the main pages as the
people who use them.
"""

import io
import os
import subprocess
import sys
import tempfile
from decimal import Decimal

import openpyxl
from playwright.sync_api import FilePayload, Page, sync_playwright
from sqlalchemy import select

from portfolio.clock import SystemClock
from portfolio.commands.demo import PASSWORD
from portfolio.config import ROOT, Config
from portfolio.db import Database
from portfolio.decisions.models import Award
from portfolio.history import Author
from portfolio.ledger import taking
from portfolio.people.models import Person
from portfolio.spend.models import Claim
from tests import make
from tests.browser import launch
from tests.serving import served

FOLDER = ROOT / "portfolio" / "static" / "help"
CLAIM = "/spend/SVD-25-03/dorset/2025-26/q3"
SHOTS = (
    ("lead", "dan@council.example", "/", 1280, 900),
    ("tasks", "dan@council.example", CLAIM, 1280, 1000),
    ("claim", "dan@council.example", f"{CLAIM}/spend", 1280, 1200),
    ("workbook", "dan@council.example", f"{CLAIM}/workbook", 1280, 900),
    ("claims", "frank@finance.example", "/spend", 1280, 900),
    ("decide", "frank@finance.example", "/spend/SVD-25-03/dorset/2025-26/q2", 1280, 1200),
    ("ledger", "frank@finance.example", "/ledger", 1280, 1200),
    ("year", "frank@finance.example", "/years/2025-26", 1280, 1100),
    ("proposal", "olive@dorset.example", "/proposals/SVD-25-04", 1280, 1100),
    ("compare", "olive@dorset.example", "/decisions/compare?year=2025-26&stream=non-labour", 1280, 1200),
    ("ranking", "olive@dorset.example", "/assessment/2/dorset", 1280, 1200),
    ("scenario", "olive@dorset.example", "/scenarios/rounds/2/dorset/new", 1280, 1200),
    (
        "scenarios",
        "olive@dorset.example",
        "/scenarios/rounds/2/dorset/compare?scenario=1&scenario=2&scenario=3",
        1280,
        1200,
    ),
    ("amounts", "dan@council.example", "/proposals/SVD-26-01/edit/money", 1280, 1200),
    ("progress", "olive@dorset.example", "/progress/2/2025-26/q2/dorset", 1280, 1200),
    ("returns", "frank@finance.example", "/returns", 1280, 900),
    (
        "why",
        "frank@finance.example",
        "/returns/7/why/interventions/svd-25-21~bcp-community-safety-partnership~non-labour/actual-this-quarter",
        1280,
        1400,
    ),
    ("changes", "frank@finance.example", "/returns/7/changes", 1280, 1100),
    ("form", "frank@finance.example", "/forms/editions/1/sheets/1", 1280, 1100),
    ("money", "owen@opcc.example", "/returns/money-in", 1280, 1100),
    ("yearend", "frank@finance.example", "/returns/2/year-end", 1280, 1200),
    ("roles", "olive@dorset.example", "/people/roles", 1280, 1100),
    ("history", "ada@admin.example", "/history?record=claim", 1280, 900),
    ("phone", "dan@council.example", "/", 390, 844),
)
"""Name, who looks, address, width and height."""


def main() -> None:
    """Make every picture anew."""
    FOLDER.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "PORTFOLIO_INSTANCE": folder, "DATABASE_URL": ""}
        subprocess.run([sys.executable, "-m", "portfolio", "demo", "--no-serve"], env=environment, check=True)
        config = Config.from_environment({"PORTFOLIO_INSTANCE": folder})
        _add_a_ledger(config)
        with served(config) as address, sync_playwright() as playwright:
            browser = launch(playwright)
            for name, email, path, width, height in SHOTS:
                page = browser.new_page(viewport={"width": width, "height": height})
                _sign_in(page, address, email)
                page.goto(address + path)
                if name == "workbook":
                    _upload_a_workbook(page, address)
                page.screenshot(path=FOLDER / f"{name}.png")
                page.close()
                print(f"{FOLDER / name}.png")  # noqa: T201 - what a command says


def _add_a_ledger(config: Config) -> None:
    """A made-up ledger of Q2 for the story: a cost centre for each project, and what it claimed, but for two."""
    database = Database(config.database_url)
    with database.writing(Author("the pictures", SystemClock().now(), "Set the scene")) as session:
        frank = session.scalars(select(Person).where(Person.email == "frank@finance.example")).one()
        claims = session.scalars(select(Claim).join(Award).where(Claim.quarter == make.Q2).order_by(Claim.id)).all()
        year = claims[0].award.proposal.funding_year
        codes = {category.name: f"{41_000 + category.id}" for category in year.programme.categories}
        posted = []
        for number, claim in enumerate(claims):
            claim.award.cost_centre = f"SV{200 + number}"
            posted += [(claim.award.cost_centre, codes[line.category.name], line.amount) for line in claim.lines]
        posted[0] = (*posted[0][:2], posted[0][2] + Decimal("146.20"))
        posted.append(("SV999", "41001", Decimal("88.00")))
        taking.set_accounts(session, year, {codes[one.name]: one.id for one in year.programme.categories})
        make.extract(session, year, posted, by=frank, name="ledger-to-september.csv")
    database.close()


def _upload_a_workbook(page: Page, address: str) -> None:
    """The workbook of a claim, two amounts filled in, sent back: the page says what it would change."""
    workbook = openpyxl.load_workbook(io.BytesIO(page.request.get(f"{address}{CLAIM}/workbook.xlsx").body()))
    for row, amount in ((5, 4655), (9, 837.77)):
        workbook["Spend"].cell(row, 6).value = amount
    filled = io.BytesIO()
    workbook.save(filled)
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
    page.set_input_files("[type=file]", FilePayload(name="level-up-q3.xlsx", mimeType=kind, buffer=filled.getvalue()))
    page.get_by_role("button", name="Upload").click()
    page.wait_for_url("**/uploads/*")


def _sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")


if __name__ == "__main__":
    main()
