"""A form whose session ended while it was filled in: what the page says to do works, in a real browser.

Its boxes are such as browsers leave empty when one goes back to them.
"""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy.orm import Session

from portfolio.clock import SystemClock
from portfolio.config import Config
from portfolio.people.actions import add_person, find_person, give_role
from portfolio.people.rules import Holding, Role
from portfolio.people.sessions import end_sessions
from tests.browser import launch
from tests.journeys.looking import faults_of
from tests.serving import served

PASSPHRASE = "violet harbour kestrel"


@pytest.fixture
def site(session: Session, config: Config) -> Iterator[str]:
    """A site with one administrator."""
    give_role(add_person(session, "Ann Other", "ann@example.org", PASSPHRASE), Holding(Role.ADMINISTRATOR))
    session.commit()
    with served(config) as address:
        yield address


@pytest.fixture
def page() -> Iterator[Page]:
    """A page of a browser."""
    with sync_playwright() as playwright:
        browser = launch(playwright)
        yield browser.new_context(viewport={"width": 390, "height": 844}).new_page()
        browser.close()


def sign_in(page: Page, site: str) -> None:
    """Sign Ann in."""
    page.goto(f"{site}/sign-in")
    page.fill("[name=email]", "ann@example.org")
    page.fill("[name=password]", PASSPHRASE)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{site}/")


def fill(page: Page, site: str) -> None:
    """Fill in the form of a new person."""
    page.goto(f"{site}/people/new")
    page.get_by_label("Full name").fill("Bob Newcomer")
    page.get_by_label("E-mail address").fill("bob@example.org")
    page.get_by_label("Project lead").check()


def send(page: Page) -> None:
    """Send it."""
    page.get_by_role("button", name="Invite this person").click()


def test_nothing_typed_is_lost_when_the_session_ended_meanwhile(site: str, page: Page, session: Session) -> None:
    sign_in(page, site)
    fill(page, site)
    ann = find_person(session, "ann@example.org")
    assert ann is not None
    end_sessions(session, ann.id, SystemClock().now())
    session.commit()
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("You are no longer signed in")
    expect(page.get_by_role("main")).to_contain_text("Bob Newcomer")
    assert faults_of(page) == []
    assert not page.evaluate("document.documentElement.scrollWidth > window.innerWidth")
    with page.context.expect_page() as opened:
        page.get_by_role("link", name="Sign in in a new tab").click()
    sign_in(opened.value, site)
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bob Newcomer")


def test_nothing_typed_is_lost_when_somebody_signed_in_anew_in_another_tab(site: str, page: Page) -> None:
    sign_in(page, site)
    fill(page, site)
    other = page.context.new_page()
    other.goto(site)
    other.get_by_role("button", name="Sign out").click()
    sign_in(other, site)
    send(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("This form was open too long")
    page.get_by_role("button", name="Send it again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bob Newcomer")
