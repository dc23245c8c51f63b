"""Signing in and out."""

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from portfolio.people.actions import add_person, give_role
from portfolio.people.models import Person
from portfolio.people.rules import Holding, Role
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
        assert cookie.keys() == {"key", "csrf_token"}


def test_a_cookie_taken_to_another_browser_does_not_work(client: FlaskClient, signed_in: SignedIn) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    assert administrator.get("/people").status_code == 200
    assert administrator.get("/people", headers={"User-Agent": "another"}).status_code == 302


@pytest.mark.usefixtures("ann")
def test_a_disabled_person_cannot_sign_in(client: FlaskClient, ann: Person) -> None:
    ann.disabled_at = NOW
    assert sign_in(client) == ""
