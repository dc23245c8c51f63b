"""What the comparison goes by: sides, bands, levels in words, tallies, and what a reason is about."""

from decimal import Decimal

from portfolio.comparison.rules import (
    COSTS,
    LEVELS,
    ORDER,
    OTHER_REASON,
    REASONS,
    SCORES,
    Side,
    Tally,
    level_names,
    reason_about,
)
from portfolio.decisions.rules import Outcome
from portfolio.money import ZERO
from portfolio.proposals.rules import Level


def test_every_outcome_has_a_place_and_a_side() -> None:
    assert set(ORDER) == set(Outcome)
    assert [Side.of(outcome) for outcome in ORDER] == [
        Side.FUNDED,
        Side.FUNDED,
        Side.OTHER,
        Side.OTHER,
        Side.REJECTED,
        Side.OTHER,
    ]
    assert Side.of(None) is Side.OTHER


def test_bands_leave_no_figure_out() -> None:
    for bands in (SCORES, COSTS):
        rising = sorted(bands, key=lambda band: band.least or ZERO)
        assert (rising[0].least, rising[-1].below) == (None, None)
        assert [band.below for band in rising[:-1]] == [band.least for band in rising[1:]]


def test_levels_are_a_set_in_words() -> None:
    universal, targeted, focused = (LEVELS[level] for level in Level)
    assert level_names(0) == "None given"
    assert level_names(universal) == "Universal"
    assert level_names(universal + focused) == "Universal and focused"
    assert level_names(universal + targeted + focused) == "Universal, targeted and focused"


def test_tallies_add_up_and_say_nothing_where_there_is_nothing() -> None:
    one = Tally(2, Decimal("100.00"), Decimal("30.00"), Decimal("25.00"), 1, Decimal(60), 1, 1)
    both = one + Tally(1, Decimal("50.01"), ZERO, ZERO, 0, Decimal(0), 0, 1)
    assert (both.proposals, both.asked, both.rejected) == (3, Decimal("150.01"), 2)
    assert (both.mean_asked, both.mean_score, both.leverage) == (Decimal("50.00"), Decimal(60), Decimal("0.17"))
    assert one.granted == Decimal(30)
    assert (Tally().granted, Tally().mean_asked, Tally().mean_score, Tally().leverage) == (None, None, None, None)


REASONS_READ = {
    "Not enough money for all proposals.": "Not enough money",
    "Does not fit the local delivery plan.": "Does not fit the priorities",
    "Weak evidence that one-off assemblies reduce violence.": "Evidence",
    "Poor value against the others.": "Value for money",
    "Another body already pays for this.": "Paid or done by others",
    "No capacity to recruit in time.": "Deliverability",
    "Strong need, but costs not profiled and no exit plan.": "Costs or plans not worked out",
    "Large underspend before.": "Delivery of the last award",
    "No safeguarding policy.": "Safeguarding, eligibility or data protection",
    "It came after the deadline.": "Handed in late or incomplete",
    "The panel was divided.": OTHER_REASON,
    "": OTHER_REASON,
}


def test_a_reason_is_about_what_its_words_say() -> None:
    assert {reason: reason_about(reason) for reason in REASONS_READ} == REASONS_READ
    assert set(REASONS_READ.values()) == {*REASONS, OTHER_REASON}
