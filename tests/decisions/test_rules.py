"""What a partnership may decide, and what an award may plan."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.decisions import ceilings, profiles, rules, variation_rules
from portfolio.decisions.asked import (
    TAKEN_BACK,
    AskedState,
    asked_state,
    bad_deciding,
    bad_withdrawing,
    no_reason_to_refuse,
)
from portfolio.decisions.rules import Outcome, Ruling
from portfolio.errors import PortfolioError
from portfolio.money import ZERO
from portfolio.proposals.rules import ProposalStatus
from portfolio.quarters import FinancialYear, Quarter

YEAR = FinancialYear(2025)
TODAY = date(2025, 10, 20)
Q1, Q2, Q3, Q4 = YEAR.quarters
pounds = st.integers(0, 10**9).map(lambda pence: Decimal(pence).scaleb(-2))
whole_plans = st.tuples(pounds, pounds, pounds, pounds).map(lambda parts: dict(zip(YEAR.quarters, parts, strict=True)))


def codes(errors: list[PortfolioError]) -> list[tuple[str | None, str | None]]:
    return [(error.code, error.field) for error in errors]


def test_which_outcomes_give_money_and_which_need_a_reason() -> None:
    assert [each for each in Outcome if each.gives_money] == [Outcome.FUNDED, Outcome.PART_FUNDED]
    assert [each for each in Outcome if each.needs_a_reason] == [
        Outcome.PART_FUNDED,
        Outcome.REJECTED,
        Outcome.DEFERRED,
    ]


@pytest.mark.parametrize("outcome", [Outcome.PART_FUNDED, Outcome.REJECTED, Outcome.DEFERRED])
def test_e11_a_no_or_less_than_asked_has_a_reason(outcome: Outcome) -> None:
    awarded = {"labour": Decimal("1.00")} if outcome.gives_money else {}
    assert rules.bad_decision(outcome, awarded, "Weak evidence.") == []
    assert codes(rules.bad_decision(outcome, awarded, "  ")) == [("E11", "reason")]
    assert codes(rules.bad_decision(outcome, awarded, None)) == [("E11", "reason")]


def test_funded_gives_money_and_nothing_else_does() -> None:
    assert rules.bad_decision(Outcome.FUNDED, {"labour": Decimal("1.00")}, None) == []
    assert codes(rules.bad_decision(Outcome.FUNDED, {"labour": ZERO}, None)) == [(None, "awarded")]
    assert codes(rules.bad_decision(Outcome.RESERVE, {"labour": Decimal("1.00")}, None)) == [(None, "awarded")]
    assert codes(rules.bad_decision(Outcome.FUNDED, {"labour": Decimal("-1.00")}, None)) == [(None, "awarded.labour")]


def test_e11_funded_with_less_than_asked_says_why_or_is_part_funded() -> None:
    less = Ruling(Outcome.FUNDED, "CSP", {"labour": Decimal("90.00")})
    asked = Decimal("100.00")
    error = rules.less_than_asked(less, asked, 1)
    assert error is not None
    assert (error.code, error.field) == ("E11", "outcome")
    assert "£90.00 is less than the £100.00 asked for" in error.sentence
    assert rules.less_than_asked(less, asked, 2) is None
    assert rules.less_than_asked(less, Decimal("90.00"), 1) is None
    assert rules.less_than_asked(Ruling(Outcome.FUNDED, "CSP", less.awarded, "Costs fell."), asked, 1) is None
    assert rules.less_than_asked(Ruling(Outcome.PART_FUNDED, "CSP", less.awarded), asked, 1) is None


def test_only_what_was_submitted_is_decided_on() -> None:
    assert rules.not_open_to_decision("SVD-25-01", ProposalStatus.SUBMITTED) is None
    draft = rules.not_open_to_decision("SVD-25-01", ProposalStatus.DRAFT)
    withdrawn = rules.not_open_to_decision("SVD-25-01", ProposalStatus.WITHDRAWN)
    assert draft is not None
    assert withdrawn is not None
    assert "Submit it first" in draft.sentence
    assert "Enter it anew" in withdrawn.sentence


def test_a_day_that_has_not_come_is_refused() -> None:
    assert rules.not_yet("The meeting", None, TODAY, "met_on") is None
    assert rules.not_yet("The meeting", TODAY, TODAY, "met_on") is None
    error = rules.not_yet("The meeting", date(2025, 10, 21), TODAY, "met_on")
    assert error is not None
    assert error.sentence.startswith("The meeting is in the future: 21 October 2025")


def test_a_partnership_decides_on_what_it_was_asked() -> None:
    assert rules.not_asked_of("Dorset CSP", 1, [1, 2], "SVD-25-01") is None
    error = rules.not_asked_of("Kent CSP", 3, [1, 2], "SVD-25-01")
    assert error is not None
    assert error.field == "csp"


def test_e1_awards_stay_within_the_allocation_and_the_tolerance() -> None:
    allocation = Decimal("80790.21")
    assert ceilings.above_allocation("Dorset CSP", "non-labour", allocation, allocation, Decimal(0)) is None
    error = ceilings.above_allocation("Dorset CSP", "non-labour", allocation + Decimal("0.01"), allocation, Decimal(0))
    assert error is not None
    assert (error.code, error.field) == ("E1", "awarded.non-labour")
    assert "£80,790.22, £0.01 more than the £80,790.21 it may award" in error.sentence
    assert ceilings.above_allocation("Dorset CSP", "non-labour", Decimal("88869.23"), allocation, Decimal(10)) is None


def test_e1_above_the_allocation_the_partnership_says_why() -> None:
    allocation = Decimal("100.00")
    assert ceilings.above_unsaid("Dorset CSP", "labour", allocation, allocation, None) is None
    assert (
        ceilings.above_unsaid("Dorset CSP", "labour", Decimal("104.00"), allocation, "Level-Up starts in May") is None
    )
    error = ceilings.above_unsaid("Dorset CSP", "labour", Decimal("104.00"), allocation, " ")
    assert error is not None
    assert (error.code, error.field) == ("E1", "above_because")
    assert "£104.00, £4.00 more than its allocation. Say why" in error.sentence


def test_e1_a_share_stays_above_what_is_awarded_of_it() -> None:
    share, awards = Decimal("100.00"), Decimal("110.00")

    def below(tolerance: int) -> ceilings.AllocationBelowAwards | None:
        return ceilings.below_awards(
            "Dorset CSP", "dorset", "labour", share=share, awards=awards, tolerance_percent=Decimal(tolerance)
        )

    assert below(10) is None
    error = below(0)
    assert error is not None
    assert (error.code, error.field) == ("E1", "shares.dorset.labour")


def test_e12_who_declared_an_interest_does_not_decide() -> None:
    people = {1: "Ann", 2: "Ben", 3: "Cat"}
    assert rules.conflicted("SVD-25-01", people, {9}) is None
    error = rules.conflicted("SVD-25-01", people, {1, 3})
    assert error is not None
    assert (error.code, error.field) == ("E12", "decided_by")
    assert error.sentence.startswith("Ann, Cat declared an interest in SVD-25-01")
    assert rules.leads_it("SVD-25-01", people, [None, 9]) is None
    lead = rules.leads_it("SVD-25-01", people, [2, None])
    assert lead is not None
    assert (lead.code, lead.field) == ("E12", "decided_by")
    assert lead.sentence.startswith("Ben would decide on SVD-25-01, and leads it")


@pytest.mark.parametrize(
    ("seen", "standing", "refused"),
    [("", None, False), ("7", 7, False), ("", 7, True), ("7", 8, True), ("😀", None, True)],
)
def test_a_decision_supersedes_what_was_seen(seen: str, standing: int | None, refused: bool) -> None:
    assert (rules.decided_meanwhile(seen, standing) is not None) is refused


@pytest.mark.parametrize(
    ("outcome", "decided", "moved", "claimed", "refused"),
    [
        (Outcome.FUNDED, "50.00", "0.00", "50.00", None),
        (Outcome.FUNDED, "50.00", "0.00", "50.01", rules.BelowClaims),
        (Outcome.REJECTED, "0.00", "0.00", "0.00", None),
        (Outcome.REJECTED, "0.00", "0.00", "0.01", rules.BelowClaims),
        (Outcome.REJECTED, "0.00", "-30.00", "0.00", rules.MovedAway),
        (Outcome.PART_FUNDED, "30.00", "-30.00", "0.00", None),
        (Outcome.REJECTED, "0.00", "30.00", "0.00", rules.MovedHere),
        (Outcome.FUNDED, "1.00", "30.00", "31.00", None),
    ],
)
def test_a_later_decision_keeps_what_is_claimed_and_moved(
    outcome: Outcome, decided: str, moved: str, claimed: str, refused: type[PortfolioError] | None
) -> None:
    error = rules.bad_lowering(
        outcome, "labour", decided=Decimal(decided), moved=Decimal(moved), claimed=Decimal(claimed)
    )
    assert type(error) is (refused or type(None))


@given(pounds, st.dates(date(2024, 4, 1), date(2026, 3, 31)), st.integers(0, 800))
def test_an_even_profile_between_dates_sums_to_its_award(award: Decimal, starts_on: date, days: int) -> None:
    ends_on = date.fromordinal(starts_on.toordinal() + days)
    profile = profiles.even_profile_between(award, starts_on, ends_on)
    assert sum(profile.values()) == award
    assert profiles.bad_profile(award, profile, starts_on, ends_on) == []


def test_a_profile_sums_to_its_award_within_its_dates() -> None:
    profile = {Q1: Decimal("10.00"), Q2: ZERO}
    assert profiles.bad_profile(Decimal("10.00"), profile, date(2025, 4, 1), date(2025, 6, 30)) == []
    found = profiles.bad_profile(Decimal("11.00"), profile, date(2025, 7, 1), date(2026, 3, 31))
    assert codes(found) == [("E10", "profile"), ("E3", "profile")]
    late = profiles.bad_profile(Decimal("10.00"), {Q4: Decimal("10.00")}, date(2025, 4, 1), date(2025, 12, 31))
    assert codes(late) == [("E3", "profile")]


def test_a_profile_is_what_was_asked_for_in_its_proportions() -> None:
    asks = [
        ("pay", Q1, Decimal("100.00")),
        ("training", Q1, Decimal("200.00")),
        ("training", Q1, Decimal("100.00")),
        ("pay", None, Decimal("0.05")),
        ("pay", Quarter(FinancialYear(2026), 1), Decimal("9.00")),
    ]
    asked = profiles.as_asked(Decimal("400.05"), asks, date(2025, 4, 1), date(2025, 9, 30))
    assert asked == {
        (Q1, "pay"): Decimal("100.03"),
        (Q1, "training"): Decimal("300.00"),
        (Q2, "pay"): Decimal("0.02"),
    }
    half = profiles.as_asked(Decimal("200.00"), asks, date(2025, 4, 1), date(2025, 9, 30))
    assert half == {(Q1, "pay"): Decimal("50.01"), (Q1, "training"): Decimal("149.98"), (Q2, "pay"): Decimal("0.01")}
    evenly = profiles.as_asked(Decimal("1.01"), [("pay", Q3, Decimal("5.00"))], date(2025, 4, 1), date(2025, 9, 30))
    assert evenly == {(Q1, None): Decimal("0.51"), (Q2, None): Decimal("0.50")}


asked_cells = st.dictionaries(
    st.tuples(st.sampled_from(["pay", "training", None]), st.sampled_from([*YEAR.quarters, None])), pounds, max_size=6
)


@given(pounds, asked_cells)
def test_a_profile_as_asked_sums_to_its_award(
    award: Decimal, asks: dict[tuple[str | None, Quarter | None], Decimal]
) -> None:
    told = [(category, quarter, amount) for (category, quarter), amount in asks.items()]
    planned = profiles.as_asked(award, told, YEAR.first_day, YEAR.last_day)
    assert sum(planned.values(), ZERO) == award
    if award and award == sum(asks.values(), ZERO):
        named = {category for category, _, amount in told if amount}
        assert {category for _, category in planned} == named


def test_a_profile_follows_a_change_category_by_category() -> None:
    cells: profiles.Cells = {(Q1, "pay"): Decimal("10.00"), (Q1, "training"): Decimal("30.00")}
    grown = profiles.followed(cells, {Q1: Decimal("4.01"), Q2: Decimal("4.00")})
    assert grown == {
        (Q1, "pay"): Decimal("11.00"),
        (Q1, "training"): Decimal("33.01"),
        (Q2, "pay"): Decimal("1.00"),
        (Q2, "training"): Decimal("3.00"),
    }
    assert profiles.followed(cells, {Q1: Decimal("-40.00")}) == dict.fromkeys(cells, ZERO)
    # What variations brought may be taken too: no category plans more then than the quarter itself.
    below = profiles.followed(cells, {Q1: Decimal("-41.00")})
    assert below == {**dict.fromkeys(cells, ZERO), (Q1, None): Decimal("-1.00")}
    assert profiles.followed(below, {Q1: Decimal("3.00")}) == {**below, (Q1, None): Decimal("2.00")}
    assert profiles.followed({}, {Q1: Decimal("5.00")}) == {(Q1, None): Decimal("5.00")}
    owed = {**cells, (Q1, None): Decimal("-20.00")}
    assert profiles.followed(owed, {Q1: Decimal("4.00")}) == {
        (Q1, "pay"): Decimal("6.00"), (Q1, "training"): Decimal("18.00"), (Q1, None): ZERO
    }  # fmt: skip


@given(whole_plans, pounds, st.sampled_from(YEAR.quarters))
def test_a_gain_sums_and_leaves_earlier_quarters_alone(
    profile: dict[Quarter, Decimal], amount: Decimal, since: Quarter
) -> None:
    gain = profiles.gained(profile, amount, YEAR.quarters, since)
    assert sum(gain.values(), ZERO) == amount
    assert all(quarter >= since for quarter in gain)


def test_a_gain_falls_as_the_later_quarters_are_planned() -> None:
    profile = {Q1: Decimal("70.00"), Q2: Decimal("10.00"), Q3: Decimal("30.00"), Q4: ZERO}
    assert profiles.gained(profile, Decimal("8.00"), YEAR.quarters, Q2) == {Q2: Decimal("2.00"), Q3: Decimal("6.00")}
    assert profiles.gained(profile, Decimal("8.00"), YEAR.quarters, Q4) == {Q4: Decimal("8.00")}
    assert profiles.gained({}, Decimal("0.03"), YEAR.quarters, Q3) == {Q3: Decimal("0.02"), Q4: Decimal("0.01")}
    assert profiles.gained(profile, Decimal("8.00"), YEAR.quarters[:2], Q3) == {Q2: Decimal("8.00")}


@given(whole_plans, st.integers(0, 100))
def test_a_loss_sums_and_never_makes_a_plan_negative(profile: dict[Quarter, Decimal], percent: int) -> None:
    amount = (sum(profile.values(), ZERO) * percent / 100).quantize(Decimal("0.01"))
    loss = profiles.lost(profile, amount)
    assert -sum(loss.values(), ZERO) == amount
    assert all(profile[quarter] + part >= 0 for quarter, part in loss.items())


def test_a_loss_takes_the_latest_quarters_first() -> None:
    profile = {Q1: Decimal("5.00"), Q2: Decimal("5.00"), Q3: Decimal("5.00"), Q4: Decimal("-1.00")}
    assert profiles.lost(profile, Decimal("7.00")) == {Q3: Decimal("-5.00"), Q2: Decimal("-2.00")}
    assert profiles.lost(profile, ZERO) == {}


def test_a_variation_that_can_be_made() -> None:
    found = variation_rules.bad_variation(
        Decimal("5.00"), "Underspend.", sides=2, same_line=False, same_year=True, can_give=Decimal("5.00")
    )
    assert found == []
    assert (
        variation_rules.bad_variation(Decimal(5), "More.", sides=1, same_line=False, same_year=True, can_give=None)
        == []
    )


def test_every_fault_of_a_variation_is_said() -> None:
    found = variation_rules.bad_variation(
        ZERO, " ", sides=0, same_line=True, same_year=False, can_give=Decimal("-1.00")
    )
    assert [error.field for error in found] == ["from_line", "to_line", "amount", "to_line", "amount", "reason"]
    [more] = variation_rules.bad_variation(
        Decimal("5.01"), "Why.", sides=2, same_line=False, same_year=True, can_give=Decimal("5.00")
    )
    assert more.sentence.startswith("Only £5.00 of this award is neither claimed nor moved")


def test_e13_money_is_moved_to_what_is_funded_only() -> None:
    assert variation_rules.not_funded("SVD-25-01", "Dorset CSP", funds=True) is None
    error = variation_rules.not_funded("SVD-25-01", "Dorset CSP", funds=False)
    assert error is not None
    assert "Dorset CSP does not fund SVD-25-01 any more" in error.sentence


def test_w7_and_w9_are_warned_of() -> None:
    usual = rules.award_warnings("SVD-25-01", date(2025, 4, 1), date(2026, 3, 31), provisional=False)
    assert usual == []
    both = rules.award_warnings("SVD-25-01", date(2025, 4, 1), date(2026, 4, 1), provisional=True)
    assert [warning.code for warning in both] == ["W7", "W9"]


def test_w5_warns_of_more_than_two_fifths_in_q4() -> None:
    assert rules.late_in_the_year("SVD-25-01", Decimal("100.00"), Decimal("40.00")) is None
    assert rules.late_in_the_year("SVD-25-01", ZERO, ZERO) is None
    warning = rules.late_in_the_year("SVD-25-01", Decimal("100.00"), Decimal("40.01"))
    assert warning is not None
    assert warning.code == "W5"
    assert warning.sentence.startswith("£40.01 of £100.00")


def test_e10_an_award_that_is_not_the_decision_names_both() -> None:
    error = rules.AwardIsNotTheDecision(Decimal("10.00"), Decimal("9.00"))
    assert error.code == "E10"
    assert error.sentence.startswith("The award is £10.00, but £9.00 was decided")


def test_what_one_asks_for_another_decides_on_once() -> None:
    states = [asked_state(1, *decided) for decided in ((None, None), (2, None), (2, "No."), (1, TAKEN_BACK))]
    assert states == ["waiting", "approved", "refused", "withdrawn"]
    assert bad_deciding("correction", AskedState.WAITING, 1, 2) is None
    assert bad_withdrawing("correction", AskedState.WAITING, 1, 1) is None
    said = [bad_deciding("correction", state, 1, 1) for state in states]
    assert [str(error) for error in said] == [
        "You asked for this correction, so somebody else must decide on it",
        "This correction is approved already. Ask for another one if something is still wrong",
        "This correction is refused already. Ask for another one if something is still wrong",
        "This correction is withdrawn already. Ask for another one if something is still wrong",
    ]
    said = [bad_withdrawing("variation", state, 1, 2) for state in states[:2]]
    assert [str(error) for error in said] == [
        "Somebody else asked for this variation, so it is theirs to change or withdraw",
        "This variation is approved already. Ask for another one if something is still wrong",
    ]
    assert no_reason_to_refuse("No.") is None
    assert str(no_reason_to_refuse(" ")) == "Give the reason, so that who asked knows what to do instead"


def test_what_a_panel_found_is_said_in_words() -> None:
    found = [rules.panel_found(Decimal(points), 5, Decimal(60), Decimal(40)) for points in ("3", "2.5", "1.9")]
    assert found == ["Strong", "Met in part: more was wanted", "Not shown: much more was wanted"]


def test_e1_a_tolerance_is_not_lowered_below_what_is_awarded() -> None:
    share, awards = Decimal("1000.00"), Decimal("1050.00")
    sides = {"share": share, "awards": awards}
    assert ceilings.tolerance_below_awards("Dorset CSP", "labour", **sides, tolerance_percent=Decimal(5)) is None
    refused = ceilings.tolerance_below_awards("Dorset CSP", "labour", **sides, tolerance_percent=Decimal(2))
    assert refused is not None
    assert (refused.code, refused.field) == ("E1", "tolerance_percent")
    assert "has awarded £1,050.00 of the labour stream already, more than the £1,020.00" in refused.sentence
