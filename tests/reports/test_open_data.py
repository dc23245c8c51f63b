"""The spreadsheet of published grants: what another library reads is what was to be written."""

from datetime import UTC, datetime
from io import BytesIO

import pytest
from openpyxl import load_workbook

from reports import reading
from reports.open_data import Cell, grants_workbook
from reports.proving import NotReconciled

HEADINGS = ["Identifier", "Title", "Amount Awarded", "Award Date"]
ROWS: list[list[Cell]] = [
    ["360G-x-1", "=1+1 _x0041_ x005F_ £", 28413.75, "2025-03-13"],
    ["360G-x-2", "Level-Up", 10_000_000_000, None],
]


def made() -> bytes:
    """Two grants as a spreadsheet."""
    created = datetime(2025, 10, 20, 9, 0, tzinfo=UTC)
    return grants_workbook(
        title="Grants", headings=HEADINGS, rows=ROWS, meta=[("Version", "1.4"), ("Title", "Grants")], created=created
    )


def test_headings_stand_in_the_first_row_and_texts_stay_texts() -> None:
    file = load_workbook(BytesIO(made()))
    grants, meta = file["grants"], file["Meta"]
    assert [cell.value for cell in grants[1]] == HEADINGS
    assert (grants["B2"].data_type, grants["C2"].value, grants["D3"].value) == ("s", 28413.75, None)
    assert list(grants.tables) == ["Grants"]
    assert [[cell.value for cell in row] for row in meta.rows] == [["Version", "1.4"], ["Title", "Grants"]]


def test_the_same_grants_give_the_same_bytes() -> None:
    assert made() == made()


def test_what_reads_otherwise_is_given_to_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    read = reading.rows_of

    def a_penny_off(workbook: bytes, name: str) -> list[tuple[object, ...]]:
        return [tuple(28413.74 if cell == 28413.75 else cell for cell in row) for row in read(workbook, name)]

    monkeypatch.setattr("reports.open_data.rows_of", a_penny_off)
    with pytest.raises(NotReconciled, match=r"grants!C2 is 28413.74, and should be 28413.75"):
        made()
