"""What a return says, sheet by sheet, of the Dorset story and of odd worlds; figures to the penny."""

import json
from datetime import date
from decimal import Decimal

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.funding_years.models import StreamAllocation
from portfolio.funding_years.rules import YearStatus
from portfolio.money import ZERO, from_pence
from portfolio.proposals.rules import Level, MatchKind, ProposalKind
from portfolio.returns.assembling import assemble
from portfolio.returns.contents.spending import HELD_BACK
from portfolio.spend.models import Forecast
from portfolio.spend.rules import RAG, ClaimStatus
from reports.content import Kind
from reports.totals import summary_totals
from tests import make
from tests.conftest import NOW
from tests.make import Q1, Q2, Q3, Q4
from tests.returns.conftest import STORY, Scene
from tests.returns.worlds import BCP, DORSET, asks, match, note, now, warnings


@pytest.mark.parametrize("kind", [Kind.OPCC, Kind.HOME_OFFICE])
def test_every_figure_that_the_story_expects(scene: Scene, kind: Kind) -> None:
    expected = json.loads(STORY.read_text(encoding="utf-8"))["expected_pence"]["2025"]
    content = assemble(scene.session, scene.year, Q2, kind)
    names = {"dorset": DORSET, "bcp": BCP}
    found = {}
    totals = summary_totals(content)
    for line in totals.lines:
        key = next(key for key, name in names.items() if name == line.csp)
        found[f"{key} {line.stream}"] = line
    found |= {f"combined {line.stream}": line for line in totals.streams}
    found["combined total"] = totals.overall
    assert {place: found[place].quarters[0] for place in expected["Q1"]} == pounds(expected["Q1"])
    assert {place: found[place].this_claim for place in expected["Q2"]} == pounds(expected["Q2"])
    assert {place: found[place].to_date for place in expected["to_date_Q2"]} == pounds(expected["to_date_Q2"])
    assert {place: found[place].awarded for place in expected["awarded"]} == pounds(expected["awarded"])


def pounds(pence: dict[str, int]) -> dict[str, Decimal]:
    """The story's figures in pounds."""
    return {place: from_pence(amount) for place, amount in pence.items()}


def test_a_row_of_the_story(scene: Scene) -> None:
    content = assemble(scene.session, scene.year, Q2, Kind.OPCC)
    outreach = next(row for row in content.interventions if row.reference == "SVD-25-21")
    assert outreach.title == "Youth outreach and detached work"
    assert (outreach.csp, outreach.lead_organisation, outreach.stream) == (BCP, "BCP Council", "non-labour")
    assert (outreach.kind, outreach.levels) == ("Continuation", "Targeted, focused")
    assert outreach.award == Decimal("61204.50")
    assert outreach.quarters[:2] == (Decimal("15035.12"), Decimal("15133.08"))
    assert outreach.corrections == Decimal("-73.11")
    assert outreach.previous_forecast == Decimal("15301.13")
    assert (outreach.claim_status, outreach.narrative) == ("Approved", "Summer plan delivered.")
    assert [row.reference for row in content.interventions[:3]] == ["SVD-25-01", "SVD-25-02", "SVD-25-02"]
    assert [row.stream for row in content.interventions[1:3]] == ["labour", "non-labour"]


@pytest.mark.parametrize("kind", [Kind.OPCC, Kind.HOME_OFFICE])
def test_a_corrected_quarter_is_told_with_both_figures(scene: Scene, kind: Kind) -> None:
    about = f"Correction of Q1 2025/26: SVD-25-21 ({BCP}), non-labour"
    found = note(assemble(scene.session, scene.year, Q2, kind), about)
    assert found is not None
    assert found.text == (
        "Travel and subsistence: claimed £731.10, corrected by −£73.11 in Q2, so it is now known to be £657.99. "
        "Q1 mileage claimed at the wrong rate."
    )
    assert note(assemble(scene.session, scene.year, Q1, kind), about) is None
    assert note(assemble(scene.session, scene.year, Q2, Kind.CSP, scene.csp("dorset")), about) is None


def test_the_story_tells_cost_categories_match_measures_and_decisions(scene: Scene) -> None:
    content = assemble(scene.session, scene.year, Q2, Kind.OPCC)
    travel = next(row for row in content.categories if (row.csp, row.category) == (BCP, "travel and subsistence"))
    assert (travel.stream, travel.actual) == ("labour", (Decimal("187.43"), Decimal("220.18")))
    match = {row.reference: row for row in content.match}
    assert (match["SVD-25-04"].pledged_cash, match["SVD-25-04"].spent_this_quarter) == (
        Decimal("7500.00"), Decimal("1875.00"),
    )  # fmt: skip
    assert (match["SVD-25-22"].pledged_in_kind, match["SVD-25-22"].spent_before) == (
        Decimal("4200.00"), Decimal("1050.00"),
    )  # fmt: skip
    measures = {(row.code, row.quarter): row for row in content.measures}
    assert (measures["SVD-C", Q2].value, measures["SVD-C", Q2].unavailable) == (Decimal(0), None)
    assert "Cardiff Model" in (measures["SVD-A", Q1].unavailable or "")
    assert measures["SVD-A", Q2].unavailable == "Not reported"
    decided = {(row.reference, row.csp): row for row in content.decisions}
    assert decided["SVD-25-04", DORSET].outcome == "Part-funded"
    assert (decided["SVD-25-04", BCP].outcome, decided["SVD-25-04", BCP].awarded) == ("Rejected", ZERO)
    assert decided["SVD-25-05", DORSET].requested == Decimal("33750.00")
    assert ("W8", "Hospital admissions for assault with a knife or sharp object, Q2 2025/26") in warnings(content)
    assert note(content, "Success measures without a figure") is not None


def test_the_cover_of_a_draft(scene: Scene) -> None:
    cover = assemble(scene.session, scene.year, Q2, Kind.OPCC).cover
    assert (cover.programme, cover.funder, cover.police_area) == ("Serious Violence Duty", "Home Office", "Dorset")
    assert (cover.csps, cover.status, cover.version) == ((DORSET, BCP), "draft", 1)
    assert (cover.prepared_by, cover.as_at, cover.marking) == (None, NOW, "OFFICIAL")


def test_one_partnership_s_return_has_nothing_of_the_others(scene: Scene) -> None:
    content = assemble(scene.session, scene.year, Q2, Kind.CSP, scene.csp("bcp"))
    for rows in (content.summary, content.interventions, content.categories, content.match, content.decisions):
        assert {row.csp for row in rows} == {BCP}
    assert content.cover.csps == (BCP,)
    assert summary_totals(content).overall.to_date == Decimal("75196.81")


def test_the_first_quarter_knows_nothing_of_the_second(scene: Scene) -> None:
    content = assemble(scene.session, scene.year, Q1, Kind.OPCC)
    assert summary_totals(content).overall.to_date == Decimal("63213.96")
    assert {row.quarter for row in content.measures} == {Q1}
    assert all(row.corrections == ZERO for row in content.interventions)
    assert all(row.previous_forecast == row.profile[0] for row in content.interventions)
    tool = next(row for row in content.interventions if row.reference == "SVD-25-04")
    assert (tool.claim_status, tool.narrative, tool.quarters[0]) == ("Not submitted", None, ZERO)
    left_out = note(content, "Claims not in the figures: not submitted")
    assert left_out is not None
    assert left_out.text == f"SVD-25-04 ({DORSET})"


def test_the_number_of_statements_does_not_grow_with_the_awards(database: Database, session: Session) -> None:
    counts = []
    statements: list[str] = []
    event.listen(database.engine, "before_cursor_execute", lambda _c, _u, statement, *_: statements.append(statement))
    for number in range(6):
        for place in range(3):
            proposal = make.proposal(session, f"SVD-25-{number}{place}", csps=("dorset", "bcp"), asks=asks("900.00"))
            for key in ("dorset", "bcp"):
                award = make.award(session, proposal, csp=key)
                make.claim(session, award, lines={("labour", "training"): Decimal("-1.00")})
                match(session, award)
        session.commit()
        session.expire_all()
        statements.clear()
        now(session, Q2)
        counts.append(len(statements))
    assert len(set(counts[1:])) == 1
    assert counts[-1] < 40


def test_only_approved_claims_are_quoted_and_counted(session: Session) -> None:
    statuses = ("draft", "submitted", "queried", "approved", "approved")
    for number, status in enumerate(statuses):
        proposal = make.proposal(session, f"SVD-25-0{number}", asks=asks("4000.00"))
        claim = make.claim(
            session, make.award(session, proposal), status=ClaimStatus(status), variance_explanation="Because."
        )
    claim.status = ClaimStatus.RETURNED
    content = now(session)
    assert [row.claim_status for row in content.interventions] == [
        "Not submitted", "Submitted", "Queried", "Approved", "Approved",
    ]  # fmt: skip
    assert [row.explanation for row in content.interventions] == [None, None, None, "Because.", "Because."]
    assert [row.quarters[0] for row in content.interventions] == [ZERO] * 3 + [Decimal("1900.00")] * 2
    about = [note.about for note in content.notes if note.about.startswith("Claims not")]
    assert [each.partition(": ")[2] for each in about] == ["not submitted", "submitted", "queried"]


def test_an_award_that_does_not_touch_the_quarter_owes_no_claim(session: Session) -> None:
    make.award(session, make.proposal(session, starts_on=date(2025, 7, 1)))
    content = now(session, Q1)
    assert {row.claim_status for row in content.interventions} == {"Not due"}
    assert note(content, "Claims not in the figures: not submitted") is None


def test_the_forecast_of_the_last_claim_is_what_was_forecast_for_this_quarter(session: Session) -> None:
    award = make.award(session, make.proposal(session, asks=asks("8000.00")))
    stream = award.lines[0].stream
    forecasts = [Forecast(stream=stream, quarter=each, amount=Decimal(f"{each.number}00.00")) for each in (Q2, Q3, Q4)]
    make.claim(session, award, Q1, forecasts=forecasts)
    make.claim(session, award, Q2, forecasts=[Forecast(stream=stream, quarter=Q3, amount=Decimal("7.00"))])
    [row] = now(session, Q2).interventions
    assert row.previous_forecast == Decimal("200.00")
    assert row.quarters == (Decimal("1900.00"), Decimal("1900.00"), Decimal("7.00"), ZERO)


def test_what_is_not_shared_stands_in_a_row_of_its_own(session: Session) -> None:
    year = make.funding_year(session)
    labour = next(one for one in year.allocations if one.stream.name == "labour")
    labour.amount += Decimal("0.01")
    content = now(session)
    assert [(row.csp, row.stream, row.allocation) for row in content.summary][-1] == (
        HELD_BACK, "labour", Decimal("0.01"),
    )  # fmt: skip
    assert summary_totals(content).overall.allocation == Decimal("280000.01")
    assert HELD_BACK not in content.cover.csps
    assert note(content, f"{HELD_BACK}: labour") is not None
    of_one = now(session, Q1, Kind.CSP, make.csp(session))
    assert {row.csp for row in of_one.summary} == {DORSET}
    assert isinstance(labour, StreamAllocation)


def test_a_provisional_year_says_so(session: Session) -> None:
    make.funding_year(session, status=YearStatus.PROVISIONAL)
    assert note(now(session), "Allocation") is not None


def test_levels_stand_in_their_own_order(session: Session) -> None:
    make.award(session, make.proposal(session, levels=(Level.FOCUSED, Level.UNIVERSAL), kind=ProposalKind.EXTENSION))
    first = now(session).interventions[0]
    assert (first.levels, first.kind) == ("Universal, focused", "Extension")


def test_w2_and_its_row_for_what_will_not_be_spent(session: Session) -> None:
    award = make.award(session, make.proposal(session, asks=asks("8000.00")))
    make.claim(session, award, lines={("labour", "training"): Decimal("1999.99")}, variance_explanation="Cheaper.")
    content = now(session)
    [row] = content.variations
    assert (row.what, row.amount, row.reason) == ("Forecast underspend", Decimal("0.01"), "Cheaper.")
    assert ("W2", f"SVD-25-01 ({DORSET}), labour") in warnings(content)


def test_a_missing_claim_is_no_underspend_and_no_variance(session: Session) -> None:
    make.award(session)
    content = now(session)
    assert content.variations == ()
    assert {code for code, _ in warnings(content)} == {"W10"}


def test_w1_a_large_variance_that_nobody_explained(session: Session) -> None:
    for number, explanation in ((1, None), (2, " "), (3, "Late start.")):
        award = make.award(session, make.proposal(session, f"SVD-25-0{number}", asks=asks("8000.00")))
        make.claim(session, award, lines={("labour", "training"): Decimal("1400.00")}, variance_explanation=explanation)
    content = now(session)
    found = [note for note in content.notes if note.label == "W1"]
    assert [note.about for note in found] == [f"SVD-25-0{number} ({DORSET}), labour" for number in (1, 2)]
    assert found[0].text == (
        "Spend of the quarter is £600.00 less than the profile of £2,000.00, and no explanation is given"
    )


def test_w1_says_more_where_it_is_more(session: Session) -> None:
    award = make.award(session, make.proposal(session, asks=asks("8000.00")))
    make.claim(session, award, lines={("labour", "training"): Decimal("2600.00")})
    [found] = [note for note in now(session).notes if note.label == "W1"]
    assert "£600.00 more than" in found.text


def test_w3_match_below_the_rule(session: Session) -> None:
    make.programme(session, match_percent=Decimal(30), match_in_kind_counts=True)
    award = make.award(session, make.proposal(session, asks=asks("1000.00")))
    match(session, award, secured=Decimal("100.00"))
    match(session, award, kind=MatchKind.IN_KIND, pledged=Decimal("150.00"), secured=Decimal("150.00"))
    [found] = [note for note in now(session).notes if note.label == "W3"]
    assert found.text == "Match of £250.00 is £50.00 below the rule's £300.00"


def test_w4_w5_w7_and_w9_of_an_award(session: Session) -> None:
    proposal = make.proposal(session, asks=asks("1000.00"), ends_on=date(2026, 6, 30))
    award = make.award(session, proposal, provisional=True)
    for share in award.lines[0].profile:
        share.amount = Decimal("1000.00") if share.quarter == Q4 else ZERO
    make.claim(session, award, Q1, lines={})
    make.claim(session, award, Q2, lines={})
    assert [code for code, _ in warnings(now(session, Q2))] == ["W4", "W5", "W7", "W9"]


def test_w6_a_refund_without_a_word(session: Session) -> None:
    make.claim(session, make.award(session), lines={("labour", "training"): Decimal("-5.00")})
    [found] = [note for note in now(session).notes if note.label == "W6"]
    assert found.text == "−£5.00 for training has no description"


def test_claims_tell_how_it_goes(session: Session) -> None:
    make.claim(session, make.award(session), delivery_rag=RAG.AMBER_RED, spend_rag=RAG.GREEN)
    row = now(session).interventions[0]
    assert (row.delivery_rag, row.spend_rag) == ("Amber/Red", "Green")
