"""A demonstration of a file's own, its site, and a browser to look at it with."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from portfolio.config import Config
from tests.browser import launch
from tests.journeys.test_demo import portfolio
from tests.serving import served


@pytest.fixture(scope="session")
def demonstration(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder of a demonstration, to be copied."""
    made: Path = tmp_path_factory.mktemp("demonstration")
    done = portfolio(made, "demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    return made


@pytest.fixture(scope="module")
def folder(demonstration: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The instance folder of a demonstration of a file's own."""
    return shutil.copytree(demonstration, tmp_path_factory.mktemp("copy") / "instance")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[str]:
    """Its site."""
    with served(Config.from_environment({"PORTFOLIO_INSTANCE": str(folder)})) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        started = launch(playwright)
        yield started
        started.close()
