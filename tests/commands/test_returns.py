"""The return that is meant, where several funding years could be; and the audit pack of a year."""

import json
from pathlib import Path
from zipfile import ZipFile

from openpyxl import load_workbook
from sqlalchemy import select

from portfolio.config import Config
from portfolio.db import Database
from portfolio.history import Author
from portfolio.people.models import PersonalReading
from portfolio.people.rules import Role
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


def test_an_auditor_is_given_a_pack(run: Run, migrated: Config, tmp_path: Path) -> None:
    database = Database(migrated.database_url)
    with database.writing(Author("a test", NOW, "Set the scene")) as session:
        award = make.award(session)
        make.evidence(session, make.claim(session, award))
        officer = make.person(session, Role.FINANCE)
        email = officer.email
        lead = make.person(session, Role.LEAD).email
    database.close()
    file = tmp_path / "pack.zip"
    said = run("pack", "--year", "2025/26", "--out", file, "--evidence", "--json")
    told = json.loads(said.out)
    with ZipFile(file) as bundle:
        assert (told["file"], told["files"]) == (str(file), len(bundle.namelist()))
        assert "evidence/000001_invoice.pdf" in bundle.namelist()
    assert run("pack", "--year", "2025/26", "--out", tmp_path / "own.zip", "--as", email).code == 0
    with Database(migrated.database_url).reading() as session:
        [reading] = session.scalars(select(PersonalReading)).all()
        what = "Audit pack of Serious Violence Duty, Dorset, 2025/26, by a command"
        assert (reading.what, reading.about) == (what, "everybody in it")
    assert "may not take the audit pack" in run("pack", "--year", "2025/26", "--as", lead).err
    assert "cannot be written" in run("pack", "--year", "2025/26", "--out", tmp_path / "no" / "pack.zip").err
    assert [each.name for each in tmp_path.glob("*pack*")] == ["pack.zip"]
