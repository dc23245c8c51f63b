"""The first command of the README, as a stranger types it: the returns it leaves, to the penny."""

import json
import os
import shutil
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from portfolio.cli import main
from portfolio.commands.demo import STORY
from portfolio.config import ROOT
from portfolio.money import from_pence
from tests import stories


def portfolio(folder: Path, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """A command, on the data of a folder."""
    environment = {**os.environ, "PORTFOLIO_INSTANCE": str(folder), "DATABASE_URL": ""}
    return subprocess.run(
        [sys.executable, "-m", "portfolio", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> "tuple[Path, list[str]]":
    """The demonstration's folder, and what it printed."""
    folder = tmp_path_factory.mktemp("demonstration")
    done = portfolio(folder, "demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    return folder, done.stdout.splitlines()


def figures(file: Path) -> set[Decimal]:
    """Every number in a workbook, as a reader that does not recalculate sees it."""
    book = openpyxl.load_workbook(file, data_only=True)
    values = (cell.value for sheet in book for row in sheet.iter_rows() for cell in row)
    return {Decimal(str(round(value, 2))) for value in values if isinstance(value, int | float)}


def test_ends_with_the_returns_of_the_second_quarter(told: "tuple[Path, list[str]]") -> None:
    folder, lines = told
    assert lines[-2:] == [
        str(folder / "returns" / "OPCC_2025-26_Q2.xlsx"),
        str(folder / "returns" / "HomeOffice_2025-26_Q2.xlsx"),
    ]
    assert all(Path(line).is_file() for line in lines[-8:])


def test_says_who_can_sign_in(told: "tuple[Path, list[str]]") -> None:
    _, lines = told
    said = "\n".join(lines)
    for role in ("project lead", "CSP officer", "CSP member", "finance officer", "certifier", "OPCC officer"):
        assert role in said


def test_every_expected_figure_stands_in_the_files(told: "tuple[Path, list[str]]") -> None:
    folder, _ = told
    expected = json.loads(STORY.read_text(encoding="utf-8"))["expected_pence"]
    both = figures(folder / "returns" / "OPCC_2025-26_Q2.xlsx") | figures(
        folder / "returns" / "HomeOffice_2025-26_Q2.xlsx"
    )
    wanted = [expected["2025"].pop("requested_six_non_labour")]
    wanted += [pence for totals in expected["2025"].values() for pence in totals.values()]
    wanted += expected["2024"]["outturn"].values()
    assert len(wanted) == 30
    assert [pence for pence in wanted if from_pence(pence) not in both] == []


def test_the_combined_total_of_the_second_quarter(told: "tuple[Path, list[str]]") -> None:
    folder, _ = told
    for name in ("OPCC", "HomeOffice"):
        found = figures(folder / "returns" / f"{name}_2025-26_Q2.xlsx")
        assert {Decimal("72857.14"), Decimal("136071.10")} <= found


def test_told_again_it_keeps_what_is_there(told: "tuple[Path, list[str]]") -> None:
    folder, _ = told
    before = (folder / "returns" / "OPCC_2025-26_Q1.xlsx").read_bytes()
    done = portfolio(folder, "demo", "--no-serve")
    assert done.returncode == 0, done.stderr
    assert "told already" in done.stderr
    assert (folder / "returns" / "OPCC_2025-26_Q1.xlsx").read_bytes() == before


def test_told_again_it_is_not_confused_by_other_areas(told: "tuple[Path, list[str]]", tmp_path: Path) -> None:
    folder, lines = told
    shutil.copytree(folder, tmp_path / "copy")
    other = stories.write(tmp_path, stories.story(csps=1, awards=1))
    assert portfolio(tmp_path / "copy", "load", str(other)).returncode == 0
    again = portfolio(tmp_path / "copy", "demo", "--no-serve")
    assert again.stdout.splitlines() == [line.replace(str(folder), str(tmp_path / "copy")) for line in lines]


def test_the_data_proves_itself(told: "tuple[Path, list[str]]") -> None:
    folder, _ = told
    done = portfolio(folder, "check")
    assert done.returncode == 0, done.stdout
    assert "WRONG" not in done.stdout


def test_a_partnership_has_a_return_of_its_own(told: "tuple[Path, list[str]]", tmp_path: Path) -> None:
    folder, _ = told
    file = tmp_path / "dorset.xlsx"
    done = portfolio(
        folder, "return", "opcc", "--year", "2025-26", "--quarter", "q2", "--csp", "dorset", "--out", str(file)
    )
    assert done.returncode == 0, done.stderr
    assert Decimal("33089.88") in figures(file)
    assert Decimal("72857.14") not in figures(file)


def test_a_year_that_is_over_has_its_statement(told: "tuple[Path, list[str]]", tmp_path: Path) -> None:
    folder, _ = told
    file = tmp_path / "statement.xlsx"
    done = portfolio(folder, "return", "statement", "--year", "2024/25", "--out", str(file))
    assert done.returncode == 0, done.stderr
    assert Decimal("285464.47") in figures(file)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (["return", "opcc", "--year", "2025/27", "--quarter", "Q2"], "is not a financial year"),
        (["return", "opcc", "--year", "2027/28", "--quarter", "Q2"], "There is no such funding year 2027/28"),
        (["return", "opcc", "--year", "2025/26", "--quarter", "Q5"], "is not a quarter"),
        (["return", "opcc", "--year", "2025/26"], "Say which quarter"),
        (["return", "opcc", "--year", "2025/26", "--quarter", "Q2", "--csp", "bpc"], "There is no partnership “bpc”"),
        (["return", "home-office", "--year", "2025/26", "--quarter", "Q2", "--csp", "bcp"], "Leave --csp out"),
        (["return", "statement", "--year", "2025/26", "--quarter", "Q2"], "made for Q4"),
        (["return", "opcc", "--year", "2025/26", "--quarter", "Q2", "--out", "/nowhere/x.xlsx"], "cannot be written"),
        (["load", str(STORY)], "is here already"),
    ],
)
def test_a_mistake_is_a_sentence(
    told: "tuple[Path, list[str]]",
    call: list[str],
    says: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    folder, _ = told
    monkeypatch.setenv("PORTFOLIO_INSTANCE", str(folder))
    monkeypatch.delenv("DATABASE_URL", raising=False)
    assert main(call) == 1  # in this process: to start another takes a second
    said = capsys.readouterr().err
    assert says in said
    assert "Traceback" not in said


def test_never_touches_other_data(tmp_path: Path) -> None:
    assert portfolio(tmp_path, "init").returncode == 0
    before = (tmp_path / "portfolio.db").read_bytes()
    for extra in ((), ("--reset",)):
        done = portfolio(tmp_path, "demo", "--no-serve", *extra)
        assert done.returncode == 1
        assert "no demonstration" in done.stderr
    assert (tmp_path / "portfolio.db").read_bytes() == before
