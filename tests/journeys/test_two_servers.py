"""Two server processes on one database: what one of them counts or ends holds on the other at once."""

import multiprocessing
import re
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
import requests
from sqlalchemy.orm import Session

from portfolio.config import Config
from portfolio.people.actions import add_person, give_role
from portfolio.people.rules import Holding, Role
from portfolio.people.throttling import FREE_FOR_AN_ACCOUNT
from tests.serving import served

PASSPHRASE = "violet harbour kestrel"
KEY = "one key, which both of the servers were given"
GUESSES = 12
AT_ONCE_SECONDS = 1.0


def serve(instance: Path, url: str, told: Connection) -> None:
    """One server, as on a machine of its own; says its address, and runs until it is told to stop."""
    instance.mkdir()
    with served(Config(instance, url, given_key=KEY)) as address:
        told.send(address)
        told.recv()


@contextmanager
def server(instance: Path, url: str) -> Iterator[str]:
    """The address of a server in a process of its own."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(instance, url, there))
    process.start()
    assert here.poll(120), "the server never started"
    yield str(here.recv())
    here.send("stop")
    process.join(60)
    assert process.exitcode == 0


@pytest.fixture
def people(session: Session) -> dict[str, int]:
    """Two administrators, by name."""
    added = {}
    for name in ("Ann", "Bob"):
        person = add_person(session, f"{name} Other", f"{name.lower()}@example.org", PASSPHRASE)
        give_role(person, Holding(Role.ADMINISTRATOR))
        session.flush()
        added[name] = person.id
    session.commit()
    return added


@pytest.fixture
def servers(people: dict[str, int], tmp_path: Path, config: Config) -> Iterator[list[str]]:
    """The addresses of two servers that share nothing but the database and the key."""
    with ExitStack() as running:
        yield [running.enter_context(server(tmp_path / name, config.database_url)) for name in ("one", "two")]


def post(browser: requests.Session, page: str, address: str | None = None, **sent: str) -> requests.Response:
    """Send a page's form, with its token."""
    token = re.search(r'name="csrf_token" value="([^"]+)"', browser.get(page).text)
    assert token is not None
    return browser.post(address or page, data={"csrf_token": token[1], **sent}, allow_redirects=False)


def sign_in(at: str, name: str, password: str = PASSPHRASE) -> tuple[requests.Session, requests.Response]:
    """A browser on which somebody tried to sign in, and the answer."""
    browser = requests.Session()
    browser.trust_env = False
    return browser, post(browser, f"{at}/sign-in", email=f"{name.lower()}@example.org", password=password)


def test_disabling_somebody_on_one_server_ends_their_session_on_the_other_at_once(
    servers: list[str], people: dict[str, int], capsys: pytest.CaptureFixture[str]
) -> None:
    one, two = servers
    (bob, _), (ann, _) = sign_in(one, "Bob"), sign_in(two, "Ann")
    assert ann.get(f"{two}/account", allow_redirects=False).status_code == 200
    begun = time.monotonic()
    disabled = post(bob, f"{one}/people/{people['Ann']}", f"{one}/people/{people['Ann']}/disable")
    done = time.monotonic()
    refused = ann.get(f"{two}/account", allow_redirects=False)
    known = time.monotonic()
    assert disabled.status_code == 302
    assert (refused.status_code, refused.headers["Location"]) == (302, "/sign-in?next=/account")
    _, again = sign_in(two, "Ann")
    assert again.status_code == 422
    with capsys.disabled():
        told = f"asked {done - begun:.3f} s, and refused by the other server {known - done:.3f} s after that"
        print(f"\nDisabled as {told}")  # noqa: T201
    assert known - done < AT_ONCE_SECONDS


@pytest.mark.usefixtures("people")
def test_guesses_are_counted_across_both_servers(servers: list[str]) -> None:
    def guess(number: int) -> str:
        return sign_in(servers[number % 2], "Ann", f"guess {number}")[1].text

    with ThreadPoolExecutor(8) as threads:
        answers = list(threads.map(guess, range(GUESSES)))
    looked_at = [answer for answer in answers if "The e-mail address or the passphrase is not right" in answer]
    too_soon = [answer for answer in answers if "Too many attempts to sign in failed" in answer]
    assert (len(looked_at), len(too_soon)) == (FREE_FOR_AN_ACCOUNT, GUESSES - FREE_FOR_AN_ACCOUNT)
    for at in servers:
        assert "Too many attempts" in sign_in(at, "Ann")[1].text, "the right passphrase waits too, on both"
