"""Every route says who may open it, and is tried as everybody: what the permission table says is what happens."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portfolio.people.models import Person
from portfolio.people.rules import MAY, Act, Role
from portfolio.quarters import FinancialYear, Quarter
from portfolio.web.access import Access, access_to
from tests import make
from tests.conftest import Visitor

YEAR = FinancialYear(2025)
EVERYBODY = ("signed out", "no role", *Role)
ONES_OWN = {
    "people.change_passphrase",
    "people.change_second_factor",
    "people.make_calendar",
    "people.revoke_calendar",
    "people.set_up_app",
    "people.enter_code_now",
    "people.enrol_now",
    "people.enter_from_directory",
    "people.join_now",
}
"""Deeds that concern nobody but whoever does them, on their own account, whatever their roles are."""
LEAVING_NO_HISTORY = {
    "people.sign_in_now",
    "people.sign_out",
    "people.end_session",
    "people.sign_out_everywhere",
    "people.begin_to_enrol",
    "people.to_directory",
    "people.ask_for_reset_now",
}
"""Forms that begin and end sessions, offer one a secret, or ask for a link, which are no part of the record."""


@pytest.fixture
def everybody(session: Session) -> dict[str, Person | None]:
    """Somebody of each role, all in a Dorset with one award and one rejected proposal."""
    people: dict[str, Person | None] = {"signed out": None, "no role": make.person(session)}
    people |= {role: make.person(session, role) for role in Role}
    make.award(session, lead_person=people[Role.LEAD])
    session.commit()
    return people


@dataclass(frozen=True)
class Tried:
    """One route as it is asked for."""

    method: str
    address: str
    access: Access


@pytest.fixture
def routes(app: Flask, everybody: dict[str, Person | None]) -> list[Tried]:
    """Every route by every method, its places filled with what is there (or, where nothing fits, with what is not)."""
    values = {
        "person_id": 1,
        "reference": "SVD-25-01",
        "csp": "dorset",
        "csp_key": "dorset",
        "filename": "site.css",
    }
    addresses = app.url_map.bind("localhost")
    return [
        Tried(method, addresses.build(rule.endpoint, _filled(rule, values), method), access_to(app, rule.endpoint))
        for rule in app.url_map.iter_rules()
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})
    ]


def _filled(rule: Rule, values: dict[str, Any]) -> dict[str, Any]:
    by_kind: dict[str, Any] = {
        "YearInAddress": YEAR,
        "QuarterInAddress": Quarter(YEAR, 2),
        "RowInAddress": 1,
        "UnicodeConverter": "unknown",
        "PathConverter": "unknown",
        "AnyConverter": "spend",
    }
    return {name: values.get(name, by_kind[type(rule._converters[name]).__name__]) for name in rule.arguments}


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch, everybody: dict[str, Person | None]) -> None:
    """Whatever is tried is undone, so that each try meets the same world."""

    def undo(session: Session) -> None:
        session.flush()
        session.rollback()

    monkeypatch.setattr(Session, "commit", undo)


def tries(
    app: Flask, routes: list[Tried], everybody: dict[str, Person | None]
) -> Iterator[tuple[str, Tried, int, str]]:
    """Each route asked for by each person, with the status and the place it leads to."""
    app.test_client_class = Visitor
    for who, person in everybody.items():
        visitor = app.test_client()
        assert isinstance(visitor, Visitor)
        if person is not None:
            visitor.sign_in_as(person)
        entered = visitor.get_cookie("portfolio_session")
        for route in routes:
            visitor.delete_cookie("portfolio_session")  # what the route before left there, or took away
            if entered is not None:
                visitor.set_cookie(entered.key, entered.value)
            answer = visitor.open(route.address, method=route.method)
            answer.close()
            yield who, route, answer.status_code, answer.headers.get("Location", "")


def may(who: str, access: Access) -> bool:
    """What the permission table says, read without the code that is tried."""
    if access.public:
        return True
    acts = MAY[Role(who)] if who in set(Role) else frozenset[Act]()
    return who != "signed out" and (not access.acts or bool(acts.intersection(access.acts)))


def test_every_endpoint_says_who_may_open_it(app: Flask) -> None:
    assert all(isinstance(access_to(app, endpoint), Access) for endpoint in app.view_functions)


def test_what_changes_something_is_open_only_to_those_whose_roles_allow_it(app: Flask) -> None:
    deeds = [endpoint for endpoint in app.view_functions if access_to(app, endpoint).deed is not None]
    assert {endpoint for endpoint in deeds if not access_to(app, endpoint).acts} == ONES_OWN


def test_what_changes_something_is_not_a_get_and_says_what_it_does(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        methods = (rule.methods or set()) - {"HEAD", "OPTIONS"}
        deed = access_to(app, rule.endpoint).deed
        assert (methods != {"GET"}) == (deed is not None or rule.endpoint in LEAVING_NO_HISTORY), rule.endpoint


@pytest.mark.usefixtures("nothing_kept", "refused_in_a_word")
def test_every_route_opens_to_those_the_table_names_and_to_nobody_else(
    app: Flask, routes: list[Tried], everybody: dict[str, Person | None], capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = []
    cells = 0
    for who, route, status, leads_to in tries(app, routes, everybody):
        cells += 1
        if may(who, route.access):
            right = status in (200, 302, 404, 422) and ("sign-in" not in leads_to or "/sign-" in route.address)
        elif who == "signed out":
            right = status == 302 and leads_to.startswith("/sign-in")
        else:
            right = status == 403
        if not right:
            wrong.append(f"{route.method} {route.address} as {who}: {status} {leads_to}")
    assert wrong == []
    with capsys.disabled():
        print(f"\n{cells} cells tried: {len(routes)} routes as {len(EVERYBODY)} kinds of people")  # noqa: T201


@pytest.mark.usefixtures("nothing_kept")
def test_no_form_is_taken_without_its_token(
    app: Flask, routes: list[Tried], everybody: dict[str, Person | None]
) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    posts = [route for route in routes if route.method != "GET"]
    assert posts
    # The token is asked for before who it is: somebody of each kind would be nine times the same.
    some = {who: everybody[who] for who in ("signed out", Role.LEAD, Role.ADMINISTRATOR)}
    assert {status for _, _, status, _ in tries(app, posts, some)} == {400}


@pytest.mark.usefixtures("nothing_kept")
def test_no_menu_leads_to_a_refusal(app: Flask, everybody: dict[str, Person | None]) -> None:
    app.test_client_class = Visitor
    for person in filter(None, everybody.values()):
        visitor = app.test_client()
        assert isinstance(visitor, Visitor)
        visitor.sign_in_as(person)
        page = visitor.get("/nowhere").text
        menu = page.partition('aria-label="Main"')[2].partition("</nav>")[0]
        for address in [part.partition('"')[0] for part in menu.split('href="')[1:]]:
            assert visitor.get(address).status_code == 200, (person.name, address)
