"""A second factor in a real browser, by the keyboard alone: set up, signed out, signed in with a code."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy.orm import Session

from portfolio.config import Config
from portfolio.people.actions import add_person, give_role
from portfolio.people.rules import Holding, Role
from portfolio.settings import SECOND_FACTOR_REQUIRED, set_setting
from tests.browser import launch
from tests.journeys.looking import faults_of
from tests.serving import served

EMAIL, PASSPHRASE = "ada@example.org", "correct horse battery"


@pytest.fixture
def page(config: Config, session: Session) -> Iterator[Page]:
    """A browser on a site with one administrator, who has no second factor yet and needs none."""
    give_role(add_person(session, "Ada Minster", EMAIL, PASSPHRASE), Holding(Role.ADMINISTRATOR))
    session.commit()
    with served(config) as address, sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser.new_page(base_url=address)
        browser.close()


def look_at(page: Page, title: str) -> None:
    """The page is the one that was expected, accessible, and fits a desk's screen and a telephone's."""
    expect(page).to_have_title(f"{title} – Portfolio")
    assert faults_of(page) == [], title


def tab_to(page: Page, what: str) -> None:
    """Move on by the tab key to the link, button or box of this name."""
    box, link = page.get_by_label(what, exact=True), page.get_by_role("link", name=what, exact=True)
    named = box.or_(link).or_(page.get_by_role("button", name=what, exact=True)).first
    for _ in range(60):
        page.keyboard.press("Tab")
        if named.evaluate("element => element === document.activeElement"):
            return
    raise AssertionError(f"the tab key never comes to {what}")


def press(page: Page, what: str) -> None:
    """Press a link or a button with the Enter key."""
    tab_to(page, what)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def sign_in(page: Page, asked: str = "/account/second-factor") -> None:
    """Ask for a page, and give the passphrase."""
    page.goto(asked)
    tab_to(page, "E-mail address")
    page.keyboard.type(EMAIL)
    tab_to(page, "Passphrase")
    page.keyboard.type(PASSPHRASE)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def enter(page: Page, box: str, typed: str) -> None:
    """Type into a box, and send it."""
    tab_to(page, box)
    page.keyboard.type(typed)
    with page.expect_navigation():
        page.keyboard.press("Enter")


def shown_secret(page: Page) -> pyotp.TOTP:
    """An app that was given the key on the page; the picture of it was loaded."""
    assert page.locator("img.qr").evaluate("picture => picture.complete && picture.naturalWidth > 100")
    return pyotp.TOTP(page.locator(".secret").inner_text().replace(" ", ""))


def soon(app: pyotp.TOTP) -> str:
    """The code of the next half minute, for the present one was used to set the app up."""
    return app.at(datetime.now(UTC) + timedelta(seconds=30))


def test_it_is_set_up_and_signed_in_with_by_the_keyboard(page: Page) -> None:
    sign_in(page)
    look_at(page, "Second factor")
    enter(page, "Passphrase", PASSPHRASE)
    look_at(page, "Add this account to your app")
    enter(page, "Code", "12345")
    look_at(page, "Error: Add this account to your app")
    app = shown_secret(page)
    page.get_by_label("Code").clear()
    enter(page, "Code", app.now())
    look_at(page, "Your recovery codes")
    recovery_code = page.locator(".codes li").last.inner_text()
    press(page, "I have kept them")
    expect(page.get_by_role("main")).to_contain_text("Recovery codes left")
    press(page, "Sign out")

    sign_in(page)
    look_at(page, "Enter your code")
    enter(page, "Code", soon(app))
    look_at(page, "Second factor")
    press(page, "Sign out")

    sign_in(page)
    press(page, "I do not have my telephone")
    look_at(page, "Enter a recovery code")
    enter(page, "Recovery code", recovery_code)
    expect(page).to_have_title("Second factor – Portfolio")


def test_whose_role_needs_it_sets_it_up_before_anything_else(page: Page, session: Session) -> None:
    set_setting(session, SECOND_FACTOR_REQUIRED, "yes")
    session.commit()
    sign_in(page, "/people/second-factor")
    look_at(page, "Set up an authenticator app")
    press(page, "Set up an authenticator app")
    enter(page, "Code", shown_secret(page).now())
    press(page, "I have kept them")
    look_at(page, "Who must have a second factor")
