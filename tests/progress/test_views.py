"""The progress report: one page and one Word file of the same figures, which are those of every other page."""

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO

import docx
import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.decisions.models import Award
from portfolio.decisions.rules import Outcome
from portfolio.measures.models import Indicator, IndicatorResult, Observation
from portfolio.measures.rules import IndicatorKind
from portfolio.people.rules import Role
from portfolio.spend.rules import ClaimStatus
from tests import make, rounds
from tests.conftest import NOW, SignedIn, title_of
from tests.make import Q1, Q2
from tests.pages import read

SPEND = {("labour", "pay and on-costs"): Decimal("1900.00"), ("non-labour", "training"): Decimal("3100.01")}


@pytest.fixture
def award(session: Session) -> Award:
    """Dorset with a funded and a rejected proposal, two quarters claimed, match, an output, a measure, an action."""
    nurse = make.award(session, make.proposal(session, asks=make.ASKS))
    rejected = make.proposal(session, "SVD-25-02", title="Street football", asks={"labour": Decimal("9000.00")})
    make.decision(session, rejected, outcome=Outcome.REJECTED, amounts={}, reason="No evidence offered")
    make.proposal(session, "SVD-25-03", title="Not decided", asks={"labour": Decimal("500.00")})
    make.claim(session, nurse, Q1, lines=SPEND)
    make.claim(session, nurse, Q2, lines=SPEND, narrative="Forty seen.\nTwo schools joined.", risks="Staff turnover",
               variance_explanation="Started late")  # fmt: skip
    make.match(session, nurse)
    seen = Indicator(award=nurse, kind=IndicatorKind.OUTPUT, name="Young people seen", unit="people", target=60)
    small = Indicator(award=nurse, kind=IndicatorKind.OUTPUT, name="Referred on", unit="people", target=20)
    seen.results = [IndicatorResult(quarter=Q1, value=18), IndicatorResult(quarter=Q2, value=22)]
    small.results = [IndicatorResult(quarter=Q2, value=3)]
    told_apart = Indicator(award=nurse, kind=IndicatorKind.OUTPUT, name="Families met", unit="families", target=4)
    told_apart.results = [IndicatorResult(quarter=Q1, value=2), IndicatorResult(quarter=Q2, value=14)]
    measure = make.measure(session)
    session.add_all([seen, small, told_apart, Observation(definition=measure.definitions[0], quarter=Q1, value=None,
                     unavailable="residents only", recorded_by="a test", recorded_at=NOW)])  # fmt: skip
    rounds.meeting_action(session, nurse.csp, make.person(session, name="Ola Owner"), proposal=rejected)
    session.commit()
    return nurse


def address(award: Award, quarter: str = "q2") -> str:
    """Where the report is."""
    return f"/progress/{award.proposal.funding_year_id}/2025-26/{quarter}/dorset"


def test_the_report_says_what_an_agenda_item_needs(award: Award, signed_in: SignedIn) -> None:
    member = signed_in(Role.CSP_MEMBER)
    index = read(member.get("/progress").text)
    assert "Progress reports for Q2 2025/26" in index
    assert "Dorset Community Safety Partnership Read" in index
    page = member.get(address(award))
    assert title_of(page) == "Progress report of Dorset CSP, Q2 2025/26"
    words = read(page.text)
    for said in (
        "Dorset Community Safety Partnership has £150,000.00, of which £28,000.01 is awarded to 1 intervention.",
        "To the end of Q2 2025/26, £10,000.02 was spent: £3,999.99 less than the £14,000.01 planned.",
        "Delivery: 1 Green. Spend: 1 Green.",
        "Progress, in its lead’s words: Forty seen. Two schools joined.",
        "Why spend differs from the plan: Started late",
        "Risks: Staff turnover",
        "Young people seen: 40 people of 60 promised",
        "Referred on: Fewer than 5 people of 20 promised",
        "Families met: At least 14 families of 4 promised",
        "Families met (families) Output 4 14 At least 14",  # 16 less 14 would tell the two of Q1
        "Forecast underspend of the year: £3,999.99. Cannot be carried over: tell the OPCC as soon as practicable.",
        "£2,500.00 of the match pledged is not secured yet",
        "SVD-B Knife-enabled serious violence Q1 2025/26 Not available: residents only police area",
        "3 proposals asked for £37,500.01 together: 1 funded, 1 rejected, 1 no decision yet.",
        "No evidence offered",
        "1 proposal without a decision: SVD-25-03 The partnership Next meeting",
        "The OPCC return of Q2 2025/26: not prepared yet Finance 31 October 2025, due in 11 days",
        "Go through the rejected proposals again (SVD-25-02 Street football) Ola Owner 31 July 2025 Overdue",
    ):
        assert said in words
    assert 'href="/proposals/SVD-25-01"' in page.text
    assert "Fewer than 5" in words
    assert " 3 people" not in words


def test_the_word_file_says_what_the_page_says(award: Award, signed_in: SignedIn) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    words = read(officer.get(address(award)).text)
    answer = officer.get(f"{address(award)}/file")
    assert "filename=progress-dorset-2025-26-q2.docx" in answer.headers["Content-Disposition"]
    assert answer.data == officer.get(f"{address(award)}/file").data
    file = docx.Document(BytesIO(answer.data))
    said = [paragraph.text for paragraph in file.paragraphs if paragraph.style and paragraph.style.name != "Caption"]
    cells = [cell.text for table in file.tables for row in table.rows for cell in row.cells]
    assert cells[:3] == ["Figure", "Amount", "What it means"]  # tiles, on the page
    apart = [text for text in (*said, *cells[3:]) if " ".join(text.split()) not in words]
    assert apart == []
    pictures = [shape._inline.docPr.get("descr") for shape in file.inline_shapes]
    assert len(pictures) == 5
    assert all("The table beside it has every figure." in words for words in pictures)


def test_each_picture_has_its_address(award: Award, signed_in: SignedIn) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    page = officer.get(address(award)).text
    for name in ("money", "quarters", "interventions", "match", "outcomes"):
        assert f'{address(award)}/{name}.svg"' in page
    drawn = officer.get(f"{address(award)}/quarters.svg?width=narrow")
    assert drawn.mimetype == "image/svg+xml"
    assert officer.get(f"{address(award)}/nothing.svg").status_code == 404


def test_statements_do_not_grow_with_what_is_told(
    award: Award, session: Session, signed_in: SignedIn, queries_of: Callable[[FlaskClient, str], int]
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    few = [queries_of(officer, page) for page in (address(award), "/actions")]
    owner = make.person(session)
    for number in range(4, 9):
        more = make.award(session, make.proposal(session, f"SVD-25-{number:02d}", asks={"labour": Decimal("100.00")}))
        make.claim(session, more, Q2, lines={})
        make.match(session, more)
        rounds.meeting_action(session, award.csp, owner, proposal=more.proposal)
    assert [queries_of(officer, page) for page in (address(award), "/actions")] == few


def test_while_a_claim_is_awaited_no_outturn_is_told(session: Session, signed_in: SignedIn) -> None:
    award = make.award(session)
    make.claim(session, award, Q1, status=ClaimStatus.QUERIED)
    officer = signed_in(Role.CSP_OFFICER)
    words = read(officer.get(address(award, "q1")).text)
    assert "Forecast outturn Not known yet" in words
    assert "Its claim of Q1 2025/26 is queried: what was spent in the quarter counts once it is approved." in words
    assert "Claims of Q1 2025/26, queried: SVD-25-01 Project leads" in words


def test_a_partnership_without_anything_has_a_report_too(session: Session, signed_in: SignedIn) -> None:
    year = make.funding_year(session)
    officer = signed_in(Role.CSP_OFFICER)
    words = read(officer.get(f"/progress/{year.id}/2025-26/q1/dorset").text)
    assert "Nothing is awarded in this year yet." in words
    assert "No proposals were submitted to the partnership in this year." in words
    assert officer.get(f"/progress/{year.id}/2025-26/q4/dorset").status_code == 404
    assert officer.get(f"/progress/{year.id}/2025-26/q1/bcp").status_code == 404
    assert officer.get(f"/progress/{year.id}/2025-26/q1/dorset/file").status_code == 200


def test_before_any_year_is_set_up_there_is_nothing_to_report(signed_in: SignedIn) -> None:
    assert "No funding year yet" in signed_in(Role.CSP_OFFICER).get("/progress").text
