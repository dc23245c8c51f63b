"""The commands for people: add somebody or a role, list them, let somebody in no longer."""

import argparse
import getpass
import json
import sys
from dataclasses import asdict, dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.commands.ground import ground, say
from portfolio.errors import NotFound, PortfolioError
from portfolio.funding_years.models import CSP, PoliceArea
from portfolio.people import actions
from portfolio.people.rules import Holding, Role


@dataclass(frozen=True)
class Listed:
    """Somebody of the list; its fields are the keys of the answer for programs."""

    email: str
    name: str
    roles: list[str]
    disabled: bool


def run(given: argparse.Namespace) -> int:
    """Do one of the three."""
    match given.act:
        case "add":
            return _add(given)
        case "disable":
            return _disable(given.email)
        case _:
            return _list(as_json=given.json)


def _add(given: argparse.Namespace) -> int:
    try:
        role = Role(given.role)
    except ValueError as error:
        roles = ", ".join(role.value for role in Role)
        raise PortfolioError(f"“{given.role}” is not a role. Use one of: {roles}", "role") from error
    with ground(may_be_new=True) as here:
        now = here.now()
        with here.writing(f"Gave {given.email} the role {role.value}", now) as session:
            holding = Holding(role, *_place(session, given.csp, given.area))
            person = actions.find_person(session, given.email)
            if person is None:
                person = actions.add_person(session, given.name, given.email, _ask_for_password())
            actions.give_role(person, holding)
    say(f"{person.name} <{person.email}> is {role.value}")
    return 0


def _place(session: Session, csp_key: str | None, area_code: str | None) -> tuple[int | None, int | None]:
    csp = session.scalar(select(CSP.id).where(CSP.key == csp_key)) if csp_key else None
    if csp_key and csp is None:
        raise NotFound(f"There is no partnership {csp_key}. Load or set it up first", "csp")
    area = session.scalar(select(PoliceArea.id).where(PoliceArea.code == area_code)) if area_code else None
    if area_code and area is None:
        raise NotFound(f"There is no police area {area_code}. Load or set it up first", "area")
    return csp, area


def _ask_for_password() -> str:
    """Typed unseen at a terminal; read as a line where it comes from a program."""
    if sys.stdin.isatty():
        return getpass.getpass("Password (at least 12 characters): ")
    return sys.stdin.readline().rstrip("\n")


def _list(*, as_json: bool) -> int:
    with ground() as here, here.database.reading() as session:
        everybody = [
            Listed(
                person.email,
                person.name,
                [held.role.value for held in person.roles],
                person.disabled_at is not None,
            )
            for person in session.scalars(actions.people_by_name())
        ]
    if as_json:
        say(json.dumps([asdict(person) for person in everybody], ensure_ascii=False))
        return 0
    for person in everybody:
        state = " (disabled)" if person.disabled else ""
        say(f"{person.email}  {person.name}  {', '.join(person.roles)}{state}")
    if not everybody:
        say("Nobody yet. Add the first administrator with `portfolio person add`")
    return 0


def _disable(email: str) -> int:
    with ground() as here:
        now = here.now()
        with here.writing(f"Disabled {email}", now) as session:
            person = actions.find_person(session, email)
            if person is None:
                raise NotFound(f"There is nobody with the address {email}. `portfolio person list` shows who is here")
            actions.disable_person(session, person.id, now, day_of(now))
    say(f"{email} can no longer sign in")
    return 0
