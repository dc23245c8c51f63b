"""Commands as they are typed: what they print, and how they end."""

import contextlib
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from portfolio.cli import main
from portfolio.config import Config
from tests.conftest import ON_POSTGRESQL, FreshUrl


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        """Its output, line by line."""
        return self.out.splitlines()


Run = Callable[..., Said]


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Config:
    """An empty folder of data, set as the environment says; nothing in it yet."""
    monkeypatch.setenv("PORTFOLIO_INSTANCE", str(tmp_path / "instance"))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    return Config.from_environment()


@pytest.fixture
def run(settings: Config, capsys: pytest.CaptureFixture[str]) -> Run:
    """`run("load", file)`: a command on that folder, in this process."""

    def command(*words: object) -> Said:
        capsys.readouterr()
        try:
            code = main([str(word) for word in words])
        except SystemExit as ended:
            code = int(ended.code or 0)
        return Said(code, *capsys.readouterr())

    return command


@pytest.fixture
def migrated(settings: Config, fresh_url: FreshUrl, monkeypatch: pytest.MonkeyPatch) -> Config:
    """The same folder with a migrated, empty database: on the server, where the suite runs on one."""
    settings.instance.mkdir()
    url = fresh_url(settings.instance)
    if ON_POSTGRESQL:
        monkeypatch.setenv("DATABASE_URL", url)
    return Config.from_environment()


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demonstration's database as a file: Q1 issued, Q2 prepared."""
    folder = tmp_path_factory.mktemp("demonstration")
    with pytest.MonkeyPatch.context() as patch, (folder / "said").open("w") as said, contextlib.redirect_stdout(said):
        patch.setenv("PORTFOLIO_INSTANCE", str(folder))
        patch.delenv("DATABASE_URL", raising=False)
        assert main(["demo", "--no-serve"]) == 0
    return folder / "portfolio.db"


@pytest.fixture
def told(settings: Config, demonstration: Path) -> Path:
    """A copy of the demonstration's database where the commands find it."""
    settings.instance.mkdir()
    return Path(shutil.copy(demonstration, settings.instance / "portfolio.db"))
