"""Links: who is sent one, what it says, and that it opens one account, once, for 72 hours."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from threading import Barrier, Thread

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.config import Config
from portfolio.db import Base, Database
from portfolio.errors import PortfolioError
from portfolio.history import Author, HistoryEntry
from portfolio.people.actions import disable_person, find_person, hash_of, is_password_of, viewer_of
from portfolio.people.giving import HeldAlready, MayNotGive, RoleWithoutPlace
from portfolio.people.joining import (
    ASKED_AN_HOUR,
    LASTS,
    RESETS_AN_HOUR,
    AskedTooOften,
    IsDisabled,
    KeyOf,
    LinkOver,
    answer_forgotten,
    get_link,
    invitations_of,
    invite,
    note_asked,
    send_invitation,
    send_reset,
    use_link,
)
from portfolio.people.managing import correct
from portfolio.people.models import Link, Person, Purpose, SignInAttempt, WebSession
from portfolio.people.rules import Holding, Role, Viewer
from portfolio.people.signing_in import change_password
from tests import make
from tests.conftest import NOW
from tests.people.links import keys_to, messages_to

DAY = date(2025, 10, 20)
SECOND = timedelta(seconds=1)
EMAIL = "nina@example.org"


@pytest.fixture
def key_of(config: Config) -> KeyOf:
    """What makes the keys of links here."""
    return partial(config.derived_key, "link")


@pytest.fixture
def olive(session: Session) -> Viewer:
    """A CSP officer of Dorset."""
    return viewer_of(make.person(session, Role.CSP_OFFICER, name="Olive Marsh", email="olive@example.org"), DAY)


@pytest.fixture
def ada(session: Session) -> Viewer:
    """An administrator."""
    return viewer_of(make.person(session, Role.ADMINISTRATOR, name="Ada Minster", email="ada@example.org"), DAY)


@pytest.fixture
def lead(session: Session) -> Holding:
    """The role of a project lead whom Dorset looks after."""
    return Holding(Role.LEAD, csp_id=make.csp(session).id)


Invite = Callable[..., Person]


@pytest.fixture
def invited(session: Session, olive: Viewer, lead: Holding, key_of: KeyOf) -> Person:
    """Nina, whom Olive invited."""
    return invite(session, " Nina \n Newcomer", " Nina@Example.org", lead, by=olive, now=NOW, key_of=key_of)


@pytest.fixture
def key(session: Session, config: Config, invited: Person) -> str:
    """The key of Nina's invitation."""
    return keys_to(session, config, EMAIL)[-1]


def sign_in_somewhere(session: Session, person: Person) -> WebSession:
    """A session under way."""
    row = WebSession(
        person_id=person.id, key_hash="a digest", started_at=NOW, seen_at=NOW, address="10.0.0.1", browser="a browser",
        awaits_code=False,
    )  # fmt: skip
    session.add(row)
    session.flush()
    return row


def test_an_invitation_adds_somebody_with_a_role_and_tells_them_all_they_need(
    session: Session, invited: Person
) -> None:
    [held] = invited.roles
    assert (invited.name, invited.email, invited.password_hash) == ("Nina Newcomer", EMAIL, None)
    assert (held.role, held.csp_id) == (Role.LEAD, make.csp(session).id)
    [message] = messages_to(session, EMAIL)
    assert message.subject == "Your invitation to Portfolio"
    assert message.link_path == "/join/{key}"
    for told in (
        "Hello Nina Newcomer,",
        "Olive Marsh invites you",
        "- project lead, Dorset Community Safety Partnership",
        "{link}",
        "It works once, until 10:00 on 23 October 2025.",
        "ask Olive Marsh (olive@example.org) for another",
        "If you did not expect this, do nothing",
    ):
        assert told in message.text


def test_the_key_of_a_link_is_nowhere_in_the_database(session: Session, key: str) -> None:
    session.commit()
    kept = [str(row) for table in Base.metadata.sorted_tables for row in session.execute(select(table))]
    assert len(kept) > 5
    assert not [row for row in kept if key in row]
    [link] = session.scalars(select(Link))
    entry = session.scalars(select(HistoryEntry).where(HistoryEntry.record == "link")).one()
    assert link.key_hash not in entry.after


def test_whoever_has_a_passphrase_is_told_of_another_role_without_a_link(
    session: Session, olive: Viewer, lead: Holding, key_of: KeyOf
) -> None:
    there = make.person(session, Role.FINANCE, name="Frank", email=EMAIL, password_hash="a hash")
    person = invite(session, "Somebody Else", EMAIL.upper(), lead, by=olive, now=NOW, key_of=key_of)
    assert (person.id, person.name) == (there.id, "Frank")
    assert [held.role for held in person.roles] == [Role.FINANCE, Role.LEAD]
    [message] = messages_to(session, EMAIL)
    assert (message.subject, message.link_path) == ("You have a new role in Portfolio", None)
    assert "- project lead, Dorset Community Safety Partnership" in message.text
    assert "finance" not in message.text


def test_an_administrator_may_add_somebody_without_telling_them(
    session: Session, lead: Holding, key_of: KeyOf, config: Config
) -> None:
    invite(session, "Nina", EMAIL, lead, by=None, now=NOW, key_of=key_of, tell=False)
    assert messages_to(session, EMAIL) == []
    assert make.count_of(session, Link) == 0


def test_the_command_line_invites_in_the_administrators_name(session: Session, key_of: KeyOf) -> None:
    invite(session, "Nina", EMAIL, Holding(Role.ADMINISTRATOR), by=None, now=NOW, key_of=key_of)
    [message] = messages_to(session, EMAIL)
    assert "The administrator invites you" in message.text
    assert "- administrator\n" in message.text
    assert "ask your administrator for another" in message.text


@pytest.mark.parametrize("role", [Role.CSP_OFFICER, Role.FINANCE, Role.OPCC, Role.CERTIFIER, Role.ADMINISTRATOR])
def test_an_officer_gives_no_role_that_is_not_theirs_to_give(
    session: Session, olive: Viewer, key_of: KeyOf, role: Role
) -> None:
    holding = Holding(role, make.csp(session).id, make.area(session).id)
    with pytest.raises(MayNotGive):
        invite(session, "Nina", EMAIL, holding, by=olive, now=NOW, key_of=key_of)
    assert find_person(session, EMAIL) is None


def test_an_officer_gives_no_role_elsewhere_or_nowhere(session: Session, olive: Viewer, key_of: KeyOf) -> None:
    for csp_id in (make.csp(session, "bcp").id, None):
        for role in (Role.LEAD, Role.CSP_MEMBER):
            with pytest.raises(MayNotGive):
                invite(session, "Nina", EMAIL, Holding(role, csp_id), by=olive, now=NOW, key_of=key_of)


@pytest.mark.parametrize(
    ("starts_on", "error"), [(date(2025, 11, 1), RoleWithoutPlace), (DAY, HeldAlready), (None, HeldAlready)]
)
def test_a_role_that_cannot_be_is_refused(
    session: Session, olive: Viewer, lead: Holding, key_of: KeyOf, starts_on: date | None, error: type[PortfolioError]
) -> None:
    make.person(session, Role.LEAD, csp=make.csp(session), email=EMAIL)
    holding = Holding(lead.role, lead.csp_id, starts_on=starts_on, ends_on=DAY)
    with pytest.raises(error):
        invite(session, "Nina", EMAIL, holding, by=olive, now=NOW, key_of=key_of)


def test_whoever_is_disabled_is_sent_nothing(session: Session, olive: Viewer, lead: Holding, key_of: KeyOf) -> None:
    gone = make.person(session, email=EMAIL, disabled_at=NOW, password_hash="a hash")
    with pytest.raises(IsDisabled):
        invite(session, "Nina", EMAIL, lead, by=olive, now=NOW, key_of=key_of)
    with pytest.raises(IsDisabled):
        send_invitation(session, gone, DAY, by=olive, now=NOW, key_of=key_of)
    with pytest.raises(IsDisabled):
        send_reset(session, gone, by=olive, now=NOW, key_of=key_of)
    answer_forgotten(session, EMAIL, NOW, key_of)
    assert messages_to(session, EMAIL) == []


def test_a_link_opens_once_and_sets_the_passphrase(session: Session, invited: Person, key: str) -> None:
    assert get_link(session, key, NOW).person is invited
    assert get_link(session, key, NOW).used_at is None, "looking at a link uses nothing up"
    link = use_link(session, key, hash_of("tractor lemon sky", "Nina"), NOW)
    assert (link.used_at, link.purpose) == (NOW, Purpose.INVITATION)
    assert is_password_of(invited, "tractor lemon sky")
    assert len(messages_to(session, EMAIL)) == 1
    with pytest.raises(LinkOver):
        get_link(session, key, NOW)
    with pytest.raises(LinkOver):
        use_link(session, key, "another hash", NOW)
    assert is_password_of(invited, "tractor lemon sky")


def test_a_link_runs_out_to_the_second(session: Session, key: str) -> None:
    assert get_link(session, key, NOW + LASTS - SECOND)
    for late in (NOW + LASTS, NOW + LASTS + SECOND):
        with pytest.raises(LinkOver):
            get_link(session, key, late)
        with pytest.raises(LinkOver):
            use_link(session, key, "a hash", late)
    assert use_link(session, key, "a hash", NOW + LASTS - SECOND)


@pytest.mark.parametrize("wrong", ["", "a", "é", "x" * 43, "x" * 5000])
@pytest.mark.usefixtures("invited")
def test_a_key_that_was_never_sent_opens_nothing(session: Session, wrong: str) -> None:
    with pytest.raises(LinkOver):
        get_link(session, wrong, NOW)


def test_a_new_link_replaces_the_one_before(
    session: Session, config: Config, olive: Viewer, invited: Person, key: str, key_of: KeyOf
) -> None:
    invited.roles[0].ends_on = DAY
    send_invitation(session, invited, DAY, by=olive, now=NOW + SECOND, key_of=key_of)
    newer = keys_to(session, config, EMAIL)[-1]
    assert newer != key
    with pytest.raises(LinkOver):
        get_link(session, key, NOW + SECOND)
    assert get_link(session, newer, NOW + SECOND)
    assert "- project lead, Dorset" in messages_to(session, EMAIL)[-1].text
    assert invitations_of(session, [invited])[invited.id].made_at == NOW + SECOND
    assert invitations_of(session, []) == {}


def test_a_role_that_is_over_is_no_part_of_an_invitation(
    session: Session, olive: Viewer, invited: Person, key_of: KeyOf
) -> None:
    invited.roles[0].ends_on = DAY - timedelta(days=1)
    send_invitation(session, invited, DAY, by=olive, now=NOW, key_of=key_of)
    assert "project lead" not in messages_to(session, EMAIL)[-1].text


def test_using_one_link_voids_the_others_and_signs_out_everywhere(
    session: Session, config: Config, invited: Person, key: str, key_of: KeyOf
) -> None:
    send_reset(session, invited, by=None, now=NOW, key_of=key_of)
    elsewhere = sign_in_somewhere(session, invited)
    reset = keys_to(session, config, EMAIL)[-1]
    assert get_link(session, key, NOW), "an invitation is not replaced by a reset"
    use_link(session, reset, "a hash", NOW + SECOND)
    session.refresh(elsewhere)
    assert elsewhere.ended_at == NOW + SECOND
    with pytest.raises(LinkOver):
        get_link(session, key, NOW + SECOND)
    last = messages_to(session, EMAIL)[-1]
    assert (last.subject, last.link_path) == ("Your passphrase was changed", None)
    assert "at 10:00 on 20 October 2025" in last.text


def test_a_link_of_somebody_disabled_opens_nothing_even_after_they_are_enabled(
    session: Session, invited: Person, key: str
) -> None:
    disable_person(session, invited.id, NOW, DAY)
    with pytest.raises(LinkOver):
        use_link(session, key, "a hash", NOW)
    invited.disabled_at = None
    with pytest.raises(LinkOver):
        use_link(session, key, "a hash", NOW)


def test_a_link_of_somebody_disabled_behind_its_back_opens_nothing(session: Session, invited: Person, key: str) -> None:
    invited.disabled_at = NOW
    with pytest.raises(LinkOver):
        get_link(session, key, NOW)
    with pytest.raises(LinkOver):
        use_link(session, key, "a hash", NOW)


def test_of_two_browsers_at_the_same_moment_one_uses_the_link(
    session: Session, database: Database, invited: Person, key: str
) -> None:
    session.commit()
    meeting, used, over = Barrier(2), [], []

    def use(password_hash: str) -> None:
        with database.session(writing=False) as looking:
            assert get_link(looking, key, NOW)
        meeting.wait(10)
        try:
            with database.writing(Author("a browser", NOW, "Chose a passphrase")) as writing:
                use_link(writing, key, password_hash, NOW)
            used.append(password_hash)
        except LinkOver:
            over.append(password_hash)

    threads = [Thread(target=use, args=(name,)) for name in ("one", "another")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert (len(used), len(over)) == (1, 1)
    session.expire_all()
    assert invited.password_hash == used[0]


def test_a_forgotten_passphrase_is_answered_by_a_link(session: Session, config: Config, key_of: KeyOf) -> None:
    person = make.person(session, Role.FINANCE, name="Frank", email=EMAIL, password_hash="a hash")
    answer_forgotten(session, f" {EMAIL.upper()}", NOW, key_of)
    [message] = messages_to(session, EMAIL)
    assert "Somebody, most likely you, asked" in message.text
    assert "your passphrase stays as it is" in message.text
    assert get_link(session, keys_to(session, config, EMAIL)[0], NOW).person is person


def test_an_administrators_reset_says_who_asked(session: Session, olive: Viewer, key_of: KeyOf) -> None:
    person = make.person(session, email=EMAIL, password_hash="a hash")
    send_reset(session, person, by=olive, now=NOW, key_of=key_of)
    assert "Olive Marsh asked for a link" in messages_to(session, EMAIL)[0].text


def test_whoever_is_known_by_name_alone_gets_no_account_by_asking(session: Session, key_of: KeyOf) -> None:
    make.person(session, Role.LEAD, email=EMAIL)
    answer_forgotten(session, EMAIL, NOW, key_of)
    answer_forgotten(session, "nobody@example.org", NOW, key_of)
    assert make.count_of(session, Link) == 0


def test_whoever_was_invited_and_lost_the_message_can_ask(session: Session, invited: Person, key_of: KeyOf) -> None:
    answer_forgotten(session, EMAIL, NOW + LASTS, key_of)
    assert [message.subject for message in messages_to(session, EMAIL)][1:] == ["A new passphrase for Portfolio"]


def test_nobody_is_flooded_with_links(session: Session, key_of: KeyOf) -> None:
    make.person(session, email=EMAIL, password_hash="a hash")
    for second in range(RESETS_AN_HOUR + 5):
        answer_forgotten(session, EMAIL, NOW + second * SECOND, key_of)
    assert len(messages_to(session, EMAIL)) == RESETS_AN_HOUR
    answer_forgotten(session, EMAIL, NOW + timedelta(hours=1), key_of)
    assert len(messages_to(session, EMAIL)) == RESETS_AN_HOUR + 1


def test_from_one_address_only_so_many_links_are_asked_for(session: Session) -> None:
    def ask(address: str, now: datetime) -> None:
        note_asked(session, " Nina@example.org", address, "a browser", now)
        session.flush()

    for _ in range(ASKED_AN_HOUR):
        ask("10.0.0.1", NOW)
    with pytest.raises(AskedTooOften):
        ask("10.0.0.1", NOW + timedelta(minutes=59))
    ask("10.0.0.2", NOW)
    ask("10.0.0.1", NOW + timedelta(hours=1))
    assert {attempt.email for attempt in session.scalars(select(SignInAttempt))} == {EMAIL}


def test_a_text_that_is_longer_in_small_letters_is_counted_all_the_same(session: Session) -> None:
    note_asked(session, "\u0130" * 254, "10.0.0.1", "a browser", NOW)
    session.flush()
    assert len(session.scalars(select(SignInAttempt.email)).one()) == 254


def test_a_new_address_is_told_to_the_old_one_whose_links_open_nothing(
    session: Session, ada: Viewer, invited: Person, key: str
) -> None:
    correct(session, invited, " Nina  Newman", "Nina.Newman@example.org", ada, NOW)
    assert (invited.name, invited.email) == ("Nina Newman", "nina.newman@example.org")
    last = messages_to(session, EMAIL)[-1]
    assert "Ada Minster changed the e-mail address with which you sign in to Portfolio to nina.newman@" in last.text
    with pytest.raises(LinkOver):
        get_link(session, key, NOW)


def test_a_new_name_alone_is_told_to_nobody(session: Session, olive: Viewer, invited: Person, key: str) -> None:
    correct(session, invited, "Nina Newman", EMAIL, olive, NOW)
    assert len(messages_to(session, EMAIL)) == 1
    assert get_link(session, key, NOW)


def test_an_address_that_no_mail_reaches_can_be_put_right(session: Session, ada: Viewer) -> None:
    person = make.person(session, email="nïna@example.org")
    correct(session, person, "Nina", EMAIL, ada, NOW)
    assert person.email == EMAIL


def test_a_passphrase_that_one_changes_oneself_voids_what_was_sent_before(
    session: Session, config: Config, key_of: KeyOf
) -> None:
    person = make.person(session, email=EMAIL, password_hash=hash_of("an earlier violet one"))
    send_reset(session, person, by=None, now=NOW, key_of=key_of)
    change_password(session, person, "tractor lemon sky", NOW, here=0)
    with pytest.raises(LinkOver):
        get_link(session, keys_to(session, config, EMAIL)[0], NOW)
