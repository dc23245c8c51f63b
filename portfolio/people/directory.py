"""What a council's directory says of somebody at sign-in, and when it is believed: plain values in and out."""

import base64
import hashlib
import hmac
import math
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from portfolio.config import BadSetting, Directory
from portfolio.errors import PortfolioError
from portfolio.people.giving import NotAnEmail, normal_email
from portfolio.people.rules import REACH, Reach, Role

Claims = Mapping[str, Any]
"""What a token says, by the names that OpenID Connect gives it; every value is what the sender made it."""
LEEWAY = 60
"""By how many seconds two clocks may differ."""
LONGEST_SUBJECT = 255
LONGEST_NAME = 200


class DirectoryFault(PortfolioError):
    """The directory answered something that lets nobody in, or nothing at all."""


class DirectorySilent(DirectoryFault):
    """The directory cannot be reached, or does not answer as one does."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The directory does not answer as it should: {why}. Try again in a few minutes")


class NotBelieved(DirectoryFault):
    """An answer that was not made by the directory, for this site, for this sign-in, just now."""

    def __init__(self, why: str) -> None:
        super().__init__(f"The directory's answer is not to be trusted: {why}. Start again")


@dataclass(frozen=True)
class Account:
    """Somebody's account in the directory. `groups` is None where they are too many for the directory to tell."""

    issuer: str
    subject: str
    name: str
    address: str | None
    address_is_proven: bool
    groups: frozenset[str] | None


@dataclass(frozen=True)
class GroupRole:
    """The role that a group of the directory gives, with the partnership's key or the police area's code."""

    role: Role
    csp: str | None = None
    area: str | None = None


def believe(claims: Claims, *, directory: Directory, nonce: str, access_token: str | None, now: datetime) -> None:
    """Hold a token's claims against what was asked for; raises NotBelieved with the claim that is wrong.

    The audience is this site and nobody else. OpenID Connect would allow others beside it, and libraries take a
    foreign one where `azp` names the site; a token that another site can hold is one that another site can send.
    """
    audience = claims.get("aud")
    if claims.get("iss") != directory.issuer:
        raise NotBelieved("another directory made it (iss)")
    if audience != directory.client_id and audience != [directory.client_id]:
        raise NotBelieved("it was made for another site (aud)")
    if claims.get("azp", directory.client_id) != directory.client_id:
        raise NotBelieved("it was given to another site (azp)")
    _believe_times(claims, now.timestamp())
    if not _same(claims.get("nonce"), nonce):
        raise NotBelieved("it belongs to another sign-in (nonce)")
    if "at_hash" in claims and not _same(claims["at_hash"], half_hash(access_token or "")):
        raise NotBelieved("its parts do not belong together (at_hash)")
    _text(claims, "sub", LONGEST_SUBJECT)


def _believe_times(claims: Claims, now: float) -> None:
    if _seconds(claims, "exp") <= now - LEEWAY:
        raise NotBelieved("it has expired (exp)")
    if _seconds(claims, "iat") > now + LEEWAY:
        raise NotBelieved("it was made in the future; the clocks differ (iat)")
    if "nbf" in claims and _seconds(claims, "nbf") > now + LEEWAY:
        raise NotBelieved("it is not valid yet (nbf)")


def _seconds(claims: Claims, name: str) -> float:
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise NotBelieved(f"it does not say until or from when it holds ({name})")
    return value


def _same(said: Any, expected: str) -> bool:
    return isinstance(said, str) and hmac.compare_digest(said.encode(errors="replace"), expected.encode())


def _text(claims: Claims, name: str, longest: int) -> str:
    """A claim that names somebody; raises NotBelieved where it is no plain text."""
    value = claims.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= longest or not value.isprintable():
        raise NotBelieved(f"it does not say whose it is ({name})")
    return value


def half_hash(text: str) -> str:
    """The left half of a text's SHA-256, as `at_hash` holds that of the access token."""
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()[:16]).decode().rstrip("=")


def account_of(claims: Claims, directory: Directory) -> Account:
    """Whom believed claims mean.

    Microsoft Entra ID gives every application another `sub`; `oid` is the person in the tenant `tid`, which is part of
    its issuer, and stays theirs when the application is registered anew. Their address is proven where the directory
    says `email_verified`, or where PORTFOLIO_OIDC_TRUSTED_EMAIL says that nobody but the council can write one there.

    Why that is not simply assumed ("nOAuth"): in Entra `email` is whatever the administrator of a tenant typed, and
    `preferred_username` can change. Trust it only where the issuer is the council's own single tenant, and its
    accounts' addresses are kept by the council. Otherwise whoever can write an address becomes who holds it here.
    """
    subject = _text(claims, "sub", LONGEST_SUBJECT)
    if "tid" in claims and "oid" in claims:
        if _text(claims, "tid", LONGEST_SUBJECT) not in directory.issuer.split("/"):
            raise NotBelieved("it is of another organisation's directory (tid)")
        subject = _text(claims, "oid", LONGEST_SUBJECT)
    address = _address(claims, "email")
    proven = directory.trusted_email or (address is not None and claims.get("email_verified") is True)
    address = address or _address(claims, "preferred_username")
    return Account(directory.issuer, subject, _name(claims) or address or "", address, proven, _groups(claims))


def _address(claims: Claims, name: str) -> str | None:
    value = claims.get(name)
    try:
        return normal_email(value) if isinstance(value, str) and value.isprintable() else None
    except NotAnEmail:
        return None


def _name(claims: Claims) -> str:
    value = claims.get("name")
    words = value.split() if isinstance(value, str) else ()
    return "".join(letter for letter in " ".join(words) if letter.isprintable())[:LONGEST_NAME]


def _groups(claims: Claims) -> frozenset[str] | None:
    elsewhere = claims.get("_claim_names")
    if isinstance(elsewhere, Mapping) and "groups" in elsewhere:
        return None
    groups = claims.get("groups")
    return frozenset(group for group in groups if isinstance(group, str)) if isinstance(groups, list) else frozenset()


def group_roles(directory: Directory) -> dict[str, GroupRole]:
    """The role of each group, as PORTFOLIO_OIDC_GROUPS gives it; raises BadSetting for what is no role or no place."""
    return {group: _group_role(group, given) for group, given in directory.groups.items()}


def _group_role(group: str, given: Mapping[str, str]) -> GroupRole:
    def refuse(what: str) -> BadSetting:
        return BadSetting(f"PORTFOLIO_OIDC_GROUPS, group “{group}”: {what}")

    roles = {role.value.casefold(): role for role in Role}
    role = roles.get(given.get("role", "").casefold())
    if role is None:
        raise refuse(f"“{given.get('role', '')}” is no role. Roles are: {', '.join(Role)}")
    csp, area = given.get("csp") or None, given.get("area") or None
    reach = REACH[role]
    if reach is Reach.OWN_CSP and csp is None:
        raise refuse(f'the {role.value} needs "csp", the key of a partnership')
    if reach is Reach.POLICE_AREA and area is None:
        raise refuse(f'the {role.value} needs "area", the code of a police area')
    # A project lead's partnership is whose officers manage them; it widens nothing.
    if csp and reach not in (Reach.OWN_CSP, Reach.OWN_AWARDS):
        raise refuse(f'the {role.value} is for no partnership. Leave out "csp"')
    if area and reach is not Reach.POLICE_AREA:
        raise refuse(f'the {role.value} is for no police area. Leave out "area"')
    return GroupRole(role, csp, area)
