"""The pages for looking after people: who sees whom, inviting, roles and their ends, disabling."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.funding_years.models import CSP
from portfolio.people.actions import find_person
from portfolio.people.models import Identity, Link, Person, PersonalReading, RoleHeld
from portfolio.people.rules import PURPOSE, Act, Role
from portfolio.settings import SECOND_FACTOR_REQUIRED, set_setting
from portfolio.words import begin
from tests import make
from tests.conftest import NOW, SignedIn, title_of
from tests.pages import read
from tests.people.links import messages_to


def test_disabling_ends_sessions_at_once(signed_in: SignedIn, session: Session) -> None:
    administrator, other = signed_in(Role.ADMINISTRATOR), signed_in(Role.ADMINISTRATOR)
    other.person.password_hash = "not empty"
    administrator.person.password_hash = "not empty"
    assert other.get("/people").status_code == 200
    answer = administrator.post(f"/people/{other.person.id}/disable", follow_redirects=True)
    assert f"{other.person.name} can no longer sign in." in answer.text
    assert "Disable this account" not in answer.text
    assert other.get("/people").status_code == 302
    session.expire_all()
    assert other.person.disabled_at == NOW
    again = administrator.post(f"/people/{other.person.id}/disable")
    assert again.status_code == 302


def test_the_last_administrator_cannot_be_disabled(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    answer = administrator.post(f"/people/{administrator.person.id}/disable")
    assert answer.status_code == 422
    assert "This is the last administrator." in answer.text
    session.expire_all()
    assert administrator.person.disabled_at is None


def test_roles_end_on_their_day(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    administrator.person.roles[0].ends_on = date(2025, 10, 20)
    assert administrator.get("/people").status_code == 200
    administrator.person.roles[0].ends_on = date(2025, 10, 19)
    assert administrator.get("/people").status_code == 403


def test_the_list_names_everybody_with_their_roles(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    make.person(session, Role.CSP_OFFICER, Role.FINANCE, name="Cee Officer")
    make.person(session, name="Nobody Much")
    page = administrator.get("/people").text
    assert "CSP officer, Dorset Community Safety Partnership" in page
    assert "Finance officer, Dorset" in page
    assert "No role" in page
    assert 'aria-current="page">People' in page


def test_a_long_list_comes_in_pages(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR, name="Aa First")
    for _ in range(60):
        make.person(session)
    assert "Showing 1 to 50 of 61, page 1 of 2" in administrator.get("/people").text
    last = administrator.get("/people?page=99").text
    assert "Showing 51 to 61 of 61, page 2 of 2" in last
    assert 'href="/people?page=1"' in last
    assert "Aa First" in administrator.get("/people?page=no").text


def test_the_list_asks_the_database_no_more_when_it_grows(
    signed_in: SignedIn, session: Session, queries_of: Callable[[FlaskClient, str], int]
) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    make.person(session)
    few = queries_of(administrator, "/people")
    for _ in range(20):
        make.person(session, Role.CSP_OFFICER, Role.LEAD)
    assert queries_of(administrator, "/people") == few <= 20


def invitation(csp: CSP, **more: str) -> dict[str, str]:
    """What is typed to invite somebody as a project lead."""
    typed = {"name": "Nina Newcomer", "email": "nina@example.org", "role": "project lead", "csp": str(csp.id)}
    return typed | {"tell": "yes"} | more


def test_an_administrator_invites_somebody(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    assert administrator.get("/people/new").status_code == 200
    typed = invitation(make.csp(session), name="  Cee Officer ", email="Cee@Example.org", role="CSP officer")
    answer = administrator.post("/people/new", data=typed, follow_redirects=True)
    assert "No mail server is set, so the message to cee@example.org is written to the outbox folder" in answer.text
    assert title_of(answer) == "Cee Officer"
    assert "Invited" in read(answer.text)
    assert "until 23 October 2025, 10:00am" in read(answer.text)
    assert "Send the invitation again" in answer.text
    added = find_person(session, "cee@example.org")
    assert added is not None
    assert (added.name, added.roles[0].role) == ("Cee Officer", Role.CSP_OFFICER)
    assert added.roles[0].csp_id == make.csp(session).id
    assert len(messages_to(session, "cee@example.org")) == 1


def test_somebody_who_does_not_sign_in_is_told_nothing(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    typed = invitation(make.csp(session), tell="no")
    answer = administrator.post("/people/new", data=typed, follow_redirects=True)
    assert "Nina Newcomer is added." in answer.text
    assert "No passphrase" in answer.text
    assert "They have not been invited." in answer.text
    assert messages_to(session, "nina@example.org") == []


def test_with_a_mail_server_a_message_is_on_its_way(
    signed_in: SignedIn, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portfolio.people.views.telling.mail_is_sent", lambda: True)
    answer = signed_in(Role.ADMINISTRATOR).post(
        "/people/new", data=invitation(make.csp(session)), follow_redirects=True
    )
    assert "A message is on its way to nina@example.org." in answer.text


@pytest.mark.parametrize(
    ("typed", "sentence", "field"),
    [
        ({"name": " "}, "Enter their full name", "name"),
        ({"email": ""}, "Enter their e-mail address", "email"),
        ({"email": "no address"}, "Enter an e-mail address in the correct format, like name@example.org", "email"),
        ({"role": ""}, "Select a role", "role"),
        ({"role": "king"}, "Choose one of those offered", "role"),
        ({"role": "CSP member", "csp": ""}, "Select the partnership that the CSP member is for", "csp"),
        ({"role": "finance officer"}, "Select the police area that the finance officer is for", "police_area"),
        ({"csp": "99"}, "Choose one of those offered", "csp"),
        ({"csp": "dorset"}, "Choose one of those offered", "csp"),
        ({"tell": ""}, "Select whether to send the invitation", "tell"),
        ({"name": "x" * 201}, "Shorten this to 200 characters or fewer", "name"),
        ({"email": "held@example.org"}, "They hold this role there already. End it first, or choose other", "role"),
        ({"email": "gone@example.org"}, "This account is disabled. An administrator can enable it again", "email"),
        ({"ends_on": "1"}, "Last day must include a month and year", "ends_on"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    signed_in: SignedIn, session: Session, typed: dict[str, str], sentence: str, field: str
) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    make.person(session, Role.LEAD, csp=make.csp(session), email="held@example.org")
    make.person(session, email="gone@example.org", disabled_at=NOW)
    before = make.count_of(session, Person)
    answer = administrator.post("/people/new", data=invitation(make.csp(session)) | typed)
    assert answer.status_code == 422
    assert title_of(answer) == "Error: Invite a person"
    assert f'<a href="#{field}">{sentence}' in answer.text
    if field != "name":
        assert 'value="Nina Newcomer"' in answer.text
    assert make.count_of(session, Person) == before


def test_an_officer_is_offered_what_they_may_give_and_nothing_else(signed_in: SignedIn, session: Session) -> None:
    make.csp(session, "bcp")
    page = read(signed_in(Role.CSP_OFFICER).get("/people/new").text)
    assert "Project lead" in page
    assert "CSP member" in page
    for nothing in ("Finance officer", "Administrator", "Police area", "BCP"):
        assert nothing not in page


def test_an_officer_of_two_partnerships_chooses_between_them(signed_in: SignedIn, session: Session) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    officer.person.roles.append(RoleHeld(role=Role.CSP_OFFICER, csp_id=make.csp(session, "bcp").id))
    page = officer.get("/people/new").text
    assert "No partnership" in page
    assert "BCP Community Safety Partnership" in page


@pytest.mark.parametrize("role", ["CSP officer", "finance officer", "OPCC officer", "certifier", "administrator"])
def test_an_officer_who_sends_another_role_is_refused(signed_in: SignedIn, session: Session, role: str) -> None:
    officer, area = signed_in(Role.CSP_OFFICER), str(make.area(session).id)
    member = make.person(session, Role.CSP_MEMBER)
    before = make.count_of(session, RoleHeld)
    typed = invitation(make.csp(session), role=role, police_area=area)
    for address in ("/people/new", f"/people/{member.id}/roles/new"):
        answer = officer.post(address, data=typed)
        assert answer.status_code == 422
        assert "Choose one of those offered" in answer.text
    assert make.count_of(session, RoleHeld) == before


def test_an_officer_who_sends_another_partnership_is_refused(signed_in: SignedIn, session: Session) -> None:
    officer, bcp = signed_in(Role.CSP_OFFICER), make.csp(session, "bcp")
    member = make.person(session, Role.CSP_MEMBER)
    before = make.count_of(session, RoleHeld)
    for address in ("/people/new", f"/people/{member.id}/roles/new"):
        for csp in (str(bcp.id), ""):
            answer = officer.post(address, data=invitation(bcp) | {"csp": csp})
            assert answer.status_code == 422
            assert '<a href="#csp">' in answer.text or '<a href="#role">' in answer.text
    assert make.count_of(session, RoleHeld) == before


def test_an_officer_cannot_slip_a_police_area_under_a_role(signed_in: SignedIn, session: Session) -> None:
    typed = invitation(make.csp(session), police_area=str(make.area(session).id))
    assert signed_in(Role.CSP_OFFICER).post("/people/new", data=typed).status_code == 302
    person = find_person(session, "nina@example.org")
    assert person is not None
    assert person.roles[0].police_area_id is None


PAGES = ("", "/edit", "/roles/new", "/roles/{held}/end")
DEEDS = ("/edit", "/roles/new", "/roles/{held}/end", "/disable", "/invitation", "/reset")


def test_an_officer_finds_nobody_of_another_partnership_or_with_another_role(
    signed_in: SignedIn, session: Session
) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    beyond = [
        make.person(session, Role.CSP_MEMBER, csp=make.csp(session, "bcp")),
        make.person(session, Role.CSP_MEMBER, Role.FINANCE),
        make.person(session, Role.ADMINISTRATOR, password_hash="a hash"),
        make.person(session, Role.LEAD),
        officer.person,
    ]
    shown = officer.get("/people").text
    for person in beyond:
        before = (person.name, person.email, person.disabled_at, person.password_hash)
        assert person.email not in shown
        for pages, ask in ((PAGES, officer.get), (DEEDS, officer.post)):
            for page in pages:
                address = f"/people/{person.id}{page}".format(held=person.roles[0].id)
                assert ask(address).status_code == 404, address
        session.expire_all()
        assert (person.name, person.email, person.disabled_at, person.password_hash) == before
        assert messages_to(session, person.email) == []


def test_an_officer_looks_after_their_leads_and_members(signed_in: SignedIn, session: Session) -> None:
    officer = signed_in(Role.CSP_OFFICER)
    person = make.person(session, Role.CSP_MEMBER, name="Moira Field", email="moira@example.org")
    place = f"/people/{person.id}"
    assert "Moira Field" in officer.get("/people").text
    for page in PAGES:
        assert officer.get(f"{place}{page}".format(held=person.roles[0].id)).status_code == 200
    assert "Reset the second factor" not in officer.get(place).text
    answer = officer.post(
        f"{place}/edit", data={"name": "Moira Meadow", "email": "m@example.org"}, follow_redirects=True
    )
    assert title_of(answer) == "Moira Meadow"
    answer = officer.post(f"{place}/invitation", follow_redirects=True)
    assert "the message to moira@example.org is written" in answer.text
    person.password_hash = "a hash"
    assert "Send a link for a new passphrase" in officer.get(place).text
    assert "the message to moira@example.org is written" in officer.post(f"{place}/reset", follow_redirects=True).text
    answer = officer.post(f"{place}/disable", follow_redirects=True)
    assert "Moira Meadow can no longer sign in." in answer.text
    for deed in ("invitation", "reset"):
        refused = officer.post(f"{place}/{deed}")
        assert (refused.status_code, "This account is disabled." in refused.text) == (422, True)
    assert "An administrator can enable it again." in officer.get(place).text
    assert officer.post(f"{place}/enable").status_code == 403
    administrator = signed_in(Role.ADMINISTRATOR)
    assert "Enable Moira Meadow" in administrator.get(place).text
    assert "Moira Meadow can sign in again." in administrator.post(f"{place}/enable", follow_redirects=True).text


def test_an_administrator_alone_changes_addresses_because_their_mail_opens_the_account(
    signed_in: SignedIn, session: Session
) -> None:
    person = make.person(session, Role.LEAD, csp=make.csp(session), email="nadia@example.org", password_hash="a hash")
    place, typed = f"/people/{person.id}/edit", {"name": "Nadia", "email": "officer@example.org"}
    officer = signed_in(Role.CSP_OFFICER)
    assert ('name="email"' in officer.get(place).text, "An administrator can change" in officer.get(place).text) == (
        False,
        True,
    )
    assert officer.post(place, data=typed).status_code == 302
    session.expire_all()
    assert (person.name, person.email) == ("Nadia", "nadia@example.org")
    administrator = signed_in(Role.ADMINISTRATOR)
    assert 'name="email"' in administrator.get(place).text
    assert administrator.post(place, data=typed).status_code == 302
    session.expire_all()
    assert person.email == "officer@example.org"
    assert messages_to(session, "nadia@example.org")[-1].subject == "Your e-mail address in Portfolio was changed"


def test_an_address_that_is_somebody_elses_is_refused(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    person = make.person(session, email="one@example.org")
    make.person(session, email="taken@example.org")
    for typed, sentence in (
        ({"name": "One", "email": "TAKEN@example.org"}, "Somebody with this e-mail address is already there"),
        ({"name": "", "email": "one@example.org"}, "Enter their full name"),
    ):
        answer = administrator.post(f"/people/{person.id}/edit", data=typed)
        assert (answer.status_code, sentence in answer.text) == (422, True)
    assert messages_to(session, "one@example.org") == []


def test_a_role_is_given_with_its_dates_and_ended(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    person = make.person(session, Role.LEAD, name="Frank Abbott")
    person.roles[0].directory_group = "leads"
    typed = {
        "role": "finance officer",
        "police_area": str(make.area(session).id),
        "starts_on": ["1", "4", "2025"],
        "ends_on": ["31", "3", "2026"],
    }
    answer = administrator.post(f"/people/{person.id}/roles/new", data=typed, follow_redirects=True)
    assert "Frank Abbott is given the role finance officer." in answer.text
    shown = read(answer.text)
    assert "Finance officer Dorset 1 April 2025 31 March 2026 End" in shown
    assert "From the directory" in shown
    session.expire_all()
    held = person.roles[1]
    address = f"/people/{person.id}/roles/{held.id}/end"
    assert 'value="20"' in administrator.get(address).text
    for day, sentence in (
        (["", "", ""], "Enter the last day"),
        (["1", "3", "2025"], "The role starts on 1 April 2025."),
    ):
        refused = administrator.post(address, data={"ends_on": day})
        assert (refused.status_code, sentence in refused.text) == (422, True)
    ended = administrator.post(address, data={"ends_on": ["19", "10", "2025"]}, follow_redirects=True)
    assert "The end of the role finance officer of Frank Abbott is saved." in ended.text
    assert "Finance officer Dorset 1 April 2025 19 October 2025 Ended" in read(ended.text)
    assert administrator.get(f"/people/{person.id}/roles/{person.roles[0].id}/end").status_code == 404


def test_a_role_that_needs_a_second_factor_signs_out_whoever_has_none(signed_in: SignedIn, session: Session) -> None:
    set_setting(session, SECOND_FACTOR_REQUIRED, "yes")
    administrator, member = signed_in(Role.ADMINISTRATOR), signed_in(Role.CSP_MEMBER)
    address = f"/people/{member.person.id}/roles/new"
    assert administrator.post(address, data={"role": Role.CSP_OFFICER.value, "csp": "1"}).status_code == 302
    assert member.get("/").status_code == 200
    assert administrator.post(address, data={"role": Role.CERTIFIER.value, "police_area": "1"}).status_code == 302
    assert member.get("/").location.startswith("/sign-in")


def test_the_last_administrator_does_not_end_their_own_role(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR, password_hash="a hash")
    held = administrator.person.roles[0]
    address = f"/people/{administrator.person.id}/roles/{held.id}/end"
    answer = administrator.post(address, data={"ends_on": ["19", "10", "2025"]})
    assert (answer.status_code, "This is the last administrator." in answer.text) == (422, True)
    session.expire_all()
    assert held.ends_on is None


def test_somebody_without_a_role_and_an_officer_without_people_are_told_what_to_do(
    signed_in: SignedIn, session: Session
) -> None:
    nobody = make.person(session)
    shown = signed_in(Role.ADMINISTRATOR).get(f"/people/{nobody.id}").text
    assert "Without a role there is nothing that they can open." in shown
    assert "Nobody yet" in signed_in(Role.CSP_OFFICER).get("/people").text


def test_whoever_signs_in_with_the_directory_is_shown_as_such(signed_in: SignedIn, session: Session) -> None:
    administrator, person = signed_in(Role.ADMINISTRATOR), make.person(session, Role.FINANCE)
    session.add(Identity(person_id=person.id, issuer="https://directory.example", subject="12"))
    for address in ("/people", f"/people/{person.id}"):
        assert "Signs in with the directory" in administrator.get(address).text


def test_an_invitation_that_ran_out_is_shown_as_such(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    administrator.post("/people/new", data=invitation(make.csp(session)))
    [link] = session.scalars(select(Link))
    link.expires_at = NOW
    person_id = link.person_id
    assert "Invitation ran out" in administrator.get("/people").text
    assert "the link no longer works" in administrator.get(f"/people/{person_id}").text


def test_seeing_people_is_recorded(signed_in: SignedIn, session: Session) -> None:
    administrator, person = signed_in(Role.ADMINISTRATOR), make.person(session, Role.LEAD)
    for address in ("/people", f"/people/{person.id}", f"/people/{person.id}/edit"):
        before = make.count_of(session, PersonalReading)
        assert administrator.get(address).status_code == 200
        session.rollback()
        assert make.count_of(session, PersonalReading) == before + 1


def test_the_table_of_roles_is_open_to_everybody_signed_in_and_says_what_the_rules_say(
    signed_in: SignedIn, client: FlaskClient
) -> None:
    assert client.get("/people/roles").status_code == 302
    shown = signed_in(Role.LEAD).get("/people/roles").text
    assert "People</a>" not in shown
    page = read(signed_in(Role.ADMINISTRATOR).get("/people/roles").text)
    for act in Act:
        assert begin(act.value) in page
    for role in Role:
        assert begin(PURPOSE[role]) in page
    assert "Own CSP: their partnership Project lead, CSP member" in page
    assert "Returns See returns Own CSP" in page
    assert "Enter and submit a claim Own awards" in page


def test_somebody_unknown_is_not_found(signed_in: SignedIn) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    for answer in (administrator.get("/people/999"), administrator.post("/people/999/disable")):
        assert answer.status_code == 404
        assert title_of(answer) == "Page not found"
