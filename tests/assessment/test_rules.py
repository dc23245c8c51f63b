"""The rules of assessing."""

from decimal import Decimal

import pytest

from portfolio.assessment import rules
from portfolio.assessment.rules import Advice, AssessmentStatus, Given, PanelResult, Said, Standing
from portfolio.proposals.rules import ProposalStatus

CRITERIA = {1: "Need", 2: "Outcomes"}
GATES = {7: "Safeguarding"}
WHOLE = Said({1: 3, 2: 0}, {1: "Shown", 2: "Vague"}, {7: True})


def test_a_declaration_says_what_the_interest_is() -> None:
    assert rules.no_nature("Trustee of the applicant") is None
    error = rules.no_nature(" ")
    assert error is not None
    assert error.field == "nature"


@pytest.mark.parametrize(
    ("percent", "passes", "said"),
    [
        ("60.00", True, Advice.RECOMMEND),
        ("59.99", True, Advice.DISCUSS),
        ("40.00", True, Advice.DISCUSS),
        ("39.99", True, Advice.DO_NOT_RECOMMEND),
        ("100.00", False, Advice.DO_NOT_RECOMMEND),
    ],
)
def test_thresholds_say_what_a_score_advises(percent: str, passes: bool, said: Advice) -> None:
    assert rules.advice(Decimal(percent), Decimal(60), Decimal(40), passes_gates=passes) is said


def test_a_score_is_the_mean_of_the_assessors_until_the_panel_agrees() -> None:
    three = [Given(300, True), Given(301, True), Given(400, True)]
    best = rules.best_of(5, (60, 40))
    assert rules.panel_result(three, None, best) == PanelResult(Decimal("66.73"), Decimal("20.00"), True, False, 3)
    agreed = rules.panel_result(three, Given(250, True), 500)
    assert agreed == PanelResult(Decimal("50.00"), Decimal("20.00"), True, True, 3)
    assert rules.panel_result([], Given(500, False), 500) == PanelResult(Decimal(100), Decimal(0), False, True, 0)
    assert rules.panel_result([], None, 500) is None


def test_one_who_finds_a_gate_not_passed_is_enough_until_the_panel_agrees() -> None:
    two = [Given(300, True), Given(300, False)]
    doubted, agreed = rules.panel_result(two, None, 500), rules.panel_result(two, Given(300, True), 500)
    assert doubted is not None
    assert agreed is not None
    assert (doubted.passes_gates, agreed.passes_gates) == (False, True)


def test_half_a_hundredth_is_rounded_up() -> None:
    assert rules.percent_of_best(1, 800) == Decimal("0.13")  # 0.125
    assert rules.percent_of_best(500, 500) == Decimal("100.00")


def test_who_leads_a_proposal_or_has_an_interest_takes_no_part() -> None:
    rules.refuse_conflicted("SVD-25-01", has_interest=False, is_lead=False)
    with pytest.raises(rules.Conflicted, match="interest"):
        rules.refuse_conflicted("SVD-25-01", has_interest=True, is_lead=False)
    with pytest.raises(rules.Conflicted, match="lead"):
        rules.refuse_conflicted("SVD-25-01", has_interest=False, is_lead=True)


def test_scores_are_given_between_submission_and_the_last_word() -> None:
    submitted = ProposalStatus.SUBMITTED
    assert rules.not_open_to_scoring("A", submitted, None) is None
    assert rules.not_open_to_scoring("A", submitted, Standing("deferred", is_final=False)) is None
    decided = rules.not_open_to_scoring("A", submitted, Standing("rejected", is_final=True))
    assert decided is not None
    assert "rejected" in decided.sentence
    assert rules.not_open_to_scoring("A", ProposalStatus.WITHDRAWN, None) is not None


def test_what_was_submitted_stays() -> None:
    assert rules.already_submitted("A", None) is None
    assert rules.already_submitted("A", AssessmentStatus.DRAFT) is None
    assert rules.already_submitted("A", AssessmentStatus.SUBMITTED) is not None


def test_points_are_of_the_scale() -> None:
    assert rules.bad_points({1: 0, 2: 5}, CRITERIA, 5) == []
    assert [(error.field, error.sentence) for error in rules.bad_points({1: 6, 2: None}, CRITERIA, 5)] == [
        ("points-1", "Need: enter whole points from 0 to 5")
    ]


def test_an_assessment_is_whole_when_everything_is_said_and_why() -> None:
    assert list(rules.unfinished(WHOLE, CRITERIA, GATES)) == []
    failing = Said(WHOLE.points, WHOLE.justifications, {7: False}, {7: "No policy"})
    assert list(rules.unfinished(failing, CRITERIA, GATES)) == []
    missing = rules.unfinished(Said({1: 3}, {}, {7: False}, {7: " "}), CRITERIA, GATES)
    assert [error.field for error in missing] == ["reason-7", "justification-1", "points-2", "justification-2"]
    assert [error.field for error in rules.unfinished(Said({1: 3, 2: 3}, WHOLE.justifications), CRITERIA, GATES)] == [
        "passed-7"
    ]


def test_a_panel_says_how_it_came_to_its_points_and_why_where_no_assessor_gave_them() -> None:
    given = {1: [2, 4]}
    within = Said({1: 3, 2: 0}, comment="Talked over")
    assert list(rules.unexplained(within, True, given, CRITERIA, 5)) == []
    explained = Said({1: 5, 2: 0}, {1: "New evidence"}, comment="Talked over")
    assert list(rules.unexplained(explained, True, given, CRITERIA, 5)) == []
    high, low = Said({1: 5, 2: 0}, comment="!"), Said({1: 1, 2: 0}, comment="!")
    assert [error.sentence for error in rules.unexplained(high, False, given, CRITERIA, 5)] == [
        "Need: no assessor gave points as high as 5. Say why the panel does"
    ]
    assert ["as low as 1" in error.sentence for error in rules.unexplained(low, True, given, CRITERIA, 5)] == [True]
    assert [error.field for error in rules.unexplained(Said({1: 9}), None, {}, CRITERIA, 5)] == [
        "points-1", "points-2", "passes", "comment"
    ]  # fmt: skip


def test_a_moderation_supersedes_the_one_that_was_seen() -> None:
    assert rules.supersedes_another(None, None) is None
    assert rules.supersedes_another(3, 3) is None
    assert rules.supersedes_another(None, 3) is not None
    assert rules.nobody_scored("A", 1) is None
    assert rules.nobody_scored("A", 0) is not None
