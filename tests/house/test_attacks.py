"""Attacks from other sites and with forged headers, tried against the running site. Each shows first what works.

Guessing passphrases, replayed links and a directory's forged word are tried where they are built: tests/people.
"""

import base64
import json
import re
import zlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import urlencode, urljoin, urlsplit

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.security import generate_password_hash

from portfolio.config import ROOT, Config
from portfolio.people.models import WebSession
from portfolio.people.rules import Role
from tests import make
from tests.house.attacking import Browser
from tests.serving import served

Open = Callable[..., Browser]
EVIL = "evil.example"


@cache
def hashed() -> str:
    """Ann's passphrase as it is kept; made once, because it takes its time."""
    return generate_password_hash(make.PASSWORD)


@pytest.fixture
def ann(session: Session) -> None:
    """Ann Other, an administrator with a passphrase."""
    make.person(session, Role.ADMINISTRATOR, name="Ann Other", email="ann@example.org", password_hash=hashed())


@pytest.fixture
def opened(config: Config, session: Session) -> Iterator[Open]:
    """`opened(url=…, proxies=…)`: a browser on the running site with these settings."""
    with ExitStack() as open_now:
        running: dict[str, str] = {}

        def on(settings: dict[str, Any] | None = None, **headers: str) -> Browser:
            session.commit()
            chosen = replace(config, **settings or {})
            key = repr(chosen)
            if key not in running:
                running[key] = open_now.enter_context(served(chosen))
            browser = Browser(running[key], **headers)
            open_now.callback(browser.close)
            return browser

        yield on


def signed_in(browser: Browser) -> Browser:
    """The same browser, with Ann signed in."""
    answer = browser.sign_in("ann@example.org", make.PASSWORD)
    assert (answer.status, browser.is_signed_in()) == (302, True), answer.text
    return browser


@pytest.mark.usefixtures("ann")
def test_a_form_without_its_token_or_with_anothers_or_with_an_old_one_does_nothing(opened: Open) -> None:
    victim, other = signed_in(opened()), opened()
    stale = victim.token("/")
    victim.cookies.clear()
    signed_in(victim)
    for wrong in ({}, {"csrf_token": ""}, {"csrf_token": stale}, {"csrf_token": other.token()}):
        answer = victim.post("/sign-out", wrong)
        assert (answer.status, answer.title) == (400, "This form was open too long")
        assert victim.is_signed_in()
    assert victim.post("/sign-out", {"csrf_token": victim.token("/")}).status == 302
    assert not victim.is_signed_in()


@pytest.mark.usefixtures("ann")
def test_a_form_that_another_site_sends_does_nothing_even_with_the_right_token(opened: Open) -> None:
    victim = signed_in(opened())
    here = victim.place
    for said in (
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "", "Origin": "null"},
        {"Sec-Fetch-Site": "cross-site", "Origin": f"http://{here}"},
        {"Origin": f"http://{EVIL}"},
        {"Origin": f"http://{here}.{EVIL}"},
        {"Origin": f"http://{EVIL}/{here}"},
        {"Origin": f"http://{here}@{EVIL}"},
        {"Origin": ""},
    ):
        answer = victim.post("/sign-out", {"csrf_token": victim.token("/")}, **said)
        assert (answer.status, answer.title) == (403, "This form was not sent from here"), said
        assert victim.is_signed_in()
        assert victim.get("/people", **said).status == 200, "a link may be followed from anywhere"
    for said in (
        {"Sec-Fetch-Site": "same-origin"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": f"http://{here}"},
        {"Origin": "null"},
        {"Origin": f"http://{EVIL}", "Sec-Fetch-Site": "same-origin"},
    ):
        assert victim.post("/sign-out", {"csrf_token": victim.token("/")}, **said).status == 302, said
        assert not victim.is_signed_in()
        signed_in(victim)


ELSEWHERE = (
    "https://evil.example", "//evil.example", "///evil.example", "////evil.example", "http:evil.example",
    "https:///evil.example", "/\\evil.example", "\\\\evil.example", "/\\/evil.example", "\\/evil.example",
    "/\t/evil.example", "\t//evil.example", "/\n/evil.example", " //evil.example", "/ /evil.example",
    "\x00//evil.example", "//evil.example/%2f..", "/%0a/evil.example\r\nX: y", "javascript:alert(1)",
    "data:text/html,x", "evil.example", "//evil.example@127.0.0.1", "//127.0.0.1@evil.example", "/.\\evil.example",
    "/x\r\nLocation: https://evil.example", "\u2028//evil.example", "/\u3000/evil.example", "\uff0f\uff0fevil.example",
)  # fmt: skip


def goes_to(address: str, location: str) -> str:
    """The host that a browser ends at: it drops tabs and line breaks and takes a backslash for a slash."""
    kept = "".join(letter for letter in location if letter not in "\t\r\n").strip().replace("\\", "/")
    return urlsplit(urljoin(address, kept)).netloc


@pytest.mark.usefixtures("ann")
def test_signing_in_never_leads_to_another_site(opened: Open) -> None:
    browser = opened()
    answer = browser.sign_in("ann@example.org", make.PASSWORD, "/sign-in?next=/people?page%3D1")
    assert answer.headers["Location"] == "/people?page=1"
    for wanted in ELSEWHERE:
        asked = f"/sign-in?{urlencode({'next': wanted})}"
        answers = [browser.get(asked)]  # signed in, one is sent on
        if wanted in ELSEWHERE[:3]:
            browser.cookies.clear()
            answers.append(browser.sign_in("ann@example.org", make.PASSWORD, asked))
        for answer in answers:
            leads = answer.headers.get("Location", "/")
            assert answer.status in (302, 400), wanted
            assert goes_to(f"http://{browser.place}", leads) == browser.place, (wanted, leads)
            assert answer.headers["X"] is None


@pytest.mark.usefixtures("ann")
def test_only_the_sites_own_names_are_answered(opened: Open) -> None:
    browser = signed_in(opened())
    assert browser.get("/").status == 200
    assert browser.get("/", Host="localhost").status == 200
    for host in (
        EVIL, f"{EVIL}:80", f"127.0.0.1.{EVIL}", f"127.0.0.1@{EVIL}", f"{EVIL}#127.0.0.1", f"127.0.0.1, {EVIL}", "",
        "[::1", "x y", "127.0.0.1:x",
    ):  # fmt: skip
        for path in ("/", "/sign-in", "/static/site.css", "/people", "/nowhere"):
            answer = browser.get(path, Host=host)
            assert (answer.status, answer.title) == (400, "This is not the site's address"), (host, path)
            assert EVIL not in f"{answer.text}{answer.headers}"
            assert "Ann Other" not in answer.text
        assert browser.get("/healthz", Host=host).text == "ok\n"


@pytest.mark.usefixtures("ann")
def test_names_that_are_set_are_answered(opened: Open) -> None:
    browser = opened({"url": "https://grants.example.org", "more_hosts": ("old.example.org", "fd00::5")})
    for host in (
        "grants.example.org",
        "GRANTS.example.org:443",
        "old.example.org",
        "[fd00::5]:8000",
        "[::1]",
        "localhost",
    ):
        assert browser.get("/sign-in", Host=host).status == 200
    for host in ("a.grants.example.org", "grants.example.org.", "example.org", "[fd00::6]"):
        assert browser.get("/sign-in", Host=host).status == 400


FORGED = {
    "X-Forwarded-Host": EVIL,
    "X-Forwarded-Server": EVIL,
    "X-Host": EVIL,
    "X-Original-Host": EVIL,
    "Forwarded": f"for=9.9.9.9;host={EVIL};proto=https",
    "X-Forwarded-Port": "444",
    "X-Forwarded-Prefix": f"//{EVIL}",
    "X-Original-URL": "/people",
    "X-Rewrite-URL": "/people",
    "X-HTTP-Method-Override": "DELETE",
    "X-Script-Name": f"//{EVIL}",
}


def without_tokens(page: str) -> str:
    """A page without its forms' tokens, which say when they were made."""
    return re.sub(r'name="csrf_token" value="[^"]+"', "", page)


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("proxies", [0, 1, 2])
def test_no_header_gives_the_site_another_name(opened: Open, proxies: int) -> None:
    browser = signed_in(opened({"url": "https://grants.example.org", "proxies": proxies}))
    for path in ("/", "/sign-in", "/people", "/nowhere"):
        plain, forged = browser.get(path), browser.open("GET", path, headers=FORGED)
        assert (forged.status, without_tokens(forged.text)) == (plain.status, without_tokens(plain.text)), path
        assert EVIL not in str(forged.headers) + forged.text


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize(
    ("proxies", "said", "address"),
    [
        (0, "9.9.9.9", "127.0.0.1"),
        (1, "", "127.0.0.1"),
        (1, "5.6.7.8", "5.6.7.8"),
        (1, "9.9.9.9, 5.6.7.8", "5.6.7.8"),
        (1, "9.9.9.9, 5.6.7.8:1234", "5.6.7.8"),
        (1, "9.9.9.9, [2001:db8:1:2:3::4]:1234", "2001:db8:1:2::/64"),
        (1, "9.9.9.9, 2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        (1, "9.9.9.9, nonsense", "unknown"),
        (2, "9.9.9.9, 1.2.3.4, 5.6.7.8", "1.2.3.4"),
        (2, "9.9.9.9", "127.0.0.1"),
    ],
)
def test_where_somebody_comes_from_is_what_the_last_proxy_says(
    opened: Open, session: Session, proxies: int, said: str, address: str
) -> None:
    settings = {"url": "https://grants.example.org", "proxies": proxies} if proxies else {}
    forged = {"X-Forwarded-For": said, "X-Real-IP": "8.8.8.8", "Client-IP": "8.8.8.8", "Forwarded": "for=8.8.8.8"}
    browser = opened(settings, **(forged if said else {}))
    assert browser.sign_in("ann@example.org", make.PASSWORD).status == 302
    assert session.scalars(select(WebSession.address)).one() == address


@pytest.mark.parametrize("proxies", [0, 1])
@pytest.mark.parametrize("url", ["http://grants.example.org", "https://grants.example.org"])
def test_whether_cookies_need_tls_is_set_and_not_told(opened: Open, url: str, proxies: int) -> None:
    is_https = url.startswith("https")
    for told in ({}, {"X-Forwarded-Proto": "http"}, {"X-Forwarded-Proto": "https"}):
        answer = opened({"url": url, "proxies": proxies, "hsts_days": 365}).get("/sign-in", **told)
        said = answer.headers["Set-Cookie"]
        assert said.startswith("__Host-portfolio_session=" if is_https else "portfolio_session=")
        assert ("Secure" in said) is is_https
        assert answer.headers["Strict-Transport-Security"] == ("max-age=31536000" if is_https else None)


@pytest.mark.usefixtures("ann")
@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://grants.example.org"])
def test_every_cookie_is_out_of_reach_of_scripts_and_of_other_sites(opened: Open, url: str) -> None:
    answer = opened({"url": url}).sign_in("ann@example.org", make.PASSWORD)
    said = answer.headers.get_all("Set-Cookie") or []
    assert len(said) == 2
    for line in said:
        parts = [part.strip() for part in line.split(";")]
        assert {"HttpOnly", "SameSite=Lax"} <= set(parts)
        assert ("Secure" in parts) is url.startswith("https")
        assert not any(part.lower().startswith("domain") for part in parts)


def written_in(cookie: str) -> dict[str, Any]:
    """What the site's cookie says to whoever finds it."""
    payload = cookie.lstrip(".").partition(".")[0]
    plain = base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    told: dict[str, Any] = json.loads(zlib.decompress(plain) if cookie.startswith(".") else plain)
    return told


@pytest.mark.usefixtures("ann")
def test_the_cookie_says_nothing_of_anybody(opened: Open) -> None:
    browser = signed_in(opened())
    browser.get("/people")
    assert set(written_in(browser.cookies["portfolio_session"])) == {"key", "csrf_token"}


@pytest.mark.usefixtures("ann")
def test_a_cookie_that_was_meddled_with_opens_nothing(opened: Open) -> None:
    browser = signed_in(opened())
    true = browser.cookies["portfolio_session"]
    payload, stamp, seal = true.rsplit(".", 2)
    other = base64.urlsafe_b64encode(json.dumps({"key": "guessed", "_user_id": "1"}).encode()).decode().rstrip("=")
    bomb = base64.urlsafe_b64encode(zlib.compress(b"0" * 10_000_000)).decode()
    for forged in (
        "", ".", "..", "x", true[:-1], true + "x", true.upper(), f"{payload}.{stamp}.", f"{payload}..{seal}",
        f"{other}.{stamp}.{seal}", f"{other}", f".{bomb}.{stamp}.{seal}", f"{payload}.AAAA.{seal}", "%00", "x" * 8000,
    ):  # fmt: skip
        answer = opened().get("/", Cookie=f"portfolio_session={forged}")
        assert (answer.status, answer.headers["Location"]) == (302, "/sign-in?next=/"), forged
    assert opened().get("/", Cookie=f"portfolio_session={true}").status == 200


@pytest.mark.usefixtures("ann")
def test_other_methods_are_refused_and_tell_nothing(opened: Open) -> None:
    browser = signed_in(opened(X_Secret="told"))
    for method in ("TRACE", "TRACK", "PUT", "DELETE", "PATCH", "CONNECT", "PROPFIND", "BREW"):
        for path in ("/", "/people", "/sign-in", "/static/site.css", "/healthz"):
            answer = browser.open(method, path)
            assert (answer.status, "told" in answer.text) == (405, False), (method, path)
    assert browser.is_signed_in()


MADE_OF = ["python", "flask", "werkzeug", "waitress", "sqlalchemy", "sqlite", "postgres", "jinja", "traceback"]


@pytest.mark.usefixtures("ann")
def test_nothing_says_what_the_site_is_made_of(opened: Open) -> None:
    browser = signed_in(opened())
    paths = ("/", "/sign-in", "/nowhere", "/people/999", "/sign-out", "/%00", "/static/none", "/healthz")
    answers = [
        *(browser.get(path) for path in paths),
        browser.post("/sign-out"),
        browser.get("/", Host=EVIL),
        browser.open("TRACE", "/"),
        opened().open("POST", "/sign-in", headers={"Content-Length": "x"}),
    ]
    assert {answer.status for answer in answers} == {200, 302, 400, 404, 405}
    for answer in answers:
        assert [answer.headers[name] for name in ("Server", "X-Powered-By", "Via")] == [None] * 3
        assert [word for word in (*MADE_OF, f"{ROOT}") if word.lower() in answer.text.lower()] == []
