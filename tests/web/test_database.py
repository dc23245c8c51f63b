"""One session a request: what may write, what is kept, and what history is told."""

import logging
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.app import create_app
from portfolio.config import Config
from portfolio.db import ReadingOnly
from portfolio.funding_years.models import PoliceArea
from portfolio.history import HistoryEntry
from portfolio.people.rules import Act, Role
from portfolio.settings import Setting
from portfolio.web import access, clock, database
from tests import make
from tests.conftest import NOW, SignedIn, title_of


def add_area(code: str = "E23000001") -> None:
    """Changes something in this request's session."""
    database.session().add(PoliceArea(code=code, name="Avon and Somerset"))


@pytest.fixture
def deeds(app: Flask) -> None:
    """Views that change something, rightly and wrongly."""

    @app.post("/kept")
    @access.allow(Act.MANAGE_PEOPLE, deed="Added a police area")
    def kept() -> str:
        add_area()
        database.commit()
        return "kept"

    @app.post("/more-exactly")
    @access.public(deed="Did something")
    def more_exactly() -> str:
        database.name_deed("Added Avon and Somerset")
        add_area()
        database.commit()
        return "kept"

    @app.post("/not-committed")
    @access.public(deed="Added a police area")
    def forgotten() -> str:
        add_area()
        database.session().flush()
        return "said to be kept"

    @app.post("/altered")
    @access.public(deed="Renamed a police area")
    def altered() -> str:
        database.session().scalars(select(PoliceArea)).one().name = "Another"
        return "said to be kept"

    @app.post("/refused")
    @access.public(deed="Added a police area")
    def refused() -> Any:
        add_area()
        return "not kept, and said so", 422

    @app.post("/undeclared")
    @access.public()
    def undeclared() -> str:
        add_area()
        database.commit()
        return "kept"

    @app.get("/reading")
    @access.public(deed="Nothing")
    def reading() -> str:
        add_area()
        database.commit()
        return "kept"

    @app.post("/looking")
    @access.public(deed="Looked")
    def looking() -> str:
        area = database.session().scalars(select(PoliceArea)).one()
        area.name = str(area.name)
        return str(clock.moment() == clock.moment())


@pytest.mark.usefixtures("deeds")
def test_history_is_told_who_when_and_what(signed_in: SignedIn, session: Session) -> None:
    administrator = signed_in(Role.ADMINISTRATOR)
    assert administrator.post("/kept").text == "kept"
    entry = session.scalars(select(HistoryEntry).order_by(HistoryEntry.id.desc()).limit(1)).one()
    assert (entry.author, entry.at, entry.deed) == (administrator.person.mark, NOW, "Added a police area")


@pytest.mark.usefixtures("deeds")
def test_a_view_may_name_its_deed_more_exactly_and_nobody_signed_in_is_named_so(app: Flask, session: Session) -> None:
    assert app.test_client().post("/more-exactly").text == "kept"
    entry = session.scalars(select(HistoryEntry)).one()
    assert (entry.author, entry.deed) == ("not signed in", "Added Avon and Somerset")


@pytest.mark.usefixtures("deeds")
def test_saying_saved_without_saving_is_a_fault(app: Flask, session: Session) -> None:
    with pytest.raises(database.UnsavedWork):
        app.test_client().post("/not-committed")
    make.area(session)
    with pytest.raises(database.UnsavedWork):
        app.test_client().post("/altered")
    assert make.count_of(session, PoliceArea) == 1


@pytest.mark.usefixtures("deeds")
def test_on_the_real_site_that_fault_is_a_page_with_a_reference(
    app: Flask, session: Session, caplog: pytest.LogCaptureFixture
) -> None:
    app.testing = False
    answer = app.test_client().post("/not-committed")
    assert answer.status_code == 500
    assert title_of(answer) == "Something went wrong"
    assert "Content-Security-Policy" in answer.headers
    reference = caplog.records[0].getMessage().rpartition(" ")[2]
    assert caplog.records[0].levelno == logging.ERROR
    assert reference in answer.text
    assert make.count_of(session, PoliceArea) == 0


@pytest.mark.usefixtures("deeds")
def test_what_was_refused_is_not_kept(app: Flask, session: Session) -> None:
    assert app.test_client().post("/refused").status_code == 422
    assert make.count_of(session, PoliceArea) == 0


@pytest.mark.usefixtures("deeds")
def test_setting_what_is_already_so_changes_nothing(app: Flask, session: Session) -> None:
    make.area(session)
    assert app.test_client().post("/looking").text == "True"


@pytest.mark.usefixtures("deeds")
def test_only_a_declared_deed_by_post_may_write(app: Flask, session: Session) -> None:
    for method, address in (("POST", "/undeclared"), ("GET", "/reading")):
        with pytest.raises(ReadingOnly):
            app.test_client().open(address, method=method)
    assert make.count_of(session, PoliceArea) == 0


def test_the_sites_settings_are_at_hand(app: Flask) -> None:
    with app.test_request_context():
        assert database.config().instance.name == "instance"


def test_a_demonstration_goes_by_its_storys_day(config: Config, session: Session) -> None:
    session.add(Setting(name="story_day", value="2025-10-20"))
    session.commit()
    site = create_app(config)
    with site.test_request_context():
        assert clock.today().isoformat() == "2025-10-20"
    answer = site.test_client().get("/sign-in")
    assert "Made-up figures, told as of 20 October 2025." in answer.text
    site.extensions["portfolio_database"].close()


def test_real_data_go_by_the_machines_clock(config: Config) -> None:
    site = create_app(config)
    with site.test_request_context():
        assert clock.story() is None
        assert clock.moment().year >= 2025
    assert "Demonstration" not in site.test_client().get("/sign-in").text
    site.extensions["portfolio_database"].close()
