"""Attempts to sign in: counted before they are answered, so that guesses made at the same moment see each other.

An attempt is first noted as failed, in a short transaction that only one attempt has at a time, in whatever process;
the passphrase is then checked outside any transaction, because that takes its time; what turns out to be right is
noted after that. Attempts are of use for a day to throttling, and for longer to their person's list of sign-ins;
whoever clears up may remove those of unknown addresses after a day, and the others after the site's retention.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, func, select, text, update
from sqlalchemy.orm import Session

from portfolio.errors import PortfolioError
from portfolio.people.actions import find_person, set_password, void_links
from portfolio.people.models import Person, SignInAttempt, SignInOutcome
from portfolio.people.sessions import end_sessions
from portfolio.people.throttling import (
    ACCOUNT_REMEMBERS,
    ADDRESS_REMEMBERS,
    FREE_FOR_AN_ACCOUNT,
    FREE_FOR_AN_ADDRESS,
    NO_WAIT,
    Failures,
    wait_from,
)

FAILED = (SignInOutcome.REFUSED, SignInOutcome.WRONG_CODE)
NOT_SIGNED_IN = (*FAILED, SignInOutcome.AWAITS_CODE, SignInOutcome.TOO_SOON, SignInOutcome.NOT_LET_IN)
ONE_ATTEMPT = 7320119
"""The number of the lock under which attempts are counted on PostgreSQL; SQLite has one writer anyway."""
LISTED = 20
EARLY_NOTED_EVERY = timedelta(seconds=10)
"""How often attempts from one address that come too early are noted: whoever sends thousands neither fills the table,
nor has others wait while those are passed over."""


class WrongPassphrase(PortfolioError):
    """An address and a passphrase that open no account: said of unknown, disabled and right addresses alike."""

    def __init__(self) -> None:
        super().__init__("The e-mail address or the passphrase is not right. Check both, and try again", "email")


class WrongPresent(PortfolioError):
    """A change of passphrase by somebody who does not know the present one."""

    def __init__(self) -> None:
        super().__init__("This is not your present passphrase", "present")


@dataclass(frozen=True)
class Caller:
    """Where an attempt comes from; `known` are the people who signed in on this browser before, by number."""

    address: str
    browser: str
    known: Collection[int] = ()


@dataclass(frozen=True)
class Attempt:
    """An attempt that was noted, and how long it has to wait: where that is anything, it is not looked at."""

    id: int
    wait: timedelta


def begin(
    session: Session, email: str, caller: Caller, now: datetime, otherwise: SignInOutcome = SignInOutcome.REFUSED
) -> Attempt:
    """Note an attempt as failed until it turns out to be right; to be committed before anything is checked."""
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": ONE_ATTEMPT})
    person = find_person(session, email)
    is_known = person is not None and person.id in caller.known
    wait = wait_from(now, _failures_of_account(session, email, now, is_known=is_known), FREE_FOR_AN_ACCOUNT)
    if not is_known:
        wait = max(wait, wait_from(now, _failures_of_address(session, caller.address, now), FREE_FOR_AN_ADDRESS))
    if wait > NO_WAIT and (earlier := _find_early(session, caller.address, now)) is not None:
        return Attempt(earlier, wait)
    noted = SignInAttempt(
        at=now,
        email=email,
        address=caller.address,
        browser=caller.browser,
        known_browser=is_known,
        person_id=None if person is None else person.id,
        outcome=SignInOutcome.TOO_SOON if wait > NO_WAIT else otherwise,
    )
    session.add(noted)
    session.flush()
    return Attempt(noted.id, wait)


def _find_early(session: Session, address: str, now: datetime) -> int | None:
    """An attempt from an address that came too early a moment ago, and stands for those right after it."""
    early = SignInAttempt.address == address, SignInAttempt.outcome == SignInOutcome.TOO_SOON
    return session.scalar(select(SignInAttempt.id).where(*early, SignInAttempt.at > now - EARLY_NOTED_EVERY).limit(1))


def _failures_of_account(session: Session, email: str, now: datetime, *, is_known: bool) -> Failures:
    of_account = (SignInAttempt.email == email, SignInAttempt.at > now - ACCOUNT_REMEMBERS)
    last_good = select(func.max(SignInAttempt.id)).where(*of_account, SignInAttempt.outcome == SignInOutcome.SIGNED_IN)
    since = SignInAttempt.id > func.coalesce(last_good.scalar_subquery(), 0)
    return _failures(session, *of_account, since, SignInAttempt.known_browser.is_(is_known))


def _failures_of_address(session: Session, address: str, now: datetime) -> Failures:
    return _failures(session, SignInAttempt.address == address, SignInAttempt.at > now - ADDRESS_REMEMBERS)


def _failures(session: Session, *which: ColumnElement[bool]) -> Failures:
    counted = select(func.count(), func.max(SignInAttempt.at)).where(SignInAttempt.outcome.in_(FAILED), *which)
    count, last_at = session.execute(counted).one()
    return Failures(count, last_at)


def confirm(session: Session, attempt_id: int, person_id: int, password_hash: str | None, *, awaits_code: bool) -> None:
    """The passphrase was right: asked again under lock, for it may have been changed while it was checked.

    Where a code is awaited, the attempt says so until the code is given; else it is a failed one no more.
    """
    if not _is_unchanged(session, person_id, password_hash):
        raise WrongPassphrase
    if awaits_code:
        this = update(SignInAttempt).where(SignInAttempt.id == attempt_id)
        session.execute(this.values(outcome=SignInOutcome.AWAITS_CODE))
    else:
        withdraw(session, attempt_id)


def _is_unchanged(session: Session, person_id: int, password_hash: str | None) -> bool:
    """Whether the passphrase is still the one that was checked; nobody changes it before this transaction ends."""
    same = select(Person.id).where(Person.id == person_id, Person.password_hash == password_hash)
    return session.scalar(same.with_for_update()) is not None


def withdraw(session: Session, attempt_id: int) -> None:
    """An attempt was right, and is a failed one no more."""
    session.execute(delete(SignInAttempt).where(SignInAttempt.id == attempt_id))


def note_sign_in(session: Session, person_id: int, caller: Caller, now: datetime) -> SignInAttempt | None:
    """Note that somebody signed in, by whatever way; returns their last sign-in before."""
    mine = SignInAttempt.person_id == person_id
    before = session.scalar(
        select(SignInAttempt)
        .where(mine, SignInAttempt.outcome == SignInOutcome.SIGNED_IN)
        .order_by(SignInAttempt.id.desc())
        .limit(1)
    )
    from_here = (SignInAttempt.address == caller.address, SignInAttempt.browser == caller.browser)
    session.execute(delete(SignInAttempt).where(mine, *from_here, SignInAttempt.outcome == SignInOutcome.AWAITS_CODE))
    email = select(Person.email).where(Person.id == person_id).scalar_subquery()
    session.add(
        SignInAttempt(
            at=now,
            email=email,
            address=caller.address,
            browser=caller.browser,
            known_browser=person_id in caller.known,
            person_id=person_id,
            outcome=SignInOutcome.SIGNED_IN,
        )
    )
    return before


def change_password(session: Session, person: Person, password: str, now: datetime, here: int) -> None:
    """Give oneself a new passphrase, and end one's sessions everywhere but here, and links; raises BadPassword."""
    checked = person.password_hash
    set_password(person, password)  # takes its time, and asks the database nothing
    with session.no_autoflush:
        if not _is_unchanged(session, person.id, checked):
            raise WrongPresent
    void_links(session, person.id, now)
    end_sessions(session, person.id, now, except_id=here)


def last_attempts(session: Session, person_id: int) -> list[SignInAttempt]:
    """Somebody's latest attempts to sign in, right and wrong, the last first."""
    own = select(SignInAttempt).where(SignInAttempt.person_id == person_id)
    return list(session.scalars(own.order_by(SignInAttempt.id.desc()).limit(LISTED)))


def failures_since(session: Session, last: SignInAttempt) -> int:
    """How many attempts failed since somebody's sign-in."""
    failed = select(func.count()).where(
        SignInAttempt.person_id == last.person_id,
        SignInAttempt.id > last.id,
        SignInAttempt.outcome.in_(NOT_SIGNED_IN),
    )
    return session.scalar(failed) or 0
