"""The script of the pages, in a real browser: totals agree with the server's reading of money, to the penny."""

from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

import pytest
from playwright.sync_api import Page, sync_playwright

from portfolio.money import NotMoney, format_pounds, parse_pounds, to_pence
from portfolio.spend.checks import Variance
from portfolio.web.filters import percent
from tests.browser import launch

SCRIPT = Path(__file__).parents[2] / "portfolio" / "static" / "site.js"

FORM = """
<div class="problems" tabindex="-1">There is a problem</div>
<input id="a" data-sum-into="claim all" value="10.00"><input id="b" data-sum-into="claim">
<input id="c" data-sum-into="all">
<span id="claim" data-sum-of="claim">£10.00</span><span id="all" data-sum-of="all">£10.00</span>
<span id="left" data-sum-of="claim" data-sum-from="£12.50">£2.50</span>
<span id="more" data-sum-of="claim" data-sum-less="£12.50">−£2.50</span>
<span id="share" data-share-of="claim" data-share-from="£8.00">25.0%</span>
<b id="under" data-when="left" data-when-of="claim" data-when-from="£10.00" hidden></b>
<b id="over" data-when="over" data-when-of="claim" data-when-from="£10.00" hidden></b>
<b id="why" data-when="unexplained" data-when-of="claim" data-when-from="£10.00" data-when-percent="10"
  data-when-floor="£2.00" hidden></b>
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


@pytest.mark.parametrize(
    ("typed", "share"),
    [("8", "0.0%"), ("8.01", "0.1%"), ("8.05", "0.6%"), ("7.98", "−0.2%"), ("8.02", "0.2%"), ("7.94", "−0.8%"),
     ("7.999", "–"), ("", "−100.0%"), ("-8", "−200.0%"), ("9999", "124,887.5%")],
)  # fmt: skip
def test_a_share_is_rounded_as_the_server_rounds_it(page: Page, typed: str, share: str) -> None:
    page.fill("#a", "")
    page.fill("#b", typed)
    assert page.inner_text("#share") == share
    try:
        amount = parse_pounds(typed or "0")
    except NotMoney:
        return
    said = Variance("labour", amount, Decimal("8.00"), must_be_explained=False).percent
    assert said is not None
    assert percent(said) == share


def test_what_a_sum_means_is_shown_as_it_is_typed(page: Page) -> None:
    def shown() -> list[str]:
        return [name for name in ("under", "over", "why") if not page.locator(f"#{name}").evaluate("e => e.hidden")]

    page.fill("#a", "10")
    page.fill("#b", "")
    assert shown() == []
    assert page.inner_text("#more") == "−£2.50"
    page.fill("#b", "2.00")
    assert shown() == ["over"]
    page.fill("#b", "2.01")
    assert shown() == ["over", "why"]
    page.fill("#b", "-2.01")
    assert shown() == ["under", "why"]
    page.fill("#b", "two")
    assert shown() == []
    page.fill("#a", "")
    page.fill("#b", "")
    assert shown() == ["under"], "of nothing there is nothing to explain yet"
    page.fill("#a", "10.00")


def test_the_count_says_how_much_room_is_left(page: Page) -> None:
    assert page.inner_text("#story-count") == "You have 10 characters remaining"
    page.fill("#story", "1234\n789")
    assert page.inner_text("#story-count") == "You have 1 character remaining"
    page.fill("#story", "123456789012")
    assert page.inner_text("#story-count") == "You have 2 characters too many"
