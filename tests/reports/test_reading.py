"""A file that says anything else than its return is found out, and the sentence says where."""

import runpy
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from unittest.mock import patch
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from reports import reading, returns, workbook
from reports.content import Kind
from reports.proving import NotReconciled
from tests.reports.content_samples import NARRATIVES, NURSE, dorset, empty

CONTENT = dorset()
SUMMARY = "xl/worksheets/sheet2.xml"


@pytest.fixture(scope="module")
def written() -> bytes:
    return returns.write(CONTENT)


def tampered(written: bytes, part: str, old: str, new: str) -> bytes:
    """The file with one text of one of its parts replaced, as somebody would who knows how."""
    out = BytesIO()
    with ZipFile(BytesIO(written)) as before, ZipFile(out, "w") as after:
        for name in before.namelist():
            told = before.read(name)
            if name == part:
                assert old.encode() in told
                told = told.replace(old.encode(), new.encode(), 1)
            after.writestr(name, told)
    return out.getvalue()


def edited(written: bytes, edit: Callable[[Workbook], None]) -> bytes:
    """The file as openpyxl saves it after a change."""
    file = load_workbook(BytesIO(written))
    edit(file)
    out = BytesIO()
    file.save(out)
    return out.getvalue()


def test_one_penny_in_a_typed_figure(written: bytes) -> None:
    other = tampered(written, SUMMARY, "<v>51097.47</v>", "<v>51097.48</v>")
    assert returns.reconcile(CONTENT, other) == ["Summary!C5 is £51,097.48, the return says £51,097.47"]


def test_one_penny_in_the_value_that_a_formula_carries(written: bytes) -> None:
    other = tampered(written, SUMMARY, "</f><v>72857.14</v>", "</f><v>72857.13</v>")
    assert returns.reconcile(CONTENT, other) == ["Summary!G11 is £72,857.13, the return says £72,857.14"]


def test_a_penny_among_billions() -> None:
    row = replace(CONTENT.summary[0], allocation=Decimal("9999999999.99"))
    content = replace(CONTENT, summary=(row, *CONTENT.summary[1:]))
    other = tampered(returns.proved(content), SUMMARY, "<v>9999999999.99</v>", "<v>9999999999.98</v>")
    assert returns.reconcile(content, other) == ["Summary!C5 is £9,999,999,999.98, the return says £9,999,999,999.99"]


def test_a_percentage_and_a_date(written: bytes) -> None:
    other = tampered(written, SUMMARY, "</f><v>-0.0115</v>", "</f><v>-0.0116</v>")
    assert returns.reconcile(CONTENT, other) == ["Summary!O5 is -0.0116, the return says -0.0115"]
    other = tampered(written, "xl/worksheets/sheet9.xml", "<v>45729</v>", "<v>45730</v>")
    assert returns.reconcile(CONTENT, other) == ["Decisions!L5 is 14 March 2025, the return says 13 March 2025"]


def test_a_changed_text(written: bytes) -> None:
    other = tampered(written, "xl/sharedStrings.xml", NARRATIVES[NURSE], "30 young people " + "x" * 90)
    assert returns.reconcile(CONTENT, other) == [
        f"Interventions!AC5 is “30 young people {'x' * 63}…”, the return says “29 young people on caseload.”"
    ]


def test_what_openpyxl_saves_has_lost_the_values_of_the_formulas(written: bytes) -> None:
    def a_penny_more(file: Workbook) -> None:
        file["Summary"]["C5"] = 51097.48

    found = returns.reconcile(CONTENT, edited(written, a_penny_more))
    assert found[0] == "Summary!C5 is £51,097.48, the return says £51,097.47"
    assert "Summary!D5 is empty, the return says £51,097.47" in found
    assert found[-1].startswith("and ")
    assert len(found) == reading.MOST + 1


def test_missing_rows_and_more_rows(written: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "MOST", 10_000)

    def one_less(file: Workbook) -> None:
        file["Certification"].delete_rows(7)

    def one_more(file: Workbook) -> None:
        file["Certification"]["A8"] = "Forged"
        file["Certification"]["C4"] = "beside the table"

    gone = "To be completed when the return is certified"
    assert [sentence for sentence in returns.reconcile(CONTENT, edited(written, one_less)) if "Cert" in sentence] == [
        "Certification!A7 is empty, the return says “Date”",
        f"Certification!B7 is empty, the return says “{gone}”",
    ]
    assert [sentence for sentence in returns.reconcile(CONTENT, edited(written, one_more)) if "Cert" in sentence] == [
        "Certification!C4 is “beside the table”, the return says empty",
        "Certification!A8 is “Forged”, the return says empty",
    ]


def test_missing_and_foreign_sheets(written: bytes) -> None:
    def swap(file: Workbook) -> None:
        del file["Notes"]
        file.create_sheet("Hidden extras")

    found = returns.reconcile(CONTENT, edited(written, swap))
    assert found[:2] == ["The sheet Notes is missing", "The sheet Hidden extras is not part of the return"]


def test_sheets_in_another_order(written: bytes) -> None:
    def turn(file: Workbook) -> None:
        file.move_sheet("Notes", -11)

    assert returns.reconcile(CONTENT, edited(written, turn))[0].startswith(
        "The sheets stand in the order Notes, Cover,"
    )


def test_another_return_is_not_this_one(written: bytes) -> None:
    assert returns.reconcile(dorset(status="issued"), written)[0] == (
        "Cover!A2 is “Version 1, prepared: figures as at 27 October 2025 at 15:05 (UK time)”, "
        "the return says “Version 1, issued: figures as at 27 October 2025 at 15:05 (UK time)”"
    )
    assert returns.reconcile(dorset(Kind.HOME_OFFICE), written)[0] == "The sheet Claim summary is missing"


@pytest.mark.parametrize("place", [0, 5000, -30])
def test_a_damaged_file(written: bytes, place: int) -> None:
    damaged = bytearray(written)
    for offset in range(20):
        damaged[place + offset] ^= 0x5A
    assert returns.reconcile(CONTENT, bytes(damaged)) != []


def test_no_workbook_at_all() -> None:
    (sentence,) = returns.reconcile(CONTENT, b"not a workbook")
    assert sentence.startswith("The file cannot be read as a workbook: BadZipFile")


def test_a_false_size_hides_no_rows(written: bytes) -> None:
    other = tampered(written, SUMMARY, '<dimension ref="A1:U11"/>', '<dimension ref="A1:A1"/>')
    other = tampered(other, SUMMARY, "<v>51097.47</v>", "<v>51097.48</v>")
    assert returns.reconcile(CONTENT, other) == ["Summary!C5 is £51,097.48, the return says £51,097.47"]


def test_a_file_that_does_not_reconcile_does_not_leave(monkeypatch: pytest.MonkeyPatch) -> None:
    other = returns.write(empty())
    monkeypatch.setattr(workbook, "write_book", lambda _: other)
    with pytest.raises(NotReconciled, match="Summary!A5 is “No allocation has been made”") as caught:
        returns.proved(replace(empty(), summary=CONTENT.summary))
    assert len(caught.value.differences) > 1


def test_a_program_that_only_reads_loads_no_library_of_numbers(written: bytes) -> None:
    with patch.dict(sys.modules):
        for name in [*sys.modules]:
            if name.partition(".")[0] in {"numpy", "matplotlib", "openpyxl"}:
                del sys.modules[name]
        fresh = runpy.run_path(reading.__file__)
        assert "numpy" not in sys.modules
        assert fresh["differences"](returns.book(CONTENT), written) == []
