"""The commands for people: add somebody or a role, list them, let somebody in no longer, or again after a mishap."""

import argparse
import getpass
import json
import sys
from dataclasses import asdict, dataclass
from functools import partial

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from portfolio.clock import SystemClock, day_of
from portfolio.commands.ground import Ground, ground, progress, say
from portfolio.errors import NotFound, PortfolioError
from portfolio.funding_years.models import CSP, PoliceArea
from portfolio.people import actions, joining
from portfolio.people.managing import people_within
from portfolio.people.models import Person, Purpose
from portfolio.people.rules import Act, Holding, Role
from portfolio.people.second_factor import require_of, reset_second_factor


@dataclass(frozen=True)
class Listed:
    """Somebody of the list; its fields are the keys of the answer for programs."""

    email: str
    name: str
    roles: list[str]
    disabled: bool


def run(given: argparse.Namespace) -> int:
    """Do one of the four."""
    with ground(Act.INVITE, given.acting_as, may_be_new=given.act == "add") as here:
        match given.act:
            case "add":
                return _add(here, given)
            case "disable":
                return _disable(here, given.email)
            case "reset":
                return _reset(here, given)
            case _:
                return _list(here, as_json=given.json)


def _add(here: Ground, given: argparse.Namespace) -> int:
    try:
        role = Role(given.role)
    except ValueError as error:
        roles = ", ".join(role.value for role in Role)
        raise PortfolioError(f"“{given.role}” is not a role. Use one of: {roles}", "role") from error
    kept = None if given.invite else _passphrase_of_somebody_new(here, given)
    now, told_at = SystemClock().now(), here.now()
    with here.writing(f"Gave the role {role.value}", told_at) as session:
        person = joining.invite(
            session,
            given.name,
            given.email,
            Holding(role, *_place(session, given.csp, given.area)),
            by=here.viewer,
            now=now,
            key_of=partial(here.config.derived_key, "link"),
            tell=given.invite,
            password_hash=kept,
        )
        require_of(session, person, day_of(told_at), now)
    say(f"{person.name} <{person.email}> is {role.value}")
    if given.invite:
        say(f"A message to {person.email} is queued. `portfolio deliver` sends it")
    return 0


def _passphrase_of_somebody_new(here: Ground, given: argparse.Namespace) -> str | None:
    """The hash of what is asked for, before anything is written; whoever is there already has their own."""
    here.within(Act.MANAGE_PEOPLE)
    with here.database.reading() as session:
        if actions.find_person(session, given.email) is not None:
            return None
    return actions.hash_of(_ask_for_passphrase(), given.name, given.email)


def _place(session: Session, csp_key: str | None, area_code: str | None) -> tuple[int | None, int | None]:
    csp = session.scalar(select(CSP.id).where(CSP.key == csp_key)) if csp_key else None
    if csp_key and csp is None:
        raise NotFound(f"There is no partnership {csp_key}. Load or set it up first", "csp")
    area = session.scalar(select(PoliceArea.id).where(PoliceArea.code == area_code)) if area_code else None
    if area_code and area is None:
        raise NotFound(f"There is no police area {area_code}. Load or set it up first", "area")
    return csp, area


def _ask_for_passphrase() -> str:
    """Typed unseen at a terminal; read as a line where it comes from a program."""
    if sys.stdin.isatty():
        return getpass.getpass("Passphrase (at least 12 characters): ")
    return sys.stdin.readline().rstrip("\n")


def _people(here: Ground) -> Select[Person]:
    """Whom the command may be about."""
    return actions.people_by_name() if here.viewer is None else people_within(here.viewer)


def _list(here: Ground, *, as_json: bool) -> int:
    with here.database.reading() as session:
        people = session.scalars(_people(here)).all()
        everybody = [
            Listed(
                person.email,
                person.name,
                list(dict.fromkeys(held.role.value for held in person.roles)),
                person.disabled_at is not None,
            )
            for person in people
        ]
        about = [person.mark for person in people]
    here.note_reading("The list of people, by a command", about)
    if as_json:
        say(json.dumps([asdict(person) for person in everybody], ensure_ascii=False))
        return 0
    for person in everybody:
        state = " (disabled)" if person.disabled else ""
        say(f"{person.email}  {person.name}  {', '.join(person.roles)}{state}")
    if not everybody:
        say("Nobody yet. Add the first administrator with `portfolio person add`")
    return 0


def _find(here: Ground, session: Session, email: str) -> Person:
    person = session.scalar(_people(here).where(Person.email == email.strip().lower()))
    if person is None:
        raise NotFound(f"There is nobody with the address {email}. `portfolio person list` shows who is here")
    return person


def _disable(here: Ground, email: str) -> int:
    now = here.now()
    with here.writing("Disabled a person", now) as session:
        actions.disable_person(session, _find(here, session, email).id, now, day_of(now))
    say(f"{email} can no longer sign in")
    return 0


def _reset(here: Ground, given: argparse.Namespace) -> int:
    """Whoever is given a way into an account could use it themselves, so it takes who manages people."""
    here.within(Act.MANAGE_PEOPLE)
    now = SystemClock().now()
    if given.second_factor:
        with here.writing("Reset a second factor", here.now()) as session:
            person = reset_second_factor(session, _find(here, session, given.email).id, now)
        say(f"The authenticator app of {person.email} is taken away, and they are signed out everywhere")
        return 0
    with here.database.reading() as session:
        person = _find(here, session, given.email)
    if person.disabled_at is not None:
        raise joining.IsDisabled
    if given.ask:
        kept = actions.hash_of(_ask_for_passphrase(), person.name, person.email)
        with here.writing("Set a new passphrase for somebody", here.now()) as session:
            joining.set_passphrase(session, actions.get_person(session, person.id), kept, now)
        say(f"{person.email} has the new passphrase, and is signed out everywhere")
        return 0
    purpose = Purpose.INVITATION if person.password_hash is None else Purpose.RESET
    key_of = partial(here.config.derived_key, "link")
    with here.writing("Made a link for a new passphrase", here.now()) as session:
        nonce = joining.make_link(session, actions.get_person(session, person.id), purpose, now, key_of)
    progress(f"Good once, for 72 hours. Whoever has it is {person.name}: hand it over in person, or by telephone.")
    say(f"{here.config.url}{joining.LINK_PATH.format(key=key_of(nonce))}")
    return 0
