"""Signing in and out, and the administrator's pages."""

from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.people.actions import add_person, find_person, give_role
from portfolio.people.models import Person
from portfolio.people.rules import Holding, Role
from tests import make
from tests.conftest import NOW, SignedIn, title_of

PASSWORD = "correct horse battery"


@pytest.fixture
def ann(session: Session) -> Person:
    """An administrator with a password."""
    person = add_person(session, "Ann Other", "Ann@Example.org", PASSWORD)
    give_role(person, Holding(Role.ADMINISTRATOR))
    return person


def sign_in(client: FlaskClient, password: str = PASSWORD, email: str = "ann@example.org", asked: str = "") -> str:
    """Try to sign in; says where one is sent, or nothing where one is refused."""
    answer = client.post(f"/sign-in{asked}", data={"email": email, "password": password})
    assert answer.status_code in (302, 422)
    return answer.headers.get("Location", "")


@pytest.mark.usefixtures("ann")
def test_signing_in_leads_to_the_page_that_was_asked_for(client: FlaskClient) -> None:
    asked = client.get("/people?page=2")
    assert asked.status_code == 302
    assert asked.location == "/sign-in?next=/people?page%3D2"
    assert client.get(asked.location).status_code == 200
    assert sign_in(client, asked="?next=/people?page%3D2", email=" ANN@example.ORG ") == "/people?page=2"
    page = client.get("/people")
    assert "Ann Other" in page.text
    assert client.get("/sign-in?next=/people").location == "/people"


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize(
    "elsewhere",
    ["https://evil.example", "//evil.example", "/\\evil.example", "/%09/evil.example", "javascript:alert(1)", "people"],
)
def test_signing_in_never_leads_to_another_site(client: FlaskClient, elsewhere: str) -> None:
    assert sign_in(client, asked=f"?next={elsewhere}") == "/"


@pytest.mark.usefixtures("ann")
def test_a_wrong_password_and_an_unknown_address_are_told_the_same(client: FlaskClient) -> None:
    answers = [
        client.post("/sign-in", data={"email": email, "password": "wrong"})
        for email in ("ann@example.org", "nobody@example.org")
    ]
    assert [answer.status_code for answer in answers] == [422, 422]
    assert [title_of(answer) for answer in answers] == ["Error: Sign in"] * 2
    assert answers[0].text.replace("ann@", "nobody@") == answers[1].text


def test_somebody_without_a_password_cannot_sign_in(client: FlaskClient, session: Session) -> None:
    add_person(session, "Lee Lead", "lee@example.org")
    assert sign_in(client, email="lee@example.org", password="") == ""


def test_blank_boxes_are_asked_for(client: FlaskClient) -> None:
    answer = client.post("/sign-in", data={"email": " ", "password": ""})
    assert answer.status_code == 422
    assert "Enter your e-mail address" in answer.text


@pytest.mark.usefixtures("ann")
def test_signing_out_ends_it(client: FlaskClient) -> None:
    sign_in(client)
    assert client.post("/sign-out").location == "/sign-in"
    assert "You are signed out." in client.get("/sign-in").text
    assert client.get("/people").status_code == 302


@pytest.mark.usefixtures("ann")
def test_signing_in_leaves_nothing_of_the_cookie_that_was_there(client: FlaskClient) -> None:
    with client.session_transaction() as cookie:
        cookie["planted"] = "by somebody else"
    sign_in(client)
    with client.session_transaction() as cookie:
        assert "planted" not in cookie
        assert cookie.keys() == {"key"}


def test_a_cookie_taken_to_another_browser_does_not_work(client: FlaskClient, signed_in: SignedIn) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    assert administrator.get("/people").status_code == 200
    assert administrator.get("/people", headers={"User-Agent": "another"}).status_code == 302


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


@pytest.mark.usefixtures("ann")
def test_a_disabled_person_cannot_sign_in(client: FlaskClient, ann: Person) -> None:
    ann.disabled_at = NOW
    assert sign_in(client) == ""


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
    assert queries_of(administrator, "/people") == few <= 15


def test_an_administrator_adds_somebody(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    csp = make.csp(session)
    typed = {"name": "  Cee Officer ", "email": "Cee@Example.org", "role": "CSP officer", "csp": str(csp.id)}
    assert administrator.get("/people/new").status_code == 200
    answer = administrator.post("/people/new", data=typed | {"password": PASSWORD}, follow_redirects=True)
    assert "Cee Officer is added." in answer.text
    session.expire_all()
    added = find_person(session, "cee@example.org")
    assert added is not None
    assert (added.name, added.roles[0].role, added.roles[0].csp_id) == ("Cee Officer", Role.CSP_OFFICER, csp.id)
    assert sign_in(administrator.application.test_client(), email="cee@example.org") == "/"


@pytest.mark.parametrize(
    ("typed", "sentence", "field"),
    [
        ({"name": " "}, "Enter their full name", "name"),
        ({"email": ""}, "Enter their e-mail address", "email"),
        ({"email": "no address"}, "Enter an e-mail address in the correct format, like name@example.org", "email"),
        ({"email": "TAKEN@example.org"}, "Somebody with this e-mail address is already there", "email"),
        ({"role": ""}, "Select a role", "role"),
        ({"role": "king"}, "Choose one of those offered", "role"),
        ({"role": "CSP member"}, "Select the partnership that the CSP member is for", "csp"),
        ({"role": "finance officer"}, "Select the police area that the finance officer is for", "police_area"),
        ({"csp": "99"}, "Choose one of those offered", "csp"),
        ({"csp": "dorset"}, "Choose one of those offered", "csp"),
        ({"password": "short"}, "Passphrase must be 12 characters or more", "password"),
        ({"password": "x" * 201}, "Passphrase must be 200 characters or fewer", "password"),
        ({"name": "x" * 201}, "Shorten this to 200 characters or fewer", "name"),
    ],
)
def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(
    signed_in: SignedIn, session: Session, typed: dict[str, str], sentence: str, field: str
) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    make.person(session, email="taken@example.org")
    before = make.count_of(session, Person)
    right = {"name": "Cee Officer", "email": "cee@example.org", "role": "administrator"}
    answer = administrator.post("/people/new", data=right | typed)
    assert answer.status_code == 422
    assert title_of(answer) == "Error: Add a person"
    assert f'<a href="#{field}">{sentence}</a>' in answer.text
    if field != "name":
        assert 'value="Cee Officer"' in answer.text
    assert make.count_of(session, Person) == before


def test_somebody_unknown_is_not_found(signed_in: SignedIn) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    for answer in (administrator.get("/people/999"), administrator.post("/people/999/disable")):
        assert answer.status_code == 404
        assert title_of(answer) == "Page not found"
