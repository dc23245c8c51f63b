"""Somebody's walk through the site: from the front page on by whatever pages show, and by the forms on them."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit
from zlib import crc32

from flask import Flask
from flask.testing import FlaskClient

SITE = "http://localhost"
ALIKE = 2
"""So many of the pages that one endpoint answers are opened by each person, each their own, and one of its files …"""
FORMS_ALIKE = 1
"""… and so many of the forms that it takes are sent."""
MADE = "SVD-25-9"
"""How the references of proposals begin that the story lacks."""
ENDING = ("people.sign_out", "people.sign_out_everywhere")
"""The forms that lead to the sign-in page."""


@dataclass
class Sent:
    """A form as it stands on a page: where it goes, its fields, and its buttons that say something."""

    method: str
    action: str
    fields: list[tuple[str, str]] = field(default_factory=list)
    buttons: list[tuple[str, str]] = field(default_factory=list)

    def ways(self) -> list[list[tuple[str, str]]]:
        """What is sent by each of its buttons."""
        return [[*self.fields, button] for button in self.buttons] or [self.fields]


class Page(HTMLParser):
    """The links and forms of a page. Of choices, what is chosen is sent, or else the first."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Sent] = []
        self.chosen: set[str] = set()
        self.select = self.area = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a link, a form, or a field of the form."""
        told = {key: value or "" for key, value in attrs}
        name, value = told.get("name", ""), told.get("value", "")
        if tag in ("a", "link", "script", "img") and (told.get("href") or told.get("src")):
            self.links.append(told.get("href") or told["src"])
        elif tag == "form":
            self.forms.append(Sent(told.get("method", "get"), told.get("action", "")))
        elif tag == "option" and self.select:
            self._choose(self.select, value, is_chosen="selected" in told)
        elif name and tag == "button":
            self.forms[-1].buttons.append((name, value))
        elif name and tag == "input" and told.get("type") in ("radio", "checkbox"):
            self._choose(name, value, is_chosen="checked" in told)
        elif name and tag == "input":
            self.forms[-1].fields.append((name, value))
        elif tag == "select":
            self.select = name
        elif tag == "textarea":
            self.area = name
            self.forms[-1].fields.append((name, ""))

    def _choose(self, name: str, value: str, *, is_chosen: bool) -> None:
        fields = self.forms[-1].fields
        if is_chosen and name not in self.chosen:
            self.chosen.add(name)
            fields[:] = [pair for pair in fields if pair[0] != name]
        if is_chosen or (value and name not in dict(fields)):
            fields.append((name, value))

    def handle_data(self, data: str) -> None:
        """Note what stands in a large box."""
        if self.area:
            self.forms[-1].fields[-1] = (self.area, data)

    def handle_endtag(self, tag: str) -> None:
        """Note the end of a field."""
        if tag in ("select", "textarea"):
            self.select = self.area = ""


@dataclass
class Walk:
    """Somebody's way through the site: what waits to be opened, what was, and what was wrong with it."""

    app: Flask
    who: str
    browser: FlaskClient
    waiting: dict[str, str] = field(default_factory=lambda: {"/": "nowhere"})
    seen: set[str] = field(default_factory=lambda: {"/"})
    opened: Counter[str] = field(default_factory=Counter)
    forms: dict[tuple[str, str], Sent] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def endpoint(self, address: str, method: str = "GET") -> str:
        """What answers an address; nothing, where nothing does."""
        addresses, path = self.app.url_map.bind("localhost"), urlsplit(address).path
        return addresses.match(path, method)[0] if addresses.test(path, method) else "nothing"

    def turn(self, address: str) -> int:
        """Where an address stands in the order in which they open things: what the story lacks first, then any."""
        return 0 if MADE in address else crc32(f"{self.who} {address}".encode())

    def go(self) -> None:
        """Open whatever pages lead to."""
        while self.waiting:
            address = min(self.waiting, key=self.turn)
            shown_on = self.waiting.pop(address)
            endpoint = self.endpoint(address)
            if self.opened[endpoint] < ALIKE:
                self.opened[endpoint] += 1
                self.open(address, shown_on)

    def open(self, address: str, shown_on: str) -> None:
        """Open a page, and note what it shows."""
        answer = self.browser.get(address)
        if answer.status_code == 302:
            self.note(urljoin(address, answer.headers["Location"]), address)
        elif answer.status_code != 200:
            self.wrong.append(f"{answer.status_code} GET {address}, a link on {shown_on}")
        elif answer.mimetype != "text/html":
            self.opened[self.endpoint(address)] = ALIKE
        else:
            page = Page(answer.text)
            for link in page.links:
                self.note(urljoin(SITE + address, link), address)
            for form in page.forms:
                form.action = urljoin(address, form.action)
                if form.method == "get":
                    self.note(form.action, address)
                else:
                    self.forms.setdefault((form.action, str(form.buttons)), form)
        answer.close()

    def note(self, address: str, shown_on: str) -> None:
        """Something to open later, if it is of this site and new."""
        parts = urlsplit(address)
        path = f"{parts.path}?{parts.query}" if parts.query else parts.path
        if parts.scheme in ("", "http") and parts.netloc in ("", "localhost") and path not in self.seen:
            self.seen.add(path)
            self.waiting[path] = shown_on

    def alike(self) -> Iterator[Sent]:
        """The forms to send: of those that go to one endpoint, some."""
        sent: Counter[str] = Counter()
        for form in sorted(self.forms.values(), key=lambda form: self.turn(form.action)):
            endpoint = self.endpoint(form.action, "POST")
            if sent[endpoint] < FORMS_ALIKE:
                sent[endpoint] += 1
                yield form

    def send(self, form: Sent, way: list[tuple[str, str]]) -> str:
        """Send a form, and open what it leads to."""
        data: dict[str, list[str]] = {}
        for name, value in way:
            data.setdefault(name, []).append(value)
        answer = self.browser.post(form.action, data=data)
        answer.close()
        endpoint = self.endpoint(form.action, "POST")
        if answer.status_code == 302:
            assert (answer.headers["Location"] == "/sign-in") == (endpoint in ENDING), endpoint
            onward = self.browser.get(answer.headers["Location"], follow_redirects=True)
            onward.close()
            if onward.status_code not in (200, 422):  # a claim that is checked may say what is still wrong
                self.wrong.append(f"{onward.status_code} GET {answer.headers['Location']}, after POST {form.action}")
        elif answer.status_code not in (200, 422):
            self.wrong.append(f"{answer.status_code} POST {form.action}")
        return f"{answer.status_code} {endpoint}"
