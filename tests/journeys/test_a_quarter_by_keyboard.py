"""A quarter of finance, from what is missing to the money, with the keyboard alone; each new page is looked at once."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.test_a_round_by_keyboard import Journey, Walk

FINANCE, CERTIFIER, OPCC = "frank@finance.example", "cora@finance.example", "owen@opcc.example"
RETURN = r"/returns/\d+"


@contextmanager
def of(journey: Journey, email: str) -> Iterator[Walk]:
    """Somebody of the demonstration signs in, does their part, and goes."""
    context = journey.browser.new_context(viewport={"width": 1280, "height": 900})
    walk = Walk(context.new_page(), journey=journey)
    walk.sign_in(journey.site, email)
    yield walk
    context.close()
    journey.pressed += walk.keys
    journey.read += walk.read


def prepare(frank: Walk) -> None:
    frank.follow("See the returns", "/returns")
    frank.follow("1 measure", "/readiness")
    frank.look("what is missing")
    frank.follow("See the figures as they stand now", "/opcc")
    frank.look("figures as they stand now")
    frank.follow("Prepare", RETURN)
    expect(frank.main).to_contain_text("You prepared this return, so somebody else must check it.")


def check_and_certify(cora: Walk) -> None:
    cora.follow("OPCC return", RETURN)
    cora.follow("Check", f"{RETURN}/check")
    cora.follow("Accept these points", f"{RETURN}/check")
    expect(cora.page.get_by_role("alert")).to_be_focused()
    cora.look("check, refused")
    cora.fill("Why it is accepted: Hospital", "It comes in May")
    for _ in range(3):
        cora.fill("One reason for all", "Known to the OPCC")
    cora.follow("Accept these points", RETURN)
    cora.follow("Certify", f"{RETURN}/certify")
    cora.look("certificate")
    cora.go_to("Role")
    cora.press("Control+A")
    cora.type("Chief Finance Officer")
    cora.follow("Sign the certificate", RETURN)
    expect(cora.main).to_contain_text("Certified")


def issue(frank: Walk) -> None:
    frank.follow("OPCC return", RETURN)
    frank.follow("Issue", f"{RETURN}/issue")
    frank.look("issue")
    frank.follow("Issue the return", RETURN)
    frank.look("return, issued")


def defend(frank: Walk) -> None:
    frank.follow("What changed since the return before", f"{RETURN}/changes")
    expect(frank.main).to_contain_text("correction 1 of Q1 2025/26")
    frank.look("what changed")
    frank.page.go_back()
    frank.follow("£72,857.14", f"{RETURN}/why/summary/.+")
    expect(frank.main).to_contain_text("£72,857.14")
    frank.look("why a figure is what it is")


def fill_the_form(frank: Walk) -> None:
    frank.follow("Fill the funder’s own form", "/forms")
    frank.look("funders’ forms")
    frank.follow("Serious Violence Duty claim form", r"/forms/\d+")
    frank.look("form")
    frank.follow("Open the newest edition", r"/forms/editions/\d+")
    frank.look("edition of a form")
    frank.follow("Try it and fill it", "/try")
    frank.look("form, tried")
    frank.follow("Fill the form", r"/forms/filled/\d+")
    frank.look("form, filled")
    frank.go_to("Download the filled form")
    with frank.page.expect_download() as saved:
        frank.press("Enter")
    assert saved.value.suggested_filename.endswith("Q2.xlsx")


def forward_and_pay(owen: Walk) -> None:
    owen.follow("Forward", f"{RETURN}/forward")
    owen.look("forward")
    owen.go_to("Record that it was forwarded")
    owen.enter(f"{RETURN}([?#]|$)")
    owen.follow("Record a payment", f"{RETURN}/payment")
    owen.look("payment")
    owen.tick("Labour")
    owen.fill("Amount received", "28,000.00")
    owen.follow("Record the payment", RETURN)
    expect(owen.main).to_contain_text("£28,000.00")


def test_a_quarter_runs_with_a_keyboard(browser: Browser, site: str, capsys: pytest.CaptureFixture[str]) -> None:
    journey = Journey(browser, site)
    with of(journey, FINANCE) as frank:
        prepare(frank)
    with of(journey, CERTIFIER) as cora:
        check_and_certify(cora)
    with of(journey, FINANCE) as frank:
        issue(frank)
        address = frank.page.url
        defend(frank)
        frank.open(address)
        fill_the_form(frank)
    with of(journey, OPCC) as owen:
        owen.open(address)
        forward_and_pay(owen)
    with of(journey, FINANCE) as frank:
        frank.follow("All money in", "/returns/money-in")
        expect(frank.main).to_contain_text("£16.54")  # of £28,016.54
        frank.look("money in")
    with capsys.disabled():
        print(f"\nThe quarter took {journey.pressed} keys on {journey.read} pages")  # noqa: T201 - what was measured
    assert {name: found for name, found in journey.faults.items() if found} == {}
