"""Attacks through forms: text that no keyboard makes, markup, and files where none is asked; on the running site."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from html.parser import HTMLParser

from flask import Flask
from sqlalchemy.orm import Session

from portfolio.people.models import Person
from portfolio.people.rules import Role
from tests import make
from tests.house.attacking import Browser
from tests.house.conftest import Enter
from tests.house.test_attacks_on_addresses import OWN_SESSION
from tests.house.test_reach import Place, place

JUNK = (
    "%00",
    "x%FF%FE%ED%A0%80%C0%AE%E2%80%AE%E2%80%8B%1B%5B2J%0D%0AX-Planted:%20yes",
    "A" * 11_000,
    "9" * 400,
    "-1",
    "1e309",
    "NaN",
    "%D9%A1%C2%B2",
    "%3Cscript%3Ealert(1)%3C/script%3E%22%27%3E%3Cimg%20src=x%20onerror=alert(1)%3E%7B%7B7*191%7D%7D",
    "'%20OR%20'1'='1",
)
"""As it stands in an address: NUL, bytes that are no UTF-8 or no letters, sizes, other digits, markup, a query."""
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
MARKUP = ("<script>alert", "<img src=x", "1337")


class Forms(HTMLParser):
    """The forms of a page: where each is sent, how, and its fields."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, str, list[str]]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a form, or a field of the last one."""
        told = dict(attrs)
        if tag == "form":
            self.found.append((told.get("method") or "get", told.get("action") or "", []))
        elif tag in ("input", "select", "textarea", "button") and told.get("name") and self.found:
            self.found[-1][2].append(str(told["name"]))


def everything(session: Session) -> Place:
    """A partnership with an object of each kind; what has no number of its own there is asked for as the first."""
    where = place(session, "dorset", make.area(session), "SVD-25-01", own=True, own_area=True)
    return replace(where, named=defaultdict(lambda: 1, where.named))


def everybody(session: Session) -> Person:
    """Somebody who holds every role but a lead's."""
    return make.person(session, *(role for role in Role if role is not Role.LEAD))


def pages(site: Flask, where: Place) -> Iterator[str]:
    """The address of every page, of a place's own objects."""
    addresses = site.url_map.bind("localhost")
    for rule in site.url_map.iter_rules():
        if "GET" in (rule.methods or ()) and not rule.rule.startswith(OWN_SESSION) and "filename" not in rule.arguments:
            yield addresses.build(rule.endpoint, where.values(rule))


def forms(browser: Browser, addresses: Iterator[str]) -> dict[tuple[str, str], list[str]]:
    """Each form that stands on one of the pages, by how and where it is sent, with its fields."""
    found: dict[tuple[str, str], list[str]] = {}
    for address in addresses:
        answer = browser.get(address)
        if answer.headers.get_content_type() != "text/html":
            continue
        assert answer.status < 500, address
        for method, action, fields in Forms(answer.text).found:
            sent_to = action or address
            if not sent_to.startswith(OWN_SESSION):
                found.setdefault((method.upper(), sent_to), []).extend(fields)
    return {form: sorted(set(fields) - {"csrf_token"}) for form, fields in found.items()}


def test_no_text_breaks_a_form_or_comes_back_as_markup(site: Flask, session: Session, enter: Enter) -> None:
    where, browser = everything(session), enter(everybody(session))
    found = forms(browser, pages(site, where))
    assert len(found) > 40
    token, wrong = browser.token("/"), []
    for (method, address), fields in found.items():
        for turn in range(len(JUNK)):
            typed = "&".join(f"{name}={JUNK[(turn + place) % len(JUNK)]}" for place, name in enumerate(fields))
            if method == "GET":
                answer = browser.get(f"{address.partition('?')[0]}?{typed}")
            else:
                answer = browser.open("POST", address, f"csrf_token={token}&{typed}", FORM)
            planted = [mark for mark in MARKUP if mark in answer.text] or answer.headers["X-Planted"]
            if answer.status not in (200, 302, 400, 404, 422) or planted:
                wrong.append((answer.status, method, address, typed[:300], planted))
    assert wrong == []


def as_files(fields: list[str], token: str) -> bytes:
    """A form whose every field is an uploaded page, as browsers send files."""
    part = '--b\r\nContent-Disposition: form-data; name="{}"{}\r\n\r\n{}\r\n'
    page = '; filename="evil.html"\r\nContent-Type: text/html'
    parts = [
        part.format("csrf_token", "", token),
        *(part.format(name, page, EVIL_PAGE) for name in fields),
        "--b--\r\n",
    ]
    return "".join(parts).encode()


EVIL_PAGE = "<script>alert(1)</script>"
PARTS = {"Content-Type": "multipart/form-data; boundary=b"}


def test_a_page_that_is_uploaded_is_never_served(site: Flask, session: Session, enter: Enter) -> None:
    where, browser = everything(session), enter(everybody(session))
    token, wrong = browser.token("/"), []
    for (method, address), fields in forms(browser, pages(site, where)).items():
        if method == "POST":
            answer = browser.open("POST", address, as_files(fields, token), PARTS)
            if answer.status not in (200, 302, 400, 404, 422):
                wrong.append((answer.status, address, fields))
            if any(EVIL_PAGE in page for page in (answer.text, browser.get(address).text)):
                wrong.append((answer.status, address, [EVIL_PAGE]))
    assert wrong == []
