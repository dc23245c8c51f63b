"""What an action of a meeting must say, and where it stands."""

from datetime import date

import pytest

from portfolio.meetings.rules import EndedAlready, NotTheirs, Standing, bad_action, bad_ending, standing

MET, DUE, TODAY = date(2025, 6, 16), date(2025, 7, 31), date(2025, 7, 31)


@pytest.mark.parametrize(
    ("today", "ended_on", "dropped", "expected"),
    [
        (date(2025, 7, 31), None, False, Standing.DUE),
        (date(2025, 8, 1), None, False, Standing.OVERDUE),
        (date(2025, 8, 1), date(2025, 8, 1), False, Standing.DONE),
        (date(2025, 8, 1), date(2025, 8, 1), True, Standing.DROPPED),
    ],
)
def test_where_an_action_stands(today: date, ended_on: date | None, dropped: bool, expected: Standing) -> None:
    assert standing(DUE, ended_on, today, dropped=dropped) is expected


def test_an_action_says_what_and_who_met_and_is_due_after_that() -> None:
    assert bad_action("Go through the rejected proposals", "Dorset CSP", MET, DUE, TODAY) == []
    wrong = bad_action(" ", "", date(2025, 8, 1), date(2025, 7, 31), TODAY)
    assert [(error.field, error.sentence) for error in wrong] == [
        ("text", "Say what is to be done"),
        ("body", "Enter who met, like Dorset Community Safety Partnership"),
        ("met_on", "The meeting is still to come. Record its actions when it has been held"),
        ("due_on", "It cannot be due before the meeting of 1 August 2025. Check both days"),
    ]


def test_what_is_dropped_says_why() -> None:
    assert bad_ending("", dropped=False) is None
    assert bad_ending("Overtaken by the review", dropped=True) is None
    assert str(bad_ending(" ", dropped=True)) == "Say why it is dropped"


def test_refusals_say_what_to_do() -> None:
    assert str(EndedAlready(Standing.DONE, MET)) == (
        "This action was done on 16 June 2025. Record a new one if more is to be done"
    )
    assert "Only Ann, whose action this is" in str(NotTheirs("Ann"))
