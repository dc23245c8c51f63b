"""What a directory's claims come to, and which roles its groups may give."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from portfolio.config import BadSetting, Directory
from portfolio.people.directory import GroupRole, NotBelieved, account_of, group_roles
from portfolio.people.rules import Role

DIRECTORY = Directory("https://login.example/tenant-1/v2.0", "portfolio", "secret")
TRUSTED = replace(DIRECTORY, trusted_email=True)


def test_an_account_is_its_subject_its_name_and_its_address() -> None:
    claims = {"sub": "7", "name": " Ann \n Other\0 ", "email": " Ann@Example.org ", "groups": ["a", 7, "b"]}
    account = account_of(claims, DIRECTORY)
    assert (account.issuer, account.subject, account.name) == (DIRECTORY.issuer, "7", "Ann Other")
    assert (account.address, account.address_is_proven) == ("ann@example.org", False)
    assert account.groups == frozenset({"a", "b"})


@pytest.mark.parametrize(
    ("claims", "address", "name"),
    [
        ({}, None, ""),
        ({"email": 7, "name": 7}, None, ""),
        ({"email": "nonsense", "preferred_username": "ann@example.org"}, "ann@example.org", "ann@example.org"),
        ({"email": "ann\0@example.org"}, None, ""),
        ({"preferred_username": "DORSET\\ann"}, None, ""),
        ({"name": "x" * 300}, None, "x" * 200),
    ],
)
def test_what_is_no_name_or_address_is_none(claims: Mapping[str, Any], address: str | None, name: str) -> None:
    account = account_of({"sub": "7", **claims}, DIRECTORY)
    assert (account.address, account.name) == (address, name)


@pytest.mark.parametrize(
    ("claims", "proven"),
    [
        ({"email": "ann@example.org", "email_verified": True}, True),
        ({"email": "ann@example.org"}, False),
        ({"email": "ann@example.org", "email_verified": False}, False),
        ({"email": "ann@example.org", "email_verified": "true"}, False),
        ({"email": "ann@example.org", "email_verified": 1}, False),
        ({"email": "nonsense", "email_verified": True, "preferred_username": "ann@example.org"}, False),
    ],
)
def test_an_address_is_proven_where_the_directory_says_true(claims: Mapping[str, Any], proven: bool) -> None:
    assert account_of({"sub": "7", **claims}, DIRECTORY).address_is_proven is proven
    assert account_of({"sub": "7", **claims}, TRUSTED).address_is_proven


def test_in_entra_somebody_is_their_number_in_the_tenant() -> None:
    claims = {"sub": "of this application", "oid": "ann", "tid": "tenant-1"}
    assert account_of(claims, DIRECTORY).subject == "ann"
    assert account_of({**claims, "tid": "tenant-1", "oid": "ann"}, DIRECTORY).subject == "ann"
    assert account_of({"sub": "ann's", "oid": "ann"}, DIRECTORY).subject == "ann's"
    for wrong in ({"tid": "tenant-2"}, {"tid": 7}, {"oid": ""}, {"oid": None}):
        with pytest.raises(NotBelieved):
            account_of({**claims, **wrong}, DIRECTORY)


@pytest.mark.parametrize(
    ("claims", "groups"),
    [
        ({}, frozenset()),
        ({"groups": "finance"}, frozenset()),
        ({"groups": ["finance"]}, {"finance"}),
        ({"_claim_names": {"groups": "src1"}, "_claim_sources": {"src1": {"endpoint": "https://…"}}}, None),
        ({"_claim_names": {"other": "src1"}, "groups": ["finance"]}, {"finance"}),
        ({"_claim_names": "groups", "groups": ["finance"]}, {"finance"}),
    ],
)
def test_groups_that_are_too_many_to_tell_are_not_none(claims: Mapping[str, Any], groups: Any) -> None:
    assert account_of({"sub": "7", **claims}, DIRECTORY).groups == groups


def roles(**group: str) -> GroupRole:
    """What one group gives."""
    return group_roles(replace(DIRECTORY, groups={"g": group}))["g"]


def test_a_group_gives_a_role_with_its_place() -> None:
    assert roles(role="Finance Officer", area="E23000039") == GroupRole(Role.FINANCE, area="E23000039")
    assert roles(role="csp officer", csp="dorset") == GroupRole(Role.CSP_OFFICER, csp="dorset")
    assert roles(role="administrator", csp="", area="") == GroupRole(Role.ADMINISTRATOR)
    assert roles(role="project lead", csp="dorset") == GroupRole(Role.LEAD, csp="dorset")


@pytest.mark.parametrize(
    ("group", "wrong"),
    [
        ({}, "“” is no role. Roles are: project lead, CSP officer, "),
        ({"role": "boss"}, "“boss” is no role"),
        ({"role": "CSP member"}, 'the CSP member needs "csp", the key of a partnership'),
        ({"role": "CSP member", "csp": "dorset", "area": "E23"}, "the CSP member is for no police area"),
        ({"role": "certifier", "csp": "dorset"}, 'the certifier needs "area", the code of a police area'),
        ({"role": "certifier", "csp": "dorset", "area": "E23"}, "the certifier is for no partnership"),
        ({"role": "administrator", "area": "E23"}, 'the administrator is for no police area. Leave out "area"'),
        ({"role": "administrator", "csp": "dorset"}, 'the administrator is for no partnership. Leave out "csp"'),
    ],
)
def test_what_is_no_role_or_no_place_is_said_with_its_group(group: dict[str, str], wrong: str) -> None:
    with pytest.raises(BadSetting) as refused:
        roles(**group)
    assert refused.value.sentence.startswith("PORTFOLIO_OIDC_GROUPS, group “g”: ")
    assert wrong in refused.value.sentence
