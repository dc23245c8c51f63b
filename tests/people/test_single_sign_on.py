"""Who a directory's account is here, and which roles its groups leave them with."""

import logging
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.clock import day_of
from portfolio.funding_years.models import CSP
from portfolio.history import HistoryEntry, rows_behind_its_back
from portfolio.people.directory import Account, GroupRole
from portfolio.people.models import DirectoryVisit, Identity, Person
from portfolio.people.rules import Role
from portfolio.people.sessions import digest
from portfolio.people.single_sign_on import NotKnownHere, NotLetIn, enter, send_away, take_back
from tests import make
from tests.conftest import NOW

TODAY = day_of(NOW)
ANN = Account("https://login.example", "ann-1", "Ann Other", "ann@example.org", True, frozenset())
GROUPS = {
    "money": GroupRole(Role.FINANCE, area="E23000039"),
    "officers": GroupRole(Role.CSP_OFFICER, csp="dorset"),
    "admins": GroupRole(Role.ADMINISTRATOR),
    "other admins": GroupRole(Role.ADMINISTRATOR),
    "nowhere": GroupRole(Role.CSP_MEMBER, csp="atlantis"),
}


@pytest.fixture
def dorset(session: Session) -> CSP:
    """The partnership, in its police area."""
    found = make.csp(session, "dorset")
    assert found.police_area.code == GROUPS["money"].area
    session.commit()
    return found


Entering = Callable[..., Person]


@pytest.fixture
def come(session: Session, dorset: CSP) -> Entering:
    """`come("money")`: Ann signs in, in these groups; more may be said of her account."""

    def enter_now(*groups: str, **more: object) -> Person:
        account = replace(ANN, **{"groups": frozenset(groups), **more})  # type: ignore[arg-type]  # any field of it
        person = enter(session, account, GROUPS, TODAY)
        session.commit()
        return person

    return enter_now


def held(person: Person) -> list[tuple[str, str | None]]:
    """Somebody's roles of today, each with the group that gave it."""
    return [(one.role.value, one.directory_group) for one in person.roles if one.ends_on is None]


def test_what_was_sent_out_comes_back_once(session: Session) -> None:
    state, other = send_away(session, NOW), send_away(session, NOW)
    session.commit()
    assert session.scalars(select(DirectoryVisit.state_hash).order_by(DirectoryVisit.id)).all() == [
        digest(state),
        digest(other),
    ]
    assert not take_back(session, "made up", NOW)
    assert take_back(session, state, NOW + timedelta(minutes=9))
    assert not take_back(session, state, NOW + timedelta(minutes=9))
    assert not take_back(session, other, NOW + timedelta(minutes=10))
    send_away(session, NOW + timedelta(minutes=10))
    assert make.count_of(session, DirectoryVisit) == 1


def test_a_proven_address_links_whoever_has_it_and_the_link_stays(session: Session, come: Entering) -> None:
    ann = make.person(session, Role.FINANCE, email="ann@example.org", name="A. Other")
    assert come() is ann
    assert ann.name == "A. Other"
    assert come(address="married@example.org", address_is_proven=False) is ann
    assert make.count_of(session, Identity) == 1
    assert held(ann) == [("finance officer", None)]


def test_an_address_that_is_not_proven_links_nobody(session: Session, come: Entering) -> None:
    make.person(session, email="ann@example.org")
    for groups in ((), ("money",)):
        with pytest.raises(NotKnownHere):
            come(*groups, address_is_proven=False)
    assert make.count_of(session, Identity) == 0


def test_an_address_that_is_not_proven_adds_nobody_either(session: Session, come: Entering) -> None:
    with pytest.raises(NotKnownHere):
        come("money", address_is_proven=False)
    assert make.count_of(session, Person) == 0


def test_whoever_has_an_account_there_is_not_linked_to_another(session: Session, come: Entering) -> None:
    ann = make.person(session, email="ann@example.org")
    come()
    with pytest.raises(NotKnownHere):
        come(subject="ann-2")
    assert come(issuer="https://another.example", subject="ann-2") is ann
    assert make.count_of(session, Identity) == 2


def test_a_stranger_is_told_nothing_of_who_is_here(session: Session, come: Entering) -> None:
    make.person(session, email="ann@example.org")
    told = []
    for address in ("ann@example.org", "stranger@example.org"):
        with pytest.raises(NotKnownHere) as refused:
            come(address=address, address_is_proven=False)
        told.append(refused.value.sentence.replace(address, "…"))
    assert told[0] == told[1]
    with pytest.raises(NotKnownHere, match="Your directory account is not known here"):
        come(address=None)


def test_a_group_adds_somebody_new_in_their_own_name(session: Session, come: Entering, dorset: CSP) -> None:
    ann = come("money", "officers", "unknown")
    assert (ann.name, ann.email, ann.password_hash) == ("Ann Other", "ann@example.org", None)
    assert sorted(held(ann)) == [("CSP officer", "officers"), ("finance officer", "money")]
    assert {(one.csp_id, one.police_area_id) for one in ann.roles} == {
        (dorset.id, None),
        (None, dorset.police_area_id),
    }
    assert come("money", "officers") is ann
    assert list(rows_behind_its_back(session)) == []


def test_without_an_address_nobody_is_added(come: Entering) -> None:
    with pytest.raises(NotLetIn, match="does not tell your e-mail address"):
        come("money", address=None)


def test_a_group_whose_place_is_not_here_gives_nothing(come: Entering, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING, "portfolio"), pytest.raises(NotKnownHere):
        come("nowhere")
    assert "PORTFOLIO_OIDC_GROUPS, group nowhere: there is no atlantis here" in caplog.text


def test_roles_follow_the_groups_and_those_given_by_hand_stay(session: Session, come: Entering) -> None:
    ann = make.person(session, Role.CSP_MEMBER, email="ann@example.org")
    come("money")
    assert held(ann) == [("CSP member", None), ("finance officer", "money")]
    come("officers")
    assert held(ann) == [("CSP member", None), ("CSP officer", "officers")]
    assert [one.ends_on for one in ann.roles if one.directory_group == "money"] == [TODAY - timedelta(days=1)]
    come()
    assert held(ann) == [("CSP member", None)]
    come("money", "officers")
    assert sorted(held(ann)) == [("CSP member", None), ("CSP officer", "officers"), ("finance officer", "money")]
    assert len(ann.roles) == 3
    told = select(HistoryEntry.change).where(HistoryEntry.record == "role_held").order_by(HistoryEntry.id)
    assert session.scalars(told).all() == ["added"] * 3 + ["changed"] * 4


def test_a_group_that_gives_another_role_now_ends_the_one_it_gave(session: Session, come: Entering) -> None:
    ann = come("money")
    enter(session, replace(ANN, groups=frozenset({"money"})), {"money": GROUPS["officers"]}, TODAY)
    assert held(ann) == [("CSP officer", "money")]


def test_the_last_administrator_stays_one(session: Session, come: Entering, caplog: pytest.LogCaptureFixture) -> None:
    ann = come("admins")
    with caplog.at_level(logging.WARNING, "portfolio"):
        come("money")
    assert held(ann) == [("administrator", "admins"), ("finance officer", "money")]
    assert f"{ann.mark} stays administrator" in caplog.text
    come("other admins")
    assert held(ann) == [("administrator", "other admins")]
    make.person(session, Role.ADMINISTRATOR, password_hash="set")
    come()
    assert held(ann) == []
    assert list(rows_behind_its_back(session)) == []


@pytest.mark.parametrize("gone", ["disabled_at", "removed_at"])
def test_the_disabled_are_not_let_in(session: Session, come: Entering, gone: str) -> None:
    ann = make.person(session, email="ann@example.org")
    setattr(ann, gone, NOW)
    session.commit()
    with pytest.raises(NotLetIn, match="disabled"):
        come()
    session.rollback()
    assert make.count_of(session, Identity) == 0
    setattr(ann, gone, None)
    come()
    setattr(ann, gone, NOW)
    with pytest.raises(NotLetIn, match="disabled"):
        come("money")


def test_groups_that_are_too_many_to_tell_let_nobody_in_where_groups_count(session: Session, come: Entering) -> None:
    make.person(session, email="ann@example.org")
    with pytest.raises(NotLetIn, match=r"more groups than your directory tells.*“Groups assigned to the application”"):
        come(groups=None)
    assert enter(session, replace(ANN, groups=None), {}, TODAY).email == "ann@example.org"
