"""The comparison of funded with rejected proposals: the Dorset round of 2025/26, to the penny."""

from collections.abc import Callable
from decimal import Decimal
from html import unescape

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.comparison import figures as comparison
from portfolio.comparison.charts import asked_and_awarded_of
from portfolio.comparison.figures import Compared, Figures
from portfolio.comparison.slices import Slice
from portfolio.decisions import queries
from portfolio.decisions.listing import listed
from portfolio.decisions.models import Variation, VariationShare
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP, FundingYear
from portfolio.money import ZERO
from portfolio.people.rules import Role
from portfolio.proposals.models import AskedOf, MatchOffer
from portfolio.proposals.rules import MatchKind, ProposalStatus
from portfolio.quarters import FinancialYear
from tests import make
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
    session.commit()
    return year


def of(csp: str | None = None, stream: str | None = None, programme: str | None = None) -> Slice:
    """What is looked at of 2025/26."""
    return Slice(FinancialYear(2025), CSP.key == csp if csp else CSP.id > 0, stream, programme)


@pytest.mark.usefixtures("year")
def test_six_proposals_ask_for_more_than_is_there(session: Session) -> None:
    [figures] = comparison.figures_by_stream(session, of("dorset", "non-labour"))
    assert figures == Figures("non-labour", Decimal("134888.78"), Decimal("80790.21"), Decimal("80790.21"))
    assert figures.unallocated == ZERO
    assert figures.demand is not None
    assert round(figures.demand, 1) == Decimal("167.0")
    summary = comparison.summary(session, of("dorset", "non-labour"))
    assert (summary.proposals, summary.funded, summary.in_part, summary.rejected) == (6, 4, 2, 2)
    assert summary.in_words == "4 funded (2 in part), 2 rejected"


@pytest.mark.usefixtures("year")
def test_a_whole_partnership_and_the_whole_area(session: Session) -> None:
    dorset = comparison.summary(session, of("dorset"))
    assert [each.stream for each in dorset.streams] == ["labour", "non-labour"]
    assert dorset.together.asked == Decimal("182986.25")
    assert dorset.together.unallocated == Decimal("3000.00")
    bcp = comparison.summary(session, of("bcp"))
    assert bcp.together == Figures("all", Decimal("77704.50"), Decimal("160112.32"), ZERO)
    assert (bcp.proposals, bcp.in_words) == (2, "0 funded, 1 rejected, 1 not decided")
    area = comparison.summary(session, of())
    assert area.proposals == 8
    assert area.together.asked == Decimal("244190.75")
    assert area.together.awarded == Decimal("128887.68")
    assert area.proposals_in_words == "8 proposals"


@pytest.mark.usefixtures("year")
def test_another_programme_is_apart(session: Session) -> None:
    assert comparison.summary(session, of(programme="SVD")).proposals == 8
    other = comparison.summary(session, of(programme="PCC"))
    assert (other.proposals, other.streams, other.together.granted) == (0, (), None)
    assert other.together.demand is None


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
    [figures] = comparison.figures_by_stream(session, of("dorset", "non-labour"))
    assert (figures.awarded, figures.unallocated) == (Decimal("80376.46"), Decimal("413.75"))


@pytest.mark.usefixtures("year")
def test_rows_stand_funded_first_and_say_who_decided_what(session: Session) -> None:
    looked_at = of("dorset", "non-labour")
    proposals = session.scalars(comparison.proposals_compared(looked_at)).all()
    rows = [Compared(each, {make.csp(session).id}) for each in listed(session, proposals, "non-labour")]
    assert [(row.proposal.reference, row.outcome) for row in rows] == [
        ("SVD-25-01", Outcome.FUNDED),
        ("SVD-25-03", Outcome.FUNDED),
        ("SVD-25-02", Outcome.PART_FUNDED),
        ("SVD-25-04", Outcome.PART_FUNDED),
        ("SVD-25-05", Outcome.REJECTED),
        ("SVD-25-06", Outcome.REJECTED),
    ]
    tool = rows[3]
    assert (tool.asked, tool.awarded, tool.match) == (Decimal("16500.00"), Decimal("10401.93"), Decimal("7500.00"))
    assert tool.share is not None
    assert round(tool.share, 1) == Decimal("63.0")
    everybody = {make.csp(session, key).id for key in ("dorset", "bcp")}
    found = session.scalars(comparison.proposals_compared(of())).all()
    area = [Compared(each, everybody) for each in listed(session, found)]
    assert [row.proposal.reference for row in area][-1] == "SVD-25-21"
    assert area[-1].outcome is None
    [both] = [row for row in area if row.proposal.reference == "SVD-25-04"]
    assert [decision.outcome for decision in both.decisions] == [Outcome.PART_FUNDED, Outcome.REJECTED]


@pytest.mark.usefixtures("year")
def test_what_was_decided_differently_and_what_was_rejected(session: Session) -> None:
    for csp in ("dorset", "bcp", None):
        differing = session.scalars(comparison.decided_differently(of(csp))).all()
        assert [proposal.reference for proposal in differing] == ["SVD-25-04"]
    rejected = session.scalars(comparison.rejections(of())).all()
    assert [(each.proposal.reference, each.csp.key) for each in rejected] == [
        ("SVD-25-04", "bcp"),
        ("SVD-25-05", "dorset"),
        ("SVD-25-06", "dorset"),
    ]


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
        "/decisions/compare/chart.svg?year=2025-26&csp=dorset&stream=non-labour",
    ):
        assert told in text, told
    differently = text.partition("Decided differently")[2]
    assert "BCP CSP" in differently.partition("Why proposals were rejected")[0]


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
    assert finance.get("/decisions/compare?year=2031-32").status_code == 404
    assert signed_in(Role.LEAD).get("/decisions/compare").status_code == 403
    make.programme(session, "PCC", name="Fund")
    assert "No proposals" in finance.get("/decisions/compare?programme=PCC").text


def test_where_nothing_was_submitted_the_page_says_so(session: Session, signed_in: SignedIn) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    assert "Nothing to compare yet" in officer.get("/decisions/compare").text
    assert officer.get("/decisions/compare/chart.svg").status_code == 404
    make.proposal(session)
    page = officer.get("/decisions/compare").text
    assert "1 not decided yet" in page
    assert "None was rejected." in page
    assert "None of these proposals was funded by one partnership and rejected by another." in page


def test_one_proposal_is_not_called_all(session: Session) -> None:
    make.proposal(session)
    looked_at = of()
    found = session.scalars(comparison.proposals_compared(looked_at)).all()
    rows = [Compared(each, set()) for each in listed(session, found)]
    chart = asked_and_awarded_of(comparison.summary(session, looked_at), rows, narrow=False)
    assert (chart.together.title, chart.proposals[0].outcome) == ("1 proposal", "not decided")


def test_the_number_of_queries_does_not_grow_with_the_proposals(
    session: Session, year: FundingYear, signed_in: SignedIn, queries_of: Callable[[FlaskClient, str], int]
) -> None:
    finance = signed_in(Role.FINANCE)
    first = queries_of(finance, "/decisions/compare")
    for number in range(40, 60):
        other = make.proposal(session, f"SVD-25-{number}", funding_year=year, asks={"labour": Decimal("1.00")})
        make.award(session, other)
        if number % 2:
            offer = MatchOffer(funder=make.organisation(session, f"giver-{number}"), kind=MatchKind.CASH, pledged=ZERO)
            other.match_offers = [offer]
            other.asked_of.append(AskedOf(csp=make.csp(session, "bcp")))
            make.decision(session, other, outcome=Outcome.REJECTED, csp="bcp")
    assert queries_of(finance, "/decisions/compare") == first
    assert first <= 30
