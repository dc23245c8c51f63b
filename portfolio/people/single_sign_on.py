"""Who signs in with the council's directory: there and back once, found or added, with the roles of their groups."""

import logging
import secrets
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta

from sqlalchemy import TableClause, delete, select
from sqlalchemy.orm import Session

from portfolio.db import rows_changed
from portfolio.errors import PortfolioError
from portfolio.people.actions import add_person, end_role, find_person, give_role
from portfolio.people.directory import Account, GroupRole
from portfolio.people.giving import LastAdministrator
from portfolio.people.models import (
    DirectoryVisit,
    Identity,
    Person,
    RoleHeld,
    SignInAttempt,
    SignInOutcome,
    csp_names,
    police_area_names,
)
from portfolio.people.rules import Holding
from portfolio.people.sessions import digest
from portfolio.people.signing_in import Caller

log = logging.getLogger("portfolio")

LONGEST_VISIT = timedelta(minutes=10)
"""How long somebody may take at the directory."""

NOT_PROVEN = (
    "the directory does not say that it is verified; "
    "PORTFOLIO_OIDC_TRUSTED_EMAIL=yes says that its addresses can be trusted"
)


class NotLetIn(PortfolioError):
    """Somebody whom the directory knows, and who has no place here."""


class NotKnownHere(NotLetIn):
    """Nobody here is meant; why exactly is for the log, as it would tell a stranger who is here."""

    def __init__(self, account: Account, why: str) -> None:
        log.warning("the directory's account %s is not let in: %s", account.subject, why)
        super().__init__(
            f"Your directory account{f' ({account.address})' if account.address else ''} is not known here. Ask your "
            "partnership for an invitation. If you were invited already, tell whoever runs this site; its log says more"
        )


def send_away(session: Session, now: datetime) -> str:
    """Note that somebody is sent to the directory; says what they must bring back."""
    session.execute(delete(DirectoryVisit).where(DirectoryVisit.sent_at <= now - LONGEST_VISIT))
    state = secrets.token_urlsafe(32)
    session.add(DirectoryVisit(state_hash=digest(state), sent_at=now))
    return state


def take_back(session: Session, state: str, now: datetime) -> bool:
    """Strike off somebody who was sent away; says whether they were, not long ago, and come for the first time."""
    visit = delete(DirectoryVisit).where(
        DirectoryVisit.state_hash == digest(state), DirectoryVisit.sent_at > now - LONGEST_VISIT
    )
    return rows_changed(session, visit) == 1


def enter(session: Session, account: Account, groups: Mapping[str, GroupRole], today: date) -> Person:
    """The person that a directory's account means, their roles as its groups say today; raises NotLetIn.

    First whoever this account is linked to; else a person with its proven address, who is linked to it; else, where
    one of its groups gives a role and its address is proven, somebody new.
    """
    if account.groups is None and groups:
        raise NotLetIn(
            "You are in more groups than your directory tells, so your roles cannot be known. Ask whoever runs it to "
            "have it tell this site only the groups assigned to it (in Microsoft Entra ID: App registrations, Token "
            "configuration, groups claim, “Groups assigned to the application”)"
        )
    given = dict(_holdings(session, {name: groups[name] for name in account.groups or () if name in groups}))
    person = _linked(session, account) or _known(session, account) or _new(session, account, given)
    if person.disabled_at is not None or person.removed_at is not None:
        raise NotLetIn("Your account here is disabled. If you need it for your work, ask your administrator")
    _set_roles(session, person, given, today)
    session.flush()
    return person


def _linked(session: Session, account: Account) -> Person | None:
    linked = select(Person).join(Identity, Identity.person_id == Person.id)
    return session.scalar(linked.where(Identity.issuer == account.issuer, Identity.subject == account.subject))


def _known(session: Session, account: Account) -> Person | None:
    """Whoever has the account's address: linked to it, unless the address is not proven or they have an account."""
    person = find_person(session, account.address) if account.address else None
    if person is None:
        return None
    if not account.address_is_proven:
        raise NotKnownHere(account, f"{person.mark} has its address, but {NOT_PROVEN}")
    if session.scalar(select(Identity.id).where(Identity.person_id == person.id, Identity.issuer == account.issuer)):
        raise NotKnownHere(account, f"{person.mark} has its address, but is linked to another account of the directory")
    _link(session, person, account)
    return person


def _new(session: Session, account: Account, given: Mapping[str, Holding]) -> Person:
    if not given:
        raise NotKnownHere(account, "nobody has its address, and none of its groups gives a role")
    if account.address is None:
        raise NotLetIn(
            "Your directory does not tell your e-mail address. Ask whoever runs it to add the claim “email” to what "
            "this site is told"
        )
    if not account.address_is_proven:
        # Whoever is invited under this address one day would otherwise find that another's account has their roles.
        raise NotKnownHere(account, f"its address is new here, but {NOT_PROVEN}")
    person = add_person(session, account.name, account.address)
    session.flush()
    _link(session, person, account)
    return person


def _link(session: Session, person: Person, account: Account) -> None:
    session.add(Identity(person_id=person.id, issuer=account.issuer, subject=account.subject))


def _holdings(session: Session, told: Mapping[str, GroupRole]) -> Iterator[tuple[str, Holding]]:
    """Each group's role with its place; a group whose place is not there gives nothing, and the log says so."""
    csps = _numbers(session, csp_names, "key", {one.csp for one in told.values()})
    areas = _numbers(session, police_area_names, "code", {one.area for one in told.values()})
    for group, one in told.items():
        if (one.csp and one.csp not in csps) or (one.area and one.area not in areas):
            log.warning("PORTFOLIO_OIDC_GROUPS, group %s: there is no %s here", group, one.csp or one.area)
        else:
            yield group, Holding(one.role, csps.get(one.csp or ""), areas.get(one.area or ""))


def _numbers(session: Session, named: TableClause, by: str, wanted: set[str | None]) -> dict[str, int]:
    rows = session.execute(select(named.c[by].label("name"), named.c.id).where(named.c[by].in_(wanted - {None})))
    return {row.name: row.id for row in rows}


def _set_roles(session: Session, person: Person, given: Mapping[str, Holding], today: date) -> None:
    """Make the roles that the directory gives what it says now. Roles given by hand stay as they are."""
    new, gone = dict(given), []
    for held in person.roles:
        group = held.directory_group
        if group is not None and group in new and _is(held, new[group]):
            held.ends_on = None
            del new[group]
        elif group is not None and Holding(held.role, None, None, held.starts_on, held.ends_on).holds_on(today):
            gone.append(held)
    for group, holding in new.items():
        give_role(person, holding).directory_group = group
    # Last: the last administrator may have become one by another group.
    for held in gone:
        _end(session, held, today)


def _is(held: RoleHeld, holding: Holding) -> bool:
    return (held.role, held.csp_id, held.police_area_id) == (holding.role, holding.csp_id, holding.police_area_id)


def _end(session: Session, held: RoleHeld, today: date) -> None:
    try:
        with session.begin_nested():
            end_role(session, held, today - timedelta(days=1), today)
    except LastAdministrator:
        log.warning("%s stays administrator, though the directory no longer says so: the last one", held.person.mark)


def note_refusal(session: Session, caller: Caller, now: datetime, email: str) -> None:
    """Note that somebody came from the directory and was not let in; throttling does not count it."""
    session.add(
        SignInAttempt(
            at=now,
            email=email,
            address=caller.address,
            browser=caller.browser,
            known_browser=False,
            outcome=SignInOutcome.NOT_LET_IN,
        )
    )


def find_identity(session: Session, person_id: int, issuer: str) -> Identity | None:
    """The directory's account that somebody is linked to."""
    return session.scalar(select(Identity).where(Identity.person_id == person_id, Identity.issuer == issuer))
