"""Attacks on addresses: other people's objects, other folders, and text that no keyboard makes; on the running site."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from itertools import product
from urllib.parse import urljoin

import pytest
from flask import Flask
from sqlalchemy import Text, event, inspect
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from portfolio.config import ROOT
from portfolio.decisions.models import Award, Decision
from portfolio.match_funding.models import Match
from portfolio.measures.models import Indicator, Measure, MeasureDefinition
from portfolio.people.models import Person
from portfolio.people.rules import MAY, Role
from portfolio.proposals.models import Intervention, Proposal
from portfolio.returns.models import Return
from portfolio.spend.models import Claim, ClaimLine
from portfolio.web.access import access_to
from tests import make
from tests.house.conftest import Enter
from tests.house.test_reach import Place, place

OF_A_PARTNERSHIP = (Award, Claim, ClaimLine, Decision, Indicator, Intervention, Match, Person, Proposal, Return)
OF_AN_AREA = (*OF_A_PARTNERSHIP, Measure, MeasureDefinition)

OWN_SESSION = ("/sign-", "/account")
"""What one does to one's own session would end the attack; it names nothing of anybody else's."""
COUNTED = {"sheet_number", "first_row", "version"}
"""Numbers that name a place in a thing, and are nobody's: every number of every thing, with one of these, is enough."""


@contextmanager
def marked(kinds: Iterable[type], mark: str) -> Iterator[None]:
    """Every text of the rows that are added meanwhile is a word that stands nowhere else."""

    def put(_mapper: object, _connection: object, row: object) -> None:
        for column in inspect(type(row)).columns:
            if isinstance(column.type, Text) and "secret" not in column.info:
                setattr(row, column.key, mark)

    for kind in kinds:
        event.listen(kind, "before_insert", put)
    yield
    for kind in kinds:
        event.remove(kind, "before_insert", put)


@pytest.fixture
def places(session: Session) -> list[Place]:
    """Dorset, its neighbour in the police area and a partnership of another; all that these two wrote is marked."""
    own_area, elsewhere = make.area(session), make.area(session, "E23000036", "Avon and Somerset")
    own = place(session, "dorset", own_area, "SVD-25-01", own=True, own_area=True)
    with marked(OF_A_PARTNERSHIP, "CANARY of bcp"):
        neighbour = place(session, "bcp", own_area, "SVD-25-02", own=False, own_area=True)
    with marked(OF_AN_AREA, "CANARY of mendip"):
        stranger = place(session, "mendip", elsewhere, "SVD-25-03", own=False, own_area=False)
    for where in (neighbour, stranger):  # who was invited by an administrator may be named by every partnership
        session.get_one(Person, where.named["person_id"]).roles[0].csp_id = make.csp(session, where.name).id
    return [own, neighbour, stranger]


def every_address(site: Flask, places: list[Place]) -> Iterator[tuple[Rule, str, set[str]]]:
    """Every address with every number that there is, and every name with every other; with the methods it takes."""
    addresses = site.url_map.bind("localhost")
    numbers = range(1, 2 + max(value for where in places for value in where.named.values() if isinstance(value, int)))
    for rule in site.url_map.iter_rules():
        offered = {
            name: numbers
            if name not in COUNTED and "IntegerConverter" in str(type(rule._converters[name]).__mro__)
            else list(dict.fromkeys(where.named[name] for where in places if name in where.named))
            for name in rule.arguments
        }
        for values in product(*offered.values()):
            yield rule, addresses.build(rule.endpoint, dict(zip(offered, values, strict=True))), rule.methods or set()


def test_no_number_and_no_name_opens_what_is_somebody_elses(
    site: Flask, session: Session, places: list[Place], enter: Enter, capsys: pytest.CaptureFixture[str]
) -> None:
    people = {
        Role.LEAD: session.get_one(Person, places[0].named["person_id"]),
        Role.CSP_OFFICER: make.person(session, Role.CSP_OFFICER),
    }
    neighbour = make.person(session, Role.CSP_OFFICER, csp=make.csp(session, "bcp"))
    own = enter(neighbour).get("/spend/SVD-25-02/bcp")
    assert (own.status, "CANARY of bcp" in own.text) == (200, True), "whose it is sees it"
    tried = 0
    for role, person in people.items():
        browser = enter(person)
        token = browser.token("/")
        for rule, address, methods in every_address(site, places):
            acts = access_to(site, rule.endpoint).acts
            if rule.rule.startswith(OWN_SESSION) or (acts and not MAY[role].intersection(acts)):
                continue  # what a role never opens is tried by tests/house/test_access.py
            for method in methods & {"GET", "POST"}:
                answer = browser.get(address) if method == "GET" else browser.post(address, {"csrf_token": token})
                tried += 1
                assert answer.status < 500, (method, address, role)
                assert "CANARY" not in answer.text, (method, address, role)
        assert browser.is_signed_in()
    with capsys.disabled():
        print(f"\n{tried} addresses tried for what is somebody else's")  # noqa: T201


OUTSIDE = ("config.py", "portfolio/config.py", "instance/portfolio.db", "instance/secret_key", "etc/passwd", "app.py")
UPWARDS = (
    "../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..%5c", "..\\", "....//", "..%252f", "%c0%ae%c0%ae/", "..%c0%af", ".%00./",
    "..;/", "/", "//", "/%2e/", "%2f", "file:///", "~/", "x/../../",
)  # fmt: skip


def test_no_address_leads_out_of_its_folder(site: Flask, session: Session, places: list[Place], enter: Enter) -> None:
    browser = enter(make.person(session, Role.ADMINISTRATOR))
    secret = (ROOT / "portfolio" / "config.py").read_text(encoding="utf-8")[:60]
    assert browser.get("/static/site.css").status == 200
    named = [rule for rule in site.url_map.iter_rules() if "GET" in (rule.methods or ()) and rule.arguments]
    begins = {rule.rule.partition("<")[0] for rule in named}
    assert {"/static/", "/spend/", "/returns/", "/join/"} <= begins
    folders = [("/static/", outside) for outside in OUTSIDE] + [(begin, "etc/passwd") for begin in sorted(begins)]
    for (begin, outside), upwards in product(folders, UPWARDS):
        answer = browser.get(begin + upwards * 6 + outside)
        leads = answer.headers.get("Location", "/")
        assert answer.status in (302, 308, 400, 404), (begin, upwards, outside, answer.status)
        assert urljoin(f"http://{browser.place}", leads).startswith(f"http://{browser.place}/"), (begin, upwards, leads)
        assert secret not in answer.text
        assert "root:" not in answer.text
