"""A partnership's round from its call to its progress report, with the keyboard alone; each page is looked at once."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

import pytest
from playwright.sync_api import Browser, FileChooser, FilePayload, Locator, expect
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.app import create_app
from portfolio.assessment.actions import declare_interest
from portfolio.assessment.counting import recount
from portfolio.clock import StoppedClock
from portfolio.commands.demo import PASSWORD
from portfolio.config import Config
from portfolio.decisions.models import Award
from portfolio.people.actions import hash_of
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.proposals.rules import Level
from tests import make, rounds
from tests.conftest import NOW
from tests.journeys.keyboard import Keyboard
from tests.journeys.looking import faults_of
from tests.serving import put_up

OTHERS = {"SVD-25-01": ("60000.00", Level.UNIVERSAL), "SVD-25-02": ("40000.00", Level.TARGETED)}
"""Proposals that are in already, with what they ask of non-labour money, of which there is £120,000."""
PLACE = "/scenarios/rounds/1/dorset"
WAYS = ("Proposals", "Assessment", "What if", "Actions", "Compare", "Progress")
BESIDE = """() => [...document.querySelectorAll("table.stacks")]
  .filter((table) => table.offsetWidth > table.parentElement.clientWidth + 1)
  .map((table) => "beside its column: " + table.caption.textContent)"""
PDF: FilePayload = {"name": "policy.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4 our policy %%EOF"}


@pytest.fixture
def people(session: Session) -> dict[str, Person]:
    """Who takes part, by first name; Ines declared an interest in the first of two proposals that are in already."""
    make.funding_year(session)
    there = (
        ("Olive Marsh", Role.CSP_OFFICER),
        ("Moira Field", Role.CSP_MEMBER),
        ("Ines Roy", Role.CSP_MEMBER),
        ("Lena Hart", Role.LEAD),
    )
    made = {
        name.split()[0].lower(): make.person(
            session, role, csp=make.csp(session), name=name, email=f"{name.split()[0].lower()}@round.example",
            password_hash=hash_of(PASSWORD),
        )
        for name, role in there
    }  # fmt: skip
    for reference, (asks, level) in OTHERS.items():
        make.proposal(session, reference, asks={"non-labour": Decimal(asks)}, levels=[level])
    declare_interest(session, make.proposal(session, "SVD-25-01"), made["ines"], "Sits on its board", date(2025, 9, 1))
    session.commit()
    return made


@pytest.fixture
def site(config: Config, people: dict[str, Person]) -> Iterator[str]:
    """Their site, on the story's day."""
    with put_up(create_app(config, StoppedClock(NOW))) as address:
        yield address


@dataclass
class Journey:
    """Everybody's way through the round, in one browser."""

    browser: Browser
    site: str
    pressed: int = 0
    read: int = 0
    faults: dict[str, list[str]] = field(default_factory=dict)

    @contextmanager
    def of(self, name: str) -> Iterator["Walk"]:
        """Somebody signs in, does their part, and goes."""
        context = self.browser.new_context(viewport={"width": 1280, "height": 900})
        walk = Walk(context.new_page(), journey=self)
        walk.sign_in(self.site, f"{name}@round.example")
        walk.look(f"front page, {walk.page.locator('.roles').inner_text()}")
        yield walk
        context.close()
        self.pressed += walk.keys
        self.read += walk.read


@dataclass
class Walk(Keyboard):
    """Somebody's part of the round."""

    journey: Journey = field(kw_only=True)

    @property
    def main(self) -> Locator:
        """What the page is about."""
        return self.page.get_by_role("main")

    def look(self, name: str) -> None:
        """Have the page that is open looked at, unless it was."""
        if name not in self.journey.faults:
            self.journey.faults[name] = faults_of(self.page) + self.page.evaluate(BESIDE)

    def go_to(self, name: str) -> None:
        """On a page that was just opened, past the ways in that stand on every page, unless one of them is sought."""
        if name not in WAYS and self.page.evaluate("document.activeElement === document.body"):
            self.press("Tab")
            self.press("Enter")
        super().go_to(name)

    def follow(self, name: str, path: str) -> None:
        """Go to a link or a button, and press it: the page that follows is at a path, whatever stands behind it."""
        self.go_to(name)
        self.enter(f"{path}([?#]|$)")

    def day(self, day: int, month: int) -> None:
        """The boxes of a date in 2025, from the first one on."""
        for part, number in (("Day", day), ("Month", month), ("Year", 2025)):
            self.go_to(part)
            self.press("Control+A")
            self.type(str(number))

    def tick(self, name: str) -> None:
        """Tick a box, or take a tick away."""
        self.go_to(name)
        self.press("Space")

    def choose(self, name: str, times: int = 1) -> None:
        """Go down the list of a box, or along a row of answers."""
        self.go_to(name)
        for _ in range(times):
            self.press("ArrowDown")

    def score(self, points: int) -> None:
        """Pass every gate, and give every criterion as many points."""
        while self.page.evaluate("document.querySelector('fieldset:not(:has(:checked))') !== null"):
            self.press("Tab")
            kind = self.page.evaluate("document.activeElement.name || ''")
            if kind.startswith("passed"):
                self.press("Space")
            elif kind.startswith("points"):
                for _ in range(points):
                    self.press("ArrowRight")
                self.press("Tab")
                self.type("As it says")


def set_up_the_call(olive: Walk) -> None:
    olive.follow("Proposals", "/proposals")
    olive.follow("Calls for proposals", "/rounds")
    olive.look("calls")
    olive.follow("Set up the call", "/rounds/2025-26/dorset/edit")
    olive.day(1, 9)
    olive.day(31, 10)
    olive.fill("Guidance", "Think of schools.")
    olive.look("call, written")
    olive.follow("Save the call", "/rounds/2025-26/dorset")
    expect(olive.main).to_contain_text("It is open until the end of 31 October 2025")
    olive.look("call")


def attach(chooser: FileChooser) -> None:
    """What a browser's own window for choosing a file comes to."""
    chooser.set_files(PDF)


def write_a_proposal(lena: Walk) -> None:
    lena.page.on("filechooser", attach)
    lena.follow("Write a proposal", "/proposals/new")
    lena.fill("Title", "Weymouth street mentors")
    lena.choose("Lead organisation")
    lena.tick("New")
    lena.look("project")
    lena.follow("Save and continue", "/edit/work")
    lena.fill("Summary", "Two mentors")
    lena.fill("Need", "Fights at night")
    lena.tick("Targeted")
    lena.look("work")
    lena.follow("Save and continue", "/edit/money")
    lena.fill("labour, pay and on-costs, Q1", "2500")
    lena.fill("non-labour, training, Q3", "30000,5")
    lena.follow("Save and continue", "/edit/money")
    expect(lena.page.get_by_role("alert")).to_be_focused()
    lena.look("money, refused")
    lena.press("Tab")
    lena.press("Enter")  # the sentence leads to the box
    lena.press("Control+A")
    lena.type("30000.50")
    expect(lena.main.get_by_text("Asked for in all")).to_contain_text("£32,500.50")
    lena.follow("Save and continue", "/edit/match")
    lena.look("match")
    lena.follow("Save and go to the list", "/edit")
    lena.look("steps")
    lena.follow("Documents", "/documents")
    lena.go_to("File")
    lena.press("Enter")
    expect(lena.page.get_by_label("File", exact=True)).to_have_value(re.compile("policy.pdf"))
    lena.follow("Attach", "/documents")
    expect(lena.main).to_contain_text("policy.pdf")
    lena.look("documents")
    lena.follow("Back to the list", "/edit")
    lena.follow("Check and submit", "/check")
    lena.look("check")
    lena.follow("Submit the proposal", "/proposals/SVD-25-03")
    expect(lena.main).to_contain_text("is submitted")
    lena.look("proposal, its lead’s")


def score_it(moira: Walk) -> None:
    moira.follow("Assessment", "/assessment")
    moira.look("proposals to score")
    moira.follow("Score it: SVD-25-03", "/assess/dorset")
    moira.follow("Submit my scores", "/assess/dorset")
    expect(moira.page.get_by_role("alert")).to_be_focused()
    moira.look("scores, refused")
    moira.score(4)
    moira.follow("Submit my scores", "")
    expect(moira.main).to_contain_text("Your scores of SVD-25-03 are with the panel")


def take_no_part(ines: Walk) -> None:
    ines.follow("Assessment", "/assessment")
    expect(ines.main.get_by_role("row", name="SVD-25-01")).to_contain_text("You lead it, or declared an interest")
    ines.follow("SVD-25-01", "/proposals/SVD-25-01")
    ines.follow("Score it", "/assess/dorset")
    expect(ines.main).to_contain_text("interest")
    ines.look("conflicted")
    ines.follow("Assessment", "/assessment")
    ines.follow("Score it: SVD-25-03", "/assess/dorset")
    ines.look("scores")
    ines.go_to("Guidance")
    ines.score(2)
    ines.follow("Submit my scores", "")


def agree(olive: Walk) -> None:
    olive.follow("Assessment", "/assessment")
    olive.follow("Dorset CSP", "/assessment/1/dorset")
    olive.look("ranking")
    olive.follow("60.0%: scores and reasons of SVD-25-03", "/panel/dorset")
    olive.look("panel")
    olive.follow("Record what the panel agreed", "/moderate/dorset")
    for criterion in rounds.CRITERIA:
        olive.go_to(f"{criterion}")
        olive.type("3")
        olive.press("Tab")
        olive.type("Between the two")
    olive.tick("Passes")
    olive.fill("How the panel came to this", "Need is clear")
    olive.look("agreeing")
    olive.follow("Record what the panel agreed", "/panel/dorset")
    expect(olive.main).to_contain_text("Agreed 60%")


def try_portfolios(olive: Walk) -> None:
    olive.follow("What if", "/scenarios")
    olive.look("what if")
    olive.follow("2025/26, Dorset CSP", PLACE)
    olive.look("what if, nothing tried")
    olive.follow("Try a portfolio", f"{PLACE}/new")
    standing = olive.main.get_by_role("status")
    olive.tick("Take in SVD-25-01")
    expect(standing).to_contain_text("1 of 3 taken in; labour: £30,000.00 left; non-labour: £60,000.00 left")
    olive.fill("SVD-25-03, non-labour", "20,000")
    expect(standing).to_contain_text("2 of 3 taken in; labour: £27,500.00 left; non-labour: £40,000.00 left")
    expect(olive.page.get_by_label("SVD-25-03, non-labour")).to_be_focused()
    olive.look("portfolio, tried")
    olive.fill("Name", "Street first")
    olive.follow("Save this scenario", r"/scenarios/\d+")
    expect(olive.main).to_contain_text("“Street first” is saved. Nothing is decided by it.")
    olive.look("scenario")


def find_the_best(olive: Walk) -> None:
    olive.follow("Dorset CSP, 2025/26", PLACE)
    olive.follow("Find the best-scoring set", f"{PLACE}/best")
    olive.look("best set, asked")
    olive.tick("Targeted")
    olive.follow("Find the best-scoring set", f"{PLACE}/best")
    expect(olive.main).to_contain_text("No other set that keeps to what you chose has more than")
    olive.look("best set, found")
    olive.follow("Open it in the workspace", f"{PLACE}/new")
    olive.fill("Name", "Best of all")
    olive.follow("Save this scenario", r"/scenarios/\d+")
    olive.follow("Dorset CSP, 2025/26", PLACE)
    olive.look("what if, two tried")
    olive.follow("Compare those ticked", f"{PLACE}/compare")
    expect(olive.main.get_by_role("columnheader", name="Street first")).to_have_count(2)
    olive.look("side by side")


def decide(olive: Walk) -> None:
    olive.follow("Street first", r"/scenarios/\d+")
    olive.follow("Turn it into decisions", "/decide")
    olive.follow("Record these decisions", "/decide")
    expect(olive.page.get_by_role("alert")).to_be_focused()
    olive.look("decisions, refused")
    olive.fill("SVD-25-03, reason", "All that is left")
    olive.choose("SVD-25-02, decision")
    olive.fill("SVD-25-02, reason", "Scored less")
    olive.day(13, 10)
    olive.fill("Minute", "6.5")
    olive.follow("Record these decisions", "")
    expect(olive.main).to_contain_text("Dorset CSP: 3 decisions recorded, as “Street first” had it.")
    olive.look("after deciding")
    olive.follow("SVD-25-03", "/proposals/SVD-25-03")
    olive.look("proposal, decided")
    olive.follow("Decision letter", r"/decisions/\d+/letter")
    olive.look("letter")
    olive.go_to("Save as a Word document")
    with olive.page.expect_download() as saved:
        olive.press("Enter")
    assert saved.value.suggested_filename.endswith(".docx")


def follow_up(olive: Walk) -> None:
    olive.follow("Actions", "/actions")
    olive.look("actions")
    olive.follow("Record an action", "/actions/dorset/new")
    olive.fill("What is to be done", "Ask the schools")
    olive.choose("Who does it")
    olive.day(12, 12)
    olive.fill("Proposal", "SVD-25-03")
    olive.look("action, written")
    olive.day(13, 10)
    olive.follow("Save", r"/actions/\d+")
    expect(olive.main).to_contain_text("Ask the schools")
    olive.follow("Compare", "/decisions/compare")
    olive.look("comparison")
    olive.choose("Outcome", 3)
    olive.follow("Show", "/decisions/compare")
    expect(olive.main).to_contain_text("1 proposal asked for £40,000.00")
    olive.look("comparison, narrowed")
    olive.follow("Progress", "/progress")
    olive.look("progress reports")
    olive.follow("Read the report of Dorset", r"/progress/1/2025-26/q\d/dorset")
    expect(olive.main).to_contain_text("Ask the schools")
    olive.look("progress report")


def test_a_round_runs_with_a_keyboard(
    browser: Browser, site: str, session: Session, people: dict[str, Person], capsys: pytest.CaptureFixture[str]
) -> None:
    journey = Journey(browser, site)
    with journey.of("olive") as olive:
        set_up_the_call(olive)
    with journey.of("lena") as lena:
        write_a_proposal(lena)
    for reference, points in (("SVD-25-01", 4), ("SVD-25-02", 2)):
        proposal = make.proposal(session, reference)
        rounds.assessment(session, proposal, make.csp(session), people["moira"], points)
        recount(session, proposal.id)
    session.commit()
    with journey.of("moira") as moira:
        score_it(moira)
    with journey.of("ines") as ines:
        take_no_part(ines)
    with journey.of("olive") as olive:
        agree(olive)
        try_portfolios(olive)
        find_the_best(olive)
        decide(olive)
        follow_up(olive)
    with capsys.disabled():
        print(f"\nThe round took {journey.pressed} keys on {journey.read} pages")  # noqa: T201 - what was measured
    assert {name: found for name, found in journey.faults.items() if found} == {}
    awards = session.scalars(select(Award).order_by(Award.id))
    assert {award.proposal.reference: sum(line.amount for line in award.lines) for award in awards} == {
        "SVD-25-01": Decimal("60000.00"),
        "SVD-25-03": Decimal("22500.00"),
    }
