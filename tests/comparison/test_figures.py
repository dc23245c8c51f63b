"""The comparison of funded with rejected proposals: the Dorset round of 2025/26, to the penny."""

from collections.abc import Callable
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.comparison.charts import asked_and_awarded_of
from portfolio.comparison.figures import Figures, Found, Summary, compare, contrasts, summary
from portfolio.comparison.listing import Compared, compared
from portfolio.comparison.rules import COSTS, SCORES, UNDECIDED
from portfolio.comparison.slices import Narrowed, Slice
from portfolio.comparison.views.looking import MOST
from portfolio.decisions import queries
from portfolio.decisions.models import Variation, VariationShare
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.actions import copy_year
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.money import ZERO
from portfolio.people.rules import Role
from portfolio.proposals.models import AskedOf, MatchOffer
from portfolio.proposals.rules import Level, MatchKind, ProposalKind, ProposalStatus, ToolkitImpact
from portfolio.quarters import FinancialYear
from portfolio.remembering import Remembered
from tests import make, rounds
from tests.conftest import NOW, SignedIn, title_of
from tests.reports.test_charts import words_of

ALLOCATIONS = {
    "labour": {"dorset": Decimal("51097.47"), "bcp": Decimal("62032.65")},
    "non-labour": {"dorset": Decimal("80790.21"), "bcp": Decimal("98079.67")},
}
SIX = (
    ("SVD-25-01", "Specialist Nurse", "28413.75", Outcome.FUNDED, "28413.75"),
    ("SVD-25-02", "Healthy Relationships and Mentors", "24099.20", Outcome.PART_FUNDED, "22099.20"),
    ("SVD-25-03", "Level-Up Project", "19875.33", Outcome.FUNDED, "19875.33"),
    ("SVD-25-04", "High Harm Perpetrator Tool", "16500.00", Outcome.PART_FUNDED, "10401.93"),
    ("SVD-25-05", "Night-time economy street mentors", "33750.00", Outcome.REJECTED, "0.00"),
    ("SVD-25-06", "Weapons awareness roadshow", "12250.50", Outcome.REJECTED, "0.00"),
)


@pytest.fixture
def year(session: Session) -> FundingYear:
    """The six proposals, the posts that take the labour stream, and one of BCP's; a draft and one taken back beside."""
    year = make.funding_year(session, allocations=ALLOCATIONS)
    for reference, title, asked, outcome, awarded in SIX:
        csps = ("dorset", "bcp") if reference == "SVD-25-04" else ("dorset",)
        proposal = make.proposal(
            session, reference, title=title, asks={"non-labour": Decimal(asked)}, csps=csps, funding_year=year
        )
        if outcome.gives_money:
            make.decision(session, proposal, outcome=outcome, amounts={"non-labour": Decimal(awarded)}, reason="Fits.")
            make.award(session, proposal)
        else:
            make.decision(session, proposal, outcome=outcome, reason=f"Why {reference} was not.")
        if reference == "SVD-25-04":
            offer = MatchOffer(
                funder=make.organisation(session, "opcc"), kind=MatchKind.CASH, pledged=Decimal("7500.00")
            )
            proposal.match_offers = [offer]
            make.decision(session, proposal, outcome=Outcome.REJECTED, csp="bcp", reason="Does not fit.")
    posts = make.proposal(session, "SVD-25-07", asks={"labour": Decimal("48097.47")}, funding_year=year)
    make.award(session, posts)
    make.proposal(session, "SVD-25-21", asks={"non-labour": Decimal("61204.50")}, csps=("bcp",), funding_year=year)
    make.proposal(session, "SVD-25-30", status=ProposalStatus.DRAFT, funding_year=year)
    make.proposal(session, "SVD-25-31", status=ProposalStatus.WITHDRAWN, funding_year=year)
    _tell_more(session)
    session.commit()
    return year


def _tell_more(session: Session) -> None:
    """Scores of the six, and what two of them say of themselves."""
    dorset = make.csp(session)
    for (reference, *_), percent in zip(SIX, ("85", "75", "70", "55", "39.99", "30.01"), strict=True):
        rounds.panel_score(session, make.proposal(session, reference), dorset, percent)
    relationships, mentors = (make.proposal(session, reference) for reference in ("SVD-25-02", "SVD-25-05"))
    relationships.kind = ProposalKind.CONTINUATION
    for proposal in (relationships, mentors):
        proposal.levels[0].level = Level.UNIVERSAL
    mentors.activity_type, mentors.area, mentors.toolkit_impact = "Mentoring", "Weymouth", ToolkitImpact.HIGH


NOTHING = Summary((), {}, 0)


def of(csp: str | None = None, stream: str | None = None, programme: str | None = None, **narrowed: Any) -> Slice:
    """What is looked at of 2025/26."""
    partnerships = CSP.key == csp if csp else CSP.id > 0
    return Slice((FinancialYear(2025),), partnerships, stream, programme, Narrowed(**narrowed))


def rows_of(session: Session, at: Slice, order: str = "outcome") -> list[Compared]:
    """The proposals of a slice, as the page lists them."""
    found = compare(session, at, 1, 25, order)
    return compared(session, at, found.streams, found.ids)


@pytest.mark.usefixtures("year")
def test_six_proposals_ask_for_more_than_is_there(session: Session) -> None:
    told = summary(session, of("dorset", "non-labour"))
    [figures] = told.streams
    assert figures == Figures("non-labour", Decimal("134888.78"), Decimal("80790.21"), Decimal("80790.21"))
    assert figures.unallocated == ZERO
    assert figures.demand is not None
    assert round(figures.demand, 1) == Decimal("167.0")
    assert (told.proposals, told.funded, told.in_part, told.rejected) == (6, 4, 2, 2)
    assert told.in_words == "4 funded (2 in part), 2 rejected"


@pytest.mark.usefixtures("year")
def test_a_whole_partnership_and_the_whole_area(session: Session) -> None:
    dorset = summary(session, of("dorset"))
    assert [each.stream for each in dorset.streams] == ["labour", "non-labour"]
    assert dorset.together.asked == Decimal("182986.25")
    assert dorset.together.unallocated == Decimal("3000.00")
    bcp = summary(session, of("bcp"))
    assert bcp.together == Figures("all", Decimal("77704.50"), Decimal("160112.32"), ZERO)
    assert (bcp.proposals, bcp.in_words) == (2, "0 funded, 1 rejected, 1 not decided")
    area = summary(session, of())
    assert (area.together.asked, area.together.awarded) == (Decimal("244190.75"), Decimal("128887.68"))
    assert (area.proposals_in_words, area.divided) == ("8 proposals", 1)
    assert area.in_words == "5 funded (2 in part), 2 rejected, 1 not decided"  # what somebody funded is funded


@pytest.mark.usefixtures("year")
def test_funded_and_rejected_stand_side_by_side(session: Session) -> None:
    told = {each.name: each.values for each in contrasts(summary(session, of("dorset", "non-labour")))}
    assert told["Proposals"] == (4, 2, 0, 6)
    assert told["Asked"] == (Decimal("88888.28"), Decimal("46000.50"), ZERO, Decimal("134888.78"))
    assert told["Awarded"] == (Decimal("80790.21"), ZERO, ZERO, Decimal("80790.21"))
    assert told["Asked on average"] == (Decimal("22222.07"), Decimal("23000.25"), None, Decimal("22481.46"))
    assert told["Panel’s score on average"] == (
        Decimal("71.25"),
        Decimal(35),
        None,
        Decimal(355) / 6,
    )
    assert told["Match for each £1 asked"] == (Decimal("0.08"), ZERO, None, Decimal("0.06"))
    assert told["Universal prevention"] == (1, 1, 0, 2)


@pytest.mark.usefixtures("year")
def test_another_programme_is_apart(session: Session) -> None:
    assert summary(session, of(programme="SVD")).proposals == 8
    other = summary(session, of(programme="PCC"))
    assert (other.proposals, other.streams, other.together.granted, other.together.demand) == (0, (), None, None)


def test_variations_count_as_awarded(session: Session, year: FundingYear) -> None:
    nurse = make.proposal(session, "SVD-25-01")
    award = queries.find_award(session, nurse.id, make.csp(session).id)
    assert award is not None
    line = award.lines[0]
    moved = Variation(
        reference="V25-01",
        from_line=line,
        to_line=None,
        amount=Decimal("413.75"),
        approved_on=NOW.date(),
        approved_by="Olive",
        reason="Late start.",
    )
    moved.shares = [VariationShare(award_line_id=line.id, quarter=year.year.quarters[3], amount=Decimal("-413.75"))]
    session.add(moved)
    session.flush()
    [figures] = summary(session, of("dorset", "non-labour")).streams
    assert (figures.awarded, figures.unallocated) == (Decimal("80376.46"), Decimal("413.75"))


@pytest.mark.usefixtures("year")
def test_rows_stand_funded_first_and_say_who_decided_what(session: Session) -> None:
    rows = rows_of(session, of("dorset", "non-labour"))
    assert [(row.reference, row.outcome) for row in rows] == [
        ("SVD-25-01", Outcome.FUNDED),
        ("SVD-25-03", Outcome.FUNDED),
        ("SVD-25-02", Outcome.PART_FUNDED),
        ("SVD-25-04", Outcome.PART_FUNDED),
        ("SVD-25-05", Outcome.REJECTED),
        ("SVD-25-06", Outcome.REJECTED),
    ]
    tool = rows[3]
    assert (tool.asked, tool.awarded, tool.match) == (Decimal("16500.00"), Decimal("10401.93"), Decimal("7500.00"))
    assert (tool.score, tool.divided, tool.levels) == (Decimal("55.00"), True, "Targeted")
    assert tool.share is not None
    assert round(tool.share, 1) == Decimal("63.0")
    assert [row.reference for row in rows_of(session, of("dorset", "non-labour"), "asked")][:2] == [
        "SVD-25-05",
        "SVD-25-01",
    ]
    assert rows_of(session, of("dorset", "non-labour"), "score")[0].reference == "SVD-25-01"
    area = rows_of(session, of())
    assert (area[-1].reference, area[-1].outcome) == ("SVD-25-21", None)
    [both] = [row for row in area if row.reference == "SVD-25-04"]
    assert [answer.outcome for answer in both.answers] == [Outcome.PART_FUNDED, Outcome.REJECTED]


NARROWED: tuple[tuple[dict[str, Any], list[str]], ...] = (
    ({"text": "SPECIALIST"}, ["SVD-25-01"]),
    ({"text": "100%_"}, []),
    ({"lead": "dorset council", "kind": ProposalKind.CONTINUATION}, ["SVD-25-02"]),
    ({"level": Level.UNIVERSAL}, ["SVD-25-02", "SVD-25-05"]),
    ({"theme": "mentor", "area": "weymouth", "toolkit": ToolkitImpact.HIGH}, ["SVD-25-05"]),
    ({"score": SCORES[0]}, ["SVD-25-01"]),
    ({"score": SCORES[3]}, ["SVD-25-05", "SVD-25-06"]),
    ({"cost": COSTS[1]}, ["SVD-25-06"]),
    ({"outcome": Outcome.PART_FUNDED}, ["SVD-25-02", "SVD-25-04"]),
    ({"outcome": UNDECIDED}, []),
)


@pytest.mark.usefixtures("year")
def test_a_comparison_is_narrowed_by_what_proposals_are(session: Session) -> None:
    for narrowed, references in NARROWED:
        at = of("dorset", "non-labour", **narrowed)
        found = rows_of(session, at)
        assert [row.reference for row in found] == references, narrowed
        told = summary(session, at)
        assert (told.proposals, told.together.asked) == (len(found), sum((row.asked for row in found), ZERO))


def test_what_is_decided_is_shown_before_what_is_not_yet(
    session: Session, year: FundingYear, signed_in: SignedIn
) -> None:
    coming = copy_year(session, year, FinancialYear(2026))
    make.proposal(session, "SVD-26-01", funding_year=coming)
    page = signed_in(Role.CSP_MEMBER).get("/decisions/compare")
    assert "Dorset Community Safety Partnership, 2025/26" in page.text
    assert "2026/27" in page.text


@pytest.mark.usefixtures("year")
def test_the_page_shows_the_round(signed_in: SignedIn) -> None:
    page = signed_in(Role.CSP_MEMBER).get("/decisions/compare?stream=non-labour")
    assert title_of(page) == "Funded and rejected proposals, 2025/26"
    text = unescape(page.text)
    for told in (
        "£134,888.78",
        "167.0% of it was asked for",
        "£80,790.21",
        "2 of them in part",
        "6 proposals",
        "Why SVD-25-05 was not.",
        "63.0%",
        "£7,500.00",
        "4 funded (2 in part), 2 rejected",
        "1 proposal funded by one partnership and not by another",
        "/decisions/compare/chart.svg?year=2025-26&csp=dorset&stream=non-labour",
    ):
        assert told in text, told


@pytest.mark.usefixtures("year")
def test_the_chart_says_what_the_table_says(signed_in: SignedIn) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    answer = officer.get("/decisions/compare/chart.svg?year=2025-26&csp=dorset&stream=non-labour")
    assert answer.mimetype == "image/svg+xml"
    words = words_of(answer.data)
    assert words[:4] == [
        "All 6 proposals: 4 funded (2 in part), 2 rejected",
        "£134,888.78 asked",
        "£80,790.21 available",
        "£80,790.21 awarded",
    ]
    assert words[-3:] == ["SVD-25-06 Weapons awareness roadshow: rejected", "£12,250.50 asked", "£0.00 awarded"]
    table = officer.get("/decisions/compare?stream=non-labour").text
    for _, _, asked, _, awarded in SIX:
        for amount in (asked, awarded):
            assert f"£{Decimal(amount):,.2f}" in table
            assert any(word.startswith(f"£{Decimal(amount):,.2f}") for word in words)
    narrow = officer.get("/decisions/compare/chart.svg?year=2025-26&width=narrow")
    assert len(narrow.data) != len(answer.data)


@pytest.mark.usefixtures("year")
def test_what_is_not_within_reach_is_not_compared(session: Session, signed_in: SignedIn) -> None:
    officer, finance = signed_in(Role.CSP_OFFICER), signed_in(Role.FINANCE)
    assert officer.get("/decisions/compare?csp=bcp").status_code == 404
    assert "SVD-25-21" not in officer.get("/decisions/compare").text
    assert "SVD-25-21" in finance.get("/decisions/compare").text
    assert "Not decided" in finance.get("/decisions/compare?csp=bcp").text
    assert signed_in(Role.LEAD).get("/decisions/compare").status_code == 403
    make.programme(session, "PCC", name="Fund")
    assert "No proposals" in finance.get("/decisions/compare?programme=PCC").text
    for forged in (
        "year=2031-32",
        "since=x",
        "outcome=x",
        "score=99",
        "level=x",
        "text=" + "x" * 99,
        "order=x",
    ):
        assert finance.get(f"/decisions/compare?{forged}").status_code == 404, forged
    for odd in ("page=99999999999", "page=-1", "text=%F0%9F%98%80%25", "page=x"):
        assert finance.get(f"/decisions/compare?{odd}").status_code == 200, odd


def test_where_nothing_was_submitted_the_page_says_so(session: Session, signed_in: SignedIn) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    for page in ("", "/where", "/turned-down", "/became"):
        assert "Nothing to compare yet" in officer.get(f"/decisions/compare{page}").text
    assert officer.get("/decisions/compare/chart.svg").status_code == 404
    make.proposal(session)
    assert "1 not decided yet" in officer.get("/decisions/compare").text
    assert "Nothing was funded" in officer.get("/decisions/compare/became").text
    page = officer.get("/decisions/compare/turned-down").text
    assert "None was rejected." in page
    assert "None of these proposals was funded by one partnership and rejected by another." in page


def test_one_proposal_is_not_called_all(session: Session) -> None:
    make.proposal(session)
    chart = asked_and_awarded_of(summary(session, of()), rows_of(session, of()), narrow=False)
    assert (chart.together.title, chart.proposals[0].outcome) == ("1 proposal", "not decided")


def test_the_number_of_queries_does_not_grow_with_the_proposals(
    session: Session, year: FundingYear, signed_in: SignedIn, queries_of: Callable[[FlaskClient, str], int]
) -> None:
    finance = signed_in(Role.FINANCE)
    pages = ("", "/where", "/turned-down", "/became")
    first = [queries_of(finance, f"/decisions/compare{page}") for page in pages]
    for number in range(40, 56):
        other = make.proposal(session, f"SVD-25-{number}", funding_year=year, asks={"labour": Decimal("1.00")})
        make.award(session, other)
        if number % 2:
            offer = MatchOffer(funder=make.organisation(session, f"giver-{number}"), kind=MatchKind.CASH, pledged=ZERO)
            other.match_offers = [offer]
            other.asked_of.append(AskedOf(csp=make.csp(session, "bcp")))
            make.decision(session, other, outcome=Outcome.REJECTED, csp="bcp")
    assert [queries_of(finance, f"/decisions/compare{page}") for page in pages] == first
    assert first[0] <= 15


@pytest.mark.usefixtures("year")
def test_a_view_that_was_worked_out_follows_every_change(session: Session, signed_in: SignedIn) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    assert all("7 proposals" in officer.get("/decisions/compare").text for _ in range(2))
    make.proposal(session, "SVD-25-61")
    session.commit()
    assert "8 proposals" in officer.get("/decisions/compare").text
    worked, numbers = Remembered[Found](MOST), iter(range(500))
    for asked in range(MOST + 1):
        worked.find(session, asked, lambda: Found(NOTHING, next(numbers), (), ()))
    assert worked.find(session, MOST, lambda: Found(NOTHING, -1, (), ())).page == MOST
    assert worked.find(session, 0, lambda: Found(NOTHING, -1, (), ())).page == -1  # the oldest went
