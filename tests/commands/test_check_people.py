"""check: what was done behind the record's back to people, to what they may and to how they sign in is named."""

import contextlib
import re
import shutil
from pathlib import Path
from typing import cast

import pytest
from sqlalchemy import Table

from portfolio.assessment.models import Interest
from portfolio.cli import main
from portfolio.clock import StoppedClock
from portfolio.config import Config
from portfolio.db import Base, Database
from portfolio.history import Author
from portfolio.people import models as people
from portfolio.people.models import (
    CalendarAddress,
    Identity,
    Link,
    Person,
    PersonalReading,
    Purpose,
    RecoveryCode,
    SecondFactor,
)
from portfolio.people.rules import Role
from portfolio.returns import proving
from tests import make
from tests.commands.conftest import Run
from tests.commands.test_check import HISTORY, ROWS, by_hand, wrong
from tests.conftest import NOW

DIGEST = "sha256:[0-9a-f]{64}"


@pytest.fixture(scope="module")
def few(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database of nine people, a role each, of whom the third (role 3) has all that an account can have."""
    folder = tmp_path_factory.mktemp("few")
    with pytest.MonkeyPatch.context() as patch, (folder / "said").open("w") as said, contextlib.redirect_stdout(said):
        patch.setenv("PORTFOLIO_INSTANCE", str(folder))
        patch.delenv("DATABASE_URL", raising=False)
        assert main(["init"]) == 0
    database = Database(f"sqlite:///{folder / 'portfolio.db'}")
    with database.writing(Author("a test", StoppedClock(NOW).now(), "Set the scene")) as session:
        for role in (Role.ADMINISTRATOR, Role.FINANCE, Role.CSP_MEMBER, *[Role.CSP_OFFICER] * 6):
            make.person(session, role, password_hash="scrypt:theirs")
        make.csp(session, "bcp")
        make.proposal(session)
        moira, gone = session.get_one(Person, 3), session.get_one(Person, 9)
        assert [(held.id, held.role) for held in moira.roles] == [(3, Role.CSP_MEMBER)]
        gone.disabled_at = NOW
        moira.roles[0].ends_on = NOW.date()
        session.add_all(
            [
                Link(person=moira, purpose=Purpose.RESET, key_hash="k", made_at=NOW, expires_at=NOW, used_at=NOW),
                SecondFactor(person_id=3, nonce="n", confirmed_at=NOW),
                RecoveryCode(person_id=3, code_hash="c", used_at=NOW),
                Identity(person_id=3, issuer="https://login.example", subject="moira"),
                PersonalReading(reader_id=3, what="The list of people", about="person 1"),
                CalendarAddress(person_id=3, nonce="n", key_hash="k", made_at=NOW, revoked_at=NOW),
                Interest(proposal_id=1, person=moira, nature="Trustee", declared_on=NOW.date()),
            ]
        )
    database.close()
    return folder / "portfolio.db"


@pytest.fixture
def accounts(settings: Config, few: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of that database where the commands find it."""
    monkeypatch.setattr(proving, "checks", lambda _session: [])  # the record alone finds it
    settings.instance.mkdir()
    return Path(shutil.copyfile(few, settings.instance / "portfolio.db"))


TAMPERED = {
    "a role is given": (
        "INSERT INTO role_held (id, person_id, role) VALUES (99, 3, 'administrator')",
        "role_held 99 is there, but history never recorded it",
    ),
    "a role is raised": (
        "UPDATE role_held SET role = 'administrator' WHERE id = 3",
        "role_held 3: role is administrator, history says CSP member",
    ),
    "a role is widened to another partnership": (
        "UPDATE role_held SET csp_id = 2 WHERE id = 3",
        "role_held 3: csp_id is 2, history says 1",
    ),
    "a role goes on after its last day": (
        "UPDATE role_held SET ends_on = NULL WHERE id = 3",
        "role_held 3: ends_on is None, history says 2025-10-20",
    ),
    "a role is handed on": (
        "UPDATE role_held SET person_id = 4 WHERE id = 3",
        "role_held 3: person_id is 4, history says 3",
    ),
    "a role is taken away": (
        "DELETE FROM role_held WHERE id = 3",
        "role_held 3 is gone, but history never recorded that it was removed",
    ),
    "a passphrase is replaced": (
        "UPDATE person SET password_hash = 'scrypt:mine' WHERE id = 7",
        f"person 7: password_hash is {DIGEST}, history says {DIGEST}",
    ),
    "somebody disabled is let in again": (
        "UPDATE person SET disabled_at = NULL WHERE id = 9",
        r"person 9: disabled_at is None, history says 2025-10-20T09:00:00\+00:00",
    ),
    "mail goes to another address": (
        "UPDATE person SET email = 'eve@example.org' WHERE id = 7",
        "person 7: email is eve@example.org, history was told another .*",
    ),
    "somebody is renamed": (
        "UPDATE person SET name = 'Eve' WHERE id = 7",
        "person 7: name is Eve, history was told another .*",
    ),
    "somebody is added": (
        "INSERT INTO person (id, email, name, salt) VALUES (99, 'eve@example.org', 'Eve', '')",
        "person 99 is there, but history never recorded it",
    ),
    "an app's secret is replaced": (
        "UPDATE second_factor SET nonce = 'mine' WHERE person_id = 3",
        f"second_factor 1: nonce is {DIGEST}, history says {DIGEST}",
    ),
    "a second factor is taken away": (
        "DELETE FROM second_factor WHERE person_id = 3",
        "second_factor 1 is gone, but history never recorded that it was removed",
    ),
    "a recovery code is good again": (
        "UPDATE recovery_code SET used_at = NULL",
        r"recovery_code 1: used_at is None, history says 2025-10-20T09:00:00\+00:00",
    ),
    "a recovery code is made": (
        "UPDATE recovery_code SET code_hash = 'mine'",
        f"recovery_code 1: code_hash is {DIGEST}, history says {DIGEST}",
    ),
    "a directory's account becomes somebody else": (
        "UPDATE identity SET person_id = 7",
        "identity 1: person_id is 7, history says 3",
    ),
    "another account of a directory becomes somebody": (
        "UPDATE identity SET subject = 'eve'",
        "identity 1: subject is eve, history was told another .*",
    ),
    "a link is good again": (
        "UPDATE link SET used_at = NULL",
        r"link 1: used_at is None, history says 2025-10-20T09:00:00\+00:00",
    ),
    "a link is made for another": (
        "UPDATE link SET person_id = 7",
        "link 1: person_id is 7, history says 3",
    ),
    "a reading is removed": (
        "DELETE FROM personal_reading",
        "personal_reading 1 is gone, but history never recorded that it was removed",
    ),
    "a reading is made somebody else's": (
        "UPDATE personal_reading SET reader_id = 7",
        "personal_reading 1: reader_id is 7, history says 3",
    ),
    "a calendar's address is good again": (
        "UPDATE calendar_address SET revoked_at = NULL",
        r"calendar_address 1: revoked_at is None, history says 2025-10-20T09:00:00\+00:00",
    ),
    "a calendar's address is made": (
        "UPDATE calendar_address SET key_hash = 'mine'",
        f"calendar_address 1: key_hash is {DIGEST}, history says {DIGEST}",
    ),
    "an interest is removed": (
        "DELETE FROM interest",
        "interest 1 is gone, but history never recorded that it was removed",
    ),
    "an interest is played down": (
        "UPDATE interest SET nature = 'None'",
        "interest 1: nature is None, history was told another .*",
    ),
}


@pytest.mark.parametrize("what", TAMPERED)
def test_what_is_done_to_people_behind_the_records_back_is_named(run: Run, accounts: Path, what: str) -> None:
    statement, sentence = TAMPERED[what]
    by_hand(accounts, statement)
    said = run("check")
    assert said.code == 1
    assert any(re.fullmatch(sentence, fault) for fault in wrong(said)[ROWS]), wrong(said)


@pytest.mark.usefixtures("accounts")
def test_what_nobody_meddled_with_is_in_order(run: Run) -> None:
    assert run("check").code == 0


def test_every_table_about_people_is_tried() -> None:
    theirs = [mapper for mapper in Base.registry.mappers if mapper.class_.__module__ == people.__name__]
    of_people = {table.name for table in (cast(Table, mapper.local_table) for mapper in theirs) if not _passes(table)}
    tried = {statement.split("WHERE")[0] for statement, _ in TAMPERED.values()}
    assert [table for table in of_people if not any(table in statement for statement in tried)] == []


def _passes(table: Table) -> bool:
    return bool(table.info.get("passing"))


@pytest.mark.parametrize("record", ["person", "role_held", "second_factor", "identity", "link", "personal_reading"])
@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ("SET author = 'person 1'", "was altered"),
        ("SET deed = 'Nothing'", "was altered"),
        ("SET at = '2020-01-01 00:00:00.000000'", "was altered"),
        ("SET after = '{}'", "was altered"),
        ("SET record_id = 4", "was altered"),
    ],
)
def test_what_the_history_says_of_people_cannot_be_altered(
    run: Run, accounts: Path, record: str, change: str, fault: str
) -> None:
    by_hand(accounts, f"UPDATE history_entry {change} WHERE record = '{record}' AND record_id IN (1, 3)")
    found = wrong(run("check"))[HISTORY]
    assert all(each.endswith(fault) for each in found[:5])
    assert f" ({record} " in found[0]


def test_an_entry_about_a_role_that_is_cut_out_is_missed(run: Run, accounts: Path) -> None:
    by_hand(accounts, "DELETE FROM history_entry WHERE record = 'role_held' AND record_id = 3")
    found = wrong(run("check"))
    assert re.fullmatch(r"history entry \d+ is missing", found[HISTORY][0])
    assert "role_held 3 is there, but history never recorded it" in found[ROWS]


def test_a_role_and_an_entry_that_says_so_do_not_fit_the_chain(run: Run, accounts: Path) -> None:
    by_hand(
        accounts,
        "INSERT INTO role_held (id, person_id, role) VALUES (99, 3, 'administrator')",
        "INSERT INTO history_entry (at, author, deed, record, record_id, change, before, after, previous_seal, seal) "
        "SELECT at, author, 'Gave a role', 'role_held', 99, 'added', '{}', "
        '\'{"id":99,"person_id":3,"role":"administrator"}\', seal, seal FROM history_entry ORDER BY id DESC LIMIT 1',
    )
    found = wrong(run("check"))
    assert re.fullmatch(r"history entry \d+ \(role_held 99\) was altered", found[HISTORY][0])
    assert ROWS not in found
