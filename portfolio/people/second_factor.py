"""The second factor: an authenticator app's code beside the passphrase, and recovery codes for the day it is lost.

Nothing in the database tells an app's secret: it is derived from the site's secret key and the number that is kept.
Moments here are the machine's, by which apps go too.
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlalchemy import ColumnElement, Select, delete, func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from portfolio.config import Config
from portfolio.errors import PortfolioError
from portfolio.mail.actions import queue
from portfolio.people.actions import get_person, holdings_of
from portfolio.people.codes import digest_of, is_recovery_code, new_recovery_codes, read_code, secret_of, step_of
from portfolio.people.models import Person, RecoveryCode, RoleHeld, SecondFactor, UsedCode
from portfolio.people.rules import GUARDED_ROLES
from portfolio.people.sessions import end_sessions
from portfolio.settings import SECOND_FACTOR_REQUIRED, second_factor_is_required, set_setting

STEPS_KEPT = 10
"""For how many half minutes a used code is remembered; it is good for three."""


class WrongCode(PortfolioError):
    """A code that is not the app's, or is no recovery code of this person's that is still good."""

    def __init__(
        self, sentence: str = "The code is not right. Check it, and that your telephone sets its time automatically"
    ) -> None:
        super().__init__(sentence, "code")


class MustHaveOne(PortfolioError):
    """Turning off what one's role must have."""

    def __init__(self) -> None:
        super().__init__(
            "Your role must sign in with a code. If you have a new telephone, set up its app in place of the old one"
        )


class HasNone(PortfolioError):
    """There is no second factor to do this to."""

    def __init__(self) -> None:
        super().__init__("There is no authenticator app on this account. Set one up first")


class NoPassphrase(PortfolioError):
    """There is nothing here for a code to stand beside."""

    def __init__(self) -> None:
        super().__init__("You sign in by your organisation’s directory, which asks for a second factor of its own")


class SetUpMeanwhile(PortfolioError):
    """Another app was set up since this one was offered."""

    def __init__(self) -> None:
        super().__init__(
            "Another app was set up on this account meanwhile. Start again, if you still want to replace it"
        )


class Need(StrEnum):
    """What somebody is asked for after their passphrase."""

    NONE = "nothing"
    CODE = "a code"
    ENROL = "to set up an authenticator app"


@dataclass(frozen=True)
class Offer:
    """A secret that an app is shown, and the app that it is to replace, each by the number it is derived from.

    It belongs to one browser's session: what somebody else was shown is never set up.
    """

    nonce: str
    replaces: str | None


@dataclass(frozen=True)
class Standing:
    """How somebody's second factor stands: since when it is set up, if it is, and how many recovery codes are left.

    It is offered to those who sign in with a passphrase.
    """

    offered: bool
    since: datetime | None
    required: bool
    codes_left: int


def need_of(session: Session, person: Person, today: date) -> Need:
    """What somebody is asked for after their passphrase, by what they have set up and the roles they hold on a day."""
    if find_second_factor(session, person.id) is not None:
        return Need.CODE
    return Need.ENROL if must_have_one(session, person, today) else Need.NONE


def standing_of(session: Session, person: Person, today: date) -> Standing:
    """How somebody's second factor stands on a day."""
    kept = find_second_factor(session, person.id)
    left = select(func.count()).select_from(RecoveryCode).where(*_still_good(person.id))
    return Standing(
        offered=person.password_hash is not None,
        since=None if kept is None else kept.confirmed_at,
        required=must_have_one(session, person, today),
        codes_left=session.scalar(left) or 0,
    )


def find_second_factor(session: Session, person_id: int) -> SecondFactor | None:
    """Somebody's authenticator app, or None."""
    return session.scalar(_of(person_id))


def _of(person_id: int) -> Select[SecondFactor]:
    return select(SecondFactor).where(SecondFactor.person_id == person_id)


def must_have_one(session: Session, person: Person, today: date) -> bool:
    """Whether a role that somebody holds on a day is guarded, and the site's setting asks for it."""
    return _is_guarded(person, today) and second_factor_is_required(session)


def _is_guarded(person: Person, today: date) -> bool:
    return any(holding.role in GUARDED_ROLES and holding.holds_on(today) for holding in holdings_of(person))


def without_one(session: Session, today: date) -> list[Person]:
    """Those who hold a guarded role on a day and sign in with their passphrase alone, by name."""
    has_one = select(SecondFactor.person_id)
    candidates = (
        select(Person)
        .join(RoleHeld)
        .where(
            RoleHeld.role.in_(GUARDED_ROLES),
            Person.password_hash.is_not(None),
            Person.disabled_at.is_(None),
            Person.id.not_in(has_one),
        )
        .order_by(Person.name, Person.id)
        .distinct()
    )
    return [person for person in session.scalars(candidates) if _is_guarded(person, today)]


def set_rule(session: Session, *, required: bool, today: date, now: datetime, here: int) -> None:
    """Set whether those who hold a guarded role on a day must have a second factor.

    It is so from now on, and not only from the next sign-in: whoever must have one and has none is signed out, but for
    the session `here` that sets it.
    """
    set_setting(session, SECOND_FACTOR_REQUIRED, "yes" if required else "no")
    for person in without_one(session, today) if required else ():
        end_sessions(session, person.id, now, except_id=here)


def require_of(session: Session, person: Person, today: date, now: datetime) -> None:
    """Sign out somebody whose roles, one given just now among them, need a second factor that they have not set up."""
    session.flush()
    if need_of(session, person, today) is Need.ENROL:
        end_sessions(session, person.id, now)


def offer_app(session: Session, person: Person) -> Offer:
    """A new secret for an app to be shown, in place of the app that there is, if there is one; raises NoPassphrase."""
    if person.password_hash is None:
        raise NoPassphrase
    kept = find_second_factor(session, person.id)
    return Offer(secrets.token_hex(16), None if kept is None else kept.nonce)


def app_secret(config: Config, nonce: str) -> str:
    """The secret that an app is given, of 32 letters."""
    return secret_of(config.derived_key("totp", nonce))


def set_up(session: Session, config: Config, person: Person, offer: Offer, typed: str, now: datetime) -> list[str]:
    """Set up the app that was shown an offer's secret, once it shows a code of it.

    Returns the new recovery codes, which can be shown this once. Raises WrongCode and NotACode; and SetUpMeanwhile
    where there is another app by now than the one that the offer was to replace, so that no offer lies in wait.
    """
    code = read_code(typed, of_the_app=True)
    kept = session.scalar(_of(person.id).with_for_update())
    if (None if kept is None else kept.nonce) != offer.replaces:
        raise SetUpMeanwhile
    # Codes of an earlier app say nothing of this one's, which may be of the very same half minute.
    session.execute(delete(UsedCode).where(UsedCode.person_id == person.id))
    _use_app_code(session, person.id, app_secret(config, offer.nonce), code, now)
    if kept is None:
        session.add(SecondFactor(person_id=person.id, nonce=offer.nonce, confirmed_at=now))
    else:
        kept.nonce, kept.confirmed_at = offer.nonce, now
    _tell(session, person, "An authenticator app was set up", SET_UP, now)
    return _replace_recovery_codes(session, person.id)


def use_code(session: Session, config: Config, person: Person, typed: str, now: datetime) -> None:
    """Take a code for somebody who signs in: the app's, each half minute's once, or a recovery code.

    Raises WrongCode, also for a code that was used before, and NotACode.
    """
    code = read_code(typed)
    kept = find_second_factor(session, person.id)
    if kept is None:
        raise WrongCode
    if is_recovery_code(code):
        _use_recovery_code(session, person, code, now)
    else:
        _use_app_code(session, person.id, app_secret(config, kept.nonce), code, now)


def _use_app_code(session: Session, person_id: int, secret: str, code: str, now: datetime) -> None:
    step = step_of(secret, code, now)
    if step is None:
        raise WrongCode
    session.execute(delete(UsedCode).where(UsedCode.person_id == person_id, UsedCode.step < step - STEPS_KEPT))
    try:
        # Of two that use one code at the same moment, in whatever processes, the constraint lets one.
        with session.begin_nested():
            session.add(UsedCode(person_id=person_id, step=step))
    except IntegrityError as error:
        raise WrongCode("This code was used already. Wait until your app shows the next one, and enter that") from error


def _use_recovery_code(session: Session, person: Person, code: str, now: datetime) -> None:
    good = select(RecoveryCode).where(*_still_good(person.id), RecoveryCode.code_hash == digest_of(code))
    found = session.scalar(good.with_for_update())
    if found is None:
        raise WrongCode("This is none of your recovery codes, or it was used already. Enter another one")
    found.used_at = now
    _tell(session, person, "A recovery code was used", RECOVERY_CODE_USED, now)


def _still_good(person_id: int) -> tuple[ColumnElement[bool], ...]:
    return RecoveryCode.person_id == person_id, RecoveryCode.used_at.is_(None)


def renew_recovery_codes(session: Session, person: Person, now: datetime) -> list[str]:
    """A new set of recovery codes, which can be shown this once; the earlier ones are void. Raises HasNone."""
    if find_second_factor(session, person.id) is None:
        raise HasNone
    _tell(session, person, "New recovery codes were made", NEW_CODES, now)
    return _replace_recovery_codes(session, person.id)


def _replace_recovery_codes(session: Session, person_id: int) -> list[str]:
    _void_recovery_codes(session, person_id)
    codes = new_recovery_codes()
    session.add_all(RecoveryCode(person_id=person_id, code_hash=digest_of(code)) for code in codes)
    return codes


def _void_recovery_codes(session: Session, person_id: int) -> None:
    for code in session.scalars(select(RecoveryCode).where(RecoveryCode.person_id == person_id)):
        session.delete(code)


def turn_off(session: Session, person: Person, today: date, now: datetime) -> None:
    """Sign in with the passphrase alone from now on; raises MustHaveOne where a role forbids it, and HasNone."""
    if must_have_one(session, person, today):
        raise MustHaveOne
    _remove(session, person.id)
    _tell(session, person, "Your second factor was turned off", TURNED_OFF, now)


def reset_second_factor(session: Session, person_id: int, now: datetime) -> Person:
    """Take somebody's app and recovery codes away, for a lost telephone, and end their sessions; raises HasNone.

    Where their role must have a second factor, they set one up when they next sign in.
    """
    person = get_person(session, person_id)
    _remove(session, person_id)
    end_sessions(session, person_id, now)
    _tell(session, person, "Your second factor was reset", RESET, now)
    return person


def _remove(session: Session, person_id: int) -> None:
    kept = find_second_factor(session, person_id)
    if kept is None:
        raise HasNone
    session.delete(kept)
    _void_recovery_codes(session, person_id)
    session.execute(delete(UsedCode).where(UsedCode.person_id == person_id))


SET_UP = (
    "An authenticator app was set up on your account. From now on you sign in with your passphrase and a code from it."
)
RECOVERY_CODE_USED = "Somebody signed in to your account with your passphrase and one of your recovery codes."
NEW_CODES = "New recovery codes were made for your account. Those that you had before no longer work."
TURNED_OFF = "The authenticator app was removed from your account. You now sign in with your passphrase alone."
RESET = (
    "An administrator removed the authenticator app and the recovery codes from your account, and signed you out "
    "everywhere. If your role needs an app, you are asked to set one up when you next sign in."
)
IF_NOT_YOU = "If this was not you, or you did not ask for it, tell your administrator at once."


def _tell(session: Session, person: Person, subject: str, what: str, now: datetime) -> None:
    queue(session, person.email, subject, f"{what}\n\n{IF_NOT_YOU}", now)
