"""The files as others read them: by the standard, and through the tool that turns its spreadsheets into JSON."""

import csv
import io
import json
import socket
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import flattentool
import pytest
from sqlalchemy import select
from sqlalchemy.orm import undefer

from portfolio.open_data import actions
from portfolio.open_data.models import Publication, PublishedFile
from portfolio.open_data.register import REGISTER, delivered_file, register_file
from portfolio.open_data.rules import NOT_SHOWN, Delivered
from tests.open_data.conftest import award_of, published
from tests.open_data.standard import faults, schemas
from tests.open_data.test_rules import GRANT
from tests.returns.conftest import Scene


def content(scene: Scene, row: Publication, ending: str) -> bytes:
    """A file of a version."""
    files = select(PublishedFile).where(PublishedFile.publication_id == row.id, PublishedFile.name.endswith(ending))
    return scene.session.scalars(files.options(undefer(PublishedFile.content))).one().content


def table(scene: Scene, row: Publication, ending: str) -> list[dict[str, str]]:
    """The lines of a CSV file of a version."""
    return list(csv.DictReader(io.StringIO(content(scene, row, ending).decode("utf-8-sig"))))


def test_what_is_published_follows_the_standard_and_its_spreadsheet_comes_to_the_same(
    issued: Scene, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    actions.give_on(issued.session, award_of(issued, "SVD-25-04"), "Small grants, with match from the OPCC")
    actions.identify_recipient(
        issued.session, award_of(issued, "SVD-25-04").proposal.lead_organisation, org_id="360G-dorsetopcc-ORG-police"
    )
    issued.session.commit()
    row = published(issued)
    told = json.loads(content(issued, row, ".json"))
    assert faults(told) == []
    assert [grant["regrantType"] for grant in told["grants"] if "regrantType" in grant] == ["FRG030"]
    first = told["grants"][0]
    assert first["id"] == "360G-dorsetopcc-SVD-25-01-dorset"
    assert {place["geoCodeType"] for place in first["beneficiaryLocation"]} == {"UA", "PFA"}
    assert faults({"grants": [{**first, "awardDate": "20 June 2025", "dateModified": "yesterday"}]})

    spreadsheet = tmp_path / "grants.xlsx"
    spreadsheet.write_bytes(content(issued, row, ".xlsx"))
    assert as_flatten_tool_reads_it(spreadsheet, tmp_path, monkeypatch) == told


def as_flatten_tool_reads_it(spreadsheet: Path, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """The JSON that flatten-tool makes of a spreadsheet, by the schemas at hand, asking nobody."""

    def nobody(*_: object) -> None:
        raise AssertionError("flatten-tool asked the network")

    monkeypatch.setattr(socket, "getaddrinfo", nobody)
    monkeypatch.setattr(socket, "socket", nobody)
    package, grant = schemas()
    about = {name: field for name, field in package["properties"].items() if name != "grants"}
    (folder / "package.json").write_text(json.dumps({**package, "properties": about}))
    (folder / "grant.json").write_text(json.dumps(grant))
    flattentool.unflatten(
        str(spreadsheet),
        input_format="xlsx",
        output_name=str(folder / "made.json"),
        root_list_path="grants",
        root_id="",
        schema=str(folder / "grant.json"),
        convert_titles=True,
        metatab_name="Meta",
        metatab_schema=str(folder / "package.json"),
        metatab_vertical_orientation=True,
    )
    return json.loads((folder / "made.json").read_text())


def test_what_a_grant_delivered_is_told_without_small_counts() -> None:
    seen = Delivered("Young people seen", "people", Decimal(60), Decimal(3), Decimal(14))
    lines = delivered_file([replace(GRANT, delivered=(seen,))]).decode().splitlines()
    assert lines[1] == f"SVD-25-01,The Trust,Nurse,Young people seen,people,60,Fewer than 5,{NOT_SHOWN}"


def test_the_register_has_what_the_code_asks_for() -> None:
    told = replace(GRANT, title="=1+1", conditions="Report on 2 people", reasons=None, awarded_on=None)
    (line,) = csv.DictReader(io.StringIO(register_file([told]).decode("utf-8-sig")))
    assert line == dict(
        zip(
            REGISTER,
            (
                "SVD-25-01", "No meeting recorded", "2025-04-01", "2026-03-31", "Dorset CSP", "Dorset Council",
                "The Trust", "charity", "1000009", "Yes", "Serious Violence Duty", "'=1+1", "A nurse",
                "Report on fewer than 5 people", "Awarded as it was proposed", "1.00", "0.00",
            ),
            strict=True,
        )
    )  # fmt: skip
