"""Takes the pictures of the README and the help page: `python -m tests.pictures`.

Tells the demonstration to a folder of its own, serves it, and photographs the main pages as the people who use them.
"""

import os
import subprocess
import sys
import tempfile

from playwright.sync_api import Page, sync_playwright

from portfolio.commands.demo import PASSWORD
from portfolio.config import ROOT, Config
from tests.browser import launch
from tests.serving import served

FOLDER = ROOT / "portfolio" / "static" / "help"
SHOTS = (
    ("lead", "dan@council.example", "/", 1280, 900),
    ("claim", "dan@council.example", "/spend/SVD-25-03/dorset/2025-26/q3/spend", 1280, 1200),
    ("claims", "frank@finance.example", "/spend", 1280, 900),
    ("year", "frank@finance.example", "/years/2025-26", 1280, 1100),
    ("proposal", "olive@dorset.example", "/proposals/SVD-25-04", 1280, 1100),
    ("compare", "olive@dorset.example", "/decisions/compare", 1280, 1200),
    ("returns", "frank@finance.example", "/returns", 1280, 900),
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
        with served(config) as address, sync_playwright() as playwright:
            browser = launch(playwright)
            for name, email, path, width, height in SHOTS:
                page = browser.new_page(viewport={"width": width, "height": height})
                _sign_in(page, address, email)
                page.goto(address + path)
                page.screenshot(path=FOLDER / f"{name}.png")
                page.close()
                print(f"{FOLDER / name}.png")  # noqa: T201 - what a command says


def _sign_in(page: Page, address: str, email: str) -> None:
    page.goto(f"{address}/sign-in")
    page.fill("[name=email]", email)
    page.fill("[name=password]", PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{address}/")


if __name__ == "__main__":
    main()
