"""What goes wrong, as a person is told."""

from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask, abort, redirect
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session
from wtforms import FieldList, FormField

from portfolio.app import create_app
from portfolio.config import Config
from portfolio.errors import NotAllowed, NotFound, PortfolioError, Refused
from portfolio.funding_years.models import PoliceArea
from portfolio.people.models import RoleHeld
from portfolio.people.rules import Role
from portfolio.web import access, database
from portfolio.web.errors import broken_constraint, constraint_means, log_fault, refusals_on
from portfolio.web.forms import Form, Line, Part, PoundsField
from tests import make
from tests.conftest import SignedIn, title_of


class LinePart(Part):
    """One line of the form."""

    amount = PoundsField("Amount", missing=None)


class AreaForm(Form):
    """A form with a field, a part and a list of parts."""

    code = Line("Code")
    first = FormField(LinePart)
    lines = FieldList(FormField(LinePart), min_entries=2)


@pytest.fixture(autouse=True)
def views(app: Flask) -> None:
    """Views that go wrong in every way."""
    constraint_means("uq_police_area_code", "This code is taken", "code")

    def raising(error: BaseException) -> Any:
        def view() -> str:
            raise error

        return access.public(deed="Tried something")(view)

    for name, error in {
        "missing": NotFound("There is no such award"),
        "forbidden": NotAllowed("Who prepared a return cannot certify it"),
        "impossible": Refused([PortfolioError("One thing is wrong."), PortfolioError("So is another.")]),
        "fault": ZeroDivisionError("a mistake of ours"),
        "busy": OperationalError("BEGIN IMMEDIATE", {}, Exception("database is locked")),
    }.items():
        app.add_url_rule(f"/{name}", name, raising(error))

    @app.get("/teapot")
    @access.public()
    def teapot() -> Any:
        abort(418)

    @app.get("/elsewhere")
    @access.public()
    def elsewhere() -> Any:
        abort(redirect("/sign-in"))

    @app.get("/viewer")
    @access.public()
    def asks_for_viewer() -> str:
        return access.viewer().name

    @app.get("/nameless")
    def nameless() -> str:
        return "nobody said who may read this"


def test_an_error_has_a_page_in_plain_words(client: FlaskClient) -> None:
    for address, status, title in (
        ("/missing", 404, "Page not found"),
        ("/no-such-page", 404, "Page not found"),
        ("/no-such-page?x=%00", 400, "This page could not be read"),
        ("/%00", 400, "This page could not be read"),
        ("/forbidden", 403, "You cannot open this page"),
        ("/impossible", 422, "This cannot be done"),
        ("/busy", 503, "The site is not ready"),
        ("/teapot", 418, "I'm a Teapot"),
        ("/people/99999999999999999999", 404, "Page not found"),
    ):
        answer = client.get(address)
        assert (address, answer.status_code) == (address, status)
        assert title_of(answer).replace("&#39;", "'") == title
    assert "Who prepared a return cannot certify it" in client.get("/forbidden").text
    assert "So is another." in client.get("/impossible").text
    assert client.get("/elsewhere").location == "/sign-in"


def test_an_address_that_takes_only_forms_says_so(client: FlaskClient) -> None:
    answer = client.get("/sign-out")
    assert answer.status_code == 405
    assert answer.headers["Allow"] == "OPTIONS, POST"
    assert title_of(answer) == "This address is not a page"


def test_a_fault_has_a_reference_that_is_logged_and_tells_nothing_else(
    app: Flask, client: FlaskClient, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False
    answer = client.get("/fault")
    assert answer.status_code == 500
    reference = caplog.records[0].getMessage().rpartition(" ")[2]
    assert f"<strong>{reference}</strong>" in answer.text
    assert "a mistake of ours" not in answer.text
    assert caplog.records[0].exc_info is not None


def test_nobody_writes_lines_of_their_own_into_the_log(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    with app.test_request_context("/proposals/SVD%0AThe+site+is+safe"):
        log_fault(True)
    assert caplog.records[0].getMessage().splitlines() == [caplog.records[0].getMessage()]


def test_a_faults_page_needs_no_database(app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone(*_: object, **__: object) -> None:
        raise OperationalError("SELECT", {}, Exception("the disk is gone"))

    client.get("/sign-in")
    monkeypatch.setattr(Session, "execute", gone)
    monkeypatch.setattr(Session, "scalar", gone)
    answer = client.get("/sign-in")
    assert answer.status_code == 503
    assert title_of(answer) == "The site is not ready"
    assert client.get("/healthz").status_code == 503


def test_a_form_that_is_too_large_says_so(app: Flask, client: FlaskClient) -> None:
    app.config["MAX_CONTENT_LENGTH"] = 1000
    answer = client.post("/sign-in", data={"email": "x" * 1000, "password": "x"})
    assert answer.status_code == 413
    assert "Look at amounts and dates: some browsers empty those." in answer.text


def test_a_form_without_its_token_says_what_to_do(client_with_csrf: FlaskClient) -> None:
    answer = client_with_csrf.post("/sign-in", data={"email": "ann@example.org", "password": "x"})
    assert answer.status_code == 400
    assert title_of(answer) == "This form was open too long"
    assert "Nothing was saved. Go back, and send it again" in answer.text


def test_a_form_with_its_token_is_taken(client_with_csrf: FlaskClient) -> None:
    page = client_with_csrf.get("/sign-in").text
    token = page.partition('name="csrf_token" value="')[2].partition('"')[0]
    answer = client_with_csrf.post("/sign-in", data={"email": "x@y.z", "password": "x", "csrf_token": token})
    assert answer.status_code == 422


def test_an_endpoint_that_says_nothing_of_who_may_open_it_is_refused(app: Flask, client: FlaskClient) -> None:
    with pytest.raises(access.Undeclared, match="nameless does not say"):
        client.get("/nameless")
    with pytest.raises(access.Undeclared, match="open to everybody"):
        client.get("/viewer")
    app.testing = False
    assert client.get("/nameless").status_code == 500


def test_opening_to_nobodys_act_is_a_mistake() -> None:
    with pytest.raises(ValueError, match="names an act"):
        access.allow()


def test_nobody_signed_in_sees_the_signed_in_pages_refusal(signed_in: SignedIn) -> None:
    answer = signed_in(Role.LEAD).get("/people")
    assert answer.status_code == 403
    assert title_of(answer) == "You cannot open this page"
    assert "/people" not in answer.text


@pytest.mark.parametrize(
    ("error", "places", "field", "sentence"),
    [
        (PortfolioError("Wrong.", "code"), {}, "code", "Wrong."),
        (PortfolioError("Wrong.", "area"), {"area": "code"}, "code", "Wrong."),
        (PortfolioError("Wrong.", "first.amount"), {}, "first-amount", "Wrong."),
        (PortfolioError("Wrong.", "lines[1].amount"), {}, "lines-1-amount", "Wrong."),
        (PortfolioError("Wrong.", "lines"), {}, "lines", "Wrong."),
        (PortfolioError("Wrong.", "lines[7].amount"), {}, None, "Wrong."),
        (PortfolioError("Wrong."), {}, None, "Wrong."),
    ],
)
def test_a_refusal_stands_at_its_field(
    app: Flask, error: PortfolioError, places: dict[str, str], field: str | None, sentence: str
) -> None:
    with app.test_request_context():
        form = AreaForm()
        form.validate()
        with refusals_on(form, places) as outcome:
            raise Refused([error])
        assert not outcome.ok
        said = {
            name: [error for error in field.errors if error == sentence] for name, field in _all_fields(form).items()
        }
        assert {name: errors for name, errors in said.items() if errors} == ({field: [sentence]} if field else {})
        assert form.errors, "whoever asks the form finds it"
        assert form.form_errors == ([] if field else [sentence])


def _all_fields(form: AreaForm) -> dict[str, Any]:
    fields: list[Any] = [form.code, form.first.amount, form.lines, *(part.amount for part in form.lines)]
    return {field.name: field for field in fields}


def test_what_is_not_refused_is_well(app: Flask) -> None:
    with app.test_request_context():
        with refusals_on(AreaForm()) as outcome:
            pass
        assert outcome.ok


@pytest.mark.parametrize("error", [NotFound("Not here"), NotAllowed("Not you")])
def test_what_is_not_there_is_no_fields_fault(app: Flask, error: PortfolioError) -> None:
    with app.test_request_context(), pytest.raises(type(error)), refusals_on(AreaForm()):
        raise error


def test_a_broken_constraint_is_a_sentence_and_undoes_everything(app: Flask, session: Session) -> None:
    make.area(session)
    session.commit()

    @app.post("/areas")
    @access.public(deed="Added a police area")
    def add() -> Any:
        form = AreaForm()
        with refusals_on(form):
            database.session().add(PoliceArea(code="E23000001", name="Another"))
            database.session().flush()
            database.session().add(PoliceArea(code="E23000039", name="Dorset again"))
            database.commit()
        return {"code": form.code.errors}, 422

    answer = app.test_client().post("/areas")
    assert answer.json == {"code": ["This code is taken"]}
    assert make.count_of(session, PoliceArea) == 1


def test_a_constraint_that_nobody_explained_is_a_fault(app: Flask, session: Session) -> None:
    person = make.person(session, Role.LEAD)

    @app.post("/roles")
    @access.public(deed="Gave a role")
    def give() -> str:
        with refusals_on(AreaForm()):
            held = database.session().scalars(select(RoleHeld)).one()
            held.starts_on, held.ends_on = date(2025, 10, 20), date(2025, 10, 19)
            database.commit()
        return "given"

    with pytest.raises(IntegrityError) as broken:
        app.test_client().post("/roles")
    assert broken_constraint(broken.value) == "ck_role_held_ends_after_it_starts"
    assert person.roles[0].ends_on is None


@pytest.mark.parametrize(
    ("said", "name"),
    [
        (Exception("UNIQUE constraint failed: person.email"), "uq_person_email"),
        (Exception("UNIQUE constraint failed: award.proposal_id, award.csp_id"), "uq_award_proposal_id_csp_id"),
        (Exception("CHECK constraint failed: ck_claim_quarter_is_a_quarter"), "ck_claim_quarter_is_a_quarter"),
        (Exception("FOREIGN KEY constraint failed"), None),
        (SimpleNamespace(diag=SimpleNamespace(constraint_name="fk_claim_award_id")), "fk_claim_award_id"),
    ],
)
def test_a_broken_constraint_is_known_by_name(said: Any, name: str | None) -> None:
    assert broken_constraint(IntegrityError("INSERT", {}, said)) == name


def test_a_site_without_its_tables_says_what_to_do(tmp_path: Path) -> None:
    site = create_app(Config(tmp_path, f"sqlite:///{tmp_path / 'empty.db'}"))
    client = site.test_client()
    answer = client.get("/sign-in")
    assert answer.status_code == 503
    assert title_of(answer) == "The site is not set up yet"
    assert "portfolio init" in answer.text
    assert client.get("/healthz").text == "ok\n"
    site.extensions["portfolio_database"].close()
