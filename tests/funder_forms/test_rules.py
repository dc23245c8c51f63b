"""What stands in the way of a form, and what refuses a step."""

import pytest

from portfolio.funder_forms import rules
from portfolio.funder_forms.rules import Finding, Standing, Weight


@pytest.mark.parametrize(
    ("versions", "is_open", "said"),
    [(0, False, Standing.NOTHING), (1, True, Standing.DRAFT), (2, False, Standing.CONFIRMED)],
)
def test_an_edition_is_as_far_as_its_last_version(versions: int, is_open: bool, said: Standing) -> None:
    assert rules.standing(versions, is_open) is said


def test_what_would_make_a_wrong_form_stops_it_and_the_rest_is_looked_at() -> None:
    assert {one for one in Finding if one.weight is Weight.LOOK} == {
        Finding.EMPTY,
        Finding.LOCKED,
        Finding.SHORTENED,
        Finding.NOTHING,
        Finding.REPLACES,
        Finding.SHOWN_ELSE,
    }


def test_refusals_say_where_and_what_to_do() -> None:
    assert rules.InTheWay("Claim!C7", Finding.FORMULA, "=SUM(A1:A2)").sentence == (
        "Claim!C7 would overwrite a formula: =SUM(A1:A2)"
    )
    assert rules.UnreadableBinding("cells, number 2", "it must name a cell, like C7").field == "file"
    assert "Version 3" in rules.Confirmed(3).sentence
    assert "2025/26 already" in rules.SameBlank("2025/26").sentence
    assert "A1 says 1 instead of 2" in rules.NotFilledAsMeant(["A1 says 1 instead of 2"]).sentence
    for error in (
        rules.ChangedMeanwhile(),
        rules.NotConfirmed(),
        rules.ConfirmedMeanwhile(),
        rules.NothingBound(),
        rules.NeedsNote(),
        rules.NotThisReturn(),
        rules.NoColumns(),
    ):
        assert error.sentence
