"""Who looks after whom, the roles they give and end, and that an administrator is always left."""

from datetime import date, timedelta
from itertools import product
from threading import Barrier, Thread

import pytest
from sqlalchemy.orm import Session

from portfolio.db import Database
from portfolio.errors import NotFound
from portfolio.history import Author
from portfolio.people.actions import disable_person, enable_person, end_role, holdings_of, viewer_of
from portfolio.people.giving import BadEnd, HeldAlready, LastAdministrator, MayNotGive
from portfolio.people.managing import MayNotReaddress, correct, get_managed, get_role, give, people_within
from portfolio.people.models import Identity, Person, RoleHeld
from portfolio.people.rules import Holding, Role, Viewer
from tests import make
from tests.conftest import NOW

DAY = date(2025, 10, 20)
ONE = timedelta(days=1)


@pytest.fixture
def olive(session: Session) -> Viewer:
    """A CSP officer of Dorset."""
    return viewer_of(make.person(session, Role.CSP_OFFICER, name="Olive Marsh"), DAY)


def names(session: Session, viewer: Viewer) -> list[str]:
    """Whom somebody looks after."""
    return [person.name for person in session.scalars(people_within(viewer))]


def test_an_officer_looks_after_those_whose_roles_are_all_theirs_to_give(session: Session, olive: Viewer) -> None:
    dorset, bcp = make.csp(session), make.csp(session, "bcp")
    make.person(session, Role.LEAD, csp=dorset, name="lead of Dorset's")
    make.person(session, Role.CSP_MEMBER, Role.LEAD, csp=dorset, name="member and lead of Dorset's")
    make.person(session, Role.CSP_MEMBER, csp=bcp, name="member of another")
    make.person(session, Role.LEAD, name="lead whom nobody invited")
    make.person(session, Role.LEAD, Role.FINANCE, csp=dorset, name="lead and finance officer")
    make.person(session, name="nobody much")
    both = make.person(session, Role.LEAD, csp=dorset, name="lead of two")
    both.roles.append(RoleHeld(role=Role.LEAD, csp_id=bcp.id))
    session.flush()
    assert names(session, olive) == ["lead of Dorset's", "member and lead of Dorset's"]


def test_what_somebody_held_once_counts_where_they_hold_nothing_any_more(session: Session, olive: Viewer) -> None:
    ended = DAY - ONE
    was_finance = make.person(session, Role.FINANCE, Role.LEAD, csp=make.csp(session), name="lead, once finance")
    was_finance.roles[0].ends_on = ended
    only_finance = make.person(session, Role.FINANCE, name="once finance")
    only_finance.roles[0].ends_on = ended
    only_lead = make.person(session, Role.LEAD, csp=make.csp(session), name="once lead")
    only_lead.roles[0].ends_on = ended
    to_come = make.person(session, Role.LEAD, Role.FINANCE, csp=make.csp(session), name="lead, soon finance")
    to_come.roles[1].starts_on = DAY + ONE
    session.flush()
    assert names(session, olive) == ["lead, once finance", "once lead"]


def test_an_administrator_looks_after_everybody_but_those_removed(session: Session) -> None:
    ada = make.person(session, Role.ADMINISTRATOR, name="Ada")
    make.person(session, name="Nobody Much")
    make.person(session, Role.FINANCE, name="Frank")
    make.person(session, Role.LEAD, name="Removed", removed_at=NOW)
    assert names(session, viewer_of(ada, DAY)) == ["Ada", "Frank", "Nobody Much"]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.CSP_OFFICER, Role.ADMINISTRATOR)])
def test_nobody_else_looks_after_anybody(session: Session, role: Role) -> None:
    make.person(session, Role.LEAD, csp=make.csp(session))
    assert names(session, viewer_of(make.person(session, role, csp=make.csp(session)), DAY)) == []


def test_whoever_is_out_of_reach_is_not_there(session: Session, olive: Viewer) -> None:
    theirs = make.person(session, Role.LEAD, csp=make.csp(session))
    other = make.person(session, Role.LEAD, csp=make.csp(session, "bcp"))
    assert get_managed(session, theirs.id, olive) is theirs
    for number in (other.id, olive.person_id, 999):
        with pytest.raises(NotFound):
            get_managed(session, number, olive)


def test_what_the_pages_ask_the_database_is_what_the_rules_say(session: Session, olive: Viewer) -> None:
    csps = (make.csp(session).id, make.csp(session, "bcp").id, None)
    for roles in product((Role.LEAD, Role.CSP_MEMBER, Role.FINANCE), csps, (None, DAY - ONE)):
        for others in product((Role.LEAD, Role.ADMINISTRATOR), csps[:2], (None, DAY - ONE)):
            held = [RoleHeld(role=role, csp_id=csp, ends_on=ends) for role, csp, ends in (roles, others)]
            person = make.person(session)
            person.roles.extend(held)
            session.flush()

    def is_theirs(held: RoleHeld) -> bool:
        return held.role in (Role.LEAD, Role.CSP_MEMBER) and held.csp_id == csps[0]

    def is_managed(person: Person) -> bool:
        standing = [held for held in person.roles if held.ends_on is None or held.ends_on >= DAY] or person.roles
        return bool(standing) and all(is_theirs(held) for held in standing)

    everybody = session.query(Person)
    assert {person.id for person in session.scalars(people_within(olive))} == {
        person.id for person in everybody if is_managed(person)
    }


def test_another_role_is_given_within_the_givers_reach(session: Session, olive: Viewer) -> None:
    person, csp_id = make.person(session, Role.LEAD, csp=make.csp(session)), make.csp(session).id
    held = give(session, person, Holding(Role.CSP_MEMBER, csp_id, starts_on=DAY), olive)
    assert held.id
    assert [held.role for held in holdings_of(person)] == [Role.LEAD, Role.CSP_MEMBER]
    with pytest.raises(MayNotGive):
        give(session, person, Holding(Role.ADMINISTRATOR), olive)
    with pytest.raises(HeldAlready):
        give(session, person, Holding(Role.CSP_MEMBER, csp_id), olive)


def test_an_officer_gives_nobody_another_address(session: Session, olive: Viewer) -> None:
    person = make.person(session, Role.LEAD, csp=make.csp(session), email="nadia@example.org")
    with pytest.raises(MayNotReaddress):
        correct(session, person, "Nadia", "olive@example.org", olive, NOW)
    assert person.name != "Nadia"
    correct(session, person, "Nadia", " Nadia@example.org", olive, NOW)
    assert (person.name, person.email) == ("Nadia", "nadia@example.org")


def test_a_role_is_somebodys_own_and_the_directorys_are_its_own(session: Session, olive: Viewer) -> None:
    person = make.person(session, Role.LEAD, Role.CSP_MEMBER, csp=make.csp(session))
    other = make.person(session, Role.LEAD, csp=make.csp(session))
    person.roles[1].directory_group = "members"
    assert get_role(person, person.roles[0].id, olive) is person.roles[0]
    for number in (person.roles[1].id, other.roles[0].id):
        with pytest.raises(NotFound):
            get_role(person, number, olive)


def test_a_role_that_has_ended_is_not_brought_back_by_ending_it_later(session: Session, olive: Viewer) -> None:
    person = make.person(session, Role.LEAD, csp=make.csp(session))
    [held] = person.roles
    held.ends_on = DAY
    assert get_role(person, held.id, olive) is held
    held.ends_on = DAY - ONE
    with pytest.raises(NotFound):
        get_role(person, held.id, olive)


def test_a_role_is_given_once_however_many_give_it_at_the_same_moment(session: Session, database: Database) -> None:
    ada = viewer_of(make.person(session, Role.ADMINISTRATOR), DAY)
    person = make.person(session)
    session.commit()
    meeting, done = Barrier(5), []

    def give_it() -> None:
        meeting.wait(10)
        try:
            with database.writing(Author("an administrator", NOW, "Gave a role")) as writing:
                give(writing, get_managed(writing, person.id, ada), Holding(Role.ADMINISTRATOR), ada)
            done.append("given")
        except HeldAlready:
            done.append("refused")

    threads = [Thread(target=give_it) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(done) == ["given", *["refused"] * 4]


def test_a_role_is_held_until_the_end_of_its_last_day(session: Session) -> None:
    [held] = make.person(session, Role.FINANCE).roles
    end_role(session, held, DAY - ONE, DAY)
    assert held.ends_on == DAY - ONE
    held.starts_on, held.ends_on = DAY, None
    end_role(session, held, DAY, DAY)
    assert held.ends_on == DAY
    with pytest.raises(BadEnd, match="starts on 20 October 2025"):
        end_role(session, held, DAY - ONE, DAY)


def test_a_role_that_has_not_begun_is_taken_back(session: Session) -> None:
    person = make.person(session, Role.FINANCE, Role.LEAD)
    person.roles[0].starts_on = DAY + ONE
    session.flush()
    end_role(session, person.roles[0], DAY, DAY)
    assert [held.role for held in person.roles] == [Role.LEAD]


def test_the_last_administrator_keeps_the_role(session: Session) -> None:
    ada = make.person(session, Role.ADMINISTRATOR, password_hash="a hash")
    make.person(session, Role.ADMINISTRATOR)
    make.person(session, Role.ADMINISTRATOR, password_hash="a hash", disabled_at=NOW)
    for last_day in (DAY - ONE, DAY, DAY + 300 * ONE):
        with pytest.raises(LastAdministrator):
            end_role(session, ada.roles[0], last_day, DAY)


def test_an_administrator_may_go_when_there_is_another_on_the_day_after(session: Session) -> None:
    ada = make.person(session, Role.ADMINISTRATOR, password_hash="a hash")
    other = make.person(session, Role.ADMINISTRATOR)
    session.add(Identity(person_id=other.id, issuer="https://directory.example", subject="12"))
    other.roles[0].ends_on = DAY + 10 * ONE
    session.flush()
    end_role(session, ada.roles[0], DAY, DAY)
    with pytest.raises(LastAdministrator):
        end_role(session, ada.roles[0], DAY + 10 * ONE, DAY)


def test_somebody_enabled_again_is_as_before(session: Session) -> None:
    person = make.person(session, Role.FINANCE, disabled_at=NOW, password_hash="a hash")
    assert enable_person(session, person.id).disabled_at is None
    assert person.password_hash == "a hash"


def test_two_administrators_do_not_let_each_other_go_at_the_same_moment(session: Session, database: Database) -> None:
    both = [make.person(session, Role.ADMINISTRATOR, password_hash="a hash") for _ in range(2)]
    session.commit()
    meeting, done = Barrier(2), []

    def disable(person_id: int) -> None:
        meeting.wait(10)
        try:
            with database.writing(Author("an administrator", NOW, "Disabled a person")) as writing:
                disable_person(writing, person_id, NOW, DAY)
            done.append("disabled")
        except LastAdministrator:
            done.append("refused")

    threads = [Thread(target=disable, args=(person.id,)) for person in both]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sorted(done) == ["disabled", "refused"]
