"""LibreOffice recalculates every formula of every workbook, and comes to the values that the files carry."""

import math
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from portfolio.money import ZERO
from reports import claim_form, returns
from reports.content import ReturnContent
from tests import libreoffice
from tests.libreoffice import LibreOffice
from tests.reports.claim_samples import form
from tests.reports.content_samples import BCP, DORSET, dorset, many_csps
from tests.reports.test_cells import HOSTILE, with_texts
from tests.reports.test_reading import SUMMARY, tampered
from tests.reports.test_returns import SAMPLES


def cells(file: bytes | Path) -> dict[str, object]:
    """Every cell that holds something, by sheet and place."""
    book = load_workbook(BytesIO(file) if isinstance(file, bytes) else file, data_only=True)
    return {
        f"{sheet.title}!{cell.coordinate}": cell.value
        for sheet in book.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    }


def with_rounding_at_its_hardest() -> ReturnContent:
    """Percentages on and beside the half of the last place, and amounts that doubles cannot hold exactly."""
    whole = many_csps(1, 2)
    row = whole.interventions[0]
    rows = []
    for place in range(400):
        profile = Decimal(10_000 * (1 + place % 60))
        actual = profile + (Decimal(place - 200) + Decimal("0.5")) * profile / 10_000
        rows.append(
            replace(
                row,
                reference=f"SVD-25-{place:03d}",
                award=Decimal("0.10") * place,
                profile=(profile.quantize(Decimal("0.01")), Decimal("0.07"), ZERO, ZERO),
                quarters=(actual.quantize(Decimal("0.01")), Decimal("0.29"), Decimal("1.01"), Decimal("-0.30")),
            )
        )
    return replace(whole, interventions=tuple(rows))


def with_awkward_names() -> ReturnContent:
    whole = dorset()
    names = {DORSET: "Safer * Partnership? ~ <north>", BCP: "=Safer Stronger Partnership"}
    return replace(
        whole,
        summary=tuple(replace(row, csp=names[row.csp]) for row in whole.summary),
        interventions=tuple(replace(row, csp=names[row.csp]) for row in whole.interventions),
        categories=tuple(replace(row, csp=names[row.csp]) for row in whole.categories),
    )


WRONG, HOSTILE_TEXTS = "a wrong value", "hostile texts"


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    """Every workbook that is recalculated."""
    contents = {name: make() for name, make in SAMPLES.items()}
    contents["rounding"] = with_rounding_at_its_hardest()
    contents["awkward_names"] = with_awkward_names()
    contents[HOSTILE_TEXTS] = with_texts([text for text in HOSTILE if "x005F" not in text])
    made = {name: returns.proved(content) for name, content in contents.items()}
    made["claim_form"] = claim_form.write(form())
    made["dorset"] = returns.proved(dorset())
    made[WRONG] = tampered(made["dorset"], SUMMARY, "</f><v>72857.14</v>", "</f><v>72857.15</v>")
    return made


@pytest.fixture(scope="module")
def recalculated(files: dict[str, bytes], tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, object]]:
    """The cells of each as LibreOffice saves them, which is started once: that takes longer than a workbook."""
    folder = tmp_path_factory.mktemp("workbooks")
    office = LibreOffice(libreoffice.find(), tmp_path_factory.mktemp("libreoffice"))
    paths = [folder / f"{name}.xlsx" for name in files]
    for path, workbook in zip(paths, files.values(), strict=True):
        path.write_bytes(workbook)
    return {name: cells(saved) for name, saved in zip(files, office.convert(paths), strict=True)}


@pytest.fixture(scope="module")
def changed(files: dict[str, bytes], recalculated: dict[str, dict[str, object]]) -> dict[str, list[str]]:
    """The cells of each that recalculation changed; figures to the last bit."""
    found = {}
    for name, after in recalculated.items():
        before = cells(files[name])
        found[name] = [
            f"{place}: {before.get(place)!r}, recalculated {after.get(place)!r}"
            for place in sorted(before.keys() | after.keys())
            if before.get(place) != after.get(place)
        ]
    return found


def test_recalculation_changes_nothing(changed: dict[str, list[str]]) -> None:
    right = changed.keys() - {WRONG, HOSTILE_TEXTS}
    assert len(right) == len(SAMPLES) + 4
    assert {name: changed[name] for name in right} == {name: [] for name in right}


def test_hostile_texts_survive_another_program(changed: dict[str, list[str]]) -> None:
    """LibreOffice keeps the texts but for what it writes its own way: emphasis on line ends, not on what is said."""
    assert changed[HOSTILE_TEXTS] == []


def test_a_wrong_value_is_found(changed: dict[str, list[str]]) -> None:
    """Were the file's own values kept, as is LibreOffice's default, nothing here could ever fail."""
    assert changed[WRONG] == ["Summary!G11: 72857.15, recalculated 72857.14"]


def test_the_figures_are_numbers_there_too(recalculated: dict[str, dict[str, object]]) -> None:
    total = recalculated["dorset"]["Summary!G11"]
    assert isinstance(total, float)
    assert math.isclose(total, 72857.14, abs_tol=0)
