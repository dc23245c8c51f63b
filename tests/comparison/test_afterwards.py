"""Where the money went, what was turned down, and what became of the rest: two years of a partnership."""

import re
from datetime import date
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.comparison import becoming, spreading, turned_down
from portfolio.comparison.charts import met_in
from portfolio.comparison.figures import summary
from portfolio.comparison.slices import Slice
from portfolio.decisions.models import Award
from portfolio.decisions.rules import Outcome
from portfolio.funding_years.models import CSP
from portfolio.measures.models import Indicator, IndicatorResult
from portfolio.measures.rules import IndicatorKind
from portfolio.money import ZERO
from portfolio.overview.year import scope_of, year_figures
from portfolio.people.rules import Role, Within
from portfolio.proposals.models import ProposalLevel
from portfolio.proposals.rules import Level
from portfolio.quarters import FinancialYear
from tests import make, rounds
from tests.conftest import SignedIn

LAST, THIS = FinancialYear(2024), FinancialYear(2025)
TODAY = date(2025, 10, 20)
BOTH = Slice((LAST, THIS), CSP.id > 0)
DORSET = Slice((LAST, THIS), CSP.key == "dorset")
PAY = ("non-labour", "pay and on-costs")


@pytest.fixture
def years(session: Session) -> None:
    """A nurse funded twice; a bus rejected, then back and funded; a play that one rejected and the other funded."""
    before, now = make.funding_year(session, LAST), make.funding_year(session, THIS)
    told: dict[str, Any] = {"asks": {"non-labour": Decimal("10000.00")}}
    nurse = make.proposal(session, "SVD-24-01", title="Nurse", funding_year=before, area="Poole", **told)
    award = make.award(session, nurse)
    for quarter in LAST.quarters[:3]:
        make.claim(session, award, quarter, lines={PAY: Decimal("2500.00")}, by=make.person(session))
    met = [IndicatorResult(quarter=LAST.quarters[0], value=Decimal(12))]
    for name, target in (("Helped", "10"), ("Trained", "20"), ("Met", None)):
        kept: dict[str, Any] = {
            "target": Decimal(target) if target else None,
            "results": met if name == "Helped" else [],
        }
        session.add(Indicator(award=award, kind=IndicatorKind.OUTPUT, name=name, unit="people", **kept))
    bus = make.proposal(session, "SVD-24-02", title="Bus", funding_year=before, area="Weymouth", **told)
    make.decision(session, bus, outcome=Outcome.REJECTED, reason="Weak evidence.")
    rounds.panel_score(session, bus, make.csp(session), "42")
    play = make.proposal(session, "SVD-24-03", title="Play", funding_year=before, csps=("dorset", "bcp"), **told)
    play.levels.append(ProposalLevel(level=Level.UNIVERSAL))
    play.activity_type = "Theatre"
    make.decision(session, play, outcome=Outcome.REJECTED, reason="Weak evidence.")
    make.award(session, play, csp="bcp", amounts={"non-labour": Decimal("4000.00")})
    again = make.proposal(
        session, "SVD-25-01", title="Nurse", funding_year=now, intervention=nurse.intervention, **told
    )
    make.claim(session, make.award(session, again), lines={PAY: Decimal("1000.00")})
    back = make.proposal(session, "SVD-25-02", title="Bus again", funding_year=now, continues=bus, levels=(), **told)
    make.award(session, back, amounts={"non-labour": Decimal("8000.00")})
    session.commit()


@pytest.mark.usefixtures("years")
def test_groups_sum_to_the_whole(session: Session) -> None:
    whole = summary(session, BOTH).whole.tally
    for by in spreading.DIMENSIONS:
        tallies = [group.tally for group in spreading.went(session, BOTH, by)[0]]
        both_asked = Decimal("10000.00") if by == "csp" else ZERO  # the play stands with each partnership
        assert sum((tally.asked for tally in tallies), ZERO) == whole.asked + both_asked, by
        assert sum((tally.awarded for tally in tallies), ZERO) == whole.awarded == Decimal("32000.00"), by
    named = {group.name: group.tally for group in spreading.went(session, BOTH, "csp")[0]}
    assert (
        named["BCP Community Safety Partnership"].awarded,
        named["Dorset Community Safety Partnership"].rejected,
    ) == (
        Decimal("4000.00"),
        2,
    )
    assert [group.name for group in spreading.went(session, BOTH, "year")[0]] == ["2024/25", "2025/26"]
    assert [group.name for group in spreading.went(session, BOTH, "outcome")[0]] == ["Funded", "Rejected"]
    assert [group.name for group in spreading.went(session, BOTH, "score")[0]] == ["40% to 60%", "Not scored"]
    levels = {group.name: group.tally.proposals for group in spreading.went(session, BOTH, "level")[0]}
    assert levels == {"Targeted": 3, "Universal and targeted": 1, "None given": 1}


@pytest.mark.usefixtures("years")
def test_level_area_and_theme_show_where_nothing_went(session: Session) -> None:
    met = spreading.meetings(session, DORSET)
    assert spreading.went(session, DORSET, "lead")[1] == spreading.went(session, DORSET, "csp")[1] == met
    gaps = [(gap.levels_in_words, gap.area, gap.theme) for gap in spreading.gaps(met)]
    assert gaps == [("Targeted", "Weymouth", "Not given"), ("Universal and targeted", "Not given", "Theatre")]
    spread = spreading.spread(met, "area")
    assert spread.rows == ("Universal", "Targeted", "Focused", "None given")
    table = {
        (row, column): cell
        for row, cells in zip(spread.rows, spread.cells, strict=True)
        for column, cell in zip(spread.columns, cells, strict=True)
    }
    assert (table["Targeted", "Weymouth"].asked, table["Targeted", "Weymouth"].awarded) == (Decimal("10000.00"), ZERO)
    assert table["Universal", "Not given"].proposals == table["Targeted", "Not given"].proposals - 1 == 1
    many = [
        spreading.Meeting(1, f"Area {number}", "", cell) for number, cell in enumerate([table["Targeted", "Poole"]] * 9)
    ]
    assert spreading.spread(many, "area").columns[-2:] == ("Area 5", "Others")
    assert spreading.spread(many, "area").cells[0][-1].proposals == 3
    assert met_in(spread, "Area", narrow=True).as_table().rows


@pytest.mark.usefixtures("years")
def test_what_was_turned_down_and_what_came_back(session: Session) -> None:
    [group], rejections = turned_down.rejections(session, BOTH)
    assert (group.about, group.rejections, group.asked) == ("Evidence", 2, Decimal("20000.00"))
    assert group.reasons == (("Weak evidence.", 2),)
    assert [(each.reference, each.csp, each.score) for each in rejections] == [
        ("SVD-24-02", "Dorset Community Safety Partnership", Decimal("42.00")),
        ("SVD-24-03", "Dorset Community Safety Partnership", None),
    ]
    for at in (BOTH, DORSET):
        [play], _ = turned_down.decided_again(session, at)
        assert [(answer.csp, answer.outcome) for answer in play.answers] == [
            ("Dorset CSP", Outcome.REJECTED),
            ("BCP CSP", Outcome.FUNDED),
        ]
    _, [back] = turned_down.decided_again(session, Slice((LAST,), CSP.id > 0))
    assert (back.before.reference, back.after.reference, back.after.awarded) == (
        "SVD-24-02",
        "SVD-25-02",
        Decimal("8000.00"),
    )


@pytest.mark.usefixtures("years")
def test_what_became_of_the_funded_is_what_the_year_page_says(session: Session) -> None:
    only = becoming.awards_of(session, DORSET)
    last, now = becoming.by_year(session, DORSET, only, TODAY)
    assert (last.award, last.spent, last.left, last.is_over) == (
        Decimal("10000.00"),
        Decimal("7500.00"),
        Decimal("2500.00"),
        True,
    )
    assert last.spent_per_cent == Decimal(75)
    assert now.award == summary(session, Slice((THIS,), CSP.key == "dorset")).together.awarded
    scope = scope_of(session, make.funding_year(session, THIS), Within(everything=True), "dorset")
    year = year_figures(session, scope, THIS.quarters[2]).total
    assert (year.position.award, year.position.to_date) == (now.award, now.spent)
    awards = becoming.awards_compared(session, only, 9, 25)[0]
    rows = {row.award.proposal.reference: row for row in becoming.became(session, DORSET, awards, TODAY)}
    nurse = rows["SVD-24-01"]
    assert (nurse.spent, nurse.left, nurse.lateness, nurse.targets) == (
        Decimal("7500.00"),
        Decimal("2500.00"),
        "4 of 4",  # three came a year late, one never
        "1 of 1",
    )
    assert (rows["SVD-25-02"].lateness, rows["SVD-25-02"].targets) == ("1 of 1", "No figures yet")
    assert nurse.spent_per_cent == Decimal(75)
    labour = Slice((LAST,), CSP.key == "dorset", "labour")
    assert becoming.by_year(session, labour, becoming.awards_of(session, labour), TODAY) == []
    assert session.scalars(select(Award.id).where(only)).all()


@pytest.mark.usefixtures("years")
def test_the_pages_tell_it(signed_in: SignedIn) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    view = "year=2025-26&since=2024-25"
    where = officer.get(f"/decisions/compare/where?{view}&by=year&meets=theme").text
    for told in ("Awarded of what was asked, by prevention level and theme", "Theatre", "2024/25", "0 of 1 funded"):
        assert told in where, told
    assert officer.get(f"/decisions/compare/where?{view}&by=nothing&meets=nothing").status_code == 200
    assert officer.get(f"/decisions/compare/where.svg?{view}").mimetype == "image/svg+xml"
    turned = officer.get(f"/decisions/compare/turned-down?{view}").text
    for told in ("Weak evidence. <span", "(2 times)", "SVD-25-02 Bus again", "BCP CSP"):
        assert told in turned, told
    became = officer.get(f"/decisions/compare/became?{view}").text
    for told in ("£2,500.00", "4 of 4", "The year is over", "The year still runs"):
        assert told in became, told


@pytest.mark.usefixtures("years")
def test_a_group_leads_to_its_proposals(signed_in: SignedIn) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    for by, view in (
        ("outcome", "outcome=rejected"),
        ("area", "area=Weymouth"),
        ("year", "year=2024-25"),
        ("score", "score=40"),
    ):
        page = officer.get(f"/decisions/compare/where?year=2025-26&since=2024-25&by={by}").text
        [address] = [
            each for each in re.findall(r'href="(/decisions/compare\?[^"]+)"', page) if view in each and "since" in each
        ][-1:]
        assert "SVD-24-02 Bus" in officer.get(unescape(address)).text, by
