"""Attempts to sign in, and messages, as administrators see them."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from portfolio.mail.actions import queue
from portfolio.mail.models import Message
from portfolio.mail.rules import MessageState
from portfolio.mail.sending import IN_OUTBOX
from portfolio.people.models import SignInAttempt, SignInOutcome
from portfolio.words import begin
from tests import make
from tests.conftest import NOW, Visitor
from tests.pages import lines
from tests.web.test_reading import readings


def attempt(session: Session, email: str, outcome: SignInOutcome, **more: Any) -> None:
    """An attempt to sign in from a made-up place."""
    given = {"at": NOW, "address": "192.0.2.7", "browser": "Firefox", "person_id": None, "known_browser": False} | more
    session.add(SignInAttempt(email=email, outcome=outcome, **given))
    session.commit()


def test_attempts_to_sign_in_are_listed_and_narrowed(administrator: Visitor, session: Session) -> None:
    me = administrator.person
    other = make.person(session)
    attempt(session, "eve@example.org", SignInOutcome.REFUSED, browser="<b>evil</b>")
    attempt(session, other.email, SignInOutcome.SIGNED_IN, person_id=other.id, address="198.51.100.1")
    attempt(session, me.email, SignInOutcome.WRONG_CODE, person_id=me.id, at=NOW + timedelta(days=1))
    page = administrator.get("/history/sign-ins")
    assert lines(page.text) == [
        f"21 October 2025, 10:00am {me.email} Wrong code 192.0.2.7 Firefox",
        f"20 October 2025, 10:00am {other.email} Signed in 198.51.100.1 Firefox",
        "20 October 2025, 10:00am eve@example.org Wrong e-mail address or passphrase 192.0.2.7 <b>evil</b>",
    ]
    assert readings(session) == [(me.id, "Attempts to sign in", f"{other.mark}, somebody unknown")]
    for asked, count in (
        ("email=EVE@example.org", 1), ("address=192.0.2.7", 2), ("address=192.0.2.7&start=21+10+2025", 1),
        ("end=20+10+2025+9:59", 0), ("email=eve@example.org&address=198.51.100.1", 0),
    ):  # fmt: skip
        assert len(lines(administrator.get(f"/history/sign-ins?{asked}").text)) == count, asked
    wrong = administrator.get("/history/sign-ins?start=soon&email=eve")
    assert wrong.status_code == 422
    assert 'value="soon"' in wrong.text


@pytest.fixture
def messages(session: Session) -> dict[MessageState, Message]:
    """A message in each state."""
    made = {}
    for state in MessageState:
        message = queue(session, f"{state.name.lower()}@example.org", f"About {state.value}", "Dear secret", NOW)
        message.state = state
        message.fault = "the server did not answer" if state is MessageState.UNCERTAIN else None
        made[state] = message
    session.commit()
    return made


def test_messages_are_listed_without_what_they_say(
    administrator: Visitor, messages: dict[MessageState, Message]
) -> None:
    page = administrator.get("/history/messages")
    told = lines(page.text)
    assert len(told) == len(messages)
    assert "Dear secret" not in page.text
    [uncertain] = [line for line in told if "uncertain@" in line]
    assert uncertain.startswith(f"{messages[MessageState.UNCERTAIN].id} 20 October 2025, 10:00am uncertain@example.org")
    assert "About uncertain Uncertain" in uncertain
    assert uncertain.endswith("The server did not answer")
    assert page.text.count("Send again") == 2
    assert len(lines(administrator.get("/history/messages?state=given+up").text)) == 1
    lost = administrator.get("/history/messages?state=lost")
    assert (lost.status_code, lines(lost.text)) == (422, [])
    assert administrator.get("/history/messages?end=1+1+2025").text.count("No such messages") == 1


def test_what_no_server_took_is_said_to_be_in_the_outbox(
    administrator: Visitor, session: Session, messages: dict[MessageState, Message]
) -> None:
    messages[MessageState.SENT].fault = IN_OUTBOX
    session.commit()
    [line] = lines(administrator.get("/history/messages?state=sent").text)
    assert f"In the outbox 0 {begin(IN_OUTBOX)}" in line


def test_an_uncertain_message_is_sent_again_by_somebody_who_decides_so(
    administrator: Visitor, session: Session, messages: dict[MessageState, Message]
) -> None:
    uncertain, sent = messages[MessageState.UNCERTAIN], messages[MessageState.SENT]
    answer = administrator.post(f"/history/messages/{uncertain.id}/again", follow_redirects=True)
    assert "The message to uncertain@example.org is sent again." in answer.text
    refused = administrator.post(f"/history/messages/{sent.id}/again")
    assert refused.status_code == 422
    assert f"Message {sent.id} is sent." in refused.text
    assert administrator.post("/history/messages/999/again").status_code == 404
    session.expire_all()
    assert sent.state is MessageState.SENT
    assert lines(administrator.get("/history?record=sent_again").text) == [
        "20 October 2025, 10:00am Ada Minster Sent a message again "
        f"message sent again {uncertain.id} added History of message sent again {uncertain.id} "
        f"number of the message: {uncertain.id} state before: uncertain"
    ]
