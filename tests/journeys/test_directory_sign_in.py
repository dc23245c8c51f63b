"""Signing in with the council's directory, over HTTP from the first page to the last, and once in Chromium."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import timedelta
from html import unescape
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
from playwright.sync_api import Page, expect, sync_playwright
from sqlalchemy import select

from portfolio.app import create_app
from portfolio.config import Config, Directory
from portfolio.db import Database
from portfolio.history import Author, HistoryEntry
from portfolio.people.models import DirectoryVisit, Identity, Person, SignInAttempt, SignInOutcome
from portfolio.people.rules import Role
from portfolio.people.views.single_sign_on import PROVIDER
from portfolio.settings import set_setting
from tests import make, openid_provider
from tests.browser import launch
from tests.openid_provider import ABSENT, CLIENT_ID, CLIENT_SECRET, PASSWORD, Provider, Twist, rsa_key
from tests.serving import put_up

ANN = {"sub": "ann-1", "name": "Ann Other", "email": "ann@example.org", "email_verified": True}
REFRESH = "0; url="


@pytest.fixture
def provider() -> Iterator[Provider]:
    """A directory that knows Ann."""
    with openid_provider.running() as directory:
        directory.accounts["ann"] = dict(ANN)
        yield directory


@dataclass
class Site:
    """The running site, and its database."""

    address: str
    database: Database
    author: Author

    def add(self, *roles: Role, **values: Any) -> int:
        """Somebody with roles; their number."""
        with self.database.writing(self.author) as session:
            return make.person(session, *roles, **values).id

    def all(self, kind: Any) -> list[Any]:
        """Every row of a kind."""
        with self.database.reading() as session:
            return list(session.scalars(select(kind).order_by(kind.id)))


@pytest.fixture
def settings(config: Config, provider: Provider) -> Config:
    """The settings of a site with that directory, whose group `money` is Dorset's finance."""
    groups = {"money": {"role": "finance officer", "area": "E23000039"}}
    return replace(config, directory=Directory(provider.issuer, CLIENT_ID, CLIENT_SECRET, groups, name="Dorset"))


@pytest.fixture
def site(settings: Config, database: Database, author: Author, provider: Provider) -> Iterator[Site]:
    """That site, running."""
    with database.writing(author) as session:
        make.csp(session, "dorset")
    app = create_app(settings)
    with put_up(app) as address:
        # Its port is known only now; whoever runs a site says its address beforehand.
        provider.back = app.extensions[PROVIDER].back = f"{address}/sign-in/directory/back"
        yield Site(address, database, author)


@dataclass
class Browser:
    """Somebody's browser: keeps cookies, and sends forms as they are shown."""

    site: Site
    web: requests.Session = field(default_factory=requests.Session)

    def get(self, address: str) -> requests.Response:
        """Open a page."""
        return self.web.get(self._whole(address), timeout=10, allow_redirects=False)

    def press(self, page: requests.Response, button: str, **typed: str) -> requests.Response:
        """Send the form that has a button."""
        form = next(form for form in re.findall(r"<form.*?</form>", page.text, re.S) if button in form)
        door = re.search(r'action="([^"]*)"', form)
        boxes = re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', form)
        sent = {name: unescape(value) for name, value in boxes} | typed
        address = unescape(door[1]) if door else page.url
        return self.web.post(self._whole(address), sent, timeout=10, allow_redirects=False)

    def go_there(self, asked_for: str = "/sign-in") -> str:
        """From the sign-in page to the directory's address."""
        page = self.press(self.get(asked_for), "Sign in with your Dorset account")
        assert page.headers["Refresh"].startswith(REFRESH), page.text
        return page.headers["Refresh"].removeprefix(REFRESH)

    def log_in(self, there: str, user: str = "ann", password: str = PASSWORD) -> str:
        """At the directory, with user name and password; where it sends them back to."""
        return self.press(self.get(there), "Log in", username=user, password=password).headers["Location"]

    def come_back(self, back: str) -> requests.Response:
        """Back on the site, and on."""
        page = self.get(back)
        return self.press(page, "Continue") if page.status_code == 200 else page

    def sign_in(self, user: str = "ann", asked_for: str = "/sign-in") -> requests.Response:
        """The whole way."""
        return self.come_back(self.log_in(self.go_there(asked_for), user))

    def _whole(self, address: str) -> str:
        return self.site.address + address if address.startswith("/") else address


@pytest.fixture
def browser(site: Site) -> Iterator[Browser]:
    """A browser on that site."""
    with requests.Session() as web:
        yield Browser(site, web)


def is_signed_in(browser: Browser) -> bool:
    """Whether the front page opens."""
    return browser.get("/").status_code == 200


def refused(answer: requests.Response, *because: str) -> None:
    """That somebody was told in a page why they are not signed in."""
    assert answer.status_code == 422
    words = unescape(answer.text)
    assert "You are not signed in" in words
    assert all(part in words for part in because), words


def test_somebody_known_signs_in_and_gets_to_the_page_they_asked_for(site: Site, browser: Browser) -> None:
    number = site.add(Role.ADMINISTRATOR, email="ann@example.org")
    asked = browser.get("/people?page=1").headers["Location"]
    assert asked == "/sign-in?next=/people?page%3D1"
    assert browser.sign_in(asked_for=asked).headers["Location"] == "/people?page=1"
    assert browser.get("/people").status_code == 200
    assert [(one.person_id, one.subject) for one in site.all(Identity)] == [(number, "ann-1")]
    entry = next(entry for entry in site.all(HistoryEntry) if entry.record == "identity")
    assert (entry.author, entry.deed) == (f"person {number}", "Signed in with the directory")
    [attempt] = site.all(SignInAttempt)
    assert (attempt.person_id, attempt.email, attempt.outcome) == (number, "ann@example.org", SignInOutcome.SIGNED_IN)
    account = browser.get("/account").text
    assert "You can sign in with your Dorset account" in account
    assert "ann-1" in account


def test_the_page_asked_for_is_never_another_sites(site: Site, browser: Browser) -> None:
    site.add(email="ann@example.org")
    for elsewhere in ("https://evil.example/", "//evil.example", "/\\evil.example"):
        assert browser.sign_in(asked_for=f"/sign-in?next={elsewhere}").headers["Location"] == "/"
        browser.web.cookies.clear()


def test_a_group_of_the_directory_lets_somebody_in_and_keeps_them_out(
    site: Site, browser: Browser, provider: Provider
) -> None:
    refused(browser.sign_in(), "Your directory account (ann@example.org) is not known here")
    assert (site.all(Person), site.all(Identity)) == ([], [])
    [attempt] = site.all(SignInAttempt)
    assert (attempt.email, attempt.outcome) == ("ann@example.org", SignInOutcome.NOT_LET_IN)
    provider.accounts["ann"]["groups"] = ["money"]
    assert browser.sign_in().headers["Location"] == "/"
    assert browser.get("/returns").status_code == 200
    provider.accounts["ann"]["groups"] = []
    browser.web.cookies.clear()
    browser.sign_in()
    assert browser.get("/returns").status_code == 403
    deeds = [f"{entry.record} {entry.change}" for entry in site.all(HistoryEntry) if "directory" in entry.deed]
    assert deeds == ["person added", "identity added", "role_held added", "role_held changed"]


def test_the_directory_is_its_own_second_factor(site: Site, browser: Browser) -> None:
    site.add(Role.FINANCE, email="ann@example.org")
    with site.database.writing(site.author) as session:
        set_setting(session, "second_factor_required", "yes")
    browser.sign_in()
    assert is_signed_in(browser)


def test_a_token_made_for_something_else_signs_nobody_in(site: Site, browser: Browser, provider: Provider) -> None:
    site.add(email="ann@example.org")
    for twist in (
        Twist({"aud": "another", "azp": CLIENT_ID}),
        Twist({"nonce": "another"}),
        Twist({"sub": ABSENT}),
        Twist(key=rsa_key("unknown")),
    ):
        provider.twist = twist
        refused(browser.sign_in(), "The directory's answer is not to be trusted")
        assert not is_signed_in(browser)
    assert site.all(Identity) == []
    assert {one.outcome for one in site.all(SignInAttempt)} == {SignInOutcome.NOT_LET_IN}


def test_what_is_brought_back_counts_once_in_the_browser_it_was_sent_from(site: Site, browser: Browser) -> None:
    site.add(email="ann@example.org")
    back = browser.log_in(browser.go_there())
    with requests.Session() as web:
        stranger = Browser(site, web)
        refused(stranger.come_back(back), "begun in another browser")
        stranger.go_there()
        refused(stranger.come_back(back), "begun in another browser")
    page = browser.get(back)
    cookies = browser.web.cookies.copy()
    assert browser.press(page, "Continue").status_code == 302
    assert is_signed_in(browser)
    browser.web.cookies.clear()
    browser.web.cookies.update(cookies)
    refused(browser.press(page, "Continue"), "was used already")
    assert not is_signed_in(browser)


def test_nobody_is_away_for_longer_than_ten_minutes(site: Site, browser: Browser) -> None:
    site.add(email="ann@example.org")
    back = browser.log_in(browser.go_there())
    with site.database.writing(site.author) as session:
        for visit in session.scalars(select(DirectoryVisit)):
            visit.sent_at -= timedelta(minutes=10)
    refused(browser.come_back(back), "it took too long")


def test_another_directorys_answer_is_not_taken(site: Site, browser: Browser) -> None:
    site.add(email="ann@example.org")
    back = re.sub("iss=[^&]*", "iss=https%3A%2F%2Felsewhere.example", browser.log_in(browser.go_there()))
    refused(browser.come_back(back), "another directory sent you back (iss)")


def test_who_does_not_log_in_there_is_not_signed_in_here(site: Site, browser: Browser) -> None:
    back = browser.log_in(browser.go_there(), password="wrong")
    assert dict(parse_qsl(urlsplit(back).query))["error"] == "access_denied"
    refused(browser.come_back(back), "Your directory did not sign you in")


def test_the_disabled_stay_out(site: Site, browser: Browser) -> None:
    site.add(email="ann@example.org", disabled_at=site.author.at)
    refused(browser.sign_in(), "Your account here is disabled")


def test_nobody_is_sent_to_the_directory_without_having_pressed_the_button(site: Site, browser: Browser) -> None:
    assert browser.web.post(f"{site.address}/sign-in/directory", timeout=10).status_code == 400
    assert browser.web.post(f"{site.address}/sign-in/directory/back", timeout=10).status_code == 400
    assert browser.get("/sign-in/directory").status_code == 405


def test_a_directory_that_does_not_answer_is_told_as_such(site: Site, browser: Browser, provider: Provider) -> None:
    site.add(email="ann@example.org")
    provider.instead["/token"] = (502, {}, b"<html>")
    answer = browser.sign_in()
    assert answer.status_code == 503
    assert "Try again in a few minutes" in answer.text


def test_another_directory_at_its_address_is_told_as_such(browser: Browser, provider: Provider) -> None:
    provider.description["issuer"] = "https://elsewhere.example"
    answer = browser.press(browser.get("/sign-in"), "Sign in with your Dorset account")
    assert answer.status_code == 503
    assert "PORTFOLIO_OIDC_ISSUER" in answer.text


@pytest.fixture
def page(with_script: bool) -> Iterator[Page]:
    """A page of Chromium; whatever the content-security policy stops there fails the test."""
    with sync_playwright() as playwright:
        chromium = launch(playwright)
        opened = chromium.new_context(java_script_enabled=with_script).new_page()
        said: list[str] = []
        opened.on("console", lambda message: said.append(message.text))
        yield opened
        chromium.close()
        assert [line for line in said if "Content Security Policy" in line] == []


@pytest.mark.parametrize("with_script", [True, False], ids=["with its script", "without JavaScript"])
def test_in_chromium_through_a_directory_that_sends_on_to_another(
    site: Site, provider: Provider, page: Page, with_script: bool
) -> None:
    """The directory is another site than ours to a browser, and sends on to a third."""
    provider.accounts["ann"]["groups"] = ["money"]
    provider.sends_on_to = provider.issuer.replace("localhost", "127.0.0.1")
    page.goto(f"{site.address}/sign-in?next=/years")
    page.get_by_role("button", name="Sign in with your Dorset account").click()
    expect(page.get_by_role("heading", name="The directory")).to_be_visible()
    assert urlsplit(page.url).path == "/elsewhere"
    page.get_by_label("User name").fill("ann")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Log in").click()
    if not with_script:
        page.get_by_role("button", name="Continue").click()
    expect(page.get_by_text("Ann Other")).to_be_visible()
    assert page.url == f"{site.address}/years"
