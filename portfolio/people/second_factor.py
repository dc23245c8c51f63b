"""The second factor: an authenticator app's code beside the passphrase, and recovery codes for the day it is lost."""

from datetime import date
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.people.actions import holdings_of
from portfolio.people.models import Person, SecondFactor
from portfolio.people.rules import GUARDED_ROLES
from portfolio.settings import second_factor_is_required


class Need(StrEnum):
    """What somebody is asked for after their passphrase."""

    NONE = "nothing"
    CODE = "a code"
    ENROL = "to set up an authenticator app"


def need_of(session: Session, person: Person, today: date) -> Need:
    """What somebody is asked for after their passphrase, by what they have set up and the roles they hold on a day."""
    if has_second_factor(session, person.id):
        return Need.CODE
    return Need.ENROL if must_have_one(session, person, today) else Need.NONE


def has_second_factor(session: Session, person_id: int) -> bool:
    """Whether somebody's authenticator app is set up and confirmed."""
    confirmed = select(SecondFactor.id).where(
        SecondFactor.person_id == person_id, SecondFactor.confirmed_at.is_not(None)
    )
    return session.scalar(confirmed) is not None


def must_have_one(session: Session, person: Person, today: date) -> bool:
    """Whether a role that somebody holds on a day is guarded, and the site's setting asks for it."""
    is_guarded = any(holding.role in GUARDED_ROLES and holding.holds_on(today) for holding in holdings_of(person))
    return is_guarded and second_factor_is_required(session)
