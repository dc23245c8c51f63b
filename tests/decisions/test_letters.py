"""The letters that follow from a decision: as pages, as Word documents, and for whom."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from docx import Document as WordFile
from sqlalchemy.orm import Session

from portfolio.decisions import letters
from portfolio.decisions.models import Decision
from portfolio.decisions.rules import Outcome
from portfolio.people.models import Person
from portfolio.people.rules import Role
from portfolio.proposals.models import MatchOffer, Proposal
from portfolio.proposals.rules import MatchKind
from portfolio.quarters import format_day
from reports.documents import Block, Bullets, Document, Heading, Paragraph, Table
from tests import make, rounds
from tests.conftest import NOW, SignedIn

TODAY = NOW.date()


@pytest.fixture
def lead(session: Session) -> Person:
    """Who leads the tool."""
    return make.person(session, Role.LEAD, name="Lena Marsh", email="lena@example.org")


@pytest.fixture
def tool(session: Session, lead: Person) -> Proposal:
    """A proposal for £16,500.00 of the non-labour stream, asked of both partnerships, beside one of somebody else."""
    tool = make.proposal(
        session,
        "SVD-25-04",
        title="High Harm Perpetrator Tool",
        asks={"non-labour": Decimal("16500.00")},
        csps=("dorset", "bcp"),
        lead_person_id=lead.id,
    )
    make.proposal(session, "SVD-25-05", asks={"non-labour": Decimal("33750.00")})
    return tool


def decided(session: Session, tool: Proposal, outcome: Outcome, **values: Any) -> Decision:
    """What Dorset decided in March."""
    return make.decision(session, tool, outcome=outcome, met_on=date(2025, 3, 13), minute="6.5 (d)", **values)


def words_of(block: Block) -> str:
    match block:
        case Table():
            return "\n".join("\t".join(row) for row in (block.columns, *block.rows))
        case Bullets():
            return "\n".join(block.items)
        case Heading() | Paragraph():
            return block.text
        case _:
            return ""


def text_of(letter: Document) -> str:
    return "\n".join(words_of(block) for block in letter.blocks)


def test_the_letter_of_an_award_says_what_when_and_on_what_conditions(session: Session, tool: Proposal) -> None:
    opcc = make.organisation(session, "opcc", name="OPCC")
    tool.match_offers = [MatchOffer(funder=opcc, kind=MatchKind.CASH, pledged=Decimal("7500.00"))]
    amounts = {"non-labour": Decimal("10401.93")}
    decision = decided(session, tool, Outcome.PART_FUNDED, amounts=amounts, reason="Remaining funding.")
    make.award(session, tool, amounts=amounts)
    letter = letters.decision_letter(session, decision, TODAY)
    text = text_of(letter)
    assert letter.title == "Decision on SVD-25-04, High Harm Perpetrator Tool"
    for said in (
        f"{format_day(TODAY)}\nLena Marsh\nDorset Council",
        "13 March 2025 (minute 6.5 (d)) and decided to fund it in part",
        "£10,401.93 of the £16,500.00 that you asked for.",
        "You asked 1 other partnership too",
        "Remaining funding.",
        "Non-labour\t£16,500.00\t£10,401.93",
        "Cost\tQ1 2025/26\tQ2 2025/26\tQ3 2025/26\tQ4 2025/26\tTotal",
        "Non-labour\t£2,600.49\t£2,600.48\t£2,600.48\t£2,600.48\t£10,401.93",
        "31 July 2025, 31 October 2025, 31 January 2026, 30 April 2026",
        "cannot be carried over",
        "You offered match of £7,500.00 in cash.",
    ):
        assert said in text


def test_the_letter_of_a_no_says_why_and_what_to_do(session: Session, tool: Proposal) -> None:
    said = {
        Outcome.REJECTED: "decided not to fund it.",
        Outcome.DEFERRED: "You need not send the proposal again: the partnership will come back to it",
        Outcome.RESERVE: "Spend nothing on it until then",
        Outcome.WITHDRAWN: "noted that it is withdrawn.",
    }
    before = None
    for outcome, words in said.items():
        decision = decided(session, tool, outcome, reason="No exit plan.", supersedes=before)
        text = text_of(letters.decision_letter(session, decision, TODAY))
        assert words in text
        assert "No exit plan." in text
        assert "What is awarded" not in text
        replaced = "This takes the place of the decision of 13 March 2025"
        assert (replaced in text) == (before is not None)
        before = decision


def test_feedback_is_words_for_each_criterion_and_never_points_or_names(session: Session, tool: Proposal) -> None:
    dorset = tool.asked_of[0].csp
    tool.asked_of[0].days_late = 2
    decision = decided(session, tool, Outcome.REJECTED, reason="No exit plan.")
    bare = text_of(letters.feedback_letter(session, decision, TODAY))
    assert (
        "The partnership had £120,000.00 of the non-labour stream, and 2 proposals asked for £50,250.00 of it." in bare
    )
    assert "What the panel found" not in bare
    mia, max_ = (make.person(session, Role.CSP_MEMBER, name=name) for name in ("Mia Member", "Max Member"))
    strong = {name: 5 if name == "Need" else 1 if name == "Value" else 2 for name in rounds.CRITERIA}
    rounds.assessment(session, tool, dorset, mia, strong, passed=False)
    rounds.assessment(session, tool, dorset, max_, 2)
    letter = letters.feedback_letter(session, decision, TODAY)
    [table] = [block for block in letter.blocks if isinstance(block, Table)]
    assert [(row[0], row[2]) for row in table.rows] == [
        ("Strategic fit (weighs 25 of 100)", "Met in part: more was wanted"),
        ("Need (weighs 20 of 100)", "Strong"),
        ("Evidence base (weighs 15 of 100)", "Met in part: more was wanted"),
        ("Deliverability (weighs 15 of 100)", "Met in part: more was wanted"),
        ("Outcomes (weighs 15 of 100)", "Met in part: more was wanted"),
        ("Value (weighs 10 of 100)", "Not shown: much more was wanted"),
    ]
    assert Bullets(rounds.GATES) in letter.blocks
    assert Paragraph("The proposal came 2 days after the partnership's call had closed.") in letter.blocks
    for kept in ("Mia", "Max", "As the proposal shows", "SVD-25-05"):
        assert kept not in text_of(letter)
    rounds.moderation(session, tool, dorset, mia, points=4)
    agreed = letters.feedback_letter(session, decision, TODAY)
    [table] = [block for block in agreed.blocks if isinstance(block, Table)]
    assert {row[2] for row in table.rows} == {"Strong"}
    assert Bullets(rounds.GATES) not in agreed.blocks


def test_letters_are_pages_and_files_for_the_partnership_and_the_lead(
    session: Session, tool: Proposal, lead: Person, signed_in: SignedIn
) -> None:
    first = decided(session, tool, Outcome.DEFERRED, reason="Costs are not profiled.")
    decision = decided(session, tool, Outcome.REJECTED, reason="No exit plan.", supersedes=first)
    session.commit()
    here = f"/decisions/{decision.id}"
    officer = signed_in(Role.CSP_OFFICER)
    assert f'href="{here}/letter"' in officer.get("/proposals/SVD-25-04").text
    page = officer.get(f"{here}/letter").text
    assert "No exit plan." in page
    assert f'href="/decisions/{first.id}/letter"' in page
    assert "A later decision has taken the place of this one" in officer.get(f"/decisions/{first.id}/letter").text
    assert "Feedback on SVD-25-04" in officer.get(f"{here}/feedback").text
    for name in ("letter", "feedback"):
        file = officer.get(f"{here}/{name}.docx")
        assert file.headers["Content-Disposition"].startswith("attachment; filename=SVD-25-04_Dorset_CSP_")
        assert "No exit plan." in [each.text for each in WordFile(BytesIO(file.data)).paragraphs]
    assert signed_in(person=lead).get(f"{here}/letter").status_code == 200
    for stranger in (signed_in(Role.LEAD), signed_in(Role.CSP_OFFICER, csp=make.csp(session, "bcp"))):
        assert stranger.get(f"{here}/letter").status_code == 404
    assert officer.get("/decisions/2147483647/letter").status_code == 404
