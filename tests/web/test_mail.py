"""Mail after a request: behind the answer, only what was committed, and never shown when it fails."""

import http.client
import logging
from collections.abc import Iterator
from dataclasses import replace

import pytest
from flask import Flask, render_template_string
from flask.testing import FlaskClient
from sqlalchemy import select

from portfolio.app import create_app
from portfolio.clock import StoppedClock
from portfolio.config import Config, MailServer
from portfolio.mail.actions import queue
from portfolio.mail.models import Message
from portfolio.mail.rules import MessageState
from portfolio.web import clock, database, mail
from portfolio.web.access import public
from tests.conftest import NOW
from tests.mailbox import AT_MOST, Postbox, mail_server, sent_by
from tests.serving import serving


def add_pages(site: Flask) -> Flask:
    """Pages that queue a message, keep it or not, and say whether mail is sent."""

    @public(deed="Wrote to Ada")
    def write(what: str) -> str:
        queue(database.session(), "ada@example.org", "Hello", "Hello Ada", clock.moment())
        database.rollback() if what == "undone" else database.commit()
        return "done"

    @public()
    def look() -> str:
        return render_template_string("{{ mail_is_sent() }}")

    site.add_url_rule("/write/<what>", "write", write, methods=["POST"])
    site.add_url_rule("/look", "look", look)
    return site


@pytest.fixture
def postbox() -> Iterator[Postbox]:
    """A mail server that takes everything."""
    with mail_server() as box:
        yield box


def wait_for_the_postman(site: Flask) -> None:
    """Until everything that was begun is done."""
    site.extensions["portfolio_postman"].submit(lambda: None).result(AT_MOST)


def states(site: Flask) -> list[MessageState]:
    """How far the messages are."""
    with site.extensions["portfolio_database"].reading() as session:
        return list(session.scalars(select(Message.state).order_by(Message.id)))


def settings_of(site: Flask) -> Config:
    """The settings that a site runs with."""
    config = site.extensions["portfolio_config"]
    assert isinstance(config, Config)
    return config


def test_without_a_mail_server_the_message_is_in_the_outbox(app: Flask, client: FlaskClient) -> None:
    add_pages(app)
    client.post("/write/kept").close()
    wait_for_the_postman(app)
    assert states(app) == [MessageState.SENT]
    assert len(list(settings_of(app).outbox.iterdir())) == 1


def test_pages_can_say_whether_mail_is_sent(app: Flask, client: FlaskClient) -> None:
    add_pages(app)
    assert client.get("/look").text == "False"
    server = MailServer("mail.example.org", 587, None, None, tls=False, starttls=True)
    app.extensions["portfolio_config"] = replace(settings_of(app), mail_server=server)
    assert client.get("/look").text == "True"


def test_what_was_undone_is_not_there_to_be_sent(app: Flask, client: FlaskClient) -> None:
    add_pages(app)
    client.post("/write/undone").close()
    wait_for_the_postman(app)
    assert states(app) == []
    assert not settings_of(app).outbox.exists()


def test_a_request_without_mail_asks_no_postman(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_pages(app)
    asked: list[object] = []
    monkeypatch.setattr(mail, "deliver", lambda *told, **_: asked.append(told))
    client.get("/look").close()
    wait_for_the_postman(app)
    assert asked == []
    client.post("/write/kept").close()
    wait_for_the_postman(app)
    assert len(asked) == 1


def test_a_failure_is_logged_and_shown_to_nobody(
    app: Flask, client: FlaskClient, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise RuntimeError("out of order")

    add_pages(app)
    monkeypatch.setattr(mail, "deliver", fail)
    with caplog.at_level(logging.ERROR, "portfolio"):
        answer = client.post("/write/kept")
        answer.close()
        wait_for_the_postman(app)
    assert (answer.status_code, answer.text) == (200, "done")
    assert "Mail could not be delivered" in caplog.text
    assert "out of order" in caplog.text


def test_nobody_waits_for_a_slow_mail_server(config: Config, postbox: Postbox) -> None:
    postbox.holds = True
    site = add_pages(create_app(sent_by(config, postbox), StoppedClock(NOW)))
    site.config["WTF_CSRF_ENABLED"] = False
    with serving(site) as address:
        browser = http.client.HTTPConnection(address.removeprefix("http://"), timeout=AT_MOST)
        browser.request("POST", "/write/kept")
        assert browser.getresponse().read() == b"done"
        assert postbox.arrived.wait(AT_MOST)
        browser.request("GET", "/look")
        assert browser.getresponse().read() == b"True", "the next page comes too, on the same connection"
        browser.close()
        assert states(site) == [MessageState.SENDING]
        postbox.release()
        wait_for_the_postman(site)
    assert states(site) == [MessageState.SENT]
    site.extensions["portfolio_postman"].shutdown()
    site.extensions["portfolio_database"].close()
