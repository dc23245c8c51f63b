"""The script of the pages, in a real browser: totals agree with the server's reading of money, to the penny."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from portfolio.money import NotMoney, format_pounds, parse_pounds, to_pence
from tests.browser import launch

SCRIPT = Path(__file__).parents[2] / "portfolio" / "static" / "site.js"

FORM = """
<div class="problems" tabindex="-1">There is a problem</div>
<input id="a" data-sum-into="claim all" value="10.00"><input id="b" data-sum-into="claim">
<input id="c" data-sum-into="all">
<span id="claim" data-sum-of="claim">£10.00</span><span id="all" data-sum-of="all">£10.00</span>
<span id="left" data-sum-of="claim" data-sum-from="£12.50">£2.50</span>
<textarea id="story"></textarea><p id="story-count" data-count-of="story" data-most="10"></p>
"""

AS_TYPED = [
    "£1,234.50", "1234.5", " 1,234 ", "(250.00)", "-250.00", "−£73.11", "£-1", "(£2.30)", ".5", "0", "0.00", "007",
    "9,999,999,999.99", "10000000000", "10000000000.01", "1,23", "12,34.56", "1.", ".", "£", "-", "()", "--1", "(-1)",
    "1.234", "1e3", "NaN", "inf", "abc", "€5", "1 234", "\u00a012.00\u00a0", "٣", "12,345,678.9",
]  # fmt: skip


@pytest.fixture(scope="module")
def page() -> Iterator[Page]:
    with sync_playwright() as playwright:
        browser = launch(playwright)
        page = browser.new_page()
        page.set_content(FORM)
        page.add_script_tag(path=SCRIPT)
        yield page
        browser.close()


def test_the_error_summary_has_the_focus(page: Page) -> None:
    assert page.evaluate("document.activeElement.className") == "problems"


@pytest.mark.parametrize("text", AS_TYPED)
def test_reads_money_as_the_server_does(page: Page, text: str) -> None:
    shown = page.evaluate("text => { const p = pence(text); return p === null ? null : p.toString() }", text)
    try:
        expected = str(to_pence(parse_pounds(text)))
    except NotMoney:
        expected = None
    assert shown == expected


@pytest.mark.parametrize("amount", ["0.00", "0.07", "-73.11", "999.99", "1234.50", "-9999999999.99"])
def test_shows_money_as_the_server_does(page: Page, amount: str) -> None:
    assert page.evaluate("text => pounds(pence(text))", amount) == format_pounds(Decimal(amount))


def test_totals_follow_what_is_typed(page: Page) -> None:
    page.fill("#b", "(0.03)")
    page.fill("#c", "9,999,999,989.99")
    assert page.inner_text("#claim") == "£9.97"
    assert page.inner_text("#all") == "£9,999,999,999.99"
    assert page.inner_text("#left") == "£2.53"
    page.fill("#b", "3")
    assert page.inner_text("#left") == "−£0.50"
    page.fill("#b", "three")
    assert page.inner_text("#claim") == "not an amount yet"
    page.fill("#b", "")
    assert page.inner_text("#claim") == "£10.00"


def test_the_count_says_how_much_room_is_left(page: Page) -> None:
    assert page.inner_text("#story-count") == "You have 10 characters remaining"
    page.fill("#story", "1234\n789")
    assert page.inner_text("#story-count") == "You have 1 character remaining"
    page.fill("#story", "123456789012")
    assert page.inner_text("#story-count") == "You have 2 characters too many"
