"""What may be tried, what it comes to, and what past years suggest."""

from decimal import Decimal

import pytest

from portfolio.decisions.rules import Outcome
from portfolio.proposals.rules import Level
from portfolio.scenarios import rules
from portfolio.scenarios.rules import PastYear, Plan
from portfolio.scenarios.trying import NOT_SAID, tally
from tests.scenarios.candidates import LABOUR, OTHER, STREAMS, candidate


def plan(awards: dict[int, dict[int, str]], over: str = "0", ceiling: str = "1000.00") -> Plan:
    told = {number: {stream: Decimal(amount) for stream, amount in given.items()} for number, given in awards.items()}
    return Plan({LABOUR: Decimal("100.00"), OTHER: Decimal(ceiling)}, Decimal(over), told)


def test_a_plan_names_each_box_that_is_wrong_and_may_go_over_its_ceiling() -> None:
    candidates = [candidate(1), candidate(2), candidate(3), candidate(4, awarded={LABOUR: Decimal("5.00")})]
    tried = plan({1: {OTHER: "100.01"}, 2: {OTHER: "-1.00"}, 4: {LABOUR: "5.00", OTHER: "0.00"}}, "100.01", "-1.00")
    assert [(error.field, error.sentence) for error in rules.bad_plan(tried, candidates, STREAMS)] == [
        ("ceiling.2", "An amount cannot be negative here. Enter zero or more"),
        ("over_percent", "Enter by how many per cent to plan above the ceilings: a number from 0 to 100, like 4.5"),
        ("award.1.2", "SVD-25-01 asks for £100.00 of non-labour. Enter that or less"),
        ("award.2.2", "An amount cannot be negative here. Enter zero or more"),
    ]
    nothing = rules.bad_plan(plan({3: {OTHER: "0.00"}}), candidates, STREAMS)
    assert [(error.field, error.sentence) for error in nothing] == [
        ("award.3.1", "SVD-25-03 is taken in with £0.00. Enter an amount, or leave it out")
    ]
    assert rules.bad_plan(plan({1: {OTHER: "100.00"}}, ceiling="0.00"), candidates, STREAMS) == []


def test_who_may_change_a_scenario_and_when() -> None:
    def refusal(**told: bool) -> str | None:
        error = rules.cannot_change(
            **{"is_decided": False, "is_makers": False, "decides": False, **told}, maker="Mo Ali"
        )
        return None if error is None else error.sentence

    assert refusal(is_makers=True) is None
    assert refusal(decides=True) is None
    assert refusal() == ("Mo Ali made this scenario; they or an officer can change it. Save yours under another name")
    assert refusal(decides=True, is_decided=True) == (
        "This scenario was turned into decisions and stays as it was. Save yours under another name"
    )
    assert rules.has_moved(2, 2) is None
    assert rules.has_moved(2, 1) is not None
    assert rules.no_name("As the panel met") is None
    assert (blank := rules.no_name(" ")) is not None
    assert blank.field == "name"


@pytest.mark.parametrize(
    ("score", "awarded", "counts"),
    [("62.50", "100.00", "62.50"), ("62.50", "33.33", "20.83"), (None, "100.00", "0.00"), ("60", "400.00", "60.00")],
)
def test_a_proposal_counts_the_share_of_its_score_that_it_is_awarded(
    score: str | None, awarded: str, counts: str
) -> None:
    assert rules.points(candidate(1, score=score), {OTHER: Decimal(awarded)}) == Decimal(counts)


def test_nothing_asked_counts_nothing() -> None:
    assert rules.points(candidate(1, "0.00"), {}) == 0


def test_a_plan_is_told_by_stream_in_points_in_match_and_by_area_and_level() -> None:
    candidates = [
        candidate(1, "600.00", "70", cash=Decimal("60.00")),
        candidate(2, "400.00", "40", levels=frozenset({Level.TARGETED, Level.FOCUSED}), in_kind=Decimal("40.00")),
        candidate(3, "300.00", None, levels=frozenset(), area=None),
        candidate(4, {LABOUR: Decimal("120.00")}),
    ]
    tried = plan({1: {OTHER: "600.00"}, 2: {OTHER: "200.00"}, 3: {OTHER: "300.00"}, 4: {LABOUR: "120.00"}}, "10")
    told = tally(candidates, STREAMS, tried)
    labour, other = told.streams
    assert (labour.limit, labour.taken, labour.left) == (Decimal("110.00"), Decimal("120.00"), Decimal("-10.00"))
    assert (labour.too_much, other.too_much) == (Decimal("10.00"), Decimal("0.00"))
    assert (labour.above_allocation, labour.undecidable) == (Decimal("20.00"), Decimal("10.00"))
    assert (other.limit, other.taken, other.left) == (Decimal("1100.00"), Decimal("1100.00"), Decimal("0.00"))
    assert (told.pounds, told.limit, told.left) == (Decimal("1220.00"), Decimal("1210.00"), Decimal("-10.00"))
    assert (told.proposals, told.taken, told.in_part, told.unscored) == (4, 4, 1, 1)
    assert (told.points, told.mean) == (Decimal("150.00"), Decimal("56.67"))
    assert (told.cash, told.in_kind, told.leverage) == (Decimal("60.00"), Decimal("40.00"), 100 * Decimal(100) / 1220)
    assert list(told.coverage) == ["Weymouth", NOT_SAID]
    weymouth = told.coverage["Weymouth"]
    assert weymouth["universal"] == weymouth["universal"].__class__(2, 2, Decimal("720.00"))
    assert (weymouth["focused"].taken, weymouth["focused"].pounds) == (1, Decimal("200.00"))
    assert told.coverage[NOT_SAID][NOT_SAID].asked == 1
    empty = tally(candidates, STREAMS, plan({}))
    assert [empty.mean, empty.leverage, empty.points] == [None, None, 0]
    assert empty.coverage["Weymouth"]["universal"].taken == 0


def test_what_is_awarded_less_of_any_stream_is_in_part() -> None:
    two = candidate(1, asks={LABOUR: Decimal(1), OTHER: Decimal(2)})
    assert two.name == "SVD-25-01 Project 1"
    assert rules.outcome_of(two, {LABOUR: Decimal(1), OTHER: Decimal(2)}) is Outcome.FUNDED
    assert rules.outcome_of(two, {OTHER: Decimal(3)}) is Outcome.PART_FUNDED


def test_past_underspend_says_how_far_to_plan_above_the_ceilings() -> None:
    spent = PastYear("2024/25", Decimal("1000.00"), Decimal("60.00"))
    assert spent.percent == 6
    assert rules.suggested_over([spent]) == Decimal("6.38")  # £1,063.80 planned, 6 % of it unspent, is £999.97 spent
    assert rules.suggested_over([spent, PastYear("2023/24", Decimal("1000.00"), Decimal("-70.00"))]) is None
    assert rules.suggested_over([PastYear("2023/24", Decimal(0), Decimal(0))]) is None
    assert rules.suggested_over([PastYear("2023/24", Decimal(3), Decimal(2))]) == 100
