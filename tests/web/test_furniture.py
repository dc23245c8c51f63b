"""Headers, addresses, filters, pages of lists, and the menu."""

import subprocess
import sys
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask, Response, render_template_string, url_for
from flask.testing import FlaskClient
from jinja2 import UndefinedError
from sqlalchemy.orm import Session

from portfolio.errors import NotAllowed
from portfolio.people.rules import Role
from portfolio.quarters import FinancialYear, Quarter
from portfolio.web import access
from portfolio.web.access import local_path
from portfolio.web.paging import Page
from tests import make
from tests.conftest import NOW, SignedIn


def test_every_answer_says_what_may_run_and_that_it_is_not_kept(client: FlaskClient) -> None:
    for address in ("/sign-in", "/healthz", "/nowhere", "/people"):
        headers = client.get(address).headers
        assert headers["Content-Security-Policy"] == (
            "default-src 'none'; style-src 'self'; img-src 'self'; script-src 'self'; connect-src 'self'; "
            "form-action 'self'; "
            "base-uri 'none'; frame-ancestors 'none'"
        )
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == headers["Cross-Origin-Resource-Policy"] == "same-origin"
        assert "camera=(), " in headers["Permissions-Policy"]
        assert headers["Cache-Control"] == "no-store"


def test_pages_keep_to_the_policy(client: FlaskClient) -> None:
    page = client.get("/sign-in").text
    assert "style=" not in page
    assert "<style" not in page
    assert "<script>" not in page
    assert "onclick" not in page


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(client_with_csrf: FlaskClient) -> None:
    said = client_with_csrf.get("/sign-in").headers["Set-Cookie"]
    assert said.startswith("portfolio_session=")
    assert "HttpOnly" in said
    assert "SameSite=Lax" in said


def test_static_files_are_kept_until_they_change(app: Flask, client: FlaskClient) -> None:
    with app.test_request_context():
        address = url_for("static", filename="site.css")
        assert "?v=" not in url_for("static", filename="none.css")
    kept = client.get(address)
    assert kept.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    kept.close()
    plain = client.get("/static/site.css")
    assert plain.headers["Cache-Control"] == "no-store"
    plain.close()
    assert client.get("/static/none.css?v=1").headers["Cache-Control"] == "no-store"


def test_a_view_may_let_its_answer_be_kept(app: Flask) -> None:
    @app.get("/chart.svg")
    @access.public()
    def chart() -> Response:
        answer = Response("<svg/>", mimetype="image/svg+xml")
        answer.cache_control.private = True
        answer.cache_control.max_age = 60
        return answer

    assert app.test_client().get("/chart.svg").headers["Cache-Control"] == "private, max-age=60"


def test_addresses_hold_years_and_quarters(app: Flask) -> None:
    @app.get("/a-year/<year:year>")
    @access.public()
    def year(year: FinancialYear) -> str:
        return str(year)

    @app.get("/a-claim/<key>/<quarter:quarter>/lines")
    @access.public()
    def claim(key: str, quarter: Quarter) -> str:
        return f"{key} {quarter.short}"

    client = app.test_client()
    assert client.get("/a-year/2025-26").text == "2025/26"
    assert client.get("/a-claim/dorset/2025-26/q2/lines").text == "dorset Q2 2025/26"
    for wrong in (
        "/a-year/2025-27",
        "/a-year/2025",
        "/a-claim/dorset/2025-26/q5/lines",
        "/a-claim/dorset/2025-27/q1/lines",
    ):
        assert client.get(wrong).status_code == 404
    with app.test_request_context():
        assert url_for("year", year=FinancialYear(2025)) == "/a-year/2025-26"
        quarter = Quarter(FinancialYear(2025), 4)
        assert url_for("claim", key="bcp", quarter=quarter) == "/a-claim/bcp/2025-26/q4/lines"


@pytest.mark.parametrize(
    ("template", "shown"),
    [
        ("{{ amount|pounds }}", "−£1,073.11"),
        ("{{ amount|plain }}", "-1073.11"),
        ("{{ 12.54|percent }} {{ amount|percent }} {{ -0.04|percent }}", "12.5% −1,073.1% 0.0%"),
        ("{{ moment|day }}", "13 March 2025"),
        ("{{ moment|moment }} {{ summer|moment }} {{ midnight|moment }}", None),
        ("{{ quarter|quarter }}", "Q1 2025/26: Apr 2025 - Jun 2025"),
        ("{{ 'project lead'|sentence }} {{ 'CSP officer'|sentence }}", "Project lead CSP officer"),
        ("{{ amount is negative }} {{ 0 is negative }}", "True False"),
        ("{{ '<b>' }}", "&lt;b&gt;"),
    ],
)
def test_templates_show_things_one_way(app: Flask, template: str, shown: str | None) -> None:
    values: dict[str, Any] = {
        "amount": Decimal("-1073.11"),
        "moment": datetime(2025, 3, 13, 9, 30, tzinfo=UTC),
        "summer": datetime(2025, 7, 1, 12, 5, tzinfo=UTC),
        "midnight": datetime(2025, 1, 1, 0, 0, tzinfo=UTC),
        "quarter": Quarter(FinancialYear(2025), 1),
    }
    shown = shown or "13 March 2025, 9:30am 1 July 2025, 1:05pm 1 January 2025, 12:00am"
    with app.test_request_context():
        assert render_template_string(template, **values) == shown


def test_a_name_that_a_template_is_not_given_is_a_fault(app: Flask) -> None:
    with app.test_request_context(), pytest.raises(UndefinedError):
        render_template_string("{{ nothing }}")


@pytest.mark.parametrize(
    ("page", "first", "last", "pages"),
    [(Page(1, 50, 0), 0, 0, 1), (Page(1, 50, 50), 1, 50, 1), (Page(2, 50, 51), 51, 51, 2), (Page(2, 5, 99), 6, 10, 20)],
)
def test_a_page_of_a_list_knows_its_rows(page: Page, first: int, last: int, pages: int) -> None:
    assert (page.first, page.last, page.pages) == (first, last, pages)


def test_pages_keep_the_filters(app: Flask) -> None:
    with app.test_request_context("/people?role=a&role=b&page=2"):
        page = Page(2, 5, 99)
        assert page.previous == "/people?role=a&role=b&page=1"
        assert page.next == "/people?role=a&role=b&page=3"
        assert Page(1, 5, 5).previous is None
        assert Page(1, 5, 5).next is None


@pytest.mark.parametrize("address", ["/", "/people?page=2", "/a//b", "/a?next=https://b.example"])
def test_an_address_here_is_followed(address: str) -> None:
    assert local_path(address) == address


@pytest.mark.parametrize(
    "address", [None, "", "people", "//evil", "/\\evil", "/\tevil", "/ evil", "https://evil", "\n/x", "/a\\b"]
)
def test_an_address_elsewhere_is_not(address: str | None) -> None:
    assert local_path(address) is None


def test_the_menu_holds_what_one_may_open(signed_in: SignedIn, client: FlaskClient) -> None:
    assert 'href="/people" aria-current="page"' in signed_in(Role.ADMINISTRATOR).get("/people/new").text
    assert 'href="/people"' not in signed_in(Role.LEAD).get("/nowhere").text
    assert 'aria-label="Main"' not in client.get("/sign-in").text


def test_nobody_disabled_is_signed_in(app: Flask, session: Session) -> None:
    person = make.person(session, disabled_at=NOW)
    session.commit()
    with app.test_request_context(), pytest.raises(NotAllowed):
        access.sign_in(person.id)


def test_a_link_is_shown_to_those_it_would_open_for(app: Flask, signed_in: SignedIn) -> None:
    @app.get("/links")
    @access.signed_in()
    def links() -> list[str]:
        return [end for end in ("people.index", "people.sign_in", "people.sign_out", "none") if access.may_open(end)]

    assert signed_in(Role.LEAD).get("/links").json == ["people.sign_in", "people.sign_out"]
    assert signed_in(Role.ADMINISTRATOR).get("/links").json == ["people.index", "people.sign_in", "people.sign_out"]


def test_the_site_stands_without_what_only_draws_and_writes() -> None:
    asked = "import sys, portfolio.app; print(*{'matplotlib', 'alembic'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == ""
