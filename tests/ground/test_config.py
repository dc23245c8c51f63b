"""Where the data is: from the environment, with defaults that work."""

import os
import stat
from pathlib import Path

import pytest

from portfolio.config import ROOT, BadSetting, Config


def test_without_settings_the_data_is_in_the_projects_instance_folder() -> None:
    config = Config.from_environment({})
    assert config.instance == ROOT / "instance"
    assert config.sqlite_file == ROOT / "instance" / "portfolio.db"


def test_empty_settings_are_none() -> None:
    assert Config.from_environment({"PORTFOLIO_INSTANCE": "", "DATABASE_URL": ""}) == Config.from_environment({})


def test_the_folder_may_be_elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("PORTFOLIO_INSTANCE", "data")
    config = Config.from_environment()
    assert config.instance == tmp_path / "data"
    assert config.sqlite_file == tmp_path / "data" / "portfolio.db"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_reached_by_any_of_its_names(scheme: str) -> None:
    config = Config.from_environment({"DATABASE_URL": f"{scheme}://user:password@host/name"})
    assert config.database_url == "postgresql+psycopg://user:password@host/name"
    assert config.sqlite_file is None


@pytest.mark.parametrize("url", ["mysql://host/name", "nonsense", "sqlite", "sqlite://", "portfolio.db"])
def test_other_databases_are_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(BadSetting, match="DATABASE_URL is neither PostgreSQL nor SQLite"):
        Config.from_environment({"DATABASE_URL": url})


@pytest.mark.parametrize("url", ["sqlite:///", "sqlite:///:memory:"])
def test_a_database_that_nobody_keeps_is_refused(url: str) -> None:
    with pytest.raises(BadSetting, match="is kept nowhere"):
        Config.from_environment({"DATABASE_URL": url})


def test_the_secret_key_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    config = Config(tmp_path / "deep" / "instance", "sqlite:///unused")
    key = config.secret_key()
    assert len(key) == 64
    assert config.secret_key() == key
    assert stat.S_IMODE((config.instance / "secret_key").stat().st_mode) == 0o600
    assert [file.name for file in config.instance.iterdir()] == ["secret_key"]


def test_two_processes_that_start_at_once_read_one_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = Config(tmp_path, "sqlite:///unused")
    link = os.link

    def other_first(made: Path, wanted: Path) -> None:
        wanted.write_text("the other's key")
        link(made, wanted)

    monkeypatch.setattr(os, "link", other_first)
    assert config.secret_key() == "the other's key"
    assert [file.name for file in tmp_path.iterdir()] == ["secret_key"]
