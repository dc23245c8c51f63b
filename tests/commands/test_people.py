"""person add, list and disable."""

import io
import json

import pytest

from portfolio.config import Config
from portfolio.db import Database
from portfolio.history import HistoryEntry
from portfolio.people import actions
from portfolio.people.rules import Role
from tests import make
from tests.commands.conftest import Run, Said
from tests.story import told as stories

PASSWORD = "correct horse battery"


def type_in(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """What a program gives on standard input."""
    monkeypatch.setattr("sys.stdin", io.StringIO(text))


@pytest.fixture
def add(run: Run, migrated: Config, monkeypatch: pytest.MonkeyPatch) -> Run:
    """`add("ada@example.org", "administrator")`, her password given on standard input."""

    def command(email: str, role: str, *more: str, password: str = PASSWORD) -> Said:
        type_in(monkeypatch, password + "\n")
        return run("person", "add", email, "--name", "Ada Minster", "--role", role, *more)

    return command


def test_somebody_is_added_with_a_role_and_can_sign_in(add: Run, migrated: Config) -> None:
    said = add(" Ada@Example.org ", "administrator")
    assert (said.code, said.lines, said.err) == (0, ["Ada Minster <ada@example.org> is administrator"], "")
    database = Database(migrated.database_url)
    with database.reading() as session:
        found = actions.find_by_password(session, "ada@example.org", PASSWORD)
        assert found is not None
        assert [held.role for held in found.roles] == [Role.ADMINISTRATOR]
        entries = list(session.query(HistoryEntry))
        assert {entry.deed for entry in entries} == {"Gave the role administrator"}
        assert all(entry.author.endswith("command line") or "(command line)" in entry.author for entry in entries)
        assert PASSWORD not in "".join(entry.after for entry in entries)
    database.close()


def test_a_second_role_needs_no_second_password(add: Run, run: Run, migrated: Config) -> None:
    assert add("ada@example.org", "administrator").code == 0
    assert add("ADA@example.org", "project lead", password="").lines == [
        "Ada Minster <ada@example.org> is project lead"
    ]
    assert run("person", "list").lines == ["ada@example.org  Ada Minster  administrator, project lead"]


def test_roles_for_a_place_name_it(add: Run, run: Run, migrated: Config) -> None:
    assert run("load", stories.DORSET).code == 0
    assert add("olive@example.org", "CSP officer", "--csp", "dorset").code == 0
    assert add("frank@example.org", "finance officer", "--area", "E23000039").code == 0
    for more, sentence in (
        ((), "Select the partnership that the CSP officer is for\n"),
        (("--csp", "kent"), "There is no partnership kent. Load or set it up first\n"),
        (("--csp", "dorset", "--area", "E1"), "There is no police area E1. Load or set it up first\n"),
    ):
        said = add("bina@example.org", "CSP officer", *more)
        assert (said.code, said.err) == (1, sentence)
    assert "bina" not in run("person", "list").out


@pytest.mark.parametrize(
    ("email", "role", "password", "sentence"),
    [
        ("ada@example.org", "king", PASSWORD, "“king” is not a role. Use one of: project lead, CSP officer, "),
        ("ada", "administrator", PASSWORD, "Enter an e-mail address in the correct format, like name@example.org\n"),
        ("ada@example.org", "administrator", "short", "Passphrase must be 12 characters or more\n"),
        ("ada@example.org", "administrator", "", "Passphrase must be 12 characters or more\n"),
    ],
)
def test_a_mistake_is_a_sentence_and_adds_nobody(
    add: Run, run: Run, migrated: Config, email: str, role: str, password: str, sentence: str
) -> None:
    said = add(email, role, password=password)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith(sentence)
    assert run("person", "list").lines == ["Nobody yet. Add the first administrator with `portfolio person add`"]


def test_a_password_is_typed_unseen_at_a_terminal(run: Run, migrated: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr("sys.stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda prompt: PASSWORD if "12 characters" in prompt else "")
    assert run("person", "add", "ada@example.org", "--name", "Ada", "--role", "administrator").code == 0


def test_somebody_disabled_is_listed_as_such(add: Run, run: Run, migrated: Config) -> None:
    assert add("ada@example.org", "administrator").code == 0
    assert add("tess@example.org", "project lead").code == 0
    said = run("person", "disable", "Tess@example.org")
    assert (said.code, said.lines) == (0, ["Tess@example.org can no longer sign in"])
    assert run("person", "list").lines[1] == "tess@example.org  Ada Minster  project lead (disabled)"
    assert json.loads(run("person", "list", "--json").out) == [
        {"email": "ada@example.org", "name": "Ada Minster", "roles": ["administrator"], "disabled": False},
        {"email": "tess@example.org", "name": "Ada Minster", "roles": ["project lead"], "disabled": True},
    ]


def test_nobody_else_and_not_the_last_administrator_is_disabled(add: Run, run: Run, migrated: Config) -> None:
    assert add("ada@example.org", "administrator").code == 0
    for email, sentence in (
        ("tess@example.org", "There is nobody with the address tess@example.org. `portfolio person list` shows who"),
        ("ada@example.org", "This is the last administrator. Add another administrator first"),
    ):
        said = run("person", "disable", email)
        assert (said.code, said.err.startswith(sentence)) == (1, True)


def test_a_list_of_nobody_in_json_is_empty(run: Run, migrated: Config) -> None:
    assert json.loads(run("person", "list", "--json").out) == []


def test_who_acts_is_known_even_without_a_login(add: Run, migrated: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise OSError

    monkeypatch.setattr("getpass.getuser", nobody)
    assert add("ada@example.org", "administrator").code == 0
    database = Database(migrated.database_url)
    with database.reading() as session:
        assert {entry.author for entry in session.query(HistoryEntry)} == {"command line"}
        assert make.count_of(session, HistoryEntry) == 2
    database.close()


@pytest.mark.parametrize("words", [[], ["person"], ["nonsense"], ["load"], ["person", "add"], ["serve", "--port", "x"]])
def test_words_that_are_no_command_are_told_how_it_is_called(run: Run, settings: Config, words: list[str]) -> None:
    said = run(*words)
    assert said.code == 2
    assert said.err.startswith("usage: portfolio")


def test_help_and_version_need_no_data(run: Run, settings: Config) -> None:
    said = run("--help")
    assert said.code == 0
    for command in ("demo", "init", "serve", "load", "return", "person", "check", "backup", "restore"):
        assert f"\n    {command} " in said.out
    assert run("--version").out.startswith("portfolio ")
    assert not settings.instance.exists()
