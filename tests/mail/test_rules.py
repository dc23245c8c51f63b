"""What may stand in a message's head, and how long is waited."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portfolio.mail.rules import (
    WAITS,
    MessageState,
    NoRecipient,
    NotToSendAgain,
    one_line,
    plain_text,
    refuse_bad_recipient,
    refuse_to_send_again,
    wait_after,
)


@pytest.mark.parametrize("address", ["ada@example.org", "o'brien+grants@city-council.gov.uk", "a@b"])
def test_one_address_is_written_to(address: str) -> None:
    refuse_bad_recipient(address)


@pytest.mark.parametrize(
    "address",
    [
        "",
        "ada",
        "@example.org",
        "ada@",
        "ada@example.org\nBcc: all@example.org",
        "ada@example.org\r\n",
        "ada@example.org, bob@example.org",
        "ada@example.org;bob@example.org",
        "ada@bob@example.org",
        "<ada@example.org>",
        '"ada"@example.org',
        "ada b@example.org",
        "ada@example.org\x00",
        "zoë@example.org",
        "a" * 243 + "@example.org",
    ],
)
def test_anything_else_is_not(address: str) -> None:
    with pytest.raises(NoRecipient, match="one address of plain letters") as refused:
        refuse_bad_recipient(address)
    assert refused.value.field == "email"


@given(st.text())
def test_a_subject_is_one_line(subject: str) -> None:
    line = one_line(subject)
    assert len(line.splitlines()) <= 1
    assert len(line) <= 200
    assert one_line(line) == line


def test_a_subject_keeps_its_words() -> None:
    assert (
        one_line(" Ada\r\nBcc: all@example.org\x1b[31m  invites\tyou ") == "Ada Bcc: all@example.org [31m invites you"
    )


def test_a_text_keeps_its_lines_and_nothing_unseen() -> None:
    assert plain_text("Dear Ada\r\n\rHello\tyou\x00\x1b[31m\u2028") == "Dear Ada\n\nHello\tyou[31m"


def test_waits_grow_until_it_is_given_up_after_about_two_days() -> None:
    waits = [wait_after(tries) for tries in range(1, len(WAITS) + 2)]
    assert waits == [*sorted(set(WAITS)), None]
    assert waits[0] == timedelta(minutes=1)
    assert timedelta(days=1.5) < sum(WAITS, timedelta()) < timedelta(days=2)


@pytest.mark.parametrize("state", list(MessageState))
def test_only_what_is_uncertain_or_given_up_is_sent_again(state: MessageState) -> None:
    if state in (MessageState.UNCERTAIN, MessageState.GIVEN_UP):
        refuse_to_send_again(7, state)
        return
    with pytest.raises(NotToSendAgain, match=f"Message 7 is {state.value}. Only one that is uncertain or given up"):
        refuse_to_send_again(7, state)
