"""Joining, and coming back after a passphrase was forgotten: links that are sent by e-mail, good once, for 72 hours.

A link's key is made of the site's secret key and a random number (`key_of`), which goes with the message; the
database keeps the key's digest alone. A new link of the same purpose replaces the earlier ones. Opening it changes
nothing, because mail servers open links to look at what is behind them; using it does, and once. Moments here are the
machine's.
"""

import secrets
from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import date, datetime, timedelta

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session, contains_eager

from portfolio.errors import NotFound, PortfolioError
from portfolio.mail.actions import queue
from portfolio.mail.rules import NoRecipient
from portfolio.people import letters
from portfolio.people.actions import (
    add_person,
    find_person,
    give_role,
    holdings_of,
    is_open,
    list_places,
    lock_person,
    void_links,
)
from portfolio.people.giving import refuse_held_twice, refuse_to_give
from portfolio.people.letters import Letter
from portfolio.people.models import Link, Person, Purpose, RoleHeld, SignInAttempt, SignInOutcome
from portfolio.people.rules import Holding, Viewer
from portfolio.people.sessions import digest, end_sessions

LASTS = timedelta(hours=72)
LINK_PATH = "/join/{key}"
HOUR = timedelta(hours=1)
RESETS_AN_HOUR = 3
"""How many reset links are sent to one account in an hour, however often it is asked for them."""
ASKED_AN_HOUR = 20
"""How many may be asked for from one address in an hour: a council shares one, but no council forgets that much."""

KeyOf = Callable[[str], str]
"""Makes a link's key of its nonce (`Config.derived_key`)."""


class LinkOver(NotFound):
    """A link that was never sent, was used, ran out, was replaced, or is of a disabled account: all are told the same.

    So a key that is guessed or found tells nothing.
    """

    def __init__(self) -> None:
        super().__init__("This link opens nothing, or nothing any more. Ask for another")


class IsDisabled(PortfolioError):
    """Inviting somebody whose account is disabled."""

    def __init__(self) -> None:
        super().__init__("This account is disabled. An administrator can enable it again", "email")


class AskedTooOften(PortfolioError):
    """More forgotten passphrases from one place than people forget."""

    def __init__(self) -> None:
        super().__init__("Too many links were asked for from your network. Try again in an hour")


def invite(
    session: Session,
    name: str,
    email: str,
    holding: Holding,
    *,
    by: Viewer | None,
    now: datetime,
    key_of: KeyOf,
    tell: bool = True,
    password_hash: str | None = None,
) -> Person:
    """Give a role to somebody who is there, or add them with it; and tell them, with a link where they need one.

    `by` nobody is the command line, where somebody new may be given a passphrase (what is kept of it). Raises
    MayNotGive, IsDisabled, HeldAlready, and what is wrong with the role.
    """
    refuse_to_give(by, holding)
    person = find_person(session, email)
    if person is None:
        person = add_person(session, name, email)
    else:
        lock_person(session, person)
    if person.disabled_at is not None:
        raise IsDisabled
    refuse_held_twice(holdings_of(person), holding)
    held = give_role(person, holding)
    person.password_hash = person.password_hash or password_hash
    session.flush()
    if tell:
        _tell(session, person, [held], by, now, key_of)
    return person


def send_invitation(session: Session, person: Person, today: date, *, by: Viewer, now: datetime, key_of: KeyOf) -> None:
    """Send the invitation again; the link that was sent before opens nothing any more. Raises IsDisabled."""
    if person.disabled_at is not None:
        raise IsDisabled
    _tell(session, person, [held for held in person.roles if _is_to_come(held, today)], by, now, key_of)


def _is_to_come(held: RoleHeld, today: date) -> bool:
    return held.ends_on is None or held.ends_on >= today


def _tell(
    session: Session, person: Person, roles: Iterable[RoleHeld], by: Viewer | None, now: datetime, key_of: KeyOf
) -> None:
    places = list_places(session)
    told = [", ".join(filter(None, (held.role.value, places.of(held)))) for held in roles]
    if person.password_hash is None:
        _send_link(
            session, person, Purpose.INVITATION, letters.invitation(person.name, told, by, now + LASTS), now, key_of
        )
    else:
        _post(session, person.email, letters.role_given(person.name, told, by), now)


def send_reset(session: Session, person: Person, *, by: Viewer | None, now: datetime, key_of: KeyOf) -> None:
    """Send somebody a link with which they choose a new passphrase; raises IsDisabled."""
    if person.disabled_at is not None:
        raise IsDisabled
    _send_link(session, person, Purpose.RESET, letters.reset(person.name, by, now + LASTS), now, key_of)


def answer_forgotten(session: Session, email: str, now: datetime, key_of: KeyOf) -> None:
    """Send a reset link to an address from which it was asked for, if it is somebody's who signs in, and not too often.

    Whoever was invited and lost the message is helped too; whoever is known by name alone gets no account this way.
    """
    found = select(Person).where(Person.email == email.strip().lower(), Person.disabled_at.is_(None))
    person = session.scalar(found.with_for_update())
    if person is None:
        return
    links = select(func.count()).where(Link.person_id == person.id)
    lately = session.scalar(links.where(Link.purpose == Purpose.RESET, Link.made_at > now - HOUR)) or 0
    signs_in = person.password_hash is not None or session.scalar(links.where(Link.purpose == Purpose.INVITATION))
    if signs_in and lately < RESETS_AN_HOUR:
        send_reset(session, person, by=None, now=now, key_of=key_of)


def note_asked(session: Session, email: str, address: str, browser: str, now: datetime) -> None:
    """Count that a link was asked for, whether the e-mail address is known or not; raises AskedTooOften."""
    asked = select(func.count()).where(
        SignInAttempt.address == address,
        SignInAttempt.at > now - HOUR,
        SignInAttempt.outcome == SignInOutcome.ASKED,
    )
    if (session.scalar(asked) or 0) >= ASKED_AN_HOUR:
        raise AskedTooOften
    session.add(
        SignInAttempt(
            at=now,
            email=email.strip().lower()[:254],  # in small letters, some texts are longer
            address=address,
            browser=browser,
            known_browser=False,
            outcome=SignInOutcome.ASKED,
        )
    )


def make_link(session: Session, person: Person, purpose: Purpose, now: datetime, key_of: KeyOf) -> str:
    """Make a link, which replaces the open ones of its purpose; the nonce of which its key is made."""
    void_links(session, person.id, now, purpose)
    nonce = secrets.token_hex(32)
    session.add(
        Link(
            person_id=person.id,
            purpose=purpose,
            key_hash=digest(key_of(nonce)),
            made_at=now,
            expires_at=now + LASTS,
        )
    )
    return nonce


def _send_link(
    session: Session, person: Person, purpose: Purpose, letter: Letter, now: datetime, key_of: KeyOf
) -> None:
    _post(session, person.email, letter, now, make_link(session, person, purpose, now, key_of))


def _post(session: Session, email: str, letter: Letter, now: datetime, nonce: str | None = None) -> None:
    path = None if nonce is None else LINK_PATH
    queue(session, email, letter.subject, letter.text, now, link_path=path, link_nonce=nonce)


def get_link(session: Session, key: str, now: datetime) -> Link:
    """The link that a key opens, and whose it is; raises LinkOver."""
    link = session.scalar(_of_key(key, now))
    if link is None:
        raise LinkOver
    return link


def use_link(session: Session, key: str, password_hash: str, now: datetime) -> Link:
    """Set somebody's passphrase by their link, once: it opens nothing afterwards, nor does any other link of theirs.

    They are signed out everywhere. Of two who use it at the same moment, the second finds it used: raises LinkOver.
    """
    # On PostgreSQL the second waits for this row, and then reads what the first left; SQLite has one writer.
    link = session.scalar(_of_key(key, now).with_for_update().execution_options(populate_existing=True))
    if link is None:
        raise LinkOver
    person = link.person
    link.used_at = now
    set_passphrase(session, person, password_hash, now)
    if link.purpose is Purpose.RESET:
        _post(session, person.email, letters.passphrase_changed(person.name, now), now)
    return link


def set_passphrase(session: Session, person: Person, password_hash: str, now: datetime) -> None:
    """Give somebody the passphrase of which this is kept; no link and no session of before opens anything any more."""
    person.password_hash = password_hash
    void_links(session, person.id, now)
    end_sessions(session, person.id, now)


def tell_of_new_address(session: Session, person: Person, before: str, by: Viewer, now: datetime) -> None:
    """Tell the address that somebody had until now that they have another, and void what was sent there."""
    void_links(session, person.id, now)
    with suppress(NoRecipient):  # an address that no mail reaches is what is being put right
        _post(session, before, letters.address_changed(person.name, person.email, by), now)


def invitations_of(session: Session, people: Iterable[Person]) -> dict[int, Link]:
    """By person: the last invitation that they were sent, by one query."""
    sent = select(Link).where(Link.person_id.in_([person.id for person in people]), Link.purpose == Purpose.INVITATION)
    return {link.person_id: link for link in session.scalars(sent.order_by(Link.id))}


def _of_key(key: str, now: datetime) -> Select[Link]:
    return (
        select(Link)
        .join(Link.person)
        .where(Link.key_hash == digest(key), *is_open(now), Person.disabled_at.is_(None), Person.removed_at.is_(None))
        .options(contains_eager(Link.person))
    )
