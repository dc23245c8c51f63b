"""What is refused where a role is given or ended, and where an e-mail address is entered."""

import re
from collections.abc import Iterable
from datetime import date

from portfolio.errors import PortfolioError
from portfolio.mail.rules import is_one_address
from portfolio.people.rules import REACH, Holding, Reach, Viewer
from portfolio.quarters import format_day

_DOMAIN = re.compile(r"@.+\.[^.]+$")


class NotAnEmail(PortfolioError):
    """A text that is no e-mail address."""


class RoleWithoutPlace(PortfolioError):
    """A role given without the partnership or police area that it is for, or ending before it starts."""


class LastAdministrator(PortfolioError):
    """E-mail and roles could be managed by nobody any more."""

    def __init__(self) -> None:
        super().__init__("This is the last administrator. Add another administrator first")


class MayNotGive(PortfolioError):
    """Giving or ending a role that one's own does not give, or that lies beyond its reach."""

    def __init__(self) -> None:
        super().__init__("You cannot give this role here. Choose one of those offered", "role")


def refuse_to_give(giver: Viewer | None, holding: Holding) -> None:
    """Nobody gives a role that `GIVES` does not name, or beyond their reach; the command line's operator gives any.

    Raises MayNotGive.
    """
    if giver is None:
        return
    reached = giver.giving(holding.role)
    if not reached.everything and holding.csp_id not in reached.csps:
        raise MayNotGive


class HeldAlready(PortfolioError):
    """A role that somebody holds for the same place on some of the same days."""

    def __init__(self) -> None:
        super().__init__("They hold this role there already. End it first, or choose other dates", "role")


class BadEnd(PortfolioError):
    """A last day that comes before the first."""

    def __init__(self, starts_on: date) -> None:
        super().__init__(f"The role starts on {format_day(starts_on)}. Choose that day or a later one", "ends_on")


def normal_email(typed: str) -> str:
    """An e-mail address as it is kept and compared: without spaces around, in small letters; raises NotAnEmail.

    Mail can be sent to it: what happens to an account is told to its address, or not done.
    """
    email = typed.strip().lower()
    if not is_one_address(email) or not _DOMAIN.search(email):
        raise NotAnEmail("Enter an e-mail address in the correct format, like name@example.org", "email")
    return email


def refuse_bad_holding(holding: Holding) -> None:
    """A role names the place it is for, and no other; raises RoleWithoutPlace."""
    reach = REACH[holding.role]
    role = holding.role.value
    if reach is Reach.OWN_CSP and holding.csp_id is None:
        raise RoleWithoutPlace(f"Select the partnership that the {role} is for", "csp")
    if reach is Reach.POLICE_AREA and holding.police_area_id is None:
        raise RoleWithoutPlace(f"Select the police area that the {role} is for", "police_area")
    if holding.starts_on and holding.ends_on and holding.ends_on < holding.starts_on:
        raise RoleWithoutPlace("The role ends before it starts. Check both dates", "ends_on")


def refuse_held_twice(holdings: Iterable[Holding], new: Holding) -> None:
    """A role that could be given is given for one place once at a time; raises RoleWithoutPlace and HeldAlready."""
    refuse_bad_holding(new)
    first, last = new.starts_on or date.min, new.ends_on or date.max
    for held in holdings:
        is_same = (held.role, held.csp_id, held.police_area_id) == (new.role, new.csp_id, new.police_area_id)
        if is_same and (held.starts_on or date.min) <= last and first <= (held.ends_on or date.max):
            raise HeldAlready
