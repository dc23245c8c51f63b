"""What a form would not let anybody type is told, and what only Excel can work out is in nobody's way."""

from datetime import date
from decimal import Decimal

import pytest

from portfolio.uploads.faults import FaultKind, faults
from portfolio.uploads.outline import outline
from portfolio.uploads.writing import Entry
from tests.uploads.hostile import parts_of, with_parts, with_sheet
from tests.uploads.public_forms import fund, ministry
from tests.uploads.samples import zipped

SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize(
    ("cell", "entry", "kind", "words"),
    [
        ("B4", "Cornwall", FaultKind.RULE, "one of its list: “Dorset”, “Avon & Somerset”"),
        ("B5", Decimal(2), FaultKind.RULE, "and 1 more"),
        ("B10", Decimal(-2_000_000), FaultKind.RULE, "takes -1000000 or more"),
        ("B10", "none", FaultKind.RULE, "takes a number"),
        ("B7", "x" * 201, FaultKind.RULE, "a text of 200 or less characters"),
        ("A4", "Area", FaultKind.LOCKED, "is locked"),
        ("F10", Decimal(1), FaultKind.FORMULA, "holds a formula"),
        ("B10", date(2025, 7, 1), FaultKind.NO_DATE, "number of days"),
        ("B10", Decimal("1234567890123.4567"), FaultKind.FIGURES, "15 figures"),
    ],
)
def test_what_a_form_would_not_let_anybody_type_is_told(
    cell: str, entry: Entry, kind: FaultKind, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portfolio.uploads.validations.MOST_CHOICES_SAID", 3)
    (fault,) = faults(outline(ministry().content), {("annex a – claim", cell): entry})
    assert (fault.sheet, fault.cell, fault.kind) == ("Annex A – Claim", cell, kind)
    assert words in fault.sentence
    assert fault.stops == (kind is FaultKind.FORMULA)


@pytest.mark.parametrize(
    ("rule", "asked"),
    [
        ('type="whole" error="In pounds" prompt="How much" sqref="A1">', "In pounds"),
        ('type="custom" prompt="As in the letter" sqref="A1">', "As in the letter"),
        ('type="textLength" sqref="A1"><formula1>9</formula1>', "A text of a certain length"),
        ('type="list" sqref="A1"><formula1>"Yes,No"</formula1>', "One of “Yes”, “No”"),
        ('type="list" sqref="A1"><formula1>INDIRECT(B1)</formula1>', "One of a list"),
        ('sqref="A1">', ""),
    ],
)
def test_what_a_cell_asks_for_is_said_in_words(rule: str, asked: str) -> None:
    rules = f"<dataValidations><dataValidation {rule}</dataValidation></dataValidations>".encode()
    xml = parts_of(with_sheet(b""))[SHEET].replace(b"</sheetData>", b"</sheetData>" + rules)
    (found,) = outline(with_parts({SHEET: xml})).sheets[0].validations
    assert found.in_words == asked


@pytest.mark.parametrize(
    ("rule", "fits", "breaks", "words"),
    [
        ('type="whole" sqref="A1"><formula1>0</formula1><formula2>10</formula2>', Decimal(3), Decimal("2.5"), "whole"),
        ('type="whole" sqref="A1"><formula1>0</formula1><formula2>10</formula2>', 10, 11, "from 0 to 10"),
        (
            'type="decimal" operator="notBetween" sqref="A1"><formula1>1</formula1><formula2>2</formula2>',
            3,
            2,
            "outside",
        ),
        ('type="decimal" operator="equal" sqref="A1"><formula1>1</formula1>', True, 2, "takes 1."),
        ('type="decimal" operator="notEqual" sqref="A1"><formula1>1</formula1>', 2, 1, "anything but"),
        ('type="decimal" operator="greaterThan" sqref="A1"><formula1>1</formula1>', 2, 1, "more than 1"),
        ('type="decimal" operator="lessThan" sqref="A1"><formula1>1</formula1>', 0, 1, "less than 1"),
        ('type="decimal" operator="lessThanOrEqual" sqref="A1"><formula1>1</formula1>', 1, 2, "1 or less"),
        (
            'type="date" operator="greaterThanOrEqual" sqref="A1"><formula1>45748</formula1>',
            date(2025, 4, 1),
            date(2025, 3, 31),
            "1 April 2025 or later",
        ),
        ('type="date" operator="lessThan" sqref="A1"><formula1>9999999</formula1>', 1, "soon", "a date"),
        ('type="list" sqref="B9 A1:A3"><formula1>"Yes, No"</formula1>', "No", "no", "“Yes”, “No”"),
        ('type="list" sqref="A1"><formula1>$C$1:$D$1</formula1>', "one", 3, "“One”, “2”"),
        (
            'type="list" sqref="A1"><mc:AlternateContent xmlns:mc="mc"><mc:Choice><l:list xmlns:l="http://schemas.'
            'microsoft.com/office/spreadsheetml/2011/1/ac">Yes,"No, not yet"</l:list></mc:Choice><mc:Fallback>'
            '<formula1>"Yes,No, not yet"</formula1></mc:Fallback></mc:AlternateContent>',
            "No, not yet",
            "No",
            "“Yes”, “No, not yet”",
        ),
        ('type="list" sqref="A1"><formula1>Other</formula1>', "One", "Three", "one of its list"),
    ],
)
def test_the_rules_of_cells(rule: str, fits: Entry, breaks: Entry, words: str) -> None:
    rules = f"<dataValidations><dataValidation {rule}</dataValidation></dataValidations>"
    rows = b'<row r="1"><c r="C1" t="inlineStr"><is><t>One</t></is></c><c r="D1"><v>2</v></c></row>'
    sheet = with_sheet(rows)
    name = b"<definedNames><definedName name='Other'>Spend!$C$1:$D$1</definedName></definedNames><calcPr"
    book = parts_of(sheet)["xl/workbook.xml"].replace(b"<calcPr", name)
    xml = parts_of(sheet)[SHEET].replace(b"</sheetData>", b"</sheetData>" + rules.encode())
    form = outline(with_parts({SHEET: xml, "xl/workbook.xml": book}))
    told_of = [
        fault.sentence
        for entry in (fits, breaks)
        for fault in faults(form, {("Spend", "A1"): entry})
        if fault.kind is FaultKind.RULE
    ]
    assert len(told_of) == 1
    assert words in told_of[0]


@pytest.mark.parametrize(
    "rule",
    [
        'type="list" sqref="A1"><formula1>INDIRECT(B1)</formula1>',
        'type="list" sqref="A1:A9"><formula1>C1:D1</formula1>',
        'type="list" sqref="A1"><formula1>Nowhere!$A$1</formula1>',
        'type="list" sqref="A1"><formula1>Round</formula1>',
        'type="custom" sqref="A1"><formula1>LEN(A1)=3</formula1>',
        'type="decimal" sqref="A1"><formula1>B1</formula1><formula2>1</formula2>',
        'type="decimal" sqref="A1"><formula1>1.2.3</formula1><formula2>1</formula2>',
        'type="none" sqref="A1">',
        'type="whole" sqref="#REF!"><formula1>1</formula1><formula2>1</formula2>',
    ],
)
def test_a_rule_that_only_excel_can_work_out_is_in_nobodys_way(rule: str) -> None:
    rules = f"<dataValidations><dataValidation {rule}</dataValidation></dataValidations>".encode()
    xml = parts_of(with_sheet(b""))[SHEET].replace(b"</sheetData>", b"</sheetData>" + rules)
    name = b"<definedNames><definedName name='Round'>Round</definedName></definedNames><calcPr"
    book = parts_of(with_sheet(b""))["xl/workbook.xml"].replace(b"<calcPr", name)
    assert faults(outline(with_parts({SHEET: xml, "xl/workbook.xml": book})), {("Spend", "A1"): Decimal("7.5")}) == []


def test_a_list_may_be_a_column_of_a_table() -> None:
    parts = dict(parts_of(fund().content))
    names = b"<definedNames><definedName name='Wards'>Spend[Ward]</definedName><definedName name='None'>Spend[No]"
    parts["xl/workbook.xml"] = parts["xl/workbook.xml"].replace(b"<definedNames>", names + b"</definedName>")
    rules = "".join(
        f'<dataValidation type="list" sqref="{cell}"><formula1>{name}</formula1></dataValidation>'
        for cell, name in (("L1", "Wards"), ("L2", "None"))
    )
    xml = parts["xl/worksheets/sheet1.xml"]
    place = xml.index(b"<pageMargins")
    parts["xl/worksheets/sheet1.xml"] = (
        xml[:place] + f"<dataValidations>{rules}</dataValidations>".encode() + xml[place:]
    )
    found = outline(zipped(parts)).sheets[0].validations
    assert [rule.choices for rule in found] == [("Boscombe", "Westbourne", "Littlemoor"), None]
