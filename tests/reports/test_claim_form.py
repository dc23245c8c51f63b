"""The workbook of claims: what it says and works out, what can be typed into it, and that nothing else can."""

from dataclasses import replace
from io import BytesIO

import pytest
from openpyxl import load_workbook
from openpyxl.workbook import Workbook

from reports import claim_form
from tests.reports.accessibility import faults
from tests.reports.claim_samples import form, last_quarter


@pytest.fixture(scope="module")
def book() -> Workbook:
    return load_workbook(BytesIO(claim_form.write(form())), data_only=True)


def column(book: Workbook, sheet: str, heading: str) -> list[object]:
    """What stands under a heading."""
    rows = list(book[sheet].values)
    top = next(number for number, row in enumerate(rows) if heading in row)
    place = rows[top].index(heading)
    return [row[place] for row in rows[top + 1 :]]


def test_the_same_claims_give_the_same_bytes() -> None:
    assert claim_form.write(form()) == claim_form.write(form())


def test_sheets_are_there_only_where_they_ask_something(book: Workbook) -> None:
    assert book.sheetnames == ["Start", "Spend", "Forecast", "Progress", "Questions", "Checks"]
    last = load_workbook(BytesIO(claim_form.write(last_quarter())))
    assert last.sheetnames == ["Start", "Spend", "Progress", "Checks"]
    assert "Profile" not in next(last["Spend"].iter_rows(min_row=4, values_only=True)), "no category has one"
    assert last["Checks"]["A1"].value == "Checks of Q4 2025/26, Level-Up Project (SVD-25-03)"
    told = dict(zip(column(last, "Start", "Item"), column(last, "Start", "Detail"), strict=True))
    assert told["Awards"] == "SVD-25-03 Level-Up Project, Dorset Community Safety Partnership"


def test_start_says_what_the_workbook_is_for(book: Workbook) -> None:
    told = dict(zip(column(book, "Start", "Item"), column(book, "Start", "Detail"), strict=True))
    assert (told["Form"], told["Form version"]) == ("Quarterly claim", "1")
    assert (told["Financial year"], told["Quarter"]) == ("2025/26", "Q2")
    assert told["Made"] == "20 October 2025 at 09:00, for Lena Marsh"
    assert told["Colour: Red"] == "In trouble"
    assert book.properties.title == "Quarterly claim: Q2 2025/26, 2 awards"
    assert book.properties.language == "en-GB"


def test_what_somebody_typed_stays_text(book: Workbook) -> None:
    cell = book["Spend"]["H7"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")
    assert set(column(book, "Progress", "Project")) == {"Level-Up Project", "=Specialist & Nurse"}


def test_spend_says_what_a_row_still_needs(book: Workbook) -> None:
    needs = column(book, "Spend", "To do")
    assert needs == [
        None,
        "Say what it was for",
        "Enter the amount, even if it is 0",
        None,
        "Say what it was for",
        None,
        None,
        None,
    ]


def test_checks_add_up_what_was_typed(book: Workbook) -> None:
    assert column(book, "Checks", "Spent") == [1200.3, 0, 8980, 99.99]
    assert column(book, "Checks", "Variance") == [700.3, 0, 980, 0]
    assert column(book, "Checks", "Explain?") == ["Explain why on Progress", "No", "Yes, and explained", "No"]
    results = ["OK", "Enter an amount, even if it is 0", "More than is left: claim less", "OK"]
    assert column(book, "Checks", "Result") == results
    assert column(book, "Checks", "Not expected to be spent") == [-500, 100, -980.1, 700.01]


def test_only_the_boxes_can_be_typed_into() -> None:
    made = load_workbook(BytesIO(claim_form.write(form())))
    unlocked = {
        (sheet.title, cell.coordinate.rstrip("0123456789"))
        for sheet in made.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if not cell.protection.locked
    }
    assert all(sheet.protection.sheet for sheet in made.worksheets)
    assert unlocked == {
        *(("Spend", letter) for letter in "GHI"),
        ("Forecast", "G"),
        *(("Progress", letter) for letter in "CDEFGHI"),
        ("Questions", "E"),
    }
    assert {cell.border.left.style for cell in made["Forecast"]["G"][3:]} == {"thin"}


def test_a_wrong_entry_is_told_of_as_one_types() -> None:
    made = load_workbook(BytesIO(claim_form.write(form())))
    spend = {str(rule.sqref): rule for rule in made["Spend"].data_validations.dataValidation}
    amount = spend["G5:G12"]
    assert amount.formula1 == "AND(ISNUMBER(G5),ROUND(G5,2)=G5,G5>=-10000000000,G5<=10000000000)"
    assert (amount.error, amount.allow_blank) == ("Enter pounds and pence as a number, like 1234.50", True)
    assert spend["H5:H12"].error == "Shorten this to 120 characters or fewer"
    progress = {str(rule.sqref): rule for rule in made["Progress"].data_validations.dataValidation}
    assert progress["E4:E5"].formula1 == '"Green,Red"'
    assert progress["C4:C5"].error == "Enter pounds and pence as a number, like 1234.50, zero or more"


def test_a_reader_with_a_screen_reader_stumbles_over_nothing() -> None:
    found = [fault for fault in faults(claim_form.write(form())) if "blank cells" not in fault]
    assert found == []


def test_a_sheet_without_rows_is_locked_and_asks_nothing() -> None:
    nothing = replace(form(), spend=[], forecasts=[], questions=[], checks=[])
    made = load_workbook(BytesIO(claim_form.write(nothing)))
    assert made["Spend"]["A5"].value == "Nothing to show"
    assert made["Spend"].data_validations.count == 0
