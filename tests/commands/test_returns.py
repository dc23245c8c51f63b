"""The return that is meant, where several funding years could be."""

from pathlib import Path

from openpyxl import load_workbook

from portfolio.config import Config
from portfolio.db import Database
from portfolio.history import Author
from tests import make
from tests.commands.conftest import Run
from tests.conftest import NOW

RETURN = ("return", "opcc", "--year", "2025/26", "--quarter", "Q2")
MEANT = (
    '--programme SVD --body "Dorset OPCC" --area E23000039',
    '--programme SVD --body "Home Office, directly" --area E23000039',
)


def test_two_bodies_with_one_programme_are_told_apart(run: Run, migrated: Config, tmp_path: Path) -> None:
    database = Database(migrated.database_url)
    with database.writing(Author("a test", NOW, "Set the scene")) as session:
        other = make.programme(session, "other", administering_body="Home Office, directly")
        for programme in (make.programme(session), other):
            make.award(
                session,
                make.proposal(
                    session, f"{programme.code}-1", funding_year=make.funding_year(session, programme=programme)
                ),
            )
        other.code = "SVD"
    database.close()
    said = run(*RETURN)
    assert (said.code, said.err) == (1, f"Several funding years could be meant. Say which: {'; or '.join(MEANT)}\n")
    file = tmp_path / "return.xlsx"
    assert run(*RETURN, "--body", "Home Office, directly", "--out", file).code == 0
    assert "Home Office, directly" in {cell.value for row in load_workbook(file)["Cover"].iter_rows() for cell in row}
    assert "There is no such funding year" in run(*RETURN, "--body", "Nobody").err
