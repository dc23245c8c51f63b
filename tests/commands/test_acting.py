"""Who may run which command: the operator's line of the permission table, and the roles of whom a command acts as."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.cli import _parser
from portfolio.commands.ground import ground
from portfolio.config import Config
from portfolio.db import Database
from portfolio.errors import NotAllowed
from portfolio.history import HistoryEntry
from portfolio.people.actions import find_person, is_password_of
from portfolio.people.joining import get_link
from portfolio.people.models import Link, PersonalReading
from portfolio.people.rules import OPERATOR_MAY, Act, Role
from tests.commands.conftest import Run
from tests.people.links import keys_to

FRANK, NADIA, OLIVE, ADA = "frank@finance.example", "nadia@nhs.example", "olive@dorset.example", "ada@admin.example"
PASSPHRASE = "tractor lemon sky"
RETURN = ("return", "opcc", "--year", "2025/26", "--quarter", "Q2")
COMMANDS: dict[str, tuple[object, ...]] = {
    "load": ("load", "nothing.json"),
    "return": RETURN,
    "pack": ("pack", "--year", "2025/26"),
    "check": ("check",),
    "backup": ("backup", "saved.db"),
    "restore": ("restore", __file__, "--force"),
    "deliver": ("deliver",),
    "remind": ("remind", "--dry-run"),
    "retention": ("retention",),
    "person add": ("person", "add", "nina@example.org", "--name", "Nina", "--role", "project lead", "--invite"),
    "person list": ("person", "list"),
    "person disable": ("person", "disable", FRANK),
    "person reset": ("person", "reset", FRANK),
}
"""Every command that works on data, as it is called."""
WITHOUT_PEOPLE = {"init", "serve", "demo"}
"""They make tables, answer pages that ask by themselves, and tell a story of their own."""


@contextmanager
def looking_at(settings: Config) -> Iterator[Session]:
    """The database as it is now."""
    database = Database(settings.database_url)
    with database.reading() as session:
        yield session
    database.close()


def last_made(session: Session) -> datetime:
    """When the last link was made."""
    return session.scalars(select(Link.made_at).order_by(Link.id.desc()).limit(1)).one()


@pytest.fixture(autouse=True)
def _as_nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PORTFOLIO_AS", raising=False)
    monkeypatch.chdir(tmp_path)


def test_every_command_is_tried_or_touches_nobodys_data() -> None:
    commands = _parser()._subparsers._group_actions[0].choices  # type: ignore[union-attr]
    named = set()
    for name, parser in commands.items():  # type: ignore[union-attr]
        below = [action.choices for action in parser._actions if action.dest == "act"]
        named |= {f"{name} {act}" for choices in below for act in choices} or {name}
    assert named == COMMANDS.keys() | WITHOUT_PEOPLE


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("name", COMMANDS)
def test_whoever_may_do_nothing_of_it_is_refused_before_anything_is_done(
    run: Run, settings: Config, name: str, tmp_path: Path
) -> None:
    with looking_at(settings) as session:
        before = len(session.scalars(select(HistoryEntry.id)).all())
    said = run(*COMMANDS[name], "--as", NADIA)
    assert (said.code, said.out) == (1, "")
    assert said.err.startswith("Nadia Rahman may not ")
    assert said.err.endswith("Their roles: project lead\n")
    assert [file.name for file in tmp_path.iterdir() if file.name != "instance"] == []
    with looking_at(settings) as session:
        assert len(session.scalars(select(HistoryEntry.id)).all()) == before


@pytest.mark.usefixtures("told")
@pytest.mark.parametrize("email", ["nobody@example.org", "", "gone@example.org"])
def test_nobody_acts_as_somebody_who_is_not_let_in(run: Run, email: str) -> None:
    run("person", "add", "gone@example.org", "--name", "Gone", "--role", "administrator", "--invite")
    assert run("person", "disable", "gone@example.org").code == 0
    said = run("check", "--as", email)
    assert (said.code, said.out) == (1, "")
    assert said.err == f"There is nobody with the address {email} who may sign in. Check --as, or PORTFOLIO_AS\n"


@pytest.mark.usefixtures("told")
def test_a_return_is_written_for_those_whose_roles_reach_it(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole, own, other = tmp_path / "whole.xlsx", tmp_path / "own.xlsx", tmp_path / "other.xlsx"
    assert run(*RETURN, "--out", whole, "--as", FRANK).code == 0
    assert run(*RETURN, "--csp", "dorset", "--out", own, "--as", OLIVE.upper()).code == 0
    for words in (RETURN, ("return", "home-office", *RETURN[2:]), ("return", "statement", "--year", "2025/26")):
        said = run(*words, "--out", other, "--as", OLIVE)
        assert said.code == 1
        assert said.err == (
            "This adds up the whole police area, which is beyond your roles. Use portfolio return opcc --csp dorset\n"
        )
    said = run(*RETURN, "--csp", "bcp", "--out", other, "--as", OLIVE)
    assert (said.code, said.err) == (1, "There is no partnership “bcp” in Dorset. Use one of: dorset\n")
    monkeypatch.setenv("PORTFOLIO_AS", NADIA)
    said = run(*RETURN, "--out", other)
    assert (said.code, said.err) == (1, "Nadia Rahman may not see returns. Their roles: project lead\n")
    assert run(*RETURN, "--csp", "bcp", "--out", other, "--as", FRANK).code == 0
    assert (whole.exists(), own.exists()) == (True, True)


@pytest.mark.usefixtures("told")
def test_years_of_other_areas_are_not_there(run: Run, settings: Config, tmp_path: Path) -> None:
    database = Database(settings.database_url)
    with database.engine.execution_options(writing=True).begin() as connection:
        connection.exec_driver_sql("INSERT INTO police_area (code, name) VALUES ('E9', 'Elsewhere')")
        moved = "UPDATE role_held SET police_area_id = (SELECT id FROM police_area WHERE code = 'E9')"
        connection.exec_driver_sql(f"{moved} WHERE role = 'finance officer'")
    database.close()
    said = run(*RETURN, "--as", FRANK)
    assert (said.code, said.err) == (1, "There is no such funding year 2025/26. There are: none yet\n")


@pytest.mark.usefixtures("told")
def test_an_officer_invites_to_their_own_partnership_and_the_record_names_them(run: Run, settings: Config) -> None:
    nina = ("person", "add", "nina@example.org", "--name", "Nina Newcomer", "--role")
    said = run(*nina, "project lead", "--csp", "dorset", "--invite", "--as", OLIVE)
    assert said.lines == [
        "Nina Newcomer <nina@example.org> is project lead",
        "A message to nina@example.org is queued. `portfolio deliver` sends it",
    ]
    for role, place in (("project lead", "bcp"), ("CSP officer", "dorset"), ("administrator", "dorset")):
        refused = run(*nina, role, "--csp", place, "--invite", "--as", OLIVE)
        assert (refused.code, refused.err) == (1, "You cannot give this role here. Choose one of those offered\n")
    by_passphrase = run(*nina, "project lead", "--csp", "dorset", "--as", OLIVE)
    assert by_passphrase.err == "Olive Marsh may not manage people and settings. Their roles: CSP officer\n"
    with looking_at(settings) as session:
        olive, person = find_person(session, OLIVE), find_person(session, "nina@example.org")
        assert olive is not None
        assert person is not None
        assert [held.role for held in person.roles] == [Role.LEAD]
        about = select(HistoryEntry).where(HistoryEntry.record == "person", HistoryEntry.record_id == person.id)
        [entry] = session.scalars(about)
        assert entry.author == olive.mark
        assert entry.deed.startswith("Gave the role project lead (")
        assert "command line" in entry.deed
        assert get_link(session, keys_to(session, settings, "nina@example.org")[0], last_made(session))


@pytest.mark.usefixtures("told")
def test_an_officer_sees_and_disables_their_own_people_alone(run: Run, settings: Config) -> None:
    said = run("person", "list", "--as", OLIVE)
    assert said.lines == [
        "dan@council.example  Dan Coleman  project lead",
        "ines@police.example  Ines Roy  CSP member",
        "moira@dorset.example  Moira Field  CSP member",
        "pete@police.example  Pete Lowe  project lead",
        "tess@trust.example  Tess Young  project lead",
    ]
    with looking_at(settings) as session:
        [reading] = session.scalars(select(PersonalReading))
        assert reading.what == "The list of people, by a command"
    assert len(json.loads(run("person", "list", "--json", "--as", ADA).out)) == 13
    refused = run("person", "disable", FRANK, "--as", OLIVE)
    assert refused.err == f"There is nobody with the address {FRANK}. `portfolio person list` shows who is here\n"
    assert run("person", "disable", "moira@dorset.example", "--as", OLIVE).code == 0
    refused = run("person", "reset", "dan@council.example", "--as", OLIVE)
    assert refused.err == "Olive Marsh may not manage people and settings. Their roles: CSP officer\n"


@pytest.mark.usefixtures("told")
def test_a_reset_prints_a_link_that_is_good_once(run: Run, settings: Config) -> None:
    said = run("person", "reset", FRANK)
    assert said.code == 0
    assert "Good once, for 72 hours. Whoever has it is Frank Abbott" in said.err
    [link] = said.lines
    prefix = f"{settings.url}/join/"
    assert link.startswith(prefix)
    newer = run("person", "reset", FRANK).lines[0].removeprefix(prefix)
    with looking_at(settings) as session:
        assert get_link(session, newer, last_made(session)).person.email == FRANK


@pytest.mark.usefixtures("told")
def test_a_reset_may_ask_for_the_passphrase(run: Run, settings: Config, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{PASSPHRASE}\n"))
    said = run("person", "reset", FRANK, "--ask")
    assert said.lines == [f"{FRANK} has the new passphrase, and is signed out everywhere"]
    with looking_at(settings) as session:
        frank = find_person(session, FRANK)
        assert frank is not None
        assert is_password_of(frank, PASSPHRASE)
    monkeypatch.setattr("sys.stdin", io.StringIO("password2025\n"))
    assert run("person", "reset", FRANK, "--ask").err.startswith("Passphrase must not be one that many people use.")


@pytest.mark.usefixtures("told")
def test_a_reset_of_a_second_factor_needs_one(run: Run) -> None:
    said = run("person", "reset", FRANK, "--second-factor")
    assert (said.code, said.out) == (1, "")
    assert "no authenticator app on this account" in said.err


@pytest.mark.usefixtures("told")
def test_nobody_disabled_or_unknown_is_reset(run: Run) -> None:
    assert run("person", "disable", FRANK).code == 0
    assert run("person", "reset", FRANK).err == "This account is disabled. An administrator can enable it again\n"
    assert run("person", "reset", "nobody@example.org").err.startswith("There is nobody with the address nobody@")


@pytest.mark.usefixtures("told")
def test_an_administrator_runs_every_command_in_their_own_name(run: Run, settings: Config, tmp_path: Path) -> None:
    saved = tmp_path / "saved.db"
    for words in (("backup", saved), ("retention",), ("deliver",), ("check",)):
        assert run(*words, "--as", ADA).code == 0, words
    assert run("restore", saved, "--force", "--as", ADA).code == 0
    assert "cannot be read: No such file" in run("load", tmp_path / "nothing.json", "--as", ADA).err


def test_in_an_empty_folder_nobody_can_be_acted_as(run: Run, settings: Config, tmp_path: Path) -> None:
    saved = tmp_path / "saved.db"
    saved.write_bytes(b"")
    assert "There is no database" in run("restore", saved, "--as", ADA).err


def test_the_operator_does_what_their_line_of_the_table_says(migrated: Config) -> None:
    for act in Act:
        if act in OPERATOR_MAY:
            with ground(act) as here:
                assert here.within(act).everything
        else:
            with pytest.raises(NotAllowed, match=f"From the command line nobody may {act.value}"), ground(act):
                pass
