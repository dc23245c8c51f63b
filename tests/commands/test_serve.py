"""What the site refuses to start with, what it doubts, and the key that it needs."""

import os
import socket
import stat
from pathlib import Path
from typing import Any

import pytest

from portfolio.commands.serve import Unsafe, doubts, is_this_machine, refuse_unsafe
from portfolio.config import Config
from tests.commands.conftest import Run

HTTPS = {"url": "https://grants.example.org"}
SET_IT = "Set PORTFOLIO_URL to what people type, like https://grants.example.org"


def config(**settings: Any) -> Config:
    """Settings, of a folder that is never looked at."""
    return Config(Path("unused"), "sqlite:///unused", **settings)


@pytest.mark.parametrize(
    ("settings", "host"),
    [
        ({}, "127.0.0.1"),
        ({}, "::1"),
        ({}, "localhost"),
        ({"url": "http://grants.example.org"}, "0.0.0.0"),  # noqa: S104 - nothing listens
        (HTTPS, "127.0.0.1"),
        (HTTPS | {"proxies": 1, "hsts_days": 365}, "10.0.0.5"),
    ],
)
def test_it_starts_with_what_is_clear(settings: dict[str, Any], host: str) -> None:
    refuse_unsafe(config(**settings), host)


@pytest.mark.parametrize(
    ("settings", "host", "sentence"),
    [
        ({}, "10.0.0.5", f"On 10.0.0.5 other machines reach the site, but it does not know under which name. {SET_IT}"),
        ({}, "::", f"On :: other machines reach the site, but it does not know under which name. {SET_IT}"),
        (
            {"url": "https://localhost"},
            "grants",
            f"On grants other machines reach the site, but it does not know under which name. {SET_IT}",
        ),
        (
            {"proxies": 1},
            "127.0.0.1",
            f"PORTFOLIO_PROXIES says that people come through a web server, but not to which name. {SET_IT}",
        ),
        (
            {"url": "http://grants.example.org", "hsts_days": 1},
            "127.0.0.1",
            "PORTFOLIO_HSTS_DAYS has browsers insist on https, which PORTFOLIO_URL does not say. "
            "Set PORTFOLIO_URL to the https address, or leave PORTFOLIO_HSTS_DAYS out",
        ),
    ],
)
def test_it_does_not_start_with_what_contradicts_itself(settings: dict[str, Any], host: str, sentence: str) -> None:
    with pytest.raises(Unsafe) as refused:
        refuse_unsafe(config(**settings), host)
    assert refused.value.sentence == sentence


@pytest.mark.parametrize(
    ("settings", "host", "doubted"),
    [
        ({}, "127.0.0.1", []),
        (HTTPS | {"proxies": 1}, "127.0.0.1", []),
        (HTTPS, "127.0.0.1", ["Set PORTFOLIO_PROXIES to how many web servers stand before the site, mostly 1."]),
        (
            {"url": "http://grants.example.org", "proxies": 1},
            "127.0.0.1",
            ["Put a web server with TLS before the site, and set PORTFOLIO_URL to its https address."],
        ),
        (HTTPS | {"proxies": 1}, "10.0.0.5", ["See that nothing but the web server before it can reach this address."]),
    ],
)
def test_it_says_what_is_more_often_a_mistake(settings: dict[str, Any], host: str, doubted: list[str]) -> None:
    said = list(doubts(config(**settings), host))
    assert [sentence.partition(". ")[2] for sentence in said] == doubted


def test_it_says_that_others_may_read_the_database(tmp_path: Path) -> None:
    file = tmp_path / "portfolio.db"
    made = Config(tmp_path, f"sqlite:///{file}")
    assert list(doubts(made, "127.0.0.1")) == []
    file.touch()
    file.chmod(0o644)
    assert list(doubts(made, "127.0.0.1")) == [
        f"Others than its owner may read {file}, with the data of everybody. Run: chmod 600 {file}*"
    ]
    file.chmod(0o600)
    assert list(doubts(made, "127.0.0.1")) == []


def test_an_address_of_this_machine_is_known() -> None:
    here = ("127.0.0.1", "127.8.0.1", "::1", "localhost")
    assert [host for host in (*here, "0.0.0.0", "::", "10.0.0.1", "grants", "") if is_this_machine(host)] == [*here]  # noqa: S104


@pytest.mark.usefixtures("migrated")
def test_what_is_refused_is_one_sentence(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    said = run("serve", "--host", "0.0.0.0")  # noqa: S104
    assert (said.code, said.out, len(said.err.splitlines())) == (1, "", 1)
    assert said.err.startswith("On 0.0.0.0 other machines reach the site")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        said = run("serve", "--port", port)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"The site cannot listen on http://127.0.0.1:{port}: ")
    assert said.err.endswith(" Choose another with --port\n")
    monkeypatch.setenv("PORTFOLIO_SECRET_KEY", "guessed")
    assert run("serve").err.startswith("PORTFOLIO_SECRET_KEY holds a key that can be guessed.")


@pytest.mark.only_sqlite
def test_a_key_is_made_or_refused_when_the_database_is_made(run: Run, settings: Config) -> None:
    assert run("init").code == 0
    file = settings.instance / "secret_key"
    made = file.read_text(encoding="ascii")
    assert run("init").code == 0
    assert file.read_text(encoding="ascii") == made
    file.write_text("changeme" * 5, encoding="ascii")
    said = run("init")
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(f"{file} holds a key that can be guessed.")


@pytest.mark.only_sqlite
@pytest.mark.skipif(os.name != "posix", reason="permissions are POSIX's")
def test_what_a_command_writes_is_its_owners_alone(run: Run, settings: Config, tmp_path: Path) -> None:
    assert run("init").code == 0
    assert run("backup", tmp_path / "backup.db").code == 0
    for file in (settings.instance, settings.instance / "portfolio.db", tmp_path / "backup.db"):
        assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file
