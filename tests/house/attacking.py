"""What attackers send to the site as it is served: pages asked for with any header, and bytes that no browser sends."""

import socket
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from html import unescape
from http.client import HTTPConnection, HTTPMessage
from http.cookies import SimpleCookie
from urllib.parse import urlencode, urlsplit

SECONDS = 20


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: HTTPMessage
    body: bytes

    @property
    def text(self) -> str:
        """As it is shown."""
        return self.body.decode("utf-8", "replace")

    @property
    def title(self) -> str:
        """The page's title, up to the site's name."""
        return unescape(self.text.partition("<title>")[2].partition(" – Portfolio</title>")[0])


class Browser:
    """A browser without a conscience: it keeps cookies, and says of itself whatever it is told to say."""

    def __init__(self, address: str, **headers: str) -> None:
        self.place = urlsplit(address).netloc
        self.headers = {"User-Agent": "a test", **{name.replace("_", "-"): text for name, text in headers.items()}}
        self.cookies: dict[str, str] = {}
        self.connection = HTTPConnection(self.place, timeout=SECONDS)

    def open(
        self, method: str, path: str, body: bytes | str | None = None, headers: Mapping[str, str] | None = None
    ) -> Answer:
        """Ask for a path; what is sent is sent as it is."""
        said = {"Host": self.place, **self.headers, **(headers or {})}
        if self.cookies:
            said.setdefault("Cookie", "; ".join(f"{name}={value}" for name, value in self.cookies.items()))
        self.connection.request(method, path, body, said)
        response = self.connection.getresponse()
        answer = Answer(response.status, response.headers, response.read())
        for line in response.headers.get_all("Set-Cookie") or ():
            for name, cookie in SimpleCookie(line).items():
                if cookie["path"] == "/":
                    self.cookies[name] = cookie.value
        return answer

    def get(self, path: str, **headers: str) -> Answer:
        """Ask for a page."""
        return self.open("GET", path, headers={name.replace("_", "-"): text for name, text in headers.items()})

    def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str) -> Answer:
        """Send a form, as it is."""
        said = {name.replace("_", "-"): text for name, text in headers.items()}
        said.setdefault("Content-Type", "application/x-www-form-urlencoded")
        return self.open("POST", path, urlencode(fields or {}), said)

    def token(self, path: str = "/sign-in") -> str:
        """The token that the forms of a page carry."""
        return self.get(path).text.partition('name="csrf_token" value="')[2].partition('"')[0]

    def sign_in(self, email: str, passphrase: str, path: str = "/sign-in", **headers: str) -> Answer:
        """Sign in as a person does."""
        typed = {"email": email, "password": passphrase, "csrf_token": self.token()}
        return self.post(path, typed, **headers)

    def is_signed_in(self) -> bool:
        """Whether the front page is this person's, and not the way to it."""
        return self.get("/").status == 200

    def close(self) -> None:
        """Hang up."""
        self.connection.close()


def sent_raw(address: str, *pieces: bytes) -> bytes:
    """Everything that the server says to these bytes until it hangs up, or until it waits for more."""
    parts = urlsplit(address)
    with socket.create_connection((parts.hostname, parts.port), SECONDS) as line:
        answer = b""
        with suppress(ConnectionError):  # it may hang up on what it will not read
            for piece in pieces:
                line.sendall(piece)
            with suppress(OSError):  # it has hung up
                line.shutdown(socket.SHUT_WR)
            while piece := line.recv(65536):
                answer += piece
    return answer
