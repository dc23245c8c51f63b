"""An audit pack proves itself: by `sha256sum -c`, by the seals of its history, and by being the same twice."""

import csv
import hashlib
import io
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from portfolio.audit_pack import packing, rules
from portfolio.decisions.models import Award
from portfolio.people.models import PersonalReading
from portfolio.people.rules import Role
from portfolio.proposals.models import Proposal
from portfolio.returns.models import Return
from tests import make, year_ends
from tests.conftest import SignedIn
from tests.make import Q1
from tests.returns.conftest import Scene, scene  # noqa: F401 - the story told, with the people at their desks


def packed(session: Session, year: object, *, with_evidence: bool = False) -> bytes:
    out = io.BytesIO()
    packing.pack(session, year, out, with_evidence=with_evidence)  # type: ignore[arg-type]
    return out.getvalue()


def rows(bundle: ZipFile, name: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(bundle.read(name).decode("utf-8-sig"))))


@pytest.fixture
def told(scene: Scene) -> Scene:  # noqa: F811
    """A year with a return issued, a claim with evidence, an asset, an assurance, and money paid and withheld."""
    issued = scene.issued(Q1)
    award = scene.session.scalars(select(Award).join(Award.proposal).where(Proposal.reference == "SVD-25-01")).one()
    claim = make.claim(scene.session, award, make.YEAR.quarters[2], by=scene.finance)
    make.evidence(scene.session, claim, b"=an invoice", name="Inv\u00f6ice 1.pdf")
    year_ends.asset(scene.session, award, scene.finance, description="=HYPERLINK()")
    year_ends.assurance(scene.session, scene.year, scene.finance)
    year_ends.withholding(scene.session, issued)
    [blank] = year_ends.form(scene.session, scene.year, scene.finance).blanks
    bound = year_ends.binding(scene.session, blank, scene.finance)
    year_ends.filled(scene.session, issued, bound, scene.finance)
    scene.session.commit()
    return scene


def test_a_pack_proves_itself(told: Scene, tmp_path: Path) -> None:
    content = packed(told.session, told.year, with_evidence=True)
    assert packed(told.session, told.year, with_evidence=True) == content, "the same records give the same bytes"
    with ZipFile(io.BytesIO(content)) as bundle:
        assert bundle.testzip() is None
        bundle.extractall(tmp_path)
        names = bundle.namelist()
        index = rows(bundle, "returns/index.csv")
        assert rows(bundle, "year_end/assets.csv")[0]["Asset"] == "'=HYPERLINK()"
        assert rows(bundle, "year_end/assurance.csv")[0]["Reference"] == "IA/2026/114"
        assert rows(bundle, "money/withheld.csv")[0]["Amount"] == "10.00"
        spent = rows(bundle, "claims/lines.csv")
        [evidence] = rows(bundle, "evidence/index.csv")
    prove = ["sha256sum", "-c", rules.MANIFEST]
    proved = subprocess.run(prove, cwd=tmp_path, capture_output=True, check=True)
    assert proved.stdout.count(b": OK\n") == len(names) - 1
    assert evidence["File in this pack"].isascii()
    assert (tmp_path / "evidence" / evidence["File in this pack"]).read_bytes() == b"=an invoice"
    issued = told.session.scalars(select(Return)).one()
    assert issued.snapshot is not None
    assert (tmp_path / "returns" / index[0]["File"]).read_bytes() == issued.file
    frozen = (tmp_path / "snapshots" / index[0]["Snapshot"]).read_bytes()
    assert hashlib.sha256(frozen).hexdigest() == index[0]["SHA-256 of the figures"] == issued.snapshot_sha256
    claimed = {row["Quarter"]: Decimal(0) for row in spent}
    for row in spent:
        claimed[row["Quarter"]] += Decimal(row["Amount"]) * (row["State"] == "returned")
    assert claimed["Q1 2025/26"] == Decimal(index[0]["Claimed"])
    assert (tmp_path / "filled_forms").is_dir()
    checked = [sys.executable, rules.VERIFY]
    assert b", 0 are not" in subprocess.run(checked, cwd=tmp_path, capture_output=True, check=True).stdout
    trail = tmp_path / rules.TRAIL
    trail.write_text(trail.read_text(encoding="utf-8").replace("Set the scene", "Set the scenery", 1), encoding="utf-8")
    altered = subprocess.run(checked, cwd=tmp_path, capture_output=True, check=False)
    assert (altered.returncode, b" was altered" in altered.stdout) == (1, True)
    trail.write_bytes(b'\xff\n[]\n{"id": 1}\n')
    broken = subprocess.run(checked, cwd=tmp_path, capture_output=True, check=False)
    assert (broken.returncode, broken.stdout.count(b" was altered"), broken.stderr) == (1, 3, b"")
    trail.unlink()
    alone = subprocess.run(checked, cwd=tmp_path, capture_output=True, check=False)
    assert (alone.returncode, alone.stderr.startswith(b"history.jsonl is not here")) == (1, True)


def test_another_years_records_are_in_no_pack_of_this_one(told: Scene) -> None:
    with ZipFile(io.BytesIO(packed(told.session, told.year))) as bundle:
        everything = b"".join(bundle.read(name) for name in bundle.namelist())
    assert b"SVD-25-01" in everything
    assert b"SVD-24-" not in everything
    assert b"=an invoice" not in everything


def test_who_takes_a_pack_is_on_record(told: Scene, signed_in: SignedIn) -> None:
    page = f"/returns/{told.year.id}/pack"
    certifier = signed_in(person=told.certifier)
    assert "Pieces of evidence" in certifier.get(page).text
    answer = certifier.get(f"{page}.zip?evidence=no")
    assert answer.headers["Content-Disposition"] == "attachment; filename=audit-pack_SVD_E23000039_2025-26.zip"
    assert answer.data[:2] == b"PK"
    answer.close()
    noted = told.session.scalars(select(PersonalReading)).one()
    assert (noted.reader_id, noted.about) == (told.certifier.id, "everybody in it")
    assert certifier.get(f"{page}.zip?evidence=perhaps").status_code == 404
    assert certifier.get("/returns/999/pack.zip?evidence=no").status_code == 404
    assert signed_in(Role.CSP_OFFICER).get(page).status_code == 403
