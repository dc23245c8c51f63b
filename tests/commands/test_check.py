"""check: says of every proof whether it holds, and names the first figure that is wrong."""

import json
import random
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

import portfolio.tables  # noqa: F401 - every table is known before they are listed
from portfolio.commands import check
from portfolio.config import Config
from portfolio.db import Base, Database, Pence
from portfolio.migrations.guards import GUARDS
from portfolio.returns import proving
from tests.commands.conftest import Run, Said
from tests.story import told as stories

MONEY = [
    (table.name, column.name)
    for table in Base.metadata.sorted_tables
    for column in table.columns
    if isinstance(column.type, Pence)
]
UNTOLD = {
    ("variation", "amount"), ("variation_share", "amount"), ("claim_line", "accrued"), ("forecast", "amount"),
    ("match_receipt", "amount"), ("correction_request", "amount"), ("ledger_extract", "total"),
    ("ledger_note", "amount"), ("ledger_entry", "amount"), ("variation_request", "amount"),
    ("variation_request", "given_before"), ("variation_request", "received_before"),
    ("scenario_ceiling", "amount"), ("scenario_choice", "amount"),
}  # fmt: skip
"""What the demonstration has no row of. Of the ledger's transactions a check of their own tells."""


def by_hand(file: Path, *statements: str) -> None:
    """Change the database as somebody could who has its file, past every guard; the guards are put up again."""
    with closing(sqlite3.connect(file)) as connection:
        guards = connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in guards:
            connection.execute(f"DROP TRIGGER {name}")
        for statement in statements:
            connection.execute(statement)
        for _, sql in guards:
            connection.execute(sql)
        connection.commit()


def wrong(said: Said) -> dict[str, list[str]]:
    """The checks that failed, each with what it says."""
    found: dict[str, list[str]] = {}
    name = ""
    for line in said.lines:
        if line.startswith("WRONG "):
            name = line.removeprefix("WRONG ")
        elif line.startswith("      "):
            found.setdefault(name, []).append(line.strip())
    return found


HISTORY, ROWS = "the history is whole and sealed", "every row is what its history says"


def test_a_sound_database_passes_line_by_line(run: Run, told: Path) -> None:
    said = run("check")
    assert (said.code, said.err) == (0, "")
    *checks, last = said.lines
    assert all(line.startswith("OK    ") for line in checks)
    assert last == f"All {len(checks)} checks passed"
    assert len(checks) >= 10
    answered = json.loads(run("check", "--json").out)
    assert [f"OK    {each['check']}" for each in answered] == checks
    assert all(each["ok"] and each["faults"] == [] for each in answered)


def test_an_empty_database_and_a_loaded_story_pass(run: Run, migrated: Config) -> None:
    assert run("check").code == 0
    assert run("load", stories.DORSET).code == 0
    assert run("check").code == 0


def test_every_money_column_has_rows_to_be_tried() -> None:
    assert set(MONEY) >= UNTOLD


@pytest.mark.parametrize(("table", "column"), sorted(set(MONEY) - UNTOLD))
def test_a_penny_changed_by_hand_is_found_where_it_stands(
    run: Run, told: Path, monkeypatch: pytest.MonkeyPatch, table: str, column: str
) -> None:
    monkeypatch.setattr(proving, "checks", lambda _session: [])  # the record alone finds it
    with closing(sqlite3.connect(told)) as connection:
        row, pence = connection.execute(
            f'SELECT id, {column} FROM "{table}" WHERE {column} IS NOT NULL ORDER BY id DESC LIMIT 1'
        ).fetchone()
    by_hand(told, f'UPDATE "{table}" SET {column} = {column} + 1 WHERE id = {row}')
    said = run("check")
    assert said.code == 1
    assert wrong(said)[ROWS] == [f"{table} {row}: {column} is {pence + 1}, history says {pence}"]
    assert said.lines[-1].endswith("checks failed")


def test_a_penny_of_a_claim_is_found_by_the_sums_too(run: Run, told: Path) -> None:
    by_hand(told, "UPDATE claim_line SET amount = amount + 1 WHERE id = 40")
    found = wrong(run("check"))
    assert found.pop(ROWS)[0].startswith("claim_line 40: amount is ")
    assert found, "an issued return no longer says what its claims say"


def test_no_more_than_the_first_faults_are_shown(run: Run, told: Path) -> None:
    by_hand(told, "UPDATE claim_line SET amount = amount + 1")
    said = run("check")
    assert len(wrong(said)[ROWS]) == 6
    assert wrong(said)[ROWS][-1] == "… and more"
    answered = {each["check"]: each for each in json.loads(run("check", "--json").out)}
    assert answered[ROWS]["ok"] is False
    assert answered[ROWS]["faults"][0].startswith("claim_line 1: amount is ")


def test_a_row_of_the_record_deleted_or_altered_is_found(run: Run, told: Path) -> None:
    by_hand(told, "DELETE FROM history_entry WHERE id = 7", "UPDATE history_entry SET author = 'me' WHERE id = 9")
    missing, altered = wrong(run("check"))[HISTORY]
    assert missing == "history entry 7 is missing"
    assert altered.startswith("history entry 9 (")
    assert altered.endswith(") was altered")


def test_the_end_of_the_record_cut_off_is_found_by_its_rows(run: Run, told: Path) -> None:
    by_hand(told, "DELETE FROM history_entry WHERE id = (SELECT max(id) FROM history_entry)")
    assert wrong(run("check"))[ROWS] != []


def test_every_missing_guard_is_found(run: Run, told: Path) -> None:
    database = Database(f"sqlite:///{told}")
    for guard in GUARDS:
        with closing(sqlite3.connect(told)) as connection:
            [[sql]] = connection.execute("SELECT sql FROM sqlite_master WHERE name = ?", [guard.name]).fetchall()
            connection.execute(f"DROP TRIGGER {guard.name}")
            connection.commit()
            with database.reading() as session:
                [fault] = check.missing_guards(session)
            assert fault.startswith(f"{guard.name} is missing, which says that {guard.says}. ")
            connection.execute(sql)
            connection.commit()
    database.close()
    with closing(sqlite3.connect(told)) as connection:
        connection.execute(f"DROP TRIGGER {GUARDS[0].name}")
        connection.commit()
    assert list(wrong(run("check"))) == ["its guards are in place"]


@pytest.mark.parametrize(
    ("words", "fault"),
    [
        ("DROP INDEX ix_claim_quarter_status", "ix_claim_quarter_status is missing. Bring back a backup"),
        ("CREATE TRIGGER x AFTER INSERT ON claim BEGIN SELECT 1; END", "x was added by somebody else. Look what it do"),
        (
            "DROP TRIGGER guard_claim_update; "
            "CREATE TRIGGER guard_claim_update AFTER UPDATE ON claim BEGIN SELECT 1; END",
            "guard_claim_update is not as it was made. Bring back a backup",
        ),
    ],
)
def test_what_was_made_otherwise_is_found(run: Run, told: Path, words: str, fault: str) -> None:
    with closing(sqlite3.connect(told)) as connection:
        connection.executescript(words)
    [found] = wrong(run("check"))["its tables are as they were made"]
    assert found.startswith(fault)


def test_a_reference_to_nothing_is_found(run: Run, told: Path) -> None:
    by_hand(told, "UPDATE award SET csp_id = 99 WHERE id = 1")
    assert "award 1 points to a csp that is not there" in wrong(run("check"))["the database is sound"]


def contents(file: Path) -> list[str]:
    """All that a database says; what cannot be said is something else than before."""
    try:
        with closing(sqlite3.connect(file)) as connection:
            return list(connection.iterdump())
    except (sqlite3.DatabaseError, UnicodeDecodeError) as error:
        return [str(error)]


def find_flipped_bytes(run: Run, told: Path, seed: int, flips: int) -> None:
    """Flip single bits anywhere in the file: the check names a fault, or what the database says is as before."""
    chance = random.Random(seed)  # noqa: S311 - the same places each time
    whole, before = told.read_bytes(), contents(told)
    for _ in range(flips):
        place, bit = chance.randrange(len(whole)), 1 << chance.randrange(8)
        told.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        said = run("check")
        if said.code == 0:
            assert contents(told) == before, f"byte {place}, bit {bit}"
        else:
            assert said.code == 1
            assert wrong(said) or said.err, f"byte {place}, bit {bit}"
        for beside in ("-wal", "-shm"):
            Path(f"{told}{beside}").unlink(missing_ok=True)


def test_a_flipped_bit_is_found_wherever_it_is(run: Run, told: Path) -> None:
    find_flipped_bytes(run, told, seed=2, flips=12)


def test_an_issued_file_flipped_in_one_byte_is_found(run: Run, told: Path) -> None:
    by_hand(
        told,
        "UPDATE \"return\" SET file = CAST(substr(file, 1, 2000) || x'00' || substr(file, 2002) AS BLOB) WHERE id = 1",
    )
    found = wrong(run("check"))
    assert found[ROWS][0].startswith("return 1: file is sha256:")
    assert len(found) >= 2, "the issued returns' own check says so too"


def test_what_follows_a_return_is_proved_too(run: Run, told: Path) -> None:
    by_hand(
        told,
        "UPDATE form_blank SET content = CAST(content || x'00' AS BLOB)",
        "UPDATE filled_form SET file = CAST(file || x'00' AS BLOB)",
        "UPDATE published_file SET content = CAST(content || x'00' AS BLOB) WHERE id = 1",
        "UPDATE publication SET version = version + 1",
        "INSERT INTO publication SELECT 99, funding_year_id, 9, figures, published_by_id, published_at, note "
        "FROM publication WHERE id = 1",
    )
    found = [sentence for name, sentences in wrong(run("check")).items() if name != ROWS for sentence in sentences]
    for fault in (
        "blank 1, Serious_Violence_Duty_claim_form_2025-26.xlsx, of Serious Violence Duty claim form, 2025/26, is not",
        "filled form 1, ",
        "published file 1, ",
        "publication 1 is version 2 of its year, and the one before it is not there",
        "publication 99, version 9, has no files",
    ):
        assert any(sentence.startswith(fault) for sentence in found), fault


def test_a_copy_elsewhere_is_checked_where_it_is(
    run: Run, told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = shutil.copy(told, tmp_path / "copy.db")
    by_hand(told, "UPDATE claim_line SET amount = amount + 1")
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{copy}")
    assert run("check").code == 0
