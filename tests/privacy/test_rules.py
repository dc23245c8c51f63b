"""How long things are kept, when people are due, and the few signs of a notice."""

from datetime import UTC, date, datetime, timedelta

import pytest

from portfolio.people.rules import Holding, Role
from portfolio.privacy.rules import (
    PERIODS,
    USUAL,
    Block,
    ChangedMeanwhile,
    Kind,
    NotADayCount,
    StaysForNow,
    blocks_of,
    day_set,
    days_of,
    digest_of,
    due_from,
    filled,
    gone_before,
    has_left,
    pseudonym,
    read_days,
    refuse_to_remove,
    said_of,
    said_of_people,
    years_kept,
)

TODAY = date(2025, 10, 20)
NOW = datetime(2025, 10, 20, 9, tzinfo=UTC)


@pytest.mark.parametrize(("typed", "days"), [("30", 30), (" 1,000 ", 1000), ("3650", 3650), ("2", 2)])
def test_a_period_is_a_number_of_days(typed: str, days: int) -> None:
    assert read_days(Kind.ATTEMPTS, typed) == days


@pytest.mark.parametrize("typed", ["", "1", "-5", "30 days", "2.5", "3651", "٣٠", "9" * 5000])
def test_anything_else_is_refused_with_what_to_enter(typed: str) -> None:
    with pytest.raises(
        NotADayCount, match="Attempts to sign in must be kept for a whole number of days from 2 to 3,650"
    ):
        read_days(Kind.ATTEMPTS, typed)


def test_a_setting_goes_before_what_is_usual() -> None:
    assert days_of(Kind.LINKS, {}) == 30
    set_to = {PERIODS[Kind.LINKS].setting: "1"}
    assert days_of(Kind.LINKS, set_to) == 1
    assert said_of(Kind.LINKS, set_to) == "Kept for 1 day after the link was used or expired"
    assert said_of(Kind.LINKS, {}) == "Kept for 30 days after the link was used or expired"
    assert gone_before(Kind.LINKS, set_to, NOW) == NOW - timedelta(days=1)
    assert USUAL["keep_messages_days"] == "90"


def test_people_are_kept_as_long_as_any_programme_asks() -> None:
    assert years_kept([]) == 7
    assert years_kept([3, 10, 7]) == 10
    assert said_of_people(10).startswith("Kept for 10 years after the last financial year")


@pytest.mark.parametrize(
    ("days", "due"),
    [
        ([date(2025, 4, 1)], date(2033, 4, 1)),
        ([date(2026, 3, 31)], date(2033, 4, 1)),
        ([date(2026, 4, 1), date(2019, 1, 1)], date(2034, 4, 1)),
        ([], None),
    ],
)
def test_years_are_counted_from_the_end_of_the_financial_year(days: list[date], due: date | None) -> None:
    assert due_from(days, 7) == due


RUNNING, COMING = Holding(Role.LEAD), Holding(Role.LEAD, starts_on=date(2026, 1, 1), ends_on=date(2026, 12, 31))
OVER, LAST_DAY = Holding(Role.LEAD, ends_on=date(2025, 10, 19)), Holding(Role.LEAD, ends_on=TODAY)


@pytest.mark.parametrize(
    ("holdings", "disabled", "left"),
    [
        ([], False, True),
        ([OVER], False, True),
        ([OVER, RUNNING], False, False),
        ([COMING], False, False),
        ([LAST_DAY], False, False),
        ([RUNNING], True, True),
    ],
)
def test_whoever_has_a_role_has_not_left(holdings: list[Holding], disabled: bool, left: bool) -> None:
    assert has_left(holdings, TODAY, disabled=disabled) is left


def test_only_whoever_left_long_ago_is_removed() -> None:
    refuse_to_remove([OVER], TODAY, disabled=False, removed=False, due=TODAY)
    for holdings, removed, due, said in (
        ([OVER], True, TODAY, "was removed already"),
        ([RUNNING], False, TODAY, "still has a role"),
        ([OVER], False, date(2025, 10, 21), "must be kept for longer"),
        ([OVER], False, None, "must be kept for longer"),
    ):
        with pytest.raises(StaysForNow, match=said):
            refuse_to_remove(holdings, TODAY, disabled=False, removed=removed, due=due)


def test_a_pseudonym_reaches_nobody() -> None:
    assert pseudonym(12) == ("Former person 12", "person-12@removed.invalid")


def test_the_digest_of_settings_knows_every_difference() -> None:
    assert digest_of({"a": "1", "b": "2"}) == digest_of({"b": "2", "a": "1"})
    assert len({digest_of(each) for each in ({}, {"a": ""}, {"a": "1"}, {"b": "1"})}) == 4


@pytest.mark.parametrize(
    ("text", "blocks"),
    [
        ("", []),
        ("\n \n", []),
        ("One\ntwo\n\nthree", [("paragraph", "One", "two"), ("paragraph", "three")]),
        ("# Title\ntext", [("heading", "Title"), ("paragraph", "text")]),
        ("# One\n# Two", [("heading", "One"), ("heading", "Two")]),
        ("- a\n- b\n\n- c", [("list", "a", "b"), ("list", "c")]),
        ("text\n- a\nmore", [("paragraph", "text"), ("list", "a"), ("paragraph", "more")]),
        ("#no heading\n-no point", [("paragraph", "#no heading", "-no point")]),
        ("<b>[x](javascript:y)</b>", [("paragraph", "<b>[x](javascript:y)</b>")]),
    ],
)
def test_a_text_has_paragraphs_headings_and_points(text: str, blocks: list[tuple[str, ...]]) -> None:
    assert blocks_of(text) == [Block(kind, tuple(lines)) for kind, *lines in blocks]


def test_a_day_is_kept_as_a_text() -> None:
    assert day_set(TODAY.isoformat()) == TODAY


def test_whoever_edits_what_changed_meanwhile_is_told_what_to_do() -> None:
    assert "Check what you entered against it, and save again" in ChangedMeanwhile().sentence


def test_places_are_filled_once_and_unknown_ones_stay() -> None:
    assert filled("{a} {b} {c} {", {"a": "{b}", "b": "B"}) == "{b} B {c} {"
