"""How long one waits after attempts that failed."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.people.throttling import (
    ACCOUNT_REMEMBERS,
    FIRST_WAIT,
    FREE_FOR_AN_ACCOUNT,
    FREE_FOR_AN_ADDRESS,
    LONGEST_WAIT,
    NO_WAIT,
    Failures,
    TooSoon,
    in_words,
    wait_after,
    wait_from,
)
from tests.conftest import NOW


@pytest.mark.parametrize(
    ("failures", "seconds"),
    [(0, 0), (1, 0), (4, 0), (5, 10), (6, 20), (7, 40), (10, 320), (11, 640), (12, 900), (13, 900), (10_000, 900)],
)
def test_an_account_bears_a_few_failures_and_then_waits_ever_longer(failures: int, seconds: int) -> None:
    assert wait_after(failures, FREE_FOR_AN_ACCOUNT) == timedelta(seconds=seconds)


def test_an_address_bears_more_than_an_account() -> None:
    assert wait_after(FREE_FOR_AN_ADDRESS - 1, FREE_FOR_AN_ADDRESS) == NO_WAIT
    assert wait_after(FREE_FOR_AN_ADDRESS, FREE_FOR_AN_ADDRESS) == FIRST_WAIT
    assert FREE_FOR_AN_ADDRESS > FREE_FOR_AN_ACCOUNT


@given(st.integers(0, 200), st.integers(1, 40))
def test_another_failure_never_shortens_the_wait(count: int, free: int) -> None:
    assert NO_WAIT <= wait_after(count, free) <= wait_after(count + 1, free) <= LONGEST_WAIT


@pytest.mark.parametrize(("since", "left"), [(0, 10), (3, 7), (10, 0), (86_000, 0)])
def test_the_wait_counts_from_the_last_failure(since: int, left: int) -> None:
    failures = Failures(FREE_FOR_AN_ACCOUNT, NOW - timedelta(seconds=since))
    assert wait_from(NOW, failures, FREE_FOR_AN_ACCOUNT) == timedelta(seconds=left)


def test_without_a_failure_nobody_waits() -> None:
    assert wait_from(NOW, Failures(0, None), FREE_FOR_AN_ACCOUNT) == NO_WAIT


def test_whoever_never_stops_has_about_a_hundred_guesses_a_day() -> None:
    now, failed = NOW, [NOW]
    while now < NOW + ACCOUNT_REMEMBERS:
        now += max(wait_from(now, Failures(len(failed), failed[-1]), FREE_FOR_AN_ACCOUNT), timedelta(seconds=1))
        failed.append(now)
    assert 90 < len(failed) < 110


@pytest.mark.parametrize(
    ("wait", "words"),
    [
        (timedelta(milliseconds=1), "1 second"),
        (timedelta(seconds=9, milliseconds=1), "10 seconds"),
        (timedelta(seconds=89), "89 seconds"),
        (timedelta(seconds=90), "2 minutes"),
        (timedelta(seconds=121), "3 minutes"),
        (LONGEST_WAIT, "15 minutes"),
    ],
)
def test_a_wait_is_told_never_shorter_than_it_is(wait: timedelta, words: str) -> None:
    assert in_words(wait) == words
    assert TooSoon(wait).sentence == f"Too many attempts to sign in failed. Wait {words}, and try again"
