"""Level-Up's second quarter in a real browser: by the keyboard alone, without the pages' script and with it."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy.orm import Session

from portfolio.app import create_app
from portfolio.clock import StoppedClock
from portfolio.commands.demo import PASSWORD, STORY
from portfolio.config import Config
from portfolio.decisions.models import Award
from portfolio.money import from_pence
from portfolio.people.actions import hash_of
from portfolio.people.rules import Role
from portfolio.spend.claiming import contents_of
from portfolio.spend.models import ClaimQuery, Forecast
from portfolio.spend.rules import RAG, ClaimStatus
from tests import make
from tests.conftest import NOW
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import faults_of
from tests.make import Q2, Q3, Q4
from tests.serving import put_up
from tests.spend import level_up
from tests.spend.level_up import Q2_PAGE

EMAIL = "lena@council.example"
MOST_PAGES, MOST_SECONDS = 12, 5 * 60
AMOUNTS = (
    ("pay and on-costs", "4655.00", ""),
    ("equipment and materials", "837.77", ""),
    ("other", "-125.00", "Refund of a cancelled venue booked in June"),
)


@pytest.fixture
def award(session: Session) -> Award:
    """Level-Up, its first quarter approved, and its lead, who has a passphrase."""
    lead = make.person(session, Role.LEAD, name="Lena Marsh", email=EMAIL, password_hash=hash_of(PASSWORD))
    made = level_up.award(session, lead)
    level_up.first_quarter(session, made)
    session.commit()
    return made


@pytest.fixture
def site(config: Config, award: Award) -> Iterator[str]:
    """Their site, on the story's day."""
    with put_up(create_app(config, StoppedClock(NOW))) as address:
        yield address


def fill_spend(keys: Keyboard, amounts: tuple[tuple[str, str, str], ...] = AMOUNTS) -> None:
    """The boxes of the spend page, in their order."""
    for category, amount, what_for in amounts:
        keys.fill(f"Q2 actual, non-labour, {category}", amount)
        if what_for:
            keys.fill(f"What it was for: non-labour, {category}", what_for)


def fill_the_rest(keys: Keyboard) -> None:
    """Every page from the match on, up to the one on which answers are checked."""
    keys.fill("Match spent this quarter", "0")
    keys.go_to("Save and continue")
    keys.enter(f"{Q2_PAGE}/forecast")
    for quarter, amount in (("Q3", "5500.00"), ("Q4", "5491.25")):
        keys.go_to(f"{quarter} forecast, non-labour")
        keys.press("Control+A")
        keys.type(amount)
    keys.go_to("Save and continue")
    keys.enter(f"{Q2_PAGE}/progress")
    keys.fill("What was done this quarter", "Two extra groups in September.")
    keys.go_to("Green")
    keys.press("ArrowDown")
    keys.go_to("Green")
    keys.press("Space")
    for page in ("outputs", "risks", "check"):
        keys.go_to("Save and continue")
        keys.enter(f"{Q2_PAGE}/{page}")


def told() -> dict[str, Any]:
    """What the story says of this claim."""
    story = json.loads(STORY.read_text(encoding="utf-8"))
    named = {"proposal": "SVD-25-03", "csp": "dorset", "year": 2025, "quarter": 2}
    claims: list[dict[str, Any]] = [one for one in story["claims"] if named.items() <= one.items()]
    return claims[0]


def as_the_story_tells_it(session: Session, award: Award) -> bool:
    """Whether the claim was sent, and holds what the story says."""
    claim, story = level_up.claim_now(session, award), told()
    kept = contents_of(claim)
    lines = [(line.stream, line.category, line.amount, line.description) for line in kept.lines]
    assert lines == [
        (line["stream"], line["category"], from_pence(line["amount"]), line.get("description"))
        for line in story["lines"]
    ]
    assert (kept.narrative, kept.delivery_rag, kept.match_spent) == (
        story["narrative"],
        story["delivery_rag"],
        from_pence(0),
    )
    assert kept.spend_rag is RAG.GREEN
    assert {quarter: str(amount) for (_, quarter), amount in kept.forecasts.items()} == {Q3: "5500.00", Q4: "5491.25"}
    return claim.status is ClaimStatus.SUBMITTED


@contextmanager
def at_the_keyboard(browser: Browser, *, script: bool) -> Iterator[Keyboard]:
    """Somebody at a browser of their own, with the pages' script or without."""
    context = browser.new_context(viewport={"width": 1280, "height": 900}, java_script_enabled=script)
    yield Keyboard(context.new_page())
    context.close()


def test_without_the_script_in_at_most_twelve_pages(
    browser: Browser, site: str, session: Session, award: Award, capsys: pytest.CaptureFixture[str]
) -> None:
    with at_the_keyboard(browser, script=False) as lena:
        loads: list[str] = []
        lena.page.on("load", lambda page: loads.append(page.url))
        lena.sign_in(site, EMAIL)
        lena.go_to("Start the claim")
        lena.enter(f"{Q2_PAGE}$")
        lena.go_to("Spend")
        lena.enter(f"{Q2_PAGE}/spend")
        fill_spend(lena)
        lena.fill("Why spend differs from the profile", level_up.EXPLANATION)
        lena.go_to("Save and continue")
        lena.enter(f"{Q2_PAGE}/match")
        fill_the_rest(lena)
        lena.go_to("Send claim")
        lena.enter(f"{Q2_PAGE}/receipt")
        expect(lena.page.get_by_role("main")).to_contain_text("Your reference is SVD-25-03-DORSET-2025-26-Q2-")
    assert as_the_story_tells_it(session, award)
    assert len(loads) == lena.read <= MOST_PAGES, loads
    with capsys.disabled():
        print(f"\nLevel-Up's quarter took {len(loads)} pages and {lena.keys} keys")  # noqa: T201 - what was measured


def test_with_the_script_totals_variance_and_room_follow_what_is_typed(
    browser: Browser, site: str, session: Session, award: Award, capsys: pytest.CaptureFixture[str]
) -> None:
    with at_the_keyboard(browser, script=True) as lena:
        page = lena.page
        started = time.monotonic()
        lena.sign_in(site, EMAIL, Q2_PAGE)  # the link of the reminder
        lena.go_to("Spend")
        lena.enter(f"{Q2_PAGE}/spend")
        fill_spend(lena)
        shown = {
            "Total": "£5,367.77",
            "Above or below the profile": "£398.94",
            "Left of the award": "£10,991.25",
        }
        for words, amount in shown.items():
            expect(page.get_by_role("row", name=words)).to_contain_text(amount)
        row = page.get_by_role("row", name="Above or below the profile")
        expect(row).to_contain_text("8.0% of the profile")
        expect(row.get_by_text("explain it below")).to_be_hidden()
        lena.fill("Why spend differs from the profile", level_up.EXPLANATION)
        expect(page.get_by_text("You have 2,933 characters remaining")).to_be_visible()
        lena.go_to("Save and continue")
        lena.enter(f"{Q2_PAGE}/match")
        fill_the_rest(lena)
        lena.go_to("Send claim")
        lena.enter(f"{Q2_PAGE}/receipt")
        took = time.monotonic() - started
    assert as_the_story_tells_it(session, award)
    by_hand = took + lena.seconds
    with capsys.disabled():
        print(  # noqa: T201 - what was measured
            f"\nLevel-Up's quarter took {took:.1f} s of the machine's, with {lena.keys} keys on {lena.read} pages: "
            f"about {by_hand:.0f} s by hand"
        )
    assert by_hand < MOST_SECONDS


def test_the_script_asks_for_an_explanation_and_names_what_is_not_used(
    browser: Browser, site: str, session: Session, award: Award
) -> None:
    with at_the_keyboard(browser, script=True) as lena:
        page = lena.page
        lena.sign_in(site, EMAIL)
        lena.open(f"{site}{Q2_PAGE}/spend")
        need = page.get_by_role("row", name="Above or below the profile").get_by_text("explain it below")
        expect(need).to_be_hidden()
        lena.fill("Q2 actual, non-labour, pay and on-costs", "5468.84")
        expect(need).to_be_visible()
        lena.press("Backspace")
        lena.type("3")
        expect(need).to_be_hidden()
        lena.press("Backspace")
        lena.type("4")
        lena.go_to("Save and continue")
        lena.enter(f"{Q2_PAGE}/spend$")
        expect(page.get_by_role("alert")).to_contain_text("is £500.01 (10.1%) more than the profile of £4,968.83")
        assert page.evaluate("document.activeElement.id") == "variance_explanation"
        lena.type("More groups.")
        lena.go_to("Save and continue")
        lena.enter(f"{Q2_PAGE}/match")
        lena.open(f"{site}{Q2_PAGE}/forecast")
        left, over = page.get_by_text("would not be used"), page.get_by_text("more than its award")
        expect(left).to_contain_text("£952.52")
        lena.go_to("Q3 forecast, non-labour")
        lena.press("Control+A")
        lena.type("5921.35")
        expect(left).to_be_hidden()
        expect(over).to_be_hidden()
        lena.press("Backspace")
        lena.type("6")
        expect(over).to_be_visible()


def test_every_page_of_a_claim_is_accessible_and_fits(
    browser: Browser, site: str, session: Session, award: Award
) -> None:
    """As it is opened, refused, in conflict, closed meanwhile, asked about, checked, and sent."""
    claim = make.claim(session, award, Q2, lines={("non-labour", "pay and on-costs"): from_pence(100)})
    asked = ClaimQuery(asked_by_id=make.person(session, name="Fay").id, asked_at=NOW, question="Why so little?")
    line = award.lines[0]
    asked.stream, asked.category = line.stream, claim.lines[0].category
    claim.queries, claim.status = [asked], ClaimStatus.QUERIED
    claim.forecasts = [Forecast(stream=line.stream, quarter=each, amount=from_pence(0)) for each in (Q3, Q4)]
    session.commit()
    page = browser.new_page()
    Keyboard(page).sign_in(site, EMAIL)
    faults: dict[str, list[str]] = {}
    for each in ("", "/answers", "/match", "/forecast", "/progress", "/outputs", "/risks", "/check"):
        page.goto(f"{site}{Q2_PAGE}{each}")
        faults[each] = faults_of(page)
    page.goto(f"{site}{Q2_PAGE}/spend")
    page.fill("#lines-1-amount", "46,55")
    page.get_by_role("button", name="Save and continue").click()
    faults["refused"] = faults_of(page)
    page.goto(f"{site}{Q2_PAGE}/risks")
    claim.risks = "Rain"
    session.commit()
    page.fill("#risks", "Snow")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("main")).to_contain_text("Somebody else saved this page while you had it open")
    faults["in conflict"] = faults_of(page)
    make.lock(session, award, Q2)
    session.commit()
    page.get_by_role("button", name="Save mine").click()
    expect(page.get_by_role("main")).to_contain_text("What happened while this page was open")
    faults["closed"] = faults_of(page)
    page.close()
    assert {name: found for name, found in faults.items() if found} == {}
