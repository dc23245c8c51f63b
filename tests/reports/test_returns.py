"""The workbooks as a whole: their sheets, their figures to the penny, and that the same data gives the same bytes."""

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from io import BytesIO
from pathlib import Path

import pytest
from openpyxl import load_workbook

from portfolio.money import ZERO, from_pence
from reports import returns
from reports.checks import TOLD
from reports.content import Kind, Note, ReturnContent
from tests.reports import cells_of
from tests.reports.accessibility import faults
from tests.reports.content_samples import (
    BCP,
    DORSET,
    EXPECTED,
    LABOUR,
    NON_LABOUR,
    closed,
    dorset,
    empty,
    first_quarter,
    in_units,
    many_csps,
    one_csp,
    with_ledger,
    year_end,
)

SNAPSHOTS = Path(__file__).parent / "snapshots"
TWELVE = [
    "Cover",
    "Summary",
    "Interventions",
    "Spend by category",
    "Match funding",
    "Variations",
    "Outputs",
    "Measures",
    "Decisions",
    "Checks",
    "Certification",
    "Notes",
]
STATEMENT = ["Statement by stream", "Statement by category", "Assets and assurance"]
SAMPLES: dict[str, Callable[[], ReturnContent]] = {
    "opcc_q2": dorset,
    "csp_q2": one_csp,
    "opcc_q1": first_quarter,
    "opcc_draft": lambda: dorset(status="draft"),
    "home_office_q2": lambda: dorset(Kind.HOME_OFFICE),
    "home_office_q1": lambda: first_quarter(Kind.HOME_OFFICE),
    "home_office_q4": year_end,
    "opcc_q4": lambda: year_end(Kind.OPCC),
    "statement": lambda: year_end(Kind.STATEMENT),
    "statement_closed": closed,
    "empty_opcc": empty,
    "empty_home_office": lambda: empty(Kind.HOME_OFFICE),
    "empty_statement": lambda: empty(Kind.STATEMENT),
    "many_csps": many_csps,
    "opcc_with_ledger": with_ledger,
    "home_office_in_pounds": lambda: in_units(dorset(Kind.HOME_OFFICE), 1),
    "opcc_in_thousands": lambda: in_units(many_csps(), 1000),
}
KEPT = [
    "opcc_q2",
    "csp_q2",
    "home_office_q2",
    "home_office_q4",
    "statement",
    "statement_closed",
    "empty_opcc",
    "opcc_with_ledger",
    "home_office_in_pounds",
]


@pytest.fixture(scope="module", params=SAMPLES)
def sample(request: pytest.FixtureRequest) -> tuple[ReturnContent, bytes]:
    content = SAMPLES[request.param]()
    return content, returns.proved(content)


def test_same_content_gives_the_same_bytes(sample: tuple[ReturnContent, bytes]) -> None:
    content, workbook = sample
    assert returns.write(content) == workbook


def test_every_cell_reads_back(sample: tuple[ReturnContent, bytes]) -> None:
    content, workbook = sample
    assert returns.reconcile(content, workbook) == []


def test_nobody_stumbles_over_it(sample: tuple[ReturnContent, bytes]) -> None:
    assert faults(sample[1]) == []


def test_every_formula_carries_its_value(sample: tuple[ReturnContent, bytes]) -> None:
    _, workbook = sample
    formulas = load_workbook(BytesIO(workbook))
    values = load_workbook(BytesIO(workbook), data_only=True)
    without = [
        f"{sheet.title}!{cell.coordinate}"
        for sheet in formulas.worksheets
        for row in sheet.iter_rows()
        for cell in row
        if cell.data_type == "f" and values[sheet.title][str(cell.coordinate)].value is None
    ]
    assert without == []


def test_the_checks_leave_unexplained_what_the_pages_do() -> None:
    content = with_ledger()
    checks = cells_of.lines(returns.proved(content), "Checks")
    left = [check["Result"] for check in checks if str(check["Check"]).startswith("Ledger, left unexplained")]
    assert left == [float(row.unexplained) for row in content.ledger or () if row.unexplained is not None]
    assert left == [210.01, 45.5]


def test_all_its_checks_are_ok(sample: tuple[ReturnContent, bytes]) -> None:
    _, workbook = sample
    *checks, every = cells_of.lines(workbook, "Checks")
    held = [check for check in checks if check["Rule"] != TOLD]
    assert {check["Result"] for check in held} <= {"OK", "Not applicable"}
    assert every == {**dict.fromkeys(every), "Check": "All checks", "Result": "OK"}


@pytest.mark.parametrize("name", KEPT)
def test_it_says_what_it_said(name: str) -> None:
    """PORTFOLIO_SNAPSHOTS=write keeps what the workbooks say now: read the difference before you commit it."""
    kept = SNAPSHOTS / f"{name}.txt"
    said = cells_of.as_text(returns.write(SAMPLES[name]()))
    if os.environ.get("PORTFOLIO_SNAPSHOTS") == "write":
        SNAPSHOTS.mkdir(exist_ok=True)
        kept.write_text(said, encoding="utf-8")
    assert said == kept.read_text(encoding="utf-8")


def test_another_process_on_another_day_gives_the_same_bytes() -> None:
    program = (
        "import hashlib; from reports import returns; from tests.reports.content_samples import dorset;"
        "print(hashlib.sha256(returns.write(dorset())).hexdigest())"
    )
    environment = os.environ | {"TZ": "Pacific/Auckland", "PYTHONHASHSEED": "7", "LC_ALL": "C.UTF-8"}
    root = Path(__file__).parents[2]
    ran = subprocess.run([sys.executable, "-c", program], env=environment, cwd=root, capture_output=True, check=True)
    assert ran.stdout.decode().strip() == hashlib.sha256(returns.write(dorset())).hexdigest()


def test_asking_for_the_figures_loads_no_library_that_writes_or_reads_files() -> None:
    program = (
        "import sys, reports.returns, reports.totals;"
        "print(sorted({'openpyxl', 'xlsxwriter', 'matplotlib', 'sqlalchemy', 'flask'} & sys.modules.keys()))"
    )
    root = Path(__file__).parents[2]
    assert subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, check=True).stdout == b"[]\n"


@pytest.mark.parametrize("kind", [Kind.CSP, Kind.OPCC])
def test_quarterly_return_has_twelve_sheets(kind: Kind) -> None:
    assert [sheet.name for sheet in returns.book(dorset(kind)).sheets] == TWELVE


def test_home_office_return_has_the_statement_at_q4_only() -> None:
    first = ["Cover", "Claim summary", "Interventions", "Match funding", "Measures"]
    last = ["Checks", "Certification", "Notes"]
    assert [sheet.name for sheet in returns.book(dorset(Kind.HOME_OFFICE)).sheets] == first + last
    assert [sheet.name for sheet in returns.book(year_end()).sheets] == first + STATEMENT + last


def test_statement_by_itself() -> None:
    names = [sheet.name for sheet in returns.book(year_end(Kind.STATEMENT)).sheets]
    assert names == ["Cover", *STATEMENT, "Checks", "Certification", "Notes"]


def test_statement_without_its_figures_is_refused() -> None:
    with pytest.raises(ValueError, match="needs the year's statement"):
        returns.write(dorset(Kind.STATEMENT))


def test_dorset_to_the_penny() -> None:
    *rows, total = cells_of.lines(returns.write(dorset()), "Summary")
    found = {(row["CSP"], row["Stream"]): row for row in rows}
    for column, period in (("Q1 actual", "Q1"), ("Q2 actual", "Q2"), ("This claim", "Q2"), ("To date", "to date")):
        expected = EXPECTED[period]
        for key in ((DORSET, LABOUR), (DORSET, NON_LABOUR), (BCP, LABOUR), (BCP, NON_LABOUR)):
            assert found[key][column] == float(from_pence(expected[key]))
        for stream in (LABOUR, NON_LABOUR):
            assert found["All CSPs", stream][column] == float(from_pence(expected[stream]))
        assert total[column] == float(from_pence(expected["total"]))
    assert (total["This claim"], total["To date"]) == (72857.14, 136071.10)
    assert total["Awarded"] == total["Allocation"] == 292000.00
    assert (total["Claimed before"], total["Remaining of allocation"]) == (63213.96, 155928.90)


def test_intervention_with_a_correction() -> None:
    rows = cells_of.lines(returns.write(dorset()), "Interventions")
    row = next(row for row in rows if row["Reference"] == "SVD-25-21")
    assert (row["Actual this quarter"], row["Of which corrections"]) == (15133.08, -73.11)
    assert (row["Variance this quarter"], row["Variance % this quarter"]) == (-168.05, -0.011)
    assert row["Explanation of variance"] == "None given"


def test_claim_summary_of_the_home_office_return() -> None:
    labour, non_labour, total = cells_of.lines(returns.write(dorset(Kind.HOME_OFFICE)), "Claim summary")
    assert (labour["Total grant"], labour["This claim"], labour["Running total"]) == (113130.12, 28016.54, 55685.32)
    assert labour["Reason for the difference"] == "None given"
    assert non_labour["Last quarter's forecast for this quarter"] == 47486.98
    assert non_labour["Actual less forecast"] == -2646.38
    assert str(non_labour["Reason for the difference"]).startswith(
        "SVD-25-22 (BCP Community Safety Partnership): Third"
    )
    assert (total["This claim"], total["Next quarter's forecast"]) == (72857.14, 76518.51)


def test_year_end_says_why_there_is_no_next_forecast() -> None:
    labour, *_, total = cells_of.lines(returns.write(year_end()), "Claim summary")
    assert labour["Next quarter's forecast"] == "Not applicable: the year ends"
    assert total["Next quarter's forecast"] is None


def test_statement_of_grant_expenditure() -> None:
    workbook = returns.write(year_end(Kind.STATEMENT))
    labour, non_labour, total = cells_of.lines(workbook, "Statement by stream")
    balance = "Balance due from (+) or to (-) the funder"
    assert (labour["Eligible expenditure"], labour[balance], labour["Unspent"]) == (112815.10, 27967.51, 315.02)
    assert (non_labour["Match spent"], total["Eligible expenditure"]) == (9375.00, 291684.98)
    *_, by_category = cells_of.lines(workbook, "Statement by category")
    assert by_category["Eligible expenditure"] == 291684.98


def test_statement_tells_of_accruals_money_withheld_and_assets() -> None:
    workbook = returns.write(closed())
    labour, non_labour, total = cells_of.lines(workbook, "Statement by stream")
    assert (labour["Withheld by the funder"], total["Withheld by the funder"]) == (120.00, 120.00)
    assert {labour["Of which accrued"], non_labour["Of which accrued"]} == {0, total["Of which accrued"]} == {0, 250.10}
    *_, by_category = cells_of.lines(workbook, "Statement by category")
    assert by_category["Of which accrued"] == 250.10
    laptop, van, register = cells_of.lines(workbook, "Asset register")
    assert (laptop["Disposed of on"], laptop["What became of it"]) == ("Still kept", "Still kept")
    assert (van["Serial or inventory number"], van["Proceeds of disposal"]) == ("None given", 6150.50)
    assert (register["Cost"], register["Proceeds of disposal"]) == (10299.99, 6150.50)
    spent = cells_of.lines(returns.write(closed(Kind.OPCC)), "Spend by category")
    assert spent[-1]["Of which accrued"] == 250.10


def test_unavailable_measure_is_not_zero() -> None:
    rows = cells_of.lines(returns.write(dorset()), "Measures")
    assert [row["Value"] for row in rows] == ["Not available", "Not available", 41, 38, 1, 0]
    assert str(rows[0]["Why it is not available"]).startswith("Data received under the Cardiff Model")
    assert rows[1]["Why it is not available"] == "No reason given"
    assert rows[5]["Why it is not available"] == "Not needed: the value is given"


def test_draft_says_so_at_once_and_on_every_page() -> None:
    file = load_workbook(BytesIO(returns.write(dorset(status="draft"))))
    cover = file["Cover"]
    assert str(cover["A1"].value).startswith("Draft OPCC quarterly return")
    assert cover["A2"].value == "DRAFT: figures as at 27 October 2025 at 15:05 (UK time), not issued"
    assert all("Draft: Serious" in str(sheet.HeaderFooter.oddHeader) for sheet in file.worksheets)


def test_issued_return_does_not_call_itself_a_draft() -> None:
    cover = load_workbook(BytesIO(returns.write(dorset(status="issued"))))["Cover"]
    assert cover["A2"].value == "Version 1, issued: figures as at 27 October 2025 at 15:05 (UK time)"


def test_document_knows_its_title_author_and_language() -> None:
    properties = load_workbook(BytesIO(returns.write(dorset()))).properties
    assert properties.title == "OPCC quarterly return (combined): Serious Violence Duty, Dorset, Q2 2025/26"
    assert (properties.creator, properties.language) == ("Frances Olsen", "en-GB")


def test_notes_are_numbered_from_the_standing_ones_on_and_warnings_keep_their_codes() -> None:
    rows = cells_of.lines(returns.write(dorset()), "Notes")
    labels = [row["Note"] for row in rows]
    assert labels == [*(f"[note {number}]" for number in range(1, len(rows))), "W3"]
    assert rows[-2]["About"] == "Measure SVD-B"


def test_a_return_without_any_notes_says_so() -> None:
    content = replace(empty(), notes=(Note("W10", "This return", "It is overdue."),))
    assert [row["Note"] for row in cells_of.lines(returns.write(content), "Notes")][-1] == "W10"


def test_a_check_that_fails_shows_the_difference() -> None:
    whole = dorset()
    first, *others = whole.categories
    wrong = replace(
        whole,
        categories=(replace(first, actual=(first.actual[0], first.actual[1] + Decimal("0.01"))), *others),
        summary=tuple(
            replace(row, allocation=row.allocation - 100) if row.csp == DORSET else row for row in whole.summary
        ),
    )
    *checks, every = cells_of.lines(returns.proved(wrong), "Checks")
    found = {str(check["Check"]): check["Result"] for check in checks if check["Result"] != "OK"}
    assert found == {
        "Q2 actual by category": 0.01,
        f"Categories: {BCP}, {LABOUR}": 0.01,
        f"Awards within allocation: {DORSET}, {LABOUR}": 100.00,
        f"Awards within allocation: {DORSET}, {NON_LABOUR}": 100.00,
    }
    assert every["Result"] == "4 not OK"


def test_an_award_without_an_allocation_is_left_out_of_nothing() -> None:
    whole = dorset()
    content = replace(whole, summary=tuple(row for row in whole.summary if row.stream != LABOUR))
    workbook = returns.proved(content)
    *rows, total = cells_of.lines(workbook, "Summary")
    row = next(row for row in rows if (row["CSP"], row["Stream"]) == (DORSET, LABOUR))
    assert (row["Allocation"], row["This claim"]) == (0, 12784.36)
    assert total["This claim"] == 72857.14
    checks = {str(check["Check"]): check["Result"] for check in cells_of.lines(workbook, "Checks")}
    assert checks[f"Awards within allocation: {DORSET}, {LABOUR}"] == 51097.47


def test_nothing_profiled_gives_no_percentage() -> None:
    whole = dorset()
    none = (ZERO, ZERO, ZERO, ZERO)
    content = replace(whole, interventions=tuple(replace(row, profile=none) for row in whole.interventions))
    *_, total = cells_of.lines(returns.proved(content), "Interventions")
    assert (total["Variance % this quarter"], total["Variance this quarter"]) == ("n/a", 72857.14)


def test_later_version_says_what_it_replaces() -> None:
    whole = dorset()
    cover = replace(whole.cover, version=2, supersedes="Version 1", reason="A claim was entered twice.")
    rows = cells_of.lines(returns.proved(replace(whole, cover=cover)), "Cover")
    detail = {row["Item"]: row["Detail"] for row in rows}
    assert (detail["Replaces"], detail["Reason for this version"]) == ("Version 1", "A claim was entered twice.")


def test_certified_return_names_who_signed() -> None:
    whole = dorset()
    signed = replace(whole.certification, name="Sam Iqbal", role="Section 151 officer", on=whole.cover.prepared_on)
    rows = cells_of.lines(returns.proved(replace(whole, certification=signed)), "Certification")
    assert [row["Detail"] for row in rows][1:] == ["Sam Iqbal", "Section 151 officer", "28 October 2025"]
    checked = replace(signed, signatory="Chief Finance Officer", checked_by="Ana Diaz", checked_on=signed.on)
    rows = cells_of.lines(returns.proved(replace(whole, certification=checked)), "Certification")
    told = [(row["Item"], row["Detail"]) for row in rows][1:4]
    assert told == [
        ("To be signed by", "Chief Finance Officer"),
        ("Checked by", "Ana Diaz"),
        ("Checked on", "28 October 2025"),
    ]
