"""A newcomer's way in, by the keyboard alone: invited by mail, they reach their first claim in under two minutes."""

import re
import time
from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from portfolio.commands.demo import PASSWORD
from tests.journeys.test_demo import portfolio

NAME, EMAIL, PASSPHRASE = "Nina Newcomer", "nina@nhs.example", "tractor lemon sky"
AWARD, CLAIM = "/awards/SVD-25-03/dorset", "/spend/SVD-25-03/dorset/2025-26/q3"
AT_MOST = 120
A_KEY, A_PAGE = 0.5, 12
"""Seconds that an unhurried person takes for a key, and to read a page before they act on it."""
FOCUSED = """() => {
  const here = document.activeElement;
  const named = here.labels && here.labels.length ? here.labels[0] : here;
  return named.innerText.trim();
}"""


@dataclass
class Keyboard:
    """Somebody who has no mouse; counts what they press and the pages they read."""

    page: Page
    pressed: int = 0
    read: int = 0

    def open(self, address: str) -> None:
        """Follow a link of a message, or type an address."""
        self.page.goto(address)
        self.read += 1

    def press(self, key: str) -> None:
        """One key."""
        self.page.keyboard.press(key)
        self.pressed += 1

    def type(self, text: str) -> None:
        """Some text."""
        self.page.keyboard.type(text)
        self.pressed += len(text)

    def go_to(self, name: str) -> None:
        """Press Tab until what begins with a name is under the keys."""
        for _ in range(150):
            self.press("Tab")
            if self.page.evaluate(FOCUSED).startswith(name):
                return
        raise AssertionError(f"{name} is not reached with the keyboard on {self.page.url}")

    def fill(self, name: str, text: str) -> None:
        """Go to a box and type."""
        self.go_to(name)
        self.type(text)

    def enter(self, path: str) -> None:
        """Press Enter, and read the page that it leads to."""
        with self.page.expect_navigation(url=re.compile(path)):
            self.press("Enter")
        self.read += 1

    def sign_in(self, site: str, email: str) -> None:
        """Sign in."""
        self.open(f"{site}/sign-in")
        self.fill("E-mail address", email)
        self.fill("Passphrase", PASSWORD)
        self.enter(r"/$")


def link_in(outbox: Path, page: Page) -> str:
    """The path of the link in the one message there is; it is written behind the answer that queued it."""
    until = time.monotonic() + 30
    while not (files := list(outbox.glob("*.eml"))) and time.monotonic() < until:
        page.wait_for_timeout(50)
    [file] = files
    letter = message_from_bytes(file.read_bytes(), policy=default)
    assert letter["To"] == EMAIL
    found = re.search(r"http\S+/join/\S+", letter.get_content())
    assert found
    return urlsplit(found[0]).path


def faults_of(page: Page) -> list[str]:
    """What is not accessible, or does not fit."""
    found = [violation["id"] for violation in Axe().run(page).response["violations"]]
    return [*found, *(["wide"] if page.evaluate("document.documentElement.scrollWidth > window.innerWidth") else [])]


def test_a_newcomer_reaches_their_first_claim(
    browser: Browser, site: str, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    olive = Keyboard(browser.new_context(viewport={"width": 1280, "height": 900}).new_page())
    olive.sign_in(site, "olive@dorset.example")
    olive.go_to("People")
    olive.enter("/people$")
    olive.go_to("Invite a person")
    olive.enter("/people/new$")
    olive.fill("Full name", NAME)
    olive.fill("E-mail address", EMAIL)
    olive.go_to("Project lead")
    olive.press("Space")
    olive.go_to("Invite this person")
    olive.enter(r"/people/\d+$")
    expect(olive.page.get_by_role("main")).to_contain_text("Invited")
    olive.open(f"{site}{AWARD}")
    olive.go_to("Lead person")
    olive.type("Nina")
    olive.go_to("Save")
    olive.enter(AWARD)
    expect(olive.page.get_by_role("main")).to_contain_text(NAME)

    nina = Keyboard(browser.new_context(viewport={"width": 1280, "height": 900}).new_page())
    link = link_in(folder / "outbox", nina.page)
    started = time.monotonic()
    nina.open(f"{site}{link}")
    nina.fill("Passphrase", PASSPHRASE)
    nina.fill("The passphrase again", PASSPHRASE)
    nina.enter(r"/$")
    nina.go_to("See your claims")
    nina.enter("/spend")
    nina.go_to("Q3 2025/26")
    nina.enter(CLAIM)
    expect(nina.page.locator("input[inputmode=decimal]").first).to_be_visible()
    took = time.monotonic() - started
    by_hand = took + nina.pressed * A_KEY + nina.read * A_PAGE
    with capsys.disabled():
        print(  # noqa: T201 - what was measured
            f"\nA newcomer reached the first claim in {took:.1f} s of the machine's, with {nina.pressed} keys on "
            f"{nina.read} pages: about {by_hand:.0f} s by hand"
        )
    assert by_hand < AT_MOST
    olive.page.context.close()
    nina.page.context.close()


@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_joining_are_accessible_and_fit(browser: Browser, site: str, folder: Path, width: int) -> None:
    done = portfolio(folder, "person", "reset", "pete@police.example")
    assert done.returncode == 0, done.stderr
    link = urlsplit(done.stdout.strip()).path
    page = browser.new_page(viewport={"width": width, "height": 844})
    faults = {}
    for address in (link, "/join/wrong", "/forgotten", "/forgotten/sent"):
        page.goto(f"{site}{address}")
        faults[address] = faults_of(page)
    page.goto(f"{site}{link}")
    page.get_by_role("button", name="Save and go on").click()
    expect(page.get_by_role("alert")).to_contain_text("Passphrase must be 12 characters or more")
    faults["refused"] = faults_of(page)
    page.close()
    assert {address: found for address, found in faults.items() if found} == {}
