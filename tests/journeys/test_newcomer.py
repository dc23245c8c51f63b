"""A newcomer's way in, by the keyboard alone: invited by mail, they reach their first claim in under two minutes."""

import re
import time
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import faults_of
from tests.journeys.test_demo import portfolio

NAME, EMAIL, PASSPHRASE = "Nina Newcomer", "nina@nhs.example", "tractor lemon sky"
AWARD, CLAIM = "/awards/SVD-25-03/dorset", "/spend/SVD-25-03/dorset/2025-26/q3"
AT_MOST = 120


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
    nina.go_to("Spend")
    nina.enter(f"{CLAIM}/spend")
    expect(nina.page.locator("input[inputmode=decimal]").first).to_be_visible()
    took = time.monotonic() - started
    by_hand = took + nina.seconds
    with capsys.disabled():
        print(  # noqa: T201 - what was measured
            f"\nA newcomer reached the first claim in {took:.1f} s of the machine's, with {nina.keys} keys on "
            f"{nina.read} pages: about {by_hand:.0f} s by hand"
        )
    assert by_hand < AT_MOST
    olive.page.context.close()
    nina.page.context.close()


def test_the_pages_of_joining_are_accessible_and_fit(browser: Browser, site: str, folder: Path) -> None:
    done = portfolio(folder, "person", "reset", "pete@police.example")
    assert done.returncode == 0, done.stderr
    link = urlsplit(done.stdout.strip()).path
    page = browser.new_page()
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
