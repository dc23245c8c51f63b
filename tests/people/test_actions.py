"""Adding, finding and disabling people."""

from datetime import date

import pytest
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from portfolio.errors import NotFound
from portfolio.people.actions import (
    HASHING,
    add_person,
    disable_person,
    find_by_password,
    find_person,
    find_viewer,
    get_person,
    give_role,
    list_places,
    set_password,
)
from portfolio.people.giving import LastAdministrator
from portfolio.people.passphrases import BadPassword
from portfolio.people.rules import Act, Holding, Role
from tests import make
from tests.conftest import NOW, PRODUCTS_HASHING

DAY = date(2025, 10, 20)
PASSWORD = "correct horse battery"


def test_a_guess_at_a_kept_passphrase_costs_32_megabytes() -> None:
    assert generate_password_hash(PASSWORD, PRODUCTS_HASHING).startswith("scrypt:32768:8:1$")


def test_a_password_is_kept_as_its_hash_alone(session: Session) -> None:
    person = add_person(session, " Ann Other ", "Ann@Example.org", PASSWORD)
    session.flush()
    assert person.name == "Ann Other"
    assert person.password_hash is not None
    assert person.password_hash.startswith(f"{HASHING}$")
    assert PASSWORD not in person.password_hash
    assert find_person(session, " ANN@example.org ") is person
    assert find_by_password(session, "ann@EXAMPLE.org", PASSWORD) is person
    assert find_by_password(session, "ann@example.org", PASSWORD.upper()) is None


def test_a_new_password_replaces_the_old(session: Session) -> None:
    person = add_person(session, "Ann", "ann@example.org", PASSWORD)
    set_password(person, "another long one")
    session.flush()
    assert find_by_password(session, "ann@example.org", PASSWORD) is None
    assert find_by_password(session, "ann@example.org", "another long one") is person
    with pytest.raises(BadPassword):
        set_password(person, "short")


def test_nobody_signs_in_without_an_account_a_password_or_leave(session: Session) -> None:
    add_person(session, "Lee", "lee@example.org")
    gone = add_person(session, "Gone", "gone@example.org", PASSWORD)
    gone.disabled_at = NOW
    session.flush()
    for email in ("nobody@example.org", "lee@example.org", "gone@example.org"):
        assert find_by_password(session, email, PASSWORD) is None
    assert find_viewer(session, gone.id, DAY) is None
    assert find_viewer(session, 999, DAY) is None


def test_a_viewer_reaches_as_far_as_their_roles(session: Session) -> None:
    csp = make.csp(session)
    person = add_person(session, "Ann", "ann@example.org")
    give_role(person, Holding(Role.CSP_OFFICER, csp_id=csp.id))
    session.flush()
    viewer = find_viewer(session, person.id, DAY)
    assert viewer is not None
    assert viewer.within(Act.DECIDE).csps == {csp.id}
    assert not viewer.may(Act.MANAGE_PEOPLE)


def test_an_administrator_who_could_not_sign_in_is_no_other_administrator(session: Session) -> None:
    only = make.person(session, Role.ADMINISTRATOR, password_hash="a hash")
    make.person(session, Role.ADMINISTRATOR)
    make.person(session, Role.ADMINISTRATOR, password_hash="a hash", disabled_at=NOW)
    make.person(session, Role.FINANCE, password_hash="a hash")
    past = make.person(session, Role.ADMINISTRATOR, password_hash="a hash")
    past.roles[0].ends_on = date(2025, 10, 19)
    session.flush()
    with pytest.raises(LastAdministrator):
        disable_person(session, only.id, NOW, DAY)
    past.roles[0].ends_on = DAY
    session.flush()
    assert disable_person(session, only.id, NOW, DAY).disabled_at == NOW


def test_disabling_twice_keeps_the_first_moment(session: Session) -> None:
    person = make.person(session, disabled_at=NOW)
    assert disable_person(session, person.id, NOW.replace(year=2026), DAY).disabled_at == NOW


def test_a_person_is_got_or_not_there(session: Session) -> None:
    person = make.person(session)
    assert get_person(session, person.id) is person
    with pytest.raises(NotFound):
        get_person(session, 999)


def test_places_are_named(session: Session) -> None:
    csp = make.csp(session)
    officer = make.person(session, Role.CSP_OFFICER, Role.FINANCE, Role.LEAD)
    places = list_places(session)
    assert [places.of(held) for held in officer.roles] == [csp.name, "Dorset", ""]
