"""Attacks below the pages: requests that hide in others, that are too large, or that never end; on the running site."""

import socket
from collections.abc import Iterator
from contextlib import closing, suppress
from time import monotonic, time

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from portfolio.commands import listening
from portfolio.config import Config
from portfolio.web.arrival import MOST_FIELDS, MOST_SENT, MOST_TYPED
from tests.house.attacking import Browser, sent_raw
from tests.serving import in_its_own_thread, port_of, running, served

HOST = b"Host: localhost\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"


@pytest.fixture
def address(config: Config, session: Session) -> Iterator[str]:
    """The running site's."""
    session.commit()
    with served(config) as running:
        yield running


def statuses(answer: bytes) -> list[int]:
    """The status of every answer in what the server said."""
    return [int(part[:3]) for part in answer.split(b"HTTP/1.1 ")[1:]]


def test_a_length_is_said_once(address: str) -> None:
    hidden = b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n"
    post = b"POST /sign-in HTTP/1.1\r\n" + HOST + FORM
    right = (
        post + b"Content-Length: 3\r\n\r\na=b",
        post + b"Transfer-Encoding: chunked\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
        post + b"TRANSFER-encoding: CHUNKED\r\n\r\n3\r\na=b\r\n0\r\n\r\n",
    )
    for sent in right:
        assert statuses(sent_raw(address, sent, hidden)) == [400, 200], "no token; and the next request on its own"
    length, chunked = b"Content-Length: %d\r\n" % len(hidden), b"Transfer-Encoding: chunked\r\n"
    for headers, body in (
        (length + b"Content-Length: 0\r\n", hidden),
        (b"Content-Length: 0\r\n" + length, hidden),
        (length + length, hidden),
        (b"Content-Length: 5, 5\r\n", hidden),
        (b"Content-Length: +5\r\n", hidden),
        (b"Content-Length: -1\r\n", hidden),
        (b"Content-Length: 0x10\r\n", hidden),
        (b"Content-Length: \xb2\r\n", hidden),
        (length + chunked, b"0\r\n\r\n" + hidden),
        (chunked + b"Content-Length: 5\r\n", b"0\r\n\r\n" + hidden),
        (chunked + chunked, b"0\r\n\r\n" + hidden),
        (b"Transfer-Encoding: identity\r\n", hidden),
        (b"Transfer-Encoding: xchunked\r\n", b"0\r\n\r\n" + hidden),
        (b"Transfer-Encoding: chunked, identity\r\n", b"0\r\n\r\n" + hidden),
        (b"Transfer-Encoding: \x0bchunked\r\n" + length, b"0\r\n\r\n" + hidden),
        (b"Transfer-Encoding : chunked\r\n" + length, b"0\r\n\r\n" + hidden),
        (b" Transfer-Encoding: chunked\r\n" + length, b"0\r\n\r\n" + hidden),
        (chunked, b"-1\r\n" + hidden),
        (chunked, b"0x0\r\n\r\n" + hidden),
        (chunked, b"1;\n\r\nx\r\n0\r\n\r\n" + hidden),
        (b"X: y\nContent-Length: 5\r\n", hidden),
        (b"X: y\rContent-Length: 5\r\n", hidden),
        (b"X\x00: y\r\n" + length, hidden),
    ):
        answers = statuses(sent_raw(address, post + headers + b"\r\n" + body))
        assert answers in ([400], [501], []), (headers, answers)
    old = b"POST /sign-in HTTP/1.0\r\n" + HOST + chunked + b"\r\n0\r\n\r\n" + hidden
    assert statuses(sent_raw(address, old)) in ([400], [])


def test_what_is_no_request_is_refused(address: str) -> None:
    assert statuses(sent_raw(address, b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")) == [200]
    for line in (
        b"",
        b"GET",
        b"GET /healthz HTTP/1.1 x",
        b"GET  /healthz HTTP/1.1",
        b"GET /\x00 HTTP/1.1",
        b"\x16\x03\x01",
        b"G\xc3\xa9T / HTTP/1.1",
    ):
        answer = sent_raw(address, line + b"\r\n" + HOST + b"\r\n")
        assert statuses(answer) in ([400], []), line
        assert b"Traceback" not in answer
    assert statuses(sent_raw(address, b"GET / HTTP/1.1\r\n\r\n")) == [400], "it says no name"
    assert statuses(sent_raw(address, b"GET http://evil.example/sign-in HTTP/1.1\r\nHost: evil.example\r\n\r\n")) == [
        400
    ]


def test_headers_have_a_limit(address: str) -> None:
    with closing(Browser(address)) as browser:
        assert browser.get("/sign-in", X_Long="x" * (listening.MOST_HEADERS - 1000)).status == 200
        assert browser.get("/sign-in?" + "a=b&" * 5000).status == 200
        assert browser.get("/static/" + "a/" * 10_000).status == 404
        assert browser.get("/" + "a/" * 10_000).status == 404
        assert browser.get("/spend/" + "../" * 5000).status == 404
    long, many = b"x" * listening.MOST_HEADERS, b"".join(b"X-%d: y\r\n" % number for number in range(4000))
    for path, headers in ((b"/" + long, b""), (b"/?" + long, b""), (b"/", b"X: " + long + b"\r\n"), (b"/", many)):
        answers = statuses(sent_raw(address, b"GET " + path + b" HTTP/1.1\r\n" + HOST + headers + b"\r\n"))
        assert answers in ([431], []), path[:20]


def test_forms_have_a_limit_that_a_page_tells(address: str) -> None:
    boundary = b'--b\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'
    parts = {"Content-Type": "multipart/form-data; boundary=b"}
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    too_old, too_large = "This form was open too long", "That is too large to send"
    for body, headers, title in (
        (b"email=" + b"x" * (MOST_TYPED - 100), form, too_old),
        (b"email=" + b"x" * MOST_TYPED, form, too_large),
        (b"a&" * (MOST_FIELDS - 1), form, too_old),
        (b"a&" * MOST_FIELDS, form, too_large),
        (boundary * 1000 + b"--b--\r\n", parts, too_old),
        (boundary * (MOST_FIELDS + 1) + b"--b--\r\n", parts, too_large),
        (b"x" * (MOST_SENT - 1), form, too_large),
    ):
        with closing(Browser(address)) as browser:
            began = monotonic()
            answer = browser.open("POST", "/sign-in", body, headers)
            assert (answer.title, answer.status) == (title, 413 if title == too_large else 400), len(body)
            assert monotonic() - began < 5


def test_what_no_form_comes_near_is_refused_before_it_is_read(address: str) -> None:
    begun = b"POST /sign-in HTTP/1.1\r\n" + HOST + FORM + b"Content-Length: %d\r\n\r\n" % MOST_SENT
    assert statuses(sent_raw(address, begun)) == [413]
    chunk = b"%x\r\n" % 2**20 + b"x" * 2**20 + b"\r\n"
    endless = (chunk for _ in range(MOST_SENT // 2**20))
    begun = b"POST /sign-in HTTP/1.1\r\n" + HOST + FORM + b"Transfer-Encoding: chunked\r\n\r\n"
    assert statuses(sent_raw(address, begun, *endless)) in ([413], [])


def test_a_connection_that_stops_in_the_middle_is_closed(app: Flask) -> None:
    with running(app) as server, socket.create_connection(("127.0.0.1", port_of(server)), 10) as line:
        line.sendall(b"GET /healthz HTTP/1.1\r\n" + HOST + b"\r\n")
        answer = b""
        while not answer.endswith(b"ok\n"):
            answer += line.recv(65536)
        line.sendall(b"POST /sign-in HTTP/1.1\r\nHost: loc")
        later = int(time()) + listening.SILENT_SECONDS + 2
        line.settimeout(0.1)
        for _ in range(50):  # the answer before may still be on its way out
            in_its_own_thread(server, lambda: server.maintenance(later))
            with suppress(TimeoutError, ConnectionResetError):
                assert line.recv(65536) == b""
                break
        else:
            pytest.fail("it is still open")
