"""A form is bound by its labels, tried, filled, and read back; next year's takes over what was bound."""

import io
import zipfile
from dataclasses import replace
from decimal import Decimal

import openpyxl
import pytest
from openpyxl.worksheet.datavalidation import DataValidation

from portfolio.commands.blank import claim_form
from portfolio.errors import Refused
from portfolio.funder_forms import carrying, filling, showing
from portfolio.funder_forms.bindings import Address, Binding, BoundCell, BoundTable
from portfolio.funder_forms.figures import ALL, FACTS, SAYS, THIS_QUARTER
from portfolio.funder_forms.rules import NotFilledAsMeant
from portfolio.money import ZERO
from portfolio.uploads.filling import read
from portfolio.uploads.outline import outline
from reports.totals import statement_categories, summary_totals
from tests.funder_forms.samples import QUARTERS, blank, by_labels, drawn, quarters_thrice, source
from tests.reports.content_samples import dorset
from tests.year_ends import claim_blank


def findings(binding: Binding) -> dict[str, list[str]]:
    """What a dry run finds, by what it is."""
    found: dict[str, list[str]] = {}
    for one in filling.dry_run(blank(), source(), binding).found:
        found.setdefault(one.finding.name, []).append(f"{one.place}: {one.detail}")
    return found


def test_the_words_of_a_form_name_every_figure_that_it_asks_for() -> None:
    bound = {cell.cell: cell.figure for cell in by_labels().cells if cell.sheet == "Claim"}
    assert bound["C9"] == Address("Summary", (ALL, "labour"), "Q1")
    assert bound["B10"] == Address("Summary", (ALL, "non-labour"), "Allocation")
    assert bound["H10"] == Address("Summary", (ALL, "non-labour"), "This claim")
    assert bound["B13"] == Address("ClaimSummary", (ALL,), "Reason for the difference")
    assert bound["B6"] == Address(FACTS, ("Period",), SAYS)
    assert list(by_labels().tables[0].columns) == [
        ("A", "Title"), ("B", "Lead organisation"), ("C", "New or continuation"), ("D", "Award"),
        ("E", "Actual this quarter"), ("F", "Actual to date"), ("G", "Outturn"), ("H", "Delivery RAG"),
    ]  # fmt: skip
    assert by_labels().tables[0].rows == 12


def test_words_that_mean_another_money_or_another_line_are_not_taken_for_ours() -> None:
    """A form asks for profile, actual and forecast beside one another, and for lines that no return has."""
    found = showing.by_labels(outline(quarters_thrice()), source(), Binding())
    named = {cell.cell: source().label(cell.figure) for cell in found.cells if cell.figure is not None}
    ours = [f"Summary, labour: Q{number} {which}" for which in QUARTERS[1:] for number in range(1, 5)]
    assert [named.get(f"{column}8") for column in "BCDEFGHIJKLM"] == [*[None] * 4, *ours]
    assert {cell for cell in named if cell[0] in "BCDE" or cell.endswith(("10", "11"))} == {"B24"}
    assert named["F9"] == "Summary, non-labour: Q1 actual"  # not what stands in the line above it
    assert named["F12"] == "Summary, all together: Q1 actual"
    assert named["B24"] == "Certified by"  # the other name is that of whoever answers questions
    assert not any(cell in named for cell in ("B4", "B15", "B16", "B17", "B18", "B19", "B20"))


def test_figures_are_those_of_the_return_and_parts_are_added_up() -> None:
    totals, find = summary_totals(dorset()), source().find
    assert find(Address("Summary", (ALL, ALL), "This claim")).value == totals.overall.this_claim
    assert find(Address("Summary", (ALL, "labour"), "Q1")).value == totals.streams[0].quarters[0]
    assert find(Address("Summary", (ALL, ALL), "Variance %")).value == totals.overall.variance_share
    for line in statement_categories(dorset()):
        figure = find(Address("SpendByCategory", (ALL, line.stream, line.category), "To date"))
        assert figure.value == line.expenditure
    assert find(Address("SpendByCategory", (ALL, "labour", "never heard of"), "To date")).value == ZERO
    assert not find(Address("SpendByCategory", (ALL, "gone", ALL), "To date")).is_known
    assert find(Address("Interventions", (ALL, ALL, ALL), "Number of rows")).value == len(dorset().interventions)


@pytest.mark.parametrize(
    ("address", "because"),
    [
        (Address("Summary", (ALL, ALL), "Q4 actual"), "Q4 is forecast in this return"),
        (Address("SpendByCategory", (ALL, ALL, ALL), "Q4"), "Q4 is not over in this return"),
        (Address("Summary", (ALL,), "Q1"), "a row of it is named by CSP, Stream"),
        (Address("Summary", (ALL, ALL), "Colour"), "it has no column Colour"),
        (Address("Nothing", (), "x"), "the return has no such table"),
        (Address(FACTS, ("Colour",), SAYS), "a return has no such fact"),
        (Address(FACTS, ("Certified on",), SAYS), "the return does not say it yet"),
    ],
)
def test_what_the_return_does_not_say_says_why(address: Address, because: str) -> None:
    assert source().find(address).value is None
    assert source().find(address).because == because


def test_this_quarter_is_the_returns() -> None:
    this, second = (source().find(Address("Measures", ("SVD-B", when), "Value")) for when in (THIS_QUARTER, "Q2"))
    assert (this.value, this.because) == (second.value, second.because)


def test_a_filled_form_differs_in_nothing_but_its_cells() -> None:
    made = filling.fill_in(claim_blank(), blank(), source(), by_labels())
    with zipfile.ZipFile(io.BytesIO(claim_blank())) as before, zipfile.ZipFile(io.BytesIO(made.file)) as after:
        changed = [name for name in before.namelist() if before.read(name) != after.read(name)]
        assert after.namelist() == before.namelist()
    assert set(changed) == {f"xl/worksheets/sheet{number}.xml" for number in (1, 2, 3)} | (
        {"xl/workbook.xml"} if "xl/workbook.xml" in changed else set()
    )
    there = read(made.file, [("Claim", "C9"), ("Projects", "A4"), ("Claim", "B3")])
    assert there["Claim", "C9"] == summary_totals(dorset()).streams[0].quarters[0]
    assert there["Claim", "B3"] == "Dorset"
    assert there["Projects", "A4"] == dorset().interventions[0].title
    assert outline(made.file).cell("Claim", "G9").formula == "SUM(C9:F9)"  # type: ignore[union-attr]  # it is there


def test_the_form_is_not_handed_out_where_it_says_something_else(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(filling, "filled", lambda content, _: content)
    with pytest.raises(NotFilledAsMeant, match=r"Claim!B3 says nothing instead of Dorset"):
        filling.fill_in(claim_blank(), blank(), source(), by_labels())


def test_a_dry_run_finds_what_stands_in_the_way() -> None:
    figure = Address("Summary", (ALL, "labour"), "Q1")
    binding = replace(by_labels(), tables=(replace(by_labels().tables[0], rows=1),))
    binding = binding.with_cell(BoundCell("Claim", "G9", figure)).with_cell(BoundCell("Claim", "A2", figure))
    binding = binding.with_cell(BoundCell("Claim", "C10", Address("Summary", (ALL, "gone"), "Q1")))
    binding = binding.with_cell(BoundCell("Gone", "A1", figure)).without(("Claim", "B4"))
    binding = binding.with_cell(BoundCell("Projects", "H9", Address(FACTS, ("Police area",), SAYS)))
    binding = binding.with_cell(BoundCell("Projects", "A4", figure))
    found = findings(binding)
    rows = len(dorset().interventions)
    assert found["TOO_MANY_ROWS"] == [
        f"Projects, from row 4 on: Interventions has {rows} rows, and the form has room for 1"
    ]
    assert [one.partition(":")[0] for one in found["FORMULA"]] == ["Claim!G9"]
    assert found["UNKNOWN"] == ["Claim!C10: Summary, gone: Q1: it has no row All, gone"]
    assert [one.partition(":")[0] for one in found["NO_CELL"]] == ["Gone!A1"]
    assert [one.partition(":")[0] for one in found["LOCKED"]] == ["Claim!A2"]
    assert "Projects!H9 takes one of its list" in found["BREAKS_RULE"][0]
    assert [one.partition(":")[0] for one in found["TWICE"]] == ["Projects!A4"]
    assert "Claim!B4: Grant recipient" in found["EMPTY"]
    with pytest.raises(Refused):
        filling.fill_in(claim_blank(), blank(), source(), binding)
    assert "Projects!H9: " not in str(findings(binding.worded("Dorset", "Green")).get("BREAKS_RULE", ""))
    assert "Claim!B4" not in str(findings(binding.marked(("Claim", "B4"), needed=False))["EMPTY"])


@pytest.mark.parametrize(
    ("words", "format_", "limits", "column", "entry", "look"),
    [
        ("Variance %", "0.0", None, "Variance %", "-3.33", "does not show percentages by itself, and gets -3.33"),
        ("Variance", "General", None, "Variance %", "-0.0333", "gets -0.0333"),
        ("Variance %", "0.0%", None, "Variance %", "-0.0333", ""),
        ("Variance %", "0.0", ("-1", "1"), "Variance %", "-0.0333", "gets -0.0333"),
        ("Award", "0%", None, "Awarded", "292", "shows a percentage"),
        ("Award", "dd/mm/yyyy", None, "Awarded", "292", "shows a day"),
        ("Award", "#,##0,", None, "Awarded", "292", "shows thousands by itself"),
        ("Award", "#,##0", None, "Awarded", "292", ""),
    ],
)
def test_a_number_that_a_cell_would_show_as_another_one_is_told(
    words: str, format_: str, limits: tuple[str, str] | None, column: str, entry: str, look: str
) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet["A1"], sheet["B1"].number_format = words, format_
    if limits is not None:
        rule = DataValidation("decimal", operator="between", formula1=limits[0], formula2=limits[1])
        rule.add("B1")
        sheet.add_data_validation(rule)
    out = io.BytesIO()
    book.save(out)
    binding = Binding(Decimal(1000), (BoundCell("Sheet", "B1", Address("Summary", (ALL, ALL), column)),))
    run = filling.dry_run(outline(out.getvalue()), source(), binding)
    told = run.entries["Sheet", "B1"]
    assert isinstance(told, Decimal)
    assert str(told).startswith(entry)
    assert [look in one.detail for one in run.found] == [True] * bool(look)


def test_a_list_stops_at_the_forms_own_words() -> None:
    form = drawn(Claim="Title|Award\nChoose|_\nChoose|_\nTotal|_\nNote|_")
    rows = BoundTable("Claim", 2, 4, "Interventions", (("A", "Title"), ("B", "Award")))
    run = filling.dry_run(form, source(), Binding(cells=(BoundCell("Claim", "B1", says="£"),), tables=(rows,)))
    stops = [(one.place, one.finding.name) for one in run.found if one.finding.name in ("REPLACES", "OVERWRITES")]
    assert stops == [("Claim!B1", "REPLACES"), ("Claim!A4", "OVERWRITES"), ("Claim!A5", "OVERWRITES")]


def test_whole_pounds_add_up_both_ways_and_the_form_says_how() -> None:
    binding = replace(by_labels(), unit=Decimal(1))
    total = Address("Summary", (ALL, ALL), "Outturn")
    run = filling.dry_run(blank(), source(), binding.with_cell(BoundCell("Claim", "A20", total)))
    entries = run.entries
    quarters = [entries["Claim", f"{column}{row}"] for row in (9, 10) for column in "CDEF"]
    assert sum(entry for entry in quarters if isinstance(entry, Decimal)) == entries["Claim", "A20"]
    exact = {put.place: put.figure.value for put in run.puts if put.figure is not None}
    for row in (9, 10):
        for column in "CDEF":
            put, true = entries["Claim", f"{column}{row}"], exact["Claim", f"{column}{row}"]
            assert isinstance(put, Decimal)
            assert isinstance(true, Decimal)
            assert put == put.to_integral_value()
            assert abs(put - true) < 1
    assert "Controlled rounding" in str(entries["Claim", "B14"])
    thousands = filling.dry_run(blank(), source(), replace(binding, unit=Decimal(1000))).entries
    assert thousands["Claim", "C9"] == Decimal(28)


def test_next_years_blank_takes_over_what_was_bound() -> None:
    later = outline(claim_form(later=True))
    found = carrying.carried(blank(), later, by_labels())
    moved = {move.before: move.to for move in found.moves}
    assert moved["Claim!C9"] == "Claim!C11"
    assert moved["Claim!B3"] == "Claim!B3"
    assert found.binding.tables[0].sheet == "Interventions"
    assert all(move.to is not None for move in found.moves)
    run = filling.dry_run(later, source(), found.binding)
    assert run.entries["Claim", "C11"] == summary_totals(dorset()).streams[0].quarters[0]
    said = [(one.sheet, one.what) for one in carrying.differences(blank(), later)]
    assert ("Projects", "Sheet is called otherwise") in said
    assert ("Claim", "New words") in said
    assert carrying.differences(blank(), blank()) == []


LIST = "|Amount|Note\n1|_|_\n2|_|_\n3|_|_"
MANY = "\n".join(["Labour|_"] * 201)
TWICE = "Part A|\nLabour|_\n\nPart B|\nLabour|_"
PROJECTS = "|Q1||Q2|\nTitle|Award|Actual|Award|Actual\n_|_|_|_|_\n_|_|_|_|_"


@pytest.mark.parametrize(
    ("before", "now", "cell", "found"),
    [
        # Rows that nothing names are known by how far below their heading they stand.
        ({"Claim": LIST}, {"Claim": f"New\n{LIST}"}, "Claim!B3", "Claim!B4"),
        ({"Claim": LIST}, {"Claim": f"{LIST}\n4|_|_"}, "Claim!B3", "Claim!B3"),
        ({"Claim": LIST}, {"Claim": "|Note|Amount\n1|_|_\n2|_|_\n3|_|_"}, "Claim!B3", "Claim!C3"),
        # Where lines are called alike, one more of them may stand before or behind ours.
        ({"Claim": "Labour|_\nLabour|_"}, {"Claim": "Labour|_\nLabour|_\nLabour|_"}, "Claim!B2", None),
        ({"Claim": MANY}, {"Claim": MANY}, "Claim!B2", None),
        ({"Claim": TWICE}, {"Claim": "Part B|\nLabour|_\n\nPart A|\nLabour|_"}, "Claim!B2", "Claim!B5"),
        ({"Claim": TWICE}, {"Claim": "Part C|\nLabour|_"}, "Claim!B2", None),
        # What has no words at all is where it was only while the sheet is as it was.
        ({"Claim": "Note|\n\n\n_"}, {"Claim": "Note|\nMore\n\n_"}, "Claim!A4", None),
        ({"Claim": "Note|\n\n\n_"}, {"Form": "Note|\n\n\n_"}, "Claim!A4", "Form!A4"),
        # Next year's form says next year: this year's column is the one before now.
        (
            {"Claim": "|2024-25|2025-26\nLabour|_|_"},
            {"Claim": "|2025/26|2026-27\nLabour|_|_"},
            "Claim!C2",
            "Claim!C2",
        ),
        ({"Claim": "|2025-26|\nLabour|_"}, {"Claim": "|2025-26|2026-27\nLabour|_|_"}, "Claim!B2", "Claim!C2"),
        # Sheets that say the same are told apart by their titles, and by their order.
        (
            {f"Q{number}": "Labour|_" for number in range(1, 5)},
            {f"Quarter_{number}": "Labour|_" for number in range(1, 5)},
            "Q2!B1",
            "Quarter 2!B1",
        ),
        ({"Claim": "Labour|_"}, {"Claim": "Labour costs|_"}, "Claim!B1", None),
    ],
)
def test_a_cell_is_carried_to_its_own_words_or_not_at_all(
    before: dict[str, str], now: dict[str, str], cell: str, found: str | None
) -> None:
    sheet, _, address = cell.partition("!")
    binding = Binding(cells=(BoundCell(sheet, address, says="here"),))
    assert [one.to for one in carrying.carried(drawn(**before), drawn(**now), binding).moves] == [found]


@pytest.mark.parametrize(
    ("now", "columns", "first_row", "rows"),
    [
        (PROJECTS, "CE", 3, 2),
        (f"{PROJECTS}\nTotal|_|_|_|_", "CE", 3, 2),
        (f"New\n{PROJECTS}\n_|_|_|_|_\nTotal||x", "CE", 4, 3),
        ("||Q1||Q2\nTitle|Award|Actual|Award|Actual\n_|_|_|_|_", "CE", 3, 1),
        (f"{PROJECTS}\n\n{PROJECTS}", None, 0, 0),
    ],
)
def test_a_list_is_carried_with_each_of_its_columns(now: str, columns: str | None, first_row: int, rows: int) -> None:
    table = BoundTable("Claim", 3, 2, "Interventions", (("C", "Actual this quarter"), ("E", "Actual to date")))
    found = carrying.carried(drawn(Claim=PROJECTS), drawn(Claim=now), Binding(tables=(table,))).binding.tables
    assert [("".join(column for column, _ in one.columns), one.first_row, one.rows) for one in found] == (
        [] if columns is None else [(columns, first_row, rows)]
    )


def test_actual_stays_actual_where_a_year_later_it_stands_before_the_profile() -> None:
    now = outline(quarters_thrice(swapped=True, year=2026, lines_before=2))
    before = outline(quarters_thrice())
    found = carrying.carried(before, now, showing.by_labels(before, source(), Binding()))
    moved = {move.before: move.to for move in found.moves}
    assert moved["Claim!F8"] == "Claim!B10"
    assert moved["Claim!J9"] == "Claim!J11"
    assert None not in moved.values()


def test_what_is_not_found_again_is_said_and_not_guessed() -> None:
    projects = replace(blank(), sheets=(blank().sheets[0],))
    found = carrying.carried(blank(), projects, by_labels())
    lost = [move.before for move in found.moves if move.in_words == "not found again"]
    assert "Declaration!B3" in lost
    assert any(place.startswith("Projects, rows from 4") for place in lost)
    assert ("Projects", "Sheet is gone") in [(one.sheet, one.what) for one in carrying.differences(blank(), projects)]


def test_a_list_takes_only_the_rows_that_were_asked_for() -> None:
    table = BoundTable("Projects", 4, 12, "Interventions", (("A", "Title"),), (("Stream", "labour"),))
    run = filling.dry_run(blank(), source(), Binding(tables=(table,)))
    wanted = [row.title for row in dorset().interventions if row.stream == "labour"]
    assert list(run.entries.values()) == wanted
    assert filling.rows_of(source(), table) == len(wanted)
    for where, said in (("stream", "labour"), "told apart by stream"), (("Stream", "other"), "it has no Stream other"):
        run = filling.dry_run(blank(), source(), Binding(tables=(replace(table, where=(where,)),)))
        assert run.entries == {}  # rather than every row, or none without a word
        assert [said in one.detail for one in run.stops] == [True]
